"""Whom to start with in each segment, by what name, and effort against return."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.made.planted import planted_customers
from cxlab.blocks import SEGMENTS
from cxlab.kit import open_study
from cxlab.pseudonyms import Pseudonyms, key_of
from cxlab.segments import SegmentError, choose_first
from cxlab.segments.words import ACTIONS
from tests.make import HEAD, good_rows, orders_csv, write_study
from tests.shops_with_service import four, served_customers

NAMES = Pseudonyms(b"k")


def test_those_expected_to_bring_most_come_first_and_no_more_than_asked_for() -> None:
    customers = planted_customers(400, 1)
    segments = four(customers)
    expected = np.random.default_rng(1).gamma(1.0, 10.0, 400)
    found = choose_first(customers, segments, expected=expected, horizon_days=90, pseudonyms=NAMES, most=7)
    for name in SEGMENTS:
        named = found.table[found.table["segment"] == name]
        best = np.sort(expected[(segments.labels == name).to_numpy()])[::-1][:7]
        assert named["value"].tolist() == best.tolist() and named["place"].tolist() == list(range(1, 8))
    assert found.actions == ACTIONS and found.by == "expected"
    assert "expected of them in the next 90 days" in found.reading and "At most 7 customers" in found.reading
    assert found.findings == {}


def test_without_a_model_the_contribution_so_far_counts_and_it_is_said() -> None:
    customers = planted_customers(200, 2)
    found = choose_first(customers, four(customers), pseudonyms=NAMES)
    assert found.table["value"].equals(found.table["contribution"]) and found.horizon_days is None
    assert "as no purchase model says what to expect" in found.reading


def test_pages_see_pseudonyms_alone_and_tables_keep_the_ids_beside_them() -> None:
    customers = planted_customers(200, 3)
    found = choose_first(customers, four(customers), pseudonyms=NAMES)
    assert "customer_id" not in found.shown and found.shown["pseudonym"].is_unique
    ids = set(customers.frame["customer_id"])
    assert not ids & set(found.shown["pseudonym"]) and set(found.table["customer_id"]) <= ids
    assert not any(one in found.reading for one in found.table["customer_id"])
    assert all(re.fullmatch(r"[0-9a-hjkmnp-tv-z]{4}-[0-9a-hjkmnp-tv-z]{4}", one) for one in found.shown["pseudonym"])


def test_nobody_is_named_of_a_segment_that_is_too_small() -> None:
    customers = planted_customers(60, 4)
    segments = four(customers)
    labels = segments.labels.copy()
    labels[:] = "lost"
    labels[:3], labels[3:10] = "candidates", "misunderstood"
    found = choose_first(customers, replace(segments, labels=labels), pseudonyms=NAMES)
    assert set(found.table["segment"]) == {"misunderstood", "lost"}
    assert "profit-bringers (nobody), candidates (under 5)" in found.reading
    none = choose_first(customers, replace(segments, labels=labels), pseudonyms=NAMES, minimum_group=61)
    assert none.table.empty and none.shown.empty and "nobody is named" in none.reading


def test_equal_values_are_ranked_alike_in_any_order_of_rows() -> None:
    customers = planted_customers(100, 5)
    expected = np.ones(100)
    segments = four(customers)
    turn = np.random.default_rng(2).permutation(100)
    turned = replace(customers, frame=customers.frame.iloc[turn].reset_index(drop=True))
    again = choose_first(turned, four(turned), expected=expected, horizon_days=30, pseudonyms=NAMES)
    assert choose_first(customers, segments, expected=expected, horizon_days=30, pseudonyms=NAMES).table.equals(
        again.table
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"expected": [1.0]}, "give one each"),
        ({"expected": [np.nan] * 50, "horizon_days": 9}, "no numbers"),
        ({"expected": [1.0] * 50}, "without horizon_days"),
        ({"most": 0}, "at least 1"),
    ],
)
def test_values_that_cannot_rank_are_an_error_that_says_what_to_do(arguments: dict[str, object], said: str) -> None:
    customers = served_customers(50, 1)
    with pytest.raises(SegmentError, match=said):
        choose_first(customers, four(customers), pseudonyms=NAMES, **arguments)  # type: ignore[arg-type]


def test_the_same_data_gives_the_same_pseudonyms_and_other_data_others() -> None:
    one, same, other = (Pseudonyms(key_of(records)) for records in (["a", "b"], ["a", "b"], ["ab"]))
    assert one.of("anna") == same.of("anna") != other.of("anna")
    assert len({one.of(f"c{i}") for i in range(20_000)}) == 20_000


def test_a_study_shows_pseudonyms_unless_it_says_that_ids_may_be_shown(tmp_path: Path) -> None:
    shown = []
    for name, privacy in (("a", ""), ("b", ""), ("c", "privacy: {pseudonymise: false}\n")):
        write_study(tmp_path / name, head=HEAD + privacy, orders=orders_csv(*good_rows()))
        with open_study(tmp_path / name) as kit:
            shown.append(kit.pseudonyms.of("c1"))
    assert shown[0] == shown[1] != "c1" and shown[2] == "c1"
