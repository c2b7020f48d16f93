"""Who is in each cluster: sizes, days and money, and a name from what sets it apart."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.clusters.partition import Clusters
from cxlab.customers import Customers
from cxlab.estimate import Estimate, Findings, wilson_interval
from cxlab.intake.hiding import GroupSizes
from cxlab.words import count, money, number, percent, percent_between

Array = NDArray[np.float64]
APART = 0.5  # standard deviations from all customers' mean at which a measure gives its word to the name
ONE_TIME = 0.90  # a cluster of which more bought once is called so
MEDIANS = (
    "repeat_purchases",
    "days_since_last_order",
    "tenure_days",
    "mean_order_value",
    "revenue",
    "contribution",
)
_WORDS = {  # of each measure: (much, little)
    "repeat_purchases": ("frequent", "seldom"),
    "days_since_last_order": ("long away", "recent"),
    "mean_order_value": ("large orders", "small orders"),
    "contribution": ("high contribution", "low contribution"),
    "returned_share": ("many returns", "few returns"),
    "service_per_order": ("costly to serve", "cheap to serve"),
}

_COMPARED = {  # of each measure: more and less of it than one of the same name, and what it is
    "repeat_purchases": ("more often", "less often", "purchases"),
    "days_since_last_order": ("longer away", "more lately", "days since the last order"),
    "mean_order_value": ("larger orders", "smaller orders", "money an order"),
    "contribution": ("higher contribution", "lower contribution", "contribution"),
    "returned_share": ("more returns", "fewer returns", "returns"),
    "service_per_order": ("dearer to serve", "cheaper to serve", "cost to serve"),
}


@dataclass(frozen=True)
class Profile:
    """One cluster in days and money.

    Attributes
    ----------
    letter, name : A is the cluster whose customers bring most a head; the name is what sets it apart.
    customers : how many they are.
    size : share of all customers (n: all customers).
    one_time_share : share of its customers who bought once.
    revenue_share, contribution_share : of all customers' totals; None where the total is not above 0.
    medians : of the columns `MEDIANS`, in their own units.
    apart : by feature, how many standard deviations the cluster's mean lies from all customers' mean.
    is_about : whether the number of customers is given as about, so that it does not tell how many another one has.
    """

    letter: str
    name: str
    customers: int
    size: Estimate
    one_time_share: float
    revenue_share: float | None
    contribution_share: float | None
    medians: dict[str, float]
    apart: dict[str, float]
    is_about: bool = False

    @property
    def counted(self) -> str:
        """Write how many they are."""
        return f"{'about ' * self.is_about}{count(self.customers, 'customer')}"


@dataclass(frozen=True)
class Profiles:
    """All clusters, A first.

    Attributes
    ----------
    profiles : one a cluster.
    places : one row a customer: cluster, days_since_last_order, contribution; for the map.
    currency : of the money.
    n : customers.
    minimum_group : fewest customers that a page may speak of: prose and figures go by `shown`, and tables put a dash.
    """

    profiles: tuple[Profile, ...]
    places: pd.DataFrame
    currency: str
    n: int
    minimum_group: int

    @property
    def shown(self) -> tuple[Profile, ...]:
        """The clusters that a page may speak of, those of `minimum_group` customers or more.

        They have no shares of money where these would tell, by what is wanting to 100 %, what a few others bring; and
        the largest one has a size that does not tell how many these are.
        """
        sizes = GroupSizes(tuple(p.customers for p in self.profiles), self.minimum_group)
        large = [replace(p) for p in self.profiles if p.customers >= self.minimum_group]
        if sizes.about is not None:
            letter, about = self.profiles[sizes.about].letter, sizes.number(sizes.about)
            size = wilson_interval(about, self.n, unit="share of customers")
            large = [replace(p, customers=about, size=size, is_about=True) if p.letter == letter else p for p in large]
        others = sum(p.customers for p in self.profiles if p.customers < self.minimum_group)
        if not 0 < others < self.minimum_group:
            return tuple(large)
        return tuple(replace(p, revenue_share=None, contribution_share=None) for p in large)

    @property
    def names(self) -> dict[str, str]:
        """Names by letter, of the clusters that a page may speak of."""
        return {p.letter: p.name for p in self.shown}

    @property
    def table(self) -> pd.DataFrame:
        """One row a cluster: name, size, shares, medians and distances from the mean."""
        rows = [
            {
                "cluster": p.letter,
                "name": p.name,
                "customers": p.customers,
                "share": p.size.number,
                "share_low": p.size.low,
                "share_high": p.size.high,
                "one_time_share": p.one_time_share,
                "revenue_share": p.revenue_share,
                "contribution_share": p.contribution_share,
                **{f"median_{name}": value for name, value in p.medians.items()},
                **{f"apart_{name}": value for name, value in p.apart.items()},
            }
            for p in self.profiles
        ]
        return pd.DataFrame(rows)

    @property
    def heading(self) -> str:
        """The finding as a title."""
        if not self.shown:
            return f"No cluster has {number(self.minimum_group)} customers or more to speak of"
        top = self.shown[0]
        if top.contribution_share is None:
            first = (
                ""
                if top.letter == self.profiles[0].letter
                else f"Among clusters of {number(self.minimum_group)} or more, "
            )
            return f"{first}{'cluster' if first else 'Cluster'} {top.letter} brings most a head: {top.name.lower()}"
        return (
            f"Cluster {top.letter} ({top.name.lower()}) is {percent(top.size.number)} of customers "
            f"and brings {percent(top.contribution_share)} of contribution"
        )

    @property
    def reading(self) -> str:
        """The cluster that brings most a head and the largest other one: share with interval and n, medians."""
        said = [_sentence(p, self.currency) for p in self.shown[:1]]
        if self.shown[1:]:
            said.append(_sentence(max(self.shown[1:], key=lambda p: p.size.number), self.currency))
        left = len(self.profiles) - len(self.shown)
        if left:
            said.append(
                f"Of {count(left, 'cluster')} with under {number(self.minimum_group)} customers nothing is said."
            )
        return " ".join(said)

    @property
    def findings(self) -> Findings:
        """`size.<cluster>` and `customers.<cluster>` for each letter: share of all customers, and their number."""
        sizes = {f"size.{p.letter}": p.size for p in self.profiles}
        return sizes | {f"customers.{p.letter}": Estimate(p.customers, unit="customers") for p in self.profiles}


def cluster_profiles(clusters: Clusters, customers: Customers, *, minimum_group: int = 5) -> Profiles:
    """Describe each cluster by the customers in it.

    Parameters
    ----------
    clusters : fitted on these customers.
    customers : the same customers, in the same order.
    minimum_group : fewest customers that a page may speak of.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> clusters = cx.fit_clusters(kit.customers, k=4, seed=1)
    >>> print(cx.cluster_profiles(clusters, kit.customers).heading)  # doctest: +ELLIPSIS
    Cluster A (frequent, recent, high contribution, cheap to serve) is 18% of customers and brings 75% of ...
    """
    frame, codes = customers.frame, clusters.codes
    names = name_clusters(clusters, frame)
    total = {name: float(frame[name].sum()) for name in ("revenue", "contribution")}
    profiles = []
    for c, letter in enumerate(clusters.letters):
        rows = frame[codes == c]
        profiles.append(
            Profile(
                letter,
                names[c],
                len(rows),
                wilson_interval(len(rows), len(frame), unit="share of customers"),
                float((rows["repeat_purchases"] == 0).mean()),
                _share(rows, "revenue", total),
                _share(rows, "contribution", total),
                {name: float(rows[name].median()) for name in MEDIANS},
                {name: float(clusters.centres[c, j]) for j, name in enumerate(clusters.features.names)},
            )
        )
    places = frame[["days_since_last_order", "contribution"]].assign(cluster=clusters.labels)
    return Profiles(tuple(profiles), places, customers.currency, customers.n, minimum_group)


def name_clusters(clusters: Clusters, frame: pd.DataFrame) -> tuple[str, ...]:
    """Name each cluster after the measures in which it lies apart from all customers; no two names are the same."""
    once = np.array([float((frame["repeat_purchases"][clusters.codes == c] == 0).mean()) for c in range(clusters.k)])
    overall = clusters.features.matrix.mean(0)
    apart = clusters.centres - overall
    names = [_name(apart[c], clusters.features.names, once[c], APART) for c in range(clusters.k)]
    for c in range(clusters.k):
        twins = [other for other in range(clusters.k) if names[other] == names[c]]
        if len(twins) > 1:
            for twin, name in zip(twins, _tell_apart(apart[twins], clusters.features.names, names[c]), strict=True):
                names[twin] = name
    seen: dict[str, int] = {}
    unique = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        unique.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(unique)


def _name(apart: Array, features: tuple[str, ...], once: float, least: float) -> str:
    words = []
    for value, feature in zip(apart, features, strict=True):
        much, little = _WORDS[feature]
        if feature == "repeat_purchases" and once > ONE_TIME:
            words.append("bought once")
        elif abs(value) >= least:
            words.append(much if value > 0 else little)
    return _capital(", ".join(words)) if words else "Middling"


def _tell_apart(apart: Array, features: tuple[str, ...], name: str) -> list[str]:
    """Rank clusters of one name by the measure in which they differ most and say which has more of it."""
    feature = int(np.ptp(apart, axis=0).argmax())
    more, less, measure = _COMPARED[features[feature]]
    order = np.argsort(np.argsort(-apart[:, feature], kind="stable"), kind="stable")
    if len(apart) == 2:
        return [f"{name} ({more if rank == 0 else less})" for rank in order]
    return [f"{name} (number {rank + 1} in {measure})" for rank in order]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _share(rows: pd.DataFrame, name: str, total: dict[str, float]) -> float | None:
    return float(rows[name].sum()) / total[name] if total[name] > 0 else None


def _sentence(profile: Profile, currency: str) -> str:
    m, size = profile.medians, profile.size
    interval = percent_between(size.low or 0.0, size.high or 0.0)
    brings = "" if profile.contribution_share is None else f", {percent(profile.contribution_share)} of contribution"
    return (
        f"{profile.letter} ({profile.name.lower()}): {percent(size.number)} of customers "
        f"({interval}, {profile.counted} of {number(size.n or 0)}){brings}; "
        f"at the median {count(round(m['repeat_purchases']), 'repeat purchase')}, the last order "
        f"{count(round(m['days_since_last_order']), 'day')} ago, {money(m['mean_order_value'], currency)} an order."
    )
