"""What the page on clusters says and draws: the verdict by its written rule, figures within their bounds."""

import dataclasses
import datetime as dt
import itertools
import json
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.transforms import Bbox

from benchmarks.made.grouped import grouped, ungrouped
from cxlab.agreement import compare_partitions
from cxlab.answers.clusters import clusters_answer, clusters_verdict
from cxlab.clusters import (
    choose_k,
    cluster_contrasts,
    cluster_profiles,
    cluster_stability,
    compare_criteria,
    compare_methods,
    fit_clusters,
    fit_features,
    search_luck,
    structure_test,
    typical_customers,
)
from cxlab.clusters.stability import HIGHLY_STABLE, NO_PATTERN, STABLE
from cxlab.customers import Customers
from cxlab.estimate import normal_interval
from cxlab.plots.agreement import agreement_heat_map
from cxlab.plots.cluster_contrasts import cluster_contrasts as contrasts_plot
from cxlab.plots.cluster_criteria import number_of_clusters
from cxlab.plots.cluster_map import cluster_map
from cxlab.plots.cluster_methods import method_agreement
from cxlab.plots.clusters import search_luck as luck_plot
from cxlab.plots.clusters import structure
from cxlab.plots.figure import Plot
from cxlab.plots.style import canvas
from cxlab.reports.listed import faults
from cxlab.tables.clusters import cluster_criteria, cluster_features, cluster_methods
from cxlab.tables.clusters import cluster_profiles as profile_table
from cxlab.tables.clusters import typical_customers as typical_table
from tests.depth import THOROUGH
from tests.make import orders_csv, write_study


def results(customers: Customers, k: int | None = None) -> Any:
    features = fit_features(customers)
    choice = choose_k(features, k_max=5, seed=1, n_references=5)
    clusters = fit_clusters(customers, k=k or choice.k, seed=1, features=features)
    stability = cluster_stability(clusters, n_bootstrap=20, seed=1)
    return SimpleNamespace(
        features=features,
        structure=structure_test(features, k_max=5, seed=1, n_references=39),
        choice=compare_criteria(features, choice, seed=1, n_splits=3, n_bootstrap=3),
        stability=stability,
        luck=search_luck(clusters, stability, seed=1, n_starts=5),
        methods=compare_methods(clusters, seed=1, n_bootstrap=10),
        profiles=cluster_profiles(clusters, customers),
        contrasts=cluster_contrasts(clusters, customers),
        typical=typical_customers(clusters, customers),
    )


def drawn(of: Any) -> list[tuple[Plot[Any], Any]]:
    """Every figure of the page, and what it draws."""
    return [
        (structure, of.structure), (number_of_clusters, of.choice), (method_agreement, of.methods),
        (luck_plot, of.luck), (cluster_map, of.profiles), (contrasts_plot, of.contrasts),
    ]  # fmt: skip


def tables_of(of: Any) -> list[Any]:
    shown = [
        cluster_features(of.features), cluster_criteria(of.choice), cluster_methods(of.methods),
        profile_table(of.profiles), typical_table(of.typical),
    ]  # fmt: skip
    return [table for table in shown if table is not None]


def with_stability(luck: Any, **changed: Any) -> Any:
    return dataclasses.replace(luck, stability=dataclasses.replace(luck.stability, **changed))


