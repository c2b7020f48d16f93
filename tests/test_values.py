"""What is read at a glance is what a close look finds; and many files share a statement."""

import csv
import datetime as dt
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlab.intake import check_study, values
from tests.depth import examples
from tests.make import write_study

LENIENT = "name: shop\ntitle: Shop\ncurrency: EUR\nparameters: {max_reject_share: 1}\n"
IDS = ["C1", "17", "103.0", " C1", "C1 ", "C1\t", "\u00a0C1", "\ufeffC1", "", "-", "NULL", "nan", "N/A", "#N/A",
       "#1001", "total", "Yhteensä", "Summa 01/2024", "Yhteensä tammikuu",
       "anna", "Åke", "a-very-long-name", "a-very-long-name ", "=1+1",
       "7f3e1b2c-aaaa-bbbb-cccc-dd", "c_1", "{1", "x~", "Ж1", "1e5", "0012"]  # fmt: skip
MOMENTS = ["2024-01-05", "2024-01-05 10:11:12", "2024-01-05T10:11", "2024-01-05 10:11:12+02:00", " 2024-01-05", "",
           "soon", "1969-12-31", "2100-01-01", "0001-01-01", "-"]  # fmt: skip
AMOUNTS = ["1", "12.50", "-3", "+4", ".5", "1e3", "12.50 €", "€ 3", "USD 4", "1,234.50", "1 234.5", "(5.00)", "1_000",
           "inf", "nan", "-inf", "1e11", "-1e11", "", "-", "x", " 7 ", "0", "-0", "5-", "1e400"]  # fmt: skip
FLAGS = ["true", "0", "x", "", "maybe", " yes", "kyllä", "NULL"]
TEXTS = ["web", "app", "x ", "\tshop", "", "NULL", "-", "n/a", "Glass jar", "Åbo", "long enough", "long enough ", "é"]
ROW = st.tuples(*map(st.sampled_from, (IDS, IDS, MOMENTS, AMOUNTS, AMOUNTS, FLAGS, TEXTS)))
HEAD = ("customer_id", "order_id", "ordered_at", "revenue", "cost", "returned", "channel")
GOOD = ("C1", "O1", "2024-01-05", "10", "5", "false", "web")


def found(folder: Path) -> list[tuple[object, ...]]:
    """Return every record as it was read, with its fault."""
    with check_study(folder) as intake:
        columns = ", ".join((*HEAD, "is_return", "cx_fault"))
        rows = intake.engine.rows(f"SELECT {columns} FROM orders_rows ORDER BY rowid")
    return [tuple(row) for row in rows]


def holds(folder: Path) -> None:
    """See that a close look at every record gives the same as the glance."""
    glance = found(folder)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(values, "_is_plain", lambda *_: "FALSE")
        assert found(folder) == glance


@settings(max_examples=examples(8))
@given(rows=st.lists(ROW, min_size=5, max_size=40))
@pytest.mark.thorough
def test_a_glance_at_texts_gives_what_a_close_look_does(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]]
) -> None:
    folder = tmp_path_factory.mktemp("texts")
    write_study(folder, "  orders: {path: o.csv, read: {decimal: '.', date_format: iso}}\n", head=LENIENT)
    with (folder / "o.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([HEAD, *[GOOD] * 5, *rows])
    holds(folder)


@settings(max_examples=examples(5))
@given(data=st.data())
def test_a_glance_at_typed_columns_gives_what_a_close_look_does(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("typed")
    write_study(folder, "  orders: {path: o.parquet}\n", head=LENIENT)
    moment = st.none() | st.datetimes(dt.datetime(1960, 1, 1), dt.datetime(2110, 1, 1))  # noqa: DTZ001
    number = st.none() | st.floats(width=64) | st.integers(-500, 500).map(float)
    whole = st.none() | st.integers(0, 9)
    n = data.draw(st.integers(1, 30))

    def draw(one: st.SearchStrategy[object], kind: pa.DataType, good: object) -> pa.Array:
        return pa.array([good] * 3 + [data.draw(one) for _ in range(n)], kind)

    ids = data.draw(st.sampled_from([(whole, pa.int32(), 1), (number, pa.float64(), 1.0)]))
    columns = (
        draw(*ids), draw(whole, pa.int64(), 1), draw(moment, pa.timestamp("us"), dt.datetime(2024, 1, 5)),  # noqa: DTZ001
        draw(number, pa.float64(), 3.0), draw(number, pa.float32(), 1.0),
        draw(st.none() | st.booleans(), pa.bool_(), False),
        draw(st.none() | st.sampled_from(TEXTS), pa.string(), "web"),
    )  # fmt: skip
    pq.write_table(pa.table(dict(zip(HEAD, columns, strict=True))), folder / "o.parquet")
    holds(folder)


@pytest.mark.thorough
def test_records_of_many_files_that_share_a_statement_know_their_lines(tmp_path: Path) -> None:
    write_study(tmp_path, "  orders: {path: 'day-*.csv'}\n", head=LENIENT)
    bad = {}
    for i in range(120):
        lines = [f"C{i},2024-01-{1 + k % 28:02d},{k + 0.5}" for k in range(3 + i % 5)]
        if i % 7 == 0:
            lines.insert(i % 3, f"C{i},never,1")
            bad[f"day-{i:03d}.csv"] = str(2 + i % 3)
        end = "\r\n" if i % 11 == 0 else "\n"
        mark = ";" if i % 13 == 0 else ","
        text = end.join(["customer_id,ordered_at,revenue", *lines]).replace(",", mark) + end
        (tmp_path / f"day-{i:03d}.csv").write_bytes(text.encode())
    with check_study(tmp_path) as intake:
        (file,) = intake.write_rejects(tmp_path)
        assert intake.tables["orders"].n_read == sum(3 + i % 5 for i in range(120)) + len(bad)
    with file.open(encoding="utf-8-sig", newline="") as rejects:
        assert {row["file"]: row["line"] for row in csv.DictReader(rejects)} == bad
