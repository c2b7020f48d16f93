"""The check of finished pages: what must not be mailed is found wherever it stands, and nothing else is."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from nbformat.v4 import new_output

from cxlab import blocks
from cxlab.reports.exporter import CxlabExporter
from cxlab.reports.imprint import Imprint, Row
from cxlab.reports.order import understand
from cxlab.reports.privacy.check import LARGEST, check_privacy
from cxlab.reports.privacy.told import Privacy
from tests import made_notebooks as made
from tests import made_runs
from tests.make import write_study
from tests.test_reports_run import cxlab

ROWS = [  # customer_id, order_id, ordered_at, revenue, channel, comment, Email, Customer name, shipped
    (f"Q7x{i:02d}", str(i), f"2024-01-{i % 28 + 1:02d} 10:{i % 60:02d}", f"{i + 5}.50",
     "kiosk" if i > 1 else "harbour stall", f"please do call me about parcel {i} at noon",
     f"anna{i}@mail.example", "May Rose" if i == 7 else f"Vilja Kar{'abcdefghij'[i % 10]}{'klmnop'[i // 10]}",
     f"2024-02-{i % 28 + 1:02d}")
    for i in range(60)
]  # fmt: skip
HEAD = "customer_id,order_id,ordered_at,revenue,channel,comment,Email,Customer name,shipped"
Look = Callable[..., Privacy]


def reading(text: str) -> Any:
    return made.shown(blocks.Reading(text))


def one_table(head: str, *cells: str) -> Any:
    rows = tuple((blocks.Cell(f"row {'abc'[i]}"), blocks.Cell(cell)) for i, cell in enumerate(cells))
    return made.shown(blocks.Table("t", "A table", ("Kind", head), rows))


def figure(alt: str, drawn: str) -> Any:
    svg = f'<svg width="680" height="40" xmlns="http://www.w3.org/2000/svg"><text>{drawn}</text></svg>'
    return made.shown(blocks.Figure("f", blocks.Caption("Title", "Sub", alt), svg, svg))


@pytest.fixture
def look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Look:
    """Write a study and its run with one page, which shows what is given, and look at it."""

    def look(
        *outputs: Any, page: str = "", results: Any = None, tables: dict[str, pd.DataFrame] | None = None,
        rows: Any = ROWS, **told: Any,
    ) -> Privacy:  # fmt: skip
        monkeypatch.chdir(tmp_path)
        write_study(Path("shop"), orders="\n".join([HEAD, *(",".join(row) for row in rows)]) + "\n")
        opening = made.small_notebook("intake", "show(everything)", "Who came in May?")
        made.write(Path("notebooks"), "00_intake", opening)
        run = Path("reports/shop")
        entry = made_runs.entry("intake", "00") | {
            "page": "00_intake.html", "question": "Who?", "seconds": 1.0, "made_from": "0", "missing": None,
            "answer": None, **told,
        }  # fmt: skip
        made_runs.write_run(run, results or {}, reports={"intake": entry}, looks={})
        shown = made.notebook(made.prose("# Who came in May?"), made.prose("## How many?"), made.code("x", *outputs))
        imprint = Imprint(
            "The shop", "Report 00", "index.html", (Row("Seed", "20240305"),), made_runs.MANIFEST["started"]
        )
        html = CxlabExporter().from_notebook_node(shown, {"cxlab": imprint})[0]
        (run / "00_intake.html").write_text(html.replace("</main>", f"{page}</main>"), encoding="utf-8")
        for file in (run / "index.html", run.parent / "index.html"):
            file.write_text(html.partition("<body>")[0] + "<body><h1>All</h1></body></html>", encoding="utf-8")
        (run / "tables").mkdir()
        for name, table in (tables or {}).items():
            table.to_parquet(run / "tables" / f"{name}.parquet")
        return check_privacy(understand(["shop"], Path("reports"), [], []))

    return look


def found(privacy: Privacy) -> list[str]:
    return [f"{one.file}: {one.what}" for one in privacy.found]


def test_a_page_of_groups_is_found_to_be_one(look: Look) -> None:
    told = look(reading("Of 1,204 customers 12 came back."), one_table("Customers", "17", "under 5"))
    assert found(told) == []
    page = told.runs[0].pages[0]
    assert (page.smallest, page.hides, page.n_pseudonyms) == (17, True, 0)
    assert told.reading.endswith("Nothing was found: the pages can be mailed.")


@pytest.mark.parametrize(
    "output",
    [
        reading("We know q7X17."), one_table("Order of", "Q7x17"),
        figure("Bars of Q7x17.", "a"), figure("Bars.", "Q7x17"),
        made.shown(blocks.Heading("Who is Q7x17?")), made.shown(blocks.Missing("No", "Ask (Q7x17)")),
        new_output("stream", name="stdout", text="id=Q7x17"),
    ],
)  # fmt: skip
def test_an_id_is_found_wherever_it_stands(look: Look, output: Any) -> None:
    told = look(output)
    assert len(told.found) == 1 and "the id of a customer (“customer_id” of orders)" in told.found[0].what
    assert "Q7x17" not in told.reading and "pseudonym" in told.found[0].remedy


@pytest.mark.parametrize("page", ["<!-- Q7x17 -->", "<p title='of Q7x17'>a</p>", "<p>Q7<b>x17</b></p>"])
def test_an_id_is_found_in_what_is_not_seen_and_across_marks(look: Look, page: str) -> None:
    assert [one.file for one in look(page=page).found] == ["00_intake.html"]


@pytest.mark.parametrize(
    ("text", "column"),
    [("Write to Anna7@mail.example.", "Email"), ("Ask Vilja Karal first", "Customer name"),
     ("“Please do call me about parcel 7 at noon”", "comment")],
)  # fmt: skip
def test_what_columns_of_people_hold_is_found_also_where_no_notebook_reads_them(
    look: Look, text: str, column: str
) -> None:
    told = look(reading(text))
    assert [one.what.partition(",")[0] for one in told.found] == [f"what belongs to a person (“{column}” of orders)"]


def test_what_a_page_says_anyway_is_no_one(look: Look) -> None:
    told = look(reading("In May, 2024-02-05 and the rose; Q7x170, XQ7x17 and anna7@mail.example.org."))
    assert found(told) == []


def test_numbers_that_may_be_ids_raise_no_alarm_and_are_told(look: Look) -> None:
    rows = [(str(i), *row[1:]) for i, row in enumerate(ROWS)]
    told = look(reading("Of 17 orders 23 came."), rows=rows)
    assert found(told) == []
    assert "60 of 60 in “customer_id” of orders" in told.reading


@pytest.mark.parametrize(("text", "n"), [("12,017 came, 1.12017 each", 0), ("12017 came", 1)])
def test_a_long_number_is_an_id_where_the_kit_would_write_it_with_a_comma(look: Look, text: str, n: int) -> None:
    rows = [(str(12_000 + i), *row[1:]) for i, row in enumerate(ROWS)]
    assert len(look(reading(text), rows=rows).found) == n


@pytest.mark.parametrize("name", ["Q7x17", "17. Q7x17", "12017"])
def test_a_customer_is_named_by_a_pseudonym_or_it_is_found(look: Look, name: str) -> None:
    told = look(one_table("Customer", "vvq2-j0nm", "2. wqm6-73jt", name))
    assert told.runs[0].pages[0].n_pseudonyms == 2
    assert any("1 of 3 customers not by a pseudonym, in “How many?”" in one for one in found(told))


@pytest.mark.parametrize(
    "output",
    [one_table("Customers", "17", "3"), one_table("New customers", "4"), reading("That is 2 customers."),
     reading("Of them 1 person wrote."), figure("Bars. Card: 3 customers.", "a"), figure("Bars.", "4 customers")],
)  # fmt: skip
def test_a_number_of_people_below_the_smallest_group_is_found(look: Look, output: Any) -> None:
    told = look(output)
    assert len(told.found) == 1 and "a number of people under 5" in told.found[0].what


@pytest.mark.parametrize(
    "text",
    [
        "under 5 customers",
        "at least 3 customers",
        "groups of 2 customers",
        "3 orders",
        "4% of customers",
        "1,003 people",
    ],
)
def test_a_number_that_counts_no_group_raises_no_alarm(look: Look, text: str) -> None:
    assert found(look(reading(f"There: {text}."))) == []


def test_a_name_that_few_customers_share_is_found_and_others_are_told(look: Look) -> None:
    told = look(one_table("Share", "12%"), reading("Channel: kiosk"))
    assert found(told) == [] and told.runs[0].pages[0].groups == ("channel of orders",)


def test_a_name_that_few_customers_share_is_found(look: Look) -> None:
    told = look(reading("Best at the harbour stall."))
    assert len(told.found) == 1 and "a name of under 5 customers (“channel” of orders)" in told.found[0].what


def test_a_record_as_it_stands_in_its_file_is_found_and_a_day_is_not(look: Look) -> None:
    frame = pd.DataFrame(ROWS, columns=HEAD.split(","))[["order_id", "ordered_at", "revenue"]].head(2)
    frame["revenue"] = frame["revenue"].astype(float)
    told = look(new_output("display_data", {"text/html": frame.to_html(), "text/plain": ""}))
    assert found(told) == ["00_intake.html: a record of orders as it stands in its file, in “How many?”"]


def test_a_printed_record_is_found(look: Look) -> None:
    row = ROWS[9]
    assert len(look(new_output("stream", name="stdout", text=f"9  {row[1]}  {row[2]}  {row[3]}\n")).found) == 1


def test_a_day_beside_figures_is_no_record(look: Look) -> None:
    assert found(look(one_table("First order", ROWS[9][2], "17"))) == []


@pytest.mark.parametrize(
    ("page", "what"),
    [
        ("<script>1</script>", "what would run: <script>"),
        ("<p onclick='x()'>a</p>", "what would run: onclick of <p>"),
        ("<a href=' Java\nscript:x'>a</a>", "what would run: href="), ("<iframe></iframe>", "what would run: <iframe>"),
        ("<img src='//evil.example/a.png' alt='a'>", "a request to another place: img src=//evil"),
        ("<link rel=stylesheet href=x.css>", "a request to another place: link href=x.css"),
        ("<p style='background:url(//x)'>a</p>", "a request to another place: p style="),
        ("<meta http-equiv=refresh content='0;url=//x'>", "a request to another place: <meta refresh>"),
        ("<meta http-equiv=Content-Security-Policy content='default-src *'>", "no policy that forbids"),
        (f"<p>{'a ' * (LARGEST // 2)}</p>", "1.5 MB, more than 1.5"),
    ],
)  # fmt: skip
def test_what_would_run_or_ask_and_a_page_that_is_too_large_are_found(look: Look, page: str, what: str) -> None:
    told = look(page=page)
    assert len(told.found) == 1 and told.found[0].what.startswith(what)


def test_a_link_that_a_reader_may_follow_is_told(look: Look) -> None:
    told = look(page="<a href='https://example.org/paper'>a</a><a href='#answer'>b</a>")
    assert found(told) == [] and told.runs[0].pages[0].n_links == 1


def test_findings_manifest_and_tables_are_searched_and_own_ids_stand_in_their_column_alone(look: Look) -> None:
    tables = {
        "customers": pd.DataFrame({"customer_id": ["Q7x17", "Q7x18"], "segment": ["lost", "lost"]}),
        "bad": pd.DataFrame({"who": ["Q7x17"], "n": [1]}),
    }
    error = {"name": "KeyError", "message": "no such customer: Q7x19", "question": "?"}
    told = look(results={"intake": {"size.Q7x20": {"estimate": 1}}}, tables=tables, error=error)
    assert sorted(one.file for one in told.found) == ["manifest.json", "results.json", "tables/bad"]
    assert told.runs[0].n_by_id == 1


def test_many_are_told_in_a_few_lines(look: Look) -> None:
    told = look(reading(" ".join(row[0] for row in ROWS)))
    assert len(told.found) == 4 and told.found[-1].what == "57 more of “customer_id” of orders"


class TestCommand:
    @pytest.fixture(scope="class")
    def shop(self, tmp_path_factory: pytest.TempPathFactory) -> Path:
        folder = tmp_path_factory.mktemp("checked")
        write_study(folder / "shop", orders="\n".join([HEAD, *(",".join(row) for row in ROWS)]) + "\n")
        body = "page.reading(f'{kit.customers.n} customers.')"
        made.write(folder / "notebooks", "00_intake", made.small_notebook("intake", body))
        return folder

    @pytest.mark.thorough
    def test_pages_that_can_be_mailed_end_in_0_and_are_published(self, shop: Path) -> None:
        done = cxlab(shop, "report", "shop", "--check-privacy", "--publish", "share")
        assert done.returncode == 0, done.stderr
        assert "Nothing was found: the pages can be mailed." in done.stdout
        assert (shop / "share/shop/00_intake.html").is_file()

    @pytest.mark.thorough
    def test_what_was_found_ends_in_1_and_nothing_is_published(self, shop: Path) -> None:
        body = "page.reading(', '.join(kit.customers.frame['customer_id']))"
        made.write(shop / "notebooks", "01_names", made.small_notebook("names", body))
        done = cxlab(shop, "report", "shop", "--check-privacy", "--publish", "share-2", "--json")
        told = json.loads(done.stdout)
        assert done.returncode == told["code"] == 1
        assert {one["file"] for one in told["privacy"]["found"]} == {"01_names.html", "notebooks/01_names.ipynb"}
        assert "do not mail these pages" in done.stderr and not (shop / "share-2").exists()
