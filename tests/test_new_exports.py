"""`cxlab new` on exports as shops have them: amounts written in two ways, months and summaries, statuses, lists."""

import datetime as dt
import shutil
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cxlab.intake import check_study
from cxlab.new import NewStudy, make_study
from cxlab.strict_yaml import read_yaml
from cxlab.study import Source, load_study
from tests.made_workbooks import Cell, write_xlsx
from tests.make import good_rows, orders_csv

Write = Callable[..., Path]
HEAD = ["Tilausnumero", "Asiakasnumero", "Tilauspäivä", "Tuoteryhmä", "Määrä", "Rivisumma", "Valuutta", "Myymälä"]
OTHER_HEAD = ["Tilausnro", "Asiakasnro", "Pvm", "Tuoteryhmä", "Kpl", "Summa (€)", "Valuutta", "Myymälä"]
needs_keep = pytest.mark.skipif("keep" not in Source.model_fields, reason="a source has no `keep` yet")


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file beside the study's folder and return its path."""

    def written(name: str, text: str, encoding: str = "utf-8") -> Path:
        path = tmp_path / "downloads" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text.encode(encoding))
        return path

    return written


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return tmp_path / "my-shop"


def sources(made: NewStudy) -> Mapping[str, Any]:
    """The sources as they stand in the file, whether a study may have them or not."""
    document = read_yaml(made.file.read_text(encoding="utf-8"))
    assert not document.faults
    return dict(document.data["sources"] or {})


def finnish_amount(i: int) -> str:
    return f"{12 + i},50 €" if i % 4 else f"1 {100 + i},05"


def month(number: int, head: list[str] = HEAD, title: str = "", n: int = 30) -> list[list[Cell]]:
    """A sheet of a month: half of its amounts are numbers and half texts, as typed by hand."""
    rows: list[list[Cell]] = [[title], []] if title else []
    rows.append([*head])
    for i in range(n):
        amount: Cell = 12.5 + i if i % 2 else finnish_amount(i)
        when = dt.datetime(2025, number, i % 28 + 1, 10, i)  # noqa: DTZ001
        rows.append([50_000 + 100 * number + i, 100_200 + i % 9, when, "Lelut", i % 4 + 1, amount, "EUR", "Oulu"])
    return [*rows, ["Yhteensä", None, None, None, None, 400.5, None, None]]


def pivot() -> list[list[Cell]]:
    """A sheet that sums up the others."""
    rows: list[list[Cell]] = [["Kuukausi", "Tilauksia", "Asiakkaita", "Summa"]]
    for i in range(12):
        rows.append([f"kuu {i}", 30, 9, 400.5])  # noqa: PERF401
    return rows


def finnish_csv(n: int = 40) -> str:
    rows = [
        f"{51785 + i};{100_200 + i % 9};{i % 28 + 1:02d}.01.2024 4.21;Lelut;{i % 4 + 1};{finnish_amount(i)};EUR;Oulu"
        for i in range(n)
    ]
    return "\r\n".join([";".join(HEAD), *rows]) + "\r\n"


# amounts, cell by cell


@pytest.mark.parametrize("heading", ["Rivisumma", "Summa (€)", "Yhteensä"])
def test_amounts_that_are_partly_numbers_and_partly_texts_are_the_revenue(
    shop: Path, tmp_path: Path, heading: str
) -> None:
    rows = [
        [i % 9, dt.date(2024, 1, i % 28 + 1), i % 4 + 1, 12.5 + i if i % 2 else finnish_amount(i)] for i in range(40)
    ]
    book = write_xlsx(tmp_path / "mini.xlsx", {"Sheet": [["Asiakasnumero", "Päivä", "Määrä", heading], *rows]})
    made = make_study(shop, [book])
    columns = sources(made)["orders"]["columns"]
    assert columns["revenue"] == heading and columns["quantity"] == "Määrä"
    assert not made.to_fill_in and not [said for said in made.unsure if "Määrä" in said]
    with check_study(shop) as intake:
        assert intake.tables["orders"].n_used == 40


