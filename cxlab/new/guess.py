"""A file understood as one of the tables: which of its columns is which of ours, and how sure that is."""

from dataclasses import dataclass

from cxlab.new.looks import Look

BY_VALUES, MISSING = 4, 5
"""Tiers beyond those of headings: guessed from the values alone, and not found at all."""


@dataclass(frozen=True)
class Taken:
    """One of our columns and the column of the file that it is.

    Attributes
    ----------
    theirs : None when it is needed and was not found.
    tier : how much speaks for it: 1 much, 5 nothing.
    called_ours : whether it is called as we call it.
    doubt : what is unsure, or what to fill in.
    remark : what to know of it.
    refused : where it was not found, why columns that are called so are not it.
    """

    ours: str
    theirs: str | None
    tier: int
    called_ours: bool = False
    doubt: str = ""
    remark: str = ""
    refused: tuple[str, ...] = ()


@dataclass(frozen=True)
class Guess:
    """A file understood as one of the tables.

    Attributes
    ----------
    taken : our columns, in the order of the contract.
    warnings : columns that are read though they should not be, for they bear our names.
    notes : what to know of the table: columns that were not taken though they are called as ours are, and traps.
    """

    table: str
    look: Look
    taken: tuple[Taken, ...]
    warnings: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def is_complete(self) -> bool:
        """Whether all that is needed was found."""
        return all(one.theirs is not None for one in self.taken)

    @property
    def columns(self) -> dict[str, str]:
        """Theirs by ours."""
        return {one.ours: one.theirs for one in self.taken if one.theirs is not None}

    @property
    def left(self) -> list[str]:
        """Columns of the file that are none of ours."""
        return sorted(set(self.look.headings).difference(self.columns.values()), key=lambda name: (name.lower(), name))
