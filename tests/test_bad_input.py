"""What a person can get wrong in the data: one message that names file, place and remedy."""

from pathlib import Path

import pandas as pd
import pytest

from cxlab.errors import InputError
from cxlab.intake import SourceError, check_study, read_study
from cxlab.kit import open_study
from cxlab.study import StudyError, load_study
from tests.make import HEAD, good_rows, needs_proc, orders_csv, write_study


def message(folder: Path, kind: type[InputError] = SourceError, *, allow_outside: bool = False) -> str:
    with pytest.raises(kind) as caught:
        check_study(folder, allow_outside=allow_outside)
    return str(caught.value)


def test_a_missing_file(tmp_path: Path) -> None:
    write_study(tmp_path, "  orders: {path: ordrs.csv}\n", orders=orders_csv(*good_rows()))
    found = message(tmp_path)
    assert found.startswith(f"{tmp_path.as_posix()}/study.yml:4: ")
    assert f"{tmp_path.as_posix()}/ordrs.csv is not there; did you mean `orders.csv`?" in found


def test_a_glob_that_nothing_fits(tmp_path: Path) -> None:
    write_study(tmp_path, "  orders: {path: 'x-*.csv'}\n", orders=orders_csv(*good_rows()))
    assert "no file fits `x-*.csv`" in message(tmp_path) and "orders.csv" in message(tmp_path)


def test_a_folder_in_place_of_a_file(tmp_path: Path) -> None:
    write_study(tmp_path, "  orders: {path: .}\n")
    assert "is a folder" in message(tmp_path)


def test_a_package_that_is_not_installed(tmp_path: Path) -> None:
    write_study(tmp_path, "  orders: {path: package:nosuchpackage/x.csv}\n")
    assert "pip install nosuchpackage" in message(tmp_path)


@pytest.mark.parametrize("inside", ["nosuch.csv", "../duckdb/__init__.py"])
def test_a_package_without_that_file_or_a_way_out_of_it(tmp_path: Path, inside: str) -> None:
    write_study(tmp_path, f"  orders: {{path: package:lifetimes/{inside}}}\n")
    found = message(tmp_path)
    assert f"the package `lifetimes` is there, but no file {inside} in it" in found and "pip" not in found


def test_a_module_without_a_folder_and_a_name_that_is_none(tmp_path: Path) -> None:
    write_study(tmp_path, "  orders: {path: package:os/x.csv}\n")
    assert "`os` is there but has no files of its own" in message(tmp_path)
    for name in ("scikit-learn", "os.path", "__main__"):
        write_study(tmp_path, f"  orders: {{path: package:{name}/x.csv}}\n")
        assert f"`{name}` is no package's name" in message(tmp_path)


@needs_proc
def test_a_source_that_cannot_be_read(tmp_path: Path) -> None:
    write_study(tmp_path, "  orders: {path: /proc/self/mem}\n")
    assert "study.yml:4: /proc/self/mem cannot be read (Input/output error)" in message(tmp_path, allow_outside=True)


def test_a_source_with_a_name_that_no_file_can_have(tmp_path: Path) -> None:
    write_study(tmp_path, f"  orders: {{path: {'x' * 300}.csv}}\n")
    assert "cannot be read (File name too long)" in message(tmp_path)


def test_a_table_of_an_engine_that_holds_none(tmp_path: Path) -> None:
    write_study(tmp_path, "  orders: {table: orders}\n")
    said = message(tmp_path)
    assert "study.yml:4: spark table orders would be a table of the engine" in said and "holds none: give" in said


def test_a_column_that_is_not_there(tmp_path: Path) -> None:
    write_study(tmp_path, orders=orders_csv(*good_rows(), head="customer_id,orderd_at,revenue"))
    found = message(tmp_path)
    assert "study.yml:4: " in found and "orders.csv has no column `ordered_at`" in found
    assert "it has customer_id, orderd_at, revenue; did you mean `orderd_at`?" in found
    file = f"{tmp_path.as_posix()}/study.yml"
    assert found.endswith(f" Map one of them under `columns:` in {file}:4: `columns: {{ordered_at: …}}`")


