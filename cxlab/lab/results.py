"""Results of analyses as JupyterLab shows them when a cell ends in one: their sentence and their table."""

import html
from typing import Any

import pandas as pd

from cxlab.lab import forms
from cxlab.lab.frontend import live_shell

ROWS = 20


def install(shell: Any) -> None:
    """Show results of the kit by `bundle`, in place of all that is in them; other objects as before."""
    shell.display_formatter.mimebundle_formatter.for_type(object, _bundle_or_own)


def bundle(result: object) -> dict[str, str] | None:
    """Return the sentence of a result and the first rows of its table, as HTML and as plain text.

    Returns
    -------
    None for what is no result of the kit.
    """
    if not type(result).__module__.startswith("cxlab.") or isinstance(result, type):
        return None
    table, reading = getattr(result, "table", None), getattr(result, "reading", None)
    if not isinstance(table, pd.DataFrame) or not isinstance(reading, str):
        return None
    more = f"The first {ROWS} of {len(table):,} rows; .table has all of them." if len(table) > ROWS else ""
    shown = table.head(ROWS)
    kind = type(result).__name__
    drawn = shown.to_html(index=False, border=0, na_rep="–", float_format="{:.4g}".format)
    text = shown.to_string(index=False, na_rep="–", float_format="{:.4g}".format)
    parts = [f"<p><b>{html.escape(kind)}.</b> {html.escape(reading)}</p>", drawn]
    parts += [f"<p><small>{more}</small></p>"] if more else []
    said = "\n".join(part for part in (f"{kind}. {reading}", text, more) if part)
    return {"text/html": forms.framed("".join(parts)), "text/plain": said}


def _bundle_or_own(result: object, include: Any = None, exclude: Any = None) -> Any:
    """Return what is shown of any object: a result's bundle, what the object has of its own, or nothing to add."""
    found = bundle(result) if live_shell() else None
    if found is not None:
        return found
    own = None if isinstance(result, type) else getattr(result, "_repr_mimebundle_", None)
    return own(include=include, exclude=exclude) if callable(own) else None
