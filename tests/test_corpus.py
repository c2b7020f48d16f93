"""Files as real programs write them: what must come of each stands in `corpus/cases.yml`; and what no file may do."""

import csv
import datetime as dt
import fnmatch
import gzip
import os
import re
import shutil
import struct
import subprocess
import sys
import threading
import time
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from cxlab.errors import InputError
from cxlab.intake import Intake, check_study
from cxlab.intake.kept_texts import said_again
from cxlab.language import speaking
from cxlab.reports.manifest import describe_reading
from cxlab.words import harmless
from tests.made_workbooks import write_xlsx
from tests.make import good_rows, orders_csv, write_study

CORPUS = Path(__file__).resolve().parent / "corpus"
CASES: list[dict[str, Any]] = yaml.safe_load((CORPUS / "cases.yml").read_text(encoding="utf-8"))
OUTCOME = {"rows", "rejects", "returned", "told", "error"}
REJECT = {"file", "line", "column", "reason", "record", "shows", "or", "maybe"}
Row = tuple[str, int, int]
ReadOnce = Callable[[dict[str, Any]], tuple[Path, "Came"]]


@dataclass(frozen=True)
class Came:
    """What came of a study: its rows and rejects, and how its files were read; or the message with which it stopped."""

    rows: list[Row] = field(default_factory=list)
    rejects: dict[tuple[str, int], dict[str, str]] = field(default_factory=dict)
    returned: list[str] = field(default_factory=list)
    counts: tuple[int, int, int] = (0, 0, 0)
    told: str = ""
    reads: list[dict[str, Any]] = field(default_factory=list)
    error: str = ""


def write_case(case: dict[str, Any], folder: Path) -> None:
    """Make a study of a case's files."""
    for file in CORPUS.iterdir():
        if fnmatch.fnmatch(file.name, case["path"]):
            shutil.copy(file, folder / file.name)
    source = {"path": case["path"], **{key: case[key] for key in ("read", "columns") if key in case}}
    study = {"name": "case", "currency": "EUR"} | case.get("head", {})
    study |= {"sources": {"orders": source | case.get("source", {})}, "parameters": {"max_reject_share": 1.0}}
    (folder / "study.yml").write_text(yaml.safe_dump(study, allow_unicode=True), encoding="utf-8")


def read_case(folder: Path) -> Came:
    """Read a study, by what it says of itself, what lies in the engine, and what it lists."""
    try:
        with check_study(folder) as intake:
            table = intake.tables["orders"]
            columns = table.columns
            revenue = "revenue" if "revenue" in columns else "CAST(ROUND(quantity * unit_price * 100) AS BIGINT)"
            rows = intake.engine.rows(f"SELECT customer_id, ordered_at, {revenue} FROM orders ORDER BY 1, 2, 3")
            sql = "SELECT customer_id FROM orders WHERE returned ORDER BY 1"
            returned = [row[0] for row in intake.engine.rows(sql)] if "returned" in columns else []
            rejects = read_rejects(intake, folder)
            counts = (table.n_read, table.n_used, table.n_rejected)
            assert not only_in_english(intake)
            reads = [entry["read"] for entry in describe_reading(intake.tables)["orders"]]
            return Came(rows, rejects, returned, counts, intake.summary(), reads)
    except InputError as error:
        return Came(error=str(error).replace(f"{folder.as_posix()}/", ""))


def only_in_english(intake: Intake) -> list[str]:
    """Return what is told of the files on a page that is not said in its language: reasons, readings, remarks."""
    told = list(intake.remarks)
    for table in intake.tables.values():
        told += [reject.reason for reject in table.rejects]
        for reading in table.readings:
            what, *how = reading.words
            told += [*how, *(part for part in what.split(", ") if " " in part)]
    with speaking("fi"):
        return [text for text in told if said_again(text) == text]


