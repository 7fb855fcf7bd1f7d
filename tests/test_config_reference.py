"""etc/zkdash.conf is the reference: it shows every option with its default, and is a configuration itself."""

from __future__ import annotations

import re
from pathlib import Path

import asab.config

from tests.support.config import ENVIRON, Configured
from zkdash.config import Config, hand_over, load
from zkdash.config.describe import describe
from zkdash.config.kinds import kinds
from zkdash.config.option import Option
from zkdash.config.options import OPTIONS
from zkdash.config.reference import reference

FILE = Path(__file__).parents[1] / "etc/zkdash.conf"


def shown() -> set[tuple[str, str, str]]:
    """(section, key, default) of the lines that are options, read as a person reads them.

    Options that only one type of notifier has are said to be of the section "alert:NAME TYPE".
    """
    found, section = set(), ""
    for block in FILE.read_text().split("\n\n\n"):
        of_type = re.match(r"\n?# With type = (\w+):", block)
        for line in block.split("\n"):
            if header := re.fullmatch(r"#?\[(.*)\]", line):
                section = f"{header[1]} {of_type[1]}" if of_type else header[1]
            elif option := re.fullmatch(r"#(\w+) =(?: (.*))?", line):
                found.add((section, option[1], option[2] or ""))
    return {entry for entry in found if entry[0] not in {"zookeeper:prod", "zookeeper:kafka"}}  # the examples


def test_the_reference_shows_every_option_with_its_default_and_no_other() -> None:
    common = {(option.section, option.key, option.default) for option in OPTIONS}
    own = {
        (f"{option.section} {kind.name}", option.key, option.default)
        for kind in kinds().values()
        for option in (*kind.options, Option("alert:NAME", "type", kind.name, ""))
    }
    assert shown() == common | own


def test_the_reference_is_what_the_table_says() -> None:
    assert FILE.read_text() == reference(), "run: python -m zkdash.config.reference > etc/zkdash.conf"


def test_the_reference_itself_changes_nothing() -> None:
    config = load([FILE], ENVIRON)
    assert config == Config(
        **{name: getattr(load([], ENVIRON), name) for name in ("clusters", "web", "store")}, files=(FILE,)
    )


def test_its_options_change_nothing_either_once_they_are_no_comments(tmp_path: Path) -> None:
    left_out = re.compile(r"# With type = (?!webhook)|\[(silence|grant|status):")
    blocks = [block for block in FILE.read_text().split("\n\n\n") if not left_out.search(block)]
    text = "\n\n\n".join(blocks).replace("#[alert:NAME]\n#type = webhook\n\n# Where", "# Where")
    text = re.sub(r"#\[zookeeper:NAME\].*?(?=#\[alert)", "", text, flags=re.DOTALL).replace("alert:NAME", "alert:ops")
    text = re.sub(r"^#(\w+ =|\[)", r"\1", text, flags=re.MULTILINE)
    text = text.replace("url =\n\n# A file", "url = http://hook\n\n# A file").replace("\nsecret =\n", "\n")
    config, plain = Configured(tmp_path)(text), load([], ENVIRON)
    assert (config.clusters, config.web, config.store) == (plain.clusters, plain.web, plain.store)
    assert [(alert.name, alert.type) for alert in config.alerts] == [("ops", "webhook")]


def test_the_defaults_of_asabs_options_are_asabs() -> None:
    ours = {(option.section, option.key): option.default for option in OPTIONS}
    theirs = asab.config.ConfigParser._default_values
    same = {"yes": "True", "no": "False"}
    for (section, key), value in ours.items():
        if section in theirs and key in theirs[section] and (section, key) != ("logging", "verbose"):
            assert {value, same.get(value)} & {str(theirs[section][key]), str(theirs[section][key]).title()}, (
                section,
                key,
            )


def test_examples_in_the_reference_are_right(tmp_path: Path) -> None:
    text = FILE.read_text()
    example = text[text.index("#[zookeeper:prod]") : text.index("# Who is told")]
    config = Configured(tmp_path)(re.sub("^#", "", example, flags=re.MULTILINE))
    assert [(cluster.name, cluster.path, len(cluster.servers)) for cluster in config.clusters] == [
        ("prod", "/", 3),
        ("kafka", "/kafka", 2),
    ]


def test_asab_gets_its_options_and_reads_no_file(tmp_path: Path) -> None:
    options = {"level": asab.Config.get("logging", "level", fallback="NOTICE"), "app_name": "50% of $zkdash"}
    text = f"[logging]\nlevel = {options['level']}\napp_name = 50% of $$zkdash\n"
    hand_over(Configured(tmp_path)(text))
    assert {key: asab.Config["logging"][key] for key in options} == options
    assert asab.config.ConfigParser._default_values["general"]["config_file"] == ""


def test_what_would_be_watched_is_told_without_secrets(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").touch()
    config = Configured(tmp_path)("""\
        [web]
        listen = 0.0.0.0:0 [::1]:80
        without_sign_in = anyone may look
        [store]
        url = postgresql://ada:hunter2@db:5432/zkdash?password=hunter2
        [zookeeper:prod]
        servers = zk1,[::1]:99
        label = Production \u00e4
        path = /kafka
        auth = ada:hunter2
        sasl = ada:hunter2
        tls = yes
        verify = no
        [zookeeper:plain]
        servers = h
        session_timeout = 1500ms
        [alert:ops]
        url = https://ada:hunter2@hooks.example.com/hunter2
        secret = hunter2
        """)
    assert (
        describe(config)
        == f"""\
Read: {tmp_path}/zkdash.conf
Pages: http://0.0.0.0:0 (a free port), http://[::1]:80 (without sign-in: anyone may look)
Store: postgresql://(hidden)@db:5432/zkdash
  events are kept 400 days, deliveries 90
Alert ops: webhook to https://hooks.example.com/(hidden), signed on LOST, RECOVERED, clusters *
Cluster prod (Production \u00e4)
  servers zk1:2181, [::1]:99
  path /kafka, session timeout 10 s
  AdminServers http://{{host}}:8080/commands
  TLS yes (servers are not verified), auth yes, SASL yes
Cluster plain
  servers h:2181
  path /, session timeout 1.5 s
  AdminServers http://{{host}}:8080/commands
  TLS no, auth no, SASL no
"""
    )
