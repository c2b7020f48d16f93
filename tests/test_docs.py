"""The documentation keeps its word: links lead somewhere, commands parse, parameters and verdicts are there."""

import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, get_args

import click
import pytest

from cxlab.__main__ import app
from cxlab.agreement import verdict as of_segments
from cxlab.cohorts import lasting
from cxlab.experience import spread as of_experience
from cxlab.gestures import rails, recovery, slopes
from cxlab.gestures import verdict as of_gestures
from cxlab.loyalty import asymmetry, check, rules_of_thumb
from cxlab.policy import verdict as of_policy
from cxlab.purchases import rule
from cxlab.reports.given import read_given
from cxlab.reports.notebooks import find_notebooks
from cxlab.touchpoints import leaving as of_leaving

ROOT = Path(__file__).resolve().parent.parent
HOW_TO = ROOT / "docs" / "how-to"
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "data" / "README.md", *sorted(ROOT.glob("docs/**/*.md"))]
NOTEBOOKS = {notebook.name: notebook for notebook in find_notebooks(ROOT / "notebooks")}
FENCE = re.compile(r"^```(?P<kind>\w*)\n(?P<text>.*?)^```$", flags=re.M | re.S)
INLINE = re.compile(r"(?<!`)`([^`]+)`(?!`)")
CALL = re.compile(r"(?:^|(?<!--to)(?<!--engine)[\s|;&])(?:\.venv/bin/)?(?:cxlab|python -m cxlab) (?P<rest>[^|;&>]+)")
VERDICTS = {
    "four-segments.md": [of_segments.Token],
    "who-buys-again.md": [rule.Verdict, rule.Check, lasting.Verdict],
    "gestures.md": [of_gestures.Token, slopes.SlopeToken, recovery.Paradox, rails.RailToken],
    "fans.md": [check.Outcome, rules_of_thumb.Verdict, asymmetry.Verdict],
    "whom-next.md": [of_policy.Token],
    "experience.md": [of_experience.Kind, of_gestures.Token, of_leaving.Goes],
}
"""What each page must explain."""


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def prose(text: str) -> str:
    """Leave code out, for it holds no links."""
    return INLINE.sub("", FENCE.sub("", text))


def links(page: Path) -> list[str]:
    found = re.findall(r"\]\(([^()\s]+)\)", prose(page.read_text(encoding="utf-8")))
    return [link for link in found if not re.match(r"\w+:", link)]


@cache
def anchors(page: Path) -> set[str]:
    """Return the anchors that a reader of Markdown gives the headings."""
    heads = re.findall(r"^#+ +(.+)$", FENCE.sub("", page.read_text(encoding="utf-8")), flags=re.M)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def fault_of(link: str, page: Path) -> str:
    """Say what is wrong with a link; empty where it leads somewhere."""
    file, _, anchor = link.partition("#")
    target = (page.parent / file).resolve() if file else page
    if not target.is_relative_to(ROOT) or not target.exists():
        return f"{link}: there is no such file"
    return f"{link}: there is no such heading" if anchor and anchor not in anchors(target) else ""


def shown(page: Path) -> Iterator[str]:
    """Yield each line of a terminal that a page shows, continued ones as one, without comments."""
    for block in FENCE.finditer(page.read_text(encoding="utf-8")):
        if block["kind"] in ("console", "sh", "bash", ""):
            yield from (re.sub(r"\s#.*", "", line) for line in block["text"].replace("\\\n", " ").splitlines())


def mentioned(page: Path) -> Iterator[str]:
    """Yield each piece of code within a sentence, on one line."""
    for code in INLINE.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
        yield " ".join(code.split())


def calls(line: str) -> list[list[str]]:
    """Return the words behind each `cxlab` of a line; what a shell would put in stands as one word."""
    plain = re.sub(r"\$\([^)]*\)", "X", line)
    return [shlex.split(call["rest"]) for call in CALL.finditer(plain) if not call["rest"].startswith("-")]