def test_a_column_that_the_study_names_and_the_file_lacks(tmp_path: Path) -> None:
    sources = "  orders:\n    path: orders.csv\n    columns:\n      cost: Kustannus\n"
    write_study(tmp_path, sources, orders=orders_csv(*good_rows()))
    found, file = message(tmp_path), f"{tmp_path.as_posix()}/study.yml"
    assert found.startswith(f"{file}:7: ") and "no column `Kustannus`; it has customer_id, ordered_at, rev" in found
    assert found.endswith(f" Map one of them under `columns:` in {file}:7: `columns: {{cost: …}}`")


def test_neither_revenue_nor_quantity_with_a_price(tmp_path: Path) -> None:
    write_study(tmp_path, orders=orders_csv(*good_rows(), head="customer_id,ordered_at,quantity"))
    found = message(tmp_path)
    assert "has neither `revenue` or `quantity` with `unit_price`; it has customer_id, ordered_at, quantity." in found
    assert found.endswith("study.yml:4: `columns: {revenue: …}`")


def test_a_column_that_stands_twice(tmp_path: Path) -> None:
    write_study(tmp_path, orders=orders_csv("a,2024-01-01,1,2", head="customer_id,ordered_at,revenue,revenue"))
    assert "names the column `revenue` twice" in message(tmp_path)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("customer_id,ordered_at,revenue\n", "its line of names and no record"),
        ("\n\n  \n", "no record"),
    ],
)
def test_an_empty_table(tmp_path: Path, text: str, words: str) -> None:
    write_study(tmp_path, orders=text)
    assert words in message(tmp_path) and "orders.csv" in message(tmp_path) and "export" in message(tmp_path)


def test_an_empty_parquet_table(tmp_path: Path) -> None:
    write_study(tmp_path, "  orders: {path: o.parquet}\n")
    pd.DataFrame({"customer_id": ["a"], "ordered_at": ["2024-01-01"], "revenue": [1.0]})[:0].to_parquet(
        tmp_path / "o.parquet"
    )
    assert "no record" in message(tmp_path)


def test_dates_that_are_none(tmp_path: Path) -> None:
    rows = good_rows()
    write_study(tmp_path, orders=orders_csv(*rows, *(f"x{i},soon {i},3" for i in range(5)), ",2024-01-01,1"))
    found = message(tmp_path)
    assert "5 records of 45 records of orders (11.1%) cannot be used, more than the 5.0% allowed (1 further" in found
    assert f"ordered_at is no date (ISO 8601) (first in {tmp_path.as_posix()}/orders.csv:42: x0,soon 0,3)" in found
    assert "max_reject_share" in found and "customer_id is missing" not in found


def test_the_first_record_of_each_reason_is_shown_whatever_the_file(tmp_path: Path) -> None:
    write_study(tmp_path, "  orders: {path: 'o*.csv'}\n", o1=orders_csv(*good_rows(5), "x1,2024-01-01,1,2"))
    rows = [*good_rows(3), "x2,2024-01-01,3,4", "x3,soon,1", 'x4,soon,"1\n"', "x5,2024-01-01,dear"]
    (tmp_path / "o2.csv").write_text(orders_csv(*rows))
    frame = pd.DataFrame({"customer_id": ["a", "b", "c"], "ordered_at": ["2024-01-01", "then", "2024-01-01"]})
    frame.assign(revenue=["1", "2", "dear"]).to_parquet(tmp_path / "o3.parquet")
    write_study(tmp_path, "  orders: {path: 'o[123].*'}\n")
    lines = message(tmp_path).splitlines()[1:-1]
    shown = [line.strip().replace(tmp_path.as_posix(), "") for line in lines]
    assert shown == [
        "3 records: ordered_at is no date (ISO 8601) (first in /o2.csv:6: x3,soon,1)",
        "2 records: 4 fields instead of 3 (first in /o1.csv:7: x1,2024-01-01,1,2)",
        "2 records: revenue is no amount (first in /o2.csv:9: x5,2024-01-01,dear)",
    ]
    frame.assign(revenue=["1", "2", "dear"]).to_parquet(tmp_path / "p.parquet")
    write_study(tmp_path, "  orders: {path: p.parquet}\n")
    assert "p.parquet:2: b,then,2)" in message(tmp_path)


