"""Fans and one-time buyers: right where the truth is known, and silent where there is no number."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import sqlglot
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, chi2, norm

import cxlab as cx
from cxlab.errors import NotEnoughDataError
from cxlab.loyalty import Fans, LoyaltyError, check_fans, fieller_interval, find_fans, vary_assumptions, weigh_fans
from cxlab.loyalty.sensitivity import HORIZONS_DAYS
from cxlab.purchases.outlook import foresee_purchases
from tests.loyal_shops import FAR, Loyal, drawn_evidence, judged, loyal_shop, referrals_of, without
from tests.make import HEAD, orders_csv, write_study

Z = float(norm.ppf(0.975))
POSITIVE = st.floats(0.5, 50.0)


def with_once_fans(of: Loyal, n: int) -> Fans:
    """Return the fans and `n` more, who have bought once so far."""
    segments = of.fans.customers["segment"].copy()
    segments[np.flatnonzero(of.customers.frame["repeat_purchases"] == 0)[:n]] = "profit_bringers"
    return find_fans(of.customers, segments, of.fans.customers["probability_alive"])


class TestFieller:
    @given(a=POSITIVE, b=POSITIVE, va=st.floats(0.01, 4.0), vb=st.floats(1e-6, 0.01), rho=st.floats(-0.9, 0.9))
    def test_its_ends_are_the_ratios_that_are_just_not_rejected(
        self, a: float, b: float, va: float, vb: float, rho: float
    ) -> None:
        covariance = rho * (va * vb) ** 0.5
        found = fieller_interval(a, b, va, vb, covariance)
        assert found.value == a / b
        for end in found.ends:
            distance = (a - end * b) ** 2
            assert distance == pytest.approx(Z**2 * (va - 2 * end * covariance + end**2 * vb), rel=1e-5, abs=1e-8)

    def test_it_is_the_plain_interval_when_the_divisor_is_certain(self) -> None:
        found = fieller_interval(10.0, 2.0, 1.0, 0.0)
        assert found.ends == pytest.approx((5 - Z / 2, 5 + Z / 2))

    def test_it_turns_with_the_sign_of_the_numerator(self) -> None:
        up, down = fieller_interval(10.0, 2.0, 1.0, 0.1), fieller_interval(-10.0, 2.0, 1.0, 0.1)
        assert down.ends == pytest.approx(tuple(-end for end in reversed(up.ends)))

    @pytest.mark.parametrize("divisor", [-0.5, 0.0, 0.5])
    def test_there_is_none_when_the_divisor_may_be_zero(self, divisor: float) -> None:
        assert fieller_interval(10.0, divisor, 1.0, 0.1).as_finding() == {"verdict": "no_number"}


class TestNumber:
    @pytest.mark.parametrize(("n_fans", "n_once", "rate"), [(150, 400, 0.0), (150, 400, 0.3), (400, 150, 0.3)])
    def test_its_interval_covers_the_truth_as_often_as_it_says(self, n_fans: int, n_once: int, rate: float) -> None:
        rng = np.random.default_rng(20240305)
        discount = (1.1**-1 + 1.1**-2) / 2
        truth = (20 + rate * 12) * 10 / 4 * discount / 5
        runs, covered = 400, 0
        for _ in range(runs):
            low, high = judged(drawn_evidence(rng, n_fans, n_once, rate=rate)).number.ends
            covered += low <= truth <= high
        lowest, highest = binom.ppf([0.001, 0.999], runs, [0.93, 0.97])
        assert lowest <= covered <= highest

    def test_its_standard_error_is_the_spread_it_has(self) -> None:
        rng = np.random.default_rng(1)
        found = [judged(drawn_evidence(rng, 150, 400)) for _ in range(400)]
        for estimates in ([w.fan.weighed.fan for w in found], [w.one_time for w in found]):
            said = np.mean([(e.ends[1] - e.ends[0]) / (2 * Z) for e in estimates])
            assert said / np.std([e.number for e in estimates]) == pytest.approx(1, abs=0.1)

    def test_a_fan_is_worth_what_fans_of_a_model_shop_go_on_to_bring(self) -> None:
        of = loyal_shop()
        fan = of.worth(discount_rate=0.0).fan.weighed.fan
        later = of.far.frame.loc[of.fans.are_fans, "holdout_contribution"].to_numpy()
        error = np.hypot((fan.ends[1] - fan.ends[0]) / (2 * Z), later.std(ddof=1) / len(later) ** 0.5)
        assert len(later) > 200
        assert abs(fan.number - later.mean()) < 2.5 * error
        assert error < 0.12 * later.mean()

    def test_a_one_time_buyer_is_worth_what_they_brought(self) -> None:
        of = loyal_shop()
        frame = of.customers.frame
        once = (frame["repeat_purchases"] == 0) & (frame["holdout_purchases"] == 0)
        total = frame["contribution"] + frame["holdout_contribution"]
        assert of.worth().one_time.number == pytest.approx(total[once].mean())
        assert of.worth().one_time.n == of.fans.n_once == once.sum()

    def test_the_fit_makes_it_less_sure(self) -> None:
        of = loyal_shop()
        certain = np.zeros_like(of.outlook.covariance)
        sure = weigh_fans(of.customers, of.fans, replace(of.outlook, covariance=certain))
        with_fit, without_fit = of.worth().fan.weighed.fan.ends, sure.fan.weighed.fan.ends
        assert with_fit[1] - with_fit[0] > without_fit[1] - without_fit[0]

    def test_the_level_of_the_model_drops_out(self) -> None:
        of = loyal_shop()
        double = replace(of.outlook, window=2 * of.outlook.window, ahead=2 * of.outlook.ahead)
        twice = weigh_fans(of.customers, of.fans, double)
        assert twice.number.number == pytest.approx(of.worth().number.number)

    def test_a_later_amount_counts_for_less(self) -> None:
        of = loyal_shop()
        values = [of.worth(discount_rate=rate).fan.weighed.fan.number for rate in (0.0, 0.1, 0.2)]
        assert values[0] > values[1] > values[2]
        assert values[1] > values[0] * 1.1 ** (-FAR / 365.25)

    def test_the_cost_to_win_a_customer_lowers_both_sides_by_as_much(self) -> None:
        of = loyal_shop()
        free, dear = of.worth(), of.worth(acquisition_cost=1.0)
        assert dear.one_time.number == pytest.approx(free.one_time.number - 1)
        assert dear.fan.weighed.fan.number == pytest.approx(free.fan.weighed.fan.number - 1)
        assert dear.fan.weighed.fan_gross.number == pytest.approx(free.fan.weighed.fan.number)
        assert dear.number.number > free.number.number

    def test_a_fan_who_bought_once_makes_the_sides_covary(self) -> None:
        evidence = drawn_evidence(np.random.default_rng(2), 60, 60)
        apart = judged(evidence).number
        values = np.sort(evidence.contribution)
        same = replace(evidence, contribution=values, once=np.sort(evidence.once), once_places=evidence.fan_places)
        together = judged(same).number
        assert together.number == pytest.approx(apart.number)
        assert together.ends[1] - together.ends[0] < apart.ends[1] - apart.ends[0]

    def test_the_order_of_the_customers_does_not_matter(self) -> None:
        of = loyal_shop()
        order = np.random.default_rng(4).permutation(of.customers.n)
        frame = of.customers.frame.iloc[order].reset_index(drop=True)
        customers = replace(of.customers, frame=frame)
        segments = of.fans.customers["segment"].iloc[order].reset_index(drop=True)
        fans = find_fans(customers, segments, of.fans.customers["probability_alive"].to_numpy()[order])
        mine = np.flatnonzero(of.fans.are_fans)
        place = {customer: i for i, customer in enumerate(mine)}
        rows = [place[customer] for customer in order if customer in place]
        outlook = replace(of.outlook, window=of.outlook.window[rows], ahead=of.outlook.ahead[rows])
        assert weigh_fans(customers, fans, outlook).number.number == pytest.approx(of.worth().number.number)


class TestNoNumber:
    def test_a_one_time_buyer_who_brings_nothing_or_less_gives_none(self) -> None:
        worth = judged(drawn_evidence(np.random.default_rng(1), 60, 200, each=-1.0))
        assert worth.outcome == "nothing_to_divide_by"
        assert worth.findings["fans_worth"].as_finding() == {"n": 260, "verdict": "no_number"}
        assert "no number of them makes up for one fan" in worth.reading
        assert "estimate" in worth.findings["one_time_value"].as_finding()

    def test_nor_does_one_who_may_bring_nothing(self) -> None:
        worth = judged(drawn_evidence(np.random.default_rng(1), 60, 200), acquisition_cost=5.0)
        assert worth.outcome == "unsure_divisor"
        assert worth.number.value is None and worth.number.verdict == "no_number"
        assert "not clearly above zero" in worth.reading

    def test_a_fan_who_may_bring_nothing_is_said_to(self) -> None:
        evidence = drawn_evidence(np.random.default_rng(1), 60, 200, rate=0.0)
        worth = judged(replace(evidence, contribution=evidence.contribution - evidence.contribution.mean() + 0.1))
        assert worth.outcome == "unsure_fan"
        assert worth.number.has_interval
        assert "no more than a guess" in worth.reading

    @pytest.mark.parametrize("group", ["fans", "one_time_buyers"])
    def test_too_few_of_either_give_no_answer(self, group: str) -> None:
        of = loyal_shop()
        frame, customers = of.fans.customers, of.customers
        segments, alive = frame["segment"].copy(), frame["probability_alive"].to_numpy()
        if group == "fans":
            segments[np.flatnonzero(of.fans.are_fans)[19:]] = "lost"
        else:
            customers = without(customers, "repeat_purchases", np.maximum(customers.frame["repeat_purchases"], 1))
        fans = find_fans(customers, segments, alive)
        outlook = foresee_purchases(of.model, fans.are_fans, window_days=customers.holdout_days, horizon_days=365)
        with pytest.raises(NotEnoughDataError, match="it takes 20 of each"):
            weigh_fans(customers, fans, outlook)
        with pytest.raises(NotEnoughDataError):
            check_fans(customers, fans, outlook)

    def test_a_group_too_small_to_show_is_not_counted_out(self) -> None:
        of = loyal_shop()
        segments = of.fans.customers["segment"].copy()
        segments[np.flatnonzero(of.fans.are_fans)[3:]] = "lost"
        fans = find_fans(of.customers, segments, of.fans.customers["probability_alive"])
        assert "fans" not in fans.findings
        assert "under 5 are fans" in fans.reading and "next to no fans" in fans.heading
        with pytest.raises(NotEnoughDataError, match="there are under 5: bring"):
            fans.require_enough()

    def test_what_does_not_fit_the_customers_is_said(self) -> None:
        of = loyal_shop()
        with pytest.raises(LoyaltyError, match="alive has 3 entries"):
            find_fans(of.customers, of.fans.customers["segment"], [0.1, 0.2, 0.3])
        short = foresee_purchases(of.model, of.fans.are_fans, window_days=10, horizon_days=365)
        with pytest.raises(LoyaltyError, match="a window of 10 days"):
            weigh_fans(of.customers, of.fans, short)


class TestFans:
    def test_are_profit_bringers_who_are_very_likely_customers_still(self) -> None:
        fans = loyal_shop().fans
        theirs = fans.customers[fans.are_fans]
        assert set(theirs["segment"]) == {"profit_bringers"} and (theirs["probability_alive"] >= 0.8).all()
        rest = fans.customers[~fans.are_fans & (fans.customers["segment"] == "profit_bringers")]
        assert (rest["probability_alive"] < 0.8).all()

    def test_their_table_adds_up_to_all_customers(self) -> None:
        fans = loyal_shop().fans
        both = int((fans.are_fans & fans.came_once).sum())
        customers = fans.table.set_index("group")["customers"]
        assert customers.drop("everybody").sum() - both == customers["everybody"] == fans.n
        assert {"fans", "one_time_buyers"} == set(fans.findings)

    def test_who_bought_once_are_said_to_be_fans_by_the_rule_only(self) -> None:
        of = loyal_shop()
        fans = with_once_fans(of, 30)
        share = round(100 * 30 / fans.n_fans)
        assert f"30 ({share}%) of the fans had bought on one day only so far" in fans.reading
        assert "They are fans by the rule only" in fans.reading
        assert "Under 5 of the fans had bought on one day only" in with_once_fans(of, 4).reading
        assert "All fans had come back at least once" in of.fans.reading


class TestAverageCustomer:
    def test_is_the_mean_of_all_customers_at_the_cut(self) -> None:
        of = loyal_shop()
        worth, brought = of.worth(acquisition_cost=1.0), of.customers.frame["contribution"]
        assert worth.average.number == pytest.approx(brought.mean() - 1) and worth.average.n == of.customers.n
        assert worth.of_average.number == pytest.approx(worth.fan.weighed.fan.number / (brought.mean() - 1))
        assert set(worth.findings) == {
            "one_time_value", "fans_worth", "average_value", "fans_worth.average_customers",
        }  # fmt: skip
        assert "A new customer is not a one-time buyer" in worth.reading

    def test_fans_among_all_customers_make_the_two_covary(self) -> None:
        evidence = drawn_evidence(np.random.default_rng(2), 60, 200)
        everybody = np.concatenate([evidence.contribution, evidence.once])
        together = judged(replace(evidence, everybody=everybody)).of_average
        apart = judged(replace(evidence, everybody=everybody, fan_places=evidence.fan_places[::-1])).of_average
        assert together.number == pytest.approx(apart.number)
        assert together.ends[1] - together.ends[0] < apart.ends[1] - apart.ends[0]

    def test_where_they_brought_nothing_gives_no_number(self) -> None:
        evidence = drawn_evidence(np.random.default_rng(2), 60, 200)
        worth = judged(replace(evidence, everybody=np.linspace(-3.0, 1.0, 260)))
        assert worth.findings["fans_worth.average_customers"].as_finding() == {"n": 260, "verdict": "no_number"}
        assert "not clearly above zero" in worth.reading


class TestWithoutHoldout:
    def test_the_model_and_the_time_so_far_take_its_place(self) -> None:
        of = loyal_shop(after=20)
        worth = of.worth(discount_rate=0.0)
        assert worth.fan.evidence.basis == "so_far"
        assert "rests on the model" in worth.fan.reading
        own = of.customers.frame[of.fans.are_fans]
        per_purchase = own["contribution"].sum() / (own["repeat_purchases"] + 1).sum()
        expected = of.model.expected_purchases(FAR)[of.fans.are_fans].mean()
        assert worth.fan.weighed.fan.number == pytest.approx(per_purchase * expected, rel=1e-6)
        check = check_fans(of.customers, of.fans, of.outlook)
        assert check.outcome == "not_made" and "No check is made" in check.reading
        assert check.findings["holdout_check"].as_finding() == {"verdict": "not_made"}


class TestCheck:
    def test_foresees_what_fans_of_a_model_shop_bring(self) -> None:
        of = loyal_shop()
        check = check_fans(of.customers, of.fans, of.outlook)
        low, high = check.level.ends
        assert low < 1 < high and check.outcome in ("passed", "open")
        assert "So the forecast was" in check.reading and "% of what came" not in check.reading
        assert check.actual.number == of.customers.frame.loc[of.fans.are_fans, "holdout_contribution"].mean()

    @pytest.mark.parametrize(("times", "outcome"), [(0.4, "failed"), (3.0, "failed")])
    def test_fails_where_something_else_came(self, times: float, outcome: str) -> None:
        of = loyal_shop()
        other = without(of.customers, "holdout_contribution", times * of.customers.frame["holdout_contribution"])
        check = check_fans(other, of.fans, of.outlook)
        assert check.outcome == outcome and "outside" in check.reading

    def test_is_open_where_fans_brought_a_loss(self) -> None:
        of = loyal_shop()
        loss = check_fans(without(of.customers, "holdout_contribution", -1.0), of.fans, of.outlook)
        assert loss.outcome == "open" and "too near to zero" in loss.reading


class TestReferrals:
    def test_count_with_what_those_who_came_brought_as_often_as_fans_buy_on(self) -> None:
        of = loyal_shop()
        told = referrals_of(of.customers, of.fans, each=2, value=6.0)
        alone, with_them = of.worth(), of.worth(referrals=told)
        times = with_them.fan.weighed.times
        gain = with_them.fan.weighed.fan.number - alone.fan.weighed.fan.number
        assert gain == pytest.approx(2 * 6.0 * times) and with_them.fan.weighed.of_referrals == pytest.approx(gain)
        assert with_them.fan.referrals.number == 2
        assert "brought 2.00 customers" in with_them.fan.reading

    def test_before_the_cut_are_not_of_the_window(self) -> None:
        of = loyal_shop()
        early = of.worth(referrals=referrals_of(of.customers, of.fans, late=False))
        assert early.fan.referrals.number == early.fan.referrals.low == 0
        n = early.fan.referrals.n or 0
        assert early.fan.referrals.high == pytest.approx(chi2.ppf(0.975, 2) / 2 / n)  # Poisson's, of none
        assert early.number.number == pytest.approx(of.worth().number.number)
        assert "referrals add nothing" in early.fan.reading

    def test_that_are_not_recorded_are_said_to_be_unknown(self) -> None:
        worth = loyal_shop().worth()
        assert worth.fan.findings["referrals_per_fan"].as_finding() == {
            "n": worth.fan.weighed.fan.n,
            "verdict": "not_known",
        }
        assert "not known, and counts as nothing" in worth.fan.reading

    def test_are_read_once_each_for_the_first_who_told(self, tmp_path: Path) -> None:
        rows = [f"c{i},2024-0{1 + i % 3}-10,10.00" for i in range(6)] + ["late,2024-05-20,40.00", "c1,2024-06-30,1.00"]
        told = [
            "c1,c2,2024-01-05", "c0,c2,2024-01-04", "c3,c3,2024-01-01", "c1,late,", "c4,never,2024-02-01",
            "stranger,c5,2024-03-01",
        ]  # fmt: skip
        sources = "  orders: {path: orders.csv}\n  referrals: {path: referrals.csv}\n"
        head = HEAD + "calibration_end: 2024-04-30\nobservation_end: 2024-06-30\nparameters: {margin_rate: 0.5}\n"
        study = write_study(
            tmp_path, sources, head=head, orders=orders_csv(*rows),
            referrals=orders_csv(*told, head="referrer_id,referred_id,referred_at"),
        )  # fmt: skip
        with cx.open_study(study) as kit:
            found = kit.referrals
            statement = next(sql for sql in kit.intake.engine.statements if "numbered WHERE place" in sql)
        assert found is not None
        shown = found.frame.set_index("referred_id")
        assert dict(shown["referrer_id"]) == {"c2": "c0", "c5": "stranger", "late": "c1", "never": "c4"}
        assert shown.loc["late", "referred_on"] == pd.Timestamp("2024-05-20")
        assert shown.loc["late", "contribution"] == 20.0 and shown.loc["c2", "contribution"] == 5.0
        assert np.isnan(shown.loc["never", "contribution"])
        (spark,) = sqlglot.transpile(
            statement, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE
        )
        sqlglot.parse_one(spark, read="spark")

    def test_a_study_without_them_has_none(self, tmp_path: Path) -> None:
        study = write_study(tmp_path, orders=orders_csv("a,2024-01-01,5", "b,2024-02-01,5", "a,2024-03-01,5"))
        with cx.open_study(study) as kit:
            assert kit.referrals is None


class TestSensitivity:
    def test_the_first_is_the_number_as_reckoned_and_one_thing_changes_at_a_time(self) -> None:
        worth = judged(drawn_evidence(np.random.default_rng(1), 60, 200))
        found = vary_assumptions(worth)
        assert found.base.worth == worth.number
        assert [v.kind for v in found.variants] == [
            "base", "pace", "pace", "kept", "kept", "discount", "discount", "cost", "referrals", "referrals",
        ]  # fmt: skip
        by = {v.said: v.worth.number for v in found.variants}
        assert by["fans buying a fifth less often"] == pytest.approx(0.8 * worth.number.number)
        assert by["fans buying a fifth more often"] == pytest.approx(1.2 * worth.number.number)
        assert by["later money counted in full"] > worth.number.number > by["later money discounted at 20% a year"]
        assert by["fans bringing twice as many customers"] > worth.number.number

    def test_the_cost_never_heads_it_because_its_pull_follows_from_the_division(self) -> None:
        found = vary_assumptions(judged(drawn_evidence(np.random.default_rng(1), 60, 200)))
        furthest = max(found.variants, key=lambda v: abs(v.worth.number - found.base.worth.number))
        assert furthest.kind == "cost" and found.furthest is not None and found.furthest.kind == "pace"
        assert found.heading.endswith("most hangs on how often fans buy")
        assert all(v.worth.has_interval for v in found.variants)
        assert "nothing is left to divide by, in any shop" in found.reading

    def test_half_of_what_one_time_buyers_bring_may_leave_no_number_when_that_is_unsure(self) -> None:
        evidence = drawn_evidence(np.random.default_rng(1), 60, 200)
        unsure = replace(evidence, once=evidence.once + 15 * (np.arange(200) % 10 == 0) * (-1) ** np.arange(200))
        wide = replace(unsure, once=unsure.once.mean() + 6 * (unsure.once - unsure.once.mean()))
        found = vary_assumptions(judged(wide))
        assert [v.kind for v in found.variants if v.worth.value is None] == ["cost"]
        assert "There is no number with" in found.reading and "cost" not in found.heading

    @pytest.mark.parametrize("base_days", [365, 500, 730])
    def test_another_horizon_gives_what_is_reckoned_at_that_horizon(self, base_days: int) -> None:
        of = loyal_shop()
        foresee = partial(foresee_purchases, of.model, window_days=of.customers.holdout_days)
        worth = weigh_fans(of.customers, of.fans, foresee(of.fans.are_fans, horizon_days=base_days))
        found = [v for v in vary_assumptions(worth, foresee).variants if v.kind == "horizon"]
        days = [days for days in HORIZONS_DAYS if days != base_days]
        for variant, horizon_days in zip(found, days, strict=True):
            anew = weigh_fans(of.customers, of.fans, foresee(of.fans.are_fans, horizon_days=horizon_days))
            for mine, its in ((variant.worth, anew.number), (variant.fan, anew.fan.weighed.fan)):
                assert (mine.number, mine.low, mine.high) == pytest.approx((its.number, its.low, its.high), rel=1e-9)
            assert variant.said.startswith(f"{horizon_days // 365} year")
            assert ("unchecked after day 600" in variant.said) == (horizon_days > 600)

    def test_only_fans_who_came_back_gives_what_is_reckoned_for_them(self) -> None:
        of = loyal_shop()
        fans, back = with_once_fans(of, 30), of.fans
        foresee = partial(foresee_purchases, of.model, window_days=of.customers.holdout_days)
        told = referrals_of(of.customers, fans)
        worth = weigh_fans(of.customers, fans, foresee(fans.are_fans, horizon_days=365), referrals=told)
        found = vary_assumptions(worth, foresee)
        (variant,) = [v for v in found.variants if v.kind == "came_back"]
        anew = weigh_fans(of.customers, back, foresee(back.are_fans, horizon_days=365), referrals=told)
        assert variant.worth == anew.number and variant.fan == anew.fan.weighed.fan
        assert variant.said == f"only the {back.n_fans:,} fans who have come back"
        assert f"Reckoned for {variant.said}" in found.reading

    def test_fans_who_bought_once_are_not_told_apart_when_they_are_few(self) -> None:
        of = loyal_shop()
        fans = with_once_fans(of, 4)
        assert fans.n_once_fans == 4
        foresee = partial(foresee_purchases, of.model, window_days=of.customers.holdout_days)
        worth = weigh_fans(of.customers, fans, foresee(fans.are_fans, horizon_days=365))
        assert worth.fan.evidence.came_back is None
        assert "came_back" not in {v.kind for v in vary_assumptions(worth, foresee).variants}

    def test_says_that_nothing_checks_what_lies_beyond_the_time_after_the_cut(self) -> None:
        evidence = drawn_evidence(np.random.default_rng(1), 60, 200)
        assert (
            "beyond the 180 days after the cut rests on the model’s course alone"
            in vary_assumptions(judged(evidence)).reading
        )
        unseen = vary_assumptions(judged(replace(evidence, basis="so_far")))
        assert "Everything that lies ahead rests on the model alone" in unseen.reading

    def test_what_is_given_is_not_tried_again(self) -> None:
        worth = judged(drawn_evidence(np.random.default_rng(1), 60, 200), discount_rate=0.2, acquisition_cost=1.0)
        said = [v.said for v in vary_assumptions(worth).variants]
        assert "later money discounted at 10% a year" in said and "no cost to win a customer" in said
        assert not [text for text in said if "20% a year" in text]

    def test_where_there_is_no_number_it_says_under_what_there_would_be(self) -> None:
        found = vary_assumptions(judged(drawn_evidence(np.random.default_rng(1), 60, 200), acquisition_cost=5.0))
        assert found.base.worth.value is None and found.furthest is None
        assert "As reckoned there is no number; it would be" in found.reading
        nothing = vary_assumptions(judged(drawn_evidence(np.random.default_rng(1), 60, 200, each=-1.0)))
        assert nothing.heading == "No assumption tried gives a number"

    def test_without_referrals_their_rate_is_not_varied(self) -> None:
        found = vary_assumptions(judged(drawn_evidence(np.random.default_rng(1), 60, 200, rate=0.0)))
        assert "referrals" not in {v.kind for v in found.variants}
        assert "not recorded" in found.reading


class TestOutlook:
    def test_its_steps_add_up_to_what_the_model_expects(self) -> None:
        of = loyal_shop()
        expected = of.model.expected_purchases(FAR)[of.fans.are_fans]
        assert of.outlook.ahead.sum(axis=1) == pytest.approx(expected)
        near = of.model.expected_purchases(of.customers.holdout_days)[of.fans.are_fans]
        assert of.outlook.window == pytest.approx(near)

    def test_its_covariance_is_that_of_the_models_own_totals(self) -> None:
        of = loyal_shop()
        groups = np.where(of.fans.are_fans, 0, 1)
        _, window = of.model.expected_totals(of.customers.holdout_days, groups)
        _, horizon = of.model.expected_totals(FAR, groups)
        assert of.outlook.covariance[0, 0] == pytest.approx(window[0, 0], rel=1e-4)
        assert of.outlook.covariance[1:, 1:].sum() == pytest.approx(horizon[0, 0], rel=1e-4)
