"""Files as strangers bring them: nothing in them, a NUL, titles above, several sheets, lists of paths, zones."""

import csv
import datetime as dt
import gzip
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cxlab.errors import InputError, file_alike
from cxlab.intake import Intake, check_study
from cxlab.intake.encoding import find_wide
from tests.made_workbooks import write_xlsx
from tests.make import good_rows, orders_csv, write_study

HEAD = "name: shop\ncurrency: EUR\nparameters: {max_reject_share: 1.0}\n"
CYRILLIC = "customer_id;ordered_at;revenue\n" + "".join(f"Иван{i % 9};{i % 28 + 1}.1.2024;{i},50\n" for i in range(40))
WIDE = ["utf-16-le", "utf-16-be"]


def study(folder: Path, source: str = "{path: orders.csv}", **files: str) -> Path:
    return write_study(folder, f"  orders: {source}\n", head=HEAD, **files)


def message(folder: Path) -> str:
    with pytest.raises(InputError) as caught:
        check_study(folder)
    return str(caught.value)


def n_used(folder: Path) -> int:
    with check_study(folder) as intake:
        return intake.tables["orders"].n_used


def rejects(intake: Intake, folder: Path) -> list[dict[str, str]]:
    (file,) = intake.write_rejects(folder / "out")
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


class TestNothingInAFile:
    """A file without a byte, or with blank lines alone, beside others is one without a record."""

    @pytest.mark.parametrize("content", [b"", b"\n \n", b"\xef\xbb\xbf", gzip.compress(b"", mtime=0)])
    def test_beside_others_it_has_no_record_and_that_is_said(self, tmp_path: Path, content: bytes) -> None:
        study(tmp_path, "{path: 'o*.csv'}", o1=orders_csv(*good_rows()), o3=orders_csv(*good_rows(5)))
        (tmp_path / "o2.csv").write_bytes(content)
        with check_study(tmp_path) as intake:
            orders = intake.tables["orders"]
            assert (orders.n_read, [file.name for file in orders.files]) == (45, ["o1.csv", "o3.csv", "o2.csv"])
            assert "o2.csv: empty, so no record of it" in orders.understood
            assert "empty, so no record of it" in intake.summary()
            assert [(r.file, r.n_read) for r in orders.readings][-1] == ("o2.csv", 0)

    def test_what_was_kept_counts_until_something_comes_into_it(self, tmp_path: Path) -> None:
        from cxlab.intake import read_study
        from cxlab.study import load_study

        study(tmp_path, "{path: 'o*.csv'}", o1=orders_csv(*good_rows()), o2="")
        opened = load_study(tmp_path)
        for n, text, is_kept in ((40, "", False), (40, "", True), (45, orders_csv(*good_rows(5)), False)):
            (tmp_path / "o2.csv").write_text(text)
            with read_study(opened, opened.settle(), store=tmp_path / "kept") as intake:
                assert (intake.tables["orders"].n_read, bool(intake.hashes)) == (n, is_kept)
                if not is_kept:
                    intake.keep(tmp_path / "kept")

    def test_alone_it_is_a_fault(self, tmp_path: Path) -> None:
        study(tmp_path, orders="")
        assert "orders.csv is empty: export the table again" in message(tmp_path)

    def test_and_so_are_several_of_them(self, tmp_path: Path) -> None:
        study(tmp_path, "{path: 'o*.csv'}", o1="", o2="\n")
        assert "o1.csv is empty: export the table again" in message(tmp_path)


