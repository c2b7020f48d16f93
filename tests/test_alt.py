"""Descriptions of figures: the fullest way that fits, whole clauses, and the conclusion always."""

import pytest

from cxlab.plots.alt import LONGEST, described, with_interval

END = "All alike."


def say(listed: str) -> str:
    return f"Dots. {listed}. {END}"


def clauses(n: int, letters: int) -> list[str]:
    return [f"{i} {'x' * (letters - 2)}" for i in range(n)]


def test_the_fullest_way_that_fits_is_taken() -> None:
    full, short = clauses(9, 60), clauses(9, 20)
    assert described(say, clauses(5, 60), short) == say("; ".join(clauses(5, 60)))
    assert described(say, full, short) == say("; ".join(short))


@pytest.mark.parametrize("over", [0, 1])
def test_a_text_of_just_the_length_is_whole_and_one_letter_more_is_not(over: int) -> None:
    told = ["a", "x" * (LONGEST - len(say("a; ")) + over)]
    assert described(say, told) == (say("a; and so on") if over else say("; ".join(told)))


def test_where_no_way_fits_as_many_whole_clauses_as_fit_stand_and_the_conclusion() -> None:
    short = clauses(9, 60)
    text = described(say, clauses(9, 90), short)
    n = text.count(";")
    assert text == say(f"{'; '.join(short[:n])}; and so on")
    assert len(text) <= LONGEST < len(say(f"{'; '.join(short[: n + 1])}; and so on"))


def test_one_clause_that_is_too_long_stands_whole_with_the_conclusion() -> None:
    told = clauses(1, LONGEST + 1)
    assert described(say, told) == say(told[0])


def test_the_first_clause_stays_even_where_it_is_too_long() -> None:
    told = clauses(3, LONGEST)
    assert described(say, told) == say(f"{told[0]}; and so on")


def test_an_interval_stands_behind_a_figure_where_there_is_one() -> None:
    assert with_interval("a +0.1", "0–0.2") == "a +0.1 (0–0.2)"
    assert with_interval("a +0.1", "") == "a +0.1"
