"""Reading a study: what counts, what is rejected and why, and the windows."""

import csv
import datetime as dt
import gzip
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from cxlab import plots
from cxlab.answers.intake import intake_answer
from cxlab.intake import Intake, check_study
from cxlab.intake.windows import future_orders
from cxlab.kit import open_study
from tests.make import HEAD, good_rows, orders_csv, write_study

ROOT = Path(__file__).resolve().parent.parent


def reasons(intake: Intake, table: str = "orders") -> dict[str, int]:
    return {reject.reason: reject.n for reject in intake.tables[table].rejects}


def read_rejects(intake: Intake, folder: Path, table: str = "orders") -> list[dict[str, str]]:
    intake.write_rejects(folder)
    with (folder / "rejects" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class TestCdnow:
    """The study that comes with the project, against what is published on it."""

    def test_the_sample_has_its_published_counts(self) -> None:
        with open_study(ROOT / "data" / "cdnow") as kit:
            found = {key: finding.value for key, finding in kit.intake.findings.items()}
            customers = kit.customers
        assert found == {
            "rows_read.orders": 6919, "rows_rejected.orders": 0, "customers": 2357, "orders": 6696,
            "first_order": "1997-01-01", "last_order": "1998-06-30",
        }  # fmt: skip
        assert customers.n == 2357
        assert int((customers.frame["repeat_purchases"] > 0).sum()) == 946
        assert int(customers.frame["holdout_purchases"].sum()) == 1882

    @pytest.mark.thorough
    def test_the_package_that_holds_the_log_is_not_imported(self) -> None:
        import subprocess
        import sys

        program = (
            "import sys; from cxlab.intake import check_study; check_study('data/cdnow').close(); "
            "assert 'lifetimes' not in sys.modules"
        )
        subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)

    def test_the_wheels_sample_and_the_published_one_agree(self, shared_data: Path, tmp_path: Path) -> None:
        sources = (
            f"  orders:\n    path: {shared_data}/cdnow/cdnow_sample.csv\n"
            "    columns: {ordered_at: date, quantity: n_cds, revenue: amount}\n"
        )
        head = HEAD + "currency: USD\ncalibration_end: 1997-09-30\nparameters: {margin_rate: 0.3}\n"
        write_study(tmp_path, sources, head=head)
        with open_study(tmp_path, allow_outside=True) as mine, open_study(ROOT / "data" / "cdnow") as ours:
            pd.testing.assert_frame_equal(mine.customers.frame, ours.customers.frame)


class TestOnlineRetail:
    """Half a million invoice lines of a wholesaler, from Parquet."""

    @pytest.fixture
    def intake(self, shared_data: Path, tmp_path: Path) -> Intake:
        sources = (
            f"  orders:\n    path: {shared_data}/online-retail/*.parquet\n"
            "    columns: {customer_id: CustomerID, order_id: InvoiceNo, ordered_at: InvoiceDate, quantity: Quantity, "
            "unit_price: UnitPrice}\n"
        )
        write_study(tmp_path, sources, head=HEAD + "currency: GBP\n")
        return check_study(tmp_path, allow_outside=True)

    def test_every_line_is_used_or_rejected_and_lines_without_a_customer_lie_outside_the_limit(
        self, intake: Intake, tmp_path: Path
    ) -> None:
        table = intake.tables["orders"]
        assert (table.n_read, table.n_rejected) == (541_909, 135_080)
        assert reasons(intake) == {"customer_id is missing": 135_080}
        rows = read_rejects(intake, tmp_path)
        assert len(rows) == 135_080
        assert (
            rows[0]["record"] == "536414,22139,,56,2010-12-01 11:52:00,0.0,,United Kingdom" and rows[0]["line"] == "623"
        )

    def test_its_known_truths_are_found(self, intake: Intake) -> None:
        lines, customers, cents = intake.engine.row(
            "SELECT COUNT(*), COUNT(DISTINCT customer_id), SUM(CAST(ROUND(quantity * unit_price * 100) AS BIGINT)) "
            "FROM orders WHERE quantity > 0 AND unit_price > 0"
        )
        assert (lines, customers, cents) == (397_884, 4_338, 891_140_790)
        assert intake.engine.row("SELECT SUM(revenue) FROM sales")[0] == 891_140_790
        assert intake.engine.row("SELECT COUNT(DISTINCT customer_id) FROM orders")[0] == 4_372


