"""Whether the verdict on the segments hangs on how their lines were drawn: the specification curve."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab import words
from cxlab.agreement.crossfit import divisions, folds, poisson_deviance
from cxlab.agreement.partitions import PartitionError
from cxlab.agreement.scores import Skill
from cxlab.agreement.skill import skill_of
from cxlab.agreement.verdict import NAMES, Token, Verdict, judge_segmentation
from cxlab.customers import Customers
from cxlab.different import codes_of
from cxlab.estimate import Estimate, bootstrap_sums, columns_of
from cxlab.language import SOURCE, speaking, tr, trn

Array = NDArray[np.float64]
ROBUST_FROM = 0.8  # share of the other specifications that come to the chosen one's verdict
OPPOSITE: dict[Token, Token] = {"supported": "not_supported", "not_supported": "supported"}


class Lines(Protocol):
    """A way to draw the segments, as far as it matters here; see `cxlab.segments.draw_lines`."""

    @property
    def name(self) -> str:
        """The way in a few words."""

    @property
    def choices(self) -> tuple[str, str, str]:
        """How activity is measured, how strictly, and how profitability is."""

    @property
    def labels(self) -> pd.Series | None:
        """Each customer's segment: shape (n,); None where the lines cannot be drawn."""

    @property
    def missing(self) -> str:
        """Why they cannot be drawn."""

    @property
    def is_chosen(self) -> bool:
        """Whether the page goes by these."""


@dataclass(frozen=True)
class Specification:
    """One way to draw the segments, and what came of it.

    Attributes
    ----------
    lines : the way.
    skill : of these segments and of the clusters, held against the same best descriptions; None where the lines cannot
        be drawn.
    verdict : by the written rule; None likewise.
    """

    lines: Lines
    skill: Skill | None
    verdict: Verdict | None

    @property
    def name(self) -> str:
        """The way in a few words."""
        return self.lines.name

    @property
    def choices(self) -> tuple[str, str, str]:
        """How activity is measured, how strictly, and how profitability is."""
        return self.lines.choices

    @property
    def is_chosen(self) -> bool:
        """Whether the page goes by it."""
        return self.lines.is_chosen

    @property
    def missing(self) -> str:
        """Why it could not be judged; empty where it was."""
        return self.lines.missing or ("" if self.skill is None else self.skill.missing)

    @property
    def difference(self) -> Estimate:
        """Skill of the segments less that of the clusters; no value where it could not be had."""
        return Estimate() if self.skill is None else self.skill.difference


