"""What a notebook may write on its page."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from cxlab import blocks
from cxlab.estimate import Estimate
from cxlab.page import Page, PageError
from tests import made_notebooks as made


class Result(SimpleNamespace):
    """A result as analyses return it."""

    table: pd.DataFrame
    reading: str
    findings: dict[str, Estimate]


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the page displays."""
    displayed: list[dict[str, Any]] = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw: displayed.append(data))
    return displayed


def page(out: str = "") -> Page:
    kit = SimpleNamespace(
        study=SimpleNamespace(title="Corner shop"),
        intake=SimpleNamespace(tables={}),
        parameters=SimpleNamespace(sample_customers=None),
    )
    return Page(kit, "segmentation", out)  # type: ignore[arg-type]


def result(**findings: Estimate) -> Result:
    return Result(table=pd.DataFrame({"n": [1]}), reading="One of <b>one</b>.", findings=findings)


def test_a_reading_brings_its_findings_along(shown: list[dict[str, Any]]) -> None:
    page().reading(result(size=Estimate(3, n=9)), label="Reading")
    assert shown[0][blocks.MIME]["findings"] == {"size": {"estimate": 3, "n": 9}}
    html = shown[0]["text/html"]
    assert html.endswith("><p><b>Reading.</b> One of &lt;b&gt;one&lt;/b&gt;.</p></div>")
    assert "mathjax_ignore" in html  # JupyterLab takes what stands between two dollar signs for a formula


def test_a_finding_that_says_nothing_is_left_out(shown: list[dict[str, Any]]) -> None:
    page().record({"nothing": Estimate(), "infinite": Estimate(float("inf")), "some": Estimate(1)})
    assert list(shown[0][blocks.MIME]["findings"]) == ["some"]


def test_a_finding_given_twice_is_an_error(shown: list[dict[str, Any]]) -> None:
    written = page()
    written.reading(result(size=Estimate(3)))
    with pytest.raises(PageError, match="size"):
        written.record({"size": Estimate(4)})


def test_tables_are_kept_as_csv_and_parquet_under_the_name_of_the_report(tmp_path: Path) -> None:
    written = page(str(tmp_path))
    table = pd.DataFrame({"n": [1, 2]})
    written.keep("sizes", table)
    written.keep("customers", table)
    names = sorted(p.name for p in (tmp_path / "tables").iterdir())
    assert names == ["customers.csv", "customers.parquet", "segmentation_sizes.csv", "segmentation_sizes.parquet"]
    assert (tmp_path / "tables/segmentation_sizes.csv").read_bytes() == b"n\n1\n2\n"


def test_two_tables_of_one_name_are_an_error_but_one_table_may_be_shown_twice(tmp_path: Path) -> None:
    written = page(str(tmp_path))
    written.keep("sizes", pd.DataFrame({"n": [1]}))
    written.keep("sizes", pd.DataFrame({"n": [1]}))
    with pytest.raises(PageError, match="'sizes'"):
        written.keep("sizes", pd.DataFrame({"n": [2]}))


@pytest.mark.parametrize("name", ["../up", "Sizes", "", "a b"])
def test_a_table_needs_a_name_that_is_a_file_name(name: str) -> None:
    with pytest.raises(PageError, match="needs a name"):
        page().keep(name, pd.DataFrame())


def test_a_figure_is_shown_with_its_words_and_its_table_is_kept(shown: list[dict[str, Any]], tmp_path: Path) -> None:
    bars: Any = made.BARS
    figures = type("Bars", (tuple,), {"table": pd.DataFrame({"n": [1]})})((0.2, 0.4))
    page(str(tmp_path)).figure(bars, figures)
    assert shown[0][blocks.MIME]["block"]["source"] == "Corner shop"
    assert 'alt="Bar chart of skill' in shown[0]["text/html"]
    assert (tmp_path / "tables/segmentation_bars.csv").exists()


def test_everything_shown_in_the_lab_is_escaped(shown: list[dict[str, Any]]) -> None:
    written, h = page(), made.HOSTILE
    cell = blocks.Cell(h, h)
    written.heading(h)
    written.reading(h, label=h)
    written.missing(h, h)
    written.table(lambda r: blocks.Table("t", h, (h,), ((cell,),), h), result())
    written.answer(blocks.Answer("no", h, h, (blocks.Fact(h, h, h, h),), h, h))
    assert not [data for data in shown if "<script" in data["text/html"] or "<img" in data["text/html"]]


def test_a_text_that_a_spreadsheet_would_compute_is_made_harmless_in_the_csv_and_kept_in_the_parquet(
    tmp_path: Path,
) -> None:
    risky = ["=1+1", "+3", "-5", "@A1", "\tx", "\rx", "A-7", None]
    table = pd.DataFrame({"customer_id": risky, "spent": [-1.0] * len(risky), "n": [-2] * len(risky)})
    table["kind"] = pd.Categorical(table["customer_id"])
    table["day"] = pd.Timestamp("2024-01-01")
    before = table.copy()
    page(str(tmp_path)).keep("customers", table)
    pd.testing.assert_frame_equal(table, before)
    written = (tmp_path / "tables/customers.csv").read_bytes().decode()
    assert written.startswith("customer_id,spent,n,kind,day\n'=1+1,-1.0,-2,'=1+1,2024-01-01\n'+3,")
    read = pd.read_csv(tmp_path / "tables/customers.csv")
    assert read["customer_id"].dropna().tolist() == ["'=1+1", "'+3", "'-5", "'@A1", "'\tx", "' x", "A-7"]
    assert pd.read_parquet(tmp_path / "tables/customers.parquet")["customer_id"].dropna().tolist() == risky[:-1]


def test_a_result_that_is_shown_several_times_is_kept_once_and_no_figure_loses_its_table(
    shown: list[dict[str, Any]], tmp_path: Path
) -> None:
    written, same = page(str(tmp_path)), result()
    for name, kept in (("first", same), ("second", same), ("other", result())):
        written.table(lambda r, name=name: blocks.Table(name, "All", ("n",), ()), kept)  # type: ignore[misc]
    files = sorted(p.name for p in (tmp_path / "tables").glob("*.csv"))
    assert files == ["segmentation_first.csv", "segmentation_other.csv"]
    assert len(shown) == 3