def paste(folder: Path, read: dict[str, Any]) -> None:
    """Write how files were read into their study."""
    file = folder / "study.yml"
    study = yaml.safe_load(file.read_text(encoding="utf-8"))
    source = study["sources"]["orders"]
    source["read"] = source.get("read", {}) | read
    file.write_text(yaml.safe_dump(study, allow_unicode=True), encoding="utf-8")


def read_rejects(intake: Intake, folder: Path) -> dict[tuple[str, int], dict[str, str]]:
    """Write the rejects and read them as a spreadsheet would, where no cell may begin like a formula."""
    intake.write_rejects(folder)
    csv.field_size_limit(10_000_000)
    file = folder / "rejects" / "orders.csv"
    if not file.exists():
        return {}
    with file.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    found = {(row["file"], int(row["line"])): row for row in rows}
    assert len(found) == len(rows), "a record is listed twice"
    return found


def row_of(text: str) -> Row:
    """Read a row as the cases write it."""
    customer, moment, revenue = text.split(" | ")
    seconds = (dt.datetime.fromisoformat(moment) - dt.datetime(1970, 1, 1)).total_seconds()  # noqa: DTZ001
    return customer, int(seconds), int(Decimal(revenue) * 100)


def judge(outcome: dict[str, Any], came: Came, path: str) -> None:
    """Hold what came of a case against an outcome."""
    assert set(outcome) <= OUTCOME
    if "error" in outcome:
        assert came.error, f"it was read: {came.rows}"
        judge_error(outcome["error"], came.error, path)
        return
    assert not came.error, came.error
    rows, rejects = Counter(came.rows), dict(came.rejects)
    for text in outcome.get("rows", ()):
        choices = [row_of(text)] if isinstance(text, str) else [row_of(one) for one in text]
        row = next((row for row in choices if rows[row]), None)
        assert row, f"not among the rows: {text}; there are {came.rows}; rejected: {[*rejects.values()]}"
        rows[row] -= 1
    for wanted in outcome.get("rejects", ()):
        assert set(wanted) <= REJECT
        reject = rejects.pop((wanted.get("file", path), wanted["line"]), None)
        if reject:
            judge_reject(wanted, reject)
        elif "or" in wanted:
            assert rows[row_of(wanted["or"])], f"neither a reject nor the row: {wanted}; there are {came.rows}"
            rows[row_of(wanted["or"])] -= 1
        else:
            assert wanted.get("maybe"), f"not among the rejects: {wanted}; there are {came.rejects}, {came.rows}"
    assert not rejects, f"rejected, and should not be: {rejects}"
    assert not +rows, f"used, and should not be: {+rows}"
    n_read, n_used, n_rejected = came.counts
    assert n_used + n_rejected == n_read and n_used == len(came.rows) and n_rejected == len(came.rejects)
    if "returned" in outcome:
        assert came.returned == sorted(outcome["returned"])
    for pattern in outcome.get("told", ()):
        assert re.search(pattern, came.told, re.I), f"`{pattern}` is not told:\n{came.told}"


def judge_reject(wanted: dict[str, Any], reject: dict[str, str]) -> None:
    """Hold a reject against the one that was wanted."""
    assert re.search(wanted.get("reason", ""), reject["reason"], re.I), reject
    assert wanted.get("column", reject["column"]) == reject["column"], reject
    assert str(wanted.get("shows", "")) in reject["record"], reject
    if "record" in wanted:
        record = wanted["record"].replace("\r\n", "\n")
        assert reject["record"].replace("\r\n", "\n") in (record, harmless(record))


def judge_error(patterns: list[str], message: str, path: str) -> None:
    """See that a message says what is wrong and where, and nothing of the program's inside."""
    said = message.replace(path, "FILE")  # whose name may hold the very words
    for pattern in patterns:
        assert re.search(pattern, said, re.I), f"`{pattern}` does not stand in: {message}"
    assert "study.yml" in message and (re.search(re.escape(path.split("*")[0]), message) or "orders" in message)
    assert not re.search(r"Traceback|duckdb|pyarrow|\bcodec\b|Exception|NoneType|cx_|\bSELECT\b", message), message


