"""The page of a notebook: what stands on it, and what can never get onto it."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_output

from cxlab import blocks
from cxlab.look import TOKENS
from cxlab.reports import document, markup
from cxlab.reports.drawing import position, style_sheet
from cxlab.reports.exporter import CxlabExporter
from cxlab.reports.imprint import Imprint, Row
from tests import made_notebooks as made

IMPRINT = Imprint(
    "CDNOW, 1997–98", "Report 02, segmentation", "index.html", (Row("Command", "cxlab report data/cdnow", True),),
    "2025-11-22T13:40:00+00:00", "cxlab report data/cdnow --only segmentation", "notebooks/02_segmentation.ipynb",
)  # fmt: skip
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


class Elements(HTMLParser):
    """Every start tag of a page with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def all(self, *tags: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.found if tag in tags]


def page(notebook: Any, imprint: Imprint = IMPRINT) -> str:
    return str(CxlabExporter().from_notebook_node(notebook, {"cxlab": imprint})[0])


@pytest.fixture(scope="module")
def full() -> str:
    return page(made.full_notebook())


def text(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", re.sub(r"<style>.*?</style>", "", html, flags=re.S)))


def test_the_policy_is_the_one_of_the_contract(full: str) -> None:
    policies = [m["content"] for m in Elements(full).all("meta") if m.get("http-equiv") == "Content-Security-Policy"]
    assert policies == [POLICY]


def test_the_question_heads_the_page_and_its_paragraph_stands_below(full: str) -> None:
    assert "<h1>Do the four segments tell who will buy again?</h1>" in full
    assert '<p class="standfirst">Customers sorted by <strong>two</strong> plain questions.</p>' in full


def test_the_answer_stands_before_every_section_wherever_the_notebook_gives_it(full: str) -> None:
    assert full.index(made.ANSWER.line) < full.index("Who is in which field?")
    assert full.count(made.ANSWER.line) == 1
    for fact in made.ANSWER.facts:
        assert fact.label in full
        assert fact.text in full


def test_the_finding_heads_its_section_and_the_question_stands_above_it(full: str) -> None:
    assert re.search(r'<p class="kicker">Who is in which field\?</p>\s*<h2 [^>]*>One customer in six', full)
    assert re.search(r"<h2 [^>]*>What to do, and what would change it\?</h2>", full)


def test_the_contents_list_leads_to_every_section(full: str) -> None:
    ids = {a["id"] for _, a in Elements(full).found if "id" in a}
    targets = {str(a["href"])[1:] for a in Elements(full).all("a") if str(a.get("href")).startswith("#")}
    assert targets <= ids
    assert {"who-is-in-which-field", "method-and-limits", "words", "provenance"} <= targets


def test_every_id_stands_once(full: str) -> None:
    ids = [a["id"] for _, a in Elements(full).found if "id" in a]
    assert len(ids) == len(set(ids))


def test_a_figure_is_drawn_for_a_wide_page_and_a_phone_with_its_words(full: str) -> None:
    (image,) = Elements(full).all("img")
    (source,) = Elements(full).all("source")
    assert str(image["src"]).startswith("data:image/svg+xml;base64,")
    assert (image["width"], source["width"]) == ("680", "358")
    assert image["alt"] == "Bar chart of skill by description. 30%, 42%, 50%. The last is best."
    assert "Figure 1. Two yes-or-no questions" in full
    assert "Source: CDNOW, 1997–98." in full
    assert "Numbers behind the figure" in full


def test_tables_have_scopes_a_caption_and_a_region_that_scrolls(full: str) -> None:
    boxes = [a for a in Elements(full).all("div") if a.get("class") == "scroll"]
    assert all(a.get("tabindex") == "0" and a.get("role") in ("region", "group") and a.get("aria-label") for a in boxes)
    labels = [a["aria-label"] for a in boxes if a.get("role") == "region"]
    assert len(labels) == len(set(labels))
    assert {a.get("scope") for a in Elements(full).all("th")} >= {"col", "row"}
    assert "<b>Table 1. The four segments</b>" in full
    assert '<i class="b" style="--c:var(--pb);--w:18.0%"></i>' in full


def test_the_words_are_a_list_of_definitions(full: str) -> None:
    assert "<dt>Profit-bringers</dt><dd>active and profitable customers</dd>" in full
    assert "<dt>Contribution</dt><dd>revenue less <code>costs</code></dd>" in full


def test_the_code_is_folded_and_the_opening_stands_at_the_foot(full: str) -> None:
    assert full.count("Code of this section") == 2
    assert full.index("Provenance</h2>") < full.index("kit = cx.open_study(study)")


def test_method_and_limits_starts_a_page_in_print(full: str) -> None:
    assert re.search(r'<section id="method-and-limits"[^>]* class="page"', full)


def test_nothing_but_the_time_differs_between_two_runs() -> None:
    times = ("2025-01-01T00:00:00+00:00", "2026-06-01T10:00:00+00:00")
    one, other = (page(made.full_notebook(), replace(IMPRINT, time=time)) for time in times)
    assert one != other
    assert re.sub(r"<time .*?</time>", "", one) == re.sub(r"<time .*?</time>", "", other)


def test_the_colours_are_the_tokens_of_the_figures() -> None:
    sheet = str(style_sheet())
    for name, (light, dark) in TOKENS.items():
        assert f"--{name}:{light}" in sheet
        assert f"--{name}:{dark}" in sheet
    used = set(re.findall(r"var\(--([\w-]+)", sheet)) - {
        "v",
        "c",
        "w",
        "a",
        "l",
        "z",
        "q1",
        "q2",
        "q3",
        "q4",
        "serif",
        "sans",
        "mono",
    }
    assert used <= set(TOKENS)
    assert not re.findall(r"#[0-9a-f]{6}", re.sub(r"--[\w-]+:#[0-9a-f]{6}", "", sheet))


def test_hostile_text_in_every_field_stays_text() -> None:
    html = page(made.hostile_notebook())
    elements = Elements(html)
    assert not elements.all("script", "iframe", "object", "embed", "form", "base")
    assert not [a for _, a in elements.found if any(name.startswith("on") for name in a)]
    addresses = [str(a.get(k)) for _, a in elements.found for k in ("src", "srcset", "href", "action") if a.get(k)]
    assert not [a for a in addresses if not a.startswith(("data:", "#", "index.html"))]
    assert html.count("</style>") == 1
    assert "{{7*7}}" in html
    assert "49" not in text(html)


def test_raw_html_in_markdown_is_shown_as_text_and_addresses_that_run_are_none() -> None:
    html = markup.markdown("<b onclick=x>bold</b> [a](javascript:x) [b](https://example.org) ![c](https://e.org/x.png)")
    assert "onclick" not in re.sub(r"&lt;.*?&gt;", "", html)
    assert "javascript" not in html
    assert "<img" not in html
    assert 'href="https://example.org"' in html


@pytest.mark.parametrize("alt", ["", "  ", document.NO_ALT])
def test_a_figure_without_words_is_an_error(alt: str) -> None:
    figure = made.BARS.block((0.1, 0.2))
    figure = replace(figure, caption=replace(figure.caption, alt=alt))
    with pytest.raises(document.DocumentError, match="'bars' has no text alternative"):
        page(made.notebook(made.prose("# Q?"), made.code("x", made.shown(figure))))


def test_a_picture_of_another_library_needs_words_as_well() -> None:
    data = {"image/png": "iVBORw0KGgo="}
    with pytest.raises(document.DocumentError, match="no text alternative"):
        page(made.notebook(made.prose("# Q?"), made.code("x", new_output("display_data", data))))
    told = new_output("display_data", data, metadata={"image/png": {"alt": "A map."}})
    assert 'alt="A map."' in page(made.notebook(made.prose("# Q?"), made.code("x", told)))


def test_two_answers_are_an_error() -> None:
    with pytest.raises(document.DocumentError, match="two answers"):
        page(made.notebook(made.prose("# Q?"), made.code("x", made.shown(made.ANSWER), made.shown(made.ANSWER))))


def test_a_notebook_that_stopped_says_what_failed_and_what_to_do_without_a_traceback() -> None:
    notebook = made.full_notebook()
    trace = ["Traceback (most recent call last):", '  File "/home/someone/secret.py", line 1']
    notebook.cells[6].outputs = [
        new_output("error", ename="KeyError", evalue="\x1b[31mno <b>column</b>\x1b[0m", traceback=trace)
    ]
    html = page(notebook)
    assert 'class="verdict failed"' in html
    assert "Who is in which field?" in text(html)
    assert "no &lt;b&gt;column&lt;/b&gt;" in html
    assert "cxlab report data/cdnow --only segmentation" in html
    assert "Traceback" not in html
    assert "secret.py" not in html
    assert made.ANSWER.line not in html


def test_a_study_that_lacks_the_data_is_told_so_in_a_sentence() -> None:
    missing = blocks.Missing("The study has no orders.", "Add orders to its sources.")
    html = page(
        made.notebook(made.prose("# Who buys?\n\nAll."), made.prose("## How?"), made.code("x", made.shown(missing)))
    )
    assert 'class="verdict cannot"' in html
    assert html.count("The study has no orders.") == 1
    assert "Add orders to its sources." in html


def test_an_analysis_that_finds_no_data_of_its_kind_is_no_failure() -> None:
    stop = new_output(
        "error", ename="MissingDataError", evalue="the study brings no orders: add `orders`", traceback=["x"]
    )
    notebook = made.notebook(made.prose("# Who buys?\n\nAll."), made.prose("## How?\n\nSo."), made.code("x", stop))
    html = page(notebook)
    assert 'class="verdict cannot"' in html
    assert "The study brings no orders." in html
    assert "Add `orders`." in html
    assert '<h2 id="h-how">' not in html
    assert document.read(notebook).stop is None


def test_a_finding_given_twice_is_an_error() -> None:
    twice = [made.shown(None, {"a": {"estimate": 1}}), made.shown(None, {"a": {"estimate": 2}})]
    with pytest.raises(document.DocumentError, match="'a' is given twice"):
        page(made.notebook(made.prose("# Q?"), made.code("x", *twice)))


def test_a_data_frame_keeps_its_cells_and_loses_its_styles() -> None:
    frame = '<style>x</style><table border="1" class="dataframe"><thead><tr><th></th><th>n</th></tr></thead></table>'
    html = page(made.notebook(made.prose("# Q?"), made.code("x", new_output("execute_result", {"text/html": frame}))))
    assert "<td></td><th>n</th>" in html
    assert "dataframe" not in html


def test_a_line_on_standard_error_is_counted_and_not_shown() -> None:
    noisy = made.code("x", new_output("stream", name="stderr", text="/home/me/lib.py:1: Warning"))
    assert "Warning" not in page(made.notebook(made.prose("# Q?"), noisy))
    assert document.read(made.notebook(made.prose("# Q?"), noisy)).n_warnings == 1


def test_an_interval_that_leaves_its_scale_stops_at_its_end() -> None:
    strip = {"bottom": -1.0, "top": 1.0}
    assert [position(strip, v) for v in (-9, 0, 9, float("nan"))] == ["2.0", "100.0", "198.0", "2.0"]


def test_a_heading_inside_a_code_block_is_no_section() -> None:
    parts = markup.split("# A?\n\n```\n## not one\n```\n\n## B?\n")
    assert [p.title for p in parts] == ["A?", "B?"]


def test_nbconvert_finds_the_exporter_by_name() -> None:
    from nbconvert.exporters import get_exporter

    assert get_exporter("cxlab") is CxlabExporter
    assert "<h1>" in CxlabExporter().from_notebook_node(made.full_notebook())[0]


def test_data_that_are_too_few_make_a_page_that_cannot_tell_and_not_a_failure() -> None:
    notebook = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell("# Are there groups?\n\nA look at the customers."),
            nbformat.v4.new_code_cell(
                "look()",
                outputs=[
                    nbformat.v4.new_output(
                        "error", ename="NotEnoughDataError", evalue="12 are too few: bring more", traceback=[]
                    )
                ],
            ),
        ]
    )
    content = document.read(notebook)
    assert content.stop is None and content.missing is not None
    assert content.missing["tag"] == "The data cannot tell"
    assert content.missing["remedy"] == "Bring more."
    assert content.findings == {"verdict": {"verdict": "cannot_tell"}}


@pytest.mark.parametrize("address", ["//evil.example/x", "\\\\evil.example\\x", " /\\evil.example"])
def test_an_address_of_another_host_without_its_scheme_is_none(address: str) -> None:
    assert markup.safe(f'<a href="{address}">x</a>') == '<a rel="noopener noreferrer">x</a>'
    assert 'href="#words"' in markup.safe('<a href="#words">x</a>')
