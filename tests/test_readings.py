"""How texts are read as dates, numbers and truth values, and how it is found out which way of reading fits a file."""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, assume, settings
from hypothesis import given as drawn
from hypothesis import strategies as st

from cxlab.contract import TABLES
from cxlab.engine import Engine, quote
from cxlab.intake import readings
from cxlab.intake.choices import FORMATS, SAMPLE
from cxlab.intake.dates import EXCEL, ISO, UNIX, UNIX_MS, from_study, to_study
from cxlab.intake.understanding import AMOUNTS, Understood, Unsure, understand
from cxlab.study import ReadOptions
from tests.depth import examples

HELSINKI = "Europe/Helsinki"
DMY, MDY = "%d.%m.%Y", "%m/%d/%Y"


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(threads=1) as opened:
        yield opened


def value(engine: Engine, sql: str, given: object, kind: str = "VARCHAR") -> Any:
    """Evaluate an expression of `t`."""
    return engine.read(f"SELECT {sql} FROM (SELECT CAST(? AS {kind}) AS t) AS x", [given])[0][0]


def seen(engine: Engine, given: object, form: str, kind: str = "VARCHAR", timezone: str | None = None) -> str | None:
    """Read a moment, and write it down to the second."""
    read = readings.moment("t", form, kind=kind, timezone=timezone)
    found = value(engine, f"STRFTIME({read}, '%Y-%m-%d %H:%M:%S')", given, kind)
    return None if found is None else str(found).removesuffix(" 00:00:00")


