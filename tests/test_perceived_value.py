"""Which lever pays more and for whom, and whether bad weighs more than good: planted, and with nothing planted."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.made.driven import DriverWorld, follow
from cxlab.blocks import SEGMENTS
from cxlab.driver_tags import Group
from cxlab.errors import NotEnoughDataError
from cxlab.estimate import Estimate
from cxlab.experience.good_and_bad import weigh_good_and_bad
from cxlab.experience.value import perceived_value
from cxlab.two_sides import judge

TWO: dict[str, tuple[Group, ...]] = {"care": ("benefit",), "delay": ("sacrifice",)}


class TestLevers:
    def test_slopes_are_those_that_were_planted(self) -> None:
        made = follow(DriverWorld((0.3, -0.1), likeness=0.0, tags=TWO), 6000, 4)
        one = perceived_value(made).everybody
        assert one.benefit.ends[0] <= 100 * np.expm1(0.3) <= one.benefit.ends[1]
        assert one.sacrifice.ends[0] <= 100 * np.expm1(0.1) <= one.sacrifice.ends[1]
        assert one.lever == "more_benefit"

    def test_less_sacrifice_is_named_where_it_pays_more(self) -> None:
        made = follow(DriverWorld((0.05, -0.3), likeness=0.0, tags=TWO), 6000, 4)
        assert perceived_value(made).everybody.lever == "less_sacrifice"

    def test_segments_that_differ_are_told_apart(self) -> None:
        made = follow(DriverWorld((0.5, -0.1), likeness=0.0, tags=TWO, by_segment=(1, 0, 0, 0)), 8000, 4)
        found = perceived_value(made)
        assert found.differs
        levers = {one.name: one.lever for one in found.segments}
        assert levers["profit_bringers"] == "more_benefit" and "more_benefit" not in list(levers.values())[1:]
        assert found.heading.startswith("Profit-bringers: more benefit")

    def test_segments_that_are_alike_are_not_put_in_order(self) -> None:
        p_values = [
            perceived_value(follow(DriverWorld((0.2, -0.1), tags=TWO), 1200, seed)).p_value for seed in range(30)
        ]
        assert sum(p is not None and p < 0.05 for p in p_values) <= 5  # of 30 at 5 %: more in less than one of 100
        found = perceived_value(follow(DriverWorld((0.2, -0.1), tags=TWO), 1200, 1))
        assert not found.differs
        keys = [f"perceived_value.{segment}" for segment in SEGMENTS]
        assert all(found.findings[key].verdict == "cannot_tell" for key in keys)

    def test_small_segments_are_left_out_and_said(self) -> None:
        made = follow(DriverWorld((0.2, -0.1), tags=TWO), 1200, 1)
        assert made.segments is not None
        few = made.segments.copy()
        few[few == "lost"] = "candidates"
        few[:5] = "lost"
        found = perceived_value(replace(made, segments=few))
        assert found.left_out == ("lost",) and "Too few answers, or all alike: Lost." in found.reading

    def test_one_side_alone_is_no_value(self) -> None:
        with pytest.raises(NotEnoughDataError, match="tag one driver as benefit and one as sacrifice"):
            perceived_value(follow(DriverWorld((0.2, 0.1), tags={"a": ("benefit",), "b": ()}), 1200, 1))

    def test_a_side_that_cannot_be_looked_at_is_told_why(self) -> None:
        made = follow(DriverWorld((0.2, -0.1), tags=TWO), 1200, 1)
        name = next(name for name, tags in made.tags.items() if "benefit" in tags)
        alike = replace(made, values=made.values.assign(**{name: 7.0}))
        with pytest.raises(NotEnoughDataError, match=f"tagged `benefit` none can be looked at, for of “{name}” all"):
            perceived_value(alike)


class TestGoodAndBad:
    def test_a_planted_bend_is_found(self) -> None:
        made = follow(DriverWorld((0.5, 0.0), good=0.0, tags=TWO), 6000, 2)
        care = next(bend for bend in weigh_good_and_bad(made).bends if bend.name == "care")
        assert care.verdict == "bad_weighs_more"
        assert care.costs.ends[0] <= -100 * np.expm1(-0.5) <= care.costs.ends[1]

    def test_the_other_way_round_as_well(self) -> None:
        made = follow(DriverWorld((0.0, 0.0), good=0.4, tags=TWO), 6000, 2)
        care = next(bend for bend in weigh_good_and_bad(made).bends if bend.name == "care")
        assert care.verdict == "good_weighs_more"

    def test_more_of_a_sacrifice_is_the_bad_side(self) -> None:
        made = follow(DriverWorld((0.5, 0.0), good=0.0, tags={"delay": ("sacrifice",), "x": ()}), 6000, 2)
        turned = replace(made, values=made.values.assign(delay=-made.values["delay"]))
        found = weigh_good_and_bad(turned)
        delay = next(bend for bend in found.bends if bend.name == "delay")
        assert delay.verdict == "bad_weighs_more" and found.untagged == ("x",)

    def test_with_nothing_planted_a_side_is_rarely_named(self) -> None:
        named = [
            any(b.verdict in ("bad_weighs_more", "good_weighs_more") for b in weigh_good_and_bad(follow(
                DriverWorld((0.0, 0.0), tags=TWO), 1000, seed)).bends)
            for seed in range(30)
        ]  # fmt: skip
        assert sum(named) <= 5

    def test_a_side_without_customers_is_said(self) -> None:
        made = follow(DriverWorld((0.3, -0.1), tags=TWO), 1200, 1)
        top = made.values.assign(care=np.minimum(made.values["care"], 0.0))
        found = weigh_good_and_bad(replace(made, values=top))
        assert [name for name, _ in found.left_out] == ["care"]


def test_the_rule_of_two_sides() -> None:
    def e(low: float, high: float) -> Estimate:
        return Estimate((low + high) / 2, low, high)

    assert judge(e(1, 2), e(-1, 1), e(1, 3), e(1, 3), 5) == "bad_weighs_more"
    assert judge(e(-1, 1), e(-1, 1), e(1, 3), e(1, 3), 5) == "no_difference"
    assert judge(e(-9, 9), e(1, 9), e(-9, -1), e(-8, -2), 5) == "good_weighs_more"
    assert judge(e(-9, 9), e(-9, 9), e(-9, 9), e(-8, 8), 5) == "cannot_tell"
