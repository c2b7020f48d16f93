"""What a reader sees of fans and one-time buyers: figures, tables and the answer, also where there is no number."""

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cxlab import plots, tables
from cxlab.answers.loyalty import loyalty_answer, loyalty_tone
from cxlab.blocks import Answer, Figure
from cxlab.errors import Untold
from cxlab.estimate import Estimate
from cxlab.loyalty import FanCheck, Sensitivity, Worth, check_fans, vary_assumptions
from cxlab.loyalty.sensitivity import Variant
from cxlab.loyalty.words import buyers
from cxlab.reports.listed import faults
from tests.loyal_shops import drawn_evidence, judged, loyal_shop, referrals_of, steady_outlook

ROOT = Path(__file__).resolve().parent.parent


def drawn(each: float = 5.0, rate: float = 0.3, **assumed: float) -> Worth:
    return judged(drawn_evidence(np.random.default_rng(1), 60, 200, each=each, rate=rate), **assumed)


def check_of(low: float, high: float) -> FanCheck:
    level = Estimate((low + high) / 2, low, high, n=60)
    return FanCheck(Estimate(20.0, 15.0, 25.0, n=60), Estimate(21.0, 17.0, 25.0, n=60), level, 180, 240, "EUR")


NOT_MADE = FanCheck(*[Estimate(n=60, verdict="not_made")] * 3, 0, 0, "EUR")
PASSED, OPEN, FAILED = check_of(0.9, 1.1), check_of(0.7, 1.1), check_of(1.3, 1.9)


def guess() -> Worth:
    """A fan who brought next to nothing: there is a number, but it may be 0."""
    evidence = drawn_evidence(np.random.default_rng(1), 60, 200, rate=0.0)
    return judged(replace(evidence, contribution=evidence.contribution - evidence.contribution.mean() + 0.1))


def without_holdout() -> Worth:
    return judged(replace(drawn_evidence(np.random.default_rng(1), 60, 200), basis="so_far", holdout_days=0))


def model_shop() -> tuple[Worth, FanCheck]:
    of = loyal_shop()
    return of.worth(), check_fans(of.customers, of.fans, of.outlook)


CASES = {
    "number": lambda: (drawn(), PASSED),
    "no referrals known": lambda: (drawn(rate=0.0), OPEN),
    "costs": lambda: (drawn(acquisition_cost=2.0), FAILED),
    "very many": lambda: (drawn(each=0.05), OPEN),
    "less than one": lambda: (drawn(each=400.0), PASSED),
    "nothing": lambda: (drawn(each=-1.0), PASSED),
    "unsure": lambda: (drawn(acquisition_cost=5.0), OPEN),
    "guess": lambda: (guess(), OPEN),
    "no hold-out": lambda: (without_holdout(), NOT_MADE),
    "model shop": model_shop,
}


@pytest.fixture(scope="module", params=CASES)
def shown(request: pytest.FixtureRequest) -> tuple[Worth, list[Figure], Answer, list[str]]:
    worth, check = CASES[request.param]()
    sensitivity = vary_assumptions(worth)
    drawn_of = [(plots.fan_and_one_time, worth), (plots.fan_assumptions, sensitivity)]
    figures = [plot.block(result) for plot, result in drawn_of if not (plot.lacks and plot.lacks(result))]
    answer = loyalty_answer(worth, check, sensitivity)
    texts = [worth.fan.heading, worth.fan.reading, worth.heading, worth.reading, check.reading, sensitivity.heading,
             sensitivity.reading, answer.line, answer.decide, answer.headline]  # fmt: skip
    texts += [text for pair in answer.open for text in pair]
    texts += [text for fact in answer.facts for text in (fact.label, fact.big, fact.unit, fact.text)]
    texts += [text for f in figures for text in (f.caption.title, f.caption.subtitle, f.caption.alt, f.caption.note)]
    return worth, figures, answer, texts


