"""`study.yml`, typed and checked: every fault is named at once, with its line and what to do."""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from cxlab.addresses import url_faults
from cxlab.contract import TABLES
from cxlab.driver_tags import Group, tag_fault
from cxlab.errors import InputError, did_you_mean
from cxlab.parameters import (
    NO_AMOUNT,
    ParameterError,
    Parameters,
    kits,
    lacks_amount,
    parameter_faults,
    resolve_parameters,
)
from cxlab.strict_yaml import Document, read_yaml

FILE = "study.yml"
FILL_IN = "FILL IN"
"""Stands in a study that was guessed where something is missing."""
_DATA = (".csv", ".tsv", ".txt", ".gz", ".parquet", ".pq", ".xlsx", ".xls")
RESERVED = "cx_"
"""How the names of the kit's own columns begin."""


class StudyError(InputError):
    """A study cannot be used as it stands: its file has faults, or asks for what is not there."""


def _as_text(value: Any) -> Any:
    """Take a number or a truth value that names something in the data as the text it is there."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


def _as_day(value: Any) -> Any:
    """Take a day in quotation marks as the day that it is."""
    try:
        return dt.date.fromisoformat(value) if isinstance(value, str) and _DAY.fullmatch(value) else value
    except ValueError:
        return value


_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
Day = Annotated[dt.date, BeforeValidator(_as_day)]


def tidy_name(name: str) -> str:
    """Write a column's name as it is compared: no spaces around it or of another kind in it, letters in one piece.

    Examples
    --------
    >>> tidy_name(" Created\u00a0at "), len(tidy_name("a\u0308"))
    ('Created at', 1)
    """
    return unicodedata.normalize("NFC", " ".join(name.split()))


Text = Annotated[str, BeforeValidator(_as_text), Field(min_length=1)]
Name = Annotated[str, BeforeValidator(_as_text), AfterValidator(tidy_name), Field(min_length=1)]
"""Something that stands in the data: a column's name, an arm."""


def _as_paths(value: Any) -> str | tuple[str, ...]:
    """Take a text, or a list of some.

    Raises
    ------
    ValueError : it is neither.
    """
    texts = value if isinstance(value, tuple) else (value,)
    if not all(isinstance(text, str) for text in texts):
        raise ValueError("must be text, or a list of texts: put it in quotes")
    if not texts or not all(texts):
        raise ValueError("must not be empty")
    return texts[0] if len(texts) == 1 else texts


def _as_sheets(value: Any) -> str | tuple[str, ...]:
    """Take a text, or a list of some; a sheet may be called 2024."""
    return _as_paths(tuple(map(_as_text, value)) if isinstance(value, tuple) else _as_text(value))


Paths = Annotated[str | tuple[str, ...], PlainValidator(_as_paths)]
Sheets = Annotated[str | tuple[str, ...], PlainValidator(_as_sheets)]
"""One or several."""
Frozen = AfterValidator(MappingProxyType)
DIRECTIVES, SHORT = "aAbBcdfgGhHIjmMnpSTuUVwWxXyYzZ", "dHIjmMSy"
"""The letters that may follow a % sign in a date format, and those that may follow %-, for no zero before."""
_DIRECTIVE, _BETWEEN = f"%[{DIRECTIVES}]|%-[{SHORT}]", "[A-Za-z0-9 .,:/_-]|%%"
_DATE_FORMAT = re.compile(
    f"iso|excel|unix|unix_ms|(?:{_BETWEEN}|{_DIRECTIVE})*(?:{_DIRECTIVE})(?:{_BETWEEN}|{_DIRECTIVE})*"
)
AS_WRITTEN = "as written"
"""What `timezone` says where the zones of moments are left out."""


def _as_date_format(value: Any) -> str | Mapping[str, str]:
    """Take a date format, or one for each of several columns.

    Raises
    ------
    ValueError : it is none.
    """
    formats = value.values() if isinstance(value, dict) and value else (value,)
    if not all(isinstance(form, str) and _DATE_FORMAT.fullmatch(form) for form in formats):
        raise ValueError(f'must be a format with % signs, as "%d.%m.%Y"; after one may stand {" ".join(DIRECTIVES)}')
    return MappingProxyType(dict(value)) if isinstance(value, dict) else str(value)


def _plain(value: str | Mapping[str, str]) -> str | dict[str, str]:
    return dict(value) if isinstance(value, Mapping) else value


