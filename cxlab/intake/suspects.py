"""Customers who look like a slip: names of nobody, one name in two spellings, and who holds too much of the revenue.

They are kept, for the shop alone can tell; but a reader should know of them before the answers.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from cxlab.engine import Engine, fill, literal
from cxlab.intake.sales import DAYS, SUSPECTS, line_revenue
from cxlab.language import tr, trn
from cxlab.words import few, number, percent

LARGE_CUSTOMER, TIMES_CUSTOMER = 0.1, 25
"""A customer holds too much: from this share of the revenue on, and from so many times what one brings on average."""
LARGE_LINE, TIMES_LINE = 0.05, 100
"""The same of a single line."""
_NOBODY = (
    "käteis(?:myynti| ?asiakas)", "käteinen", "kassa ?asiakas", "kassamyynti", "satunnais ?asiakas",
    "satunnainen(?: asiakas)?", "kerta ?(?:asiakas|ostaja)", "ei (?:tietoa|tiedossa|tunneta|asiakasta|asiakasnumeroa)",
    "tuntematon(?: asiakas)?", "nimetön", "anonyymi", "vieras",
    "unknown(?: customer)?", "anonymous(?: customer)?", "(?:guest|cash|walk ?in)(?: (?:customer|user|checkout|sale))?",
    "no (?:customer|name)", "not (?:known|available)", "undefined", "missing",
    "okänd(?: kund)?", "kontant ?kund", "gäst", "anonym",
)  # fmt: skip
"""What stands in place of a customer who is not known; a blank may be a hyphen as well."""
_SHOWN, _LONGEST = 3, 40
_AROUND = "[^\\p{L}\\p{N}]*"
_KINDS = {"kind": "string", "name": "string", "other": "string", "n": "int64", "cents": "int64"}


@dataclass(frozen=True)
class Suspects:
    """What of the customers looks like a slip.

    Attributes
    ----------
    nobody : names of nobody, those with the most revenue first.
    nobody_lines, nobody_share : lines that stand under them, and their share of the revenue before returns.
    customer, customer_share : who holds too much of it, and what; empty and 0 where nobody does.
    line, line_share : the same of a single line: its file and number.
    alike : two spellings of one name; None where there are none.
    n_alike : customers who differ from another only in the spelling.
    minimum_group : of the study.
    """

    nobody: tuple[str, ...] = ()
    nobody_lines: int = 0
    nobody_share: float = 0.0
    customer: str = ""
    customer_share: float = 0.0
    line: str = ""
    line_share: float = 0.0
    alike: tuple[str, str] | None = None
    n_alike: int = 0
    minimum_group: int = 5

    def told(self, *, by_name: bool) -> tuple[str, ...]:
        """Say it, a text each.

        Parameters
        ----------
        by_name : whether customers are named: on a terminal, but on no page.
        """
        found: list[str] = []
        if self.nobody:
            named = ", ".join(f"`{name[:_LONGEST]}`" for name in self.nobody[:_SHOWN])
            left = len(self.nobody) - _SHOWN
            if left > 0:
                named = trn(
                    "{named} and {n} more name", "{named} and {n} more names", left, named=named, n=number(left)
                )
            found.append(
                trn(
                    "{n} line of orders, with {share} of the revenue, stands under {named}, which names nobody, and "
                    "counts as one customer each: where a customer is not known, leave the cell empty in the export.",
                    "{n} lines of orders, with {share} of the revenue, stand under {named}, which names nobody, and "
                    "counts as one customer each: where a customer is not known, leave the cell empty in the export.",
                    self.nobody_lines, n=number(self.nobody_lines), share=_share(self.nobody_share), named=named,
                )
            )  # fmt: skip
        if self.customer:
            found.append(
                tr(
                    "One customer{who} holds {share} of the revenue: is it one customer, or a number for all who have "
                    "none? For these leave the cell empty in the export.",
                    who=f", `{self.customer[:_LONGEST]}`," if by_name else "", share=_share(self.customer_share),
                )
            )  # fmt: skip
        if self.line:
            found.append(
                tr(
                    "A single line of orders, {line}, holds {share} of the revenue: is its amount a slip, or its line "
                    "one of totals? Then mend it in the export, or leave it out.",
                    line=self.line, share=_share(self.line_share),
                )
            )  # fmt: skip
        if self.alike:
            n, one, other = self.n_alike, *(name[:_LONGEST] for name in self.alike)
            such = tr(": `{one}` and `{other}`", one=one, other=other) if by_name else ""
            people = number(n) if by_name else few(n, self.minimum_group)
            found.append(
                trn(
                    "{people} customer differs from another only in leading zeros, blanks or capital letters{such}. "
                    "Each counts as a customer of their own: where they are the same people, write their numbers in "
                    "one way in every file (a spreadsheet drops leading zeros unless the column is text).",
                    "{people} customers differ from another only in leading zeros, blanks or capital letters{such}. "
                    "Each counts as a customer of their own: where they are the same people, write their numbers in "
                    "one way in every file (a spreadsheet drops leading zeros unless the column is text).",
                    n if by_name or n >= self.minimum_group else 2, people=people, such=such,
                )
            )  # fmt: skip
        return tuple(found)


def find_suspects(engine: Engine, columns: Collection[str]) -> None:
    """Put what of the customers looks like a slip into the table `suspects`, once, when it is first asked for.

    From the tables `days` and `orders`. It has kind, name, other, n and cents: `all` (n: lines), `nobody` (n: lines),
    `customer`, `line` (other: number of the file, n: line) and `alike` (n: customers).
    """
    if engine.has(SUSPECTS):
        return
    aside = f"{SUSPECTS}_aside"
    engine.run(
        fill(
            "CREATE OR REPLACE TABLE {aside} AS SELECT customer_id, CAST(SUM(CASE WHEN is_return THEN 0 ELSE revenue "
            "END) AS BIGINT) AS sold FROM {days} GROUP BY customer_id",
            aside=aside, days=DAYS,
        )
    )  # fmt: skip
    n_customers, sold = engine.row(
        fill("SELECT COUNT(*), CAST(COALESCE(SUM(sold), 0) AS BIGINT) FROM {aside}", aside=aside)
    )
    nobody = engine.rows(
        fill(
            "SELECT customer_id, sold FROM {aside} WHERE {!nobody} ORDER BY sold DESC, customer_id",
            aside=aside, nobody=_is_nobody("customer_id"),
        )
    )  # fmt: skip
    rows: list[tuple[str, str, str, int, int]] = [("all", "", "", 0, sold)]
    rows += [("nobody", name, "", _lines_of(engine, name), cents) for name, cents in nobody]
    least = max(LARGE_CUSTOMER * sold, TIMES_CUSTOMER * sold / max(n_customers, 1), 1)
    largest = engine.rows(
        fill(
            "SELECT customer_id, sold FROM {aside} WHERE sold >= ? AND NOT {!nobody} ORDER BY sold DESC, customer_id "
            "LIMIT 1",
            aside=aside, nobody=_is_nobody("customer_id"),
        ),
        [least],
    )  # fmt: skip
    line = _largest_line(engine, columns, sold)
    rows += [("customer", name, "", 0, cents) for name, cents in largest if not line or 2 * line[4] < cents]
    rows += [line] if line else []
    rows += _alike(engine, aside)
    engine.drop(aside)
    engine.take(SUSPECTS, dict(zip(_KINDS, map(list, zip(*rows, strict=True)), strict=True)), _KINDS)


def read_suspects(engine: Engine, columns: Collection[str], names: Sequence[str], *, minimum_group: int) -> Suspects:
    """Return what of the customers looks like a slip.

    Parameters
    ----------
    columns : those of the orders, as the kit names them.
    names : of their files and sheets, in the order of their numbers.
    """
    find_suspects(engine, columns)
    rows = engine.rows("SELECT kind, name, other, n, cents FROM suspects ORDER BY kind, cents DESC, name")
    found = {
        kind: [rest for one, *rest in rows if one == kind] for kind in ("all", "nobody", "customer", "line", "alike")
    }
    sold = max(int(found["all"][0][3]), 1)
    customer, line, alike = (next(iter(found[kind]), None) for kind in ("customer", "line", "alike"))
    return Suspects(
        tuple(name for name, *_ in found["nobody"]),
        sum(n for _, _, n, _ in found["nobody"]),
        sum(cents for *_, cents in found["nobody"]) / sold,
        customer[0] if customer else "",
        customer[3] / sold if customer else 0.0,
        tr("{file}, line {line}", file=names[int(line[1])], line=number(line[2])) if line else "",
        line[3] / sold if line else 0.0,
        (alike[0], alike[1]) if alike else None,
        alike[2] if alike else 0,
        minimum_group,
    )


def _lines_of(engine: Engine, name: str) -> int:
    (n,) = engine.row("SELECT COUNT(*) FROM orders WHERE customer_id = ?", [name])
    return int(n)


def _largest_line(engine: Engine, columns: Collection[str], sold: int) -> tuple[str, str, str, int, int] | None:
    """Return the line of the largest amount where it holds too much of the revenue."""
    lines = fill(
        "SELECT cx_file, cx_line, customer_id, {!revenue} AS revenue FROM orders WHERE NOT is_return",
        revenue=line_revenue(columns),
    )
    n, most = engine.row(f"SELECT COUNT(*), MAX(revenue) FROM ({lines}) AS l")  # noqa: S608
    if not n or most < max(LARGE_LINE * sold, TIMES_LINE * sold / n, 1):
        return None
    file, line, customer = engine.rows(
        f"SELECT cx_file, cx_line, customer_id FROM ({lines}) AS l WHERE revenue = ? ORDER BY cx_file, cx_line LIMIT 1",  # noqa: S608
        [most],
    )[0]
    return "line", customer, str(file), line, most


def _alike(engine: Engine, aside: str) -> list[tuple[str, str, str, int, int]]:
    """Return one pair of names that differ only in leading zeros, blanks or capital letters, and how many do."""
    bare = "LOWER(customer_id)"
    for blank in (" ", "\u00a0", "\t"):
        bare = f"REPLACE({bare}, {literal(blank)}, '')"
    found = engine.rows(
        fill(
            "SELECT MIN(customer_id), MAX(customer_id), COUNT(*), CAST(SUM(sold) AS BIGINT) AS cents FROM "
            "(SELECT customer_id, sold, LTRIM({!bare}, '0') AS bare FROM {aside}) AS a WHERE bare <> '' "
            "GROUP BY bare HAVING COUNT(*) > 1 ORDER BY cents DESC, bare",
            bare=bare, aside=aside,
        )
    )  # fmt: skip
    return [("alike", *found[0][:2], sum(n - 1 for _, _, n, _ in found), 0)] if found else []


def _is_nobody(text: str) -> str:
    """Return the SQL of whether a name stands for nobody: a word for that, or nothing but zeros and signs."""
    words = "|".join(_NOBODY).replace(" ", "[ _-]")
    pattern = f"(?i)^(?:{_AROUND}(?:{words}){_AROUND}|[^\\p{{L}}1-9]+)$"
    return f"REGEXP_MATCHES({text}, {literal(pattern)})"


def _share(share: float) -> str:
    return tr("less than 1%") if 0 < share < 0.01 else percent(share)
