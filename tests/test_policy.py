"""Whom to give a gesture to: policies valued on others, rules, Qini curves and lists, on data whose truth is known."""

from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cxlab as cx
from cxlab import plots, tables
from cxlab.answers.policy import policy_answer
from cxlab.estimate import Estimate
from cxlab.gesture_rows import find_candidates
from cxlab.gestures import GestureData, GestureEffects, estimate_gestures, gesture_money, next_trial
from cxlab.gestures.means import Array
from cxlab.gestures.sample import Sample
from cxlab.intake import check_study
from cxlab.intake.drawn import Drawn
from cxlab.page import open_page
from cxlab.policy import Candidates, GesturePolicy, choose_customers, hand_out, rank_customers
from cxlab.policy.fifths import GainByFifth
from cxlab.policy.foresee import foresee_gain
from cxlab.policy.gain import GestureGain, find_gain, mean_by_customer
from cxlab.policy.giving import GIVE, HOLD_OUT, GivingList, list_customers
from cxlab.policy.qini import qini_curve, rank_within
from cxlab.policy.result import _inside
from cxlab.policy.said import condition, who
from cxlab.policy.tree import LEAST_ROWS, Rule, learn_rule, rule_matrix
from cxlab.policy.value import value_policies
from cxlab.reports.listed import faults
from cxlab.simulate import plant_truth, read_settings, simulate_shop, write_shop
from tests.make import HEAD, orders_csv, write_study

COST = 1.0


def true_effect(kind: str, x: Array) -> Array:
    """Return what a gesture brings at each row before its cost."""
    return {
        "where a is above 0": np.where(x[:, 0] > 0, 4.0, -2.0), "nowhere": np.zeros(len(x)),
        "as much as it costs": np.full(len(x), COST), "everywhere": np.full(len(x), 4.0),
        "harms": np.full(len(x), -2.0),
    }[kind]  # fmt: skip


