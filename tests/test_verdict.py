"""The verdict on an ensemble: who leads, how many more may fail, and what can't be known."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zkdash.ensemble.facts import Facts, facts_of
from zkdash.ensemble.groups import restarted
from zkdash.ensemble.sample import Peer, Role, Sample, Server
from zkdash.ensemble.verdict import Health, Verdict, judge
from zkdash.zookeeper.commands import Command, Refusal
from zkdash.zookeeper.refusals import Trouble

NOW = 1_750_000_000_000
L, F, O, A, R, LOOKING = (  # noqa: E741 - as in the tables below
    *(Role.LEADER, Role.FOLLOWER, Role.OBSERVER, Role.STANDALONE, Role.READ_ONLY, Role.LOOKING),
)
DOWN, SILENT, ODD, NONE = "down", "silent", "odd", None
What = Role | str | None


def server(number: int, *, observer: bool = False, told: bool = True) -> Server:
    peer = Peer.OBSERVER if observer else Peer.PARTICIPANT
    return Server(f"zk{number}:2181", f"zk{number}", 2181, number, peer, told=told)


def sample(name: str, what: What, *, epoch: int = 1, count: int = 9, **more: object) -> Sample | None:
    if what is None:
        return None
    if isinstance(what, Role) and what is not LOOKING:
        return replace(Sample("c", name, NOW, True, None, what, "3.8.4", (epoch << 32) + count), **more)
    trouble, reason = {
        DOWN: (Trouble.UNREACHABLE, "connection refused"),
        SILENT: (Trouble.SILENT, "no whole answer in time"),
        ODD: (Trouble.NONSENSE, "nonsense"),
        LOOKING: (Trouble.NOT_SERVING, "it is not serving now"),
    }[what]
    role = LOOKING if what is LOOKING else Role.UNKNOWN
    return Sample("c", name, NOW, False, None, role, refusal=Refusal(name, Command.SRVR, trouble, reason))


def verdict_on(*whats: What, voters: int | None = -1, observers: int = 0, **more: object) -> Verdict:
    """Of voters that are so, the last `observers` of which don't vote; `voters` is what the ensemble says."""
    voting = len(whats) - observers
    servers = [server(number, observer=number > voting) for number in range(1, len(whats) + 1)]
    samples = {one.name: said for one, what in zip(servers, whats, strict=True) if (said := sample(one.name, what))}
    return judge(servers, samples, NOW, voters=voting if voters == -1 else voters, **more)


@pytest.mark.parametrize(
    ("whats", "health", "said"),
    [
        ((F, L, F), Health.HEALTHY, "3 of 3 serving, leader zk2, 1 more may fail"),
        ((F, L, DOWN), Health.AT_RISK, "2 of 3 serving, leader zk2, none more may fail; down: zk3"),
        ((SILENT, L, F), Health.AT_RISK, "2 of 3 serving, leader zk2, none more may fail; silent: zk1"),
        ((F, L, F, F, DOWN), Health.DEGRADED, "4 of 5 serving, leader zk2, 1 more may fail; down: zk5"),
        ((F, L, F, DOWN, DOWN), Health.AT_RISK, "3 of 5 serving, leader zk2, none more may fail; down: zk4, zk5"),
        ((F, L), Health.HEALTHY, "2 of 2 serving, leader zk2, none more may fail"),
        ((F, L, F, F), Health.HEALTHY, "4 of 4 serving, leader zk2, 1 more may fail"),
        ((A,), Health.HEALTHY, "1 of 1 serving, standalone"),
        ((A, A), Health.DEGRADED, "2 of 2 serving, each standalone: they are no ensemble"),
        ((DOWN,), Health.NO_QUORUM, "0 of 1 serving, no quorum (1 needed); down: zk1"),
        ((LOOKING, LOOKING, LOOKING), Health.NO_QUORUM, None),
        ((LOOKING, DOWN, DOWN), Health.NO_QUORUM, None),
        ((LOOKING, DOWN, SILENT), Health.NO_QUORUM, None),
        ((LOOKING, R, DOWN), Health.NO_QUORUM, None),
        ((F, F, DOWN), Health.NO_QUORUM, None),  # two that haven't noticed yet that their leader is gone
        ((LOOKING, SILENT, SILENT), Health.UNKNOWN, None),
        ((SILENT, SILENT, SILENT), Health.UNKNOWN, None),
        ((ODD, ODD, ODD), Health.UNKNOWN, None),
        ((NONE, NONE, NONE), Health.UNKNOWN, None),
        ((SILENT,), Health.UNKNOWN, None),
        ((), Health.UNKNOWN, "no server is known"),
    ],
)
def test_what_all_servers_say_together(whats: tuple[What, ...], health: Health, said: str | None) -> None:
    verdict = verdict_on(*whats, voters=len(whats) or None)
    assert verdict.health is health
    if said is not None:
        assert verdict.sentence == said


