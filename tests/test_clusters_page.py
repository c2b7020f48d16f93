"""What the page on clusters says and draws: the verdict by its written rule, figures within their bounds."""

import dataclasses
import re
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from cxlab.agreement import compare_partitions
from cxlab.answers.clusters import clusters_answer, clusters_verdict
from cxlab.clusters import (
    choose_k,
    cluster_profiles,
    cluster_stability,
    fit_clusters,
    fit_features,
    structure_test,
)
from cxlab.clusters.stability import HIGHLY_STABLE, NO_PATTERN, STABLE
from cxlab.customers import Customers
from cxlab.estimate import normal_interval
from cxlab.plots.agreement import agreement_heat_map
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


def with_excess(structure: Any, excess: float, reach: float) -> Any:
    """Give the result the same excess and the same reach of chance at every number of clusters."""
    return dataclasses.replace(
        structure, sharpness=structure.expected + excess, reach=np.full(len(structure.tried), reach)
    )


def answer_with(of: Any, excess: float, *, reach: float) -> Any:
    return clusters_answer(with_excess(of.structure, excess, reach), of.choice, of.stability, of.profiles)


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

    @pytest.mark.parametrize("excess", [-0.05, 0.0, 0.0149, 0.02])
    def test_is_no_only_when_what_would_count_is_ruled_out(self, cloud: Any, excess: float) -> None:
        given = answer_with(cloud, excess, reach=0.0099)
        assert given.tone == "no"
        assert given.line.startswith("No: ")
        assert "by degree, not by kind" in given.headline

    @pytest.mark.parametrize(("excess", "reach"), [(0.0, 0.03), (0.01, 0.025), (0.025, 0.01), (0.05, 0.06)])
    def test_is_that_none_are_shown_while_what_would_count_is_possible(
        self, cloud: Any, excess: float, reach: float
    ) -> None:
        given = answer_with(cloud, excess, reach=reach)
        assert (given.tone, given.tag) == ("cannot", "No groups shown")
        assert given.line.startswith("The data cannot tell: no groups are shown.")
        assert ("more than chance" in given.line) == (excess > reach)
        assert not re.search("degree|kind|rule out", given.headline)
        assert "not groups that are shown to exist" in with_excess(cloud.structure, excess, reach).reading

    def test_is_not_no_when_it_is_open_at_another_number_of_clusters(self, cloud: Any) -> None:
        reach = np.full(len(cloud.structure.tried), 0.01)
        reach[-1] = 0.04
        wide = dataclasses.replace(with_excess(cloud.structure, 0.0, 0.01), reach=reach)
        assert clusters_verdict(wide, cloud.stability) == "cannot"

    def test_a_detectable_but_tiny_excess_is_no_structure(self, found: Any) -> None:
        tiny = with_excess(found.structure, 0.02, 0.005)
        assert tiny.excess.number > tiny.chance
        assert (tiny.found, tiny.shown) == (False, "none")

    def test_more_customers_are_asked_for_only_where_they_would_all_be_looked_at(self, cloud: Any) -> None:
        assert "more of them" in answer_with(cloud, 0.0, reach=0.05).decide
        sampled = dataclasses.replace(with_excess(cloud.structure, 0.0, 0.05), n=9_999)
        given = clusters_answer(sampled, cloud.choice, cloud.stability, cloud.profiles)
        assert "more of them" not in given.decide

    def test_never_speaks_of_p_values_or_models(self, found: Any, cloud: Any) -> None:
        sure = SimpleNamespace(**{**vars(cloud), "structure": with_excess(cloud.structure, 0.0, 0.01)})
        for of in (found, cloud, sure):
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
        smallest = min(p.customers for p in many.profiles.profiles)
        hidden = profile_table(dataclasses.replace(many.profiles, minimum_group=smallest + 1))
        shown = [" ".join(cell.text + cell.small for cell in row) for row in hidden.rows]
        assert any(f"under {smallest + 1} customers" in row for row in shown)
        assert not any(f"{smallest} customers" in row.replace("under", "") and "under" not in row for row in shown)

    def test_numbers_are_finite(self, many: Any) -> None:
        for result in (many.features, many.structure, many.stability, many.profiles):
            numbers = result.table.select_dtypes("number").to_numpy(float)
            assert np.isfinite(numbers).all()


@pytest.fixture(scope="module")
def of() -> Any:
    """A shop with three customers in a cluster of their own, A, whose figures are like nobody else's."""
    customers = grouped(300, 1, 2)[0]
    features = fit_features(customers)
    clusters = fit_clusters(customers, k=3, seed=1, features=features)
    labels = clusters.labels.replace("A", "B")
    few = labels.index[labels == "C"][:3]
    labels[few] = "A"
    customers.frame.loc[few, ["repeat_purchases", "days_since_last_order"]] = 4567
    customers.frame.loc[few, ["contribution", "mean_order_value"]] = 8765.43
    clusters = dataclasses.replace(clusters, labels=labels)
    first, *others = (made := cluster_profiles(clusters, customers, minimum_group=5)).profiles
    assert first.customers == 3
    profiles = dataclasses.replace(made, profiles=(dataclasses.replace(first, name="Odd ones"), *others))
    return SimpleNamespace(
        structure=structure_test(features, k_max=3, seed=1, n_references=19),
        choice=choose_k(features, k_max=3, seed=1, n_references=3),
        stability=cluster_stability(clusters, n_bootstrap=20, seed=1, minimum_group=5),
        profiles=profiles,
        agreement=compare_partitions(
            clusters.labels, clusters.labels, n_bootstrap=5, names_b=profiles.names, minimum_group=5
        ),
    )


