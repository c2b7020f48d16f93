"""Which way of grouping lasts: laws, planted differences, and no number where nothing can be said."""

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from cxlab.agreement import PartitionError, adjusted_mutual_information, stability_over_time
from tests.test_known_shops import most_misses


def labels(codes: NDArray[np.int64]) -> pd.Series:
    return pd.Series(np.array(list("abcd"))[codes])


def changed(codes: NDArray[np.int64], share: float, rng: np.random.Generator) -> NDArray[np.int64]:
    """Give a share of the customers a group by lot."""
    return np.where(rng.random(len(codes)) < share, rng.integers(0, 4, len(codes)), codes)


def pair(n: int, share: float, rng: np.random.Generator) -> tuple[pd.Series, pd.Series]:
    first = rng.integers(0, 4, n)
    return labels(first), labels(changed(first, share, rng))


def test_what_changes_less_is_said_to_last_longer() -> None:
    rng = np.random.default_rng(1)
    found = stability_over_time(pair(1_000, 0.2, rng), pair(1_000, 0.6, rng), days=90)
    assert found.heading == "The segments last longer than the clusters"
    assert "90 days later both are drawn anew" in found.reading and "1,000 customers" in found.reading
    other = stability_over_time(pair(1_000, 0.6, rng), pair(1_000, 0.2, rng), days=90)
    assert other.heading == "The clusters last longer than the segments"


def test_the_figures_are_those_of_the_two_pairs_alone() -> None:
    rng = np.random.default_rng(2)
    ours, theirs = pair(300, 0.3, rng), pair(300, 0.5, rng)
    found = stability_over_time(ours, theirs, days=90)
    assert found.segments.number == pytest.approx(adjusted_mutual_information(*ours))
    assert found.clusters.number == pytest.approx(adjusted_mutual_information(*theirs))
    assert found.difference.number == pytest.approx(found.segments.number - found.clusters.number)
    assert found.stayed.number == pytest.approx((ours[0] == ours[1]).mean())
    assert {"over_time.segments", "over_time.clusters"} < set(found.findings)


def test_other_names_of_the_groups_change_nothing() -> None:
    rng = np.random.default_rng(3)
    ours, theirs = pair(300, 0.3, rng), pair(300, 0.5, rng)
    renamed = (theirs[0], theirs[1].map({"a": "d", "b": "a", "c": "b", "d": "c"}))
    values = [stability_over_time(ours, one, days=9, seed=4).clusters.number for one in (theirs, renamed)]
    assert values[0] == pytest.approx(values[1])


@pytest.mark.thorough
def test_where_both_last_alike_a_difference_is_seen_no_more_often_than_chance_allows() -> None:
    seen = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        found = stability_over_time(pair(400, 0.4, rng), pair(400, 0.4, rng), days=90, seed=seed)
        seen += found.heading != "Segments and clusters last about equally long, as far as can be seen"
    assert seen <= most_misses(40)


def test_nothing_is_said_where_the_periods_tell_nothing() -> None:
    rng = np.random.default_rng(5)
    found = stability_over_time(pair(50, 0.3, rng), pair(50, 0.3, rng), days=9, missing="The periods are too short.")
    assert (found.reading, found.findings) == ("The periods are too short.", {})
    assert "cannot be told" in found.heading


def test_labels_of_other_customers_are_refused() -> None:
    rng = np.random.default_rng(6)
    with pytest.raises(PartitionError, match=r"Labels of \[30, 40\] customers"):
        stability_over_time(pair(30, 0.3, rng), pair(40, 0.3, rng), days=9)
