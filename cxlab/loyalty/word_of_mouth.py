"""Word of mouth: whom customers bring by the score they gave, and whether bad weighs more than good."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxlab.different import codes_of
from cxlab.estimate import Estimate, Findings, columns_of
from cxlab.feedback import Feedback
from cxlab.language import Texts, tr, trn
from cxlab.loyalty.asymmetry import LEAST_CUSTOMERS, LEAST_EVENTS, NONE, Outcome, Sides, weigh_sides
from cxlab.scores import GROUPS, OUTSIDE, ScoreScale, find_scale
from cxlab.words import count, day, few, number, number_between

ALL_GROUPS = (*GROUPS, "no_answer")
DIGITS: dict[Outcome, int] = {"referrals": 1, "purchases": 2}
_WANTED = Texts(
    {
        "feedback": "the answers of customers (feedback: customer_id, given_at, score)",
        "referrals": "who recommended the shop to whom (referrals: referrer_id, referred_id, referred_at)",
    }
)
_WEIGHS = Texts(
    {
        "bad_weighs_more": "A low score goes with more lost than a high one goes with won",
        "good_weighs_more": "A high score goes with more won than a low one goes with lost",
        "no_difference": "A low score and a high one weigh about the same",
        "cannot_tell": "Which of the two weighs more, the data cannot tell",
    }
)
_HEADINGS: dict[Outcome, Texts] = {
    "referrals": Texts(
        {
            "bad_weighs_more": "Bad scores weigh more in word of mouth than good ones",
            "good_weighs_more": "Good scores weigh more in word of mouth than bad ones",
            "no_difference": "In word of mouth, bad scores and good ones weigh about the same",
            "cannot_tell": "Whether bad scores weigh more than good ones in word of mouth, the data cannot tell",
        }
    ),
    "purchases": Texts(
        {
            "bad_weighs_more": "Bad scores weigh more in what is bought next than good ones",
            "good_weighs_more": "Good scores weigh more in what is bought next than bad ones",
            "no_difference": "In what is bought next, bad scores and good ones weigh about the same",
            "cannot_tell": "Whether bad scores weigh more than good ones in purchases, the data cannot tell",
        }
    ),
}


@dataclass(frozen=True)
class WordOfMouth:
    """What customers did after the scores that they had given.

    Attributes
    ----------
    sides : by outcome: referrals, where they are recorded, and purchases; none where nothing can be said.
    scale : of the scores; None likewise.
    customers : of each of `ALL_GROUPS`: how many stood in it on any day. One who changed the mind stands in several.
    n : customers on any day; n_answered : those of them who had answered by one.
    n_days, window_days : days on which customers were sorted, and length of the window after each.
    n_answers, n_outside, n_other_answers : answers; those beyond the scale; and those to other questions.
    last_day : end of the last window, in words.
    minimum_group : groups smaller than this are not shown.
    missing : why nothing can be said, or what is missing for the rest; empty where nothing is.
    """

    sides: tuple[Sides, ...]
    scale: ScoreScale | None
    customers: tuple[int, int, int, int]
    n: int
    n_answered: int
    n_days: int
    window_days: int
    n_answers: int
    n_outside: int
    n_other_answers: int
    last_day: str
    minimum_group: int
    missing: str = ""

    def side(self, outcome: Outcome) -> Sides | None:
        """Return one outcome; None where it is not known."""
        return next((side for side in self.sides if side.outcome == outcome), None)

    @property
    def labels(self) -> tuple[str, str, str, str]:
        """The groups as a page names them: their scores, and no answer."""
        assert self.scale is not None
        low, middle, high = self.scale.labels
        return low, middle, high, tr("No answer")

    def is_shown(self, g: int) -> bool:
        """Whether a group has customers enough to be shown.

        The groups with a score are shown together or not at all: the size of a small one follows from the others.
        """
        together = self.customers[:NONE] if g < NONE else (self.customers[NONE],)
        return self.customers[g] > 0 and not any(0 < n < self.minimum_group for n in together)

    def size_in_words(self, g: int) -> str:
        """Write how many customers a group has: hidden where it is not shown."""
        if self.is_shown(g) or not self.customers[g]:
            return number(self.customers[g])
        return few(self.customers[g], self.minimum_group) if self.customers[g] < self.minimum_group else tr("not shown")

    @property
    def told(self) -> Estimate:
        """Customers who answered; all customers where so few did not that the difference would tell of them."""
        silent = self.n - self.n_answered
        return Estimate(n=self.n if 0 < silent < self.minimum_group else self.n_answered)

    @property
    def table(self) -> pd.DataFrame:
        """One row an outcome and group: rate, events and ratio to the middle group, with the ends of their intervals.

        Groups of fewer than `minimum_group` customers have neither.
        """
        rows = [(side, g) for side in self.sides for g in range(NONE + 1)]
        none = Estimate()
        ratios = {0: "low_ratio", 2: "high_ratio"}
        columns: dict[str, list[str] | list[float]] = {
            "outcome": [str(side.outcome) for side, _ in rows],
            "group": [ALL_GROUPS[g] for _, g in rows],
            "customers": [float(self.customers[g]) if self.is_shown(g) else np.nan for _, g in rows],
        }
        columns |= columns_of("rate", [side.rates[g] if self.is_shown(g) else none for side, g in rows])
        columns |= columns_of(
            "ratio_to_middle",
            [getattr(side, ratios[g]) if g in ratios and self.is_shown(g) else none for side, g in rows],
        )
        return pd.DataFrame(columns)

    @property
    def findings(self) -> Findings:
        """Rates, ratios, both sides, the asymmetry and its verdict, by outcome, as `word_of_mouth.*`."""
        found: dict[str, Estimate] = {}
        for side in self.sides:
            start = f"word_of_mouth.{side.outcome}"
            found |= {
                f"{start}.{ALL_GROUPS[g]}": side.rates[g]
                for g in range(NONE + 1)
                if self.is_shown(g) and side.rates[g].value is not None
            }
            for name in _FOUND:
                estimate = getattr(side, name)
                if estimate.value is not None and all(self.is_shown(g) for g in range(NONE)):
                    found[f"{start}.{name}"] = estimate
            found[start] = Estimate(n=self.told.n, verdict=side.verdict)
        return found

    @property
    def heading(self) -> str:
        """The finding in a line."""
        if not self.sides:
            return tr("What customers say cannot be held against what they do")
        first = self.sides[0]
        return _HEADINGS[first.outcome][first.verdict]

    @property
    def reading(self) -> str:
        """The first outcome by score in numbers, what weighs more in each, who did not answer, and what to mind."""
        if not self.sides:
            return self.missing
        first, *others = self.sides
        said = [self._rates(first), f"{self._weighs(first)}.", *map(self._beside, others), self._silent()]
        said.append(
            tr(
                "All this goes together and need not be cause and effect: who is served well may also be "
                "who would have come back, and recommended the shop, in any case."
            )
        )
        return " ".join(part for part in (*said, self.missing) if part)

    @property
    def counted(self) -> str:
        """How it was counted, for the note of a table."""
        assert self.scale is not None
        aside = []
        if self.n_outside:
            aside.append(tr("{answers} beyond the scale", answers=count(self.n_outside, "answer")))
        if self.n_other_answers:
            aside.append(tr("{answers} to other questions", answers=count(self.n_other_answers, "answer")))
        days = tr("On one day")
        if self.n_days != 1:
            days = tr("On {n} days, {apart} apart,", n=number(self.n_days), apart=count(self.window_days, "day"))
        sorted_by = trn(
            "{days} every customer was sorted by the last score given by then ({answers} on a scale of {scale}) and "
            "followed for the {n} day after it, the last of them up to {last_day}.",
            "{days} every customer was sorted by the last score given by then ({answers} on a scale of {scale}) and "
            "followed for the {n} days after it, the last of them up to {last_day}.",
            self.window_days,
            days=days,
            answers=count(self.n_answers, "answer"),
            scale=self.scale.name,
            n=number(self.window_days),
            last_day=self.last_day,
        )
        if not aside:
            return sorted_by
        left_out = aside[0] if len(aside) == 1 else tr("{first} and {second}", first=aside[0], second=aside[1])
        return f"{sorted_by} {tr('Left out: {what}.', what=left_out)}"

    @property
    def silent_ratios(self) -> str:
        """How much those without an answer did, against those with one, for the note of a table; empty if not told."""
        if not self._tells_silent:
            return ""
        parts = [_of_silent(side) for side in self.sides if side.none_ratio.has_interval]
        if not parts:
            return ""
        did = parts[0] if len(parts) == 1 else tr("{first} and {second}", first=parts[0], second=parts[1])
        return tr("Customers without an answer so far {did}.", did=did)

    def _rates(self, side: Sides) -> str:
        """Say what came after each kind of score; the intervals stand in the table."""
        digits, parts = DIGITS[side.outcome], []
        if not any(side.rates[g].has_interval for g in range(NONE)):
            return ""
        for g in (2, 1, 0):
            rate = side.rates[g]
            told = number(rate.number, digits) if self.is_shown(g) and rate.has_interval else tr("not told")
            parts.append(tr("{told} after {score}", told=told, score=self.labels[g]))
        listed = tr("{first}, {second} and {third}", first=parts[0], second=parts[1], third=parts[2])
        if side.outcome == "referrals":
            return trn(
                "Customers brought by 100 customers within {n} day of a score: {listed}.",
                "Customers brought by 100 customers within {n} days of a score: {listed}.",
                self.window_days,
                n=number(self.window_days),
                listed=listed,
            )
        return trn(
            "Purchases a customer within {n} day of a score: {listed}.",
            "Purchases a customer within {n} days of a score: {listed}.",
            self.window_days,
            n=number(self.window_days),
            listed=listed,
        )

    def _weighs(self, side: Sides) -> str:
        """Say what weighs more, and what is lacking where it cannot be told."""
        said = _WEIGHS[side.verdict]
        if not side.costs.has_interval or not all(self.is_shown(g) for g in range(NONE)):
            return tr(
                "{said}: it takes {least} customers with each kind of score",
                said=said,
                least=LEAST_CUSTOMERS,
            )
        if sum(side.events[:NONE]) < LEAST_EVENTS or min(self.customers[:NONE]) < LEAST_CUSTOMERS:
            lacking = (
                tr("{events} recommendations after them", events=LEAST_EVENTS)
                if side.outcome == "referrals"
                else tr("{events} purchases after them", events=LEAST_EVENTS)
            )
            return tr(
                "{said}: it takes {least} customers with each kind of score, and {lacking}",
                said=said,
                least=LEAST_CUSTOMERS,
                lacking=lacking,
            )
        return said

    def _beside(self, side: Sides) -> str:
        weighs = self._weighs(side)
        said = f"{weighs[0].lower()}{weighs[1:]}"
        if side.outcome == "referrals":
            return tr("In what they recommended: {said}.", said=said)
        return tr("In what they bought: {said}.", said=said)

    @property
    def _tells_silent(self) -> bool:
        return self.is_shown(NONE) and self.n - self.n_answered >= self.minimum_group

    def _silent(self) -> str:
        """Say how many never answered."""
        if not self._tells_silent:
            return tr("Nearly everybody had answered.") if self.n_answered else ""
        return tr(
            "{silent} of {n} customers never answered, and who answers is not everyone.",
            silent=number(self.n - self.n_answered),
            n=number(self.n),
        )


_FOUND = ("low_ratio", "high_ratio", "none_ratio", "costs", "brings", "asymmetry", "ratio_asymmetry")


def _of_silent(side: Sides) -> str:
    times, interval = number(side.none_ratio.number, 2), number_between(*side.none_ratio.ends, 2)
    if side.outcome == "referrals":
        return tr("brought {times} times as much as those with one ({interval})", times=times, interval=interval)
    return tr("bought {times} times as much as those with one ({interval})", times=times, interval=interval)


def weigh_word_of_mouth(
    feedback: Feedback | None,
    *,
    knows_referrals: bool = False,
    scale: tuple[float, float] | None = None,
    minimum_group: int = 5,
) -> WordOfMouth:
    """Hold what customers did against the scores that they had given before.

    Parameters
    ----------
    feedback : one row a customer and day; None: nobody was asked.
    knows_referrals : whether the study records referrals, where `feedback` is None.
    scale : ends of the scale, where they are known; None: told from the scores.
    minimum_group : groups smaller than this are not shown on pages.

    Raises
    ------
    InputError : the scale given does not go upwards.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> mouth = cx.weigh_word_of_mouth(kit.feedback, knows_referrals=True)
    >>> print(mouth.heading)
    Whether bad scores weigh more than good ones in word of mouth, the data cannot tell
    """
    if feedback is None:
        wanted = _WANTED["feedback"]
        if not knows_referrals:
            wanted = tr("{first} and {second}", first=wanted, second=_WANTED["referrals"])
        return _nothing(
            tr(
                "No answers of customers are in this study, so word of mouth cannot be held against "
                "them: bring {wanted}.",
                wanted=wanted,
            ),
            minimum_group,
        )
    if not feedback.days or not len(feedback.scores):
        why = tr("there are no answers")
        if not feedback.days:
            why = trn(
                "orders do not reach over two windows of {n} day",
                "orders do not reach over two windows of {n} days",
                feedback.window_days,
                n=number(feedback.window_days),
            )
        return _nothing(
            tr(
                "What customers say cannot be held against what they did next, for {why}: bring a longer "
                "history and {wanted}.",
                why=why,
                wanted=_WANTED["feedback"],
            ),
            minimum_group,
        )
    found = find_scale(feedback.scores, metric=feedback.metric, scale=scale)
    frame = feedback.frame
    group = found.sort(frame["score"].to_numpy(np.float64))
    group = np.where(group == -1, NONE, group)
    who = codes_of(frame["customer_id"])[1]
    place = frame["place"].to_numpy(np.int64)
    wanted_of: list[Outcome] = ["referrals", "purchases"] if feedback.knows_referrals else ["purchases"]
    sides = tuple(weigh_sides(outcome, frame[outcome].to_numpy(np.float64), group, place, who) for outcome in wanted_of)
    customers = [len(np.unique(who[group == g])) for g in range(NONE + 1)]
    answered = len(np.unique(who[(group != NONE) & (group != OUTSIDE)]))
    last = feedback.days[-1] + dt.timedelta(days=feedback.window_days)
    missing = ""
    if not feedback.knows_referrals:
        missing = tr("To hold word of mouth against the scores, bring {wanted}.", wanted=_WANTED["referrals"])
    outside = int(((feedback.scores < found.lowest) | (feedback.scores > found.highest)).sum())
    return WordOfMouth(
        sides,
        found,
        (customers[0], customers[1], customers[2], customers[3]),
        n=int(who.max()) + 1 if len(who) else 0,
        n_answered=answered,
        n_days=len(feedback.days),
        window_days=feedback.window_days,
        n_answers=feedback.n_answers - outside,
        n_outside=outside,
        n_other_answers=feedback.n_other_answers,
        last_day=day(last),
        minimum_group=minimum_group,
        missing=missing,
    )


def _nothing(why: str, minimum_group: int) -> WordOfMouth:
    return WordOfMouth((), None, (0, 0, 0, 0), 0, 0, 0, 0, 0, 0, 0, "", minimum_group, why)
