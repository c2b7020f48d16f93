"""The question that a study must answer where two ways of reading fit a file equally well."""

from collections.abc import Mapping
from pathlib import Path

from cxlab.intake.understanding import AMOUNTS, Unsure
from cxlab.study import Source, Study, shown_path


def ask(study: Study, table: str, source: Source, file: Path, unsure: Unsure) -> str:
    """Say what can be read in two ways, what each would mean, and which line of the study settles it, and where."""
    found = unsure.ambiguous
    (one, two), (first, second) = found.readings, found.meanings
    key = "decimal" if unsure.column == AMOUNTS else "date_format"
    if found.contrary:
        only = (
            f'`{value}` fits "{reading}" only' for value, reading in zip(found.contrary, found.readings, strict=True)
        )
        why = f"and other values there contradict each other ({', '.join(only)})"
    else:
        why = "and no other value there tells which"
    lines = [f'{key}: "{reading}"' for reading in (one, two)]
    where = f"under `sources:` `{table}:`, beside `path:`"
    if "read" in source.model_fields_set:
        there = getattr(source.read, key)
        what = "the `read:` that is" if there is None else "place of the one that is"
        if isinstance(there, Mapping):
            lines = [f'{unsure.column}: "{reading}"' for reading in found.readings]
            what = f"the `{key}:` that is"
        where = f"in {what} already there, in line {study.place('sources', table, 'read').rpartition(':')[2]}"
    else:
        lines = [f"read: {{{line}}}" for line in lines]
    place = study.place("sources", table)
    return (
        f"{place}: `{found.value}` among the {unsure.column} of {table}, in {shown_path(file)}, "
        f'can be read in two ways, {why}: {first} with "{one}", or {second} with "{two}"; say which: `{lines[0]}` or '
        f"`{lines[1]}`, {where}"
    )
