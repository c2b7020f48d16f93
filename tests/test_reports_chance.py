"""Two estimates held against each other: right on planted changes, rarely wrong where nothing changed."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import false_discovery_control, norm

from cxlab.estimate import Estimate, log_normal_interval, normal_interval, wilson_interval
from cxlab.reports.chance import Bounded, adjusted, difference

Draw = Callable[[np.random.Generator], Estimate]


def bounded(estimate: Estimate) -> Bounded:
    return Bounded(estimate.number, *estimate.ends, estimate.level)


def symmetric(value: float, error: float, level: float = 0.95) -> Bounded:
    return bounded(normal_interval(value, error, level=level))


def test_symmetric_intervals_give_the_usual_difference_of_independent_estimates() -> None:
    found = difference(symmetric(1.0, 0.3), symmetric(2.0, 0.4))
    assert found is not None
    reach = float(norm.ppf(0.975)) * 0.5
    assert (found.value, found.low, found.high) == pytest.approx((1.0, 1.0 - reach, 1.0 + reach))
    assert found.p == pytest.approx(2 * float(norm.sf(2.0)))


def test_intervals_of_other_levels_count_by_their_level() -> None:
    usual, other = (difference(symmetric(1.0, 0.3, level), symmetric(2.0, 0.4)) for level in (0.95, 0.8))
    assert usual is not None and other is not None
    assert other.p == pytest.approx(usual.p)


def test_of_a_lopsided_interval_the_half_that_faces_the_other_decides() -> None:
    near, far = Bounded(1.0, 0.0, 1.2, 0.95), Bounded(1.0, 0.8, 2.0, 0.95)
    above = Bounded(1.5, 1.4, 1.6, 0.95)
    up_from_near, up_from_far = difference(near, above), difference(far, above)
    assert up_from_near is not None and up_from_far is not None
    assert up_from_near.p < 0.001
    assert up_from_far.p > 0.3
    # The other way round the other halves face each other.
    below = Bounded(0.5, 0.4, 0.6, 0.95)
    down_from_near = difference(near, below)
    assert down_from_near is not None and down_from_near.p > 0.3


def test_swapping_the_runs_turns_the_sign_and_nothing_else() -> None:
    old, new = Bounded(1.0, 0.5, 1.2, 0.95), Bounded(1.4, 1.1, 2.2, 0.9)
    there, back = difference(old, new), difference(new, old)
    assert there is not None and back is not None
    assert (back.value, back.low, back.high) == pytest.approx((-there.value, -there.high, -there.low))
    assert back.p == pytest.approx(there.p)


def test_zero_is_left_out_exactly_where_the_p_value_is_below_one_in_twenty() -> None:
    rng = np.random.default_rng(1)
    for _ in range(300):
        halves = rng.uniform(0.1, 1, 4)
        a, b = rng.normal(size=2)
        found = difference(
            Bounded(a, a - halves[0], a + halves[1], 0.95), Bounded(b, b - halves[2], b + halves[3], 0.95)
        )
        assert found is not None
        assert (found.low > 0 or found.high < 0) == (found.p < 0.05)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (Bounded(1, 1, 1, 0.95), Bounded(2, 1, 3, 0.95)),  # no width
        (Bounded(1, 0, 1, 0.95), Bounded(2, 1, 3, 0.95)),  # none on the side of the other
        (Bounded(5, 0, 1, 0.95), Bounded(2, 1, 3, 0.95)),  # an interval that does not hold its estimate
        (Bounded(0, 0, 0, 0.95), Bounded(0, 0, 0, 0.95)),
        (Bounded(-1.7e308, -1.75e308, 1, 0.95), Bounded(1.7e308, 1, 1.75e308, 0.95)),
    ],
)
def test_intervals_that_cannot_carry_it_give_no_word_on_chance(old: Bounded, new: Bounded) -> None:
    assert difference(old, new) is None


def test_the_same_figure_twice_is_no_change() -> None:
    found = difference(symmetric(1.0, 0.3), symmetric(1.0, 0.4))
    assert found is not None
    assert (found.value, found.p) == (0.0, 1.0)


def ratio(rng: np.random.Generator) -> Estimate:
    value = float(np.exp(rng.normal(0, 0.25)))
    return log_normal_interval(value, 0.25 * value)


@pytest.mark.parametrize(
    "draw",
    [
        lambda rng: normal_interval(float(rng.normal(3, 0.5)), 0.5),
        ratio,
        lambda rng: wilson_interval(int(rng.binomial(400, 0.3)), 400),
        lambda rng: wilson_interval(int(rng.binomial(300, 0.05)), 300),
    ],
    ids=["symmetric", "ratio", "share", "small share"],
)
def test_where_nothing_changed_one_comparison_in_twenty_leaves_out_zero(draw: Draw) -> None:
    rng = np.random.default_rng(7)
    found = [difference(bounded(draw(rng)), bounded(draw(rng))) for _ in range(4000)]
    rate = np.mean([f is not None and f.p < 0.05 for f in found])
    assert 0.035 < rate < 0.06  # binomial error of 4,000: 0.0034


def related(rng: np.random.Generator, n: int) -> NDArray[np.float64]:
    """Findings that hang together as those of one study do: some rise together, some against each other."""
    common = rng.normal(size=5)
    loads = np.where(np.arange(n) % 3 == 0, -0.8, 0.8)
    return loads * common[np.arange(n) % 5] + 0.6 * rng.normal(size=n)


@pytest.mark.thorough
def test_where_nothing_changed_a_false_alarm_is_rare_over_all_findings_of_related_ones() -> None:
    rng, n, times = np.random.default_rng(3), 60, 300
    alarms = 0
    for _ in range(times):
        old, new = related(rng, n), related(rng, n)
        found = [difference(symmetric(a, 1.0), symmetric(b, 1.0)) for a, b in zip(old, new, strict=True)]
        alarms += min(adjusted([f.p for f in found if f is not None])) <= 0.05
    assert alarms / times < 0.065


def test_planted_changes_are_named_and_few_others_are() -> None:
    rng, n, times = np.random.default_rng(4), 100, 100
    changed = np.arange(n) < 20
    named, false = 0, []
    for _ in range(times):
        old, new = rng.normal(size=n), rng.normal(size=n) + 6.0 * changed
        found = [difference(symmetric(a, 1.0), symmetric(b, 1.0)) for a, b in zip(old, new, strict=True)]
        beyond = np.array(adjusted([f.p for f in found if f is not None])) <= 0.05
        named += int((beyond & changed).sum())
        false.append((beyond & ~changed).sum() / max(1, beyond.sum()))
    assert named / (times * 20) > 0.9
    assert np.mean(false) < 0.06


def test_runs_that_share_customers_are_judged_with_caution() -> None:
    rng = np.random.default_rng(5)
    alarms = []
    for _ in range(1000):
        new = rng.random(900) < 0.4
        old = new[:800]  # last month's customers are among this month's
        found = difference(*(bounded(wilson_interval(int(x.sum()), len(x))) for x in (old, new)))
        alarms.append(found is not None and found.p < 0.05)
    assert np.mean(alarms) < 0.005


def test_p_values_are_adjusted_as_scipy_does_it() -> None:
    p = np.random.default_rng(2).random(50) ** 3
    assert adjusted(p.tolist()) == pytest.approx(false_discovery_control(p).tolist())
    assert adjusted([]) == []
