"""Word of mouth by score: nobody is told by what came later, planted effects are found, and none are made up."""

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import sqlglot
from scipy.stats import binom, chi2
from scipy.stats import poisson as poisson_law

from cxlab.blocks import Figure
from cxlab.errors import InputError
from cxlab.estimate import Estimate
from cxlab.feedback import Feedback, feedback_table
from cxlab.kit import open_study
from cxlab.loyalty.asymmetry import Outcome, Sides, weigh_sides
from cxlab.loyalty.word_of_mouth import WordOfMouth, weigh_word_of_mouth
from cxlab.plots.word_of_mouth import word_of_mouth
from cxlab.scores import find_scale
from cxlab.tables.word_of_mouth import outcomes_by_score
from cxlab.two_sides import judge
from tests.make import HEAD, orders_csv, write_study

ROOT = Path(__file__).resolve().parent.parent
TABLES = "  orders: {path: orders.csv}\n  feedback: {path: feedback.csv}\n  referrals: {path: referrals.csv}\n"


def drawn(
    rng: np.random.Generator, rates: tuple[float, float, float], *, n: int = 800, places: int = 3
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Draw what `n` customers do on each day: alike in themselves, with a group that may change, at planted rates."""
    own = rng.gamma(2.0, 0.5, n)
    group = np.where(rng.random((places, n)) < 0.7, rng.integers(0, 3, n), rng.integers(0, 3, (places, n)))
    happened = rng.poisson(np.array(rates)[group] * own)
    place = np.repeat(np.arange(places), n)
    return happened.ravel().astype(float), group.ravel(), place, np.tile(np.arange(n), places)


def sides(rng: np.random.Generator, rates: tuple[float, float, float], outcome: Outcome = "purchases") -> Sides:
    return weigh_sides(outcome, *drawn(rng, rates))


def told(scores: list[float], *, referrals: int = 1, purchases: int = 1, **given: object) -> Feedback:
    """Feedback of as many customers as there are scores, on one day."""
    n = len(scores)
    frame = pd.DataFrame(
        {
            "place": np.zeros(n, dtype=np.int64),
            "customer_id": [f"c{i:04d}" for i in range(n)],
            "score": scores,
            "purchases": np.full(n, purchases),
            "referrals": np.full(n, referrals),
        }
    ).astype({"score": float})
    kept = np.sort(frame["score"].dropna().to_numpy())
    fields = {"metric": "", "n_answers": len(kept), "n_other_answers": 0, "knows_referrals": True} | given
    return Feedback(frame, (dt.date(2024, 6, 30),), 90, scores=kept, **fields)  # type: ignore[arg-type]


def tiny(
    folder: Path, *, feedback: str, referrals: str = "referrer_id,referred_id,referred_at\nb,x,2024-01-10\n"
) -> Path:
    """Two customers over 40 days, looked at in windows of 10: on days 10, 20 and 30 of January."""
    rows = ["a,2023-12-31,5", "a,2024-01-12,5", "a,2024-01-12,6", "a,2024-01-21,5", "b,2024-01-15,5", "b,2024-02-09,5"]
    head = HEAD + "observation_end: 2024-02-09\nparameters: {outcome_days: 10}\n"
    return write_study(folder, TABLES, head=head, orders=orders_csv(*rows), feedback=feedback, referrals=referrals)


class TestRows:
    def test_each_day_sorts_by_the_last_score_before_it_and_counts_what_came_after(self, tmp_path: Path) -> None:
        given = ("a,2024-01-05,3", "a,2024-01-10,9", "a,2024-01-10,7", "a,2024-01-21,2", "b,2024-01-20,6")
        answers = orders_csv(*given, head="customer_id,given_at,score")
        brought = (
            "referrer_id,referred_id,referred_at\na,x,2024-01-10\na,y,2024-01-11\na,z,2024-01-20\nb,w,2024-01-21\n"
        )
        with open_study(tiny(tmp_path, feedback=answers, referrals=brought)) as kit:
            found = kit.feedback
            assert found is not None and kit.intake.engine.statements
            assert [d.isoformat() for d in found.days] == ["2024-01-10", "2024-01-20", "2024-01-30"]
            rows = found.frame.fillna(-1)[["place", "customer_id", "score", "purchases", "referrals"]]
            assert rows.to_numpy().tolist() == [
                [0, "a", 8.0, 1, 2],
                [1, "a", 8.0, 1, 0],
                [1, "b", 6.0, 0, 1],
                [2, "a", 2.0, 0, 0],
                [2, "b", 6.0, 1, 0],
            ]
            assert found.knows_referrals and found.n_answers == 5
            for statement in kit.intake.engine.statements[-3:]:
                sqlglot.transpile(statement, read="duckdb", write="spark")

    @pytest.mark.thorough
    def test_nothing_after_a_day_tells_in_which_group_a_customer_stands(self, tmp_path: Path) -> None:
        early = "customer_id,given_at,score\na,2024-01-05,3\nb,2024-01-16,8\n"
        with open_study(tiny(tmp_path / "one", feedback=early)) as one:
            before = one.feedback
        with open_study(tiny(tmp_path / "two", feedback=early + "a,2024-01-25,10\nb,2024-01-22,0\n")) as two:
            after = two.feedback
        assert before is not None and after is not None
        same = before.frame["place"] < 2
        assert before.frame[same]["score"].tolist() == after.frame[same]["score"].tolist() == [3.0, 3.0, 8.0]
        assert after.frame["score"].tolist()[3:] == [10.0, 0.0]

    def test_of_several_questions_the_one_with_most_answers_counts(self, tmp_path: Path) -> None:
        answers = "customer_id,given_at,score,metric\na,2024-01-05,3,nps\na,2024-01-06,9,nps\na,2024-01-07,1,csat\n"
        with open_study(tiny(tmp_path, feedback=answers)) as kit:
            found = kit.feedback
            assert found is not None
            assert (found.metric, found.n_answers, found.n_other_answers) == ("nps", 2, 1)
            assert found.frame["score"].tolist()[0] == 9.0
            assert "1 answer to other questions" in weigh_word_of_mouth(found).counted

    def test_a_history_shorter_than_two_windows_says_so(self, tmp_path: Path) -> None:
        with open_study(tiny(tmp_path, feedback="customer_id,given_at,score\na,2024-01-05,3\n")) as kit:
            found = feedback_table(kit.intake.engine, {"score"}, observation_end=dt.date(2024, 2, 9), window_days=30)
            assert found.days == () and found.frame.empty
            assert "two windows of 30 days" in weigh_word_of_mouth(found).reading


class TestScale:
    @pytest.mark.parametrize(
        ("scores", "metric", "name", "labels"),
        [
            (range(11), "", "0 to 10", ("0–6", "7–8", "9–10")),
            ([1, 3, 5], "NPS", "0 to 10", ("0–6", "7–8", "9–10")),
            ([1, 2, 3, 4, 5], "csat", "1 to 5", ("1–2", "3", "4–5")),
            ([0, 1, 5], "", "0 to 5", ("0–1", "2–3", "4–5")),
            (range(1, 8), "", "1 to 7", ("1–2", "3–5", "6–7")),
            ([0, 55.5, 100], "", "0 to 100", ("under 33.3", "33.3–66.7", "over 66.7")),
            ([-2, 0, 2], "", "−2 to 2", ("−2–−1", "0", "1–2")),
        ],
    )
    def test_the_scale_is_told_from_the_scores(
        self, scores: list[float], metric: str, name: str, labels: tuple[str, ...]
    ) -> None:
        scale = find_scale(np.array(list(scores), dtype=float), metric=metric)
        assert scale.name == name and scale.labels == labels

    def test_a_slip_does_not_stretch_the_scale(self) -> None:
        assert find_scale(np.array([*[8.0] * 60, 88.0])).name == "0 to 10"

    def test_a_scale_that_goes_down_is_a_fault(self) -> None:
        with pytest.raises(InputError, match="does not go upwards"):
            find_scale(np.array([1.0]), scale=(5, 1))


class TestSides:
    def test_of_one_day_the_rates_are_plain_means_and_a_count_has_its_exact_interval(self) -> None:
        rng = np.random.default_rng(5)
        group = np.repeat([0, 1, 2], [400, 500, 600])
        happened = rng.poisson(np.array([0.05, 0.1, 0.2])[group]).astype(float)
        found = weigh_sides("referrals", happened, group, np.zeros(1500, dtype=int), np.arange(1500))
        for g in range(3):
            assert found.rates[g].number == pytest.approx(100 * happened[group == g].mean())
        ratio = happened[group == 2].mean() / happened[group == 1].mean()
        assert found.high_ratio.number == pytest.approx(ratio)
        few, n = happened[group == 1].sum(), 500
        low, high = 100 * chi2.ppf(0.025, 2 * few) / 2 / n, 100 * chi2.ppf(0.975, 2 * few + 2) / 2 / n
        assert found.rates[1].ends == pytest.approx((low, high), rel=0.1)

    def test_the_two_sides_and_their_difference_are_those_of_the_rates(self) -> None:
        found = sides(np.random.default_rng(1), (0.4, 1.0, 1.2))
        low, middle, high, _ = (rate.number for rate in found.rates)
        assert found.costs.number == pytest.approx(middle - low)
        assert found.brings.number == pytest.approx(high - middle)
        assert found.asymmetry.number == pytest.approx(2 * middle - low - high)
        assert found.ratio_asymmetry.number == pytest.approx(middle**2 / low / high)

    @pytest.mark.thorough
    def test_intervals_cover_the_planted_rate_ratios_and_the_asymmetry(self) -> None:
        rng = np.random.default_rng(20240305)
        rates, runs = (0.08, 0.16, 0.20), 300
        truth = {"low_ratio": 0.5, "high_ratio": 1.25, "costs": 8.0, "brings": 4.0, "asymmetry": 4.0}
        covered = dict.fromkeys(truth, 0)
        for _ in range(runs):
            found = sides(rng, rates, "referrals")
            for name, value in truth.items():
                low, high = getattr(found, name).ends
                covered[name] += low <= value <= high
        lowest, highest = binom.ppf([0.001, 0.999], runs, [0.93, 0.97])
        assert all(lowest <= n <= highest for n in covered.values()), covered

    @pytest.mark.parametrize(
        ("rates", "verdict"),
        [((0.3, 1.0, 1.1), "bad_weighs_more"), ((0.9, 1.0, 1.8), "good_weighs_more")],
    )
    def test_a_planted_asymmetry_is_found(self, rates: tuple[float, float, float], verdict: str) -> None:
        rng = np.random.default_rng(2)
        found = [sides(rng, rates).verdict for _ in range(40)]
        assert found.count(verdict) >= 38  # type: ignore[arg-type]

    @pytest.mark.parametrize("rates", [(0.1, 0.1, 0.1), (0.05, 0.1, 0.15), (1.0, 1.0, 1.0), (0.5, 1.0, 1.5)])
    def test_without_an_asymmetry_neither_side_is_said_to_weigh_more(self, rates: tuple[float, float, float]) -> None:
        rng, runs = np.random.default_rng(3), 200
        found = [sides(rng, rates).verdict for _ in range(runs)]
        wrong = sum(v in ("bad_weighs_more", "good_weighs_more") for v in found)
        assert wrong <= poisson_law.ppf(0.999, 0.05 * runs)
        if rates[0] == 0.5:
            assert wrong / runs <= 0.08

    def test_with_many_customers_no_difference_is_told_from_not_knowing(self) -> None:
        rng = np.random.default_rng(4)
        many = weigh_sides("purchases", *drawn(rng, (0.5, 1.0, 1.5), n=6000))
        few = weigh_sides("purchases", *drawn(rng, (0.5, 1.0, 1.5), n=120))
        assert (many.verdict, few.verdict) == ("no_difference", "cannot_tell")

    def test_rows_of_one_customer_are_not_taken_for_several(self) -> None:
        happened, group, place, who = drawn(np.random.default_rng(6), (1.0, 1.0, 1.0), places=1)
        once = weigh_sides("purchases", happened, group, place, who)
        again = [np.concatenate([part] * 4) for part in (happened, group, place, who)]
        four = weigh_sides("purchases", *again)
        assert four.costs.ends == pytest.approx(once.costs.ends, rel=0.02)

    def test_groups_are_held_against_each_other_on_the_same_days(self) -> None:
        place = np.repeat([0, 1], 1000)
        group = np.concatenate([np.repeat([0, 1, 2], [800, 100, 100]), np.repeat([0, 1, 2], [100, 100, 800])])
        happened = np.where(place == 0, 1.0, 3.0)  # twice as busy later, whoever it is
        found = weigh_sides("purchases", happened, group, place, np.arange(2000))
        assert found.costs.number == pytest.approx(0) and found.brings.number == pytest.approx(0)

    def test_the_rule_asks_that_the_heavier_side_is_shown_at_all(self) -> None:
        above, around = Estimate(2.0, 1.0, 3.0), Estimate(1.0, -0.5, 2.5)
        assert judge(above, around, above, above, 2.5) == "bad_weighs_more"
        assert judge(around, around, above, above, 2.5) == "cannot_tell"
        assert judge(around, around, Estimate(0.0, -9.0, 9.0), around, 2.5) == "no_difference"


class TestBadInput:
    def test_scores_beyond_the_scale_are_left_out_and_counted(self) -> None:
        found = weigh_word_of_mouth(told([*[5.0] * 40, *[8.0] * 40, *[10.0] * 40, 11.0, -3.0]))
        assert found.n_outside == 2 and found.n_answers == 120 and found.n_answered == 120
        assert "2 answers beyond the scale" in found.counted

    @pytest.mark.parametrize(
        "scores",
        [[8.0] * 200, [*[9.0] * 10], [np.nan] * 50, [*[3.0] * 100, *[9.0] * 100], [5.0, 8.0, 9.0]],
        ids=["all the same", "ten customers", "no answers", "nobody in the middle", "three customers"],
    )
    def test_nothing_is_told_where_it_cannot_be(self, scores: list[float]) -> None:
        found = weigh_word_of_mouth(told(scores))
        assert {side.verdict for side in found.sides} <= {"cannot_tell"}
        seen_by_a_reader(found)

    def test_no_referral_at_all_gives_no_ratio_and_no_verdict(self) -> None:
        found = weigh_word_of_mouth(told([*[5.0] * 60, *[8.0] * 60, *[10.0] * 60], referrals=0))
        side = found.side("referrals")
        assert side is not None and side.verdict == "cannot_tell" and side.low_ratio.value is None
        assert side.rates[0].ends == (0.0, pytest.approx(100 * 3.689 / 60, rel=1e-3))
        seen_by_a_reader(found)

    def test_groups_of_a_few_customers_are_hidden(self) -> None:
        found = weigh_word_of_mouth(told([*[5.0] * 3, *[8.0] * 60, *[10.0] * 60]), minimum_group=5)
        table = outcomes_by_score(found)
        assert table is not None
        assert [row[1].text for row in table.rows] == ["not shown", "not shown", "under 5", "0"]
        assert "it takes 30 customers with each kind of score" in found.reading
        assert set(found.findings) == {"word_of_mouth.referrals", "word_of_mouth.purchases"}
        assert np.isnan(found.table.loc[found.table["group"] == "low", "rate"]).all()
        seen_by_a_reader(found)

    def test_without_answers_or_referrals_it_says_what_to_bring(self) -> None:
        nothing = weigh_word_of_mouth(None)
        assert "feedback: customer_id, given_at, score" in nothing.reading
        assert "referrals: referrer_id, referred_id" in nothing.reading
        assert "referrals:" not in weigh_word_of_mouth(None, knows_referrals=True).reading
        assert nothing.findings == {} and nothing.table.empty
        assert outcomes_by_score(nothing) is None and word_of_mouth.lacks is not None and word_of_mouth.lacks(nothing)
        scores = [*[5.0] * 60, *[8.0] * 60, *[10.0] * 60]
        alone = weigh_word_of_mouth(told(scores, knows_referrals=False))
        assert [side.outcome for side in alone.sides] == ["purchases"]
        assert alone.reading.endswith("(referrals: referrer_id, referred_id, referred_at).")
        seen_by_a_reader(alone)


def seen_by_a_reader(found: WordOfMouth) -> None:
    """Check that words, findings, table and figure are whole: no NaN, no empty sentence."""
    table = outcomes_by_score(found)
    texts = [found.heading, found.reading]
    if table is not None:
        texts += [f"{cell.text} {cell.small}" for row in table.rows for cell in row]
    if word_of_mouth.lacks is not None and not word_of_mouth.lacks(found):
        block = word_of_mouth.block(found)
        assert isinstance(block, Figure) and len(block.caption.alt) < 400
        texts += [block.wide, block.narrow, block.caption.title, block.caption.subtitle]
    for text in texts:
        assert "nan" not in text.lower().replace("finance", "") and "inf " not in text and "  " not in text[:2000]
    assert all("nan" not in str(e.as_finding()).lower() for e in found.findings.values())


class TestShops:
    @pytest.mark.thorough
    def test_where_scores_move_nothing_nothing_is_said_to(self) -> None:
        with open_study(ROOT / "data" / "corner-shop") as kit:
            found = weigh_word_of_mouth(kit.feedback)
        for outcome in ("referrals", "purchases"):
            side = found.side(outcome)  # type: ignore[arg-type]
            assert side is not None and side.verdict in ("no_difference", "cannot_tell")
            assert side.low_ratio.ends[0] < 1 < side.low_ratio.ends[1]
            assert side.high_ratio.ends[0] < 1 < side.high_ratio.ends[1]
            assert side.none_ratio.ends[1] < 1  # who buys much is asked more often
        seen_by_a_reader(found)