class TestMoments:
    """Dates and times, as they are written."""

    @pytest.mark.parametrize(
        ("text", "form", "expected"),
        [
            ("2024-12-31", ISO, "2024-12-31"),
            ("2024-1-5", ISO, "2024-01-05"),
            ("2024-12-31 14:05", ISO, "2024-12-31 14:05:00"),
            ("2024-12-31T14:05:09", ISO, "2024-12-31 14:05:09"),
            ("2024-12-31 14:05:09", ISO, "2024-12-31 14:05:09"),
            ("2024-1-5 9:05", ISO, "2024-01-05 09:05:00"),
            ("2024-12-31 14:05:09.123456", ISO, "2024-12-31 14:05:09"),
            ("2024-12-31 14:05:09,5", ISO, "2024-12-31 14:05:09"),
            ("2024-12-31T14:05:09Z", ISO, "2024-12-31 14:05:09"),
            ("2024-12-31T14:05:09.000Z", ISO, "2024-12-31 14:05:09"),
            ("2024-12-31T14:05:09+02:00", ISO, "2024-12-31 14:05:09"),
            ("2024-12-31T14:05-0330", ISO, "2024-12-31 14:05:00"),
            ("2024-12-31 14:05:09 +0200", ISO, "2024-12-31 14:05:09"),
            ("2024-12-31 14:05:09 UTC", ISO, "2024-12-31 14:05:09"),
            ("2024-1-5 1:00+02:00", ISO, "2024-01-05 01:00:00"),
            ("2024-12-31 14:05:09 EET", ISO, "2024-12-31 14:05:09"),
            ("2024-07-31T14:05 EEST", ISO, "2024-07-31 14:05:00"),
            ("2024-07-31 14:05:09 IST", ISO, "2024-07-31 14:05:09"),
            ("31.12.2024 14.05 CET", DMY, "2024-12-31 14:05:00"),
            ("12/31/2024 2:05 PM EST", MDY, "2024-12-31 14:05:00"),
            ("5 AUGUST 2024 14:05 CEST", "%d %B %Y", "2024-08-05 14:05:00"),
            ("31.12.2024 14h05 EET", "%d.%m.%Y %Hh%M %Z", "2024-12-31 14:05:00"),
            ("31.12.2024", DMY, "2024-12-31"),
            ("1.2.2024", DMY, "2024-02-01"),
            ("31.12.2024 14.05", DMY, "2024-12-31 14:05:00"),
            ("1.2.2024 9.05.07", DMY, "2024-02-01 09:05:07"),
            ("31.12.2024 klo 14.05", DMY, "2024-12-31 14:05:00"),
            ("31.12.2024 klo 9.05.09", DMY, "2024-12-31 09:05:09"),
            ("31.12.2024 14:05", DMY, "2024-12-31 14:05:00"),
            ("31.12.2024 14:05:09", DMY, "2024-12-31 14:05:09"),
            ("31.12.2024 14:05:09,123", DMY, "2024-12-31 14:05:09"),
            ("31.12.2024T14:05", DMY, "2024-12-31 14:05:00"),
            ("31.12.2024 14:05+02:00", DMY, "2024-12-31 14:05:00"),
            ("12/31/2024", MDY, "2024-12-31"),
            ("12/31/2024 14:05", MDY, "2024-12-31 14:05:00"),
            ("12/31/2024 2:05 PM", MDY, "2024-12-31 14:05:00"),
            ("12/31/2024 02:05:09 pm", MDY, "2024-12-31 14:05:09"),
            ("12/31/2024 2:05PM", MDY, "2024-12-31 14:05:00"),
            ("12/31/2024 2:05 p.m.", MDY, "2024-12-31 14:05:00"),
            ("12/31/2024, 2:05:09 PM", MDY, "2024-12-31 14:05:09"),
            ("12/31/2024, 2:05:09\u202fPM", MDY, "2024-12-31 14:05:09"),
            ("12/31/2024 12:05 AM", MDY, "2024-12-31 00:05:00"),
            ("31/12/2024 14:05", "%d/%m/%Y", "2024-12-31 14:05:00"),
            ("31-12-2024", "%d-%m-%Y", "2024-12-31"),
            ("12-31-2024 14:05", "%m-%d-%Y", "2024-12-31 14:05:00"),
            ("2024/12/31 14:05", "%Y/%m/%d", "2024-12-31 14:05:00"),
            ("2024.12.31", "%Y.%m.%d", "2024-12-31"),
            ("20241231", "%Y%m%d", "2024-12-31"),
            ("20241231.0", "%Y%m%d", "2024-12-31"),
            ("20241231 14:05", "%Y%m%d", "2024-12-31 14:05:00"),
            ("20241231140509", "%Y%m%d", "2024-12-31 14:05:09"),
            ("20241231T140509Z", "%Y%m%d", "2024-12-31 14:05:09"),
            ("5 Jan 2024", "%d %b %Y", "2024-01-05"),
            ("5 Jan 2024 14.05", "%d %b %Y", "2024-01-05 14:05:00"),
            ("5 January 2024 14:05", "%d %B %Y", "2024-01-05 14:05:00"),
            ("Jan 5, 2024", "%b %d, %Y", "2024-01-05"),
            ("Jan 5, 2024, 2:05 PM", "%b %d, %Y", "2024-01-05 14:05:00"),
            ("January 5, 2024 at 2:05 PM", "%B %d, %Y", "2024-01-05 14:05:00"),
            ("05-Jan-2024", "%d-%b-%Y", "2024-01-05"),
            ("05-JAN-24", "%d-%b-%y", "2024-01-05"),
            ("31.12.24", "%d.%m.%y", "2024-12-31"),
            ("12/31/24 2:05 PM", "%m/%d/%y", "2024-12-31 14:05:00"),
            ("24-12-31", "%y-%m-%d", "2024-12-31"),
            ("45657", EXCEL, "2024-12-31"),
            ("45657.5", EXCEL, "2024-12-31 12:00:00"),
            ("45657,5868055556", EXCEL, "2024-12-31 14:05:00"),
            ("1735653909", UNIX, "2024-12-31 14:05:09"),
            ("1735653909.7", UNIX, "2024-12-31 14:05:09"),
            ("1735653909000", UNIX_MS, "2024-12-31 14:05:09"),
        ],
    )
    def test_every_way_of_writing_is_read(self, engine: Engine, text: str, form: str, expected: str) -> None:
        assert seen(engine, text, form) == expected

    @pytest.mark.parametrize(
        ("text", "form"),
        [
            ("2024-02-30", ISO), ("2024/12/31", ISO), ("2024-12-31 25:00:00", ISO), ("24-12-31", ISO), ("soon", ISO),
            ("infinity", ISO), ("epoch", ISO), ("2024-12-31 (BC)", ISO), ("2024-12-31 14:05:09 Mars", ISO),
            ("2024-12-31 14:05:09 XST", ISO), ("2024-12-31 EET", ISO), ("31.12.2024 14:05 eet", DMY),
            ("30.2.2024", DMY), ("31/12/2024", DMY), ("31.12.2024 24.60", DMY), ("31.12.2024 klo", DMY),
            ("31/12/2024", MDY), ("12/31/2024 14:05 PM", MDY), ("2024105", "%Y%m%d"), ("20240230", "%Y%m%d"),
            ("31 Foo 2024", "%d %b %Y"), ("5", EXCEL), ("45_657", EXCEL), ("inf", EXCEL), ("nan", UNIX),
            ("20241231", UNIX), ("0", UNIX), ("1735653909", UNIX_MS),
        ],
    )  # fmt: skip
    def test_what_is_no_date_is_not_read(self, engine: Engine, text: str, form: str) -> None:
        assert seen(engine, text, form) is None

    @pytest.mark.parametrize("form", [form for form in FORMATS if form != ISO])
    def test_iso_8601_is_read_beside_every_other_reading(self, engine: Engine, form: str) -> None:
        assert seen(engine, "2024-12-31T14:05:09Z", form) == "2024-12-31 14:05:09"
        assert seen(engine, "2024-12-30", form) == "2024-12-30"

    def test_but_not_beside_one_that_it_could_be_mistaken_for(self, engine: Engine) -> None:
        assert seen(engine, "2024-13-01", "%Y-%d-%m") == "2024-01-13"
        assert seen(engine, "2024-01-13", "%Y-%d-%m") is None

    @pytest.mark.parametrize(
        ("text", "form", "expected"),
        [
            ("31.12.2024 14h05", "%d.%m.%Y %Hh%M", "2024-12-31 14:05:00"),
            ("5.1.2024", "%-d.%-m.%Y", "2024-01-05"),
            ("31/Dec/2024:14:05:09 +0200", "%d/%b/%Y:%H:%M:%S %z", "2024-12-31 14:05:09"),
            ("2024-12-31 14:05:09", "%d.%m.%Y %H:%M", "2024-12-31 14:05:09"),
            ("31.12.2024 14:05:09", "%d.%m.%Y %H:%M", None),
        ],
    )
    def test_a_format_of_the_study_with_a_clock_is_taken_as_it_stands(
        self, engine: Engine, text: str, form: str, expected: str | None
    ) -> None:
        assert seen(engine, text, form) == expected

    @pytest.mark.parametrize(
        ("given", "kind", "form", "expected"),
        [
            (45657.5868055556, "DOUBLE", EXCEL, "2024-12-31 14:05:00"),
            (45657, "BIGINT", EXCEL, "2024-12-31"),
            ("45657.5", "DECIMAL(10,2)", EXCEL, "2024-12-31 12:00:00"),
            (1735653909, "BIGINT", UNIX, "2024-12-31 14:05:09"),
            (1735653909123.0, "DOUBLE", UNIX_MS, "2024-12-31 14:05:09"),
            (20241231, "INTEGER", "%Y%m%d", "2024-12-31"),
            (20241231.0, "DOUBLE", "%Y%m%d", "2024-12-31"),
            (20241231140509, "BIGINT", "%Y%m%d", "2024-12-31 14:05:09"),
            (20240230, "BIGINT", "%Y%m%d", None),
            (20241231.5, "DOUBLE", "%Y%m%d", None),
            (float("nan"), "DOUBLE", EXCEL, None),
            (float("inf"), "DOUBLE", UNIX, None),
            (5, "BIGINT", ISO, None),
            (31122024, "BIGINT", "%d%m%Y", "2024-12-31"),
            ("2024-12-31", "DATE", ISO, "2024-12-31"),
            ("2024-12-31 14:05:09.9", "TIMESTAMP", ISO, "2024-12-31 14:05:09"),
            ("2024-12-31 14:05:09", "TIMESTAMP_NS", ISO, "2024-12-31 14:05:09"),
            ("2024-12-31 14:05:09+02", "TIMESTAMP WITH TIME ZONE", ISO, "2024-12-31 12:05:09"),
        ],
    )
    def test_numbers_and_the_engines_own_moments_are_read(
        self, engine: Engine, given: object, kind: str, form: str, expected: str | None
    ) -> None:
        assert seen(engine, given, form, kind) == expected

    @pytest.mark.parametrize(
        ("given", "kind", "form", "expected"),
        [
            ("2024-07-01T12:00:00Z", "VARCHAR", ISO, "2024-07-01 15:00:00"),
            ("2024-12-31T23:30:00Z", "VARCHAR", ISO, "2025-01-01 01:30:00"),
            ("2024-07-01 12:00 +0000", "VARCHAR", ISO, "2024-07-01 15:00:00"),
            ("2024-07-01 12:00:00 -0400", "VARCHAR", ISO, "2024-07-01 19:00:00"),
            ("2024-07-01 12:00:00.5-04:00", "VARCHAR", ISO, "2024-07-01 19:00:00"),
            ("2024-07-01 12:00:00 UTC", "VARCHAR", ISO, "2024-07-01 15:00:00"),
            ("2024-07-01 12:00:00 GMT", "VARCHAR", ISO, "2024-07-01 15:00:00"),
            *(
                (f"{day}12:00{seconds} {zone}", "VARCHAR", form, f"2024-07-01 {hour}:00:00")
                for zone, hour in [
                    ("UTC", 15),
                    ("WEST", 14),
                    ("CET", 14),
                    ("CEST", 13),
                    ("EET", 13),
                    ("EEST", 12),
                    ("EST", 20),
                    ("EDT", 19),
                    ("PST", 23),
                    ("UT", 15),
                ]
                for day, form in [("2024-07-01T", ISO), ("1.7.2024 ", DMY), ("7/1/2024 ", MDY)]
                for seconds in ("", ":00")
            ),
            ("2024-7-1 12:00+03", "VARCHAR", ISO, "2024-07-01 12:00:00"),
            ("2024-07-01 12:00:00", "VARCHAR", ISO, "2024-07-01 12:00:00"),
            ("2024-07-01", "VARCHAR", ISO, "2024-07-01"),
            ("1.7.2024 12:00Z", "VARCHAR", DMY, "2024-07-01 15:00:00"),
            ("7/1/2024 1:00 PM +0200", "VARCHAR", MDY, "2024-07-01 14:00:00"),
            ("1.7.2024 12:00", "VARCHAR", DMY, "2024-07-01 12:00:00"),
            ("1/Jul/2024:12:00:00 +0000", "VARCHAR", "%d/%b/%Y:%H:%M:%S %z", "2024-07-01 15:00:00"),
            ("20240701T120000Z", "VARCHAR", "%Y%m%d", "2024-07-01 15:00:00"),
            ("20240701120000", "VARCHAR", "%Y%m%d", "2024-07-01 12:00:00"),
            (1719835200, "BIGINT", UNIX, "2024-07-01 15:00:00"),
            ("1719835200000", "VARCHAR", UNIX_MS, "2024-07-01 15:00:00"),
            (45474.5, "DOUBLE", EXCEL, "2024-07-01 12:00:00"),
            ("2024-07-01 12:00:00+00", "TIMESTAMP WITH TIME ZONE", ISO, "2024-07-01 15:00:00"),
            ("2024-07-01 12:00:00", "TIMESTAMP", ISO, "2024-07-01 12:00:00"),
        ],
    )
    def test_moments_with_a_zone_are_brought_to_the_clock_that_is_asked_for_and_others_stay(
        self, engine: Engine, given: object, kind: str, form: str, expected: str
    ) -> None:
        assert seen(engine, given, form, kind, HELSINKI) == expected

    @pytest.mark.parametrize(
        ("text", "form"), [("2024-07-01 12:00 IST", ISO), ("2024-07-01T12:00:00 CST", ISO), ("1.7.2024 12:00 BST", DMY)]
    )
    def test_a_word_for_several_zones_can_be_brought_to_no_clock(self, engine: Engine, text: str, form: str) -> None:
        assert seen(engine, text, form, timezone=HELSINKI) is None
        found = sure(engine, {"ordered_at": [text]}, timezone=HELSINKI)
        (remark,) = found.remarks
        assert remark.startswith('timezone "Europe/Helsinki" of study.yml not used here: it does not fit')
        assert remark.endswith("ST, which stands for several zones")

    @pytest.mark.parametrize(
        ("days", "form"), [(45657.5, EXCEL), (1735653909.0, UNIX), (1735653909000.0, UNIX_MS), (20241231.0, "%Y%m%d")]
    )
    @pytest.mark.parametrize("timezone", [None, HELSINKI])
    def test_what_is_no_number_is_no_date_where_the_files_statistics_leave_it_out(
        self, engine: Engine, tmp_path: Path, days: float, form: str, timezone: str | None
    ) -> None:
        file = tmp_path / "nan.parquet"
        pq.write_table(pa.table({"t": [days, float("nan"), None]}), file)
        read = readings.moment("t", form, kind="DOUBLE", timezone=timezone)
        found = [moment for (moment,) in engine.read(f"SELECT {read} FROM read_parquet(?)", [str(file)])]
        assert isinstance(found[0], dt.datetime) and found[1:] == [None, None]

    def test_zones_are_known_by_name(self) -> None:
        assert readings.is_timezone(HELSINKI) and readings.is_timezone("UTC")
        for name in ("Europe/Helsingfors", "", "../etc/passwd", "/etc/passwd", "localtime", "Europe"):
            assert not readings.is_timezone(name)

    def test_a_reading_is_written_in_the_study_as_it_is_read_there(self) -> None:
        assert [from_study(to_study(form)) for form in FORMATS] == list(FORMATS)
        assert to_study(ISO) == "iso"


