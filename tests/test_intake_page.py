"""What the intake tells of orders in time, customers who came back, returns, and what can be told from the data."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import sqlglot
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlab import plots, tables, words
from cxlab.answers.intake import intake_answer
from cxlab.blocks import Cell, Table
from cxlab.engine import Engine
from cxlab.estimate import Estimate
from cxlab.intake import Cohorts, Gaps, Intake, PurchaseCycle, Returns, check_study
from cxlab.intake.calendar import order_calendar
from cxlab.intake.cohorts import order_cohorts
from cxlab.intake.gaps import find_gaps
from cxlab.intake.returns import FOUND, HOW, count_returns, match_returns
from cxlab.intake.sales import make_sales
from cxlab.kit import open_study
from cxlab.segments import Together, activity_against_profit
from tests.make import HEAD, good_rows, orders_csv, write_study

ROOT = Path(__file__).resolve().parent.parent
EPOCH = dt.date(1970, 1, 1)
MONDAY = dt.date(2023, 1, 2)
RETAIL = (
    "  orders:\n    path: {folder}/*.parquet\n    columns: {{customer_id: CustomerID, order_id: InvoiceNo, "
    "ordered_at: InvoiceDate, quantity: Quantity, unit_price: UnitPrice}}\n"
)


@pytest.fixture(scope="module")
def retail(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterable[Intake]:
    folder = tmp_path_factory.mktemp("retail")
    sources = RETAIL.format(folder=shared_data / "online-retail")
    write_study(folder, sources, head=HEAD + "currency: GBP\n")
    with check_study(folder, allow_outside=True) as intake:
        yield intake


@pytest.fixture(scope="module")
def retail_lines(shared_data: Path) -> pd.DataFrame:
    """The lines with a customer, as pandas reads them: customer, day, cents (>= 0), pieces (>= 0), is_return, code."""
    lines = pd.read_parquet(next((shared_data / "online-retail").glob("*.parquet")))
    lines = lines[lines["CustomerID"].notna()]
    return pd.DataFrame(
        {
            "customer": lines["CustomerID"].astype(str).to_numpy(),
            "order": lines["InvoiceNo"].astype(str).to_numpy(),
            "day": pd.to_datetime(lines["InvoiceDate"]).dt.normalize().to_numpy(),
            "cents": np.abs(np.round(lines["Quantity"] * lines["UnitPrice"] * 100)).astype(np.int64).to_numpy(),
            "pieces": lines["Quantity"].abs().to_numpy(),
            "is_return": (lines["Quantity"] < 0).to_numpy(),
            "code": lines["StockCode"].astype(str).to_numpy(),
        }
    )


def day_number(day: dt.date) -> int:
    return (day - EPOCH).days


def gaps_of(orders_a_day: Sequence[int], *, start: dt.date = MONDAY, last: dt.date | None = None) -> Gaps:
    """Look for gaps in a shop with so many orders on each day from `start` on."""
    counts = np.asarray(orders_a_day)
    first = day_number(start)
    days = first + np.flatnonzero(counts)
    last_day = int(days[-1]) if last is None else day_number(last)
    n_weeks = -(-(last_day - first + 1) // 7)
    weekly = np.zeros(n_weeks * 7, dtype=np.int64)
    weekly[: len(counts)] = counts[: len(weekly)]
    mondays = [start + dt.timedelta(days=7 * i) for i in range(n_weeks)]
    weeks = pd.DataFrame(
        {
            "period": pd.to_datetime(mondays),
            "orders": weekly.reshape(-1, 7).sum(axis=1),
            "complete": [day_number(monday) + 6 <= last_day for monday in mondays],
        }
    )
    return find_gaps(days.astype(np.int64), weeks, last_day=last_day)


def shop_days(n_days: int, a_day: int = 5, *, closed: Iterable[int] = ()) -> list[int]:
    """Orders a day of a shop that is closed on some weekdays (Monday is 0)."""
    return [0 if i % 7 in set(closed) else a_day for i in range(n_days)]


def without(orders: list[int], first: dt.date, last: dt.date, left: int = 0) -> list[int]:
    return [
        left if first <= MONDAY + dt.timedelta(days=i) <= last and n else n for i, n in enumerate(orders)
    ]  # fmt: skip


class TestGaps:
    """A closed Sunday is none; a month that the export lacks is one, with its days."""

    def test_a_shop_closed_on_sundays_has_none(self) -> None:
        gaps = gaps_of(shop_days(700, closed=[6]))
        assert gaps.found == () and gaps.longest_other == 1 and gaps.weeks_judged
        assert gaps.reading == (
            "No gap stands out in the calendar: no more than 1 day in a row went without an order, and no week "
            "brought less than a fifth of the weeks around it."
        )

    @pytest.mark.parametrize("closed", [[], [6], [0, 5, 6]])
    def test_two_missing_months_are_both_found_and_taken_for_files(self, closed: list[int]) -> None:
        orders = without(shop_days(700, closed=closed), dt.date(2023, 7, 1), dt.date(2023, 7, 31))
        orders = without(orders, dt.date(2024, 3, 1), dt.date(2024, 3, 31))
        found = gaps_of(orders).found
        assert len(found) == 2
        for gap, month in zip(found, (dt.date(2023, 7, 15), dt.date(2024, 3, 15)), strict=True):
            assert abs((gap.start - month.replace(day=1)).days) <= 3 and gap.start <= month <= gap.end
            assert gap.orders == 0 and gap.meaning == "a whole month, so probably a file that the export lacks"

    def test_weeks_with_far_too_few_orders_are_one_gap(self) -> None:
        first, last = dt.date(2023, 6, 5), dt.date(2023, 6, 18)
        gaps = gaps_of(without(shop_days(300, 6), first, last, left=1))
        (gap,) = gaps.found
        assert (gap.start, gap.end, gap.orders, gap.usual) == (first, last, 14, 42.0)
        assert gap.words.startswith(
            "only 14 orders in the 2 weeks from 5 June 2023 to 18 June 2023, where about 42 a week are usual: "
        )
        assert gaps.table["usual_orders_a_week"].tolist() == [42.0]

    def test_a_shop_that_shrinks_for_good_has_none(self) -> None:
        assert gaps_of(shop_days(150, 60) + shop_days(150, 5)).found == ()

    def test_the_turn_of_the_year_is_taken_for_a_closed_shop(self) -> None:
        (gap,) = gaps_of(without(shop_days(700), dt.date(2023, 12, 23), dt.date(2024, 1, 2))).found
        assert (gap.days, gap.meaning) == (11, "around the turn of the year, so probably a closed shop")

    def test_orders_that_end_long_before_the_observation_do_are_one(self) -> None:
        (gap,) = gaps_of(shop_days(300), last=MONDAY + dt.timedelta(days=350)).found
        assert gap.start == MONDAY + dt.timedelta(days=300) and gap.days == 51
        assert gap.words.endswith(
            "(51 days): the orders end before the time observed does, so the shop was closed, the export ends early, "
            "or the study sets the end of observation too late"
        )

    def test_more_than_four_are_counted_not_named(self) -> None:
        orders = shop_days(700)
        for month in range(2, 8):
            orders = without(orders, dt.date(2023, month, 5), dt.date(2023, month, 14))
        gaps = gaps_of(orders)
        assert len(gaps.found) == 6 and gaps.reading.count("no order") == 3  # "No order" is the first
        assert "; and 2 more, all in the table calendar_gaps. Apart from that, not a single day" in gaps.reading
        assert len(gaps.table) == 6 and gaps.question.endswith("and 2 more. Was the shop closed?")

    @pytest.mark.parametrize("rate", [0.05, 0.3, 2.0, 8.0])
    def test_orders_that_fall_by_chance_hold_none(self, rate: float) -> None:
        rng = np.random.default_rng(11)
        found = 0
        for _ in range(150):
            orders = rng.poisson(rate, 730)
            orders[[0, -1]] = 1
            found += bool(gaps_of(orders.tolist()).found)
        assert found <= 2  # of 150 shops without a gap

    def test_a_single_order_is_no_gap(self) -> None:
        assert gaps_of([1]).reading == "No gap stands out in the calendar: not a single day went without an order."


class TestCalendar:
    def test_online_retail_lacks_the_turn_of_the_year_and_nothing_else(
        self, retail: Intake, retail_lines: pd.DataFrame
    ) -> None:
        (gap,) = retail.calendar.gaps.found
        assert (gap.start, gap.end) == (dt.date(2010, 12, 24), dt.date(2011, 1, 3))
        bought = retail_lines[~retail_lines["is_return"]].drop_duplicates(["customer", "order"])
        weekly = bought.set_index("day").resample("W-SUN")["order"].size()
        weeks = retail.calendar.weeks
        assert weeks["orders"].tolist() == weekly.tolist()
        whole = weekly.to_numpy()[weeks["complete"].to_numpy(bool)]
        assert retail.calendar.findings["orders_per_week"].value == np.median(whole)
        assert retail.calendar.reading.startswith(
            "At least half of the 52 whole weeks brought 267–401 orders; the median is 315. The week from 27 December "
            "2010 brought none, and the week from 14 November 2011 the most, 669. No order from 24 December 2010 "
        )
        assert (len(whole), np.median(whole), whole.min(), whole.max()) == (52, 315, 0, 669)
        assert retail.calendar.findings["calendar_gaps"].value == 1

    def test_gaps_are_shaded_and_asked_about(self, tmp_path: Path) -> None:
        days = [MONDAY + dt.timedelta(days=i) for i in range(300)]
        rows = [f"c{i % 40},{d},5" for i, d in enumerate(days) if not 100 <= i < 140]
        write_study(tmp_path, orders=orders_csv(*rows))
        with check_study(tmp_path) as intake:
            plain, shaded = (
                plots.orders_over_time.block(calendar)
                for calendar in (order_calendar_of(good_rows(60)), intake.calendar)
            )
            assert "Shaded: the gap in the calendar (12 April 2023 to 21 May 2023)." in shaded.caption.note
            assert "Shaded" not in plain.caption.note
            assert "var(--seq2)" in shaded.wide and "var(--seq2)" not in plain.wide
            answer = intake_answer(intake)
            assert "1 gap in the calendar must be explained" in answer.facts[1].text
            assert ("Are the orders complete?", intake.calendar.gaps.question) in answer.open
            assert intake.calendar.heading == "A usual week brought 7 orders, but 1 gap must be explained"

    def test_weeks_that_brought_the_same_are_counted(self, tmp_path: Path) -> None:
        quiet = [(f"c{i}", day_number(MONDAY) + 14 * i + j, 100) for i in range(9) for j in range(1 + (i == 4))]
        with engine_with(quiet) as engine:
            said = order_calendar(engine, calibration_end=19420, last_day=day_number(MONDAY) + 118, minimum_group=5)
        assert said.reading.startswith(
            "At least half of the 17 whole weeks brought 0–1 orders; the median is 1. 8 weeks brought none, and the "
            "week from 27 February 2023 the most, 2."
        )
        even = [(f"c{i}", day_number(MONDAY) + 7 * i, 100) for i in range(9)]
        with engine_with(even) as engine:
            said = order_calendar(engine, calibration_end=19420, last_day=day_number(MONDAY) + 62, minimum_group=5)
        assert said.reading.startswith("Each of the 9 whole weeks brought 1 order. No gap")
        assert said.heading == "A usual week brought 1 order"


class TestOrdersOverTime:
    """The words and numbers around the bars of orders."""

    def shop(self, *firsts: int) -> "plots.intake.OrderCalendar":  # type: ignore[name-defined]
        """Return the months from January 2023, with so many first orders each and as many by old customers."""
        start = [dt.date(2023, month, 1) for month in range(1, len(firsts) + 1)]
        rows = [(f"c{m}-{i}", day_number(s) + i % 20, 100) for m, s in enumerate(start) for i in range(firsts[m])]
        rows += [(f"c0-{i}", day_number(s) + 20, 100) for s in start for i in range(20)]
        with engine_with(rows) as engine:
            cut = day_number(start[-3])
            return order_calendar(engine, calibration_end=cut, last_day=day_number(start[-1]) + 20, minimum_group=5)

    def test_the_numbers_name_months_and_star_what_is_incomplete(self) -> None:
        block = plots.orders_over_time.block(self.shop(20, 20, 20, 3, 9, 20, 20, 20))
        rows = [[cell.text for cell in row] for row in rows_of(block.numbers)]
        assert rows[0] == ["January 2023", "40", "20"] and rows[-1] == ["August 2023 *", "40", "20"]
        assert [row[2] for row in rows[3:5]] == ["hidden", "hidden"]
        assert block.numbers is not None and block.numbers.columns[0] == "Month"
        assert block.numbers.note.startswith("* An incomplete month. Hidden: groups of under 5 customers")

    def test_the_alt_text_tells_what_the_eye_sees(self, retail: Intake) -> None:
        caption = plots.orders_over_time.block(retail.calendar).caption
        n = retail.n_orders
        assert retail.calendar.calibration_end
        assert caption.alt == (
            "Bars of orders by month, December 2010 to December 2011. Most in November 2011: 2,658; in the last: 778 "
            f"(incomplete). First orders: {retail.n_customers:,} of {n:,} ({retail.n_customers / n:.0%}). Known up to "
            f"{words.day(retail.calendar.calibration_end)}, hold-out after it. "
            "Few orders or none: 24 December 2010 to 3 January 2011."
        )
        assert "Shaded: the gap in the calendar (24 December 2010 to 3 January 2011)." in caption.note
        assert caption.note.endswith("* An incomplete month.")

    def test_the_alt_text_stays_short_with_many_gaps(self) -> None:
        gaps = gaps_of([0 if i % 40 in range(20, 35) else 5 for i in range(700)])
        calendar = replace(self.shop(20, 20, 20, 20, 20, 20, 20, 20), gaps=gaps)
        assert len(gaps.found) > 4 and len(plots.orders_over_time.block(calendar).caption.alt) < 400


def engine_with(rows: Sequence[tuple[str, int, int]], *, returns: Sequence[tuple[str, int, int]] = ()) -> Engine:
    """Return an engine whose sales are these lines: customer, day (from 0), cents."""
    return engine_of_lines(
        [(who, None, day, False, cents, None) for who, day, cents in rows]
        + [(who, None, day, True, cents, None) for who, day, cents in returns]
    )


def engine_of_lines(lines: Sequence[tuple[str, str | None, int, bool, int, float | None]]) -> Engine:
    """Return an engine whose lines are these: customer, order, day (from 0), is_return, cents, pieces."""
    engine = Engine(threads=1)
    engine.run(
        "CREATE TABLE orders (customer_id VARCHAR, order_id VARCHAR, ordered_at BIGINT, is_return BOOLEAN, "
        "revenue BIGINT, quantity DOUBLE)"
    )
    for who, order, day, is_return, cents, pieces in lines:
        engine.run("INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?)", [who, order, 86400 * day, is_return, cents, pieces])
    make_sales(engine, "orders", ("order_id", "quantity", "revenue"))
    return engine


def rows_of(table: Table | None) -> tuple[tuple[Cell, ...], ...]:
    assert table is not None
    return table.rows


def order_calendar_of(rows: Sequence[str]) -> "plots.intake.OrderCalendar":  # type: ignore[name-defined]
    lines = [(r.split(",")[0], day_number(dt.date.fromisoformat(r.split(",")[1])), 100) for r in rows]
    with engine_with(lines) as engine:
        last = max(day for _, day, _ in lines)
        return order_calendar(engine, calibration_end=last - 10, last_day=last, minimum_group=5)


class TestCohorts:
    @pytest.mark.thorough
    def test_online_retail_as_pandas_counts_it(self, retail: Intake, retail_lines: pd.DataFrame) -> None:
        bought = retail_lines[~retail_lines["is_return"]]
        days = bought.drop_duplicates(["customer", "day"]).sort_values("day").groupby("customer")
        first, second = days["day"].first(), days.nth(1).set_index("customer")["day"]
        gap = (second.reindex(first.index) - first).dt.days
        followed = first + pd.Timedelta(days=90) <= pd.Timestamp("2011-12-09")
        month = first.dt.to_period("M")
        table = retail.cohorts.table
        assert retail.cohorts.period == "month" and len(table) == 13
        assert table["customers"].tolist() == first.groupby(month).size().tolist()
        assert table["came_back"].tolist() == gap.notna().groupby(month).sum().tolist()
        assert table["followed"].tolist() == followed.groupby(month).sum().tolist()
        assert table["back_within"].tolist() == ((gap <= 90) & followed).groupby(month).sum().tolist()
        assert table["customers"].sum() == retail.n_customers
        new = followed & (month > month.min())  # no month has from one to four who were followed
        share = ((gap <= 90) & new).sum() / new.sum()
        assert retail.cohorts.back is not None and retail.cohorts.back.value == share
        assert retail.cohorts.heading == f"{share:.0%} of new customers came back within 90 days"
        assert (
            "December 2010 may hold old customers, from before the data begin, and is left out here: of the "
            f"{new.sum():,} customers who could be followed for 90 days, {share:.0%} came back in that time"
        ) in retail.cohorts.reading
        assert "from 33% of those of May 2011 to " in retail.cohorts.reading
        assert retail.cohorts.reading.count("December 2010") == 1

    @pytest.mark.parametrize(
        ("span", "period", "n"), [(80, "week", 12), (400, "month", 14), (1200, "quarter", 14), (3000, "year", 9)]
    )
    def test_periods_are_as_short_as_a_table_can_hold(self, span: int, period: str, n: int) -> None:
        first = day_number(MONDAY)
        with engine_with([("a", first, 100), ("b", first + span, 100)]) as engine:
            cohorts = order_cohorts(engine, last_day=first + span, minimum_group=5)
        assert (cohorts.period, len(cohorts.table)) == (period, n)
        assert isinstance(tables.cohorts(cohorts), Table)

    def test_a_table_of_many_years_shows_the_last_ones_with_customers(self) -> None:
        years = [0, *range(31, 50)]
        with engine_with([(f"c{year}", year * 366, 100) for year in years]) as engine:
            cohorts = order_cohorts(engine, last_day=50 * 366, minimum_group=1)
        rows = rows_of(tables.cohorts(cohorts))
        assert len(cohorts.table) > 15 and len(rows) == 15 and all(row[1].text == "1" for row in rows)

    def test_small_groups_are_hidden(self) -> None:
        first = day_number(MONDAY)
        rows = [(f"a{i}", first, 100) for i in range(20)] + [(f"a{i}", first + 5, 100) for i in range(3)]
        rows += [(f"b{i}", first + 7, 100) for i in range(4)] + [(f"b{i}", first + 9, 100) for i in range(4)]
        rows += [(f"c{i}", first + 14, 100) for i in range(30)] + [(f"c{i}", first + 16, 100) for i in range(10)]
        with engine_with(rows) as engine:
            cohorts = order_cohorts(engine, last_day=first + 400, minimum_group=5)
        table = tables.cohorts(cohorts)
        assert [[cell.text for cell in row] for row in rows_of(table)] == [
            ["week from 2 January 2023", "hidden", "hidden", "hidden"],  # 54 in all, of whom 30 are shown, leave 4
            ["week from 9 January 2023", "hidden", "hidden", "hidden"],
            ["week from 16 January 2023", "30", "33%", "33%"],
        ]
        assert table is not None and table.note.endswith(
            "Hidden: groups of under 5 customers, and the next smallest that would give them away."
        )
        assert [row[0].small for row in table.rows] == ["may hold old customers", "", ""]

    def test_the_few_who_stayed_away_are_hidden_as_well(self) -> None:
        first = day_number(MONDAY)
        rows = [(f"a{i}", first + 7 * (i % 3), 100) for i in range(60)]
        rows += [(f"a{i}", first + 30, 100) for i in range(60) if i not in (1, 4)]  # two of the second week stay away
        with engine_with(rows) as engine:
            cohorts = order_cohorts(engine, last_day=first + 400, minimum_group=5)
        assert [row[3].text for row in rows_of(tables.cohorts(cohorts))] == ["hidden", "hidden", "100%"]
        assert cohorts.heading == "Most of the customers have come back so far"
        assert "most of them have ordered on a later day" in cohorts.reading

    def test_a_period_of_which_a_few_were_followed_hides_no_other(self) -> None:
        rows = [(f"{week}-{i}", 4 + 7 * week + j, 100) for week in range(4) for i in range(20) for j in (0, i % 2)]
        rows += [(f"late{i}", 32 if i < 3 else 36, 100) for i in range(20)]
        with engine_with(rows) as engine:
            cohorts = order_cohorts(engine, last_day=122, minimum_group=5)
        assert [row[2].text for row in rows_of(tables.cohorts(cohorts))] == ["50%", "50%", "50%", "50%", "hidden"]
        assert (
            "and is left out here, as is a week of which under 5 could be followed: of the 60 customers who could be "
            "followed for 90 days, 50% came back" in cohorts.reading
        )

    def test_the_first_period_counts_where_there_is_no_other(self) -> None:
        with engine_with([(f"a{i}", day, 100) for i in range(20) for day in (4, 4 + 9 * (i % 2))]) as engine:
            cohorts = order_cohorts(engine, last_day=400, minimum_group=5)
        assert cohorts.heading == "50% of the customers came back within 90 days"
        assert (
            "The week from 5 January 1970 may hold old customers, from before the data begin. Of the 20 customers who "
            "could be followed for 90 days, 50% came back in that time"
        ) in cohorts.reading

    def test_the_table_says_why_later_rows_have_fewer_back_so_far(self, retail: Intake) -> None:
        table = tables.cohorts(retail.cohorts)
        assert (
            table is not None
            and ("Later rows had less time for “back so far”; what can be compared is “back within 90 days”.")
            in table.note
        )

    def test_a_few_customers_are_not_told_on(self) -> None:
        with engine_with([("a", 0, 100), ("b", 0, 100), ("a", 5, 100)]) as engine:
            cohorts = order_cohorts(engine, last_day=400, minimum_group=5)
        assert cohorts.heading == "Few of the customers have come back so far"
        assert cohorts.reading == (
            "Under 5 customers ordered for the first time within 1 week, and some of them have ordered on a later day "
            "as well. The week from 29 December 1969 may hold old customers, from before the data begin. Of the under "
            "5 customers who could be followed for 90 days, some came back in that time."
        )

    def test_differences_by_chance_are_called_so(self) -> None:
        rows = [(f"{week}-{i}", 4 + 7 * week, 100) for week in range(5) for i in range(50)]
        rows += [(f"{week}-{i}", 8 + 7 * week, 100) for week in range(5) for i in range(19 + week)]
        with engine_with(rows) as engine:
            reading = order_cohorts(engine, last_day=400, minimum_group=5).reading
        assert "43% came back in that time (95% interval 36–50%), and the weeks differ in that no more than" in reading

    def test_who_cannot_be_followed_yet_is_not_counted_as_staying_away(self) -> None:
        with engine_with([(f"c{i}", i, 100) for i in range(30)]) as engine:
            cohorts = order_cohorts(engine, last_day=60, minimum_group=5)
        assert cohorts.back is None and cohorts.findings == {}
        assert "None of them could be followed for 90 days yet." in cohorts.reading


Line = tuple[str, str | None, int, bool, int, float | None]


def matched_by_hand(lines: Sequence[Line]) -> dict[str, list[tuple[str, int, int, int | None]]]:
    """Match returns with piles in Python: customer -> (how, day, cents, days since the purchase), sorted."""
    found: dict[str, list[tuple[str, int, int, int | None]]] = defaultdict(list)
    by_customer: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        by_customer[line[0]].append(line)
    for customer, own in by_customer.items():
        bought, returned = [x for x in own if not x[3]], [x for x in own if x[3]]
        named, left = set(), []
        for back in returned:
            days = [x[2] for x in bought if x[1] is not None and x[1] == back[1]]
            if days and min(days) <= back[2]:
                named.add(back[1])
                found[customer].append(("number", back[2], back[4], back[2] - min(days)))
            else:
                left.append(back)
        events = [x for x in bought if x[1] not in named] + left
        events.sort(key=lambda x: (x[2], x[3], _price(x) or -1, x[5] or -1, x[1] or ""))
        piles: dict[int, list[Line]] = defaultdict(list)
        unfound = []
        for event in events:
            if not event[3]:
                piles[event[4]].append(event)
            elif piles[event[4]]:
                found[customer].append(("amount", event[2], event[4], event[2] - piles[event[4]].pop()[2]))
            else:
                unfound.append(event)
        rest = [x for pile in piles.values() for x in pile]
        for back in unfound:
            fits = [
                x[2] for x in rest
                if x[2] <= back[2] and _price(x) and _price(x) == _price(back) and (x[5] or 0) >= (back[5] or 0)
            ]  # fmt: skip
            if fits:
                found[customer].append(("part", back[2], back[4], back[2] - max(fits)))
            else:
                how = "other" if any(x[2] <= back[2] for x in bought) else "none"
                found[customer].append((how, back[2], back[4], None))
    return {customer: sorted(rows, key=str) for customer, rows in found.items()}


def _price(line: Line) -> int | None:
    return None if not line[5] else int(np.floor(line[4] / line[5] + 0.5))


def matched(engine: Engine) -> dict[str, list[tuple[str, int, int, int | None]]]:
    match_returns(engine)
    found: dict[str, list[tuple[str, int, int, int | None]]] = defaultdict(list)
    for customer, *row in engine.rows("SELECT customer_id, how, day, revenue, waited FROM return_lines ORDER BY ALL"):
        found[customer].append(tuple(row))
    return {customer: sorted(rows, key=str) for customer, rows in found.items()}


class TestReturns:
    """Each return against the customer's purchases: by number, by amount, as a part, or not at all."""

    @pytest.mark.parametrize(
        ("purchases", "back", "expected"),
        [
            ([("1", 3, 500)], ("1", 9, 200), ("number", 6)),
            ([("1", 3, 500), ("2", 5, 200)], ("1", 9, 200), ("number", 6)),
            ([("1", 3, 500)], ("1", 2, 500), ("none", None)),
            ([("1", 3, 500), ("2", 5, 500)], (None, 9, 500), ("amount", 4)),
            ([("1", 9, 500)], (None, 9, 500), ("amount", 0)),
            ([("1", 3, 500)], ("C1", 9, 499), ("other", None)),
            ([("1", 10, 500)], ("C1", 9, 500), ("none", None)),
            ([], ("C1", 9, 500), ("none", None)),
        ],
    )
    def test_one_return(
        self, purchases: list[tuple[str, int, int]], back: tuple[str | None, int, int], expected: tuple[str, int | None]
    ) -> None:
        lines: list[Line] = [("a", order, day, False, cents, None) for order, day, cents in purchases]
        with engine_of_lines([*lines, ("a", back[0], back[1], True, back[2], None)]) as engine:
            ((how, _, _, waited),) = matched(engine)["a"]
        assert (how, waited) == expected

    def test_a_purchase_is_given_back_once(self) -> None:
        lines: list[Line] = [("a", None, day, False, 500, None) for day in (1, 4)]
        lines += [("a", None, day, True, 500, None) for day in (2, 5, 6)]
        with engine_of_lines(lines) as engine:
            assert [(how, waited) for how, _, _, waited in matched(engine)["a"]] == [
                ("amount", 1), ("amount", 1), ("other", None),
            ]  # fmt: skip

    def test_a_part_of_a_line_is_found_by_the_price_per_piece(self) -> None:
        lines: list[Line] = [("a", "1", 1, False, 1200, 12.0), ("a", "2", 3, False, 200, 2.0)]
        for pieces, expected in ((5.0, ("part", 4)), (1.0, ("part", 2)), (13.0, ("other", None))):
            with engine_of_lines([*lines, ("a", "C3", 5, True, int(100 * pieces), pieces)]) as engine:
                ((how, _, _, waited),) = matched(engine)["a"]
            assert (how, waited) == expected

    def test_nobody_elses_purchase_is_taken(self) -> None:
        with engine_with([("a", 1, 500)], returns=[("b", 2, 500)]) as engine:
            assert matched(engine) == {"b": [("none", 2, 500, None)]}

    @given(
        st.lists(
            st.tuples(
                st.sampled_from("ab"), st.sampled_from([None, "1", "2"]), st.integers(0, 6), st.booleans(),
                st.sampled_from([100, 200, 300]), st.sampled_from([None, 1.0, 2.0, 3.0]),
            ),
            max_size=14,
        )
    )  # fmt: skip
    @settings(max_examples=60)
    @pytest.mark.thorough
    def test_any_shop_is_matched_as_by_hand(self, lines: list[Line]) -> None:
        with engine_of_lines(lines) as engine:
            assert matched(engine) == matched_by_hand(lines)

    def test_the_matching_can_be_translated_for_spark(self) -> None:
        with engine_with([("a", 1, 500)], returns=[("a", 2, 500)]) as engine:
            before = len(engine.statements)
            match_returns(engine)
            count_returns(engine, currency="EUR", minimum_group=5)
            statements = engine.statements[before:]
        assert len(statements) >= 6
        for sql in statements:
            level = sqlglot.ErrorLevel.RAISE
            (spark,) = sqlglot.transpile(sql, read="duckdb", write="spark", unsupported_level=level)
            sqlglot.parse_one(spark, read="spark")
            assert " / " not in sql.replace("CAST(revenue AS DOUBLE) / ", "")

    @pytest.mark.thorough
    def test_online_retail_as_by_hand(self, retail: Intake, retail_lines: pd.DataFrame) -> None:
        returns = retail.returns
        columns = (retail_lines[name] for name in ("customer", "order", "day", "is_return", "cents", "pieces"))
        days = (retail_lines["day"] - pd.Timestamp(EPOCH)).dt.days
        who = set(retail_lines.loc[retail_lines["is_return"], "customer"])
        lines = [
            (customer, order, int(day), bool(is_return), int(cents), float(pieces))
            for (customer, order, _, is_return, cents, pieces), day in zip(
                zip(*columns, strict=True), days, strict=True
            )
            if customer in who
        ]
        rows = pd.DataFrame(
            [row for found in matched_by_hand(lines).values() for row in found],
            columns=["how", "day", "cents", "waited"],
        )
        by_way = returns.table.set_index("how")
        assert by_way["lines"].to_dict() == {"number": 0, "amount": 3846, "part": 4067, "other": 678, "none": 314}
        assert rows.groupby("how").size().to_dict() == by_way["lines"][by_way["lines"] > 0].to_dict()
        np.testing.assert_allclose(
            by_way["value"], rows.groupby("how")["cents"].sum().reindex(by_way.index).fillna(0) / 100
        )
        waited = rows.groupby("how")["waited"].median()
        assert by_way["median_days"].dropna().to_dict() == waited.dropna().to_dict()
        assert returns.median_days == rows["waited"].median() == 7

    @pytest.mark.thorough
    def test_online_retail_before_and_after(self, retail: Intake, retail_lines: pd.DataFrame) -> None:
        returns = retail.returns
        bought, back = (retail_lines[retail_lines["is_return"] == flag] for flag in (False, True))
        assert returns.sold == bought["cents"].sum() / 100 == 8_911_407.90
        assert returns.value == pytest.approx(back["cents"].sum() / 100) == pytest.approx(611_342.09)
        assert returns.n == 8_905 and returns.n_customers == back["customer"].nunique() == 1_589
        assert returns.n_only == len(set(back["customer"]) - set(bought["customer"])) == 33
        total = retail_lines["cents"].where(~retail_lines["is_return"], -retail_lines["cents"])
        left = total.groupby(retail_lines["customer"]).sum()
        assert returns.n_negative == int((left[left.index.isin(bought["customer"])] < 0).sum())
        assert returns.heading == "6.9% of the revenue was given back"
        assert "8,905 return lines of 1,589 customers take £611,342 back, 6.9% of it, and £8,300,066 is left." in (
            returns.reading
        )
        assert returns.findings["returns.share_of_revenue"].value == pytest.approx(611_342.09 / 8_911_407.90)

    @pytest.mark.thorough
    def test_the_latest_purchase_of_an_amount_is_mostly_of_the_returned_product(
        self, retail_lines: pd.DataFrame
    ) -> None:
        """Why the latest and not the oldest: the lines name their products, which the matching does not look at."""
        same: dict[str, list[bool]] = {"latest": [], "oldest": []}
        waited: dict[str, list[int]] = {"latest": [], "oldest": []}
        for which, at in (("latest", -1), ("oldest", 0)):
            piles: dict[tuple[str, int], list[tuple[pd.Timestamp, str]]] = defaultdict(list)
            some = retail_lines["customer"].isin(retail_lines.loc[retail_lines["is_return"], "customer"])
            ordered = retail_lines[some].sort_values(["day", "is_return"], kind="stable")
            rows = (ordered[name] for name in ("customer", "cents", "day", "is_return", "code"))
            for customer, cents, day, is_return, code in zip(*rows, strict=True):
                if not is_return:
                    piles[customer, cents].append((day, code))
                elif piles[customer, cents]:
                    bought, product = piles[customer, cents].pop(at)
                    same[which].append(product == code)
                    waited[which].append((day - bought).days)
        assert np.mean(same["latest"]) > np.mean(same["oldest"]) + 0.05
        by_product = [days for days, right in zip(waited["latest"], same["latest"], strict=True) if right]
        assert abs(np.median(waited["latest"]) - np.median(by_product)) <= 3 < np.median(waited["oldest"]) - 7

    def test_who_only_gives_back_is_no_buyer(self, tmp_path: Path) -> None:
        head = "customer_id,ordered_at,revenue"
        rows = [f"b{i},2024-01-0{i + 1},50" for i in range(6)]
        back = [f"b{i},2024-01-1{i},-60" for i in range(6)] + [f"r{i},2024-01-1{i},-10" for i in range(5)]
        write_study(tmp_path, orders=orders_csv(*rows, *back, head=head))
        with check_study(tmp_path) as intake:
            assert intake.n_customers == 6
            returns = intake.returns
        assert (returns.n_only, returns.n_negative, returns.n_customers) == (5, 6, 11)
        assert returns.reading == (
            "Before returns the revenue is €300.00. 11 return lines of 11 customers take €410.00 back, 136.7% of it, "
            "and −€110.00 is left. No earlier purchase fits any of them. 5 customers only gave back, never bought, and "
            "count as no buyers. 6 customers gave back more than they bought."
        )
        assert [row[0].text for row in rows_of(tables.returns(returns))] == [
            "Not found: none of the earlier orders fits", "Not found: the customer has no earlier order",
            "All returns",
        ]  # fmt: skip

    def test_returns_of_a_few_customers_are_not_told_on(self) -> None:
        with engine_with([("a", 1, 500)], returns=[("a", 2, 77), ("a", 2, 500)]) as engine:
            match_returns(engine)
            returns = count_returns(engine, currency="EUR", minimum_group=5)
        assert returns.heading == "A few customers gave something back"
        shown = returns.reading + str(tables.returns(returns))
        assert "0.77" not in shown and "5.77" not in shown and "5.00" not in shown
        assert returns.findings["returns.matched_share"].value == 0.5

    def returned(self, **customers: int) -> Returns:
        """Return what so many customers gave back in each way, two lines of 10 each."""
        n = np.array([customers.get(how, 0) for how in HOW])
        days = np.where(n > 0, 12.5, np.nan)
        table = pd.DataFrame({"how": HOW, "lines": 2 * n, "customers": n, "value": 20.0 * n, "median_days": days})
        return Returns(table, 10_000.0, int(n.sum()), median_days=12.5)

    def test_a_few_in_one_way_are_not_what_the_others_leave_of_the_total(self) -> None:
        returns = self.returned(number=40, amount=20, none=3)
        table = tables.returns(returns)
        assert [[cell.text for cell in row] for row in rows_of(table)] == [
            ["By the order’s number", "80", "€800.00", "13"],
            ["By the same amount", "hidden", "hidden", "–"],
            ["Not found: the customer has no earlier order", "hidden", "hidden", "–"],
            ["All returns", "126", "€1,260.00", "13"],
        ]
        assert all(not cell.small for row in rows_of(table)[1:3] for cell in row)
        assert table is not None and "Hidden: groups of under 5 customers" in table.note
        assert (
            "A purchase was found for most of them; too few customers stand behind the rest to say more."
            in returns.reading
        )

    def test_what_leaves_all_of_the_hidden_ones_together_is_told(self) -> None:
        returns = self.returned(number=40, other=7, none=3)
        assert returns.hidden == {"other", "none"}
        assert returns.reading.endswith(
            "A purchase was found for 80 of them; half of these came back within 13 days. The others (20.0% of the "
            "value) fit nothing that the customer had bought before."
        )

    @pytest.mark.parametrize(
        "few", [{"number": 9, "amount": 2}, {"other": 4, "none": 4}, {"part": 30, "other": 1, "none": 2}]
    )
    def test_hidden_ways_hold_enough_customers_together(self, few: dict[str, int]) -> None:
        returns = self.returned(**few)
        assert returns.hidden == {how for how, n in few.items() if n}
        assert "€" not in "".join(cell.text for row in rows_of(tables.returns(returns))[:-1] for cell in row)

    def test_without_returns_there_is_a_sentence_and_no_table(self) -> None:
        with engine_with([("a", 1, 500)]) as engine:
            match_returns(engine)
            returns = count_returns(engine, currency="EUR", minimum_group=5)
        assert (returns.heading, returns.findings) == ("Nothing was given back", {})
        assert returns.reading == "No line of the orders is a return, so nothing is taken off the revenue."
        assert tables.returns(returns) is None

    @pytest.mark.thorough
    def test_what_is_left_is_what_customers_brought(self) -> None:
        with open_study(ROOT / "data" / "corner-shop") as kit:
            returns = kit.intake.returns
            (left,) = kit.intake.engine.row("SELECT SUM(CASE WHEN is_return THEN -revenue ELSE revenue END) FROM days")
        assert returns.sold - returns.value == pytest.approx(left / 100)
        assert returns.n_found == returns.n == 713  # the simulator's returns carry the number of their order
        assert set(returns.table["how"][returns.table["lines"] > 0]) <= set(FOUND)


