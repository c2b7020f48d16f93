"""`cxlab new`: which table a file is, which column is which, what is said to be unsure, and what is never done."""

import datetime as dt
import gzip
import shutil
import subprocess
import sys
from collections.abc import Callable
from itertools import takewhile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings, strategies

from cxlab.__main__ import main
from cxlab.errors import InputError
from cxlab.intake import check_study
from cxlab.new import NewStudy, make_study
from cxlab.new.headings import normal
from cxlab.new.peek import peek, sheets
from cxlab.new.scalars import scalar, shown
from cxlab.strict_yaml import read_yaml
from cxlab.study import Study, StudyError, load_study, tidy_name
from tests.depth import examples
from tests.made_workbooks import write_xlsx
from tests.make import good_rows, needs_proc, orders_csv

CORNER_SHOP = Path(__file__).resolve().parent.parent / "data" / "corner-shop"
Write = Callable[..., Path]

SHOPIFY = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,Shipping,"
    "Taxes,Total,Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,"
    "Lineitem price,Lineitem compare at price,Lineitem sku,Billing Name,Billing Street,Billing Phone,Notes,"
    "Cancelled at,Payment Method,Refunded Amount,Vendor,Id,Tags,Risk Level,Source,Lineitem discount,Phone"
)
WOO_ORDERS = (
    "order_id,order_number,order_date,paid_date,status,shipping_total,tax_total,discount_total,order_total,"
    "order_subtotal,order_currency,payment_method,customer_id,customer_user,customer_email,billing_first_name,"
    "billing_last_name,billing_email,billing_phone,billing_city,shipping_method,customer_note,line_item_1"
)
WOO_LINES = (
    "Order Number,Order Status,Order Date,First Name (Billing),Last Name (Billing),Email (Billing),"
    "Order Subtotal Amount,Order Shipping Amount,Order Refund Amount,Order Total Amount,SKU,Item #,Item Name,"
    "Quantity (- Refund),Item Cost,Customer User ID"
)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file beside the study's folder (which is not there yet) and return its path."""

    def written(name: str, text: str, encoding: str = "utf-8") -> Path:
        path = tmp_path / "downloads" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text.encode(encoding))
        return path

    return written


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return tmp_path / "my-shop"


def columns_of(study: Study, table: str) -> dict[str, str]:
    return dict(study.sources.given[table].columns)


def text_of(made: NewStudy) -> str:
    return made.file.read_text(encoding="utf-8")


def line_of(made: NewStudy, ours: str) -> str:
    """The line on which a key stands, with its comment."""
    lines, number = text_of(made).splitlines(), number_of(made, ours)
    below = takewhile(lambda line: line.strip().startswith("#   "), lines[number:])
    return " ".join([lines[number - 1], *(line.strip().removeprefix("#").strip() for line in below)])


def number_of(made: NewStudy, ours: str) -> int:
    (number,) = [i for i, line in enumerate(text_of(made).splitlines(), 1) if line.strip().startswith(f"{ours}:")]
    return number


def used(study: Path) -> dict[str, tuple[int, int]]:
    """Records used and rejected, by table."""
    with check_study(study) as intake:
        return {name: (table.n_used, table.n_rejected) for name, table in intake.tables.items()}


def shopify(n: int = 60) -> str:
    """An export of Shopify's: every third order has a second line, on which all that belongs to the order is blank."""
    lines = [SHOPIFY]
    for i in range(n):
        when = f"2024-{i % 12 + 1:02d}-{i % 27 + 1:02d} 10:{i % 60:02d}:00 +0200"
        who, status = f"buyer{i % 20}@example.com", "refunded" if i % 10 == 9 else "paid"
        lines.append(
            f"#{1000 + i},{who},{status},{when},fulfilled,{when},no,EUR,47.00,6.00,3.29,56.29,,0.00,Standard,{when},2,"
            f"Tea,16.00,,TEA-1,Ada Example,Lane 1,+35840{i:07d},,,Card,{'56.29' if i % 10 == 9 else '0.00'},Leaf,"
            f"{5550000 + i},,Low,web,0.00,"
        )
        if i % 3 == 0:
            lines.append(f"#{1000 + i},{who},,,,,,,,,,,,,,{when},1,Pot,15.00,,POT-1,,,,,,,,Leaf,,,,,0.00,")
    return "\n".join(lines) + "\n"


def woo_orders(n: int = 60, guests: bool = True) -> str:
    """One row an order; a guest's customer_id is 0."""
    lines = [WOO_ORDERS]
    for i in range(n):
        when, who = f"2024-{i % 12 + 1:02d}-{i % 27 + 1:02d} 10:00:00", i % 20
        number = 0 if guests and who % 2 else who + 7
        lines.append(
            f"{300 + i},{300 + i},{when},{when},{'cancelled' if i % 12 == 5 else 'completed'},5.00,3.20,0.00,"
            f"{20 + i}.90,{15 + i}.90,EUR,stripe,{number},{number},b{who}@example.com,Ada,Example,b{who}@example.com,"
            f"040,Turku,Flat,,name:Tea|quantity:1|total:{15 + i}.90"
        )
    return "\n".join(lines) + "\n"


def woo_lines(n: int = 60) -> str:
    """A row a line of an order; the order's total stands on each of them."""
    lines = [WOO_LINES]
    for i in range(n):
        lines += [
            f"{300 + i},Completed,2024-{i % 12 + 1:02d}-{i % 27 + 1:02d} 10:00,Ada,Example,b{i % 20}@example.com,"
            f"{12 + i % 7}.50,5,0,{17 + i % 7}.50,S-{item},{item + 1},Tea,{item + 1},{4 + item}.25,{i % 20 + 7}"
            for item in range(1 + i % 3)
        ]
    return "\n".join(lines) + "\n"


def finnish(n: int = 60) -> str:
    lines = ["Asiakasnumero;Tilausnumero;Tilauspäivä;Tuoteryhmä;Kpl;Yksikköhinta (€);Summa (€);Palautettu;Myymälä"]
    for i in range(n):
        pieces, day = i % 3 + 1, f"{i % 28 + 1}.{i % 12 + 1}.2024"
        lines.append(
            f"{10000 + i % 15};{500 + i};{day};{'Tee' if i % 2 else 'Kahvi'};{pieces};4,50;"
            f"{pieces * 4.5:.2f};{'Kyllä' if i % 9 == 8 else 'Ei'};Töölö".replace(
                f"{pieces * 4.5:.2f}", f"{pieces * 4.5:.2f}".replace(".", ",")
            )
        )
    return "\r\n".join(lines) + "\r\n"


# what is a study, and does the check take it


def test_online_retail(shared_data: Path, shop: Path) -> None:
    made = make_study(shop, [shared_data / "online-retail" / "year_2010_2011.parquet"])
    study = load_study(shop)
    assert columns_of(study, "orders") == {
        "customer_id": "CustomerID", "ordered_at": "InvoiceDate", "order_id": "InvoiceNo", "quantity": "Quantity",
        "unit_price": "UnitPrice",
    }  # fmt: skip
    assert not made.to_fill_in and [said for said in made.unsure if "currency" in said] == list(made.unsure)
    assert "Country, Description, StockCode" in text_of(made)
    assert "cxlab check " in made.reading and "year_2010_2011.parquet" in made.reading
    n_used, n_rejected = used(shop)["orders"]
    assert n_used + n_rejected == 541_909 and n_rejected == 135_080


def test_the_other_year_of_online_retail_has_other_headings(write: Write, shop: Path) -> None:
    rows = [
        f"{489434 + i // 3},85048,LIGHTS,{i % 5 + 1},2009-12-{i % 28 + 1:02d} 07:45:00,6.95,{13085 + i % 9}.0,UK"
        for i in range(60)
    ]
    file = write(
        "retail.csv", "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country\n" + "\n".join(rows)
    )
    made = make_study(shop, [file])
    assert columns_of(load_study(shop), "orders") == {
        "customer_id": "Customer ID", "ordered_at": "InvoiceDate", "order_id": "Invoice", "quantity": "Quantity",
        "unit_price": "Price",
    }  # fmt: skip
    assert not made.to_fill_in and used(shop)["orders"] == (60, 0)


