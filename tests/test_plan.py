"""How large a trial must be, against textbooks and against trials made up; the lot, by its laws."""

import datetime as dt
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import norm
from scipy.stats import t as student

from cxlab import plots, tables
from cxlab.estimate import Estimate
from cxlab.gestures.trial_means import adjusted_means
from cxlab.plan import (
    Moments,
    NextTrial,
    PlanError,
    TrialDesign,
    assignments_csv,
    compare_stores,
    customers_needed,
    detectable_effect,
    draw_arms,
    make_design,
    make_strata,
    measure,
    merged_shares,
    power,
    read_strata,
    within_budget,
    write_assignments,
)
from cxlab.plan.window import foretold_without
from cxlab.study import Trial

Array = NDArray[np.float64]
ONE = Moments(1.0, 1.0, 1.0, counts=False)
"""Effects are in standard deviations."""


def buyers(n: int, rng: np.random.Generator, *, effect: float = 0.0) -> tuple[Array, Array]:
    """Purchases before and after of customers whose rates are gamma distributed about 2; the rates then grow."""
    rate = rng.gamma(0.8, 2 / 0.8, n)
    return rng.poisson(rate).astype(float), rng.poisson((1 + effect) * rate).astype(float)


class TestSampleSize:
    @pytest.mark.parametrize(("d", "n"), [(0.2, 394), (0.3, 176), (0.5, 64), (0.8, 26), (1.0, 17)])
    def test_two_samples_take_as_many_as_the_textbook_says(self, d: float, n: int) -> None:
        """Cohen (1988), chapter 2; for .2 and .3 one more than his rounding."""
        assert math.ceil(customers_needed(ONE, d)) == n

    def test_other_powers_levels_and_shares_are_those_of_the_formulas(self) -> None:
        """Guenther (1981): the normal formula, and a quarter of the squared quantile for Student's t."""
        reach = float(norm.isf(0.005) + norm.isf(0.1))
        guenther = 2 * (reach / 0.5) ** 2 + float(norm.isf(0.005)) ** 2 / 4
        assert customers_needed(ONE, 0.5, alpha=0.01, wanted=0.9) == pytest.approx(guenther, abs=0.1)
        n = customers_needed(ONE, 0.5, treated=0.5)
        reach = float(norm.isf(0.025) + norm.isf(0.2))
        assert n == pytest.approx((reach / 0.5) ** 2 * 3, rel=0.02)  # 1 / n + 1 / (n / 2)
        assert power(ONE, 0.5, n, 0.5 * n) == pytest.approx(0.8, abs=1e-9)

    def test_of_many_it_is_the_normal_formula(self) -> None:
        moments = Moments(2.0, 5.0, 3.0, counts=False)
        reach = float(norm.isf(0.025) + norm.isf(0.2))
        assert customers_needed(moments, 0.004) == pytest.approx(2 * 3 * (reach / 0.008) ** 2, rel=1e-5)

    def test_a_rate_that_grows_makes_the_treated_differ_more(self) -> None:
        rng = np.random.default_rng(5)
        _, after = buyers(400_000, rng)
        _, more = buyers(400_000, rng, effect=0.3)
        plain = Moments(after.mean(), after.var(), after.var())
        assert plain.treated(0.3) == pytest.approx(more.var(), rel=0.02)
        assert Moments(2.0, 1.0, 1.0).treated(0.5) == 1.5  # more regular than chance

    @given(
        mean=st.floats(0.05, 20), over=st.floats(0.0, 10), explained=st.floats(0, 0.9), effect=st.floats(0.02, 1.0),
        share=st.integers(1, 4), alpha=st.sampled_from([0.01, 0.05]), wanted=st.sampled_from([0.5, 0.8, 0.95]),
    )  # fmt: skip
    @settings(max_examples=60)
    def test_size_and_smallest_effect_are_inverse(
        self, mean: float, over: float, explained: float, effect: float, share: int, alpha: float, wanted: float
    ) -> None:
        variance = mean * (1 + over)
        moments = Moments(mean, variance, variance * (1 - explained))
        n = customers_needed(moments, effect, control=share, alpha=alpha, wanted=wanted)
        if n > 2.001:
            back = detectable_effect(moments, share * n, n, alpha=alpha, wanted=wanted)
            assert back == pytest.approx(effect, rel=1e-5)
            assert customers_needed(moments, 1.1 * effect, control=share, alpha=alpha, wanted=wanted) < n
            assert customers_needed(moments.raw, effect, control=share, alpha=alpha, wanted=wanted) >= n * (1 - 1e-9)

    def test_what_cannot_be_seen_is_said(self) -> None:
        assert detectable_effect(ONE, 1, 1) is None
        assert detectable_effect(Moments(0.01, 5.0, 5.0), 10, 10) is None
        assert detectable_effect(Moments(0.0, 0.0, 0.0), 100, 100) is None
        assert customers_needed(Moments(1e-9, 1.0, 1.0, counts=False), 1e-4) == math.inf
        assert TrialDesign().needed(Moments(1e-9, 1.0, 1.0, counts=False), 1e-4) is None

    @pytest.mark.parametrize(("arms", "n_trials"), [(("card",), 400), (("card", "letter"), 400)])
    def test_of_trials_so_large_eight_in_ten_find_the_effect(self, arms: tuple[str, ...], n_trials: int) -> None:
        """Made up with the effect, read by the kit's own adjusted estimator at the level of one comparison."""
        rng = np.random.default_rng(11)
        before, after = buyers(300_000, rng)
        design, effect = make_design(arms), 0.3
        sizes = design.needed(measure(90, after, pd.DataFrame({"recent": before})).moments, effect)
        assert sizes is not None
        n, found = sizes["control"], 0
        for _ in range(n_trials):
            control, treated = buyers(n, rng), buyers(n, rng, effect=effect)
            means = adjusted_means(
                np.concatenate([control[1], treated[1]]), np.arange(2 * n) >= n,
                np.concatenate([control[0], treated[0]])[:, None], np.arange(2 * n),
            )  # fmt: skip
            found += abs(means.difference) / means.standard_error > student.isf(design.level / 2, means.df)
        error = math.sqrt(0.8 * 0.2 / n_trials)
        assert found / n_trials == pytest.approx(0.8, abs=3 * error)

    @pytest.mark.thorough
    def test_intervals_hold(self) -> None:
        rng = np.random.default_rng(12)
        before, after = buyers(300_000, rng)
        truth = NextTrial((measure(90, after, pd.DataFrame({"recent": before})),), 90, at_hand=800)
        held = np.zeros(2)
        for _ in range(120):
            before, after = buyers(600, rng)
            trial = NextTrial((measure(90, after, pd.DataFrame({"recent": before})),), 90, at_hand=800)
            pairs = ((trial.size(0.1), truth.size(0.1)), (trial.detectable(), truth.detectable()))
            held += [low <= true.number <= high for e, true in pairs for low, high in [e.ends]]
        assert (held >= 120 * 0.88).all(), held


