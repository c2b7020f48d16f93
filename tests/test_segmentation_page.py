"""What a reader sees of the segmentation: figures, tables and the answer, also where there is little to see."""

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import islice

import numpy as np
import pandas as pd
import pytest

from benchmarks.made.moves import moved, periods_of
from benchmarks.made.planted import Driver, planted_customers
from cxlab import plots, tables
from cxlab.agreement import (
    agreement_ceiling,
    compare_partitions,
    judge_segmentation,
    predictive_skill,
    specification_curve,
)
from cxlab.answers.segmentation import segmentation_answer
from cxlab.blocks import SEGMENTS, Answer, Caption, Figure, Table
from cxlab.clusters import fit_clusters, fit_labels
from cxlab.customers import Customers
from cxlab.pseudonyms import Pseudonyms
from cxlab.segments import (
    assign_segments,
    choose_first,
    describe_segments,
    draw_lines,
    segment_migration,
    weigh_effort,
)
from tests.lookalikes import TOLD_BY_ALL_TOTALS, tables_that_look_like

CASES = [
    pytest.param(
        (driver, n), id=f"{driver}-{n}", marks=[pytest.mark.thorough] if driver in ("returns", "nothing") else []
    )
    for driver, n in (("segments", 400), ("returns", 400), ("nothing", 400), ("segments", 40))
]


@pytest.fixture(scope="module", params=CASES)
def page(request: pytest.FixtureRequest) -> tuple[list[Figure], list[Table], Answer]:
    """All figures, tables and the answer of one planted shop."""
    driver: Driver
    driver, n = request.param
    return page_of(planted_customers(n, 7, driver=driver, costs_known=n > 40))


def page_of(customers: Customers) -> tuple[list[Figure], list[Table], Answer]:
    """Call what the notebook calls, and return all figures, tables and the answer."""
    segments = assign_segments(customers)
    profile = describe_segments(customers, segments, n_bootstrap=30)
    clusters = fit_clusters(customers, k=4, seed=1)
    names = {letter: f"Group {letter}, a longer name" for letter in clusters.letters}
    agreement = compare_partitions(segments.labels, clusters.labels, names_b=names, n_bootstrap=30)
    ceiling = agreement_ceiling(
        customers.frame, agreement, clusters.labels, clusters.features.matrix, fit_labels, k=4, n_splits=2, n_rules=19
    )
    skill = predictive_skill(customers, segments.labels, fit_labels, n_bootstrap=30)
    curve = specification_curve(customers, draw_lines(customers, segments), skill)
    first, second = moved(customers.n, 3)
    migration = segment_migration(periods_of(first, second))
    effort = weigh_effort(customers, segments)
    named = choose_first(customers, segments, pseudonyms=Pseudonyms(b"key"))
    assert segments.reading and profile.reading and profile.next_reading and agreement.reading and ceiling.reading
    figures = [
        plots.four_field_map.block(profile),
        plots.segment_outcomes.block(profile),
        plots.agreement_heat_map.block(agreement),
        plots.agreement_scale.block(ceiling),
        plots.predictive_skill.block(skill),
        plots.segments_to_clusters.block(agreement),
        plots.segment_migration.block(migration),
    ]
    if not plots.specification_curve.lacks(curve):  # type: ignore[misc]
        figures.append(plots.specification_curve.block(curve))
    shown = [tables.four_segments(profile), tables.segment_actions(profile), tables.best_matches(agreement)]
    further = (tables.effort_and_return(effort), tables.customers_to_start_with(named))
    shown += [table for table in (*further, tables.expected_segments(migration)) if table is not None]
    shown += [figure.numbers for figure in figures if figure.numbers is not None]
    return figures, shown, segmentation_answer(profile, skill, judge_segmentation(skill), curve)