class TestNul:
    """A NUL costs the record in which it stands, wherever that is."""

    @pytest.mark.parametrize("at", [0, 20, 1000])
    def test_its_record_is_a_reject(self, tmp_path: Path, at: int) -> None:
        rows = good_rows(2000)
        rows[at] = "c\0,2024-01-05,1.00"
        study(tmp_path, orders=orders_csv(*rows))
        with check_study(tmp_path) as intake:
            assert intake.tables["orders"].n_used == 1999
            (reject,) = rejects(intake, tmp_path)
        assert (reject["line"], "NUL" in reject["reason"]) == (str(at + 2), True)

    def test_in_a_record_of_two_lines_both_go_and_no_other(self, tmp_path: Path) -> None:
        study(tmp_path, orders=orders_csv('"a\n\0b",2024-01-05,1.00', *good_rows(5)))
        with check_study(tmp_path) as intake:
            assert intake.tables["orders"].n_used == 5 and rejects(intake, tmp_path)[0]["line"] == "2"

    def test_among_the_names_it_does_not_count(self, tmp_path: Path) -> None:
        study(tmp_path, orders=orders_csv(*good_rows(), head="customer_id,ordered_at,revenue\0"))
        assert n_used(tmp_path) == 40

    def test_padding_at_the_end_costs_nothing_else(self, tmp_path: Path) -> None:
        study(tmp_path, orders=orders_csv(*good_rows()) + "\0" * 8000)
        assert n_used(tmp_path) == 40

    def test_what_is_full_of_them_is_no_text(self, tmp_path: Path) -> None:
        study(tmp_path)
        (tmp_path / "orders.csv").write_bytes(bytes([0, 1, 2, 3, 65]) * 500)
        assert "orders.csv is no text: export the table as CSV" in message(tmp_path)


class TestWideLetters:
    """UTF-16, with its mark and without, in any script."""

    @pytest.mark.parametrize("encoding", WIDE)
    def test_without_a_mark_it_is_read_in_any_script(self, tmp_path: Path, encoding: str) -> None:
        study(tmp_path)
        (tmp_path / "orders.csv").write_bytes(CYRILLIC.encode(encoding))
        with check_study(tmp_path) as intake:
            assert intake.tables["orders"].n_used == 40 and encoding in intake.tables["orders"].understood
            assert intake.engine.row("SELECT MIN(customer_id) FROM orders") == ("Иван0",)

    @pytest.mark.parametrize("encoding", WIDE)
    @pytest.mark.parametrize("name", ["一一", "Āā", "上", "😀", "ab"])
    def test_letters_with_a_nul_of_their_own_do_not_mislead(self, encoding: str, name: str) -> None:
        assert find_wide("".join(f"{name};2024-01-0{i};1\n" for i in range(9)).encode(encoding)) == encoding

    @pytest.mark.parametrize("text", ["name;1\n\0;2\n", "a\0;b\nc;d\n", "ab\0\0;b\n" * 9, "", "a", "\0"])
    def test_narrow_text_with_a_nul_is_not_taken_for_it(self, text: str) -> None:
        assert find_wide(text.encode()) is None

    @pytest.mark.parametrize("encoding", ["utf-16", *WIDE])
    @pytest.mark.parametrize("n", [3, 9000])
    def test_a_letter_cut_in_two_is_said(self, tmp_path: Path, encoding: str, n: int) -> None:
        study(tmp_path)
        (tmp_path / "orders.csv").write_bytes(orders_csv(*good_rows(n)).encode(encoding) + b"x")
        said = message(tmp_path)
        assert "breaks off in the middle of a letter" in said and "utf-16" in said and "cp1252" not in said

    def test_another_encoding_that_the_study_names_is_for_other_files(self, tmp_path: Path) -> None:
        study(tmp_path, "{path: orders.csv, read: {encoding: utf-8}}")
        (tmp_path / "orders.csv").write_bytes(CYRILLIC.replace("Иван", "c").encode("utf-16-le"))
        assert n_used(tmp_path) == 40
        assert "utf-16-le, encoding of study.yml not used here" in understood(tmp_path)


def understood(folder: Path) -> str:
    """Return how the orders were read, in words."""
    with check_study(folder) as intake:
        return intake.tables["orders"].understood


