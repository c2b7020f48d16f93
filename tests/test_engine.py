"""The engine: SQL that can be translated, names that cannot break it, results in an order."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pytest
import sqlglot
from hypothesis import given
from hypothesis import strategies as st

import cxlab.engine
from cxlab.engine import Engine, EngineError, fill, quote
from cxlab.kit import open_study
from cxlab.spark.translation import take_apart
from tests.make import HEAD, orders_csv, write_study


def test_every_statement_but_those_that_read_can_be_translated_for_spark(tmp_path: Path) -> None:
    sources = "".join(f"  {name}: {{path: {name}.csv}}\n" for name in ("orders", "gestures", "costs", "incidents"))
    write_study(
        tmp_path, sources, head=HEAD + "calibration_end: 2024-01-10\n",
        orders=orders_csv(
            *(f"c{i % 5},2024-01-{i + 1:02d},{i},{i},1,{i},{i}.0" for i in range(20)),
            head="customer_id,ordered_at,revenue,cost,quantity,unit_price,order_id",
        ),
        gestures=orders_csv("c1,2024-01-02,3", head="customer_id,given_at,cost"),
        costs=orders_csv("c1,2024-01-02,3,10,", head="customer_id,spent_at,hours,hourly_rate,amount"),
        incidents=orders_csv("c1,2024-01-02", head="customer_id,occurred_at"),
    )  # fmt: skip
    with open_study(tmp_path) as kit:
        assert kit.customers.n == 5
        statements = kit.intake.engine.statements
    assert len(statements) > 20
    for sql in statements:
        said = take_apart(sql)
        assert said.spark or said.does in ("drop", "other")
        if said.spark:
            sqlglot.parse_one(said.spark, read="spark")
        assert not re.search(r"READ_\w+\(|TRY_STRPTIME|STRPTIME|APPROX", said.spark.upper()), said.spark


def test_what_reads_files_is_kept_from_translation(tmp_path: Path) -> None:
    write_study(
        tmp_path,
        "  orders: {path: STRPTIME.csv}\n",
        STRPTIME=orders_csv(*(f"c{i % 5},2024-01-{i + 1:02d},{i}" for i in range(20))),
    )
    with open_study(tmp_path) as kit:
        assert kit.intake.n_orders == 20
        assert not any("STRPTIME" in sql or "orders_file" in sql for sql in kit.intake.engine.statements)


def test_numbers_are_cast_before_they_are_divided(tmp_path: Path) -> None:
    write_study(tmp_path, orders=orders_csv(*(f"c{i % 5},2024-01-{i + 1:02d},{i}" for i in range(20))))
    with open_study(tmp_path) as kit:
        assert kit.customers.n
        for sql in kit.intake.engine.statements:
            assert all("AS DOUBLE)" in left for left in re.findall(r"([^()]*\([^()]*\)|\S+) / ", sql)), sql


@given(st.text(st.characters(blacklist_characters="\0", blacklist_categories=["Cs"]), min_size=1, max_size=20))
def test_any_text_can_be_a_name(name: str) -> None:
    assert quote(name)[0] == quote(name)[-1] == '"'
    assert sqlglot.parse_one(f"SELECT {quote(name)}", read="duckdb").find(sqlglot.exp.Column).name == name  # type: ignore[union-attr]


def test_names_are_quoted_and_expressions_are_not() -> None:
    assert fill("SELECT {!x} FROM {t}", x="COUNT(*)", t='a"b') == 'SELECT COUNT(*) FROM "a""b"'


def test_a_frame_must_say_its_order() -> None:
    with Engine() as engine:
        assert engine.frame("SELECT 1 AS a ORDER BY a")["a"].tolist() == [1]
        with pytest.raises(ValueError, match="ORDER BY"):
            engine.frame("SELECT 1 AS a")
        with pytest.raises(ValueError, match="ORDER BY"):
            engine.frame("SELECT ROW_NUMBER() OVER (ORDER BY 1) AS a FROM range(3)")


def test_what_cannot_be_read_is_an_engine_error(tmp_path: Path) -> None:
    with Engine() as engine, pytest.raises(EngineError):
        engine.view_parquet("t", tmp_path / "nothing.parquet")


def test_closing_twice_is_no_fault() -> None:
    engine = Engine()
    engine.close()
    engine.close()


def test_a_statement_that_lacks_memory_is_given_more() -> None:
    with Engine(memory=20) as engine:
        assert engine.row("SELECT current_setting('memory_limit')") == ("20.0 MiB",)
        assert engine.row("SELECT LEN(LIST(i)) FROM range(5000000) AS t(i)") == (5_000_000,)
        assert engine.row("SELECT current_setting('memory_limit')") == ("620.0 MiB",)
        with pytest.raises(duckdb.ConversionException):
            engine.row("SELECT CAST('x' AS INTEGER)")


def test_a_frame_by_ranges_is_the_frame_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cxlab.engine, "_A_RANGE", 100)
    monkeypatch.setattr(cxlab.engine, "_FEW", 10)
    with Engine() as engine:
        engine.run("CREATE TABLE t AS SELECT CAST(i * 7919 % 1000 AS VARCHAR) AS who, i AS n FROM range(1000) AS r(i)")
        before = len(engine.statements)
        ranges = engine.frame_by("t", "who", "who, n + ? AS n", [1])
        assert len([sql for sql in engine.statements[before:] if "ORDER BY" in sql and "n + ?" in sql]) > 5
        pd.testing.assert_frame_equal(ranges, engine.frame("SELECT who, n + 1 AS n FROM t ORDER BY who"))
        assert engine.frame_by("t", "who", "who", [])["who"].is_unique
        assert engine.row("SELECT current_setting('memory_limit')") == ("600.0 MiB",)


def test_memory_is_lent_to_a_frame_and_taken_for_many_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    limit = "SELECT current_setting('memory_limit')"
    with Engine() as engine:
        with engine._lent(100 << 20):
            assert engine.row(limit) == ("500.0 MiB",)
        with pytest.raises(ZeroDivisionError), engine._lent(10 << 30):
            assert engine.row(limit) == ("350.0 MiB",)
            raise ZeroDivisionError
        engine.expect(100 << 20)
        assert engine.row(limit) == ("600.0 MiB",)
        monkeypatch.setattr(cxlab.engine, "_most_memory", lambda: 1000)
        engine.expect(10 << 30)
        assert engine.row(limit) == ("1000.0 MiB",)


def test_numbers_that_differ_and_that_do_not() -> None:
    with Engine() as engine:
        assert engine.all_differ("SELECT HASH(i) FROM range(300000) AS r(i)", 300_000)
        assert not engine.all_differ("SELECT HASH(i % 299999) FROM range(300000) AS r(i)", 300_000)
        assert engine.count_repeated("SELECT HASH(i % 100000) FROM range(300000) AS r(i)", 300_000) == 200_000
        assert engine.all_differ("SELECT HASH(i) FROM range(0) AS r(i)", 0)
        with pytest.raises(AssertionError, match="3 rows instead of 4"):
            engine.all_differ("SELECT HASH(i) FROM range(3) AS r(i)", 4)
        with pytest.raises(AssertionError, match="more rows than 2"):
            engine.all_differ("SELECT HASH(i) FROM range(3) AS r(i)", 2)


def test_what_is_lent_comes_back_before_more_is_taken() -> None:
    limit = "SELECT current_setting('memory_limit')"
    with Engine(memory=100) as engine:
        with engine._lent(10 << 30):
            assert engine.row(limit) == ("100.0 MiB",)  # there is too little to lend
        engine._memory = 500
        with engine._lent(10 << 30):
            assert engine.row(limit) == ("350.0 MiB",)
            failed = iter([duckdb.OutOfMemoryException("Out of Memory Error"), OSError("Out of Memory Error: pin")])

            def work() -> str:
                for fault in failed:
                    raise fault
                return str(engine._connection.execute(limit).fetchone())

            assert engine._with_room(work) == "('1.0 GiB',)"
        assert engine._limited == engine._memory == 1100
        with pytest.raises(OSError, match="no such file"):
            engine._with_room(lambda: Path("no such file").read_text())


def test_a_frame_whose_reader_fails_on_the_way_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cxlab.engine, "_AT_ONCE", 2048)
    with Engine() as engine:
        engine.run("CREATE TABLE t AS SELECT CAST(i AS VARCHAR) AS who, i AS n, i / 2 AS half FROM range(9000) AS r(i)")
        whole = engine.frame("SELECT * FROM t ORDER BY n")
        asked, given = engine._arrow, []

        def breaks_once(sql: str, values: list[Any]) -> pa.RecordBatchReader:
            reader = asked(sql, values)
            if "ORDER BY" not in sql or given:
                return reader
            given.append(sql)

            def some() -> Iterator[pa.RecordBatch]:
                yield reader.read_next_batch()
                reader.close()
                raise OSError("Out of Memory Error: failed to pin block")

            return pa.RecordBatchReader.from_batches(reader.schema, some())

        monkeypatch.setattr(engine, "_arrow", breaks_once)
        pd.testing.assert_frame_equal(engine.frame("SELECT * FROM t ORDER BY n"), whole)
        given.clear()
        by_name = engine.frame_by("t", "who", "who, n, half", [])
        pd.testing.assert_frame_equal(by_name, whole.sort_values("who").reset_index(drop=True))
        assert given


def test_a_frame_by_ranges_of_a_table_that_was_kept_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cxlab.engine, "_A_RANGE", 100)
    monkeypatch.setattr(cxlab.engine, "_FEW", 10)
    made = "SELECT CAST(i * 7919 % 1000 AS VARCHAR) AS who, i AS n FROM range(1000) AS r(i)"
    with Engine() as engine:
        engine.run(f"CREATE TABLE t AS {made}")
        expected = engine.frame_by("t", "who", "who, n")
        engine.save(tmp_path / "kept.duckdb", {"t": "SELECT * FROM t"})
    with Engine() as engine:
        engine.open_saved(tmp_path / "kept.duckdb")
        pd.testing.assert_frame_equal(engine.frame_by("t", "who", "who, n"), expected)
