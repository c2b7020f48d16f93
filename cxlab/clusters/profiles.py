"""Who is in each cluster: sizes, days and money, and a name from what sets it apart."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.clusters.names import ClusterName, name_clusters
from cxlab.clusters.partition import Clusters
from cxlab.customers import Customers
from cxlab.estimate import Estimate, Findings, wilson_interval
from cxlab.intake.hiding import GroupSizes
from cxlab.language import tr, trn
from cxlab.words import count, money, number, percent, percent_between

Array = NDArray[np.float64]
MEDIANS = (
    "repeat_purchases",
    "days_since_last_order",
    "tenure_days",
    "mean_order_value",
    "revenue",
    "contribution",
)


@dataclass(frozen=True)
class Profile:
    """One cluster in days and money.

    Attributes
    ----------
    letter, named : A is the cluster whose customers bring most a head; the name is what sets it apart.
    customers : how many they are.
    size : share of all customers (n: all customers).
    one_time_share : share of its customers who bought once.
    revenue_share, contribution_share : of all customers' totals; None where the total is not above 0.
    medians : of the columns `MEDIANS`, in their own units.
    apart : by feature, how many standard deviations the cluster's mean lies from all customers' mean.
    is_about : whether the number of customers is given as about, so that it does not tell how many another one has.
    """

    letter: str
    named: ClusterName
    customers: int
    size: Estimate
    one_time_share: float
    revenue_share: float | None
    contribution_share: float | None
    medians: dict[str, float]
    apart: dict[str, float]
    is_about: bool = False

    @property
    def name(self) -> str:
        """Its name as a reader says it."""
        return self.named.words

    @property
    def counted(self) -> str:
        """Write how many customers they are."""
        customers = count(self.customers, "customer")
        return tr("about {customers}", customers=customers) if self.is_about else customers

    @property
    def numbered(self) -> str:
        """Write their number alone."""
        n = number(self.customers)
        return tr("about {n}", n=n) if self.is_about else n


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
                "name": p.named.in_tables,
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
            return tr("No cluster has {least} customers or more to speak of", least=number(self.minimum_group))
        top = self.shown[0]
        if top.contribution_share is None:
            if top.letter == self.profiles[0].letter:
                return tr("Cluster {letter} brings most a head: {name}", letter=top.letter, name=top.name.lower())
            return tr(
                "Among clusters of {least} or more, cluster {letter} brings most a head: {name}",
                least=number(self.minimum_group),
                letter=top.letter,
                name=top.name.lower(),
            )
        return tr(
            "Cluster {letter} ({name}) is {size} of customers and brings {contribution} of contribution",
            letter=top.letter,
            name=top.name.lower(),
            size=percent(top.size.number),
            contribution=percent(top.contribution_share),
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
                trn(
                    "Of {n} cluster with under {least} customers nothing is said.",
                    "Of {n} clusters with under {least} customers nothing is said.",
                    left,
                    n=number(left),
                    least=number(self.minimum_group),
                )
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


def _share(rows: pd.DataFrame, name: str, total: dict[str, float]) -> float | None:
    return float(rows[name].sum()) / total[name] if total[name] > 0 else None


def _sentence(profile: Profile, currency: str) -> str:
    m, size = profile.medians, profile.size
    interval = percent_between(size.low or 0.0, size.high or 0.0)
    values = {
        "letter": profile.letter,
        "name": profile.name.lower(),
        "size": percent(size.number),
        "interval": interval,
        "counted": profile.counted,
        "n": number(size.n or 0),
        "purchases": count(round(m["repeat_purchases"]), "repeat purchase"),
        "days": count(round(m["days_since_last_order"]), "day"),
        "amount": money(m["mean_order_value"], currency),
    }
    if profile.contribution_share is None:
        return tr(
            "{letter} ({name}): {size} of customers ({interval}, {counted} of {n}); at the median {purchases}, the "
            "last order {days} ago, {amount} an order.",
            **values,
        )
    return tr(
        "{letter} ({name}): {size} of customers ({interval}, {counted} of {n}), {contribution} of contribution; at "
        "the median {purchases}, the last order {days} ago, {amount} an order.",
        contribution=percent(profile.contribution_share),
        **values,
    )