def made(kind: str, n: int, seed: int, *, chosen: bool = False) -> tuple[GestureEffects, Array]:
    """Make a trial, or gestures chosen by what is known, and return its effects and the true net gain by row."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 3))
    chance = 1 / (1 + np.exp(0.3 - 0.4 * x[:, 1])) if chosen else np.full(n, 0.5)
    given = rng.random(n) < chance
    brought = 12 + 4 * x[:, 1] + given * true_effect(kind, x) + 5 * rng.normal(size=n)
    known = pd.DataFrame(x, columns=["a", "b", "c"])
    sample = Sample(
        design="observational" if chosen else "randomised", arms=np.where(given, "card", "none").astype(object),
        control="none", outcome=brought, noun="purchases", unit="purchases per customer", rows="customer",
        clusters=np.arange(n), covariates=known, adjust=pd.DataFrame(index=known.index) if chosen else known,
        contribution=brought, own_cost=np.where(given, COST, 0.0),
        drawn={"card": int(given.sum()), "none": int((~given).sum())},
    )  # fmt: skip
    effects = estimate_gestures(GestureData((sample,), 90, "EUR", 5, ("",)), seed=1)
    return effects, true_effect(kind, x) - COST


def named(n: int, seed: int = 9) -> Candidates:
    x = np.random.default_rng(seed).uniform(-1.5, 1.5, size=(n, 3))
    ids = np.array([f"c{i:04d}" for i in range(n)], dtype=object)
    return Candidates(ids, pd.DataFrame(x, columns=["a", "b", "c"]), None, None)


@pytest.fixture(scope="module")
def planted() -> tuple[GesturePolicy, Array]:
    effects, truth = made("where a is above 0", 2000, 12)
    return choose_customers(effects, named(400), seed=1), truth


def covers(estimate: Estimate, truth: float) -> bool:
    low, high = estimate.ends
    return low <= truth <= high


def truth_of(policy: GesturePolicy, truth: Array, one: str, other: str) -> float:
    """Return the true difference of two policies on the rows that were tried."""
    values = policy.valued
    assert values is not None
    apart = values.chosen[one].astype(float) - values.chosen[other]
    return float((truth * apart)[values.gain.tried].mean())


class TestPlantedHeterogeneity:
    def test_the_rule_asks_about_what_decides(self, planted: tuple[GesturePolicy, Array]) -> None:
        values = planted[0].valued
        assert values is not None
        assert {name for path, _ in values.rule.answers() for name, _, _ in path} == {"a"}
        assert values.root_agrees >= 6
        x = np.column_stack([np.linspace(-2, 2, 401), np.zeros(401), np.zeros(401)])
        assert (values.rule.decide(x) == (x[:, 0] > 0)).mean() > 0.9

    def test_its_value_on_others_covers_the_true_one_and_beats_everyone(
        self, planted: tuple[GesturePolicy, Array]
    ) -> None:
        policy, truth = planted
        assert policy.valued is not None
        for other in ("everyone", "no_one"):
            found = policy.valued.difference("rule", other)
            assert covers(found, truth_of(policy, truth, "rule", other)) and found.ends[0] > 0
        assert policy.verdict.token == "choose" and policy.verdict.choosing == "yes"
        assert "“a” above" in policy.reading and policy.reading.endswith("Yes.")

    def test_forecasts_rank_and_the_fifths_fall(self, planted: tuple[GesturePolicy, Array]) -> None:
        policy = planted[0]
        assert policy.curve is not None and policy.curve.ranks and policy.curve.p_value < 0.001
        assert policy.fifths is not None
        gains = [gain.number for gain in policy.fifths.gains]
        assert gains[0] > 1 > -1 > gains[-1]

    def test_the_list_follows_the_rule_and_holds_a_tenth_out(self, planted: tuple[GesturePolicy, Array]) -> None:
        giving = planted[0].giving
        assert giving is not None
        chosen = giving.table[giving.table["arm"] != ""]
        assert set(chosen["rule"]) == {"give"} and giving.count(HOLD_OUT) == pytest.approx(len(chosen) / 10, abs=1)
        a = named(400).known["a"].set_axis(named(400).customer_id)
        assert a[chosen["customer_id"]].min() > -0.3
        assert (giving.table["foreseen"].diff().dropna() <= 0).all()

    def test_the_data_may_be_confounded(self) -> None:
        effects, truth = made("where a is above 0", 3000, 5, chosen=True)
        policy = choose_customers(effects, None, seed=1)
        assert policy.valued is not None and policy.verdict.token == "choose" and policy.giving is None
        kept = policy.valued.gain.n == len(truth)
        assert kept and covers(
            policy.valued.difference("rule", "everyone"), truth_of(policy, truth, "rule", "everyone")
        )
        assert covers(policy.valued.difference("everyone", "no_one"), float(truth.mean()))


class TestOfThoseDrawn:
    def test_a_list_says_that_it_names_only_those_drawn(self) -> None:
        effects, _ = made("everywhere", 1500, 3)
        policy = choose_customers(effects, named(50), seed=1)
        assert policy.giving is not None
        few, everyone = (hand_out(policy, next_trial(effects), drawn=drawn) for drawn in (Drawn(1000, 4500), None))
        for handing, is_said in ((few, True), (everyone, False)):
            table = tables.customers_to_give_to(handing)
            assert table is not None
            assert ("only those of the 1,000 customers drawn by lot from 4,500" in handing.reading) is is_said
            assert ("only those of the 1,000 customers" in table.note) is is_said
            listed = policy_answer(gesture_money(effects), rank_customers(policy), handing).facts[-1]
            assert ("only customers who were drawn" in listed.text) is is_said

    def test_without_a_list_there_is_nothing_to_say(self) -> None:
        effects, _ = made("harms", 1500, 5)
        policy = choose_customers(effects, named(50), seed=1)
        handing = hand_out(policy, next_trial(effects), drawn=Drawn(1000, 4500))
        assert policy.giving is None and handing.names_only == "" and "drawn by lot from" not in handing.reading


class TestNothingToChooseBy:
    def test_where_it_gains_nothing_the_data_cannot_tell_and_there_is_no_list(self) -> None:
        effects, _ = made("as much as it costs", 1500, 3)
        policy = choose_customers(effects, named(50), seed=1)
        assert policy.valued is not None and policy.verdict.token == "cannot_tell" and policy.giving is None
        assert covers(policy.valued.difference("everyone", "no_one"), 0.0)
        assert "nothing to choose by" in policy.reading
        handing = hand_out(policy, next_trial(effects))
        assert "There is no list" in handing.reading and "in four of five trials it takes" in handing.reading
        assert not len(handing.table) and tables.customers_to_give_to(handing) is None

    def test_where_it_works_alike_for_all_everyone_gets_it(self) -> None:
        effects, _ = made("everywhere", 1500, 3)
        policy = choose_customers(effects, named(50), seed=1)
        assert policy.valued is not None and policy.verdict.token == "everyone" and policy.verdict.choosing != "yes"
        assert covers(policy.valued.difference("everyone", "no_one"), 3.0)
        assert policy.giving is not None and (policy.giving.table["rule"] == "give").all()

    def test_where_it_harms_no_one_gets_it(self) -> None:
        effects, _ = made("harms", 1500, 5)
        policy = choose_customers(effects, named(50), seed=1)
        assert policy.verdict.token == "no_one" and policy.giving is None
        assert policy_answer(
            gesture_money(effects), rank_customers(policy), hand_out(policy, next_trial(effects))
        ).decide.startswith("Stop it")


def drawn(seed: int, n: int = 400, *, strength: float = 0.0) -> tuple[GestureGain, Array]:
    """Draw scores about a true gain, as models that know everything would give them."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 3))
    truth = strength * np.sign(x[:, 0])
    effect = SHOP_EFFECTS.main
    gain = GestureGain(
        effect, truth + 4 * rng.normal(size=n), np.zeros(n), np.arange(n), rng.permutation(n) % 10,
        pd.DataFrame(x, columns=["a", "b", "c"]), None, n // 2, 0, "EUR", "taken off",
    )  # fmt: skip
    return gain, truth