@pytest.fixture(scope="module")
def read_once(tmp_path_factory: pytest.TempPathFactory) -> ReadOnce:
    """Read a case the first time that it is asked for; return its folder and what came."""
    found: dict[str, tuple[Path, Came]] = {}

    def read(case: dict[str, Any]) -> tuple[Path, Came]:
        if case["says"] not in found:
            folder = tmp_path_factory.mktemp("case")
            write_case(case, folder)
            found[case["says"]] = folder, read_case(folder)
        return found[case["says"]]

    return read


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["says"].replace(" ", "-"))
def test_the_corpus(case: dict[str, Any], read_once: ReadOnce) -> None:
    _, came = read_once(case)
    faults = []
    for outcome in case.get("either") or [{key: case[key] for key in OUTCOME if key in case}]:
        try:
            judge(outcome, came, case["path"])
        except AssertionError as fault:
            faults.append(str(fault).split("\nassert")[0])
        else:
            return
    pytest.fail("\nnor ".join(faults), pytrace=False)


VALUES = ("date_format", "decimal", "timezone")
"""Of how files were read, what may be said for one of them without harm to the others."""


@pytest.mark.longest
@pytest.mark.parametrize(
    "case", [case for case in CASES if "error" not in case], ids=lambda case: case["says"].replace(" ", "-")
)
@pytest.mark.thorough
def test_what_the_manifest_says_of_how_a_file_was_read_gives_the_same_again(
    case: dict[str, Any], read_once: ReadOnce
) -> None:
    folder, came = read_once(case)
    if came.error:
        pytest.skip("may stop, and does")
    said = case.get("read", {})
    alike = {key: value for key, value in came.reads[0].items() if all(read.get(key) == value for read in came.reads)}
    own = {
        tuple(sorted(read.items(), key=str))
        for read in ({k: r[k] for k in VALUES if k in r and k not in said} for r in came.reads)
    }
    for values in map(dict, own):
        paste(folder, alike | values)
        again = read_case(folder)
        assert (again.error, again.rows, again.rejects, again.counts) == ("", came.rows, came.rejects, came.counts)
        assert again.returned == came.returned