def test_every_figure_says_in_words_what_it_shows(page: tuple[list[Figure], list[Table], Answer]) -> None:
    for figure in page[0]:
        assert 30 < len(figure.caption.alt) < 400, (figure.name, len(figure.caption.alt))
        assert "nan" not in figure.caption.alt and "None" not in figure.caption.alt
        assert figure.caption.title and figure.caption.subtitle
        assert max(len(figure.wide), len(figure.narrow)) < 100_000


def test_no_text_in_a_figure_is_smaller_than_twelve_pixels(page: tuple[list[Figure], list[Table], Answer]) -> None:
    for figure in page[0]:
        for drawing in (figure.wide, figure.narrow):
            sizes = [float(size) for size in re.findall(r"font(?:-size)?: (?:\w+ )?([\d.]+)px", drawing)]
            assert sizes and min(sizes) >= 12, figure.name


def test_every_row_of_a_table_is_as_long_as_its_head(page: tuple[list[Figure], list[Table], Answer]) -> None:
    for table in page[1]:
        assert all(len(row) == len(table.columns) for row in table.rows), table.name
        assert not [cell for row in table.rows for cell in row if "nan" in cell.text + cell.small]


def test_groups_under_five_are_not_counted_out(page: tuple[list[Figure], list[Table], Answer]) -> None:
    for table in page[1]:
        if "Customers" in table.columns:
            column = table.columns.index("Customers")
            assert not {row[column].text for row in table.rows} & {"1", "2", "3", "4"}, table.name


def test_the_answer_is_a_verdict_without_a_term_of_art(page: tuple[list[Figure], list[Table], Answer]) -> None:
    answer = page[2]
    start = {"yes": "Yes: ", "partly": "In part: ", "no": "No: ", "cannot": "The data cannot tell: "}[answer.tone]
    assert answer.line.startswith(start)
    assert len(answer.facts) == 3
    assert [field.segment for field in answer.fields] == list(SEGMENTS)
    assert not re.search(r"p value|deviance|poisson|bootstrap|k-means|active_days", answer.line + answer.decide, re.I)
    assert answer.open and answer.decide.endswith(".")


@pytest.mark.parametrize("activity", ["cadence", "p_alive"])
def test_the_map_is_drawn_by_every_measure_of_activity(activity: str) -> None:
    customers = planted_customers(120, 8)
    chances = 1 / (1 + customers.frame["days_since_last_order"] / 50)
    segments = assign_segments(customers, activity=activity, alive=chances)  # type: ignore[arg-type]
    figure = plots.four_field_map.block(describe_segments(customers, segments, n_bootstrap=20))
    assert figure.wide.count("<use") > 8


def shop_without_revenue() -> Customers:
    """Everything was given away: no revenue so far, none later."""
    shop = planted_customers(200, 3, costs_known=False)
    nothing = dict.fromkeys(
        ("revenue", "returns", "contribution", "mean_order_value", "holdout_revenue", "holdout_contribution"), 0.0
    )
    return replace(shop, frame=shop.frame.assign(**nothing, mean_repeat_value=np.nan, n_repeat_values=0))


def shop_at_a_loss() -> Customers:
    """Every customer costs more than comes in, so far and later."""
    shop = planted_customers(200, 3)
    loss = -1 - shop.frame["revenue"]
    return replace(shop, frame=shop.frame.assign(contribution=loss, holdout_contribution=loss))


@pytest.mark.thorough
@pytest.mark.parametrize("shop", [shop_without_revenue, shop_at_a_loss])
def test_where_nobody_is_profitable_the_page_says_so_and_decides_nothing_for_nobody(
    shop: Callable[[], Customers],
) -> None:
    figures, shown, answer = page_of(shop())
    assert answer.headline == "Nobody is profitable, so that question does not divide the customers"
    assert "But nobody is profitable, so that question does not divide the customers" in answer.line
    assert "0 profit" not in answer.decide and "misunderstood" not in answer.decide
    assert "candidates" in answer.decide and "lost" in answer.decide
    assert [(field.big, field.action) for field in answer.fields[:2]] == [("0", "Nothing to do.")] * 2
    actions = next(table for table in shown if table.name == "segment_actions")
    assert [row[1].text for row in actions.rows[:2]] == ["Nothing: nobody is in it."] * 2
    for figure in figures:
        assert "nan" not in figure.caption.alt


