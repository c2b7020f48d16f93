"""Occasions and draws: against a plain reference, without a glance ahead in history or back in outcomes."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pandas as pd
import pytest
import sqlglot
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cxlab.engine import Engine
from cxlab.intake.sales import make_effort, make_sales
from cxlab.kit import open_study
from cxlab.occasions import HISTORY, Assigned, Occasions, Ties, order_occasions, tie_gestures, trial_rows
from cxlab.occasions.around import AFTER, BEFORE, read_around
from cxlab.occasions.history import read_history
from cxlab.occasions.timeline import Timeline
from tests.depth import examples
from tests.make import HEAD, orders_csv, write_study

DAYS, END, MARGIN = 10, 40, 0.3
"""Length of the outcome window, last day that is observed, share of revenue left where no cost is known."""
EPOCH = dt.date(1970, 1, 1)
TIE_DAYS = 7  # as the docstring of `tie_gestures` says: at most so many days before
Rows = list[dict[str, Any]]
Shop = dict[str, Rows]
WHO = st.sampled_from("abc")
MOMENT = st.integers(0, END * 86400 + 86399)
LINE = st.fixed_dictionaries(
    {
        "customer_id": WHO,
        "moment": MOMENT,
        "order_id": st.sampled_from(["1", "2", "3", "4", None, None]),
        "revenue": st.integers(-500, 2000),
        "cost": st.none() | st.integers(0, 500),
        "returned": st.sampled_from([False, False, False, True, None]),
        "channel": st.sampled_from(["shop", "web", "web", None]),
    }
)
GESTURE = st.fixed_dictionaries(
    {
        "customer_id": WHO,
        "moment": MOMENT,
        "order_id": st.sampled_from(["1", "2", "9", None, None]),
        "cost": st.none() | st.integers(0, 300),
    }
)
LOOSE = GESTURE.map(lambda row: row | {"order_id": None})
EFFORT = st.fixed_dictionaries({"customer_id": WHO, "moment": MOMENT, "amount": st.integers(0, 300)})
INCIDENT = st.fixed_dictionaries({"customer_id": WHO, "moment": MOMENT})
ANSWER = st.fixed_dictionaries(
    {
        "customer_id": WHO,
        "moment": MOMENT,
        "score": st.none() | st.integers(0, 10),
        "metric": st.sampled_from(["nps", "nps", "csat", None]),
    }
)
DRAW = st.fixed_dictionaries(
    {
        "customer_id": st.sampled_from("abcz"),
        "moment": MOMENT,
        "arm": st.sampled_from(["card", "control"]),
        "experiment": st.sampled_from(["spring", "autumn", None]),
    }
)
SHOP = st.fixed_dictionaries(
    {
        "lines": st.lists(LINE, min_size=1, max_size=30),
        "gestures": st.lists(GESTURE, max_size=10),
        "costs": st.lists(EFFORT, max_size=6),
        "incidents": st.lists(INCIDENT, max_size=6),
        "answers": st.lists(ANSWER, max_size=8),
        "draws": st.lists(DRAW, max_size=5, unique_by=lambda row: (row["customer_id"], row["experiment"])),
    }
)
slow = settings(
    max_examples=examples(8), deadline=None, suppress_health_check=[HealthCheck.too_slow], report_multiple_bugs=False
)
OUTCOMES = ("purchases", "revenue", "contribution", "later_gesture_cost")
OLDER = (
    "older_purchases", "older_revenue", "older_tenure_days", "older_days_since_last_order", "older_gestures",
)  # fmt: skip
ON_THE_DAY = ("day_value", "failed", "gesture_cost")
COLUMNS = (*HISTORY, *OLDER, *ON_THE_DAY, *OUTCOMES, *BEFORE, *AFTER)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(threads=1) as opened:
        yield opened


def load(engine: Engine, shop: Shop) -> Ties:
    """Put a shop into the engine as intake does, and tie its gestures."""

    def take(name: str, rows: Rows, names: dict[str, str], kinds: dict[str, str]) -> None:
        engine.take(name, {ours: [row[theirs] for row in rows] for ours, theirs in names.items()}, kinds)

    rows = [x | {"is_return": int(is_return(x))} for x in shop["lines"]]
    kinds = {"customer_id": "string", "ordered_at": "int64", "order_id": "string", "revenue": "int64", "cost": "int64",
             "channel": "string"}  # fmt: skip
    names = {name: "moment" if name == "ordered_at" else name for name in (*kinds, "is_return")}
    take("lines", rows, names, kinds | {"is_return": "int64"})
    engine.run(
        "CREATE OR REPLACE TABLE orders_made AS SELECT * EXCLUDE is_return, is_return = 1 AS is_return FROM lines"
    )
    engine.run("CREATE OR REPLACE VIEW orders AS SELECT * FROM orders_made")
    make_sales(engine, "orders_made", {"revenue", "cost", "order_id"})
    take(
        "feedback", shop["answers"],
        {"customer_id": "customer_id", "given_at": "moment", "score": "score", "metric": "metric"},
        {"customer_id": "string", "given_at": "int64", "score": "double", "metric": "string"},
    )  # fmt: skip
    take(
        "costs", shop["costs"], {"customer_id": "customer_id", "spent_at": "moment", "amount": "amount"},
        {"customer_id": "string", "spent_at": "int64", "amount": "int64"},
    )  # fmt: skip
    take(
        "gestures", shop["gestures"],
        {"customer_id": "customer_id", "given_at": "moment", "cost": "cost", "order_id": "order_id"},
        {"customer_id": "string", "given_at": "int64", "cost": "int64", "order_id": "string"},
    )  # fmt: skip
    take(
        "incidents", shop["incidents"], {"customer_id": "customer_id", "occurred_at": "moment"},
        {"customer_id": "string", "occurred_at": "int64"},
    )  # fmt: skip
    take(
        "assignments", shop["draws"],
        {"customer_id": "customer_id", "assigned_at": "moment", "arm": "arm", "experiment": "experiment"},
        {"customer_id": "string", "assigned_at": "int64", "arm": "string", "experiment": "string"},
    )  # fmt: skip
    make_effort(engine, {"costs": {"amount"}, "gestures": {"cost"}})
    return tie_gestures(engine, {"customer_id", "given_at", "cost", "order_id"}, {"revenue", "cost", "order_id"})


TABLES: dict[str, set[str]] = {
    "orders": {"customer_id", "ordered_at", "revenue", "cost", "order_id", "channel"}, "gestures": set(),
    "costs": set(), "incidents": set(), "assignments": set(), "feedback": {"score", "metric"},
}  # fmt: skip


def occasions_of(engine: Engine, shop: Shop) -> Occasions:
    ties = load(engine, shop)
    tables = {name: columns for name, columns in TABLES.items() if name != "assignments" or shop["draws"]}
    found = order_occasions(
        engine, outcome_days=DAYS, observation_end=EPOCH + dt.timedelta(days=END), margin_rate=MARGIN,
        tables=tables, ties=ties, seed=1,
    )  # fmt: skip
    return replace(found, frame=filled(found.frame))


def draws_of(engine: Engine, shop: Shop) -> Assigned:
    load(engine, shop)
    found = trial_rows(
        engine, columns={"customer_id", "assigned_at", "arm", "experiment"}, outcome_days=DAYS,
        observation_end=EPOCH + dt.timedelta(days=END), margin_rate=MARGIN, tables=TABLES,
    )  # fmt: skip
    return replace(found, frame=filled(found.frame))


def filled(frame: pd.DataFrame) -> pd.DataFrame:
    """Fill in what a shop without returns, or with one channel, does not tell."""
    return frame.assign(**{name: 0.0 if name == "returned" else 0 for name in AFTER if name not in frame})


def history_of(engine: Engine, shop: Shop, index: list[tuple[str, int]]) -> pd.DataFrame:
    load(engine, shop)
    columns = {"customer_id": [who for who, _ in index], "day": [day for _, day in index]}
    engine.take("any_day", columns, {"customer_id": "string", "day": "int64"})
    timeline = Timeline(engine, "any_day")
    history = read_history(timeline, outcome_days=DAYS, margin_rate=MARGIN, tables=TABLES)
    around = read_around(engine, timeline, outcome_days=DAYS, columns=TABLES)
    return filled(history.merge(around, on=["customer_id", "day"], validate="one_to_one"))


# --- the reference, event by event as the docstrings read -------------------------------------------------------------


def is_return(line: dict[str, Any]) -> bool:
    return bool(line["returned"]) or line["revenue"] < 0


def day_of(row: dict[str, Any]) -> int:
    return int(row["moment"]) // 86400


def order_days(lines: Rows, who: str) -> list[int]:
    """Days on which one of the customer's orders was opened by its first line."""
    opened: dict[object, int] = {}
    for x in lines:
        if x["customer_id"] == who and not is_return(x):
            key = ("order", x["order_id"]) if x["order_id"] is not None else ("moment", x["moment"])
            opened[key] = min(opened.get(key, day_of(x)), day_of(x))
    return sorted(set(opened.values()))


