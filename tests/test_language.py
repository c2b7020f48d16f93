"""What pages say in other languages: catalogues whole and in step, figures and dates as their readers write them."""

import datetime as dt
import io
import json
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.mofile import write_mo

from cxlab import words
from cxlab.language import SOURCE, WRITTEN, Texts, language_of, shared_by, speak, speaking, spoken, tr, trn
from cxlab.look import SEGMENT_NAME
from cxlab.reports.compare import Comparison, compare
from cxlab.reports.compared_page import compared_page
from cxlab.reports.compared_text import as_text
from cxlab.reports.document import read as read_document
from cxlab.reports.exporter import page
from cxlab.reports.imprint import Imprint, data_again
from cxlab.reports.index import write_index
from cxlab.reports.past import open_run
from cxlab.reports.since import find_since, since
from tests import made_notebooks as made
from tests import made_runs
from tools import catalogue
from tools.unsaid import english

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = sorted(folder.name for folder in catalogue.LOCALE.iterdir())


def texts(found: object) -> tuple[str, ...]:
    return (found,) if isinstance(found, str) else tuple(found)  # type: ignore[arg-type]


def named(text: str) -> set[str]:
    return set(re.findall(r"{(\w+)}", text))


def messages(language: str) -> list[Message]:
    return [message for message in catalogue.read(language) if message.id]


def not_written_yet(language: str) -> set[str]:
    """Prose of notebooks that are not there in a language."""
    cells: set[str] = set()
    for file in (ROOT / "notebooks").glob("*.ipynb"):
        if file.stem[3:] not in WRITTEN[language]:
            prose = (c for c in json.loads(file.read_text(encoding="utf-8"))["cells"] if c["cell_type"] == "markdown")
            cells |= {"".join(cell["source"]) for cell in prose}
    return cells


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_holds_what_is_said_and_nothing_else(language: str) -> None:
    wanted = {texts(message)[0] for _, _, message in catalogue.said()}  # one that is said alone and counted stands once
    assert {texts(message.id)[0] for message in messages(language)} == wanted, "give `python -m tools.catalogue`"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated_with_the_same_values(language: str) -> None:
    waiting = not_written_yet(language)
    for message in messages(language):
        if message.id in waiting:
            continue
        assert not message.fuzzy and all(texts(message.string)), f"not translated: {message.id!r}"
        values = set.union(*(named(text) for text in texts(message.id)))
        for text in texts(message.string):
            assert named(text) | {"n"} == values | {"n"}, f"other values than {message.id!r}"
        begins = texts(message.id)[0][:1].isalnum()
        assert not begins or not any(text[:1].isspace() for text in texts(message.string)), f"a blank: {message.id!r}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_programs_read_is_what_the_catalogue_says(language: str) -> None:
    compiled = io.BytesIO()
    write_mo(compiled, catalogue.read(language))
    assert catalogue.place(language).with_suffix(".mo").read_bytes() == compiled.getvalue()


@pytest.mark.parametrize("language", LANGUAGES)
def test_prose_has_the_same_headings_and_marks(language: str) -> None:
    for message in messages(language):
        if not isinstance(message.id, str) or not message.id.startswith("#") or not message.string:
            continue
        for mark in (r"(?m)^#+ ", r"(?m)^- ", r"\*\*"):
            more = len(re.findall(mark, str(message.string))) - len(re.findall(mark, message.id))
            assert more == 0 or (more > 0 and message.id.startswith("## Words")), (mark, message.id)  # its own words
        assert set(re.findall("`[^`]*`", message.id)) == set(re.findall("`[^`]*`", str(message.string))), message.id


