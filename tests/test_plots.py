"""The drawing style: tokens only, the same bytes each time, two sizes, and a theme that follows the reader's mode."""

import re

import pytest

from cxlab import plots
from cxlab.blocks import Caption
from cxlab.look import TOKENS
from cxlab.plots.figure import Plot
from cxlab.plots.style import COLOUR, canvas, is_narrow, themed_svg


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


@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
def test_text_and_marks_stand_out_from_paper_and_surface(mode: int) -> None:
    texts = ("ink", "muted", "link", "pb-ink", "mis-ink", "cand-ink", "lost-ink", "good", "part", "bad", "open")
    marks = ("pb", "mis", "cand", "lost", "other")
    for ground in ("paper", "surface"):
        for name in texts:
            assert contrast(TOKENS[name][mode], TOKENS[ground][mode]) >= 4.5, (name, ground)
        for name in marks:
            assert contrast(TOKENS[name][mode], TOKENS["paper"][mode]) >= 3, name


def test_every_public_plot_has_a_name_of_its_own() -> None:
    names = [p.name for p in vars(plots).values() if isinstance(p, Plot)]
    assert len(names) == len(set(names))