def test_cdnow(shared_data: Path, shop: Path) -> None:
    made = make_study(shop, [shared_data / "cdnow" / "cdnow_master.csv"])
    found = columns_of(load_study(shop), "orders")
    assert found == {"customer_id": "customer_id", "ordered_at": "date", "revenue": "amount"}
    assert not made.to_fill_in and used(shop)["orders"][0] == 69_659


def test_hillstrom_is_an_experiment_of_which_one_outcome_is_asked(shared_data: Path, shop: Path) -> None:
    made = make_study(shop, [shared_data / "hillstrom" / "hillstrom.csv"])
    source = load_study(shop).sources.outcomes
    assert source is not None and dict(source.columns) == {"arm": "segment", "outcome": "visit"}
    assert source.control == "No E-Mail" and set(source.ignore) == {"conversion", "spend"}
    (doubt,) = [said for said in made.unsure if "`visit`" in said]
    assert "`conversion`" in doubt and "`spend`" in doubt and "unsure" in line_of(made, "outcome")
    assert used(shop)["outcomes"] == (64_000, 0)


def test_shopify(write: Write, shop: Path) -> None:
    made = make_study(shop, [write("orders_export_1.csv", shopify())])
    study = load_study(shop)
    assert columns_of(study, "orders") == {
        "customer_id": "Email", "ordered_at": "Created at", "order_id": "Name", "quantity": "Lineitem quantity",
        "unit_price": "Lineitem price", "channel": "Source", "currency": "Currency",
    }  # fmt: skip
    assert study.currency == "EUR" and "Currency" in text_of(made).split("currency:")[1].splitlines()[0]
    assert "pseudonyms" in line_of(made, "customer_id")
    assert "first line of an order" in made.reading and "`Total`" in made.reading
    assert "`Refunded Amount`" in made.reading and "`Financial Status`" in made.reading
    assert used(shop)["orders"] == (80, 0)
    with check_study(shop) as intake:
        assert intake.n_orders == 60


def test_shopify_before_an_order_of_two_lines_has_come(write: Write, shop: Path) -> None:
    text = "\n".join(line for line in shopify().splitlines() if ",Pot," not in line)
    make_study(shop, [write("orders_export_1.csv", text)])
    assert "revenue" not in columns_of(load_study(shop), "orders")


def test_a_customer_number_in_a_shopify_export_goes_before_the_address(write: Write, shop: Path) -> None:
    rows = shopify().splitlines()
    numbered = [rows[0] + ",Customer ID"] + [
        f"{row},{70 + int(row.split('buyer')[1].split('@')[0])}" for row in rows[1:]
    ]
    made = make_study(shop, [write("a.csv", "\n".join(numbered))])
    assert columns_of(load_study(shop), "orders")["customer_id"] == "Customer ID"
    assert not [said for said in made.unsure if "customer_id" in said]


def test_two_ways_to_say_who_that_disagree_are_unsure(write: Write, shop: Path) -> None:
    rows = shopify().splitlines()
    numbered = [rows[0] + ",Customer ID"] + [f"{row},{70 + i % 13}" for i, row in enumerate(rows[1:])]
    made = make_study(shop, [write("a.csv", "\n".join(numbered))])
    assert "unsure: `Customer ID` or `Email`?" in line_of(made, "customer_id")
    assert any("`Customer ID` or `Email`?" in said for said in made.unsure)


def test_woocommerce_one_row_an_order_with_guests(write: Write, shop: Path) -> None:
    made = make_study(shop, [write("orders.csv", woo_orders())])
    study = load_study(shop)
    found = columns_of(study, "orders")
    assert found["customer_id"] in ("billing_email", "customer_email") and found["revenue"] == "order_total"
    assert found["ordered_at"] == "order_date" and found["order_id"] == "order_id" and study.currency == "EUR"
    assert "`customer_id` is 0" in line_of(made, "customer_id") and "guest" in made.reading
    assert "`status`" in made.reading and "`cancelled`" in made.reading
    assert used(shop)["orders"] == (55, 5)


def test_woocommerce_without_guests_goes_by_the_number(write: Write, shop: Path) -> None:
    make_study(shop, [write("orders.csv", woo_orders(guests=False))])
    assert columns_of(load_study(shop), "orders")["customer_id"] == "customer_id"


def test_woocommerce_a_row_a_line_the_total_stands_on_each(write: Write, shop: Path) -> None:
    made = make_study(shop, [write("orders.csv", woo_lines())])
    assert columns_of(load_study(shop), "orders") == {
        "customer_id": "Customer User ID", "ordered_at": "Order Date", "order_id": "Order Number",
        "quantity": "Quantity (- Refund)", "unit_price": "Item Cost",
    }  # fmt: skip
    assert "`Order Total Amount`" in made.reading and "every line" in made.reading
    assert used(shop)["orders"] == (120, 0)


def test_a_total_on_every_line_and_nothing_else_is_to_be_filled_in(write: Write, shop: Path) -> None:
    rows = [f"k{i % 9},{i // 2},2024-01-{i % 27 + 1:02d},{10 + i // 2}.50" for i in range(60)]
    made = make_study(shop, [write("orders.csv", "Customer,Order,Date,Total\n" + "\n".join(rows))])
    (fill_in,) = made.to_fill_in
    assert "revenue" in fill_in and "every line" in fill_in and "`Total`" in fill_in
    with pytest.raises(StudyError, match=f"study.yml:{number_of(made, 'revenue')}: "):
        load_study(shop)


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8-sig", "utf-16"])
def test_finnish_from_a_spreadsheet(write: Write, shop: Path, encoding: str) -> None:
    made = make_study(shop, [write("tilaukset.csv", finnish(), encoding)])
    study = load_study(shop)
    assert columns_of(study, "orders") == {
        "customer_id": "Asiakasnumero", "ordered_at": "Tilauspäivä", "order_id": "Tilausnumero", "revenue": "Summa (€)",
        "quantity": "Kpl", "unit_price": "Yksikköhinta (€)", "category": "Tuoteryhmä", "store": "Myymälä",
        "returned": "Palautettu",
    }  # fmt: skip
    assert study.language == "en" and study.currency == "EUR"
    assert not made.to_fill_in and not made.unsure
    assert used(shop)["orders"] == (60, 0)


def test_the_corner_shop_by_its_own_names(shop: Path) -> None:
    names = ["orders", "gestures", "assignments", "costs", "feedback", "incidents", "referrals", "events"]
    made = make_study(shop, [CORNER_SHOP / f"{name}.csv" for name in names])
    study = load_study(shop)
    assert {name: source.path for name, source in study.sources.given.items()} == {n: f"{n}.csv" for n in names}
    assert study.sources.assignments is not None and study.sources.assignments.control == "control"
    assert not made.to_fill_in
    with check_study(CORNER_SHOP) as theirs, check_study(shop) as ours:
        assert {n: t.n_used for n, t in ours.tables.items()} == {n: t.n_used for n, t in theirs.tables.items()}


def test_a_file_in_the_study_folder_is_named_as_it_lies_there(shop: Path) -> None:
    (shop / "raw").mkdir(parents=True)
    (shop / "raw" / "orders.csv").write_text(orders_csv(*good_rows()))
    made = make_study(shop, [shop / "raw" / "orders.csv"])
    assert load_study(shop).sources.given["orders"].path == "raw/orders.csv" and not made.copied
    assert used(shop)["orders"] == (40, 0)


def test_a_packed_file_and_a_table_with_tabs(write: Write, shop: Path, tmp_path: Path) -> None:
    packed = tmp_path / "orders.csv.gz"
    packed.write_bytes(gzip.compress(orders_csv(*good_rows()).encode()))
    tabs = write(
        "feedback.tsv",
        "customer_id\tgiven_at\tscore\n"
        + "\n".join(f"c{i % 8}\t2024-01-{i % 28 + 1:02d}\t{i % 11}" for i in range(40)),
    )
    make_study(shop, [packed, tabs])
    assert {name: source.path for name, source in load_study(shop).sources.given.items()} == {
        "orders": "orders.csv.gz", "feedback": "feedback.tsv",
    }  # fmt: skip
    assert used(shop) == {"orders": (40, 0), "feedback": (40, 0)}


