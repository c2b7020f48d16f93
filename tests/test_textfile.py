"""Text files: the engine's reader and our own agree wherever both may be used, and no line is lost."""

import csv
import gzip
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cxlab.engine import Engine
from cxlab.intake import encoding, records, textfile
from cxlab.intake.places import SourceError
from cxlab.intake.textfile import TextFile, is_well_formed, raw_lines, read_text, tidy
from cxlab.study import ReadOptions
from tests.depth import examples

FIELD = st.text(st.sampled_from('ab1 ",;\n\t.é'), max_size=6)
NAMES = ("customer_id", "ordered_at", "revenue")


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(threads=1) as opened:
        yield opened


def read(engine: Engine, path: Path, **options: str | int) -> tuple[TextFile, list[tuple[object, ...]]]:
    text = read_text(
        engine, path, ReadOptions(**options), expected=frozenset(NAMES), relation="t", place="study.yml:1"  # type: ignore[arg-type]
    )  # fmt: skip
    if not is_well_formed(engine, text):
        text = tidy(engine, text)
    return text, rows_of(engine, text)


def rows_of(engine: Engine, text: TextFile) -> list[tuple[object, ...]]:
    """Return the records with their lines, which their places tell where the engine reads a file by itself."""
    found = engine.rows("SELECT * FROM t" + ("" if text.lines else " ORDER BY line"))
    lines = [row[0] if text.lines is None else text.n_before + i for i, row in enumerate(found, 1)]
    return [(line, *(x or "" for x in row[1:])) for line, row in zip(lines, found, strict=True)]