def _as_timezone(name: str) -> str | None:
    """Take the name of a time zone; the words for none are None.

    Raises
    ------
    ValueError : there is no such zone.
    """
    if name == AS_WRITTEN:
        return None
    try:
        ZoneInfo(name)
    except (OSError, ValueError, ZoneInfoNotFoundError):
        name = "localtime"
    if name == "localtime":  # which the engine does not know either
        raise ValueError(f"must be the name of a time zone, as Europe/Helsinki or UTC, or `{AS_WRITTEN}`")
    return name


def _nothing() -> Mapping[str, Any]:
    return MappingProxyType({})


class Part(BaseModel):
    """A part of `study.yml`; what its keys mean stands under Attributes, from where the reference takes it."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class ReadOptions(Part):
    """How a file is to be read, where that shall not be found out by itself.

    A `decimal` or a `date_format` holds for each file, and each column of dates, that it fits or that leaves it open;
    what is plainly written otherwise is read as it is written.

    Attributes
    ----------
    delimiter : one character, or "tab", or "whitespace" for runs of spaces and tabs.
    decimal : "." or ",".
    encoding : utf-8, cp1252, latin-1, utf-16 and others that Python knows.
    date_format : as in `strptime`: "%d.%m.%Y"; or iso, excel (days since 1899-12-30), unix, unix_ms; for all columns
        of dates, or for each by its name in the kit: {occurred_at: iso, resolved_at: "%d.%m.%Y"}.
    header : the columns' names in order, for a file that has no line of names.
    sheet : the sheet of a workbook, without it the one whose headings fit; or several as [Jan, Feb], or a pattern for
        them as "2024-*": one after the other.
    skip : lines (rows of a sheet) before the line of names, where they are not found by themselves.
    timezone : a zone as "Europe/Helsinki", to whose clock moments that carry a zone are brought; without it, or "as
        written", their own clock is taken as it stands.
    """

    delimiter: Annotated[str, Field(pattern=r"^(.|whitespace|tab|\\t)$")] | None = None
    decimal: Literal[".", ","] | None = None
    encoding: Annotated[str, Field(min_length=1)] | None = None
    date_format: Annotated[str | Mapping[str, str], PlainValidator(_as_date_format), PlainSerializer(_plain)] | None = (
        None
    )
    header: tuple[Name, ...] | None = None
    sheet: Sheets | None = None
    skip: Annotated[int, Field(ge=0, le=1000)] = 0
    timezone: Annotated[str, AfterValidator(_as_timezone)] | None = None

    def date_format_of(self, column: str) -> str | None:
        """Return what is said of the dates of a column, as the kit names it."""
        return self.date_format.get(column) if isinstance(self.date_format, Mapping) else self.date_format


class Fetch(Part):
    """Where a file that is not kept here can be had from, and the sha256 that tells that it is the right one.

    Attributes
    ----------
    url : its public address, by http or https.
    sha256 : of the file, as 64 hexadecimal digits.
    """

    url: Annotated[str, Field(pattern=r"^https?://[^\s/]\S*$")]
    sha256: Annotated[str, Field(pattern="^[0-9A-Fa-f]{64}$")]


def _as_kept(value: Any) -> tuple[str, ...]:
    """Take the values of a column that count: one, or a list of some.

    Raises
    ------
    ValueError : there is none.
    """
    values = value if isinstance(value, tuple) else (value,)
    if not values or not all(isinstance(one, str | int) and str(one).strip() for one in values):
        raise ValueError("must be one of the column's values, or a list of some, as [Completed, Processing]")
    return tuple(str(one).strip().lower() if isinstance(one, bool) else str(one).strip() for one in values)


Kept = Annotated[tuple[str, ...], PlainValidator(_as_kept)]


def _as_tags(value: Any) -> tuple[str, ...]:
    """Take the tags of a driver: one, a list of some, or nothing; their words are looked at beyond the types.

    Raises
    ------
    ValueError : it is something else.
    """
    tags = () if value is None else value if isinstance(value, tuple) else (value,)
    if not all(isinstance(tag, str) for tag in tags):
        raise ValueError("must be a list of tags, as [hedonic, benefit, experience]")
    return tags


class Source(Part):
    """Where a table comes from, how it is read, and what its columns are called there.

    Attributes
    ----------
    path : a file, a pattern as "orders-*.csv", or a list of these; relative to the study's folder.
    url : of a PostgreSQL database, in place of a path.
    table, query : what is read there, the one or the other.
    credentials : by what name a keyring knows the password of the database.
    fetch : where the file can be fetched from.
    read : how the files are read, where that is not found out by itself.
    columns : ours: theirs, where the names differ; a list of names where files differ, of which each file has one.
    also_called : further names of a column; `columns` takes them as well, as a list.
    keep : values of a column of the files, mapped or not, that count: records with another one are left out.
    duplicates : whether records that are the same in every column count each, or once (`drop`).
    """

    path: Paths | None = None
    table: Annotated[str, Field(min_length=1)] | None = None
    url: Annotated[str, Field(min_length=1)] | None = None
    query: Annotated[str, Field(min_length=1)] | None = None
    credentials: Annotated[str, Field(min_length=1)] | None = None
    fetch: Fetch | None = None
    read: ReadOptions = ReadOptions()
    columns: Annotated[Mapping[str, Name], Frozen] = Field(default_factory=_nothing)
    also_called: Annotated[Mapping[str, tuple[Name, ...]], Frozen] = Field(default_factory=_nothing)
    keep: Annotated[Mapping[str, Kept], Frozen] = Field(default_factory=_nothing)
    duplicates: Literal["keep", "drop"] = "keep"

    @model_validator(mode="before")
    @classmethod
    def _part_names(cls, data: Any) -> Any:
        """Take the first of several names of a column, and the others aside."""
        columns = data.get("columns") if isinstance(data, dict) else None
        if not isinstance(columns, dict):
            return data
        several = {ours: names for ours, names in columns.items() if isinstance(names, tuple) and names}
        firsts = {ours: names[0] for ours, names in several.items()}
        others = {ours: names[1:] for ours, names in several.items()}
        return data | {"columns": columns | firsts} | ({"also_called": others} if several else {})


class Trial(Source):
    """A source with arms: which is the control, and what shares were meant.

    Attributes
    ----------
    control : the arm that the others are held against.
    allocation : the shares that were meant, by arm; without them the sizes of the arms are not checked.
    """

    control: Text = "control"
    allocation: Annotated[Mapping[str, Annotated[float, Field(gt=0)]], Frozen] | None = None


class Outcomes(Trial):
    """A table that is already summed, one row a customer.

    Attributes
    ----------
    design : whether the arms were drawn by lot.
    covariates : the columns that were known before; without it all further ones.
    ignore : columns that are left out.
    """

    design: Literal["randomised", "observational"] = "randomised"
    covariates: tuple[Text, ...] | None = None
    ignore: tuple[Text, ...] = ()


class Events(Source):
    """Steps of visits: in which order they belong, and which of them is the purchase.

    Attributes
    ----------
    steps : in their order, from the first to the last; without it the order in which sessions meet them.
    purchase : the step that is the purchase, or several that follow each other; without it the one that is called so,
        else the last. The steps before it lead to it, those after it follow.
    """

    steps: tuple[Text, ...] | None = None
    purchase: Annotated[tuple[str, ...], PlainValidator(_as_kept)] | None = None

    @field_validator("steps")
    @classmethod
    def _named_once(cls, steps: tuple[str, ...] | None) -> tuple[str, ...] | None:
        """See that there are steps, and that none is named twice.

        Raises
        ------
        ValueError : there are none, or one is.
        """
        if steps == ():
            raise ValueError("must name the steps in their order, as [visit, product, basket, payment]")
        twice = sorted({step for step in steps or () if (steps or ()).count(step) > 1})
        if twice:
            raise ValueError(f"names `{twice[0]}` twice: name each step once, in its order")
        return steps

    @field_validator("purchase")
    @classmethod
    def _among_the_steps(cls, purchase: tuple[str, ...] | None, known: ValidationInfo) -> tuple[str, ...] | None:
        """See that the purchase is one of the steps, or several in a row.

        Raises
        ------
        ValueError : it is not.
        """
        steps = known.data.get("steps")
        if not purchase or not steps:
            return purchase
        for step in purchase:
            if step not in steps:
                raise ValueError(f"names `{step}`, which is none of `steps`{did_you_mean(step, steps)}")
        places = sorted(steps.index(step) for step in purchase)
        if places != list(range(places[0], places[0] + len(purchase))):
            raise ValueError("must be one of `steps`, or several that follow each other")
        return purchase


class Sources(Part):
    """The tables of a study; orders or outcomes must be there."""

    orders: Source | None = None
    gestures: Source | None = None
    assignments: Trial | None = None
    costs: Source | None = None
    feedback: Source | None = None
    incidents: Source | None = None
    referrals: Source | None = None
    events: Events | None = None
    outcomes: Outcomes | None = None

    @property
    def given(self) -> dict[str, Source]:
        """The sources that are there, by table."""
        found = {name: getattr(self, name) for name in TABLES}
        return {name: source for name, source in found.items() if source is not None}


class Privacy(Part):
    """What pages show of people.

    Attributes
    ----------
    pseudonymise : whether customers stand under pseudonyms.
    minimum_group : customers of the smallest group that is shown.
    """

    pseudonymise: bool = True
    minimum_group: Annotated[int, Field(ge=1)] = 5


class Study(Part):
    """A study as its file says it.

    Attributes
    ----------
    file : the `study.yml`; paths in it are relative to its folder.
    name : of letters, digits, - and _; the folder of its reports is called so.
    title : what pages call it; without it the name.
    language : of the pages.
    currency : of all amounts, as EUR.
    engine : what reads the files and sums the orders: duckdb, on this machine; or a cluster of Spark by its address
        (`sc://host:port` of Spark Connect, `spark://host:port` of a standalone master, `spark` for a session that is
        there already). It needs `pip install cxlab[spark]`.
    seed : start of every random step, where no parameter says otherwise.
    sources : the tables, by name; orders or outcomes must be there.
    calibration_end : last day on which reports speak of what is known; without it two thirds of the time.
    observation_end : last day that is looked at; without it the day of the last order.
    privacy : what pages show of people.
    drivers : numeric columns of feedback, each with what it is: utilitarian or hedonic, product or experience, benefit
        or sacrifice, as [hedonic, benefit, experience]; each pair may be left out. `score` may be one of them.
    parameters : what the study sets of the analyses' parameters.
    """

    file: Annotated[Path, Field(exclude=True)]
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$")]
    title: Annotated[str, Field(min_length=1)] = ""
    language: Literal["en", "fi"] = "en"
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] = "EUR"
    engine: Annotated[str, Field(min_length=1)] = "duckdb"
    seed: Annotated[int, Field(ge=0, le=2**32 - 1)] = 1
    sources: Sources
    calibration_end: Day | None = None
    observation_end: Day | None = None
    privacy: Privacy = Privacy()
    drivers: Annotated[Mapping[Name, Annotated[tuple[Group, ...], PlainValidator(_as_tags)]], Frozen] = Field(
        default_factory=_nothing
    )
    parameters: Annotated[Mapping[str, Any], Frozen] = Field(default_factory=_nothing)

    @property
    def folder(self) -> Path:
        """The study's folder."""
        return self.file.parent

    def place(self, *path: str) -> str:
        """Say where something stands in the file: ``data/shop/study.yml:7``."""
        line = read_yaml(self.file.read_text(encoding="utf-8")).line(path)
        return f"{shown_path(self.file)}:{line}"

    def settle(self, **given: Any) -> Parameters:
        """Settle the kit's parameters: given here, else those of the study, else the defaults.

        Raises
        ------
        ParameterError : what is wrong with them, and where in the study.
        """
        mine = kits(self.parameters)
        chosen = mine | {name: value for name, value in given.items() if value is not None}
        if lacks_amount(chosen) and given.get("profitability") is None:
            raise ParameterError(f"{self.place('parameters', 'profitability')}: {NO_AMOUNT}")
        return resolve_parameters(mine, study_seed=self.seed, **given)