def test_a_leader_that_no_majority_can_follow_is_out_of_the_quorum() -> None:
    verdict = verdict_on(L, LOOKING, DOWN)
    assert (verdict.leader, verdict.out_of_quorum) == (None, ("zk1:2181",))
    assert verdict.health is Health.NO_QUORUM


def test_of_two_leaders_the_one_of_the_newer_epoch_leads() -> None:
    servers = [server(number) for number in range(1, 6)]
    samples = {one.name: sample(one.name, what) for one, what in zip(servers, (L, F, L, F, F), strict=True)}
    samples["zk3:2181"] = sample("zk3:2181", L, epoch=2)
    verdict = judge(servers, samples, NOW, voters=5)
    assert (verdict.leader, verdict.out_of_quorum) == ("zk3:2181", ("zk1:2181",))
    assert verdict.sentence == "4 of 5 serving, leader zk3, 1 more may fail; out of the quorum: zk1"


def test_of_two_leaders_of_one_epoch_the_one_with_more_followers_leads_and_of_equals_nobody() -> None:
    full = {
        f"zk{number}:2181": sample(f"zk{number}:2181", L, metrics={"synced_followers": followers})
        for number, followers in ((1, 0), (3, 2))
    }
    assert verdict_on(L, F, L, F, F, full=full).leader == "zk3:2181"
    tied = verdict_on(L, F, L, F, F)
    assert (tied.leader, tied.health, tied.out_of_quorum) == (None, Health.UNKNOWN, ("zk1:2181", "zk3:2181"))
    assert "several claim to lead" in tied.sentence


def test_a_leader_whose_admin_server_denies_it_does_not_lead() -> None:
    verdict = verdict_on(L, F, L, F, F, leads={"zk1:2181": False, "zk3:2181": True})
    assert (verdict.leader, verdict.out_of_quorum) == ("zk3:2181", ("zk1:2181",))


def test_a_leader_is_believed_what_it_counted_lately_where_its_followers_are_not_seen() -> None:
    def full(age_ms: int) -> dict[str, Sample]:
        return {"zk1:2181": sample("zk1:2181", L, metrics={"synced_followers": 2}, at=NOW - age_ms)}

    fresh = verdict_on(L, SILENT, SILENT, full=full(5_000))
    assert (fresh.health, fresh.synced) == (Health.AT_RISK, 3)
    assert "leader zk1 by its own word" in fresh.sentence
    assert verdict_on(L, SILENT, SILENT, full=full(60_000)).health is Health.UNKNOWN
    assert verdict_on(L, DOWN, DOWN, full=full(5_000)).health is Health.NO_QUORUM


def test_servers_follow_a_leader_that_zkdash_does_not_see() -> None:
    verdict = verdict_on(SILENT, F, F)
    assert (verdict.health, verdict.leader, verdict.may_fail) == (Health.AT_RISK, None, 0)
    assert verdict.sentence == "2 of 3 serving, leader not seen, none more may fail; silent: zk1"


def test_observers_do_not_count() -> None:
    healthy = verdict_on(L, F, F, O, O, observers=2)
    assert (healthy.voters, healthy.quorum_size, healthy.may_fail, healthy.serving) == (3, 2, 1, 5)
    assert healthy.observers == ("zk4:2181", "zk5:2181")
    one_less = verdict_on(L, F, DOWN, O, O, observers=2)
    assert (one_less.health, one_less.may_fail) == (Health.AT_RISK, 0)
    assert verdict_on(L, F, F, DOWN, observers=1).health is Health.DEGRADED


