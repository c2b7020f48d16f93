"""What the number of one-time buyers hangs on, two assumptions at once, and whether 5, 10 or 15 is borne out."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from cxlab import plots
from cxlab.estimate import Estimate
from cxlab.loyalty import Worth, check_fans, vary_assumptions, weigh_fans
from cxlab.loyalty.retention import kept_a_year
from cxlab.loyalty.rules_of_thumb import SAID, judge_rules_of_thumb
from cxlab.loyalty.sensitivity import KEPT_POINTS, Sensitivity, Variant
from cxlab.loyalty.two_way import TwoWay, map_assumptions
from cxlab.loyalty.weigh import weigh
from cxlab.plots.worth_maps import fan_worth_maps
from cxlab.purchases.outlook import PurchaseOutlook, foresee_purchases
from tests.loyal_shops import Loyal, drawn_evidence, judged, loyal_shop, referrals_of, steady_outlook


def thinning_outlook(n: int, share: float, *, months: int = 36) -> PurchaseOutlook:
    """The same foreseen of every fan, a share of it left after each year."""
    days = (np.arange(months) + 0.5) * 30
    ahead = np.tile(share ** (days / 365.25), (n, 1))
    covariance = np.zeros((months + 1, months + 1))
    return replace(steady_outlook(n), ahead=ahead, days=days, covariance=covariance, horizon_days=30 * months)


def thinning(share: float = 0.6, *, rate: float = 0.3, each: float = 5.0, **given: float) -> Worth:
    evidence = drawn_evidence(np.random.default_rng(1), 60, 200, rate=rate, each=each)
    return judged(replace(evidence, outlook=thinning_outlook(60, share)), **given)


def model_shop(of: Loyal, *, horizon_days: int = 365) -> tuple[Worth, partial[PurchaseOutlook]]:
    foresee = partial(foresee_purchases, of.model, window_days=of.customers.holdout_days)
    told = referrals_of(of.customers, of.fans)
    return weigh_fans(
        of.customers, of.fans, foresee(of.fans.are_fans, horizon_days=horizon_days), referrals=told
    ), foresee


class TestRetention:
    @pytest.mark.parametrize("share", [0.3, 0.6, 1.0])
    def test_the_share_left_a_year_later_is_the_one_planted(self, share: float) -> None:
        assert kept_a_year(thinning_outlook(10, share)).number == pytest.approx(share)

    def test_its_interval_is_that_of_the_fit(self) -> None:
        outlook = thinning_outlook(10, 0.6)
        covariance = np.zeros_like(outlook.covariance)
        covariance[1, 1] = (0.1 * outlook.ahead[:, 0].sum()) ** 2
        found = kept_a_year(replace(outlook, covariance=covariance))
        times = 365.25 / (outlook.days[-1] - outlook.days[0])
        assert np.log(found.ends) == pytest.approx(np.log(0.6) + np.array([-1, 1]) * 1.96 * 0.1 * times, abs=1e-4)

    def test_it_cannot_be_told_over_a_month_or_of_nothing(self) -> None:
        of_a_month = thinning_outlook(10, 0.6, months=1)
        nothing = replace(thinning_outlook(10, 0.6), ahead=np.zeros((10, 36)))
        assert kept_a_year(of_a_month).value is None and kept_a_year(nothing).value is None
        worth = judged(
            replace(drawn_evidence(np.random.default_rng(1), 60, 200), outlook=thinning_outlook(60, 0.6, months=1))
        )
        assert "kept" not in {v.kind for v in vary_assumptions(worth).variants}
        assert map_assumptions(worth).missing

    def test_a_share_that_is_left_gives_what_that_share_would_give(self) -> None:
        evidence = drawn_evidence(np.random.default_rng(1), 60, 200)
        unseen = replace(evidence, basis="so_far", outlook=thinning_outlook(60, 0.6))
        faster = replace(unseen, outlook=thinning_outlook(60, 0.5))
        by = {v.said: v for v in vary_assumptions(judged(unseen)).variants}
        assert by["50% of buying left a year on, not 60%"].worth.number == pytest.approx(judged(faster).number.number)

    def test_what_was_seen_stays_as_it_was(self) -> None:
        worth = thinning(0.6)
        seen = judged(replace(worth.fan.evidence, holdout_days=2000))
        assert "kept" not in {v.kind for v in vary_assumptions(seen).variants}
        late = judged(replace(worth.fan.evidence, holdout_days=900))
        spread = [
            np.ptp([v.worth.number for v in vary_assumptions(w).variants if v.kind == "kept"]) / w.number.number
            for w in (worth, late)
        ]
        assert spread[0] > 5 * spread[1] > 0

    def test_no_more_than_all_and_no_less_than_nothing_is_left(self) -> None:
        assert [v.said[:3] for v in vary_assumptions(thinning(0.97)).variants if v.kind == "kept"] == ["87%", "92%"]
        assert len([v for v in vary_assumptions(thinning(0.08)).variants if v.kind == "kept"]) == len(KEPT_POINTS) - 1

    def test_the_reading_says_how_much_is_left(self) -> None:
        of = loyal_shop()
        worth, foresee = model_shop(of, horizon_days=1095)
        found = vary_assumptions(worth, foresee)
        assert "of fans’ buying is left a year later (interval of the fit" in found.reading
        low, high = found.kept.ends
        assert 0 < low < found.kept.number < high <= 1


class TestMaps:
    @pytest.mark.parametrize("rate", [0.0, 0.3])
    def test_every_point_is_what_is_reckoned_under_both_assumptions(self, rate: float) -> None:
        worth = thinning(0.6, rate=rate, discount_rate=0.05)
        found, evidence, base = map_assumptions(worth), worth.fan.evidence, worth.fan.assumptions
        assert found.kind == ("referrals" if rate else "cost")
        (of,) = found.maps
        for i, j in ((0, 0), (7, 30), (20, 12), (28, 40)):
            changed = replace(base, kept=found.kept[j] / of.kept.number)
            if rate:
                changed = replace(changed, referral_rate=found.other[i] / found.own.number)
            else:
                changed = replace(changed, acquisition_cost=found.other[i])
            assert of.numbers[i, j] == pytest.approx(weigh(evidence, changed).worth.number)

    def test_there_is_no_number_where_a_one_time_buyer_is_not_clearly_above_zero(self) -> None:
        worth = thinning(0.6, rate=0.0)
        found = map_assumptions(worth)
        (of,) = found.maps
        for i, cost in enumerate(found.other):
            there = weigh(worth.fan.evidence, replace(worth.fan.assumptions, acquisition_cost=float(cost))).worth
            assert np.isnan(of.numbers[i]).all() == (there.value is None)
        assert np.isnan(of.numbers[-1]).all() and not np.isnan(of.numbers[0]).any()

    def test_what_a_number_takes_gives_that_number(self) -> None:
        worth = thinning(0.6, rate=0.0)
        found = map_assumptions(worth)
        (of,) = found.maps
        target = 1.1 * of.worth.number
        kept, cost = found.needed(of, target)
        again = [
            weigh(worth.fan.evidence, replace(worth.fan.assumptions, **changed)).worth.number
            for changed in ({"kept": kept / of.kept.number}, {"acquisition_cost": cost})
        ]
        assert again == pytest.approx([target, target], rel=0.01)
        assert np.isnan(found.needed(of, 1e6)).all()

    def test_a_number_that_no_one_change_gives_is_not_said_to_be_out_of_reach(self) -> None:
        found = map_assumptions(thinning(0.6, rate=0.3))
        (of,) = found.maps
        corner = np.full(of.numbers.shape, 10.4)
        corner[-1, -1] = 17.0
        said = replace(found, maps=(replace(of, numbers=corner),)).reading
        assert "15 would take a change of both at once." in said
        assert "All that is drawn here lies between 10.4 and 17.0, so nothing makes it 5 or 10." in said

    def test_a_longer_horizon_stands_beside_the_one_reckoned(self) -> None:
        worth, foresee = model_shop(loyal_shop(), horizon_days=730)
        found = map_assumptions(worth, foresee)
        assert [of.horizon_days for of in found.maps] == [730, 1095]
        assert found.maps[0].worth == worth.number
        assert found.heading.startswith("One-time buyers for one fan: ")
        assert set(found.findings) == {"kept_a_year.730", "kept_a_year.1095"}

    @pytest.mark.parametrize("worth", [thinning(each=-1.0), thinning(each=-1.0, rate=0.0)])
    def test_where_nothing_gives_a_number_it_says_so_and_draws_nothing(self, worth: Worth) -> None:
        found = map_assumptions(worth)
        assert not found.maps and "no number under any" in found.reading and found.table.empty
        assert fan_worth_maps.lacks is not None and fan_worth_maps.lacks(found)

    def test_where_the_cost_leaves_no_number_the_map_shows_where_there_would_be_one(self) -> None:
        found = map_assumptions(thinning(acquisition_cost=5.0))
        assert found.kind == "cost" and found.maps[0].worth.value is None
        assert "there is no number as reckoned" in found.reading
        fan_worth_maps.block(found)


SHOPS = {
    "referrals": lambda: map_assumptions(thinning(0.6)),
    "cost": lambda: map_assumptions(thinning(0.6, rate=0.0)),
    "very many": lambda: map_assumptions(thinning(0.6, each=0.05)),
    "less than one": lambda: map_assumptions(thinning(0.6, each=400.0)),
    "two horizons": lambda: map_assumptions(*model_shop(loyal_shop())),
    "nothing thins": lambda: map_assumptions(thinning(1.0)),
}


class TestPage:
    @pytest.mark.parametrize("of", SHOPS)
    def test_a_map_is_drawn_twice_with_its_words_and_the_same_bytes(self, of: str) -> None:
        found: TwoWay = SHOPS[of]()
        block = fan_worth_maps.block(found)
        assert block.numbers is not None and block == fan_worth_maps.block(found)
        cells = [f"{cell.text} {cell.small}" for row in block.numbers.rows for cell in row]
        for text in (block.wide, block.narrow, found.reading, found.heading, block.caption.alt, *cells):
            assert "nan" not in text.lower() and ">inf<" not in text
        assert len(block.caption.alt) < 400
        drawn = [(np.nanmin(of.numbers), np.nanmax(of.numbers)) for of in found.maps]
        assert all(any(low < line < high for low, high in drawn) for line in found.lines)
        assert len([cell for cell in cells if cell.strip() not in ("–", "")]) > len(cells) / 2
        if found.lines:
            ends = f"under {found.lines[0]:,.10g}", f"over {found.lines[-1]:,.10g}"
            assert all(end in drawing for end in ends for drawing in (block.wide, block.narrow))

    def test_lines_that_are_not_drawn_are_not_promised(self) -> None:
        far = map_assumptions(thinning(0.6, each=60.0))
        (of,) = far.maps
        assert np.nanmin(of.numbers) > SAID[-1] or np.nanmax(of.numbers) < SAID[0]
        note = fan_worth_maps.block(far).caption.note
        assert far.reached == () and len(far.lines) > 1 and "No line for 5, 10 and 15" in note
        assert "Thick lines: 5" not in note

    def test_the_table_says_what_the_map_shows(self) -> None:
        found = map_assumptions(thinning(0.6))
        numbers = fan_worth_maps.block(found).numbers
        assert numbers is not None and numbers.columns[2] == f"{100 * found.kept[0]:.0f}% left"
        assert float(numbers.rows[0][2].text) == pytest.approx(found.maps[0].numbers[0, 0], abs=0.06)

    def test_one_number_under_a_range_is_said_as_still_about(self) -> None:
        seen = judged(replace(thinning(0.6).fan.evidence, holdout_days=1000))
        reading = vary_assumptions(seen).reading
        assert "the number would still be about" in reading and "the number would be" not in reading

    def test_the_numbers_that_are_often_said_are_lines_among_the_assumptions(self) -> None:
        drawing = plots.fan_assumptions.block(vary_assumptions(thinning(0.6))).wide
        assert all(f">{said}<" in drawing for said in SAID)
        plots.fan_assumptions.block(vary_assumptions(thinning(0.6, each=0.05)))


def made(worth: Estimate, *others: Estimate) -> Sensitivity:
    variants = [Variant("base", lambda: "as reckoned", worth, worth, worth)]
    variants += [Variant("pace", f"case {i}".strip, other, worth, worth) for i, other in enumerate(others)]
    return Sensitivity(tuple(variants), 5.0, 100, True, "EUR")


class TestRulesOfThumb:
    def test_each_number_is_placed_by_the_interval(self) -> None:
        found = judge_rules_of_thumb(made(Estimate(7.4, 5.9, 9.6, n=80), Estimate(12.0, 9.0, 16.0)))
        assert [r.verdict for r in found.rules] == ["too_low", "too_high", "too_high"]
        assert found.heading == "5, 10 or 15? None of them"
        assert found.reading.startswith(
            "5, 10 or 15? Here it is 7.4 (95% interval 5.9–9.6): 5 lies below it, 10 and 15"
        )
        assert "10 lies in the interval under the 1 assumption tried: case 0" in found.reading
        assert "5 lies in the interval under none" in found.reading
        assert found.findings["fans_worth.said_10"].verdict == "too_high"

    def test_several_may_fit(self) -> None:
        found = judge_rules_of_thumb(made(Estimate(11.0, 8.0, 17.0, n=80)))
        assert found.heading == "5, 10 or 15? 10 and 15 agree with the data"
        assert "10 and 15 lie within it, 5 below it" in found.reading

    def test_without_a_number_none_is_borne_out(self) -> None:
        found = judge_rules_of_thumb(made(Estimate(n=80, verdict="no_number")))
        assert {r.verdict for r in found.rules} == {"no_number"}
        assert "none of them" in found.heading and "None" not in found.reading


class TestReferralCheck:
    def test_it_holds_what_fans_brought_against_what_their_purchases_foretold(self) -> None:
        of = loyal_shop()
        plain = check_fans(of.customers, of.fans, of.outlook)
        assert plain.referrals.reading == "" and "holdout_check.referrals.gap" not in plain.findings
        late = check_fans(of.customers, of.fans, of.outlook, referrals_of(of.customers, of.fans))
        assert late.referrals.actual.number == pytest.approx(100) and late.referrals.expected.number == 0
        assert "more came than was foreseen" in late.reading
        early = check_fans(of.customers, of.fans, of.outlook, referrals_of(of.customers, of.fans, late=False))
        made_so_far = (of.customers.frame.loc[of.fans.are_fans, "repeat_purchases"] + 1).sum()
        assert early.referrals.expected.number == pytest.approx(
            100 * of.fans.n_fans / made_so_far * of.outlook.window.mean()
        )
        assert "fewer came than were foreseen" in early.reading and early.outcome == plain.outcome
