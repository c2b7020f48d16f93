"""Planted faults come out of every format with file, line, column, reason and record, and every good row comes in."""

import csv
import datetime as dt
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count, pairwise
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import Phase, given, seed, settings
from hypothesis import strategies as st

from cxlab.errors import InputError
from cxlab.intake import Intake, check_study
from cxlab.kit import open_study
from cxlab.words import harmless
from tests import made_workbooks
from tests.depth import examples
from tests.make import HEAD, good_rows, orders_csv, write_study
from tests.planted_files import (
    FAULTS,
    IN_CELLS,
    IN_TYPED_COLUMNS,
    NAMES,
    Dialect,
    Line,
    Order,
    Planted,
    dialects,
    write_parquet,
    write_text,
    write_xlsx,
)

LENIENT = HEAD + "parameters: {max_reject_share: 1.0}\n"
START = dt.datetime(2019, 1, 1)  # noqa: DTZ001
ANCHOR = Order("anchor", dt.datetime(2024, 1, 25, 13, 45, 7), 1_234_567, 100)  # noqa: DTZ001
"""Stands in every file: a day that only one reading fits, and an amount with thousands and cents."""
PIECES = (
    "c", "7", "007", "Aalto", "Oy Ab", "Häme", "öy", "€u", "éa", "😀x", "日本", "e\u0301a", "a\u00a0b", " ", ",", ";",
    "|", "\t", "'", '"', "=", "+", "-", "@", "%s", "{x}", "--", "\\", "/*", "#", "$1", "x'); DROP TABLE orders; --",
)  # fmt: skip
NOTES = ("", "x", "two\nlines", 'a "b" c', "x; y, z | q", "it's", "tab\there", "ends\n\nlate")
DIALECTS = dialects()
SECONDS = "%Y-%m-%d %H:%M:%S"
Table = list[Line]
Fresh = Callable[[], Path]


@pytest.fixture
def fresh(tmp_path: Path) -> Fresh:
    """Return a maker of new folders, one for each example."""
    numbers = count()

    def make() -> Path:
        folder = tmp_path / str(next(numbers))
        folder.mkdir()
        return folder

    return make


def ids() -> st.SearchStrategy[str]:
    """Customer ids with awkward characters, but without space around them."""
    joined = st.lists(st.sampled_from(PIECES), min_size=1, max_size=4).map(lambda parts: "".join(parts).strip())
    return joined.filter(lambda text: text.strip("-") != "")  # a dash alone may stand for nothing


def orders() -> st.SearchStrategy[Order]:
    """Orders without a fault."""
    moments = st.tuples(st.integers(0, 2191), st.integers(0, 86_399)).map(
        lambda at: START + dt.timedelta(days=at[0], seconds=at[1])
    )
    cents = st.integers(-99_999, 500_000_000)
    costs = st.none() | st.integers(0, 2_000_000)
    return st.builds(Order, ids(), moments, cents, costs, st.booleans(), st.sampled_from(NOTES))


def tables(faults: Sequence[str] = ()) -> st.SearchStrategy[Table]:
    """Lines of orders, some with a fault, and the anchor among them."""

    def mend(line: Line) -> Line:
        order, fault = line
        if fault == "a cost below zero":  # which a return may have
            return replace(order, cents=abs(order.cents), returned=False), fault
        if fault and not FAULTS[fault].column:  # a line that is none ends with its line
            return replace(order, note="x"), fault
        return line

    fault = st.sampled_from([None, None, None, *faults]) if faults else st.none()
    lines = st.lists(st.tuples(orders(), fault).map(mend), min_size=2, max_size=9)
    return st.tuples(lines, st.integers(0, 9)).map(lambda t: [*t[0][: t[1]], (ANCHOR, None), *t[0][t[1] :]])


def fitting(table: Table, dialect: Dialect) -> Table:
    """Return the table without the characters that an encoding lacks."""

    def fit(text: str) -> str:
        return "".join(c if dialect.can_hold(c) else "q" for c in text)

    return [(replace(order, customer=fit(order.customer), note=fit(order.note)), fault) for order, fault in table]


