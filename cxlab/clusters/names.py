"""What a cluster is called: after the measures in which it lies apart from all customers."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.clusters.partition import Clusters
from cxlab.language import SOURCE, Texts, speaking, tr
from cxlab.words import capital

Array = NDArray[np.float64]
APART = 0.5  # standard deviations from all customers' mean at which a measure gives its word to the name
ONE_TIME = 0.90  # a cluster of which more bought once is called so
ONCE = "once"
_MUCH = Texts(
    {
        "repeat_purchases": "frequent",
        "days_since_last_order": "long away",
        "mean_order_value": "large orders",
        "contribution": "high contribution",
        "returned_share": "many returns",
        "service_per_order": "costly to serve",
    }
)
_LITTLE = Texts(
    {
        "repeat_purchases": "seldom",
        "days_since_last_order": "recent",
        "mean_order_value": "small orders",
        "contribution": "low contribution",
        "returned_share": "few returns",
        "service_per_order": "cheap to serve",
        ONCE: "bought once",
    }
)
_MORE = Texts(  # than another cluster of the same name
    {
        "repeat_purchases": "more often",
        "days_since_last_order": "longer away",
        "mean_order_value": "larger orders",
        "contribution": "higher contribution",
        "returned_share": "more returns",
        "service_per_order": "dearer to serve",
    }
)
_LESS = Texts(
    {
        "repeat_purchases": "less often",
        "days_since_last_order": "more lately",
        "mean_order_value": "smaller orders",
        "contribution": "lower contribution",
        "returned_share": "fewer returns",
        "service_per_order": "cheaper to serve",
    }
)
_RANKED = Texts(
    {
        "repeat_purchases": "purchases",
        "days_since_last_order": "days since the last order",
        "mean_order_value": "money an order",
        "contribution": "contribution",
        "returned_share": "returns",
        "service_per_order": "cost to serve",
    }
)


@dataclass(frozen=True)
class ClusterName:
    """The name of a cluster, said in the language that is spoken when it is read.

    Attributes
    ----------
    much, little : measures of which it has more, and less, than all customers; `once` where nearly all bought once.
    order : the measures named, in the order of the name.
    told_by : the measure that tells it from others of the same name; empty where there are none.
    rank, of : its place by that measure, 1 the highest, among so many of the same name.
    twin : number among clusters that nothing tells apart, from 1.
    """

    much: frozenset[str] = frozenset()
    little: frozenset[str] = frozenset()
    order: tuple[str, ...] = ()
    told_by: str = ""
    rank: int = 1
    of: int = 1
    twin: int = 1

    @property
    def words(self) -> str:
        """The name as a reader says it."""
        name = capital(", ".join(_MUCH[m] if m in self.much else _LITTLE[m] for m in self.order)) or tr("Middling")
        if self.told_by and self.of == 2:
            name = f"{name} ({_MORE[self.told_by] if self.rank == 1 else _LESS[self.told_by]})"
        elif self.told_by:
            name = tr("{name} (number {rank} in {measure})", name=name, rank=self.rank, measure=_RANKED[self.told_by])
        return name if self.twin == 1 else f"{name} ({self.twin})"

    @property
    def in_tables(self) -> str:
        """The name as tables keep it, whatever language is spoken."""
        with speaking(SOURCE):
            return self.words


def name_clusters(clusters: Clusters, frame: pd.DataFrame) -> tuple[ClusterName, ...]:
    """Name each cluster after the measures in which it lies apart from all customers; no two names are the same."""
    once = np.array([float((frame["repeat_purchases"][clusters.codes == c] == 0).mean()) for c in range(clusters.k)])
    features = clusters.features.names
    apart = clusters.centres - clusters.features.matrix.mean(0)
    names = [_name(apart[c], features, once[c], APART) for c in range(clusters.k)]
    for c in range(clusters.k):
        twins = [other for other in range(clusters.k) if names[other] == names[c]]
        if len(twins) > 1:
            for twin, name in zip(twins, _tell_apart(apart[twins], features, names[c]), strict=True):
                names[twin] = name
    seen: dict[ClusterName, int] = {}
    unique = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        unique.append(replace(name, twin=seen[name]))
    return tuple(unique)


def _name(apart: Array, features: tuple[str, ...], once: float, least: float) -> ClusterName:
    much: set[str] = set()
    little: set[str] = set()
    order = []
    for value, feature in zip(apart, features, strict=True):
        if feature == "repeat_purchases" and once > ONE_TIME:
            little.add(ONCE)
            order.append(ONCE)
        elif abs(value) >= least:
            (much if value > 0 else little).add(feature)
            order.append(feature)
    return ClusterName(frozenset(much), frozenset(little), tuple(order))


def _tell_apart(apart: Array, features: tuple[str, ...], name: ClusterName) -> list[ClusterName]:
    """Rank clusters of one name by the measure in which they differ most."""
    feature = int(np.ptp(apart, axis=0).argmax())
    order = np.argsort(np.argsort(-apart[:, feature], kind="stable"), kind="stable")
    return [replace(name, told_by=features[feature], rank=int(rank) + 1, of=len(apart)) for rank in order]