def test_files_of_one_table_that_write_amounts_otherwise_are_one_source(
    write: Write, shop: Path, tmp_path: Path
) -> None:
    n = 40
    table = {
        "Tilausnumero": [60_000 + i for i in range(n)],
        "Asiakasnumero": [100_200 + i % 9 for i in range(n)],
        "Tilauspäivä": [dt.datetime(2023, 1, i % 28 + 1) for i in range(n)],  # noqa: DTZ001
        "Tuoteryhmä": ["Lelut"] * n,
        "Määrä": [1] * n,
        "Rivisumma": pa.array([Decimal(1625 + i) / 100 for i in range(n)], pa.decimal128(10, 2)),
        "Valuutta": ["EUR"] * n,
    }
    pq.write_table(pa.table(table), tmp_path / "dump_2023.parquet")
    made = make_study(shop, [write("tilaukset_2024.csv", finnish_csv(), "cp1252"), tmp_path / "dump_2023.parquet"])
    source = sources(made)["orders"]
    assert source["path"] == ("tilaukset_2024.csv", "dump_2023.parquet")
    assert source["columns"]["revenue"] == "Rivisumma" and not made.to_fill_in
    with check_study(shop) as intake:
        assert intake.tables["orders"].n_used == 80


def test_values_that_are_no_amounts_are_told_with_an_example(write: Write, shop: Path) -> None:
    rows = [f"c{i % 8};{i % 28 + 1}.1.2024;{'#ARVO!' if i % 4 == 0 else f'{i},50'}" for i in range(40)]
    made = make_study(shop, [write("a.csv", "Asiakas;Pvm;Rivisumma\n" + "\n".join(rows))])
    assert sources(made)["orders"]["columns"]["revenue"] == "Rivisumma"
    (doubt,) = [said for said in made.unsure if "revenue" in said]
    assert "10 of the first 40 values of `Rivisumma` are no numbers, as `#ARVO!`" in doubt


def test_a_value_that_is_no_amount_among_many_is_a_remark(write: Write, shop: Path) -> None:
    rows = [f"c{i % 8};{i % 28 + 1}.1.2024;{'#ARVO!' if i == 9 else f'{i},50'}" for i in range(40)]
    made = make_study(shop, [write("a.csv", "Asiakas;Pvm;Rivisumma\n" + "\n".join(rows))])
    assert not [said for said in made.unsure if "revenue" in said]
    words = made.file.read_text(encoding="utf-8").replace("#  ", "").split()
    assert "1 of the first 40 values of `Rivisumma` is no number, as `#ARVO!`" in " ".join(words)


def test_a_text_file_with_two_decimal_marks_is_unsure(write: Write, shop: Path) -> None:
    rows = [f"c{i % 8};{i % 28 + 1}.1.2024;{i % 4 + 1};{i}{',' if i % 2 else '.'}50" for i in range(40)]
    made = make_study(shop, [write("a.csv", "Asiakas;Pvm;Määrä;Rivisumma\n" + "\n".join(rows))])
    assert sources(made)["orders"]["columns"]["revenue"] == "Rivisumma"
    (doubt,) = [said for said in made.unsure if "revenue" in said]
    assert "a decimal point in some rows and a comma in others" in doubt


@pytest.mark.parametrize("heading", ["Määrä", "Kpl", "Quantity", "Kpl yhteensä", "Myynti (kpl)", "Tilattu määrä"])
def test_pieces_are_never_the_revenue(write: Write, shop: Path, heading: str) -> None:
    rows = [f"c{i % 8};{i % 28 + 1}.1.2024;{i % 4 + 1}" for i in range(40)]
    made = make_study(shop / "a", [write("a.csv", f"Asiakas;Pvm;{heading}\n" + "\n".join(rows))])
    assert sources(made)["orders"] == {"path": None}
    (said,) = [said for said in made.unsure if "a.csv" in said]
    assert "could be orders" in said and "amount" in said
    named = make_study(shop / "b", [write("myynti.csv", f"Asiakas;Pvm;{heading}\n" + "\n".join(rows))])
    (fill_in,) = named.to_fill_in
    assert "revenue" in fill_in and f"`{heading}`" not in fill_in


# which table, and why not


