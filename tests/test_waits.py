"""Waits from the day on which a group was known: planted groups, no bias from the past, tests and words."""

import datetime as dt
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import sqlglot
from scipy.stats import CensoredData, logrank

from cxlab.customers import Customers, customer_table
from cxlab.engine import Engine
from cxlab.intake.sales import make_effort, make_sales
from cxlab.kit import open_study
from cxlab.plots.style import canvas
from cxlab.plots.waiting import spread, waiting_by_cohort, waiting_by_gesture, waiting_by_segment, with_gaps
from cxlab.tables.waits import purchase_waits
from cxlab.waits.comparison import WaitComparison, choose_horizon, compare_waits
from cxlab.waits.curves import wait_for_purchases
from cxlab.waits.logrank import logrank_p_value
from cxlab.waits.rows import WaitError, waits_after_gestures, waits_for_second_order, waits_since_cut
from tests.conftest import ROOT
from tests.make import HEAD, orders_csv, write_study
from tests.test_known_shops import most_misses

EPOCH = dt.date(1970, 1, 1)
CUT, END = 400, 600


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(threads=1) as opened:
        yield opened


def shop(engine: Engine, orders: dict[str, list[int]], *, cut: int = CUT, end: int = END) -> Customers:
    """Put orders, by customer and day, into the engine and make one row a customer of them."""
    rows = [(who, day) for who, days in orders.items() for day in days]
    columns = {
        "customer_id": [who for who, _ in rows],
        "ordered_at": [day * 86400 for _, day in rows],
        "revenue": [1000] * len(rows),
    }
    engine.take("lines", columns, {"customer_id": "string", "ordered_at": "int64", "revenue": "int64"})
    engine.run("CREATE OR REPLACE TABLE orders_made AS SELECT *, FALSE AS is_return FROM lines")
    make_sales(engine, "orders_made", {"revenue"})
    make_effort(engine, {})
    return customer_table(
        engine, calibration_end=EPOCH + dt.timedelta(days=cut), observation_end=EPOCH + dt.timedelta(days=end),
        currency="EUR", margin_rate=0.3,
    )  # fmt: skip


def by_chance(n: int, seed: int, mean_days: float = 60, end: int = END) -> dict[str, list[int]]:
    """Draw the order days of customers who all buy by chance at one pace and never leave."""
    rng = np.random.default_rng(seed)
    found = {}
    for i in range(n):
        gaps = np.ceil(rng.exponential(mean_days, 60)).astype(int)
        days = rng.integers(0, 30) + np.concatenate([[0], gaps.cumsum()])
        found[f"c{i:04d}"] = [int(day) for day in days if day <= end]
    return found


def test_each_wait_begins_at_the_cut_and_ends_with_the_next_order_or_the_observation(engine: Engine) -> None:
    customers = shop(engine, {"a": [10, 450, 500], "b": [20, 400], "c": [30, 600, 601], "late": [401]})
    waits = waits_since_cut(engine, customers, ["x", "y", "x"], by="cluster")
    assert waits.frame["days"].tolist() == [50, 200, 200] and waits.frame["bought"].tolist() == [True, False, True]
    assert waits.frame["group"].tolist() == ["x", "y", "x"] and (waits.frame["followed_days"] == 200).all()
    assert waits.labels == {"x": "Cluster x", "y": "Cluster y"}
    with pytest.raises(WaitError, match="give one each"):
        waits_since_cut(engine, customers, ["x"])


def test_labels_go_with_their_customers_in_any_order_of_the_rows(engine: Engine) -> None:
    customers = shop(engine, by_chance(40, 1))
    labels = np.where(np.arange(40) % 3 == 0, "lost", "candidates")
    turn = np.random.default_rng(2).permutation(40)
    turned = Customers(**{**vars(customers), "frame": customers.frame.iloc[turn].reset_index(drop=True)})
    one = compare_waits(waits_since_cut(engine, customers, labels))
    other = compare_waits(waits_since_cut(engine, turned, labels[turn]))
    assert one.table.equals(other.table) and one.reading == other.reading


