"""The tables of the purchase models' benchmark: what they say where a peer cannot be had."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from benchmarks import purchases
from benchmarks.peer import PeerError
from benchmarks.purchases import Found, notes, scaled, short, simulate_histories, theirs, times_table, values_table
from cxlab.purchases.families import FAMILIES

VALUE = {"parameters": [0.5, 6.0, 1.0, 2.0], "log_likelihood": -9_582.1, "alive": [0.7], "expected": [1.2]}


def found(title: str, seconds: float) -> Found:
    tasks: dict[tuple[str, str], dict[str, Any]] = {
        (key, task): {"seconds": seconds} for key in FAMILIES for task in purchases.WHAT
    }
    one = Found(title, tasks)
    one.tasks["bgnbd", "fit"] = {"seconds": seconds, "values": {"": VALUE}}
    return one


def test_without_an_environment_the_tables_do_without_the_peer_and_say_why(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    @contextmanager
    def nowhere(*packages: str) -> Iterator[Path]:
        raise PeerError(f"no index has {packages[0]}")
        yield tmp_path

    monkeypatch.setattr(purchases, "python_with", nowhere)
    peer = theirs("lifetimes", tmp_path)
    assert notes([peer]) == ["lifetimes: could not be set up: no index has lifetimes==0.11.3."]
    rows = times_table(found("the kit", 0.5), [peer]).splitlines()
    assert len(rows) == 2 + len(FAMILIES) * len(purchases.WHAT)
    assert all(row.endswith("| – | – |") for row in rows[2:])
    assert values_table(found("the kit", 0.5), [peer]).splitlines()[2:] == [
        "| BG/NBD | the kit | 0.5000, 6.0000, 1.0000, 2.0000 | -9,582.100 | 0.7000 | 1.2000 |"
    ]


def test_a_task_that_takes_too_long_is_told_by_itself() -> None:
    peer = found("a peer", 5.0)
    del peer.tasks["pareto_nbd", "million"]
    peer.missing["pareto_nbd", "million"] = "took more than 600 s"
    assert notes([peer]) == ["a peer, Pareto/NBD, the same, a million customers: took more than 600 s."]
    rows = times_table(found("the kit", 0.5), [peer])
    assert rows.count("| 5.0 | 10 |") == 11 and rows.count("| – | – |") == 1


def test_seconds_have_two_digits_and_say_what_they_are_scaled_from() -> None:
    assert [short(s) for s in (0.00274, 0.0352, 4.63, 7186.4)] == ["0.0027", "0.035", "4.6", "7,186"]
    assert scaled({"seconds": 9.0, "of": 3}) == " (from 3)" and scaled({"seconds": 9.0}) == ""


def test_the_made_up_customers_stay_the_same() -> None:
    one, two = (simulate_histories(500, seed=4) for _ in range(2))
    assert one.frequency.tolist() == two.frequency.tolist() and one.age_days.min() >= 190
