"""The page on the experience is put together from the parts that a study can tell, and says what the others lack."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from nbformat.v4 import new_code_cell, new_output

import cxlab as cx
from cxlab import plots
from cxlab.answers.together import put_together
from cxlab.blocks import Answer, Fact
from cxlab.errors import MissingDataError, NotEnoughDataError, Untold
from cxlab.language import speaking
from cxlab.reports.document import read
from tests.made_notebooks import notebook, prose

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).resolve().parent.parent
BEYOND = """() => {
    const paper = document.querySelector("svg").getBoundingClientRect()
    return [...document.querySelectorAll("svg text")].filter(text => {
        const box = text.getBoundingClientRect()
        return box.left < paper.left - 1 || box.right > paper.right + 1
    }).map(text => text.textContent)
}"""
LACKS = Untold("There are no answers.", "Add them.")
FEW = Untold("There are 3.", "Bring 30.", is_missing=False)


def part(tone: str, name: str, facts: int = 2) -> Answer:
    shown = tuple(Fact(f"{name} {i}", str(i), "of all.") for i in range(facts))
    return Answer(tone, name, f"Line {name}.", shown, f"Do {name}.", f"Head {name}", open=((f"{name}?", "More."),))  # type: ignore[arg-type]


class TestTogether:
    def test_one_part_is_the_answer_as_it_is(self) -> None:
        assert put_together([LACKS, part("no", "one"), None, FEW]) == part("no", "one")

    def test_the_first_that_tells_something_leads_and_others_add(self) -> None:
        both = put_together([part("cannot", "one"), part("no", "two"), part("yes", "three")])
        assert (both.tone, both.tag, both.headline) == ("no", "two", "Head two")
        assert both.line == "Line two. Line three." and both.decide == "Do two. Do three."
        assert [fact.label for fact in both.facts] == ["two 0", "three 0", "two 1"]
        assert [question for question, _ in both.open] == ["one?", "two?", "three?"]

    def test_where_none_can_tell_the_first_is_the_answer(self) -> None:
        both = put_together([part("cannot", "one"), part("cannot", "two")])
        assert both.line == "Line one." and [question for question, _ in both.open] == ["one?", "two?"]

    def test_with_no_part_told_it_is_the_fault_of_one(self) -> None:
        with pytest.raises(MissingDataError, match=r"There are no answers: Add them\."):
            put_together([LACKS, None])
        with pytest.raises(NotEnoughDataError, match="There are 3: Bring 30"):
            put_together([LACKS, FEW])


def test_a_page_says_once_what_it_lacks_as_a_whole() -> None:
    stopped = new_output("error", ename="MissingDataError", evalue="there are no answers: add them", traceback=[])
    told = new_output("display_data", {"application/vnd.cxlab.block+json": _missing()})
    made = notebook(
        prose("# Is it led?\n\nAll answers."), prose("## How?\n\nSo."), new_code_cell("x", outputs=[told, stopped])
    )
    document = read(made)
    assert document.stopped and document.stop is None
    assert [item.kind for item in document.sections[0].items].count("missing") == 1


def test_a_page_that_lacks_several_things_says_them_all_the_one_that_ended_it_first() -> None:
    lacks = _missing()
    stopped = new_output("error", ename="NotEnoughDataError", evalue="there are 3: bring 30", traceback=[])
    told = new_output("display_data", {"application/vnd.cxlab.block+json": lacks})
    document = read(
        notebook(prose("# Is it led?\n\nAll."), prose("## How?\n\nSo."), new_code_cell("x", outputs=[told, stopped]))
    )
    assert document.missing is not None and document.missing["text"] == "There are 3."
    assert [block["text"] for block in document.also_missing] == ["There are no answers."]


def _missing() -> dict[str, object]:
    block = {"kind": "missing", "text": "There are no answers.", "remedy": "Add them.", "tag": "Not in this study"}
    return {"block": block, "findings": {}}


@pytest.mark.browser
@pytest.mark.thorough
@pytest.mark.parametrize("language", ["en", "fi"])
def test_the_words_of_every_figure_stand_on_the_paper(language: str, browser: "Browser") -> None:
    kit = cx.open_study(ROOT / "data" / "corner-shop")
    spread, journey, followed = cx.spread_of_scores(kit.answered), kit.journey, kit.followed
    drawn: list[tuple[Any, object]] = [
        (plots.variance_shares, spread), (plots.touchpoint_spread, spread),
        (plots.best_and_worst, cx.rank_places(spread)), (plots.driver_weights, cx.weigh_drivers(followed)),
        (plots.perceived_value, cx.perceived_value(followed)), (plots.good_and_bad, cx.weigh_good_and_bad(followed)),
        (plots.touchpoint_effects, cx.touchpoint_effects(kit.adoptions)),
        (plots.leaving, cx.steps_before_leaving(kit.order_steps)), (plots.journey_steps, cx.follow_journey(journey)),
        (plots.one_more_click, cx.weigh_clicks(journey)),
    ]  # fmt: skip
    beyond = []
    page = browser.new_page(viewport={"width": 1000, "height": 3000})
    with speaking(language):
        for plot, result in drawn:
            block = plot.block(result)
            for svg in (block.wide, block.narrow):
                page.set_content(svg)
                beyond += [(plot.name, said) for said in page.evaluate(BEYOND)]
    page.close()
    assert not beyond