def test_cohorts_wait_from_the_first_order_to_the_second(engine: Engine) -> None:
    orders = {"a": [0, 5, 9], "b": [14, 600], "c": [40], "late": [450, 470]}
    waits = waits_for_second_order(engine, shop(engine, orders))
    assert waits.frame["days"].tolist() == [5, 586, 560, 20]
    assert waits.frame["bought"].tolist() == [True, True, False, True]
    assert waits.groups == ("1970-01", "1971-01") and waits.frame["group"].tolist() == ["1970-01"] * 3 + ["1971-01"]
    assert waits.said["1970-01"] == "customers of January to March 1970" and waits.labels["1970-01"] == "Jan–Mar 1970"


def test_of_customers_who_are_all_alike_the_groups_do_not_differ_from_the_cut_on_but_would_by_waits_before_it(
    engine: Engine,
) -> None:
    told, naive_told, missed = 0, 0, 0
    truth = float(np.minimum(np.ceil(np.random.default_rng(0).exponential(60, 400_000)), 200).mean())
    for seed in range(12):
        orders = by_chance(300, 100 + seed)
        customers = shop(engine, orders)
        recent = customers.frame["days_since_last_order"].to_numpy() <= 40
        labels = np.where(recent, "profit_bringers", "lost")
        found = compare_waits(waits_since_cut(engine, customers, labels))
        told += found.are_apart
        for curve in found.curves:
            low, high = curve.restricted_mean.ends
            missed += not low <= truth <= high
        gaps = [(who, b - a) for who, days in orders.items() for a, b in pairwise(days) if b <= CUT]
        group = dict(zip(customers.frame["customer_id"], labels, strict=True))
        days = np.array([gap for _, gap in gaps])
        open_gap = customers.frame["days_since_last_order"].to_numpy()
        p_value = logrank_p_value(
            np.concatenate([days, open_gap]),
            np.concatenate([np.ones(len(days), bool), np.zeros(len(open_gap), bool)]),
            np.array([group[who] for who, _ in gaps] + labels.tolist()),
            horizon_days=200,
            customers=np.array([who for who, _ in gaps] + customers.frame["customer_id"].tolist()),
        )
        assert p_value is not None
        naive_told += p_value < 0.05
    assert told <= most_misses(12) and missed <= most_misses(24)
    assert naive_told == 12


def test_planted_groups_are_told_apart_with_the_planted_difference(engine: Engine) -> None:
    fast, slow = by_chance(250, 3, 30), by_chance(250, 4, 120)
    orders = {f"f{who}": days for who, days in fast.items()} | {f"s{who}": days for who, days in slow.items()}
    customers = shop(engine, orders)
    labels = np.where(customers.frame["customer_id"].str.startswith("f"), "candidates", "lost")
    found = compare_waits(waits_since_cut(engine, customers, labels))
    means = [
        float(np.minimum(np.ceil(np.random.default_rng(9).exponential(m, 400_000)), 200).mean()) for m in (30, 120)
    ]
    ((name, difference),) = found.differences.items()
    sign = 1 if name == "lost" else -1
    low, high = difference.ends
    assert low <= sign * (means[1] - means[0]) <= high and found.are_apart
    assert found.heading.endswith("for the lost") and "for candidates" in found.heading
    assert found.findings["waits_differ.segment"].verdict == "differ"
    assert found.horizon_days == 200 and "counted as 200" in found.reading
    assert "chance alone would do as much in fewer than 1 of 1,000" in found.reading and "log-rank" not in found.reading
    assert found.summary["group"].tolist() == ["candidates", "lost"]