def test_a_workbook_with_a_sheet_a_table(shop: Path, tmp_path: Path) -> None:
    orders = [["Customer ID", "Order date", "Total"]] + [
        [f"c{i % 8}", dt.date(2024, 1, i % 28 + 1), i + 0.5] for i in range(40)
    ]
    survey = [["Customer ID", "Response date", "NPS"]] + [
        [f"c{i % 8}", dt.date(2024, 2, i % 28 + 1), i % 11] for i in range(20)
    ]
    book = write_xlsx(tmp_path / "book.xlsx", {"Sales 2024": orders, "About": [["Made by Ada"]], "Survey": survey})
    made = make_study(shop, [book])
    study = load_study(shop)
    assert columns_of(study, "orders") == {"customer_id": "Customer ID", "ordered_at": "Order date", "revenue": "Total"}
    assert columns_of(study, "feedback") == {"customer_id": "Customer ID", "given_at": "Response date", "score": "NPS"}
    assert study.sources.given["orders"].read.sheet == "Sales 2024" and "About" in made.reading
    assert used(shop) == {"orders": (40, 0), "feedback": (20, 0)}


def test_a_file_without_a_line_of_names(write: Write, shop: Path) -> None:
    rows = [f" {i % 8:05d} {i % 8:04d} 199701{i % 28 + 1:02d}  {i % 3}   {i}.33" for i in range(60)]
    made = make_study(shop, [write("CDNOW_sample.txt", "\n".join(rows) + "\n")])
    text = text_of(made)
    assert "delimiter: whitespace" in text and "header: [column_1, column_2, column_3, column_4, column_5]" in text
    assert any("customer_id" in said and "`column_1`" in said for said in made.to_fill_in)
    filled = text.replace("customer_id: ", "customer_id: column_1 ", 1).replace("revenue: ", "revenue: column_5 ", 1)
    made.file.write_text(filled)
    assert columns_of(load_study(shop), "orders") == {
        "customer_id": "column_1",
        "ordered_at": "column_3",
        "revenue": "column_5",
    }
    assert used(shop)["orders"] == (60, 0)


@pytest.mark.parametrize("above", ["Sales report 2024\n\n", "Sales report 2024,,,\n,,,\n"])
def test_lines_above_the_line_of_names_are_skipped(write: Write, shop: Path, above: str) -> None:
    made = make_study(shop, [write("orders.csv", above + orders_csv(*good_rows()))])
    assert load_study(shop).sources.given["orders"].read.skip == 2 and not made.to_fill_in
    assert used(shop)["orders"] == (40, 0)


# several files as one source


def test_files_with_the_same_headings_are_one_source(write: Write, shop: Path) -> None:
    files = [write(f"orders-{year}.csv", orders_csv(*good_rows())) for year in (2023, 2024)]
    make_study(shop, files)
    assert load_study(shop).sources.given["orders"].path == "orders-*.csv"
    assert used(shop)["orders"] == (80, 0)


def test_a_pattern_fits_no_other_file_of_the_folder(write: Write, shop: Path) -> None:
    shop.mkdir()
    (shop / "orders-old.csv").write_text("nothing")
    make_study(shop, [write(f"orders-202{year}.csv", orders_csv(*good_rows())) for year in (3, 4)])
    assert load_study(shop).sources.given["orders"].path == "orders-202*.csv"


def test_files_that_no_pattern_fits_are_listed(write: Write, shop: Path) -> None:
    shop.mkdir()
    (shop / "c.csv").write_text("nothing")
    made = make_study(shop, [write(f"{name}.csv", orders_csv(*good_rows())) for name in ("a", "b [1]")])
    assert not made.to_fill_in and "    path: [a.csv, " in text_of(made)
    assert used(shop)["orders"] == (80, 0)


def test_a_second_table_of_orders_with_other_headings_is_not_used_and_said(write: Write, shop: Path) -> None:
    old = "Kunde,Customer,Date,Total,Discount\n" + "\n".join(
        f"x,c{i},2020-01-{i % 28 + 1:02d},{i},0" for i in range(30)
    )
    made = make_study(shop, [write("orders.csv", orders_csv(*good_rows())), write("old.csv", old)])
    assert load_study(shop).sources.given["orders"].path == "orders.csv"
    assert any("old.csv" in said and "orders" in said for said in made.unsure) and "# old.csv" in text_of(made)


def test_a_file_that_is_no_table_of_ours_is_named(write: Write, shop: Path) -> None:
    people = "customer_id,first_name,city\n" + "\n".join(f"c{i},Ada,Turku" for i in range(20))
    made = make_study(shop, [write("orders.csv", orders_csv(*good_rows())), write("people.csv", people)])
    assert set(load_study(shop).sources.given) == {"orders"}
    assert any("people.csv" in said for said in made.unsure)


def test_without_orders_or_outcomes_the_study_asks_for_them(write: Write, shop: Path) -> None:
    text = "customer_id,given_at,score\n" + "\n".join(f"c{i},2024-01-{i % 28 + 1:02d},{i % 11}" for i in range(30))
    made = make_study(shop, [write("feedback.csv", text)])
    assert any("orders" in said for said in made.to_fill_in)
    with pytest.raises(StudyError, match="the source `orders` needs a `path:`"):
        load_study(shop)


# which column is which


@pytest.mark.parametrize(
    ("heading", "same"),
    [
        ("Customer ID", "customer_id"), ("CustomerID", "customer id"), ("Tilauspäivä", "TILAUSPAIVA"),
        ("Order #", "order number"), ("Summa (EUR, sis. alv)", "summa"), ("à-hinta", "a_hinta"), ("Total €", "total"),
        ("EUR", "eur"),
    ],
)  # fmt: skip
def test_headings_are_matched_whatever_their_case_spaces_and_accents(heading: str, same: str) -> None:
    assert normal(heading) == normal(same)


def test_a_heading_that_is_only_near_is_unsure(write: Write, shop: Path) -> None:
    made = make_study(shop, [write("o.csv", orders_csv(*good_rows(), head="custumer_number,order_date,revenue"))])
    assert columns_of(load_study(shop), "orders")["customer_id"] == "custumer_number"
    assert "unsure" in line_of(made, "customer_id") and any("`custumer_number`" in said for said in made.unsure)


def test_a_column_whose_values_contradict_its_heading_is_not_taken(write: Write, shop: Path) -> None:
    rows = [f"c{i % 8},soon,2024-01-{i % 28 + 1:02d},{i}.5,{i}.10" for i in range(40)]
    made = make_study(shop, [write("o.csv", "Asiakas,Tilauspäivä,Pvm,Summa,Palautettu\n" + "\n".join(rows))])
    assert columns_of(load_study(shop), "orders") == {"customer_id": "Asiakas", "ordered_at": "Pvm", "revenue": "Summa"}
    assert "`Palautettu`" in made.reading


def test_names_of_people_are_no_id(write: Write, shop: Path) -> None:
    first, last = ["Ada", "Eino", "Siiri", "Väinö"], ["Korhonen", "Virtanen", "Niemi", "Laine", "Mäki"]
    rows = [f"{first[i % 4]} {last[i % 5]},2024-01-{i % 28 + 1:02d},{i}.5" for i in range(60)]
    made = make_study(shop, [write("o.csv", "Asiakas,Pvm,Summa\n" + "\n".join(rows))])
    (fill_in,) = made.to_fill_in
    assert "customer_id" in fill_in and "`Asiakas`" in fill_in and "names" in fill_in
    with pytest.raises(StudyError, match=f"study.yml:{number_of(made, 'customer_id')}: `customer_id` is empty"):
        load_study(shop)


