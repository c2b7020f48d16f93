"""What is said of two runs that were held against each other, on the terminal and on the page alike.

The page says it in its language, the terminal in English.
"""

import math
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from markupsafe import Markup

from cxlab import words
from cxlab.language import SOURCE, Texts, spoken, tr, trn
from cxlab.reports.compare import Changed, Comparison, Pair, ReportChange, day_of
from cxlab.reports.drawing import moment
from cxlab.reports.imprint import data_again
from cxlab.reports.past import Finding
from cxlab.reports.titles import said_title

_MOST_DIGITS, _SMALLEST, _LARGEST = 10, 1e-5, 1e12
_SHOWN = 12
_DECIMAL = re.compile(r"-?\d+\.\d+")
_RULES = Texts(
    {
        "interval": "Findings that have an interval in both runs are compared as two independent estimates. Each half "
        "of an interval, divided by the normal quantile of the interval’s level, is a standard error on its side; the "
        "difference is judged by the two halves that face each other (Zou and Donner 2008), so that lopsided "
        "intervals are taken as they are. The interval of a difference has a level of 95% and stands for that finding "
        "alone. Each number is rounded by itself, so a difference may be one off in its last digit.",
        "many": "Where hundreds of findings are compared, some differ by chance. The p values are therefore adjusted "
        "for all of them, over all reports (Benjamini and Hochberg 1995), and a change is called beyond chance where "
        "the adjusted value is at most 0.05: about one in twenty of the changes named so, or fewer, is expected to be "
        "chance. So a change can be called within chance though the interval of its difference leaves out zero.",
        "open": "Nothing is said on chance of counts and dates, of figures whose unit changed, and of those that lack "
        "a usable interval in one of the runs.",
        "keys": "Findings are the figures and verdicts of results.json, held against each other by their keys. A "
        "cluster gets its letter anew in each run, in the order of what its customers bring: cluster A of one run "
        "need not hold the customers of cluster A of the other.",
    }
)
"""How it is decided what is chance, in the order of the page."""
_DATA = Texts(
    {
        "overlap": "If the newer data hold the older ones, as this month’s orders hold last month’s, both estimates "
        "rest in part on the same purchases and lie closer together than independent ones would. The rule is then "
        "cautious: what it calls beyond chance is so all the more, and what it calls within chance may still be a "
        "change.",
        "same_data": "Both runs read the same files, so no new customer and no new purchase lies behind any change: "
        "it comes from the parameters, the notebooks, the versions or the random steps. “Beyond chance” then means "
        "only that a change is larger than the difference that two independent samples would show by chance.",
        "same_files": "Both runs read the same data files, but study.yml is not the same: how they are read, the ends "
        "of the windows or other settings of the study changed, so that the same purchases may be read otherwise or "
        "stand in another window. No new data lie behind any change; “beyond chance” then means only that a change is "
        "larger than the difference that two independent samples would show by chance.",
    }
)
_CHANGED = Texts(
    {
        "versions": "The versions of the software changed, so a change of a finding may come from there. Making both "
        "runs anew with what is installed now would tell.",
        "notebooks": "The notebooks changed, so a change of a finding may come from there. Making both runs anew with "
        "what is installed now would tell.",
        "versions notebooks": "The versions of the software and the notebooks changed, so a change of a finding may "
        "come from there. Making both runs anew with what is installed now would tell.",
    }
)
_WHY = Texts(
    {
        "no interval": "no interval",
        "no number": "no number",
        "another unit": "another unit",
        "an interval in one run only": "an interval in one run only",
        "an interval without width on the side of the other": "an interval without width on the side of the other",
    }
)
"""Why nothing is said on chance, by what `Changed` calls it."""
_NOT_SET, _CHANGES = "not set", " with changes since"
_VERDICTS = Texts(
    {
        "at_bound": "at bound",
        "at_once": "at once",
        "bad_weighs_more": "bad weighs more",
        "cannot_tell": "cannot tell",
        "choose": "choose",
        "converged": "converged",
        "differ": "differ",
        "doubtful": "doubtful",
        "everyone": "everyone",
        "fails": "fails",
        "failed": "failed",
        "fits": "fits",
        "good_weighs_more": "good weighs more",
        "harms": "harms",
        "highly_stable": "highly stable",
        "holds": "holds",
        "less": "less",
        "longer": "longer",
        "more": "more",
        "no": "no",
        "no_change_seen": "no change seen",
        "no_difference": "no difference",
        "no_effect": "no effect",
        "no_number": "no number",
        "no_one": "no one",
        "no_paradox": "no paradox",
        "no_pattern": "no pattern",
        "no_slope": "no slope",
        "no_window": "no window",
        "not_asked": "not asked",
        "not_converged": "not converged",
        "not_identifiable": "not identifiable",
        "not_known": "not known",
        "not_made": "not made",
        "not_robust": "not robust",
        "not_settled": "not settled",
        "not_shifted": "not shifted",
        "not_supported": "not supported",
        "not_within": "not within",
        "not_worse": "not worse",
        "nothing_to_divide_by": "nothing to divide by",
        "observational": "observational",
        "open": "open",
        "paradox": "paradox",
        "partly": "partly",
        "partly_supported": "partly supported",
        "passed": "passed",
        "randomised": "randomised",
        "robust": "robust",
        "ruled_out": "ruled out",
        "shifted": "shifted",
        "shorter": "shorter",
        "stable": "stable",
        "supported": "supported",
        "too_high": "too high",
        "too_low": "too low",
        "unsure_divisor": "unsure divisor",
        "unsure_fan": "unsure fan",
        "works": "works",
        "worse": "worse",
        "yes": "yes",
    }
)
"""Verdicts in words, by their tokens."""