def tried(number: int, n: int, check: Callable[..., None], *strategies: st.SearchStrategy[object]) -> None:
    """Run a check on random examples, other ones for each number and always the same."""
    limited = settings(max_examples=examples(n), phases=[Phase.generate], database=None)
    seed(number)(limited(given(*strategies)(check)))()


def arrived(intake: Intake) -> list[tuple[str, int, int, int, bool]]:
    """Return the engine's orders: customer, seconds since 1970, cents, cost (-1: none) and whether it came back."""
    sql = "SELECT customer_id, ordered_at, revenue, COALESCE(cost, -1), COALESCE(returned, FALSE) FROM orders"
    return sorted(intake.engine.rows(sql))


def sent(planted: Sequence[Planted]) -> list[tuple[str, int, int, int, bool]]:
    """Return the same of the good rows that were written."""
    epoch = dt.datetime(1970, 1, 1)  # noqa: DTZ001
    return sorted(
        (o.customer, int((o.moment - epoch).total_seconds()), o.cents, -1 if o.cost is None else o.cost, o.returned)
        for file in planted
        for o in file.orders
    )


def read_rejects(intake: Intake, folder: Path, table: str = "orders") -> dict[tuple[str, int], dict[str, str]]:
    """Write and read the list of rejects, by file and line."""
    intake.write_rejects(folder)
    file = folder / "rejects" / f"{table}.csv"
    if not file.exists():
        return {}
    with file.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    found = {(row["file"], int(row["line"])): row for row in rows}
    assert len(found) == len(rows) == intake.tables[table].n_rejected
    return found


def holds(folder: Path, path: str, *planted: Planted) -> None:
    """See that every planted fault is found as it stands, and that every good row arrives unchanged."""
    write_study(folder, f"  orders: {{path: '{path}'}}\n", head=LENIENT)
    with check_study(folder) as intake:
        table, found, rejects = intake.tables["orders"], arrived(intake), read_rejects(intake, folder)
    wanted = {(reject.file, reject.line): reject for file in planted for reject in file.rejects}
    assert not [row for place, row in rejects.items() if place not in wanted], "a good row was rejected"
    assert not [reject for place, reject in wanted.items() if place not in rejects], "a planted fault was not found"
    assert table.n_used + table.n_rejected == table.n_read == sum(file.n_records for file in planted)
    for place, reject in wanted.items():
        row = rejects[place]
        assert re.search(reject.fault.reason, row["reason"], re.I), f"{place}: {row['reason']}"
        assert not reject.fault.column or row["column"] == reject.fault.column
        if reject.record is None:
            shown = row["record"].replace("'", "")  # there may be more of them now, before what might be a formula
            assert all(cell.replace("'", "") in shown for cell in reject.cells), row["record"]
        else:
            assert row["record"].replace("\r\n", "\n") == harmless(reject.record)
    assert found == sent(planted)


def _named(dialect: Dialect) -> str:
    delimiter = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}[dialect.delimiter]
    end = {"\n": "LF", "\r\n": "CRLF", "\r": "CR"}[dialect.line_end]
    amount = dialect.amount(123456).replace("\u00a0", "_").replace(" ", "_").replace("€", "EUR")
    parts = (delimiter, dialect.encoding, end, amount, dialect.date_format.replace(" ", "_"), dialect.flags[0])
    return "-".join((*parts, *["quoted"] * dialect.quote_all, *["packed"] * dialect.packed)).replace("ä", "a")


@pytest.mark.parametrize(
    "number",
    [pytest.param(i, marks=[pytest.mark.thorough] if i % 2 else [], id=_named(d)) for i, d in enumerate(DIALECTS)],
)
def test_faults_are_found_in_every_dialect_of_text(fresh: Fresh, number: int) -> None:
    dialect = DIALECTS[number]

    def check(table: Table) -> None:
        folder = fresh()
        file = f"orders{dialect.suffix}"
        holds(folder, file, write_text(folder / file, fitting(table, dialect), dialect))

    tried(number, 1, check, tables([f for f in FAULTS if f != "an open quotation mark"]))


