"""Effort against return: planted groups are found, their sums held, and nothing is said without costs."""

import re
from dataclasses import replace

import numpy as np
import pytest

from cxlab.blocks import SEGMENTS
from cxlab.segments import Effort, weigh_effort
from tests.shops_with_service import four, served_customers

TRUTH_FROM = 400_000


def weighed(n: int, seed: int, **arguments: int) -> Effort:
    customers = served_customers(n, seed)
    return weigh_effort(customers, four(customers), seed=seed, **arguments)


@pytest.mark.thorough
def test_intervals_hold_what_those_who_take_more_would_take_and_bring() -> None:
    frame = served_customers(TRUTH_FROM, 999).frame
    spent = frame["cost_to_serve"].to_numpy(float)
    brought = frame["contribution"].to_numpy(float) + spent
    members, n = spent > brought, 1000
    truth = {
        "size": members.mean(),
        "spent": n * (members * spent).mean(),
        "brought": n * (members * brought).mean(),
        "net": n * (members * (brought - spent)).mean(),
        "return_rate": (members * brought).sum() / (members * spent).sum(),
        "later": frame["holdout_contribution"].to_numpy(float)[members].mean(),
    }
    hits: dict[str, list[bool]] = {name: [] for name in truth}
    for seed in range(60):
        row = weighed(n, seed).row("takes_more")
        for name, value in truth.items():
            found = getattr(row, name)
            hits[name].append(found.low <= value <= found.high)
    for name, held in hits.items():
        assert np.mean(held) >= 0.87, f"{name}: {np.mean(held):.3f}"  # 60 intervals: below .87 once in 100 times
    assert np.mean([hit for held in hits.values() for hit in held]) >= 0.91


def test_groups_are_as_they_are_described() -> None:
    customers = served_customers(2000, 1)
    found = weigh_effort(customers, four(customers))
    assert found.labels is not None
    frame = customers.frame.assign(group=found.labels)
    spent = frame["cost_to_serve"]
    brought = frame["contribution"] + spent
    takes = frame["group"] == "takes_more"
    assert (spent[takes] > brought[takes]).all() and not (spent[~takes] > brought[~takes]).any()
    little = frame["group"] == "brings_for_little"
    assert (brought[little] >= np.quantile(brought, 0.8)).all()
    assert (spent[little] <= 0.5 * spent.sum() / brought.sum() * brought[little]).all()
    assert found.row("takes_more").customers == takes.sum() > 50
    assert found.row("takes_more").net.number < 0 < found.row("brings_for_little").net.number


def test_segments_are_summed_beside_them_and_add_up_to_the_whole() -> None:
    customers = served_customers(4000, 2)
    found = weigh_effort(customers, four(customers))
    rows = [found.row(name) for name in SEGMENTS]
    assert sum(row.customers for row in rows) == 4000
    assert sum(row.spent.number for row in rows) == pytest.approx(customers.frame["cost_to_serve"].sum())
    assert sum(row.net.number for row in rows) == pytest.approx(customers.frame["contribution"].sum())
    assert list(found.table["group"]) == ["takes_more", "brings_for_little", *SEGMENTS]
    assert all(np.isfinite(e.number) and e.has_interval for e in found.findings.values())


def test_the_reading_says_money_both_ways_and_what_came_next() -> None:
    reading = weighed(1500, 3).reading
    assert re.search(
        r"took more in service and gestures than came back, \d+% of all effort \(95% interval .*\): €", reading
    )
    assert "They are those of the candidates and the lost" in reading
    assert "The other way round" in reading and reading.count("In the 186 days after, they brought") == 2
    assert "assumed margin" not in reading
    customers = served_customers(500, 3)
    assumed = weigh_effort(replace(customers, margin_rate=0.3), four(customers))
    assert assumed.reading.endswith("where a cost of goods is not known.")


def test_without_any_cost_of_serving_it_says_what_to_bring() -> None:
    customers = served_customers(200, 4, served=False)
    found = weigh_effort(customers, four(customers))
    assert found.rows == () and found.findings == {} and found.labels is None and found.table.empty
    assert "does not say what serving anybody costs" in found.reading and "a costs table" in found.reading
    assert found.heading == "Effort cannot be held against return"


def test_fewer_than_30_customers_are_not_weighed() -> None:
    assert "for 29 customers: it takes 30" in weighed(29, 5).reading and weighed(29, 5).findings == {}


def test_nobody_who_takes_more_is_a_finding_of_its_own() -> None:
    customers = served_customers(200, 6)
    frame = customers.frame.assign(cost_to_serve=0.01, contribution=10.0)
    cheap = replace(customers, frame=frame)
    found = weigh_effort(cheap, four(cheap))
    assert found.heading == "Nobody takes more than comes back"
    assert "none took more" in found.reading and found.findings["effort.size.takes_more"].value == 0
    assert "effort.spent.lost" not in found.findings  # an empty segment


def test_a_group_too_small_to_be_shown_is_in_no_finding_and_its_count_in_no_sentence() -> None:
    customers = served_customers(100, 7)
    frame = customers.frame.assign(cost_to_serve=0.01, contribution=10.0)
    frame.loc[:2, ["cost_to_serve", "contribution"]] = [50.0, -40.0]
    few = replace(customers, frame=frame)
    found = weigh_effort(few, four(few))
    assert found.heading == "Next to nobody takes more than comes back" and "under 5 took more" in found.reading
    assert not any(key.endswith("takes_more") for key in found.findings)


def test_a_loss_over_all_leaves_nobody_said_to_bring_much_for_little() -> None:
    customers = served_customers(300, 8)
    loss = replace(customers, frame=customers.frame.assign(contribution=-100.0))
    found = weigh_effort(loss, four(loss))
    assert found.row("brings_for_little").customers == 0 and "nobody among the fifth" in found.reading


def test_the_same_seed_gives_the_same_table() -> None:
    assert weighed(300, 9).table.equals(weighed(300, 9).table)
