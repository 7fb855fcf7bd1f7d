"""Failed sign-ins are slowed down, on a simulated clock."""

from __future__ import annotations

from zkdash.access.throttle import FREE, MOST, Throttle


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_who_fails_waits_twice_as_long_each_time_up_to_a_bound() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    waits = []
    for _ in range(9):
        throttle.begin("ada", "192.0.2.1")
        waits.append(throttle.wait_s("ada", "198.51.100.1"))
        clock.now += waits[-1]
    assert waits == [0, 0, 1, 2, 4, 8, 16, 30, 30]


def test_an_address_waits_longer_than_an_account_but_not_for_ever() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    for number in range(30):
        throttle.begin(f"user {number}", "192.0.2.1")
    assert throttle.wait_s("ada", "192.0.2.1") == 900
    clock.now += 900
    assert throttle.wait_s("ada", "192.0.2.1") == 0


def test_asking_meanwhile_makes_no_wait_longer_and_an_hour_forgets_all() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    for _ in range(FREE + 3):
        throttle.begin("ada", "192.0.2.1")
    for _ in range(5):
        assert throttle.wait_s("ada", "192.0.2.1") == 8
    clock.now += 3601
    throttle.begin("ada", "192.0.2.1")
    assert throttle.wait_s("ada", "192.0.2.1") == 0


def test_who_gets_in_is_clean_again_and_what_others_failed_at_stays() -> None:
    throttle = Throttle(Clock())
    for _ in range(FREE):
        throttle.begin("eve", "192.0.2.1")
    throttle.begin("ada", "192.0.2.1")
    throttle.passed("ada", "192.0.2.1")
    assert throttle.wait_s("ada", "198.51.100.1") == 0
    assert throttle.wait_s("ada", "192.0.2.1") == 1
    assert throttle.wait_s("eve", "198.51.100.1") == 1


def test_many_tries_at_once_gain_nothing() -> None:
    throttle = Throttle(Clock())
    for _ in range(FREE):
        throttle.begin("ada", "192.0.2.1")  # none of them has an answer yet
    assert throttle.wait_s("ada", "192.0.2.1") > 0


def test_an_ipv6_address_counts_with_its_neighbours() -> None:
    throttle = Throttle(Clock())
    for number in range(FREE):
        throttle.begin(f"user {number}", f"2001:db8::{number}")
    assert throttle.wait_s("ada", "2001:db8::ffff") == 1
    assert throttle.wait_s("ada", "2001:db8:0:1::1") == 0


def test_its_memory_is_bounded() -> None:
    throttle = Throttle(Clock())
    for number in range(MOST):
        throttle.begin(f"user {number}", f"10.0.{number // 256}.{number % 256}")
    assert len(throttle) == MOST