def test_a_text_is_said_in_the_language_that_is_spoken_and_then_in_the_one_before() -> None:
    names = Texts({"lost": "Lost"})
    assert (tr("Decide."), names["lost"], dict(names)) == ("Decide.", "Lost", {"lost": "Lost"})
    with speaking("fi"):
        assert (tr("Decide."), names["lost"], SEGMENT_NAME["profit_bringers"]) == (
            "Päätä.",
            "Kadotetut",
            "Tuloksentuojat",
        )
        assert trn("{n} record rejected", "{n} records rejected", 3, n=3) == "3 riviä hylätty"
        assert tr("") == "" and tr("what no catalogue knows") == "what no catalogue knows"
        with pytest.raises(ZeroDivisionError), speaking(SOURCE):
            _ = 1 / 0
        assert spoken() == "fi"
    assert spoken() == SOURCE


def test_figures_and_dates_are_written_as_finnish_readers_expect_them() -> None:
    with speaking("fi"):
        assert words.number(2357) == "2\u00a0357" and words.number(-0.49, 2) == "−0,49"
        assert words.percent(0.79) == "79\u00a0%" and words.percent_between(0.71, 0.91) == "71–91\u00a0%"
        assert words.number_between(-5.2, -1.1, 1) == "−5,2…−1,1"
        assert words.money(31.11, "EUR") == "31,11\u00a0€" and words.money(-3, "SEK", 0) == "−3\u00a0SEK"
        assert words.money_between(1, 2, "EUR") == "1,00–2,00\u00a0€"
        assert words.day(dt.date(1997, 9, 30)) == "30.9.1997" and words.month(dt.date(1997, 9, 30)) == "syyskuu 1997"
        assert words.count(1, "customer") == "1 asiakas" and words.count(2357, "customer") == "2\u00a0357 asiakasta"
        assert words.few(3, 5) == "alle 5" and words.percent_of(9056, 9074) == "yli 99\u00a0%"


def test_a_report_that_is_not_written_in_a_language_is_in_english() -> None:
    assert language_of("fi", "my_own_report") == SOURCE == language_of(SOURCE, "intake")
    assert all(language_of(language, name) == language for language, names in WRITTEN.items() for name in names)


def test_the_frame_of_a_page_is_said_in_its_language() -> None:
    notebook = made.full_notebook()
    with speaking("fi"):
        finnish = page(read_document(notebook), Imprint("Kauppa", index="index.html", language="fi"))
    assert '<html lang="fi">' in finnish and ">Kaikki raportit<" in finnish and ">Tässä raportissa<" in finnish
    plain = page(read_document(notebook), Imprint("Kauppa", index="index.html"))
    assert '<html lang="en">' in plain and "Kaikki raportit" not in plain
    ids = [re.findall(r'<section id="([^"]*)"', html) for html in (plain, finnish)]
    assert ids[0] == ids[1] and ids[0]  # so links and styles hold in each language


def test_english_is_found_on_a_page() -> None:
    html = '<p>Puolet asiakkaista.</p><p>Half of the customers.</p><code>the of</code><img alt="Bars of orders">'
    assert english(html) == ["Half of the customers.", "Bars of orders"]
    assert english("<p>The Shop: 3 ostoa</p>", frozenset({"The Shop"})) == []


IN_FINNISH = {
    "tag": "Osittain tuettu", "headline": "Se pitää", "line": "Se pitää.", "decide": "Jatka.",
    "open": [["Miksi?", "Koe ratkaisee."]],
    "facts": [{"label": "Osuus", "big": "79 %", "text": "ostoista", "unit": "", "strip": None}],
}  # fmt: skip


