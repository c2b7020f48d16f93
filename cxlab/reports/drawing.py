"""The templates and what they draw with: style sheet, filters, pictures as data addresses."""

import base64
import datetime as dt
import math
import re
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import quote

import jinja2
from markupsafe import Markup

from cxlab import words
from cxlab.language import SOURCE, tr, trn
from cxlab.look import SEGMENT_NAME, SEGMENT_TOKEN, TOKENS

_TEMPLATES = files("cxlab.reports") / "templates"
_LONGEST_MESSAGE = 600
_ROUND = "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0"
_MARKS: dict[str, tuple[str, str, bool]] = {  # colour, path around its middle, whether it is full
    "disc": ("ink", _ROUND, True),
    "square": ("link", "M-4-4H4V4H-4Z", False),
    "diamond": ("muted", "M0-5L5 0L0 5L-5 0Z", True),
    "ring": ("ink", _ROUND, False),
    "triangle": ("link", "M0-5L5 4H-5Z", True),
}


@cache
def style_sheet() -> Markup:
    """Return the style sheet: both palettes as variables, then the house style, without comments."""
    light, dark = (";".join(f"--{name}:{pair[mode]}" for name, pair in TOKENS.items()) for mode in (0, 1))
    palettes = f":root{{{light}}}\n@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}\n"
    text = (_TEMPLATES / "cxlab.css").read_text(encoding="utf-8")
    return Markup(palettes + re.sub(r"/\*.*?\*/\n?", "", text, flags=re.S))


@cache
def icon() -> str:
    """Return the four-field glyph as a data address, so that no browser asks for a favicon."""
    place = {"pb": (9, 0), "mis": (0, 0), "cand": (9, 9), "lost": (0, 9)}
    fields = "".join(
        f'<rect x="{x}" y="{y}" width="7" height="7" fill="{TOKENS[t][0]}"/>' for t, (x, y) in place.items()
    )
    return "data:image/svg+xml," + quote(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">{fields}</svg>')


@cache
def environment() -> jinja2.Environment:
    """Return the Jinja environment: everything is escaped, and a name that is not there stops the page."""
    env = jinja2.Environment(
        loader=jinja2.FunctionLoader(lambda name: (_TEMPLATES / name).read_text(encoding="utf-8")),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=unbroken,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.globals.update(
        tr=tr,
        trn=trn,
        SOURCE=SOURCE,
        css=style_sheet(),
        icon=icon(),
        SEGMENT_TOKEN=SEGMENT_TOKEN,
        SEGMENT_NAME=SEGMENT_NAME,
    )
    env.filters.update(
        at=position,
        width=bar_width,
        bar_token=bar_token,
        drawing=drawing,
        paragraphs=paragraphs,
        moment=moment,
        brief=brief,
        across=across,
        mark=mark,
        mark_token=mark_token,
    )
    return env


def unbroken(value: Any) -> Any:
    r"""Keep a plus or minus sign on the line of the currency's sign behind it: a browser may break a line between.

    Examples
    --------
    >>> ["\N{WORD JOINER}" in unbroken(text) for text in ("brought −€6.37", "revenue +€5.16", "from −6 to €7")]
    [True, True, False]
    """
    return re.sub("([−+])(?=[€$£])", "\\1\u2060", value) if type(value) is str else value


def render(template: str, **values: Any) -> str:
    """Fill a template; the text ends in one line break."""
    return environment().get_template(template).render(**values).strip() + "\n"


def position(strip: dict[str, Any], value: float) -> str:
    """Place a value on an interval strip that is drawn from 2 to 198; what lies outside its scale stands at its end."""
    span = strip["top"] - strip["bottom"]
    share = (value - strip["bottom"]) / span if span > 0 and math.isfinite(value) else 0.0
    return f"{2 + 196 * min(max(share, 0.0), 1.0):.1f}"


def across(share: float) -> str:
    """Place a share of a scale that is drawn from 2 to 242."""
    return f"{2 + 240 * min(max(share, 0.0), 1.0):.1f}" if math.isfinite(share) else "2.0"


def mark_token(shape: str) -> str:
    """Return the colour of a mark."""
    return _MARKS[shape][0]


def mark(shape: str, x: float | str, y: float) -> Markup:
    """Draw the mark of a study with its middle at a place: told by its shape first, by its colour second."""
    token, path, is_full = _MARKS[shape]
    fill = token if is_full else "paper"
    return Markup(
        '<path transform="translate({} {})" d="{}" fill="var(--{})" stroke="var(--{})" stroke-width="2.2"/>'
    ).format(x, y, path, fill, token)


def bar_width(share: float) -> str:
    """Write a share as the width of its bar, between nothing and the whole."""
    return f"{100 * min(max(share, 0.0), 1.0):.1f}%" if math.isfinite(share) else "0.0%"


def bar_token(row: list[dict[str, Any]], cell: dict[str, Any]) -> str:
    """Return the colour of a bar: its segment's, else its row's segment's, else the colour of context."""
    segment = cell["segment"] or row[0]["segment"]
    return SEGMENT_TOKEN.get(segment, "other")


def drawing(svg: str) -> dict[str, str]:
    """Return an SVG text as a data address with its size: in an <img> nothing in it can run."""
    head = svg[: svg.find(">")]
    width, height = (re.search(rf'\s{side}="([\d.]+)"', head) for side in ("width", "height"))
    if width is None or height is None:
        raise ValueError("a drawing does not say its width and height")
    uri = "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
    return {"uri": uri, "width": f"{float(width[1]):.0f}", "height": f"{float(height[1]):.0f}"}


def paragraphs(text: str) -> list[str]:
    """Cut a text at its empty lines."""
    return [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]


def moment(iso: str) -> str:
    """Write a moment: 22 November 2025, 13:40 UTC."""
    then = dt.datetime.fromisoformat(iso)
    return tr("{day}, {hour}:{minute} UTC", day=words.day(then.date()), hour=f"{then:%H}", minute=f"{then:%M}")


def brief(message: str) -> str:
    """Shorten a message that is too long to be read."""
    return message if len(message) <= _LONGEST_MESSAGE else message[: _LONGEST_MESSAGE - 1].rstrip() + "…"