def test_sheets_of_months_go_before_a_summary(shop: Path, tmp_path: Path) -> None:
    months = ["Tammikuu", "Helmikuu", "Maaliskuu", "Huhtikuu"]
    sheets = {"Yhteenveto": pivot()} | {name: month(i, OTHER_HEAD) for i, name in enumerate(months, 1)}
    made = make_study(shop, [write_xlsx(tmp_path / "notitle.xlsx", sheets)])
    source = sources(made)["orders"]
    assert source["read"]["sheet"] == tuple(months) and source["columns"]["revenue"] == "Summa (€)"
    assert made.tables == ("orders from notitle.xlsx, sheets Tammikuu, Helmikuu and 2 more",)
    (said,) = [said for said in made.unsure if "Yhteenveto" in said]
    assert said.startswith("notitle.xlsx, sheet Yhteenveto is not used: ")


def test_of_sheets_that_lack_something_those_with_more_headings_win(shop: Path, tmp_path: Path) -> None:
    broken: list[list[Cell]] = [
        [50_000 + i, 100_200 + i % 9, dt.date(2024, 1, i % 28 + 1), "Lelut", 2, "ei tiedossa", "EUR", "Oulu"]
        for i in range(30)
    ]
    book = write_xlsx(tmp_path / "b.xlsx", {"Yhteenveto": pivot(), "Tammikuu": [[*HEAD], *broken]})
    made = make_study(shop, [book])
    assert sources(made)["orders"]["read"] == {"sheet": "Tammikuu"}
    (fill_in,) = made.to_fill_in
    assert "`Rivisumma` holds no numbers (`ei tiedossa`)" in fill_in


def test_a_file_that_is_not_used_is_told_which_column_failed(write: Write, shop: Path) -> None:
    rows = [f"c{i % 8};{i % 28 + 1}.1.2024;ei tiedossa" for i in range(40)]
    made = make_study(
        shop,
        [
            write("orders.csv", orders_csv(*good_rows())),
            write("muut.csv", "Asiakas;Pvm;Rivisumma\n" + "\n".join(rows)),
        ],
    )
    (said,) = [said for said in made.unsure if "muut.csv" in said]
    assert said == (
        "muut.csv is not used: it could be orders, but `revenue` was not found: `Rivisumma` holds no numbers "
        "(`ei tiedossa`)"
    )


def test_headings_of_no_table_are_still_said_to_be_so(write: Write, shop: Path) -> None:
    rows = [f"{i};{i * 2};x" for i in range(20)]
    made = make_study(
        shop, [write("orders.csv", orders_csv(*good_rows())), write("saa.csv", "Asema;Lämpö;Laji\n" + "\n".join(rows))]
    )
    assert "saa.csv is not used: its headings are those of no table" in made.unsure


def test_a_second_file_of_orders_is_told_what_to_call_its_columns(write: Write, shop: Path, tmp_path: Path) -> None:
    book = write_xlsx(
        tmp_path / "myynti_2025.xlsx", {"Tammikuu": month(1, OTHER_HEAD), "Helmikuu": month(2, OTHER_HEAD)}
    )
    made = make_study(shop, [write("tilaukset_2024.csv", finnish_csv(), "cp1252"), book])
    (said,) = [said for said in made.unsure if "not used" in said]
    assert said.startswith("myynti_2025.xlsx, sheets Tammikuu and Helmikuu are not used: they could be orders, ")
    assert "customer_id: [Asiakasnumero, Asiakasnro]" in said and "Tuoteryhmä" not in said
    text = made.file.read_text(encoding="utf-8")
    for ours in sources(made)["orders"]["columns"]:
        if f"{ours}: [" in said:
            start = said.index(f"{ours}: [")
            names = said[start : said.index("]", start) + 1]
            old = next(line for line in text.splitlines() if line.strip().startswith(f"{ours}:"))
            text = text.replace(old, f"      {names}")
    text = text.replace("path: tilaukset_2024.csv", "path: [tilaukset_2024.csv, myynti_2025.xlsx]")
    text = text.replace("    columns:", "    read: {sheet: [Tammikuu, Helmikuu]}\n    columns:")
    made.file.write_text(text, encoding="utf-8")
    shutil.copy(book, shop)
    with check_study(shop) as intake:
        assert intake.tables["orders"].n_used == 40 + 2 * 30


