"""One row a customer: against a plain pandas reference, and without a glance at what comes later."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cxlab.customers import Customers, CustomersError, customer_table
from cxlab.engine import Engine
from cxlab.intake.sales import make_effort, make_sales
from cxlab.kit import open_study
from cxlab.segments import assign_segments
from tests.depth import examples
from tests.make import HEAD, orders_csv, write_study

CUT, END = 20, 40
EPOCH = dt.date(1970, 1, 1)
MARGIN = 0.3
LINE = st.fixed_dictionaries(
    {
        "customer_id": st.sampled_from("abcd"),
        "moment": st.integers(0, END * 86400 - 1),
        "order_id": st.sampled_from(["1", "2", "3", None]),
        "revenue": st.integers(-500, 2000),
        "cost": st.none() | st.integers(0, 500),
        "returned": st.sampled_from([False, False, False, True, None]),
    }
)
EFFORT = st.fixed_dictionaries(
    {"customer_id": st.sampled_from("abcdx"), "moment": st.integers(0, END * 86400 - 1), "amount": st.integers(0, 300)}
)
Lines = list[dict[str, object]]
slow = settings(max_examples=examples(20), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(threads=1) as opened:
        yield opened


def compute(engine: Engine, lines: Lines, costs: Lines = [], gestures: Lines = []) -> Customers | None:  # noqa: B006
    kinds = {"customer_id": "string", "ordered_at": "int64", "order_id": "string", "revenue": "int64", "cost": "int64"}
    columns = {name: [line["moment" if name == "ordered_at" else name] for line in lines] for name in kinds}
    is_return = [int(bool(line["returned"]) or int(str(line["revenue"])) < 0) for line in lines]
    engine.take("lines", columns | {"is_return": is_return}, kinds | {"is_return": "int64"})
    engine.run(
        "CREATE OR REPLACE TABLE orders_made AS SELECT * EXCLUDE is_return, is_return = 1 AS is_return FROM lines"
    )
    make_sales(engine, "orders_made", {"revenue", "cost", "order_id"})
    for table, found, when, amount in (
        ("costs", costs, "spent_at", "amount"),
        ("gestures", gestures, "given_at", "cost"),
    ):
        names = {"customer_id": "customer_id", when: "moment", amount: "amount"}
        kinds = {"customer_id": "string", when: "int64", amount: "int64"}
        engine.take(table, {ours: [row[theirs] for row in found] for ours, theirs in names.items()}, kinds)
    make_effort(engine, {"costs": {"amount"}, "gestures": {"cost"}})
    try:
        return customer_table(
            engine, calibration_end=EPOCH + dt.timedelta(days=CUT), observation_end=EPOCH + dt.timedelta(days=END),
            currency="EUR", margin_rate=MARGIN,
        )  # fmt: skip
    except CustomersError:
        return None


def reference(lines: Lines, costs: Lines, gestures: Lines) -> pd.DataFrame:
    """Compute the table line by line, as its definition reads."""
    rows = []
    for who in sorted({str(line["customer_id"]) for line in lines}):
        mine = [
            (int(str(x["moment"])) // 86400, int(str(x["moment"])), x["order_id"], int(str(x["revenue"])), x["cost"],
             bool(x["returned"]) or int(str(x["revenue"])) < 0)
            for x in lines if x["customer_id"] == who
        ]  # fmt: skip
        opening: dict[object, int] = {}
        for day, moment, order, _, _, back in mine:
            if not back:
                key = order if order is not None else moment
                opening[key] = min(opening.get(key, day), day)
        days = sorted({day for day in opening.values() if day <= CUT})
        if not days:
            continue

        def money(low: int, high: int, mine: list[tuple[object, ...]] = mine, who: str = who) -> dict[str, float]:
            revenue = returns = cost = uncosted = 0
            for day, _, _, value, spent, back in mine:
                if low < int(str(day)) <= high:
                    value, sign = abs(int(str(value))), -1 if back else 1
                    revenue += sign * value
                    returns += value if back else 0
                    cost += sign * int(str(spent)) if spent is not None else 0
                    uncosted += sign * value if spent is None else 0

            def spent_on(found: Lines) -> int:
                in_window = [
                    x for x in found if low < int(str(x["moment"])) // 86400 <= high and x["customer_id"] == who
                ]
                return sum(int(str(x["amount"])) for x in in_window)

            serve, gesture = spent_on(costs), spent_on(gestures)
            contribution = (revenue - uncosted - cost - serve - gesture) + MARGIN * uncosted
            return {
                "revenue": revenue / 100, "returns": returns / 100, "cost_of_goods": cost / 100,
                "cost_to_serve": serve / 100, "gesture_cost": gesture / 100, "contribution": contribution / 100,
            }  # fmt: skip

        so_far, later = money(-1, CUT), money(CUT, END)
        totals = [sum(x[3] for x in mine if x[0] == day and not x[5]) for day in days[1:]]
        values = [total for total in totals if total > 0]
        gaps = np.diff(days)
        rows.append(
            {
                "customer_id": who, "first": days[0], "last": days[-1],
                "n_orders": sum(day <= CUT for day in opening.values()), "repeat_purchases": len(days) - 1,
                "tenure_days": CUT - days[0], "days_since_last_order": CUT - days[-1],
                "median_gap_days": float(np.median(gaps)) if len(gaps) else np.nan,
                "iqr_gap_days": float(np.subtract(*np.quantile(gaps, [0.75, 0.25]))) if len(gaps) > 1 else np.nan,
                **so_far,
                "mean_repeat_value": sum(values) / 100 / len(values) if values else np.nan,
                "n_repeat_values": len(values),
                "holdout_purchases": len({day for day in opening.values() if CUT < day <= END}),
                "holdout_last_day": max([day - CUT for day in opening.values() if CUT < day <= END], default=0),
                "holdout_revenue": later["revenue"], "holdout_contribution": later["contribution"],
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


@given(st.lists(LINE, min_size=1, max_size=40), st.lists(EFFORT, max_size=8), st.lists(EFFORT, max_size=8))
@slow
def test_it_agrees_with_a_plain_reference(engine: Engine, lines: Lines, costs: Lines, gestures: Lines) -> None:
    found, expected = compute(engine, lines, costs, gestures), reference(lines, costs, gestures)
    if found is None:
        assert expected.empty
        return
    frame = found.frame.copy()
    for name, day in (("first", "first_order"), ("last", "last_order")):
        frame[name] = (frame[day] - pd.Timestamp(EPOCH)).dt.days
    for name in expected.columns:
        np.testing.assert_array_equal(frame[name].to_numpy(), expected[name].to_numpy(), err_msg=name, strict=False)
    gaps = np.concatenate([np.diff(days) for days in order_days(lines).values()] or [np.zeros(0)])
    assert found.typical_gap_days == (pytest.approx(np.quantile(gaps, 0.8), rel=1e-12) if len(gaps) else None)


def order_days(lines: Lines) -> dict[str, list[int]]:
    opening: dict[tuple[str, object], int] = {}
    for x in lines:
        if not x["returned"] and int(str(x["revenue"])) >= 0:
            key = (str(x["customer_id"]), x["order_id"] if x["order_id"] is not None else x["moment"])
            opening[key] = min(opening.get(key, END), int(str(x["moment"])) // 86400)
    days: dict[str, set[int]] = {}
    for (who, _), day in opening.items():
        if day <= CUT:
            days.setdefault(who, set()).add(day)
    return {who: sorted(found) for who, found in sorted(days.items())}


@given(st.lists(LINE, min_size=1, max_size=30), st.lists(LINE, max_size=20), st.lists(EFFORT, max_size=8))
@slow
def test_nothing_from_after_the_calibration_end_reaches_a_calibration_column(
    engine: Engine, lines: Lines, others: Lines, effort: Lines
) -> None:
    first_second_after = (CUT + 1) * 86400
    early = [x for x in lines if int(str(x["moment"])) < first_second_after]
    later = [
        x | {"moment": first_second_after + int(str(x["moment"])) % (END * 86400 - first_second_after)} for x in others
    ]
    spent = [x for x in effort if int(str(x["moment"])) < first_second_after]
    one, two = compute(engine, lines, effort, effort), compute(engine, early + later, spent, spent)
    assert (one is None) == (two is None)
    if one is not None and two is not None:
        known = [name for name in one.frame.columns if not name.startswith("holdout_")]
        pd.testing.assert_frame_equal(one.frame[known], two.frame[known], check_exact=True)
        for told in ("typical_gap_days", "first_order", "costs_known", "costed_share", "margin_rate"):
            assert getattr(one, told) == getattr(two, told), told
        assert assign_segments(one).labels.equals(assign_segments(two).labels)


@pytest.mark.thorough
@given(st.lists(LINE, min_size=1, max_size=40), st.randoms(use_true_random=False))
@slow
def test_the_order_of_rows_changes_nothing(engine: Engine, lines: Lines, random: object) -> None:
    shuffled = list(lines)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, two = compute(engine, lines), compute(engine, shuffled)
    assert (one is None) == (two is None)
    if one is not None and two is not None:
        pd.testing.assert_frame_equal(one.frame, two.frame, check_exact=True)


def customers(tmp_path: Path, *rows: str, head: str = "customer_id,ordered_at,revenue", **files: str) -> Customers:
    sources = "".join(f"  {name}: {{path: {name}.csv}}\n" for name in ("orders", *files))
    write_study(
        tmp_path, sources, head=HEAD + "calibration_end: 2024-01-31\nobservation_end: 2024-03-31\n",
        orders=orders_csv(*rows, head=head), **files,
    )  # fmt: skip
    with open_study(tmp_path) as kit:
        return kit.customers


def test_several_orders_on_one_day_are_one_purchase(tmp_path: Path) -> None:
    rows = ["a,2024-01-01 09:00,1", "a,2024-01-01 10:00,1", "a,2024-01-05 09:00,1", "a,2024-01-05 23:59,1"]
    (row,) = customers(tmp_path, *rows).frame.to_dict("records")
    assert (row["n_orders"], row["repeat_purchases"], row["mean_repeat_value"]) == (4, 1, 2.0)


def test_columns_and_types_are_those_of_the_contract(tmp_path: Path) -> None:
    found = customers(tmp_path, "b,2024-01-01,1", "a,2024-01-02,1", "c,2024-02-02,1")
    assert found.frame["customer_id"].tolist() == ["a", "b"]
    counts = [
        "n_orders",
        "repeat_purchases",
        "tenure_days",
        "days_since_last_order",
        "n_repeat_values",
        "holdout_purchases",
        "holdout_last_day",
    ]
    assert all(found.frame[name].dtype == np.int64 for name in counts)
    others = [c for c in found.frame.columns if c not in [*counts, "customer_id", "first_order", "last_order"]]
    assert all(found.frame[name].dtype == np.float64 for name in others)
    described = [
        line.split()[0] for line in (Customers.__doc__ or "").split("=\n")[1].splitlines() if line.startswith("    ")
    ]
    assert [c for c in described if c[0] != "="] == [c for c in found.frame.columns if not c.startswith("holdout_")]


def test_without_costs_contribution_is_the_margin_of_revenue(tmp_path: Path) -> None:
    found = customers(tmp_path, "a,2024-01-01,10", "a,2024-02-01,20")
    assert found.frame["contribution"].tolist() == [3.0] and found.frame["holdout_contribution"].tolist() == [6.0]
    assert not found.costs_known and found.margin_rate == 0.3


def test_with_costs_contribution_is_revenue_less_all_of_them(tmp_path: Path) -> None:
    found = customers(
        tmp_path, "a,2024-01-01,10,4", "a,2024-02-01,20,9", head="customer_id,ordered_at,revenue,cost",
        costs="customer_id,spent_at,hours,hourly_rate,amount\na,2024-01-31,0.5,4,\na,2024-02-01,,,3\n",
        gestures="customer_id,given_at,cost\na,2024-01-05,0.5\n",
    )  # fmt: skip
    (row,) = found.frame.to_dict("records")
    assert (row["cost_of_goods"], row["cost_to_serve"], row["gesture_cost"]) == (4, 2, 0.5)
    assert (row["contribution"], row["holdout_contribution"]) == (3.5, 8)
    assert found.costs_known and found.margin_rate is None


def test_a_log_of_hours_makes_costs_known_though_goods_rest_on_the_margin(tmp_path: Path) -> None:
    costs = "customer_id,spent_at,amount\na,2024-01-31,1\n"
    found = customers(tmp_path, "a,2024-01-01,10", "b,2024-01-01,10", costs=costs)
    assert found.frame["contribution"].tolist() == [2.0, 3.0]
    assert found.costs_known and found.margin_rate == 0.3


HEAD_WITH_COST = "customer_id,ordered_at,revenue,cost"
SOLD = ["a,2024-01-01,10,4", "b,2024-01-02,30,9", "b,2024-01-09,30,9", "c,2024-01-20,2,3", "a,2024-02-01,20,9"]


def test_a_later_line_without_a_cost_changes_no_segment(tmp_path: Path) -> None:
    whole = customers(tmp_path, *SOLD, head=HEAD_WITH_COST)
    later = customers(tmp_path, *SOLD[:-1], "a,2024-02-01,20,", head=HEAD_WITH_COST)
    for found in (whole, later):
        assert (found.costs_known, found.margin_rate, found.costed_share) == (True, None, 1.0)
    assert assign_segments(whole).labels.equals(assign_segments(later).labels)
    assert assign_segments(later).profitability == "break_even"
    assert later.frame["holdout_contribution"].tolist() == [6.0, 0.0, 0.0]


def test_costs_to_serve_that_only_come_later_are_not_known_yet(tmp_path: Path) -> None:
    costs = "customer_id,spent_at,amount\na,2024-02-02,1\n"
    found = customers(tmp_path, "a,2024-01-01,10", "b,2024-01-01,20", costs=costs)
    assert not found.costs_known and assign_segments(found).profitability == "median"
    assert "No costs came with the data" in assign_segments(found).reading


def test_costs_are_known_when_half_of_the_revenue_brings_them_and_the_page_says_how_much(tmp_path: Path) -> None:
    half = customers(tmp_path, "a,2024-01-01,10,4", "b,2024-01-01,10,", head=HEAD_WITH_COST)
    assert (half.costs_known, half.margin_rate, half.costed_share) == (True, 0.3, 0.5)
    assert "is known for 50% of the revenue so far; of the rest 30%" in assign_segments(half).reading
    less = customers(tmp_path, "a,2024-01-01,10,4", "b,2024-01-01,10.01,", head=HEAD_WITH_COST)
    assert not less.costs_known and "A cost came with only 50% of the revenue" in assign_segments(less).reading


def test_a_cost_is_missed_though_what_it_was_for_came_back_or_was_given_away(tmp_path: Path) -> None:
    back = customers(tmp_path, "a,2024-01-01,10,4", "a,2024-01-03,10,", "a,2024-01-05,-10,", head=HEAD_WITH_COST)
    assert (back.costs_known, back.margin_rate, back.costed_share) == (True, 0.3, 0.5)
    given = customers(tmp_path, "a,2024-01-01,0", "b,2024-01-01,0")
    assert (given.costs_known, given.costed_share) == (False, 0.0)


def test_nobody_up_to_the_calibration_end_is_said(engine: Engine) -> None:
    late = {
        "customer_id": "a",
        "moment": (CUT + 2) * 86400,
        "order_id": None,
        "revenue": 1,
        "cost": 1,
        "returned": False,
    }
    assert compute(engine, [late]) is None


def test_a_number_of_threads_changes_nothing(tmp_path: Path) -> None:
    rows = [f"c{i % 97},2024-01-{i % 28 + 1:02d},{i % 13}.{i % 100:02d}" for i in range(5000)]
    one, two = customers(tmp_path, *rows), customers(tmp_path, *reversed(rows))
    pd.testing.assert_frame_equal(one.frame, two.frame, check_exact=True)
