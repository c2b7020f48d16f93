"""What `read:` settles: where it holds, where a file is plainly written otherwise, and how it is asked for."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cxlab.engine import Engine
from cxlab.errors import InputError
from cxlab.intake import check_study, read_study
from cxlab.intake.choices import SAMPLE
from cxlab.intake.dates import ISO
from cxlab.reports.manifest import describe_reading
from cxlab.study import StudyError, load_study
from tests.make import HEAD, good_rows, orders_csv, write_study
from tests.test_readings import DMY, MDY, asked, dated, sure

SLASHES = "%d/%m/%Y"
OPEN = [f"{i % 12 + 1:02d}/{i % 11 + 1:02d}/2024" for i in range(40)]
"""Days that can all be read in two ways."""


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(threads=1) as opened:
        yield opened


class TestDates:
    """A settled form of dates, file by file."""

    @pytest.mark.parametrize(
        "values",
        [
            OPEN,  # leaves it open
            [*OPEN, "01/13/2024"],  # fits
            [*OPEN, "13/01/2024"],  # one slip
            [*OPEN, "2024-12-31"],  # ISO 8601 is read beside it
            ["soon", "later"],  # nothing fits
            ["01/13/2024", *["31.12.2024"] * 3, *["2024/12/31"] * 3],  # nothing fits all
            ["13/01/2024", "01/13/2024"],
            ["01/13/2024", "01-02-2024", "03-04-2024"],  # the rest could be anything
            [],
        ],
    )
    def test_it_holds_where_it_fits_or_nothing_else_does(self, engine: Engine, values: list[str]) -> None:
        found = sure(engine, {"ordered_at": values}, date_format=MDY)
        assert found.date_formats == {"ordered_at": MDY} and found.remarks == ()

    @pytest.mark.parametrize(
        ("values", "form"),
        [
            (["31.12.2024"], DMY),
            (["31.12.2024", "soon", "1.2.2024"], DMY),
            (["13/01/2024"], SLASHES),
            (["01/02/2024", "03/04/2024", "13/11/2024"], SLASHES),
            (["2024-12-31 14:05", "2024-12-30"], ISO),
            (["20241231"], "%Y%m%d"),
            (["45657", "45658"], "excel"),
        ],
    )
    def test_a_file_that_is_plainly_written_otherwise_is_read_as_it_is_written(
        self, engine: Engine, values: list[str], form: str
    ) -> None:
        found = sure(engine, {"ordered_at": values}, date_format=MDY)
        assert found.date_formats == {"ordered_at": form}
        assert found.remarks == ('date_format "%m/%d/%Y" of study.yml not used here: it does not fit ordered_at',)
        assert found.remarks[0] in found.words and found.settled == {"ordered_at": form}

    def test_a_format_of_the_studys_own_holds_as_well(self, engine: Engine) -> None:
        form = "%d.%m.%Y %Hh%M"
        assert dated(engine, "31.12.2024 14h05", "1.2.2024 9h30", date_format=form) == form
        assert dated(engine, "31.12.2024 14:05", "1.2.2024 9:30", date_format=form) == DMY
        assert dated(engine, "2024-01-02", "2024-03-04", date_format="%Y-%d-%m") == "%Y-%d-%m"
        assert dated(engine, "2024-01-02", "2024-03-14", date_format="%Y-%d-%m") == ISO

    def test_numbers_are_held_against_it_as_well(self, engine: Engine) -> None:
        assert dated(engine, 20241231, kind="BIGINT", date_format=MDY) == "%Y%m%d"
        assert dated(engine, 20241231, kind="BIGINT", date_format="%Y%m%d") == "%Y%m%d"
        assert dated(engine, 5, 7, kind="BIGINT", date_format=MDY) == MDY

    def test_what_comes_after_the_sample_tells_where_the_sample_leaves_it_open(self, engine: Engine) -> None:
        first = ["01/02/2024"] * SAMPLE
        assert dated(engine, *first, *["13/01/2024"] * 5000, date_format=MDY) == SLASHES
        assert dated(engine, *first, *["13/01/2024"] * 50, date_format=MDY) == MDY
        assert dated(engine, *["2024-01-02"] * SAMPLE, "13/01/2024", date_format=SLASHES) == SLASHES

    def test_it_applies_to_the_columns_of_a_file_that_it_fits(self, engine: Engine) -> None:
        columns = {"occurred_at": ["01/02/2024", "03/04/2024"], "resolved_at": ["31.12.2024", "1.1.2025"]}
        found = sure(engine, columns, table="incidents", date_format=MDY)
        assert found.date_formats == {"occurred_at": MDY, "resolved_at": DMY}
        assert found.remarks == ('date_format "%m/%d/%Y" of study.yml not used here: it does not fit resolved_at',)
        assert found.options == {"date_format": {"occurred_at": MDY, "resolved_at": DMY}}

    def test_each_column_may_have_its_own(self, engine: Engine) -> None:
        columns = {"occurred_at": ["01/02/2024"], "resolved_at": ["01-02-2024"]}
        said = {"occurred_at": MDY, "resolved_at": "%d-%m-%Y"}
        assert sure(engine, columns, table="incidents", date_format=said).date_formats == said
        assert asked(engine, columns, table="incidents", date_format={"occurred_at": MDY}).column == "resolved_at"

    def test_where_it_fits_nothing_and_two_others_fit_all_other_files_tell_or_it_is_asked(self, engine: Engine) -> None:
        columns = {"ordered_at": ["01/02/2024", "03/04/2024"]}
        assert asked(engine, columns, date_format=DMY).column == "ordered_at"
        assert sure(engine, columns, date_format=DMY, hints={"ordered_at": {SLASHES}}).date_formats == {
            "ordered_at": SLASHES
        }


class TestAmounts:
    """A settled decimal mark, file by file."""

    @pytest.mark.parametrize("values", [["1,234"], ["5", "7"], [], ["dear"], ["12,50", "1.234,50"]])
    def test_it_holds_where_it_fits_or_nothing_else_does(self, engine: Engine, values: list[str]) -> None:
        found = sure(engine, {"revenue": values}, decimal=",")
        assert found.decimal == "," and found.remarks == ()

    def test_one_slip_does_not_overrule_it_and_half_of_the_values_do_not_either(self, engine: Engine) -> None:
        assert sure(engine, {"revenue": [*["1,234"] * 40, "1,5"]}, decimal=".").decimal == "."
        assert sure(engine, {"revenue": ["1,5", "2.5"]}, decimal=",").decimal == ","

    @pytest.mark.parametrize(("values", "mark"), [(["12.50", "3.10"], "."), (["12,50", "1 234,50 €"], ",")])
    def test_a_file_that_is_plainly_written_otherwise_is_read_as_it_is_written(
        self, engine: Engine, values: list[str], mark: str
    ) -> None:
        other = {".": ",", ",": "."}[mark]
        found = sure(engine, {"revenue": values}, decimal=other)
        assert found.decimal == mark and found.options == {"decimal": mark}
        assert found.remarks == (f'decimal "{other}" of study.yml not used here: it does not fit the amounts',)

    def test_what_comes_after_the_sample_tells_where_the_sample_leaves_it_open(self, engine: Engine) -> None:
        columns = {"revenue": [*["1,500"] * SAMPLE, *["1,5"] * 5000]}
        assert sure(engine, columns, decimal=".").decimal == ","


class TestManyFiles:
    """What is settled for the sake of one file does no harm to the others."""

    def files(self, folder: Path, read: str) -> Path:
        write_study(folder, f"  orders: {{path: 'o*.csv', read: {read}}}\n")
        head = "customer_id;ordered_at;revenue"
        (folder / "o1.csv").write_text(orders_csv(*(f"a;{day};1,500" for day in OPEN), head=head))
        (folder / "o2.csv").write_text(orders_csv("a;31.12.2023;1.234,50", "a;1.2.2023;7,00", head=head))
        (folder / "o3.csv").write_text(orders_csv("a;2022-12-31;1234.50", "a;2022-02-01;7.00", head=head))
        return folder

    def test_each_file_is_read_as_it_is_written_and_that_is_said(self, tmp_path: Path) -> None:
        self.files(tmp_path, '{date_format: "%m/%d/%Y", decimal: ","}')
        with check_study(tmp_path) as intake:
            assert intake.tables["orders"].n_used == 44
            told = intake.summary()
            (one, two, three) = describe_reading(intake.tables)["orders"]
        dates = 'date_format "%m/%d/%Y" of study.yml not used here: it does not fit ordered_at'
        marks = 'decimal "," of study.yml not used here: it does not fit the amounts'
        assert told.count(dates) == 2 and told.count(marks) == 1
        assert one["read"] | {"date_format": MDY, "decimal": ","} == one["read"] and "remarks" not in one
        assert (two["read"]["date_format"], two["read"]["decimal"], two["remarks"]) == (DMY, ",", [dates])
        assert (three["read"]["date_format"], three["read"]["decimal"]) == ("iso", ".")
        assert three["remarks"] == [dates, marks]

    def test_without_it_the_open_file_is_asked_about(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match=r"o1\.csv, can be read in two ways"):
            check_study(self.files(tmp_path, "{}"))


def question(folder: Path, *days: str, read: str = "", amounts: str = "1", yml: str = "") -> str:
    """Return what a study of such days stops with."""
    source = yml or f"  orders: {{path: orders.csv{read and f', read: {read}'}}}\n"
    rows = [f"c{i};{day};{amounts}" for i, day in enumerate(days)]
    write_study(folder, source, orders=orders_csv(*rows, head="customer_id;ordered_at;revenue"))
    with pytest.raises(InputError) as stopped:
        check_study(folder)
    return str(stopped.value)


class TestTheQuestion:
    """What stands in the message when two readings fit."""

    def test_where_no_value_tells(self, tmp_path: Path) -> None:
        found = question(tmp_path, *OPEN)
        assert "`01/02/2024` among the ordered_at of orders, in " in found
        assert (
            'can be read in two ways, and no other value there tells which: 1 February 2024 with "%d/%m/%Y", or 2 '
            'January 2024 with "%m/%d/%Y"; say which: ' in found
        )
        assert (
            '`read: {date_format: "%d/%m/%Y"}` or `read: {date_format: "%m/%d/%Y"}`, under `sources:` `orders:`, '
            "beside `path:`" in found
        )

    def test_where_values_contradict_each_other(self, tmp_path: Path) -> None:
        found = question(tmp_path, "01/02/2024", "13/01/2024", "01/14/2024")
        assert 'contradict each other (`13/01/2024` fits "%d/%m/%Y" only, `01/14/2024` fits "%m/%d/%Y" only)' in found
        assert "tells which" not in found and "others" not in found

    def test_where_only_some_of_the_days_leave_it_open(self, tmp_path: Path) -> None:
        found = question(tmp_path, "2024-01-05", "24-01-06", "24-01-07")
        assert "`24-01-06` among" in found and "no other value there tells which" in found and "others" not in found

    def test_amounts_are_asked_about_likewise(self, tmp_path: Path) -> None:
        found = question(tmp_path, "2024-01-05", amounts="1,234")
        assert "`1,234` among the amounts" in found and '1234 with ".", or 1.234 with ","' in found
        assert '`read: {decimal: "."}` or `read: {decimal: ","}`, under `sources:` `orders:`, beside `path:`' in found

    @pytest.mark.parametrize(
        ("read", "line"),
        [
            ('{delimiter: ";"}', '`date_format: "%d/%m/%Y"` or `date_format: "%m/%d/%Y"`, in the `read:` that is '
                                 "already there, in line 4"),
            ('{date_format: "%Y%m%d"}', '`date_format: "%d/%m/%Y"` or `date_format: "%m/%d/%Y"`, in place of the one '
                                        "that is already there, in line 4"),
        ],
    )  # fmt: skip
    def test_the_line_goes_where_it_belongs(self, tmp_path: Path, read: str, line: str) -> None:
        assert line in question(tmp_path, *OPEN, read=read)

    def test_where_each_column_has_its_own_the_line_goes_there(self, tmp_path: Path) -> None:
        sources = "  orders: {path: orders.csv}\n  incidents:\n    path: incidents.csv\n    read:\n"
        sources += '      date_format: {occurred_at: "%m/%d/%Y"}\n'
        incidents = "customer_id,occurred_at,resolved_at\nc1,01/02/2024,01-02-2024\n"
        write_study(tmp_path, sources, orders=orders_csv(*good_rows()), incidents=incidents)
        line = '`resolved_at: "%d-%m-%Y"` or `resolved_at: "%m-%d-%Y"`, in the `date_format:` that is already there'
        with pytest.raises(InputError, match=re.escape(line)):
            check_study(tmp_path)

    def test_the_line_that_is_shown_settles_it(self, tmp_path: Path) -> None:
        found = re.findall(r"`(read: \{[^`]*\})`", question(tmp_path, *OPEN))
        days = []
        for line in found:
            write_study(tmp_path, f"  orders:\n    path: orders.csv\n    {line}\n")
            with check_study(tmp_path) as intake:
                days.append(intake.engine.row("SELECT MIN(ordered_at) FROM orders"))
        assert len(set(days)) == 2 or len(days) == 2


class TestTheStudy:
    """What may be said under `read:`."""

    def said(self, folder: Path, read: str, table: str = "incidents") -> Any:
        head = "name: shop\nsources:\n  orders: {path: o.csv}\n"
        folder.joinpath("study.yml").write_text(f"{head}  {table}: {{path: i.csv, read: {read}}}\n")
        return getattr(load_study(folder).sources, table).read

    def test_a_format_of_its_own_for_each_column_of_dates(self, tmp_path: Path) -> None:
        read = self.said(tmp_path, '{date_format: {occurred_at: iso, resolved_at: "%d.%m.%Y"}}')
        assert read.date_format == {"occurred_at": "iso", "resolved_at": DMY}
        assert read.model_dump(exclude_defaults=True) == {"date_format": {"occurred_at": "iso", "resolved_at": DMY}}

    @pytest.mark.parametrize(
        ("read", "fault"),
        [
            ("{date_format: {ocurred_at: iso}}", "`ocurred_at` is no date of incidents; did you mean `occurred_at`"),
            ("{date_format: {kind: iso}}", "`kind` is no date of incidents; there are occurred_at, resolved_at"),
            ("{date_format: {occurred_at: dd.mm}}", "must be a format with % signs"),
            ("{date_format: {occurred_at: 5}}", "must be a format with % signs"),
            ("{date_format: [iso]}", "must be a format with % signs"),
            ("{date_format: 5}", "must be a format with % signs"),
            ("{timezone: Europe/Helsingfors}", "or `as written`"),
        ],
    )
    def test_what_is_wrong_with_it_is_named(self, tmp_path: Path, read: str, fault: str) -> None:
        with pytest.raises(StudyError, match=rf"study\.yml:4: .*{re.escape(fault)}"):
            self.said(tmp_path, read)

    def test_that_zones_are_left_out_can_be_said(self, tmp_path: Path) -> None:
        assert self.said(tmp_path, "{timezone: as written}").timezone is None
        assert self.said(tmp_path, "{timezone: Europe/Helsinki}").timezone == "Europe/Helsinki"


class TestTheManifest:
    """What a run writes down of its reading can be pasted into the study, and gives the same again."""

    @pytest.mark.parametrize(
        ("read", "timezone"), [("{}", "as written"), ("{timezone: Europe/Helsinki}", "Europe/Helsinki")]
    )
    def test_zones_stand_in_it_left_out_or_used(self, tmp_path: Path, read: str, timezone: str) -> None:
        rows = ["a,2024-01-05T10:00+02:00,1", "a,2024-01-06T10:00Z,1", "a,2024-01-07T10:00Z,1"]
        write_study(tmp_path, f"  orders: {{path: orders.csv, read: {read}}}\n", orders=orders_csv(*rows))
        with check_study(tmp_path) as intake:
            (one,) = describe_reading(intake.tables)["orders"]
        assert one["read"]["timezone"] == timezone and one["zones"] == ["Z", "+02:00"]

    def test_columns_of_dates_that_differ_stand_in_it_each_with_its_own(self, tmp_path: Path) -> None:
        sources = "  orders: {{path: orders.csv}}\n  incidents: {{path: incidents.csv, read: {}}}\n"
        rows = ["c1,13/01/2024,2024.01.14", "c2,01/02/2024,2024.02.03"]
        files = {
            "orders": orders_csv(*good_rows()),
            "incidents": "customer_id,occurred_at,resolved_at\n" + "\n".join(rows),
        }
        came, read = [], "{}"
        for _ in range(2):
            write_study(tmp_path, sources.format(read), **files)
            with check_study(tmp_path) as intake:
                came.append(
                    intake.engine.rows("SELECT customer_id, occurred_at, resolved_at FROM incidents ORDER BY 1")
                )
                (one,) = describe_reading(intake.tables)["incidents"]
                intake.keep(tmp_path / "kept")
            read = json.dumps(one["read"])
        assert one["read"]["date_format"] == {"occurred_at": SLASHES, "resolved_at": "%Y.%m.%d"}
        assert came[0] == came[1] and len(came[0]) == 2
        study = load_study(tmp_path)
        with read_study(study, study.settle(), store=tmp_path / "kept") as intake:
            assert describe_reading(intake.tables)["incidents"] == [one]

    def test_what_nothing_tells_does_not_stand_in_it(self, tmp_path: Path) -> None:
        rows = [row.removesuffix(".50") for row in good_rows()]
        write_study(tmp_path, orders=orders_csv(*rows))
        with check_study(tmp_path) as intake:
            (one,) = describe_reading(intake.tables)["orders"]
        assert one["read"] == {"delimiter": ",", "encoding": "utf-8", "date_format": "iso"} and "zones" not in one

    def test_the_broken_bytes_of_a_file_are_no_encoding(self, tmp_path: Path) -> None:
        write_study(tmp_path, head=HEAD + "parameters: {max_reject_share: 1.0}\n")
        text = orders_csv("Hämäläinen,2024-01-05,1", "Mäki,2024-01-06,2", "M?ki,2024-01-07,3").encode()
        (tmp_path / "orders.csv").write_bytes(text.replace(b"?", b"\xe4"))
        with check_study(tmp_path) as intake:
            (one,) = describe_reading(intake.tables)["orders"]
        assert "encoding" not in one["read"]