@pytest.mark.parametrize("title", ["", "Myyntiraportti 2025"])
def test_a_csv_and_a_workbook_with_the_same_headings_are_one_source(
    write: Write, shop: Path, tmp_path: Path, title: str
) -> None:
    sheets: dict[str, list[list[Cell]]] = {
        "Yhteenveto": pivot(),
        "Tammikuu": month(1, title=title),
        "Helmikuu": month(2, title=title),
        "Maaliskuu": month(3, title=title),
    }
    book = write_xlsx(tmp_path / "samehead.xlsx", sheets)
    made = make_study(shop, [write("tilaukset_2024.csv", finnish_csv(), "cp1252"), book])
    source = sources(made)["orders"]
    assert source["path"] == ("tilaukset_2024.csv", "samehead.xlsx")
    assert source["read"] == {"sheet": ("Tammikuu", "Helmikuu", "Maaliskuu")} and not made.to_fill_in
    with check_study(shop) as intake:
        assert intake.tables["orders"].n_used == 40 + 3 * 30


def test_workbooks_whose_sheets_are_called_otherwise_are_told_so(shop: Path, tmp_path: Path) -> None:
    books = [
        write_xlsx(tmp_path / "a.xlsx", {"Tammikuu": month(1), "Helmikuu": month(2)}),
        write_xlsx(tmp_path / "b.xlsx", {"Maaliskuu": month(3), "Huhtikuu": month(4)}),
        write_xlsx(tmp_path / "c.xlsx", {"Taulukko": month(5)}),
    ]
    made = make_study(shop, books)
    assert sources(made)["orders"]["path"] == "a.xlsx"
    said = [said for said in made.unsure if "not used" in said]
    assert len(said) == 2 and all("same headings" in one and "sheets" in one for one in said)


# statuses


def woo(statuses: list[str], heading: str = "Order Status", n: int = 60) -> str:
    rows = [
        f"{300 + i},{statuses[i % len(statuses)]},2024-{i % 12 + 1:02d}-{i % 27 + 1:02d} 10:00,b{i % 20}@example.com,"
        f"{12 + i % 7}.50"
        for i in range(n)
    ]
    return "\n".join([f"Order Number,{heading},Order Date,Email (Billing),Order Total Amount", *rows]) + "\n"


def keep_line(made: NewStudy) -> str:
    """The line of `keep`, with the comment that goes on below."""
    text = made.file.read_text(encoding="utf-8")
    start = text.index("    keep: ")
    return " ".join(text[start : text.index("    columns:")].replace("\n    #  ", "\n").split())


@pytest.mark.parametrize(
    ("heading", "statuses", "kept", "others"),
    [
        ("Order Status", ["Completed", "Cancelled", "Processing", "Failed", "Refunded"], ("Completed", "Processing"),
         "12 `Cancelled`, 12 `Failed`, 12 `Refunded`"),
        ("Status", ["wc-completed", "wc-on-hold", "wc-completed", "wc-cancelled"], ("wc-completed",),
         "15 `wc-cancelled`, 15 `wc-on-hold`"),
        ("Financial Status", ["paid", "voided", "partially_refunded", "paid"], ("paid", "partially_refunded"),
         "15 `voided`"),
        ("Tila", ["Toimitettu", "Peruttu"], ("Toimitettu",), "30 `Peruttu`"),
        ("Tilauksen tila", ["Valmis", "Palautettu", "Hyvitetty"], ("Valmis",), "20 `Hyvitetty`, 20 `Palautettu`"),
    ],
)  # fmt: skip
def test_orders_that_did_not_come_to_pass_are_left_out(
    write: Write, shop: Path, heading: str, statuses: list[str], kept: tuple[str, ...], others: str
) -> None:
    made = make_study(shop, [write("orders.csv", woo(statuses, heading))])
    assert sources(made)["orders"]["keep"] == {heading: kept}
    n = sum(int(part.split()[0]) for part in others.split(", "))
    assert f"leaves out {n} of the first 60 rows: {others}" in keep_line(made)
    assert any(f"`{heading}`" in said and others in said for said in made.notes)
    assert f"{heading}," not in made.file.read_text(encoding="utf-8").split("columns:")[1]