SHOP_EFFECTS, _ = made("everywhere", 60, 1)


@pytest.mark.thorough
def test_forecasts_made_from_noise_err_as_often_as_they_say() -> None:
    """Where there is nothing to foresee, learning each fold from all others would be too sure by a factor of 1.4."""
    areas, errors = [], []
    for seed in range(100):
        gain, _ = drawn(seed)
        foreseen, _ = foresee_gain(gain)
        area = qini_curve(gain.gain, rank_within(foreseen, gain.steps, seed), gain.clusters, unit="", seed=seed).area
        areas.append(area.number)
        errors.append(np.diff(area.ends)[0] / 3.92)
    assert 0.85 < np.std(areas) / np.mean(errors) < 1.2
    assert (np.abs(areas) > 1.96 * np.array(errors)).sum() <= 11
    assert abs(np.mean(areas)) < 3 * np.std(areas) / np.sqrt(100)


@pytest.mark.thorough
@pytest.mark.parametrize("strength", [0.0, 1.0])
def test_rules_are_valued_without_bias_and_cover(strength: float) -> None:
    apart, missed = [], 0
    for seed in range(60):
        gain, truth = drawn(1000 + seed, strength=strength)
        foreseen, _ = foresee_gain(gain)
        matrix, _, names = rule_matrix(gain.known)
        valued = value_policies(gain, matrix, names, rank_within(foreseen, gain.steps, seed), foreseen)
        true = float((truth * (valued.chosen["rule"] - 1.0))[gain.tried].mean())
        found = valued.difference("rule", "everyone")
        apart.append(found.number - true)
        missed += not covers(found, true)
    assert abs(np.mean(apart)) < 3 * np.std(apart) / np.sqrt(60)
    assert missed <= 8


def brute_force(gain: Array, matrix: Array, cuts: list[Array], price: float) -> float:
    """Return the most that a rule of two questions gains, every one of them tried."""
    questions = [(k, cut) for k in range(matrix.shape[1]) for cut in cuts[k]]

    def one_side(rows: Array) -> float:
        if rows.sum() < LEAST_ROWS:
            return -np.inf
        best = max(gain[rows].sum(), 0.0)
        for k, cut in questions:
            low = matrix[:, k] <= cut
            if min((rows & low).sum(), (rows & ~low).sum()) >= LEAST_ROWS:
                best = max(best, sum(max(gain[rows & side].sum(), 0.0) for side in (low, ~low)) - price)
        return float(best)

    sides = [one_side(matrix[:, k] <= cut) + one_side(matrix[:, k] > cut) - price for k, cut in questions]
    return max(max(float(gain.sum()), 0.0), *sides)