class TestNumbers:
    """Amounts and numbers, as they are written."""

    @pytest.mark.parametrize(
        ("text", "point", "comma"),
        [
            ("12", 12, 12), ("12.50", 12.5, None), ("12,50", None, 12.5), (".5", 0.5, None), (",5", None, 0.5),
            ("+5", 5, 5), ("-5", -5, -5), ("−5", -5, -5), ("- 5", -5, -5),
            ("12,50-", None, -12.5), ("12.50-", -12.5, None),
            ("5 -", -5, -5), ("5−", -5, -5), ("(12.50)", -12.5, None), ("(12,50)", None, -12.5),
            ("1.234", 1.234, 1234), ("1,234", 1234, 1.234), ("0,125", None, 0.125), ("0.125", 0.125, None),
            ("1,234.50", 1234.5, None), ("1.234,50", None, 1234.5), ("1.234.567", None, 1234567),
            ("1 234", 1234, 1234), ("1 234,50", None, 1234.5), ("1\u00a0234.50", 1234.5, None),
            ("1\u202f234,50", None, 1234.5), ("1\u2009234,50", None, 1234.5), ("1'234.50", 1234.5, None),
            ("1’234’567.50", 1234567.5, None), ("-1 234,50 €", None, -1234.5), ("1.234,50- EUR", None, -1234.5),
            ("1e5", 1e5, 1e5), ("1.5E-3", 0.0015, None), ("1,5e-3", None, 0.0015),
            ("€12.50", 12.5, None), ("€ 12", 12, 12), ("12 €", 12, 12), ("12\u00a0€", 12, 12), ("-€12", -12, -12),
            ("€-12", -12, -12), ("$1,234.50", 1234.5, None), ("($1,234.50)", -1234.5, None), ("$(5)", -5, -5),
            ("£5", 5, 5), ("US$ 5", 5, 5), ("R$ 5,50", None, 5.5), ("kr 100", 100, 100), ("100 kr", 100, 100),
            ("kr. 1.000,50", None, 1000.5), ("100.50 kr.", 100.5, None), ("EUR 12.50", 12.5, None),
            ("12.50 usd", 12.5, None),
            ("CHF 1'234.50", 1234.5, None), ("5 zł", 5, 5), ("5 Kč", 5, 5), ("$5.00 USD", 5, None),
            ("inf", None, None), ("-inf", None, None), ("Infinity", None, None), ("nan", None, None),
            ("+NaN", None, None), ("1e400", None, None), ("-1e400", None, None),
            ("1_000", None, None), ("1_0,5", None, None), ("0x1F", None, None), ("1,23,456", None, None),
            ("1234,567.1", None, None), ("1 23", None, None), ("1 234 56", None, None), ("012,345", None, 12.345),
            ("--5", None, None), ("-5-", None, None), ("(5", None, None), ("100,-5", None, None), ("5%", None, None),
            ("5 PCS", None, None), ("dear", None, None), ("", None, None), ("-", None, None), ("٣", None, None),
            ("5 EUR EUR", None, None), ("12:30", None, None), ("2024-12-31", None, None),
            ("–5,00", None, -5), ("– 5", -5, -5), ("−5,00 €", None, -5), ("€ –5", -5, -5), ("5,00–", None, -5),
            ("5,-", None, 5), ("100,-", None, 100), ("5,–", None, 5), ("5,−", None, 5), ("5,--", None, 5),
            ("5.-", 5, None), ("-5,-", None, -5), ("–5,–", None, -5), ("1.234,- €", None, 1234), ("CHF 5.-", 5, None),
            ("€5,-", None, 5), ("(5,-)", None, -5), ("5,---", None, None), (",-", None, None), ("–", None, None),
            ("5 €", 5, 5), ("5 e", 5, 5), ("5e", 5, 5), ("12,50 E", None, 12.5), ("-5,- e", None, -5),
            ("5 euroa", 5, 5), ("5,50 euro", None, 5.5), ("5 Euros", 5, 5), ("e 5", None, None), ("5 ee", None, None),
            ("5 eurot", None, None),
        ],
    )  # fmt: skip
    def test_every_way_of_writing_is_read_with_its_decimal_mark(
        self, engine: Engine, text: str, point: float | None, comma: float | None
    ) -> None:
        assert value(engine, readings.number("t", "."), text) == point
        assert value(engine, readings.number("t", ","), text) == comma

    @pytest.mark.parametrize(
        ("text", "sign"),
        [
            ("12.50", None), ("-1 234,50", None), ("1'234", None), ("(5)", None), ("1e5", None), ("5−", None),
            ("", None),
            ("€ 12", "€"), ("12€", "€"), ("-€5", "€"), ("(5) €", "€"), ("12\u00a0€", "€"), ("$5", "$"), ("($5)", "$"),
            ("£5", "£"), ("US$ 5", "US$"), ("R$ 5", "R$"), ("5 EUR", "EUR"), ("eur 5", "EUR"), ("5,00- SEK", "SEK"),
            ("100 kr", "kr"), ("KR. 100", "kr"), ("100 kr.", "kr"), ("5 zł", "zł"), ("5 KČ", "Kč"), ("5 Lei", "lei"),
            ("₹5", "₹"), ("Fr. 5.50", "Fr"), ("NULL", None), ("nan", None), ("-inf", None),
            ("5 pieces", None), ("5%", None), ("–5,00", None), ("5,-", None), ("5,– €", "€"), ("–5 kr", "kr"),
            ("5 e", "e"), ("5E", "e"), ("1E5", None), ("1.5e-3", None), ("5 Euroa", "euroa"), ("5 EURO", "euro"),
        ],
    )  # fmt: skip
    def test_the_currency_that_stands_with_a_number_is_found(self, engine: Engine, text: str, sign: str | None) -> None:
        assert value(engine, readings.currency_sign("t"), text) == sign

    def test_a_sign_may_stand_for_several_currencies_and_a_code_for_its_own(self) -> None:
        assert readings.signs_of("EUR") == ("EUR", "€", "e", "euro", "euroa", "euros")
        assert {"$", "US$", "USD"} == set(readings.signs_of("USD"))
        assert "$" in readings.signs_of("CAD") and "US$" not in readings.signs_of("CAD")
        assert all("kr" in readings.signs_of(code) for code in ("SEK", "NOK", "DKK", "ISK"))
        assert readings.signs_of("XXX") == ("XXX",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *((text, True) for text in ("true", "T", "Yes", "y", "1", "1.0", "Kyllä", "K", "TOSI", "x", "X", "ja", "on")),
        *((text, False) for text in ("false", "F", "No", "n", "0", "0.0", "EI", "e", "Epätosi", "nej", "OFF")),
        *((text, None) for text in ("", "perhaps", "2", "yes and no")),
    ],
)
def test_truth_values_are_read_in_any_case(engine: Engine, text: str, expected: bool | None) -> None:
    assert value(engine, readings.flag("t"), text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", "a"), ("Anne Å.", "Anne Å."), ("Åke", "Åke"), ("  a b ", "a b"), ("a ", "a"), ("\ta", "a"),
        ("\u00a0a\u00a0", "a"),
        (" a\u202f ", "a"), ("a\t", "a"), (" \u00a0 a \t", "a"),
        ("\ufeffa", "a"), ("007", "007"), ("~", "~"), ("nanna", "nanna"),
        ("--", "--"), ("-5", "-5"), ("None of it", "None of it"),
        *((text, None) for text in ("", " ", "\u00a0", "NULL", "null", " NULL ", "NaN", "nan", "None", "\\N", "N/A")),
        *((text, None) for text in ("#N/A", "n/a", "-", " -", "\tn/a", "-\u00a0", "NaT", "<NA>", None)),
    ],
)  # fmt: skip
def test_what_stands_around_a_text_goes_and_words_for_nothing_are_nothing(
    engine: Engine, text: str | None, expected: str | None
) -> None:
    assert value(engine, readings.given("t"), text) == expected


