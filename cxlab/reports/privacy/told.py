"""What the pages of runs show of people, as told to whoever wants to mail them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cxlab.words import count, number

_AT_MOST = 12


@dataclass(frozen=True)
class Found:
    """Something that must not be mailed: on which page or in which file, what, and what to do."""

    file: str
    what: str
    remedy: str


@dataclass(frozen=True)
class PageTold:
    """What a page shows.

    Attributes
    ----------
    name : its file. n_bytes : its size.
    smallest : the smallest number of people on it; None: there is none. hides : whether it hides smaller ones.
    n_pseudonyms : customers that it names, each by a pseudonym.
    groups : columns of the files whose names of groups it shows. n_links : addresses elsewhere that may be followed.
    """

    name: str
    n_bytes: int
    smallest: int | None
    hides: bool
    n_pseudonyms: int
    groups: tuple[str, ...]
    n_links: int
    found: tuple[Found, ...]

    @property
    def reading(self) -> str:
        """What it shows, in a line."""
        few = "no number of people" if self.smallest is None else f"fewest people {number(self.smallest)}"
        said = [
            f"{number(self.n_bytes / 1000)} kB",
            f"{count(self.n_pseudonyms, 'customer')} by pseudonym" if self.n_pseudonyms else "no customer named",
            f"{few}{', smaller groups hidden' if self.hides else ''}",
            f"groups named from {', '.join(self.groups)}" if self.groups else "no names from the files",
            f"{count(self.n_links, 'link')} elsewhere" if self.n_links else "no link elsewhere",
            f"FOUND: {number(len(self.found))}" if self.found else "no id, personal value, record, script or request",
        ]
        return f"{self.name}: {'; '.join(said)}"


@dataclass(frozen=True)
class RunTold:
    """What the pages of a run show, and the files beside them.

    Attributes
    ----------
    name : of the run. least : the study's smallest group. pages : as they stand.
    n_others, n_by_id : files beside the pages, and tables among them that name customers by their own ids.
    beside : what is found in these files, but for that column.
    not_searched : what cannot be told from numbers and words, and was not looked for.
    """

    name: str
    least: int
    pages: tuple[PageTold, ...]
    n_others: int
    n_by_id: int
    beside: tuple[Found, ...]
    not_searched: tuple[str, ...]

    @property
    def found(self) -> tuple[Found, ...]:
        """All that was found."""
        return (*(one for page in self.pages for one in page.found), *self.beside)

    @property
    def lines(self) -> list[str]:
        """A line for each page, one for the files beside them, one for what was not looked for."""
        ids = f", {number(self.n_by_id)} of which name customers by their own ids, to act on" if self.n_by_id else ""
        said = [
            f"{self.name}: what its pages show (groups under {number(self.least)} must be hidden)",
            *(f"  {page.reading}" for page in self.pages),
            f"  {count(self.n_others, 'file')} beside them, not to be mailed{ids}: "
            + (f"FOUND: {number(len(self.beside))}" if self.beside else "nothing else of anybody"),
        ]
        if self.not_searched:
            said.append(f"  not looked for, being like other numbers and words: {'; '.join(self.not_searched)}")
        return said


@dataclass(frozen=True)
class Privacy:
    """What the pages of an order show."""

    runs: tuple[RunTold, ...]

    @property
    def found(self) -> tuple[Found, ...]:
        """All that was found."""
        return tuple(one for run in self.runs for one in run.found)

    @property
    def reading(self) -> str:
        """What each page shows, what no program can tell, and whether the pages can be mailed."""
        lines = [line for run in self.runs for line in run.lines]
        lines.append(
            "Looked for: every id and every value of columns that point to people, records, numbers of people, "
            "scripts, requests. No program can tell what a reader knows already, or reckons out from several numbers."
        )
        return "\n".join([*lines, *_ending(self.found)])

    @property
    def as_json(self) -> dict[str, Any]:
        """The same for machines."""
        return {
            "found": [{"run": run.name, "file": one.file, "what": one.what} for run in self.runs for one in run.found],
            "pages": [
                {
                    "run": run.name, "page": page.name, "bytes": page.n_bytes, "fewest_people": page.smallest,
                    "pseudonyms": page.n_pseudonyms, "groups_from": list(page.groups), "links": page.n_links,
                }
                for run in self.runs
                for page in run.pages
            ],
        }  # fmt: skip


def _ending(found: Sequence[Found]) -> list[str]:
    if not found:
        return ["Nothing was found: the pages can be mailed."]
    said = [f"  {one.file}: {one.what}. {one.remedy}." for one in found[:_AT_MOST]]
    more = [f"  and {number(len(found) - _AT_MOST)} more"] if len(found) > _AT_MOST else []
    return [f"Found {count(len(found), 'thing')}; do not mail these pages before it is put right:", *said, *more]