class TestWhatIsRejected:
    """A rule for everything that can be wrong with a record."""

    @pytest.mark.parametrize(
        ("row", "reason"),
        [
            (",2024-01-05,3", "customer_id is missing"),
            ("NULL,2024-01-05,3", "customer_id is missing"),
            ("c1,,3", "ordered_at is missing"),
            ("c1,2024-02-30,3", "ordered_at is no date (ISO 8601)"),
            ("c1,soon,3", "ordered_at is no date (ISO 8601)"),
            ("c1,1899-12-30,3", "ordered_at lies outside 1970 to 2099"),
            ("c1,2924-01-05,3", "ordered_at lies outside 1970 to 2099"),
            ("c1,2024-01-05,", "revenue is missing"),
            ("c1,2024-01-05,dear", "revenue is no amount"),
            ("c1,2024-01-05,inf", "revenue is no amount"),
            ("c1,2024-01-05,1e300", "revenue is beyond all measure"),
            ("c1,2024-01-05", "2 fields instead of 3"),
            ("c1,2024-01-05,3,4", "4 fields instead of 3"),
            ('c1,2024-01-05,"3', "quotation marks do not fit"),
            ('"c1"x,2024-01-05,3', "quotation marks do not fit"),
        ],
    )
    def test_a_bad_record_is_rejected_with_its_line_and_stands_as_it_was(
        self, tmp_path: Path, row: str, reason: str
    ) -> None:
        rows = good_rows()
        write_study(tmp_path, orders=orders_csv(*rows[:20], row, *rows[20:]))
        intake = check_study(tmp_path)
        assert reasons(intake) == {reason: 1}
        table = intake.tables["orders"]
        assert (table.n_read, table.n_used) == (41, 40)
        (reject,) = read_rejects(intake, tmp_path)
        assert (reject["file"], reject["line"], reject["reason"], reject["record"]) == ("orders.csv", "22", reason, row)

    def test_optional_columns_are_checked_as_well(self, tmp_path: Path) -> None:
        rows = [f"c{i},2024-01-05,5,{i},no" for i in range(96)]
        bad = ["x,2024-01-05,5,-1,no", "y,2024-01-05,5,many,no", "z,2024-01-05,5,1,perhaps", "w,2024-01-05,5,,"]
        write_study(tmp_path, orders=orders_csv(*rows, *bad, head="customer_id,ordered_at,revenue,cost,returned"))
        assert reasons(check_study(tmp_path)) == {
            "cost is below zero, though the line is no return": 1,
            "cost is no amount": 1,
            "returned is neither true nor false": 1,
        }

    def test_revenue_may_be_quantity_times_price_and_one_of_the_two_must_be_there(self, tmp_path: Path) -> None:
        rows = [f"c{i},2024-01-05,2,1.25" for i in range(40)]
        write_study(
            tmp_path, orders=orders_csv(*rows, "d,2024-01-05,2,", head="customer_id,ordered_at,quantity,unit_price")
        )
        intake = check_study(tmp_path)
        assert reasons(intake) == {"quantity x unit_price is missing": 1}
        assert intake.engine.row("SELECT SUM(revenue) FROM sales")[0] == 40 * 250

    def test_a_cell_that_a_spreadsheet_would_compute_is_made_harmless(self, tmp_path: Path) -> None:
        write_study(tmp_path, orders=orders_csv(*good_rows(), "=cmd(),soon,3"))
        (reject,) = read_rejects(check_study(tmp_path), tmp_path)
        assert reject["record"] == "'=cmd(),soon,3"

    def test_no_file_is_written_without_rejects_and_an_old_one_goes(self, tmp_path: Path) -> None:
        write_study(tmp_path, orders=orders_csv(*good_rows(), "c,soon,3"))
        assert check_study(tmp_path).write_rejects(tmp_path) == (tmp_path / "rejects" / "orders.csv",)
        write_study(tmp_path, orders=orders_csv(*good_rows()))
        assert check_study(tmp_path).write_rejects(tmp_path) == ()
        assert not (tmp_path / "rejects" / "orders.csv").exists()

    def test_orders_after_the_observation_end_are_rejects_outside_the_limit(self, tmp_path: Path) -> None:
        write_study(tmp_path, head=HEAD + "observation_end: 2024-01-10\n", orders=orders_csv(*good_rows()))
        intake = check_study(tmp_path)
        assert reasons(intake) == {"lies after the observation end": 20}
        assert intake.last_order == dt.date(2024, 1, 10)


