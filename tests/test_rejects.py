"""The list of rejects: harmless however it is split, with the file's own headings, and the share that stops a run."""

import csv
import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cxlab import tables
from cxlab.intake import SourceError, check_study
from cxlab.intake.rejects import write_csv
from cxlab.words import harmless
from tests.made_workbooks import write_xlsx
from tests.make import HEAD, good_rows, orders_csv, write_study

SIGNS = tuple("=+-@＝＋－＠")
FINNISH = "  orders:\n    path: {}\n    columns: {{customer_id: Asiakas, ordered_at: Tilauspäivä, revenue: Summa}}\n"


def formulas(file: Path) -> list[str]:
    """Return the cells that a program which splits at any of these signs would take for formulas.

    A number is none, and neither is what follows it up to the end of the field: a lone quotation mark computes nothing.
    """
    found = []
    for delimiter in ",;\t|":
        with file.open(encoding="utf-8", newline="") as lines:
            cells = [cell for row in csv.reader(lines, delimiter=delimiter) for cell in row]
        bare = [cell.strip().lstrip('"\ufeff\u200b \t\r\n') for cell in cells]
        found += [
            cell for cell in bare if cell.startswith(SIGNS) and not re.fullmatch(r'[-+]\d[\d.,]*(",[^"]*)?', cell)
        ]
    return found


def read(folder: Path, table: str = "orders") -> list[dict[str, str]]:
    """Check a study and return what its list of rejects says."""
    with check_study(folder) as intake:
        intake.write_rejects(folder)
    with (folder / "rejects" / f"{table}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


class TestFormulas:
    @pytest.mark.parametrize(
        ("cell", "guarded"),
        [
            ("x;=1+1", "x;'=1+1"), ("x\t@A1", "x\t'@A1"), ("x|+1+1", "x|'+1+1"),
            ("x|+1", "x|+1"), ("x;-5,00;1", "x;-5,00;1"), ("x\n-1", "x\n'-1"), ("x\r=1", "x\r'=1"),
            ("x; =1", "x; '=1"), ('x;"=1"', "x;\"'=1\""), ("x; \" \u00a0=1", "x; \" \u00a0'=1"), ("x;＝1", "x;'＝1"),
            ("  =1", "  '=1"), ("=1;=2", "'=1;'=2"), (";;-1", ";;-1"),
            (";-1\n", ";'-1\n"), (";; -1", ";; '-1"), ("\tx", "'\tx"), ("\ufeff=1", "\ufeff'=1"),
            ("2024-01-05", "2024-01-05"), ("a - b", "a - b"), ("c1,-5.00", "c1,-5.00"), ("a;b-c;d@e", "a;b-c;d@e"),
            ("it's", "it's"), ("", ""),
        ],
    )  # fmt: skip
    def test_a_text_gets_an_apostrophe_where_a_cell_could_begin(self, cell: str, guarded: str) -> None:
        assert harmless(cell) == guarded

    @given(st.lists(st.text("x1;,\t|\n\r\v\"' =+-@＝\u2028\ufeff", max_size=12), min_size=1, max_size=4))
    @example(['x;"=1', "=1"])
    def test_no_cell_begins_a_formula_whatever_the_file_is_split_at(
        self, tmp_path_factory: pytest.TempPathFactory, texts: list[str]
    ) -> None:
        file = tmp_path_factory.mktemp("r") / "r.csv"
        write_csv(file, [(text, 3, "revenue", text, text, text) for text in texts])
        assert formulas(file) == []
        with file.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.reader(lines))[1:]
        assert [row[1] for row in rows] == ["3"] * len(texts)
        assert [row[4] for row in rows] == [harmless(text) for text in texts]

    def test_a_record_is_found_again_behind_its_apostrophes(self, tmp_path: Path) -> None:
        rows = [row.replace(",", ";") for row in good_rows(60)]
        bad = ["x;soon;=1+1", "x;soon; \"=cmd|' /c calc'!A0\"", "-7;soon;1", "x;soon;-5,00"]
        write_study(tmp_path, head=HEAD + "parameters: {max_reject_share: 1}\n", orders=orders_csv(
            *rows, *bad, head="customer_id;ordered_at;revenue"))  # fmt: skip
        found = read(tmp_path)
        assert [row["record"].replace("'", "") for row in found] == [row.replace("'", "") for row in bad]
        assert formulas(tmp_path / "rejects" / "orders.csv") == []

    def test_of_a_long_text_no_part_is_looked_at_again_and_again(self) -> None:
        assert harmless(" " * 1_000_000 + "\t- " * 200_000).count("'") == 200_000