@given(st.lists(st.tuples(FIELD, FIELD, FIELD), min_size=1, max_size=8))
@settings(max_examples=examples(20), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_a_csv_writer_wrote_is_read_back(engine: Engine, tmp_path: Path, rows: list[tuple[str, str, str]]) -> None:
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([NAMES, *rows])
    file = tmp_path / "t.csv"
    file.write_text(out.getvalue(), encoding="utf-8")
    text, found = read(engine, file, delimiter=",")
    assert not text.broken
    assert [tuple(row[1:]) for row in found] == rows
    lines = out.getvalue().split("\n")
    for (line, *_), row in zip(found, rows, strict=True):
        assert isinstance(line, int)
        assert lines[line - 1].startswith('"' + row[0].split("\n")[0].replace('"', '""'))


@given(st.lists(st.text(st.sampled_from('ab1,",; \n'), max_size=14), min_size=1, max_size=10))
@settings(max_examples=examples(35), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_file_holds_every_line_is_accounted_for(engine: Engine, tmp_path: Path, lines: list[str]) -> None:
    content = "\n".join((",".join(NAMES), *lines))
    file = tmp_path / "t.csv"
    file.write_text(content, encoding="utf-8")
    text, found = read(engine, file, delimiter=",")
    taken = text.lengths([int(str(line)) for line, *_ in found])
    taken |= {line: n for line, _, n in text.broken}
    covered = sorted(line + i for line, n in taken.items() for i in range(n))
    stands = [i for i, line in enumerate(content.split("\n"), 1) if line.strip()]
    assert len(covered) == len(set(covered))
    assert set(stands) - {1} <= set(covered)


@given(
    st.lists(st.lists(st.text(st.sampled_from('ab1 "'), max_size=4), min_size=3, max_size=3), min_size=1, max_size=6)
)
@settings(max_examples=examples(35), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_engines_reader_and_ours_agree(engine: Engine, tmp_path: Path, rows: list[list[str]]) -> None:
    file = tmp_path / "t.csv"
    file.write_text("\n".join([",".join(NAMES), *(",".join(row) for row in rows)]) + "\n", encoding="utf-8")
    fast, found = read(engine, file, delimiter=",")
    slow = tidy(engine, fast)
    other = rows_of(engine, slow)
    assert (fast.broken, found) == (slow.broken, other)


def test_the_engine_reads_a_well_formed_file_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "t.csv"
    file.write_text("customer_id,ordered_at,revenue\n" + "a,2024-01-01,1\n" * 5, encoding="utf-8")
    monkeypatch.setattr(textfile, "RecordReader", None)
    monkeypatch.setattr(textfile, "copy_as_utf8", None)
    with Engine(threads=1) as engine:
        _, found = read(engine, file)
    assert [row[0] for row in found] == [2, 3, 4, 5, 6]


def test_records_are_shown_as_they_stand(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text('a,b\n1,"x\ny"\n2,z\n', encoding="utf-8")
    assert dict(raw_lines(file, "utf-8", {2: 2, 4: 1})) == {2: '1,"x\ny"', 4: "2,z"}


def test_runs_of_spaces_part_fields(tmp_path: Path) -> None:
    file = tmp_path / "t.txt"
    file.write_text(" 00004 19970101  2   29.33\r\n 00021\t19970118  2   29.73\r\n\r\n", encoding="utf-8")
    options = ReadOptions(delimiter="whitespace", header=("a", "b", "c", "d"))
    with Engine() as engine:
        text = read_text(engine, file, options, expected=frozenset(), relation="t", place="")
        assert engine.rows("SELECT * FROM t ORDER BY line") == [
            (1, "00004", "19970101", "2", "29.33"), (2, "00021", "19970118", "2", "29.73")
        ]  # fmt: skip
    assert text.lines is None and not text.broken


def test_blank_lines_are_no_records_and_the_lines_after_them_keep_their_numbers(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text("customer_id,ordered_at,revenue\n\na,2024-01-01,1\n\n \nb,2024-01-01,1\n\n\n", encoding="utf-8")
    with Engine() as engine:
        _, found = read(engine, file)
    assert [row[0] for row in found] == [3, 6]


def test_blank_lines_at_the_end_leave_the_file_to_the_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(textfile, "RecordReader", None)
    for ending in ("\r\n", "\r\n\r\n\r\n", ""):
        file = tmp_path / "t.csv"
        file.write_bytes(b"customer_id;ordered_at;revenue" + b"\r\na;2024-01-01;1" * 3 + ending.encode())
        with Engine() as engine:
            _, found = read(engine, file)
        assert [row[0] for row in found] == [2, 3, 4], ending


def test_a_first_line_that_says_the_delimiter_is_no_line_of_names(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text("sep=|\ncustomer_id|ordered_at|revenue\na|2024-01-01|1;2\n", encoding="utf-8")
    with Engine() as engine:
        text, found = read(engine, file)
    assert text.delimiter == "|" and found == [(3, "a", "2024-01-01", "1;2")]


def test_lines_above_the_names_can_be_skipped(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text("Orders of May\n\ncustomer_id,ordered_at,revenue\na,2024-01-01,1\n", encoding="utf-8")
    with Engine() as engine:
        _, found = read(engine, file, skip=2)
    assert found == [(4, "a", "2024-01-01", "1")]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "cp1252", "latin-1"])
def test_an_encoding_is_found_by_itself(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "t.csv"
    file.write_bytes("customer_id,ordered_at,revenue\näö,2024-01-01,1\n".encode(encoding))
    with Engine() as engine:
        _, found = read(engine, file)
    assert found == [(2, "äö", "2024-01-01", "1")]


def test_a_packed_file_is_known_by_its_bytes_and_not_by_its_name(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_bytes(gzip.compress(b"customer_id,ordered_at,revenue\na,2024-01-01,1\n"))
    with Engine() as engine:
        _, found = read(engine, file)
        assert found == [(2, "a", "2024-01-01", "1")]
        (plain := tmp_path / "t.csv.gz").write_text("customer_id,ordered_at,revenue\nb,2024-01-01,1\n")
        assert read(engine, plain)[1] == [(2, "b", "2024-01-01", "1")]


def test_a_file_that_unpacks_beyond_all_measure_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding, "_HARMLESS", 1000)
    file = tmp_path / "t.csv.gz"
    file.write_bytes(gzip.compress(b"customer_id,ordered_at,revenue\n" + b"a,2024-01-01,1\n" * 200_000, 9))
    with Engine() as engine, pytest.raises(SourceError, match="unpacks to more than 200 times its size"):
        read(engine, file)


def test_a_line_beyond_all_measure_costs_that_line(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    long = "x" * (records.LONGEST_LINE + 1)
    file.write_text(f"customer_id,ordered_at,revenue\na,2024-01-01,1\n{long},2024-01-01,1\nb,2024-01-01,1\n")
    with Engine() as engine:
        text, found = read(engine, file)
        assert [row[0] for row in found] in ([2, 4], [2, 3, 4])
        text = tidy(engine, text)
    assert text.broken == ((3, "a line of more than 1,048,576 characters", 1),)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=40) | st.lists(st.sampled_from([b"a", b"\n", b"\r", b"\r\n", b' "', b"\xc3\xa9", b"\0"]))
       .map(b"".join), chunk=st.integers(1, 9))  # fmt: skip
def test_a_large_file_is_counted_in_halves_as_it_is_in_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: bytes, chunk: int
) -> None:
    (path := tmp_path / "t.csv").write_bytes(data)
    monkeypatch.setattr(encoding, "_CHUNK", chunk)
    monkeypatch.setattr(encoding, "_PART", chunk)

    def counted() -> tuple[object, object]:
        try:
            return encoding.count_lines(path), encoding.find_encoding(path, None, "study.yml:1")
        except SourceError as error:
            return encoding.count_lines(path), str(error)

    monkeypatch.setattr(encoding, "_LARGE", 1 << 25)
    whole = counted()
    monkeypatch.setattr(encoding, "_LARGE", 0)
    assert counted() == whole