class TestFiles:
    """Every way in which a file may be written gives the same."""

    def test_plain_packed_and_parquet_files_and_a_glob_of_them_agree(self, tmp_path: Path) -> None:
        rows = good_rows()
        text = orders_csv(*rows)
        table = pd.DataFrame([r.split(",") for r in rows], columns=["customer_id", "ordered_at", "revenue"])
        table["ordered_at"] = pd.to_datetime(table["ordered_at"])
        table["revenue"] = table["revenue"].astype(float)
        found = []
        for name in ("plain.csv", "packed.csv.gz", "rows.parquet", "part-*.csv"):
            folder = write_study(tmp_path / name.replace("*", ""), f"  orders: {{path: '{name}'}}\n")
            (folder / "plain.csv").write_text(text)
            (folder / "packed.csv.gz").write_bytes(gzip.compress(text.encode()))
            table.to_parquet(folder / "rows.parquet")
            (folder / "part-1.csv").write_text(orders_csv(*rows[:10]))
            (folder / "part-2.csv").write_text(orders_csv(*rows[10:]))
            with open_study(folder) as kit:
                found.append(kit.customers.frame)
                assert kit.intake.tables["orders"].n_read == 40
        for other in found[1:]:
            pd.testing.assert_frame_equal(found[0], other)

    @pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
    @pytest.mark.parametrize("ending", ["\n", "\r\n"])
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
    def test_delimiter_line_ends_and_encoding_are_found_out(
        self, tmp_path: Path, delimiter: str, ending: str, encoding: str
    ) -> None:
        rows = [f"Hämäläinen €{i % 8},2024-01-{i % 28 + 1:02d},{i}.50" for i in range(40)]
        text = orders_csv(*rows).replace(",", delimiter).replace("\n", ending)
        write_study(tmp_path)
        (tmp_path / "orders.csv").write_bytes(text.encode(encoding))
        with open_study(tmp_path) as kit:
            assert kit.customers.frame["customer_id"].iloc[0] == "Hämäläinen €0"
            assert kit.intake.tables["orders"].n_rejected == 0

    def test_bytes_that_cp1252_lacks_are_latin_1(self, tmp_path: Path) -> None:
        write_study(tmp_path)
        (tmp_path / "orders.csv").write_bytes(orders_csv(*good_rows()).replace("c1", "c\x81").encode("latin-1"))
        assert "latin-1" in check_study(tmp_path).tables["orders"].understood

    def test_an_order_file_with_decimal_commas_and_finnish_names_is_read(self, tmp_path: Path) -> None:
        rows = [f"{i % 8};{i % 28 + 1}.1.2024;1 {i:03d},50" for i in range(40)]
        sources = (
            "  orders:\n    path: orders.csv\n    columns: {customer_id: Asiakas, ordered_at: Pvm, revenue: Summa}\n"
        )
        write_study(tmp_path, sources, orders=orders_csv(*rows, head="Asiakas;Pvm;Summa"))
        intake = check_study(tmp_path)
        assert intake.engine.row("SELECT SUM(revenue) FROM sales")[0] == sum(100_050 + 100 * i for i in range(40))
        understood = "semicolon-separated, utf-8, ordered_at as 31.12.2024 (%d.%m.%Y), decimal comma"
        assert intake.tables["orders"].understood == understood

    def test_columns_may_stand_in_another_order_in_each_file_of_a_glob(self, tmp_path: Path) -> None:
        write_study(tmp_path, "  orders: {path: 'o*.csv'}\n", o1=orders_csv(*good_rows()))
        (tmp_path / "o2.csv").write_text("revenue;customer_id;ordered_at\n5;c1;2024-02-01\n")
        intake = check_study(tmp_path)
        assert intake.tables["orders"].n_used == 41 and intake.last_order == dt.date(2024, 2, 1)

    def test_ids_that_became_decimal_numbers_are_whole_again(self, tmp_path: Path) -> None:
        sources = "  orders: {path: orders.csv}\n  gestures: {path: gestures.parquet}\n"
        write_study(
            tmp_path, sources, orders=orders_csv(*[r.replace("c", "1785").replace(",", ".0,", 1) for r in good_rows()])
        )
        pd.DataFrame({"customer_id": [17850.0, 17851.0, None], "given_at": ["2024-01-05"] * 3}).to_parquet(
            tmp_path / "gestures.parquet"
        )
        intake = check_study(tmp_path)
        assert [r[0] for r in intake.engine.rows("SELECT customer_id FROM gestures ORDER BY 1")] == ["17850", "17851"]
        assert intake.engine.row("SELECT MIN(customer_id) FROM orders")[0] == "17850"

    def test_quoted_fields_with_delimiters_quotes_and_line_breaks_keep_their_lines(self, tmp_path: Path) -> None:
        head = "customer_id,ordered_at,revenue,category"
        rows = [f'c{i % 8},2024-01-{i % 28 + 1:02d},{i},"a ""b"", c"' for i in range(40)]
        rows[3] = 'c3,2024-01-04,3,"two\nlines"'
        rows[10] = "c3,soon,3,x"
        rows[20] = 'c3,never,3,"also\ntwo"'
        write_study(tmp_path, orders=orders_csv(*rows, "", "", head=head))
        intake = check_study(tmp_path)
        found = [(r["line"], r["record"]) for r in read_rejects(intake, tmp_path)]
        assert found == [("13", "c3,soon,3,x"), ("23", 'c3,never,3,"also\ntwo"')]
        assert intake.engine.row("SELECT COUNT(*) FROM orders WHERE category = 'a \"b\", c'")[0] == 37

    def test_one_open_quotation_mark_costs_one_line(self, tmp_path: Path) -> None:
        rows = good_rows()
        write_study(tmp_path, orders=orders_csv(*rows[:5], 'c1,2024-01-05,"3', *rows[5:]))
        assert check_study(tmp_path).tables["orders"].n_used == 40

    @pytest.mark.parametrize("name", ["plain.csv", "rows.parquet"])
    def test_further_columns_may_be_called_as_the_kits_own(self, tmp_path: Path, name: str) -> None:
        frame = pd.DataFrame({"arm": ["a", "b"] * 20, "outcome": range(40), "cx_fault": 7.5, "cx_line": "x"})
        frame = frame.assign(file_row_number=9, line=8, f0="y", CX_given_arm="z", their_cx_line="w", is_return=1)
        frame.loc[3, "outcome"] = None
        folder = write_study(tmp_path / "shop [1]", f"  outcomes: {{path: {name}, control: a}}\n")
        frame.to_csv(folder / "plain.csv", index=False)
        frame.to_parquet(folder / "rows.parquet")
        with check_study(folder) as intake:
            table = intake.tables["outcomes"]
            assert (table.n_read, table.n_used) == (40, 39)
            assert set(table.further) == {
                "their_cx_fault", "their_cx_line", "file_row_number", "line", "f0", "their_CX_given_arm",
                "their_cx_line_further", "is_return",
            }  # fmt: skip
            sql = "SELECT their_cx_fault, file_row_number, line, their_cx_line, their_cx_line_further FROM outcomes "
            found = [str(cell) for cell in intake.engine.rows(sql + "ORDER BY cx_line")[0]]
            assert found == ["7.5", "9", "8", "x", "w"]
            (reject,) = read_rejects(intake, tmp_path, "outcomes")
        assert reject["reason"] == "outcome is missing" and reject["line"] == {"plain.csv": "5"}.get(name, "4")
        assert reject["record"].replace('"', "").startswith("b,,7.5,x,9,8,y,z,w,1")

    def test_orders_in_parquet_may_number_their_rows_themselves(self, tmp_path: Path) -> None:
        frame = pd.DataFrame([r.split(",") for r in good_rows()], columns=["customer_id", "ordered_at", "revenue"])
        write_study(tmp_path, "  orders: {path: o.parquet}\n")
        frame.assign(File_Row_Number=3).to_parquet(tmp_path / "o.parquet")
        with check_study(tmp_path) as intake:
            assert intake.tables["orders"].n_used == 40

    def test_what_only_the_check_read_is_dropped(self, tmp_path: Path) -> None:
        write_study(tmp_path, "  orders: {path: 'o*'}\n", o1=orders_csv(*good_rows(80), "x,soon,1"))
        frame = pd.DataFrame([r.split(",") for r in good_rows()], columns=["customer_id", "ordered_at", "revenue"])
        frame.assign(revenue="dear").loc[:1].to_parquet(tmp_path / "o2.parquet")
        with check_study(tmp_path) as intake:
            sql = "SELECT table_name FROM information_schema.tables ORDER BY table_name"
            names = [name for (name,) in intake.engine.read(sql)]
            assert not [name for name in names if "file" in name] and {"days", "rejects"} <= set(names)
            assert [r["file"] for r in read_rejects(intake, tmp_path)] == ["o1.csv", "o2.parquet", "o2.parquet"]

    def test_an_intake_is_closed_when_its_block_ends(self, tmp_path: Path) -> None:
        write_study(tmp_path, orders=orders_csv(*good_rows()))
        with pytest.raises(KeyError), check_study(tmp_path) as intake:
            raise KeyError
        with pytest.raises(duckdb.ConnectionException):
            intake.engine.row("SELECT 1")