class TestCycle:
    @pytest.mark.parametrize("study", ["cdnow", "corner-shop"])
    def test_the_typical_gap_is_that_of_the_customer_table(self, study: str) -> None:
        with open_study(ROOT / "data" / study) as kit:
            cycle = kit.intake.cycle
            assert cycle.typical_days == kit.customers.typical_gap_days
            assert cycle.holdout_days == kit.customers.holdout_days == cycle.findings["holdout_days"].value
        assert cycle.is_long_enough and cycle.heading == "The hold-out is long enough to tell who stays away"

    @given(st.lists(st.integers(1, 40), min_size=1, max_size=30), st.sampled_from([0.1, 0.5, 0.8, 1.0]))
    def test_quantiles_are_numpys(self, gaps: list[int], share: float) -> None:
        days, counts = np.unique(gaps, return_counts=True)
        cycle = PurchaseCycle(pd.DataFrame({"days": days, "gaps": counts, "share": counts.cumsum() / len(gaps)}))
        assert cycle.quantile(share) == pytest.approx(np.quantile(gaps, share))

    def study(self, folder: Path, calibration_end: str) -> Path:
        rows = [f"c{i},{dt.date(2023, 1, 2) + dt.timedelta(days=i + step)},9" for i in range(30) for step in STEPS]
        return write_study(folder, head=f"{HEAD}calibration_end: {calibration_end}\n", orders=orders_csv(*rows))

    @pytest.mark.parametrize(("cut", "can"), [("2023-07-01", "yes"), ("2023-08-28", "partly"), ("2023-09-25", "no")])
    def test_a_hold_out_shorter_than_the_gaps_is_told_with_what_to_do(self, tmp_path: Path, cut: str, can: str) -> None:
        with check_study(self.study(tmp_path, cut)) as intake:
            (asked,) = [q for q in intake.questions.asked if "long enough" in q.question]
            cycle = intake.cycle
        assert asked.can == can
        if can == "yes":
            assert not asked.bring and cycle.is_long_enough
            return
        _, earlier = cycle.enough
        assert (
            earlier and f"a calibration_end of {earlier.day} " in asked.bring and "too short to tell" in cycle.reading
        )
        with check_study(self.study(tmp_path, earlier.isoformat())) as intake:
            assert intake.cycle.is_long_enough

    def test_nobody_came_back(self, tmp_path: Path) -> None:
        write_study(tmp_path, orders=orders_csv(*(f"c{i},2024-01-{i + 1:02d},5" for i in range(20))))
        with check_study(tmp_path) as intake:
            (asked,) = [q for q in intake.questions.asked if "long enough" in q.question]
            assert (asked.can, asked.bring) == ("no", "a longer order history")
            assert intake.cycle.heading == "Nobody came back, so there is no cycle to go by"
            assert plots.purchase_cycle.lacks is not None and plots.purchase_cycle.lacks(intake.cycle)
            assert set(intake.cycle.findings) == {"holdout_days"}

    def test_no_row_of_the_numbers_tells_of_a_few_gaps(self) -> None:
        days, gaps = np.array([3, 20, 60, 400]), np.array([2, 30, 28, 2])
        table = pd.DataFrame({"days": days, "gaps": gaps, "share": gaps.cumsum() / gaps.sum()})
        cycle = PurchaseCycle(table, MONDAY, dt.date(2023, 6, 1), dt.date(2024, 5, 31))
        assert [[cell.text for cell in row] for row in rows_of(plots.purchase_cycle.block(cycle).numbers)] == [
            ["7 days", "under 5", "–"],
            ["30 days", "32", "52%"],
            ["90 days", "all but under 5", "–"],
            ["180 days", "all but under 5", "–"],
            ["365 days", "all but under 5", "–"],
            ["Length of the hold-out", "all but under 5", "–"],
        ]
        assert "of the gaps are no longer" not in plots.purchase_cycle.block(cycle).caption.alt

    def test_nearly_all_is_not_all(self) -> None:
        table = pd.DataFrame({"days": [3, 400], "gaps": [9056, 18], "share": [9056 / 9074, 1.0]})
        cycle = PurchaseCycle(table, MONDAY, dt.date(2023, 6, 1), dt.date(2024, 5, 31))
        rows = rows_of(plots.purchase_cycle.block(cycle).numbers)
        assert [cell.text for cell in rows[0]] == ["7 days", "9,056", "over 99%"]

    def test_days_are_told_whole(self) -> None:
        table = pd.DataFrame({"days": [46, 47], "gaps": [10, 10], "share": [0.5, 1.0]})
        cycle = PurchaseCycle(table, MONDAY, dt.date(2023, 6, 1), dt.date(2024, 5, 31))
        block = plots.purchase_cycle.block(cycle)
        assert cycle.median_days == 46.5 and "half of these within 47 days of" in cycle.reading
        assert "46.5" not in cycle.reading + block.caption.title + block.caption.alt + block.wide

    @pytest.mark.parametrize("cut", ["2023-03-01", "2023-07-01", "2023-09-20"])
    def test_it_is_drawn_whatever_the_length(self, tmp_path: Path, cut: str) -> None:
        with check_study(self.study(tmp_path, cut)) as intake:
            block = plots.purchase_cycle.block(intake.cycle)
        assert block.numbers is not None and block.numbers.rows[-1][0].text == "Length of the hold-out"
        assert len(block.caption.alt) < 400 and "hold-out" in block.wide


