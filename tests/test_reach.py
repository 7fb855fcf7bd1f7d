"""How far somebody reaches: the pure decision, over all combinations of what they were given."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from zkdash.access import EVERYTHING, NOTHING, Answer, Need, Person, Reach, Role, decide
from zkdash.access.grant import Grant
from zkdash.access.reach import reach_of

SEES_PROD = Grant("sees", Role.VIEWER, users=("ada",), clusters=("prod*",))
RUNS_APPS = Grant("runs", Role.OPERATOR, groups=("ops",), paths=("/apps",))
NO_SECRETS = Grant("none", None, users=("*",), paths=("/apps/secret",))


def reach(*grants: Grant, user: str = "ada", groups: tuple[str, ...] = ("ops",)) -> Reach:
    return reach_of(grants, user, groups)


def test_a_grant_is_for_users_and_for_groups() -> None:
    given_to_ada = reach(SEES_PROD, RUNS_APPS, user="ada", groups=())
    assert given_to_ada.grants == {SEES_PROD}
    assert reach(SEES_PROD, RUNS_APPS, user="bob").grants == {RUNS_APPS}
    assert reach(SEES_PROD, user="bob", groups=()) == NOTHING


def test_the_highest_role_counts() -> None:
    both = reach(SEES_PROD, RUNS_APPS)
    assert (both.role("prod", "/"), both.role("prod", "/apps/x")) == (Role.VIEWER, Role.OPERATOR)


def test_what_is_denied_is_denied_whatever_else_was_given() -> None:
    strict = reach(Grant("all", Role.ADMIN, users=("*",)), NO_SECRETS)
    assert strict.role("prod", "/apps/secret") is None
    assert strict.role("prod", "/apps/secret/deep") is None
    assert strict.role("prod", "/apps/secrets") is Role.ADMIN
    assert not strict.sees_whole("prod")


def test_what_lies_on_the_way_is_passed_and_not_seen() -> None:
    only_apps = reach(RUNS_APPS)
    assert (only_apps.sees("prod", "/"), only_apps.passes("prod", "/")) == (False, True)
    assert (only_apps.sees("prod", "/apps"), only_apps.passes("prod", "/other")) == (True, False)
    assert only_apps.sees_cluster("prod")


def test_a_cluster_that_no_grant_names_does_not_exist() -> None:
    assert not reach(SEES_PROD).sees_cluster("staging")
    assert not reach(Grant("all", Role.VIEWER, users=("*",)), Grant("no", None, users=("*",))).sees_cluster("prod")


def test_a_ceiling_takes_away_and_never_gives() -> None:
    assert reach(RUNS_APPS).under(Role.VIEWER).role("prod", "/apps") is Role.VIEWER
    assert reach(SEES_PROD).under(Role.ADMIN).role("prod") is Role.VIEWER


def test_secrets_are_unmasked_only_where_a_grant_says_so() -> None:
    unmasking = Grant("unmask", Role.VIEWER, users=("*",), paths=("/apps",), unmask=True)
    mixed = reach(unmasking, SEES_PROD, NO_SECRETS)
    assert (mixed.unmasks("prod", "/apps/x"), mixed.unmasks("prod", "/x")) == (True, False)
    assert not mixed.unmasks("prod", "/apps/secret")
    assert not EVERYTHING.unmasks("prod", "/")


PATHS = ("/", "/a", "/a/b", "/ab")
grants = some.builds(
    Grant,
    name=some.just("x"),
    role=some.sampled_from([None, *Role]),
    users=some.just(("*",)),
    clusters=some.lists(some.sampled_from(["*", "p*", "prod"]), min_size=1, max_size=2).map(tuple),
    paths=some.lists(some.sampled_from(PATHS), min_size=1, max_size=2).map(tuple),
    unmask=some.booleans(),
)


@given(some.frozensets(grants, max_size=4), some.sampled_from(PATHS))
def test_one_more_denial_never_gives_anything(given_ones: frozenset[Grant], path: str) -> None:
    before, after = Reach(given_ones), Reach(given_ones | {Grant("no", None, users=("*",), paths=("/a",))})
    assert (after.role("prod", path) or 0) <= (before.role("prod", path) or 0)
    assert after.unmasks("prod", path) <= before.unmasks("prod", path)
    assert after.passes("prod", path) <= before.passes("prod", path)


@given(some.frozensets(grants, max_size=4), some.sampled_from(PATHS))
def test_what_is_seen_lies_in_a_cluster_that_is_seen(given_ones: frozenset[Grant], path: str) -> None:
    one = Reach(given_ones)
    assert not one.sees("prod", path) or (one.passes("prod", "/") and one.passes("prod", path))
    assert one.sees_whole("prod") <= all(one.sees("prod", each) for each in PATHS)


@pytest.mark.parametrize("need", Need)
@pytest.mark.parametrize("role", [None, *Role])
@pytest.mark.parametrize("cluster", [None, "prod", "hidden"])
def test_a_route_asks_for_the_role_that_it_needs(need: Need, role: Role | None, cluster: str | None) -> None:
    person = Person(Reach(frozenset({Grant("x", role, users=("*",), clusters=("prod",))})))
    if need is Need.NOTHING:
        expected = Answer.YES
    elif cluster == "hidden" or (cluster and role is None):
        expected = Answer.NOT_THERE
    elif role is None or role < need.value:
        expected = Answer.FORBIDDEN
    else:
        expected = Answer.YES
    assert decide(person, need, cluster) is expected


@pytest.mark.parametrize("need", Need)
def test_who_is_unknown_is_asked_to_sign_in(need: Need) -> None:
    assert decide(None, need) is (Answer.YES if need is Need.NOTHING else Answer.SIGN_IN)
