"""What a reader sees of the segmentation: figures, tables and the answer, also where there is little to see."""

import re

import pytest

from cxlab import plots, tables
from cxlab.agreement import agreement_ceiling, compare_partitions, judge_segmentation, predictive_skill
from cxlab.answers.segmentation import segmentation_answer
from cxlab.blocks import SEGMENTS, Answer, Figure, Table
from cxlab.clusters import fit_clusters, fit_labels
from cxlab.segments import assign_segments, describe_segments
from tests.planted import Driver, planted_customers

CASES = [("segments", 400), ("returns", 400), ("nothing", 400), ("segments", 40)]


@pytest.fixture(scope="module", params=CASES, ids=lambda case: f"{case[0]}-{case[1]}")
def page(request: pytest.FixtureRequest) -> tuple[list[Figure], list[Table], Answer]:
    """All figures, tables and the answer of one planted shop."""
    driver: Driver
    driver, n = request.param
    customers = planted_customers(n, 7, driver=driver, costs_known=n > 40)
    segments = assign_segments(customers)
    profile = describe_segments(customers, segments, n_bootstrap=30)
    clusters = fit_clusters(customers, k=4, seed=1)
    names = {letter: f"Group {letter}, a longer name" for letter in clusters.letters}
    agreement = compare_partitions(segments.labels, clusters.labels, names_b=names, n_bootstrap=30)
    ceiling = agreement_ceiling(
        customers.frame, agreement, clusters.labels, clusters.features.matrix, fit_labels, k=4, n_splits=2, n_rules=19
    )
    skill = predictive_skill(customers, segments.labels, fit_labels, n_bootstrap=30)
    figures = [
        plots.four_field_map.block(profile),
        plots.segment_outcomes.block(profile),
        plots.agreement_heat_map.block(agreement),
        plots.agreement_scale.block(ceiling),
        plots.predictive_skill.block(skill),
    ]
    shown = [tables.four_segments(profile), tables.segment_actions(profile), tables.best_matches(agreement)]
    shown += [figure.numbers for figure in figures if figure.numbers is not None]
    return figures, shown, segmentation_answer(profile, skill, judge_segmentation(skill))


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
    start = {"yes": "Yes: ", "partly": "Mostly yes: ", "no": "No: ", "cannot": "The data cannot tell: "}[answer.tone]
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
