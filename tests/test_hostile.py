"""Two hundred hostile texts in every field that reaches a page: none of them runs, each is read as it was written."""

import base64
import csv
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pandas as pd
import pytest
from nbformat.v4 import new_output
from playwright.sync_api import Browser

from cxlab import blocks
from cxlab.page import Page
from cxlab.plots.figure import Plot
from cxlab.plots.style import COLOUR, fit
from cxlab.reports.compare import compare
from cxlab.reports.compared_page import write_page
from cxlab.reports.exporter import CxlabExporter
from cxlab.reports.imprint import Imprint, Row
from cxlab.reports.index import write_index
from cxlab.reports.manifest import write_json
from cxlab.reports.past import open_run
from tests import made_notebooks as made
from tests import made_runs
from tests.browsing import in_one_line, look_at
from tests.hostile import PAYLOADS
from tests.test_rejects import formulas

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore:Glyph")]
A_PAGE = 50
CHUNKS = [PAYLOADS[i : i + A_PAGE] for i in range(0, len(PAYLOADS), A_PAGE)]


def draw_names(names: Sequence[str], ax: Any) -> None:
    ax.barh(range(len(names)), range(len(names)), color=COLOUR["other"])
    ax.set_yticks(range(len(names)), names)
    ax.set_title(names[0])
    ax.annotate(names[-1], (1, 1))
    fit(ax, 0.2, 0.1, 0.98, 0.9)


def table(texts: Sequence[str]) -> blocks.Table:
    cell = blocks.Cell
    rows = tuple((cell(p, p, segment=p), cell(p, p, 0.5), cell(p, segment="lost")) for p in texts)
    return blocks.Table(texts[0], texts[0], ("Cluster", "", "Third"), rows, texts[-1], (1,))


def heads(texts: Sequence[str]) -> blocks.Table:
    return blocks.Table("heads", "Columns", tuple(texts), (tuple(blocks.Cell("1") for _ in texts),), "")


def figure(p: str) -> blocks.Figure:
    svg = '<svg width="680" height="40" xmlns="http://www.w3.org/2000/svg"></svg>'
    return blocks.Figure(p, blocks.Caption(p, p, p, p), svg, svg, p)


