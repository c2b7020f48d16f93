"""A whole run of a shop with hostile texts and planted people: its pages are safe, and nobody is found in its files."""

import base64
import csv
import html
import re
import subprocess
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Browser

from tests.browsing import look_at
from tests.hostile_shop import OF_SOMEBODY, HostileShop, write_hostile_shop
from tests.test_rejects import formulas
from tests.test_reports_run import cxlab

pytestmark = [pytest.mark.thorough, pytest.mark.longest]
NOTEBOOKS = ("intake", "gestures", "repeat_purchases")
PAGES = ("00_intake.html", "03_repeat_purchases.html", "04_gestures.html")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> HostileShop:
    return write_hostile_shop(tmp_path_factory.mktemp("safe") / "shop")


@pytest.fixture(scope="module")
def ran(shop: HostileShop) -> subprocess.CompletedProcess[str]:
    only = [word for name in NOTEBOOKS for word in ("--only", name)]
    return cxlab(
        shop.folder.parent, "report", "shop", *only, "--check-privacy", "-p", "n_bootstrap", "100", timeout=900
    )


@pytest.fixture(scope="module")
def run(shop: HostileShop, ran: subprocess.CompletedProcess[str]) -> Path:
    assert ran.returncode in (0, 1), ran.stderr
    return shop.folder.parent / "reports" / "hostile"


def all_text(file: Path) -> str:
    """Return what a file says: of a page and a notebook also in its pictures, of a table also by its Parquet file."""
    if file.suffix == ".parquet":
        return pd.read_parquet(file).to_csv()
    text = file.read_text(encoding="utf-8")
    pictures = " ".join(base64.b64decode(code).decode() for code in re.findall(r"base64,([A-Za-z0-9+/=]+)", text))
    return html.unescape(f"{text} {pictures}")


@pytest.mark.browser
@pytest.mark.parametrize("page", [*PAGES, "index.html"])
def test_nothing_of_a_study_runs_on_its_pages(browser: Browser, run: Path, page: str) -> None:
    seen = look_at(browser, run / page)
    assert (seen.done, seen.faults) == ([], [])


@pytest.mark.parametrize(
    ("page", "columns"),
    [
        ("00_intake.html", ("title", "orders.headings")),
        ("03_repeat_purchases.html", ("title", "orders.channel", "orders.category")),
        ("04_gestures.html", ("title", "assignments.arm")),
    ],
)
def test_hostile_names_are_read_on_the_pages_as_they_stand_in_the_files(
    shop: HostileShop, run: Path, page: str, columns: tuple[str, ...]
) -> None:
    text = all_text(run / page)
    for column in columns:
        assert [one for one in shop.texts[column] if one in text], f"{page} shows nothing of {column}"


def test_no_table_and_no_list_of_rejects_begins_a_formula(run: Path) -> None:
    files = [*run.glob("tables/*.csv"), *run.glob("rejects/*.csv")]
    assert len(files) > 20
    assert {file.name: found for file in files if (found := formulas(file))} == {}


def test_nobody_is_found_on_pages_in_findings_in_the_manifest_or_in_notebooks(shop: HostileShop, run: Path) -> None:
    assert all(OF_SOMEBODY.search(one) for person in shop.people for one in person.told)
    files = [run.parent / "index.html", *run.glob("*.html"), *run.glob("*.json"), *run.glob("notebooks/*.ipynb")]
    assert len(files) >= 10
    assert {file.name: found for file in files if (found := OF_SOMEBODY.findall(all_text(file)))} == {}


def test_tables_keep_the_own_ids_to_act_on_and_nothing_else_of_anybody(shop: HostileShop, run: Path) -> None:
    ids, kept = {person.known_by for person in shop.people}, 0
    for file in sorted(run.glob("tables/*.csv")):
        with file.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                kept += row.pop("customer_id", "") in ids
                assert not OF_SOMEBODY.search(" | ".join([*row, *row.values()])), file.name
    for file in sorted(run.glob("tables/*.parquet")):
        rest = pd.read_parquet(file).drop(columns="customer_id", errors="ignore").to_csv()
        assert not OF_SOMEBODY.search(rest), file.name
    assert kept > 0


def test_the_check_finds_no_one_either_and_says_so(ran: subprocess.CompletedProcess[str]) -> None:
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "Nothing was found: the pages can be mailed." in ran.stdout
    for page in PAGES:
        (line,) = [line for line in ran.stdout.splitlines() if page in line]
        assert "no id, personal value, record, script or request" in line
