"""Agreement of two partitions: the laws it obeys, and the reference it is held against."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn import metrics
from sklearn.metrics.cluster import expected_mutual_information

from cxlab.agreement import PartitionError, adjusted_mutual_information, adjusted_rand_index, compare_partitions
from cxlab.contingency import completeness_of, contingency, homogeneity_of, standardised_residuals

Labels = list[tuple[int, int]]
pairs = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4)), min_size=2, max_size=60)
indices = pytest.mark.parametrize("index", [adjusted_mutual_information, adjusted_rand_index])
Index = Callable[[object, object], float]


def split(labels: Labels) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Two label arrays from pairs."""
    a, b = np.array(labels).T
    return a, b


@given(pairs)
def test_the_indices_are_scikit_learns(labels: Labels) -> None:
    a, b = split(labels)
    if len(set(a)) > 1 and len(set(b)) > 1 and not len(set(a)) == len(set(b)) == len(a):
        assert adjusted_mutual_information(a, b) == pytest.approx(metrics.adjusted_mutual_info_score(a, b), abs=1e-9)
    assert adjusted_rand_index(a, b) == pytest.approx(metrics.adjusted_rand_score(a, b), abs=1e-12)
    counts = contingency(a, b)
    assert homogeneity_of(counts) == pytest.approx(metrics.homogeneity_score(a, b), abs=1e-9)
    assert completeness_of(counts) == pytest.approx(metrics.completeness_score(a, b), abs=1e-9)


@indices
@given(labels=pairs)
def test_agreement_is_symmetric(index: Index, labels: Labels) -> None:
    a, b = split(labels)
    assert index(a, b) == pytest.approx(index(b, a), abs=1e-9)


@indices
@given(labels=pairs, names=st.permutations(["w", "x", "y", "z"]))
def test_other_names_for_the_groups_change_nothing(index: Index, labels: Labels, names: list[str]) -> None:
    a, b = split(labels)
    assert index(np.array(names)[a], b) == pytest.approx(index(a, b), abs=1e-9)


@indices
@given(labels=pairs, random=st.randoms())
def test_the_order_of_the_customers_changes_nothing(index: Index, labels: Labels, random: object) -> None:
    turned = list(labels)
    random.shuffle(turned)  # type: ignore[attr-defined]
    assert index(*split(turned)) == pytest.approx(index(*split(labels)), abs=1e-9)


@indices
@given(labels=pairs)
def test_a_partition_agrees_with_itself_fully(index: Index, labels: Labels) -> None:
    a, _ = split(labels)
    assert index(a, a) == pytest.approx(1)


def test_partitions_that_have_nothing_to_do_with_each_other_agree_at_zero_on_average() -> None:
    rng = np.random.default_rng(1)
    values = [adjusted_mutual_information(rng.integers(0, 4, 200), rng.integers(0, 4, 200)) for _ in range(200)]
    assert abs(np.mean(values)) < 3 * np.std(values) / np.sqrt(len(values))


def test_two_clean_partitions_that_nest_agree_at_two_thirds_only() -> None:
    four = np.repeat([0, 1, 2, 3], 500)
    assert adjusted_mutual_information(four, four // 2) == pytest.approx(2 / 3, abs=0.01)


def test_beyond_the_exact_range_the_expected_information_is_as_good_as_exact() -> None:
    rng = np.random.default_rng(2)
    a = rng.integers(0, 4, 30_000)
    b = np.where(rng.random(30_000) < 0.3, a, rng.integers(0, 5, 30_000))
    assert adjusted_mutual_information(a, b) == pytest.approx(metrics.adjusted_mutual_info_score(a, b), abs=1e-6)
    counts = contingency(a, b)
    assert expected_mutual_information(counts, 30_000) == pytest.approx(3 * 4 / 60_000, rel=1e-3)


def test_standardised_residuals_are_haberman_s() -> None:
    counts = np.array([[20, 30], [30, 20]])
    chi_square = ((counts - 25) ** 2 / 25).sum()
    assert standardised_residuals(counts) == pytest.approx(np.sqrt(chi_square) * np.array([[-1, 1], [1, -1]]))
    assert (standardised_residuals(np.array([[5, 0], [7, 0]])) == 0).all()


def labelled(a: NDArray[np.int64], b: NDArray[np.int64]) -> tuple[pd.Series, pd.Series]:
    """Both as text labels of one table."""
    return pd.Series(a).astype(str), pd.Series(b).astype(str)


@pytest.mark.thorough
def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(3)
    cells = np.array([[0.25, 0.05, 0.0], [0.1, 0.2, 0.05], [0.0, 0.05, 0.3]]).ravel()
    million = np.round(cells * 1_000_000).astype(int)
    a, b = np.divmod(np.repeat(np.arange(9), million), 3)
    truth = adjusted_mutual_information(a, b), adjusted_rand_index(a, b)
    hits = []
    for seed in range(80):
        a, b = np.divmod(rng.choice(9, size=300, p=cells), 3)
        found = compare_partitions(*labelled(a, b), n_bootstrap=100, seed=seed)
        for estimate, true in zip((found.adjusted_mutual_information, found.adjusted_rand_index), truth, strict=True):
            hits.append(estimate.low <= true <= estimate.high)  # type: ignore[operator]
    assert 0.90 <= np.mean(hits) <= 0.99


def test_empty_segments_keep_their_row_and_small_cells_their_number() -> None:
    segments = pd.Series(["lost"] * 30 + ["candidates"] * 3)
    found = compare_partitions(segments, pd.Series(["A"] * 20 + ["B"] * 13), n_bootstrap=20)
    assert found.counts.index.tolist() == ["profit_bringers", "misunderstood", "candidates", "lost"]
    assert found.counts.loc["profit_bringers"].sum() == 0
    assert set(found.best_match) == {"candidates", "lost"}
    assert np.isfinite(found.table["residual"]).all() and np.isfinite(found.shares.to_numpy()).all()


def test_one_group_on_one_side_is_no_agreement_and_no_nan() -> None:
    found = compare_partitions(pd.Series(["x"] * 20), pd.Series(["A", "B"] * 10), n_bootstrap=20)
    assert found.adjusted_mutual_information.value == 0
    assert all(np.isfinite(e.number) for e in found.findings.values())


def test_labels_of_other_customers_are_an_error() -> None:
    with pytest.raises(PartitionError, match="two columns of one table"):
        compare_partitions(pd.Series(["x", "y"]), pd.Series(["A"]))
    with pytest.raises(PartitionError):
        compare_partitions(pd.Series([], dtype=str), pd.Series([], dtype=str))


def test_groups_that_the_other_partition_puts_together_are_named() -> None:
    first = pd.Series(["lost"] * 40 + ["candidates"] * 30 + ["misunderstood"] * 30)
    second = pd.Series(["A"] * 30 + ["B"] * 10 + ["A"] * 30 + ["B"] * 30)
    reading = compare_partitions(first, second, n_bootstrap=20).reading
    assert "The largest part of the candidates and of the lost is in one cluster, A: the data merges them." in reading
    apart = compare_partitions(first[:70], pd.Series(["A"] * 40 + ["B"] * 30), n_bootstrap=20).reading
    assert "merges" not in apart
