"""What the data can answer: the words say which customers they count."""

import pytest

from cxlab.intake.counts import Counts
from cxlab.intake.cycle import empty_cycle
from cxlab.intake.questions import answerable

ORDERS = {"orders": {"customer_id", "ordered_at", "revenue"}}
BY_THEN = "had ordered by the end of calibration"


@pytest.mark.parametrize(("n", "words"), [(57, "only 57 customers"), (1, "only 1 customer"), (12, "only 12 customers")])
def test_too_few_are_those_who_had_ordered_by_the_end_of_calibration(n: int, words: str) -> None:
    asked = answerable(ORDERS, Counts(n, 20, 100), empty_cycle(), randomised=False).asked
    assert [question.why for question in asked[:2]] == [f"{words} {BY_THEN}"] * 2


def test_so_are_those_who_came_back() -> None:
    asked = answerable(ORDERS, Counts(57, 3, 100), empty_cycle(), randomised=False).asked
    assert asked[2].why == "only 3 of 57 customers had bought on a second day by the end of calibration"