Columns = Mapping[str, Sequence[object]]


def look(
    engine: Engine,
    columns: Columns,
    *,
    table: str = "orders",
    kinds: Mapping[str, str] | None = None,
    hints: Mapping[str, Collection[str]] | None = None,
    **options: Any,
) -> Understood | Unsure:
    """Put columns into a table, and find out how they are read."""
    kinds = dict.fromkeys(columns, "VARCHAR") | dict(kinds or {})
    lists = ", ".join(f"UNNEST(CAST(? AS {kinds[name]}[])) AS {quote(name)}" for name in columns)
    engine.read(f"CREATE OR REPLACE TABLE file AS SELECT {lists}", [list(values) for values in columns.values()])  # type: ignore[misc]
    theirs = {name: (quote(name), kinds[name]) for name in columns}
    return understand(engine, "file", theirs, TABLES[table], ReadOptions(**options), hints=hints or {})


def sure(engine: Engine, columns: Columns, **more: Any) -> Understood:
    found = look(engine, columns, **more)
    assert isinstance(found, Understood), found
    return found


def asked(engine: Engine, columns: Columns, **more: Any) -> Unsure:
    found = look(engine, columns, **more)
    assert isinstance(found, Unsure), found
    return found


def dated(engine: Engine, *values: object, kind: str = "VARCHAR", **more: Any) -> str:
    return sure(engine, {"ordered_at": values}, kinds={"ordered_at": kind}, **more).date_formats["ordered_at"]


