"""Rules that a study, a table as a whole or another file decides."""

import csv
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from cxlab.intake import SourceError, check_study, sources
from cxlab.study import StudyError
from tests.make import HEAD, good_rows, orders_csv, write_study
from tests.test_intake import reasons


class TestDuplicates:
    ROWS = (*good_rows(), good_rows()[3], good_rows()[3], good_rows()[7])

    def test_they_are_kept_and_told_of(self, tmp_path: Path) -> None:
        write_study(tmp_path, orders=orders_csv(*self.ROWS))
        intake = check_study(tmp_path)
        assert intake.tables["orders"].n_used == 43 and intake.tables["orders"].n_same == 3
        said = "3 records of orders repeat an earlier one in every column. They were kept: `duplicates: drop`"
        assert any(remark.startswith(said) for remark in intake.remarks)

    def test_they_are_dropped_where_the_study_says_so_and_stand_among_the_rejects(self, tmp_path: Path) -> None:
        write_study(tmp_path, "  orders: {path: orders.csv, duplicates: drop}\n", orders=orders_csv(*self.ROWS))
        intake = check_study(tmp_path)
        assert reasons(intake) == {"the same as a record before it, in every column": 3}
        (file,) = intake.write_rejects(tmp_path)
        with file.open(newline="") as lines:
            assert [row["line"] for row in csv.DictReader(lines)] == ["42", "43", "44"]

    def test_a_column_that_the_study_does_not_map_tells_records_apart(self, tmp_path: Path) -> None:
        rows = [f"{row},p{i}" for i, row in enumerate(self.ROWS)]
        write_study(tmp_path, orders=orders_csv(*rows, head="customer_id,ordered_at,revenue,product"))
        assert check_study(tmp_path).tables["orders"].n_same == 0

    def test_they_are_found_across_files(self, tmp_path: Path) -> None:
        write_study(tmp_path, "  orders: {path: 'o*.csv', duplicates: drop}\n", o1=orders_csv(*good_rows()))
        (tmp_path / "o2.csv").write_text(orders_csv(*good_rows()[-5:], "z,2024-02-01,1"))
        intake = check_study(tmp_path)
        assert (intake.tables["orders"].n_used, intake.tables["orders"].n_same) == (41, 5)

    def test_equal_rows_of_an_experiment_are_different_people(self, tmp_path: Path) -> None:
        text = "arm,outcome\n" + "control,1\ncard,1\n" * 20
        write_study(tmp_path, "  outcomes: {path: o.csv}\n", o=text)
        intake = check_study(tmp_path)
        assert (intake.tables["outcomes"].n_used, intake.tables["outcomes"].n_same) == (40, 0)
        write_study(tmp_path, "  outcomes: {path: o.csv, duplicates: drop}\n", o=text)
        with pytest.raises(StudyError, match=r"study\.yml:4: rows of an experiment are different people"):
            check_study(tmp_path)


class TestCurrencies:
    def test_amounts_in_another_currency_are_rejects(self, tmp_path: Path) -> None:
        rows = [*good_rows(), "c1,2024-01-05,$5", "c1,2024-01-05,5 €", "c1,2024-01-05,5 SEK", "c1,2024-01-05,EUR 5"]
        write_study(tmp_path, orders=orders_csv(*rows))
        intake = check_study(tmp_path)
        assert reasons(intake) == {"revenue is in another currency than EUR": 2}
        assert intake.tables["orders"].n_used == 42

    def test_a_column_of_currencies_is_looked_at(self, tmp_path: Path) -> None:
        rows = [f"{row},EUR" for row in good_rows()] + ["c1,2024-01-05,5,SEK", "c1,2024-01-05,5,eur"]
        write_study(tmp_path, orders=orders_csv(*rows, head="customer_id,ordered_at,revenue,currency"))
        assert reasons(check_study(tmp_path)) == {"is in another currency than EUR": 1}

    def test_a_line_that_names_none_is_in_that_of_its_order(self, tmp_path: Path) -> None:
        head = "customer_id,ordered_at,revenue,order_id,currency"
        first = [f"{row},{i},EUR" for i, row in enumerate(good_rows(78))]
        foreign = ["sven,2024-02-01,10,s1,SEK", "sven,2024-02-01,5,s1,", "sven,2024-02-01,5,s1, "]
        own = ["anna,2024-02-01,10,a1,EUR", "anna,2024-02-01,5,a1,", "sven,2024-02-02,5,s2,", "eva,2024-02-02,5,s1,"]
        write_study(tmp_path, orders=orders_csv(*first, *foreign, *own, head=head))
        with check_study(tmp_path) as intake:
            assert intake.tables["orders"].n_used == 82
            assert reasons(intake) == {
                "is in another currency than EUR": 1, "is of an order in another currency than EUR": 2
            }  # fmt: skip
            (file,) = intake.write_rejects(tmp_path)
        with file.open(newline="") as lines:
            assert [(row["line"], row["column"]) for row in csv.DictReader(lines)] == [
                ("80", "currency"), ("81", "currency"), ("82", "currency")
            ]  # fmt: skip

    def test_a_study_in_the_wrong_currency_is_told_so(self, tmp_path: Path) -> None:
        write_study(tmp_path, orders=orders_csv(*[row.replace(",2024", ",2024") + "$" for row in good_rows()]))
        with pytest.raises(SourceError, match="or say `currency:` in the study if all are in another"):
            check_study(tmp_path)
        write_study(tmp_path, head=HEAD + "currency: USD\n", orders=orders_csv(*[row + "$" for row in good_rows()]))
        assert check_study(tmp_path).tables["orders"].n_used == 40


