"""Did those who were called late stay away? Held against who came back in the hold-out window."""

import datetime as dt
import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab import words
from cxlab.contingency import Array
from cxlab.estimate import Estimate, Findings, wilson_interval
from cxlab.intake.hidden_cells import cells_to_hide
from cxlab.intake.hiding import shares_to_hide
from cxlab.language import SOURCE, speaking, tr
from cxlab.phrases import span

BANDS = (0.0, 0.05, 0.2, 0.5)
"""Lower ends of the bands of the chance of so long a silence; the first is that of the late ones."""
FEW = 0.2
"""Up to this share of the late, those who came back are called few."""
ONCE = "Bought once, no cadence"
_UNIT = "share who came back"


@dataclass(frozen=True)
class LateCheck:
    """Who came back in the hold-out window, by how rare the silence was at the cut.

    Attributes
    ----------
    table : one row a band of that chance, the late ones first, then those who bought once: group, customers, came_back,
        share, share_low, share_high.
    late, others, worth_waking : share who came back of those called late, of those not late, and of the late ones who
        are worth waking; the last is empty where it would tell of a few.
    difference : of those not late less those late.
    as_of : the cut.
    holdout_days : length of the window.
    minimum_group : smaller counts are not shown on pages.
    """

    table: pd.DataFrame
    late: Estimate
    others: Estimate
    worth_waking: Estimate
    difference: Estimate
    as_of: dt.date
    holdout_days: int
    minimum_group: int

    @property
    def is_known(self) -> bool:
        """Whether there are late ones and others enough, and time after the cut, to compare them."""
        return self.difference.value is not None

    @property
    def is_made(self) -> bool:
        """Whether there is a cadence to be late by, and time after the cut to come back in."""
        return self.holdout_days > 0 and int(self.table["customers"].iloc[:-1].sum()) > 0

    @property
    def hidden(self) -> NDArray[np.bool_]:
        """Of which rows a page must not show who came back, for it would tell of a few; shape (n rows,).

        Where the reading tells of all who were not late, the bands that they are made of must not tell more.
        """
        customers, back = (self.table[name].to_numpy(np.int64) for name in ("customers", "came_back"))
        counts = np.stack([back, customers - back], axis=1)
        mask = cells_to_hide(counts, self.minimum_group)
        mask[1:-1] |= cells_to_hide(counts[1:-1], self.minimum_group)
        return np.asarray(mask.any(axis=1), dtype=np.bool_)

    @property
    def holds(self) -> bool:
        """Whether fewer of the late ones came back, beyond chance."""
        return self.difference.has_interval and self.difference.ends[0] > 0

    @property
    def heading(self) -> str:
        """The finding in a line."""
        if not self.is_known:
            return tr("Whether those called late stay away cannot be told")
        if not self.holds:
            return tr("The data cannot tell whether those called late stay away more than others")
        return tr(
            "{late} of those late on {as_of} came back, against {others} of the others",
            late=words.percent(self.late.number),
            as_of=words.day(self.as_of),
            others=words.percent(self.others.number),
        )

    @property
    def reading(self) -> str:
        """Both shares with their intervals, and what follows from them."""
        if self.holdout_days < 1:
            return tr("There is no time after the cut in which anybody could have come back.")
        if not self.is_made:
            return tr("Nobody can be called late, so there is nothing to check.")
        if not self.is_known:
            return tr(
                "Those called late, or the others, or those of them who came back or did not, are under "
                "{minimum_group}, so their later purchases are not compared here.",
                minimum_group=self.minimum_group,
            )
        late, others = self.late, self.others
        said = tr(
            "By the same rule {n} were late at the cut, on {as_of}. In the {days} after it, "
            "{late} of them came back (95% interval {interval}), and {others} of the {n_others} who "
            "had come back before and were not late ({others_interval}).",
            n=words.number(late.n or 0),
            as_of=words.day(self.as_of),
            days=span(self.holdout_days),
            late=words.percent(late.number),
            interval=words.percent_between(*late.ends),
            others=words.percent(others.number),
            n_others=words.number(others.n or 0),
            others_interval=words.percent_between(*others.ends),
        )
        points = words.number(100 * self.difference.number)
        low, high = (100 * end for end in self.difference.ends)
        if not self.holds:
            return f"{said} " + tr(
                "The difference of {points} points ({interval}) may be chance.",
                points=points,
                interval=words.number_between(low, high),
            )
        rest = (
            tr(" So being late is a warning and no farewell: do not strike them off.") if late.ends[0] > FEW
            else tr(" Few of the late came back by themselves.")
        )  # fmt: skip
        return f"{said} " + tr(
            "That is a difference of {points} points ({interval}).{rest}",
            points=points,
            interval=words.number_between(low, high),
            rest=rest,
        )

    @property
    def findings(self) -> Findings:
        """The shares and their difference, as `late.*`."""
        if not self.is_known:
            return {}
        found = {
            "late.came_back": self.late, "late.others_came_back": self.others, "late.difference": self.difference
        }  # fmt: skip
        if self.worth_waking.value is not None:
            found["late.worth_waking_came_back"] = self.worth_waking
        return found