class TestHeadings:
    def test_a_reject_names_the_column_as_the_file_does_beside_our_name(self, tmp_path: Path) -> None:
        rows = [*good_rows(), "c1,soon,3", "c1,2024-01-01,dear", "c1,2024-01-01"]
        write_study(
            tmp_path, FINNISH.format("orders.csv"), head=HEAD + "parameters: {max_reject_share: 1}\n",
            orders=orders_csv(*rows, head="Asiakas,Tilauspäivä,Summa"),
        )  # fmt: skip
        found = read(tmp_path)
        assert list(found[0]) == ["file", "line", "column", "reason", "record", "heading"]
        told = [(row["column"], row["heading"]) for row in found]
        assert told == [("ordered_at", "Tilauspäivä"), ("revenue", "Summa"), ("", "")]
        with check_study(tmp_path) as intake:
            assert intake.rejects.table["heading"].tolist() == ["", "Tilauspäivä", "Summa"]
            assert "rejected 1: revenue is no amount, in the column “Summa”" in intake.summary()
            shown = tables.rejects(intake.rejects)
            assert shown and [(row[2].text, row[2].small) for row in shown.rows] == [
                ("", ""), ("ordered_at", "“Tilauspäivä” in the files"), ("revenue", "“Summa” in the files")
            ]  # fmt: skip

    def test_of_a_sheet_and_a_parquet_file_as_well(self, tmp_path: Path) -> None:
        head = ["Asiakas", "Tilauspäivä", "Summa"]
        cells = [["c1", "2024-01-05", i] for i in range(40)]
        write_xlsx(tmp_path / "o1.xlsx", {"S": [head, *cells, ["c1", "soon", 3]]})
        frame = pd.DataFrame([*cells, ["c1", "soon", 3]], columns=head).astype(str)
        frame.to_parquet(tmp_path / "o2.parquet")
        write_study(tmp_path, FINNISH.format("'o*'"))
        assert [(row["file"], row["heading"]) for row in read(tmp_path)] == [
            ("o1.xlsx", "Tilauspäivä"), ("o2.parquet", "Tilauspäivä")
        ]  # fmt: skip

    def test_a_moment_stands_on_the_clock_of_its_column_as_the_file_shows_it(self, tmp_path: Path) -> None:
        zones = {"ordered_at": "Europe/Helsinki", "sent": "-09:30", "paid": "America/New_York", "kept": "UTC"}
        frame = pd.DataFrame({"customer_id": ["c1"] * 60, "revenue": [1.0] * 60})
        moments = pd.Series(
            pd.to_datetime(["2024-01-31 22:30", "1890-06-01 12:00", *["2024-07-31 22:30:00.5"] * 58], format="ISO8601")
        )
        for name, zone in zones.items():
            frame[name] = moments.dt.tz_localize("UTC").dt.tz_convert(zone)
        frame.loc[59, ["customer_id", "paid"]] = None
        frame.loc[0, "revenue"] = float("inf")
        frame.to_parquet(tmp_path / "o.parquet")
        said = "  orders:\n    path: o.parquet\n    columns: {{ordered_at: {}}}\n{}"
        for column, zone in (("ordered_at", ""), ("kept", ""), ("sent", "    read: {timezone: Asia/Tokyo}\n")):
            write_study(tmp_path, said.format(column, zone))
            assert [row["record"] for row in read(tmp_path)] == [
                "c1,inf,2024-02-01 00:30:00+02:00,2024-01-31 13:00:00-09:30,2024-01-31 17:30:00-05:00,"
                "2024-01-31 22:30:00+00",
                "c1,1.0,1890-06-01 13:39:49+01:39:49,1890-06-01 02:30:00-09:30,1890-06-01 07:00:00-05:00,"
                "1890-06-01 12:00:00+00",
                ",1.0,2024-08-01 01:30:00.5+03:00,2024-07-31 13:00:00.5-09:30,,2024-07-31 22:30:00.5+00",
            ], column

    def test_a_column_that_has_our_name_is_named_once(self, tmp_path: Path) -> None:
        write_study(tmp_path, orders=orders_csv(*good_rows(), "c1,soon,3"))
        assert [row["heading"] for row in read(tmp_path)] == ["ordered_at"]
        with check_study(tmp_path) as intake:
            assert "rejected 1: ordered_at is no date (ISO 8601)\n" in intake.summary()

    def test_the_message_that_stops_a_run_names_them(self, tmp_path: Path) -> None:
        rows = [*good_rows(), *["c1,soon,3"] * 5]
        write_study(tmp_path, FINNISH.format("orders.csv"), orders=orders_csv(*rows, head="Asiakas,Tilauspäivä,Summa"))
        with pytest.raises(SourceError, match=r"5 records: ordered_at is no date \(ISO 8601\), in the column “Tilausp"):
            check_study(tmp_path)


class TestLimit:
    @pytest.mark.parametrize(("n_bad", "stops"), [(1, False), (2, True)])
    def test_records_outside_the_limit_count_on_neither_side(self, tmp_path: Path, n_bad: int, stops: bool) -> None:
        nobody = [",2024-01-01,1"] * 60  # with them, two faults would be 2 of 90 records, below the limit
        write_study(tmp_path, orders=orders_csv(*good_rows(28), *["c1,soon,3"] * n_bad, *nobody))
        if not stops:
            with check_study(tmp_path) as intake:
                assert intake.tables["orders"].n_rejected == 61
            return
        with pytest.raises(SourceError) as caught:
            check_study(tmp_path)
        said = "2 records of 30 records of orders (6.7%) cannot be used, more than the 5.0% allowed"
        assert f"{said} (60 further records outside the limit not counted):" in str(caught.value)
        assert "customer_id is missing" not in str(caught.value)

    def test_where_nothing_but_those_outside_is_wrong_nothing_stops(self, tmp_path: Path) -> None:
        write_study(tmp_path, orders=orders_csv(*good_rows(3), *[",2024-01-01,1"] * 60))
        with check_study(tmp_path) as intake:
            assert intake.tables["orders"].n_used == 3