class TestPage:
    def test_every_figure_says_in_words_what_it_shows(
        self, shown: tuple[Worth, list[Figure], Answer, list[str]]
    ) -> None:
        for figure in shown[1]:
            assert 60 < len(figure.caption.alt) < 400, (figure.name, len(figure.caption.alt))
            assert max(len(figure.wide), len(figure.narrow)) < 100_000
            assert figure.numbers is not None
            assert all(len(row) == len(figure.numbers.columns) for row in figure.numbers.rows)
            for drawing in (figure.wide, figure.narrow):
                sizes = [float(size) for size in re.findall(r"font(?:-size)?: (?:\w+ )?([\d.]+)px", drawing)]
                assert sizes and min(sizes) >= 12, figure.name

    def test_no_text_holds_what_is_no_number(self, shown: tuple[Worth, list[Figure], Answer, list[str]]) -> None:
        cells = [cell.text + cell.small for f in shown[1] if f.numbers for row in f.numbers.rows for cell in row]
        for text in [*shown[3], *cells]:
            assert not re.search(r"\bnan\b|\binf\b|None|  |\.\.", text), text

    def test_the_answer_speaks_without_a_term_of_art(
        self, shown: tuple[Worth, list[Figure], Answer, list[str]]
    ) -> None:
        answer = shown[2]
        assert len(answer.facts) == 3 and answer.decide.endswith(".") and answer.line.endswith(".")
        assert not re.search(r"Fieller|BG/NBD|delta|N\*|p value|_", answer.line + answer.decide + answer.headline)

    def test_it_never_claims_that_care_makes_fans(self, shown: tuple[Worth, list[Figure], Answer, list[str]]) -> None:
        answer = shown[2]
        assert answer.open[0][0] == "Does anything that is done make a fan, or keep one?"
        assert answer.open[0][1].startswith("This is not known")

    def test_blocks_are_as_many_as_can_be_told_apart(
        self, shown: tuple[Worth, list[Figure], Answer, list[str]]
    ) -> None:
        assert shown[1][0].wide.count("<path") < 120

    def test_the_same_result_gives_the_same_bytes(self, shown: tuple[Worth, list[Figure], Answer, list[str]]) -> None:
        assert plots.fan_and_one_time.block(shown[0]).wide == shown[1][0].wide


