"""What is said of two runs that were held against each other, on the terminal and on the page alike."""

import math
from collections.abc import Iterable
from typing import Any

from cxlab import words
from cxlab.reports.compare import Changed, Comparison, Pair, ReportChange, day_of
from cxlab.reports.drawing import moment
from cxlab.reports.past import Finding

_MOST_DIGITS, _SMALLEST, _LARGEST = 10, 1e-5, 1e12
_SHOWN = 12
RULES = (
    "Findings that have an interval in both runs are compared as two independent estimates. Each half of an interval, "
    "divided by the normal quantile of the interval’s level, is a standard error on its side; the difference is judged "
    "by the two halves that face each other (Zou and Donner 2008), so that lopsided intervals are taken as they are. "
    "The interval of a difference has a level of 95% and stands for that finding alone. Each number is rounded by "
    "itself, so a difference may be one off in its last digit.",
    "Where hundreds of findings are compared, some differ by chance. The p values are therefore adjusted for all of "
    "them, over all reports (Benjamini and Hochberg 1995), and a change is called beyond chance where the adjusted "
    "value is at most 0.05: about one in twenty of the changes named so, or fewer, is expected to be chance. So a "
    "change can be called within chance though the interval of its difference leaves out zero.",
    "Nothing is said on chance of counts and dates, of figures whose unit changed, and of those that lack a usable "
    "interval in one of the runs.",
    "Findings are the figures and verdicts of results.json, held against each other by their keys. A cluster gets its "
    "letter anew in each run, in the order of what its customers bring: cluster A of one run need not hold the "
    "customers of cluster A of the other.",
)
OVERLAP = (
    "If the newer data hold the older ones, as this month’s orders hold last month’s, both estimates rest in part on "
    "the same purchases and lie closer together than independent ones would. The rule is then cautious: what it calls "
    "beyond chance is so all the more, and what it calls within chance may still be a change."
)
SAME_DATA = (
    "Both runs read the same files, so no new customer and no new purchase lies behind any change: it comes from the "
    "parameters, the notebooks, the versions or the random steps. “Beyond chance” then means only that a change is "
    "larger than the difference that two independent samples would show by chance."
)
SAME_FILES = (
    "Both runs read the same data files, but study.yml is not the same: how they are read, the ends of the windows or "
    "other settings of the study changed, so that the same purchases may be read otherwise or stand in another window. "
    "No new data lie behind any change; “beyond chance” then means only that a change is larger than the difference "
    "that two independent samples would show by chance."
)
_GO_IN = {"versions": "versions of the software", "notebooks": "notebooks"}


def title(compared: Comparison) -> str:
    """Put the question that the page answers."""
    old, new = (run.manifest.study.title for run in (compared.old, compared.new))
    return f"What changed in {new}?" if compared.is_one_study else f"How does {new} differ from {old}?"


def summary(compared: Comparison) -> str:
    """Say in a sentence how much changed."""
    if all(report.is_same for report in compared.reports):
        return f"Nothing changed: {words.count(compared.n_same, 'finding')} with the same figures and verdicts."
    beyond, verdicts = compared.count("beyond"), compared.n_verdicts
    first = (
        f"{words.number(beyond)} of {words.count(compared.n_compared, 'finding')} with an interval in both runs "
        "changed beyond chance"
        if compared.n_compared
        else "No finding has an interval in both runs"
    )
    many = words.count(verdicts, "verdict") if verdicts else "no verdict"
    lost = [r.title for r in compared.reports if not r.told.is_same and (r.new is None or r.new.status == "failed")]
    more = f" In the new run {_list(lost)} failed or {'is' if len(lost) == 1 else 'are'} not there." if lost else ""
    return f"{first}, and {many} changed.{more}"


def rest(compared: Comparison) -> str:
    """Count what is neither beyond chance nor a verdict."""
    within, open_ = compared.count("within"), compared.count("open")
    return (
        f"{words.number(within)} changed within chance, {words.number(open_)} changed and cannot be tested; "
        f"{words.number(compared.n_same)} are the same."
    )


