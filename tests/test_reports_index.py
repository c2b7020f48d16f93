"""The index: failed first, a card a report, what is open, and links that lead somewhere."""

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest

from cxlab.reports.changes import shared_part
from cxlab.reports.index import MOST_CARDS, write_index
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


def body(html: str) -> str:
    return html[html.index("<body>") :]


def write_whole(out: Path, name: str, findings: dict[str, Any] | None = None, **changed: Any) -> None:
    """Write a run with all reports answered."""
    further = {"reports": made.all_answered(), "study": study(name), **changed}
    made.write_run(out, name, name, findings=made.found() if findings is None else findings, **further)


def study(name: str, title: str = "", **further: Any) -> dict[str, Any]:
    same = {"name": name, "path": f"data/{name}", "currency": "EUR", "calibration_end": "1997-09-30"}
    return {"title": title or name, **same, **further}


def test_every_card_has_a_picture_that_says_what_it_shows(tmp_path: Path) -> None:
    write_whole(tmp_path, "cdnow")
    html = write_index(tmp_path, ["cdnow"], "again").read_text()
    told = re.findall(r'<svg class="pic"[^>]*role="img" aria-label="([^"]+)"', html)
    assert len(told) == len(made.found())
    assert told[0] == ("Course of the data: orders from 1 January 1997 to 30 June 1998, cut after 30 September 1997.")
    assert told[2] == (
        "Four fields by their share of customers: profit-bringers 20% with 20% of the contribution, misunderstood 30% "
        "with 30% of the contribution, candidates 10% with 10% of the contribution, lost 40% with 40% of the "
        "contribution."
    )
    assert told[3].endswith("1,653 foreseen (interval 1,512–1,807), 1,882 made.")
    assert told[5] == "One fan is worth 7.2 one-time buyers (interval 5.6–8.9)."
    assert re.findall(r'(?:fill|stroke)="(?!var\(--)(?!none)', body(html)) == []


def test_a_report_without_the_findings_has_no_picture_and_keeps_its_strip(tmp_path: Path) -> None:
    findings = made.found()
    del findings["segmentation"]["size.lost"]
    write_whole(tmp_path, "cdnow", findings)
    html = write_index(tmp_path, ["cdnow"], "again").read_text()
    assert "Four fields by" not in html
    assert html.count('class="strip"') == 1


@pytest.mark.parametrize("text", ["{", "[]", '{"clusters": {"size.A": 3}}'])
def test_findings_that_cannot_be_read_cost_the_pictures_and_no_more(tmp_path: Path, text: str) -> None:
    write_whole(tmp_path, "cdnow")
    (tmp_path / "cdnow/results.json").write_text(text)
    html = write_index(tmp_path, ["cdnow"], "again").read_text()
    assert 'class="pic"' not in html
    assert html.count("It is so") == len(made.found())


def test_a_group_too_small_to_be_shown_hides_all_groups(tmp_path: Path) -> None:
    findings = made.found()
    findings["segmentation"]["size.candidates"] = made.number(0.0015, 0.001, 0.002, "share of customers")
    for name in ("one", "two"):
        write_whole(tmp_path, name, findings)
    html = write_index(tmp_path, ["one", "two"], "again").read_text()
    assert "Four fields by" not in html
    assert "Profit-bringers, share of customers" not in html
    write_whole(tmp_path, "one", findings, study=study("one", privacy={"minimum_group": 2}))
    assert write_index(tmp_path, ["one", "two"], "again").read_text().count("Four fields by") == 1


def test_a_share_that_is_not_whole_is_not_written_as_nothing_or_all(tmp_path: Path) -> None:
    findings = made.found()
    for segment, share in {"profit_bringers": 0.9951, "misunderstood": 0.0, "candidates": 0.0, "lost": 0.0049}.items():
        findings["segmentation"][f"size.{segment}"] = made.number(share, share, share, "share of customers")
    for name in ("one", "two"):
        write_whole(tmp_path, name, findings)
    html = write_index(tmp_path, ["one", "two"], "again").read_text()
    assert "profit-bringers over 99%" in html
    assert "lost under 1%" in html
    assert "candidates 0%" in html