@pytest.mark.parametrize("number", range(4))
def test_an_open_quotation_mark_costs_its_own_line_and_no_other(fresh: Fresh, number: int) -> None:
    dialect = DIALECTS[number * 14]

    def check(table: Table) -> None:
        folder = fresh()
        file = f"orders{dialect.suffix}"
        holds(folder, file, write_text(folder / file, fitting(table, dialect), dialect))

    tried(number, 3, check, tables(["an open quotation mark"]))


@pytest.mark.parametrize("typed", [True, False], ids=["typed columns", "columns of text"])
def test_faults_are_found_in_parquet(fresh: Fresh, typed: bool) -> None:
    def check(table: Table, number: int) -> None:
        folder = fresh()
        dialect = None if typed else DIALECTS[number]
        holds(folder, "orders.parquet", write_parquet(folder / "orders.parquet", table, dialect))

    tried(1, 4, check, tables(IN_TYPED_COLUMNS if typed else IN_CELLS), st.integers(0, len(DIALECTS) - 1))


@pytest.mark.parametrize("inline", [False, True], ids=["shared texts", "texts in cells"])
@pytest.mark.parametrize("typed", [True, False], ids=["numbers and days", "texts"])
def test_faults_are_found_in_workbooks(fresh: Fresh, typed: bool, inline: bool) -> None:
    def check(table: Table, number: int) -> None:
        folder = fresh()
        dialect = None if typed else DIALECTS[number]
        holds(folder, "orders.xlsx", write_xlsx(folder / "orders.xlsx", table, dialect, inline=inline))

    tried(2, 3, check, tables(IN_CELLS), st.integers(0, len(DIALECTS) - 1))


@pytest.mark.longest
@pytest.mark.thorough
def test_faults_are_found_in_each_of_many_files_of_every_kind(fresh: Fresh) -> None:
    def check(parts: list[tuple[Table, str, int]]) -> None:
        folder = fresh()
        planted = [_written(folder / f"o-{i}", *part) for i, part in enumerate(parts)]
        holds(folder, "o-*", *planted)

    kinds = st.sampled_from(["text", "text", "text", "parquet", "xlsx"])
    parts = st.tuples(tables(IN_TYPED_COLUMNS), kinds, st.integers(0, len(DIALECTS) - 1))
    tried(3, 6, check, st.lists(parts, min_size=2, max_size=4))


def _written(stem: Path, table: Table, kind: str, number: int) -> Planted:
    dialect = DIALECTS[number]
    if kind == "text":
        return write_text(stem.with_name(stem.name + dialect.suffix), fitting(table, dialect), dialect)
    if kind == "parquet":
        return write_parquet(stem.with_suffix(".parquet"), table, None if number % 2 else dialect)
    return write_xlsx(stem.with_suffix(".xlsx"), table, None if number % 2 else dialect)