def write_study(out: Path, name: str, language: str, *, failed: bool = False) -> None:
    """Write a run whose reports answer in a language; in one with a failure it and what lacks data stand as well."""
    reports = made.all_answered()
    for entry in reports.values():
        entry["title"] = f"{entry['notebook'][:2]} {entry['notebook'][3:].replace('_', ' ').capitalize()}"
        entry["answer"] |= IN_FINNISH if language == "fi" else {}
    if failed:
        error = {"name": "SourceError", "message": "Ei saraketta", "question": "Miksi?"}
        missing = {"text": "Eleitä ei ole.", "remedy": "Tuo eleet.", "tag": "Ei tässä tutkimuksessa"}
        reports["clusters"] |= {"status": "failed", "answer": None, "error": error, "question": "Onko ryhmiä?"}
        reports["gestures"] |= {"status": "missing", "answer": None, "missing": missing, "question": "Toimiiko se?"}
    study = {"name": name, "path": f"data/{name}", "currency": "EUR", "calibration_end": "1997-09-30"}
    asked = {} if language == SOURCE else {"language": language}  # as earlier versions wrote it
    before = made.since("Osittain tuettu")
    before["reports"]["segmentation"]["title"] = "02 Segmentation"
    before["reports"]["gestures"]["title"] = "04 Gestures"
    before |= {"data": made_runs.MANIFEST["data"], "versions": [{"name": "commit", "old": "abc with changes since",
                                                                 "new": "not set"}]}  # fmt: skip
    further = {"study": study | {"title": name.capitalize()} | asked, "before": before, "reports": reports}
    made.write_run(out, name, name, findings=made.found(), **further, data=made_runs.MANIFEST["data"])


@pytest.mark.parametrize("names", [("pohjoinen", "etelä"), tuple(f"kauppa {i}" for i in range(6))])
def test_an_index_over_studies_in_finnish_is_in_finnish(names: tuple[str, ...], tmp_path: Path) -> None:
    for name in names:
        write_study(tmp_path, name, "fi", failed=name == names[-1])
    html = write_index(tmp_path, list(names), "cxlab report pohjoinen").read_text()
    assert spoken() == SOURCE
    assert html.startswith('<!doctype html>\n<html lang="fi">')
    assert html.count('lang="en"') == html.count("<b>SourceError.</b>")  # a fault's message, and no card
    assert english(html) == []
    told = (
        "02 Segmentointi", "Mikä muuttui edellisestä ajosta", "abc muutoksin → ei asetettu", "Ei saraketta",
        "100 tilausta, 60 asiakasta, 1.1.2024–30.9.2024, yhtään ei hylätty", "Tuloksentuojien osuus",
    )  # fmt: skip
    for said in told:
        assert said in html
    own = (tmp_path / names[0] / "index.html").read_text()
    assert '<html lang="fi">' in own and english(own) == [] and ">Kaikki tutkimukset<" in own


def test_an_index_over_studies_in_two_languages_is_in_english_and_says_which_cards_are_not(tmp_path: Path) -> None:
    write_study(tmp_path, "north", SOURCE)
    write_study(tmp_path, "etelä", "fi", failed=True)
    html = write_index(tmp_path, ["north", "etelä"], "again").read_text()
    assert '<html lang="en">' in html and "What the customers of two studies tell us" in html
    assert html.count('<li class="card partly" lang="fi">') == len(made.found()) - 2
    assert html.count('<li class="card partly">') == len(made.found())
    card = re.search(r'<li class="card cannot" lang="fi">.*?</li>', html, flags=re.S)
    assert card and english(card[0]) == [] and "Ei tässä tutkimuksessa" in card[0]
    assert '<li lang="fi"><b>Miksi?</b>' in html and '<span class="tag" lang="fi">Osittain tuettu</span>' in html
    assert '<html lang="fi">' in (tmp_path / "etelä" / "index.html").read_text()
    assert '<html lang="en">' in (tmp_path / "north" / "index.html").read_text()


def partly_supported(language: str) -> str:
    with speaking(language):
        return tr("Partly supported")


def compared(tmp_path: Path, old: str, new: str, **changed: object) -> Comparison:
    """Hold the made-up runs against each other, each in its language."""
    runs = []
    for name, language, findings in (("old", old, made_runs.OLD), ("new", new, made_runs.NEW)):
        study = made_runs.MANIFEST["study"] | {"language": language, "title": "Kauppa", "name": "kauppa"}
        answer = {"answer": {"tag": partly_supported(language), "headline": ""}}
        reports = {"segmentation": made_runs.entry("segmentation", **answer)}
        findings = {"segmentation": findings["segments"]}
        further = {"study": study, "reports": reports} | (changed if name == "new" else {})
        runs.append(open_run(str(made_runs.write_run(tmp_path / name, findings, **further))))
    return compare(*runs)