def test_every_file_of_the_corpus_has_its_case_and_keeps_its_bytes() -> None:
    known = {"says", "path", "read", "columns", "source", "head", "either"} | OUTCOME
    assert all(set(case) <= known and ("either" in case) != bool(set(case) & OUTCOME) for case in CASES)
    assert len({case["says"] for case in CASES}) == len(CASES)
    files = {f.name for f in CORPUS.iterdir() if f.is_file()}
    files -= {"cases.yml", "build.py", "__init__.py", ".gitattributes"}
    assert not [name for name in files if not any(fnmatch.fnmatch(name, case["path"]) for case in CASES)]
    assert len(files) >= 45
    assert "* -text" in (CORPUS / ".gitattributes").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "path", ["empty.csv", "two-readings.csv", "cut.csv.gz", "picture.csv", "entities.xlsx", "renamed-*.csv"]
)
def test_on_the_command_line_a_fault_is_one_message_and_exit_code_2(
    path: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from cxlab.__main__ import main

    write_case(next(case for case in CASES if case["path"] == path and "error" in case), tmp_path)
    monkeypatch.setattr(sys, "argv", ["cxlab", "check", str(tmp_path), "--out", str(tmp_path / "out")])
    with pytest.raises(SystemExit) as stopped:
        main()
    told = capsys.readouterr()
    assert stopped.value.code == 2 and told.err.startswith("cxlab: ") and "Traceback" not in told.err


class TestColumns:
    """What a file calls its columns, and which of several files has them."""

    def test_a_column_that_only_the_later_file_has_is_read_there_or_told_of(self, tmp_path: Path) -> None:
        shutil.copy(CORPUS / "cost-1.csv", tmp_path)
        shutil.copy(CORPUS / "cost-2.csv", tmp_path)
        write_study(tmp_path, "  orders: {path: 'cost-*.csv'}\n")
        with check_study(tmp_path) as intake:
            assert intake.tables["orders"].n_used == 2
            if "cost" in intake.tables["orders"].columns:
                assert intake.engine.rows("SELECT cost FROM orders ORDER BY ordered_at") == [(None,), (500,)]
            else:
                assert re.search(r"\bcost\b.*(left out|not read|ignored|only)", intake.summary())

    def test_further_columns_may_be_called_like_sql(self, tmp_path: Path) -> None:
        names = ['a"; DROP TABLE outcomes; --', "{t}", "{!t}", "x' OR '1'='1", "SELECT", "%s", "ä b", "$1"]
        rows = [
            [("card", "control")[i % 2], i % 3, *(f"'); DROP TABLE outcomes; -- {i}" for _ in names)] for i in range(40)
        ]
        write_study(tmp_path, "  outcomes: {path: outcomes.csv, control: control}\n")
        pd.DataFrame(rows, columns=["arm", "outcome", *names]).to_csv(tmp_path / "outcomes.csv", index=False)
        with check_study(tmp_path) as intake:
            assert intake.tables["outcomes"].n_used == 40
            assert set(intake.tables["outcomes"].further) == set(names)
            assert intake.engine.row("SELECT COUNT(*) FROM outcomes") == (40,)

    @pytest.mark.parametrize("name", ["o'rders; DROP.csv", "tilaukset (1) ä.csv", "100%.csv", "a&b {x}.csv", "-o.csv"])
    def test_files_may_be_called_anything(self, tmp_path: Path, name: str) -> None:
        text = orders_csv(*good_rows(), "x,soon,1")
        write_study(tmp_path, f'  orders: {{path: "{name}"}}\n')
        (tmp_path / name).write_text(text, encoding="utf-8")
        with check_study(tmp_path) as intake:
            assert (intake.tables["orders"].n_read, intake.tables["orders"].n_used) == (41, 40)
            assert [place for place, _ in read_rejects(intake, tmp_path)] in ([name], [f"'{name}"])

    def test_a_sheet_may_be_called_anything(self, tmp_path: Path) -> None:
        write_study(tmp_path, '  orders: {path: o.xlsx, read: {sheet: "A\'; DROP TABLE orders; -- <&>"}}\n')
        cells = [row.split(",") for row in orders_csv(*good_rows()).splitlines()]
        write_xlsx(tmp_path / "o.xlsx", {"other": [["x"]], "A'; DROP TABLE orders; -- <&>": cells})
        with check_study(tmp_path) as intake:
            assert intake.tables["orders"].n_used == 40


class TestWhatIsLargeOrLong:
    """Nothing is cut off, and what unfolds without end is stopped."""

    @pytest.mark.parametrize(("letters", "must_be_read"), [(300_000, True), (5_000_000, False)])
    def test_a_very_long_record_is_read_or_at_most_rejected(
        self, tmp_path: Path, letters: int, must_be_read: bool
    ) -> None:
        rows = [f"{row}," for row in good_rows()]
        rows[20] = f"c1,2024-01-05,20.50,{'x' * letters}"
        write_study(tmp_path, orders=orders_csv(*rows, "c,soon,1,", head="customer_id,ordered_at,revenue,note"))
        with check_study(tmp_path) as intake:
            table, rejects = intake.tables["orders"], read_rejects(intake, tmp_path)
        assert table.n_read == 41 and table.n_used == 41 - len(rejects)
        assert set(rejects) <= {("orders.csv", 22), ("orders.csv", 42)} and ("orders.csv", 42) in rejects
        assert ("orders.csv", 22) not in rejects or not must_be_read

    def test_a_nul_byte_far_into_a_file_costs_at_most_its_line(self, tmp_path: Path) -> None:
        rows = good_rows(2000)
        rows[1000] = "c\0,2024-01-05,1.00"
        write_study(tmp_path, orders=orders_csv(*rows))
        try:
            with check_study(tmp_path) as intake:
                table = intake.tables["orders"]
                assert table.n_read == 2000 and table.n_used >= 1999
                assert set(read_rejects(intake, tmp_path)) <= {("orders.csv", 1002)}
        except InputError as error:
            assert re.search("text|nul|zero", str(error), re.I)

    def test_an_open_quotation_mark_in_a_long_file_costs_one_line(self, tmp_path: Path) -> None:
        rows = [f'"c{i % 8}",2024-01-{i % 28 + 1:02d},"{i}.50"' for i in range(3000)]
        rows[1500] = '"c1,2024-01-05,"3.00"'
        write_study(tmp_path, orders=orders_csv(*rows))
        with check_study(tmp_path) as intake:
            assert intake.tables["orders"].n_read == 3000
            assert list(read_rejects(intake, tmp_path)) == [("orders.csv", 1502)]

    @pytest.mark.thorough
    def test_a_packed_text_that_unfolds_without_end_is_told(self, tmp_path: Path) -> None:
        write_study(tmp_path, "  orders: {path: orders.csv.gz}\n")
        chunk = gzip.compress(b"a" * (1 << 22), mtime=0)
        head = gzip.compress(orders_csv(*good_rows()).encode(), mtime=0)
        (tmp_path / "orders.csv.gz").write_bytes(head + chunk * 2048)
        stops_clearly(tmp_path, "orders.csv.gz")

    @pytest.mark.thorough
    def test_a_workbook_that_unfolds_without_end_is_told(self, tmp_path: Path) -> None:
        write_study(tmp_path, "  orders: {path: orders.xlsx}\n")
        write_xlsx(tmp_path / "orders.xlsx", {"Sheet1": [["customer_id"]]})
        blow_up(tmp_path / "orders.xlsx", "xl/worksheets/sheet1.xml", 3 << 30)
        stops_clearly(tmp_path, "orders.xlsx")


class TestWhatComesLate:
    """What settles how a file is read may stand far into it."""

    ROWS = tuple(f"c{i % 8};{i % 12 + 1:02d}/{i % 11 + 1:02d}/2024;{i % 9 + 1}.{i % 1000:03d}" for i in range(30_000))

    def intake(self, folder: Path, *last: str, encoding: str = "utf-8") -> Intake:
        write_study(folder)
        text = orders_csv(*self.ROWS, *last, head="customer_id;ordered_at;revenue")
        (folder / "orders.csv").write_bytes(text.encode(encoding))
        return check_study(folder)

    @pytest.mark.parametrize(("day", "amount", "first", "cents"), [
        ("13/01/2024", "1.234,50", "2024-01-13", 123450), ("13/01/2024", "1,234.50", "2024-01-13", 123450),
        ("01/13/2024", "0,5", "2024-01-13", 50), ("01/13/2024", "0.5", "2024-01-13", 50),
    ])  # fmt: skip
    def test_the_last_record_settles_days_and_amounts(
        self, tmp_path: Path, day: str, amount: str, first: str, cents: int
    ) -> None:
        with self.intake(tmp_path, f"Hämäläinen;{day};{amount}", encoding="cp1252") as intake:
            assert intake.tables["orders"].n_used == 30_001
            sql = "SELECT customer_id, ordered_at, revenue FROM orders WHERE customer_id LIKE 'H%'"
            assert intake.engine.rows(sql) == [row_of(f"Hämäläinen | {first} | {cents / 100:.2f}")]
            whole = 1000 if amount in ("1.234,50", "0,5") else 1
            sql = "SELECT MAX(revenue) FROM orders WHERE customer_id LIKE 'c%'"
            assert intake.engine.row(sql)[0] == round(9.999 * whole * 100)

    def test_a_fault_in_the_last_record_is_found(self, tmp_path: Path) -> None:
        with self.intake(tmp_path, "x;13/01/2024;0,5", "y;soon;1,5", '"two\nlines";13/13/2024;2,5', "z") as intake:
            rejects = read_rejects(intake, tmp_path)
        lines = [30_003, 30_004, 30_006]
        assert [(line, rejects["orders.csv", line]["column"]) for line in lines] == [
            (30_003, "ordered_at"), (30_004, "ordered_at"), (30_006, "")
        ]  # fmt: skip
        assert len(rejects) == 3 and rejects["orders.csv", 30_004]["record"] == '"two\nlines";13/13/2024;2,5'


def stops_clearly(folder: Path, name: str) -> None:
    """See that a study stops soon, with one message, within four gigabytes."""
    done = run_check(folder, seconds=40)
    assert done.returncode == 2, done.stderr[-500:]
    assert name in done.stderr and "Traceback" not in done.stderr
    assert re.search("large|unpack|unfold|bomb|times|GB|MB|bytes|limit", done.stderr), done.stderr


def run_check(folder: Path, *, seconds: int) -> subprocess.CompletedProcess[str]:
    """Run `cxlab check` in a process of its own, which may take so long and four gigabytes."""
    program = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30)); "
        f"sys.argv = ['cxlab', 'check', {str(folder)!r}, '--out', {str(folder / 'out')!r}]; "
        "from cxlab.__main__ import main; main()"
    )
    command = [sys.executable, "-c", program]
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        pytest.fail(f"it goes on for more than {seconds} seconds")


