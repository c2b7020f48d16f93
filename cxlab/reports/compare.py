"""`cxlab compare`: two runs held against each other, in figures; what is said of them stands elsewhere."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from cxlab.language import is_alike, language_of
from cxlab.reports.chance import FALSE_SHARE, Bounded, Difference, adjusted, difference
from cxlab.reports.past import INJECTED, Finding, PastRun, ReportThen

Ruling = Literal["beyond", "within", "open"]
_ADDED = (INJECTED, "papermill-")
"""Tags of cells that a run puts into a notebook begin so."""


@dataclass(frozen=True)
class Pair:
    """Something that goes into a run, by name, as it was in the old run and is in the new; None where it is not."""

    name: str
    old: Any
    new: Any

    @property
    def is_same(self) -> bool:
        """Whether it is the same in both."""
        return bool(self.old == self.new) and type(self.old) is type(self.new)


@dataclass(frozen=True)
class Changed:
    """A finding that both runs have, and that is not the same in both.

    Attributes
    ----------
    difference : new less old with its interval; None where the intervals, or the units, do not allow one.
    p : the p value of no difference, adjusted for all findings that were compared; None without `difference`.
    why : why nothing is said on chance; empty where something is.
    """

    key: str
    old: Finding
    new: Finding
    difference: Difference | None
    p: float | None
    why: str

    @property
    def ruling(self) -> Ruling:
        """Beyond chance, within it, or open."""
        if self.p is None:
            return "open"
        return "beyond" if self.p <= FALSE_SHARE else "within"

    @property
    def is_verdict(self) -> bool:
        """Whether a verdict changed, whatever its figure did."""
        return self.old.verdict != self.new.verdict

    @property
    def is_figure(self) -> bool:
        """Whether the figure itself changed."""
        return self.old.estimate != self.new.estimate or self.old.unit != self.new.unit


@dataclass(frozen=True)
class ReportChange:
    """A report in both runs; `old` or `new` is None where a run has none.

    Attributes
    ----------
    changed : findings of both runs that are not the same; verdicts first, then by the p value, then by key.
    only_old, only_new : findings of one run, by key; empty where a report failed or is missing as a whole.
    n_same : findings whose figure and verdict are the same.
    n_refined : of these, those whose interval or number of customers is not.
    """

    name: str
    old: ReportThen | None
    new: ReportThen | None
    changed: tuple[Changed, ...]
    only_old: Mapping[str, Finding]
    only_new: Mapping[str, Finding]
    n_same: int
    n_refined: int

    @property
    def title(self) -> str:
        """Number and name for people."""
        report = self.new or self.old
        assert report is not None
        return report.title

    @property
    def is_in_both(self) -> bool:
        """Whether both runs have the report, failed or not."""
        return self.old is not None and self.new is not None

    @property
    def told(self) -> Pair:
        """What the report answered in each run, or why it did not."""
        return Pair(self.title, _told(self.old), _told(self.new))

    @property
    def verdicts(self) -> tuple[Changed, ...]:
        """Findings whose verdict changed."""
        return tuple(c for c in self.changed if c.is_verdict)

    def figures(self, ruling: Ruling) -> tuple[Changed, ...]:
        """Return the findings whose figure changed, by what is said on chance."""
        return tuple(c for c in self.changed if c.is_figure and c.ruling == ruling)

    @property
    def is_same(self) -> bool:
        """Whether there is nothing to tell."""
        return self.told.is_same and not (self.changed or self.only_old or self.only_new or self.n_refined)


@dataclass(frozen=True)
class Comparison:
    """Two runs, the old one first.

    Attributes
    ----------
    files : inputs by name with their SHA-256 in each run.
    notebooks : notebooks by name with a hash of their code; empty where the executed notebook cannot be read.
    n_compared : findings with an interval in both runs, over all reports, whether they changed or not.
    """

    old: PastRun
    new: PastRun
    files: tuple[Pair, ...]
    parameters: tuple[Pair, ...]
    versions: tuple[Pair, ...]
    notebooks: tuple[Pair, ...]
    reports: tuple[ReportChange, ...]
    n_compared: int

    @cached_property
    def changed(self) -> tuple[Changed, ...]:
        """All findings that changed."""
        return tuple(c for report in self.reports for c in report.changed)

    def count(self, ruling: Ruling) -> int:
        """Count the findings whose figure changed, by what is said on chance."""
        return sum(c.is_figure and c.ruling == ruling for c in self.changed)

    @property
    def n_verdicts(self) -> int:
        """How many verdicts changed."""
        return sum(c.is_verdict for c in self.changed)

    @property
    def n_same(self) -> int:
        """How many findings are the same."""
        return sum(report.n_same for report in self.reports)

    @property
    def is_one_study(self) -> bool:
        """Whether both runs are of one study, by its name."""
        return self.old.manifest.study.name == self.new.manifest.study.name

    @property
    def is_same_data(self) -> bool:
        """Whether both read the same files, the study's own file aside."""
        data = [file for file in self.files if not file.name.endswith((".yml", ".yaml"))]
        return bool(data) and all(file.is_same for file in data)

    @property
    def is_same_study(self) -> bool:
        """Whether the study's own file is the same as well: its windows, and how files are read."""
        return all(file.is_same for file in self.files)

    @property
    def windows(self) -> tuple[Pair, ...]:
        """The ends of calibration and of the data in both runs."""
        was, now = self.old.manifest.study, self.new.manifest.study
        return (
            Pair("calibration_end", was.calibration_end, now.calibration_end),
            Pair("observation_end", was.observation_end, now.observation_end),
        )