class TestOutside:
    def test_a_study_reads_no_file_outside_its_folder_unless_that_is_allowed(self, tmp_path: Path) -> None:
        (tmp_path / "orders.csv").write_text(orders_csv(*good_rows()))
        for path in ("../orders.csv", str(tmp_path / "orders.csv"), "../*.csv"):
            folder = write_study(tmp_path / "shop", f"  orders: {{path: '{path}'}}\n")
            with pytest.raises(SourceError, match=r"study\.yml:4: .* lies outside the study.s folder"):
                check_study(folder)
            assert check_study(folder, allow_outside=True).n_orders == 40

    def test_a_link_is_where_it_points_to(self, tmp_path: Path) -> None:
        (tmp_path / "orders.csv").write_text(orders_csv(*good_rows()))
        folder = write_study(tmp_path / "shop")
        (folder / "orders.csv").symlink_to(tmp_path / "orders.csv")
        with pytest.raises(SourceError, match="lies outside"):
            check_study(folder)


def test_a_file_that_changes_while_it_is_read_is_no_file_yet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_study(tmp_path, orders=orders_csv(*good_rows()))
    as_it_was = sources.open_files

    def open_and_grow(*arguments, **named):  # type: ignore[no-untyped-def]
        opened = as_it_was(*arguments, **named)
        with (tmp_path / "orders.csv").open("a") as file:
            file.write("c1,2024-02-01,3\n")
        return opened

    monkeypatch.setattr(sources, "open_files", open_and_grow)
    with pytest.raises(SourceError, match=r"orders\.csv changed while it was being read: wait until it is written"):
        check_study(tmp_path)


def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    write_study(tmp_path)
    os.mkfifo(tmp_path / "orders.csv")
    failed: list[str] = []

    def check() -> None:
        try:
            check_study(tmp_path)
        except SourceError as error:
            failed.append(str(error))

    thread = threading.Thread(target=check, daemon=True)
    thread.start()
    thread.join(5)
    assert failed and "is not there" in failed[0]


def test_an_arm_that_no_share_was_meant_for_is_a_reject(tmp_path: Path) -> None:
    rows = [f"c{i},2024-01-02,{('control', 'card')[i % 2]}" for i in range(60)] + ["c70,2024-01-02,crad"]
    sources = "  orders: {path: orders.csv}\n  assignments: {path: a.csv, allocation: {control: 1, card: 1}}\n"
    write_study(tmp_path, sources, orders=orders_csv(*good_rows()), a="customer_id,assigned_at,arm\n" + "\n".join(rows))
    assert reasons(check_study(tmp_path), "assignments") == {"arm is none of those in `allocation`": 1}


def test_files_of_one_source_may_be_written_in_different_ways(tmp_path: Path) -> None:
    write_study(tmp_path, "  orders: {path: 'o*'}\n")
    (tmp_path / "o1.csv").write_text(orders_csv("a,2024-01-13,1234.5", "ä,2024-01-02,1"), encoding="utf-8")
    (tmp_path / "o2.csv").write_bytes(
        "customer_id;ordered_at;revenue\nä;31.12.2023 14.05;1 234,50 €\nb;1.2.2023;3\n".encode("cp1252")
    )
    (tmp_path / "o3.tsv").write_bytes("customer_id\tordered_at\trevenue\nä\t12/31/2023\t1,234.50\n".encode("utf-16"))
    intake = check_study(tmp_path)
    assert intake.tables["orders"].n_used == 5
    found = intake.engine.rows("SELECT customer_id, ordered_at, revenue FROM orders ORDER BY cx_file, cx_line")
    assert found == [
        ("a", 1705104000, 123450), ("ä", 1704153600, 100), ("ä", 1704031500, 123450), ("b", 1675209600, 300),
        ("ä", 1703980800, 123450),
    ]  # fmt: skip
    assert "o2.csv: semicolon-separated, cp1252" in intake.tables["orders"].understood
    assert "o3.tsv: tab-separated, utf-16" in intake.tables["orders"].understood


def test_another_file_of_the_source_settles_what_one_leaves_open(tmp_path: Path) -> None:
    write_study(tmp_path, "  orders: {path: 'o*.csv'}\n", o1=orders_csv("a,01/02/2024,1", "b,03/04/2024,1"))
    with pytest.raises(SourceError, match="can be read in two ways"):
        check_study(tmp_path)
    (tmp_path / "o2.csv").write_text(orders_csv("a,31/01/2024,1"))
    with check_study(tmp_path) as intake:
        days = [
            row[0] // 86400 for row in intake.engine.rows("SELECT ordered_at FROM orders ORDER BY cx_file, cx_line")
        ]
    assert days == [19754, 19816, 19753]


