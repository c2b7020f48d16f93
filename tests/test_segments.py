"""The rule that makes four segments, and what is said of them."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.made.planted import RATES, planted_customers
from cxlab.blocks import SEGMENTS
from cxlab.customers import Customers
from cxlab.estimate import wilson_interval
from cxlab.segments import SegmentError, assign_segments, describe_segments


def few_customers(
    silent: list[int], contribution: list[float], *, repeats: list[int] | None = None, gaps: list[float] | None = None
) -> Customers:
    """Hand-made customers: days since the last order, contribution so far, repeat purchases, usual gap."""
    n = len(silent)
    frame = pd.DataFrame(
        {
            "customer_id": [f"c{i}" for i in range(n)],
            "days_since_last_order": silent,
            "repeat_purchases": repeats or [0] * n,
            "median_gap_days": gaps or [np.nan] * n,
            "revenue": np.abs(contribution),
            "contribution": contribution,
            "holdout_purchases": [0] * n,
            "holdout_contribution": [0.0] * n,
        }
    )
    return Customers(frame, dt.date(2024, 1, 1), dt.date(2024, 6, 28), dt.date(2024, 12, 31), "EUR", True, None, 40.0)


def test_right_is_active_and_up_is_profitable() -> None:
    four = few_customers([10, 100, 10, 100], [5.0, 5.0, -5.0, -5.0])
    assert assign_segments(four).labels.tolist() == list(SEGMENTS)


def test_an_order_exactly_on_the_line_is_still_active_and_nothing_earned_is_not_profitable() -> None:
    assert assign_segments(few_customers([40, 41], [0.0, 0.01])).labels.tolist() == ["candidates", "misunderstood"]


def test_the_line_of_activity_is_the_usual_gap_but_at_most_half_of_the_window() -> None:
    customers = few_customers([1], [1.0])
    assert assign_segments(customers).active_days == 40
    assert assign_segments(replace(customers, typical_gap_days=150.0)).active_days == customers.calibration_days // 2
    assert assign_segments(replace(customers, typical_gap_days=None)).active_days == customers.calibration_days // 2
    assert assign_segments(customers, active_days=7).active_days == 7


def test_profit_is_above_zero_with_costs_above_the_median_without_and_above_an_amount_when_it_is_given() -> None:
    customers = few_customers([1, 1, 1], [1.0, 2.0, 30.0])
    assert assign_segments(customers).threshold == 0
    assert assign_segments(replace(customers, costs_known=False, margin_rate=0.3)).threshold == 2
    assert assign_segments(customers, min_profit=15).profitability == "amount"
    assert assign_segments(customers, min_profit=15).labels.tolist() == ["candidates", "candidates", "profit_bringers"]


def test_by_cadence_a_weekly_buyer_is_passive_long_before_a_yearly_one() -> None:
    customers = few_customers([30, 30, 30, 30], [1.0] * 4, repeats=[9, 9, 1, 0], gaps=[7.0, 100.0, 7.0, np.nan])
    labels = assign_segments(customers, activity="cadence", active_days=35).labels
    assert labels.tolist() == ["misunderstood", "profit_bringers", "profit_bringers", "profit_bringers"]


def test_by_the_chance_of_being_a_customer_half_is_enough() -> None:
    customers = few_customers([1, 1], [1.0, 1.0])
    assert assign_segments(customers, activity="p_alive", alive=[0.5, 0.49]).labels.tolist() == [
        "profit_bringers",
        "misunderstood",
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"activity": "recent"}, "choose one of recency, cadence, p_alive"),
        ({"profitability": "mean"}, "choose one of break_even, median, amount"),
        ({"profitability": "amount"}, "set min_profit"),
        ({"activity": "p_alive"}, "pass alive"),
        ({"activity": "p_alive", "alive": [0.5]}, "give one each"),
        ({"activity": "p_alive", "alive": [0.5, 1.5]}, "outside 0 to 1"),
        ({"active_days": 0}, "at least 1 day"),
    ],
)
def test_a_rule_that_does_not_fit_says_what_to_do(arguments: dict[str, object], said: str) -> None:
    with pytest.raises(SegmentError, match=said):
        assign_segments(few_customers([1, 1], [1.0, 1.0]), **arguments)  # type: ignore[arg-type]


def test_no_customers_is_an_error_that_names_the_day() -> None:
    with pytest.raises(SegmentError, match="2024-06-28"):
        assign_segments(few_customers([], []))


@given(st.lists(st.tuples(st.integers(0, 179), st.floats(-50, 50)), min_size=1, max_size=40), st.randoms())
@settings(max_examples=50)
def test_the_order_of_the_rows_changes_nobodys_segment(rows: list[tuple[int, float]], random: object) -> None:
    customers = few_customers([r[0] for r in rows], [r[1] for r in rows])
    order = list(range(len(rows)))
    random.shuffle(order)  # type: ignore[attr-defined]
    turned = replace(customers, frame=customers.frame.iloc[order].reset_index(drop=True))
    one, other = (
        dict(zip(c.frame["customer_id"], assign_segments(c, profitability="median").labels, strict=True))
        for c in (customers, turned)
    )
    assert one == other


def test_what_happens_in_the_holdout_window_moves_nobody() -> None:
    customers = planted_customers(200, 1)
    later = customers.frame.assign(holdout_purchases=99, holdout_revenue=1e6, holdout_contribution=1e6)
    before, after = (assign_segments(c).labels for c in (customers, replace(customers, frame=later)))
    assert before.equals(after)


def test_sizes_and_shares_add_up_and_every_finding_is_a_number() -> None:
    customers = planted_customers(500, 2)
    profile = describe_segments(customers, assign_segments(customers), n_bootstrap=50)
    assert sum(row.customers for row in profile.rows) == 500
    for key in ("size", "contribution_share", "holdout_contribution_share"):
        assert sum(profile.findings[f"{key}.{s}"].number for s in SEGMENTS) == pytest.approx(1)
    counted = {key: found for key, found in profile.findings.items() if key.startswith("customers.")}
    assert sum(found.number for found in counted.values()) == 500 and len(counted) == 4
    others = [found for key, found in profile.findings.items() if key not in counted]
    assert all(np.isfinite(found.number) and found.has_interval for found in others)


def test_an_interval_carries_the_number_of_customers_it_is_reckoned_from() -> None:
    customers = planted_customers(500, 2)
    profile = describe_segments(customers, assign_segments(customers), n_bootstrap=50)
    for row in profile.rows:
        assert row.size == wilson_interval(row.customers, 500, unit="share of customers")
        assert row.contribution_share.n == row.holdout_contribution_share.n == row.size.n == 500
        assert row.holdout_purchases.n == row.bought_again.n == row.customers


def test_the_planted_rates_lie_in_their_intervals() -> None:
    covered = []
    for seed in range(10):
        customers = planted_customers(1500, seed)
        profile = describe_segments(customers, assign_segments(customers), seed=seed)
        covered += [
            row.holdout_purchases.low <= RATES[row.segment] <= row.holdout_purchases.high  # type: ignore[operator]
            for row in profile.rows
        ]
    assert np.mean(covered) >= 0.85  # 40 intervals of 95 %: fewer than 34 hits happen once in 5,000 times


def test_an_empty_segment_is_counted_as_nobody_and_said() -> None:
    customers = few_customers([1, 2, 3, 100], [1.0, 2.0, 3.0, 4.0])
    profile = describe_segments(customers, assign_segments(customers), n_bootstrap=20, minimum_group=1)
    assert profile.row("lost").customers == 0
    assert profile.findings["size.lost"].value == 0
    assert "holdout_purchases.lost" not in profile.findings
    assert "Nobody is in 2 segments: candidates, lost" in profile.reading
    assert "Everybody is profitable, so that question does not divide the customers." in profile.reading


@pytest.mark.parametrize(
    ("silent", "contribution", "said"),
    [
        ([1, 100], [1.0, 1.0], "everybody is profitable, so that question does not"),
        ([1, 100], [-1.0, -1.0], "nobody is profitable, so that question does not"),
        ([1, 1], [1.0, -1.0], "everybody is active, so that question does not"),
        ([100, 100], [1.0, -1.0], "nobody is active, so that question does not"),
        ([1, 1], [-1.0, -1.0], "nobody is profitable and everybody is active, so neither question divides"),
    ],
)
def test_a_question_that_does_not_divide_the_customers_is_named(
    silent: list[int], contribution: list[float], said: str
) -> None:
    customers = few_customers(silent * 5, contribution * 5)
    profile = describe_segments(customers, assign_segments(customers), n_bootstrap=20)
    assert profile.undivided.startswith(said)
    both = few_customers([1, 1, 100], [1.0, -1.0, 1.0])
    assert describe_segments(both, assign_segments(both), n_bootstrap=20).undivided == ""


@pytest.mark.parametrize(
    ("later", "said"), [(-2.0, "brought a loss, \u2212€8.00 in all"), (0.0, "brought no contribution")]
)
def test_a_loss_afterwards_is_called_a_loss(later: float, said: str) -> None:
    customers = few_customers([1, 2, 3, 100], [1.0, 2.0, 3.0, 4.0])
    customers.frame["holdout_contribution"] = later
    assert said in describe_segments(customers, assign_segments(customers), n_bootstrap=20).reading


def test_a_loss_in_total_leaves_the_shares_out_and_says_so() -> None:
    customers = few_customers([1, 1, 100, 100] * 5, [1.0, -9.0, 1.0, -9.0] * 5)
    profile = describe_segments(customers, assign_segments(customers), n_bootstrap=50)
    assert not any(key.startswith("contribution_share") for key in profile.findings)
    assert "adds up to \u2212€80.00" in profile.reading


def test_without_costs_the_page_says_what_to_bring() -> None:
    reading = assign_segments(planted_customers(300, 3, costs_known=False)).reading
    assert "No costs came with the data" in reading and "Bring the cost of goods" in reading
    assert "rank correlation" in reading
    assert "No costs" not in assign_segments(planted_customers(300, 3)).reading


def test_the_same_seed_gives_the_same_table() -> None:
    customers = planted_customers(300, 4)
    tables = [describe_segments(customers, assign_segments(customers), n_bootstrap=30, seed=5).table for _ in range(2)]
    pd.testing.assert_frame_equal(*tables)