class TestLaws:
    """What must not matter does not matter."""

    def customers(self, folder: Path, path: str) -> pd.DataFrame:
        write_study(folder, f"  orders: {{path: '{path}'}}\n")
        with open_study(folder) as kit:
            return kit.customers.frame

    @pytest.mark.thorough
    def test_the_order_of_rows_changes_nothing_in_the_customers(self, fresh: Fresh) -> None:
        def check(table: Table, data: st.DataObject) -> None:
            found = []
            for rows in (_with_buyers(table), data.draw(st.permutations(_with_buyers(table)))):
                folder = fresh()
                write_text(folder / "orders.csv", rows, Dialect(date_format=SECONDS))
                found.append(self.customers(folder, "orders.csv"))
            pd.testing.assert_frame_equal(*found)

        tried(4, 3, check, tables(), st.data())

    @pytest.mark.thorough
    def test_splitting_a_file_changes_nothing_in_the_customers(self, fresh: Fresh) -> None:
        def check(table: Table, cuts: list[int]) -> None:
            folder, rows = fresh(), _with_buyers(table)
            dialect = Dialect(date_format=SECONDS)
            write_text(folder / "all.csv", rows, dialect)
            edges = [0, *sorted(cut % len(rows) for cut in cuts), len(rows)]
            parts = [rows[a:b] for a, b in pairwise(edges) if b > a]
            for i, part in enumerate(parts):
                write_text(folder / f"part-{i}.csv", part, Dialect(";", encoding="utf-16", date_format=SECONDS))
            pd.testing.assert_frame_equal(self.customers(folder, "all.csv"), self.customers(folder, "part-*.csv"))

        tried(5, 3, check, tables(), st.lists(st.integers(0, 20), min_size=1, max_size=3))

    @pytest.mark.longest
    @pytest.mark.thorough
    def test_the_format_changes_nothing_in_the_customers(self, fresh: Fresh) -> None:
        def check(table: Table) -> None:
            folder, rows = fresh(), _with_buyers(table)
            semicolons = Dialect(";", "cp1252", "\r\n", ",", "\u00a0", "", "%d.%m.%Y %H:%M:%S", ("kyllä", "ei"))
            plain = Dialect(date_format=SECONDS)
            write_text(folder / "plain.csv", rows, plain)
            write_text(folder / "finnish.csv", fitting(rows, semicolons), semicolons)
            write_text(folder / "tabs.tsv", rows, Dialect("\t", "utf-16", date_format=SECONDS))
            write_text(folder / "packed.csv.gz", rows, Dialect("|", date_format=SECONDS, packed=True))
            write_parquet(folder / "typed.parquet", rows)
            write_parquet(folder / "texts.parquet", rows, semicolons)
            write_xlsx(folder / "typed.xlsx", rows)
            write_xlsx(folder / "texts.xlsx", rows, semicolons)
            wanted = self.customers(folder, "plain.csv")
            for file in sorted(folder.glob("*.*")):
                if file.name != "study.yml":
                    pd.testing.assert_frame_equal(wanted, self.customers(folder, file.name))

        simple = tables().map(lambda table: fitting(table, Dialect(encoding="cp1252")))
        tried(6, 3, check, simple)


def _with_buyers(table: Table) -> Table:
    """Add orders of a year before and after, so that there is something to foresee."""
    days = (dt.timedelta(days=-400), dt.timedelta(days=400))
    return [*table, *((Order("anchor", ANCHOR.moment + day, 5_000, 100), None) for day in days)]