@dataclass(frozen=True)
class SpecificationCurve:
    """The verdict over all ways to draw the lines.

    Attributes
    ----------
    specifications : in the order of the grid; those that could not be judged are among them with the reason.
    n : customers.

    Notes
    -----
    The specifications share their customers and are no sample of anything: shares of them carry no interval. Simonsohn,
    Simmons & Nelson (2020), Specification curve analysis, Nature Human Behaviour 4.
    """

    specifications: tuple[Specification, ...]
    n: int

    @property
    def judged(self) -> tuple[Specification, ...]:
        """Those that could be judged."""
        return tuple(one for one in self.specifications if one.verdict is not None)

    @property
    def chosen(self) -> Specification:
        """The one that the page goes by."""
        return next(one for one in self.specifications if one.is_chosen)

    @property
    def others(self) -> tuple[Specification, ...]:
        """Those judged beside the chosen one."""
        return tuple(one for one in self.judged if not one.is_chosen)

    @property
    def tokens(self) -> Counter[str]:
        """How many of the others come to each verdict."""
        return Counter(one.verdict.token for one in self.others if one.verdict is not None)

    @property
    def agreeing(self) -> float:
        """Share of the others that come to the chosen one's verdict; NaN where there are none."""
        return self.tokens[self.chosen_token] / len(self.others) if self.others else np.nan

    @property
    def is_robust(self) -> bool:
        """Whether four in five of the others come to the chosen one's verdict and none to its opposite."""
        return self.agreeing >= ROBUST_FROM and self.tokens[OPPOSITE.get(self.chosen_token, "")] == 0

    @property
    def table(self) -> pd.DataFrame:
        """One row a specification: verdict, skill of the segments, share kept, skill less the clusters', with ends."""
        shown = self.specifications
        with speaking(SOURCE):  # files are the same whatever the page speaks
            names, missing = [one.name for one in shown], [one.missing for one in shown]
        columns: dict[str, list[str] | list[bool] | list[float]] = {
            "specification": names,
            "is_chosen": [one.is_chosen for one in shown],
            "verdict": ["" if one.verdict is None else one.verdict.token for one in shown],
        }
        for field in ("skill", "share"):
            columns |= columns_of(field, [_score(one, field) for one in shown])
        columns |= columns_of("skill_difference", [one.difference for one in shown])
        return pd.DataFrame({**columns, "missing": missing})

    @property
    def heading(self) -> str:
        """The finding in a line."""
        if not self.others:
            return tr("Whether other lines would change the verdict cannot be told")
        if self.chosen_token == "cannot_tell" and self.is_robust:
            return tr("No other lines would let the data tell more")
        return tr("The verdict does not hang on the lines") if self.is_robust else tr("The verdict hangs on the lines")

    @property
    def reading(self) -> str:
        """How many ways to draw the lines come to the same verdict, in one sentence."""
        if not self.others:
            why = next((one.missing for one in self.specifications if one.missing), tr("no other lines can be drawn"))
            return tr("Whether other lines would change the verdict cannot be told: {why}.", why=why.rstrip("."))
        same, n = self.tokens[self.chosen_token], len(self.others)
        ways = trn("Of {n} other way to draw the lines,", "Of {n} other ways to draw the lines,", n, n=words.number(n))
        came = trn(
            "{same} ({share}) comes to the same verdict as the chosen one, “{verdict}”",
            "{same} ({share}) come to the same verdict as the chosen one, “{verdict}”",
            same,
            same=words.number(same),
            share=words.percent(self.agreeing),
            verdict=NAMES[self.chosen_token].lower(),
        )
        rest = [
            tr("{n} to “{verdict}”", n=words.number(count), verdict=NAMES[other].lower())
            for other, count in sorted(self.tokens.items(), key=lambda item: (-item[1], item[0]))
            if other != self.chosen_token
        ]
        return f"{ways} {', '.join([came, *rest, self._so()])}{self._reach()}{self._left()}."

    def _so(self) -> str:
        if self.chosen_token == "cannot_tell":
            return tr("so other lines would not help") if self.is_robust else tr("so other lines may tell more")
        return tr("so it is robust") if self.is_robust else tr("so it is not robust")

    def _reach(self) -> str:
        """Say from where to where the difference to the clusters runs; empty where there is none."""
        apart = [100 * one.difference.number for one in self.judged if one.difference.has_interval]
        if not apart:
            return ""
        return tr(
            "; segments less clusters, skill runs from {least} to {most} points",
            least=words.number(min(apart), 1),
            most=words.number(max(apart), 1),
        )

    def _left(self) -> str:
        """Say how many ways could not be judged; empty where all could."""
        left = words.number(len(self.specifications) - len(self.judged))
        if len(self.specifications) == len(self.judged):
            return ""
        if any(one.skill is not None and one.skill.scores for one in self.judged):
            return tr("; {n} more cannot be drawn or judged, for reasons in the table", n=left)
        return tr("; {n} more cannot be drawn or judged", n=left)

    @property
    def findings(self) -> dict[str, Estimate]:
        """Share of the other specifications that agree with the chosen one; how many each verdict has."""
        if not self.others:
            return {}
        n, unit = len(self.others), "share of the other specifications"
        verdict = "robust" if self.is_robust else "not_robust"
        found = {"specifications.agreeing": Estimate(self.agreeing, n=n, unit=unit, verdict=verdict)}
        return found | {
            f"specifications.{token}": Estimate(self.tokens[token], n=n, unit="other specifications")
            for token in ("supported", "partly_supported", "not_supported", "cannot_tell")
        }

    @property
    def chosen_token(self) -> Token:
        """The verdict on the lines that the page goes by."""
        assert self.chosen.verdict is not None
        return self.chosen.verdict.token


