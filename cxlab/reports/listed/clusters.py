"""Keys of the report `clusters`."""

from cxlab.clusters.stability import STABILITY
from cxlab.reports.listed.key import UNTOLD, key

KEYS = (
    key("structure", "how much sharper the customers fall into groups than customers without groups would; `no` says "
        "that groups are not shown, not that there are none",
        "simplified silhouette above that of customers without groups", words=("yes", "no")),
    key("k", "number of clusters that is taken", "clusters"),
    key("k.silhouette", "number that the silhouette would take", "clusters"),
    key("k.gap", "number that the gap statistic would take", "clusters"),
    key("k.bic", "number that the BIC of bell curves would take", "clusters"),
    key("k.prediction_strength", "number that prediction strength would take", "clusters"),
    key("k.stability", "number that stability over bootstrap samples would take", "clusters"),
    key("silhouette", "mean silhouette width at that number of clusters", "silhouette width, -1 to 1"),
    key("method_agreement.<method>", "agreement of the clusters with those of another method", "adjusted Rand index",
        when="that method finds groups"),
    key("stability.<cluster>", "how much of the cluster comes back in bootstrap samples", "Jaccard share, 0 to 1",
        words=tuple(STABILITY)),
    key("starts.<cluster>", "how much of it comes back when the search begins elsewhere, on the same customers",
        "Jaccard share, 0 to 1"),
    key("starts_reaching_best", "share of the starts that reach the best division found", "share of starts"),
    key("size.<cluster>", "share of the customers who are in it", "share of customers"),
    key("customers.<cluster>", "customers in it", "customers"),
    key("apart.<cluster>.<measure>", "how far its customers lie from the others in a measure",
        "standard deviations within", when="the cluster is no smaller than `minimum_group`"),
    UNTOLD,
)  # fmt: skip