def test_what_belongs_to_a_person_is_never_mapped(write: Write, shop: Path) -> None:
    head = "customer_id,customer_name,email,phone,address,ordered_at,revenue,employee"
    rows = [
        f"c{i % 8},Ada Niemi,a{i % 8}@x.fi,040{i},Lane {i},2024-01-{i % 28 + 1:02d},{i},Eino Laine" for i in range(60)
    ]
    make_study(shop, [write("o.csv", head + "\n" + "\n".join(rows))])
    assert set(columns_of(load_study(shop), "orders").values()) == {"customer_id", "ordered_at", "revenue"}


def test_a_lone_price_is_unsure(write: Write, shop: Path) -> None:
    made = make_study(shop, [write("o.csv", orders_csv(*good_rows(), head="Asiakas,Pvm,Hinta"))])
    assert columns_of(load_study(shop), "orders")["revenue"] == "Hinta" and "unsure" in line_of(made, "revenue")


def test_maara_is_a_number_of_pieces(write: Write, shop: Path) -> None:
    rows = [f"c{i % 8},2024-01-{i % 28 + 1:02d},{i % 4 + 1},{i}.50" for i in range(40)]
    make_study(shop, [write("a.csv", "Asiakas,Pvm,Määrä,Hinta\n" + "\n".join(rows))])
    assert columns_of(load_study(shop), "orders") == {
        "customer_id": "Asiakas", "ordered_at": "Pvm", "quantity": "Määrä", "unit_price": "Hinta",
    }  # fmt: skip


def test_headings_that_say_nothing_are_left_to_the_analyst(write: Write, shop: Path) -> None:
    made = make_study(shop, [write("x.csv", orders_csv(*good_rows(), head="Spalte A,Spalte B,Spalte C"))])
    assert "unsure" in line_of(made, "ordered_at") and "Spalte B" in line_of(made, "ordered_at")
    assert len(made.to_fill_in) == 2 and "not ready" in made.reading
    assert "`Spalte A`" in line_of(made, "customer_id") and "`Spalte C`" in line_of(made, "revenue")


def test_a_number_that_stands_for_everybody_without_one_is_said(write: Write, shop: Path) -> None:
    rows = [f"{99999 if i % 2 else i % 16},2024-01-{i % 28 + 1:02d},{i}" for i in range(200)]
    made = make_study(shop, [write("o.csv", orders_csv(*rows))])
    assert any("`99999`" in said and "half" not in said and "50%" in said for said in made.unsure)


def test_dates_that_can_be_read_in_two_ways_are_asked_for(write: Write, shop: Path) -> None:
    rows = [f"c{i % 8},{i % 12 + 1:02d}/{i % 7 + 1:02d}/2024,{i}" for i in range(60)]
    made = make_study(shop, [write("o.csv", orders_csv(*rows))])
    assert '    # read: {date_format: "%d/%m/%Y"}  # or "%m/%d/%Y"' in text_of(made)
    assert any("%d/%m/%Y" in said and "%m/%d/%Y" in said for said in made.unsure)
    load_study(shop)
    made.file.write_text(text_of(made).replace("# read: {date", "read: {date", 1))
    assert used(shop)["orders"] == (60, 0)


def test_dates_of_which_one_tells_how_they_are_read_are_not(write: Write, shop: Path) -> None:
    rows = [f"c{i % 8},{i % 12 + 1:02d}/{i % 28 + 1:02d}/2024,{i}" for i in range(60)]
    assert "date_format" not in text_of(make_study(shop, [write("o.csv", orders_csv(*rows))]))


@pytest.mark.parametrize("sign", ["$", "£", "€"])
def test_the_currency_is_told_by_a_sign_in_the_amounts(write: Write, shop: Path, sign: str) -> None:
    rows = [f"c{i % 8},2024-01-{i % 28 + 1:02d},{sign}{i}.50" for i in range(40)]
    make_study(shop, [write("o.csv", orders_csv(*rows))])
    assert load_study(shop).currency == {"$": "USD", "£": "GBP", "€": "EUR"}[sign]


def test_several_currencies_are_unsure(write: Write, shop: Path) -> None:
    rows = [f"c{i % 8},2024-01-{i % 28 + 1:02d},{i},{'USD' if i % 3 else 'SEK'}" for i in range(40)]
    made = make_study(shop, [write("o.csv", orders_csv(*rows, head="customer_id,ordered_at,revenue,valuutta"))])
    assert load_study(shop).currency == "USD" and any("SEK" in said and "USD" in said for said in made.unsure)


def test_an_experiment_whose_control_is_not_named_asks_for_it(write: Write, shop: Path) -> None:
    rows = [f"c{i},2024-01-{i % 28 + 1:02d},{'red' if i % 2 else 'blue'}" for i in range(40)]
    made = make_study(
        shop,
        [
            write("orders.csv", orders_csv(*good_rows())),
            write("trial.csv", "customer_id,assigned_at,arm\n" + "\n".join(rows)),
        ],
    )
    (fill_in,) = made.to_fill_in
    assert "control" in fill_in and "`blue`" in fill_in and "`red`" in fill_in
    with pytest.raises(StudyError, match=f"study.yml:{number_of(made, 'control')}: `control` is empty"):
        load_study(shop)


def test_amounts_that_can_be_read_in_two_ways_are_asked_for(write: Write, shop: Path) -> None:
    rows = [f'c{i % 8},2024-01-{i % 28 + 1:02d},"{i % 9 + 1},{i % 9}00"' for i in range(40)]
    made = make_study(shop, [write("o.csv", orders_csv(*rows))])
    assert '    # read: {decimal: "."}  # or ","' in text_of(made) and any("decimal" in said for said in made.unsure)


def test_dates_in_two_ways_in_a_workbook_are_asked_for_beside_its_sheet(shop: Path, tmp_path: Path) -> None:
    rows = [[f"c{i % 8}", f"{i % 12 + 1:02d}/{i % 7 + 1:02d}/2024", i + 0.5] for i in range(60)]
    book = write_xlsx(tmp_path / "b.xlsx", {"Sales": [["Customer", "Date", "Total"], *rows], "Notes": [["x"]]})
    made = make_study(shop, [book])
    assert "read: {sheet: Sales}  # unsure: add date_format" in text_of(made)
    made.file.write_text(text_of(made).replace("{sheet: Sales}", '{sheet: Sales, date_format: "%m/%d/%Y"}'))
    assert used(shop)["orders"] == (60, 0)


def test_one_column_of_dates_tells_how_the_others_are_read(write: Write, shop: Path) -> None:
    rows = [f"c{i},late,{i % 12 + 1}/{i % 9 + 1}/2024,{i % 12 + 1}/{i % 28 + 1}/2024" for i in range(60)]
    text = "customer_id,incident,occurred_at,resolved_at\n" + "\n".join(rows)
    made = make_study(shop, [write("orders.csv", orders_csv(*good_rows())), write("incidents.csv", text)])
    assert "incidents" in load_study(shop).sources.given and "date_format" not in text_of(made)


@pytest.mark.parametrize(("value", "what"), [("{}", "days since 1899-12-30"), ("17{}00000", "seconds since 1970")])
def test_numbers_that_count_days_or_seconds_are_dates_only_where_the_heading_says_so(
    write: Write, shop: Path, value: str, what: str
) -> None:
    rows = [
        f"{40000 + i % 8},{value.format(45300 + i) if value == '{}' else value.format(100 + i)},{i}.5"
        for i in range(60)
    ]
    made = make_study(shop, [write("o.csv", orders_csv(*rows, head="Customer,Order date,Total"))])
    assert columns_of(load_study(shop), "orders")["ordered_at"] == "Order date"
    (doubt,) = [said for said in made.unsure if "ordered_at" in said]
    assert what in doubt and used(shop)["orders"] == (60, 0)


def test_a_customer_who_never_comes_again_may_be_an_order(write: Write, shop: Path) -> None:
    rows = [f"x{i},2024-01-{i % 28 + 1:02d},{i}" for i in range(200)]
    made = make_study(shop, [write("o.csv", orders_csv(*rows))])
    assert any("customer_id" in said and "not the order" in said for said in made.unsure)


