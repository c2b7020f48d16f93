"""The drawing style: tokens only, the same bytes each time, two sizes, and a theme that follows the reader's mode."""

import datetime as dt
import re
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from cxlab import plots
from cxlab.blocks import Caption
from cxlab.intake import OrderCalendar
from cxlab.kit import open_study
from cxlab.look import TOKENS
from cxlab.plots.figure import Plot
from cxlab.plots.rows import BEHIND
from cxlab.plots.style import COLOUR, canvas, is_narrow, themed_svg

ROOT = Path(__file__).resolve().parent.parent


def draw_line(result: list[float], ax: object) -> None:
    ax.plot(result, color=COLOUR["pb"], marker="o")  # type: ignore[attr-defined]
    ax.text(0, result[0], "wide" if not is_narrow(ax) else "narrow")  # type: ignore[arg-type, attr-defined]


LINE: Plot[list[float]] = Plot("line", draw_line, lambda r: Caption("Title", "subtitle", f"Line of {len(r)} points."))


def contrast(a: str, b: str) -> float:
    """Contrast ratio of two colours as WCAG 2 defines it."""

    def luminance(colour: str) -> float:
        channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


def test_a_figure_is_drawn_for_a_page_and_for_a_phone() -> None:
    block = LINE.block([1.0, 3.0, 2.0])
    assert 'width="680"' in block.wide and ">wide<" in block.wide
    assert 'width="358"' in block.narrow and ">narrow<" in block.narrow


def test_the_same_result_gives_the_same_bytes() -> None:
    assert LINE.block([1.0, 3.0]).wide == LINE.block([1.0, 3.0]).wide


def test_colours_are_tokens_in_both_palettes_and_nothing_else() -> None:
    svg = LINE.block([1.0, 3.0]).wide
    assert "var(--pb)" in svg
    body = svg.split("</style>", 1)[1]
    assert not re.search(r"#[0-9a-f]{6}\b", body)
    assert TOKENS["pb"][0] in svg and TOKENS["pb"][1] in svg


def test_a_colour_that_is_no_token_stops_the_drawing() -> None:
    ax = canvas(680, 340)
    ax.plot([1, 2], color="#123456")
    with pytest.raises(ValueError, match="#123456"):
        themed_svg(ax.figure)  # type: ignore[arg-type]


def test_paper_behind_words_is_an_outline_of_their_letters() -> None:
    ax = canvas(680, 340)
    ax.text(0.5, 0.5, "over a line", bbox=BEHIND)
    ax.text(0.1, 0.1, "beside it")
    svg = themed_svg(ax.figure)  # type: ignore[arg-type]
    outlined = re.findall(r'<text style="paint-order: stroke; stroke: var\(--paper\)[^>]*>([^<]*)<', svg)
    assert outlined == ["over a line"] and "fill: var(--paper)" not in svg


@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
def test_text_and_marks_stand_out_from_paper_and_surface(mode: int) -> None:
    texts = ("ink", "muted", "link", "pb-ink", "mis-ink", "cand-ink", "lost-ink", "good", "part", "bad", "open")
    marks = ("pb", "mis", "cand", "lost", "other")
    for ground in ("paper", "surface"):
        for name in texts:
            assert contrast(TOKENS[name][mode], TOKENS[ground][mode]) >= 4.5, (name, ground)
        for name in marks:
            assert contrast(TOKENS[name][mode], TOKENS["paper"][mode]) >= 3, name


@pytest.fixture(scope="module")
def intake_figures() -> list[tuple[Axes, Axes]]:
    with open_study(ROOT / "data" / "corner-shop") as kit:
        calendar, cycle = kit.intake.calendar, kit.intake.cycle
        return [
            (plots.orders_over_time(calendar, canvas(w, 260)), plots.purchase_cycle(cycle, canvas(w, 270)))
            for w in (680, 358)
        ]


def boxes(ax: Axes, artists: list[Text]) -> list[Bbox]:
    return [text.get_window_extent(FigureCanvasAgg(ax.figure).get_renderer()) for text in artists]  # type: ignore[arg-type]


@pytest.mark.thorough
def test_bars_are_opaque_and_lie_over_the_grid(intake_figures: list[tuple[Axes, Axes]]) -> None:
    for bars, _ in intake_figures:
        assert {bar.get_alpha() for bar in bars.patches} <= {None, 1.0}
        assert {to_hex(bar.get_facecolor()) for bar in bars.patches} == {COLOUR["other"], COLOUR["ink"]}
        assert bars.get_axisbelow() is True and min(bar.get_zorder() for bar in bars.patches) > 0.5


def test_no_words_stand_on_a_patch_or_on_an_upright_line(intake_figures: list[tuple[Axes, Axes]]) -> None:
    for ax in (ax for pair in intake_figures for ax in pair):
        assert all(text.get_bbox_patch() is None for text in ax.texts)
        uprights = [
            line.get_window_extent()
            for line in ax.lines
            if len(line.get_xdata()) == 2  # type: ignore[arg-type]
        ]
        assert uprights
        for box in boxes(ax, list(ax.texts)):
            assert not any(line.x0 < box.x1 and line.x1 > box.x0 and line.y0 < box.y1 and line.y1 > box.y0
                           for line in uprights)  # fmt: skip


def test_the_names_of_the_axes_stand_apart(intake_figures: list[tuple[Axes, Axes]]) -> None:
    for ax, _ in intake_figures:
        x, y = boxes(ax, ax.get_xticklabels()), boxes(ax, ax.get_yticklabels())
        assert not any(a.overlaps(b) for a in x for b in y)
        assert not any(a.overlaps(b) for a, b in pairwise(x))


@pytest.mark.parametrize("n", range(1, 31))
def test_no_two_names_of_months_touch_whatever_their_number(n: int) -> None:
    table = pd.DataFrame({"period": pd.date_range("2023-01-01", periods=n, freq="MS"), "orders": 9, "new_customers": 9})
    calendar = OrderCalendar(table.assign(complete=True), "month", dt.date(2023, 1, 20))
    for width in (680, 358):
        ax = plots.orders_over_time(calendar, canvas(width, 260))
        names = boxes(ax, ax.get_xticklabels())
        assert not any(a.overlaps(b) for a, b in pairwise(names))
        assert names[-1].x1 <= 1.005 * ax.figure.bbox.x1


def test_every_public_plot_has_a_name_of_its_own() -> None:
    names = [p.name for p in vars(plots).values() if isinstance(p, Plot)]
    assert len(names) == len(set(names))
