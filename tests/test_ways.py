"""Files that were read alike are told together, and those read otherwise by their names."""

import datetime as dt
from pathlib import Path

from cxlab import tables
from cxlab.intake import check_study
from tests.made_workbooks import write_xlsx
from tests.make import good_rows, orders_csv, write_study

ALIKE = "comma-separated, utf-8, ordered_at as 2024-12-31 (ISO 8601)"


def shop(folder: Path, n: int, path: str = "'orders-*.csv'") -> Path:
    write_study(folder, f"  orders: {{path: {path}}}\n")
    for i in range(1, n + 1):
        (folder / f"orders-{i:03d}.csv").write_text(orders_csv(*good_rows(3)))
    return folder


def test_many_files_read_alike_take_one_line(tmp_path: Path) -> None:
    folder = shop(tmp_path, 30)
    with check_study(folder) as intake:
        told = intake.summary()
        here = folder.as_posix()
        assert f"  from 30 files, {here}/orders-001.csv to {here}/orders-030.csv\n  read as {ALIKE}\n" in told
        assert "orders-002" not in told
        assert intake.tables["orders"].understood == f"30 files, orders-001.csv to orders-030.csv: {ALIKE}"
        shown = tables.sources(intake)
        assert shown.rows[0][-1].text == f"30 files, orders-001.csv to orders-030.csv: {ALIKE}"
        assert intake.table["files"].tolist() == ["30 files, orders-001.csv to orders-030.csv"]


def test_those_read_otherwise_stand_apart(tmp_path: Path) -> None:
    folder = shop(tmp_path, 5)
    text = orders_csv("ä,2024-01-01,3", "b,2024-01-02,3").replace(",", ";")
    (folder / "orders-003.csv").write_text(text, encoding="cp1252")
    with check_study(folder) as intake:
        here = folder.as_posix()
        lines = intake.summary().splitlines()
        at = lines.index(f"  from 4 files, {here}/orders-001.csv to {here}/orders-005.csv")
        assert lines[at + 1] == f"  read as {ALIKE}"
        assert lines[at + 2] == f"  from {here}/orders-003.csv"
        assert lines[at + 3].startswith("  read as semicolon-separated, cp1252")
        understood = intake.tables["orders"].understood
        assert understood.startswith(f"4 files, orders-001.csv to orders-005.csv: {ALIKE}; orders-003.csv: semicolon")


def test_files_of_one_name_are_told_by_their_folders(tmp_path: Path) -> None:
    folder = shop(tmp_path, 0, "'*/orders.csv'")
    for year in ("2021", "2022"):
        (folder / year).mkdir()
        (folder / year / "orders.csv").write_text(orders_csv(*good_rows()))
    with check_study(folder) as intake:
        assert intake.tables["orders"].understood == f"2021/orders.csv and 2022/orders.csv: {ALIKE}"


def test_one_file_is_told_as_it_was(tmp_path: Path) -> None:
    with check_study(shop(tmp_path, 1)) as intake:
        assert intake.tables["orders"].understood == ALIKE
        assert f"  from {tmp_path.as_posix()}/orders-001.csv\n  read as {ALIKE}\n" in intake.summary()


def book(folder: Path, cells: dict[str, list[list[object]]], read: str) -> None:
    write_study(folder, f"  orders: {{path: book.xlsx, read: {{{read}}}}}\n")
    write_xlsx(
        folder / "book.xlsx", {name: [["customer_id", "ordered_at", "revenue"], *c] for name, c in cells.items()}
    )


def test_sheets_read_alike_are_told_together(tmp_path: Path) -> None:
    months = ["Tammikuu", "Helmikuu", "Maaliskuu", "Joulukuu"]
    book(tmp_path, {month: [row.split(",") for row in good_rows(3)] for month in months}, "sheet: '*kuu'")
    with check_study(tmp_path) as intake:
        said = "4 sheets, Tammikuu to Joulukuu, ordered_at as 2024-12-31 (ISO 8601)"
        assert intake.tables["orders"].understood == said
        told = intake.summary()
        assert f"  from {tmp_path.as_posix()}/book.xlsx\n  read as {said}\n  revenue" in told
        assert "    book.xlsx, sheet Helmikuu: 3 records used, €4.50\n" in told


def test_dates_of_a_sheet_with_texts_among_them(tmp_path: Path) -> None:
    day = dt.date(2024, 1, 5)
    book(tmp_path, {"S": [["a", day, 3], ["b", day, 4], ["c", "31.1.2024", 5], ["c", "30.1.2024", 5]]}, "sheet: S")
    with check_study(tmp_path) as intake:
        assert intake.tables["orders"].n_used == 4
        said = "sheet S, ordered_at as dates of the sheet, and 31.12.2024 (%d.%m.%Y) where they are texts"
        assert intake.tables["orders"].understood == said