def rules() -> tuple[str, ...]:
    """Say how it is decided what is chance."""
    return tuple(_RULES.values())


def false_share() -> str:
    """Say what it means to compare many findings."""
    return _RULES["many"]


def title(compared: Comparison) -> str:
    """Put the question that the page answers."""
    old, new = (run.manifest.study.title for run in (compared.old, compared.new))
    if compared.is_one_study:
        return tr("What changed in {study}?", study=new)
    return tr("How does {new} differ from {old}?", new=new, old=old)


def summary(compared: Comparison) -> str:
    """Say in a sentence how much changed."""
    if all(report.is_same for report in compared.reports):
        return trn(
            "Nothing changed: {n} finding with the same figures and verdicts.",
            "Nothing changed: {n} findings with the same figures and verdicts.",
            compared.n_same,
            n=words.number(compared.n_same),
        )
    beyond, n, verdicts = words.number(compared.count("beyond")), compared.n_compared, compared.n_verdicts
    first = (
        trn(
            "{beyond} of {n} finding with an interval in both runs changed beyond chance",
            "{beyond} of {n} findings with an interval in both runs changed beyond chance",
            n,
            beyond=beyond,
            n=words.number(n),
        )
        if n
        else tr("No finding has an interval in both runs")
    )
    said = (
        trn("{first}, and {n} verdict changed.", "{first}, and {n} verdicts changed.", verdicts, first=first,
            n=words.number(verdicts))
        if verdicts
        else tr("{first}, and no verdict changed.", first=first)
    )  # fmt: skip
    lost = [r for r in compared.reports if not r.told.is_same and (r.new is None or r.new.status == "failed")]
    if not lost:
        return said
    more = trn(
        "In the new run {reports} failed or is not there.",
        "In the new run {reports} failed or are not there.",
        len(lost),
        reports=_list(said_title(report.title) for report in lost),
    )
    return f"{said} {more}"


def rest(compared: Comparison) -> str:
    """Count what is neither beyond chance nor a verdict."""
    return tr(
        "{within} changed within chance, {open} changed and cannot be tested; {same} are the same.",
        within=words.number(compared.count("within")),
        open=words.number(compared.count("open")),
        same=words.number(compared.n_same),
    )


