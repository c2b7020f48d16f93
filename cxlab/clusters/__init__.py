"""Clusters: is there any structure among the customers, how many groups, how stable, and who they are.

The steps, each a call: `fit_features`, `structure_test`, `choose_k`, `compare_criteria`, `fit_clusters`,
`compare_methods`, `cluster_stability`, `search_luck`, `cluster_profiles`, `cluster_contrasts`, `typical_customers`;
`cluster_customers` does what is needed for labels in one.
"""

from cxlab.clusters.choice import Choice, choose_k
from cxlab.clusters.comparison import compare_criteria
from cxlab.clusters.contrasts import Contrast, Contrasts, cluster_contrasts
from cxlab.clusters.criterion import Criterion
from cxlab.clusters.features import Feature, Features, features_of, fit_features
from cxlab.clusters.method_agreement import MethodAgreement, compare_methods
from cxlab.clusters.methods import METHODS, NOISE, Grouping, fit_all_methods, fit_method
from cxlab.clusters.mixture import mixture_bic
from cxlab.clusters.partition import Clusters, fit_clusters, fit_labels, label_customers
from cxlab.clusters.prediction_strength import prediction_strength
from cxlab.clusters.profiles import Profile, Profiles, cluster_profiles
from cxlab.clusters.search_luck import SearchLuck, search_luck
from cxlab.clusters.stability import Stability, cluster_stability
from cxlab.clusters.stability_by_number import stability_by_number
from cxlab.clusters.structure import Structure, structure_test
from cxlab.clusters.typical import Typical, TypicalCustomers, typical_customers
from cxlab.customers import Customers


def cluster_customers(customers: Customers, *, k_max: int = 10, seed: int = 1) -> Clusters:
    """Divide customers into as many clusters as hang together best.

    Parameters
    ----------
    customers : whom to divide.
    k_max : the largest number of clusters tried.
    seed : for every random step.

    Raises
    ------
    NotEnoughDataError : fewer than 30 customers, or nothing in which they differ.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> clusters = cx.cluster_customers(kit.customers, k_max=4, seed=1)
    >>> clusters.k
    4
    """
    features = fit_features(customers)
    return fit_clusters(customers, k=choose_k(features, k_max=k_max, seed=seed).k, seed=seed, features=features)


__all__ = [
    "METHODS",
    "NOISE",
    "Choice",
    "Clusters",
    "Contrast",
    "Contrasts",
    "Criterion",
    "Feature",
    "Features",
    "Grouping",
    "MethodAgreement",
    "Profile",
    "Profiles",
    "SearchLuck",
    "Stability",
    "Structure",
    "Typical",
    "TypicalCustomers",
    "choose_k",
    "cluster_contrasts",
    "cluster_customers",
    "cluster_profiles",
    "cluster_stability",
    "compare_criteria",
    "compare_methods",
    "features_of",
    "fit_all_methods",
    "fit_clusters",
    "fit_features",
    "fit_labels",
    "fit_method",
    "label_customers",
    "mixture_bic",
    "prediction_strength",
    "search_luck",
    "stability_by_number",
    "structure_test",
    "typical_customers",
]
