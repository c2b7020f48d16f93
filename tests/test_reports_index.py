"""The index: failed first, a card a report, what is open, and links that lead somewhere."""

import json
import re
from pathlib import Path

import pytest

from cxlab.reports.index import write_index
from tests import made_notebooks as made


@pytest.fixture
def out(tmp_path: Path) -> Path:
    made.write_run(tmp_path, "cdnow", "CDNOW, 1997–98")
    made.write_run(tmp_path, "corner", "Corner shop")
    return tmp_path


def test_what_failed_stands_first_with_its_remedy(out: Path) -> None:
    html = write_index(out, ["cdnow", "corner"], "cxlab report data/cdnow data/corner").read_text()
    assert html.index("SourceError") < html.index('<ul class="cards">')
    assert "no column cost" in html
    assert "cxlab report data/cdnow --only segmentation" in html


def test_a_card_shows_headline_first_figure_and_interval(out: Path) -> None:
    html = write_index(out, ["cdnow"], "again").read_text()
    fact = made.ANSWER.facts[0]
    card = re.search(r'<li class="card partly">.*?</li>', html, flags=re.S)
    assert card
    assert made.ANSWER.headline in card[0]
    assert fact.big in card[0]
    assert 'aria-label="Interval 71–91% on a scale from 0 to 100 percent"' in card[0]
    assert 'href="cdnow/02_segmentation.html"' in card[0]


def test_a_report_that_lacks_data_says_what_is_missing(out: Path) -> None:
    assert "The study has no gestures." in write_index(out, ["cdnow"], "again").read_text()


def test_the_summary_counts_the_answers(out: Path) -> None:
    html = write_index(out, ["cdnow", "corner"], "again").read_text()
    assert "Six questions put to the data. The answers: two in part. Two could not be computed." in html
    assert "2 studies, 6 reports, 2 failed" in html


def test_each_study_has_an_index_of_its_own_that_leads_back(out: Path) -> None:
    write_index(out, ["cdnow", "corner"], "again")
    html = (out / "corner" / "index.html").read_text()
    assert "What the customers of Corner shop tell us" in html
    assert 'href="02_segmentation.html"' in html
    assert 'href="../index.html"' in html
    assert "CDNOW" not in html


def test_studies_of_earlier_runs_stay_on_the_index_behind_those_of_this_one(out: Path) -> None:
    html = write_index(out, ["corner"], "again").read_text()
    assert html.index("Corner shop</h2>") < html.index("CDNOW, 1997–98</h2>")


def test_a_folder_that_no_run_wrote_is_not_read(out: Path) -> None:
    (out / "stray").mkdir()
    (out / "stray" / "manifest.json").write_text(json.dumps({"some": "thing"}))
    (out / "broken").mkdir()
    (out / "broken" / "manifest.json").write_text("{")
    assert "stray" not in re.sub(
        r"<style>.*?</style>", "", write_index(out, ["cdnow"], "again").read_text(), flags=re.S
    )


def test_hostile_titles_stay_text(tmp_path: Path) -> None:
    made.write_run(tmp_path, "cdnow", made.HOSTILE)
    html = write_index(tmp_path, ["cdnow"], made.HOSTILE).read_text()
    assert "<script" not in html
    assert "<img" not in html
    assert html.count("</style>") == 1
