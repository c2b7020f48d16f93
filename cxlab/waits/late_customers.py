"""Who is late by their own cadence as of a day, told: how many, what they may bring, and whom to write to."""

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from cxlab import words
from cxlab.estimate import Estimate, Findings
from cxlab.intake.hiding import written_within
from cxlab.language import tr, trn
from cxlab.phrases import span
from cxlab.waits.cadence import RARE
from cxlab.waits.late_check import LateCheck
from cxlab.waits.late_money import GONE, LateMoney, in_money

_MOST = 0.5


@dataclass(frozen=True)
class LateCustomers:
    """Customers who have been silent for longer than nearly all of their gaps, as of a day.

    Attributes
    ----------
    table : one row a customer who is late and worth waking, by what is at stake: place (1 first),
        customer_id, pseudonym, as_of, at_stake (see `at_stake`), contribution so far, days_since_last_order,
        usual_gap_days (half of such a customer's gaps are at most so long), late_after_days (all but `RARE` of them
        are), times_usual (the silence by the usual gap), silence_chance (share of such gaps that last as long),
        repeat_purchases, and expected_contribution and probability_alive where they were given. It holds the
        customers' own ids and is not for publication; `shown` is.
    as_of : the day.
    late : share of the judged who are late.
    worth : share of the late who are worth waking.
    expected, brought, letter : what those worth waking are expected to contribute if nothing is done (empty where
        nothing was expected), have contributed so far, in all, and have at stake on average: the most that a letter
        may cost (empty where nothing was expected, too). The last two are no estimates.
    mean_alive : their mean probability of being customers still; None where it was not given.
    check, money : what came of the same rule, and of the same forecast, at the cut.
    too_early : whether the purchase model gives quiet customers up too early.
    leaves_out_gone : whether those who in all likelihood are gone are not worth waking.
    n, n_judged, n_late : customers; those with a gap of their own; those of them who are late.
    horizon_days : how far ahead what is expected and what is at stake look.
    most : customers shown on a page at most.
    minimum_group : smaller groups are not shown on pages.
    currency : ISO 4217 code.
    missing : why nobody can be called late, and what to bring; empty where somebody can.
    doubt : why the day itself may be wrong, which also leaves the list empty.
    near_then : whether so few more could be judged than at the cut that their exact number must not be told.
    """

    table: pd.DataFrame
    as_of: dt.date
    late: Estimate
    worth: Estimate
    expected: Estimate
    brought: Estimate
    letter: Estimate
    mean_alive: float | None
    check: LateCheck
    money: LateMoney
    too_early: bool
    leaves_out_gone: bool
    n: int
    n_judged: int
    n_late: int
    horizon_days: int
    most: int
    minimum_group: int
    currency: str
    missing: str = ""
    doubt: str = ""
    near_then: bool = False

    @property
    def n_worth(self) -> int:
        """Customers who are late and worth waking."""
        return len(self.table)

    @property
    def shown(self) -> pd.DataFrame:
        """The first of them for pages: pseudonyms alone, and nobody of a group that is too small."""
        few = self.n_worth < max(1, self.minimum_group)
        return self.table.drop(columns="customer_id").head(0 if few else self.most)

    @property
    def is_worth_telling(self) -> bool:
        """Whether so many are worth waking that a page may speak of them."""
        return self.n_worth >= max(1, self.minimum_group)

    @property
    def tells_how_many(self) -> bool:
        """Whether a page may say how many are worth waking: it would not tell of a few others."""
        return self.is_worth_telling and self._late_is_told and not self._rest_is_small

    @property
    def heading(self) -> str:
        """The finding in a line."""
        if self.missing or self.doubt:
            return tr("Who is late by their own cadence cannot be told")
        if not self.is_worth_telling:
            return (
                tr("Hardly anybody is late and worth waking") if self.n_worth else tr("Nobody is late and worth waking")
            )
        if self._rest_is_small:
            return tr(
                "Nearly all of the {n_late} customers who are late are worth waking", n_late=words.number(self.n_late)
            )
        return tr(
            "{customers} are late by their own cadence and worth waking",
            customers=words.count(self.n_worth, "customer"),
        )

    @property
    def reading(self) -> str:
        """How many are late, how many of them are worth waking, and what they bring."""
        if self.missing:
            return tr("So nobody can be called late.")
        if self.doubt:
            return f"{self.doubt} " + tr("Until then nobody is called late.")
        if self.n_late == 0:
            return tr(
                "On {as_of} none of the {judged} who have come back is late: such customers let as many "
                "days pass in more than {rare} of the gaps.{once}",
                as_of=words.day(self.as_of),
                judged=self._judged,
                rare=words.percent(RARE),
                once=self._once(),
            )
        share = tr(
            " ({late}, 95% interval {interval})",
            late=words.percent(self.late.number),
            interval=words.percent_between(*self.late.ends),
        )
        many = (
            f"{words.number(self.n_late)}{'' if self.near_then else share}"
            if self._late_is_told
            else self._hidden(self.n_late)
        )
        parts = [
            tr(
                "On {as_of}, of the {judged} who have come back, {many} are late: with their cadence, a "
                "customer who is still one lets so many days pass in at most {rare} of the gaps.",
                as_of=words.day(self.as_of),
                judged=self._judged,
                many=many,
                rare=words.percent(RARE),
            ),
            self._worth(),
            self._stake(),
        ]
        return " ".join(part for part in parts if part) + self._once()

    @property
    def findings(self) -> Findings:
        """Share late and worth waking, and what the latter bring, as `late.*`; small groups are left out."""
        if self.missing or self.doubt or not self._late_is_told:
            return {}
        found = {**({} if self.near_then else {"late.share": self.late}), **self.money.findings}
        if self.tells_how_many:
            found |= {"late.worth_waking": self.worth, "late.brought": self.brought}
            if self.letter.value is not None:
                found["late.letter_at_most"] = self.letter
            if self.expected.value is not None:
                found["late.expected"] = self._expected
        return found

    @property
    def letter_words(self) -> str:
        """What a letter may cost at most, as a sentence."""
        if self.letter.value is None:
            return tr(
                "What a letter may cost cannot be told, for no forecast says how many would come back without one."
            )
        everyone, tenth = (words.money(part * self.letter.number, self.currency) for part in (1.0, 0.1))
        ahead = span(self.horizon_days)
        return tr(
            "A letter may cost {everyone} on average at most, if it brought all of them back to "
            "their own pace, and {tenth} if it brings back one in ten, by what the next {ahead} "
            "would bring, or as much as each has contributed so far where that is less.",
            everyone=everyone,
            tenth=tenth,
            ahead=ahead,
        )

    @property
    def advice(self) -> str:
        """Whom to write to, and as of which day; empty where there is nobody."""
        if self.doubt:
            return tr("Write to nobody for being late yet.") + f" {self.doubt}"
        if not self.is_worth_telling:
            return ""
        as_of = words.day(self.as_of)
        return (
            trn(
                "Write this month to the {n} customer who were late on {as_of}, the end of the data, and are worth "
                "waking, to a random half of them first, so that it shows whether writing helps.",
                "Write this month to the {n} customers who were late on {as_of}, the end of the data, and are worth "
                "waking, to a random half of them first, so that it shows whether writing helps.",
                self.n_worth,
                n=words.number(self.n_worth),
                as_of=as_of,
            )
            if self.tells_how_many
            else tr(
                "Write this month to the customers who were late on {as_of}, the end of the data, and are worth "
                "waking, to a random half of them first, so that it shows whether writing helps.",
                as_of=as_of,
            )
        )

    @property
    def _are_mostly_gone_longer(self) -> bool:
        """Whether most have by now been silent for longer than those at the cut were followed."""
        silent = self.table["days_since_last_order"].to_numpy(float)
        return bool(len(silent)) and float((silent > self.check.holdout_days).mean()) > _MOST

    @property
    def _silent_longer(self) -> str:
        longer = tr("; most of these have been silent for longer than that already, so expect fewer")
        return longer if self._are_mostly_gone_longer else ""

    @property
    def _is_off(self) -> bool:
        """Whether the forecast has been seen to miss such customers."""
        return self.too_early or self.money.is_off

    @property
    def _expected(self) -> Estimate:
        """What is expected; without an interval where that would be too sure."""
        bare = Estimate(self.expected.number, n=self.expected.n, unit=self.expected.unit)
        return bare if self._is_off else self.expected

    @property
    def _late_is_told(self) -> bool:
        """Whether a page may say how many are late: neither they nor the others are a few."""
        return not any(0 < n < self.minimum_group for n in (self.n_late, self.n_judged - self.n_late))

    @property
    def _rest_is_small(self) -> bool:
        """Whether so few of the late are not worth waking that their number must not be told."""
        return 0 < self.n_late - self.n_worth < self.minimum_group

    @property
    def _judged(self) -> str:
        if self.near_then:
            return tr("about {n} customers", n=words.number(round(self.n_judged, -1)))
        return tr("{n} customers", n=written_within(self.n_judged, self.n, self.minimum_group))

    def _hidden(self, n: int) -> str:
        if n < self.minimum_group:
            return tr("under {share}", share=self.minimum_group)
        return tr("all but under {n}", n=self.minimum_group)

    def _worth(self) -> str:
        there = tr(" and are not in all likelihood gone") if self.leaves_out_gone else ""
        chance = (
            tr(
                " (by the purchase model the probability that they are customers still is {least} or more)",
                least=words.percent(GONE),
            )
            if there
            else ""
        )
        there += chance
        if self.n_worth < max(1, self.minimum_group):
            if not self.n_worth:
                return tr("None of them have been profitable so far{there}.", there=there)
            return tr("Under {n} of them have been profitable so far{there}.", n=self.minimum_group, there=there)
        said = (
            tr(
                "All but under {n} of these have been profitable so far{there}: they are worth waking.",
                n=self.minimum_group,
                there=there,
            )
            if self._rest_is_small
            else tr(
                "{n} of these have been profitable so far{there}: they are worth waking.",
                n=words.number(self.n_worth),
                there=there,
            )
        )
        brought = words.money(self.brought.number, self.currency, 0)
        if self.expected.value is None:
            return f"{said} " + tr("They have contributed {brought} in all.", brought=brought)
        said += " " + tr(
            "They have contributed {brought} in all, and are expected to contribute {amount} in the next {ahead} if "
            "nothing is done.",
            brought=brought,
            amount=in_money(self._expected, self.currency),
            ahead=span(self.horizon_days),
        )
        if self.money.foreseen.value is not None:
            said += f" {self.money.reading}"
        if self._is_off:
            return f"{said} {self._why_off()}"
        if self.mean_alive is None:
            return said
        return f"{said} " + tr(
            "The purchase model says that {share} of them are customers still.",
            share=words.percent(self.mean_alive),
        )

    def _why_off(self) -> str:
        more = not self.money.is_off or self.money.came.number > self.money.foreseen.number
        if more and self._are_mostly_gone_longer:
            return tr(
                "Whether more than that comes now is open: most of these have been silent for longer "
                "than those at the cut were followed."
            )
        if more and self.too_early:
            return tr("Expect more than that now, for the model gives quiet customers up too early.")
        if more:
            return tr("Expect more than that now, for the forecast missed then.")
        return tr("Expect less than that now, for the forecast missed then.")

    def _stake(self) -> str:
        if not self.is_worth_telling:
            return ""
        anyway = "" if self.expected.value is None else tr(", less what is expected anyway")
        ahead = span(self.horizon_days)
        return (
            tr(
                "The list begins with those of whom most is at stake: what each would contribute in the "
                "next {ahead} at their own pace, up to what they have contributed so far{anyway}. "
                "{letter_words}",
                ahead=ahead,
                anyway=anyway,
                letter_words=self.letter_words,
            )
            + self._back()
        )

    def _back(self) -> str:
        """How many came back anyway of those who were late at the cut."""
        came = self.check.late
        if came.value is None:
            return ""
        return tr(
            " Of those late on {as_of}, {came} came back anyway in the {days} after{silent_longer}.",
            as_of=words.day(self.check.as_of),
            came=words.percent(came.number),
            days=span(self.check.holdout_days),
            silent_longer=self._silent_longer,
        )

    def _once(self) -> str:
        once = self.n - self.n_judged
        if not once:
            return ""
        if self.near_then:
            return tr(" Those who bought once have no cadence of their own, and are not judged.")
        if 0 < once < self.minimum_group:
            return tr(
                " Under {n} who bought once have no cadence of their own, and are not judged.", n=self.minimum_group
            )
        if once == 1:
            return tr(" One who bought once has no cadence of their own, and are not judged.")
        return tr(" {n} who bought once have no cadence of their own, and are not judged.", n=words.number(once))