def test_the_test_is_the_log_rank_test_but_for_its_variance() -> None:
    rng = np.random.default_rng(5)
    for pace in (50, 58, 66):
        until = np.ceil(np.concatenate([rng.exponential(50, 400), rng.exponential(pace, 300)])).astype(int)
        seen = rng.integers(20, 150, 700)
        days, bought, group = np.minimum(until, seen), until <= seen, np.repeat(["a", "b"], [400, 300])
        theirs = logrank(
            *(CensoredData(uncensored=days[m & bought], right=days[m & ~bought]) for m in (group == "a", group == "b"))
        )
        mine = logrank_p_value(days, bought, group, horizon_days=1000)
        assert mine == pytest.approx(theirs.pvalue, rel=0.12, abs=0.01)


def test_the_test_takes_in_that_waits_of_one_customer_are_alike() -> None:
    robust, plain = 0, 0
    for seed in range(80):
        rng = np.random.default_rng([3, seed])
        pace, each = np.exp(rng.normal(0, 0.9, 120)), rng.integers(1, 12, 120)
        who = np.repeat(np.arange(120), each)
        days = np.ceil(rng.exponential(40 / pace[who])).astype(int)
        bought, groups = days <= 90, (who % 3).astype(str)
        one = logrank_p_value(np.minimum(days, 90), bought, groups, horizon_days=90, customers=who)
        other = logrank_p_value(np.minimum(days, 90), bought, groups, horizon_days=90)
        assert one is not None and other is not None
        robust, plain = robust + (one < 0.05), plain + (other < 0.05)
    assert robust <= most_misses(80) < plain


def test_without_two_groups_or_a_purchase_there_is_no_test() -> None:
    assert logrank_p_value([1, 2], [True, True], ["a", "a"], horizon_days=5) is None
    assert logrank_p_value([1, 2], [False, False], ["a", "b"], horizon_days=5) is None
    assert logrank_p_value([9, 9], [True, True], ["a", "b"], horizon_days=5) is None


def test_a_difference_within_customers_is_surer_than_one_between_them() -> None:
    rng = np.random.default_rng(6)
    pace = np.exp(rng.normal(0, 1, 300))
    who = np.tile(np.arange(300), 2)
    days = np.ceil(rng.exponential(30 / pace[who])).astype(int)
    groups = np.repeat(["a", "b"], 300)
    within = wait_for_purchases(days, days <= 400, horizon_days=90, groups=groups, customers=who).covariance
    between = wait_for_purchases(days, days <= 400, horizon_days=90, groups=groups).covariance
    assert between[0, 1] == 0 < within[0, 1]
    assert np.diag(within) == pytest.approx(np.diag(between))
    cut = np.minimum(days, 90).reshape(2, 300)
    error = np.std(cut[0] - cut[1], ddof=1) / np.sqrt(300)
    assert np.sqrt(within[0, 0] + within[1, 1] - 2 * within[0, 1]) == pytest.approx(error, rel=0.01)


def test_groups_are_not_compared_within_a_day_or_by_less_than_one(engine: Engine) -> None:
    orders = {f"f{i:03d}": [i % 90, CUT - 5, CUT + 1] for i in range(100)}
    orders |= {f"s{i:03d}": [i % 90, CUT - 5, *([CUT + 1] if i % 3 == 0 else [])] for i in range(200)}
    labels = ["candidates"] * 100 + ["lost"] * 200
    short = compare_waits(waits_since_cut(engine, shop(engine, orders, end=CUT + 1), labels))
    assert not short.curves and "1 day only" in short.reading and short.findings == {}
    orders = {f"f{i:03d}": [i % 90, CUT - 5, CUT + 8 + (i % 5 == 0)] for i in range(300)}
    orders |= {f"s{i:03d}": [i % 90, CUT - 5, CUT + 8] for i in range(300)}
    labels = ["candidates"] * 300 + ["lost"] * 300
    close = compare_waits(waits_since_cut(engine, shop(engine, orders, end=CUT + 30), labels))
    assert close.are_apart and "less than a day apart" in close.reading and " 0 days" not in close.reading
    assert "about equally long" in close.heading


