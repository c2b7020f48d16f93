"""Statements of the kit, written for DuckDB, in the words of Spark."""

from dataclasses import dataclass
from functools import lru_cache

import sqlglot
from sqlglot import exp

_PARAMETER = "v"


@dataclass(frozen=True)
class Statement:
    """A statement taken apart.

    Attributes
    ----------
    does : what it does: query, table, view (made of a query), drop, or other.
    target : the table or view that it makes or drops; empty for a query.
    reads : the tables and views that it reads.
    spark : the query for Spark, with its values as :v0, :v1, ...; empty where there is none.
    """

    does: str
    target: str
    reads: frozenset[str]
    spark: str


@lru_cache(maxsize=1024)
def take_apart(sql: str) -> Statement:
    """Take a statement apart and translate its query.

    Raises
    ------
    sqlglot.errors.SqlglotError : it cannot be read, or not be said in the words of Spark.

    Examples
    --------
    >>> take_apart("CREATE OR REPLACE VIEW late AS SELECT a[1] AS b FROM days WHERE day > ?")
    Statement(does='view', target='late', reads=frozenset({'days'}), spark='SELECT a[0] AS b FROM days WHERE day > :v0')
    """
    tree = sqlglot.parse_one(_with_names(sql), read="duckdb")
    if isinstance(tree, exp.Query):
        return Statement("query", "", _reads(tree), _said(tree))
    target = tree.find(exp.Table)
    name = target.name if target else ""
    if isinstance(tree, exp.Create) and isinstance(tree.expression, exp.Query):
        return Statement(str(tree.kind).lower(), name, _reads(tree.expression), _said(tree.expression))
    if isinstance(tree, exp.Drop):
        return Statement("drop", name, frozenset(), "")
    reads = frozenset(table.name for table in tree.find_all(exp.Table))
    return Statement("other", name, reads, "")


def named_values(values: "tuple[object, ...]") -> dict[str, object]:
    """Return the values of a statement by the names that they have for Spark."""
    return {f"{_PARAMETER}{i}": value for i, value in enumerate(values)}


def _with_names(sql: str) -> str:
    """Give each place of a value its name, in the order in which they stand: a translation may move them."""
    places = [
        token.start for token in sqlglot.tokenize(sql, read="duckdb") if token.text == "?" and sql[token.start] == "?"
    ]
    for i, place in reversed(list(enumerate(places))):
        sql = f"{sql[:place]}${_PARAMETER}{i}{sql[place + 1 :]}"
    return sql


def _reads(query: exp.Query) -> frozenset[str]:
    """Return the tables that a query reads: what it names by WITH is none."""
    named = {part.alias for part in query.find_all(exp.CTE)}
    return frozenset(table.name for table in query.find_all(exp.Table)) - named


def _said(query: exp.Query) -> str:
    return query.copy().transform(_as_meant).sql(dialect="spark", unsupported_level=sqlglot.ErrorLevel.RAISE)


def _as_meant(node: exp.Expression) -> exp.Expression:
    """Say what Spark would take otherwise, or only nearly.

    A percentile would become an approximation. A pattern that minds no capitals would mind those beyond ASCII.
    """
    if isinstance(node, exp.RegexpLike) and node.expression.name.startswith("(?i)"):
        node.expression.replace(exp.Literal.string("(?iu)" + node.expression.name.removeprefix("(?i)")))
    if isinstance(node, exp.WithinGroup) and isinstance(node.this, exp.PercentileCont):
        return _percentile(node.expression.expressions[0].this, node.this.this)
    if isinstance(node, exp.PercentileCont) and node.expression:
        return _percentile(node.this, node.expression)
    return node


def _percentile(values: exp.Expression, shares: exp.Expression) -> exp.Expression:
    return exp.Anonymous(this="PERCENTILE", expressions=[values.copy(), shares.copy()])