class TestRule:
    @given(seed=st.integers(0, 10_000), strength=st.sampled_from([0.0, 0.6]))
    @settings(max_examples=15, deadline=None)
    def test_is_the_best_of_all_rules_of_two_questions(self, seed: int, strength: float) -> None:
        rng = np.random.default_rng(seed)
        matrix = np.column_stack([rng.integers(0, 6, 160), rng.normal(size=160), rng.integers(0, 2, 160)]).astype(float)
        gain = rng.normal(size=160) + strength * np.where(matrix[:, 0] > 2, np.sign(matrix[:, 1]), -1)
        rule = learn_rule(gain, matrix, ["a", "b", "c"])
        price = float(np.sqrt(((gain - gain.mean()) ** 2).sum()))
        cuts = [np.unique([float(f"{v:.2g}") for v in np.quantile(x, np.linspace(0.1, 0.9, 9))]) for x in matrix.T]
        n_questions = sum(1 for _ in rule.answers()) - 1
        got = gain[rule.decide(matrix)].sum() - price * n_questions
        # a rule whose questions came to one answer was simplified, and is worth the more
        assert got >= brute_force(gain, matrix, cuts, price) - 1e-9
        assert n_questions <= 3

    def test_unknown_numbers_count_as_many_and_rare_categories_are_not_named(self) -> None:
        known = pd.DataFrame(
            {"days_since_gesture": [1.0, 5.0, np.nan] * 20, "town": ["A"] * 40 + ["B"] * 18 + ["C"] * 2}
        )
        matrix, ahead, names = rule_matrix(known, known.iloc[:3], minimum_group=5)
        assert names[0] == "days_since_gesture" and (matrix[2::3, 0] > 5).all() and len(ahead) == 3
        assert not any("C" in name for name in names)
        assert (
            condition("days_since_gesture", False, 5.0, "EUR") == "more than 5 days since the last gesture, or none yet"
        )

    def test_is_said_by_what_leads_to_giving(self) -> None:
        rule = Rule(None, "recent_purchases", 0, 3.0, Rule(give=True),
                    Rule(None, "recent_purchases", 0, 5.0, Rule(give=False), Rule(give=True)))  # fmt: skip
        assert who(rule, "EUR") == "customers with at most 3 recent purchases; or with more than 5 recent purchases"
        assert who(Rule(give=True), "EUR") == "everyone"


class TestQini:
    def test_a_gain_that_is_the_same_everywhere_lies_on_the_line(self) -> None:
        steps = np.arange(2000) % 10
        place = rank_within(np.random.default_rng(1).normal(size=2000), steps, 1)
        curve = qini_curve(np.full(2000, 2.0), place, np.arange(2000), unit="", seed=1)
        assert curve.area.number == pytest.approx(0, abs=1e-9) and curve.gained[-1] == pytest.approx(2.0)

    def test_groups_of_customers_give_the_error_that_customers_do(self) -> None:
        """Against the error by customer in a closed form; 60,000 rows of 20,000 customers in 2,000 groups."""
        rng = np.random.default_rng(2)
        clusters = rng.integers(0, 20_000, 60_000)
        gain = 1 + rng.normal(size=60_000) * 3 + rng.normal(size=20_000)[clusters]
        place = rank_within(rng.normal(size=60_000), clusters % 10, 1)
        curve = qini_curve(gain, place, clusters, unit="", seed=3, draws=2000)
        weight = 1 - (np.floor(place * 100) + 0.5) / 100 - 0.5
        exact = mean_by_customer(gain * weight, clusters, 10_000, "")
        assert curve.area.number == pytest.approx(exact.number, abs=1e-4)
        width, wanted = np.diff(curve.area.ends)[0], np.diff(exact.ends)[0]
        assert width == pytest.approx(wanted, rel=0.08)
        assert covers(curve.area, 0.0)

    def test_places_are_within_a_step_and_ties_are_by_lot(self) -> None:
        steps = np.repeat([0, 1], 50)
        place = rank_within(np.concatenate([np.arange(50.0), 1000 + np.arange(50.0)]), steps, 1)
        assert np.allclose(np.sort(place[:50]), np.sort(place[50:])) and place[49] < place[0]
        tied = rank_within(np.zeros(100), steps, 1)
        assert np.allclose(np.sort(tied[:50]), (np.arange(50) + 0.5) / 50) and not (np.diff(tied[:50]) > 0).all()
        assert np.isnan(rank_within(np.array([np.nan, 1.0]), np.array([0, 1]), 1)[0])


def a_list(**given: object) -> GivingList:
    n = 200
    ids = np.array([f"=c{i}" for i in range(n)], dtype=object)
    foreseen = np.random.default_rng(1).normal(size=n)
    fifths = GainByFifth(tuple(Estimate(5.0 - k, 4.0 - k, 6.0 - k) for k in range(5)), (1, 0.5, 0, -0.5, -1),
                         np.array([0.8, 0.3, -0.3, -0.8]))  # fmt: skip
    settled: dict[str, object] = {
        "segments": np.where(np.arange(n) < 60, "lost", "candidates").astype(object), "ranked": True, "n_most": None,
        "holdout_share": 0.2, "experiment": "card, next", "day": None, "n_unlike": 0, "seed": 4,
    }  # fmt: skip
    return list_customers(ids, foreseen, np.ones(n, dtype=bool), fifths, **{**settled, **given})  # type: ignore[arg-type]