class TestTitleLines:
    """Lines above the line of names are found in each file by itself, and that is said."""

    @pytest.mark.parametrize("title", ["Sales 2024", "Sales, 2024;made,by;Ada", "Report|x|y|z|v"])
    def test_of_a_text(self, tmp_path: Path, title: str) -> None:
        text = f"{title}\n\nfor the board\n" + orders_csv(*good_rows(), head="Who,When,Total")
        columns = "{customer_id: Who, ordered_at: When, revenue: Total}"
        study(tmp_path, f"{{path: orders.csv, columns: {columns}}}", orders=text)
        assert n_used(tmp_path) == 40 and "3 lines above the names left out" in understood(tmp_path)
        study(tmp_path, f"{{path: orders.csv, read: {{skip: 3}}, columns: {columns}}}")
        assert n_used(tmp_path) == 40 and "above the names" not in understood(tmp_path)

    def test_of_a_text_whose_delimiter_stands_above_it(self, tmp_path: Path) -> None:
        text = "sep=;\nSales 2024\n" + orders_csv(*good_rows()).replace(",", ";")
        study(tmp_path, "{path: orders.csv, read: {decimal: '.'}}", orders=text)
        assert n_used(tmp_path) == 40 and "1 line above the names left out" in understood(tmp_path)

    def test_of_a_sheet(self, tmp_path: Path) -> None:
        rows: list[list[Any]] = [["Sales 2024"], [], *([*row.split(",")] for row in orders_csv(*good_rows()).split())]
        write_xlsx(tmp_path / "o.xlsx", {"Sheet1": rows})
        study(tmp_path, "{path: o.xlsx}")
        assert n_used(tmp_path) == 40 and "2 rows above the names left out" in understood(tmp_path)
        study(tmp_path, "{path: o.xlsx, read: {skip: 2}}")
        assert n_used(tmp_path) == 40

    def test_no_line_is_named_where_none_holds_the_names(self, tmp_path: Path) -> None:
        study(tmp_path, orders=orders_csv(*good_rows(), head="a,b,c"))
        assert "skip" not in message(tmp_path)


class TestSeveralSheets:
    """Sheets of one workbook, one after the other."""

    MONTHS: ClassVar = {
        month: [["customer_id", "ordered_at", "revenue"]]
        + [[100.0 + i % 5, dt.date(2024, n, i + 1), i + 0.5] for i in range(20)]
        + [[103.0, "soon", 7.0]]
        for n, month in enumerate(("Jan", "Feb"), 1)
    }

    @pytest.fixture(autouse=True)
    def book(self, tmp_path: Path) -> None:
        write_xlsx(tmp_path / "o.xlsx", {"Notes": [["x"]], **self.MONTHS, "Empty": []})

    @pytest.mark.parametrize("asked", ["[Jan, Feb]", "['???', Feb]", "'*b', Jan", "[Feb, Jan, Feb, Empty]"])
    def test_they_are_read_by_a_list_or_a_pattern(self, tmp_path: Path, asked: str) -> None:
        asked = asked if asked.startswith("[") else f"[{asked}]"
        study(tmp_path, f"{{path: o.xlsx, read: {{sheet: {asked}}}}}")
        with check_study(tmp_path) as intake:
            assert (intake.tables["orders"].n_read, intake.tables["orders"].n_used) == (42, 40)
            assert intake.n_customers == 5
            said = intake.tables["orders"].understood
            assert said.startswith(("sheets Jan and Feb, ", "sheets Feb and Jan, "))
            assert intake.table["files"].tolist() == ["o.xlsx"]
            found = rejects(intake, tmp_path)
            intake.keep(tmp_path / "kept")
        assert sorted((r["file"], r["line"]) for r in found) == [
            ("o.xlsx, sheet Feb", "22"), ("o.xlsx, sheet Jan", "22")
        ]  # fmt: skip

    def test_a_whole_number_has_no_point_among_the_rejects(self, tmp_path: Path) -> None:
        study(tmp_path, "{path: o.xlsx, read: {sheet: Jan}}")
        with check_study(tmp_path) as intake:
            (reject,) = rejects(intake, tmp_path)
        assert (reject["file"], reject["record"]) == ("o.xlsx", "103,soon,7")

    def test_where_none_is_named_the_line_to_write_is_said(self, tmp_path: Path) -> None:
        study(tmp_path, "{path: o.xlsx}")
        assert message(tmp_path).endswith('or all of them: `read: {sheet: ["Jan", "Feb"]}`')

    @pytest.mark.parametrize("asked", ["[Jan, Mar]", "'M*'"])
    def test_one_that_is_not_there_is_a_fault(self, tmp_path: Path, asked: str) -> None:
        study(tmp_path, f"{{path: o.xlsx, read: {{sheet: {asked}}}}}")
        assert "o.xlsx has no sheet `M" in message(tmp_path)

    def test_sheets_that_hold_nothing_are_a_fault(self, tmp_path: Path) -> None:
        study(tmp_path, "{path: o.xlsx, read: {sheet: Empty}}")
        assert "holds nothing" in message(tmp_path)