class TestOrders:
    """What counts as an order, and what comes back."""

    def orders(self, tmp_path: Path, *rows: str, head: str) -> Intake:
        write_study(tmp_path, orders=orders_csv(*rows, head=head))
        return check_study(tmp_path)

    def test_lines_of_one_order_are_summed_and_another_customers_are_another_order(self, tmp_path: Path) -> None:
        head = "customer_id,ordered_at,revenue,order_id"
        rows = ["a,2024-01-05,5,1", "a,2024-01-05,7,1", "a,2024-01-05,1,2", "b,2024-01-05,9,1", "a,2024-02-05,1,3"]
        intake = self.orders(tmp_path, *rows, head=head)
        assert (intake.n_orders, intake.n_customers) == (4, 2)
        sql = "SELECT customer_id, revenue FROM sales ORDER BY customer_id, revenue"
        assert intake.engine.rows(sql) == [("a", 100), ("a", 1300), ("b", 900)]

    def test_without_an_order_number_lines_of_one_moment_are_one_order(self, tmp_path: Path) -> None:
        rows = ["a,2024-01-05 10:00,5", "a,2024-01-05 10:00,7", "a,2024-01-05 11:00,1", "a,2024-01-06 11:00,0"]
        assert self.orders(tmp_path, *rows, head="customer_id,ordered_at,revenue").n_orders == 3

    def test_returns_count_negative_and_are_no_order_and_make_no_buyer(self, tmp_path: Path) -> None:
        head = "customer_id,ordered_at,revenue,quantity,returned"
        rows = [
            "a,2024-01-01,50,1,false", "a,2024-01-02,10,1,true", "a,2024-01-03,-5,1,false", "a,2024-01-04,2,-1,false",
            "b,2024-01-02,-9,1,", "a,2024-01-05,0,0,false", "a,2024-01-20,1,1,false",
        ]  # fmt: skip
        write_study(tmp_path, head=HEAD + "calibration_end: 2024-01-10\n", orders=orders_csv(*rows, head=head))
        with open_study(tmp_path) as kit:
            (row,) = kit.customers.frame.to_dict("records")
            assert (kit.intake.n_customers, kit.intake.n_orders) == (1, 3)
        assert (row["n_orders"], row["repeat_purchases"], row["revenue"], row["returns"]) == (2, 1, 33.0, 17.0)

    def test_a_negative_product_is_a_return_where_no_revenue_is_given(self, tmp_path: Path) -> None:
        head = "customer_id,ordered_at,revenue,quantity,unit_price"
        rows = ["a,2024-01-01,,2,4", "b,2024-04-02,,2,-4", "c,2024-01-03,8,2,-4", "d,2024-01-05,3,,"]
        sql = "SELECT customer_id, revenue FROM {} ORDER BY customer_id"
        with self.orders(tmp_path, *rows, head=head) as intake:
            assert intake.engine.rows(sql.format("sales")) == [("a", 800), ("c", 800), ("d", 300)]
            assert intake.engine.rows(sql.format("returns")) == [("b", 800)]
        rows = ["a,2024-01-01,1,5", "b,2024-01-02,1,-5", "c,2024-01-03,1,0"]
        with self.orders(tmp_path, *rows, head="customer_id,ordered_at,quantity,unit_price") as intake:
            assert intake.engine.rows(sql.format("sales")) == [("a", 500), ("c", 0)]
            assert intake.engine.rows(sql.format("returns")) == [("b", 500)]

    def test_the_windows_are_found_out(self, tmp_path: Path) -> None:
        write_study(tmp_path, orders=orders_csv("a,2024-01-01,1", "b,2024-01-11,1", "a,2024-01-12,1"))
        intake = check_study(tmp_path)
        assert (intake.calibration_end, intake.observation_end) == (dt.date(2024, 1, 8), dt.date(2024, 1, 12))

    def test_a_lonely_last_order_is_remarked_on(self, tmp_path: Path) -> None:
        write_study(tmp_path, orders=orders_csv(*good_rows(), "a,2042-01-01,1"))
        assert "1 January 2042" in check_study(tmp_path).remarks[0]

    def test_orders_in_the_future_are_remarked_on_and_dates_in_doubt_are_named(self, tmp_path: Path) -> None:
        day, before = dt.date(2024, 1, 28), dt.date(2024, 1, 26)
        write_study(tmp_path, orders=orders_csv(*good_rows()))
        intake = check_study(tmp_path)
        assert intake.doubt == ""
        assert intake.extent is not None
        assert future_orders(intake.extent, day) == [] == future_orders(intake.extent, day - dt.timedelta(days=1))
        (remark,) = future_orders(intake.extent, before)
        assert "28 January 2024" in remark and "26 January" not in remark
        for row, said, name in (
            ("a,2042-01-01,1", "1 January 2042", "observation_end"),
            ("a,2025-02-10,1", "The last order, on 10 February 2025", "observation_end"),
            ("a,1970-01-02,1", "The first order, on 2 January 1970", "calibration_end"),
        ):
            write_study(tmp_path, orders=orders_csv(*good_rows(), row))
            doubt = check_study(tmp_path).doubt
            assert said in doubt and f"set {name} in study.yml" in doubt
            date = {"observation_end": "2024-01-28", "calibration_end": "2024-01-20"}[name]
            write_study(tmp_path, head=f"{HEAD}{name}: {date}\n", orders=orders_csv(*good_rows(), row))
            assert check_study(tmp_path).doubt == ""

    def test_orders_by_month_add_up(self, tmp_path: Path) -> None:
        rows = [f"c{i},{2020 + i // 12}-{i % 12 + 1:02d}-15,10" for i in range(30)]
        intake = self.orders(tmp_path, *rows, "c0,2020-05-01,5", head="customer_id,ordered_at,revenue")
        assert intake.calendar and intake.calendar.period == "month"
        table = intake.calendar.table
        assert len(table) == 30 and table["orders"].sum() == 31 and table["new_customers"].sum() == 30
        assert table["complete"].tolist() == [False] + [True] * 28 + [False]
        assert table.loc[4, "orders"] == 2 and table["revenue"].sum() == 305

    def test_a_short_span_is_counted_in_weeks(self, tmp_path: Path) -> None:
        intake = self.orders(tmp_path, *good_rows(), head="customer_id,ordered_at,revenue")
        assert intake.calendar and intake.calendar.period == "week"
        assert intake.calendar.table["complete"].tolist() == [True] * 4


