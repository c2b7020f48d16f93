"""Pages of shops that teach little: each part stands by itself, says what is missing, and leaks nothing."""

import json
import math
from pathlib import Path

import pytest

from cxlab.errors import InputError
from tests.odd_shops import SHOPS, ShownPage, drawn_shop, show, write_shop

pytestmark = [pytest.mark.thorough, pytest.mark.longest]
WITHOUT_MODEL = {"ten customers", "everyone once", "everyone the same day", "one customer", "one order"}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[ShownPage, ShownPage]]:
    folder = tmp_path_factory.mktemp("odd")
    found = {}
    for name, orders in SHOPS.items():
        study = write_shop(folder / name.replace(" ", "-"), orders())
        found[name] = show("repeat_purchases", study), show("loyalty", study)
    return found


def said(page: ShownPage) -> str:
    return " ".join(page.texts)


@pytest.mark.parametrize("name", SHOPS)
class TestEveryOddShop:
    def test_has_both_pages_with_an_answer_each(self, pages: dict[str, tuple[ShownPage, ShownPage]], name: str) -> None:
        for page in pages[name]:
            answer = page.answer
            assert answer["line"] and answer["decide"] and answer["headline"]
            assert answer["tone"] != "yes"

    def test_no_number_is_none(self, pages: dict[str, tuple[ShownPage, ShownPage]], name: str) -> None:
        for page in pages[name]:
            numbers = [v for finding in page.findings.values() for v in finding.values() if isinstance(v, float)]
            assert all(math.isfinite(number) for number in numbers)
            json.dumps(page.findings, allow_nan=False)
            assert not [text for text in page.texts if "nan" in text.lower().split() or "inf" in text.lower().split()]

    def test_what_needs_no_model_stands(self, pages: dict[str, tuple[ShownPage, ShownPage]], name: str) -> None:
        text = said(pages[name][0])
        for part in ("next purchase", "followed", "relationships last longer"):
            assert part.lower() in text.lower()


@pytest.mark.parametrize("name", sorted(WITHOUT_MODEL))
def test_without_a_model_the_answer_says_so_and_what_to_bring(
    pages: dict[str, tuple[ShownPage, ShownPage]], name: str
) -> None:
    page, loyalty = pages[name]
    for one in (page, loyalty):
        assert one.answer["tone"] == "cannot" and one.findings["verdict"] == {"verdict": "cannot_tell"}
        assert "A purchase model needs" in one.answer["line"] and one.answer["open"][0][1].startswith("Bring")
    assert not [key for key in page.findings if key.startswith(("bgnbd", "pareto", "holdout.", "gammagamma", "value"))]
    missing = [block for block in page.blocks if block["kind"] == "missing"]
    assert len({block["text"] for block in missing}) == len(missing)  # each reason with its remedy once


def test_who_came_back_is_told_where_it_tells_of_no_few(pages: dict[str, tuple[ShownPage, ShownPage]]) -> None:
    assert "None of the customers came back" in pages["everyone once"][0].answer["line"]
    ten = pages["ten customers"][0]
    assert "50% came for a second purchase" in ten.answer["line"]
    assert ten.answer["facts"][0]["big"] == "–" and "all but under 5 bought on a second day" in said(ten)


def test_headings_of_a_small_shop_say_what_the_text_says(pages: dict[str, tuple[ShownPage, ShownPage]]) -> None:
    page = pages["ten customers"][0]
    assert "more than half of them bought" in said(page)
    headings = [block["text"] for block in page.blocks if block["kind"] == "heading"]
    assert any(text.startswith("More than half of new customers buy again") for text in headings)
    assert "least often" not in said(page)


def test_nobody_who_came_back_is_no_certainty(pages: dict[str, tuple[ShownPage, ShownPage]]) -> None:
    for name, (page, _) in pages.items():
        for key, finding in page.findings.items():
            if key.startswith(("restricted_mean", "wait_difference")) and "low" in finding:
                assert finding["low"] < finding["high"], (name, key)


@pytest.mark.parametrize("name", ["all for nothing", "a cohort without repeaters"])
def test_the_forecast_stands_where_the_amounts_do_not(pages: dict[str, tuple[ShownPage, ShownPage]], name: str) -> None:
    page = pages[name][0]
    assert {"holdout.expected", "holdout.verdict", "pace"} <= page.findings.keys()
    fact = page.answer["facts"][1]
    if name == "all for nothing":
        assert fact["big"] == "–" and "A model of spending needs" in fact["text"]
        assert not [key for key in page.findings if key.startswith(("gammagamma", "value", "new_customer"))]
        assert "Waits" in said(page) or "Days to the next purchase" in said(page)
    else:
        assert fact["big"].startswith("€")


def test_returns_alone_are_a_fault_of_the_study_and_say_what_to_bring(tmp_path: Path) -> None:
    orders = drawn_shop(20, 1)
    study = write_shop(tmp_path, orders.assign(revenue=-1 - orders["revenue"]))
    with pytest.raises(InputError, match="the orders are returns only: bring what was bought as well"):
        show("repeat_purchases", study)
