"""The answer of the segmentation: what the four segments foresee, and what to do with them."""

from dataclasses import dataclass

import pandas as pd

from cxlab import words
from cxlab.agreement import Ceiling, OverTime, Skill, SpecificationCurve, Verdict
from cxlab.blocks import SEGMENTS, Answer, Fact, Field, Strip, Tone
from cxlab.estimate import Estimate, Findings
from cxlab.segments import SegmentProfile
from cxlab.segments.words import ACTIONS, share_in_words

_TONES: dict[str, tuple[Tone, str]] = {
    "supported": ("yes", "Supported"),
    "partly_supported": ("partly", "Partly supported"),
    "not_supported": ("no", "Not supported"),
    "cannot_tell": ("cannot", "Cannot tell"),
}


@dataclass(frozen=True)
class Reasons:
    """The verdict with its reasons in one paragraph.

    Attributes
    ----------
    verdict : by the written rule.
    reading : the verdict, whether it hangs on the lines, and what stands beside it.
    """

    verdict: Verdict
    reading: str

    @property
    def table(self) -> pd.DataFrame:
        """One row: the verdict and why."""
        return self.verdict.table

    @property
    def findings(self) -> Findings:
        """The verdict."""
        return self.verdict.findings


def segmentation_verdict(verdict: Verdict, curve: SpecificationCurve, ceiling: Ceiling, lasting: OverTime) -> Reasons:
    """Put the verdict and its reasons into one paragraph.

    Parameters
    ----------
    verdict : by the written rule.
    curve : the verdict over other lines.
    ceiling : agreement with the clusters, random rules and the noise ceiling.
    lasting : agreement of segments and clusters with themselves one period later.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> segments = cx.assign_segments(kit.customers)
    >>> skill = cx.predictive_skill(kit.customers, segments.labels, cx.fit_labels)
    >>> verdict = cx.judge_segmentation(skill)
    >>> curve = cx.specification_curve(kit.customers, cx.draw_lines(kit.customers, segments), skill)
    >>> clusters = cx.fit_clusters(kit.customers, k=4, seed=1)
    >>> agreement = cx.compare_partitions(segments.labels, clusters.labels)
    >>> matrix = clusters.features.matrix
    >>> ceiling = cx.agreement_ceiling(kit.customers.frame, agreement, clusters.labels, matrix, cx.fit_labels, k=4)
    >>> fields, groups = (segments.labels, segments.labels), (clusters.labels, clusters.labels)
    >>> lasting = cx.stability_over_time(fields, groups, days=kit.periods.days)
    >>> print(cx.segmentation_verdict(verdict, curve, ceiling, lasting).reading)  # doctest: +ELLIPSIS
    Partly supported: the four segments keep 59% of what the best of four descriptions foresees of the ...
    """
    said = [verdict.reading, _robust(curve), _beside_clusters(ceiling), _lasting(lasting)]
    return Reasons(verdict, " ".join(part for part in said if part))


def _robust(curve: SpecificationCurve) -> str:
    if not curve.others:
        return ""
    same, others = words.number(curve.tokens[curve.chosen_token]), words.number(len(curve.others))
    if curve.chosen_token == "cannot_tell":
        return _cannot_either(curve)
    if curve.is_robust:
        return f"That is robust: {same} of {others} other ways to draw the lines come to the same."
    return (
        f"That is not robust: of {others} other ways to draw the lines {same} come to the same, so it holds for these "
        "lines and not for any."
    )


def _cannot_either(curve: SpecificationCurve) -> str:
    """Say by how many other ways to draw the lines the data cannot tell either, and whether others can."""
    same, others = curve.tokens["cannot_tell"], words.count(len(curve.others), "other way")
    if not same:
        return f"By each of {others} to draw the lines the data can tell, but these are the lines of this page."
    if same == len(curve.others):
        return f"By none of {others} to draw the lines can the data tell."
    return f"By {words.number(same)} of {others} to draw the lines the data cannot tell either."