def shop_in_one_segment() -> Customers:
    """Everybody has just ordered, and brings money."""
    shop = planted_customers(200, 3)
    return replace(shop, frame=shop.frame.assign(days_since_last_order=1, contribution=shop.frame["revenue"] + 1))


@pytest.mark.thorough
def test_where_all_are_in_one_segment_the_page_cannot_tell_and_says_why() -> None:
    figures, _, answer = page_of(shop_in_one_segment())
    assert answer.tone == "cannot"
    assert "all customers are in one segment, so there is nothing to tell apart" in answer.line
    assert [field.big for field in answer.fields] == ["100%", "0", "0", "0"]
    assert not [figure.name for figure in figures if re.search(r"\bnan\b", figure.caption.alt + figure.wide)]


@pytest.mark.thorough
def test_a_hold_out_shorter_than_the_usual_gap_is_no_proof_and_the_page_says_so() -> None:
    shop = replace(planted_customers(400, 7), typical_gap_days=400.0)
    answer = page_of(shop)[2]
    assert answer.tone == "cannot" and "is shorter than one gap in five between two orders" in answer.line


@pytest.mark.thorough
def test_a_verdict_that_other_lines_would_change_is_not_called_robust() -> None:
    answer = page_of(planted_customers(400, 7, driver="segments"))[2]
    robust = next(fact for fact in answer.facts if fact.label == "How sure").text
    assert ("it is not robust" in robust) == ("other ways to draw the lines" in answer.line)


def test_a_difference_between_fields_is_said_to_bound_nothing() -> None:
    customers = planted_customers(400, 7)
    richer = customers.frame["holdout_contribution"].where(assign_segments(customers).labels == "candidates", 1.0)
    customers.frame["holdout_contribution"] = richer + 50 * (richer != 1.0)
    profile = describe_segments(customers, assign_segments(customers), n_bootstrap=20)
    table = tables.segment_actions(profile)
    said = {row[0].segment: row[2] for row in table.rows}
    assert "Difference between fields" in table.columns
    assert not re.search("at most|effort|becomes|kept from", " ".join(cell.text for row in table.rows for cell in row))
    assert re.fullmatch(r"€\d+\.\d\d more than profit-bringers", said["candidates"].text)
    low, high = (float(end.removeprefix("€")) for end in said["candidates"].small.split("\u2013"))
    assert 0 < low < float(said["candidates"].text[1:].split()[0]) < high
    assert "whoever is moved" in table.note


@pytest.mark.thorough
def test_a_share_foreseen_is_said_of_the_best_of_the_descriptions_tried() -> None:
    customers = planted_customers(400, 7, driver="returns")
    figures, _, answer = page_of(customers)
    assert "can be foreseen" not in " ".join([answer.line, answer.headline, *(fact.text for fact in answer.facts)])
    assert "of what the best of four descriptions foresees" in answer.headline
    skills = next(figure for figure in figures if figure.name == "predictive_skill")
    assert "no description was fitted on" not in skills.caption.subtitle


@pytest.mark.thorough
def test_few_known_costs_are_named_by_their_share() -> None:
    customers = replace(planted_customers(200, 3, costs_known=False), costed_share=0.2)
    (asked, said), *_ = page_of(customers)[2].open
    assert "costs are counted" in asked and "a cost came with only 20% of the revenue" in said


CORNER_SHOP_LIKE = [[150, 0, 100, 50], [0, 100, 90, 0], [0, 0, 2, 179], [60, 50, 40, 30]]
FEW_CUSTOMERS = [[12, 0, 8, 0], [0, 10, 9, 0], [0, 18, 11, 2], [3, 1, 0, 6]]
HIDDEN_LARGEST = [[2, 40, 0], [20, 3, 9], [0, 14, 50]]


