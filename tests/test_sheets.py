"""Sheets of workbooks: what stands in a cell reaches the engine, in its row, or one sentence says why it cannot."""

import datetime as dt
import math
import struct
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlab.engine import Engine
from cxlab.intake import archives, sheets
from cxlab.intake.places import SourceError
from cxlab.intake.sheets import Sheet, read_sheets
from cxlab.study import ReadOptions
from tests.depth import examples
from tests.made_workbooks import (
    Error,
    Formula,
    Raw,
    Rows,
    write_locked,
    write_ods,
    write_xls,
    write_xlsx,
    write_zip,
)

NAMES = ("customer_id", "ordered_at", "revenue")
DAY, MOMENT = dt.date(2024, 3, 5), dt.datetime.fromisoformat("2024-03-05 09:30")
MIDNIGHT = dt.datetime.fromisoformat("2024-03-05")
ORDERS: Rows = [NAMES, ("c1", MOMENT, 12.5), ("c2", DAY, 7)]
TEXT_PART = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
)
PART = "xl/worksheets/sheet1.xml"


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(threads=1) as opened:
        yield opened


def read(engine: Engine, path: Path, **options: Any) -> tuple[Sheet, list[tuple[Any, ...]]]:
    (sheet,) = read_sheets(
        engine, path, ReadOptions(**options), expected=frozenset(NAMES), relation="t", place="study.yml:3"
    )
    fields = ", ".join(f"f{i}" for i in range(len(sheet.names)))
    return sheet, engine.rows(f"SELECT line, {fields} FROM t ORDER BY line")


def fault(engine: Engine, path: Path, **options: Any) -> str:
    with pytest.raises(SourceError) as caught:
        read(engine, path, **options)
    message = str(caught.value)
    assert message.startswith("study.yml:3: ")
    assert path.name in message
    assert "\n" not in message
    return message


def column(engine: Engine, tmp_path: Path, cells: Sequence[Any]) -> tuple[str, list[Any]]:
    """Return the kind and the values of a column with these cells, beside one that keeps every row."""
    file = write_xlsx(tmp_path / "b.xlsx", {"S": [("n", "x"), *((i, cell) for i, cell in enumerate(cells))]})
    sheet, rows = read(engine, file)
    return sheet.kinds[1], [row[2] for row in rows]


# ## What stands in the cells


@pytest.mark.parametrize("shared", [True, False])
def test_a_sheet_is_read_with_its_names_kinds_and_rows(engine: Engine, tmp_path: Path, *, shared: bool) -> None:
    sheet, rows = read(engine, write_xlsx(tmp_path / "b.xlsx", {"Orders": ORDERS}, shared=shared))
    assert rows == [(2, "c1", MOMENT, 12.5), (3, "c2", MIDNIGHT, 7.0)]
    assert sheet == Sheet(tmp_path / "b.xlsx", "Orders", NAMES, ("VARCHAR", "TIMESTAMP", "DOUBLE"), "t", 2, True)
    assert sheet.understood == "sheet Orders"
    assert engine.kinds("t") == {"line": "BIGINT", "f0": "VARCHAR", "f1": "TIMESTAMP", "f2": "DOUBLE"}


def test_rows_are_numbered_as_the_spreadsheet_shows_them(engine: Engine, tmp_path: Path) -> None:
    rows = [[], [], [None, None, "a", "b"], [None, None, "x", 1], [], [None, None, "y", 2]]
    sheet, found = read(engine, write_xlsx(tmp_path / "b.xlsx", {"S": rows}))
    assert (sheet.names, sheet.n_records) == (("a", "b"), 2)
    assert found == [(4, "x", 1.0), (6, "y", 2.0)]


def test_rows_keep_their_numbers_from_batch_to_batch(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "_BATCH", 2)
    rows: Rows = [["n"], *([i] if i % 3 else [] for i in range(2, 20))]
    sheet, found = read(engine, write_xlsx(tmp_path / "b.xlsx", {"S": rows}))
    assert found == [(i, float(i)) for i in range(2, 20) if i % 3]
    assert sheet.n_records == len(found)


