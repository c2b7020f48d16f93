"""The finished pages of an order held against what the study's files tell of people."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from cxlab.engine import Engine, fill
from cxlab.engines import open_engine
from cxlab.errors import InputError
from cxlab.reports import manifest
from cxlab.reports.order import Order, Run
from cxlab.reports.past import read_manifest
from cxlab.reports.privacy.columns import Column, open_columns
from cxlab.reports.privacy.other_files import other_files
from cxlab.reports.privacy.own_words import OwnWords
from cxlab.reports.privacy.pages import POLICY, PageRead, read_page
from cxlab.reports.privacy.raw_rows import Rows, find_records
from cxlab.reports.privacy.search import Searched, know_texts, values_in
from cxlab.reports.privacy.small_groups import groups_on
from cxlab.reports.privacy.told import Found, PageTold, Privacy, RunTold
from cxlab.words import number

LARGEST = 1_500_000
"""Bytes that a page may have: larger ones are held back by mail servers."""
_PSEUDONYM = re.compile(r"(?:\d+\. )?[0-9a-hjkmnp-tv-z]{4}-[0-9a-hjkmnp-tv-z]{4}(?: |$)")
"""Perhaps with a place in a list before it, and something small behind it."""
_CUSTOMER = frozenset({"Customer", "Asiakas"})
"""Heads of the column by which a page's table names customers, in each language of pages."""
_NAMED = 3
"""Values, rows or places of one kind that are told of a page."""
_MAKE_AGAIN = "Make the report again with --force: cxlab writes no such page"
_OUT = "Leave it out of what the notebook shows"
_SHOWN = 3


@dataclass(frozen=True)
class _Page:
    """A page that is looked at: its name as it is told, its size, and what stands on it."""

    name: str
    n_bytes: int
    read: PageRead

    @cached_property
    def searched(self) -> Searched:
        return Searched(self.name, self.read.texts)


