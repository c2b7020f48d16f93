"""Doors from a report to the next: shown where the study can open them, linked where the page is made as well."""

import dataclasses

import pytest

import cxlab as cx
from cxlab import blocks
from cxlab.answers.doors import _DOORS, doors
from cxlab.contract import TABLES
from cxlab.lab import forms
from cxlab.reports import document
from cxlab.reports.exporter import page
from cxlab.reports.imprint import Imprint
from cxlab.reports.notebooks import find_notebooks

ANSWER = blocks.Answer("yes", "Works", "It works.", (), "Give it.", "It works")
EVERYTHING = {name: table.names for name, table in TABLES.items()}


def test_every_report_has_a_door_and_every_door_leads_to_a_report() -> None:
    reports = {notebook.name for notebook in find_notebooks()}
    assert reports == _DOORS.keys()
    for report in reports:
        found = doors(report, EVERYTHING)
        assert found
        assert {door.report for door in found} <= reports - {report}


def test_what_the_study_does_not_bring_opens_no_door() -> None:
    assert doors("loyalty", {"orders": ("customer_id", "channel")}) == ()
    assert len(doors("gesture_policy", {"orders": ("customer_id", "channel")})) == 1
    assert doors("gesture_policy", {"orders": ("customer_id",)}) == ()
    assert doors("somebody's own", EVERYTHING) == ()


def shown(pages: dict[str, str]) -> str:
    answer = dataclasses.replace(ANSWER, doors=(blocks.Door("After what do customers stay away?", "experience"),))
    content = document.Document("Who buys again?", answer=dataclasses.asdict(answer))
    return page(content, Imprint(pages=pages))


def test_the_page_links_to_pages_made_with_it_and_names_the_question_else() -> None:
    linked = '<a href="07_experience.html">After what do customers stay away?</a>'
    assert linked in shown({"experience": "07_experience.html"})
    alone = shown({})
    assert linked not in alone and "Look next.</b> After what do customers stay away?" in alone


def test_jupyterlab_and_a_terminal_say_them(capsys: pytest.CaptureFixture[str]) -> None:
    kit = cx.open_example()
    cx.open_page(kit, "loyalty").answer(ANSWER)
    said = capsys.readouterr().out
    assert "Look next. A low score: who had served, where and when? (Experience)" in said
    answer = dataclasses.replace(ANSWER, doors=doors("loyalty", EVERYTHING))
    assert "A low score" in forms.answer_html(answer)
    assert "Look next" not in forms.answer_html(ANSWER)