def compare(old: PastRun, new: PastRun) -> Comparison:
    """Hold two runs against each other.

    Raises
    ------
    RunError : the findings of one cannot be read.
    """
    was, now = old.manifest, new.manifest
    findings = old.findings(), new.findings()
    names = sorted(
        was.reports.keys() | now.reports.keys(),
        key=lambda name: (now.reports.get(name) or was.reports[name]).notebook,
    )
    held = {
        (name, key): _difference(found, findings[1][name][key])
        for name in names
        for key, found in findings[0].get(name, {}).items()
        if key in findings[1].get(name, {})
    }
    told = {place: found for place, (found, _) in held.items() if found is not None}
    p_values = dict(zip(told, adjusted([found.p for found in told.values()]), strict=True))
    reports = []
    for name in names:
        ours = {key: (*found, p_values.get((name, key))) for (report, key), found in held.items() if report == name}
        then, today = findings[0].get(name, {}), findings[1].get(name, {})
        languages = language_of(was.study.language, name), language_of(now.study.language, name)
        before, after = was.reports.get(name), now.reports.get(name)
        reports.append(_report(name, _retold(before, after, languages), after, then, today, ours))
    stems = [(now.reports.get(name) or was.reports[name]).notebook for name in names]
    return Comparison(
        old,
        new,
        _pairs({k: f.sha256 for k, f in was.inputs.items()}, {k: f.sha256 for k, f in now.inputs.items()}),
        _parameters(old, new),
        _pairs(_versions(old), _versions(new)),
        _pairs(_code(old, stems), _code(new, stems)),
        tuple(reports),
        len(told),
    )


def day_of(finding: Finding) -> dt.date | None:
    """Return the date that a finding is, if it is one."""
    try:
        return dt.date.fromisoformat(finding.estimate) if isinstance(finding.estimate, str) else None
    except ValueError:
        return None