def test_a_total_that_bears_our_name_must_be_renamed(write: Write, shop: Path) -> None:
    rows = [
        f"k{i % 9},{i // 2},2024-01-{i // 2 % 27 + 1:02d},{10 + i // 2 if i % 2 == 0 else ''},2,{i}.5"
        for i in range(60)
    ]
    head = "customer_id,order_id,ordered_at,revenue,quantity,unit_price"
    made = make_study(shop, [write("o.csv", orders_csv(*rows, head=head))])
    assert any("`revenue`" in said and "rename it" in said for said in made.unsure)


def test_a_heading_that_stands_twice_is_unsure(write: Write, shop: Path) -> None:
    rows = [f"c{i % 8},2024-01-{i % 28 + 1:02d},{i},{i}" for i in range(40)]
    made = make_study(shop, [write("o.csv", orders_csv(*rows, head="customer_id,ordered_at,Total,Total"))])
    assert any("two columns are called `Total`" in said for said in made.unsure)


FINNISH_TABLES = {
    "eleet": ("Asiakasnumero;Annettu;Ele;Kustannus", "{c};{d};keksi;0,50", "gestures"),
    "tunnit": ("Asiakasnumero;Pvm;Tunnit;Tuntihinta", "{c};{d};0,25;30,00", "costs"),
    "palaute": ("Asiakasnumero;Vastauspäivä;Arvosana;Kanava", "{c};{d};9;verkko", "feedback"),
    "reklamaatiot": ("Asiakasnumero;Ilmoitettu;Reklamaation syy;Ratkaistu", "{c};{d};rikki;{d}", "incidents"),
    "suosittelut": ("Suosittelija;Suositeltu;Suosituspäivä", "{c};9{c};{d}", "referrals"),
    "tapahtumat": ("Istunto;Aikaleima;Vaihe;Asiakasnumero;Kanava", "v{c};{d} 10:15;etusivu;{c};verkko", "events"),
    "arvonta": ("Asiakasnumero;Arvontapäivä;Ryhmä", "{c};{d};{arm}", "assignments"),
}


@pytest.mark.parametrize("in_the_name", [True, False])
def test_finnish_tables_of_every_kind(write: Write, shop: Path, in_the_name: bool) -> None:
    files = [write("tilaukset.csv", finnish(), "cp1252")]
    for name, (head, row, _) in FINNISH_TABLES.items():
        rows = [
            row.format(
                c=10000 + i % 15 if name != "arvonta" else 10000 + i,
                d=f"{i % 28 + 1}.{i % 12 + 1}.2024",
                arm="kontrolli" if i % 2 else "kortti",
            )
            for i in range(60)
        ]
        files.append(write(f"{name if in_the_name else 't' + str(len(files))}.csv", "\n".join([head, *rows]), "cp1252"))
    made = make_study(shop, files)
    study = load_study(shop)
    assert set(study.sources.given) == {"orders", *(table for _, _, table in FINNISH_TABLES.values())}
    assert not made.to_fill_in and study.sources.assignments is not None
    assert study.sources.assignments.control == "kontrolli"
    assert columns_of(study, "costs") == {
        "customer_id": "Asiakasnumero", "spent_at": "Pvm", "hours": "Tunnit", "hourly_rate": "Tuntihinta",
    }  # fmt: skip
    assert columns_of(study, "feedback")["touchpoint"] == "Kanava"


def test_files_with_the_same_headings_and_names_of_two_tables_are_two(write: Write, shop: Path) -> None:
    rows = [f"c{i % 8},2024-01-{i % 28 + 1:02d},{i}.50" for i in range(40)]
    files = [write(f"{name}.csv", "customer,date,amount\n" + "\n".join(rows)) for name in ("orders", "costs")]
    make_study(shop, files)
    assert {name: source.path for name, source in load_study(shop).sources.given.items()} == {
        "orders": "orders.csv", "costs": "costs.csv",
    }  # fmt: skip


def test_columns_that_point_to_a_person_are_not_taken_along_unsaid(write: Write, shop: Path) -> None:
    rows = [f"c{i % 8},2024-01-{i % 28 + 1:02d},{i % 11},Person {i},p{i}@x.fi" for i in range(60)]
    text = "customer_id,given_at,score,Respondent name,contact\n" + "\n".join(rows)
    made = make_study(shop / "a", [write("orders.csv", orders_csv(*good_rows())), write("nps.csv", text)])
    assert "`contact`, `Respondent name` point to people and are left out" in made.reading
    rows = [f"{'control' if i % 2 else 'card'},{i % 3},p{i}@x.fi,{i % 4}" for i in range(60)]
    make_study(shop / "b", [write("trial.csv", "arm,visits,e-mail of person,age\n" + "\n".join(rows))])
    source = load_study(shop / "b").sources.outcomes
    assert source is not None and source.ignore == ("e-mail of person",)


def test_an_experiment_offers_its_segments_as_groups(shared_data: Path, shop: Path) -> None:
    made = make_study(shop, [shared_data / "hillstrom" / "hillstrom.csv"])
    assert "segment_history: history_segment" in text_of(made)


# what is written


@pytest.mark.parametrize(
    "heading",
    [
        "no",
        "012",
        "a: b",
        "x # y",
        "- z",
        "~",
        "{a}",
        "'q'",
        "* s",
        "12:30",
        "ä ö",
        "tab\tin",
        "%d",
        "null",
        "@a",
        "`b`",
        "a,b",
        "1e5",
        "2024-01-01",
        "\\n",
        "\u2028x",
    ],
)
def test_odd_headings_come_back_from_the_file_as_they_were(shop: Path, tmp_path: Path, heading: str) -> None:
    n = 40
    table = pa.table(
        {
            "customer_id": [f"c{i % 8}" for i in range(n)],
            heading: [dt.date(2024, 1, i % 28 + 1) for i in range(n)],
            "revenue": [float(i) for i in range(n)],
            f"{heading} 2": ["x"] * n,
        }
    )
    pq.write_table(table, tmp_path / "o.parquet")
    make_study(shop, [tmp_path / "o.parquet"])
    assert columns_of(load_study(shop), "orders")["ordered_at"] == tidy_name(heading)
    assert used(shop)["orders"] == (n, 0)


@given(strategies.text())
def test_any_text_is_the_same_after_writing_and_reading(text: str) -> None:
    document = read_yaml(f"a: {scalar(text)}  # {shown(text)}\nb: [{scalar(text)}, {scalar(text)}]\n")
    assert not document.faults and document.data == {"a": text, "b": (text, text)}


def test_plain_words_need_no_quotes() -> None:
    assert scalar("customer_id") == "customer_id" and scalar("orders.csv") == "orders.csv"
    assert scalar("no") == '"no"' and scalar("Customer ID") == '"Customer ID"' and scalar("007") == '"007"'


def test_the_optional_things_stand_there_as_comments(write: Write, shop: Path) -> None:
    made = make_study(shop, [write("orders.csv", orders_csv(*good_rows()))])
    for key in ("calibration_end", "observation_end", "margin_rate", "privacy"):
        assert any(line.lstrip("# ").startswith(key) and line.startswith("#") for line in text_of(made).splitlines())
    lines = text_of(made).splitlines()
    begin = next(i for i, line in enumerate(lines) if line.startswith("# calibration_end"))
    on = [line.removeprefix("# ") if i >= begin else line for i, line in enumerate(lines)]
    made.file.write_text("\n".join(on) + "\n")
    assert load_study(shop).parameters == {"margin_rate": 0.3}


@pytest.mark.parametrize(
    ("folder", "name"),
    [("My shop 2024", "My-shop-2024"), ("Tuhlaajan käämi", "Tuhlaajan-kaami"), ("...", "study"), ("ok_1", "ok_1")],
)
def test_the_name_is_that_of_the_folder_made_valid(write: Write, tmp_path: Path, folder: str, name: str) -> None:
    make_study(tmp_path / folder, [write("orders.csv", orders_csv(*good_rows()))])
    study = load_study(tmp_path / folder)
    assert study.name == name and study.title


def test_the_same_files_give_the_same_study(write: Write, tmp_path: Path) -> None:
    file = write("orders_export_1.csv", shopify())
    one, other = (make_study(tmp_path / folder / "shop", [file]) for folder in ("a", "b"))
    assert text_of(one) == text_of(other)


