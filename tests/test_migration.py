"""Movement between segments: a planted matrix is found, nothing of the later period is used too early."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks.made.moves import MATRIX, MEANS, START, moved, periods_of
from cxlab.blocks import SEGMENTS
from cxlab.customers import Customers
from cxlab.errors import InputError
from cxlab.kit import open_study
from cxlab.segments import Migration, Periods, segment_migration
from cxlab.segments.migration import expected_shares, transition_shares
from tests.make import HEAD, orders_csv, write_study

PLACE = {name: number for number, name in enumerate(SEGMENTS)}


def followed(n: int, seed: int, *, minimum_group: int = 5) -> tuple[Migration, np.ndarray]:
    """Follow drawn customers; also where they are at the second end, as shares."""
    first, second = moved(n, seed)
    found = segment_migration(periods_of(first, second, seed), seed=seed, minimum_group=minimum_group)
    return found, np.bincount(second, minlength=4) / n


@pytest.mark.parametrize("n", [300, 1500])
def test_intervals_hold_the_planted_matrix_where_it_leads_and_what_lies_between(n: int) -> None:
    hits: dict[str, list[bool]] = {"share": [], "net": [], "one": [], "four": [], "stake": []}
    for seed in range(60):
        found, now = followed(n, seed)
        for (a, b), share in found.transitions.items():
            hits["share"].append(share.low <= MATRIX[PLACE[a], PLACE[b]] <= share.high)  # type: ignore[operator]
        change = START @ MATRIX - START
        for name, net in found.net_change.items():
            hits["net"].append(net.low <= change[PLACE[name]] <= net.high)  # type: ignore[operator]
        for (ahead, name), share in found.expected.items():
            truth = (now @ np.linalg.matrix_power(MATRIX, ahead))[PLACE[name]]
            hits["one" if ahead == 1 else "four"].append(share.low <= truth <= share.high)  # type: ignore[operator]
        for (a, b), stake in found.at_stake.items():
            if stake.has_interval:
                truth = 0.01 * stake.n * (MEANS[PLACE[b]] - MEANS[PLACE[a]])  # type: ignore[operator]
                hits["stake"].append(stake.low <= truth <= stake.high)  # type: ignore[operator]
    for name, held in hits.items():
        assert 0.91 <= np.mean(held) <= 0.985, f"{name}: {np.mean(held):.3f} of {len(held)}"


def test_labels_planted_in_the_two_periods_are_the_labels_found() -> None:
    first, second = moved(400, 1)
    found = segment_migration(periods_of(first, second))
    assert found.first is not None and found.second is not None
    assert found.first.labels.tolist() == [SEGMENTS[k] for k in first]
    assert found.second.labels.tolist() == [SEGMENTS[k] for k in second]
    assert found.counts.to_numpy().sum() == found.n == 400


def test_where_nobody_moves_everybody_stays_and_no_change_is_seen() -> None:
    first, _ = moved(500, 2)
    found = segment_migration(periods_of(first, first))
    for name in SEGMENTS:
        stayed, change = found.transitions[name, name], found.net_change[name]
        assert stayed.number == 1 and stayed.low is not None and stayed.low > 0.9
        assert change.number == 0 and change.low < 0 < change.high  # type: ignore[operator]
        now = np.bincount(first, minlength=4)[PLACE[name]] / 500
        assert found.expected[4, name].number == pytest.approx(now)
    assert found.heading == "As many became profit-bringers as stopped being ones, as far as can be seen"
    assert all(np.diag(found.counts)) and found.counts.to_numpy().sum() == np.trace(found.counts)


def test_a_move_that_nobody_made_is_not_taken_to_be_impossible() -> None:
    counts = np.array([[50, 0, 0, 0], [0, 50, 0, 0], [0, 0, 50, 0], [0, 0, 0, 50]])
    shares = transition_shares(counts, 5)
    assert shares["lost", "profit_bringers"].high > 0.03  # type: ignore[operator]
    ahead = expected_shares(counts, minimum_group=5, seed=1)
    assert ahead[4, "lost"].low < 0.25 < ahead[4, "lost"].high  # type: ignore[operator]


def test_expected_shares_add_up_and_go_towards_where_the_matrix_leads() -> None:
    found, _ = followed(2000, 3)
    for ahead in (1, 4):
        assert sum(found.expected[ahead, name].number for name in SEGMENTS) == pytest.approx(1)
    assert found.expected[4, "lost"].number > found.expected[1, "lost"].number
    assert found.heading == "Fewer customers became profit-bringers than stopped being ones"
    assert "so a fall is to be expected; whoever came later is not among them" in found.reading


def test_the_value_at_stake_turns_its_sign_with_the_direction_but_not_its_customers() -> None:
    found, now = followed(2000, 4)
    up, down = found.at_stake["lost", "profit_bringers"], found.at_stake["profit_bringers", "lost"]
    assert up.number > 0 > down.number
    assert up.number / (0.01 * up.n) == pytest.approx(-down.number / (0.01 * down.n))  # type: ignore[operator]
    assert up.low / up.n == pytest.approx(-down.high / down.n)  # type: ignore[operator]
    assert up.n == round(2000 * now[3])
    assert "not what moving anybody would bring" in found.reading


def test_an_empty_segment_is_said_and_gets_no_number() -> None:
    first, second = moved(400, 5)
    first, second = np.where(first == 2, 3, first), np.where(second == 2, 3, second)
    found = segment_migration(periods_of(first, second))
    assert found.transitions["candidates", "lost"].value is None
    assert not any(key.startswith(("migration.candidates", "value_at_stake.candidates")) for key in found.findings)
    assert "Too few at first to be followed: candidates (nobody)" in found.reading
    assert found.expected[1, "candidates"].number == 0  # nobody was there, and nobody came


def test_a_segment_that_is_too_small_gets_no_number_and_nothing_is_foretold_through_it() -> None:
    first, second = moved(400, 6)
    first = np.where(first == 2, 3, first)
    first[:3] = 2
    found = segment_migration(periods_of(first, second))
    assert found.transitions["candidates", "lost"].value is None
    assert all(share.value is None for share in found.expected.values())
    assert "candidates (under 5)" in found.reading and "How they will be spread later is not given" in found.reading
    assert "3" not in found.reading.split("Too few at first")[1].split(".")[0]


def test_few_who_moved_are_not_among_the_findings_but_in_the_table() -> None:
    counts = {"profit_bringers": 40, "lost": 2}
    first = np.zeros(42, dtype=np.int64)
    second = np.repeat([0, 3], [40, 2])
    found = segment_migration(periods_of(first, second))
    assert found.is_hidden("profit_bringers", "lost") and not found.is_hidden("profit_bringers", "candidates")
    assert "migration.profit_bringers.lost" not in found.findings
    assert "migration.profit_bringers.profit_bringers" not in found.findings  # or the two would follow from the total
    assert "migration.profit_bringers.candidates" in found.findings
    row = found.table[found.table["from_segment"] == "profit_bringers"].set_index("to_segment")["customers"]
    assert {name: row[name] for name in counts} == counts


def test_every_finding_is_a_number_with_an_interval_and_the_same_twice() -> None:
    one, other = (followed(300, 7)[0] for _ in range(2))
    assert one.findings and one.findings == other.findings
    assert all(np.isfinite(found.number) and found.has_interval for found in one.findings.values())
    pd.testing.assert_frame_equal(one.expected_table, other.expected_table)


def test_where_nothing_can_be_said_the_reason_is_and_no_number() -> None:
    first, second = moved(400, 8)
    found = segment_migration(periods_of(first, second, missing="It is too short."))
    assert found.reading == "It is too short." and found.findings == {} and found.n == 0
    assert found.heading == "Who moved between segments cannot be told"
    assert found.table["customers"].sum() == 0 and found.expected_table["first"].sum() == 0


class Alive:
    def __init__(self, chances: np.ndarray) -> None:
        self.chances = chances

    def probability_alive(self) -> np.ndarray:
        return self.chances


def test_a_purchase_model_is_asked_at_both_ends_and_one_that_cannot_be_fitted_is_said() -> None:
    first, second = moved(200, 9)
    periods = periods_of(first, second)

    def fitted(customers: Customers) -> Alive:
        known = first if customers is periods.known_first else second
        return Alive(np.where(np.isin(known, (0, 2)), 0.9, 0.1))

    found = segment_migration(periods, activity="p_alive", purchase_model=fitted)
    assert found.counts.equals(segment_migration(periods).counts)

    def refuse(customers: Customers) -> Alive:
        raise InputError("nobody came back.")

    unfitted = segment_migration(periods, activity="p_alive", purchase_model=refuse)
    assert unfitted.reading == "Movement between segments cannot be told by P(alive): nobody came back."


def shop(folder: Path, rows: list[str], middle: str = "2024-03-31", end: str = "2024-05-30") -> Periods:
    head = HEAD + f"calibration_end: {middle}\nobservation_end: {end}\nparameters: {{margin_rate: 0.5}}\n"
    write_study(folder, head=head, orders=orders_csv(*rows))
    with open_study(folder) as kit:
        return kit.periods


EARLY = [f"c{i:02d},2024-{1 + i % 3:02d}-{1 + i % 27:02d},{10 + i}" for i in range(40)]
BACK = [f"c{i:02d},2024-{month}-{2 + i % 27:02d},{5 + i}" for i in range(0, 40, 2) for month in ("02", "03")]
LATER = [f"c{i:02d},2024-05-{1 + i:02d},{20 + i}" for i in range(0, 20)]


def test_each_period_holds_its_own_money_and_its_own_silence(tmp_path: Path) -> None:
    a = ["a,2024-01-10,100", "a,2024-02-10,40", "a,2024-04-10,30"]
    periods = shop(tmp_path, [*a, "b,2024-03-01,8", "c,2024-04-02,9"])
    assert periods.days == 60 and (periods.middle, periods.end) == (dt.date(2024, 3, 31), dt.date(2024, 5, 30))
    assert periods.first.frame["customer_id"].tolist() == ["a", "b"]  # c came later
    assert periods.first.first_order == dt.date(2024, 2, 1) and periods.first.calibration_days == 60
    assert periods.first.frame["contribution"].tolist() == [20.0, 4.0]  # January's order counts for neither
    assert periods.second.frame["contribution"].tolist() == [15.0, 0.0]
    assert periods.first.frame["days_since_last_order"].tolist() == [50, 30]
    assert periods.second.frame["days_since_last_order"].tolist() == [50, 90]


def test_nothing_of_the_second_period_moves_a_first_label_or_a_line(tmp_path: Path) -> None:
    found = [
        segment_migration(shop(tmp_path / name, EARLY + BACK + later))
        for name, later in (("one", LATER), ("two", ["c01,2024-05-30,9999", "new,2024-04-01,500"]))
    ]
    one, two = (f.first for f in found)
    assert one is not None and two is not None
    assert one.labels.equals(two.labels) and not one.labels.eq("lost").all()
    assert (one.line, one.threshold, one.active_days) == (two.line, two.threshold, two.active_days)
    assert not found[0].counts.equals(found[1].counts)


def test_the_lines_of_the_first_period_hold_in_the_second(tmp_path: Path) -> None:
    found = segment_migration(shop(tmp_path, EARLY + BACK + LATER))
    assert found.first is not None and found.second is not None
    assert (found.first.line, found.first.threshold) == (found.second.line, found.second.threshold)


@pytest.mark.parametrize(
    ("middle", "end", "rows", "said"),
    [
        ("2024-03-31", "2024-04-20", EARLY, "two periods of 28 days or more"),
        ("2024-03-31", "2024-04-01", EARLY, "there is 1 day on the shorter side"),
        ("2024-03-31", "2024-05-30", EARLY[:12], "from 12 customers: it takes 30"),
        ("2024-03-31", "2024-05-04", [*EARLY, *(f"c{i:02d},2024-03-30,5" for i in range(0, 40, 3))],
         "one gap in five between two orders is longer"),
    ],
)  # fmt: skip
def test_a_history_that_cannot_tell_says_why_and_what_to_bring(
    tmp_path: Path, middle: str, end: str, rows: list[str], said: str
) -> None:
    periods = shop(tmp_path, rows, middle, end)
    assert said in periods.missing
    found = segment_migration(periods)
    assert found.reading == periods.missing and found.findings == {}


def test_a_short_calibration_shortens_both_periods(tmp_path: Path) -> None:
    rows = [line.replace("2024-01", "2024-03").replace("2024-02", "2024-03") for line in EARLY]
    periods = shop(tmp_path, rows, "2024-03-31", "2024-12-31")
    assert periods.days == 31 and periods.end == dt.date(2024, 5, 1)
    assert periods.first.frame["contribution"].equals(periods.known_first.frame["contribution"])


def test_by_cadence_the_rhythm_is_the_one_known_at_the_first_end() -> None:
    first, second = moved(200, 3)
    periods = periods_of(first, second)
    rhythm = {"median_gap_days": 7.0, "repeat_purchases": 5}
    quick = replace(periods, first=replace(periods.first, frame=periods.first.frame.assign(**rhythm)))
    quick = replace(quick, second=replace(periods.second, frame=periods.second.frame.assign(**rhythm)))
    found = segment_migration(quick, activity="cadence")
    assert found.counts.equals(segment_migration(periods).counts)