class TestPaths:
    """A path is a file, a pattern, or a list of these."""

    def test_a_list_is_read_in_its_order_each_file_once(self, tmp_path: Path) -> None:
        study(tmp_path, "{path: [b.csv, 'a*.csv', b.csv]}", b=orders_csv(*good_rows()), a1=orders_csv(*good_rows(5)))
        with check_study(tmp_path) as intake:
            assert [file.name for file in intake.tables["orders"].files] == ["b.csv", "a1.csv"]
            assert intake.tables["orders"].n_used == 45

    def test_each_of_a_list_must_be_there(self, tmp_path: Path) -> None:
        study(tmp_path, "{path: [orders.csv, ordesr-2.csv]}", orders=orders_csv(*good_rows()))
        (tmp_path / "orders-2.csv").write_text("")
        assert "ordesr-2.csv is not there; did you mean `orders-2.csv`?" in message(tmp_path)

    @pytest.mark.parametrize("path", ["[]", "['']", "[orders.csv, 7]", "[[orders.csv]]", "{a: b}"])
    def test_what_is_no_list_of_texts_is_a_fault(self, tmp_path: Path, path: str) -> None:
        study(tmp_path, f"{{path: {path}}}")
        assert "`path` is " in message(tmp_path) and "must " in message(tmp_path)

    def test_none_outside_the_folder_among_them(self, tmp_path: Path) -> None:
        study(tmp_path / "s", "{path: [orders.csv, ../x.csv]}", orders=orders_csv(*good_rows()))
        assert "outside the study's folder" in message(tmp_path / "s")

    @pytest.mark.parametrize(
        ("path", "names", "said"),
        [
            ("palaute.tsv", ["tunnit.tsv"], ""),
            ("a.csv", ["b.csv"], ""),
            ("orders.csv", ["Orders.CSV.gz"], "; did you mean `Orders.CSV.gz`?"),
            ("orders.csv", ["orders.tsv", "orders.csv.gz", "ordes.csv"], "; did you mean `orders.csv.gz`?"),
            ("tunit.tsv", ["tunnit.tsv", "tilaukset.tsv"], "; did you mean `tunnit.tsv`?"),
        ],
    )
    def test_only_a_name_that_is_alike_is_suggested(self, path: str, names: list[str], said: str) -> None:
        assert file_alike(path, names) == said


class TestZonesOfParquet:
    """A moment with a zone is read on the clock of that zone, which stands in the file's notes."""

    def read(self, folder: Path, zone: str | None, unit: str = "us", read: str = "{}", *, notes: bool = True) -> str:
        moments = [dt.datetime(2024, 1, 5, 23, 30), dt.datetime(2024, 7, 5, 21, 30)]  # noqa: DTZ001
        table = pa.table({
            "customer_id": ["a", "b"], "ordered_at": pa.array(moments, pa.timestamp(unit, zone)), "revenue": [1, 2],
        })  # fmt: skip
        pq.write_table(table, folder / "o.parquet", store_schema=notes)
        study(folder, f"{{path: o.parquet, read: {read}}}")
        with check_study(folder) as intake:
            self.said = intake.tables["orders"].understood
            rows = intake.engine.rows("SELECT CAST(MAKE_TIMESTAMP(ordered_at * 1000000) AS VARCHAR) FROM orders")
        return " ".join(sorted(text[5:16] for (text,) in rows))

    @pytest.mark.parametrize("unit", ["ms", "us", "ns"])
    def test_days_are_those_of_the_place(self, tmp_path: Path, unit: str) -> None:
        assert self.read(tmp_path, "Europe/Helsinki", unit) == "01-06 01:30 07-06 00:30"
        assert self.said == "Parquet, moments on the clock of Europe/Helsinki, as the file says"

    def test_the_study_has_the_last_word(self, tmp_path: Path) -> None:
        assert self.read(tmp_path, "Europe/Helsinki", read="{timezone: UTC}") == "01-05 23:30 07-05 21:30"
        assert self.said == "Parquet, moments with a zone on the clock of UTC"

    def test_an_offset_is_a_clock_as_well(self, tmp_path: Path) -> None:
        assert self.read(tmp_path, "-03:30") == "01-05 20:00 07-05 18:00" and "clock of -03:30" in self.said

    @pytest.mark.parametrize(("zone", "notes"), [("UTC", True), ("Nowhere/Land", True), ("Europe/Helsinki", False)])
    def test_without_a_zone_that_is_known_it_is_utc_and_said(self, tmp_path: Path, zone: str, notes: bool) -> None:
        assert self.read(tmp_path, zone, notes=notes) == "01-05 23:30 07-05 21:30"
        assert self.said == "Parquet, moments on the clock of UTC"

    def test_moments_without_a_zone_stay(self, tmp_path: Path) -> None:
        assert self.read(tmp_path, None) == "01-05 23:30 07-05 21:30" and self.said == "Parquet"