def n_opened(lines: Rows, who: str, low: int, high: int) -> int:
    """Orders of a customer that were opened from one day to another."""
    opened: dict[object, int] = {}
    for x in lines:
        if x["customer_id"] == who and not is_return(x):
            key = ("order", x["order_id"]) if x["order_id"] is not None else ("moment", x["moment"])
            opened[key] = min(opened.get(key, day_of(x)), day_of(x))
    return sum(low <= day <= high for day in opened.values())


def elsewhere(shop: Shop, who: str) -> dict[int, bool]:
    """Days on which a customer bought by a channel that is known, and whether by another than the usual one."""
    bought = {
        (x["customer_id"], day_of(x), x["channel"]) for x in shop["lines"] if not is_return(x) and x["channel"]
    }  # fmt: skip
    named = [channel for _, _, channel in bought]
    if len(set(named)) < 2:
        return {}
    usual = min(set(named), key=lambda channel: (-named.count(channel), channel))
    mine = [(day, channel) for customer, day, channel in bought if customer == who]
    return {day: any(channel != usual for on, channel in mine if on == day) for day, _ in mine}


def answers(shop: Shop, who: str) -> list[tuple[int, bool]]:
    """Day of each answer to the question most asked, and whether it is low: six tenths up the scale or less."""
    given_at = [x | {"metric": x["metric"] or ""} for x in shop["answers"] if x["score"] is not None]
    asked = [x["metric"] for x in given_at]
    if not asked:
        return []
    most = min(set(asked), key=lambda metric: (-asked.count(metric), metric))
    scores = [x["score"] for x in given_at if x["metric"] == most]
    limit = min(scores) + 0.6 * (max(scores) - min(scores))
    return [(day_of(x), x["score"] <= limit) for x in given_at if x["metric"] == most and x["customer_id"] == who]