STEPS = (0, 7, 14, 21, 60, 67, 100, 130, 137, 170, 200, 240)


class TestTogether:
    def shop(self, folder: Path, *, cost: bool) -> Path:
        """Write a shop whose customers bring the more the later they ordered; with costs, they all bring the same."""
        rng = np.random.default_rng(5)
        rows = []
        for i in range(200):
            last = dt.date(2023, 1, 2) + dt.timedelta(days=i)
            revenue = 100 + 10 * i
            rows.append(f"c{i},{last},{revenue},{revenue - int(rng.integers(1, 60))}")
        rows += [f"late{i},2023-12-0{i + 1},5,1" for i in range(9)]
        head = f"{HEAD}calibration_end: 2023-08-01\n"
        source = "  orders: {path: orders.csv}\n"
        names = "customer_id,ordered_at,revenue," + ("cost" if cost else "note")
        return write_study(folder, source, head=head, orders=orders_csv(*rows, head=names))

    def test_without_costs_the_two_are_one(self, tmp_path: Path) -> None:
        with open_study(self.shop(tmp_path, cost=False)) as kit:
            together = activity_against_profit(kit.customers)
            answer = intake_answer(kit.intake, kit.intake.questions.and_also(together.question))
        assert together.correlation is not None and together.correlation.number > 0.99
        assert together.heading == "Active and profitable customers are nearly the same ones"
        assert "expect those to be small" in together.reading and "Bring the cost of goods" in together.reading
        assert together.question.can == "partly" and "orders: cost" in together.question.bring
        assert answer.facts[2].unit == "of 13 questions"

    def test_with_costs_they_are_two(self, tmp_path: Path) -> None:
        with open_study(self.shop(tmp_path, cost=True)) as kit:
            together = activity_against_profit(kit.customers)
            questions = kit.intake.questions.and_also(together.question)
        assert together.correlation is not None and abs(together.correlation.number) < 0.25
        found, chance = together.crossed
        assert abs(found - chance) < 0.12 and together.question.can == "yes" and not together.question.bring
        assert questions.asked[3] == together.question and len(questions.asked) == 13

    @pytest.mark.parametrize(("counts", "hidden"), [([13, 3, 3, 13], True), ([16, 0, 0, 16], False)])
    def test_of_four_groups_one_small_one_hides_all(self, counts: list[int], *, hidden: bool) -> None:
        table = pd.DataFrame({"half": ["recent", "silent"], "profitable": counts[::2], "unprofitable": counts[1::2]})
        found = Together(Estimate(0.9, 0.8, 0.95, n=32), table, n=32, margin_rate=0.3)
        assert (tables.activity_and_profit(found) is None) == hidden
        assert (
            "some of these groups hold under 5 customers. Those who are have to fill two" in found.reading
        ) == hidden
        assert ("0% of the customers are above the median in one" in found.reading) != hidden

    def test_it_is_what_the_segmentation_finds(self) -> None:
        from cxlab.segments import assign_segments

        with open_study(ROOT / "data" / "corner-shop") as kit:
            together = activity_against_profit(kit.customers)
            assert together.findings == assign_segments(kit.customers).findings
            frame = kit.customers.frame
        assert together.table.to_numpy()[:, 1:].sum() == len(frame)

    def test_order_of_the_customers_changes_nothing(self) -> None:
        with open_study(ROOT / "data" / "cdnow") as kit:
            customers = kit.customers
        mixed = replace(customers, frame=customers.frame.sample(frac=1.0, random_state=2))
        one, other = activity_against_profit(customers), activity_against_profit(mixed)
        assert one.reading == other.reading and one.table.equals(other.table)


