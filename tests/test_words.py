"""Numbers as a reader sees them."""

import datetime as dt

import pytest

from cxlab import words


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (words.number(2357), "2,357"),
        (words.number(-0.001, 2), "0.00"),
        (words.number(-5.25, 1), "\u22125.2"),
        (words.percent(0.791), "79%"),
        (words.percent(-0.12), "\u221212%"),
        (words.money(31.114, "USD"), "$31.11"),
        (words.money(-31.114, "EUR"), "\u2212€31.11"),
        (words.money(-0.001, "EUR"), "€0.00"),
        (words.money(5, "SEK"), "5.00\u00a0SEK"),
        (words.percent_between(0.71, 0.91), "71\u201391%"),
        (words.percent_between(-0.05, 0.91), "\u22125% to 91%".replace("5% to", "5 to")),
        (words.number_between(-5.2, -1.1, 1), "\u22125.2 to \u22121.1"),
        (words.day(dt.date(1997, 9, 30)), "30 September 1997"),
        (words.count(1, "customer"), "1 customer"),
        (words.count(2, "study", "studies"), "2 studies"),
        (words.few(3, 5), "under 5"),
        (words.few(0, 5), "0"),
        (words.few(5, 5), "5"),
    ],
)
def test_numbers_are_written_as_the_house_writes_them(written: str, expected: str) -> None:
    assert written == expected