class TestDrawnAtOrders:
    ORDERS = orders_csv("a,2024-01-01,5", "b,2024-01-01,5", "c,2024-01-02,5", "a,2024-02-01,5", "b,2024-03-01,5")

    @pytest.mark.parametrize(
        ("days", "with_orders"), [(("01-01", "01-01", "01-02"), True), (("01-01", "01-05", "01-05"), False)]
    )
    def test_most_draws_on_the_day_of_an_order_say_so(
        self, tmp_path: Path, days: tuple[str, ...], with_orders: bool
    ) -> None:
        drawn = [f"{who},2024-{day},{arm}" for who, day, arm in zip("abc", days, ("card", "none", "card"), strict=True)]
        sources = "  orders: {path: orders.csv}\n  assignments: {path: drawn.csv, control: none}\n"
        lines = orders_csv(*drawn, head="customer_id,assigned_at,arm")
        folder = write_study(tmp_path / "s", sources, orders=self.ORDERS, drawn=lines)
        with cx.open_study(folder) as kit:
            found = kit.candidates("customer")
        assert found is not None and found.with_orders == with_orders


class TestNextReading:
    @pytest.mark.parametrize(("kind", "token"), [("everywhere", "everyone"), ("where a is above 0", "choose")])
    def test_it_shows_the_gain_as_often_as_is_foretold(self, kind: str, token: str) -> None:
        effects, _ = made(kind, 2000, 12)
        policy = choose_customers(effects, named(300), seed=1, holdout_share=0.05)
        assert policy.verdict.token == token
        reading = hand_out(policy, next_trial(effects)).next_reading
        assert reading is not None and reading.held_out < 16 < 100 < reading.given
        assert reading.spread == pytest.approx(5, rel=0.1) and reading.gain == pytest.approx(3, rel=0.2)
        rng = np.random.default_rng(1)
        arms = [
            reading.gain * arm + 5 * rng.normal(size=(4000, n))
            for arm, n in ((1, reading.given), (0, reading.held_out))
        ]
        error = 5 * np.sqrt(1 / reading.given + 1 / reading.held_out)
        shown = (arms[0].mean(axis=1) - arms[1].mean(axis=1)) / error > 1.96
        assert 0.2 < shown.mean() < 0.8 and reading.chance == pytest.approx(shown.mean(), abs=0.06)

    @pytest.mark.parametrize(
        ("customers", "share", "said"),
        [
            (150, 0.1, "hold out more if it must be settled"),
            (20, 0.1, "too short to settle it at once"),
            (2000, 0.1, "in nearly all cases."),
        ],
    )
    def test_whether_enough_are_held_out_is_said(self, customers: int, share: float, said: str) -> None:
        effects, _ = made("everywhere", 1500, 3)
        policy = choose_customers(effects, named(customers), seed=1, holdout_share=share)
        handing = hand_out(policy, next_trial(effects))
        assert said in handing.reading
        assert said in policy_answer(gesture_money(effects), rank_customers(policy), handing).decide

    def test_of_chosen_gestures_nothing_is_foretold(self) -> None:
        effects, _ = made("everywhere", 3000, 5, chosen=True)
        policy = choose_customers(effects, named(50), seed=1)
        assert policy.giving is not None
        assert hand_out(policy, next_trial(effects)).next_reading is None


