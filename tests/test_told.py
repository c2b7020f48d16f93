"""What `cxlab check` and the intake page tell of money, of odd customers, of zones, and what to do."""

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cxlab import open_study, tables
from cxlab.intake import Intake, check_study, read_study
from cxlab.study import load_study
from tests.make import HEAD, good_rows, orders_csv, write_study

LENIENT = HEAD + "parameters: {max_reject_share: 1}\n"


def notes(intake: Intake) -> list[str]:
    return [line.removeprefix("Note: ") for line in intake.summary().splitlines() if line.startswith("Note: ")]


class TestMoney:
    def test_the_revenue_of_one_file_before_and_after_returns(self, tmp_path: Path) -> None:
        write_study(tmp_path, orders=orders_csv("a,2024-01-01,1000.10", "b,2024-01-02,234.57", "a,2024-01-03,-34.50"))
        with check_study(tmp_path) as intake:
            said = "  revenue of the lines used, €1,234.67 before returns of €34.50, which leaves €1,200.17\n"
            assert said in intake.summary()
            assert tables.sources(intake).rows[0][4].text == "€1,234.67" and tables.ledger(intake.ledger) is None

    def test_of_several_files_each_is_told(self, tmp_path: Path) -> None:
        write_study(tmp_path, "  orders: {path: 'o*.csv'}\n", head=LENIENT, o1=orders_csv(*good_rows(3), "c1,soon,9"))
        (tmp_path / "o2.csv").write_text(orders_csv(*good_rows(8)))
        with check_study(tmp_path) as intake:
            told = intake.summary()
            assert (
                "  revenue of the lines used, €36.50\n    o1.csv: 3 records used, €4.50\n    o2.csv: 8 records" in told
            )
            shown = tables.ledger(intake.ledger)
            assert shown and [[c.text for c in row] for row in shown.rows] == [
                ["o1.csv", "3", "hidden"], ["o2.csv", "8", "hidden"]
            ]  # fmt: skip

    def test_of_more_than_twelve_the_whole_only(self, tmp_path: Path) -> None:
        write_study(
            tmp_path, "  orders: {path: 'o*.csv'}\n", **{f"o{i:02d}": orders_csv(*good_rows(3)) for i in range(13)}
        )
        with check_study(tmp_path) as intake:
            assert "revenue of the lines used, €58.50\n" in intake.summary() and "o01.csv:" not in intake.summary()

    def test_price_times_quantity_and_marked_returns(self, tmp_path: Path) -> None:
        head = "customer_id,ordered_at,quantity,unit_price,returned"
        write_study(tmp_path, orders=orders_csv("a,2024-01-01,3,2.50,no", "a,2024-01-02,1,2.50,yes", head=head))
        with check_study(tmp_path) as intake:
            assert (intake.ledger.revenue, intake.ledger.returned) == (7.5, 2.5) == (
                intake.returns.sold, intake.returns.value
            )  # fmt: skip

    def test_it_is_kept(self, tmp_path: Path) -> None:
        write_study(
            tmp_path, orders=orders_csv(*good_rows(), "000017,2024-01-01,5", "17,2024-01-01,5", "0,2024-01-01,5")
        )
        study = load_study(tmp_path)
        with check_study(tmp_path) as fresh:
            fresh.keep(tmp_path / "kept")
            with read_study(study, study.settle(), store=tmp_path / "kept") as kept:
                assert kept.hashes and kept.summary() == fresh.summary() and kept.remarked == fresh.remarked
                assert len(notes(kept)) == 2