class TestMeasure:
    def test_what_is_left_is_the_residual_variance_of_the_regression(self) -> None:
        rng = np.random.default_rng(1)
        before, after = buyers(500, rng)
        window = measure(30, after, pd.DataFrame({"recent": before}))
        r = np.corrcoef(before, after)[0, 1]
        one_out = [np.polyval(np.polyfit(np.delete(before, i), np.delete(after, i), 1), before[i]) for i in range(500)]
        means = [np.delete(after, i).mean() for i in range(500)]
        share = ((after - one_out) ** 2).sum() / ((after - means) ** 2).sum()
        assert window.moments.left == pytest.approx(after.var(ddof=1) * share)
        assert window.moments.explained == pytest.approx(r**2, abs=0.02) and window.moments.explained < r**2
        assert (window.n, window.days, window.moments.mean) == (500, 30, after.mean())

    def test_groups_count_and_what_does_not_vary_tells_nothing(self) -> None:
        outcome = np.tile([1.0, 2.0, 5.0, 6.0], 500)
        before = pd.DataFrame({"stratum": ["a", "a", "b", "b"] * 500, "recent": 3})
        window = measure(30, outcome, before)
        assert window.moments.left == pytest.approx(0.25, rel=0.002)  # the variance within the groups

    def test_what_is_fitted_to_chance_foretells_nothing(self) -> None:
        rng = np.random.default_rng(3)
        shares = []
        for _ in range(200):
            before = pd.DataFrame(rng.normal(size=(13, 8)))
            shares.append(measure(30, rng.poisson(2.0, 13).astype(float), before).moments.explained)
        assert np.mean(shares) < 0.02 and min(shares) >= 0.0

    def test_a_customer_alone_in_a_stratum_is_not_foretold_by_herself(self) -> None:
        outcome = np.array([*range(24), 500.0])
        missed = foretold_without(outcome, pd.DataFrame({"stratum": ["a"] * 24 + ["b"]}))
        assert missed[-1] == pytest.approx(500.0 - 11.5) and missed[0] == pytest.approx(-12.0)

    @pytest.mark.parametrize("outcome", [[], [1.0], [0.0] * 30, [2.0] * 30])
    def test_with_nothing_to_reckon_with_nothing_is_said(self, outcome: list[float]) -> None:
        window = measure(90, np.array(outcome))
        trial = NextTrial((window,), 90, at_hand=100)
        assert not trial.is_known and not window.is_known
        assert not trial.findings and trial.table.empty and "cannot be said" in trial.reading
        assert plots.next_trial.lacks is not None and plots.next_trial.lacks(trial)
        assert not tables.trial_sizes(trial).rows


