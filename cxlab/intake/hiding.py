"""Which counts of people a page hides: the small ones, and those that a total would give away."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxlab.language import tr
from cxlab.words import few, number, percent_of


def withheld() -> str:
    """Return what a page says in place of a figure that it must not show."""
    return tr("hidden")


def to_hide(
    counts: Sequence[int], minimum_group: int, *, apart: bool = True, small: ArrayLike | None = None
) -> NDArray[np.bool_]:
    """Tell which counts a page must not show beside their total; shape (n,).

    Parameters
    ----------
    counts : shape (n,), people in each group.
    minimum_group : of the study.
    apart : whether nobody is in two groups.
    small : shape (n,), which must be hidden by themselves; by default those from 1 to under `minimum_group`.

    Notes
    -----
    Where the total and the counts that are shown would tell the hidden ones, the next smallest one is hidden as well,
    until they do not. A count of 0 is shown, for there is nobody in it.

    Examples
    --------
    >>> to_hide([13, 3, 20, 0], 5).tolist()  # 3 is what the others leave of the total
    [True, True, False, False]
    >>> to_hide([13, 3, 4, 20], 5).tolist()
    [False, True, True, False]
    """
    sizes = np.asarray(counts, dtype=np.int64)
    hidden = _are_small(sizes, minimum_group) if small is None else np.array(small, dtype=bool)
    if not hidden.any():
        return hidden
    for i in np.argsort(sizes, kind="stable"):
        if not _are_given_away(sizes[hidden], minimum_group, apart=apart):
            break
        if sizes[i] > 0:
            hidden[i] = True
    return hidden


def written_counts(counts: Sequence[int], minimum_group: int) -> list[str]:
    """Write counts of people in groups apart that stand beside their total, the small ones hidden.

    Examples
    --------
    >>> written_counts([13, 3, 4, 0], 5), written_counts([13, 3, 20], 5)
    (['13', 'under 5', 'under 5', '0'], ['hidden', 'hidden', '20'])
    """
    sizes = np.asarray(counts, dtype=np.int64)
    hidden = to_hide(counts, minimum_group)
    is_plain = not _are_given_away(sizes[hidden & _are_small(sizes, minimum_group)], minimum_group, apart=True)
    word = (
        tr("under {share}", share=minimum_group) if is_plain else withheld()
    )  # the larger one must not be told from the small ones
    return [word if hide else number(n) for hide, n in zip(hidden, counts, strict=True)]


def written_steps(upto: Sequence[int], total: int, minimum_group: int) -> list[str]:
    """Write counts that grow from one to the next, none of which tells a small number of those in between.

    Parameters
    ----------
    upto : shape (n,), ascending. total : what they grow to in the end.

    Examples
    --------
    >>> written_steps([2, 20, 22, 40, 61], 62, 5)
    ['under 5', '20', 'hidden', '40', 'all but under 5']
    """
    said, last = [], 0
    for n in upto:
        if _is_small(n, minimum_group):
            said.append(few(n, minimum_group))
        elif _is_small(total - n, minimum_group):
            said.append(tr("all but under {n}", n=minimum_group))
        elif _is_small(n - last, minimum_group):
            said.append(withheld())
        else:
            said.append(number(n))
            last = n
    return said


@dataclass(frozen=True)
class GroupSizes:
    """Sizes of groups apart as a page may show them beside their total, which would else tell a small one.

    Where there is a small group, what the largest of the others holds is given only as about: as much as the total
    leaves if each small group had the middle of what it can have. That is the same whatever the small ones have, so
    nothing of them can be told from it.

    Attributes
    ----------
    counts : people in each group; nobody is in two.
    minimum_group : of the study.

    Examples
    --------
    >>> [GroupSizes((200, 2, 80, 0), 5).written(i) for i in range(4)], GroupSizes((200, 20), 5).written(0)
    (['about 199', 'under 5', '80', '0'], '200')
    """

    counts: tuple[int, ...]
    minimum_group: int

    @property
    def n(self) -> int:
        """All people."""
        return sum(self.counts)

    @property
    def about(self) -> int | None:
        """Which group's size is not given exactly; None where all may be, or no group is large enough."""
        small = [_is_small(n, self.minimum_group) for n in self.counts]
        largest = max(range(len(self.counts)), key=self.counts.__getitem__, default=None)
        return None if largest is None or small[largest] or not any(small) else largest

    def ends(self, i: int) -> tuple[int, int]:
        """Return the least and the most that a group can hold, for all that a page tells."""
        if _is_small(self.counts[i], self.minimum_group):
            return 1, self.minimum_group - 1
        if i != self.about:
            return self.counts[i], self.counts[i]
        small = [n for n in self.counts if _is_small(n, self.minimum_group)]
        left = self.counts[i] + sum(small)
        return left - len(small) * (self.minimum_group - 1), left - len(small)

    def number(self, i: int) -> int:
        """Return the size to reckon with on a page: the group's own, or the middle of what it can be."""
        return sum(self.ends(i)) // 2

    def written(self, i: int) -> str:
        """Write the size of a group."""
        if _is_small(self.counts[i], self.minimum_group):
            return few(self.counts[i], self.minimum_group)
        size = number(self.number(i))
        return tr("about {n}", n=size) if i == self.about else size

    def share_written(self, i: int) -> str:
        """Write the share of a group; of a small one, how many they are."""
        if _is_small(self.counts[i], self.minimum_group):
            return few(self.counts[i], self.minimum_group)
        return percent_of(self.number(i), self.n)


