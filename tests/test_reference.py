"""The reference in `docs/reference/` says what the code says now."""

import re
from pathlib import Path

import pytest

from cxlab.contract import TABLES
from cxlab.parameters import Parameters
from cxlab.reports.listed import KEYS
from cxlab.reports.listed.tables import TABLES as KEPT
from cxlab.study import Privacy, Study
from tools.reference import COMMAND, FOLDER, ROOT, pages, written
from tools.reference.files import customer_columns
from tools.reference.markdown import attributes
from tools.reference.study_keys import keys_of

NAMES = ("tables.md", "parameters.md", "results.md", "files.md", "commands.md")


@pytest.fixture(scope="module")
def now() -> dict[Path, str]:
    return dict(written())


@pytest.mark.parametrize("name", [*(f"docs/reference/{name}" for name in NAMES), "data/README.md"])
def test_a_page_says_what_the_code_says_now(now: dict[Path, str], name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8") == now[ROOT / name], f"{name} is behind the code: give `{COMMAND}`"


def test_the_folder_holds_these_pages_and_no_others() -> None:
    assert {file.name for file in FOLDER.iterdir()} == set(NAMES) == set(pages())


def test_everything_is_there(now: dict[Path, str]) -> None:
    text = {name: now[FOLDER / name] for name in NAMES}
    for table in TABLES.values():
        section = text["tables.md"].split(f"### {table.name}\n")[1].split("\n### ")[0]
        assert re.findall(r"^\| `(\w+)` ", section, flags=re.M) == list(table.names)
    assert all(f"| `{name}` |" in text["parameters.md"] for name in Parameters.model_fields)
    assert all(f"| `{key.pattern}` |" in text["results.md"] for keys in KEYS.values() for key in keys)
    assert all(f"`{kept.stem}`" in text["files.md"] for kept in KEPT)
    assert "## cxlab simulate" in text["commands.md"] and "`--help-parameters NAME`" in text["commands.md"]


def test_prose_is_no_longer_than_a_line(now: dict[Path, str]) -> None:
    for name in NAMES:
        lines = now[FOLDER / name].splitlines()
        assert not [line for line in lines if len(line) > 120 and not line.startswith("|")], name


def test_links_lead_somewhere(now: dict[Path, str]) -> None:
    for file, text in now.items():
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
            assert (file.parent / link).exists(), (file.name, link)


def test_the_columns_of_the_customer_table_are_told_one_by_one() -> None:
    (customers,) = (kept for kept in KEPT if kept.stem == "customers")
    assert tuple(customer_columns()) == customers.columns


def test_keys_of_a_study_have_type_default_and_meaning() -> None:
    found = {key.name: key for key in (*keys_of(Study), *keys_of(Privacy))}
    assert (found["name"].kind, found["name"].default) == ("text", "must be given")
    assert (found["language"].kind, found["language"].default) == ("`en` or `fi`", "`en`")
    assert (found["minimum_group"].kind, found["minimum_group"].default) == ("whole number, 1 or more", "`5`")
    assert "file" not in found


def test_a_key_without_a_meaning_is_a_fault() -> None:
    class Silent(Privacy):
        """Says nothing.

        Attributes
        ----------
        other : something else.
        """

        loud: bool = False

    with pytest.raises(ValueError, match="Silent does not say under Attributes what loud means"):
        keys_of(Silent)


def test_what_cannot_be_read_of_a_docstring_is_a_fault() -> None:
    class Odd:
        """Has an odd docstring.

        Attributes
        ----------
        something without a colon
        """

    with pytest.raises(ValueError, match="no `name : meaning`"):
        attributes(Odd)
