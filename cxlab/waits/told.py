"""What a page may tell of how groups wait: their sizes, and shares that give no few customers away."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from cxlab import words
from cxlab.contingency import Counts
from cxlab.intake.hiding import GroupSizes, about, shares_to_hide, withheld, written_steps
from cxlab.language import tr
from cxlab.waits.curves import WaitingCurve

Mask = NDArray[np.bool_]
_PERCENT = 0.01


@dataclass(frozen=True)
class ToldWaits:
    """What is told of each group.

    Attributes
    ----------
    sizes : waits of each group as they are written.
    days : shape (h + 1,) a group, days on which its curve may be drawn.
    marks : shape (k,) a group, whether its share is told at each of the marks, the last of which is the horizon.
    go_on : the waits that go on at each mark, as they are written.
    minimum_group : of the study.
    about : groups whose sizes are rounded.
    rounds_waits : whether the waits that go on are rounded, for other tables count the same customers by shorter
        groups.
    """

    sizes: Mapping[str, str]
    days: Mapping[str, Mask]
    marks: Mapping[str, Mask]
    go_on: Mapping[str, Sequence[str]]
    minimum_group: int
    about: frozenset[str] = frozenset()
    rounds_waits: bool = False

    def share_back(self, group: str) -> bool:
        """Whether the share who were back by the horizon is told."""
        return bool(self.marks[group][-1])

    @property
    def hides(self) -> bool:
        """Whether a share is left out."""
        return not all(mask.all() for mask in self.marks.values())

    @property
    def note(self) -> str:
        """Why a size is rounded or a share hidden, as sentences that begin with a space; an empty text else."""
        n, said = self.minimum_group, ""
        if self.about:
            said += tr(
                " “About”: rounded, for it would tell of groups of under {n} customers beside other numbers.", n=n
            )
        return said + tr(" “Hidden”: it would tell of under {n} customers.", n=n) if self.hides else said


def tell_waits(
    curves: Sequence[WaitingCurve], marks: Sequence[int], sizes: Mapping[str, int], minimum_group: int, *,
    parts: Sequence[int] | None = None,
) -> ToldWaits:  # fmt: skip
    """Choose what a page tells.

    Parameters
    ----------
    curves : of the groups that are shown.
    marks : days from 0 to the horizon, ascending.
    sizes : waits of every group, of those that are not shown as well, for their total is known.
    minimum_group : of the study.
    parts : sizes of the shorter groups by which other tables count the same customers, as they do by cohort; None:
        they do not. Sizes are rounded only where one of these is small, for it could be got by subtraction.

    Notes
    -----
    A share of a known number is a number. So it is told at a mark only when nobody or at least `minimum_group` have
    bought, nobody or so many are left, and nobody or so many bought from there to the next mark at which it is told;
    the last mark, the horizon, comes first. Nor is it told of a group that the total of all would give away. Shares are
    whole percents: of so large a group that one percent of it are `minimum_group`, or of a rounded number, nothing can
    be reckoned back. A curve, which can be measured, is drawn on days between which the first rule holds, large group
    or not; it ends at the last such mark.
    """
    names, n = [curve.group for curve in curves], np.array([curve.n for curve in curves])
    bought = np.array([curve.bought_by[list(marks)] for curve in curves])
    rounded = parts is not None and any(0 < part < minimum_group for part in (*parts, *sizes.values()))
    written, plain = _sizes(sizes, minimum_group, rounded=rounded)
    about_so_many = frozenset(name for name, size in written.items() if size != plain[name])
    strict = np.array([told_steps(row, curve.n, minimum_group) for row, curve in zip(bought, curves, strict=True)])
    at = strict | (_PERCENT * n >= minimum_group)[:, None]
    others = [size for name, size in sizes.items() if name not in names]  # whose shares are not told at all
    for k in range(1, len(marks)):
        small = np.concatenate([~at[:, k], np.ones(len(others), dtype=bool)])
        if parts is None and small.any() and _PERCENT * n[at[:, k]].sum() < minimum_group:
            some = np.concatenate([bought[:, k], np.zeros(len(others), dtype=np.int64)])
            at[:, k] &= ~shares_to_hide(some, [*n, *others], minimum_group, small=small)[: len(names)]
    days, found = {}, {}
    for curve, row, told in zip(curves, strict & at, at, strict=True):
        days[curve.group] = _days(curve, np.asarray(marks)[row], minimum_group)
        rounds = parts is not None or curve.group in about_so_many
        found[curve.group] = _go_on(curve, marks, row & told, plain[curve.group], minimum_group, rounds)
    return ToldWaits(
        written, days, dict(zip(names, at, strict=True)), found, minimum_group, about_so_many, parts is not None
    )


def told_steps(counts: Counts, n: int, minimum_group: int) -> Mask:
    """Tell which of several growing counts tell of no few people: by themselves, of the rest, or up to the next told.

    Parameters
    ----------
    counts : shape (k,), ascending from 0, people of `n` who have done something; the last ones go first.

    Examples
    --------
    >>> told_steps(np.array([0, 0, 2, 6, 6, 8, 12, 14, 18]), 20, 5).tolist()
    [True, True, False, False, False, True, False, True, False]
    """
    told, after = np.zeros(len(counts), dtype=bool), None
    for k, count in reversed(list(enumerate(counts.tolist()))):
        steps = (count, n - count, 0 if after is None else after - count)
        told[k] = not any(0 < step < minimum_group for step in steps)
        after = count if told[k] else after
    return told


def _days(curve: WaitingCurve, marks: Counts, minimum_group: int) -> Mask:
    """Tell on which days a curve is drawn: the marks that are told, and days in between that tell of no few either."""
    drawn = np.zeros(len(curve.days), dtype=bool)
    drawn[marks] = True
    for start, end in pairwise(marks.tolist()):
        counts = curve.bought_by[start:end] - curve.bought_by[start]
        drawn[start:end] |= told_steps(counts, int(curve.bought_by[end] - curve.bought_by[start]), minimum_group)
    return drawn


def _sizes(sizes: Mapping[str, int], minimum_group: int, *, rounded: bool) -> tuple[dict[str, str], dict[str, str]]:
    """Write the sizes, and the same without saying which of them are rounded."""
    if not rounded:
        known = GroupSizes(tuple(sizes.values()), minimum_group)
        written = {name: known.written(i) for i, name in enumerate(sizes)}
        plain = {
            name: words.number(known.number(i)) if i == known.about else written[name] for i, name in enumerate(sizes)
        }
        return written, plain
    plain = {
        name: words.number(about(n, minimum_group)) if n >= minimum_group else words.few(n, minimum_group)
        for name, n in sizes.items()
    }
    return {
        name: tr("about {n}", n=plain[name]) if n >= minimum_group else plain[name] for name, n in sizes.items()
    }, plain


def _go_on(
    curve: WaitingCurve, marks: Sequence[int], told: Mask, size: str, minimum_group: int, is_rounded: bool
) -> list[str]:
    """Write the waits that go on at each mark; where that of a share would tell of a few, as a dash."""
    left = [int(curve.go_on[mark]) for mark in marks]
    steps = written_steps(left[::-1], curve.n, minimum_group)[::-1]
    said = []
    for mark, n, text, is_told in zip(marks, left, steps, told, strict=True):
        if mark == 0:
            said.append(size)
        elif minimum_group > 1 and text == words.few(1, minimum_group):
            said.append(f"<{minimum_group}")
        elif not is_told or text == withheld() or not text[0].isdigit():
            said.append("–")
        else:
            said.append(words.number(about(n, minimum_group)) if is_rounded else text)
    return said
