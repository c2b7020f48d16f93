"""A part of a page that the data cannot give: it passes its reason on, is said once in full, and nothing else falls."""

from typing import Any

import pytest

from cxlab.blocks import Answer
from cxlab.errors import InputError, MissingDataError, NotEnoughDataError, Untold
from cxlab.kit import open_study
from cxlab.page import open_page
from cxlab.plots import repeat_counts
from tests.odd_shops import drawn_shop, write_shop

FEW = Untold("There are 3.", "Bring 30.")


def fails(fault: Exception) -> Any:
    raise fault


@pytest.fixture
def blocks(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    shown: list[dict[str, Any]] = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw: shown.append(next(iter(data.values()))))
    with open_study(write_shop(tmp_path, drawn_shop(8, 1))) as kit:
        yield open_page(kit, "repeat_purchases"), shown


class TestParts:
    def test_what_cannot_be_told_is_kept_with_its_reason(self, blocks: Any) -> None:
        page, _ = blocks
        for fault in (NotEnoughDataError("there are 3: bring 30"), MissingDataError("there are 3: bring 30")):
            assert page.part(fails, fault) == FEW
        assert page.part(int, "3") == 3 and page.if_told(3) == 3 and page.if_told(FEW) is None

    def test_and_so_is_what_rests_on_it(self, blocks: Any) -> None:
        page, _ = blocks
        assert page.part(int, FEW.labels) is FEW and page.part(int, "3", base=FEW.probability_alive()) is FEW

    def test_but_a_fault_of_another_kind_is_one(self, blocks: Any) -> None:
        page, _ = blocks
        for fault in (InputError("wrong"), ValueError("worse"), ZeroDivisionError()):
            with pytest.raises(type(fault)):
                page.part(fails, fault)


class TestPage:
    def test_says_it_once_in_full_then_in_short(self, blocks: Any) -> None:
        page, shown = blocks
        page.heading(FEW)
        page.figure(repeat_counts, FEW)
        page.keep("nothing", FEW)
        page.reading(FEW)
        page.reading(FEW)
        page.reading("Something else.")
        page.reading(FEW)
        assert [output["block"]["text"] for output in shown] == [
            "There are 3.", "Nor can this be told, for the same reason.", "Something else.",
            "Nor can this be told. There are 3.",
        ]  # fmt: skip
        assert shown[0]["block"]["remedy"] == "Bring 30."

    @pytest.mark.parametrize(("tone", "told"), [("cannot", True), ("partly", False)])
    def test_records_that_the_answer_cannot_be_told(self, blocks: Any, tone: Any, told: bool) -> None:
        page, shown = blocks
        page.reading(FEW)
        page.answer(Answer(tone, "Tag", "Line.", (), "Decide.", "Headline"))
        assert ("verdict" in shown[-1]["findings"]) is told