def test_two_studies_stand_side_by_side_with_marks_and_intervals(tmp_path: Path) -> None:
    write_whole(tmp_path, "north")
    write_whole(tmp_path, "south", made.found(0.1))
    html = write_index(tmp_path, ["north", "south"], "again").read_text()
    row = re.search(r'<tr><th scope="row">Profit-bringers, share of customers</th>.*?</tr>', html, flags=re.S)
    assert row
    assert re.findall(r"<td>([^<]+)<small>([^<]+)</small>", row[0]) == [("20%", "18–22%"), ("30%", "28–32%")]
    assert 'aria-label="north 20% (18–22%), south 30% (28–32%), on a scale from 0 to 100%"' in row[0]
    assert "M45.2 10H54.8" in row[0]
    assert row[0].rstrip().endswith("<td>0 to 100%</td></tr>")
    around = re.search(r'<tr><th scope="row">Skill of segments less that of clusters</th>.*?</tr>', html, flags=re.S)
    assert around
    assert re.findall(r"<td>([^<]+)<small>([^<]+)</small>", around[0]) == [
        ("−3\u00a0points", "−8 to 1"), ("+7\u00a0points", "2–11"),
    ]  # fmt: skip
    assert "<td>−20 to 20</td>" in around[0]


def test_a_measure_that_only_one_study_has_or_in_another_unit_is_not_put_side_by_side(tmp_path: Path) -> None:
    write_whole(tmp_path, "north")
    other = made.found(arm="call")
    other["loyalty"]["fans_worth"]["unit"] = "average customers per fan"
    write_whole(tmp_path, "south", other)
    html = write_index(tmp_path, ["north", "south"], "again").read_text()
    assert "Misunderstood, share of customers" in html
    assert "One-time buyers to one fan" not in html
    assert "Outcome with" not in html


def test_one_study_has_nothing_beside_it(tmp_path: Path) -> None:
    write_whole(tmp_path, "north")
    assert "side by side" not in write_index(tmp_path, ["north"], "again").read_text()


def test_many_reports_become_rows_of_a_table_a_study_without_pictures(tmp_path: Path) -> None:
    names = [f"shop-{i:02d}" for i in range(29)]
    for i, name in enumerate(names):
        write_whole(tmp_path, name, made.found(i / 100))
    start = time.process_time()
    html = write_index(tmp_path, names, "again").read_text()
    assert time.process_time() - start < 20  # it takes about a second
    n = len(made.found()) * len(names)
    assert n > 200 > MOST_CARDS
    assert 'class="card' not in html
    assert 'class="pic"' not in html
    assert html.count('<table class="list">') == len(names)
    assert html.count('<td class="t partly"><span class="tag">Partly supported</span></td>') == n
    row = re.search(r'<tr><th scope="row">Profit-bringers, share of customers</th>.*?</tr>', html, flags=re.S)
    assert row
    assert re.findall(r"<td>([^<]+)<small>([^<]+)</small>", row[0]) == [
        ("20%", "shop-00"), ("34%", "shop-14"), ("48%", "shop-28"),
    ]  # fmt: skip
    assert row[0].count("<circle") == len(names)
    assert len(html) < 1_500_000


def test_many_that_failed_stand_first_in_one_table(tmp_path: Path) -> None:
    names = [f"shop-{i}" for i in range(9)]
    for name in names:
        made.write_run(tmp_path, name, name.capitalize())
    html = write_index(tmp_path, names, "again").read_text()
    assert "9 reports could not be computed" in html
    first = html[: html.index('id="reports"')]
    assert first.count("<b>SourceError.</b>") == len(names)
    assert "<code>cxlab report data/shop-3 --only segmentation</code>" in first


def test_a_question_that_several_studies_ask_stands_once(out: Path) -> None:
    html = write_index(out, ["cdnow", "corner"], "again").read_text()
    assert html.count(made.ANSWER.open[0][0]) == 1
    assert '<span class="kicker">CDNOW, 1997–98, Corner shop</span>' in html


def test_studies_of_one_title_are_told_apart(tmp_path: Path) -> None:
    for name in ("north", "south"):
        made.write_run(tmp_path, name, "The shop")
    html = write_index(tmp_path, ["north", "south"], "again").read_text()
    assert "The shop (north)</h2>" in html
    assert "The shop (south), report 06 gesture_policy" in html
    assert '<span class="kicker">The shop (north), The shop (south)</span>' in html


def commands(html: str) -> list[str]:
    return re.findall(r'<tr><th scope="row">Command(?: \d)?</th><td class="t"><code>(.*?)</code>', html)


