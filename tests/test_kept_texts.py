"""Texts that are kept in English with what was read, and said in the language of a page."""

import datetime as dt

import pytest

from cxlab.intake import kept_texts
from cxlab.intake.kept_texts import KeptText, said_again
from cxlab.language import SOURCE, speaking


@pytest.fixture(autouse=True)
def forget_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_texts, "_kept", list(kept_texts._kept))


def test_a_text_is_kept_in_english_whatever_is_spoken() -> None:
    with speaking("fi"):
        missing = KeptText("{column} is missing")(column="customer_id")
        lines = KeptText("{n} of {all} on {date}", numbers=("all",), days=("date",))(
            n=1234, all=5000, date=dt.date(2024, 5, 1)
        )
    assert missing == "customer_id is missing"
    assert lines == "1,234 of 5,000 on 1 May 2024"


def test_numbers_and_days_are_written_as_the_language_of_the_page_has_them() -> None:
    with speaking("fi"):
        last = "The last order, on 31 December 2024, lies 1,234 days from all others: is its date a slip? The windows "
        assert said_again(f"{last}hang on it.") == (
            "Viimeinen tilaus, 31.12.2024, on 1\u00a0234 päivän päässä kaikista muista: onko päivämäärässä virhe? "
            "Aikaikkunat riippuvat siitä."
        )  # fmt: skip
        assert said_again("1 line above the names left out") == "1 rivi nimien yläpuolelta jätetty pois"
        assert said_again("2 lines above the names left out") == "2 riviä nimien yläpuolelta jätetty pois"


def test_of_two_texts_that_fit_the_one_with_more_words_of_its_own_is_taken() -> None:
    with speaking("fi"):
        assert said_again("customer_id is missing") == "customer_id puuttuu"
        assert said_again("revenue is in another currency than EUR") == "revenue on muuta valuuttaa kuin EUR"
        assert said_again("given_at is no date (%d.%m.%Y)") == "given_at ei ole päivämäärä (%d.%m.%Y)"


def test_values_that_are_kept_texts_are_said_anew_too() -> None:
    with speaking("fi"):
        said = said_again("spent_at as days since 1899-12-30 (excel)")
    assert said == "spent_at muodossa päivinä alkaen 1899-12-30 (excel)"


def test_what_was_not_kept_stays_as_it_is() -> None:
    for language in (SOURCE, "fi"):
        with speaking(language):
            assert said_again("Tilausten tila") == "Tilausten tila"


def test_a_value_that_stands_twice_is_the_same_both_times() -> None:
    twice = KeptText("{table}, and only {table}")
    assert twice.again("orders, and only orders") is not None
    assert twice.again("orders, and only costs") is None
