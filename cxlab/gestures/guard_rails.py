"""Does a gesture do harm elsewhere? Returns, complaints, low scores, other channels and the margin."""

from dataclasses import dataclass

import pandas as pd

from cxlab.estimate import Estimate, columns_of
from cxlab.gestures.compared import sample_of
from cxlab.gestures.effect import GestureEffect
from cxlab.gestures.rails import Rail, find_rails
from cxlab.gestures.result import GestureEffects
from cxlab.gestures.said import name_of, quoted, signed
from cxlab.language import Texts, tr
from cxlab.words import capital, number, number_between, percent

SAYS = Texts(
    {
        "worse": "worse",
        "not_worse": "not worse",
        "shifted": "shifted",
        "not_shifted": "not shifted",
        "cannot_tell": "cannot tell",
    }
)


@dataclass(frozen=True)
class GuardRails:
    """The guard rails of each arm that the study brings tables for."""

    effects: GestureEffects
    rails: tuple[tuple[GestureEffect, tuple[Rail, ...]], ...]

    @property
    def shown(self) -> tuple[tuple[GestureEffect, Rail], ...]:
        """Arm and rail, of the arms that a page may show."""
        return tuple((e, rail) for e, rails in self.rails if e in self.effects.shown for rail in rails)

    def worse(self, effect: GestureEffect) -> tuple[Rail, ...]:
        """Return what an arm makes worse."""
        return tuple(rail for e, rail in self.shown if e is effect and rail.verdict == "worse")

    @property
    def findings(self) -> dict[str, Estimate]:
        """Every change with its verdict, by rail and arm."""
        found = {}
        for effect, rails in self.rails:
            for rail in rails:
                c = rail.change
                found[f"{effect.prefix}guard_rail.{rail.name}.{effect.label}"] = Estimate(
                    c.value, c.low, c.high, c.level, c.n, c.unit, rail.verdict
                )
        return found

    @property
    def table(self) -> pd.DataFrame:
        """One row an arm and rail: the share without it, the change, its interval, p values and the verdict."""
        rows = [(e, rail) for e, rails in self.rails for rail in rails]
        return pd.DataFrame(
            {
                "arm": [e.arm for e, _ in rows],
                "experiment": [e.experiment for e, _ in rows],
                "design": [e.design for e, _ in rows],
                "guard_rail": [rail.name for _, rail in rows],
                "without": [rail.without.number for _, rail in rows],
                **columns_of("change", (rail.change for _, rail in rows)),
                "p_value": [rail.p_value for _, rail in rows],
                "adjusted_p": [rail.adjusted_p for _, rail in rows],
                "verdict": [rail.verdict for _, rail in rows],
            }
        )

    @property
    def heading(self) -> str:
        """The finding in a line."""
        if not self.shown:
            return tr("Whether a gesture does harm elsewhere is not recorded")
        worse = [rail for _, rail in self.shown if rail.verdict in ("worse", "shifted")]
        if worse:
            return tr("A change for the worse, or a shift: {listed}", listed=_listed([rail.said for rail in worse]))
        open_still = sum(rail.verdict == "cannot_tell" for _, rail in self.shown)
        if not open_still:
            return tr("No harm elsewhere: no guard rail is touched")
        return tr(
            "No harm is shown elsewhere; {open_still} of {shown} checks cannot tell",
            open_still=number(open_still),
            shown=number(len(self.shown)),
        )

    @property
    def reading(self) -> str:
        """Each arm's guard rails, and how many were looked at."""
        if not self.shown:
            return tr(
                "Guard rails need returns, incidents, feedback, channels or costs beside the orders, and "
                "an effect that can be given."
            )
        parts = []
        for effect, rails in self.rails:
            if not rails or effect not in self.effects.shown:
                continue
            said = "; ".join(
                tr(
                    "{share}: {change} from {without}, {verdict}",
                    share=rail.said,
                    change=said_change(rail),
                    without=percent(rail.without.number, 1),
                    verdict=SAYS[rail.verdict],
                )
                for rail in rails
            )
            parts.append(
                tr(
                    "{arm}, change of each share in points of a hundred, with 95% interval: {said}.",
                    arm=capital(quoted(effect)),
                    said=said,
                )
            )
        parts.append(
            tr(
                "Of several checks one may look bad by chance: worse is said only where it holds after "
                "allowing for their number (Holm). Not worse means that a change of one in a hundred for "
                "the worse is ruled out."
            )
        )
        return "\n\n".join(parts)


def said_change(rail: Rail) -> str:
    """Write a change in points of a hundred, with its interval."""
    low, high = rail.change.ends
    return f"{signed(100 * rail.change.number, 1)} ({number_between(100 * low, 100 * high, 1)})"


def guard_rails(effects: GestureEffects) -> GuardRails:
    """Hold each arm against the control in what a gesture must not make worse.

    Each is a share of two outcomes in the time after the occasion, so that more purchases alone touch none of them:
    returned of sold, complaints for a purchase, low of all answers, purchases elsewhere than through the channel most
    used, and what is left of revenue. By the same comparison as the effect; only what the study brings tables for.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> effects = cx.estimate_gestures(kit.gestures)
    >>> print(cx.guard_rails(effects).heading)
    No harm is shown elsewhere; 11 of 13 checks cannot tell
    """
    return GuardRails(
        effects, tuple((effect, find_rails(sample_of(effects.data, effect), effect)) for effect in effects.effects)
    )


def _listed(words: list[str]) -> str:
    return "; ".join(dict.fromkeys(words))


def rail_name(effect: GestureEffect, rail: Rail, *, several: bool) -> str:
    """Name a rail in a word or two, with its arm where there are several."""
    return f"{rail.short} ({name_of(effect)})" if several else rail.short