def are_few(some: ArrayLike, of: ArrayLike, minimum_group: int) -> NDArray[np.bool_]:
    """Tell of which shares the people in them, the others or all of them are few, but not none; shape (n,)."""
    parts, whole = np.asarray(some, dtype=np.int64), np.asarray(of, dtype=np.int64)
    found = np.zeros(len(parts), dtype=bool)
    for counts in (parts, whole - parts, whole):
        found |= (counts > 0) & (counts < minimum_group)
    return found


def shares_to_hide(
    some: ArrayLike, of: ArrayLike, minimum_group: int, *, small: ArrayLike | None = None
) -> NDArray[np.bool_]:
    """Tell which shares a page must not show: those of few people, or all but few, and those that give these away.

    Parameters
    ----------
    some : shape (n,), people in each part. of : shape (n,), people whom each is a part of; nobody is in two.
    minimum_group : of the study.
    small : shape (n,), which must be hidden by themselves; by default those that `are_few`.

    Notes
    -----
    The sums of both columns are taken to be known, and so are all of `of`.

    Examples
    --------
    >>> shares_to_hide([30, 3, 40], [50, 60, 70], 5).tolist()
    [True, True, False]
    >>> shares_to_hide([30, 58, 40], [50, 60, 70], 5).tolist()  # all but 2
    [True, True, False]
    >>> shares_to_hide([0, 30], [40, 70], 5).tolist()
    [False, False]
    """
    parts, whole = np.asarray(some, dtype=np.int64), np.asarray(of, dtype=np.int64)
    hidden = are_few(parts, whole, minimum_group) if small is None else np.array(small, dtype=bool)
    before = None
    while before is None or (hidden != before).any():
        before = hidden.copy()
        for counts in (parts, whole - parts):
            hidden = to_hide(counts.tolist(), minimum_group, small=hidden)
    return hidden


def means_to_hide(
    totals: ArrayLike, sizes: ArrayLike, minimum_group: int, *, step: float = 0.01, small: ArrayLike | None = None
) -> NDArray[np.bool_]:
    """Tell which groups' means a page must not show because they tell of few events, and so of few people; shape (n,).

    Parameters
    ----------
    totals : shape (n,), events in each group. sizes : shape (n,), people in each; nobody is in two.
    step : to which means are written; of a large group it leaves so much open that nothing can be reckoned back.
    small : shape (n,), groups that must be hidden anyway; by default none.

    Examples
    --------
    >>> means_to_hide([3, 40, 90], [20, 60, 80], 5).tolist()  # the total would tell the 3
    [True, True, False]
    >>> means_to_hide([3, 400, 900], [20, 600, 800], 5).tolist()
    [True, False, False]
    """
    events, people = np.asarray(totals, dtype=np.int64), np.asarray(sizes, dtype=np.int64)
    hidden = _are_small(events, minimum_group) & (step * people < minimum_group)
    if small is not None:
        hidden |= np.asarray(small, dtype=bool)
    if step * people[~hidden].sum() >= minimum_group:
        return hidden
    return to_hide(events.tolist(), minimum_group, small=hidden)


def written_part(some: int, of: int, minimum_group: int) -> str:
    """Write how many of some people did something, without telling of a few, or of all but a few.

    Examples
    --------
    >>> [written_part(some, 35, 5) for some in (0, 3, 27, 33, 35)]
    ['none', 'under 5', '27 (77%)', 'all but under 5', 'all']
    """
    if some in (0, of):
        return tr("all") if some else tr("none")
    if _is_small(some, minimum_group) or _is_small(of - some, minimum_group):
        return (
            tr("under {share}", share=minimum_group) if some < of - some else tr("all but under {n}", n=minimum_group)
        )
    return f"{number(some)} ({percent_of(some, of)})"


def written_within(some: int, of: int, minimum_group: int) -> str:
    """Write how many of some people are spoken of: rounded where the number of all would tell that of a few others.

    Examples
    --------
    >>> [written_within(some, 40, 5) for some in (0, 3, 27, 38, 40)]
    ['0', 'under 5', '27', 'about 40', '40']
    """
    if _is_small(some, minimum_group):
        return few(some, minimum_group)
    rest_is_small = _is_small(of - some, minimum_group)
    return tr("about {n}", n=number(about(some, minimum_group))) if rest_is_small else number(some)


def about(n: int, minimum_group: int) -> int:
    """Round a number of people so far that no difference to another number tells of a few.

    Examples
    --------
    >>> about(243, 5), about(4, 5), about(0, 5)
    (240, 10, 0)
    """
    step = 2 * minimum_group
    return 0 if n == 0 else max(step, step * round(n / step))


def why_hidden(minimum_group: int) -> str:
    """Say what the word "hidden" stands for."""
    return tr(
        "Hidden: groups of under {n} customers, and the next smallest that would give them away.", n=minimum_group
    )


def _is_small(n: int, minimum_group: int) -> bool:
    return 0 < n < minimum_group


def _are_small(sizes: NDArray[np.int64], minimum_group: int) -> NDArray[np.bool_]:
    return (sizes > 0) & (sizes < minimum_group)


def _are_given_away(hidden: NDArray[np.int64], minimum_group: int, *, apart: bool) -> bool:
    """Whether what a total leaves for the hidden ones tells their sizes, or is itself too small."""
    n, least = len(hidden), minimum_group
    if n < 2:
        return n == 1
    if not apart:
        return int(hidden.max()) < least
    left = int(hidden.sum())
    return left < least or (int(hidden.max()) < least and left in (n, n * (least - 1)))