# files: copied, never overwritten, nothing left behind


def test_a_file_from_elsewhere_is_copied_and_that_is_said(write: Write, shop: Path) -> None:
    file = write("orders.csv", orders_csv(*good_rows()))
    made = make_study(shop, [file])
    assert (shop / "orders.csv").read_bytes() == file.read_bytes() and made.copied == (shop / "orders.csv",)
    assert "Copied into " in made.reading and "orders.csv (" in made.reading


def test_a_copy_that_is_there_already_is_used(write: Write, shop: Path) -> None:
    file = write("orders.csv", orders_csv(*good_rows()))
    shop.mkdir()
    (shop / "orders.csv").write_bytes(file.read_bytes())
    assert make_study(shop, [file]).copied == ()


def test_another_file_of_that_name_is_never_overwritten(write: Write, shop: Path) -> None:
    file = write("orders.csv", orders_csv(*good_rows()))
    shop.mkdir()
    (shop / "orders.csv").write_text("mine")
    with pytest.raises(InputError, match=r"orders\.csv is there already and is another file"):
        make_study(shop, [file])
    assert [p.name for p in shop.iterdir()] == ["orders.csv"] and (shop / "orders.csv").read_text() == "mine"


def test_two_files_of_one_name_are_a_fault(write: Write, tmp_path: Path, shop: Path) -> None:
    one = write("orders.csv", orders_csv(*good_rows()))
    other = tmp_path / "orders.csv"
    other.write_text(orders_csv(*good_rows(30)))
    with pytest.raises(InputError, match=r"both called `orders\.csv`"):
        make_study(shop, [one, other])
    assert not shop.exists()


def test_a_file_named_twice_counts_once(write: Write, shop: Path) -> None:
    file = write("orders.csv", orders_csv(*good_rows()))
    make_study(shop, [file, file.parent / ".." / "downloads" / "orders.csv"])
    assert load_study(shop).sources.given["orders"].path == "orders.csv"


def test_a_study_that_is_there_is_never_overwritten(write: Write, shop: Path) -> None:
    shop.mkdir()
    (shop / "study.yml").write_text("mine")
    with pytest.raises(InputError, match=r"study\.yml is there already"):
        make_study(shop, [write("orders.csv", orders_csv(*good_rows()))])
    assert [p.name for p in shop.iterdir()] == ["study.yml"] and (shop / "study.yml").read_text() == "mine"


