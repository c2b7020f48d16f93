"""What the page on clusters says and draws: the verdict by its written rule, figures within their bounds."""

import dataclasses
import re
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from cxlab.answers.clusters import clusters_answer, clusters_verdict
from cxlab.clusters import (
    choose_k,
    cluster_profiles,
    cluster_stability,
    fit_clusters,
    fit_features,
    structure_test,
)
from cxlab.customers import Customers
from cxlab.plots.cluster_map import cluster_map
from cxlab.plots.clusters import cluster_stability as stability_plot
from cxlab.plots.clusters import number_of_clusters, structure
from cxlab.tables.clusters import cluster_features
from cxlab.tables.clusters import cluster_profiles as profile_table
from tests.grouped import grouped, ungrouped


def results(customers: Customers, k: int | None = None) -> Any:
    features = fit_features(customers)
    choice = choose_k(features, k_max=5, seed=1, n_references=5)
    clusters = fit_clusters(customers, k=k or choice.k, seed=1, features=features)
    return SimpleNamespace(
        features=features,
        structure=structure_test(features, k_max=5, seed=1, n_references=39),
        choice=choice,
        stability=cluster_stability(clusters, n_bootstrap=20, seed=1),
        profiles=cluster_profiles(clusters, customers),
    )


@pytest.fixture(scope="module")
def found() -> Any:
    return results(grouped(500, 1, 3)[0])


@pytest.fixture(scope="module")
def cloud() -> Any:
    return results(ungrouped(500, 1))


@pytest.fixture(scope="module")
def many() -> Any:
    return results(ungrouped(500, 1), k=9)


def answer(of: Any) -> Any:
    return clusters_answer(of.structure, of.choice, of.stability, of.profiles)


class TestVerdict:
    def test_is_yes_when_there_is_structure_and_every_cluster_comes_back(self, found: Any) -> None:
        given = answer(found)
        assert given.tone == "yes"
        assert given.line.startswith("Yes: the customers divide")
        assert "beginning with the" in given.decide

    def test_is_partly_when_a_cluster_does_not_come_back(self, found: Any) -> None:
        draws = found.stability.draws.copy()
        draws[:, 0] = 0.7
        shaky = dataclasses.replace(found.stability, draws=draws)
        assert clusters_verdict(found.structure, shaky) == "partly"
        given = clusters_answer(found.structure, found.choice, shaky, found.profiles)
        assert "only 2 of 3" in given.line

    def test_is_no_without_structure(self, cloud: Any) -> None:
        given = answer(cloud)
        assert given.tone == "no"
        assert given.line.startswith("No: ")
        assert "by degree, not by kind" in given.headline

    def test_cannot_be_given_for_few_customers_without_structure(self, cloud: Any) -> None:
        few = dataclasses.replace(cloud.structure, n=99, n_tested=99)
        given = clusters_answer(few, cloud.choice, cloud.stability, cloud.profiles)
        assert given.tone == "cannot"
        assert given.line.startswith("The data cannot tell: ")

    def test_a_detectable_but_tiny_excess_is_no_structure(self, found: Any) -> None:
        tiny = dataclasses.replace(found.structure.excess, value=0.02, low=0.01, high=0.03)
        assert not dataclasses.replace(found.structure, excess=tiny).found

    def test_never_speaks_of_p_values_or_models(self, found: Any, cloud: Any) -> None:
        for of in (found, cloud):
            given = answer(of)
            assert not re.search(r"\bp\b|K-Means|copula|k_max|silhouette", given.line + given.decide)
            assert len(given.facts) == 3


class TestFigures:
    @pytest.mark.parametrize("which", ["found", "cloud", "many"])
    def test_are_the_same_bytes_twice_and_say_in_words_what_they_show(
        self, which: str, request: pytest.FixtureRequest
    ) -> None:
        of = request.getfixturevalue(which)
        for plot, result in (
            (structure, of.structure),
            (number_of_clusters, of.choice),
            (stability_plot, of.stability),
            (cluster_map, of.profiles),
        ):
            block, again = plot.block(result), plot.block(result)
            assert (block.wide, block.narrow) == (again.wide, again.narrow)
            assert 40 < len(block.caption.alt) < 400, plot.name
            assert len(block.wide) < 100_000 and len(block.narrow) < 100_000
            assert "customers" in block.caption.subtitle
            assert block.numbers is not None
            assert all(len(row) == len(block.numbers.columns) for row in block.numbers.rows)

    def test_no_dot_is_a_person(self, found: Any) -> None:
        svg = cluster_map.block(found.profiles).wide
        assert svg.count("<use") < 500 * 1.1
        assert svg.count("<use") < found.profiles.n / 2

    def test_a_cluster_smaller_than_a_group_has_no_dot(self, found: Any) -> None:
        hidden = dataclasses.replace(found.profiles, minimum_group=1_000)
        assert cluster_map.block(hidden).wide.count("<use") < 30


class TestTables:
    def test_have_a_cell_for_every_column_and_at_most_eight(self, found: Any, many: Any) -> None:
        for table in (cluster_features(found.features), profile_table(found.profiles), profile_table(many.profiles)):
            assert len(table.columns) <= 8
            assert all(len(row) == len(table.columns) for row in table.rows)

    def test_hide_clusters_smaller_than_a_group(self, many: Any) -> None:
        smallest = min(p.size.n or 0 for p in many.profiles.profiles)
        hidden = profile_table(dataclasses.replace(many.profiles, minimum_group=smallest + 1))
        shown = [" ".join(cell.text + cell.small for cell in row) for row in hidden.rows]
        assert any(f"under {smallest + 1} customers" in row for row in shown)
        assert not any(f"{smallest} customers" in row.replace("under", "") and "under" not in row for row in shown)

    def test_numbers_are_finite(self, many: Any) -> None:
        for result in (many.features, many.structure, many.stability, many.profiles):
            numbers = result.table.select_dtypes("number").to_numpy(float)
            assert np.isfinite(numbers).all()