class TestList:
    def test_the_lot_holds_out_its_share_of_every_stratum_and_the_seed_decides(self) -> None:
        giving = a_list()
        assert giving.count(HOLD_OUT) == 40 and giving.count(GIVE) == 160
        held = giving.assignments[giving.assignments["arm"] == HOLD_OUT]["stratum"].value_counts()
        assert held.to_dict() == {"candidates": 28, "lost": 12}
        assert a_list().assignments.equals(giving.assignments)
        assert not a_list(seed=5).assignments.equals(giving.assignments)

    def test_nobody_is_more_likely_to_be_held_out(self) -> None:
        times = sum((a_list(seed=s).assignments["arm"] == HOLD_OUT).to_numpy() for s in range(100))
        assert abs(times.mean() - 20) < 0.2 and times.max() < 40 and times.min() > 5

    def test_a_budget_takes_the_best_where_forecasts_rank_and_the_lot_else(self) -> None:
        assert (a_list().left_by, a_list(n_most=30).left_by) == ("", "forecasts")
        assert a_list(n_most=30, ranked=False).left_by == "lot"
        best = a_list(n_most=30).table
        assert set(best["place"][best["arm"] != ""]) == set(range(1, 31))
        by_lot = a_list(n_most=30, ranked=False).table
        chosen = by_lot[by_lot["arm"] != ""]
        assert len(chosen) == 30 and abs(chosen["foreseen"].mean()) < 0.6
        assert best.loc[best["place"] == 1, "gain"].item() == 5.0

    def test_a_program_takes_no_id_for_a_formula(self, tmp_path: Path) -> None:
        folder = write_study(tmp_path / "s", orders=orders_csv("a,2024-01-01,5", "a,2024-02-01,5"))
        with cx.open_study(folder) as kit:
            page = open_page(kit, "gesture_policy", out=str(tmp_path))
            page.keep("gesture_customers", a_list().table)
        written = pd.read_csv(tmp_path / "tables" / "gesture_customers.csv", dtype=str)
        assert written["customer_id"].str.startswith("'=").all()
        kept = pd.read_parquet(tmp_path / "tables" / "gesture_customers.parquet")
        assert kept["customer_id"].str.startswith("=").all()


def whole_page(policy: GesturePolicy) -> str:
    """Call what the notebook calls, and return every text of it."""
    effects = policy.effects
    money, ranking, handing = gesture_money(effects), rank_customers(policy), hand_out(policy, next_trial(effects))
    said = [policy.heading, policy.reading, policy.rule_heading, ranking.heading, ranking.reading, handing.heading,
            handing.reading]  # fmt: skip
    for plot, result in (
        (plots.policy_values, policy), (plots.policy_rule, policy), (plots.gesture_ranking, ranking),
    ):  # fmt: skip
        lacking = plot.lacks(result) if plot.lacks else ""  # type: ignore[arg-type]
        if lacking:
            said.append(lacking)
            continue
        figure = plot.block(result)  # type: ignore[arg-type]
        caption = figure.caption
        assert 30 < len(caption.alt) <= 400 and max(len(figure.wide), len(figure.narrow)) < 100_000
        said += [caption.title, caption.subtitle, caption.alt, caption.note]
        if figure.numbers is not None:
            assert all(len(row) == len(figure.numbers.columns) for row in figure.numbers.rows)
            said += [f"{cell.text} {cell.small}" for row in figure.numbers.rows for cell in row]
    for table in (tables.customers_to_give_to(handing), tables.planned_assignments(handing.planned)):
        assert (table is None) == (policy.giving is None)
        if table is not None:
            said += [cell.text for row in table.rows for cell in row]
    answer = policy_answer(money, ranking, handing)
    said += [answer.tag, answer.line, answer.decide, answer.headline, *(f"{f.big} {f.text}" for f in answer.facts)]
    said += [f"{question} {text}" for question, text in answer.open]
    for result in (policy, ranking, handing):
        for key, estimate in result.findings.items():
            assert estimate.as_finding(), key
            assert not faults("gesture_policy", {key: estimate.as_finding()})
        assert result.table is not None
    return "\n".join(said)


@pytest.mark.parametrize(
    "kind", ["where a is above 0", "nowhere", "as much as it costs", "everywhere", "harms", "no cost", "no money"]
)
def test_every_page_can_be_read(kind: str, planted: tuple[GesturePolicy, Array]) -> None:
    policy = planted[0]
    if kind != "where a is above 0":
        effects, _ = made("everywhere" if kind in ("no cost", "no money") else kind, 400, 6)
        sample = effects.data.samples[0]
        if kind == "no cost":
            sample = replace(sample, own_cost=None)
        if kind == "no money":
            sample = replace(
                sample, own_cost=None, contribution=None, outcome=(sample.outcome > 12) + 0.0, noun="visit"
            )
        effects = estimate_gestures(replace(effects.data, samples=(sample,)), seed=1)
        policy = choose_customers(effects, named(60), seed=1)
    said = whole_page(policy)
    for wrong in ("nan", "None", "inf ", "  ", "..", "()", "−€0.00"):
        assert wrong not in said, (wrong, said)
    if kind == "no cost":
        assert "its cost, which is not recorded" in said
    if kind == "no money":
        assert "in “visit” per 100 customers" in said and "€" not in said