def _beside_clusters(ceiling: Ceiling) -> str:
    seen = ceiling.observed
    more = "more" if ceiling.stands_out else "not clearly more"
    top = ceiling.noise_ceiling
    twice = "" if top.value is None else f"; clusters found twice agree at {words.number(top.number, 2)}"
    return (
        f"The segments agree with the clusters at {words.number(seen.number, 2)} of 1, {more} than random rules of the "
        f"same sizes do{twice}. That decides nothing, for clusters are no truth."
    )


def _lasting(lasting: OverTime) -> str:
    if lasting.missing:
        return ""
    low, high = lasting.difference.low, lasting.difference.high
    assert low is not None and high is not None
    than = "about as much as" if low <= 0 <= high else "less than" if high < 0 else "more than"
    return (
        f"{words.count(lasting.days, 'day')} later, drawn anew, the segments agree with the earlier ones at "
        f"{words.number(lasting.segments.number, 2)}, {than} clusters do with theirs "
        f"({words.number(lasting.clusters.number, 2)})."
    )


def segmentation_answer(profile: SegmentProfile, skill: Skill, verdict: Verdict, curve: SpecificationCurve) -> Answer:
    """Put the verdict on the four segments into words.

    Parameters
    ----------
    profile : the segments, what they brought and did next.
    skill : what each description of a customer foresees.
    verdict : by the written rule.
    curve : the verdict over other lines.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> segments = cx.assign_segments(kit.customers)
    >>> skill = cx.predictive_skill(kit.customers, segments.labels, cx.fit_labels)
    >>> verdict = cx.judge_segmentation(skill)
    >>> curve = cx.specification_curve(kit.customers, cx.draw_lines(kit.customers, segments), skill)
    >>> profile = cx.describe_segments(kit.customers, segments)
    >>> cx.segmentation_answer(profile, skill, verdict, curve).tag
    'Partly supported'
    """
    tone, tag = _TONES[verdict.token]
    return Answer(
        tone=tone,
        tag=tag,
        line=_line(profile, skill, verdict, curve),
        facts=(_kept(skill, verdict), _worth(profile), _sure(skill, curve)),
        decide=_decide(profile, verdict, curve),
        headline=_headline(profile, skill, verdict),
        fields=_fields(profile),
        open=_open(profile, skill, verdict, curve),
    )


def _line(profile: SegmentProfile, skill: Skill, verdict: Verdict, curve: SpecificationCurve) -> str:
    if verdict.token == "cannot_tell":
        return f"The data cannot tell: {verdict.why}"
    start = {"supported": "Yes", "partly_supported": "In part", "not_supported": "No"}[verdict.token]
    share = skill.score("segments").share
    if not share.has_interval:
        return f"{start}: {verdict.why} But {_limit(profile, verdict)}{_hangs(curve)}."
    kept = f"foresee {words.percent(max(0.0, share.number))} of what {skill.best_in_words} foresees"
    if skill.best.predictor == "segments":
        kept = "foresee more than any other description does"
    return f"{start}: the four fields {kept} of the purchases to come. But {_limit(profile, verdict)}{_hangs(curve)}."


def _hangs(curve: SpecificationCurve) -> str:
    """Say that other lines would give another verdict; empty where the verdict is robust."""
    if not curve.others or curve.is_robust or curve.chosen_token == "cannot_tell":
        return ""
    other, all_of_them = len(curve.others) - curve.tokens[curve.chosen_token], len(curve.others)
    unsure, ways = curve.tokens["cannot_tell"], f"{words.count(all_of_them, 'other way')} to draw the lines"
    if unsure == other:
        return f", and by {words.number(other)} of {ways} the data cannot tell"
    told = f", of which {words.number(unsure)} cannot tell" if unsure else ""
    return f", and {words.number(other)} of {ways} do not say so{told}"


def _limit(profile: SegmentProfile, verdict: Verdict) -> str:
    """Say the one thing that limits the verdict."""
    if profile.undivided:
        return profile.undivided
    if verdict.but:
        return verdict.but
    if verdict.token == "not_supported":
        return "they still say who brought the money so far"
    if not profile.segments.costs_known:
        return "with few costs known, profitable means little but having spent much"
    return f"that is so in this shop, over these {words.count(profile.holdout_days, 'day')}"


