"""Records that a study leaves out by a column, columns with several names, and lines above the names."""

from pathlib import Path

import pytest

from cxlab.intake import SourceError, check_study
from cxlab.study import StudyError
from tests.made_workbooks import write_xlsx
from tests.make import good_rows, orders_csv, write_study
from tests.test_intake import read_rejects, reasons

STATUSES = ("Completed", "cancelled", "PROCESSING", "")
HEAD = "customer_id,ordered_at,revenue,Order Status"


def shop(folder: Path, keep: str = "keep: {Order Status: [completed, Processing]}") -> Path:
    """Write forty orders, of which half count."""
    rows = [f"{row},{STATUSES[i % 4]}" for i, row in enumerate(good_rows())]
    return write_study(folder, f"  orders: {{path: orders.csv, {keep}}}\n", orders=orders_csv(*rows, head=HEAD))


class TestKeep:
    def test_other_records_are_left_out_outside_the_limit(self, tmp_path: Path) -> None:
        intake = check_study(shop(tmp_path))
        assert reasons(intake) == {"left out: “Order Status” is none of those under keep": 20}
        assert intake.tables["orders"].n_used == 20 and not any("come to pass" in one for one in intake.remarks)
        assert [r["line"] for r in read_rejects(intake, tmp_path)][:3] == ["3", "5", "7"]

    def test_what_is_left_out_is_charged_with_nothing_else(self, tmp_path: Path) -> None:
        rows = [*(f"{row},Completed" for row in good_rows()), "c1,never,1,Cancelled", ",2024-01-05,1,Cancelled"]
        text = orders_csv(*rows, head=HEAD)
        write_study(tmp_path, "  orders: {path: orders.csv, keep: {Order Status: Completed}}\n", orders=text)
        assert reasons(check_study(tmp_path)) == {"left out: “Order Status” is none of those under keep": 2}

    def test_a_status_that_nothing_reads_is_spoken_of(self, tmp_path: Path) -> None:
        (said,) = [one for one in check_study(shop(tmp_path, "duplicates: keep")).remarks if "come to pass" in one]
        assert "10 records of orders did not come to pass, or not yet (10 cancelled)" in said
        assert "`keep: {Order Status: [Completed]}` beside `path:`" in said

    def test_a_column_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(SourceError, match=r"study\.yml:\d+: .*orders\.csv has no column `Order State`"):
            check_study(shop(tmp_path, "keep: {Order State: [Completed]}"))

    def test_no_value(self, tmp_path: Path) -> None:
        with pytest.raises(StudyError, match="must be one of the column's values"):
            check_study(shop(tmp_path, "keep: {Order Status: []}"))


class TestSeveralNames:
    def test_each_file_has_one_of_them(self, tmp_path: Path) -> None:
        columns = "columns: {customer_id: [Asiakas, Customer], ordered_at: [Pvm, Date], revenue: [Summa, Total]}"
        write_study(tmp_path, f"  orders: {{path: [old.csv, new.csv], {columns}}}\n")
        (tmp_path / "old.csv").write_text(orders_csv(*good_rows(), head="Asiakas,Pvm,Summa"))
        (tmp_path / "new.csv").write_text(orders_csv(*good_rows(), head="Customer,Date,Total"))
        intake = check_study(tmp_path)
        assert intake.tables["orders"].n_used == 80 and intake.n_customers == 8

    def test_a_file_that_has_none_of_them(self, tmp_path: Path) -> None:
        columns = "columns: {customer_id: [Asiakas, Customer], ordered_at: Pvm, revenue: Summa}"
        write_study(
            tmp_path, f"  orders: {{path: o.csv, {columns}}}\n", o=orders_csv(*good_rows(), head="Who,Pvm,Summa")
        )
        with pytest.raises(SourceError, match=r"has no column `Asiakas`; it has Who, Pvm, Summa"):
            check_study(tmp_path)


class TestLinesAboveTheNames:
    def test_they_are_found_in_each_file_by_itself(self, tmp_path: Path) -> None:
        write_study(tmp_path, "  orders: {path: [plain.csv, titled.csv, titled.xlsx]}\n")
        (tmp_path / "plain.csv").write_text(orders_csv(*good_rows()))
        (tmp_path / "titled.csv").write_text("Report,,\n,,\n" + orders_csv(*good_rows(), "c1,never,1"))
        cells = [row.split(",") for row in good_rows()]
        write_xlsx(tmp_path / "titled.xlsx", {"S": [["Report"], ["customer_id", "ordered_at", "revenue"], *cells]})
        intake = check_study(tmp_path)
        assert intake.tables["orders"].n_used == 120
        assert [r["line"] for r in read_rejects(intake, tmp_path)] == ["44"]
        assert "2 lines above the names left out" in intake.summary()
        assert "1 row above the names left out" in intake.summary()

    def test_the_studys_own_number_gives_way_where_the_names_stand_first(self, tmp_path: Path) -> None:
        write_study(tmp_path, "  orders: {path: [plain.csv, titled.csv], read: {skip: 2}}\n")
        (tmp_path / "plain.csv").write_text(orders_csv(*good_rows()))
        (tmp_path / "titled.csv").write_text("Report,,\n,,\n" + orders_csv(*good_rows()))
        intake = check_study(tmp_path)
        assert intake.tables["orders"].n_used == 80
        assert "skip of study.yml not used here: the names stand in the first line" in intake.summary()


def test_another_currency_in_a_column_that_is_not_read_is_remarked_on(tmp_path: Path) -> None:
    rows = [f"{row},{'SEK' if i % 5 == 0 else 'EUR'}" for i, row in enumerate(good_rows())]
    orders = orders_csv(*rows, head="customer_id,ordered_at,revenue,Valuutta")
    said = " ".join(check_study(write_study(tmp_path, orders=orders)).remarks)
    assert "By `Valuutta`, 8 records of orders are in another currency than EUR (8 SEK)" in said
    mapped = "  orders: {path: orders.csv, columns: {currency: Valuutta}}\n"
    head = "name: shop\ncurrency: EUR\nparameters: {max_reject_share: 0.5}\n"
    intake = check_study(write_study(tmp_path, mapped, head=head, orders=orders))
    assert "another currency" not in " ".join(intake.remarks)
    assert intake.tables["orders"].n_rejected == 8