class TestDuplicates:
    """Lines that say the same twice."""

    @staticmethod
    def table(folder: Path, table: Table, copies: list[int], *, in_a_file_of_their_own: bool) -> tuple[str, Table]:
        """Write lines that differ, and copies of some of them after them; return the path and the copies."""
        unlike = [(replace(o, customer=f"{i} {o.customer}", note="x"), None) for i, (o, _) in enumerate(table)]
        again = [unlike[i % len(unlike)] for i in copies]
        dialect = Dialect(date_format=SECONDS)
        if in_a_file_of_their_own:
            write_text(folder / "o1.csv", unlike, dialect)
            write_text(folder / "o2.tsv", again, replace(dialect, delimiter="\t", encoding="utf-16", quote_all=True))
        else:
            write_text(folder / "o1.csv", [*unlike, *again], dialect)
        return "o*", again

    @pytest.mark.parametrize("apart", [False, True], ids=["in one file", "in two"])
    def test_the_same_line_twice_is_kept_and_told(self, fresh: Fresh, apart: bool) -> None:
        def check(table: Table, copies: list[int]) -> None:
            folder = fresh()
            path, again = self.table(folder, table, copies, in_a_file_of_their_own=apart)
            write_study(folder, f"  orders: {{path: '{path}'}}\n", head=LENIENT)
            with check_study(folder) as intake:
                found, told = intake.tables["orders"], intake.summary()
                assert (found.n_read, found.n_rejected) == (len(table) + len(again), 0)
            lines = [line for line in told.splitlines() if re.search("duplicat|twice|repeated|equal", line, re.I)]
            assert any(str(len(again)) in line for line in lines), told

        tried(7, 3, check, tables(), st.lists(st.integers(0, 20), min_size=1, max_size=4))

    @pytest.mark.parametrize("apart", [False, True], ids=["in one file", "in two"])
    def test_the_same_line_twice_is_a_reject_where_the_study_says_so(self, fresh: Fresh, apart: bool) -> None:
        def check(table: Table, copies: list[int]) -> None:
            folder = fresh()
            path, again = self.table(folder, table, copies, in_a_file_of_their_own=apart)
            write_study(folder, f"  orders: {{path: '{path}', duplicates: drop}}\n", head=LENIENT)
            with check_study(folder) as intake:
                found, rejects = intake.tables["orders"], read_rejects(intake, folder)
                customers = [row[0] for row in arrived(intake)]
            assert (found.n_read, found.n_used) == (len(table) + len(again), len(table))
            assert len(set(customers)) == len(customers) == len(table)
            first = 2 if apart else 2 + len(table)
            file = "o2.tsv" if apart else "o1.csv"
            assert set(rejects) == {(file, first + i) for i in range(len(again))}
            assert all(re.search("duplicate|repeat|twice|again|before|same", r["reason"]) for r in rejects.values())

        tried(8, 3, check, tables(), st.lists(st.integers(0, 20), min_size=1, max_size=4))

    def test_equal_rows_of_an_experiment_are_different_people_whatever_the_study_says(self, tmp_path: Path) -> None:
        rows = ["control,0"] * 30 + ["card,0"] * 20 + ["card,1"] * 10
        for more in ("", ", duplicates: drop"):
            sources = f"  outcomes: {{path: outcomes.csv, control: control{more}}}\n"
            write_study(tmp_path, sources, outcomes=orders_csv(*rows, head="arm,outcome"))
            try:
                with check_study(tmp_path) as intake:
                    assert (intake.tables["outcomes"].n_read, intake.tables["outcomes"].n_used) == (60, 60)
            except InputError as error:
                assert more and "duplicates" in str(error)


def write_table(path: Path, names: str, rows: Sequence[str]) -> None:
    """Write rows of texts, parted by commas, in the format that the file's name tells."""
    cells = [[cell or None for cell in row.split(",")] for row in rows]
    if path.suffix == ".xlsx":
        made_workbooks.write_xlsx(path, {"Sheet1": [names.split(","), *cells]})
    elif path.suffix == ".parquet":
        pd.DataFrame(cells, columns=names.split(","), dtype="str").to_parquet(path)
    else:
        path.write_text(orders_csv(*rows, head=names), encoding="utf-8")


RULES = {
    "gestures": ("customer_id,given_at,cost", "c{},2024-02-0{},1.00", {
        "nobody,2024-02-01,1.00": ("customer_id", "never ordered|no order|unknown"),
        "c7,2023-12-31,1.00": ("given_at", "first order"),
        "c1,2024-02-01,-1.00": ("cost", "below zero|negative"),
        "c1,2024-02-01,inf": ("cost", "amount|finite"),
        "c1,soon,1.00": ("given_at", "date"),
        "c1,,1.00": ("given_at", "missing"),
        ",2024-02-01,1.00": ("customer_id", "missing"),
    }),
    "assignments": ("customer_id,assigned_at,arm", "a{}{},2024-01-09,control", {
        "c1,2024-01-10,crad": ("arm", "arm"),
        "c2,2024-01-10,": ("arm", "missing"),
        "c3,2924-01-10,card": ("assigned_at", "outside|range"),
        ",2024-01-10,card": ("customer_id", "missing"),
    }),
    "costs": ("customer_id,spent_at,hours,amount", "c{},2024-02-0{},1,", {
        "c1,2024-02-01,-2,": ("hours", "below zero|negative"),
        "c1,2024-02-01,,-2": ("amount", "below zero|negative"),
        "c1,2024-02-01,,": ("amount", "missing"),
        "c1,2024-02-01,many,": ("hours", "number"),
        "c1,1024-02-01,1,": ("spent_at", "outside|range"),
    }),
    "feedback": ("customer_id,given_at,score", "c{},2024-02-0{},9", {
        "c1,2024-02-01,very good": ("score", "number"),
        "c1,2024-02-01,": ("score", "missing"),
        "c1,2024-02-30,9": ("given_at", "date"),
    }),
    "incidents": ("customer_id,occurred_at,resolved_at", "c{},2024-02-0{},2024-02-12", {
        "c1,2024-02-01,soon": ("resolved_at", "date"),
        "c1,never,2024-02-12": ("occurred_at", "date"),
    }),
    "referrals": ("referrer_id,referred_id,referred_at", "c{},d{},2024-02-01", {
        ",d1,2024-02-01": ("referrer_id", "missing"),
        "c1,,2024-02-01": ("referred_id", "missing"),
        "c1,d1,32.1.2024": ("referred_at", "date"),
    }),
    "events": ("session_id,occurred_at,step,customer_id", "s{0},2024-02-0{1} 10:00:00,visit,c{0}", {
        ",2024-02-01 10:00:00,visit,c1": ("session_id", "missing"),
        "s1,2024-02-01 10:00:00,,c1": ("step", "missing"),
        "s1,2024-02-31 10:00:00,visit,c1": ("occurred_at", "date"),
        "s1,,visit,c1": ("occurred_at", "missing"),
    }),
}  # fmt: skip


