"""Shops whose truth is known: what was planted is found as often as intervals promise, and nothing where nothing was.

Six shops each; a figure may fail so often as chance makes it fail once in a thousand such tests.
"""

from functools import cache

import pytest
from scipy.stats import binom

from benchmarks.known_shops import Found, look_at

pytestmark = [pytest.mark.thorough, pytest.mark.longest]
N, CUSTOMERS, FIRST_SEED = 6, 1_500, 4_000
MAIN = (
    "effect.card", "effect.card_with_discount", "effect_percent.card", "incremental_contribution.card",
    "break_even_cost.card", "observational.effect.gesture", "observational.effect_average.gesture",
    "observational.effect_percent.gesture", "observational.incremental_contribution.gesture",
    "observational.break_even_cost.gesture",
)  # fmt: skip


def most_misses(n: int, rate: float = 0.05) -> int:
    """More misses than this come about in fewer than one of a thousand tests."""
    return int(binom.ppf(0.999, n, rate))


@cache
def planted() -> list[Found]:
    """Shops in which gestures work for some and harm others."""
    return [look_at(FIRST_SEED + i, customers=CUSTOMERS) for i in range(N)]


@cache
def nothing() -> list[Found]:
    """Shops in which gestures do nothing at all."""
    return [look_at(FIRST_SEED + N + i, customers=CUSTOMERS, gestures={"strength": 0.0}) for i in range(N)]


def misses(shops: list[Found], report: str, key: str) -> tuple[int, int]:
    """How often the interval of a figure misses what was planted, and in how many shops it was given."""
    given = missed = 0
    for truth, findings in shops:
        planted_value, found = truth[report].get(key), findings.get(key)
        if planted_value is None or found is None or found.low is None or found.high is None:
            continue
        given += 1
        missed += not found.low <= planted_value["estimate"] <= found.high
    return missed, given


class TestPlanted:
    @pytest.mark.parametrize("key", MAIN)
    def test_the_effect_of_gestures_is_missed_no_more_often_than_chance_allows(self, key: str) -> None:
        missed, given = misses(planted(), "gestures", key)
        assert given == N
        assert missed <= most_misses(N), f"{key}: {missed} of {N} intervals miss what was planted"

    def test_so_are_the_effects_by_segment(self) -> None:
        keys = {key for truth, _ in planted() for key in truth["gestures"] if key.count(".") >= 2 + key.count("observ")}
        assert len(keys) == 15
        for key in sorted(keys):
            missed, given = misses(planted(), "gestures", key)
            assert missed <= most_misses(given), f"{key}: {missed} of {given}"
        told = [misses(planted(), "gestures", key) for key in keys]
        given = sum(given for _, given in told)
        assert given >= 10 * N
        assert sum(m for m, _ in told) <= most_misses(given)

    @pytest.mark.parametrize(
        "key",
        [*(f"habituation.{n}" for n in (1, 2, 3)), "recovery.gesture_vs_none", "recovery.gesture_vs_no_failure"],
    )
    def test_so_are_repeated_gestures_and_those_after_a_failure(self, key: str) -> None:
        missed, given = misses(planted(), "gestures", f"observational.{key}")
        assert given >= N // 2
        assert missed <= most_misses(given), f"{key}: {missed} of {given}"

    @pytest.mark.parametrize("key", ["fan_value", "one_time_value", "fans_worth"])
    def test_the_worth_of_a_fan_is_missed_no_more_often_than_chance_allows(self, key: str) -> None:
        missed, given = misses(planted(), "loyalty", key)
        assert given == N
        assert missed <= most_misses(N), f"{key}: {missed} of {N}"

    def test_the_naive_answer_is_off_in_most(self) -> None:
        off = 0
        for truth, findings in planted():
            naive = findings["observational.effect_naive.gesture"]
            assert naive.low is not None and naive.high is not None
            off += not naive.low <= truth["gestures"]["observational.effect.gesture"]["estimate"] <= naive.high
        assert off >= 0.75 * N

    def test_the_effects_are_not_biased(self) -> None:
        for key in ("effect.card", "observational.effect.gesture", "observational.effect_average.gesture"):
            errors = [f[key].number - t["gestures"][key]["estimate"] for t, f in planted()]
            spread = [(f[key].high - f[key].low) / 3.92 for _, f in planted()]  # type: ignore[operator]
            assert abs(sum(errors) / N) < 3.3 * (sum(spread) / N) / N**0.5, key

    def test_the_design_is_told(self) -> None:
        for _, findings in planted():
            assert findings["design"].verdict == "randomised"
            assert findings["observational.design"].verdict == "observational"


class TestNothingPlanted:
    @pytest.mark.parametrize("prefix", ["verdict.card", "observational.verdict."])
    def test_works_and_harms_are_said_no_more_often_than_five_percent_allow(self, prefix: str) -> None:
        claims = 0
        for truth, findings in nothing():
            assert truth["gestures"]["effect.card"]["estimate"] == 0
            said = {f.verdict for key, f in findings.items() if key.startswith(prefix)}
            claims += bool(said & {"works", "harms"})
        assert claims <= most_misses(N), f"{claims} of {N} shops"

    def test_the_naive_answer_sees_an_effect_all_the_same(self) -> None:
        found = [findings["observational.effect_naive.gesture"] for _, findings in nothing()]
        assert sum(naive.low is not None and naive.low > 0 for naive in found) >= 0.75 * N

    def test_no_effect_is_found_to_be_none_in_some(self) -> None:
        said = [findings["observational.verdict.gesture"].verdict for _, findings in nothing()]
        assert said.count("no_effect") >= 1
        assert set(said) <= {"works", "harms", "no_effect", "cannot_tell", "not_identifiable"}