def test_groups_too_young_to_be_followed_are_named_and_left_out(engine: Engine) -> None:
    orders = by_chance(200, 7) | {f"n{i}": [560 + i % 30] for i in range(20)}
    found = compare_waits(waits_for_second_order(engine, shop(engine, orders)))
    assert found.too_young == ("1971-07",) and "cannot be followed so far yet" in found.reading
    assert found.reference == "" and found.p_value is None and "Against" not in found.reading
    assert choose_horizon(np.array([9, 9]), pd.Series(["a", "b"]), 5) == (5, ())


def test_nothing_to_wait_for_is_said_in_a_sentence(engine: Engine) -> None:
    orders = by_chance(40, 8)
    none = [
        compare_waits(waits_since_cut(engine, shop(engine, orders, end=CUT), ["lost"] * 40)),
        compare_waits(waits_since_cut(engine, shop(engine, orders), [f"g{i}" for i in range(40)], by="cluster")),
        compare_waits(waits_after_gestures(engine, None, shop(engine, orders))),
    ]
    for found in none:
        assert not found.curves and found.findings == {} and found.table.empty and found.summary.empty
        assert "cannot be told" in found.heading and found.reading.endswith(".") and "nan" not in found.reading
        assert (
            purchase_waits(found) is None and waiting_by_segment.lacks is not None and waiting_by_segment.lacks(found)
        )