class TestDatesOfAFile:
    """Which reading fits its moments."""

    @pytest.mark.parametrize(
        ("values", "form"),
        [
            (["2024-12-31", "2024-1-5 9:05"], ISO),
            (["2024-12-31 14:05:09 +0200"], ISO),
            (["31.12.2024", "1.2.2024 14.05"], DMY),
            (["1.2.2024 klo 14.05"], DMY),
            (["01/02/2024", "13/01/2024"], "%d/%m/%Y"),
            (["01/02/2024 2:05 PM", "01/13/2024 2:05 PM"], MDY),
            (["1-2-2024", "1-13-2024"], "%m-%d-%Y"),
            (["2024/12/31"], "%Y/%m/%d"),
            (["2024.12.31"], "%Y.%m.%d"),
            (["20241231", "20241230"], "%Y%m%d"),
            (["20241231T140509Z"], "%Y%m%d"),
            (["5 Jan 2024"], "%d %b %Y"),
            (["5 May 2024", "5 June 2024"], "%d %B %Y"),
            (["Jan 5, 2024, 10:00 AM"], "%b %d, %Y"),
            (["05-Jan-2024 10:00:00"], "%d-%b-%Y"),
            (["31.12.92", "1.1.93"], "%d.%m.%y"),
            (["12/31/24", "1/2/24"], "%m/%d/%y"),
            (["24-12-31", "99-12-31"], "%y-%m-%d"),
            (["45657", "45657,5"], EXCEL),
            (["1735653909"], UNIX),
            (["1735653909000"], UNIX_MS),
        ],
    )
    def test_the_reading_is_found_out(self, engine: Engine, values: list[str], form: str) -> None:
        assert dated(engine, *values, "soon", "", None) == form

    @pytest.mark.parametrize(
        ("values", "kind", "form"),
        [
            ([45657.5, 45658], "DOUBLE", EXCEL),
            ([45657], "BIGINT", EXCEL),
            ([20241231], "BIGINT", "%Y%m%d"),
            ([20241231.0, float("nan")], "DOUBLE", "%Y%m%d"),
            ([1735653909], "BIGINT", UNIX),
            ([1735653909000.0, None], "DOUBLE", UNIX_MS),
            ([5, 7], "BIGINT", ISO),
        ],
    )
    def test_the_reading_of_numbers_is_found_out(
        self, engine: Engine, values: list[object], kind: str, form: str
    ) -> None:
        assert dated(engine, *values, kind=kind) == form

    def test_moments_of_the_engine_need_none(self, engine: Engine) -> None:
        assert sure(engine, {"ordered_at": ["2024-12-31"]}, kinds={"ordered_at": "DATE"}).date_formats == {}

    def test_a_column_that_shows_nothing_is_read_as_iso_8601_and_is_no_hint(self, engine: Engine) -> None:
        found = sure(engine, {"ordered_at": [None, "-", "soon"], "revenue": ["1", "2"]})
        assert found.date_formats == {"ordered_at": ISO} and found.decimal == "." and found.settled == {}
        assert sure(engine, {"ordered_at": []}).date_formats == {"ordered_at": ISO}

    def test_two_readings_that_fit_all_values_are_asked_about(self, engine: Engine) -> None:
        found = asked(engine, {"ordered_at": ["03/04/2024 10:00", "01/02/2024 10:00", "05/05/2024 10:00"]})
        assert (found.column, found.ambiguous.value) == ("ordered_at", "01/02/2024 10:00")
        assert found.ambiguous.readings == ("%d/%m/%Y", "%m/%d/%Y")
        assert found.ambiguous.meanings == ("1 February 2024", "2 January 2024")

    def test_readings_that_do_not_differ_are_not_asked_about(self, engine: Engine) -> None:
        assert dated(engine, "05/05/2024", "06/06/2024") == "%d/%m/%Y"
        assert dated(engine, "5 May 2024") == "%d %b %Y"

    @pytest.mark.parametrize(
        ("text", "forms"), [("24-12-31", {"%d-%m-%y", "%y-%m-%d"}), ("01/02/24", {"%d/%m/%y", "%m/%d/%y"})]
    )
    def test_years_of_two_digits_are_asked_about_where_they_could_be_days(
        self, engine: Engine, text: str, forms: set[str]
    ) -> None:
        assert set(asked(engine, {"ordered_at": [text]}).ambiguous.readings) == forms

    @pytest.mark.parametrize("form", ["%d.%m.%y", "%y.%m.%d", "%d-%m-%y", "%y/%m/%d"])
    def test_but_not_where_the_days_would_be_decades_of_years(self, engine: Engine, form: str) -> None:
        days = [dt.date(2023, 1, 1) + dt.timedelta(days=i) for i in range(60)]
        assert dated(engine, *(f"{day:{form}}" for day in days)) == form

    def test_an_ambiguous_column_is_read_as_the_settled_one_of_its_file(self, engine: Engine) -> None:
        columns = {"occurred_at": ["01/02/2024"], "resolved_at": ["01/13/2024"]}
        assert sure(engine, columns, table="incidents").date_formats == {"occurred_at": MDY, "resolved_at": MDY}

    def test_a_hint_decides_where_exactly_one_of_the_readings_is_among_them(self, engine: Engine) -> None:
        columns = {"ordered_at": ["01/02/2024"]}
        assert sure(engine, columns, hints={"ordered_at": {MDY, ISO}}).date_formats == {"ordered_at": MDY}
        for hints in ({MDY, "%d/%m/%Y"}, {ISO}, set[str]()):
            assert asked(engine, columns, hints={"ordered_at": hints}).column == "ordered_at"
        assert asked(engine, columns, hints={"given_at": {MDY}}).column == "ordered_at"

    def test_a_hint_does_not_overrule_what_stands_there(self, engine: Engine) -> None:
        assert dated(engine, "13/02/2024", hints={"ordered_at": {MDY}}) == "%d/%m/%Y"

    def test_the_study_decides(self, engine: Engine) -> None:
        assert dated(engine, "01/02/2024", date_format=MDY) == MDY
        assert dated(engine, "2024-12-31", date_format="iso") == ISO
        assert dated(engine, "45657", date_format="excel") == EXCEL

    def test_the_whole_column_is_looked_at_where_the_sample_leaves_it_open(self, engine: Engine) -> None:
        first = ["01/02/2024"] * SAMPLE
        assert dated(engine, *first, "01/13/2024") == MDY
        assert dated(engine, *first, "13/01/2024") == "%d/%m/%Y"
        assert asked(engine, {"ordered_at": [*first, "x"]}).column == "ordered_at"

    def test_dates_beside_iso_8601_are_read_however_few_where_they_can_be_read_in_one_way(self, engine: Engine) -> None:
        assert dated(engine, *["2024-12-31"] * 39, "31.12.2024") == DMY
        assert dated(engine, *["2024-12-31"] * 39, "01.12.2024", "soon") == DMY
        assert dated(engine, *["2024-12-31"] * 39, "01/12/2024") == ISO
        assert dated(engine, *["2024-12-31"] * 30, *["31.12.2024"] * 10) == DMY
        assert dated(engine, "2024-12-31", "31.12.2024") == DMY

    def test_a_few_values_beside_iso_8601_are_not_asked_about(self, engine: Engine) -> None:
        assert dated(engine, "2024-01-05", "24-01-05", "2024-01-07") == ISO
        assert dated(engine, "2024-01-05", "01/02/2024") == ISO
        assert asked(engine, {"ordered_at": ["2024-01-05", "01/02/2024", "02/03/2024"]}).column == "ordered_at"

    def test_the_most_frequent_reading_is_taken_where_several_are_mixed(self, engine: Engine) -> None:
        assert dated(engine, *["13/01/2024"] * 3, *["01/13/2024"] * 5, "01/02/2024") == MDY

    def test_zones_that_are_left_out_are_named(self, engine: Engine) -> None:
        stamps = ["2024-07-01 10:00+03:00", "2024-12-31 10:00+02:00", "2024-12-31 11:00+02:00", "2024-12-31"]
        assert sure(engine, {"ordered_at": stamps}).zones == ("+02:00", "+03:00")
        assert sure(engine, {"ordered_at": ["1.7.2024 12:00Z"]}).zones == ("Z",)
        assert sure(engine, {"ordered_at": ["1735653909"]}).zones == ("UTC",)
        assert sure(engine, {"ordered_at": ["2024-12-31", "31.12.2024"]}).zones == ()
        zoned = {"ordered_at": "TIMESTAMP WITH TIME ZONE"}
        assert sure(engine, {"ordered_at": ["2024-12-31 10:00+02"]}, kinds=zoned).zones == ("UTC",)
        assert sure(engine, {"ordered_at": stamps}, timezone=HELSINKI).zones == ("+02:00", "+03:00")

    def test_how_a_file_was_read_is_said_in_words(self, engine: Engine) -> None:
        found = sure(engine, {"ordered_at": ["31.12.2024 10:00+02:00"], "revenue": ["12,50"]})
        assert found.words == (
            "ordered_at as 31.12.2024 (%d.%m.%Y)",
            "decimal comma",
            "zone +02:00 left out, the clock as it stands",
        )
        found = sure(engine, {"ordered_at": ["2024-12-31T10:00Z"]}, timezone=HELSINKI)
        assert found.words == (
            "ordered_at as 2024-12-31 (ISO 8601)",
            "moments with a zone on the clock of Europe/Helsinki",
        )
        for form, words in [("%-d.%-m.%y klo %H.%M", "31.12.24 klo 14.05 (%-d.%-m.%y klo %H.%M)"), ("%n%Y", "%n%Y")]:
            found = sure(engine, {"ordered_at": ["soon"]}, date_format=form)
            assert found.words == (f"ordered_at as {words}",)
        assert sure(engine, {"ordered_at": ["45657"]}).words == ("ordered_at as days since 1899-12-30 (excel)",)