def test_the_commands_make_all_pages_that_stand_there_again(tmp_path: Path) -> None:
    reports = made.all_answered()
    for name, entry in reports.items():
        entry["command"] = f"cxlab report data/north --out o --only {name}"
    write_whole(tmp_path, "north", reports=reports, command="cxlab report data/north --only intake")
    html = write_index(tmp_path, ["north"], "cxlab report data/north --out o --only intake").read_text()
    assert commands(html) == ["cxlab report data/north --out o"]
    reports["loyalty"]["command"] += " -p margin_rate 0.5"
    write_whole(tmp_path, "north", reports=reports, command="cxlab report data/north --only intake")
    html = write_index(tmp_path, ["north"], "cxlab report data/north --out o --only intake").read_text()
    others = "".join(f" --only {name}" for name in made.found() if name != "loyalty")
    assert commands(html) == [
        f"cxlab report data/north --out o{others}",
        "cxlab report data/north --out o --only loyalty -p margin_rate 0.5",
    ]


def test_the_command_of_a_call_for_everything_stands_as_it_was_given_before_those_of_other_studies(out: Path) -> None:
    html = write_index(out, ["corner"], "cxlab report data/corner -p k_max 7").read_text()
    assert commands(html)[0] == "cxlab report data/corner -p k_max 7"
    assert len(commands(html)) == 2
    assert commands(html)[1].startswith("cxlab report data/cdnow --only")


def test_what_changed_stands_with_before_now_and_why(tmp_path: Path) -> None:
    write_whole(tmp_path, "north", before=made.since("Not supported"))
    html = write_index(tmp_path, ["north"], "again").read_text()
    table = html[html.index('id="changed"') : html.index("Still open")]
    assert "1 answer changed, 3 figures changed beyond chance, 1 report is new" in table
    assert '<time datetime="2025-10-22T13:40:00+00:00">22 October 2025, 13:40 UTC</time>' in table
    rows = [re.sub(r"<[^>]+>", " ", row).split() for row in re.findall(r"<tr>.*?</tr>", table, flags=re.S)[1:]]
    said = [" ".join(row) for row in rows]
    why = "Other data; before: 100 orders Not supported. Versions: pandas Not supported to 3"
    assert said[0].startswith("north New in this run: 04 Not supported not there there Other data")
    assert said[1] == (
        "north 02 Not supported Answer Not supported Partly supported Parameter min_profit from 5 to Not supported. "
        + why
    )
    assert said[2] == "north 02 Not supported Not supported Not supported supported The same"
    assert said[3] == "north 02 Not supported Profit-bringers, share of customers 20% 18–22% 30% 28–32% The same"
    assert said[5] == (
        "north 02 Not supported Further figures that changed: 1 beyond chance, 2 within chance, 1 without a test "
        "The same"
    )
    assert said[6].startswith("The other 6 All findings as before as before")


@pytest.mark.parametrize("before", [None, {}, {"started": 3}, "x"])
def test_a_first_run_says_nothing_of_changes(tmp_path: Path, before: Any) -> None:
    write_whole(tmp_path, "north", before=before)
    assert "What changed since the last run" not in write_index(tmp_path, ["north"], "again").read_text()


def test_of_what_changed_nothing_is_shared_of_failed_reports_or_under_a_key_of_the_data() -> None:
    run = {"before": made.since("Anna's arm"), "reports": made.all_answered(), "findings": made.found()}
    told = shared_part(run)
    assert told
    assert [move["key"] for move in told["reports"]["segmentation"]["moves"]] == ["size.profit_bringers"]
    run["reports"]["segmentation"]["status"] = "failed"
    assert "segmentation" not in (shared_part(run) or {})["reports"]


def test_hostile_findings_and_changes_stay_text(tmp_path: Path) -> None:
    h = made.HOSTILE
    for name in ("one", "two"):
        findings = made.found(arm=h)
        findings["clusters"] = {f"size.{h}{i}": made.number(0.5, 0.4, 0.6, "share of customers") for i in range(2)}
        write_whole(tmp_path, name, findings, study=study(name, h), before=made.since(h))
    html = write_index(tmp_path, ["one", "two"], h).read_text()
    assert "Outcome with" in html
    assert "<script" not in html
    assert "<img" not in html
    assert html.count("</style>") == 1


def test_a_run_in_which_nothing_changed_says_so_in_one_row(tmp_path: Path) -> None:
    before = made.since()
    for report in before["reports"].values():
        report |= {"moves": [], "n_beyond": 0, "n_within": 0, "n_open": 0}
        report["old"] = report["new"]
    write_whole(tmp_path, "north", before=before)
    html = write_index(tmp_path, ["north"], "again").read_text()
    table = html[html.index('id="changed"') : html.index("Still open")]
    assert "No finding changed" in table
    rows = [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in re.findall(r"<tr>.*?</tr>", table, flags=re.S)]
    assert len(rows) == 2
    assert rows[1].startswith(
        "north All findings as before as before Parameter min_profit from 5 to Supported. Other data"
    )