@pytest.mark.parametrize("days", [[[5]] * 10, [[5, 5]] * 40, [[5, 600]] * 40])
def test_shops_that_hold_little_still_get_words(engine: Engine, days: list[list[int]]) -> None:
    customers = shop(engine, {f"c{i:02d}": own for i, own in enumerate(days)})
    labels = ["lost", "candidates"] * (len(days) // 2)
    for waits in (waits_since_cut(engine, customers, labels), waits_for_second_order(engine, customers)):
        found = compare_waits(waits)
        assert "nan" not in found.reading and "nan" not in found.heading
        block = waiting_by_segment.block(found)
        assert "nan" not in block.wide and purchase_waits(found) is not None


def test_a_study_with_gestures_describes_waits_after_them_and_calls_it_no_effect() -> None:
    with open_study(ROOT / "data" / "corner-shop") as kit:
        occasions = kit.occasions
        waits = waits_after_gestures(kit.intake.engine, occasions, kit.customers)
        for sql in kit.intake.engine.statements[-3:]:
            (spark,) = sqlglot.transpile(sql, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE)
            sqlglot.parse_one(spark, read="spark")
    assert occasions is not None and waits.n == occasions.n
    within = waits.frame["bought"].to_numpy() & (waits.frame["days"].to_numpy() <= occasions.outcome_days)
    assert (within == (occasions.frame["purchases"].to_numpy() > 0)).all()
    found = compare_waits(waits)
    assert found.horizon_days == occasions.outcome_days and "tells no effect" in found.reading
    assert found.curves[0].n_customers < found.curves[0].n == int(occasions.frame["treated"].sum())
    for width in (680, 358):
        ax = waiting_by_gesture(found, canvas(width, 400))
        assert {"With a gesture", "Without"} <= {text.get_text() for text in ax.texts}


def test_a_study_without_gestures_has_no_occasions(tmp_path: Path) -> None:
    rows = [f"c{i},2024-0{1 + k}-{1 + i % 28:02d},5" for i in range(30) for k in range(6)]
    with open_study(write_study(tmp_path / "s", head=HEAD, orders=orders_csv(*rows))) as kit:
        assert kit.occasions is None


def comparison(engine: Engine) -> WaitComparison:
    return compare_waits(
        waits_for_second_order(engine, shop(engine, by_chance(120, 11) | {f"x{i}": [200 + i, 300] for i in range(60)}))
    )


def test_the_figure_writes_names_and_numbers_apart_in_both_sizes(engine: Engine) -> None:
    found = comparison(engine)
    block = waiting_by_cohort.block(found)
    assert (
        len(block.caption.alt) < 400 and block.numbers is not None and block.wide == waiting_by_cohort.block(found).wide
    )
    assert len(block.numbers.rows) == len(found.curves) > 1
    for curve in found.curves:
        label = found.waits.labels[curve.group]
        assert label in block.wide and label in block.narrow
    places = spread([0.5, 0.5, 0.5, 0.02], 0.1)
    assert sorted(places) == pytest.approx([0.02, 0.4, 0.5, 0.6])
    assert min(spread([0.0, 0.0, 0.01], 0.06)) >= 0


def test_numbers_under_the_axis_and_shares_tell_of_no_few_customers(engine: Engine) -> None:
    found = comparison(engine)
    for curve in found.curves:
        told = found.told.days[curve.group]
        steps = np.diff(curve.bought_by[told])
        assert told[0] and ((steps == 0) | (steps >= 5)).all()
        size, *left = found.told.go_on[curve.group]
        assert found.told.sizes[curve.group] == size == f"{curve.n:,}"
        shown = [int(n) for n in left if n.isdigit()]
        assert all(n % 10 == 0 for n in shown) and shown == sorted(shown, reverse=True)


def test_sizes_of_cohorts_are_exact_unless_a_shorter_cohort_is_small(engine: Engine) -> None:
    orders = {f"c{i}": [i * 1_100 // 3_600] for i in range(3_600)}
    exact = compare_waits(waits_for_second_order(engine, shop(engine, orders, end=2_000)))
    sizes = [int(size.replace(",", "")) for size in exact.told.sizes.values()]
    assert sizes == exact.waits.frame["group"].value_counts().sort_index().tolist() and sum(sizes) == 3_600
    assert ", rounded" in waiting_by_cohort.block(exact).caption.note  # those who still wait may be few of a part
    few = {f"x{i}": [1_230 + 40 * i] for i in range(3)}  # a quarter in which hardly anybody joined
    rounded = compare_waits(waits_for_second_order(engine, shop(engine, orders | few, end=2_000)))
    assert all(size.startswith(("about", "under")) for size in rounded.told.sizes.values())


def test_a_curve_without_figures_on_the_way_is_not_drawn(engine: Engine) -> None:
    """Twelve customers, of whom five came back: their share is told at the end only."""
    many = {f"m{i}": [0, CUT + 1 + i % 250] for i in range(1_000)}
    some = {f"s{i}": [0, CUT + day] for i, day in enumerate((20, 30, 70, 120, 198))} | {f"t{i}": [0] for i in range(7)}
    customers = shop(engine, many | some)
    labels = np.where(customers.frame["customer_id"].str.startswith("m"), "lost", "candidates")
    found = compare_waits(waits_since_cut(engine, customers, labels))
    assert found.told.marks["candidates"].tolist() == [True, *[False] * (len(found.marks) - 2), True]
    block = waiting_by_segment.block(found)
    assert "Not drawn, for too few to tell a course: Candidates" in block.caption.note
    assert ">Candidates<" not in block.wide


def test_a_curve_is_left_open_where_a_share_is_hidden(engine: Engine) -> None:
    many = {f"m{i}": [0, CUT + 1 + i % 250] for i in range(400)}
    some = {f"s{i}": [0, CUT + (20 if i < 3 else 130)] if i < 20 else [0] for i in range(60)}
    customers = shop(engine, many | some)
    labels = np.where(customers.frame["customer_id"].str.startswith("s"), "candidates", "lost")
    found = compare_waits(waits_since_cut(engine, customers, labels))
    (curve,) = [one for one in found.curves if one.group == "candidates"]
    told = found.told.marks["candidates"]
    assert told[-2] and not told[1:-2].all()
    days, share, low, high = with_gaps(curve, found)
    hidden = np.asarray(found.marks)[~told]
    for at, (start, end) in enumerate(pairwise(days.tolist())):
        if ((hidden > start) & (hidden < end)).any():
            assert np.isnan([share[at], low[at], high[at]]).all()