def test_the_limit_may_be_raised(tmp_path: Path) -> None:
    rows = [*good_rows(), "x,soon,3", "x,soon,3", "x,soon,3"]
    write_study(tmp_path, orders=orders_csv(*rows))
    message(tmp_path)
    with open_study(tmp_path, max_reject_share=0.1) as kit:
        assert kit.intake.tables["orders"].n_rejected == 3


def test_a_table_of_which_nothing_can_be_used(tmp_path: Path) -> None:
    write_study(tmp_path, orders=orders_csv(",2024-01-01,1", ",2024-01-02,1"))
    assert "none of the 2 records of orders can be used" in message(tmp_path)


def test_returns_only(tmp_path: Path) -> None:
    write_study(tmp_path, orders=orders_csv("a,2024-01-01,-1", "b,2024-01-02,-1"))
    assert "returns only" in message(tmp_path)


def test_dates_that_can_be_read_in_two_ways(tmp_path: Path) -> None:
    rows = [f"c{i % 8},{i % 12 + 1:02d}/{i % 11 + 1:02d}/2024,1" for i in range(40)]
    write_study(tmp_path, orders=orders_csv(*rows))
    found = message(tmp_path)
    assert '1 February 2024 with "%d/%m/%Y", or 2 January 2024 with "%m/%d/%Y"' in found
    assert '`read: {date_format: "%d/%m/%Y"}`' in found
    source = '  orders: {path: orders.csv, read: {date_format: "%m/%d/%Y"}}\n'
    write_study(tmp_path, source)
    assert check_study(tmp_path).first_order is not None


def test_one_date_that_only_one_reading_fits_settles_it(tmp_path: Path) -> None:
    rows = [f"c{i % 8},{i % 12 + 1:02d}/{i % 11 + 1:02d}/2024,1" for i in range(40)]
    write_study(tmp_path, orders=orders_csv(*rows, "c1,13/01/2024,1"))
    assert "ordered_at as 31/12/2024 (%d/%m/%Y)" in check_study(tmp_path).tables["orders"].understood


def test_amounts_that_can_be_read_in_two_ways(tmp_path: Path) -> None:
    rows = [f"c{i % 8};2024-01-{i % 28 + 1:02d};1.{i:03d}" for i in range(40)]
    write_study(tmp_path, orders=orders_csv(*rows, head="customer_id;ordered_at;revenue"))
    found = message(tmp_path)
    assert "`1.000` among the amounts" in found and '1 with ".", or 1000 with ","' in found
    assert '`read: {decimal: "."}`' in found


@pytest.mark.parametrize(
    ("one", "words", "revenue"), [("0.125", ("utf-8",), 1250), ("0,125", ("decimal comma",), 1250000)]
)
def test_one_amount_that_begins_with_nought_settles_three_decimals(
    tmp_path: Path, one: str, words: tuple[str, ...], revenue: int
) -> None:
    rows = [f"c{i};2024-01-{i % 28 + 1:02d};12.500" for i in range(40)]
    write_study(tmp_path, orders=orders_csv(*rows, f"z;2024-01-02;{one}", head="customer_id;ordered_at;revenue"))
    with check_study(tmp_path) as intake:
        assert all(word in intake.tables["orders"].understood for word in words)
        assert intake.engine.row("SELECT MAX(revenue), MIN(revenue) FROM sales") == (revenue, 13)


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    write_study(tmp_path)
    (tmp_path / "orders.csv").write_bytes(bytes(range(256)) * 20)
    assert "is no text" in message(tmp_path)


def test_a_file_without_a_delimiter(tmp_path: Path) -> None:
    write_study(tmp_path, orders="customer_id:ordered_at:revenue\na:2024-01-01:1\n")
    assert "no delimiter was found" in message(tmp_path) and "read: {delimiter:" in message(tmp_path)
    write_study(tmp_path, '  orders: {path: orders.csv, read: {delimiter: ":"}}\n')
    assert check_study(tmp_path).n_orders == 1


def test_a_delimiter_that_does_not_stand_in_the_file(tmp_path: Path) -> None:
    text = orders_csv(*good_rows()).replace(",", ":")
    write_study(tmp_path, '  orders: {path: orders.csv, read: {delimiter: ";"}}\n', orders=text)
    found = message(tmp_path)
    assert "the delimiter `;` gives one column in" in found and "begins `customer_id:ordered_at:revenue`" in found
    assert found.endswith("name in `read:` the one that stands there, or leave `delimiter:` out")


