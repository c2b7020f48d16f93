"""Are groups found where there are some, and none where there are none: as the notebook on clusters asks."""

from collections.abc import Callable

from benchmarks.calibration.cases import Values, seed_of_analysis
from benchmarks.made.grouped import grouped
from cxlab.agreement import adjusted_rand_index
from cxlab.clusters import choose_k, fit_clusters, fit_features, structure_test
from cxlab.customers import Customers

K_MAX = 10  # as in the notebook
NUMBERS = (2, 3, 4, 5)  # of planted groups, in turn


def none_planted(n: int, seed: int, *, draw: Callable[[int, int], Customers]) -> Values:
    """Draw customers without groups and test for structure."""
    structure = structure_test(fit_features(draw(n, seed)), k_max=K_MAX, seed=seed_of_analysis(seed))
    return {
        "groups": [float(structure.shown == "groups")],
        "none": [float(structure.shown == "none")],
        "excess": [structure.excess.number],
        "beyond chance": [float(structure.excess.number > structure.chance)],
    }


def some_planted(n: int, seed: int, *, apart: float) -> Values:
    """Draw customers in two to five groups; test for structure, choose the number, and find the groups."""
    k = NUMBERS[seed % len(NUMBERS)]
    customers, truth = grouped(n, seed, k, apart=apart)
    features, inner = fit_features(customers), seed_of_analysis(seed)
    structure = structure_test(features, k_max=K_MAX, seed=inner)
    choice = choose_k(features, k_max=K_MAX, seed=inner)
    clusters = fit_clusters(customers, k=choice.k, seed=inner, features=features)
    told = fit_clusters(customers, k=k, seed=inner, features=features)
    return {
        "groups": [float(structure.shown == "groups")],
        "none": [float(structure.shown == "none")],
        "number": [float(choice.k == k)],
        "index": [adjusted_rand_index(clusters.labels, truth)],
        "index told": [adjusted_rand_index(told.labels, truth)],
        "k": [float(k)],
        "chosen": [float(choice.k)],
    }
