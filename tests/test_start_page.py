"""The page that `make lab` opens: written from the notebooks, and opened as a page and not as text."""

import json
import re
from pathlib import Path

from cxlab.reports.notebooks import find_notebooks
from tools import start_page

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = find_notebooks(ROOT / "notebooks")
TEXT = start_page.FILE.read_text(encoding="utf-8")


def test_it_is_what_the_notebooks_say() -> None:
    assert start_page.page(NOTEBOOKS) == TEXT, "run `python -m tools.start_page`"


def test_every_notebook_is_named_with_its_question_and_every_link_leads_to_one() -> None:
    links = re.findall(r"\[(.+?)\]\((.+?)\)", TEXT)
    assert {name for _, name in links} == {notebook.path.name for notebook in NOTEBOOKS}
    assert {question for question, _ in links} == {notebook.question for notebook in NOTEBOOKS}
    assert all((ROOT / notebook.parameters["study"].default / "study.yml").is_file() for notebook in NOTEBOOKS)


def test_make_lab_opens_it_as_a_page() -> None:
    lab = re.search(r"^lab:.*?\n\n", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.M | re.S)
    assert lab and "default_url=/lab/tree/notebooks/start.md" in lab[0] and "JUPYTER_CONFIG_PATH=" in lab[0]
    settings = json.loads((ROOT / "tools/lab/labconfig/default_setting_overrides.json").read_text(encoding="utf-8"))
    viewers = settings["@jupyterlab/docmanager-extension:plugin"]["defaultViewers"]
    assert viewers == {"markdown": "Markdown Preview"}