def check_late(
    chance: Array, judged: NDArray[np.bool_], is_late: NDArray[np.bool_], worth: NDArray[np.bool_],
    came_back: NDArray[np.bool_], *, as_of: dt.date, holdout_days: int, minimum_group: int,
) -> LateCheck:  # fmt: skip
    """Count who came back.

    Parameters
    ----------
    chance : shape (n,), of so long a silence. judged : who has a cadence. is_late, worth : who is called late, and
        who of them is worth waking. came_back : who bought in the window.
    """
    band = np.searchsorted(BANDS, chance, side="right") - 1
    band = np.where(is_late, 0, np.maximum(band, 1))
    with speaking(SOURCE):  # names in tables are not translated
        rows = [(_name(i), judged & (band == i)) for i in range(len(BANDS))] + [(ONCE, ~judged)]
    shares = [(name, int(mine.sum()), int((mine & came_back).sum()), _share(came_back, mine)) for name, mine in rows]
    known = holdout_days > 0
    table = pd.DataFrame(
        {
            "group": [row[0] for row in shares],
            "customers": [row[1] for row in shares],
            "came_back": [row[2] if known else 0 for row in shares],
            "share": [row[3].number if known else math.nan for row in shares],
            "share_low": [_end(row[3].low) if known else math.nan for row in shares],
            "share_high": [_end(row[3].high) if known else math.nan for row in shares],
        }
    )
    others = judged & ~is_late
    groups = [is_late, others, ~judged]
    back, all_of = ([int((mine & of).sum()) for mine in groups] for of in (came_back, np.ones_like(judged)))
    enough = known and min(all_of[:2]) >= max(1, minimum_group)
    enough = enough and not bool(shares_to_hide(back, all_of, minimum_group).any())
    none = Estimate()
    one, other = (_share(came_back, mine) if enough else none for mine in (is_late, others))
    told = int(worth.sum()) >= max(1, minimum_group) and not 0 < int((is_late & ~worth).sum()) < minimum_group
    waking = _share(came_back, worth) if enough and told else none
    difference = newcombe_difference(other, one) if enough else none
    return LateCheck(table, one, other, waking, difference, as_of, holdout_days, minimum_group)


def newcombe_difference(first: Estimate, second: Estimate) -> Estimate:
    """Return the difference of two shares, its interval from theirs (Newcombe 1998, method 10).

    Examples
    --------
    >>> found = newcombe_difference(wilson_interval(56, 70), wilson_interval(48, 80))
    >>> round(found.low, 4), round(found.high, 4)
    (0.0524, 0.3339)
    """
    p, q = first.number, second.number
    (a, b), (c, d) = first.ends, second.ends
    low, high = p - q - math.hypot(p - a, d - q), p - q + math.hypot(b - p, q - c)
    n = (first.n or 0) + (second.n or 0)
    return Estimate(p - q, low, high, n=n, unit=_UNIT, verdict="differ" if low > 0 or high < 0 else "cannot_tell")


def _share(came_back: NDArray[np.bool_], mine: NDArray[np.bool_]) -> Estimate:
    n = int(mine.sum())
    return wilson_interval(int((mine & came_back).sum()), n, unit=_UNIT) if n else Estimate()


def _end(end: float | None) -> float:
    return math.nan if end is None else end


def _name(i: int) -> str:
    if i == 0:
        return f"Late: at most {words.percent(BANDS[1])} of their gaps last so long"
    if i == len(BANDS) - 1:
        return f"Over {words.percent(BANDS[i])} of their gaps do"
    return f"{words.percent(BANDS[i])} to {words.percent(BANDS[i + 1])} of their gaps do"