def shop_of(counts: list[list[int]]) -> tuple[list[Caption], str, list[Table], dict[str, str]]:
    """Plant customers by segment and cluster; return captions, drawings, tables and alternative texts of the page."""
    rows, columns = (np.repeat(np.indices(np.shape(counts))[axis].ravel(), np.ravel(counts)) for axis in (0, 1))
    labels = pd.Series(np.array(SEGMENTS)[rows]), pd.Series(np.array(list("ABCD"))[columns])
    agreement = compare_partitions(*labels, names_b={"A": "Group A"}, n_bootstrap=5)
    figures = [plots.segments_to_clusters.block(agreement), plots.agreement_heat_map.block(agreement)]
    if len(counts[0]) == 4:
        migration = segment_migration(periods_of(rows, columns))
        figures.append(plots.segment_migration.block(migration))
    shown = [tables.best_matches(agreement), *(f.numbers for f in figures if f.numbers is not None)]
    captions = [figure.caption for figure in figures]
    cells = {f"{g} {c}": agreement.share_in_words(g, c) for g in agreement.groups_spoken_of for c in agreement.counts}
    return captions, "".join(figure.wide + figure.narrow for figure in figures), shown, cells


@pytest.mark.parametrize("counts", [CORNER_SHOP_LIKE, HIDDEN_LARGEST, TOLD_BY_ALL_TOTALS])
def test_a_page_is_the_same_whatever_its_hidden_counts_are(counts: list[list[int]]) -> None:
    others = list(islice(tables_that_look_like(counts), 2))
    assert others
    captions, drawn, shown, _ = shop_of(counts)
    for other in others:
        again = shop_of(other)
        assert again[0] == captions
        assert again[1] == drawn
        for one, two in zip(shown, again[2], strict=True):
            # the interval of a count that is shown is drawn by chance, and chance goes by the whole table
            assert [[c.text for c in row] for row in one.rows] == [[c.text for c in row] for row in two.rows]
            assert (one.caption, one.note) == (two.caption, two.note)


def test_what_is_hidden_is_told_in_no_figure_title_text_alternative_or_table() -> None:
    captions, drawn, shown, cells = shop_of(CORNER_SHOP_LIKE)
    assert cells["candidates C"] == "under 5" and cells["candidates D"] == "nearly all"
    said = [*re.findall(r">([^<>]+)<", drawn), *(part for c in captions for part in (c.title, c.alt, c.note))]
    said += [cell.text + cell.small for table in shown for row in table.rows for cell in row]
    assert "nearly all" in said and "candidates nearly all in D" in captions[1].alt
    assert not [text for text in said if re.search(r"(?<!over )(99|98)%|\b179\b|\+28|\b2 customers", text)]
    match = next(row for row in shown[0].rows if row[0].segment == "candidates")
    assert [cell.text for cell in match[1:]] == ["D", "hidden", "nearly all"]
    assert [cell.text for cell in shown[1].rows[2]] == ["Candidates", "0", "0", "under 5", "hidden"]


def test_a_title_gives_no_share_from_which_a_hidden_one_follows() -> None:
    captions = shop_of(FEW_CUSTOMERS)[0]
    assert captions[1].title == "The clusters divide the candidates: 58% are in B"
    assert "candidates 58% in B" in captions[1].alt


def test_the_counts_by_segment_and_cluster_are_printed_once(page: tuple[list[Figure], list[Table], Answer]) -> None:
    by_name = {figure.name: figure for figure in page[0]}
    flow, heat = by_name["segments_to_clusters"], by_name["agreement_heat_map"]
    assert flow.numbers is None and "next figure" in flow.caption.subtitle and "next figure" in flow.caption.alt
    assert heat.numbers is not None