def tie(shop: Shop, gesture: dict[str, Any]) -> tuple[str, int | None]:
    """Which way a gesture finds its order, and that order's day."""
    who, day = gesture["customer_id"], day_of(gesture)
    named = [
        day_of(x) for x in shop["lines"]
        if x["customer_id"] == who and not is_return(x) and x["order_id"] == gesture["order_id"] is not None
    ]  # fmt: skip
    if named:
        return "order", min(named)
    before = [d for d in order_days(shop["lines"], who) if d <= day]
    if not before or day - before[-1] > TIE_DAYS:
        return "loose", None
    return ("same_day" if before[-1] == day else "earlier"), before[-1]


def look(shop: Shop, who: str, day: int) -> dict[str, float]:
    """Everything `read_history` tells of a customer and a day."""
    lines = [x for x in shop["lines"] if x["customer_id"] == who]
    bought = order_days(shop["lines"], who)
    gestures = []
    for g in shop["gestures"]:
        if g["customer_id"] == who:
            _, order_day = tie(shop, g)
            gestures.append((max(day_of(g), -1 if order_day is None else order_day), g["cost"] or 0))
    incidents = [day_of(x) for x in shop["incidents"] if x["customer_id"] == who]

    def revenue(low: int, high: int) -> int:
        return sum((-1 if is_return(x) else 1) * abs(x["revenue"]) for x in lines if low <= day_of(x) <= high)

    def contribution(low: int, high: int) -> float:
        found = 0.0
        for x in lines:
            if low <= day_of(x) <= high:
                gain = MARGIN * abs(x["revenue"]) if x["cost"] is None else abs(x["revenue"]) - x["cost"]
                found += -gain if is_return(x) else gain
        found -= sum(x["amount"] for x in shop["costs"] if x["customer_id"] == who and low <= day_of(x) <= high)
        return (found - sum(cost for d, cost in gestures if low <= d <= high)) / 100

    def since(then: list[int], now: int) -> int:
        return now - max(then) if then else -1

    def value(low: int, high: int, *, back: bool) -> float:
        return sum(abs(x["revenue"]) for x in lines if low <= day_of(x) <= high and is_return(x) == back) / 100

    before = [d for d in bought if d < day]
    old = day - DAYS
    older = [d for d in bought if d < old]
    first, last = day + 1, day + DAYS
    after = [d for d in bought if first <= d <= last]
    channels = {d: other for d, other in elsewhere(shop, who).items() if first <= d <= last}
    said = [low for d, low in answers(shop, who) if first <= d <= last]
    served = [x["amount"] for x in shop["costs"] if x["customer_id"] == who and day_of(x) < day]
    return {
        "earlier_orders": n_opened(shop["lines"], who, -1, day - 1),
        "earlier_returned": value(-1, day - 1, back=True),
        "earlier_serve": sum(served) / 100,
        "days_to_next": after[0] - day if after else DAYS,
        "sold": value(first, last, back=False),
        "returned": value(first, last, back=True),
        "complaints": sum(first <= d <= last for d in incidents),
        "answers": len(said),
        "low_answers": sum(said),
        "channel_days": len(channels),
        "elsewhere_days": sum(channels.values()),
        "earlier_purchases": len(before),
        "recent_purchases": sum(d >= old for d in before),
        "tenure_days": day - before[0] if before else -1,
        "days_since_last_order": since(before, day),
        "earlier_revenue": revenue(-1, day - 1) / 100,
        "mean_day_value": revenue(-1, day - 1) / 100 / max(len(before), 1),
        "earlier_contribution": contribution(-1, day - 1),
        "earlier_gestures": sum(d < day for d, _ in gestures),
        "days_since_gesture": since([d for d, _ in gestures if d < day], day),
        "earlier_failures": sum(d < day for d in incidents),
        "older_purchases": len(older),
        "older_revenue": revenue(-1, old - 1) / 100,
        "older_tenure_days": old - older[0] if older else -1,
        "older_days_since_last_order": since(older, old),
        "older_gestures": sum(d < old for d, _ in gestures),
        "day_value": revenue(day, day) / 100,
        "failed": int(day in incidents),
        "gesture_cost": sum(cost for d, cost in gestures if d == day) / 100,
        "purchases": sum(first <= d <= last for d in bought),
        "revenue": revenue(first, last) / 100,
        "contribution": contribution(first, last),
        "later_gesture_cost": sum(cost for d, cost in gestures if first <= d <= last) / 100,
    }