def without_others(methods: Any) -> Any:
    """Give the result methods that all divide the customers otherwise."""
    index = dataclasses.replace(methods.pairs[0].adjusted_rand, value=0.3, low=0.25, high=0.35)
    return dataclasses.replace(
        methods, pairs=tuple(dataclasses.replace(pair, adjusted_rand=index) for pair in methods.pairs)
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
    return clusters_answer(of.structure, of.choice, of.stability, of.profiles, of.methods)


def with_excess(structure: Any, excess: float, reach: float) -> Any:
    """Give the result the same excess and the same reach of chance at every number of clusters."""
    return dataclasses.replace(
        structure, sharpness=structure.expected + excess, reach=np.full(len(structure.tried), reach)
    )


def answer_with(of: Any, excess: float, *, reach: float) -> Any:
    return answer(SimpleNamespace(**{**vars(of), "structure": with_excess(of.structure, excess, reach)}))


ROOT = Path(__file__).resolve().parent.parent
OFTEN = ((0, 100, 300), (50,), (10, 20, 30, 200))


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
        assert clusters_verdict(found.structure, shaky, found.methods) == "partly"
        given = clusters_answer(found.structure, found.choice, shaky, found.profiles, found.methods)
        assert "only 2 of 3" in given.line

    def test_is_partly_when_no_other_method_finds_the_groups(self, found: Any) -> None:
        alone = without_others(found.methods)
        assert clusters_verdict(found.structure, found.stability, alone) == "partly"
        given = answer(SimpleNamespace(**{**vars(found), "methods": alone}))
        assert "no other method agrees" in given.line and "hangs on the method" in given.headline
        assert "none of 3 other methods give the same" in given.facts[2].text
        assert "near a border" in given.decide

    def test_says_how_many_criteria_and_methods_agree(self, found: Any) -> None:
        given = answer(found)
        assert f"{found.choice.support} of 5 ways of counting say 3" in given.facts[2].text
        assert f"{len(found.methods.same)} of 3 other methods" in given.line

    @pytest.mark.parametrize(("different", "reach", "word"), [(4, 0.01, "4 different"), (7, 0.0, "too few measures")])
    def test_is_that_it_cannot_tell_where_the_comparison_sees_nothing(
        self, cloud: Any, different: int, reach: float, word: str
    ) -> None:
        blind = dataclasses.replace(with_excess(cloud.structure, 0.0, reach), n_different=different)
        given = answer(SimpleNamespace(**{**vars(cloud), "structure": blind}))
        assert given.tone == "cannot" and word in given.line
        assert given.facts[0].big == "cannot tell" and given.facts[0].strip is None
        assert "shows nothing" in structure.block(blind).caption.title

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
        assert clusters_verdict(wide, cloud.stability, cloud.methods) == "cannot"

    def test_a_detectable_but_tiny_excess_is_no_structure(self, found: Any) -> None:
        tiny = with_excess(found.structure, 0.02, 0.005)
        assert tiny.excess.number > tiny.chance
        assert (tiny.found, tiny.shown) == (False, "none")

    def test_more_customers_are_asked_for_only_where_they_would_all_be_looked_at(self, cloud: Any) -> None:
        assert "more of them" in answer_with(cloud, 0.0, reach=0.05).decide
        sampled = dataclasses.replace(with_excess(cloud.structure, 0.0, 0.05), n=9_999)
        given = answer(SimpleNamespace(**{**vars(cloud), "structure": sampled}))
        assert "more of them" not in given.decide

    def test_never_speaks_of_p_values_or_models(self, found: Any, cloud: Any) -> None:
        sure = SimpleNamespace(**{**vars(cloud), "structure": with_excess(cloud.structure, 0.0, 0.01)})
        for of in (found, cloud, sure):
            given = answer(of)
            assert not re.search(r"\bp\b|K-Means|copula|k_max|silhouette", given.line + given.decide)
            assert len(given.facts) == 3


class TestFigures:
    @pytest.mark.parametrize("which", ["found", "cloud", "many"])
    @pytest.mark.thorough
    def test_are_the_same_bytes_twice_and_say_in_words_what_they_show(
        self, which: str, request: pytest.FixtureRequest
    ) -> None:
        of = request.getfixturevalue(which)
        for plot, result in drawn(of):
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

    @pytest.mark.parametrize("width", [680, 358])
    @pytest.mark.parametrize("which", ["found", "many"])
    def test_keep_their_words_on_the_paper_and_apart(
        self, which: str, width: int, request: pytest.FixtureRequest
    ) -> None:
        for plot, result in drawn(request.getfixturevalue(which))[1:]:
            if plot is cluster_map:
                continue
            size = plot.wide if width == 680 else plot.narrow
            ax = plot(result, canvas(*plot._size(result, size)))
            boxes = words_in(ax)
            for box, said in boxes:
                assert box.x0 >= -2 and box.x1 <= ax.figure.bbox.x1 + 2, (plot.name, said)
            for (one, a), (other, b) in itertools.combinations(boxes, 2):
                overlap = min(one.x1, other.x1) - max(one.x0, other.x0), min(one.y1, other.y1) - max(one.y0, other.y0)
                assert min(overlap) < 3, (plot.name, a, b)

    @pytest.mark.thorough
    def test_mark_in_each_panel_the_number_that_a_criterion_takes(self, found: Any) -> None:
        assert len(found.choice.votes) == 5
        for title in ("Silhouette", "Gap statistic", "BIC of bell curves", "Prediction strength", "Stability"):
            assert f">{title}<" in number_of_clusters.block(found.choice).wide
        two = dataclasses.replace(found.choice, others=())
        numbers = number_of_clusters.block(two).numbers
        assert numbers is not None and numbers.columns == ("Clusters", "Silhouette", "Gap statistic")

    @pytest.mark.thorough
    def test_a_method_without_groups_has_nothing_to_compare(self, cloud: Any) -> None:
        own = cloud.methods.with_chosen["hdbscan"].adjusted_rand
        nothing = dataclasses.replace(own, value=None, low=None, high=None)
        pairs = tuple(
            dataclasses.replace(pair, adjusted_rand=nothing, adjusted_mutual_information=None)
            if pair.second == "hdbscan"
            else pair
            for pair in cloud.methods.pairs
        )
        methods = dataclasses.replace(cloud.methods, pairs=pairs)
        block = method_agreement.block(methods)
        assert "var(--paper)" not in block.wide + block.narrow  # ink stands out from every shade, paper from none
        assert "nothing to" in block.wide and "nan" not in (block.wide + block.caption.alt).lower()
        assert cluster_methods(methods).rows[3][4].text == "–"

    def test_a_cluster_smaller_than_a_group_has_no_dot(self, found: Any) -> None:
        hidden = dataclasses.replace(found.profiles, minimum_group=1_000)
        assert cluster_map.block(hidden).wide.count("<use") < 30


class TestTables:
    def test_have_a_cell_for_every_column_and_at_most_eight(self, found: Any, many: Any) -> None:
        for table in (*tables_of(found), *tables_of(many)):
            assert len(table.columns) <= 8
            assert all(len(row) == len(table.columns) for row in table.rows)

    def test_hide_clusters_smaller_than_a_group(self, many: Any) -> None:
        smallest = min(p.customers for p in many.profiles.profiles)
        hidden = profile_table(dataclasses.replace(many.profiles, minimum_group=smallest + 1))
        shown = [" ".join(cell.text + cell.small for cell in row) for row in hidden.rows]
        assert any(f"under {smallest + 1} customers" in row for row in shown)
        assert not any(f"{smallest} customers" in row.replace("under", "") and "under" not in row for row in shown)

    def test_numbers_are_finite(self, many: Any) -> None:
        results = many.features, many.structure, many.stability, many.profiles, many.contrasts, many.typical, many.luck
        for result in results:
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
    odd = SimpleNamespace(words="Odd ones", in_tables="Odd ones")
    profiles = dataclasses.replace(made, profiles=(dataclasses.replace(first, named=odd), *others))
    stability = cluster_stability(clusters, n_bootstrap=20, seed=1, minimum_group=5)
    return SimpleNamespace(
        structure=structure_test(features, k_max=3, seed=1, n_references=19),
        choice=choose_k(features, k_max=3, seed=1, n_references=3),
        stability=stability,
        luck=search_luck(clusters, stability, seed=1, n_starts=5),
        methods=compare_methods(clusters, seed=1, n_bootstrap=10),
        contrasts=cluster_contrasts(clusters, customers, minimum_group=5),
        typical=typical_customers(clusters, customers, minimum_group=5),
        profiles=profiles,
        agreement=compare_partitions(
            clusters.labels, clusters.labels, n_bootstrap=5, names_b=profiles.names, minimum_group=5
        ),
    )


class TestGroupsThatAreTooSmall:
    def test_no_text_of_the_page_tells_of_them(self, of: Any) -> None:
        figures = [
            luck_plot.block(of.luck),
            contrasts_plot.block(of.contrasts),
            cluster_map.block(of.profiles),
            agreement_heat_map.block(of.agreement),
        ]
        numbers = [figure.numbers for figure in figures if figure.numbers is not None]
        verdicts = [with_excess(of.structure, *both) for both in ((0.1, 0.02), (0.0, 0.02), (0.0, 0.2))]
        shaky = dataclasses.replace(of.stability, draws=0.7 * of.stability.draws)
        answers = [
            clusters_answer(structure, of.choice, stability, of.profiles, of.methods)
            for structure in verdicts
            for stability in (of.stability, shaky)
        ]
        assert {answer.tone for answer in answers} >= {"partly", "no", "cannot"}
        prose = [of.profiles.heading, of.profiles.reading, of.stability.heading, of.stability.reading, of.luck.reading]
        prose += [of.contrasts.heading, of.contrasts.reading, of.typical.reading]
        prose += [part for answer in answers for part in texts_of(answer)]
        prose += [part for figure in figures for part in texts_of(figure.caption)]
        for text in prose:
            assert not re.search(r"\bA \(|\bA:|\bA 0|\b[Cc]luster A\b|\bin A\b|\b(of|is|,) A\b|\b3 customers", text), (
                text
            )
        tables = profile_table(of.profiles), typical_table(of.typical), *numbers
        for text in prose + [part for table in tables for part in texts_of(table)]:
            assert not re.search(r"4,?567|8,?765|odd ones", text, re.I), text
        for figure in figures:
            assert not re.search(r"Odd ones|>A: |4567|8,765", figure.wide + figure.narrow)

    def test_tables_name_them_with_a_dash_for_every_figure(self, of: Any) -> None:
        shown = [profile_table(of.profiles)]
        shown += [table for plot in (cluster_map,) if (table := plot.block(of.profiles).numbers) is not None]
        shown += [table for plot in (luck_plot,) if (table := plot.block(of.luck).numbers) is not None]
        for table in shown:
            row = next(row for row in table.rows if row[0].text == "A")
            assert {cell.text for cell in row[1:]} <= {"\u2013", "under 5"}
            assert "under 5" in " ".join(cell.text + cell.small for cell in row)
        assert len(shown) == 3

    def test_the_number_of_customers_that_is_too_few_is_the_studys_own(self, of: Any) -> None:
        table = luck_plot.block(with_stability(of.luck, minimum_group=3)).numbers
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
        luck = with_stability(of.luck, minimum_group=1_000)
        contrasts = dataclasses.replace(of.contrasts, minimum_group=1_000)
        assert "1,000 customers or more" in profiles.heading
        assert "3 clusters" in profiles.reading
        blocks = (cluster_map.block(profiles), luck_plot.block(luck), contrasts_plot.block(contrasts))
        for block in blocks:
            assert block.caption.title and "Not shown: 3 clusters" in block.caption.note
        given = clusters_answer(of.structure, of.choice, luck.stability, profiles, of.methods)
        assert all(fact.text for fact in given.facts)


class TestRulesAndWords:
    def test_the_lines_of_stability_are_those_of_the_rule(self, found: Any) -> None:
        block = luck_plot.block(found.luck)
        for threshold in (NO_PATTERN, STABLE, HIGHLY_STABLE):
            assert f"{threshold:.2f}" in block.caption.note

    def test_the_interval_of_a_silhouette_is_that_of_the_finding(self, found: Any) -> None:
        choice = found.choice
        low, high = choice.silhouette_range
        at = int(choice.k - choice.tried[0])
        assert (low[at], high[at]) == (choice.best_silhouette.low, choice.best_silhouette.high)
        ends = normal_interval(float(choice.silhouette[0]), float(choice.silhouette_error[0]))
        assert (choice.table["silhouette_low"][1], choice.table["silhouette_high"][1]) == (ends.low, ends.high)


def words_in(ax: Axes) -> list[tuple[Bbox, str]]:
    """Where each text of a drawing stands, those in its panels and under its scales included."""
    renderer = FigureCanvasAgg(ax.figure).get_renderer()  # type: ignore[arg-type]
    ax.figure.draw(renderer)
    texts = [text for axes in (ax, *ax.child_axes) for text in (*axes.texts, *([axes.xaxis.label] * axes.axison))]
    return [(text.get_window_extent(renderer), text.get_text()) for text in texts if text.get_text().strip()]


def texts_of(shown: Any) -> list[str]:
    """Every text in a block, however deep."""
    if isinstance(shown, str):
        return [shown]
    if dataclasses.is_dataclass(shown):
        return [part for field in dataclasses.fields(shown) for part in texts_of(getattr(shown, field.name))]
    return [part for inner in shown for part in texts_of(inner)] if isinstance(shown, tuple | list) else []


def orders_of(days: list[tuple[int, ...]], amounts: list[float]) -> str:
    """One customer a tuple of days; a last order of somebody else ends the hold-out window."""
    start = dt.date(2023, 1, 1)
    rows = [
        f"c{i},{start + dt.timedelta(days=day)},{amount}"
        for i, (own, amount) in enumerate(zip(days, amounts, strict=True))
        for day in own
    ]
    return orders_csv(*rows, f"z,{start + dt.timedelta(days=600)},10")


RARER = ("same", "two", "constant")
"""Shops that are looked at with the longer proofs."""


def bad_shops() -> dict[str, str]:
    rng = np.random.default_rng(1)
    many = [float(a) for a in rng.lognormal(3, 0.5, 60).round(2)]
    some_days = [(int(day),) for day in rng.integers(0, 390, 60)]
    found = {
        "few": orders_of([(i, 3 * i) for i in range(1, 21)], many[:20]),
        "same": orders_of([OFTEN[0]] * 60, [10.0] * 60),
        "two": orders_of([OFTEN[i % 2] for i in range(60)], [10.0] * 60),
        "three": orders_of([OFTEN[i % 3] for i in range(60)], [(10.0, 50.0, 20.0)[i % 3] for i in range(60)]),
        "once": orders_of(some_days, many),
        "constant": orders_of([(i, i + 7 * (i % 9)) for i in range(1, 61)], [10.0] * 60),
    }
    return {name: orders for name, orders in found.items() if THOROUGH or name not in RARER}


def of_shops(*names: str) -> list[object]:
    """Return the names as parameters, the rarer ones with the longer proofs."""
    return [pytest.param(name, marks=[pytest.mark.thorough] if name in RARER else []) for name in names]


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page on clusters of shops about which next to nothing can be told."""
    folder = tmp_path_factory.mktemp("bad")
    shops = bad_shops()
    for name, orders in shops.items():
        write_study(folder / name, head=f"name: {name}\ntitle: {name}\n", orders=orders)
    command = [sys.executable, "-m", "cxlab", "report", *(str(folder / name) for name in shops), "--only", "clusters"]
    command += ["--out", str(folder / "out"), "-p", "k_max", "3", "-p", "n_bootstrap", "100"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return folder / "out"


SAID = {
    "few": ("among 20 customers, at least 30 are needed", "more customers"),
    "same": ("60 customers do not differ in purchases, days or money", "ordered_at and revenue"),
    "two": ("60 customers show fewer than 3 different histories", "bring more orders"),
    "three": ("the customers show no more than 3 different histories", "more than a few steps"),
    "once": ("No groups shown", "the same for 100%"),
    "constant": ("Mean order value", "the same for 100%"),
}


class TestBadInput:
    @pytest.mark.parametrize("name", of_shops(*SAID))
    def test_gives_a_page_that_says_what_cannot_be_told_and_why(self, bad: Path, name: str) -> None:
        page = (bad / name / "01_clusters.html").read_text()
        assert not re.search(r"Traceback|Error\b|\bnan\b|\binf\b", re.sub(r"base64,[^\"]+", "", page))
        for said in SAID[name]:
            assert said in page.replace("&#39;", "'"), said

    @pytest.mark.parametrize("name", of_shops("few", "same", "two"))
    def test_without_a_number_where_there_is_none(self, bad: Path, name: str) -> None:
        found = json.loads((bad / name / "results.json").read_text())
        assert found == {"clusters": {"verdict": {"verdict": "cannot_tell"}}}
        assert not faults("clusters", found["clusters"])
        assert "<svg" not in (bad / name / "01_clusters.html").read_text().split("The data cannot tell", 1)[1]

    @pytest.mark.parametrize("name", of_shops("three", "once", "constant"))
    def test_never_says_that_there_are_no_groups_of_what_it_could_not_see(self, bad: Path, name: str) -> None:
        page = (bad / name / "01_clusters.html").read_text()
        assert "No natural groups" not in page and "Groups found" not in page
        assert json.loads((bad / name / "results.json").read_text())["clusters"]["structure"]["verdict"] == "no"