class TestNumbersOfAFile:
    """Which decimal mark they have; which ids lost nothing but a decimal."""

    @pytest.mark.parametrize(
        ("values", "decimal"),
        [
            (["12.50"], "."), (["12,50"], ","), (["1,234", "1.5"], "."), (["1.234", "1,5"], ","), (["12", "13"], "."),
            (["1.234.567"], ","), (["0.125", "12.500"], "."), (["0,125", "12,500"], ","), (["1.234,50 €"], ","),
            ([], "."),
            (["dear", "1,5"], ","), (["1 234", "5"], "."),
        ],
    )  # fmt: skip
    def test_the_decimal_mark_is_found_out(self, engine: Engine, values: list[str], decimal: str) -> None:
        assert sure(engine, {"revenue": values}).decimal == decimal

    def test_columns_decide_together_and_those_of_the_engines_numbers_do_not_count(self, engine: Engine) -> None:
        columns = {"revenue": ["1,234"], "cost": ["0,5"], "quantity": [1.5]}
        assert sure(engine, columns, kinds={"quantity": "DOUBLE"}).decimal == ","

    def test_two_marks_that_fit_all_values_are_asked_about(self, engine: Engine) -> None:
        found = asked(engine, {"revenue": ["2,345", "1,234", "5"]})
        assert (found.column, found.ambiguous.value) == (AMOUNTS, "1,234")
        assert found.ambiguous.readings == (".", ",") and found.ambiguous.meanings == ("1234", "1.234")

    def test_a_hint_or_the_study_decides(self, engine: Engine) -> None:
        columns = {"revenue": ["1,234"]}
        found = sure(engine, columns, hints={AMOUNTS: {","}})
        assert found.decimal == "," and found.settled == {AMOUNTS: ","}
        assert sure(engine, columns, decimal=".").decimal == "."
        assert asked(engine, columns, hints={AMOUNTS: {",", "."}}).column == AMOUNTS

    def test_the_whole_column_is_looked_at_where_the_sample_shows_nothing(self, engine: Engine) -> None:
        assert sure(engine, {"revenue": [*["5"] * SAMPLE, "1,5"]}).decimal == ","
        assert sure(engine, {"revenue": [*["1,500"] * SAMPLE, "1,5"]}).decimal == ","

    def test_whole_ids_are_those_of_which_every_value_looks_so(self, engine: Engine) -> None:
        columns = {
            "customer_id": ["17850.0", "007.0", None, "-"],
            "order_id": ["1.0", "2", "3.0", "4.0"],
            "channel": ["1.0"] * 4,
        }
        assert sure(engine, columns).whole_ids == {"customer_id"}
        assert sure(engine, {"customer_id": [*["1.0"] * SAMPLE, "1.5"]}).whole_ids == frozenset()
        assert sure(engine, {"customer_id": [None]}).whole_ids == frozenset()