def same(found: pd.DataFrame, expected: Rows, columns: tuple[str, ...] = COLUMNS) -> None:
    assert len(found) == len(expected)
    for name in columns:
        values = [row[name] for row in expected]
        np.testing.assert_allclose(found[name].to_numpy(float), values, rtol=0, atol=1e-9, err_msg=name)


def with_gestures_at_once(shop: Shop) -> Shop:
    """Leave out gestures that came on another day than the order they belong to.

    Where some do, the clock starts later for all orders, by lot for those without: tests of their own below tell how.
    """
    return shop | {"gestures": [g for g in shop["gestures"] if tie(shop, g)[1] in (None, day_of(g))]}


# --- 1. against the reference -----------------------------------------------------------------------------------------


@given(SHOP)
@slow
def test_orders_agree_with_a_plain_reference(engine: Engine, drawn: Shop) -> None:
    shop = with_gestures_at_once(drawn)
    found = occasions_of(engine, shop)
    tied = [(g, *tie(shop, g)) for g in shop["gestures"]]
    given_on = [order_day for _, _, order_day in tied if order_day is not None]
    expected, n_days, n_late, n_drawn, n_outside, n_out = [], 0, 0, 0, 0, 0
    for who in "abc":
        for day in order_days(shop["lines"], who):
            mine = [g for g, _, order_day in tied if g["customer_id"] == who and order_day == day]
            drawn_on = [day_of(x) for x in shop["draws"] if x["customer_id"] == who]
            late, after_draw = day + DAYS > END, any(0 <= day - d <= DAYS for d in drawn_on)
            outside = bool(given_on) and not min(given_on) <= day <= max(given_on)
            n_days, n_late, n_drawn = n_days + 1, n_late + late, n_drawn + (after_draw and not late)
            n_outside += outside and not late and not after_draw
            if late or after_draw or outside:
                n_out += len(mine)
                continue
            own = sum(g["cost"] or 0 for g in mine) / 100
            row = look(shop, who, day) | {"treated": bool(mine), "own_cost": own}
            expected.append(row | {"customer_id": who, "day": day})
            assert row["gesture_cost"] == own  # a gesture without an order cannot fall on a day with one
    counted = (found.n_order_days, found.n_unobserved, found.n_in_trial, found.n_outside)
    assert counted == (n_days, n_late, n_drawn, n_outside)
    assert (found.n_gestures_left_out, found.n, found.outcome_days) == (n_out, len(expected), DAYS)
    assert found.frame["customer_id"].tolist() == [row["customer_id"] for row in expected]
    same(found.frame, expected, (*COLUMNS, "day", "treated", "own_cost"))
    assert found.frame["treated"].dtype == bool and not found.frame.isna().any(axis=None)


@given(SHOP)
@slow
def test_gestures_are_tied_as_a_plain_reference_ties_them(engine: Engine, shop: Shop) -> None:
    ties = load(engine, shop)
    expected = sorted(
        (g["customer_id"], day_of(g), -1 if order_day is None else order_day, way, g["cost"] or 0)
        for g in shop["gestures"] for way, order_day in [tie(shop, g)]
    )  # fmt: skip
    found = engine.rows(
        "SELECT customer_id, day, COALESCE(order_day, -1), way, cost FROM tied_gestures ORDER BY 1, 2, 3, 4, 5"
    )
    assert found == expected
    ways = [way for _, _, _, way, _ in expected]
    counted = (ties.by_order, ties.same_day, ties.earlier, ties.loose)
    assert counted == tuple(ways.count(way) for way in ("order", "same_day", "earlier", "loose"))
    assert ties.n == len(expected) and ties.costs_known == all(g["cost"] is not None for g in shop["gestures"])


@given(SHOP)
@slow
def test_draws_agree_with_a_plain_reference(engine: Engine, shop: Shop) -> None:
    found = draws_of(engine, shop)
    wanted = sorted((x["experiment"] or "", x["customer_id"], day_of(x), x["arm"]) for x in shop["draws"])
    kept = [x for x in wanted if x[2] + DAYS <= END]
    frame = found.frame
    names = zip(frame["experiment"], frame["customer_id"], frame["day"], frame["arm"], strict=True)
    assert list(names) == kept and (frame["stratum"] == "").all()
    same(frame, [look(shop, who, day) for _, who, day, _ in kept])
    assert (found.n, found.n_unobserved) == (len(kept), len(wanted) - len(kept))
    counts = {(e, a): n for e, a, n in found.drawn.itertuples(index=False)}
    assert counts == {key: sum((x[0], x[3]) == key for x in wanted) for key in {(x[0], x[3]) for x in wanted}}