def blow_up(path: Path, part: str, size: int) -> None:
    """Put a part of nothing but spaces, of that size when it is unpacked, in place of an archive's part."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist() if name != part}
    mebibyte = b" " * (1 << 20)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(mebibyte) + packer.flush(zlib.Z_FULL_FLUSH)
    data = block * (size >> 20) + packer.flush(zlib.Z_FINISH)
    start = b"<worksheet><sheetData>"
    first = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = first.compress(start) + first.flush(zlib.Z_FULL_FLUSH) + data
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    whole = path.read_bytes()
    at, n, total = struct.unpack("<I", whole[-6:-2])[0], struct.unpack("<H", whole[-12:-10])[0], size + len(start)
    name = part.encode()
    fields = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 33, 0, len(data), total, len(name), 0)
    listed = b"PK\1\2" + struct.pack("<H", 20) + fields + struct.pack("<HHHII", 0, 0, 0, 0, at) + name
    local = b"PK\3\4" + fields + name + data
    directory = whole[at:-22] + listed
    end = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, n + 1, n + 1, len(directory), at + len(local), 0)
    path.write_bytes(whole[:at] + local + directory + end)


class TestFilesThatChange:
    """A file that is written while it is read."""

    @pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
    def test_one_that_grows_while_it_is_read_is_told_or_read_as_it_was(self, tmp_path: Path, encoding: str) -> None:
        file = tmp_path / "orders.csv"
        write_study(tmp_path)
        for _ in range(3):
            file.write_bytes(orders_csv("ä,2024-01-01,1", *good_rows(30_000)).encode(encoding))
            with growing(file):
                try:
                    with check_study(tmp_path) as intake:
                        table = intake.tables["orders"]
                        assert table.n_read >= 30_001 and table.n_used + table.n_rejected == table.n_read
                        assert table.n_rejected <= 1  # a line that was half written
                except InputError as error:
                    assert "orders.csv" in str(error)

    def test_one_that_changed_after_the_check_lists_no_wrong_records(self, tmp_path: Path) -> None:
        write_study(tmp_path, orders=orders_csv(*good_rows(), "x,soon,1"))
        with check_study(tmp_path) as intake:
            write_study(tmp_path, orders=orders_csv("new,2024-01-01,1", "newer,2024-01-01,1", *good_rows(), "x,soon,1"))
            try:
                (reject,) = read_rejects(intake, tmp_path).values()
            except InputError as error:
                assert "orders.csv" in str(error)
            else:
                assert (reject["line"], reject["record"]) == ("42", "x,soon,1")


class growing:  # noqa: N801
    """A block within which a program appends to a file, line after line."""

    def __init__(self, file: Path) -> None:
        self.file, self.stop = file, threading.Event()
        self.thread = threading.Thread(target=self._write)

    def _write(self) -> None:
        with self.file.open("ab") as out:
            while not self.stop.is_set():
                out.write(b"late,2024-01-02,5.00\n" * 50)
                out.flush()
                time.sleep(0.0005)

    def __enter__(self) -> None:
        self.thread.start()

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self.thread.join()


class TestPathsOutside:
    """A study reads what lies in its folder, and elsewhere only where whoever runs it allows that."""

    @pytest.fixture
    def study(self, tmp_path: Path) -> Iterator[Path]:
        outside = tmp_path / "outside"
        outside.mkdir()
        (outside / "orders.csv").write_text(orders_csv(*good_rows()), encoding="utf-8")
        study = tmp_path / "study"
        (study / "inside").mkdir(parents=True)
        (study / "link.csv").symlink_to(outside / "orders.csv")
        (study / "linked").symlink_to(outside)
        yield study

    @pytest.mark.parametrize("path", [
        "../outside/orders.csv", "inside/../../outside/orders.csv", "../outside/*.csv", "link.csv", "link*.csv",
        "linked/orders.csv", "linked/*.csv", "{absolute}/orders.csv", "{absolute}/*.csv",
    ])  # fmt: skip
    def test_one_is_refused_unless_allowed(self, study: Path, path: str) -> None:
        path = path.replace("{absolute}", (study.parent / "outside").as_posix())
        write_study(study, f"  orders: {{path: '{path}'}}\n")
        with pytest.raises(InputError, match="outside") as caught:
            check_study(study)
        assert "--allow-outside" in str(caught.value) and "study.yml:4" in str(caught.value)
        with check_study(study, allow_outside=True) as intake:
            assert intake.tables["orders"].n_used == 40

    def test_the_command_line_allows_it_as_well(
        self, study: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from cxlab.__main__ import main

        write_study(study, "  orders: {path: ../outside/orders.csv}\n")
        for more, code in (([], 2), (["--allow-outside"], 0)):
            monkeypatch.setattr(sys, "argv", ["cxlab", "check", str(study), "--out", str(study.parent / "out"), *more])
            with pytest.raises(SystemExit) as stopped:
                main()
            assert (stopped.value.code or 0) == code, capsys.readouterr().err

    def test_one_that_leads_back_into_the_folder_is_inside(self, study: Path) -> None:
        (study / "inside" / "orders.csv").write_text(orders_csv(*good_rows()), encoding="utf-8")
        alias = study.parent / "alias"
        alias.symlink_to(study)
        for folder in (study, alias):
            for path in ("inside/orders.csv", "inside/../inside/*.csv", f"{folder.as_posix()}/inside/orders.csv"):
                write_study(study, f"  orders: {{path: '{path}'}}\n")
                with check_study(folder) as intake:
                    assert intake.tables["orders"].n_used == 40

    def test_a_file_that_nothing_may_be_known_of_is_not_told_of(self, study: Path) -> None:
        told = []
        for name in ("orders.csv", "nosuch.csv"):
            write_study(study, f"  orders: {{path: ../outside/{name}}}\n")
            with pytest.raises(InputError) as caught:
                check_study(study)
            told.append(str(caught.value).replace(name, "x.csv"))
        assert told[0] == told[1], "the message tells which files there are outside"

    @pytest.mark.skipif(os.name != "posix", reason="named pipes are a thing of Unix")
    def test_a_pipe_is_no_file(self, study: Path) -> None:
        os.mkfifo(study / "orders.csv")
        write_study(study)
        done = run_check(study, seconds=20)
        assert done.returncode == 2 and "orders.csv" in done.stderr and "Traceback" not in done.stderr
