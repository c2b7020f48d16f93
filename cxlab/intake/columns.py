"""Which column of a source's files is which of ours."""

import re
from collections.abc import Mapping, Sequence

from cxlab.contract import TableContract
from cxlab.errors import did_you_mean
from cxlab.intake.opening import Opened
from cxlab.intake.places import SourceError
from cxlab.study import RESERVED, Source, Study, shown_path

_SHOWN_NAMES = 20


def match_columns(study: Study, source: Source, contract: TableContract, opened: Sequence[Opened]) -> dict[str, str]:
    """Return theirs by ours: the columns of the contract that any file has, and further ones that every file has.

    Raises
    ------
    SourceError : a column that is needed, or that the study names, is not there, or is there twice.
    """
    table = contract.name
    everywhere = set(opened[0].columns).intersection(*(set(one.columns) for one in opened[1:]))
    anywhere = set().union(*(one.columns for one in opened))
    needed = {column.name for column in contract.columns if column.required}
    for one in opened:
        for ours, theirs in source.columns.items():
            if theirs not in (one.columns if ours in needed or ours not in contract.names else anywhere):
                raise SourceError(_lacks(study.place("sources", table, "columns", ours), opened, one, ours, theirs))
        for column in contract.columns:
            theirs = source.columns.get(column.name, column.name)
            if column.required and theirs not in one.columns:
                raise SourceError(_lacks(study.place("sources", table), opened, one, column.name, theirs))
        for theirs in source.keep:
            if theirs not in one.columns:
                place = study.place("sources", table, "keep", theirs)
                near = did_you_mean(theirs, one.columns) or "."
                raise SourceError(
                    f"{place}: {shown_path(one.path)} has no column `{theirs}`; it has {_names(one)}{near}"
                )
    if any(one.text or one.sheet for one in opened):  # a Parquet file always has names
        _see_that_names_are_names(study, table, source, contract)
    mapping = dict(source.columns)
    taken = set(mapping.values())
    mapping |= {n: n for n in contract.names if n not in mapping and n in anywhere and n not in taken}
    for one in opened if contract.one_of else ():
        there = {ours for ours, theirs in mapping.items() if theirs in one.columns}
        if any(there.issuperset(group) for group in contract.one_of):
            continue
        either = " or ".join(" with ".join(f"`{name}`" for name in group) for group in contract.one_of)
        raise SourceError(
            f"{study.place('sources', table)}: {shown_path(one.path)} has neither {either}; it has "
            f"{_names(one)}. Map one of them under `columns:` in {study.place('sources', table)}: "
            f"`columns: {{{contract.one_of[0][0]}: …}}`"
        )
    if contract.further:
        mapping |= _further(mapping, everywhere)
    for one in opened:
        twice = sorted(one.twice.intersection(mapping.values()))
        if twice:
            raise SourceError(
                f"{study.place('sources', table, 'path')}: {shown_path(one.path)} names the column `{twice[0]}` "
                "twice: rename one"
            )
    return mapping


def _see_that_names_are_names(study: Study, table: str, source: Source, contract: TableContract) -> None:
    """See that what the study maps is no record: a file without a line of names would lose its first one."""
    for column in contract.columns:
        theirs = source.columns.get(column.name, "")
        if source.read.header is None and _DATA.get(column.kind, _NEVER).fullmatch(theirs):
            raise SourceError(
                f"{study.place('sources', table, 'columns', column.name)}: `{theirs}` is a value and no column's name: "
                "where a file has no line of names, give them in order: `read: {header: [customer_id, ordered_at, …]}`"
            )


_NEVER = re.compile(r"(?!)")
_DATA = {
    "moment": re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}(?:[ T].*)?"),
    "money": re.compile(r"[-+]?\d+[.,]\d{1,2}"),
}
"""What no column of dates or amounts is called."""


def _further(mapping: Mapping[str, str], everywhere: set[str]) -> dict[str, str]:
    """Name the columns beyond the contract; names of the kit's own kind get their_ before them."""
    taken = {name.lower() for name in mapping}
    found: dict[str, str] = {}
    for theirs in sorted(everywhere - set(mapping.values())):
        ours = f"their_{theirs}" if theirs.lower().startswith(RESERVED) else theirs
        while ours.lower() in taken:
            ours += "_further"
        taken.add(ours.lower())
        found[ours] = theirs
    return found


def _lacks(place: str, every: Sequence[Opened], opened: Opened, ours: str, theirs: str) -> str:
    near = did_you_mean(theirs, opened.columns) or "."
    others = f"; where files call it otherwise, by all of its names: `{ours}: [{theirs}, …]`" if len(every) > 1 else ""
    return (
        f"{place}: {shown_path(opened.path)} has no column `{theirs}`; it has {_names(opened)}{near} Map one of them "
        f"under `columns:` in {place}: `columns: {{{ours}: …}}`{others}"
    )


def _names(opened: Opened) -> str:
    names = [name[:40] for name in opened.columns]
    return ", ".join(names[:_SHOWN_NAMES]) + (
        f" and {len(names) - _SHOWN_NAMES} more" if len(names) > _SHOWN_NAMES else ""
    )