@given(SHOP, st.lists(st.tuples(st.sampled_from("abcz"), st.integers(0, END)), max_size=10, unique=True))
@slow
def test_any_customer_and_day_agrees_with_a_plain_reference(
    engine: Engine, shop: Shop, index: list[tuple[str, int]]
) -> None:
    found = history_of(engine, shop, index)
    assert list(zip(found["customer_id"], found["day"], strict=True)) == sorted(index)
    same(found, [look(shop, who, day) for who, day in sorted(index)])


def test_a_customer_that_is_asked_for_twice_gets_one_row(engine: Engine) -> None:
    shop = empty() | {"lines": [line("a", 1)]}
    assert len(history_of(engine, shop, [("a", 3), ("a", 3)])) == 1


# --- 2. no glance ahead, none back ------------------------------------------------------------------------------------

SEAM = 20
EARLY, LATE = st.integers(0, SEAM * 86400 - 1), st.integers((SEAM + 1) * 86400, END * 86400 + 86399)


def part(moment: st.SearchStrategy[int], orders: list[str | None], named: bool) -> st.SearchStrategy[Shop]:
    """Everything but draws, all of it at moments of one kind."""
    when = st.fixed_dictionaries({"moment": moment})
    own = LINE.flatmap(lambda x: st.sampled_from(orders).map(lambda o: x | {"order_id": o}))

    def at(kind: st.SearchStrategy[dict[str, Any]], most: int) -> st.SearchStrategy[Rows]:
        return st.lists(st.tuples(kind, when).map(lambda both: both[0] | both[1]), max_size=most)

    return st.fixed_dictionaries(
        {
            "lines": at(own, 14), "gestures": at(GESTURE if named else LOOSE, 8), "costs": at(EFFORT, 4),
            "incidents": at(INCIDENT, 4), "draws": st.just([]), "answers": st.just([]),
        }
    )  # fmt: skip


def join(*parts: Shop) -> Shop:
    return {name: [row for found in parts for row in found[name]] for name in parts[0]}


def empty() -> Shop:
    return {"lines": [], "gestures": [], "costs": [], "incidents": [], "draws": [], "answers": []}


def line(who: str, day: int, order_id: str | None = None, *, revenue: int = 1000, hour: int = 12) -> dict[str, Any]:
    moment = day * 86400 + hour * 3600
    return {"customer_id": who, "moment": moment, "order_id": order_id, "revenue": revenue, "cost": None,
            "returned": False, "channel": "shop"}  # fmt: skip


def gesture(who: str, day: int, order_id: str | None = None, *, cost: int | None = 100) -> dict[str, Any]:
    return {"customer_id": who, "moment": day * 86400 + 50_000, "order_id": order_id, "cost": cost}


ON_SEAM = empty() | {"lines": [line(who, SEAM, f"seam {who}") for who in "abc"]}
INDEX = [(who, SEAM) for who in "abc"]
KNOWN = ["customer_id", "day", *HISTORY, *OLDER, *BEFORE]


@given(part(EARLY, ["1", None], True), part(LATE, ["3", None], False), part(LATE, ["4", None], False))
@slow
def test_nothing_from_the_day_on_reaches_the_history_of_an_order(
    engine: Engine, early: Shop, late: Shop, other: Shop
) -> None:
    one = history_of(engine, join(early, ON_SEAM, late), INDEX)[KNOWN]
    # an order on the day itself, a failure and what it cost are not history either
    today = join(
        empty() | {"lines": [line("a", SEAM, "seam a", revenue=777), line("b", SEAM, None, revenue=5, hour=3)]},
        empty() | {"gestures": [gesture("a", SEAM)], "incidents": [{"customer_id": "a", "moment": SEAM * 86400}]},
        empty() | {"costs": [{"customer_id": "b", "moment": SEAM * 86400 + 5, "amount": 50}]},
    )
    two = history_of(engine, join(early, ON_SEAM, other, today), INDEX)[KNOWN]
    pd.testing.assert_frame_equal(one, two, check_exact=True)
    same(one, [look(early, who, day) for who, day in INDEX], (*HISTORY, *OLDER, *BEFORE))


@given(part(EARLY, ["1", None], False), part(EARLY, ["2", None], False), part(LATE, ["3", None], False))
@slow
def test_nothing_up_to_the_day_reaches_an_outcome_of_an_order(
    engine: Engine, early: Shop, other: Shop, late: Shop
) -> None:
    columns = ["customer_id", "day", *OUTCOMES, *AFTER[:5]]
    one = history_of(engine, join(early, ON_SEAM, late), INDEX)[columns]
    today = empty() | {
        "lines": [line("a", SEAM, None, hour=1), line("b", SEAM, "seam b")],
        "gestures": [gesture("a", SEAM)],
        "incidents": [{"customer_id": "a", "moment": SEAM * 86400}],
        "costs": [{"customer_id": "b", "moment": SEAM * 86400 + 86399, "amount": 50}],
    }
    two = history_of(engine, join(other, ON_SEAM, late, today), INDEX)[columns]
    pd.testing.assert_frame_equal(one, two, check_exact=True)