def test_a_study_of_outcomes_alone_is_read_with_its_further_columns(shared_data: Path, tmp_path: Path) -> None:
    sources = (
        f"  outcomes:\n    path: {shared_data}/hillstrom/hillstrom.csv\n    control: No E-Mail\n"
        "    columns: {arm: segment, outcome: visit, contribution: spend}\n    ignore: [conversion]\n"
    )
    write_study(tmp_path, sources)
    intake = check_study(tmp_path, allow_outside=True)
    assert intake.tables["outcomes"].n_used == 64_000
    assert "zip_code" in intake.tables["outcomes"].further
    assert set(intake.findings) == {"rows_read.outcomes", "rows_rejected.outcomes"}
    assert [q.can for q in intake.questions.asked].count("yes") == 1


def test_one_record_was_and_several_were(tmp_path: Path) -> None:
    write_study(tmp_path, orders=orders_csv(*good_rows(), "c,soon,3"))
    assert check_study(tmp_path).rejects.reading.startswith("1 record was not used; ")
    write_study(tmp_path, orders=orders_csv(*good_rows(), "c,soon,3", "d,soon,3"))
    assert check_study(tmp_path).rejects.reading.startswith("2 records were not used; ")
    write_study(tmp_path, orders=orders_csv(*good_rows(), "c,soon,3", "d,2024-01-01,dear"))
    reading = "2 records were not used, for 2 reasons of which none stands out as the most frequent."
    assert check_study(tmp_path).rejects.reading == reading
    write_study(tmp_path, orders=orders_csv(good_rows()[0]))
    assert check_study(tmp_path).reading.startswith("1 record of orders was read, 0 of them not used.")


def test_the_summary_tells_all_of_it(tmp_path: Path) -> None:
    write_study(tmp_path, orders=orders_csv(*good_rows(), "c,soon,3"))
    text = check_study(tmp_path).summary()
    for words in (
        "41 records read, 40 used, 1 rejected",
        "rejected 1: ordered_at is no date",
        "8 customers",
        "What these",
    ):
        assert words in text


def test_an_experiment_without_orders_is_ready_when_its_arms_were_drawn_by_lot(tmp_path: Path) -> None:
    (tmp_path / "trial.csv").write_text("arm,outcome\n" + "card,1\ncontrol,0\n" * 20, encoding="utf-8")
    (tmp_path / "study.yml").write_text(
        "name: trial\ntitle: A trial\ncurrency: EUR\nsources:\n  outcomes: {path: trial.csv, control: control}\n",
        encoding="utf-8",
    )
    intake = check_study(tmp_path)
    assert intake.calendar.table.empty and "no orders" in intake.calendar.reading
    assert plots.orders_over_time.lacks is not None and plots.orders_over_time.lacks(intake.calendar)
    assert intake_answer(intake).tag == "Ready"
