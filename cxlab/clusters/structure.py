"""Whether there is any structure at all, or customers without groups would fall into clusters just as well."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.clusters.choice import largest_k
from cxlab.clusters.criterion import TINY
from cxlab.clusters.features import Features
from cxlab.clusters.kmeans import (
    STARTS,
    centres_from,
    count_different,
    one_thread,
    resting_places,
    sample_rows,
    simplified_silhouette,
)
from cxlab.clusters.reference import fit_reference
from cxlab.estimate import Estimate, Findings
from cxlab.language import Texts, tr
from cxlab.once import once_a_run
from cxlab.words import number

Array = NDArray[np.float64]
Shown = Literal["groups", "none", "open"]
Blind = Literal["", "few", "same", "lumps"]
ERROR_RATE = 0.05  # how often customers without groups may be called grouped
LEAST_EXCESS = 0.03  # sharper than that must groups be to count: shops without groups reach a third of it by odd shapes
SPLIT_ALREADY = 0.8  # draws that divide this sharply have their groups from the values of single measures
BLIND = Texts(
    {
        "few": (
            "But the customers show no more than {different} different histories, so that each of these is a lump of "
            "its own, in the draws as well. Whether the lumps are kinds of customers is more than this test can see; "
            "look at the clusters below, and bring measures in which customers differ by more than a few steps."
        ),
        "same": (
            "But the draws keep each measure’s values, and too few measures are left for them to be put together "
            "otherwise, so that all come out alike. Whether there are groups is more than this test can see; bring "
            "measures in which the customers differ."
        ),
        "lumps": (
            "But the draws, which keep each measure’s values, fall apart just as clearly: the values of single "
            "measures come in lumps. Whether the lumps go together as groups of customers is more than this test can "
            "see; look at the clusters below, and at the measures one by one."
        ),
    }
)
MOST_CLUSTERS = 6  # more groups than these show at this number as well
MOST_TESTED = 2_500  # customers looked at; more are sampled


@dataclass(frozen=True)
class Structure:
    """How much sharper the customers fall into clusters than customers without groups would.

    Attributes
    ----------
    tried : numbers of clusters, shape (m,).
    sharpness : simplified silhouette of the data, mean over the starts: shape (m,).
    expected : its mean without groups, shape (m,).
    reach : how far from it customers without groups come at each number; 95 % of draws stay within at all: shape (m,).
    k : the number of clusters at which the data stand out most.
    p_value : share of references (the data counted in) that lie as far out at some number of clusters.
    n, n_tested, n_references : customers, how many were looked at, how many references were drawn.
    n_different : different customers among those looked at, counted up to seven.
    """

    tried: NDArray[np.int64]
    sharpness: Array
    expected: Array
    reach: Array
    k: int
    p_value: float
    n: int
    n_tested: int
    n_references: int
    n_different: int

    @property
    def band(self) -> tuple[Array, Array]:
        """Ends of the band that 95 % of draws without groups keep to at all numbers of clusters: shape (m,) each."""
        return self.expected - self.reach, self.expected + self.reach

    @property
    def excess(self) -> Estimate:
        """Sharpness less expected at `k`, without an interval.

        How far chance moves customers without groups is known (`chance`); customers with clear groups it moves
        otherwise, so that the excess with `chance` either side is no confidence interval.
        """
        value = float((self.sharpness - self.expected)[self.tried == self.k][0])
        return Estimate(value, n=self.n_tested, unit="simplified silhouette above that of customers without groups")

    @property
    def chance(self) -> float:
        """How far, at `k`, chance moves customers without groups to either side: `reach` there."""
        return float(self.reach[self.tried == self.k][0])

    @property
    def most(self) -> float:
        """The largest excess that chance could hide at any number of clusters: excess and reach together."""
        return float((self.sharpness - self.expected + self.reach).max())

    @property
    def found(self) -> bool:
        """Whether groups are shown: the excess at `k` is clear of chance, and `LEAST_EXCESS` or more."""
        return self.excess.number > self.chance and self.excess.number >= LEAST_EXCESS

    @property
    def shown(self) -> Shown:
        """What is shown: groups; none, when no number of clusters allows `LEAST_EXCESS`; else it is open."""
        if self.found:
            return "groups"
        return "none" if self.most < LEAST_EXCESS and not self.is_blind else "open"

    @property
    def is_blind(self) -> bool:
        """Whether the test can see nothing; see `blind`."""
        return self.blind != ""

    @property
    def blind(self) -> Blind:
        """Why the test can see nothing; empty where it can, or where it finds groups all the same.

        There are no more different customers than clusters are tried; or the values of single measures fall apart
        already, and so do the draws; or all draws divide alike, to the last digit.
        """
        if self.found:
            return ""
        if self.n_different <= MOST_CLUSTERS:
            return "few"
        if float(self.expected.max()) >= SPLIT_ALREADY:
            return "lumps"
        return "same" if float(self.reach.max()) < TINY else ""

    @property
    def table(self) -> pd.DataFrame:
        """One row a number of clusters: sharpness of the data and of customers without groups."""
        low, high = self.band
        excess = self.sharpness - self.expected
        return pd.DataFrame(
            {
                "clusters": self.tried,
                "sharpness": self.sharpness,
                "expected_without_groups": self.expected,
                "low": low,
                "high": high,
                "excess": excess,
                "chance": self.reach,
                "stands_out_most": self.tried == self.k,
                "p_value": self.p_value,
            }
        )

    @property
    def heading(self) -> str:
        """The finding as a title."""
        return {
            "groups": tr("The customers fall into groups more sharply than chance explains"),
            "none": tr("Customers without any groups would divide as sharply, or nearly so"),
            "open": {
                "few": tr("Too few different histories for this test to tell"),
                "same": tr("Too few measures for this test to tell"),
                "lumps": tr("The measures fall apart by themselves, so this test cannot tell"),
                "": tr("Chance alone could divide the customers as sharply, so no groups are shown"),
            }[self.blind],
        }[self.shown]

    @property
    def beside_a_rule(self) -> str:
        """What the answer means for a partition by rule that is held against clusters."""
        return {
            "groups": tr(
                "The report on clusters shows that there are groups, how many, and how firm. The four here are made "
                "for this comparison, and their letters need not be those of that report."
            ),
            "none": tr(
                "The report on clusters finds no natural groups among these customers. So the clusters "
                "here are but a convenient partition, and a line that cuts through one of them cuts "
                "through no group."
            ),
            "open": tr(
                "Whether the customers fall into groups at all is open, as the report on clusters says. "
                "So the clusters here may be no more than a convenient partition."
            ),
        }[self.shown]

    @property
    def reading(self) -> str:
        """The excess, how far chance reaches, n and number of references, and what follows."""
        if self.blind:
            why = BLIND[self.blind].format(different=number(self.n_different))
            return tr(
                "The {n} customers were held against {draws} draws of like customers without groups. {why}",
                n=number(self.n_tested),
                draws=number(self.n_references),
                why=why,
            )
        e, least = self.excess, number(LEAST_EXCESS, 2)
        values = {
            "k": number(self.k),
            "n": number(self.n_tested),
            "by": number(abs(e.number), 3),
            "draws": number(self.n_references),
            "chance": number(self.chance, 3),
        }
        text = (
            tr(
                "At {k} clusters, where they stand out most, the {n} customers divide {by} more sharply (scale 0 to 1) "
                "than {draws} draws of like customers without groups; chance moves such draws by up to {chance} "
                "either way.",
                **values,
            )
            if e.number >= 0
            else tr(
                "At {k} clusters, where they stand out most, the {n} customers divide {by} less sharply (scale 0 to 1) "
                "than {draws} draws of like customers without groups; chance moves such draws by up to {chance} "
                "either way.",
                **values,
            )
        )
        return f"{text} {self._follows(least)}"

    def _follows(self, least: str) -> str:
        """Say what follows from the excess, where the test sees anything."""
        if self.shown == "groups":
            return tr("So there is structure beyond the split into one-time and repeat buyers.")
        if self.shown == "none":
            return tr(
                "Even so, at no number of clusters could it be {least}, from where groups count: the clusters below "
                "are a convenient partition, not groups that are shown to exist.",
                least=least,
            )
        if self.excess.number > self.chance:
            return tr(
                "That is more than chance, but whether it is {least}, from where groups count, is open: the clusters "
                "below are a convenient partition, not groups that are shown to exist.",
                least=least,
            )
        return tr(
            "Chance alone may do that, but {least} or more, from where groups count, is not ruled out either: the "
            "clusters below are a convenient partition, not groups that are shown to exist.",
            least=least,
        )

    @property
    def findings(self) -> Findings:
        """`structure`, with the verdict yes or no; no says that groups are not shown, not that there are none."""
        verdict = "yes" if self.found else "no"
        return {"structure": replace(self.excess, verdict=verdict)}


@once_a_run
def structure_test(features: Features, *, k_max: int, seed: int, n_references: int = 99) -> Structure:
    """Test whether the customers are more than one smooth cloud.

    For 2 to `k_max` clusters, at most 6, the simplified silhouette of the data is compared with that of customers drawn
    from a Gaussian copula with the same margins and correlations, one-time buyers kept (`cxlab.clusters.reference`).
    It is the mean over ten starts of K-Means, not that of the tightest: where two divisions are about as tight, which
    of them wins is luck, and the silhouette jumps with it. The data and all references start from the same places,
    those where K-Means comes to rest from ten random starts in one further reference, so that the luck of the starts
    falls on all alike; places that are nearly the same are searched from once and count as often. How far the data lie
    out is their largest standardised distance over all numbers of clusters, and so it is for each reference: choosing
    the number is paid for.

    Parameters
    ----------
    features : the customers on a common scale.
    k_max : the largest number of clusters tried, at most 6.
    seed : for the starts, the references and, beyond 2,500 customers, the sample.
    n_references : draws without groups; 19 is the least with which an error rate of 5 % can be kept.

    Notes
    -----
    The error rate holds for nulls of this kind. Other shapes without groups may stand out a little, so structure is
    only said when the excess is 0.03 or more as well.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> structure = cx.structure_test(cx.fit_features(kit.customers), k_max=3, seed=1, n_references=19)
    >>> print(structure.heading)
    The customers fall into groups more sharply than chance explains
    """
    rows = sample_rows(features.n, MOST_TESTED, seed)
    matrix = features.matrix[rows]
    tried = np.arange(2, largest_k(matrix, min(k_max, MOST_CLUSTERS)) + 1)
    with one_thread():
        without = fit_reference(features, rows, seed)
        elsewhere = without.draw(np.random.default_rng([seed, n_references]))
        places = [resting_places(elsewhere, int(k), starts=STARTS, seed=seed) for k in tried]
        data = _sharpness(matrix, places)
        references = np.array(
            [_sharpness(without.draw(np.random.default_rng([seed, draw])), places) for draw in range(n_references)]
        )
    pooled = np.vstack([data, references])
    spread = pooled.std(0)
    far = np.abs((pooled - pooled.mean(0)) / np.where(spread > 0, spread, 1.0)).max(1)
    p_value = float((far >= far[0]).mean())
    # So many standard deviations are exceeded without groups, at some number of clusters, with the error rate.
    most = float(np.sort(far[1:])[-max(1, int(ERROR_RATE * (n_references + 1)))])
    expected = references.mean(0)
    reach = references.std(0) * _in_spreads_of_references(most, n_references)
    excess = data - expected
    clear = excess > reach
    out = np.where(clear, excess, -np.inf) if clear.any() else excess / np.where(spread > 0, spread, 1.0)
    k = int(tried[out.argmax()])
    different = count_different(matrix, MOST_CLUSTERS + 1)
    return Structure(tried, data, expected, reach, k, p_value, features.n, len(matrix), n_references, different)


def _in_spreads_of_references(far: float, n: int) -> float:
    """Turn a distance in standard deviations of n references and the data, from their mean, into one of the n alone."""
    return far * float(np.sqrt((n + 1) / max(n - far**2, np.finfo(float).tiny)))


def _sharpness(matrix: Array, places: Sequence[tuple[Array, Array]]) -> Array:
    """Return the simplified silhouette for each number of clusters, mean over its starts: shape (m,)."""
    return np.array(
        [
            shares @ [simplified_silhouette(matrix, centres_from(matrix, start)) for start in starts]
            for starts, shares in places
        ]
    )
