"""What every page of a run says of itself: the command that makes it again, the data, the parameters, the versions."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cxlab import words
from cxlab.intake.kept_texts import KeptText
from cxlab.language import SOURCE, language_of, speaking, spoken, tr, trn
from cxlab.parameters import Parameters
from cxlab.reports import manifest
from cxlab.reports.again import command
from cxlab.reports.notebooks import OWN, Notebook
from cxlab.reports.titles import said_report
from cxlab.study import Study

if TYPE_CHECKING:
    from cxlab.estimate import Findings

_HASH = 12
_SHOWN = ("cxlab", "python", "pandas", "numpy", "scikit-learn", "duckdb")
_KEPT = (
    KeptText("{n} of them drawn by lot"),
    KeptText("{n} order", "{n} orders"),
    KeptText("{n} customer", "{n} customers"),
    KeptText("{n} record", "{n} records"),
    KeptText("{first} to {last}", days=("first", "last")),
    KeptText("{n} record rejected", "{n} records rejected"),
    KeptText("none rejected"),
)
"""The pieces of what `describe_data` writes."""
ONLY_ENGLISH = "the study asks for Finnish, which this report is not written in yet: it is in English"


@dataclass(frozen=True)
class Row:
    """A line of the provenance table; `code` sets the value in the font of code; `name` is by what programs find it."""

    what: str
    value: str
    code: bool = False
    name: str = ""


@dataclass(frozen=True)
class Imprint:
    """What a page says of its run.

    Attributes
    ----------
    study : the study's title.
    report : number and name ("Report 02, segmentation").
    index : address of the page with all reports; empty: there is none.
    rows : the provenance table.
    time : start of the run, ISO 8601 in UTC; the only thing on a page that differs between two runs.
    command : what makes this page again. repair : what makes it again where it lies, if that is another command.
    notebook : the executed notebook, from the page's folder.
    language : of the page, by its ISO 639-1 code.
    pages : pages that are made together with it, by the names of their reports.
    """

    study: str = ""
    report: str = ""
    index: str = ""
    rows: tuple[Row, ...] = ()
    time: str = ""
    command: str = ""
    notebook: str = ""
    repair: str = ""
    language: str = SOURCE
    pages: Mapping[str, str] = field(default_factory=dict)


def describe_data(findings: "Findings", inputs: Mapping[str, Any]) -> str:
    """Write what was read: orders, customers, days, rejects, and the start of the hash over all files."""
    said = []
    for key, one in (("orders", "order"), ("customers", "customer"), ("rows_read.outcomes", "record")):
        if key in findings:
            said.append(words.count(int(findings[key].number), one))
    if "drawn" in findings:
        said.append(tr("{n} of them drawn by lot", n=words.number(findings["drawn"].number)))
    days = [
        words.day(dt.date.fromisoformat(str(findings[key].value)))
        for key in ("first_order", "last_order")
        if key in findings
    ]
    if days:
        said.append(tr("{first} to {last}", first=days[0], last=days[-1]))
    rejected = sum(int(e.number) for key, e in findings.items() if key.startswith("rows_rejected."))
    said.append(
        trn("{n} record rejected", "{n} records rejected", rejected, n=words.number(rejected))
        if rejected
        else tr("none rejected")
    )
    return f"{', '.join(said)}; SHA-256 {manifest.data_hash(inputs)[:_HASH]}"


def data_again(text: str) -> str:
    """Say what `describe_data` wrote in English, as manifests keep it, in the language that is spoken.

    Examples
    --------
    >>> data_again("1,200 orders, 3 records rejected; SHA-256 0123456789ab")
    '1,200 orders, 3 records rejected; SHA-256 0123456789ab'
    """
    if spoken() == SOURCE:
        return text
    said, mark, digest = text.partition("; ")
    pieces = ((piece, (kept.again(piece) for kept in _KEPT)) for piece in said.split(", "))
    return ", ".join(next((one for one in known if one), piece) for piece, known in pieces) + mark + digest


def describe_versions(versions: Mapping[str, str], commit: Mapping[str, Any] | None) -> str:
    """Write the versions that figures depend on, and the commit."""
    said = ", ".join(f"{name} {versions[name]}" for name in _SHOWN if name in versions)
    if commit:
        said += f"; commit {commit['commit'][:_HASH]}{tr(', with changes since') if commit['changed'] else ''}"
    return said


def imprint(
    notebook: Notebook,
    study: Study,
    path: str,
    given: Mapping[str, Any],
    settled: Parameters,
    read: Callable[[], tuple[str, str]],
    time: str,
    *,
    allow_outside: bool = False,
) -> Imprint:
    """Return a page's imprint.

    Parameters
    ----------
    path : the study as the command line named it.
    given : parameters from the command line and the set; those that the notebook declares are part of its command.
    read : returns what `describe_data` and `describe_versions` write, in the language of the page.
    time : start of the run, ISO 8601 in UTC.
    """
    mine = [name for name in notebook.parameters if name not in OWN]
    used = settled.model_dump()
    again = command(
        [path],
        [notebook.name],
        {name: value for name, value in given.items() if name in mine},
        allow_outside=allow_outside,
    )
    values = {
        name: used.get(name, given.get(name, study.parameters.get(name, notebook.parameters[name].default)))
        for name in mine
    }
    parameters = " ".join(f"{name}={value}" for name, value in values.items() if value is not None)
    language = language_of(study.language, notebook.name)
    with speaking(language):
        data, made_with = read()
        rows = [
            Row(tr("Command"), again, True),
            Row(tr("Data"), data),
            Row(tr("Parameters"), parameters or tr("none set"), True),
            Row(tr("Random steps"), tr("seed {seed}", seed=settled.seed)),
            Row(tr("Privacy"), privacy(study)),
            *([Row(tr("Language"), ONLY_ENGLISH)] if study.language != language else []),
            Row(tr("Made with"), made_with, name="made_with"),
            Row(tr("Files"), f"results.json, manifest.json, tables/, notebooks/{notebook.stem}.ipynb", True, "files"),
        ]
        report = said_report(notebook.title)
    return Imprint(
        study.title, report, "index.html", tuple(rows), time, again, f"notebooks/{notebook.stem}.ipynb",
        language=language,
    )  # fmt: skip


def privacy(study: Study) -> str:
    """Write what pages show of people."""
    n = study.privacy.minimum_group
    if study.privacy.pseudonymise:
        return tr("pseudonyms; groups under {n} hidden", n=n)
    return tr("the customers’ own ids; groups under {n} hidden", n=n)