def remarks(compared: Comparison) -> list[str]:
    """Say what must be known before a change is read as one: studies, order, data, parameters, versions, notebooks."""
    was, now = compared.old.manifest, compared.new.manifest
    said = []
    if not compared.is_one_study:
        said.append(
            f"These are runs of two studies, {was.study.name} and {now.study.name}: a difference is one between them, "
            "not one over time."
        )
    if was.study.currency != now.study.currency:
        said.append(
            f"Amounts are in {was.study.currency or 'no currency'} in the old run and in "
            f"{now.study.currency or 'no currency'} in the new one: they are not converted."
        )
    if was.started > now.started:
        said.append(
            f"The run that was named first is the newer one ({moment(was.started)}; the other is of "
            f"{moment(now.started)}): “old” and “new” mean the order in which they were named."
        )
    if compared.is_same_data:
        said.append(SAME_DATA if compared.is_same_study else SAME_FILES)
    elif compared.is_one_study:
        said.append(OVERLAP)
    if compared.is_one_study and (moved := [pair for pair in compared.windows if not pair.is_same]):
        said.append(f"The study’s windows end on other days: {_list(map(arrow, moved))}.")
    days = was.study.holdout_days, now.study.holdout_days
    if None not in days and days[0] != days[1]:
        said.append(
            f"The hold-out window, from the end of calibration to the end of the data, has {words.days(days[0] or 0)} "
            f"in the old run and {words.days(days[1] or 0)} in the new one. What is counted over it, or ends with it, "
            "changes with its length alone: purchases and amounts foreseen, errors, waits."
        )
    if parameters := [pair for pair in compared.parameters if not pair.is_same]:
        only_seed = [pair.name for pair in parameters] == ["seed"]
        said.append(
            "Of the parameters only the seed changed: figures that rest on random steps move with it."
            if only_seed
            else f"Parameters changed ({_list(map(arrow, parameters))}): a finding that rests on one of them may have "
            "changed by that alone, and may no longer mean the same."
        )
    told = [pair for pair in compared.notebooks if pair.old and pair.new]
    changed = {"versions": compared.versions, "notebooks": tuple(told)}
    causes = [_GO_IN[name] for name, pairs in changed.items() if not all(pair.is_same for pair in pairs)]
    if causes:
        said.append(
            f"The {' and the '.join(causes)} changed, so a change of a finding may come from there. Making both runs "
            "anew with what is installed now would tell."
        )
    return said


def state(pair: Pair) -> str:
    """Say what became of something that goes in."""
    if pair.is_same:
        return "the same"
    return "new" if pair.old is None else "gone" if pair.new is None else "changed"


def code_state(pair: Pair) -> str:
    """Say what became of a notebook."""
    if pair.old == "" or pair.new == "":
        return "cannot be told: its executed notebook is not there"
    return state(pair)


def arrow(pair: Pair) -> str:
    """Write a parameter or a version as it was and is."""
    return f"{pair.name} {setting(pair.old)} → {setting(pair.new)}"


def setting(value: Any) -> str:
    """Write a parameter's or a version's value."""
    if value is None:
        return "not set"
    return str(value).lower() if isinstance(value, bool) else str(value)


def data(text: str) -> str:
    """Leave out the hash of what a run says of its data."""
    return text.split("; SHA-256")[0]


def told(report: ReportChange) -> tuple[str, str]:
    """Say what a report answered in each run."""
    return report.told.old or "not in this run", report.told.new or "not in this run"


def failure(report: ReportChange) -> str:
    """Say why findings of a report cannot be held against each other; empty where they can."""
    if report.old is None or report.new is None:
        return f"Only in the {'new' if report.old is None else 'old'} run."
    failed = [which for which, r in (("old", report.old), ("new", report.new)) if r.status == "failed"]
    if not failed:
        return ""
    error = report.new.error if report.new.status == "failed" else report.old.error
    why = f" ({error.name}: {error.message.splitlines()[0] if error.message else 'no message'})" if error else ""
    return f"It failed in {'both runs' if len(failed) == 2 else f'the {failed[0]} run'}{why}: nothing can be compared."


def same(report: ReportChange) -> str:
    """Say how many findings of a report are the same."""
    if not report.n_same:
        return "No finding of both runs is the same." if report.changed else "It has no findings that both runs share."
    nothing = "Nothing changed: " if report.is_same else ""
    have = "has" if report.n_same == 1 else "have"
    text = f"{nothing}{words.count(report.n_same, 'finding')} {have} the same figure and verdict"
    if report.n_refined:
        text += f"; the interval or the number of customers differs in {words.number(report.n_refined)} of them"
    return f"{text}."


def values(changed: Changed) -> tuple[str, str]:
    """Write both figures with the digits that their intervals and their difference need."""
    digits = _digits(changed)
    return figure(changed.old, digits), figure(changed.new, digits)


def intervals(changed: Changed) -> tuple[str, str]:
    """Write both intervals; empty where there is none."""
    digits = _digits(changed)
    return _interval(changed.old, digits), _interval(changed.new, digits)


