"""`tables.md`: the tables that a study may bring, and all that `study.yml` may say."""

from cxlab import study
from cxlab.contract import KINDS, TABLES, Column, TableContract
from tools.reference.markdown import page as page_of
from tools.reference.markdown import sentence, table
from tools.reference.study_keys import keys_of

_TABLES = """
A study brings `orders` or `outcomes`, and as many of the other tables as there are. Columns are named here as the kit
names them; `columns:` of `study.yml` says what they are called in the files. A column that is not listed is not read,
but for feedback and outcomes, where further columns are taken along. Empty cells, NULL and NaN stand for nothing.
[data/README.md](../../data/README.md) says how files are read, and what counts as what.
"""
_STUDY = """
`study.yml` is YAML, read strictly: a key that is not listed here, a value of another type and a key that stands twice
are faults, and all of them are named at once with their lines. `cxlab new` writes one; `cxlab check` tells what it
comes to.
"""
_PARTS = (
    ("study.yml", study.Study),
    ("sources: a table", study.Source),
    ("sources: assignments, outcomes", study.Trial),
    ("sources: outcomes", study.Outcomes),
    ("read", study.ReadOptions),
    ("fetch", study.Fetch),
    ("privacy", study.Privacy),
)


def page() -> str:
    """Write it."""
    return page_of(
        "Tables and study.yml",
        "## Tables",
        _TABLES,
        "### Kinds",
        table(("kind", "what it is"), list(KINDS.items())),
        *(part for one in TABLES.values() for part in _of(one)),
        "## study.yml",
        _STUDY,
        *(part for title, owner in _PARTS for part in _keys(title, owner)),
    )


def in_short(dictionary: str) -> str:
    """Put the short list of tables and columns into the data dictionary, between its two marks."""
    rows = [(one.name, ", ".join(_columns(one))) for one in TABLES.values()]
    begin, end = "<!-- tables -->", "<!-- /tables -->"
    before, rest = dictionary.split(begin)
    return f"{before}{begin}\n{table(('table', 'columns'), rows)}\n{end}{rest.split(end)[1]}"


def _columns(contract: TableContract) -> list[str]:
    """Name the columns: those of which one is enough together, with a bar between them."""
    among = " | ".join(" + ".join(group) for group in contract.one_of)
    either = [name for group in contract.one_of for name in group]
    named = [f"{c.name}{'*' if c.required else ''}" for c in contract.columns if c.name not in either]
    needed = [name for name in named if name.endswith("*")]
    return [*needed, *([among] if among else []), *(name for name in named if name not in needed)]


def _of(contract: TableContract) -> list[str]:
    rows = [(f"`{c.name}`", _kind(c), _needed(contract, c), c.meaning) for c in contract.columns]
    parts = [f"### {contract.name}", table(("column", "kind", "needed", "what it is"), rows)]
    if contract.one_of:
        groups = (" with ".join(f"`{name}`" for name in group) for group in contract.one_of)
        parts.append(f"Needed is {' or '.join(groups)}, in each record.")
    if contract.moment:
        parts.append(f"Records whose `{contract.moment}` lies after the end of the observation do not count.")
    return parts


def _needed(contract: TableContract, column: Column) -> str:
    if column.required:
        return "yes"
    return "one of" if any(column.name in group for group in contract.one_of) else ""


def _kind(column: Column) -> str:
    return column.kind if column.negative else f"{column.kind}, 0 or more"


def _keys(title: str, owner: type[study.Part]) -> list[str]:
    """Write the keys that a part of `study.yml` may hold; those of what it builds on stand there."""
    rows = [(f"`{one.name}`", one.kind, one.default, one.meaning) for one in keys_of(owner)]
    said = sentence(" ".join((owner.__doc__ or "").partition("\n\n")[0].split()))
    return [f"### {title}", said, table(("key", "type", "default", "what it is"), rows)]