class TestVerdict:
    @pytest.mark.parametrize(
        ("worth", "check", "tone"),
        [
            (drawn(), PASSED, "yes"), (drawn(), OPEN, "partly"), (drawn(), FAILED, "partly"),
            (without_holdout(), NOT_MADE, "partly"), (drawn(each=-1.0), PASSED, "no"),
            (drawn(acquisition_cost=5.0), PASSED, "cannot"), (guess(), PASSED, "cannot"),
        ],
    )  # fmt: skip
    def test_follows_the_written_rule(self, worth: Worth, check: FanCheck, tone: str) -> None:
        assert loyalty_tone(worth, check) == tone

    def test_a_fit_that_did_not_settle_gives_no_firm_number(self) -> None:
        evidence = drawn_evidence(np.random.default_rng(1), 60, 200)
        rough = judged(replace(evidence, outlook=replace(evidence.outlook, is_settled=False)))
        assert loyalty_tone(rough, PASSED) == "partly"
        assert "take this as rough" in rough.fan.reading

    def test_no_number_says_why_in_words(self) -> None:
        worth = drawn(each=-1.0)
        answer = loyalty_answer(worth, PASSED, vary_assumptions(worth))
        assert answer.line.startswith("A one-time buyer brings nothing or less")
        assert "no number of them makes up for one fan" in answer.line
        assert (answer.tag, answer.facts[0].big) == ("No such number", "–")

    def test_where_no_assumption_gives_a_number_nothing_is_drawn_of_them(self) -> None:
        found = vary_assumptions(drawn(each=-1.0))
        assert plots.fan_assumptions.lacks is not None and plots.fan_assumptions.lacks(found)
        assert found.reading == "No assumption that is tried here gives a number."

    def test_a_fan_worth_less_than_one_is_not_put_first(self) -> None:
        worth = drawn(each=400.0)
        answer = loyalty_answer(worth, PASSED, vary_assumptions(worth))
        assert answer.facts[0].big == "0.12"
        assert answer.decide.startswith("Do not put fans before customers who come once")
        said = dict(answer.open)["What does it cost to win a customer?"]
        assert "makes one fan worth fewer one-time buyers" in said and "worth more" not in said

    def test_a_cost_is_said_to_turn_the_number_the_way_it_would(self) -> None:
        worth = drawn()
        said = dict(loyalty_answer(worth, PASSED, vary_assumptions(worth)).open)["What does it cost to win a customer?"]
        assert "makes one fan worth more one-time buyers; as it comes near" in said
        dearer = drawn(acquisition_cost=1.0)
        assert dearer.number.number > worth.number.number
        cheap, cost = drawn(each=400.0), drawn(each=400.0, acquisition_cost=1.0)
        assert cost.number.number < cheap.number.number

    def test_fans_and_one_time_buyers_that_may_be_worth_the_same_are_not_ranked(self) -> None:
        worth = drawn(each=48.0)
        low, high = worth.number.ends
        assert low < 1 < high
        answer = loyalty_answer(worth, PASSED, vary_assumptions(worth))
        assert answer.decide.startswith("Do not rank fans and customers who come once")
        assert (
            "may make one fan worth more of them or fewer" in dict(answer.open)["What does it cost to win a customer?"]
        )

    @pytest.mark.parametrize(
        ("check", "big"), [(check_of(1.1, 1.24), "17% too high"), (OPEN, "10% too low"), (PASSED, "right within 1%")]
    )
    def test_how_sure_says_in_words_how_far_the_forecast_was_off(self, check: FanCheck, big: str) -> None:
        worth = drawn()
        fact = loyalty_answer(worth, check, vary_assumptions(worth)).facts[2]
        assert fact.big == big
        assert "€20.00 was foreseen of a fan for the 180 days after the cut, and €21.00 came" in fact.text

    def test_fans_by_the_rule_only_are_counted_beside_the_number(self) -> None:
        evidence = drawn_evidence(np.random.default_rng(1), 60, 200)
        worth = judged(replace(evidence, came_back=np.arange(60) >= 12))
        said = loyalty_answer(worth, PASSED, vary_assumptions(worth)).facts[0].text
        assert "60 fans (12 of them by the rule only, having bought once so far)" in said

    def test_the_average_customer_stands_beside_the_one_time_buyer(self) -> None:
        worth, check = model_shop()
        assert (
            "A new customer is not a one-time buyer"
            in loyalty_answer(worth, check, vary_assumptions(worth)).facts[0].text
        )
        numbers = plots.fan_and_one_time.block(worth).numbers
        assert numbers is not None
        assert [row[0].text for row in numbers.rows[3:]] == [
            "The average customer, up to the cut", "Average customers for one fan",
        ]  # fmt: skip

    def test_money_to_keep_a_fan_is_bounded_and_not_promised(self) -> None:
        worth = drawn(acquisition_cost=2.0)
        answer = loyalty_answer(worth, PASSED, vary_assumptions(worth))
        assert "is what is lost when one leaves, not a budget for each of them" in answer.facts[1].text
        tenth = worth.fan.weighed.fan_gross.number / 10
        assert f"If one in ten would otherwise leave and all of them were kept, €{tenth:.2f} a fan" in answer.decide
        assert "after €2.00 to win the customer" in answer.facts[1].text
        assert "after the cost to win them" in answer.facts[0].text and "after the cost to win them" in answer.decide
        assert "try on a random half" in answer.decide


class TestTable:
    def test_shows_the_groups_side_by_side(self) -> None:
        table = tables.fans_and_others(loyal_shop().fans)
        assert [row[0].text for row in table.rows] == ["Fans", "One-time buyers", "All others", "All customers"]
        assert all(len(row) == len(table.columns) <= 8 for row in table.rows)
        assert not [cell for row in table.rows for cell in row if "nan" in cell.text + cell.small]

    def test_hides_groups_that_are_too_small(self) -> None:
        fans = loyal_shop().fans
        few = fans.table.assign(customers=[fans.n_fans, fans.n_once, 3, fans.n])
        row = tables.fans_and_others(replace(fans, table=few)).rows[2]
        assert [cell.text for cell in row[1:]] == ["under 5", *["–"] * 4]

    def test_leaves_the_time_after_out_where_there_is_none(self) -> None:
        assert len(tables.fans_and_others(replace(loyal_shop().fans, holdout_days=0)).columns) == 4