def hostile_notebook(texts: Sequence[str]) -> Any:
    """Return an executed notebook with each of the texts in every field of every kind of block."""
    shown = made.shown
    strip = blocks.Strip(0.1, 0.2, 0.3, texts[0])
    answer = blocks.Answer(
        "no", texts[0], texts[1], tuple(blocks.Fact(p, p, p, p, strip) for p in texts), texts[2], texts[3],
        tuple(blocks.Field(s, p, p, p, p) for s, p in zip(blocks.SEGMENTS, texts[4:], strict=False)),
        tuple((p, p) for p in texts),
    )  # fmt: skip
    labels = Plot[Sequence[str]]("names", draw_names, lambda n: blocks.Caption(n[0], n[1], n[2], n[3]), table)
    outputs: list[Any] = [shown(table(texts)), shown(heads(texts)), shown(labels.block(texts, source=texts[0]))]
    for p in texts:
        outputs += [shown(blocks.Heading(p)), shown(blocks.Reading(p, p)), shown(blocks.Missing(p, p))]
        outputs += [shown(figure(p)), new_output("stream", name="stdout", text=f"{p}\n")]
        outputs += [new_output("execute_result", {"text/plain": p}), new_output("display_data", {"text/markdown": p})]
        if "<img" not in p.lower():  # a picture without words stops a page
            outputs.append(new_output("display_data", {"text/html": p}))
    frame = pd.DataFrame({p: [p] for p in texts}, index=pd.Index([texts[0]], name=texts[1]))
    outputs.append(new_output("display_data", {"text/html": frame.to_html()}))
    return made.notebook(
        made.prose("# Who came?\n\nEverybody."),
        made.code("\n".join(texts), tags=["parameters"]),
        made.prose("## Who are they?"),
        made.code("\n".join(texts), shown(blocks.Heading(texts[0])), *outputs),
        *(made.prose(f"{p}\n\nText {p}.") for p in texts),
        made.code("answer", shown(answer)),
        made.prose("## Words\n\n" + "\n".join(f"- **{p}**: {p}" for p in texts)),
    )


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four pages with fifty texts each, as many that failed, an index over two hundred studies, a comparison."""
    out = tmp_path_factory.mktemp("hostile")
    for i, texts in enumerate(CHUNKS):
        rows = tuple(Row(p, p, bool(k % 2)) for k, p in enumerate(texts))
        imprint = Imprint(texts[0], texts[1], "index.html", rows, "2025-11-22T13:40:00+00:00", texts[2], texts[3])
        failed = hostile_notebook(texts)
        failed.cells[3].outputs[1:] = [new_output("error", ename=texts[4], evalue=" ".join(texts), traceback=[])]
        for name, notebook in (("page", hostile_notebook(texts)), ("failed", failed)):
            html, _ = CxlabExporter().from_notebook_node(notebook, {"cxlab": imprint})
            (out / f"{name}-{i}.html").write_text(html, encoding="utf-8")
    for i, p in enumerate(PAYLOADS):
        answer = blocks.Answer("yes", p, p, (blocks.Fact(p, p, p, p, blocks.Strip(0, 1, 2, p)),), p, p, (), ((p, p),))
        made.write_run(out, f"s{i}", p, answer=answer)
    write_index(out, [f"s{i}" for i in range(len(PAYLOADS))], PAYLOADS[0])
    old, new = {}, {}
    for p in PAYLOADS:
        for all_of, one in zip((old, new), made_runs.hostile(p), strict=True):
            all_of |= one
    runs = [open_run(str(made_runs.write_run(out / "runs" / name, run))) for name, run in (("old", old), ("new", new))]
    write_page(compare(*runs), out / "compared.html")
    return out


def assert_safe(browser: Browser, file: Path, *selectors: str, width: int = 390) -> dict[str, list[str]]:
    seen = look_at(browser, file, selectors, width=width)
    assert seen.done == []
    assert seen.faults == []
    return seen.texts


def lacking(texts: Sequence[str], found: list[str]) -> list[str]:
    """Return the texts that are not among those found, each as it was written."""
    there = set(found)
    return [p for p in texts if in_one_line(p) not in there]


def test_there_are_two_hundred_and_no_two_are_the_same() -> None:
    assert len(set(PAYLOADS)) == len(PAYLOADS) == 200


@pytest.mark.parametrize("i", range(len(CHUNKS)))
@pytest.mark.thorough
def test_on_a_page_nothing_runs_and_every_text_stands_where_it_was_meant_to(
    browser: Browser, pages: Path, i: int
) -> None:
    texts = CHUNKS[i]
    places = (
        "h3", ".reading b", ".lacks p:first-child", "dl.facts dt", "dl.facts .big small", "td:last-child", "td small",
        "thead th", ".fig-title", ".fig-sub", "pre", ".prov tbody th", "figure img@alt", "svg.strip@aria-label",
    )  # fmt: skip
    found = assert_safe(browser, pages / f"page-{i}.html", *places)
    named = {place: found[place] for place in places}
    named[".reading b"] = [text.removesuffix(".") for text in named[".reading b"]]
    named[".fig-title"] = [text.partition(". ")[2] for text in named[".fig-title"]]
    for place, there in named.items():
        wanted = texts[:1] if place == "svg.strip@aria-label" else texts
        assert lacking(wanted, there) == [], place


def test_whoever_looks_sees_what_runs_and_what_is_foreign(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "bad.html"
    parts = (
        "<script>window.ran=1;alert(2)</script>", "<img src=x onerror=console.log(3)>", "<style>a{}</style>",
        "<svg></svg>", "<form></form>", "<base href=//evil.example>", "<div style='width:999px'>a</div>",
    )  # fmt: skip
    file.write_text(f"<!doctype html><title>bad</title><main>{''.join(parts)}</main>", encoding="utf-8")
    seen = look_at(browser, file)
    assert {one.split()[0] for one in seen.done} == {"dialog", "message", "request"}
    faults = ("something ran", "handler", "style in", "svg", "element <form", "element <base", "wider", "no footer")
    assert [fault for fault in faults if not any(one.startswith(fault) for one in seen.faults)] == []


@pytest.mark.thorough
@pytest.mark.parametrize("i", range(len(CHUNKS)))
def test_the_labels_of_a_picture_are_text_in_it_and_nothing_else(pages: Path, i: int) -> None:
    html = (pages / f"page-{i}.html").read_text(encoding="utf-8")
    uris = re.findall(r'(?:src|srcset)="data:image/svg\+xml;base64,([^"]*)"', html)
    trees = [ElementTree.fromstring(base64.b64decode(uri)) for uri in uris]
    drawn = max(trees, key=lambda tree: len(list(tree.iter())))
    names = {element.tag.rpartition("}")[2] for tree in trees for element in tree.iter()}
    assert not names & {"script", "foreignObject", "image", "a", "animate", "set", "iframe"}, names
    assert not [a for tree in trees for element in tree.iter() for a in element.attrib if a.lower().startswith("on")]
    assert len([e for e in drawn.iter() if e.tag.endswith("}text")]) >= len(CHUNKS[i])


@pytest.mark.parametrize("i", range(len(CHUNKS)))
def test_a_message_of_a_report_that_failed_is_text(browser: Browser, pages: Path, i: int) -> None:
    found = assert_safe(browser, pages / f"failed-{i}.html", ".verdict p:nth-of-type(3)")
    (told,) = found[".verdict p:nth-of-type(3)"]
    assert told.startswith(in_one_line(f"{CHUNKS[i][4]}. {CHUNKS[i][0]}"))


def test_on_the_index_of_many_studies_their_titles_and_answers_are_text(browser: Browser, pages: Path) -> None:
    found = assert_safe(browser, pages / "index.html", "ol.open b")
    assert lacking(PAYLOADS, found["ol.open b"]) == []


@pytest.mark.parametrize("start", range(0, 200, 8))
def test_on_the_index_the_titles_answers_and_errors_of_studies_are_text(
    browser: Browser, tmp_path: Path, start: int
) -> None:
    texts = PAYLOADS[start : start + 8]  # three reports each: as many as stand on cards
    for i, p in enumerate(texts):
        answer = blocks.Answer("yes", p, p, (blocks.Fact(p, p, p, p, blocks.Strip(0, 1, 2, p)),), p, p, (), ((p, p),))
        made.write_run(tmp_path, f"s{i}", p, answer=answer)
    write_index(tmp_path, [f"s{i}" for i in range(len(texts))], texts[0])
    places = (".study-head h2", ".card h3", ".card .tag", "ol.open b")
    found = assert_safe(browser, tmp_path / "index.html", *places)
    for place in places:
        assert lacking(texts, found[place]) == [], place


def test_in_a_comparison_the_names_and_units_of_findings_are_text(browser: Browser, pages: Path) -> None:
    found = assert_safe(browser, pages / "compared.html", "tbody th", "td")
    told = " ".join([*found["tbody th"], *found["td"]])
    assert [p for p in PAYLOADS if in_one_line(p) not in told] == []


class TestTables:
    @pytest.fixture
    def written(self, tmp_path: Path) -> Iterator[Path]:
        kinds = {"plain": pd.Series(PAYLOADS, dtype=object), "text": pd.Series(PAYLOADS, dtype="str")}
        kinds["group"] = pd.Series(pd.Categorical(PAYLOADS))
        frame = pd.DataFrame(kinds | {"n": range(len(PAYLOADS))})
        heads = pd.DataFrame({p: [1] for p in PAYLOADS})
        page = Page(kit=None, report="made", out=str(tmp_path))  # type: ignore[arg-type]
        page.keep("cells", frame)
        page.keep("heads", heads)
        yield tmp_path / "tables"

    @pytest.mark.parametrize("name", ["made_cells", "made_heads"])
    def test_no_cell_and_no_head_begins_a_formula(self, written: Path, name: str) -> None:
        assert formulas(written / f"{name}.csv") == []

    def test_every_row_is_there_with_its_cells(self, written: Path) -> None:
        with (written / "made_cells.csv").open(encoding="utf-8", newline="") as lines:
            rows = list(csv.reader(lines))
        assert {len(row) for row in rows} == {4} and len(rows) == 201
        assert [row[3] for row in rows[1:]] == [str(i) for i in range(200)]

    def test_the_parquet_file_keeps_every_text_as_it_is(self, written: Path) -> None:
        kept = pd.read_parquet(written / "made_cells.parquet")
        assert kept["plain"].tolist() == kept["text"].tolist() == kept["group"].tolist() == list(PAYLOADS)
        assert list(pd.read_parquet(written / "made_heads.parquet")) == list(PAYLOADS)


def test_findings_are_the_same_when_they_are_read_back(tmp_path: Path) -> None:
    write_json(tmp_path / "r.json", {p: {"verdict": p} for p in PAYLOADS})
    assert json.loads((tmp_path / "r.json").read_text(encoding="utf-8")) == {p: {"verdict": p} for p in PAYLOADS}
