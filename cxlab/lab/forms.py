"""How a block looks in JupyterLab, as HTML that runs nothing, and in a console, as plain text."""

import base64
import html
from collections.abc import Sequence

from cxlab import blocks
from cxlab.language import tr, translated
from cxlab.look import SEGMENT_TOKEN, TOKENS

_NO_MATHS = "tex2jax_ignore mathjax_ignore"  # else JupyterLab sets what stands between two dollar signs as a formula
_LEFT = "text-align:left;padding:.2em .6em"
_RIGHT = "text-align:right;padding:.2em .6em;white-space:nowrap"
_TONE = {"yes": "good", "partly": "part", "no": "bad", "cannot": "open", "failed": "bad"}
_LIGHT = "color-scheme:light;background:#fff"  # JupyterLab may be light where the browser is dark
_GAP = "  "


def framed(shown: str) -> str:
    """Wrap HTML of a block, so that JupyterLab leaves its dollar signs alone."""
    return f'<div class="{_NO_MATHS}">{shown}</div>'


def heading_html(block: blocks.Heading) -> str:
    """Write the finding that heads a section."""
    return f"<h3>{html.escape(block.text)}</h3>"


def reading_html(block: blocks.Reading) -> str:
    """Write a computed sentence, its label bold before it."""
    start = f"<b>{html.escape(block.label)}.</b> " if block.label else ""
    return f"<p>{start}{html.escape(block.text)}</p>"


def missing_html(block: blocks.Missing) -> str:
    """Write what is missing, and what would answer it."""
    return f"<p>{html.escape(block.text)}</p><p><b>{tr('What would answer it.')}</b> {html.escape(block.remedy)}</p>"


def figure_html(block: blocks.Figure) -> str:
    """Write a figure with its title over it, its note and source under it, and the numbers behind it in a fold."""
    picture = base64.b64encode(block.wide.encode()).decode()
    caption = block.caption
    source = tr("Source: {source}.", source=block.source) if block.source else ""
    note = " ".join(html.escape(text) for text in (caption.note, source) if text)
    numbers = (
        f"<details><summary>{tr('Numbers behind the figure')}</summary>{table_html(block.numbers)}</details>"
        if block.numbers
        else ""
    )
    return (
        f"<figure><figcaption><b>{html.escape(caption.title)}</b><br>{html.escape(caption.subtitle)}</figcaption>"
        f'<img src="data:image/svg+xml;base64,{picture}" alt="{html.escape(caption.alt)}" style="{_LIGHT}">'
        f"{f'<p><small>{note}</small></p>' if note else ''}{numbers}</figure>"
    )


def table_html(block: blocks.Table) -> str:
    """Write a table with its caption over it and its note under it."""
    align = [_LEFT if i == 0 or i in block.words else _RIGHT for i in range(len(block.columns))]
    head = "".join(
        f'<th scope="col" style="{a}">{html.escape(c)}</th>' for a, c in zip(align, block.columns, strict=True)
    )
    rows = "".join(
        f"<tr>{''.join(_cell(c, a, i == 0) for i, (a, c) in enumerate(zip(align, row, strict=True)))}</tr>"
        for row in block.rows
    )
    note = f"<p><small>{html.escape(block.note)}</small></p>" if block.note else ""
    caption = f'<caption style="{_LEFT}"><b>{html.escape(block.caption)}</b></caption>'
    return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{note}"


def answer_html(block: blocks.Answer) -> str:
    """Write the answer: the verdict, its facts, the decision."""
    facts = "".join(
        f"<li><b>{html.escape(f'{fact.label}: {fact.big} {fact.unit}'.rstrip())}</b> {html.escape(fact.text)}</li>"
        for fact in block.facts
    )
    rests = f"<p>{html.escape(block.rests)}</p>" if block.rests else ""
    return (
        f'<div style="border-left:5px solid {TOKENS[_TONE[block.tone]][0]};padding-left:12px">'
        f"<h3>{html.escape(block.tag)}: {html.escape(block.line)}</h3>{rests}<ul>{facts}</ul>"
        f"<p><b>{tr('Decide.')}</b> {html.escape(block.decide)}</p>{_doors_html(block)}</div>"
    )


def table_text(block: blocks.Table) -> str:
    """Write a table in columns of plain text, small figures in brackets.

    Examples
    --------
    >>> rows = ((blocks.Cell("Lost"), blocks.Cell("58%", "56–60%")), (blocks.Cell("All"), blocks.Cell("100%")))
    >>> print(table_text(blocks.Table("sizes", "Who is where", ("Segment", "Share"), rows, "Brackets: intervals.")))
    Who is where
    Segment         Share
    Lost     58% (56–60%)
    All              100%
    Brackets: intervals.
    """
    written = [[f"{c.text} ({c.small})" if c.small else c.text for c in row] for row in block.rows]
    columns = list(zip(block.columns, *written, strict=True))
    widths = [max(len(text) for text in column) for column in columns]
    left = [i == 0 or i in block.words for i in range(len(columns))]
    lines = [_line(row, widths, left) for row in zip(*columns, strict=True)]
    return "\n".join(text for text in (block.caption, *lines, block.note) if text)


def answer_text(block: blocks.Answer) -> str:
    """Write the answer as plain text, a fact a line."""
    facts = [f"- {fact.label}: {fact.big} {fact.unit}".rstrip() + f" {fact.text}" for fact in block.facts]
    doors = [f"{tr('Look next.')} {door.question} ({_title(door)})" for door in block.doors]
    rests = [block.rests] if block.rests else []
    return "\n".join([f"{block.tag}: {block.line}", *rests, *facts, f"{tr('Decide.')} {block.decide}", *doors])


def _doors_html(block: blocks.Answer) -> str:
    """Write where to look next; a notebook cannot know where another one's page lies."""
    if not block.doors:
        return ""
    told = " ".join(f"{html.escape(door.question)} ({html.escape(_title(door))})" for door in block.doors)
    return f"<p><b>{tr('Look next.')}</b> {told}</p>"


def _title(door: blocks.Door) -> str:
    return translated(door.report.replace("_", " ").capitalize())


def _cell(cell: blocks.Cell, align: str, is_head: bool) -> str:
    small = f"<br><small>{html.escape(cell.small)}</small>" if cell.small else ""
    token = SEGMENT_TOKEN.get(cell.segment)
    mark = f'<span aria-hidden="true" style="color:{TOKENS[token][0]}">■</span> ' if token else ""
    tag = 'th scope="row"' if is_head else "td"
    return f'<{tag} style="{align}">{mark}{html.escape(cell.text)}{small}</{tag.split()[0]}>'


def _line(row: Sequence[str], widths: Sequence[int], left: Sequence[bool]) -> str:
    cells = (t.ljust(w) if is_left else t.rjust(w) for t, w, is_left in zip(row, widths, left, strict=True))
    return _GAP.join(cells).rstrip()
