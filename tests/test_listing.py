"""Pages of children: nothing twice, nothing missing, whatever comes and goes in between."""

from hypothesis import given
from hypothesis import strategies as st

from zkdash.znodes.listing import ListingCache, Version, page_of

TWENTY = tuple(f"n{number:02}" for number in range(20))
V1 = Version(pzxid=1, cversion=1)
V2 = Version(pzxid=2, cversion=2)


@given(st.sets(st.text(min_size=1)), st.integers(1, 7), st.text(max_size=1))
def test_the_pages_together_are_the_matching_names_in_order(names: set[str], limit: int, prefix: str) -> None:
    ordered = sorted(names)
    matching = [name for name in ordered if name.startswith(prefix)]
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        page = page_of(ordered, after, limit, prefix)
        assert page.start == len(seen)
        assert (page.matching, page.total) == (len(matching), len(ordered))
        assert len(page.names) <= limit
        seen += page.names
        after = page.next
    assert seen == matching


@given(st.sets(st.text(min_size=1), min_size=1), st.integers(1, 5))
def test_previous_leads_back_the_same_way(names: set[str], limit: int) -> None:
    ordered = sorted(names)
    first = page_of(ordered, "", limit)
    assert first.previous is None
    page, back = first, []
    while page.next is not None:
        back.append(page.names)
        page = page_of(ordered, page.next, limit)
    while page.previous is not None:
        page = page_of(ordered, page.previous, limit)
        assert page.names == back.pop()
    assert back == []


def test_a_page_begins_where_a_deleted_name_stood() -> None:
    page = page_of(TWENTY, after="n04x", limit=3)
    assert page.names == ("n05", "n06", "n07")


def test_after_the_last_name_there_is_an_empty_page_with_a_way_back() -> None:
    page = page_of(TWENTY, after="z", limit=5)
    assert (page.names, page.next, page.previous) == ((), None, "n14")


def test_a_node_without_children_has_one_empty_page() -> None:
    page = page_of((), limit=5)
    assert (page.names, page.total, page.next, page.previous) == ((), 0, None, None)


def test_a_list_is_kept_as_long_as_the_node_has_the_same_version() -> None:
    cache = ListingCache()
    cache.put("a", V1, TWENTY)
    assert cache.get("a", V1) == TWENTY
    assert cache.get("a", V2) is None
    assert cache.get("b", V1) is None


def test_a_list_is_forgotten_in_time() -> None:
    now = 0.0
    cache = ListingCache(keep_s=60, clock=lambda: now)
    cache.put("a", V1, TWENTY)
    now = 59.9
    assert "a" in cache
    now = 60.0
    assert "a" not in cache
    assert len(cache) == 0


def test_the_oldest_list_goes_when_there_are_too_many_names() -> None:
    cache = ListingCache(max_names=50)
    for key in ("a", "b", "c"):
        cache.put(key, V1, TWENTY)
    assert ("a" in cache, "b" in cache, "c" in cache) == (False, True, True)
    assert len(cache) == 40


def test_a_list_longer_than_the_bound_is_not_kept() -> None:
    cache = ListingCache(max_names=19)
    cache.put("a", V1, TWENTY)
    assert len(cache) == 0


def test_a_list_put_again_is_counted_once() -> None:
    cache = ListingCache()
    cache.put("a", V1, TWENTY)
    cache.put("a", V2, TWENTY[:5])
    assert len(cache) == 5