def test_a_row_of_spaces_is_a_record_and_one_of_empty_texts_is_not(engine: Engine, tmp_path: Path) -> None:
    rows = [["a", "b"], ["", ""], ["  ", None], [Formula("T(A9)", ""), None]]
    sheet, found = read(engine, write_xlsx(tmp_path / "b.xlsx", {"S": rows}))
    assert (sheet.n_records, found) == (1, [(3, "  ", None)])


def test_a_column_of_one_kind_keeps_it_and_empty_cells_are_null(engine: Engine, tmp_path: Path) -> None:
    assert column(engine, tmp_path, [1, None, 2.5]) == ("DOUBLE", [1.0, None, 2.5])
    assert column(engine, tmp_path, [True, None, False]) == ("BOOLEAN", [True, None, False])
    assert column(engine, tmp_path, [DAY, None, MOMENT]) == ("TIMESTAMP", [MIDNIGHT, None, MOMENT])
    assert column(engine, tmp_path, ["a", None, ""]) == ("VARCHAR", ["a", None, None])
    assert column(engine, tmp_path, [None, None]) == ("VARCHAR", [None, None])


def test_a_column_of_several_kinds_is_text_as_people_write_it(engine: Engine, tmp_path: Path) -> None:
    late = MOMENT + dt.timedelta(seconds=7, milliseconds=250)
    cells = ["n/a", 3, 3.25, -0.5, 1e300, True, False, DAY, MOMENT, late, dt.time(9, 30), dt.timedelta(hours=26.5)]
    kind, found = column(engine, tmp_path, cells)
    assert kind == "VARCHAR"
    assert found == [
        "n/a", "3", "3.25", "-0.5", "1e+300", "true", "false", "2024-03-05", "2024-03-05 09:30:00",
        "2024-03-05 09:30:07.250", "09:30:00", "PT26H30M0S",
    ]  # fmt: skip


def test_numbers_that_are_none_make_a_column_text(engine: Engine, tmp_path: Path) -> None:
    kind, found = column(engine, tmp_path, [1, Raw('<c r="{r}"><v>NaN</v></c>'), Raw('<c r="{r}"><v>inf</v></c>')])
    assert (kind, found) == ("VARCHAR", ["1", "nan", "inf"])


def test_a_day_beyond_the_calendar_makes_a_column_text(engine: Engine, tmp_path: Path) -> None:
    kind, found = column(engine, tmp_path, [DAY, Raw('<c r="{r}" s="1"><v>3000000</v></c>')])
    assert (kind, found) == ("VARCHAR", ["2024-03-05", "3000000"])


def test_days_counted_from_1904_are_the_same_days(engine: Engine, tmp_path: Path) -> None:
    _, found = read(engine, write_xlsx(tmp_path / "b.xlsx", {"S": ORDERS}, date_1904=True))
    assert [row[2] for row in found] == [MOMENT, MIDNIGHT]


def test_of_a_formula_the_value_kept_counts(engine: Engine, tmp_path: Path) -> None:
    assert column(engine, tmp_path, [Formula("1+1", 2), Formula("B2*2")]) == ("DOUBLE", [2.0, None])
    assert column(engine, tmp_path, [Formula("A1", "x"), Formula("NOW()", MOMENT)])[1] == ["x", "2024-03-05 09:30:00"]


def test_of_merged_cells_the_first_alone_has_the_value(engine: Engine, tmp_path: Path) -> None:
    rows = [["a", "b"], ["x", 1], [None, 2]]
    _, found = read(engine, write_xlsx(tmp_path / "b.xlsx", {"S": rows}, merged={"S": "A2:A3"}))
    assert found == [(2, "x", 1.0), (3, None, 2.0)]


CELL = st.one_of(
    st.none(),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff")),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.just(Error("#N/A")),
)


