"""The one style: colour tokens, a canvas in pixels, and a figure as an SVG that follows light, dark and print.

Figures are drawn in the light tokens only. `themed_svg` puts ``var(--token)`` in place of each colour and both palettes
into the SVG's own style, so that one drawing serves every mode. A colour that is no token stops the drawing.

A box of paper behind words becomes an outline of their letters: the font that a reader sees is narrower than the one
that is measured, so a box would stand beside them.
"""

import io
import re
from contextlib import AbstractContextManager
from typing import Any

import matplotlib as mpl
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import ScalarFormatter
from matplotlib.typing import RcKeyType

from cxlab.look import TOKENS
from cxlab.words import number

COLOUR = {name: light for name, (light, _) in TOKENS.items()}
_DRAWN = "DejaVu Sans"  # shipped with matplotlib, so that the layout is the same on every machine
_SHOWN = "-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,'Liberation Sans','Noto Sans',sans-serif"
_RC: dict[RcKeyType, Any] = {
    "font.family": _DRAWN, "font.size": 12, "text.parse_math": False, "svg.fonttype": "none", "svg.hashsalt": "cxlab",
    "axes.edgecolor": COLOUR["rule"], "axes.labelcolor": COLOUR["muted"], "text.color": COLOUR["ink"],
    "xtick.color": COLOUR["muted"], "ytick.color": COLOUR["muted"], "axes.labelsize": 12, "xtick.labelsize": 12,
    "ytick.labelsize": 12, "axes.spines.top": False, "axes.spines.right": False, "axes.spines.left": False,
    "figure.facecolor": "none", "axes.facecolor": "none", "savefig.facecolor": "none", "axes.linewidth": 1,
    "xtick.major.size": 0, "ytick.major.size": 0, "axes.unicode_minus": True, "axes.formatter.use_locale": False,
    "lines.color": COLOUR["ink"], "patch.edgecolor": "none", "axes.prop_cycle": cycler(color=[COLOUR["ink"]]),
}  # fmt: skip
NARROW_BELOW = 500
_BOX = re.compile(
    rf'(<g id="text_\d+">)\s*<g id="patch_\d+">\s*<path d="[^"]*" style="fill: {COLOUR["paper"]}"/>\s*</g>'
    r'(\s*(?:<text style="[^"]*"[^>]*>[^<]*</text>\s*)+)'
)
_OUTLINE = f"paint-order: stroke; stroke: {COLOUR['paper']}; stroke-width: 4; stroke-linejoin: round; "


def canvas(width: int, height: int) -> Axes:
    """Make one axes on a figure of its own, `width` x `height` in pixels; no window, no pyplot state."""
    with mpl.rc_context(_RC):
        return Figure(figsize=(width / 72, height / 72)).add_subplot()


def is_narrow(ax: Axes) -> bool:
    """Tell whether the drawing is for a phone: fewer words, panels two by two."""
    return bool(ax.figure.get_figure(root=True).get_size_inches()[0] * 72 < NARROW_BELOW)


def house_style() -> AbstractContextManager[None]:
    """Return the context in which every figure is drawn."""
    return mpl.rc_context(_RC)


def fit(ax: Axes, left: float, bottom: float, right: float, top: float) -> None:
    """Place the axes on its figure by shares of the width and height."""
    ax.set_position((left, bottom, right - left, top - bottom))


def panels(ax: Axes, rows: int, columns: int, *, gap_x: float = 0.08, gap_y: float = 0.25) -> list[Axes]:
    """Divide the axes into small multiples, row by row; gaps are shares of one panel."""
    ax.set_axis_off()
    width = 1 / (columns + gap_x * (columns - 1))
    height = 1 / (rows + gap_y * (rows - 1))
    return [
        ax.inset_axes((c * width * (1 + gap_x), 1 - height - r * height * (1 + gap_y), width, height))
        for r in range(rows)
        for c in range(columns)
    ]


class WrittenTicks(ScalarFormatter):
    """Numbers at an axis as Matplotlib chooses them, with the decimal mark of the language."""

    def __call__(self, x: float, pos: int | None = None) -> str:
        """Write one of them."""
        return str(super().__call__(x, pos)).replace(".", number(0.5, 1)[1])


def themed_svg(figure: Figure) -> str:
    """Return the figure as one SVG text whose colours are tokens: the same bytes each time.

    Raises
    ------
    ValueError : a colour was used that is no token.
    """
    text = io.StringIO()
    with mpl.rc_context(_RC):
        figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    svg = re.sub(r"<\?xml.*?<svg", "<svg", text.getvalue(), count=1, flags=re.S)
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.S)
    svg = re.sub(r'width="([\d.]+)pt" height="([\d.]+)pt"', r'width="\1" height="\2"', svg, count=1)
    svg = svg.replace(f"'{_DRAWN}'", _SHOWN.replace("'", "&apos;"))
    svg = re.sub(
        r'<path id="(\w+)" d="M 0 ([\d.]+) \nC [^M]*?z\n"', r'<circle id="\1" r="\2"', svg
    )  # dots in few bytes
    svg = _BOX.sub(lambda m: m[1] + m[2].replace('<text style="', f'<text style="{_OUTLINE}'), svg)
    used = []
    for name, (light, _) in TOKENS.items():
        if light in svg:
            used.append(name)
            svg = svg.replace(light, f"var(--{name})")
    stray = sorted(set(re.findall(r"#[0-9a-f]{6}\b", svg)) - {"#000000"})
    if stray:
        raise ValueError(f"a figure uses colours that are no tokens: {', '.join(stray)}")
    light, dark = (";".join(f"--{name}:{TOKENS[name][mode]}" for name in used) for mode in (0, 1))
    style = (
        f"<style>:root{{{light}}}text{{fill:var(--ink)}}"
        f"@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}</style>"
    )
    if "var(--ink)" not in svg and "ink" not in used:
        style = style.replace(":root{", f":root{{--ink:{TOKENS['ink'][0]};", 1)
        style = style.replace("dark){:root{", f"dark){{:root{{--ink:{TOKENS['ink'][1]};", 1)
    svg = re.sub(r"(<svg[^>]*>)", lambda m: m[1] + style, svg, count=1)
    return re.sub(r"\s*\n\s*", "\n", svg).strip()