ParameterCheck = Callable[[Mapping[str, Any]], Mapping[str, str]]
"""Says what is wrong with parameters, by name."""


def load_study(path: str | Path, check: ParameterCheck = parameter_faults) -> Study:
    """Read and check a study.

    Parameters
    ----------
    path : the study's folder, or its file.
    check : what to hold its `parameters:` against; by default the kit's own, and no others.

    Raises
    ------
    StudyError : there is no such study, or its file has faults: all of them, each with its line and the remedy.
    """
    try:
        file = find_study(path)
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        shown = shown_path(Path(path))
        raise StudyError(f"{shown} cannot be read ({error.strerror}): see where it is, and who may read it") from error
    except UnicodeDecodeError as error:
        raise StudyError(f"{shown_path(file)} is not UTF-8 text (byte {error.start + 1}): save it as UTF-8") from error
    document = read_yaml(text)
    faults = list(document.faults)
    if not faults and not isinstance(document.data, dict):
        faults.append((1, "holds no keys: it needs at least `name:` and `sources:`"))
    if isinstance(document.data, dict):
        faults += _beyond_the_types(document, check)
        if "file" in document.data:
            faults.append((document.line(("file",)), "`file` is no key of a study: take it out"))
        try:
            study = Study(
                **({"title": document.data.get("name", "")} | _without_nothing(document.data) | {"file": file})
            )
        except ValidationError as error:
            faults += [(_line(document, fault["loc"]), _message(fault)) for fault in error.errors()]
    if faults:
        lines = [f"{shown_path(file)}:{line}: {message}" for line, message in dict.fromkeys(sorted(faults))]
        head = "" if len(lines) == 1 else f"{shown_path(file)} has {len(lines)} faults:\n"
        raise StudyError(head + "\n".join(lines))
    return study