class TestDesign:
    def test_several_arms_share_the_level_and_take_more(self) -> None:
        one, two = make_design(["card"]), make_design(["card", "letter"])
        moments = Moments(2.0, 5.0, 3.0)
        few, many = one.needed(moments, 0.1), two.needed(moments, 0.1)
        assert few is not None and many is not None
        assert (one.level, two.level) == (0.05, 0.025) and many["control"] > few["control"]
        assert "each of" not in one.caution and "2.5%" in two.caution

    def test_the_smallest_arm_decides(self) -> None:
        moments = Moments(2.0, 5.0, 3.0)
        sizes = make_design(["card", "letter"], {"control": "2", "card": "2", "letter": "1"}).needed(moments, 0.1)
        assert sizes is not None
        assert sizes["control"] == sizes["card"] and sizes["letter"] == pytest.approx(sizes["card"] / 2, abs=1)
        found = power(moments, 0.1, sizes["control"], sizes["letter"], alpha=0.025)
        assert found == pytest.approx(0.8, abs=0.001)

    @pytest.mark.parametrize(
        ("arms", "allocation", "said"),
        [
            (["card", "card"], None, "names `card` twice"),
            (["card", ""], None, "cannot be called ``"),
            (["=1+1"], None, "cannot be called `=1+1`"),
            (["card"], {"control": "1", "card": "0"}, "a share of 0"),
            (["card"], {"control": "1", "card": "much"}, "the share `much`"),
            (["card"], {"control": "1", "letter": "1"}, "has `letter`, which is no arm"),
            (["card"], {"card": "1"}, "lacks `control`"),
            (["card"], {"control": "100", "card": "1"}, "blocks of 101 customers"),
        ],
    )
    def test_what_cannot_be_is_refused(self, arms: list[str], allocation: dict[str, str] | None, said: str) -> None:
        with pytest.raises(PlanError, match=r"^(--|an arm)") as caught:
            make_design(arms, allocation)
        assert said in str(caught.value)

    @pytest.mark.parametrize(("power", "alpha"), [(0.8, 0.0), (0.8, 0.7), (1.0, 0.05), (0.02, 0.05)])
    def test_levels_and_powers_out_of_range_are_refused(self, power: float, alpha: float) -> None:
        with pytest.raises(PlanError, match="give a"):
            make_design(["card"], power=power, alpha=alpha)

    def test_strata_are_of_known_kinds(self) -> None:
        with pytest.raises(PlanError, match="--strata has `city`"):
            read_strata("segment,city")
        recent = np.array([0] * 30 + [1] * 30 + [5])
        segments = np.array(["lost"] * 61, dtype=object)
        assert set(make_strata(segments, recent)) == {"lost 0", "lost 1", "others"}
        assert set(make_strata(segments, recent, ["segment"])) == {"lost"}
        assert set(make_strata(segments, recent, [])) == {"all"}


