"""What the page on the experience may not say: figures about nothing, signs apart from intervals, broken sentences."""

from dataclasses import replace
from typing import Any

import pytest

import cxlab as cx
from cxlab.answers.experience import spread_answer
from cxlab.answers.journey import journey_answer
from cxlab.answers.touchpoints import leaving_answer, touchpoint_answer
from cxlab.estimate import Estimate
from cxlab.experience.clicks import Clicks, judge_clicks
from cxlab.experience.funnel_words import asides
from cxlab.gestures.means import TwoMeans
from cxlab.touchpoints.leaving import Goes, Leaving
from tests.test_touchpoints import steps


@pytest.fixture(scope="module")
def kit() -> Any:
    return cx.open_example()


class TestSpread:
    def test_what_goes_with_it_most_is_named_only_where_its_interval_begins_above_nothing(self, kit: Any) -> None:
        found = cx.spread_of_scores(kit.answered)
        places = cx.rank_places(found)
        named = next(name for name in found.factors if name not in ("rest", "customer", "touchpoint"))
        labels = [fact.label for fact in spread_answer(found, places).facts]
        assert ("What goes with it most" in labels) == (found.share(named).ends[0] > 0)
        assert not any("moves" in label for label in labels)

    def test_a_factor_that_may_be_nothing_is_no_fact(self, kit: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        found = cx.spread_of_scores(kit.answered)
        places, real = cx.rank_places(found), type(found).share
        monkeypatch.setattr(type(found), "share", lambda self, name: replace(real(self, name), low=0.0))
        assert [fact.label for fact in spread_answer(found, places).facts] == ["Who, where and when", "How high it is"]

    @pytest.mark.parametrize(("kind", "word"), [("random", "Random"), ("expected", "Expected"), ("managed", "Managed")])
    def test_the_tag_is_the_word_of_the_rule(
        self, kit: Any, monkeypatch: pytest.MonkeyPatch, kind: str, word: str
    ) -> None:
        found = cx.spread_of_scores(kit.answered)
        monkeypatch.setattr(type(found), "by_kind", {kind: found.shown})
        assert spread_answer(found, cx.rank_places(found)).tag.startswith(word)


def judged(goes: Goes) -> Leaving:
    """Touchpoints that all have one verdict."""
    found = cx.steps_before_leaving(steps(600, worse=0.0, seed=1))
    return replace(found, steps=tuple(replace(step, goes=goes) for step in found.steps))


class TestLeaving:
    def test_where_it_cannot_be_told_nothing_is_said_to_be_the_first(self) -> None:
        found = judged("as_others")
        assert leaving_answer(found).decide == "No touchpoint is the first to look at for keeping customers."
        one = replace(found, steps=(replace(found.steps[0], goes="cannot_tell"), *found.steps[1:]))
        told = leaving_answer(one)
        assert "nothing can be told" in told.decide and told.tone == "cannot" and told.tag == "Cannot tell"
        staying = replace(one, steps=(*one.steps, replace(one.steps[1], goes="staying", name="till")))
        assert "nothing can be told" in leaving_answer(staying).decide

    def test_what_to_look_into_is_a_sentence(self) -> None:
        found = cx.steps_before_leaving(steps(4000, worse=0.08, seed=1))
        assert "(orders by “app”): fewer customers came back" in leaving_answer(found).decide

    def test_lists_hold_phrases_and_no_titles(self) -> None:
        found = judged("cannot_tell")
        odd = replace(found.steps[0], kind="failure", name="damaged")
        low = replace(found.steps[0], kind="low_score", name="")
        said = replace(found, steps=(low, odd)).reading
        assert "Not told apart from other orders alike: low scores and the failure “damaged”." in said

    @pytest.mark.parametrize(
        ("wait", "back", "minimum", "said", "not_said"),
        [
            (1, 0, 5, "from 1 day after each.", "Left out"),
            (2, 1, 1, "Left out: 1 order after which the customer was back by then.", "1 orders"),
            (2, 3, 5, "Left out: under 5 orders after which the customer was back by then.", " 3 orders"),
        ],
    )
    def test_days_and_orders_agree_with_their_numbers(
        self, wait: int, back: int, minimum: int, said: str, not_said: str
    ) -> None:
        found = judged("as_others")
        rows = replace(found.rows, wait_days=wait, n_back=back)
        reading = replace(found, rows=rows, minimum_group=minimum).reading
        assert said in reading and not_said not in reading


def clicks(kit: Any, odds: Estimate) -> Clicks:
    """The clicks of the example with other odds."""
    return replace(cx.weigh_clicks(kit.journey), odds=odds, verdict=judge_clicks(odds))


class TestJourney:
    def test_sign_and_interval_go_together(self, kit: Any) -> None:
        said = clicks(kit, Estimate(0.86, 0.8, 0.92, n=500)).reading
        assert "change by −14.0% (−20.0 to −8.0%)" in said

    def test_an_interval_that_holds_both_says_that_it_cannot_be_told(self, kit: Any) -> None:
        wide = clicks(kit, Estimate(0.86, 0.227, 3.258, n=500))
        assert "cannot be told: anything from −77.3 to 225.8% fits the data" in wide.reading
        assert "−14.0%" not in wide.reading and "14.0% lower" not in wide.reading
        fact = next(
            f for f in journey_answer(cx.follow_journey(kit.journey), wide).facts if f.label == "One more click"
        )
        assert fact.big == "Cannot tell" and "−77.3 to 225.8%" in fact.text

    def test_of_no_others_nothing_is_said(self, kit: Any) -> None:
        funnel = cx.follow_journey(kit.journey)
        n = funnel.journey.n_sessions
        whole = replace(funnel, journey=replace(funnel.journey, n_linked=n, n_customers=9))
        assert "All sessions are known to be those of 9 customers, and those of each count together." in asides(whole)
        nearly = replace(funnel, journey=replace(funnel.journey, n_sessions=10000, n_linked=9999, n_customers=9))
        (said,) = (text for text in asides(nearly) if "of the sessions are known" in text)
        assert said.startswith("99.9% of the sessions") and "each of the others" in said


def test_the_line_on_a_channel_is_made_of_whole_sentences(kit: Any) -> None:
    found = cx.touchpoint_effects(kit.adoptions)
    line = touchpoint_answer(found).line
    assert line.startswith("Mostly selection: “web”. Whether it is cause cannot be told:")
    assert isinstance(found.judged[0].usage, TwoMeans)