def find_study(path: str | Path) -> Path:
    """Return the study's file for a folder or file that a person named."""
    given = Path(path)
    file = given / FILE if given.is_dir() else given
    if file.suffix.lower() in _DATA and file.is_file():
        raise StudyError(f"{given.as_posix()} is a data file: name the study's folder or its {FILE}")
    if not file.is_file():
        nearby = sorted(p.parent for p in Path().glob(f"data/*/{FILE}"))
        known = f"; here are {', '.join(p.as_posix() for p in nearby)}" if nearby else ""
        what = f"holds no {FILE}" if given.is_dir() else "is not there"
        raise StudyError(f"{given.as_posix()} {what}: name a study's folder or its {FILE}{known}")
    return file


def shown_path(path: Path) -> str:
    """Write a path as short as it can be: relative to the working directory where it lies below."""
    absolute = path.absolute()
    return (absolute.relative_to(Path.cwd()) if absolute.is_relative_to(Path.cwd()) else path).as_posix()


def _without_nothing(data: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out keys without a value: they mean the default."""
    return {
        key: _without_nothing(value) if isinstance(value, dict) and key != "sources" else value
        for key, value in data.items()
        if value is not None
    }


def _line(document: Document, where: tuple[int | str, ...]) -> int:
    return document.line(tuple(where))


def _beyond_the_types(document: Document, check: ParameterCheck) -> list[tuple[int, str]]:
    """Find the faults that no single value shows."""
    data = document.data
    faults = _not_filled_in(document, data)
    sources = data.get("sources")
    if isinstance(sources, dict):
        if "orders" not in sources and "outcomes" not in sources:
            faults.append((document.line(("sources",)), "`sources` has neither `orders` nor `outcomes`: one is needed"))
        faults += [
            (document.line(("sources", table)), f"`{table}` is empty: add a `path:` below it, or take it out")
            for table, source in sources.items()
            if source is None and table in TABLES
        ]
        for table, source in sources.items():
            if isinstance(source, dict) and table in TABLES:
                faults += _source_faults(document, table, source)
    start, end = _as_day(data.get("calibration_end")), _as_day(data.get("observation_end"))
    if isinstance(start, dt.date) and isinstance(end, dt.date) and start >= end:
        message = (
            f"`calibration_end` {start} does not lie before `observation_end` {end}: leave a hold-out window between"
        )
        faults.append((document.line(("calibration_end",)), message))
    faults += _driver_faults(document, data)
    parameters = data.get("parameters")
    if isinstance(parameters, dict):
        for name, message in check({k: v for k, v in parameters.items() if v is not None}).items():
            faults.append((document.line(("parameters", name)), message))
        for name in (name for name, value in parameters.items() if value is None and name.isdigit()):
            message = f"`{name}` is no parameter: write decimals with a point, as 0.35; a comma begins the next key"
            faults.append((document.line(("parameters", name)), message))
    return faults


def _not_filled_in(document: Document, value: Any, path: tuple[int | str, ...] = ()) -> list[tuple[int, str]]:
    """Find texts that only say that something is to be filled in."""
    if isinstance(value, str) and value.strip().startswith(FILL_IN) and path:
        return [(document.line(path), f"`{path[-1]}` still says `{FILL_IN}`: write there what it is, or take it out")]
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, tuple) else ()
    return [fault for key, part in parts for fault in _not_filled_in(document, part, (*path, key))]


def _source_faults(document: Document, table: str, source: Mapping[str, Any]) -> list[tuple[int, str]]:
    faults: list[tuple[int, str]] = []
    here = ("sources", table)
    given = [key for key in ("path", "url", "table", "query") if source.get(key) is not None]
    if not given:
        message = f"the source `{table}` needs a `path:`" + (", and it is empty" if "path" in source else "")
        faults.append((document.line((*here, "path")), f"{message}: name its file"))
    elif given not in (["path"], ["table"], ["url", "table"], ["url", "query"]):
        faults.append((document.line(here), f"the source `{table}` {_not_together(given)}"))
    if any("://" in path for path in _texts(source.get("path"))):
        message = "is an address and no file: that of a database goes under `url:`, that of a file under `fetch:`"
        faults.append((document.line((*here, "path")), f"`path` of {table} {message}"))
    if isinstance(source.get("url"), str):
        faults += [(document.line((*here, "url")), f"`url` of {table} {fault}") for fault in url_faults(source["url"])]
    elif source.get("credentials") is not None:
        message = f"`credentials` of {table} is for a database: give its `url:`, or take it out"
        faults.append((document.line((*here, "credentials")), message))
    if isinstance(source.get("fetch"), dict) and not _lies_in_the_study(source.get("path")):
        message = "is only for a file of the study's own folder: give it a plain relative `path:`, or take `fetch` out"
        faults.append((document.line((*here, "fetch")), f"`fetch` {message}"))
    columns = source.get("columns")
    contract = TABLES[table]
    if isinstance(columns, dict):
        for ours in columns:
            if ours not in contract.names and not contract.further:
                near = did_you_mean(ours, contract.names) or "; there are " + ", ".join(contract.names)
                turned = " (write ours: theirs)" if str(columns[ours]) in contract.names else ""
                message = f"`{ours}` is no column of {table}{turned}{near}"
                faults.append((document.line((*here, "columns", ours)), message))
            elif ours.lower().startswith(RESERVED):
                message = f"names that begin with `{RESERVED}` are the kit's own: call `{ours}` something else"
                faults.append((document.line((*here, "columns", ours)), message))
        for one, other in pairwise(sorted((*columns, *set(contract.names).difference(columns)), key=str.lower)):
            if one.lower() == other.lower():
                where = document.line((*here, "columns", one if one in columns else other))
                faults.append((where, f"`{one}` and `{other}` differ in capital letters only: rename one"))
    read = source.get("read")
    formats = read.get("date_format") if isinstance(read, dict) else None
    moments = [column.name for column in contract.columns if column.kind == "moment"]
    for ours in (ours for ours in formats if ours not in moments) if isinstance(formats, dict) else ():
        near = did_you_mean(ours, moments) or f"; there are {', '.join(moments) or 'none'}"
        message = f"`{ours}` is no date of {table}{near}"
        faults.append((document.line((*here, "read", "date_format", ours)), message))
    if source.get("duplicates") == "drop" and table in ("assignments", "outcomes"):
        message = f"rows of an experiment are different people, however alike: take `duplicates` out of {table}"
        faults.append((document.line((*here, "duplicates")), message))
    allocation, control = source.get("allocation"), _as_text(source.get("control", "control"))
    if isinstance(allocation, dict) and control not in allocation:
        message = (
            f"the `allocation` of {table} names no share for the control arm `{control}`: add it, or name the control"
        )
        faults.append((document.line((*here, "allocation")), message))
    return faults


def _driver_faults(document: Document, data: Mapping[str, Any]) -> list[tuple[int, str]]:
    """Find what is wrong with drivers: their tags, and names that no number of the feedback can have."""
    drivers = data.get("drivers")
    if not isinstance(drivers, dict):
        return []
    sources = data.get("sources")
    if drivers and isinstance(sources, dict) and not isinstance(sources.get("feedback"), dict):
        message = "`drivers` names columns of feedback, and `sources` has none: add `feedback:` there"
        return [(document.line(("drivers",)), message)]
    faults, contract = [], TABLES["feedback"]
    kinds = {column.name: column.kind for column in contract.columns}
    seen = {name.lower(): name for name in kinds}
    for name, tags in drivers.items():
        message = tag_fault(name, _texts(tags))
        if name.lower().startswith(RESERVED):
            message = f"names that begin with `{RESERVED}` are the kit's own: call `{name}` something else"
        elif kinds.get(name, "number") != "number":
            message = f"`{name}` of feedback is no number, and only numbers are drivers: take it out"
        elif seen.setdefault(name.lower(), name) != name:
            message = f"`{seen[name.lower()]}` and `{name}` differ in capital letters only: rename one"
        if message:
            faults.append((document.line(("drivers", name)), message))
    return faults


def _texts(value: Any) -> list[str]:
    """Return the texts of a value that should be one, or a list of some."""
    return [text for text in (value if isinstance(value, tuple) else (value,)) if isinstance(text, str)]


def _not_together(given: Sequence[str]) -> str:
    """Say what of a file and a database is too much or too little."""
    if given == ["query"]:
        return "has a `query` and no `url`: name the database, as `url: postgresql://host:5432/shop`"
    if given == ["url"]:
        return "has a `url` and says not what to read there: add `table:` or `query:`"
    much = [key for key in given if key != "url"] if "path" not in given else given
    return f"has {' and '.join(f'`{key}`' for key in much)}: keep one"


def _lies_in_the_study(path: Any) -> bool:
    """Whether a path names one file below the study's folder."""
    if not isinstance(path, str) or path.startswith("package:") or any(mark in path for mark in "*?["):
        return False
    return not Path(path).is_absolute() and ".." not in Path(path).parts


_MODELS: dict[str, type[BaseModel]] = {
    "sources": Sources, "privacy": Privacy, "read": ReadOptions, "fetch": Fetch, "assignments": Trial,
    "outcomes": Outcomes, "events": Events,
}  # fmt: skip


_HOLDERS = ("model_type", "dict_type", "mapping_type", "model_attributes_type", "is_instance_of")
"""Kinds of pydantic's errors: a set of keys was wanted."""


def _message(fault: Any) -> str:
    """Say one of pydantic's errors in our words: what was found, and what to do."""
    where = [part for part in fault["loc"] if part != "[key]"]
    key = str(where[-1]) if isinstance(where[-1], str) else f"item {where[-1] + 1} of {where[-2]}"
    kind, found = fault["type"], _found(fault["input"])
    if fault["input"] is None and kind.endswith("_type") and kind not in _HOLDERS:
        return f"`{key}` is empty: write behind it what it is, or take the line out"
    limits = fault.get("ctx", {})
    if kind == "extra_forbidden":
        holder = str(where[-2]) if len(where) > 1 else "study"
        model = _MODELS.get(holder, Source if len(where) > 2 else Study)
        known = [name for name in model.model_fields if name != "file"]
        place = "a study" if len(where) == 1 else f"`{holder}`"
        return f"`{key}` is no key of {place}{did_you_mean(key, known) or '; there are ' + ', '.join(known)}"
    if kind == "missing":
        return f"`{key}` is missing: add `{key}:`"
    wanted = {
        "string_type": "must be text: put it in quotes",
        "int_type": "must be a whole number",
        "float_type": "must be a number",
        "bool_type": "must be true or false",
        "date_type": "must be a day written as 2024-06-30",
        "literal_error": f"must be {limits.get('expected', '')}".replace("'", ""),
        "model_type": "must hold keys of its own, indented below it",
        "dict_type": "must hold keys of its own, indented below it",
        "mapping_type": "must hold keys of its own, indented below it",
        "tuple_type": "must be a list: [one, two]",
        "string_too_short": "must not be empty",
        "greater_than": f"must be more than {limits.get('gt')}",
        "greater_than_equal": f"must be {limits.get('ge')} or more",
        "less_than_equal": f"must be at most {limits.get('le')}",
        "value_error": str(limits.get("error", "")),
    }.get(kind)
    if kind in ("model_attributes_type", "is_instance_of"):
        wanted = "must hold keys of its own, indented below it"
    if kind == "string_pattern_mismatch":
        wanted = {
            "name": "may hold letters, digits, - and _ only",
            "currency": "must be a code of three capital letters, as EUR",
            "url": "must be an address that begins with http:// or https://",
            "sha256": "must be the 64 letters and digits that `sha256sum` prints",
            "delimiter": "must be one character, or tab, or whitespace",
        }.get(key, "has the wrong form")
    return f"`{key}` is {found}, but {wanted or fault['msg']}"


def _found(value: Any) -> str:
    if value is None:
        return "empty"
    if isinstance(value, str):
        return f"the text '{value}'"
    if isinstance(value, dict):
        return "a set of keys"
    if isinstance(value, tuple):
        return "a list"
    return str(value).lower() if isinstance(value, bool) else f"{value}"