def test_referrals_are_told_of_where_they_are_known() -> None:
    of = loyal_shop()
    worth = of.worth(referrals=referrals_of(of.customers, of.fans))
    said = dict(loyalty_answer(worth, PASSED, vary_assumptions(worth)).open)
    assert "What do fans bring by recommending the shop?" not in said
    assert "Fans bringing twice as many customers" in plots.fan_assumptions.block(vary_assumptions(worth)).wide


@pytest.fixture(scope="module")
def cdnow(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report on the CDNOW log, run from its notebook."""
    out = tmp_path_factory.mktemp("reports")
    command = [sys.executable, "-m", "cxlab", "report", "data/cdnow", "--only", "loyalty", "--out", str(out)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stderr
    return out / "cdnow"


class TestCdnow:
    def test_gives_the_findings_of_the_contract(self, cdnow: Path) -> None:
        found = json.loads((cdnow / "results.json").read_text())["loyalty"]
        assert not faults("loyalty", found)
        assert {
            "fan_value", "one_time_value", "fans_worth", "fans", "one_time_buyers", "referrals_per_fan",
            "holdout_check.expected", "holdout_check.actual",
        } <= set(found)  # fmt: skip
        assert (found["fans"]["estimate"], found["one_time_buyers"]["estimate"]) == (115, 1218)
        assert found["one_time_value"]["estimate"] == pytest.approx(9.1777, abs=1e-4)
        assert found["holdout_check.actual"]["estimate"] == pytest.approx(55.196, abs=1e-3)
        worth = found["fans_worth"]
        assert worth["estimate"] == pytest.approx(found["fan_value"]["estimate"] / found["one_time_value"]["estimate"])
        assert 5 < worth["low"] < worth["estimate"] == pytest.approx(7.2, abs=0.1) and worth["high"] < 10
        assert found["referrals_per_fan"] == {"n": 115, "verdict": "not_known"}
        assert found["average_value"]["estimate"] == pytest.approx(22.034, abs=1e-3)
        assert found["fans_worth.average_customers"]["estimate"] == pytest.approx(3.0, abs=0.1)

    def test_keeps_who_the_fans_are(self, cdnow: Path) -> None:
        listed = (cdnow / "tables" / "loyalty_customers_by_group.csv").read_text().splitlines()
        assert listed[0] == "customer_id,segment,probability_alive,is_fan,came_once"
        assert sum(line.split(",")[3] == "True" for line in listed[1:]) == 115

    def test_makes_a_page_that_stands_by_itself(self, cdnow: Path) -> None:
        html = (cdnow / "05_loyalty.html").read_text()
        assert "One fan is worth 7.2 one-time buyers" in html
        assert html.count("data:image/svg+xml") >= 4
        assert "most hangs on how far ahead one looks" in html and "2 years ahead, unchecked after day 273" in html
        assert "Traceback" not in html and "nan" not in re.sub(r"base64,[\w+/=]+|<[^>]+>", "", html).lower().split()


def ruled(share: float, *, more: float = 0.0) -> tuple[Worth, Sensitivity]:
    """Fans of whom a share has bought once so far; the others bring so much more than they."""
    evidence = drawn_evidence(np.random.default_rng(1), 60, 200, rate=0.0)
    back = np.arange(60) >= round(60 * share)
    worth = judged(replace(evidence, came_back=back, contribution=evidence.contribution + more * back))
    own = replace(
        evidence, contribution=worth.fan.evidence.contribution[back], base=evidence.base[back],
        referred=evidence.referred[back], fan_places=evidence.fan_places[back],
        outlook=steady_outlook(int(back.sum())),
    )  # fmt: skip
    without = judged(own)
    variant = Variant(
        "came_back", lambda: "only who came back", without.number, without.fan.weighed.fan, without.one_time
    )
    found = vary_assumptions(worth)
    return worth, replace(found, variants=(*found.variants, variant))


class TestByTheRuleOnly:
    """Fans who have bought once so far are said to be so at the top, where much hangs on them."""

    @pytest.mark.parametrize(("share", "more"), [(0.34, 0.0), (0.15, 80.0)])
    def test_many_of_them_or_another_figure_without_them_reach_the_top(self, share: float, more: float) -> None:
        worth, sensitivity = ruled(share, more=more)
        answer = loyalty_answer(worth, PASSED, sensitivity)
        once, others = round(60 * share), sensitivity.of_who_came_back
        assert others is not None and f"Of the 60 fans, {once} (" in answer.line
        assert f"is worth {buyers(others.worth.number)} one-time buyers" in answer.line
        assert f"Ask the {60 - once} fans who have come back to recommend" in answer.decide

    def test_few_of_them_who_move_nothing_do_not(self) -> None:
        answer = loyalty_answer(*ruled(0.1)[:1], PASSED, ruled(0.1)[1])
        assert "by the rule only" not in answer.line and "Ask the 60 fans to recommend" in answer.decide

    def test_there_is_no_second_first(self) -> None:
        decide = loyalty_answer(*ruled(0.1)[:1], PASSED, ruled(0.1)[1]).decide
        assert " first:" not in decide and "another list" in decide and "report on repeat purchases" in decide


class TestForecast:
    """The number goes no further than the forecast of purchases by which fans are told and foreseen."""

    def test_only_one_that_holds_makes_it_firm(self) -> None:
        worth = drawn()
        tones = [loyalty_tone(worth, PASSED, verdict) for verdict in (None, "holds", "partly", "fails", "cannot_tell")]
        assert tones == ["yes", "yes", "partly", "partly", "partly"]

    @pytest.mark.parametrize(
        ("verdict", "said"), [("fails", "does not hold"), ("cannot_tell", "cannot be told whether")]
    )
    def test_where_none_is_trusted_nobody_is_favoured(self, verdict: Any, said: str) -> None:
        for case in ("number", "nothing", "very many", "less than one"):
            worth, check = CASES[case]()
            answer = loyalty_answer(worth, check, vary_assumptions(worth), forecast=verdict)
            assert said in answer.line + answer.decide and "not shown to hold" in answer.headline
            assert "first:" not in answer.decide and "break-even" not in answer.decide
            assert "to recommend the shop, and learn" not in answer.decide and "random half" in answer.decide
            assert answer.tone != "yes" and "Does the forecast of purchases hold here?" in dict(answer.open)

    def test_where_it_holds_nothing_is_tempered(self) -> None:
        worth, sensitivity = drawn(), vary_assumptions(drawn())
        assert loyalty_answer(worth, PASSED, sensitivity, forecast="holds") == loyalty_answer(
            worth, PASSED, sensitivity
        )

    def test_without_a_number_the_answer_is_what_is_known(self) -> None:
        few = Untold("Of fans there are 3.", "Bring more customers.")
        answer = loyalty_answer(few, few, few, forecast="holds", fans=loyal_shop().fans)
        assert answer.tone == "cannot" and "Of fans there are 3. What can be said:" in answer.line
        assert len(answer.facts) == 2 and answer.open == (
            ("How many one-time buyers is one fan worth?", "Bring more customers."),
        )
        assert loyalty_answer(few, few, few).facts == ()


def test_sizes_are_rounded_where_they_would_tell_who_came_back() -> None:
    fans = replace(loyal_shop().fans, n_back=2)  # another page tells how many had bought once by the cut
    once, others = (fans.size(group) for group in ("one_time_buyers", "others"))
    assert once.startswith("about ") and int(once.removeprefix("about ").replace(",", "")) % 10 == 0
    assert others.startswith("about ") and fans.size("fans") == f"{fans.n_fans:,}"
    assert f"{fans.n_once:,} (" not in fans.reading and "“About”" in tables.fans_and_others(fans).note