@pytest.mark.thorough
@given(part(EARLY, ["1", None], False), part(LATE, ["3", None], False))
@slow
def test_what_lies_beyond_the_outcome_window_reaches_nothing(engine: Engine, early: Shop, late: Shop) -> None:
    beyond = (SEAM + DAYS + 1) * 86400
    cut = {name: [row for row in rows if row["moment"] < beyond] for name, rows in late.items()}
    one, two = (history_of(engine, join(early, ON_SEAM, x), INDEX) for x in (late, cut))
    # Which channel is used most, and whether there are several, is settled over the whole study.
    whole = ("later_gesture_cost", "contribution", "channel_days", "elsewhere_days")
    loose = [name for name in one.columns if name not in whole]
    pd.testing.assert_frame_equal(one[loose], two[loose], check_exact=True)


def test_a_gesture_that_is_given_later_is_no_history_though_it_names_an_earlier_order(engine: Engine) -> None:
    # Ordered on days 1 and 5; on day 9 a card goes out for the order of day 1. On day 5 nobody knew of it.
    shop = empty() | {"lines": [line("a", 1, "1"), line("a", 5, "2")], "gestures": [gesture("a", 9, "1")]}
    row = history_of(engine, shop, [("a", 5)]).iloc[0]
    before = history_of(engine, shop | {"gestures": []}, [("a", 5)]).iloc[0]
    assert row[list(HISTORY)].to_dict() == before[list(HISTORY)].to_dict()


def test_a_gesture_that_is_given_after_a_draw_is_no_history_of_that_draw(engine: Engine) -> None:
    # Ordered on day 3, drawn on day 5, the card is handed over on day 6: within a week of the order, but after the lot.
    draw = {"customer_id": "a", "moment": 5 * 86400, "arm": "card", "experiment": None}
    shop = empty() | {"lines": [line("a", 3)], "gestures": [gesture("a", 6)], "draws": [draw]}
    row = draws_of(engine, shop).frame.iloc[0]
    before = draws_of(engine, shop | {"gestures": []}).frame.iloc[0]
    assert row[list(HISTORY)].to_dict() == before[list(HISTORY)].to_dict()


@pytest.mark.parametrize("given_on", [5, 6, 9, 12, 15])
def test_what_a_gesture_of_a_trial_costs_is_counted_from_the_draw_on(engine: Engine, given_on: int) -> None:
    draw = {"customer_id": "a", "moment": 5 * 86400, "arm": "card", "experiment": None}
    shop = empty() | {"lines": [line("a", 3)], "gestures": [gesture("a", given_on, cost=250)], "draws": [draw]}
    row = draws_of(engine, shop).frame.iloc[0]
    assert row["gesture_cost"] + row["later_gesture_cost"] == 2.5


def test_the_card_of_a_trial_is_no_gesture_that_the_shop_chose_at_the_order_before_the_draw(engine: Engine) -> None:
    draw = {"customer_id": "a", "moment": 5 * 86400, "arm": "card", "experiment": None}
    shop = empty() | {"lines": [line("a", 3)], "gestures": [gesture("a", 6)], "draws": [draw]}
    found = occasions_of(engine, shop).frame
    assert not found["treated"].any()


LATE_CARD = empty() | {
    "lines": [line("a", 1), line("a", 12), line("b", 1), line("b", 3), line("b", 20), line("c", 1), line("c", 14)],
    "gestures": [gesture("a", 4, cost=250)],
    "incidents": [{"customer_id": "c", "moment": 2 * 86400}],
}


def test_where_a_gesture_came_days_later_the_clock_starts_on_its_day_for_orders_without_one_too(engine: Engine) -> None:
    found = occasions_of(engine, LATE_CARD)
    rows = {(r["customer_id"], r["order_day"]): r for r in found.frame.to_dict("records")}
    assert all(r["day"] == r["order_day"] + 3 for r in rows.values())
    assert [key for key, r in rows.items() if r["treated"]] == [("a", 1)]
    assert rows["a", 1]["waited_days"] == 3 and rows["a", 1]["purchases"] == 1  # that of day 12 in (4, 14]
    assert rows["a", 1]["days_since_last_order"] == -1  # history is that of the order
    assert rows["c", 1]["purchases"] == 1  # that of day 14
    assert (rows["c", 1]["failed"], rows["a", 1]["failed"]) == (1, 0)  # known by the day that the clock starts
    assert rows["a", 1]["own_cost"] == 2.5 and rows["a", 1]["earlier_gestures"] == 0


def test_an_order_is_left_out_whose_customer_came_back_before_the_clock_started(engine: Engine) -> None:
    found = occasions_of(engine, LATE_CARD)
    assert found.n_back_before == 1 and ("b", 1) not in set(
        zip(found.frame["customer_id"], found.frame["order_day"], strict=True)
    )
    assert "after which the customer came back before" in found.reading