def remarks(compared: Comparison) -> list[str]:
    """Say what must be known before a change is read as one: studies, order, data, parameters, versions, notebooks."""
    was, now = compared.old.manifest, compared.new.manifest
    said = []
    if not compared.is_one_study:
        said.append(
            tr(
                "These are runs of two studies, {old} and {new}: a difference is one between them, not one over time.",
                old=was.study.name,
                new=now.study.name,
            )
        )
    if was.study.currency != now.study.currency:
        said.append(
            tr(
                "Amounts are in {old} in the old run and in {new} in the new one: they are not converted.",
                old=was.study.currency or tr("no currency"),
                new=now.study.currency or tr("no currency"),
            )
        )
    if was.started > now.started:
        said.append(
            tr(
                "The run that was named first is the newer one ({first}; the other is of {second}): “old” and “new” "
                "mean the order in which they were named.",
                first=moment(was.started),
                second=moment(now.started),
            )
        )
    if compared.is_same_data:
        said.append(_DATA["same_data" if compared.is_same_study else "same_files"])
    elif compared.is_one_study:
        said.append(_DATA["overlap"])
    if compared.is_one_study and (moved := [pair for pair in compared.windows if not pair.is_same]):
        said.append(tr("The study’s windows end on other days: {days}.", days=_list(map(arrow, moved))))
    days = was.study.holdout_days, now.study.holdout_days
    if None not in days and days[0] != days[1]:
        said.append(
            tr(
                "The hold-out window, from the end of calibration to the end of the data, has {old} in the old run and "
                "{new} in the new one. What is counted over it, or ends with it, changes with its length alone: "
                "purchases and amounts foreseen, errors, waits.",
                old=words.days(days[0] or 0),
                new=words.days(days[1] or 0),
            )
        )
    if parameters := [pair for pair in compared.parameters if not pair.is_same]:
        only_seed = [pair.name for pair in parameters] == ["seed"]
        said.append(
            tr("Of the parameters only the seed changed: figures that rest on random steps move with it.")
            if only_seed
            else tr(
                "Parameters changed ({listed}): a finding that rests on one of them may have changed by that alone, "
                "and may no longer mean the same.",
                listed=_list(map(arrow, parameters)),
            )
        )
    told = [pair for pair in compared.notebooks if pair.old and pair.new]
    changed = {"versions": compared.versions, "notebooks": tuple(told)}
    causes = [name for name, pairs in changed.items() if not all(pair.is_same for pair in pairs)]
    if causes:
        said.append(_CHANGED[" ".join(causes)])
    return said


def state(pair: Pair) -> str:
    """Say what became of something that goes in."""
    if pair.is_same:
        return tr("the same")
    return tr("new") if pair.old is None else tr("gone") if pair.new is None else tr("changed")


def code_state(pair: Pair) -> str:
    """Say what became of a notebook."""
    if pair.old == "" or pair.new == "":
        return tr("cannot be told: its executed notebook is not there")
    return state(pair)


def arrow(pair: Pair) -> str:
    """Write a parameter or a version as it was and is."""
    name, of = setting_name(pair.name)
    old, new = map(value_again, (pair.old, pair.new))
    return f"{name}{of} {old} → {new}"


def setting_name(name: str) -> tuple[str, str]:
    """Return a parameter's name, and what says of which report it is; empty where it is of all."""
    key, _, report = name.partition(" in ")
    return key, tr(" in {report}", report=said_title(report)) if report else ""


def setting(value: Any) -> str:
    """Write a parameter's or a version's value, in English, as manifests keep it."""
    if value is None:
        return _NOT_SET
    return str(value).lower() if isinstance(value, bool) else str(value)


def setting_again(text: str) -> str:
    """Say a value that `setting` wrote in the language that is spoken."""
    if text == _NOT_SET:
        return tr("not set")
    if text.endswith(_CHANGES):
        return tr("{commit} with changes since", commit=text.removesuffix(_CHANGES))
    return text


def parameter_again(text: str) -> str:
    """Say the same of a parameter, whose decimals are written as the language writes them."""
    return words.shortest(float(text)) if _DECIMAL.fullmatch(text) else setting_again(text)


def value_again(value: Any) -> str:
    """Say a parameter's or a version's value, which is text."""
    return (parameter_again if isinstance(value, float) else setting_again)(setting(value))


def data(text: str) -> str:
    """Say what a run says of its data, without the hash."""
    return data_again(text.split("; SHA-256")[0])


def told(report: ReportChange) -> tuple[str, str]:
    """Say what a report that is in both runs answered in each."""
    return _said(report.told.old), _said(report.told.new)


def _said(tag: str) -> str:
    """Say what a report came to, by what `ReportChange` calls it."""
    return tr("Failed").lower() if tag == "failed" else tr("no answer") if tag == "no answer" else tag


