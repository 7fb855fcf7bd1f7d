"""SIGHUP: clusters come, change and go without touching the others; a bad file changes nothing."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable

from tests.conftest import Tree
from tests.support.html import Page
from tests.support.zkdash_process import ZkDashProcess
from zkdash.demo.servers import Ensemble

MakeProcess = Callable[..., ZkDashProcess]


def names(dash: ZkDashProcess) -> list[str]:
    return [one["name"] for one in dash.api("/clusters")["clusters"]]


def test_clusters_are_added_changed_and_removed_without_touching_the_others(
    tree: Tree, ensemble: Ensemble, zkdash: MakeProcess
) -> None:
    tree.make("/etc/x", b"1")
    kept = f"[zookeeper:kept]\nz_path = zookeeper://{tree.address}\n"
    changed = "[zookeeper:changed]\nz_path = zookeeper://{}\nlabel = {}\n"
    gone = f"[zookeeper:gone]\nservers = {ensemble.hosts}\n"
    dash = zkdash(config=kept + changed.format(tree.address, "Old") + gone).start()
    for name in names(dash):
        dash.wait_state(name, "CONNECTED", 10)
    before = {one["name"]: one for one in dash.api("/clusters")["clusters"]}

    added = f"[zookeeper:added]\nservers = {ensemble.hosts}\n"
    dash.configure(added + kept + changed.format(f"{tree.address}/etc", "New"))
    dash.sighup()
    dash.wait_for(lambda: names(dash) == ["added", "kept", "changed"], 10, "the new clusters")
    for name in names(dash):
        dash.wait_state(name, "CONNECTED", 10)
    after = {one["name"]: one for one in dash.api("/clusters")["clusters"]}
    assert after["kept"] | {"health": ""} == before["kept"] | {"health": ""}
    dash.wait_cause("kept", "connected", 5)
    dash.wait_for(lambda: dash.causes("kept") == ["starting", "connected"], 5, "nothing but its start")
    assert after["changed"]["label"] == "New"
    assert after["changed"]["session_id"] != before["changed"]["session_id"]
    assert dash.api("/clusters/changed/znodes", path="/x")["data"] == "1"
    dash.wait_cause("gone", "stopped", 5)
    assert dash.get("/clusters/gone").status == 404
    assert dash.causes("gone")[:3] == ["starting", "connected", "stopped"]
    assert dash.get("/timeline?cluster=gone").status == 200


def test_a_file_that_changes_while_it_is_taken_up_is_read_again(tree: Tree, zkdash: MakeProcess) -> None:
    config = "[zookeeper:{}]\nz_path = zookeeper://" + tree.address + "\n"
    dash = zkdash(config=config.format("first")).start()
    with contextlib.closing(sqlite3.connect(dash.folder / "zkdash.sqlite", timeout=5.0)) as other:
        other.execute("BEGIN IMMEDIATE")
        dash.configure(config.format("second"))
        dash.sighup()
        dash.wait_for(lambda: names(dash) == ["second"], 10, "the second file to be taken up, but for the store")
        dash.configure(config.format("third"))
        dash.sighup()
        dash.wait_for(lambda: names(dash) == ["second"], 10, "the SIGHUP to have come")
        other.rollback()
    dash.wait_for(lambda: names(dash) == ["third"], 10, "the third file to be taken up")


def test_a_bad_file_keeps_the_old_configuration_and_is_said_on_the_overview(tree: Tree, zkdash: MakeProcess) -> None:
    good = f"[zookeeper:prod]\nz_path = zookeeper://{tree.address}\n"
    dash = zkdash(config=good).start()
    dash.wait_state("prod", "CONNECTED", 10)
    session = dash.cluster("prod")["session_id"]

    dash.configure(good + "sesion_timeout = 3s\n[zookeeper:more]\nservers = x:1\n")
    dash.sighup()
    dash.wait_for(lambda: "sesion_timeout" in Page(dash.get("/").text).text, 10, "the overview to say it")
    assert "sesion_timeout" in dash.log
    assert names(dash) == ["prod"]
    assert dash.cluster("prod")["session_id"] == session

    dash.configure(good)
    dash.sighup()
    dash.wait_for(lambda: "sesion_timeout" not in Page(dash.get("/").text).text, 10, "the overview to be well")
    assert dash.cluster("prod")["session_id"] == session
    dash.wait_for(lambda: dash.causes("prod") == ["starting", "connected"], 5, "nothing but its start")


def test_a_file_that_went_away_keeps_the_old_configuration(tree: Tree, zkdash: MakeProcess) -> None:
    dash = zkdash(config=f"[zookeeper:prod]\nz_path = zookeeper://{tree.address}\n").start()
    dash.wait_state("prod", "CONNECTED", 10)
    dash.config_file.unlink()
    dash.sighup()
    dash.wait_for(lambda: "zkdash.conf" in Page(dash.get("/").text).text, 10, "the overview to say it")
    assert dash.state("prod") == "CONNECTED"