CLOCKS = ("", " %H:%M", " %H:%M:%S", " %H.%M", " klo %H.%M", " %I:%M %p", " %I:%M:%S %p", "T%H:%M:%S", ", %I:%M %p")
WRITTEN = ["%Y-%m-%d" if form == ISO else form for form in FORMATS if form not in (EXCEL, UNIX, UNIX_MS)]
LAWFUL = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=examples(20))
MOMENTS = st.datetimes(dt.datetime(1971, 1, 1), dt.datetime(2068, 12, 31))  # noqa: DTZ001
CENTS = st.integers(-(10**9), 10**9)


@LAWFUL
@drawn(moments=st.lists(MOMENTS, min_size=1, max_size=8), form=st.sampled_from(WRITTEN), clock=st.sampled_from(CLOCKS))
def test_a_date_written_in_any_format_comes_back_by_the_reading_that_is_chosen(
    engine: Engine, moments: list[dt.datetime], form: str, clock: str
) -> None:
    assume(form != "%Y-%m-%d" or ("." not in clock and "%p" not in clock))
    texts = [moment.strftime(form + clock) for moment in moments]
    chosen = sure(engine, {"ordered_at": texts}, hints={"ordered_at": {form}}).date_formats["ordered_at"]
    rows = engine.read(f"SELECT ordered_at, {readings.moment('ordered_at', chosen)} FROM file")
    assert all(read == dt.datetime.strptime(text, form + clock) for text, read in rows)  # noqa: DTZ007
    assert len(rows) == len(texts)