def _kept(skill: Skill, verdict: Verdict) -> Fact:
    label = "Skill kept by the four segments"
    share = skill.score("segments").share if skill.scores else Estimate()
    if skill.no_test or verdict.token == "cannot_tell" or share.low is None or share.high is None:
        if skill.scores and (skill.no_test or share.has_interval):
            return Fact(label, "–", "What was foreseen is no test here; the reason stands above.")
        why = "Not even the best description is shown to foresee anything, so there is nothing to keep."
        return Fact(label, "–", why if skill.scores else "No description can be tested on what came afterwards.")
    spread, kept = words.percent_between(share.low, share.high), words.percent(max(0.0, share.number))
    return Fact(
        label,
        kept,
        f"of what {skill.best_in_words} foresees of the purchases to come (95% interval {spread}).",
        strip=Strip(
            share.low, share.number, share.high, f"{kept}, from {spread} of the best",
            bottom=min(0.0, share.low),
        ),
    )  # fmt: skip


def _worth(profile: SegmentProfile) -> Fact:
    label, top, lost = "What it is worth", profile.row("profit_bringers"), profile.row("lost")
    share = top.holdout_contribution_share
    if top.customers < profile.minimum_group:
        return Fact(
            label, "–", "There are no profit-bringers." if top.customers == 0 else "Profit-bringers are too few."
        )
    if share.low is None or share.high is None:
        return Fact(label, "–", f"{profile.no_later_shares} It is not shared out among the segments.")
    spread, currency = words.percent_between(share.low, share.high), profile.segments.currency
    each = words.money(top.holdout_contribution.number, currency)
    against = ""
    if lost.customers >= profile.minimum_group:
        against = f", against {words.money(lost.holdout_contribution.number, currency)} from a lost customer"
    return Fact(
        label,
        words.percent(share.number),
        f"of the contribution in the next {words.count(profile.holdout_days, 'day')} ({spread}) came from the "
        f"{words.percent(profile.size(top.segment).number)} who were profit-bringers: {each} each{against}.",
    )


def _sure(skill: Skill, curve: SpecificationCurve) -> Fact:
    customers = words.count(skill.n, "customer")
    made = f"made by {customers} in {words.count(skill.holdout_days, 'day')}, after the lines were drawn"
    text = f"{made}."
    difference = skill.difference
    if difference.low is not None and difference.high is not None:
        low, high = 100 * difference.low, 100 * difference.high
        points = words.number(abs(100 * difference.number), 1)
        side = "better" if difference.number < 0 else "worse"
        ends = (-high, -low) if difference.number < 0 else (low, high)
        said = f"Clusters do {side} by {points} points ({words.number_between(*ends, 1)})."
        if low <= 0 <= high:
            spread = words.number_between(*ends, 1)
            said = f"Clusters are not shown to do better or worse: {points} points {side}, within {spread}."
        text = f"{made}. {said}"
    if curve.others and curve.chosen_token == "cannot_tell":
        text = f"{made}. {_cannot_either(curve)}"
    elif curve.others:
        same, others = words.number(curve.tokens[curve.chosen_token]), words.number(len(curve.others))
        robust = "robust" if curve.is_robust else "not robust"
        text += f" Of {others} other ways to draw the lines, {same} come to this verdict: it is {robust}."
    noun = "purchase" if skill.n_purchases == 1 else "purchases"
    return Fact("How sure", words.number(skill.n_purchases), text, unit=noun)


def _decide(profile: SegmentProfile, verdict: Verdict, curve: SpecificationCurve) -> str:
    if verdict.token == "cannot_tell":
        return (
            "Sort customers by the four fields if that helps to talk about them, but spend nothing on the strength of "
            "a field yet. Look again when more orders have come in."
        )
    if verdict.token == "not_supported":
        return (
            "Do not choose whom to serve or write to by field. Go by what each customer last did, or draw other lines "
            "and test them the same way."
        )
    fields = "the fields that hold anybody" if profile.undivided else "the four fields"
    if verdict.token == "partly_supported":
        begin = f"Keep {fields} for daily work, and look at the single customer where a decision is dear."
    else:
        begin = f"Steer by {fields}."
    if curve.others and not curve.is_robust:
        begin = (
            f"Talk about customers by {fields} of these lines, and no others; look at the single customer wherever a "
            "decision costs money."
        )
    return f"{begin} {_steps(profile)}"


