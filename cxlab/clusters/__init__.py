"""Clusters: is there any structure among the customers, how many groups, how stable, and who they are."""

from cxlab.clusters.features import ClusterError, Feature, Features, features_of, fit_features
from cxlab.clusters.partition import Clusters, fit_clusters, fit_labels, label_customers

__all__ = [
    "ClusterError",
    "Clusters",
    "Feature",
    "Features",
    "features_of",
    "fit_clusters",
    "fit_features",
    "fit_labels",
    "label_customers",
]