def test_voters_that_nobody_can_ask_count_as_not_seen() -> None:
    verdict = verdict_on(L, F, F, voters=5)
    assert (verdict.servers, verdict.serving, verdict.may_fail, verdict.health) == (5, 3, 0, Health.AT_RISK)


def test_a_server_that_the_ensemble_does_not_name_has_no_vote() -> None:
    servers = [server(1), server(2), server(3), server(4, told=False)]
    whats = (L, F, F, LOOKING)
    verdict = judge(servers, {s.name: sample(s.name, w) for s, w in zip(servers, whats, strict=True)}, NOW, voters=3)
    assert (verdict.voters, verdict.may_fail, verdict.looking) == (3, 1, ("zk4:2181",))


def test_without_the_ensembles_word_the_leader_says_how_many_vote() -> None:
    full = {"zk1:2181": sample("zk1:2181", L, metrics={"quorum_size": 5.0})}
    assert verdict_on(L, F, F, voters=None, full=full).quorum_size == 3
    assert verdict_on(L, F, F, voters=None).quorum_size == 2


def test_where_voters_weigh_differently_nobody_says_how_many_may_fail() -> None:
    verdict = verdict_on(L, F, DOWN, heads=False)
    assert (verdict.health, verdict.quorum_size, verdict.may_fail) == (Health.DEGRADED, None, None)


def test_a_server_at_a_guessed_port_is_not_said_to_be_down() -> None:
    servers = [server(1), server(2), replace(server(3), guessed=True)]
    samples = {s.name: sample(s.name, w) for s, w in zip(servers, (L, F, DOWN), strict=True)}
    assert judge(servers, samples, NOW, voters=3).unknown == ("zk3:2181",)


def test_what_differs_between_servers_is_said() -> None:
    servers = [server(1), server(2), server(3)]
    samples = {
        "zk1:2181": sample("zk1:2181", L, count=90),
        "zk2:2181": sample("zk2:2181", F, count=88, version="3.9.2"),
        "zk3:2181": sample("zk3:2181", F, count=90),
    }
    facts = {f"zk{n}:2181": Facts(n, {"tick_time": str(tick)}) for n, tick in ((1, 2000), (2, 2000), (3, 500))}
    verdict = judge(servers, samples, NOW, voters=3, facts=facts)
    assert verdict.skew == {"3.8.4": ("zk1:2181", "zk3:2181"), "3.9.2": ("zk2:2181",)}
    assert verdict.drift == {"tick_time": {"2000": ("zk1:2181", "zk2:2181"), "500": ("zk3:2181",)}}
    assert verdict.lag == {"zk2:2181": 2}
    assert verdict.health is Health.HEALTHY


def hashes(*pairs: tuple[int, int], version: int = 2) -> Facts:
    digests = [{"zxid": zxid, "digest": digest, "digest_version": version} for zxid, digest in pairs]
    return facts_of({}, {}, {"digests": digests})


def test_servers_whose_data_differs_at_the_same_zxid_have_diverged() -> None:
    facts = {
        "zk1:2181": hashes((128, 5), (256, 7)),
        "zk2:2181": hashes((128, 5), (256, 8)),
        "zk3:2181": hashes((384, 9)),
    }
    verdict = verdict_on(L, F, F, facts=facts)
    assert verdict.diverged == {"v2:7": ("zk1:2181",), "v2:8": ("zk2:2181",)}
    assert verdict.health is Health.DEGRADED
    same = {"zk1:2181": hashes((128, 5)), "zk2:2181": hashes((128, 6), version=3)}
    assert verdict_on(L, F, F, facts=same).diverged == {}


def test_a_server_has_begun_anew_when_its_uptime_went_back() -> None:
    def at(seconds: int, uptime_ms: int | None) -> Sample:
        return replace(sample("zk1:2181", F), at=NOW + seconds * 1000, uptime_ms=uptime_ms)

    assert not restarted(at(0, 60_000), at(15, 75_000))
    assert restarted(at(0, 60_000), at(15, 3_000))
    assert not restarted(None, at(15, 3_000))
    assert not restarted(at(0, None), at(15, 3_000))