def test_an_error_while_writing_leaves_nothing_behind(
    write: Write, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [
        write("orders.csv", orders_csv(*good_rows())),
        write("nps.csv", "customer_id,given_at,score\nc1,2024-01-01,9\n"),
    ]
    real = Path.replace

    def full(self: Path, target: Path) -> Path:
        if Path(target).name == "study.yml":
            raise OSError(28, "No space left on device")
        return real(self, target)

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(InputError, match="No space left on device"):
        make_study(shop / "deep" / "er", files)
    assert not shop.exists()


def test_an_error_leaves_a_folder_that_was_there_as_it_was(
    write: Write, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.mkdir()
    (shop / "notes.txt").write_text("mine")

    def stopped(self: Path, target: Path) -> Path:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", stopped)
    with pytest.raises(KeyboardInterrupt):
        make_study(shop, [write("orders.csv", orders_csv(*good_rows()))])
    assert [p.name for p in shop.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.csv", b"", "is empty"),
        ("blank.csv", b"\n \n", "is empty"),
        ("picture.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "is no table"),
        ("photo.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF", "is no table"),
        ("paper.pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "is no table"),
        ("page.html", b"<!doctype html>\n<p>a, b</p>\n<p>c, d</p>\n", "is no table"),
        ("data.json", b'{"a": 1,\n "b": 2,\n "c": 3}\n', "is no table"),
        ("prose.txt", b"It was a dark night.\nAnd it rained, and rained.\n", "is no table"),
        ("names.csv", b"customer_id,ordered_at,revenue\n", "no record"),
        ("bad.parquet", b"PAR1 and no more", "is no Parquet file"),
        ("bad.xlsx", b"PK\x03\x04 and no more", "is no workbook"),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is no workbook"),
        ("bad.csv.gz", b"not packed", "is not packed with gzip"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused_and_nothing_is_written(
    shop: Path, tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError) as caught:
        make_study(shop, [tmp_path / name])
    assert name in str(caught.value) and words in str(caught.value) and "\n" not in str(caught.value)
    assert not shop.exists()


def test_a_file_without_a_line_of_names_is_told_by_its_first_record_that_is_like_the_others(
    write: Write, shop: Path
) -> None:
    rows = [f"C{i % 9:03d};A-{i};{i % 28 + 1}.5.2024;{i},50;Turku" for i in range(60)]
    made = make_study(shop, [write("data.txt", "\n".join(rows) + "\n")])
    assert "data.txt has no line of names: its columns are numbered" in made.notes
    assert "header: [column_1, column_2, column_3, column_4, column_5]" in text_of(made)
    filled = text_of(made).replace("customer_id: ", "customer_id: column_1 ", 1)
    made.file.write_text(filled.replace("revenue: ", "revenue: column_4 ", 1))
    with check_study(shop) as intake:
        assert intake.tables["orders"].n_used == 60


@pytest.mark.parametrize(
    "head",
    ["customer 1;order 2;Q3;net 4;city", "C001;2024-01;2024-02;2024-03;2024-04", "asiakas;nro;pvm;euro;kaupunki"],
)
def test_a_line_of_names_with_figures_in_them_is_no_record(tmp_path: Path, head: str) -> None:
    rows = [f"C{i % 9:03d};A-{i};{i % 28 + 1}.5.2024;{i},50;Turku" for i in range(60)]
    (tmp_path / "data.csv").write_text("\n".join([head, *rows]) + "\n")
    assert peek(tmp_path / "data.csv").names == tuple(head.split(";"))


@pytest.mark.parametrize(
    "empty", [b"", b"\n \n", b"\xef\xbb\xbf", b"customer_id,ordered_at,revenue\n", gzip.compress(b"", mtime=0)]
)
def test_a_file_without_a_record_beside_others_is_passed_over_and_that_is_said(
    shop: Path, tmp_path: Path, empty: bytes
) -> None:
    files = [tmp_path / f"orders-2024-{month}.csv" for month in ("01", "02", "03")]
    for file in files:
        file.write_text(orders_csv(*good_rows()))
    files[1].write_bytes(empty)
    made = make_study(shop, files)
    assert "orders-2024-02.csv holds no record and was passed over" in made.notes
    assert sorted(file.name for file in made.copied) == ["orders-2024-01.csv", "orders-2024-03.csv"]
    assert load_study(shop).sources.given["orders"].path == "orders-2024-*.csv"
    with pytest.raises(InputError, match=r"orders-2024-02\.csv"):
        make_study(tmp_path / "none", [files[1], files[1]])


def test_a_file_without_a_record_in_the_folder_stays_and_is_not_read(shop: Path) -> None:
    shop.mkdir()
    for name in ("orders-1.csv", "orders-3.csv"):
        (shop / name).write_text(orders_csv(*good_rows()))
    (shop / "orders-2.csv").write_text("month,note\n")
    made = make_study(shop, sorted(shop.glob("*.csv")))
    assert not made.copied and "orders-2.csv holds no record and was passed over" in made.notes
    assert load_study(shop).sources.given["orders"].path == ("orders-1.csv", "orders-3.csv")
    check_study(shop).engine.close()


def test_a_file_that_is_not_there_and_a_folder(shop: Path, tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(orders_csv(*good_rows()))
    with pytest.raises(InputError, match=r"ordrs\.csv is not there; did you mean `orders\.csv`\?"):
        make_study(shop, [tmp_path / "ordrs.csv"])
    with pytest.raises(InputError, match="is a folder: name the files in it"):
        make_study(shop, [tmp_path])
    assert not shop.exists()


@needs_proc
def test_a_file_that_cannot_be_read_and_a_folder_that_cannot_be_made(write: Write, shop: Path) -> None:
    with pytest.raises(InputError, match=r"/proc/self/mem cannot be read \(Input/output error\)"):
        make_study(shop, [Path("/proc/self/mem")])
    assert not shop.exists()
    with pytest.raises(InputError, match="/proc/nowhere"):
        make_study(Path("/proc/nowhere"), [write("orders.csv", orders_csv(*good_rows()))])


def test_a_folder_that_is_a_file(write: Write, tmp_path: Path) -> None:
    (tmp_path / "shop").write_text("mine")
    with pytest.raises(InputError, match="is a file"):
        make_study(tmp_path / "shop", [write("orders.csv", orders_csv(*good_rows()))])


def test_a_file_with_signs_of_a_pattern_in_its_name(write: Write, shop: Path) -> None:
    make_study(shop, [write("orders [1]*.csv", orders_csv(*good_rows()))])
    assert used(shop)["orders"] == (40, 0)


def test_a_file_with_a_name_that_is_no_text_and_one_that_is_no_file(shop: Path, tmp_path: Path) -> None:
    odd = tmp_path / "orders\udcff.csv"
    odd.write_text(orders_csv(*good_rows()))
    with pytest.raises(InputError, match="rename the file"):
        make_study(shop, [odd])
    with pytest.raises(InputError, match="is no ordinary file"):
        make_study(shop, [Path("/dev/zero")])
    with pytest.raises(InputError, match="cannot be read"):
        make_study(shop, [tmp_path / ("x" * 300)])
    assert not shop.exists()


def test_the_folder_one_is_in(write: Write, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.mkdir()
    monkeypatch.chdir(shop)
    Path("orders.csv").write_text(orders_csv(*good_rows()))
    made = make_study(Path(), [Path("orders.csv")])
    assert load_study(shop).name == "my-shop" and made.reading.endswith("cxlab check .")


cell = strategies.one_of(
    strategies.none(),
    strategies.text(max_size=8),
    strategies.sampled_from(["2024-01-31", "1/2/24", "5,50", "7", "a@b.fi"]),
)
heading = strategies.one_of(
    strategies.text(max_size=12),
    strategies.sampled_from(
        ["Customer", "Date", "Total", "Price", "Quantity", "Order", "Arm", "Outcome", "NPS", "Määrä"]
    ),
)


@settings(max_examples=examples(20))
@given(
    strategies.lists(heading, min_size=1, max_size=6, unique=True).flatmap(
        lambda names: strategies.tuples(
            strategies.just(names),
            strategies.lists(strategies.tuples(*[cell] * len(names)), min_size=1, max_size=8),
        )
    )
)
def test_whatever_a_table_holds_a_study_is_written_that_is_yaml(
    tmp_path_factory: pytest.TempPathFactory, table: tuple[list[str], list[tuple[str | None, ...]]]
) -> None:
    names, rows = table
    names = [name.encode("utf-8", "replace").decode() for name in names]
    columns = {
        name: [None if row[i] is None else row[i].encode("utf-8", "replace").decode() for row in rows]
        for i, name in enumerate(names)
    }
    folder = tmp_path_factory.mktemp("any")
    pq.write_table(
        pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()}), folder / "t.parquet"
    )
    made = make_study(folder, [folder / "t.parquet"])
    if not made.to_fill_in:
        load_study(folder)


# a look into a file


def test_a_look_takes_some_thousand_rows_and_no_more(write: Write) -> None:
    looked = peek(write("o.csv", orders_csv(*good_rows(30_000))))
    assert looked.names == ("customer_id", "ordered_at", "revenue") and 1000 <= len(looked.columns["revenue"]) <= 10_000


def test_a_look_into_a_parquet_file_knows_the_kinds(tmp_path: Path) -> None:
    table = pa.table(
        {
            "a": [1, None],
            "b": [1.5, 2.0],
            "c": ["x", ""],
            "d": [dt.date(2024, 1, 1)] * 2,
            "e": [True, False],
            "f": [[1], [2]],
        }
    )
    pq.write_table(table, tmp_path / "t.parquet")
    looked = peek(tmp_path / "t.parquet")
    assert looked.kinds == {"a": "number", "b": "number", "c": "text", "d": "moment", "e": "flag"}
    assert (
        looked.columns["a"] == ["1", None]
        and looked.columns["d"][0] == "2024-01-01"
        and looked.columns["c"] == ["x", None]
    )


def test_a_line_that_names_the_delimiter_is_no_heading(write: Write, shop: Path) -> None:
    text = "sep=;\n" + orders_csv(*good_rows()).replace(",", ";")
    make_study(shop, [write("o.csv", text)])
    assert used(shop)["orders"] == (40, 0)


def test_sheets_that_are_hidden_are_passed_over(shop: Path, tmp_path: Path) -> None:
    rows = [[f"c{i % 8}", dt.date(2024, 1, i % 28 + 1), i + 0.5] for i in range(40)]
    book = write_xlsx(tmp_path / "b.xlsx", {"Sales": [["Customer", "Date", "Total"], *rows]}, first_row=3)
    assert sheets(book) == ("Sales",)
    make_study(shop, [book])
    assert used(shop)["orders"] == (40, 0)


def test_quotes_hold_delimiters_and_line_ends_together(write: Write) -> None:
    looked = peek(write("q.csv", 'a;b\n"1;2";"x\ny"\n3;4\n'))
    assert looked.columns == {"a": ["1;2", "3"], "b": ["x\ny", "4"]}


# the command


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str | Path) -> int:
    monkeypatch.setattr(sys, "argv", ["cxlab", "new", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_the_command_says_what_it_wrote_and_what_to_do_next(
    write: Write, shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(shop.parent)
    assert run(monkeypatch, "my-shop", write("orders_export_1.csv", shopify())) == 0
    said = capsys.readouterr().out
    assert "my-shop/study.yml" in said and said.rstrip().endswith("cxlab check my-shop")


def test_the_command_ends_well_when_something_is_to_be_filled_in(
    write: Write, shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, shop, write("x.csv", orders_csv(*good_rows(), head="A,B,C"))) == 0
    assert "not ready" in capsys.readouterr().out


def test_the_command_ends_with_two_when_a_file_is_at_fault(
    shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, shop, shop / "nothing.csv") == 2
    assert capsys.readouterr().err.startswith("cxlab: ") and not shop.exists()
    assert run(monkeypatch, shop) == 2


def test_a_file_that_lacks_a_column_of_the_other_is_of_the_same_source(shop: Path, tmp_path: Path) -> None:
    rows = [f"c{i % 8},2024-01-{i % 28 + 1:02d},o{i},{i}.50" for i in range(40)]
    (tmp_path / "orders-2023.csv").write_text("\n".join(["Customer ID,Date,Order,Total", *rows]) + "\n")
    later = [",".join(row.replace(",o", ",p").split(",")[::-1]) + ",EUR" for row in rows]
    (tmp_path / "orders-2024.csv").write_text("\n".join(["Total,Order,Date,Customer ID,Currency", *later]) + "\n")
    make_study(shop, [tmp_path / "orders-2023.csv", tmp_path / "orders-2024.csv"])
    assert columns_of(load_study(shop), "orders")["currency"] == "Currency"
    assert used(shop)["orders"] == (80, 0)


# corners that strangers found


def one_order_of_two_lines(total: str, *, lines: str = "", head: str = "") -> str:
    """Orders of a line each but for one of two, with a total on every line."""
    rows = [
        f"k{i % 9},{i},2024-01-{i % 27 + 1:02d},{10 + i}.50{lines.format(p=2, c=f'{4 + i / 2:.2f}')}" for i in range(20)
    ]
    rows.append(f"k9,99,2024-02-01,31.00{lines.format(p=1, c='10.00')}")
    rows.append(f"k9,99,2024-02-01,31.00{lines.format(p=2, c='8.00')}")
    return "\n".join([f"Customer,Order number,Date,{total}{head}", *rows]) + "\n"


@pytest.mark.parametrize("n", [1, 2, 3])
def test_woocommerce_with_few_orders_of_several_lines(write: Write, shop: Path, n: int) -> None:
    whole = woo_lines(60).splitlines()
    rows = [whole[0]] + [row for row in whole[1:] if ",S-0," in row or int(row.split(",")[0]) in range(301, 301 + n)]
    made = make_study(shop, [write("orders.csv", "\n".join(rows))])
    found = columns_of(load_study(shop), "orders")
    assert "revenue" not in found and found["unit_price"] == "Item Cost" and "`Order Total Amount`" in made.reading


@pytest.mark.parametrize("total", ["Order total", "Invoice amount", "Tilauksen summa", "Order Total (incl. shipping)"])
def test_a_total_that_is_called_that_of_the_order_is_none_of_a_line(write: Write, shop: Path, total: str) -> None:
    made = make_study(shop, [write("orders.csv", one_order_of_two_lines(total))])
    (fill_in,) = made.to_fill_in
    assert f"`{total}` stands on every line of an order, the whole of it each time" in fill_in


def test_one_order_whose_lines_bear_the_same_amount_is_asked_about(write: Write, shop: Path) -> None:
    made = make_study(shop, [write("orders.csv", one_order_of_two_lines("Total"))])
    (fill_in,) = made.to_fill_in
    assert "`Total` is the same on all lines of the 1 order that has several" in fill_in and "revenue" in fill_in


def test_pieces_and_prices_tell_whether_an_amount_is_of_the_line(write: Write, shop: Path) -> None:
    text = one_order_of_two_lines("Total", lines=",{p},{c}", head=",Quantity,Unit price")
    made = make_study(shop / "a", [write("a.csv", text)])
    assert "revenue" not in columns_of(load_study(shop / "a"), "orders") and not made.to_fill_in
    assert "`Total`" in made.reading
    rows = [f"k{i % 9},{i},2024-01-{i % 27 + 1:02d},{2 * (i + 1)}.00,2,{i + 1}.00" for i in range(20)]
    rows += ["k9,99,2024-02-01,16.00,2,8.00", "k9,99,2024-02-01,16.00,4,4.00"]
    head = "Customer,Order number,Date,Total,Quantity,Unit price"
    make_study(shop / "b", [write("b.csv", "\n".join([head, *rows]))])
    assert columns_of(load_study(shop / "b"), "orders")["revenue"] == "Total"


def test_one_order_whose_lines_bear_other_amounts_is_of_lines(write: Write, shop: Path) -> None:
    text = one_order_of_two_lines("Total").replace("k9,99,2024-02-01,31.00", "k9,99,2024-02-01,7.00", 1)
    made = make_study(shop, [write("orders.csv", text)])
    assert columns_of(load_study(shop), "orders")["revenue"] == "Total" and not made.to_fill_in


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_wide_letters_without_a_mark(write: Write, shop: Path, encoding: str) -> None:
    make_study(shop, [write("tilaukset.csv", finnish(), encoding)])
    assert used(shop)["orders"] == (60, 0)


def test_a_nul_in_a_record_does_not_hide_the_table(write: Write, shop: Path) -> None:
    made = make_study(shop, [write("o.csv", orders_csv(*good_rows(), "c\0,2024-01-01,1"))])
    assert not made.to_fill_in and used(shop)["orders"] == (40, 1)


def test_a_column_of_addresses_beside_a_survey_is_left_out_as_is_said(write: Write, shop: Path) -> None:
    rows = [f"c{i % 8},2024-01-{i % 28 + 1:02d},{i % 11},p{i}@x.fi,hyvä,Helsinki" for i in range(60)]
    text = "Asiakas,Vastauspäivä,Suositteluarvio (NPS),Sähköposti,Sana,Kaupunki\n" + "\n".join(rows)
    made = make_study(shop, [write("orders.csv", orders_csv(*good_rows())), write("palaute.csv", text)])
    assert columns_of(load_study(shop), "feedback")["score"] == "Suositteluarvio (NPS)"
    assert "`Sähköposti` points to people and is left out" in made.reading and "would be" not in made.reading
    (along,) = [line for line in text_of(made).splitlines() if "taken along" in line and "out" not in line]
    assert along.strip() == "# taken along: Kaupunki, Sana"
    with check_study(shop) as intake:
        feedback = intake.tables["feedback"]
        assert feedback.left_out == ("Sähköposti",) and set(feedback.further) == {"Sana", "Kaupunki"}


@pytest.mark.parametrize(
    ("heading", "ours"),
    [
        ("Asiakas (tunnus)", "customer_id"), ("Asiakas [Visma]", "customer_id"),
        ("Tilauspäivä (pp.kk.vvvv)", "ordered_at"), ("Summa (sis. toimitus)", "revenue"),
    ],
)  # fmt: skip
def test_a_heading_with_a_remark_in_parentheses_is_understood(
    write: Write, shop: Path, heading: str, ours: str
) -> None:
    names = {"customer_id": "Asiakas", "ordered_at": "Pvm", "revenue": "Total"} | {ours: heading}
    made = make_study(shop, [write("o.csv", orders_csv(*good_rows(), head=",".join(names.values())))])
    assert columns_of(load_study(shop), "orders") == names and not made.to_fill_in


def test_sheets_with_the_same_headings_are_one_source(shop: Path, tmp_path: Path) -> None:
    head = ["Customer", "Date", "Total"]
    months = {
        month: [head, *([f"c{i % 8}", dt.date(2024, n, i % 28 + 1), i + 0.5] for i in range(30))]
        for n, month in enumerate(("Jan", "Feb 2024"), 1)
    }
    book = write_xlsx(tmp_path / "b.xlsx", {**months, "About": [["x"]]})
    made = make_study(shop, [book])
    assert (
        'read: {sheet: [Jan, "Feb 2024"]}' in text_of(made)
        and "orders from b.xlsx, sheets Jan and Feb 2024" in made.reading
    )
    assert used(shop)["orders"] == (60, 0)


def test_the_data_are_kept_out_of_version_control(write: Write, shop: Path) -> None:
    made = make_study(shop, [write("orders.csv", orders_csv(*good_rows()))])
    assert "kept out of version control" in made.reading
    assert ignored_by_git(shop, "orders.csv", "orders-2.xlsx", "raw/x.csv", "study.yml", ".gitignore") == [
        "orders.csv", "orders-2.xlsx", "raw/x.csv",
    ]  # fmt: skip


def test_where_the_folder_holds_other_things_only_the_data_are(write: Write, shop: Path) -> None:
    shop.mkdir()
    (shop / "notes.md").write_text("mine")
    odd = ["!orders [1].csv ", "#orders [2].csv "]
    make_study(shop, [write(name, orders_csv(*good_rows())) for name in odd])
    assert ignored_by_git(shop, *odd, "notes.md", "study.yml", "orders1.csv") == odd


def test_a_gitignore_that_is_there_stays_and_that_is_said(write: Write, shop: Path) -> None:
    shop.mkdir()
    (shop / ".gitignore").write_text("*.tmp\n")
    made = make_study(shop, [write("orders.csv", orders_csv(*good_rows()))])
    assert (shop / ".gitignore").read_text() == "*.tmp\n"
    assert ".gitignore is there already: see that it keeps the data out" in made.reading


def ignored_by_git(folder: Path, *names: str) -> list[str]:
    """Those of some files that git would leave out, were the folder in a repository."""
    if not shutil.which("git"):
        pytest.skip("git is not there")
    subprocess.run(["git", "init", "-q", folder.parent], check=True, capture_output=True)
    asked = "\0".join(f"{folder.name}/{name}" for name in names)
    command = ["git", "-C", str(folder.parent), "check-ignore", "-z", "--stdin"]
    found = subprocess.run(command, input=asked, capture_output=True, text=True, check=False).stdout
    return [name.removeprefix(f"{folder.name}/") for name in found.split("\0") if name]


def test_a_name_that_is_not_alike_is_not_suggested(shop: Path, tmp_path: Path) -> None:
    (tmp_path / "tunnit.tsv").write_text("x")
    with pytest.raises(InputError, match=r"palaute\.tsv is not there: see how it is called"):
        make_study(shop, [tmp_path / "palaute.tsv"])