def _report(
    name: str,
    old: ReportThen | None,
    new: ReportThen | None,
    then: Mapping[str, Finding],
    today: Mapping[str, Finding],
    held: Mapping[str, tuple[Difference | None, str, float | None]],
) -> ReportChange:
    changes = [Changed(key, then[key], today[key], found, p, why) for key, (found, why, p) in held.items()]
    changed = [c for c in changes if c.is_figure or c.is_verdict]
    changed.sort(
        key=lambda c: (not c.is_verdict, c.p is None, c.p or 0.0, c.difference.p if c.difference else 0.0, c.key)
    )
    whole = _is_whole(old) and _is_whole(new)
    return ReportChange(
        name,
        old,
        new,
        tuple(changed),
        {key: found for key, found in then.items() if whole and key not in today},
        {key: found for key, found in today.items() if whole and key not in then},
        len(changes) - len(changed),
        sum(c.old != c.new for c in changes if not (c.is_figure or c.is_verdict)),
    )


def _retold(old: ReportThen | None, new: ReportThen | None, languages: tuple[str, str]) -> ReportThen | None:
    """Return the old report, with the new one's answer where both say the same in a language of their own."""
    if old is None or new is None or old.answer is None or new.answer is None or languages[0] == languages[1]:
        return old
    if not is_alike(old.answer.tag, languages[0], new.answer.tag, languages[1]):
        return old
    return old.model_copy(update={"answer": old.answer.model_copy(update={"tag": new.answer.tag})})


def _is_whole(report: ReportThen | None) -> bool:
    """Whether a report came to its end or to what the study lacks, so that its findings can be new or gone."""
    return report is not None and report.status != "failed"


def _told(report: ReportThen | None) -> str | None:
    if report is None:
        return None
    if report.status == "failed":
        return "failed"
    return report.answer.tag if report.answer else "no answer"


def _difference(old: Finding, new: Finding) -> tuple[Difference | None, str]:
    """Hold two findings against each other; return the difference, or why there is none with a word on chance."""
    if old.number is None or new.number is None:
        return None, "no number"
    if old.unit != new.unit:
        return None, "another unit"
    if not (old.has_interval and new.has_interval):
        return None, "no interval" if not (old.has_interval or new.has_interval) else "an interval in one run only"
    found = difference(_bounded(old), _bounded(new))
    return found, "" if found else "an interval without width on the side of the other"


def _bounded(finding: Finding) -> Bounded:
    assert finding.number is not None and finding.low is not None and finding.high is not None
    return Bounded(finding.number, finding.low, finding.high, finding.level)


def _pairs(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Pair, ...]:
    return tuple(Pair(name, old.get(name), new.get(name)) for name in sorted(old.keys() | new.keys()))


def _parameters(old: PastRun, new: PastRun) -> tuple[Pair, ...]:
    """Pair the settled parameters, and what single reports were given besides: some may stem from an earlier run."""
    was, now = old.manifest, new.manifest
    pairs = {pair.name: pair for pair in _pairs({**was.given, **was.parameters}, {**now.given, **now.parameters})}
    for name in sorted(was.reports.keys() & now.reports.keys()):
        then, today = was.reports[name].parameters, now.reports[name].parameters
        for key in sorted(then.keys() | today.keys()):
            own = Pair(
                f"{key} in {now.reports[name].title}",
                then.get(key, was.parameters.get(key)),
                today.get(key, now.parameters.get(key)),
            )
            if not own.is_same and (key not in pairs or pairs[key].is_same):
                pairs[own.name] = own
    return tuple(pairs.values())


def _versions(run: PastRun) -> dict[str, str]:
    """Return the versions, the commit among them."""
    commit = run.manifest.commit
    found = dict(run.manifest.versions)
    if commit is not None:
        found["commit"] = commit.commit[:12] + (" with changes since" if commit.changed else "")
    return found


def _code(run: PastRun, stems: list[str]) -> dict[str, str]:
    """Return the code and prose of each executed notebook of a run, without its parameters; empty if unreadable."""
    mine = {report.notebook for report in run.manifest.reports.values()}
    return {stem: _sources(run.folder / "notebooks" / f"{stem}.ipynb") for stem in stems if stem in mine}


def _sources(file: Path) -> str:
    try:
        cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
        return "\n".join(
            "".join(cell["source"])
            for cell in cells
            if not any(tag.startswith(_ADDED) for tag in cell["metadata"].get("tags", []))
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return ""
