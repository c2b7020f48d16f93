"""The corpus's files that no text editor can write: `python -m tests.corpus.build` writes them again."""

import datetime as dt
import gzip
import struct
import zipfile
import zlib
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tests.made_workbooks import Cell, Error, Formula, Rich, write_xlsx, write_zip

HERE = Path(__file__).resolve().parent
HEAD = ["customer_id", "ordered_at", "revenue"]
TEXT = b"customer_id,ordered_at,revenue\nc1,2024-01-05,10.00\nc2,2024-01-06,20.00\n"


def day(text: str) -> dt.datetime:
    """Return a moment without a zone."""
    return dt.datetime.fromisoformat(text)


def workbooks(folder: Path) -> None:
    """Write what Excel writes."""
    jan5 = day("2024-01-05").date()
    notes: list[list[Cell]] = [["Lue tämä ensin"], ["Tilaukset ovat seuraavalla välilehdellä"]]
    orders: list[list[Cell]] = [HEAD, ["c1", jan5, 10.5], ["c2", day("2024-01-06 14:05:30"), 20.5]]
    old: list[list[Cell]] = [HEAD, ["old", day("2014-01-05").date(), 1]]
    write_xlsx(folder / "three-sheets.xlsx", {"Ohje": notes, "Tilaukset": orders, "Vanhat 'tilaukset'": old})
    write_xlsx(folder / "error-cells.xlsx", {"Sheet1": [
        [*HEAD, "Huom"], ["c1", jan5, 10, "x"], [Error("#DIV/0!"), jan5, 20], ["c3", Error("#N/A"), 30],
        ["c4", jan5, Error("#REF!")], ["c5", jan5, 50, Error("#VALUE!")],
    ]})  # fmt: skip
    write_xlsx(folder / "mixed-days.xlsx", {"Sheet1": [
        HEAD, ["c1", jan5, 10], ["c2", day("2024-01-05 14:05:30"), 20], ["c3", "31.12.2024", 30],
        ["c4", "1.2.2024", 40], ["c5", 45296, 50], ["c6", "soon", 60], ["c7", 45296.75, 70],
    ]}, shared=False)  # fmt: skip
    bare: list[list[Cell]] = [HEAD, ["c1", 45296, 10], ["c2", 45296.75, 20]]
    write_xlsx(folder / "bare-serials.xlsx", {"Sheet1": bare})
    write_xlsx(folder / "mixed-amounts.xlsx", {"Sheet1": [
        HEAD, ["c1", jan5, 0.1 + 0.2], ["c2", jan5, "1 234,50 €"], ["c3", jan5, 19.99], ["c4", jan5, "0,99"],
        ["c5", jan5, "dear"], ["c6", jan5, -12],
    ]})  # fmt: skip
    cells: list[list[Cell]] = [HEAD, ["c1", jan5, 1.234], ["c2", jan5, "1 234,50"], ["c3", jan5, 5.678]]
    write_xlsx(folder / "three-decimals.xlsx", {"Sheet1": cells})
    write_xlsx(folder / "texts-and-numbers.xlsx", {"Sheet1": [
        [*HEAD, "returned"], [17850, jan5, 10, True], [17850.0, jan5, 20, False], ["00042", jan5, 30],
        [Rich(("Hämä", "läinen"), "not part of it"), jan5, 40], [" c5 ", jan5, 50], ["a\nb", jan5, 60],
        ["=1+1", "soon", 70], [None, jan5, 80],
        [358401234567, jan5, 90], [123456789012345, jan5, 100],
    ]})  # fmt: skip
    report: list[list[Cell]] = [["Myyntiraportti 2024"], [], *orders]
    write_xlsx(folder / "title-lines.xlsx", {"Sheet1": report}, merged={"Sheet1": "A1:C1"})
    write_xlsx(folder / "computed.xlsx", {"Sheet1": [
        HEAD, [Formula('"c"&1', "c1"), Formula("DATE(2024,1,5)", 45296), Formula("5*2.5", 12.5)],
        ["c2", jan5, Formula("SUM(C2:C2)")], ["c3", jan5, Formula("1/0", "#DIV/0!")],
    ]})  # fmt: skip
    write_xlsx(folder / "empty-sheet.xlsx", {"Sheet1": []})
    write_xlsx(folder / "names-only.xlsx", {"Sheet1": [HEAD]})
    write_xlsx(folder / "since-1904.xlsx", {"Sheet1": orders}, date_1904=True)
    write_xlsx(
        folder / "not-at-the-corner.xlsx", {"Sheet1": [*orders, [], ["c3", "soon", 3]]}, first_row=3, first_column=1
    )
    last: list[list[Cell]] = [HEAD, ["Häme", day("2024-12-31").date(), 1234.5], ["c4", "x", 4]]
    write_xlsx(folder / "year-2024.xlsx", {"2024": last})
    write_xlsx(folder / "workbook-named.csv", {"Sheet1": orders})
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">%s]>' % b"".join(
        b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(9)
    )
    cell = b'<worksheet><sheetData><row r="1"><c r="A1" t="str"><v>&j;</v></c></row></sheetData></worksheet>'
    whole = write_xlsx(folder / "entities.xlsx", {"Sheet1": orders})
    write_zip(whole, parts_of(whole) | {"xl/worksheets/sheet1.xml": b'<?xml version="1.0"?>' + bomb + cell})
    write_zip(folder / "archive-named.xlsx", {"orders.csv": TEXT})
    whole = write_xlsx(folder / "cut.xlsx", {"Sheet1": orders})
    whole.write_bytes(whole.read_bytes()[:900])


