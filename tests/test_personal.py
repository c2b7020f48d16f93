"""Columns that point to people: found by heading and by what they hold, in as few queries as there may be columns."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cxlab.engine import Engine, fill, quote
from cxlab.intake import check_study, personal
from cxlab.intake.personal import point_to_people
from tests.make import write_study

MADE = {
    "customer_name": "'Ann'",
    "city": "'c' || (range % 30)",
    "zip code": "CAST(range AS VARCHAR)",
    "phone": "range",
    "kaupunki": "'k' || (range % 3)",
    "reached_by": "'u' || (range % 10) || '@x.fi'",
    "their words": "'said ' || range",
    "spent": "CAST(range / 7 AS VARCHAR)",
    "summa": "REPLACE(CAST(range / 7 AS VARCHAR), '.', ',')",
    "age": "range % 40",
    "score": "range * 1.5",
    'a "quoted", one': "'said ' || range",
    "empty": "CAST(NULL AS VARCHAR)",
    "mostly empty": "CASE WHEN range < 40 THEN 'said ' || range END",
}
PEOPLE = ("customer_name", "city", "zip code", "phone", "reached_by", "their words", 'a "quoted", one')


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine(threads=1) as opened:
        columns = ", ".join(f"{made} AS {quote(name)}" for name, made in MADE.items())
        opened.run(fill("CREATE TABLE t AS SELECT {!columns} FROM range(100)", columns=columns))
        yield opened


@pytest.mark.parametrize("at_a_time", [1, 3, 500])
def test_they_are_found_however_many_are_looked_at_at_a_time(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, at_a_time: int
) -> None:
    monkeypatch.setattr(personal, "_AT_A_TIME", at_a_time)
    assert point_to_people(engine, "t", {name: name for name in MADE}) == PEOPLE


def test_two_thousand_columns_take_a_handful_of_queries(engine: Engine) -> None:
    engine.run(
        "CREATE TABLE wide AS SELECT " + ", ".join(f"'v' || range AS c{i}" for i in range(2000)) + " FROM range(9)"
    )
    before = len(engine.statements)
    assert point_to_people(engine, "wide", {f"c{i}": f"heading {i}" for i in range(2000)}) == ()
    assert len(engine.statements) - before <= 4


def test_names_that_come_again_and_again_are_names_all_the_same(tmp_path: Path) -> None:
    names = [f"{first} {last}" for first in ("Matti", "Liisa", "Åke") for last in ("Virtanen", "Mäki-Aho", "von Essen")]
    streets = [f"Mannerheimintie {n} A {n}" for n in range(1, 10)]
    cells = [(names[i % 9], streets[i % 8], f"040-{1234560 + i % 7}", names[i % 9], f"X {i % 9}") for i in range(400)]
    rows = [f"{'ab'[i % 2]},{i % 3},{','.join(found)}" for i, found in enumerate(cells)]
    head = "arm,outcome,Vastaanottaja,kohde,tieto,contact,kind"
    write_study(tmp_path, "  outcomes: {path: o.csv, control: a}\n", o="\n".join([head, *rows]) + "\n")
    with check_study(tmp_path) as intake:
        assert intake.tables["outcomes"].left_out == ("Vastaanottaja", "contact", "kohde", "tieto")
        assert intake.tables["outcomes"].further == ("kind",)