def option_faults(words: list[str]) -> list[str]:
    """Name what is no command, and the options that it has not."""
    if words[0] not in app.commands:
        return [f"{words[0]} is no command"]
    known = {name for option in app.commands[words[0]].params for name in option.opts} | {"-h", "--help"}
    asked = [word.strip("[].,") for word in words[1:] if re.match(r"\[?--?[a-z]", word)]
    return [f"{words[0]} has no option {option}" for option in asked if option not in known]


def parsed(words: list[str]) -> dict[str, Any]:
    """Parse as the command line does, without running anything."""
    try:
        return dict(app.commands[words[0]].make_context("cxlab", list(words[1:])).params)
    except click.exceptions.Exit:  # it told its help
        return {}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    assert not [fault for link in links(page) if (fault := fault_of(link, page))]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_command_is_one_that_the_command_line_takes(page: Path) -> None:
    for line in shown(page):
        for words in calls(line):
            assert not option_faults(words), line
            if "[" in line:  # a synopsis, which leaves out what it likes
                continue
            read_given(parsed(words).get("pairs", ()), list(NOTEBOOKS.values()))
    for code in mentioned(page):
        for words in calls(code):
            assert not option_faults(words), code


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_parameter_that_is_set_is_one_of_a_notebook(page: Path) -> None:
    known = {name for notebook in NOTEBOOKS.values() for name in notebook.parameters}
    code = [line for line in shown(page) if "cxlab" in line or "papermill" in line]
    code += [piece for piece in mentioned(page) if re.match(r"-p |(?:\S*/)?(?:cxlab|papermill) ", piece)]
    named = {name for line in code for name in re.findall(r"(?:^|\s)-p ([a-z]\w*)", line)}
    assert not named - known


@pytest.mark.parametrize("page", [page for page in PAGES if page.parent == HOW_TO], ids=name_of)
def test_a_how_to_explains_each_parameter_of_its_report_and_no_other(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    table = re.search(r"^## What to turn\n(.*?)^## ", text, flags=re.M | re.S)
    if table is None:
        assert page.name in ("README.md", "next-trial.md")
        return
    only = re.search(r"--only (\w+)", text)
    assert only, "it shows no command"
    rows = re.findall(r"^\| (`[^|]+) \|", table[1], flags=re.M)
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert named == set(NOTEBOOKS[only[1]].parameters) - {"study", "out"}


@pytest.mark.parametrize("name", VERDICTS)
def test_a_how_to_explains_every_verdict(name: str) -> None:
    said = set(mentioned(HOW_TO / name))
    assert not {token for kind in VERDICTS[name] for token in get_args(kind)} - said


def test_the_list_of_how_tos_names_them_all_and_every_report() -> None:
    listed = (HOW_TO / "README.md").read_text(encoding="utf-8")
    assert {page.name for page in HOW_TO.glob("*.md")} - {"README.md"} <= set(links(HOW_TO / "README.md"))
    assert {f"`{notebook.stem}`" for notebook in NOTEBOOKS.values()} <= set(re.findall(r"`[^`]+`", listed))


def test_the_list_of_all_documentation_names_every_page_and_record() -> None:
    listed = {(ROOT / "docs" / link).resolve() for link in links(ROOT / "docs" / "README.md")}
    own = {page for page in PAGES if page.parent in (ROOT / "docs", ROOT / "docs" / "decisions")}
    assert own - {ROOT / "docs" / "README.md"} <= listed


def test_a_broken_link_a_wrong_option_and_a_wrong_command_are_seen() -> None:
    page = ROOT / "README.md"
    assert [bool(fault_of(link, page)) for link in ("docs/none.md", "#none", "docs/methods.md#none", "docs")] == [
        True, True, True, False,
    ]  # fmt: skip
    assert option_faults(["report", "my-shop", "--onyl", "gestures"]) == ["report has no option --onyl"]
    assert option_faults(["reprot", "my-shop"]) == ["reprot is no command"]
    assert calls("cd /srv && .venv/bin/cxlab report a --out r-$(date +%Y) || exit; papermill --engine cxlab a") == [
        ["report", "a", "--out", "r-X"]
    ]
    with pytest.raises(click.UsageError):
        parsed(["report", "my-shop", "--jobs", "many"])