def test_files_that_are_not_what_their_names_say(tmp_path: Path) -> None:
    write_study(tmp_path, "  orders: {path: o.csv}\n")
    for content, what in ((b"%PDF-1.7 \n", "a PDF"), (b"\x89PNG\r\n", "a picture"), (b"7z\xbc\xaf\x27\x1c", "7-Zip")):
        (tmp_path / "o.csv").write_bytes(content)
        assert what in message(tmp_path) and "export the table as CSV" in message(tmp_path)
    write_study(tmp_path, "  orders: {path: o.parquet}\n")
    (tmp_path / "o.parquet").write_bytes(b"customer_id,ordered_at,revenue\n")
    assert "is no Parquet file" in message(tmp_path)


def test_an_encoding_that_is_none_or_does_not_fit(tmp_path: Path) -> None:
    write_study(tmp_path, "  orders: {path: orders.csv, read: {encoding: klingon}}\n", orders=orders_csv(*good_rows()))
    assert "`klingon` is no encoding" in message(tmp_path)
    text = orders_csv("ä,2024-01-01,1", "ä,2024-01-02,1")
    write_study(tmp_path, "  orders: {path: orders.csv, read: {encoding: ascii}}\n", orders=text)
    with check_study(tmp_path) as intake:
        assert "utf-8, encoding of study.yml not used here" in intake.tables["orders"].understood


@pytest.mark.parametrize(
    ("end", "words"),
    [("2023-12-31", "lies before the first order"), ("2024-01-28", "does not lie before the last order")],
)
def test_a_calibration_end_outside_the_orders(tmp_path: Path, end: str, words: str) -> None:
    write_study(tmp_path, head=HEAD + f"calibration_end: {end}\n", orders=orders_csv(*good_rows()))
    found = message(tmp_path, StudyError)
    assert words in found and "study.yml:3: " in found


def test_a_control_arm_that_nobody_is_in(tmp_path: Path) -> None:
    rows = [f"c{i},{'AB'[i % 2]},{i}" for i in range(10)]
    sources = "  outcomes: {path: outcomes.csv, control: C}\n"
    write_study(tmp_path, sources, outcomes=orders_csv(*rows, head="customer_id,arm,outcome"))
    assert "no record of outcomes has the arm `C`; there are `A`, `B`" in message(tmp_path)


def test_a_study_without_orders_has_no_customers_and_says_so(tmp_path: Path) -> None:
    rows = [f"{'AB'[i % 2]},{i}" for i in range(10)]
    write_study(tmp_path, "  outcomes: {path: o.csv, control: A}\n", o=orders_csv(*rows, head="arm,outcome"))
    with open_study(tmp_path) as kit, pytest.raises(InputError, match="brings no orders"):
        _ = kit.customers


def test_a_parameter_misspelled_or_of_the_wrong_type(tmp_path: Path) -> None:
    write_study(tmp_path, orders=orders_csv(*good_rows()))
    with pytest.raises(InputError, match="did you mean `margin_rate`"):
        open_study(tmp_path, margin=0.3, margin_rat=0.3)
    with pytest.raises(InputError, match="must be a whole number"):
        open_study(tmp_path, k_max="ten")


def test_the_rejects_are_listed_before_too_many_of_them_stop_the_run(tmp_path: Path) -> None:
    rows = [*good_rows(), *(f"x{i},soon,3" for i in range(5))]
    study = load_study(write_study(tmp_path / "shop", orders=orders_csv(*rows)))
    listed = tmp_path / "out" / "rejects" / "orders.csv"
    for stale in ("orders", "costs"):
        listed.parent.mkdir(parents=True, exist_ok=True)
        listed.with_stem(stale).write_text("of an earlier run\n")
    with pytest.raises(SourceError, match=f"Every one of them stands in {listed.as_posix()}"):
        read_study(study, study.settle(), rejects=tmp_path / "out")
    assert [line.split(",")[1] for line in listed.read_text().splitlines()] == ["line", *map(str, range(42, 47))]
    assert [file.name for file in listed.parent.iterdir()] == ["orders.csv"]
    (tmp_path / "file").write_text("")
    with pytest.raises(SourceError, match=r"11\.1%.*\n.*\n  the rejects cannot be written to"):
        read_study(study, study.settle(), rejects=tmp_path / "file")