class TestWithoutOrders:
    """An experiment that brings outcomes alone: each section says in a sentence that there are no orders."""

    def test_every_section_says_so(self, tmp_path: Path) -> None:
        (tmp_path / "trial.csv").write_text("arm,outcome\n" + "card,1\ncontrol,0\n" * 20, encoding="utf-8")
        write_study(tmp_path, "  outcomes: {path: trial.csv, control: control}\n")
        with open_study(tmp_path) as kit:
            assert kit.customers_if_any is None
            together = activity_against_profit(kit.customers_if_any)
            results = (kit.intake.calendar, kit.intake.cohorts, kit.intake.returns, kit.intake.cycle, together)
            for result in results:
                assert "brings no orders" in result.reading and result.findings == {} and result.heading
            shown = (tables.cohorts(kit.intake.cohorts), tables.returns(kit.intake.returns))
            assert (*shown, tables.activity_and_profit(together)) == (None, None, None)
            questions = kit.intake.questions.and_also(together.question)
            assert sum(q.can == "yes" for q in questions.asked) == 1
            assert intake_answer(kit.intake, questions).tag == "Ready"


def test_what_was_kept_tells_the_same(tmp_path: Path) -> None:
    rows = [*good_rows(), *(f"c{i},2024-02-0{i + 1},-{i}.50" for i in range(8))]
    write_study(tmp_path, orders=orders_csv(*rows))
    with open_study(tmp_path) as kit:
        intake = kit.intake
        intake.keep(tmp_path / "kept")
        before = [intake.returns, intake.cohorts, intake.cycle, intake.calendar]
    from cxlab.intake import read_study

    with read_study(kit.study, kit.parameters, store=tmp_path / "kept") as again:
        assert again.hashes
        after = [again.returns, again.cohorts, again.cycle, again.calendar]
    for one, other in zip(before, after, strict=True):
        assert one.reading == other.reading and one.table.equals(other.table)


def test_types_are_those_of_the_page() -> None:
    """Every result can be shown: it has a table, a reading and findings."""
    for kind in (Cohorts, Returns, PurchaseCycle):
        assert {"table", "reading", "heading", "findings"} <= set(dir(kind)) | set(kind.__dataclass_fields__)