def test_an_order_is_without_a_gesture_as_long_as_it_has_not_come(engine: Engine) -> None:
    # Gestures after 2 and 6 days: an order whose gesture took 6 days and whose lot is 2 stands twice.
    lines = [line(f"c{i}", 1) for i in range(40)]
    gestures = [gesture(f"c{i}", 3 if i % 2 else 7) for i in range(40)]
    found = occasions_of(engine, empty() | {"lines": lines, "gestures": gestures})
    controls = found.frame[~found.frame["treated"]]
    assert found.n_twice == len(controls) > 0 and (controls["waited_days"] == 2).all()
    assert set(controls["customer_id"]) <= {f"c{i}" for i in range(0, 40, 2)}
    assert (controls["own_cost"] == 0).all() and "stand twice" in found.reading


def test_a_gesture_that_came_after_its_customer_had_come_back_is_left_out(engine: Engine) -> None:
    shop = empty() | {"lines": [line("a", 1, "1"), line("a", 4, "2")], "gestures": [gesture("a", 9, "1")]}
    found = occasions_of(engine, shop)
    assert not found.frame["treated"].any() and found.n_gestures_left_out == 1


def test_what_a_gesture_cost_is_taken_off_once_whenever_it_came(engine: Engine) -> None:
    for came in (1, 4):
        for cost in (0, 250):
            shop = LATE_CARD | {"gestures": [gesture("a", 1, cost=0), gesture("a", came, cost=cost)]}
            row = occasions_of(engine, shop).frame.query("treated").iloc[0]
            assert (row["own_cost"], row["contribution"]) == (cost / 100, pytest.approx(0.3 * 10 * row["purchases"]))


# --- 3. the SQL -------------------------------------------------------------------------------------------------------

EVERYTHING = ("orders", "gestures", "assignments", "costs", "incidents")


def whole_study(folder: Path, rng: Random | None = None) -> Path:
    """A shop of 60 customers with every table; its rows in another order where `rng` is given."""
    days = [f"2024-{m:02d}-{d:02d}" for m in range(1, 9) for d in range(1, 29)]
    rows: dict[str, list[str]] = {name: [] for name in EVERYTHING}
    for i in range(60):
        for k in range(i % 5 + 1):
            cost = "" if (i + k) % 3 else "2.5"
            rows["orders"].append(f"c{i},{days[(7 * i + 23 * k) % 150]},{10 + i % 7}.{k}0,{cost},o{i}-{k}")
        rows["orders"].append(f"c{i},{days[150 + i % 50]},{5 + i % 3},,o{i}-x")
        if i % 2:
            named = f"o{i}-0" if i % 3 else ""
            rows["gestures"].append(f"c{i},{days[(7 * i) % 150 + 150 * (i % 4 == 0)]},{'1.5' if i % 5 else ''},{named}")
        rows["assignments"].append(f"c{i},{days[160 + i % 10]},{'card' if i % 2 else 'control'}")
        rows["costs"].append(f"c{i},{days[(11 * i) % 200]},3.25")
        if i % 6 == 0:
            rows["incidents"].append(f"c{i},{days[(7 * i) % 150]}")
    if rng is not None:
        for found in rows.values():
            rng.shuffle(found)
    heads = {
        "orders": "customer_id,ordered_at,revenue,cost,order_id", "gestures": "customer_id,given_at,cost,order_id",
        "assignments": "customer_id,assigned_at,arm", "costs": "customer_id,spent_at,amount",
        "incidents": "customer_id,occurred_at",
    }  # fmt: skip
    sources = "".join(f"  {name}: {{path: {name}.csv}}\n" for name in EVERYTHING)
    return write_study(
        folder, sources, head=HEAD + "calibration_end: 2024-05-31\nparameters: {outcome_days: 30}\n",
        **{name: orders_csv(*found, head=heads[name]) for name, found in rows.items()},
    )  # fmt: skip