def test_a_cost_that_is_not_recorded_can_be_given() -> None:
    effects, _ = made("everywhere", 600, 7)
    sample, gains = effects.data.samples[0], []
    got = (sample.arms == "card").astype(float)
    for own_cost, assumed in ((None, ()), (np.where(got, np.nan, 0.0), ()), (2.5 * got, ("card",))):
        costed = replace(sample, own_cost=own_cost, assumed=frozenset(assumed))
        effects = estimate_gestures(replace(effects.data, samples=(costed,)), seed=1)
        gains.append(find_gain(effects, effects.main, seed=1))
    none, lacking, given = gains
    assert none is not None and lacking is not None and given is not None
    assert (none.cost, lacking.cost, given.cost) == ("unknown", "unknown", "assumed")
    assert np.array_equal(none.gain, lacking.gain)
    assert none.gain.mean() - given.gain.mean() == pytest.approx(2.5, abs=1e-6)


def test_no_forecast_looks_ahead(planted: tuple[GesturePolicy, Array]) -> None:
    """What comes in later steps changes no forecast of an earlier one."""
    values = planted[0].valued
    assert values is not None
    gain: GestureGain = values.gain
    before, _ = foresee_gain(gain)
    moved = replace(gain, gain=np.where(gain.steps >= 7, -50 * gain.gain, gain.gain))
    after, _ = foresee_gain(moved)
    assert np.array_equal(before[gain.steps <= 7], after[gain.steps <= 7], equal_nan=True)
    assert not np.array_equal(before[gain.steps > 7], after[gain.steps > 7])
    assert np.isnan(before[~gain.tried]).all()


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("policy") / "shop"
    written = simulate_shop(read_settings(None, customers=900, seed=3))
    write_shop(written, plant_truth(written, rows=300), folder)
    return folder