def people(n: int, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame({"customer_id": [f"c{i}" for i in range(n)], "stratum": rng.choice(list("abcd"), n)})


class TestDraw:
    @given(
        n=st.integers(0, 120), seed=st.integers(0, 2**32 - 1), part=st.floats(0, 1),
        shares=st.lists(st.integers(1, 4), min_size=2, max_size=4),
    )  # fmt: skip
    @settings(max_examples=80)
    def test_arms_keep_their_shares_in_every_stratum_up_to_one_block(
        self, n: int, seed: int, shares: list[int], part: float
    ) -> None:
        block = {f"arm{i}": share for i, share in enumerate(shares)}
        customers, size = people(n), int(part * n)
        draw = draw_arms(customers, block, seed=seed, experiment="x", n=size)
        assert len(draw.frame) == size == draw.frame["customer_id"].nunique()
        known = draw.frame.merge(customers, on=["customer_id", "stratum"])
        assert len(known) == size, "each in the stratum where the customer was"
        for _, row in draw.table.iterrows():
            whole = int(row.sum()) // sum(shares)
            for arm, share in block.items():
                assert share * whole <= row[arm] <= share * (whole + 1)
        by_stratum = draw.frame["stratum"].value_counts().reindex(customers["stratum"].unique(), fill_value=0)
        asked = customers["stratum"].value_counts() * size / max(n, 1)
        assert (by_stratum - asked.reindex(by_stratum.index)).abs().max() < 1 if n else True

    def test_the_same_seed_draws_the_same_whatever_the_order_of_the_rows(self) -> None:
        customers, shares = people(200), {"control": 1, "card": 1}
        one = draw_arms(customers, shares, seed=7, experiment="spring", n=90)
        other = draw_arms(customers.sample(frac=1, random_state=3), shares, seed=7, experiment="spring", n=90)
        pd.testing.assert_frame_equal(one.frame, other.frame)
        for seed, experiment in ((8, "spring"), (7, "autumn")):
            assert not draw_arms(customers, shares, seed=seed, experiment=experiment, n=90).frame.equals(one.frame)

    def test_everybody_is_as_likely_to_get_each_arm(self) -> None:
        customers, shares = people(30), {"control": 2, "card": 1}
        got = np.zeros(30)
        for seed in range(300):
            got += (draw_arms(customers, shares, seed=seed, experiment="x").frame["arm"] == "card").to_numpy()
        share = got / 300  # in the order of the ids, whichever that is
        assert share.mean() == pytest.approx(1 / 3, abs=0.012)
        assert np.abs(share - 1 / 3).max() < 4.5 * math.sqrt(2 / 9 / 300)

    @pytest.mark.parametrize("budget", [0, 1, 17, 40, 500])
    def test_a_budget_is_never_exceeded_and_used_up(self, budget: int) -> None:
        draw = within_budget(people(150), {"control": 1, "card": 1, "letter": 1}, seed=1, experiment="x", budget=budget)
        given_out = draw.sizes["card"] + draw.sizes["letter"]
        assert given_out <= budget
        assert given_out >= min(budget, 100) - 6, "but for a few that the last blocks take"


class TestFile:
    def test_cells_are_harmless_and_columns_are_called_as_the_study_calls_them(self) -> None:
        frame = pd.DataFrame({"customer_id": ["7", "a,b"], "arm": ["card", "control"], "stratum": ["=x", "lost 0"]})
        shares = {"control": 1, "card": 1}
        draw = draw_arms(frame[["customer_id", "stratum"]], shares, seed=1, experiment="s")
        text = assignments_csv(draw, start=dt.date(2025, 1, 1), experiment="s", called={"arm": "ryhmä"})
        head, first, second = text.splitlines()
        assert head == "customer_id,assigned_at,ryhmä,experiment,stratum"
        assert first.startswith("7,2025-01-01,") and first.endswith(",s,'=x") and second.startswith('"a,b",2025-01-01,')

    def test_nothing_is_overwritten_unless_asked_for(self, tmp_path: Path) -> None:
        file = tmp_path / "new" / "assignments-x.csv"
        write_assignments(file, "one", force=False)
        with pytest.raises(PlanError, match="is there already"):
            write_assignments(file, "two", force=False)
        assert file.read_text() == "one"
        write_assignments(file, "two", force=True)
        assert [p.read_text() for p in file.parent.iterdir()] == ["two"]
        with pytest.raises(PlanError, match="cannot be written"):
            write_assignments(file / "below.csv", "three", force=False)

    def test_shares_of_earlier_trials_keep_their_proportions(self) -> None:
        source = Trial(path="a.csv", allocation={"control": 2.0, "card": 1.0})
        before = {"": frozenset({"control", "card"})}
        merged = merged_shares({"control": 1, "letter": 1}, source, before)
        assert merged == {"control": 2, "card": 1, "letter": 2}
        assert merged_shares({"control": 2, "card": 1}, source, before)["card"] == Fraction(1)
        with pytest.raises(PlanError, match="`card` was in a trial"):
            merged_shares({"control": 1, "card": 1}, source, before)
        with pytest.raises(PlanError, match="give the arm another name"):
            merged_shares({"control": 1, "card": 1}, Trial(path="a.csv"), before)
        assert merged_shares({"control": 1, "card": 1}, None, {}) == {"control": 1, "card": 1}


class TestStores:
    def test_alikeness_is_the_share_of_the_variance_that_stores_have(self) -> None:
        rng = np.random.default_rng(3)
        store = np.repeat(np.arange(400), 25)
        values = rng.normal(0, 0.5, 400)[store] + rng.normal(0, 1, 10_000)
        found = compare_stores(values, store.astype(str).astype(object))
        assert found.alikeness == pytest.approx(0.2, abs=0.03)  # .25 of 1.25
        assert found.design_effect == pytest.approx(1 + 24 * found.alikeness)
        none = compare_stores(rng.normal(0, 1, 10_000), store.astype(str).astype(object))
        assert none.design_effect < 1.2

    def test_trials_of_whole_stores_so_large_find_the_effect(self) -> None:
        """Twenty customers a store, the difference of the stores' means by a t test of stores."""
        rng = np.random.default_rng(4)

        def draw(k: int, shift: float) -> tuple[Array, NDArray[np.object_]]:
            stores = np.repeat(np.arange(k), 20)
            values = 3 + shift + rng.normal(0, 0.6, k)[stores] + rng.normal(0, 2, 20 * k)
            return values, stores.astype(str).astype(object)

        values, stores = draw(3000, 0.0)
        trial = NextTrial((measure(90, values, counts=False),), 90, at_hand=20 * 3000)
        whole = trial.of_stores(compare_stores(values - values.mean(), stores))
        k, found = int(whole.size(0.2).number), 0
        assert (whole.at_hand, whole.noun) == (3000, "stores")
        for _ in range(400):
            one, other = (draw(k, shift)[0].reshape(k, 20).mean(axis=1) for shift in (0.0, 0.6))
            error = math.sqrt((one.var(ddof=1) + other.var(ddof=1)) / k)
            found += abs(other.mean() - one.mean()) / error > student.isf(0.025, 2 * k - 2)
        assert found / 400 == pytest.approx(0.8, abs=0.06)


@pytest.fixture(scope="module")
def trial() -> NextTrial:
    rng = np.random.default_rng(9)
    windows = []
    for days in (30, 90, 180):
        rate = rng.gamma(0.8, days / 45 / 0.8, 800)
        before, after = rng.poisson(rate), rng.poisson(rate).astype(float)
        windows.append(measure(days, after, pd.DataFrame({"recent": before})))
    return NextTrial(tuple(windows), 90, at_hand=801, who="active customers", by_week=(100, 180, 5000))


class TestWords:
    def test_the_reading_tells_size_time_and_what_those_at_hand_show(self, trial: NextTrial) -> None:
        size, raw, seen = trial.size(0.1), trial.size(0.1, raw=True), trial.detectable()
        assert f"To see +10% in four of five trials it takes {size.number:,.0f} customers an arm (" in trial.reading
        assert f"each followed for 90 days; {raw.number:,.0f} without what the time before foretells" in trial.reading
        assert f"With the 400 an arm at hand: +{seen.number:.1f}%" in trial.reading
        assert trial.main is not None and trial.power(seen.number / 100) == pytest.approx(0.8)
        found = power(trial.main.moments, 0.1, 400.5, 400.5)
        assert f"+10% would be found in {100 * found:.0f}% of such trials" in trial.reading
        assert "Followed for 30 days, " in trial.reading and raw.number > size.number
        assert trial.weeks(180) == 2 and trial.weeks(181) == 3 and trial.weeks(5001) is None

    def test_findings_table_and_figure_say_the_same(self, trial: NextTrial) -> None:
        found = trial.findings
        row = trial.table.set_index("outcome_days").loc[90]
        assert found["next_trial.customers_per_arm"].value == row["customers_10"]
        assert found["next_trial.detectable_percent"].number == row["detectable_percent"]
        assert all(e.has_interval and "low" in e.as_finding() for e in found.values())
        longer = trial.table["customers_10"].to_numpy()
        assert (np.diff(longer) < 0).all(), "longer times take fewer customers here"
        shown = tables.trial_sizes(trial)
        assert len(shown.rows) == 3 and all(len(r) == len(shown.columns) for r in shown.rows)
        figure = plots.next_trial.block(trial)
        assert len(figure.caption.alt) < 400 and f"{found['next_trial.detectable_percent'].number:.1f}%" in figure.wide

    def test_unequal_arms_are_counted_together(self, trial: NextTrial) -> None:
        uneven = NextTrial(trial.windows, 90, make_design(["card"], {"control": "3", "card": "1"}), 801)
        sizes = uneven.needed(0.1)
        assert sizes is not None and uneven.size(0.1).number == sum(sizes.values()) > 2 * trial.size(0.1).number
        assert "customers in all" in uneven.reading and "801 customers at hand" in uneven.reading

    def test_too_few_at_hand_is_said(self, trial: NextTrial) -> None:
        tiny = NextTrial(trial.windows, 90, at_hand=3)
        assert tiny.detectable() == Estimate() and "Fewer than 20 customers could be drawn" in tiny.reading
        assert tiny.power(0.1) is None and "under 20" in tables.trial_sizes(tiny).note
        sparse = NextTrial((measure(90, np.repeat([0.0, 9.0], [380, 20])),), 90, at_hand=22)
        assert sparse.detectable() == Estimate() and "no effect could be seen, however large" in sparse.reading
        assert "needs more customers" in tiny.heading