def _steps(profile: SegmentProfile) -> str:
    """Say what to do with the fields that count most, among those that hold anybody."""
    said = {
        "profit_bringers": "give the best service and the first gestures to {}",
        "misunderstood": "try out what wakes {} before paying for it",
        "candidates": "raise the basket of {}, or cut the cost to serve them",
        "lost": "review what was done for {}",
    }
    held = [segment for segment in said if profile.row(segment).customers]
    steps = "; ".join(said[segment].format(_people(profile, segment)) for segment in held[:2])
    return f"{steps[:1].upper()}{steps[1:]}."


def _people(profile: SegmentProfile, segment: str) -> str:
    noun = {"profit_bringers": "profit-bringers"}.get(segment, segment)
    if profile.row(segment).customers < profile.minimum_group:
        return f"the few {noun}"
    k, size = SEGMENTS.index(segment), profile.sizes.written(SEGMENTS.index(segment))
    return f"the {noun} ({size})" if k == profile.sizes.about else f"the {size} {noun}"


def _headline(profile: SegmentProfile, skill: Skill, verdict: Verdict) -> str:
    if verdict.token == "cannot_tell":
        return "Too little is known yet to judge the four segments"
    if profile.undivided:
        return f"{profile.undivided[:1].upper()}{profile.undivided[1:]}"
    if not skill.score("segments").share.has_interval:
        return "The four segments do not tell who buys again"
    return skill.heading


def _fields(profile: SegmentProfile) -> tuple[Field, ...]:
    fields = []
    for k, row in enumerate(profile.rows):
        if row.customers == 0:
            fields.append(Field(row.segment, "0", "customers", "Nobody is in it.", "Nothing to do."))
            continue
        if row.customers < profile.minimum_group:
            big = words.few(row.customers, profile.minimum_group)
            fields.append(Field(row.segment, big, "customers", "Too few to follow.", ACTIONS[row.segment]))
            continue
        later = row.holdout_contribution_share
        text = f"{profile.sizes.written(k)} {'customer' if row.customers == 1 else 'customers'}"
        if later.has_interval:
            text = f"{words.percent(later.number)} of the next {words.count(profile.holdout_days, 'day')}’ contribution"
        fields.append(Field(row.segment, profile.sizes.share_written(k), "of customers", text, ACTIONS[row.segment]))
    return tuple(fields)


def _open(
    profile: SegmentProfile, skill: Skill, verdict: Verdict, curve: SpecificationCurve
) -> tuple[tuple[str, str], ...]:
    """List what is not settled, and what would settle it."""
    found = []
    if not profile.segments.costs_known:
        share = profile.segments.costed_share
        came = (
            f"a cost came with only {share_in_words(share)} of the revenue" if share else "no costs came with the data"
        )
        found.append(
            (
                "Who is profitable once their costs are counted?",
                f"Not known: {came}. Bring the cost of goods, or the hours spent on each customer.",
            )
        )
    if verdict.token == "cannot_tell":
        found.append(
            (
                "Do the four segments tell who buys again?",
                f"Not known: {verdict.why} More orders after the cut settle it.",
            )
        )
    if verdict.token == "partly_supported" and skill.difference.number < 0:
        found.append(
            (
                "Would other lines between the segments foresee more?",
                "Perhaps: clusters do. Draw the lines anew, and test them on orders that have not come in yet.",
            )
        )
    if verdict.token != "cannot_tell" and curve.others and not curve.is_robust:
        found.append(
            (
                "Which lines should the segments be drawn by?",
                "Not settled: other reasonable lines come to other verdicts. Choose those that fit the trade, write "
                "them into study.yml, and test them on orders that have not come in yet.",
            )
        )
    found.append(
        (
            "Does anything that is done move a customer to a better field?",
            "Not known: the fields describe. A trial on the misunderstood, a random half left alone, settles it.",
        )
    )
    return tuple(found)