@LAWFUL
@drawn(
    moments=st.lists(MOMENTS, min_size=1, max_size=8), form=st.sampled_from([EXCEL, UNIX, UNIX_MS]), text=st.booleans()
)
def test_a_moment_counted_in_days_or_seconds_comes_back(
    engine: Engine, moments: list[dt.datetime], form: str, text: bool
) -> None:
    assume(form == EXCEL or all(moment.year > 1973 for moment in moments))
    moments = [moment.replace(microsecond=0) for moment in moments]
    since = {EXCEL: dt.datetime(1899, 12, 30)}.get(form, dt.datetime(1970, 1, 1))  # noqa: DTZ001
    unit = {EXCEL: 86400.0, UNIX: 1.0, UNIX_MS: 0.001}[form]
    kind = "VARCHAR" if text else "DOUBLE"
    counts = [(moment - since).total_seconds() / unit for moment in moments]
    columns = {"ordered_at": [str(n) if text else n for n in counts]}
    found = sure(engine, columns, kinds={"ordered_at": kind})
    assert found.date_formats == {"ordered_at": form}
    rows = engine.read(f"SELECT {readings.moment('ordered_at', form, kind=kind)} FROM file")
    assert [read for (read,) in rows] == moments


@LAWFUL
@drawn(
    cents=st.lists(CENTS, min_size=1, max_size=5),
    decimal=st.sampled_from(".,"),
    thousands=st.sampled_from(["", " ", "\u00a0", "\u202f", "\u2009", "'", "’", "other"]),
    minus=st.sampled_from(["-{}", "−{}", "{}-", "({})"]),
    currency=st.sampled_from(["{}", "€{}", "{} €", "$ {}", "{} kr", "EUR {}", "{}\u00a0SEK"]),
)
def test_a_number_written_in_any_dialect_comes_back(
    engine: Engine, cents: list[int], decimal: str, thousands: str, minus: str, currency: str
) -> None:
    group = {".": ",", ",": "."}[decimal] if thousands == "other" else thousands
    texts = []
    for n in cents:
        plain = f"{abs(n) / 100:,.2f}".replace(",", "g").replace(".", decimal).replace("g", group)
        texts.append((minus if n < 0 else "{}").format(currency.format(plain)))
    assert sure(engine, {"revenue": texts}).decimal == decimal
    read = engine.read(f"SELECT {readings.number('revenue', decimal)}, {readings.currency_sign('revenue')} FROM file")
    assert [round(n * 100) for n, _ in read] == cents
    assert {sign for _, sign in read} == {currency.strip(" {}\u00a0") or None}


@LAWFUL
@drawn(st.floats(-1e10, 1e10))
def test_a_number_as_computers_write_it_comes_back(engine: Engine, number: float) -> None:
    assert value(engine, readings.number("t", "."), repr(number)) == number
    assert value(engine, readings.number("t", ","), repr(number).replace(".", ",")) == number


ANY = st.text(st.characters(codec="utf-8", blacklist_characters="\0"), max_size=12)
LIKELY = st.text(st.sampled_from("0123456789-+−.,:/' \u00a0()€$TZAPMklo"), min_size=4, max_size=24)


@settings(LAWFUL, max_examples=examples(2))
@drawn(st.lists(ANY | LIKELY, min_size=100, max_size=200))
def test_any_text_is_read_without_a_fault(engine: Engine, texts: list[str]) -> None:
    look(engine, {"ordered_at": texts, "revenue": texts, "customer_id": texts})
    parts = [readings.given("t"), readings.flag("t"), readings.currency_sign("t")]
    parts += [readings.number("t", mark) for mark in ".,"]
    parts += [readings.moment("t", form, timezone=HELSINKI) for form in FORMATS]
    engine.read(
        f"SELECT {', '.join(f'MAX(CAST({part} AS VARCHAR))' for part in parts)} FROM (SELECT revenue AS t FROM file)"
    )