def test_an_election_ends_a_servers_uptime_and_is_no_restart() -> None:
    def at(uptime_ms: int, **metrics: float) -> Sample:
        return replace(sample("zk1:2181", F), at=NOW + uptime_ms, uptime_ms=uptime_ms, metrics=metrics)

    before = at(60_000, looking_count=1, commit_count=500)
    assert not restarted(before, replace(at(3_000, looking_count=2, commit_count=510), at=NOW + 90_000))
    assert restarted(before, replace(at(3_000, looking_count=1, commit_count=2), at=NOW + 90_000))
    assert restarted(before, replace(at(3_000, looking_count=2, commit_count=2), at=NOW + 90_000))


WHATS = st.sampled_from([L, F, O, R, LOOKING, DOWN, SILENT, ODD, NONE])
ENSEMBLES = st.lists(WHATS, min_size=2, max_size=9)


@given(ENSEMBLES, st.one_of(st.none(), st.integers(1, 9)), st.dictionaries(st.integers(1, 9), st.booleans()))
def test_every_server_is_in_one_group_and_the_numbers_agree(
    whats: list[What], voters: int | None, leads: dict[int, bool]
) -> None:
    denied = {f"zk{number}:2181": value for number, value in leads.items()}
    verdict = verdict_on(*whats, voters=voters, leads=denied)
    groups = [
        *(verdict.followers, verdict.observers, verdict.standalone, verdict.looking, verdict.down, verdict.silent),
        *(verdict.out_of_quorum, verdict.unknown, (verdict.leader,) if verdict.leader else ()),
    ]
    assert sorted(name for group in groups for name in group) == sorted(
        f"zk{number}:2181" for number in range(1, len(whats) + 1)
    )
    assert 0 <= verdict.serving <= verdict.servers
    assert verdict.servers >= len(whats)
    if verdict.may_fail is not None:
        assert 0 <= verdict.may_fail < (verdict.voters or 0)
    if verdict.health in (Health.UNKNOWN, Health.NO_QUORUM):
        assert verdict.may_fail is None
    if verdict.health is Health.HEALTHY:
        assert verdict.serving == verdict.servers


@given(ENSEMBLES)
def test_it_claims_a_quorum_only_where_there_is_one_and_none_only_where_there_can_be_none(whats: list[What]) -> None:
    whats = [F if what is O else what for what in whats]
    verdict = verdict_on(*whats)
    quorum = len(whats) // 2 + 1
    seen = sum(what in (L, F) for what in whats)
    unseen = sum(what in (SILENT, ODD, NONE) for what in whats)
    if verdict.health in (Health.HEALTHY, Health.DEGRADED, Health.AT_RISK):
        assert seen + (verdict.leader is None) >= quorum
        assert verdict.leader is not None or unseen
    if verdict.health is Health.NO_QUORUM:
        assert verdict.leader is None
        assert whats.count(L) != 1 or seen + unseen < quorum


@given(ENSEMBLES, st.integers(0, 8))
def test_as_many_servers_may_fail_as_it_says(whats: list[What], extra: int) -> None:
    whats = [F if what is O else what for what in whats]
    verdict = verdict_on(*whats)
    if not verdict.may_fail:
        return
    followers = [place for place, what in enumerate(whats) if what is F]
    for place in followers[: verdict.may_fail]:
        whats[place] = DOWN
    after = verdict_on(*whats)
    if after.leader:
        assert after.health is Health.AT_RISK


@given(ENSEMBLES)
def test_more_silence_never_makes_it_surer(whats: list[What]) -> None:
    before = verdict_on(*whats)
    for place, what in enumerate(whats):
        if what in (DOWN, LOOKING):
            after = verdict_on(*whats[:place], SILENT, *whats[place + 1 :])
            assert not (after.health is Health.NO_QUORUM and before.health is not Health.NO_QUORUM)
            assert after.health is not Health.HEALTHY