def shopify(lines: int) -> str:
    rows = ["Name,Email,Financial Status,Currency,Created at,Lineitem quantity,Lineitem price"]
    for i in range(40):
        status = "voided" if i % 4 == 0 else "paid"
        rows += [
            f"#{1000 + i},b{i % 9}@example.com,{'' if line else status},EUR,2024-01-{i % 27 + 1:02d} 10:00,2,16.00"
            for line in range(lines)
        ]
    return "\n".join(rows) + "\n"


def test_a_status_that_stands_on_one_line_of_an_order_leaves_no_lines_out(write: Write, shop: Path) -> None:
    alone = make_study(shop / "a", [write("a.csv", shopify(1))])
    assert sources(alone)["orders"]["keep"] == {"Financial Status": ("paid",)}
    made = make_study(shop / "b", [write("b.csv", shopify(2))])
    assert "keep" not in sources(made)["orders"]
    assert '# keep: {"Financial Status": [paid]}' in made.file.read_text(encoding="utf-8")
    (said,) = [said for said in made.unsure if "Financial Status" in said]
    assert "10 `voided`" in said and "one line of an order only" in said and "the 40 others" in said


def test_a_status_that_one_file_lacks_leaves_nothing_out(write: Write, shop: Path) -> None:
    lines = woo(["Completed", "Cancelled"]).splitlines()
    without = [",".join([line.split(",")[0].replace("3", "4", 1), *line.split(",")[2:]]) for line in lines]
    files = [write("orders-1.csv", "\n".join(lines)), write("orders-2.csv", "\n".join(without))]
    made = make_study(shop, files)
    assert "keep" not in sources(made)["orders"] and any("not all of the files" in said for said in made.unsure)
    load_study(shop)


def test_where_no_order_came_to_pass_that_is_asked_about(write: Write, shop: Path) -> None:
    made = make_study(shop, [write("orders.csv", woo(["Pending", "Cancelled"]))])
    assert "keep" not in sources(made)["orders"] and any("30 `Pending`" in said for said in made.unsure)


@needs_keep
def test_a_study_with_statuses_is_read(write: Write, shop: Path) -> None:
    make_study(shop, [write("orders.csv", woo(["Completed", "Cancelled", "Processing", "Failed"]))])
    load_study(shop)
    with check_study(shop) as intake:
        assert intake.tables["orders"].n_used == 30


def test_a_status_that_nobody_knows_is_kept_and_asked_about(write: Write, shop: Path) -> None:
    made = make_study(shop, [write("orders.csv", woo(["Completed", "Cancelled", "Noutopiste 7"]))])
    assert sources(made)["orders"]["keep"] == {"Order Status": ("Completed", "Noutopiste 7")}
    assert any("`keep` of orders" in said and "`Noutopiste 7`" in said for said in made.unsure)


def test_where_all_orders_came_to_pass_nothing_is_left_out(write: Write, shop: Path) -> None:
    made = make_study(shop, [write("orders.csv", woo(["Completed", "Processing"]))])
    assert "keep" not in sources(made)["orders"]


def test_amounts_paid_back_for_orders_that_are_left_out_are_no_trap(write: Write, shop: Path) -> None:
    lines = woo(["Completed", "Refunded"]).splitlines()
    rows = [f"{line},{'5.00' if 'Refunded' in line else '0.00'}" for line in lines[1:]]
    made = make_study(shop, [write("orders.csv", "\n".join([f"{lines[0]},Order Refund Amount", *rows]))])
    assert not [said for said in made.notes if "Order Refund Amount" in said]


# gestures and customers


GESTURES = "Asiakasnumero\tPäivä\tYllätys\tHinta €\tTilausnumero\n" + "".join(
    f"{i % 9}\t{i % 28 + 1:02d}.01.2024\tkeksi\t0,80\t{500 + i}\n" for i in range(40)
)


