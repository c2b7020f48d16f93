"""Random, expected or managed: the mixed model against published figures, the verdicts against what is planted."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy.stats import binom

from cxlab import open_study, rank_places, spread_of_scores
from cxlab.answered import Answered
from cxlab.errors import MissingDataError, NotEnoughDataError
from cxlab.experience.crossed import MANY_LEVELS, CrossedModel
from cxlab.experience.henderson import Factor, Sums
from cxlab.experience.spread import Kind
from cxlab.scores import find_scale
from cxlab.simulate import simulate_shop
from cxlab.simulate.felt import experience_truth
from cxlab.simulate.settings import Settings
from tests.depth import examples

# Davies (1947): yield of dyestuff in grams, five samples of each of six batches; as in Bates et al. (2015).
DYESTUFF = (
    (1545, 1440, 1440, 1520, 1580), (1540, 1555, 1490, 1560, 1495), (1595, 1550, 1605, 1510, 1560),
    (1445, 1440, 1595, 1465, 1545), (1595, 1630, 1515, 1635, 1625), (1520, 1455, 1450, 1480, 1445),
)  # fmt: skip
Array = NDArray[np.float64]


def crossed(
    n: int, *, stores: int = 4, employees: int = 5, weeks: int = 30, sds: tuple[float, float, float, float], seed: int
) -> tuple[Array, list[Factor], Factor, Array]:
    """Scores with store, employee, week and customer effects of given deviations; the sum of the first three."""
    rng = np.random.default_rng(seed)
    store, week, customer = rng.integers(0, stores, n), rng.integers(0, weeks, n), rng.integers(0, n // 2, n)
    employee = store * employees + rng.integers(0, employees, n)
    levels = (stores, stores * employees, weeks, n // 2)
    added = [sd * rng.standard_normal(k)[code]
             for sd, k, code in zip(sds, levels, (store, employee, week, customer), strict=True)]  # fmt: skip
    led = added[0] + added[1] + added[2]
    factors = [Factor(name, code.astype(np.int64), k)
               for name, code, k in zip(("store", "employee", "week"), (store, employee, week), levels[:3],
                                        strict=True)]  # fmt: skip
    score = 7 + led + added[3] + 1.5 * rng.standard_normal(n)
    return score, factors, Factor("customer", customer.astype(np.int64), n // 2), led


class TestModel:
    def test_published_variances_of_dyestuff(self) -> None:
        grams = np.array(DYESTUFF, dtype=np.float64).ravel()
        batch = Factor("batch", np.repeat(np.arange(6), 5), 6)
        model = CrossedModel(grams, [batch], groups={}, seed=1)
        assert model.rest == pytest.approx(2451.25, rel=1e-4)
        assert model.rest * model.best[0] ** 2 == pytest.approx(1764.05, rel=1e-3)
        effects, deviations = model.effects["batch"]
        # Raw means stand 60.6 and -57.5 apart from the mean, each with a standard error of 22.
        assert 30 < effects[4] < 72.5 and -57.5 < effects[5] < -30 and (deviations > 10).all()

    def test_likelihood_is_that_of_the_whole_covariance_matrix(self) -> None:
        score, factors, customer, _ = crossed(120, weeks=6, sds=(0.5, 0.4, 0.3, 0.6), seed=3)
        score = score - score.mean()
        sums = Sums(score, factors, customer)

        def likelihood(ratios: Array) -> float:
            covariance = np.eye(120)
            for ratio, f in zip(ratios, [*factors, customer], strict=True):
                covariance += ratio**2 * (f.code[:, None] == f.code)
            inverse, ones = np.linalg.inv(covariance), np.ones(120)
            among = ones @ inverse @ ones
            squares = score @ inverse @ score - (ones @ inverse @ score) ** 2 / among
            return float(-0.5 * (np.linalg.slogdet(covariance)[1] + np.log(among) + 119 * np.log(squares)))

        one, other = np.array([0.3, 0.2, 0.1, 0.4]), np.array([0.8, 0.0, 0.5, 0.2])
        told = sums.solve(one).likelihood - sums.solve(other).likelihood
        assert told == pytest.approx(likelihood(one) - likelihood(other), abs=1e-8)

    def test_slopes_are_those_of_the_likelihood(self) -> None:
        score, factors, customer, _ = crossed(300, sds=(0.5, 0.4, 0.3, 0.6), seed=5)
        sums, ratios = Sums(score - score.mean(), factors, customer), np.array([0.3, 0.0, 0.1, 0.4])
        slopes = sums.solve(ratios).slopes
        for k in range(4):
            moved = [ratios.copy(), ratios.copy()]
            step = 1e-5 if ratios[k] else 0.0
            moved[0][k], moved[1][k] = np.sqrt(ratios[k] ** 2 + 1e-5), np.sqrt(ratios[k] ** 2 - step)
            up, down = (sums.solve(one).likelihood for one in moved)
            assert slopes[k] == pytest.approx((up - down) / (1e-5 + step), rel=2e-3, abs=1e-3)

    def test_the_same_rows_in_another_order_give_the_same_answer(self) -> None:
        score, factors, customer, _ = crossed(400, sds=(0.5, 0.4, 0.3, 0.6), seed=7)
        order = np.random.default_rng(1).permutation(400)
        turned = [Factor(f.name, f.code[order], f.n_levels) for f in (*factors, customer)]
        one = CrossedModel(score, factors, customer, groups={}, seed=1)
        other = CrossedModel(score[order], turned[:3], turned[3], groups={}, seed=1)
        for name, share in one.best_of_these.items():
            assert other.best_of_these[name] == pytest.approx(share, abs=1e-6)

    def test_many_levels_are_told_as_few_are(self) -> None:
        n = MANY_LEVELS
        score, factors, customer, led = crossed(40 * n, stores=20, employees=n // 20, sds=(0.5, 0.6, 0.2, 0.5), seed=2)
        model = CrossedModel(score, factors, customer, groups={"all": ("store", "employee", "week")}, seed=1)
        truth = led.var() / (led.var() + 1.5**2 + 0.5**2)
        low, high = model.interval(model.of_these["all"])
        assert low < truth < high and high - low < 0.03

    @pytest.mark.longest
    @pytest.mark.thorough
    def test_intervals_hold_what_was_planted(self) -> None:
        runs, held, finite = 120, np.zeros(3), 0
        for seed in range(runs):
            score, factors, customer, led = crossed(800, sds=(0.4, 0.5, 0.0, 0.5), seed=seed)
            model = CrossedModel(score, factors, customer, groups={"all": ("store", "employee", "week")}, seed=1)
            low, high = model.interval(model.of_these["all"])
            finite += low <= led.var() / (led.var() + 1.5**2 + 0.5**2) <= high
            for k, sd in enumerate((0.4, 0.5, 0.0)):
                low, high = model.interval(np.sqrt(model.rest) * model.ratios[:, k])
                held[k] += (low if model.is_shown(k) else 0.0) <= sd <= high
        assert finite >= binom.ppf(0.001, runs, 0.95)
        assert (held >= binom.ppf(0.001, runs, 0.95)).all()


def answers(frame: pd.DataFrame) -> Answered:
    """The answers of a frame with score, employee, store, week, weekday and customer_id."""
    full = frame.assign(hour=-1, touchpoint=frame.get("touchpoint", "till"))
    for name in ("touchpoint", "employee", "store"):
        full[name] = full[name].astype("category")
    return Answered(full, "nps", find_scale(full["score"].to_numpy(), metric="nps"), 0, 0)


def planted(*, employee: float, store: float, week: float = 0.0, n: int = 3000, seed: int = 1) -> Answered:
    """Answers at one touchpoint in 12 stores with 5 employees each."""
    rng = np.random.default_rng(seed)
    stores, weeks = rng.integers(0, 12, n), rng.integers(0, 60, n)
    people = stores * 5 + rng.integers(0, 5, n)
    felt = 6 + rng.standard_normal(n) * 1.2
    for sd, levels, code in ((employee, 60, people), (store, 12, stores), (week, 60, weeks)):
        felt += sd * rng.standard_normal(levels)[code]
    frame = pd.DataFrame(
        {
            "customer_id": [f"c{i}" for i in rng.integers(0, n, n)], "score": np.clip(np.rint(felt), 0, 10),
            "employee": [f"e{i}" for i in people], "store": [f"s{i}" for i in stores], "week": weeks,
            "weekday": rng.integers(0, 7, n),
        }
    )  # fmt: skip
    return answers(frame)


class TestVerdict:
    @pytest.mark.parametrize(
        ("kind", "given"),
        [
            ("managed", {"employee": 0.0, "store": 0.0}),
            ("managed", {"employee": 0.15, "store": 0.1}),
            ("random", {"employee": 0.9, "store": 0.0}),
            ("random", {"employee": 0.0, "store": 0.0, "week": 0.9}),
            ("expected", {"employee": 0.0, "store": 1.2}),
        ],
    )
    def test_what_was_planted_is_said(self, kind: Kind, given: dict[str, float]) -> None:
        (found,) = spread_of_scores(planted(**given)).touchpoints
        assert found.kind == kind

    def test_few_answers_cannot_tell(self) -> None:
        (found,) = spread_of_scores(planted(employee=0.4, store=0.0, n=150)).touchpoints
        assert found.kind == "cannot_tell"

    @pytest.mark.thorough
    def test_nobody_stands_out_where_all_are_alike(self) -> None:
        places = rank_places(spread_of_scores(planted(employee=0.0, store=0.0)))
        raw = [place.mean for place in places.ranked if place.factor == "employee"]
        drawn = [place.effect.number for place in places.ranked if place.factor == "employee"]
        assert not any(place.stands_out for place in places.ranked)
        assert max(drawn) - min(drawn) < 0.2 * (max(raw) - min(raw))

    def test_who_is_really_better_comes_first(self) -> None:
        answered = planted(employee=0.0, store=0.0)
        better = (answered.frame["employee"] == "e7").to_numpy()
        frame = answered.frame.assign(score=np.minimum(answered.frame["score"] + 2.0 * better, 10))
        places = rank_places(spread_of_scores(answers(frame)))
        first = next(place for place in places.ranked if place.factor == "employee")
        assert first.level == "e7" and first.stands_out and 0.5 < first.effect.number < 2


class TestBadInput:
    def test_nobody_was_asked(self) -> None:
        with pytest.raises(MissingDataError, match="add `feedback`"):
            spread_of_scores(None)

    def test_too_few(self) -> None:
        with pytest.raises(NotEnoughDataError, match="from 100 answers on, and there are 40"):
            spread_of_scores(planted(employee=0.0, store=0.0, n=40))

    def test_too_few_customers_to_be_shown(self) -> None:
        frame = planted(employee=0.0, store=0.0).frame.assign(customer_id="c1")
        with pytest.raises(NotEnoughDataError, match="no touchpoint has the answers of 5 customers"):
            spread_of_scores(answers(frame), minimum_group=5)

    def test_one_score_for_all(self) -> None:
        with pytest.raises(NotEnoughDataError, match="all answers give one score"):
            spread_of_scores(answers(planted(employee=0.0, store=0.0).frame.assign(score=7.0)))

    def test_one_employee_is_left_out_and_said(self) -> None:
        found = spread_of_scores(answers(planted(employee=0.0, store=0.0).frame.assign(employee="only")))
        assert "employee" not in found.model.names
        assert "Not looked at: who served, for all answers are of one." in found.reading

    def test_nothing_tells_them_apart(self) -> None:
        frame = planted(employee=0.0, store=0.0).frame.assign(employee="only", store="only", week=1, weekday=1)
        with pytest.raises(NotEnoughDataError, match="do not tell people, places or times apart"):
            spread_of_scores(answers(frame))


class TestStudy:
    def write(self, folder: Path, lines: list[str]) -> Path:
        (folder / "orders.csv").write_text(
            "customer_id,ordered_at,revenue\n" + "".join(f"c{i},2024-0{1 + i % 6}-11,10\n" for i in range(60))
        )
        (folder / "feedback.csv").write_text("customer_id,given_at,score,metric,employee\n" + "".join(lines))
        (folder / "study.yml").write_text(
            "name: asked\ntitle: Asked\ncurrency: EUR\n"
            "sources: {orders: {path: orders.csv}, feedback: {path: feedback.csv}}\n"
        )
        return folder

    def test_what_is_left_out_is_said(self, tmp_path: Path) -> None:
        lines = [f"c{i % 60},2024-02-{1 + i % 28:02d},{i % 11},nps,e{i % 4}\n" for i in range(150)]
        lines += [f"c{i},2024-02-03,{99 + i},nps,e1\n" for i in range(3)]
        lines += [f"c{i},2025-01-0{1 + i},7,nps,e1\n" for i in range(5)]
        lines += ["c1,2024-02-03,4,taste,e1\n"]
        with open_study(self.write(tmp_path, lines)) as kit:
            said = spread_of_scores(kit.answered).reading
        assert "3 further answers lie beyond 0 to 10 and are left out." in said
        assert "1 answer to another question is left out." in said
        with open_study(self.write(tmp_path, lines)) as kit:
            said = spread_of_scores(kit.answered, minimum_group=5).reading
        assert "Under 5 further answers lie beyond 0 to 10 and are left out. Under 5 answers to other questions" in said
        assert "5 answers from after 11 June 2024, the last day that counts, are left out" in said

    def test_where_all_on_the_scale_are_alike_those_beyond_it_are_named(self, tmp_path: Path) -> None:
        lines = [f"c{i % 60},2024-02-{1 + i % 28:02d},{10 + 10 * (i % 9)},nps,e{i % 4}\n" for i in range(1800)]
        with (
            open_study(self.write(tmp_path, lines)) as kit,
            pytest.raises(NotEnoughDataError, match="from 0 to 10 give one score, and 1,600 lie beyond"),
        ):
            spread_of_scores(kit.answered)

    def test_without_who_served_nothing_is_said_to_be_managed(self, tmp_path: Path) -> None:
        lines = [f"c{i % 300},2024-0{1 + i % 5}-{1 + i % 28:02d},{(i * 7919) % 11},nps,\n" for i in range(3000)]
        with open_study(self.write(tmp_path, lines)) as kit:
            found = spread_of_scores(kit.answered)
        (one,) = found.touchpoints
        assert one.spread is not None and one.spread.ends[1] < 0.1 and one.kind == "cannot_tell"
        assert "Who served is not on record at all answers" in found.kinds_reading

    def test_the_main_question_on_its_scale_with_the_hours(self, tmp_path: Path) -> None:
        lines = [
            f"c{i % 60},2024-02-{1 + i % 28:02d} {8 + i % 10:02d}:15:00,{i % 11},nps,e{i % 4}\n" for i in range(150)
        ]
        lines += ["c1,2024-02-03 09:00:00,11,nps,e1\n", "c1,2024-02-03 09:00:00,5,csat,e1\n"]
        with open_study(self.write(tmp_path, lines)) as kit:
            found = kit.answered
            assert found is not None
            assert (found.n, found.metric, found.n_other, found.n_outside) == (150, "nps", 1, 1)
            assert sorted(found.frame["hour"].unique()) == list(range(8, 18))
            assert found.frame["weekday"].iloc[0] == 3  # 1 February 2024 was a Thursday
            assert found.frame["store"].isna().all()

    def test_days_alone_have_no_hours(self, tmp_path: Path) -> None:
        lines = [f"c{i % 60},2024-02-{1 + i % 28:02d},{i % 11},nps,e{i % 4}\n" for i in range(150)]
        with open_study(self.write(tmp_path, lines)) as kit:
            assert kit.answered is not None
            assert (kit.answered.frame["hour"] == -1).all()


PLANTED = ("variance_share.employee", "variance_share.store", "variance_share.week", "kind.till", "kind.delivery")


def test_what_made_up_shops_planted_is_found() -> None:
    missed, given = 0, {"share": 0.5, "employee_spread": 1.0, "store_spread": 0.2, "week_spread": 0.3}
    seeds = (5, 6, 7)[: examples(1)]
    for seed in seeds:
        shop = simulate_shop(
            Settings.model_validate({"customers": 900, "seed": seed, "feedback": given, "trial": None})
        )
        details, felt = shop.details, shop.details.felt.answers
        truth = experience_truth(details.felt, details.channel)
        day = shop.orders.day[felt].astype(np.int64)
        frame = pd.DataFrame(
            {
                "customer_id": shop.orders.customer[felt].astype(str), "score": details.score[felt].astype(np.float64),
                "employee": details.employee[felt].astype(str), "store": details.store[felt].astype(str),
                "week": day // 7, "weekday": day % 7,
                "touchpoint": np.where(details.channel[felt] == 0, "till", "delivery"),
            }
        )  # fmt: skip
        found = spread_of_scores(answers(frame), minimum_group=5).findings
        for key in PLANTED:
            low, high = found[key].ends
            missed += not low <= truth[key]["estimate"] <= high
        assert found["kind.till"].verdict == truth["kind.till"]["verdict"] == "random"
    assert missed <= binom.ppf(0.999, len(seeds) * len(PLANTED), 0.05)