@dataclass
class _Hits:
    """What stands in the files of the run, by file; `names` are of groups that are large enough to be named."""

    found: dict[str, list[Found]] = field(default_factory=dict)
    groups: dict[str, list[str]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    not_searched: list[str] = field(default_factory=list)

    def add(self, file: str, what: str, remedy: str) -> None:
        self.found.setdefault(file, []).append(Found(file, what, remedy))


def check_privacy(order: Order) -> Privacy:
    """Look at the pages of an order as they stand, and at the files beside them.

    Raises
    ------
    InputError : a run is not there, or a file of a study cannot be read any more.
    """
    return Privacy(tuple(_check(order, run) for run in order.runs))


def _check(order: Order, run: Run) -> RunTold:
    told = read_manifest(run.folder)
    if told is None:
        raise InputError(f"{run.folder.as_posix()} holds no run to look at: run the command once more")
    asked = sorted(told["reports"][one.name]["page"] for one in order.notebooks if one.name in told["reports"])
    index = order.out / manifest.INDEX
    pages = [_open(name, run.folder / name) for name in (*asked, manifest.INDEX)] + [_open(index.as_posix(), index)]
    others, n_by_id = other_files(run.folder)
    settled = {key: told[key] for key in ("study", "parameters", "given", "versions", "command")}
    own = OwnWords([*(one.path for one in order.notebooks), run.study.file], settled)
    hits, least = _Hits(), run.study.privacy.minimum_group
    # A table of the cluster's own is read there; files and databases are read here.
    held = any(source.table and not source.url for source in run.study.sources.given.values())
    with open_engine(run.study) if held else Engine() as engine:
        know_texts(engine, [*(page.searched for page in pages), *others])
        files = open_columns(engine, run.study, allow_outside=order.allow_outside)
        for column in files.groups:
            _look_for_groups(engine, column, pages, own, least, hits)
        for column in files.of_people:
            _look_for_people(engine, column, [*(page.searched for page in pages), *others], own, hits)
        rows = [Rows(page.read) for page in pages]
        for records in files.records:
            for page, places in zip(pages, find_records(engine, records, rows), strict=True):
                for place in places[:_NAMED]:
                    hits.add(page.name, f"a record of {records.table} as it stands in its file, in {place}", _OUT)
    return RunTold(
        run.name, least, tuple(_page_told(page, least, own, hits) for page in pages), len(others), n_by_id,
        tuple(one for other in others for one in hits.found.get(other.name, ())), tuple(hits.not_searched),
    )  # fmt: skip


def _open(name: str, file: Path) -> _Page:
    return _Page(name, file.stat().st_size, read_page(file.read_text(encoding="utf-8")))


def _look_for_people(engine: Engine, column: Column, searched: Sequence[Searched], own: OwnWords, hits: _Hits) -> None:
    """Look for the values of a column that tell who somebody is, in every file of the run."""
    values = values_in(engine, fill("SELECT v FROM ({!t}) AS q", t=column.values), with_letters=column.by_content)
    if values.n_short and not column.by_content:
        hits.not_searched.append(f"{number(values.n_short)} of {number(values.n)} in {column.named}")
    places: dict[str, dict[str, list[str]]] = {}
    for value in values.maybe:
        standing = {file.name: there for file in searched if (there := file.places(value))}
        if standing and value not in hits.names and not own.hold(value):
            for name, there in standing.items():
                places.setdefault(name, {})[value] = there
    for name, found in places.items():
        for value, there in list(found.items())[:_NAMED]:
            hits.add(
                name,
                f"{column.what} ({column.named}), {_masked(value)}, in {_without(value, there[0])}",
                _remedy(column),
            )
        if len(found) > _NAMED:
            hits.add(name, f"{number(len(found) - _NAMED)} more of {column.named}", _remedy(column))


def _look_for_groups(
    engine: Engine, column: Column, pages: Sequence[_Page], own: OwnWords, least: int, hits: _Hits
) -> None:
    """Look for names of groups on the pages, and for those of so few customers that they name them."""
    values = values_in(engine, fill("SELECT v FROM ({!t}) AS q", t=column.values), with_letters=True)
    sizes = _sizes(engine, column, values.maybe) if column.says_who and values.maybe else {}
    hits.names |= {value for value in values.maybe if sizes.get(value, 0) >= least}
    for page in pages:
        there = {value: places for value in values.maybe if (places := page.searched.places(value))}
        if any(page.searched.names(value) or not own.hold(value) for value in there):
            hits.groups.setdefault(page.name, []).append(f"{column.heading} of {column.table}")
        small = [v for v in there if 0 < sizes.get(v, least) < least and v not in hits.names and not own.hold(v)]
        for value in small[:_NAMED]:
            place = _without(value, there[value][0])
            what = f"a name of under {least} customers ({column.named}), {_masked(value)}, in {place}"
            hits.add(page.name, what, "Join it with others, or leave it out")


def _sizes(engine: Engine, column: Column, values: Sequence[str]) -> Mapping[str, int]:
    """Count the customers of each of some names."""
    wanted = set(values)
    sql = fill("SELECT TRIM(v), COUNT(DISTINCT who) FROM ({!t}) AS q GROUP BY TRIM(v) ORDER BY 1", t=column.values)
    return {value: n for value, n in engine.rows(sql) if value in wanted}


def _page_told(page: _Page, least: int, own: OwnWords, hits: _Hits) -> PageTold:
    groups = sorted((g for g in groups_on(page.read) if not own.are_written(g.said)), key=lambda group: group.n)
    customers = [
        (row[i], table.place)
        for table in page.read.tables
        for i, head in enumerate(table.heads)
        if head in _CUSTOMER
        for row in table.rows
        if i < len(row) and any(sign.isalnum() for sign in row[i])
    ]
    hidden = any(text.text == "hidden" or f"under {least}" in text.text for text in page.read.texts)
    found = [*hits.found.get(page.name, ())]
    small, remedy = [group for group in groups if group.n < least], f"Write “under {least}”"
    told = list(dict.fromkeys(f"a number of people under {least}, in {one.place}" for one in small))
    found += [Found(page.name, what, remedy) for what in told[:_NAMED]]
    bare = [(name, place) for name, place in customers if not _PSEUDONYM.match(name)]
    if bare:
        what = f"{number(len(bare))} of {number(len(customers))} customers not by a pseudonym, in {bare[0][1]}"
        found.append(Found(page.name, what, "Say `privacy: {pseudonymise: true}` in study.yml, or use kit.pseudonyms"))
    found += _of_the_file(page)
    return PageTold(
        page.name, page.n_bytes, groups[0].n if groups else None, hidden, len(customers) - len(bare),
        tuple(dict.fromkeys(hits.groups.get(page.name, ()))), len(set(page.read.links)), tuple(found),
    )  # fmt: skip


def _of_the_file(page: _Page) -> Iterator[Found]:
    """Tell what a page would run or ask for, that it lacks its policy, and that it is too large."""
    for one in list(dict.fromkeys(page.read.runs))[:_NAMED]:
        yield Found(page.name, f"what would run: {one}", _MAKE_AGAIN)
    for one in list(dict.fromkeys(page.read.asks))[:_NAMED]:
        yield Found(page.name, f"a request to another place: {one}", _MAKE_AGAIN)
    if page.read.policy != POLICY:
        yield Found(page.name, "no policy that forbids scripts and requests", _MAKE_AGAIN)
    if page.n_bytes >= LARGEST:
        size = number(page.n_bytes / 1e6, 1)
        yield Found(page.name, f"{size} MB, more than {number(LARGEST / 1e6, 1)}", "Show fewer figures on it")


def _masked(value: str) -> str:
    """Write as much of a value as whoever has the files needs to find it.

    Examples
    --------
    >>> _masked("anna@example.org"), _masked("Bo")
    ('“ann…” (16 signs)', '“…” (2 signs)')
    """
    return f"“{value[:_SHOWN] if len(value) > 2 * _SHOWN else ''}…” ({len(value)} signs)"


def _without(value: str, place: str) -> str:
    """Take a value out of the name of a place that holds it."""
    return re.sub(re.escape(value), "…", place, flags=re.I)


def _remedy(column: Column) -> str:
    return "Show a pseudonym (kit.pseudonyms) in its place, or leave it out" if column.kind == "customer" else _OUT
