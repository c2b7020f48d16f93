"""Clusters: is there any structure among the customers, how many groups, how stable, and who they are.

The steps, each a call: `fit_features`, `structure_test`, `choose_k`, `fit_clusters`, `cluster_stability`,
`cluster_profiles`; `cluster_customers` does what is needed for labels in one.
"""

from cxlab.clusters.choice import Choice, choose_k
from cxlab.clusters.features import Feature, Features, features_of, fit_features
from cxlab.clusters.partition import Clusters, fit_clusters, fit_labels, label_customers
from cxlab.clusters.profiles import Profile, Profiles, cluster_profiles
from cxlab.clusters.stability import Stability, cluster_stability
from cxlab.clusters.structure import Structure, structure_test
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
    """
    features = fit_features(customers)
    return fit_clusters(customers, k=choose_k(features, k_max=k_max, seed=seed).k, seed=seed, features=features)


__all__ = [
    "Choice",
    "Clusters",
    "Feature",
    "Features",
    "Profile",
    "Profiles",
    "Stability",
    "Structure",
    "choose_k",
    "cluster_customers",
    "cluster_profiles",
    "cluster_stability",
    "features_of",
    "fit_clusters",
    "fit_features",
    "fit_labels",
    "label_customers",
    "structure_test",
]