class TestPeople:
    HEAD = "arm,outcome,age,email,contact,zip_code,phone,spent"
    ROWS = "\n".join(
        f"{'ab'[i % 2]},{i % 3},{i % 40},u{i}@x.fi,Anna {i},{i % 7},0401{i},{i / 7:.4f}" for i in range(60)
    )

    def study(self, folder: Path, further: str = "") -> Path:
        write_study(folder, f"  outcomes: {{path: o.csv, control: a{further}}}\n")
        (folder / "o.csv").write_text(f"{self.HEAD}\n{self.ROWS}\n")
        return folder

    def test_columns_that_point_to_people_are_left_out_of_an_experiment_and_that_is_said(self, tmp_path: Path) -> None:
        with check_study(self.study(tmp_path)) as intake:
            table = intake.tables["outcomes"]
            assert (table.further, table.left_out) == (("age", "spent", "zip_code"), ("contact", "email", "phone"))
            assert not {"email", "contact", "phone"} & set(intake.engine.kinds("outcomes"))
            said = "Left out of outcomes, because they point to people: `contact`, `email`, `phone`."
            assert said in intake.remarks and table.n_used == 60

    def test_what_the_study_asks_for_by_name_stays(self, tmp_path: Path) -> None:
        with check_study(self.study(tmp_path, ", covariates: [age, phone], ignore: [email]")) as intake:
            assert "phone" in intake.tables["outcomes"].further
            assert intake.tables["outcomes"].left_out == ("contact", "email")

    @pytest.mark.thorough
    def test_none_of_it_stands_on_a_page(self, tmp_path: Path) -> None:
        self.study(tmp_path / "trial")
        command = [sys.executable, "-m", "cxlab", "report", "trial", "--only", "gestures", "--only", "intake"]
        subprocess.run(command, cwd=tmp_path, capture_output=True, check=True)
        for file in (tmp_path / "reports").rglob("*"):
            if file.is_file() and ".intake" not in file.parts:
                held = file.read_bytes()
                assert b"@x.fi" not in held and b"Anna 1" not in held and b"040110" not in held, file


def test_an_optional_column_that_one_file_lacks_is_empty_there_and_that_is_said(tmp_path: Path) -> None:
    write_study(tmp_path, "  orders: {path: 'o*.csv'}\n", o1=orders_csv(*good_rows()))
    head = "customer_id,ordered_at,revenue,currency"
    (tmp_path / "o2.csv").write_text(orders_csv("a,2024-02-01,5,EUR", "a,2024-02-02,5,SEK", head=head))
    with check_study(tmp_path) as intake:
        assert intake.tables["orders"].n_used == 41
        assert reasons(intake) == {"is in another currency than EUR": 1}
        assert "o1.csv: comma-separated, utf-8, ordered_at as 2024-12-31 (ISO 8601), without `currency`, so empty" in (
            intake.tables["orders"].understood
        )
    (tmp_path / "o3.csv").write_text("customer_id,revenue\na,5\n")
    with pytest.raises(SourceError, match=r"o3\.csv has no column `ordered_at`"):
        check_study(tmp_path)


@pytest.mark.parametrize("word", ["Yhteensä", "TOTAL", "grand total"])
def test_a_line_of_totals_is_no_customer(tmp_path: Path, word: str) -> None:
    write_study(tmp_path, orders=orders_csv(*good_rows(), f"{word},2024-02-01,800"))
    assert reasons(check_study(tmp_path)) == {"is a line of totals": 1}


def test_a_decimal_comma_among_the_parameters_is_told_of(tmp_path: Path) -> None:
    write_study(tmp_path, head=HEAD + "parameters: {margin_rate: 0,35}\n", orders=orders_csv(*good_rows()))
    with pytest.raises(StudyError, match=r"study\.yml:3: `35` is no parameter: write decimals with a point"):
        check_study(tmp_path)


def test_too_many_rejects_point_to_what_the_study_says_of_reading(tmp_path: Path) -> None:
    rows = [f"c{i % 8},24{i % 28 + 1:03d},{i}" for i in range(40)]
    sources = "  orders: {path: orders.csv, read: {date_format: iso}}\n"
    write_study(tmp_path, sources, orders=orders_csv(*rows))
    with pytest.raises(SourceError, match=r"look whether `read: \{date_format: iso\}` in the study is right"):
        check_study(tmp_path)


def test_a_lock_file_of_a_spreadsheet_is_passed_over(tmp_path: Path) -> None:
    write_study(tmp_path, "  orders: {path: '*orders*.csv'}\n", orders=orders_csv(*good_rows()))
    (tmp_path / "~$orders.csv").write_bytes(b"\x05user")
    assert check_study(tmp_path).tables["orders"].n_used == 40