class TestGroupsThatAreTooSmall:
    def test_no_text_of_the_page_tells_of_them(self, of: Any) -> None:
        figures = [
            stability_plot.block(of.stability),
            cluster_map.block(of.profiles),
            agreement_heat_map.block(of.agreement),
        ]
        numbers = [figure.numbers for figure in figures if figure.numbers is not None]
        verdicts = [with_excess(of.structure, *both) for both in ((0.1, 0.02), (0.0, 0.02), (0.0, 0.2))]
        shaky = dataclasses.replace(of.stability, draws=0.7 * of.stability.draws)
        answers = [
            clusters_answer(structure, of.choice, stability, of.profiles)
            for structure in verdicts
            for stability in (of.stability, shaky)
        ]
        assert {answer.tone for answer in answers} >= {"partly", "no", "cannot"}
        prose = [of.profiles.heading, of.profiles.reading, of.stability.heading, of.stability.reading]
        prose += [part for answer in answers for part in texts_of(answer)]
        prose += [part for figure in figures for part in texts_of(figure.caption)]
        for text in prose:
            assert not re.search(r"\bA \(|\bA:|\bA 0|\b[Cc]luster A\b|\bin A\b|\b(of|is|,) A\b|\b3 customers", text), (
                text
            )
        for text in prose + [part for table in (profile_table(of.profiles), *numbers) for part in texts_of(table)]:
            assert not re.search(r"4,?567|8,?765|odd ones", text, re.I), text
        for figure in figures:
            assert not re.search(r"Odd ones|>A: |4567|8,765", figure.wide + figure.narrow)

    def test_tables_name_them_with_a_dash_for_every_figure(self, of: Any) -> None:
        shown = [profile_table(of.profiles)]
        shown += [table for plot in (cluster_map,) if (table := plot.block(of.profiles).numbers) is not None]
        shown += [table for plot in (stability_plot,) if (table := plot.block(of.stability).numbers) is not None]
        for table in shown:
            row = next(row for row in table.rows if row[0].text == "A")
            assert {cell.text for cell in row[1:]} <= {"\u2013", "under 5"}
            assert "under 5" in " ".join(cell.text + cell.small for cell in row)
        assert len(shown) == 3

    def test_the_number_of_customers_that_is_too_few_is_the_studys_own(self, of: Any) -> None:
        table = stability_plot.block(dataclasses.replace(of.stability, minimum_group=3)).numbers
        assert table is not None
        assert table.rows[0][1].text == "3"

    def test_what_they_bring_does_not_follow_from_what_the_others_bring(self, of: Any) -> None:
        texts = [of.profiles.heading, of.profiles.reading, *texts_of(profile_table(of.profiles).rows)]
        texts += texts_of(cluster_map.block(of.profiles).caption)
        assert not [text for text in texts if "of contribution" in text]
        assert {row[2].text for row in profile_table(of.profiles).rows} == {"\u2013"}
        assert of.profiles.heading.startswith("Among clusters of 5 or more, cluster B brings most a head")

    def test_where_all_are_too_small_the_page_still_speaks(self, of: Any) -> None:
        profiles = dataclasses.replace(of.profiles, minimum_group=1_000)
        stability = dataclasses.replace(of.stability, minimum_group=1_000)
        assert "1,000 customers or more" in profiles.heading
        assert "3 clusters" in profiles.reading
        for block in (cluster_map.block(profiles), stability_plot.block(stability)):
            assert block.caption.title and "Not shown: 3 clusters" in block.caption.note
        given = clusters_answer(of.structure, of.choice, stability, profiles)
        assert all(fact.text for fact in given.facts)


class TestRulesAndWords:
    def test_the_lines_of_stability_are_those_of_the_rule(self, found: Any) -> None:
        block = stability_plot.block(found.stability)
        for threshold in (NO_PATTERN, STABLE, HIGHLY_STABLE):
            assert f"{threshold:.2f}" in block.caption.note

    def test_the_interval_of_a_silhouette_is_that_of_the_finding(self, found: Any) -> None:
        choice = found.choice
        low, high = choice.silhouette_range
        at = int(choice.k - choice.tried[0])
        assert (low[at], high[at]) == (choice.best_silhouette.low, choice.best_silhouette.high)
        ends = normal_interval(float(choice.silhouette[0]), float(choice.silhouette_error[0]))
        assert (choice.table["silhouette_low"][1], choice.table["silhouette_high"][1]) == (ends.low, ends.high)


def texts_of(shown: Any) -> list[str]:
    """Every text in a block, however deep."""
    if isinstance(shown, str):
        return [shown]
    if dataclasses.is_dataclass(shown):
        return [part for field in dataclasses.fields(shown) for part in texts_of(getattr(shown, field.name))]
    return [part for inner in shown for part in texts_of(inner)] if isinstance(shown, tuple | list) else []
