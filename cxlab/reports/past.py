"""A run that was made earlier, read back from its folder and checked: what went in, and what came of it."""

import datetime as dt
import json
import shlex
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from cxlab.errors import InputError
from cxlab.language import SOURCE
from cxlab.reports.manifest import FILE, FORMAT
from cxlab.study import FILE as STUDY_FILE

RESULTS = "results.json"
INJECTED = "injected-parameters"
"""Tag of the cell by which a run gives a notebook its parameters."""
_NAME_IT = f"name a folder of reports, as reports/<study>, or the {FILE} in it"


class RunError(InputError):
    """A run cannot be read back: it is not there, not whole, or written in another form."""


def _moment(text: str) -> str:
    """Take a moment with its zone.

    Raises
    ------
    ValueError : the text is none.
    """
    if dt.datetime.fromisoformat(text).tzinfo is None:
        raise ValueError(f"'{text}' has no time zone")
    return text


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True, allow_inf_nan=False)


class Finding(_Part):
    """A finding as it stands in `results.json`; `Estimate` says what the fields are."""

    estimate: int | float | str | None = None
    low: float | None = None
    high: float | None = None
    level: Annotated[float, Field(gt=0, lt=1)] = 0.95
    n: int | None = None
    unit: str | None = None
    verdict: str | None = None

    @property
    def number(self) -> int | float | None:
        """The estimate where it is a number."""
        return None if isinstance(self.estimate, str) else self.estimate

    @property
    def has_interval(self) -> bool:
        """Whether it is a number with both ends."""
        return self.number is not None and self.low is not None and self.high is not None


class StudyThen(_Part):
    """The study as it was named then, its language, and the ends of its windows; None where it has no orders."""

    name: str
    title: str
    path: str
    currency: str = ""
    language: str = SOURCE
    calibration_end: str | None = None
    observation_end: str | None = None

    @property
    def holdout_days(self) -> int | None:
        """Length of the hold-out window in days."""
        try:
            ends = [dt.date.fromisoformat(end or "") for end in (self.calibration_end, self.observation_end)]
        except ValueError:
            return None
        return (ends[1] - ends[0]).days


class FileThen(_Part):
    """A file that was read, or, where it has no size, rows of a database."""

    sha256: str
    bytes: int | None = None


class CommitThen(_Part):
    """The commit that the run came from, and whether files were changed since."""

    commit: str
    changed: bool


class AnswerThen(_Part):
    """What a report answered."""

    tag: str
    headline: str = ""


class ErrorThen(_Part):
    """Why a report failed."""

    name: str
    message: str


class ReportThen(_Part):
    """A report of the run.

    Attributes
    ----------
    notebook : number and name: 02_segmentation.
    command : what makes this report alone again.
    parameters : what the notebook was given, from the command line or the study.
    """

    notebook: str
    title: str
    status: Literal["done", "missing", "failed"]
    command: str
    answer: AnswerThen | None = None
    error: ErrorThen | None = None
    parameters: dict[str, Any] = {}
    outputs: list[str] = []


class Manifest(_Part):
    """What is read of `manifest.json`; `label` is that of a set of parameters, empty where there are none."""

    label: str = ""
    study: StudyThen
    command: str
    data: str
    parameters: dict[str, Any]
    given: dict[str, Any]
    inputs: dict[str, FileThen]
    versions: dict[str, str]
    commit: CommitThen | None = None
    started: Annotated[str, AfterValidator(_moment)]
    reports: dict[str, ReportThen]
    outputs: dict[str, str]


class _AnswerWhole(AnswerThen):
    tone: str
    open: list[list[str]]


class _ReportWhole(ReportThen):
    page: str
    question: str
    seconds: float
    made_from: str
    missing: dict[str, Any] | None
    answer: _AnswerWhole | None


class _ManifestWhole(Manifest):
    """A manifest of which pages and indexes can be made."""

    reports: dict[str, _ReportWhole]  # type: ignore[assignment]
    looks: dict[str, dict[str, int]]


Findings = dict[str, dict[str, Finding]]
_FINDINGS = TypeAdapter(Findings)