@pytest.fixture(scope="module")
def statements(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Every statement of the occasions, with trials and gestures, and of a study without gestures or outcomes only."""
    folder = tmp_path_factory.mktemp("sql")
    write_study(
        folder / "outcomes", "  outcomes: {path: o.csv, control: A}\n",
        o=orders_csv(*(f"{'AB'[i % 2]},{i % 3},{i}" for i in range(60)), head="arm,outcome,age"),
    )  # fmt: skip
    bare = whole_study(folder / "bare")
    (bare / "study.yml").write_text(
        HEAD + "sources:\n  orders: {path: orders.csv}\n  assignments: {path: assignments.csv}\n"
    )
    found: list[str] = []
    for study in (whole_study(folder / "whole"), bare, folder / "outcomes"):
        with open_study(study) as kit:
            n_read = len(kit.intake.engine.statements)
            assert kit.gestures.samples
            found += kit.intake.engine.statements[n_read:]
    return found


def test_every_statement_can_be_translated_for_spark(statements: list[str]) -> None:
    for word in (
        "tied_gestures",
        '"occasion_days"',
        '"occasion_days_customers"',
        '"draws"',
        "FROM outcomes",
        "FROM assignments",
    ):
        assert any(word in sql for sql in statements), word
    for sql in statements:
        (spark,) = sqlglot.transpile(sql, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE)
        sqlglot.parse_one(spark, read="spark")
        assert not re.search(r"READ_\w+\(|TRY_STRPTIME|STRPTIME", spark.upper()), spark


def test_numbers_are_cast_before_they_are_divided(statements: list[str]) -> None:
    assert any(" / " in sql for sql in statements)
    for sql in statements:
        assert all("AS DOUBLE)" in left for left in re.findall(r"([^()]*\([^()]*\)|\S+) / ", sql)), sql


def test_every_frame_and_list_says_its_order(statements: list[str]) -> None:
    queries = [sql for sql in statements if not sql.lstrip().upper().startswith("CREATE")]
    assert len(queries) > 5
    assert all("ORDER BY" in sql or re.match(r"\s*SELECT (COUNT|MIN|MAX)", sql) for sql in queries)


# --- 4. the order of rows ---------------------------------------------------------------------------------------------


@given(SHOP, st.integers(0, 1000))
@slow
@pytest.mark.thorough
def test_the_order_of_rows_changes_nothing(engine: Engine, shop: Shop, seed: int) -> None:
    shuffled = {name: Random(seed).sample(rows, len(rows)) for name, rows in shop.items()}
    one, two = occasions_of(engine, shop), occasions_of(engine, shuffled)
    pd.testing.assert_frame_equal(one.frame, two.frame, check_exact=True)
    assert one.reading == two.reading
    first, second = draws_of(engine, shop), draws_of(engine, shuffled)
    pd.testing.assert_frame_equal(first.frame, second.frame, check_exact=True)
    pd.testing.assert_frame_equal(first.drawn, second.drawn, check_exact=True)


@pytest.mark.thorough
def test_the_order_of_lines_in_the_files_changes_no_sample(tmp_path: Path) -> None:
    whole_study(tmp_path / "one")
    whole_study(tmp_path / "two", Random(3))
    with open_study(tmp_path / "one") as one, open_study(tmp_path / "two") as two:
        assert one.gestures.words == two.gestures.words and len(one.gestures.samples) == 2
        for a, b in zip(one.gestures.samples, two.gestures.samples, strict=True):
            for name in ("arms", "outcome", "clusters", "contribution", "own_cost", "recent", "ordinals", "failed"):
                np.testing.assert_array_equal(getattr(a, name), getattr(b, name), err_msg=name)
            pd.testing.assert_frame_equal(a.covariates, b.covariates, check_exact=True)
            for name, labels in a.groups.items():
                assert labels.tolist() == b.groups[name].tolist()


# --- words and edges --------------------------------------------------------------------------------------------------


def test_without_gestures_there_is_an_empty_table_of_ties_and_nobody_is_treated(engine: Engine) -> None:
    load(engine, empty() | {"lines": [line("a", 1), line("a", 12)]})
    ties = tie_gestures(engine, frozenset(), {"revenue"})
    assert ties == Ties() and ties.reading == ""
    found = order_occasions(
        engine, outcome_days=DAYS, observation_end=EPOCH + dt.timedelta(days=END), margin_rate=MARGIN,
        tables={"orders": ()}, ties=ties, seed=1,
    )  # fmt: skip
    assert found.n == 2 and not found.frame["treated"].any() and (found.frame["own_cost"] == 0).all()


def test_an_order_whose_window_ends_on_the_last_observed_day_still_counts(engine: Engine) -> None:
    shop = empty() | {"lines": [line("a", END - DAYS), line("b", END - DAYS + 1), line("a", END)]}
    found = occasions_of(engine, shop)
    assert found.frame["customer_id"].tolist() == ["a"] and found.frame["purchases"].tolist() == [1]
    assert found.n_unobserved == 2


def test_what_is_left_out_is_said(engine: Engine) -> None:
    draw = {"customer_id": "a", "moment": 0, "arm": "card", "experiment": None}
    lines = [line("a", 5), line("a", 25), line("b", 5), line("b", END)]
    shop = empty() | {"lines": lines, "gestures": [gesture("a", 5), gesture("b", 5), gesture("b", END)],
                      "draws": [draw]}  # fmt: skip
    found = occasions_of(engine, shop)
    said = replace(found, minimum_group=1).reading
    assert "2 orders can be followed for 10 days, 1 with a gesture" in said
    assert "1 whose time after is not over yet; 1 in the 10 days from the customer’s draw" in said
    assert "2 gestures belong to these" in said and "3 gestures to an order of the same day" in said
    assert not re.search(r"\b[1-4] (orders|gestures|whose|with)", found.reading)


def test_an_outcome_without_a_customer_is_a_customer_of_its_own(tmp_path: Path) -> None:
    rows = [f"{'' if i % 2 else f'p{i}'},{'AB'[(i // 2) % 2]},{i % 5}" for i in range(200)]
    write_study(
        tmp_path, "  outcomes: {path: o.csv, control: A}\n", o=orders_csv(*rows, head="customer_id,arm,outcome")
    )
    with open_study(tmp_path) as kit:
        (sample,) = kit.gestures.samples
    assert len(sample.clusters) == 200 and len(np.unique(sample.clusters)) == 200