@given(st.lists(st.lists(CELL, min_size=3, max_size=3), max_size=9), st.booleans())
def test_whatever_the_cells_hold_it_is_in_the_engine(
    engine: Engine, tmp_path_factory: pytest.TempPathFactory, rows: Rows, shared: bool
) -> None:
    file = write_xlsx(tmp_path_factory.mktemp("any") / "b.xlsx", {"S": [("a", "b", "c"), *rows]}, shared=shared)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sheets, "_try_out", lambda *_: None)  # ten times as fast
        _, found = read(engine, file)

    def texts(cells: Sequence[Any]) -> list[str]:
        return [
            "" if cell is None
            else cell.text if isinstance(cell, Error)
            else str(cell).lower() if isinstance(cell, bool)
            else repr(float(cell)) if isinstance(cell, float)
            else cell
            for cell in cells
        ]  # fmt: skip

    def numeral(text: str) -> str:
        try:
            return repr(float(text) + 0.0)
        except ValueError:
            return text

    expected = [(i, *texts(row)) for i, row in enumerate(rows, 2) if any(texts(row))]
    assert [(line, *map(numeral, texts(cells))) for line, *cells in found] == [
        (line, *map(numeral, cells)) for line, *cells in expected
    ]


# ## Errors in cells


def test_a_cell_with_an_error_holds_its_text_and_its_column_is_text(engine: Engine, tmp_path: Path) -> None:
    kind, found = column(engine, tmp_path, [1, Error("#REF!"), Formula("1/0", Error("#DIV/0!")), 2.5, Error("#N/A")])
    assert (kind, found) == ("VARCHAR", ["1", "#REF!", "#DIV/0!", "2.5", "#N/A"])


def test_a_row_with_nothing_but_an_error_is_a_record(engine: Engine, tmp_path: Path) -> None:
    sheet, found = read(engine, write_xlsx(tmp_path / "b.xlsx", {"S": [["a"], [1], [Error("#VALUE!")]]}))
    assert (sheet.n_records, found) == (2, [(2, "1"), (3, "#VALUE!")])