def specification_curve(customers: Customers, lines: Sequence[Lines], skill: Skill) -> SpecificationCurve:
    """Judge the segments as drawn by each way, on the same folds and the same bootstrap samples.

    Parameters
    ----------
    customers : one row a customer, with what each did in the hold-out window.
    lines : the ways, one of them chosen; from `cxlab.segments.draw_lines`.
    skill : of the chosen segments and of the other descriptions, from `predictive_skill`.

    Raises
    ------
    PartitionError : no way is the chosen one, or labels, or a skill, that are not of these customers.

    Notes
    -----
    What does not depend on the lines (clusters, fifths, boosted trees, the purchase model) is taken from `skill`. The
    means of the segments come from sums over folds. Contribution is not part of the rule and not scored.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> segments = cx.assign_segments(kit.customers)
    >>> skill = cx.predictive_skill(kit.customers, segments.labels, cx.fit_labels)
    >>> curve = cx.specification_curve(kit.customers, cx.draw_lines(kit.customers, segments), skill)
    >>> print(curve.heading)
    The verdict hangs on the lines
    """
    if sum(one.is_chosen for one in lines) != 1:
        raise PartitionError("One of the ways to draw the lines must be the chosen one: mark it, and no other")
    frame, drawn = customers.frame, [one for one in lines if one.labels is not None]
    if any(one.labels is None or not one.labels.index.equals(frame.index) for one in drawn):
        raise PartitionError(f"Some labels are not of the {customers.n} customers: give one each")
    if skill.n != customers.n:
        raise PartitionError(f"The skill is of {skill.n} customers, and there are {customers.n}: give that of these")
    found: dict[tuple[str, str, str], Skill] = {}
    peopled = [0 if one.labels is None else one.labels.nunique() for one in drawn]
    if skill.losses is None:
        found = {one.choices: replace(skill, n_segments=n) for one, n in zip(drawn, peopled, strict=True)}
        return _curve(lines, found, customers.n)
    purchases = frame["holdout_purchases"].to_numpy(float)
    codes = np.column_stack([_codes(one.labels) for one in drawn if one.labels is not None])
    others = {name: loss for name, loss in skill.losses.by_description.items() if name != "segments"}
    grouped = [losses_by_group(codes, purchases, start) for start in divisions(customers.n, skill.losses.seed)]
    losses = np.column_stack([*others.values(), np.mean(grouped, axis=0)])
    sums, samples = losses.sum(axis=0), bootstrap_sums(losses, skill.losses.draws, skill.losses.seed)
    names = list(others)
    sizes = (skill.n, skill.n_purchases, skill.n_buyers, skill.holdout_days, skill.n_clusters)
    for number, one in enumerate(drawn):
        columns = [0, len(names) + number, *range(1, len(names))]
        own = skill_of(sums[columns], samples[:, columns], ["segments", *names[1:]], [], sizes)
        found[one.choices] = replace(
            own, left_out=skill.left_out, n_segments=peopled[number], usual_gap_days=skill.usual_gap_days
        )
    return _curve(lines, found, customers.n)


def losses_by_group(codes: NDArray[np.int64], actual: Array, seed: int) -> Array:
    """Poisson deviance of each customer under the mean of the own group in the other folds: shape (n, ways).

    Parameters
    ----------
    codes : shape (n, ways), number of each customer's group.
    seed : of the folds.

    Notes
    -----
    The same as `by_group` fold by fold: the group's mean is joined by one customer at the mean of all others.
    """
    n, ways = codes.shape
    losses = np.empty((n, ways))
    parts = folds(n, seed)
    for way in range(ways):
        own, n_groups = codes[:, way], int(codes[:, way].max()) + 1
        sums, counts = np.bincount(own, actual, minlength=n_groups), np.bincount(own, minlength=n_groups)
        for test in parts:
            mean = (actual.sum() - actual[test].sum()) / (n - len(test))
            left = sums - np.bincount(own[test], actual[test], minlength=n_groups)
            others = counts - np.bincount(own[test], minlength=n_groups)
            losses[test, way] = poisson_deviance(actual[test], ((left + mean) / (others + 1))[own[test]])
    return losses


def _curve(lines: Sequence[Lines], found: dict[tuple[str, str, str], Skill], n: int) -> SpecificationCurve:
    """Judge each way that has a skill, and keep the others with their reason."""
    specifications = []
    for one in lines:
        skill = found.get(one.choices)
        specifications.append(Specification(one, skill, None if skill is None else judge_segmentation(skill)))
    return SpecificationCurve(tuple(specifications), n)


def _codes(labels: pd.Series) -> NDArray[np.int64]:
    return codes_of(labels)[1]


def _score(one: Specification, field: str) -> Estimate:
    if one.skill is None or not one.skill.scores:
        return Estimate()
    found: Estimate = getattr(one.skill.score("segments"), field)
    return found