class TestStudy:
    def test_the_list_is_the_next_trial_of_the_study(self, shop: Path, tmp_path: Path) -> None:
        with cx.open_study(shop) as kit:
            trial = kit.gestures.samples[0]
            assert trial.contribution is not None
            richer = replace(trial, contribution=trial.contribution + 20 * (trial.arms == "card"))
            effects = cx.estimate_gestures(replace(kit.gestures, samples=(richer,)), seed=1)
            effects = replace(effects, effects=tuple(e for e in effects.effects if e.arm == "card"))
            candidates = kit.candidates(effects.main.rows)
            assert candidates is not None and len(candidates.customer_id) == len(set(candidates.customer_id))
            policy = cx.choose_customers(effects, candidates, seed=1, holdout_share=0.2)
        assert policy.verdict.has_list and policy.giving is not None and policy.valued is not None
        worth, everyone = effects.main.worth, policy.valued.difference("everyone", "no_one")
        assert worth is not None and worth.incremental.low is not None and worth.incremental.high is not None
        assert everyone.number == pytest.approx(worth.incremental.number)
        assert everyone.ends == pytest.approx((worth.incremental.low, worth.incremental.high))
        assert {"qini.card", "pays_probability.card", "break_even_cost.card", "policy_value.profit_bringers"} <= {
            *policy.findings, *cx.rank_customers(policy).findings,
        }  # fmt: skip
        orders = orders_csv(*(f"{who},2025-03-{1 + i % 28:02d},5" for i, who in enumerate(candidates.customer_id)))
        assigned = policy.giving.assignments.to_csv(index=False)
        sources = "  orders: {path: orders.csv}\n  assignments: {path: assignments.csv, control: hold_out}\n"
        following = write_study(tmp_path / "next", sources, head=HEAD, orders=orders, assignments=assigned)
        read = check_study(following).tables["assignments"]
        assert read.n_read == len(policy.giving.assignments) and not read.n_rejected

    def test_chosen_gestures_are_chosen_for_at_the_last_order(self, shop: Path) -> None:
        with cx.open_study(shop) as kit:
            today = find_candidates(kit.study, kit.parameters, kit.intake, kit.customers, rows="customer")
            last, drawn = kit.candidates("order"), kit.candidates("customer")
            orders = kit.intake.engine.frame(
                "SELECT customer_id, COUNT(*) AS n FROM sales GROUP BY customer_id ORDER BY 1"
            )
        assert today is not None and last is not None and list(today.customer_id) == list(last.customer_id)
        # The trial drew customers when they came to buy: so do those stand who could get the next one.
        assert drawn is not None and drawn.with_orders and drawn.known.equals(last.known) and not today.with_orders
        n = orders["n"].to_numpy()
        assert (last.known["earlier_purchases"] == today.known["earlier_purchases"] - 1).all()
        assert (today.known["earlier_purchases"].to_numpy() <= n).all()
        assert last.known["days_since_last_order"].isna().sum() == (today.known["earlier_purchases"] == 1).sum()

    def test_outcomes_without_names_give_no_list_and_with_names_one(self, tmp_path: Path) -> None:
        rng = np.random.default_rng(8)
        rows = [f"p{i},{'card' if i % 2 else 'none'},{(1 if i % 2 else 0) + rng.normal():.3f},{rng.normal():.2f}"
                for i in range(400)]  # fmt: skip
        lists = []
        for head, lines in (
            ("customer_id,arm,contribution,age,outcome", rows),
            ("arm,contribution,age,outcome", [row.split(",", 1)[1] for row in rows]),
        ):
            text = orders_csv(*(f"{line},{line.split(',')[-2]}" for line in lines), head=head)
            folder = write_study(
                tmp_path / str(len(head)), "  outcomes: {path: outcomes.csv, control: none}\n", outcomes=text
            )
            with cx.open_study(folder) as kit:
                policy = cx.choose_customers(
                    cx.estimate_gestures(kit.gestures, seed=1), kit.candidates("customer"), seed=1
                )
            assert policy.verdict.token == "everyone"
            lists.append(policy)
        assert lists[0].giving is not None and len(lists[0].giving.table) == 400
        assert lists[1].giving is None and "does not name its customers" in lists[1].no_list

    def test_where_no_effect_is_given_nobody_is_chosen(self) -> None:
        effects, _ = made("everywhere", 60, 9)
        sample = effects.data.samples[0]
        arms = np.full(60, "card", dtype=object)
        sample = replace(sample, design="observational", arms=arms, drawn={"card": 60, "none": 0})
        effects = estimate_gestures(replace(effects.data, samples=(sample,)), seed=1)
        policy = choose_customers(effects, named(20), seed=1)
        assert policy.verdict.token == "not_identifiable" and policy.valued is None and policy.giving is None
        assert "nobody to hold them against" in whole_page(policy)

    def test_a_trial_of_the_wrong_sizes_chooses_nobody(self) -> None:
        effects, _ = made("everywhere", 300, 10)
        sample = replace(effects.data.samples[0], allocation={"card": 4, "none": 1})
        effects = estimate_gestures(replace(effects.data, samples=(sample,)), seed=1)
        policy = choose_customers(effects, named(20), seed=1)
        assert policy.verdict.token == "not_identifiable" and policy.giving is None
        assert "no figure of this trial can be trusted" in whole_page(policy)


def test_a_trial_that_runs_chooses_nobody_yet() -> None:
    effects, _ = made("everywhere", 300, 10)
    sample = replace(effects.data.samples[0], n_running=20)
    policy = choose_customers(replace(effects, data=replace(effects.data, samples=(sample,))), named(20), seed=1)
    assert policy.verdict.token == "not_identifiable" and policy.giving is None
    assert "the trial still runs" in whole_page(policy) and "Wait until the trial is over" in whole_page(policy)


def test_by_the_records_alone_it_is_not_given_to_more_customers() -> None:
    effects, _ = made("everywhere", 2_000, 12)
    sample = replace(effects.data.samples[0], design="observational")
    effects = estimate_gestures(replace(effects.data, samples=(sample,)), seed=1)
    policy = choose_customers(effects, named(200), seed=1)
    assert policy.verdict.has_list
    assert "Do not give it to more customers than now" in whole_page(policy)


def test_customers_who_grew_older_are_no_strangers_but_a_second_gesture_is_unlike_any() -> None:
    rows, ahead = np.array([[10.0, 0.0], [90.0, 1.0]]), np.array([[300.0, 0.0], [50.0, 2.0], [5.0, 0.0]])
    assert _inside(rows, ahead, ("tenure_days", "earlier_gestures")).tolist() == [True, False, False]


@pytest.mark.parametrize(("n", "kinds"), list(product([8, 30], ["everywhere", "nowhere"])))
def test_too_few_choose_nobody_without_a_fault(n: int, kinds: str) -> None:
    effects, _ = made(kinds, n, 11)
    policy = choose_customers(effects, named(5), seed=1)
    assert policy.verdict.token == "not_identifiable" and whole_page(policy)