def test_the_page_of_two_runs_in_finnish_is_in_finnish_and_the_terminal_in_english(tmp_path: Path) -> None:
    further = {"parameters": {"k_max": None, "margin_rate": 0.3, "seed": 2}, "versions": {"python": "3.12"}}
    found = compared(tmp_path, "fi", "fi", **further)
    with speaking("fi"):
        text = as_text(found)
    assert text == as_text(found) and "1 of 5 findings with an interval in both runs changed beyond chance" in text
    html = compared_page(found, "muutos.html")
    assert spoken() == SOURCE and '<html lang="fi">' in html
    assert english(html, frozenset({tmp_path.as_posix()})) == []
    assert '<code lang="en">beyond</code>' in html and "0,400" in html and "<\u00a00,001" in html.replace("&lt;", "<")
    assert "aineisto ei kerro" in html  # the verdict cannot_tell


def test_the_page_of_two_runs_in_two_languages_is_in_english_and_takes_no_translation_for_a_change(
    tmp_path: Path,
) -> None:
    found = compared(tmp_path, SOURCE, "fi")
    assert '<html lang="en">' in compared_page(found, "changed.html")
    assert [report.told.is_same for report in found.reports] == [True]


@pytest.mark.parametrize("languages", [(SOURCE, "fi"), ("fi", SOURCE)])
def test_an_answer_that_only_changed_its_language_did_not_change_since_the_run_before(
    languages: tuple[str, str], tmp_path: Path
) -> None:
    runs = []
    for language, folder in zip(languages, ("then", "now"), strict=True):
        answer = {"answer": {"tag": partly_supported(language), "tone": "partly", "headline": ""}, "missing": None}
        reports = {name: made_runs.entry(name, **answer) for name in ("segmentation", "loyalty")}
        reports["loyalty"]["answer"] = {"tag": f"x{language}", "tone": "yes", "headline": ""}
        findings = made_runs.OLD if folder == "then" else made_runs.NEW
        study = made_runs.MANIFEST["study"] | {"language": language}
        further = {"study": study, "reports": reports}
        made_runs.write_run(tmp_path / folder, {"segmentation": findings["segments"]}, **further)
        runs.append(json.loads((tmp_path / folder / "manifest.json").read_text()))
    told = since({"before": find_since(runs[0], tmp_path / "then", runs[1], tmp_path / "now", {})})
    assert told and told.reports["segmentation"].old == told.reports["segmentation"].new
    assert told.reports["loyalty"].old != told.reports["loyalty"].new


def test_a_page_over_several_studies_is_in_the_language_that_all_ask_for() -> None:
    assert shared_by(["fi", "fi"]) == "fi"
    assert shared_by(["fi", SOURCE]) == shared_by([]) == shared_by(["sv"]) == SOURCE


def test_what_manifests_say_of_data_is_said_anew() -> None:
    text = "1 order, 2,357 customers, 1 January 1997 to 30 June 1998, 3 records rejected; SHA-256 0123456789ab"
    assert data_again(text) == text
    with speaking("fi"):
        said = "1 tilaus, 2\u00a0357 asiakasta, 1.1.1997–30.6.1998, 3 riviä hylätty; SHA-256 0123456789ab"
        assert data_again(text) == said
        assert data_again("something else, none rejected") == "something else, yhtään ei hylätty"


@pytest.fixture(autouse=True)
def in_english_afterwards() -> object:
    yield
    speak(SOURCE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_has_a_straight_apostrophe_in_or_behind_a_word(language: str) -> None:
    said = [text for m in catalogue.read(language) if m.id for text in (*texts(m.id), *texts(m.string))]
    assert len(said) > 1000
    assert [text for text in said if re.search(r"[^\W\d_]'[^\W\d_]|s'\s", text)] == []