class TestCustomers:
    @pytest.mark.parametrize(
        "name",
        ["0", "000", "?", "Käteisasiakas", "KÄTEISASIAKAS", "ei tietoa", "tuntematon", "Unknown", "anonymous", "guest",
         "Guest checkout", "cash customer", "walk-in", "Walk-in customer", "satunnainen asiakas", "(tuntematon)"],
    )  # fmt: skip
    def test_names_of_nobody_stay_and_are_told(self, tmp_path: Path, name: str) -> None:
        write_study(tmp_path, orders=orders_csv(*good_rows(), f"{name},2024-01-01,600", f"{name},2024-01-02,200"))
        with check_study(tmp_path) as intake:
            assert intake.tables["orders"].n_used == 42
            (said,) = notes(intake)
            assert said.startswith(
                f"2 lines of orders, with 50% of the revenue, stand under `{name}`, which names nobody"
            )
            assert "leave the cell empty in the export" in said and f"“{name}”" in intake.remarked

    @pytest.mark.parametrize("name", ["Vieraskirja Oy", "10", "Guest Anna", "Cash Oy", "A-0", "O", "Ei-kone"])
    def test_names_of_somebody_are_not(self, tmp_path: Path, name: str) -> None:
        write_study(tmp_path, orders=orders_csv(*good_rows(), f"{name},2024-01-01,6"))
        with check_study(tmp_path) as intake:
            assert not notes(intake)

    def test_one_customer_with_far_too_much_is_told_and_on_a_page_not_named(self, tmp_path: Path) -> None:
        rows = [f"c{i},2024-01-02,10" for i in range(100)] + [f"9999,2024-02-{i + 1:02d},40" for i in range(20)]
        write_study(tmp_path, orders=orders_csv(*rows))
        with check_study(tmp_path) as intake:
            (said,) = intake.suspects.told(by_name=True)
            assert said in notes(intake)
            assert said.startswith(
                "One customer, `9999`, holds 44% of the revenue: is it one customer, or a number for"
            )
            assert "One customer holds 44%" in intake.remarked and "9999" not in intake.remarked

    def test_one_line_with_far_too_much_is_told_by_its_place(self, tmp_path: Path) -> None:
        rows = [f"c{i},2024-01-02,10" for i in range(200)] + ["c7,2024-01-09,10000"]
        write_study(tmp_path, orders=orders_csv(*rows))
        with check_study(tmp_path) as intake:
            (said,) = notes(intake)
            assert said.startswith(
                "A single line of orders, orders.csv, line 202, holds 83% of the revenue: is its amount"
            )

    def test_a_few_customers_hold_what_they_hold(self, tmp_path: Path) -> None:
        write_study(tmp_path, orders=orders_csv("a,2024-01-01,1000", "b,2024-01-02,1", "c,2024-01-03,1"))
        with check_study(tmp_path) as intake:
            assert not notes(intake)

    def test_two_spellings_of_a_customer(self, tmp_path: Path) -> None:
        more = ["000017,2024-01-01,90", "17,2024-01-05,3", "C1,2024-01-05,3", "a b,2024-01-01,3", "AB,2024-01-01,3"]
        write_study(tmp_path, orders=orders_csv(*good_rows(), *more, "C 1,2024-01-05,-1"))
        with check_study(tmp_path) as intake:
            (said,) = notes(intake)[:1]
            assert said.startswith(
                "4 customers differ from another only in leading zeros, blanks or capital letters: `"
            )
            assert "write their numbers in one way" in said
            assert "under 5 customers differ" in intake.remarked and "“17”" not in intake.remarked

    def test_the_pair_with_most_revenue_is_named(self, tmp_path: Path) -> None:
        write_study(tmp_path, orders=orders_csv(*good_rows(), "000017,2024-01-01,900", "17,2024-01-05,3"))
        with check_study(tmp_path) as intake:
            assert "1 customer differs from another only in" in notes(intake)[0]
            assert "capital letters: `000017` and `17`. Each" in notes(intake)[0]


def utc(folder: Path, read: str = "") -> None:
    write_study(folder, f"  orders: {{path: [new.parquet, old.csv]{read}}}\n", old=orders_csv(*good_rows()))
    at = [dt.datetime(2024, 1, 1, 22, 30, tzinfo=dt.UTC) + dt.timedelta(days=i) for i in range(10)]
    moments = pa.array(at, pa.timestamp("us", tz="UTC"))
    table = pa.table({"customer_id": [f"c{i}" for i in range(10)], "ordered_at": moments, "revenue": [1.5] * 10})
    pq.write_table(table, folder / "new.parquet")


class TestZones:
    def test_moments_in_utc_beside_some_without_a_zone_are_told(self, tmp_path: Path) -> None:
        utc(tmp_path)
        with check_study(tmp_path) as intake:
            (said,) = [note for note in notes(intake) if "UTC" in note]
            assert said.startswith(
                "The moments of new.parquet of orders are in UTC, while those of old.csv name no zone."
            )
            assert "`read: {timezone: Europe/Helsinki}`" in said

    def test_not_where_the_study_says_the_place_or_no_file_is_without(self, tmp_path: Path) -> None:
        utc(tmp_path, ", read: {timezone: Europe/Helsinki}")
        with check_study(tmp_path) as intake:
            assert not [note for note in notes(intake) if "UTC" in note]
            told = intake.tables["orders"].understood
            assert told.count("moments with a zone on the clock of Europe/Helsinki") == 1
        write_study(tmp_path, "  orders: {path: new.parquet}\n")
        with check_study(tmp_path) as intake:
            assert not [note for note in notes(intake) if "UTC" in note]


class TestWhatToDo:
    def test_a_remedy_stands_below_its_reason_where_many_records_are_at_fault(self, tmp_path: Path) -> None:
        rows = [*good_rows(), *(f"c{i},2024-01-05,{i} SEK" for i in range(6)), "Total,2024-01-05,4"]
        write_study(tmp_path, head=LENIENT, orders=orders_csv(*rows))
        with check_study(tmp_path) as intake:
            lines = intake.summary().splitlines()
            at = lines.index("  rejected 6: revenue is in another currency than EUR")
            assert lines[at + 1].startswith("    what to do: bring amounts in EUR only")
            assert (
                "  rejected 1: is a line of totals, in" not in lines[-1] and sum("what to do" in x for x in lines) == 1
            )


def test_what_a_notebook_shows_of_them_is_short_and_holds_no_value(tmp_path: Path) -> None:
    write_study(tmp_path, orders=orders_csv(*good_rows(), "anna@example.org,soon,3"))
    with open_study(tmp_path) as kit:
        assert repr(kit) == f"<Kit of shop, {(tmp_path / 'study.yml').as_posix()}: its files not read yet>"
        assert repr(kit.intake) == "<Intake of shop: orders: 40 of 41 used>"
        assert "<b>8 customers with 40 orders came in</b>" in kit.intake._repr_html_()
        assert "anna" not in repr(kit) + repr(kit.intake.tables) + kit.intake._repr_html_()
