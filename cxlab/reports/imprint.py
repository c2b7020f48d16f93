"""What every page of a run says of itself: the command that makes it again, the data, the parameters, the versions."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cxlab import words
from cxlab.parameters import Parameters
from cxlab.reports import manifest
from cxlab.reports.again import command
from cxlab.reports.notebooks import OWN, Notebook
from cxlab.study import Study

if TYPE_CHECKING:
    from cxlab.estimate import Findings

_HASH = 12
_SHOWN = ("cxlab", "python", "pandas", "numpy", "scikit-learn", "duckdb")


ONLY_ENGLISH = "the study asks for Finnish pages, which this version does not write yet: they are in English"


@dataclass(frozen=True)
class Row:
    """A line of the provenance table; `code` sets the value in the font of code."""

    what: str
    value: str
    code: bool = False


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
    """

    study: str = ""
    report: str = ""
    index: str = ""
    rows: tuple[Row, ...] = ()
    time: str = ""
    command: str = ""
    notebook: str = ""
    repair: str = ""


def describe_data(findings: "Findings", inputs: Mapping[str, Any]) -> str:
    """Write what was read: orders, customers, days, rejects, and the start of the hash over all files."""
    said = []
    for key, one in (("orders", "order"), ("customers", "customer"), ("rows_read.outcomes", "record")):
        if key in findings:
            said.append(words.count(int(findings[key].number), one))
    days = [
        words.day(dt.date.fromisoformat(str(findings[key].value)))
        for key in ("first_order", "last_order")
        if key in findings
    ]
    if days:
        said.append(" to ".join(days))
    rejected = sum(int(e.number) for key, e in findings.items() if key.startswith("rows_rejected."))
    said.append(words.count(rejected, "record") + " rejected" if rejected else "none rejected")
    return f"{', '.join(said)}; SHA-256 {manifest.data_hash(inputs)[:_HASH]}"


def describe_versions(versions: Mapping[str, str], commit: Mapping[str, Any] | None) -> str:
    """Write the versions that figures depend on, and the commit."""
    said = ", ".join(f"{name} {versions[name]}" for name in _SHOWN if name in versions)
    if commit:
        said += f"; commit {commit['commit'][:_HASH]}{', with changes since' if commit['changed'] else ''}"
    return said


def imprint(
    notebook: Notebook,
    study: Study,
    path: str,
    given: Mapping[str, Any],
    settled: Parameters,
    data: str,
    made_with: str,
    time: str,
    *,
    allow_outside: bool = False,
) -> Imprint:
    """Return a page's imprint.

    Parameters
    ----------
    path : the study as the command line named it.
    given : parameters from the command line and the set; those that the notebook declares are part of its command.
    data, made_with : as `describe_data` and `describe_versions` write them.
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
    parameters = " ".join(f"{name}={value}" for name, value in values.items() if value is not None) or "none set"
    rows = [
        Row("Command", again, True),
        Row("Data", data),
        Row("Parameters", parameters, True),
        Row("Random steps", f"seed {settled.seed}"),
        Row("Privacy", privacy(study)),
        *([Row("Language", ONLY_ENGLISH)] if study.language != "en" else []),
        Row("Made with", made_with),
        Row("Files", f"results.json, manifest.json, tables/, notebooks/{notebook.stem}.ipynb", True),
    ]
    report = f"Report {notebook.number}, {notebook.name.replace('_', ' ')}"
    return Imprint(study.title, report, "index.html", tuple(rows), time, again, f"notebooks/{notebook.stem}.ipynb")


def privacy(study: Study) -> str:
    """Write what pages show of people."""
    shown = "pseudonyms" if study.privacy.pseudonymise else "the customers' own ids"
    return f"{shown}; groups under {study.privacy.minimum_group} hidden"