@pytest.mark.parametrize("name", ["yllatykset.tsv", "t1.tsv"])
def test_surprises_are_gestures(write: Write, shop: Path, name: str) -> None:
    made = make_study(shop, [write(name, GESTURES, "utf-8-sig")])
    assert sources(made)["gestures"]["columns"] == {
        "customer_id": "Asiakasnumero", "given_at": "Päivä", "kind": "Yllätys", "cost": "Hinta €",
        "order_id": "Tilausnumero",
    }  # fmt: skip
    assert made.tables == (f"gestures from {name}",) and any("orders" in said for said in made.to_fill_in)


@pytest.mark.parametrize("name", ["yllätykset", "Ele_2024", "eleet", "gestures", "lahjat2024"])
def test_the_name_of_a_file_tells_of_gestures(write: Write, shop: Path, name: str) -> None:
    made = make_study(shop, [write(f"{name}.tsv", GESTURES.replace("Yllätys", "Tyyppi"))])
    assert set(sources(made)) == {"gestures", "orders"} and made.tables == (f"gestures from {name}.tsv",)


def test_electronics_are_no_gestures(write: Write, shop: Path) -> None:
    made = make_study(shop, [write("elektroniikka.csv", finnish_csv())])
    assert made.tables == ("orders from elektroniikka.csv",)


def customers(n: int = 40) -> str:
    head = "Asiakasnumero;Etunimi;Sukunimi;Sähköposti;Puhelin;Liittymispäivä;Markkinointilupa\n"
    return head + "".join(
        f"{100_200 + i};Ada;Niemi;a{i}@example.fi;040 {1_000_000 + i};{i % 28 + 1:02d}.02.2024;ei\n" for i in range(n)
    )


SHOPIFY_CUSTOMERS = "Customer ID,First Name,Last Name,Email,Total Spent,Total Orders\n" + "".join(
    f"{7000 + i},Ada,Niemi,a{i}@example.fi,{i}.50,{i % 4}\n" for i in range(40)
)
WOO_CUSTOMERS = "Name,Username,Last Active,Date registered,Email,Orders,Total Spend,Amount\n" + "".join(
    f"Ada Niemi,ada{i},2024-05-{i % 28 + 1:02d},2023-01-{i % 28 + 1:02d},a{i}@example.fi,{i % 4},{i}.50,{i}.50\n"
    for i in range(40)
)


@pytest.mark.parametrize("text", [customers(), SHOPIFY_CUSTOMERS, WOO_CUSTOMERS])
def test_a_list_of_customers_is_told_as_such_and_neither_used_nor_copied(write: Write, shop: Path, text: str) -> None:
    made = make_study(shop / "a", [write("asiakkaat.csv", text)])
    assert made.tables == () and not (shop / "a" / "asiakkaat.csv").exists() and not made.copied
    assert any("asiakkaat.csv is not used: it is a list of customers" in said for said in made.unsure)
    both = make_study(shop / "b", [write("tilaukset.csv", finnish_csv()), write("asiakkaat.csv", text)])
    assert both.tables == ("orders from tilaukset.csv",) and [path.name for path in both.copied] == ["tilaukset.csv"]
    assert sorted(path.name for path in (shop / "b").iterdir()) == [".gitignore", "study.yml", "tilaukset.csv"]
    with check_study(shop / "b") as intake:
        assert intake.tables["orders"].n_used == 40


def test_customers_who_came_once_each_are_orders_all_the_same(write: Write, shop: Path) -> None:
    rows = [f"a{i}@example.fi,Ada,{i % 28 + 1}.1.2024,{i}.50" for i in range(60)]
    made = make_study(shop, [write("o.csv", "Email,First name,Order date,Total\n" + "\n".join(rows))])
    assert made.tables == ("orders from o.csv",)


# words


def test_a_long_heading_is_shown_whole_where_it_must_be_copied(write: Write, shop: Path) -> None:
    heading = "Kuinka todennäköisesti suosittelisit meitä ystävällesi tai työtoverillesi asteikolla 0-10?"
    rows = [f"c{i % 8};{i % 28 + 1}.1.2024;{i % 11}" for i in range(40)]
    made = make_study(
        shop,
        [
            write("orders.csv", orders_csv(*good_rows())),
            write("kysely.csv", f"Asiakas;Vastausaika;{heading}\n" + "\n".join(rows)),
        ],
    )
    (fill_in,) = made.to_fill_in
    assert f"`{heading}`" in fill_in