def gap(changed: Changed) -> tuple[str, str]:
    """Write the difference and its interval; empty where there is none."""
    digits, found = _digits(changed), changed.difference
    if found is not None:
        return _signed(found.value, digits), between(found.low, found.high, digits)
    old, new = changed.old.number, changed.new.number
    if old is not None and new is not None and changed.old.unit == changed.new.unit:
        return _signed(new - old, digits), ""
    days = day_of(changed.old), day_of(changed.new)
    if days[0] and days[1]:
        n = (days[1] - days[0]).days
        return f"{words.days(abs(n))} {'later' if n > 0 else 'earlier'}", ""
    return "", ""


def ruling(changed: Changed) -> str:
    """Say what is said on chance."""
    if changed.p is None:
        return "open"
    p = "<\u00a00.001" if changed.p < 0.001 else f"= {changed.p:.2g}" if changed.p < 0.995 else "= 1"
    return f"{changed.ruling} chance, p {p}"


def verdict(finding: Finding) -> str:
    """Write a verdict's token in words."""
    return finding.verdict.replace("_", " ") if finding.verdict else "none"


def unit(changed: Changed) -> str:
    """Write the unit, or both where it changed."""
    old, new = changed.old.unit or "", changed.new.unit or ""
    return new if old == new else f"{old or 'no unit'} → {new or 'no unit'}"


def single(finding: Finding) -> str:
    """Write a finding that only one run has, in one line."""
    parts = []
    if finding.estimate is not None:
        digits = _needed(_widths(finding) or [abs(finding.number or 0)], _finest(finding))
        parts.append(figure(finding, digits))
        if interval := _interval(finding, digits):
            parts.append(f"({interval})")
        if finding.unit:
            parts.append(finding.unit)
    if finding.verdict:
        parts.append(f"[{verdict(finding)}]" if parts else verdict(finding))
    return " ".join(parts)


def figure(finding: Finding, digits: int) -> str:
    """Write an estimate: a number with these digits, a date in words, another text as it is."""
    if finding.number is None:
        day = day_of(finding)
        return words.day(day) if day else finding.estimate if isinstance(finding.estimate, str) else "no figure"
    return written(finding.number, digits)


def written(value: float, digits: int) -> str:
    """Write a number; one too small or too large to be read in powers of ten.

    Examples
    --------
    >>> written(2357, 0), written(0.40136, 3), written(2.162e-75, 77), written(-3e15, 0)
    ('2,357', '0.401', '2.2e−75', '−3e+15')
    """
    if 0 < abs(value) < min(_SMALLEST, 10.0**-digits * 1000) or abs(value) >= _LARGEST:
        return f"{value:.2g}".replace("-", words.MINUS)
    return words.number(value, digits)


def between(low: float, high: float, digits: int) -> str:
    """Write an interval."""
    return words.between(written(low, digits), written(high, digits))


def _interval(finding: Finding, digits: int) -> str:
    if finding.low is None or finding.high is None:
        return ""
    level = "" if finding.level == 0.95 else f", {words.percent(finding.level)}"
    return between(finding.low, finding.high, digits) + level


def _signed(value: float, digits: int) -> str:
    text = written(value, digits)
    return f"+{text}" if value > 0 else text


def _digits(changed: Changed) -> int:
    """Return the digits with which intervals show two figures that count, and the difference one."""
    both = (changed.old, changed.new)
    old, new = changed.old.number, changed.new.number
    apart = [10 * abs(new - old)] if old is not None and new is not None else []  # one figure of it will do
    return _needed([*(width for f in both for width in _widths(f)), *apart], max(_finest(f) for f in both))


def _widths(finding: Finding) -> list[float]:
    return [] if finding.low is None or finding.high is None else [finding.high - finding.low]


def _finest(finding: Finding) -> int:
    """Return no digits for whole numbers without an interval, else as many as there can be."""
    is_whole = finding.number is None or (float(finding.number).is_integer() and finding.low is None)
    return 0 if is_whole else _MOST_DIGITS


def _needed(sizes: Iterable[float], most: int) -> int:
    sizes = [size for size in sizes if size > 0 and math.isfinite(size)]
    if not sizes:
        return 0
    return min(max(0, 1 - math.floor(math.log10(min(sizes)))), most)


def _list(texts: Iterable[str]) -> str:
    """Join some; many end in how many more there are."""
    found = list(texts)
    more = len(found) - _SHOWN
    return ", ".join([*found[:_SHOWN], *([f"and {more} more"] if more > 0 else [])])