def test_errors_are_found_wherever_the_file_is_cut(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [[], [None, "a", "b"], *([None, Error("#NUM!") if i % 2 else i, "x<y" * i] for i in range(9))]
    file = write_xlsx(tmp_path / "b.xlsx", {"S": rows}, shared=False)
    wanted = ["0", "#NUM!", "2", "#NUM!", "4", "#NUM!", "6", "#NUM!", "8"]
    for size in (1, 7, 64, 1000):
        monkeypatch.setattr(archives, "CHUNK", size)
        assert [row[1] for row in read(engine, file)[1]] == wanted


@pytest.mark.parametrize(
    "cells",
    [
        '<row><c t="str"><v>a</v></c></row><row><c><v>1</v></c></row><row r="4"><c t="e"><v>#REF!</v></c></row>',
        "<row r='1'><c r='A1' t='str'><v>a</v></c></row><row r='2'><c r='A2'><v>1</v></c></row>"
        "<row r='4'><c r='A4' t = 'e'><v>#REF!</v></c></row>",
        '<row r="1"><c t="str" r="A1"><v>a</v></c></row><row r="2"><c r="A2"><v>1</v></c></row>'
        '<row r="4"><c t="e" s="0"\n r="A4"><f>a&lt;b</f><v>#REF!</v></c></row>',
    ],
    ids=["no places", "single quotes", "another order"],
)
def test_errors_are_found_however_the_cells_are_written(engine: Engine, tmp_path: Path, cells: str) -> None:
    file = write_xlsx(tmp_path / "b.xlsx", {"S": []}, parts={PART: TEXT_PART.format(cells)})
    assert read(engine, file)[1] == [(2, "1"), (4, "#REF!")]


def test_a_very_long_text_is_kept(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "CHUNK", 50)
    monkeypatch.setattr(archives, "_LONGEST_TAG", 60)
    texts = ["x" * 5000, Error("#N/A"), "y" * 200]
    assert column(engine, tmp_path, texts) == ("VARCHAR", [texts[0], "#N/A", texts[2]])


def test_errors_are_found_under_another_prefix(engine: Engine, tmp_path: Path) -> None:
    xml = (
        '<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:sheetData><x:row r="1">'
        '<x:c r="A1" t="str"><x:v>a</x:v></x:c></x:row><x:row r="2"><x:c r="A2" t="e"><x:v>#N/A</x:v></x:c></x:row>'
        "</x:sheetData></x:worksheet>"
    )
    assert read(engine, write_xlsx(tmp_path / "b.xlsx", {"S": []}, parts={PART: xml}))[1] == [(2, "#N/A")]


def test_a_text_that_looks_like_an_error_or_a_tag_is_text(engine: Engine, tmp_path: Path) -> None:
    texts = ["#REF!", '<c r="A9" t="e"><v>#N/A</v></c>', ' t="e"']
    assert column(engine, tmp_path, texts) == ("VARCHAR", texts)


def test_other_workbooks_say_that_errors_are_taken_for_empty(engine: Engine, tmp_path: Path) -> None:
    sheet, found = read(engine, write_xls(tmp_path / "b.xls", "S", [["a", "b"], ["x", 1.5], ["y", Error("#N/A")]]))
    assert found == [(2, "x", 1.5), (3, "y", None)]
    assert sheet.understood == "sheet S (cells with an error taken for empty)"


# ## Which sheet, which columns


def test_the_sheet_named_is_read_though_it_is_hidden(engine: Engine, tmp_path: Path) -> None:
    file = write_xlsx(tmp_path / "b.xlsx", {"Orders": ORDERS, "Old": [["a"], [1]]}, hidden=["Old"])
    assert read(engine, file, sheet="Old")[1] == [(2, 1.0)]


def test_without_a_name_the_only_visible_sheet_is_read(engine: Engine, tmp_path: Path) -> None:
    file = write_xlsx(tmp_path / "b.xlsx", {"Old": ORDERS, "Now": [["a"], [1]], "C": []}, hidden=["Old"], charts=["C"])
    assert read(engine, file)[0].sheet == "Now"


def test_without_a_name_the_only_sheet_that_holds_something_is_read(engine: Engine, tmp_path: Path) -> None:
    file = write_xlsx(tmp_path / "b.xlsx", {"Sheet1": [["a"], [1]], "Sheet2": [], "Sheet3": []})
    assert read(engine, file)[0].sheet == "Sheet1"


def test_without_a_name_the_sheet_with_most_of_the_expected_names_is_read(engine: Engine, tmp_path: Path) -> None:
    customers = [["customer_id", "town"], ["c1", "Turku"]]
    file = write_xlsx(tmp_path / "b.xlsx", {"Notes": [["x"], ["y"]], "Customers": customers, "Orders": ORDERS})
    assert read(engine, file)[0].sheet == "Orders"


def test_sheets_that_fit_alike_are_asked_about(engine: Engine, tmp_path: Path) -> None:
    file = write_xlsx(tmp_path / "b.xlsx", {"Notes": [["x"]], "May": ORDERS, "June": ORDERS})
    assert fault(engine, file).endswith(
        'b.xlsx has several sheets that hold the names of its columns, May, June: say which. Name it under `sheet:`: '
        '`read: {sheet: "May"}`, or all of them: `read: {sheet: ["May", "June"]}`'
    )  # fmt: skip
    quoted = write_xlsx(tmp_path / "b.xlsx", {'Ä "1"': ORDERS, "Ä 2": ORDERS})
    assert fault(engine, quoted).endswith(
        'say which. Name it under `sheet:`: `read: {sheet: "Ä \\"1\\""}`, or all of them: '
        '`read: {sheet: ["Ä \\"1\\"", "Ä 2"]}`'
    )  # fmt: skip
    none = write_xlsx(tmp_path / "b.xlsx", {"A": [["x"]], "B": [["y"]]})
    assert "several sheets that may be meant, A, B: say which" in fault(engine, none)


def test_a_sheet_that_is_not_there_is_said_with_those_that_are(engine: Engine, tmp_path: Path) -> None:
    file = write_xlsx(tmp_path / "b.xlsx", {"Orders": ORDERS, "Costs": ORDERS, "Chart": []}, charts=["Chart"])
    message = fault(engine, file, sheet="Order")
    assert "has no sheet `Order`; it has Orders, Costs; did you mean `Orders`?" in message
    assert message.endswith('`read: {sheet: "Orders"}`')
    assert "has no sheet `Chart`; it has Orders, Costs" in fault(engine, file, sheet="Chart")


def test_sheets_that_hold_nothing_are_said(engine: Engine, tmp_path: Path) -> None:
    assert "sheet S, holds nothing" in fault(engine, write_xlsx(tmp_path / "b.xlsx", {"S": [[" "]]}))
    assert "holds nothing below the 3 rows to skip" in fault(
        engine, write_xlsx(tmp_path / "b.xlsx", {"S": ORDERS}), skip=3
    )
    assert "holds nothing in its sheets A, B" in fault(engine, write_xlsx(tmp_path / "b.xlsx", {"A": [], "B": []}))
    assert "no sheet with cells" in fault(engine, write_xlsx(tmp_path / "b.xlsx", {"C": []}, charts=["C"]))


def test_a_line_of_names_alone_gives_a_table_without_records(engine: Engine, tmp_path: Path) -> None:
    sheet, found = read(engine, write_xlsx(tmp_path / "b.xlsx", {"S": [NAMES]}))
    assert (sheet.names, sheet.kinds, sheet.n_records, found) == (NAMES, ("VARCHAR",) * 3, 0, [])


def test_rows_above_the_names_are_skipped(engine: Engine, tmp_path: Path) -> None:
    file = write_xlsx(tmp_path / "b.xlsx", {"S": [["Sales in May"], [], *ORDERS]})
    for skip, skipped in ((0, 2), (1, None)):
        sheet, found = read(engine, file, skip=skip)
        assert (sheet.names, [row[0] for row in found], sheet.skipped) == (NAMES, [4, 5], skipped)


def test_names_are_stripped_and_may_be_numbers_or_stand_twice(engine: Engine, tmp_path: Path) -> None:
    rows = [[" a ", "a", None, 2024, DAY, "unused"], ["x", "y", "z", 1, 2]]
    sheet, found = read(engine, write_xlsx(tmp_path / "b.xlsx", {"S": rows}))
    assert sheet.names == ("a", "a", "", "2024", "2024-03-05", "unused")
    assert found == [(2, "x", "y", "z", 1.0, 2.0, None)]


def test_a_column_without_a_name_and_a_record_is_none(engine: Engine, tmp_path: Path) -> None:
    rows = [["title", None, None, "x"], ["a", None, "b", None], [1, None, 2, None]]
    sheet, found = read(engine, write_xlsx(tmp_path / "b.xlsx", {"S": rows}), skip=1)
    assert (sheet.names, found) == (("a", "b"), [(3, 1.0, 2.0)])


def test_names_given_by_the_study_are_of_the_columns_in_use(engine: Engine, tmp_path: Path) -> None:
    file = write_xlsx(tmp_path / "b.xlsx", {"S": [["title"], [], [None, "x", None, 1], [None, "y", None, 2]]})
    sheet, found = read(engine, file, skip=1, header=("a", "b", "c"))
    assert (sheet.names, sheet.kinds) == (("a", "b", "c"), ("VARCHAR", "VARCHAR", "DOUBLE"))
    assert found == [(3, "x", None, 1.0), (4, "y", None, 2.0)]


def test_names_given_by_the_study_count_empty_columns_from_a(engine: Engine, tmp_path: Path) -> None:
    file = write_xlsx(tmp_path / "b.xlsx", {"S": [[None, "x", 1], [None, "y", 2]]})
    assert read(engine, file, header=("a", "b", "c", "d"))[1] == [(1, None, "x", 1.0, None), (2, None, "y", 2.0, None)]


def test_names_given_by_the_study_that_do_not_fit_are_said(engine: Engine, tmp_path: Path) -> None:
    file = write_xlsx(tmp_path / "b.xlsx", {"S": [[None, "x", 1], [None, "y", 2]]})
    assert "holds records in the columns B to C, and `header:` names 1" in fault(engine, file, header=("a",))


# ## Files of every kind


@pytest.mark.parametrize("name", ["b.xls", "b.xlsx", "b.data"])
def test_a_workbook_is_known_by_what_it_holds_whatever_its_name(engine: Engine, tmp_path: Path, name: str) -> None:
    rows = [["a", "b"], ["x", 1.5]]
    for file in (
        write_xlsx(tmp_path / name, {"S": rows}),
        write_xls(tmp_path / name, "S", rows),
        write_ods(tmp_path / name, "S", rows),
    ):
        sheet, found = read(engine, file)
        assert (sheet.names, found) == (("a", "b"), [(2, "x", 1.5)])


def test_an_open_document_keeps_its_row_numbers(engine: Engine, tmp_path: Path) -> None:
    sheet, found = read(engine, write_ods(tmp_path / "b.ods", "S", [[], ["a"], [1], [], [2]]))
    assert (sheet.kinds, found) == (("DOUBLE",), [(3, 1.0), (5, 2.0)])


def test_an_open_document_that_breaks_off_is_said(engine: Engine, tmp_path: Path) -> None:
    with zipfile.ZipFile(write_ods(tmp_path / "b.ods", "S", [["a"], [1]])) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    for name in ("content.xml", "META-INF/manifest.xml"):
        broken = parts | {name: parts[name].replace("</table:table-row>", "", 1)[: len(parts[name]) - 30]}
        assert "cannot be read as a workbook" in fault(engine, write_zip(tmp_path / "b.ods", broken))


def test_an_open_document_with_errors_says_that_they_are_taken_for_empty(engine: Engine, tmp_path: Path) -> None:
    with zipfile.ZipFile(write_ods(tmp_path / "b.ods", "S", [["a"], [1]])) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    assert read(engine, tmp_path / "b.ods")[0].understood == "sheet S"
    content = parts["content.xml"].replace(
        'office:value-type="float" office:value="1"',
        'xmlns:calcext="x" office:value-type="string" office:string-value="" calcext:value-type="error"',
    )
    sheet, found = read(engine, write_zip(tmp_path / "b.ods", parts | {"content.xml": content}))
    assert (sheet.understood, found) == ("sheet S (cells with an error taken for empty)", [])


def test_a_locked_workbook_is_said(engine: Engine, tmp_path: Path) -> None:
    for name in ("b.xlsx", "b.xls"):
        assert "is locked with a password: save it without one" in fault(engine, write_locked(tmp_path / name))


def test_a_text_that_calls_itself_a_workbook_is_said(engine: Engine, tmp_path: Path) -> None:
    file = tmp_path / "b.xls"
    file.write_text("<html><table><tr>", encoding="utf-8")
    assert "is no workbook (it begins `<html><table><tr>`): save it as .xlsx" in fault(engine, file)
    file.write_bytes(b"\x09\x08\xff\x00\x00\xd8")
    assert "is no workbook: save it as .xlsx" in fault(engine, file)


def test_a_file_that_cannot_be_read_is_said(engine: Engine, tmp_path: Path) -> None:
    assert "b.xlsx cannot be read (No such file or directory): see" in fault(engine, tmp_path / "b.xlsx")


def test_another_archive_is_said_with_what_it_holds(engine: Engine, tmp_path: Path) -> None:
    file = write_zip(tmp_path / "b.zip", {"orders.csv": "a,b", "costs.csv": "a,b"})
    assert "is an archive and no workbook; it holds orders.csv, costs.csv: unpack it" in fault(engine, file)
    links = (
        '<Relationships><Relationship Type="x/officeDocument" Target="word/document.xml"/></Relationships>'  # a letter
    )
    assert "is a text document and no workbook" in fault(engine, write_zip(tmp_path / "b.docx", {"_rels/.rels": links}))


@pytest.mark.parametrize(
    "parts",
    [
        {PART: None},
        {PART: "<worksheet><sheetData><row>"},
        {PART: TEXT_PART.format('<row r="1"><c r="A1" t="s"><v>99</v></c></row>')},
        {PART: TEXT_PART.format('<row r="1"><c r="A1" t="e"><v>#NEW!</v></c></row>')},
        {PART: TEXT_PART.format('<row r="0"><c r="A0"><v>1</v></c></row>')},
        {"xl/workbook.xml": None},
        {"xl/workbook.xml": "<workbook/>"},
        {"xl/_rels/workbook.xml.rels": None},
        {"xl/sharedStrings.xml": "<sst><si>"},
        {"_rels/.rels": "rubbish"},
        {"_rels/.rels": '<?xml version="1.0" encoding="none"?><a/>'},
    ],
)
def test_a_broken_workbook_is_said(engine: Engine, tmp_path: Path, parts: dict[str, str | None]) -> None:
    message = fault(engine, write_xlsx(tmp_path / "b.xlsx", {"S": ORDERS}, parts=parts))
    assert "save" in message


@given(st.data())
@settings(max_examples=examples(15))
def test_however_a_workbook_is_damaged_it_is_read_or_refused(
    engine: Engine, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    whole = data.draw(
        st.sampled_from(
            [
                write_xlsx(folder / "b.xlsx", {"S": ORDERS}),
                write_xls(folder / "b.xls", "S", [["a"], [1]]),
                write_ods(folder / "b.ods", "S", [["a"], [1]]),
            ]
        )
    )
    content = bytearray(whole.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    whole.write_bytes(content[: data.draw(st.one_of(st.none(), st.integers(1, len(content))))])
    try:
        read(engine, whole)
    except SourceError as error:
        assert str(error).startswith("study.yml:3: ")


# ## Files that are meant to hurt


def test_a_stray_cell_far_away_is_refused_before_its_sheet_is_spread_out(engine: Engine, tmp_path: Path) -> None:
    cells = '<row r="1"><c r="A1" t="str"><v>a</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    file = write_xlsx(tmp_path / "b.xlsx", {"S": []}, parts={PART: TEXT_PART.format(cells)})
    message = fault(engine, file)
    assert "sheet S, spreads over 1,048,576 rows and 16,384 columns, as far as XFD1048576: delete" in message


def test_a_row_that_no_sheet_has_is_refused(engine: Engine, tmp_path: Path) -> None:
    for cells in ('<row r="4000000000"><c><v>1</v></c></row>', '<row><c r="A4000000000"><v>1</v></c></row>'):
        file = write_xlsx(tmp_path / "b.xlsx", {"S": []}, parts={PART: TEXT_PART.format(cells)})
        assert "as far as A4000000000: delete" in fault(engine, file)


def test_a_cell_far_away_that_is_only_coloured_is_no_matter(engine: Engine, tmp_path: Path) -> None:
    cells = '<row r="1"><c r="A1" t="str"><v>a</v></c></row><row r="2"><c r="A2"><v>5</v></c></row>'
    cells += '<row r="1048576"><c r="XFD1048576" s="1"/></row>'
    file = write_xlsx(tmp_path / "b.xlsx", {"S": []}, parts={PART: TEXT_PART.format(cells)})
    assert read(engine, file)[1] == [(2, 5.0)]


def test_a_file_that_unpacks_to_very_much_more_is_refused(engine: Engine, tmp_path: Path) -> None:
    padding = "<!--" + " " * (archives.SMALLEST_BOMB + 1) + "-->"
    file = write_xlsx(tmp_path / "b.xlsx", {"S": ORDERS}, parts={"xl/padding.xml": padding})
    assert "unpacks to more than 200 times its size, which no workbook should" in fault(engine, file)


def test_what_an_archive_says_of_sizes_is_not_believed(engine: Engine, tmp_path: Path) -> None:
    padding = "<!--" + " " * (archives.SMALLEST_BOMB + 1) + "-->"
    file = write_xlsx(tmp_path / "b.xlsx", {"S": ORDERS}, parts={"xl/padding.xml": padding})
    content = file.read_bytes()
    true_size = struct.pack("<I", len(padding))
    assert content.count(true_size) == 2
    file.write_bytes(content.replace(true_size, struct.pack("<I", 7)))
    with zipfile.ZipFile(file) as archive:
        assert archive.getinfo("xl/padding.xml").file_size == 7
    assert "unpacks to more than 200 times its size" in fault(engine, file)


def test_what_packs_well_and_is_small_is_read(engine: Engine, tmp_path: Path) -> None:
    file = write_xlsx(tmp_path / "b.xlsx", {"S": ORDERS}, parts={"xl/padding.xml": " " * 10_000_000})
    assert read(engine, file)[0].n_records == 2


def test_many_files_that_unpack_to_too_much_together_are_refused(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "LARGEST_ARCHIVE", 50_000)
    parts: dict[str, str | bytes | None] = {f"xl/{i}.xml": " " * 9_000 for i in range(6)}
    file = write_xlsx(tmp_path / "b.xlsx", {"S": ORDERS}, parts=parts)
    assert "unpacks to" in fault(engine, file)
    content = file.read_bytes()
    file.write_bytes(content.replace(struct.pack("<I", 9_000), struct.pack("<I", 7)))
    assert "unpacks to more than" in fault(engine, file)


def test_an_archive_packed_otherwise_or_locked_is_refused(engine: Engine, tmp_path: Path) -> None:
    file = tmp_path / "b.xlsx"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("xl/workbook.xml", " " * 1000)
    assert "packed in a way that workbooks are not" in fault(engine, file)
    content = bytearray(write_xlsx(file, {"S": ORDERS}).read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    file.write_bytes(content)
    assert "is locked with a password" in fault(engine, file)


def test_a_workbook_that_takes_its_reader_down_is_refused(engine: Engine, tmp_path: Path) -> None:
    strings = '<sst xmlns="x" count="4000000000" uniqueCount="4000000000"><si><t>a</t></si></sst>'
    file = write_xlsx(tmp_path / "b.xlsx", {"S": ORDERS}, parts={"xl/sharedStrings.xml": strings})
    assert "cannot be read as a workbook (reading it breaks down): open it" in fault(engine, file)


@pytest.mark.thorough
def test_an_old_workbook_whose_parts_lie_in_a_ring_is_refused(engine: Engine, tmp_path: Path) -> None:
    file = write_xls(tmp_path / "b.xls", "S", [["a"], [1]])
    content = bytearray(file.read_bytes())
    content[516:520] = struct.pack("<I", 1)
    file.write_bytes(content)
    assert "cannot be read as a workbook" in fault(engine, file)


def test_no_program_that_lies_beside_a_workbook_is_run(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("resource", "python_calamine"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit(1)", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert read(engine, write_xlsx(tmp_path / "b.xlsx", {"S": ORDERS}))[0].n_records == 2


def test_a_workbook_whose_reading_does_not_end_is_refused(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "_TRIAL", "import time; time.sleep(60)")
    monkeypatch.setattr(sheets, "_PATIENCE_SECONDS", 0.1)
    file = write_xlsx(tmp_path / "b.xlsx", {"S": ORDERS})
    assert "(reading it does not come to an end): open it" in fault(engine, file)


def test_an_entity_that_grows_is_refused(engine: Engine, tmp_path: Path) -> None:
    entities = '<!ENTITY a "aaaaaaaaaa">' + "".join(
        f"<!ENTITY {this} '" + f"&{last};" * 10 + "'>" for last, this in zip("abcdefgh", "bcdefghi", strict=True)
    )
    xml = f"<!DOCTYPE worksheet [{entities}]>" + TEXT_PART.format("<row><c t='e'><v>&i;</v></c></row>")
    fault(engine, write_xlsx(tmp_path / "b.xlsx", {"S": ORDERS}, parts={PART: xml}))


def test_the_limits_are_those_of_the_rule() -> None:
    assert (archives.LARGEST_RATIO, archives.SMALLEST_BOMB, archives.LARGEST_ARCHIVE) == (200, 100 << 20, 4 << 30)
    assert math.prod((1_048_576, 16_384)) > archives.LARGEST_SHEET > math.prod((1_048_576, 30))
