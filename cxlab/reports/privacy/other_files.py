"""The texts in the files beside the pages, which are not to be mailed: findings, the manifest, tables, notebooks."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cxlab.reports import manifest
from cxlab.reports.past import RESULTS
from cxlab.reports.privacy.pages import Text, read_page
from cxlab.reports.privacy.search import Searched

OWN_IDS = "customer_id"
"""The column by which tables name customers by their own ids, for whoever has to act."""


def other_files(folder: Path) -> tuple[list[Searched], int]:
    """Read the files of a run beside its pages; also return how many tables name customers by their own ids.

    That column is left out, and the tables' CSV is, for it holds what the Parquet file beside it does.
    """
    found = [Searched(name, list(_json_texts(folder / name))) for name in (RESULTS, manifest.FILE)]
    found += [
        Searched(f"notebooks/{file.name}", list(_json_texts(file))) for file in sorted(folder.glob("notebooks/*.ipynb"))
    ]
    n_by_id = 0
    for file in sorted(folder.glob("tables/*.parquet")):
        table, names_customers = _table(file)
        found.append(table)
        n_by_id += names_customers
    return found, n_by_id


def _json_texts(file: Path) -> Iterator[Text]:
    yield from (Text(text, place) for text, place in _texts(json.loads(file.read_text(encoding="utf-8")), ""))


def _texts(value: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield str(key), place or "its keys"
            yield from _texts(inner, f"{place}.{key}" if place else str(key))
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, place)
    elif isinstance(value, str) and value.lstrip().startswith("<"):
        yield from ((one.text, place) for one in read_page(value).texts)
    elif isinstance(value, str):
        yield value, place


def _table(file: Path) -> tuple[Searched, bool]:
    """Read the texts of a table: its heads, and the different values of every column that holds texts."""
    import pyarrow.parquet as pq

    opened = pq.ParquetFile(file)
    names = opened.schema_arrow.names
    wanted = [f.name for f in opened.schema_arrow if _holds_text(str(f.type)) and f.name != OWN_IDS]
    held = opened.read(columns=wanted)
    texts = [Text(name, "its heads") for name in names]
    for name in wanted:
        values = held.column(name).unique().to_pylist()
        texts += [Text(str(value), f"column {name}") for value in values if value is not None]
    return Searched(f"tables/{file.stem}", texts), OWN_IDS in names


def _holds_text(kind: str) -> bool:
    return "string" in kind or "dictionary" in kind