def failure(report: ReportChange) -> str:
    """Say why findings of a report cannot be held against each other; empty where they can."""
    if report.old is None:
        return tr("Only in the new run.")
    if report.new is None:
        return tr("Only in the old run.")
    in_old, in_new = (r.status == "failed" for r in (report.old, report.new))
    if not (in_old or in_new):
        return ""
    error = report.new.error if in_new else report.old.error
    first = error.message.splitlines()[0] if error and error.message else tr("no message")
    why = f" ({error.name}: {first})" if error else ""
    if in_old and in_new:
        return tr("It failed in both runs{why}: nothing can be compared.", why=why)
    if in_old:
        return tr("It failed in the old run{why}: nothing can be compared.", why=why)
    return tr("It failed in the new run{why}: nothing can be compared.", why=why)


def same(report: ReportChange) -> str:
    """Say how many findings of a report are the same."""
    n = report.n_same
    if not n:
        return (
            tr("No finding of both runs is the same.")
            if report.changed
            else tr("It has no findings that both runs share.")
        )
    text = trn(
        "{n} finding has the same figure and verdict",
        "{n} findings have the same figure and verdict",
        n,
        n=words.number(n),
    )
    if report.n_refined:
        text = tr(
            "{same}; the interval or the number of customers differs in {n} of them",
            same=text,
            n=words.number(report.n_refined),
        )
    return tr("Nothing changed: {same}.", same=text) if report.is_same else f"{text}."


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
        apart = words.days(abs(n))
        return tr("{days} later", days=apart) if n > 0 else tr("{days} earlier", days=apart), ""
    return "", ""


def p_value(p: float) -> str:
    """Write a p value; with a sign before it where it is too small to be written."""
    if p < 0.001:
        return f"<\u00a0{words.number(0.001, 3)}"
    return words.shortest(float(f"{p:.2g}")) if p < 0.995 else "1"


def why(changed: Changed) -> str:
    """Say why nothing is said on chance."""
    return _WHY.get(changed.why, "")


def verdict(finding: Finding) -> str:
    """Write a verdict's token in words; a dash, in English a word, where there is none."""
    if not finding.verdict:
        return "none" if spoken() == SOURCE else words.EN_DASH
    return _VERDICTS.get(finding.verdict, finding.verdict.replace("_", " "))


def unit(changed: Changed, written: Callable[[str], str] = str) -> str:
    """Write the unit, or both where it changed; `written` is how one that findings have is written."""
    old, new = (written(f.unit) if f.unit else "" for f in (changed.old, changed.new))
    return new if old == new else _joined(" → ", [old or tr("no unit"), new or tr("no unit")])


def single(finding: Finding, written: Callable[[str], str] = str) -> str:
    """Write a finding that only one run has, in one line; `written` is how its unit is written."""
    parts = []
    if finding.estimate is not None:
        digits = _needed(_widths(finding) or [abs(finding.number or 0)], _finest(finding))
        parts.append(figure(finding, digits))
        if interval := _interval(finding, digits):
            parts.append(f"({interval})")
        if finding.unit:
            parts.append(written(finding.unit))
    if finding.verdict:
        parts.append(f"[{verdict(finding)}]" if parts else verdict(finding))
    return _joined(" ", parts)


def _joined(joint: str, parts: Sequence[str]) -> str:
    """Join texts; what is markup already stays so, and what is none is escaped then."""
    return Markup(joint).join(parts) if any(isinstance(part, Markup) for part in parts) else joint.join(parts)


def figure(finding: Finding, digits: int) -> str:
    """Write an estimate: a number with these digits, a date in words, another text as it is."""
    if finding.number is None:
        day = day_of(finding)
        return words.day(day) if day else finding.estimate if isinstance(finding.estimate, str) else tr("no figure")
    return written(finding.number, digits)


def written(value: float, digits: int) -> str:
    """Write a number; one too small or too large to be read in powers of ten.

    Examples
    --------
    >>> written(2357, 0), written(0.40136, 3), written(2.162e-75, 77), written(-3e15, 0)
    ('2,357', '0.401', '2.2e−75', '−3e+15')
    """
    if 0 < abs(value) < min(_SMALLEST, 10.0**-digits * 1000) or abs(value) >= _LARGEST:
        return words.shortest(float(f"{value:.2g}")).replace("-", words.MINUS)
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
    return ", ".join([*found[:_SHOWN], *([tr("and {n} more", n=more)] if more > 0 else [])])