def parts_of(path: Path) -> dict[str, bytes]:
    """Return the files in an archive."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def parquet(folder: Path) -> None:
    """Write what databases and data frames write."""
    moments = [day("2024-01-05 10:00"), day("2024-01-06 23:59:59"), None, day("2924-01-01"), day("2024-01-08")]
    pq.write_table(pa.table({
        "customer_id": pa.array([17850, 17851, 17852, 17853, None], pa.int64()),
        "ordered_at": pa.array(moments, pa.timestamp("us")),
        "revenue": pa.array([Decimal("1234.50"), Decimal("-0.99"), *[Decimal("1.00")] * 3], pa.decimal128(12, 2)),
        "channel": pa.array(["web", "web", "shop", None, "web"]).dictionary_encode(),
        "returned": pa.array([False, True, None, None, None], pa.bool_()),
        "tags": pa.array([["a", "b"], [], None, ["c"], None], pa.list_(pa.string())),
        "address": pa.array([{"zip": "00100"}, None, None, None, None], pa.struct({"zip": pa.string()})),
    }), folder / "typed.parquet")  # fmt: skip
    pq.write_table(pa.table({
        "customer_id": pa.array([17850.0, 17851.0, float("nan"), 17853.0]),
        "ordered_at": pa.array([day("2024-01-05").date(), *[day("2024-01-06").date()] * 3], pa.date32()),
        "revenue": pa.array([19.99, float("inf"), 5.0, float("nan")], pa.float32()),
    }), folder / "days.parquet")  # fmt: skip
    zone = pa.timestamp("ms", "Europe/Helsinki")
    pq.write_table(pa.table({
        "customer_id": pa.array(["c1", "c2"], pa.large_string()),
        "ordered_at": pa.array([day("2024-01-05 21:30"), day("2024-07-05 21:30")], zone),
        "revenue": pa.array([1, 2], pa.uint8()),
    }), folder / "zoned.parquet")  # fmt: skip
    pq.write_table(pa.table({
        "customer_id": ["007", " c2 ", "c3"], "ordered_at": ["31.12.2024", "1.2.2024 14.05", "32.1.2024"],
        "revenue": ["1 234,50 €", "0,99", "5,00"],
    }), folder / "texts.parquet")  # fmt: skip
    last = pa.table({"customer_id": ["Häme"], "ordered_at": [day("2025-12-31")], "revenue": [1234.5]})
    pq.write_table(last, folder / "year-2025.parquet")
    pq.write_table(last, folder / "parquet-named.csv")
    (folder / "cut.parquet").write_bytes((folder / "typed.parquet").read_bytes()[:1500])


def packed(folder: Path) -> None:
    """Write what is packed, and what only says so."""
    whole = gzip.compress(TEXT * 20, mtime=0)
    (folder / "cut.csv.gz").write_bytes(whole[: len(whole) // 2])
    (folder / "damaged.csv.gz").write_bytes(whole[:-8] + struct.pack("<II", zlib.crc32(TEXT), len(TEXT)))
    (folder / "two-packed-parts.csv.gz").write_bytes(
        gzip.compress(TEXT, mtime=0) + gzip.compress(b"c3,2024-01-07,30.00\n", mtime=0)
    )
    (folder / "not-packed.csv.gz").write_bytes(TEXT)
    (folder / "packed-named.csv").write_bytes(gzip.compress(TEXT, mtime=0))
    (folder / "year-2026.csv.gz").write_bytes(
        gzip.compress("customer_id|ordered_at|revenue\nHäme|20261231|1234.50\n".encode(), mtime=0)
    )
    (folder / "text-named.xlsx").write_bytes(TEXT)


def others(folder: Path) -> None:
    """Write what is no table at all."""
    (folder / "old.xls").write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504))
    dots = zlib.compress(b"\0\xff\0\0")
    parts = [(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)), (b"IDAT", dots), (b"IEND", b"")]
    chunks = b"".join(struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in parts)
    (folder / "picture.csv").write_bytes(b"\x89PNG\r\n\x1a\n" + chunks)


if __name__ == "__main__":
    for write in (workbooks, parquet, packed, others):
        write(HERE)
