"""What was known on the day of the first order: by hand, whatever comes later, and kept with the rest."""

from pathlib import Path

import pandas as pd
import pytest
import sqlglot

from cxlab.intake.first_days import sum_first_days
from cxlab.kit import STORE, Kit, open_study
from cxlab.occasions import first_order_covariates
from cxlab.purchases.covariates import compare_by_covariates
from tests.conftest import ROOT
from tests.make import HEAD, orders_csv, write_study

CUT = "calibration_end: 2024-03-31\n"
ORDERS = (
    "ann,1,2024-01-05 09:00,10,web,tea,",
    "ann,1,2024-01-05 09:00,30,web,cups,",
    "ann,2,2024-02-01 10:00,99,shop,tea,",
    "bob,3,2024-01-06 08:00,5,shop,tea,",
    "bob,4,2024-01-06 18:00,5,web,cups,",  # as much by either channel: the first by name
    "bob,5,2024-02-06 18:00,5,phone,cups,",
    "cid,6,2024-01-07 10:00,20,phone,,",
    "cid,6,2024-01-07 10:00,-50,web,tea,",  # a return is no order
    "cid,7,2024-01-09 10:00,20,web,tea,",
    "dan,8,2024-01-08 10:00,0,,tea,",
    "eve,9,2024-04-08 10:00,7,shop,tea,",  # after the cut: no row
    *(f"x{i},{20 + i},2024-03-{i + 1:02d} 12:00,5,shop,tea," for i in range(20)),
)
GESTURES = (
    "ann,2024-01-05 09:30,1",  # on the day, with the order
    "ann,2024-02-01 10:00,2",
    "bob,2024-01-08 09:00,3",  # names the first order, but came later
    "cid,2024-01-09 11:00,",  # with the second order
    "dan,2024-04-02 10:00,",  # after the cut
    "x1,2024-03-04 10:00,",  # two days after the first order
)


def made(folder: Path, orders: tuple[str, ...] = ORDERS, gestures: tuple[str, ...] = GESTURES) -> Path:
    return write_study(
        folder,
        "  orders: {path: orders.csv}\n  gestures: {path: gestures.csv}\n",
        head=HEAD + CUT,
        orders=orders_csv(*orders, head="customer_id,order_id,ordered_at,revenue,channel,category,store"),
        gestures=orders_csv(*gestures, head="customer_id,given_at,order_id"),
    )


def by_name(kit: Kit) -> pd.DataFrame:
    return kit.first_orders.frame.set_index(kit.customers.frame["customer_id"])


def test_channel_and_category_are_those_on_which_most_was_spent_on_the_first_day(tmp_path: Path) -> None:
    with open_study(made(tmp_path)) as kit:
        found, frame = by_name(kit), kit.first_orders.frame
        assert frame.index.equals(kit.customers.frame.index)
        assert found.loc[["ann", "bob", "cid"], "first_channel"].tolist() == ["web", "shop", "phone"]
        assert found.loc[["ann", "bob", "dan"], "first_category"].tolist() == ["cups", "cups", "tea"]
        assert found["first_channel"].isna().sum() == 1 and pd.isna(found.loc["dan", "first_channel"])
        assert pd.isna(found.loc["cid", "first_category"])
        assert "first_store" not in found and "eve" not in found.index
        assert kit.first_orders.missing == (
            "The orders do not say in which store they were made: bring orders with store.",
        )


def test_a_gesture_counts_on_the_day_of_the_first_order_with_it_and_not_later(tmp_path: Path) -> None:
    with open_study(made(tmp_path)) as kit:
        found, first = by_name(kit), kit.first_orders
        assert found.index[found["first_gesture"]].tolist() == ["ann"]
        assert (first.n_with_gesture, first.n_later) == (1, 3)
        assert first.n_before == sum(day > 4 for day in range(1, 21))  # of the x, after the last one up to the cut
        assert "on its day, to under 5 customers. Those who got their first one later (under 5) count" in first.reading
        shown = first_order_covariates(
            kit.intake.engine, kit.customers,
            {name: table.columns for name, table in kit.intake.tables.items()}, minimum_group=1,
        )  # fmt: skip
        assert "their first one later (3) count" in shown.reading


def test_nothing_that_comes_after_the_first_day_changes_what_was_known_on_it(tmp_path: Path) -> None:
    later = tuple(
        row.replace(",web,", ",fax,").replace(",shop,", ",fax,")
        if "2024-02" in row or "2024-01-09" in row or "2024-04" in row
        else row
        for row in ORDERS
    )
    with (
        open_study(made(tmp_path / "a")) as kit,
        open_study(made(tmp_path / "b", (*later, "ann,90,2024-03-30,999,fax,x,"))) as other,
    ):
        for name in ("first_channel", "first_category", "first_gesture"):
            assert by_name(kit)[name].equals(by_name(other)[name])


def test_what_was_kept_of_a_study_knows_it_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study = made(tmp_path / "study")
    with open_study(study) as kit:
        fresh = kit.first_orders.frame
        kit.intake.keep(tmp_path / "kept" / "shop" / ".intake")
    monkeypatch.setenv(STORE, str(tmp_path / "kept"))
    with open_study(study) as kit:
        assert kit.intake.hashes and kit.first_orders.frame.equals(fresh)


def test_its_statements_can_be_translated_for_spark(tmp_path: Path) -> None:
    with open_study(made(tmp_path)) as kit:
        engine = kit.intake.engine
        before = len(engine.statements)
        assert len(kit.first_orders.frame) == 24
        sum_first_days(engine, ())  # there already
        made_by_it = engine.statements[before:]
    assert sum("first_days" in sql for sql in made_by_it) == 3
    for sql in made_by_it:
        (spark,) = sqlglot.transpile(sql, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE)
        sqlglot.parse_one(spark, read="spark")


def test_a_study_without_any_of_it_says_what_to_bring() -> None:
    with open_study(ROOT / "data" / "cdnow") as kit:
        first = kit.first_orders
        model = compare_by_covariates(kit.customers, first.frame)
    assert first.frame.columns.empty and len(first.frame) == kit.customers.n
    assert "bring orders with channel, category and store." in first.reading and "bring gestures" in first.reading
    assert model.missing and model.table.empty


@pytest.mark.thorough
def test_in_the_made_up_shop_channel_and_goods_of_the_first_order_tell_nothing_as_planted() -> None:
    with open_study(ROOT / "data" / "corner-shop") as kit:
        first = kit.first_orders
        model = compare_by_covariates(kit.customers, first.frame)
    assert list(first.frame.columns) == ["first_channel", "first_category", "first_store", "first_gesture"]
    assert model.n == kit.customers.n and model.test is not None and model.test.verdict == "cannot_tell"
    assert "Those who got their first one later (511) count as without" in first.reading
    assert "None of the 8 groups can be told from the one that it is held against." in model.reading