class TestWhatOnlySomeFilesNeed:
    """An encoding or a delimiter is said for all files of a source, often for the sake of one."""

    def test_an_encoding_of_single_bytes_does_not_garble_a_text_that_is_utf_8(self, tmp_path: Path) -> None:
        study(tmp_path, "{path: 'o*.csv', read: {encoding: cp1252}}")
        text = orders_csv(*good_rows(), "Änne,2024-01-05,1.00")
        (tmp_path / "o1.csv").write_bytes(text.encode("cp1252"))
        (tmp_path / "o2.csv").write_bytes(text.encode())
        (tmp_path / "o3.csv").write_bytes(text.encode("utf-8-sig"))
        (tmp_path / "o4.csv").write_bytes(orders_csv(*good_rows()).encode())
        with check_study(tmp_path) as intake:
            assert intake.engine.row("SELECT COUNT(*) FROM orders WHERE customer_id = 'Änne'") == (3,)
            assert intake.n_customers == 9
            words = [reading.words[0] for reading in intake.tables["orders"].readings]
        assert ["not used here" in one for one in words] == [False, True, True, False]

    def test_a_text_with_broken_bytes_is_still_utf_8(self, tmp_path: Path) -> None:
        rows = [*good_rows(300), "käyttö,2024-01-05,1.00"]
        broken = orders_csv(*rows).encode() + b"c\xff\xfe,2024-01-05,2\n"
        for read in ("{}", "{encoding: utf-8}"):
            study(tmp_path, f"{{path: orders.csv, read: {read}}}")
            (tmp_path / "orders.csv").write_bytes(broken)
            with check_study(tmp_path) as intake:
                assert intake.tables["orders"].n_rejected == 1
                assert intake.engine.row("SELECT COUNT(*) FROM orders WHERE customer_id = 'käyttö'") == (1,)

    def test_another_delimiter(self, tmp_path: Path) -> None:
        study(tmp_path, "{path: 'o*.csv', read: {delimiter: ';'}}")
        (tmp_path / "o1.csv").write_text(orders_csv(*good_rows()).replace(",", ";"))
        (tmp_path / "o2.csv").write_text(orders_csv(*good_rows()))
        assert n_used(tmp_path) == 80 and "delimiter of study.yml not used here" in understood(tmp_path)

    def test_a_file_without_a_line_of_names_is_told(self, tmp_path: Path) -> None:
        columns = "{customer_id: c0, ordered_at: '2024-01-01', revenue: '0.50'}"
        study(tmp_path, f"{{path: orders.csv, columns: {columns}}}", orders="\n".join(good_rows()) + "\n")
        assert "is a value and no column's name" in message(tmp_path) and "read: {header:" in message(tmp_path)

    def test_a_file_called_as_browsers_call_the_second_of_a_name(self, tmp_path: Path) -> None:
        study(tmp_path, "{path: 'orders[1].csv'}")
        (tmp_path / "orders[1].csv").write_text(orders_csv(*good_rows()))
        assert n_used(tmp_path) == 40