@pytest.mark.parametrize("suffix", ["csv", "parquet", "xlsx"])
@pytest.mark.parametrize("table", RULES)
def test_every_rule_of_every_other_table_is_checked_in_every_format(tmp_path: Path, table: str, suffix: str) -> None:
    names, good, bad = RULES[table]
    rows = [good.format(i % 8, i // 8 + 1) for i in range(48)]
    lines = dict(zip(range(5, 5 + 3 * len(bad), 3), bad, strict=True))
    for line, row in lines.items():
        rows.insert(line, row)
    if table == "assignments":
        rows += [f"k{i},2024-01-10,card" for i in range(40)]
    more = ", allocation: {control: 1, card: 1}" if table == "assignments" else ""
    sources = f"  orders: {{path: orders.csv}}\n  {table}: {{path: {table}.{suffix}{more}}}\n"
    write_study(tmp_path, sources, head=LENIENT, orders=orders_csv(*good_rows(80)))
    write_table(tmp_path / f"{table}.{suffix}", names, rows)
    with check_study(tmp_path) as intake:
        found, rejects = intake.tables[table], read_rejects(intake, tmp_path, table)
    assert found.n_read == len(rows) and found.n_used == len(rows) - len(bad)
    first = 1 if suffix == "parquet" else 2
    assert {line for _, line in rejects} == {first + line for line in lines}
    for line, row in lines.items():
        reject, (column, reason) = rejects[f"{table}.{suffix}", first + line], bad[row]
        assert reject["column"] == column
        assert re.search(reason, reject["reason"], re.I), reject["reason"]
        assert all(cell in reject["record"] for cell in row.split(","))


def test_a_draw_after_which_nothing_was_observed_is_a_reject(tmp_path: Path) -> None:
    draws = [f"k{i},2024-01-{i % 20 + 1:02d},{('control', 'card')[i % 2]}" for i in range(60)]
    sources = "  orders: {path: orders.csv}\n  assignments: {path: assignments.csv}\n"
    text = orders_csv(*draws, "c1,2024-05-01,card", head="customer_id,assigned_at,arm")
    write_study(tmp_path, sources, orders=orders_csv(*good_rows()), assignments=text)
    with check_study(tmp_path) as intake:
        assert (intake.tables["assignments"].n_read, intake.tables["assignments"].n_used) == (61, 60)
        ((_, line),) = read_rejects(intake, tmp_path, "assignments")
    assert line == 62


class TestTheLimit:
    """More than one record in twenty at fault stops a study, with one clear message."""

    def test_the_message_names_the_three_most_frequent_reasons(self, tmp_path: Path) -> None:
        bad = {"soon": 5, "dear": 4, "gone": 3, "long ago": 2}
        rows = [
            *(f"x{i},soon,1" for i in range(bad["soon"])), *(f"x{i},2024-01-01,dear" for i in range(bad["dear"])),
            *(f"x{i},,1" for i in range(bad["gone"])), *(f"x{i},1900-01-01,1" for i in range(bad["long ago"])),
        ]  # fmt: skip
        write_study(tmp_path, orders=orders_csv(*good_rows(100), *rows, *(",2024-01-01,1" for _ in range(9))))
        with pytest.raises(InputError) as caught:
            check_study(tmp_path)
        told = str(caught.value)
        assert "14" in told and "114" in told
        assert re.search("date", told) and re.search("revenue is no amount", told) and re.search("missing", told)
        assert "1970" not in told and "customer_id" not in told

    @pytest.mark.parametrize(("n_bad", "stops"), [(5, False), (6, True)])
    def test_it_lies_at_five_in_a_hundred_and_leaves_out_records_without_a_customer(
        self, tmp_path: Path, n_bad: int, stops: bool
    ) -> None:
        rows = [*good_rows(95), *(f"x{i},soon,1" for i in range(n_bad)), *(",2024-01-01,1" for _ in range(25 - n_bad))]
        write_study(tmp_path, orders=orders_csv(*rows))
        if stops:
            with pytest.raises(InputError, match="6"):
                check_study(tmp_path)
        else:
            with check_study(tmp_path) as intake:
                assert intake.tables["orders"].n_rejected == 25


def test_every_kind_of_fault_and_every_column_is_planted_somewhere() -> None:
    assert {fault.column for fault in FAULTS.values()} >= set(NAMES[:5])


@pytest.mark.parametrize("table", ["outcomes", "feedback"])
@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), 1e300])
def test_a_number_in_parquet_that_is_none_is_a_reject(tmp_path: Path, table: str, value: float) -> None:
    columns = {"outcomes": ("arm", "outcome"), "feedback": ("customer_id", "score")}[table]
    names = ["control", "card"] * 20 if table == "outcomes" else [f"c{i % 8}" for i in range(40)]
    values = [float(i % 10) for i in range(40)]
    values[7] = value
    rows = dict(zip(columns, (pa.array(names), pa.array(values)), strict=True))
    if table == "feedback":
        rows["given_at"] = pa.array([dt.date(2024, 2, 1)] * 40)
    pq.write_table(pa.table(rows), tmp_path / "t.parquet")
    more = ", control: control" if table == "outcomes" else ""
    orders = "" if table == "outcomes" else "  orders: {path: orders.csv}\n"
    write_study(tmp_path, f"{orders}  {table}: {{path: t.parquet{more}}}\n", orders=orders_csv(*good_rows()))
    with check_study(tmp_path) as intake:
        assert (intake.tables[table].n_read, intake.tables[table].n_used) == (40, 39)
        (reject,) = read_rejects(intake, tmp_path, table).values()
    assert (reject["line"], reject["column"]) == ("8", columns[1])


@pytest.mark.parametrize("number", range(0, len(DIALECTS), 9))
def test_what_is_found_out_can_be_said_in_the_study_as_well(tmp_path: Path, number: int) -> None:
    dialect = replace(DIALECTS[number], date_format="%d.%m.%Y")
    table = [(replace(ANCHOR, customer=f"c{i}", note=note), None) for i, note in enumerate(NOTES)]
    planted = write_text(tmp_path / f"o{dialect.suffix}", [*table, (ANCHOR, "a word for a day")], dialect)
    said = {"delimiter": dialect.delimiter, "decimal": dialect.decimal, "date_format": dialect.date_format}
    said["encoding"] = {"utf-16-be": "utf-16"}.get(dialect.encoding, dialect.encoding)
    for read in ({}, said):
        write_study(tmp_path, f"  orders: {{path: 'o*', read: {json.dumps(read)}}}\n", head=LENIENT)
        with check_study(tmp_path) as intake:
            assert arrived(intake) == sent([planted])
            assert set(read_rejects(intake, tmp_path)) == {(planted.path.name, planted.rejects[0].line)}
