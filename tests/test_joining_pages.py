"""Cohorts on a page: figures and tables say what the results say, hide what is small, and hold on odd shops."""

import datetime as dt
import re
from dataclasses import replace

import pytest
import sqlglot

from cxlab.blocks import Figure
from cxlab.cohorts.joining import EPOCH
from cxlab.cohorts.lasting import compare_lasting
from cxlab.cohorts.order_numbers import repeat_rates
from cxlab.cohorts.retention import follow_cohorts
from cxlab.engine import Engine
from cxlab.intake.hiding import withheld
from cxlab.plots.joining import cohort_retention, cohort_revenue, lasting_by_cohort
from cxlab.plots.order_numbers import repeat_by_order_number
from cxlab.tables.joining import lasting_trends, retention_course
from tests.shops_by_joining import Row, Shop, closed_engines, engine_of  # noqa: F401 (a fixture)

SHOP = Shop(n=900, joining_days=700, days=1000)
BEGIN = dt.date(2024, 1, 1)
START = (BEGIN - EPOCH).days


def shown(engine: Engine, end: dt.date) -> tuple[list[Figure], str]:
    """Return all figures that can be drawn of a shop, and every text of its page."""
    retention = follow_cohorts(engine, observation_end=end, currency="EUR")
    rates, lasting = repeat_rates(engine, observation_end=end), compare_lasting(engine, observation_end=end)
    figures = [
        plot.block(result)  # type: ignore[attr-defined]
        for plot, result in (
            (cohort_retention, retention), (cohort_revenue, retention), (repeat_by_order_number, rates),
            (lasting_by_cohort, lasting),
        )
        if not plot.lacks(result)  # type: ignore[attr-defined]
    ]  # fmt: skip
    tables = [table for table in (retention_course(retention), lasting_trends(lasting)) if table is not None]
    tables += [figure.numbers for figure in figures if figure.numbers]
    texts = [str(table) for table in tables] + [str(figure.caption) for figure in figures]
    texts += [result.heading + result.reading for result in (retention, rates, lasting)]
    for table in tables:
        assert all(len(row) == len(table.columns) for row in table.rows)
    for figure in figures:
        assert len(figure.caption.alt) < 400
    findings = [result.findings for result in (retention, rates, lasting)]
    texts += [str({k: e.as_finding() for k, e in one.items()}) for one in findings]
    return figures, " ".join(texts)


def test_a_shop_that_can_be_followed_has_all_four_figures() -> None:
    figures, text = shown(SHOP.draw(1), SHOP.end)
    assert [figure.name for figure in figures] == ["cohort_retention", "cohort_revenue", "order_numbers", "lasting"]
    assert not re.search(r"\bnan\b|\binf\b|  ", text, flags=re.I)


@pytest.mark.parametrize(
    "rows",
    [
        [(f"c{i}", START, 1000, False) for i in range(40)],
        [(f"c{i}", START + i, 1000, False) for i in range(10)],
        [(f"c{i}", START + i * 9, -500, False) for i in range(60)],
        [(f"c{i}", START + i * 9 + k, 0, False) for i in range(60) for k in range(0, 400, 40)],
        [("one", START + k, 1000, False) for k in range(0, 900, 30)],
    ],
    ids=["one day", "ten customers", "money back", "of no value", "one customer"],
)
def test_odd_shops_are_shown_without_harm(rows: list[Row]) -> None:
    end = EPOCH + dt.timedelta(days=max(row[1] for row in rows) + 100)
    _, text = shown(engine_of(rows), end)
    assert not re.search(r"\bnan\b|\binf\b", text, flags=re.I)


def test_a_small_shop_hides_its_small_cells_in_every_drawing() -> None:
    shop = replace(SHOP, n=160, pace=0.01)
    engine = shop.draw(2)
    retention = follow_cohorts(engine, observation_end=shop.end, currency="EUR")
    for plot in (cohort_retention, cohort_revenue):
        figure = plot.block(retention)
        assert figure.numbers is not None
        hidden = sum(cell.text == withheld() for row in figure.numbers.rows for cell in row[2:])
        assert hidden > 0 and figure.wide.count(">–<") == hidden
        assert "hidden: groups of under 5 customers" in figure.caption.note


def test_what_is_added_up_is_shown_again_only_after_enough_have_bought() -> None:
    """Of 20 customers 2 come in the second month, nobody in the third, and 10 in the fourth."""
    rows = [(f"c{i:02d}", START + i % 3, 1000, False) for i in range(20)]
    rows += [(f"c{i:02d}", START + 35, 7700, False) for i in range(2)]
    rows += [(f"c{i:02d}", START + 105, 1000, False) for i in range(10)]
    found = follow_cohorts(engine_of(rows), observation_end=BEGIN + dt.timedelta(days=170), currency="EUR")
    assert found.joining.length_days == 30 and found.bought[0].tolist() == [0, 2, 0, 10, 0]
    assert found.hidden[0].tolist() == [False, True, False, False, False]
    assert found.hidden_money[0].tolist() == [False, False, True, True, False, False]


def test_statements_can_be_translated_for_spark() -> None:
    engine = SHOP.draw(1)
    shown(engine, SHOP.end)
    mine = [sql for sql in engine.statements if sql.startswith("SELECT")]
    assert len(mine) > 8
    for sql in mine:
        (spark,) = sqlglot.transpile(sql, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE)
        sqlglot.parse_one(spark, read="spark")


def test_the_same_orders_in_another_order_give_the_same_page() -> None:
    engine = SHOP.draw(7)
    rows = engine.rows("SELECT customer_id, day, revenue, is_return FROM days ORDER BY day, customer_id DESC")
    assert shown(engine_of(rows), SHOP.end)[1] == shown(engine, SHOP.end)[1]
