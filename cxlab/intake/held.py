"""Tables that the engine holds itself, as one on a cluster does: their rows, read as those of a database are."""

from collections.abc import Iterator, Sequence

import pyarrow as pa

from cxlab.engine import Engine, EngineError
from cxlab.intake.places import SourceError
from cxlab.intake.postgres import Place


class Held:
    """The tables of an engine.

    Parameters
    ----------
    engine : whose they are.
    place : where the study says so.

    Raises
    ------
    SourceError : the engine has none of its own.
    """

    kind = "Spark"
    elsewhere = "in a view, and name that"

    def __init__(self, engine: Engine, place: Place) -> None:
        if not engine.has_helpers:
            raise SourceError(
                f"{place.line}: {place.what} would be a table of the engine, and the one in this process holds none: "
                "give the `path:` of a file, the `url:` of the database that has the table, or name the cluster as "
                "`engine:`"
            )
        self._engine = engine

    @staticmethod
    def select(table: str, columns: Sequence[str] = ()) -> str | None:
        """Return the SQL of a table, or of some of its columns; None where it has no name."""
        names = ", ".join("`" + name.replace("`", "``") + "`" for name in columns) or "*"
        return f"SELECT {names} FROM {table}" if table.strip() else None  # noqa: S608

    def schema(self, sql: str, place: Place) -> pa.Schema:
        """Return the columns of a table.

        Raises
        ------
        SourceError : there is no such table.
        """
        try:
            return self._engine.held_schema(sql)
        except EngineError as error:
            raise SourceError(f"{place.line}: {place.what} cannot be read: {error}") from error

    def batches(self, sql: str, place: Place) -> Iterator[pa.RecordBatch]:
        """Yield the rows of a table, some hundred thousand at a time.

        Raises
        ------
        SourceError : it cannot be read.
        """
        try:
            yield from self._engine.held_batches(sql)
        except EngineError as error:
            raise SourceError(f"{place.line}: {place.what} cannot be read: {error}") from error

    def close(self) -> None:
        """Leave the engine as it is."""
