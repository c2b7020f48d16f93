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
from cxlab.language import SOURCE, WRITTEN, Texts, language_of, speak, speaking, spoken, tr, trn
from cxlab.look import SEGMENT_NAME
from cxlab.reports.document import read as read_document
from cxlab.reports.exporter import page
from cxlab.reports.imprint import Imprint
from tests import made_notebooks as made
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


@pytest.fixture(autouse=True)
def in_english_afterwards() -> object:
    yield
    speak(SOURCE)