@dataclass(frozen=True)
class PastRun:
    """A run in its folder.

    Attributes
    ----------
    named : the folder as a person named it.
    folder : the same.
    manifest : what went in, and the hashes of what came of it.
    """

    named: str
    folder: Path
    manifest: Manifest

    def findings(self) -> Findings:
        """Read the findings, by report and key.

        Raises
        ------
        RunError : `results.json` is gone, or holds something else.
        """
        return read_findings(self.folder / RESULTS)


def read_findings(file: Path) -> Findings:
    """Read findings by report and key.

    Raises
    ------
    RunError : the file is gone, or holds something else.
    """
    return as_findings(_read(file), file.as_posix())


def as_findings(data: Any, named: str = "what was read") -> Findings:
    """Take findings as they stand in JSON.

    Raises
    ------
    RunError : they are none. `named` is where they stand.
    """
    try:
        return _FINDINGS.validate_python(data)
    except ValidationError as error:
        raise RunError(f"{named} holds no findings: {_first(error)}; make the run again") from error


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """Read the manifest of a run's folder as it stands there; None where there is none that can be used."""
    try:
        found = _read(folder / FILE)
        _ManifestWhole.model_validate(found)
    except (RunError, ValidationError):
        return None
    return found if found.get("format") == FORMAT else None


def open_run(named: str) -> PastRun:
    """Read a run back.

    Parameters
    ----------
    named : the folder of a study's reports, or the `manifest.json` in it.

    Raises
    ------
    RunError : there is no run, or none that this version can read.
    """
    given = Path(named)
    folder = given.parent if given.name == FILE else given
    file = folder / FILE
    if not file.is_file():
        raise RunError(_no_run(given, folder))
    found = _read(file)
    if found.get("format") != FORMAT:
        raise RunError(
            f"{file.as_posix()} is of format {found.get('format')!r}, and this version of cxlab reads format {FORMAT}: "
            "use the version that made the run, or make the run again"
        )
    try:
        return PastRun(folder.as_posix(), folder, Manifest.model_validate(found))
    except ValidationError as error:
        raise RunError(f"{file.as_posix()} is not as a run leaves it: {_first(error)}; make the run again") from error


def _no_run(given: Path, folder: Path) -> str:
    """Say why there is no run, and where there are some."""
    if not folder.exists():
        return f"{given.as_posix()} is not there: {_NAME_IT}"
    if folder.is_file():
        return f"{given.as_posix()} is no run: {_NAME_IT}"
    below = sorted(f.parent.as_posix() for f in folder.glob(f"*/{FILE}"))
    if below:
        each = "set of parameters" if all(map(_has_label, folder.glob(f"*/{FILE}"))) else "study"
        named = ", ".join(shlex.quote(place) for place in below)
        return f"{folder.as_posix()} holds a folder for each {each}: name one of them, as {named}"
    if (folder / STUDY_FILE).is_file():
        return f"{folder.as_posix()} is a study and not a run of one: {_NAME_IT}"
    return f"{folder.as_posix()} holds no {FILE}: {_NAME_IT}"


def _has_label(file: Path) -> bool:
    """Whether a manifest is of a study with a set of parameters."""
    with suppress(RunError):
        return bool(_read(file).get("label"))
    return False


def _read(file: Path) -> dict[str, Any]:
    """Read an object.

    Raises
    ------
    RunError : the file cannot be read, or is something else.
    """
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise RunError(f"{file.as_posix()} cannot be read ({error.strerror}): make the run again") from error
    except (ValueError, RecursionError) as error:
        raise RunError(f"{file.as_posix()} is no JSON: make the run again") from error
    if not isinstance(found, dict):
        raise RunError(f"{file.as_posix()} holds no object: make the run again")
    return found


def _first(error: ValidationError) -> str:
    """Say what is wrong with the first field that is."""
    fault = error.errors()[0]
    where = ".".join(str(part) for part in fault["loc"])
    return f"`{where}`: {fault['msg'][:1].lower()}{fault['msg'][1:]}"
