"""The answer of the segmentation: what the four segments foresee, and what to do with them."""

from dataclasses import dataclass

import pandas as pd

from cxlab import words
from cxlab.agreement import Ceiling, OverTime, Skill, SpecificationCurve, Verdict
from cxlab.agreement.verdict import NAMES
from cxlab.blocks import SEGMENTS, Answer, Fact, Field, Strip, Tone
from cxlab.estimate import Estimate, Findings
from cxlab.language import Texts, plural, tr, trn
from cxlab.segments import SegmentProfile
from cxlab.segments.words import ACTIONS, share_in_words

_TONES: dict[str, Tone] = {
    "supported": "yes",
    "partly_supported": "partly",
    "not_supported": "no",
    "cannot_tell": "cannot",
}
_ROBUST_FIELDS = Texts(
    {
        "supported": "Steer by the four fields.",
        "partly_supported": (
            "Keep the four fields for daily work, and look at the single customer where a decision is dear."
        ),
    }
)
_ROBUST_PEOPLED = Texts(
    {
        "supported": "Steer by the fields that hold anybody.",
        "partly_supported": (
            "Keep the fields that hold anybody for daily work, and look at the single customer where a decision is "
            "dear."
        ),
    }
)
_STEPS = Texts(
    {
        "profit_bringers": "give the best service and the first gestures to {people}",
        "misunderstood": "try out what wakes {people} before paying for it",
        "candidates": "raise the basket of {people}, or cut the cost to serve them",
        "lost": "review what was done for {people}",
    }
)
_FEW = Texts(
    {
        "profit_bringers": "the few profit-bringers",
        "misunderstood": "the few misunderstood",
        "candidates": "the few candidates",
        "lost": "the few lost",
    }
)
_ABOUT = Texts(
    {
        "profit_bringers": "the profit-bringers ({size})",
        "misunderstood": "the misunderstood ({size})",
        "candidates": "the candidates ({size})",
        "lost": "the lost ({size})",
    }
)
_COUNTED = Texts(
    {
        "profit_bringers": "the {size} profit-bringers",
        "misunderstood": "the {size} misunderstood",
        "candidates": "the {size} candidates",
        "lost": "the {size} lost",
    }
)


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
        return tr(
            "That is robust: {same} of {others} other ways to draw the lines come to the same.",
            same=same,
            others=others,
        )
    return tr(
        "That is not robust: of {others} other ways to draw the lines {same} come to the same, so it holds for these "
        "lines and not for any.",
        others=others,
        same=same,
    )


def _cannot_either(curve: SpecificationCurve) -> str:
    """Say by how many other ways to draw the lines the data cannot tell either, and whether others can."""
    same, n = curve.tokens["cannot_tell"], len(curve.others)
    if not same:
        return trn(
            "By each of {n} other way to draw the lines the data can tell, but these are the lines of this page.",
            "By each of {n} other ways to draw the lines the data can tell, but these are the lines of this page.",
            n,
            n=words.number(n),
        )
    if same == n:
        return trn(
            "By none of {n} other way to draw the lines can the data tell.",
            "By none of {n} other ways to draw the lines can the data tell.",
            n,
            n=words.number(n),
        )
    return trn(
        "By {same} of {n} other way to draw the lines the data cannot tell either.",
        "By {same} of {n} other ways to draw the lines the data cannot tell either.",
        n,
        same=words.number(same),
        n=words.number(n),
    )


def _beside_clusters(ceiling: Ceiling) -> str:
    seen, top = words.number(ceiling.observed.number, 2), ceiling.noise_ceiling
    if ceiling.stands_out:
        said = tr(
            "The segments agree with the clusters at {seen} of 1, more than random rules of the same sizes do",
            seen=seen,
        )
    else:
        said = tr(
            "The segments agree with the clusters at {seen} of 1, not clearly more than random rules of the same sizes "
            "do",
            seen=seen,
        )
    if top.value is not None:
        said += tr("; clusters found twice agree at {top}", top=words.number(top.number, 2))
    return f"{said}. {tr('That decides nothing, for clusters are no truth.')}"


def _lasting(lasting: OverTime) -> str:
    if lasting.missing:
        return ""
    low, high = lasting.difference.low, lasting.difference.high
    assert low is not None and high is not None
    given = {
        "n": words.number(lasting.days),
        "segments": words.number(lasting.segments.number, 2),
        "clusters": words.number(lasting.clusters.number, 2),
    }
    if low <= 0 <= high:
        return trn(
            "{n} day later, drawn anew, the segments agree with the earlier ones at {segments}, about as much as "
            "clusters do with theirs ({clusters}).",
            "{n} days later, drawn anew, the segments agree with the earlier ones at {segments}, about as much as "
            "clusters do with theirs ({clusters}).",
            lasting.days,
            **given,
        )
    if high < 0:
        return trn(
            "{n} day later, drawn anew, the segments agree with the earlier ones at {segments}, less than clusters do "
            "with theirs ({clusters}).",
            "{n} days later, drawn anew, the segments agree with the earlier ones at {segments}, less than clusters do "
            "with theirs ({clusters}).",
            lasting.days,
            **given,
        )
    return trn(
        "{n} day later, drawn anew, the segments agree with the earlier ones at {segments}, more than clusters do with "
        "theirs ({clusters}).",
        "{n} days later, drawn anew, the segments agree with the earlier ones at {segments}, more than clusters do "
        "with theirs ({clusters}).",
        lasting.days,
        **given,
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
    return Answer(
        tone=_TONES[verdict.token],
        tag=NAMES[verdict.token],
        line=_line(profile, skill, verdict, curve),
        facts=(_kept(skill, verdict), _worth(profile), _sure(skill, curve)),
        decide=_decide(profile, verdict, curve),
        headline=_headline(profile, skill, verdict),
        fields=_fields(profile),
        open=_open(profile, skill, verdict, curve),
    )


def _line(profile: SegmentProfile, skill: Skill, verdict: Verdict, curve: SpecificationCurve) -> str:
    if verdict.token == "cannot_tell":
        return tr("The data cannot tell: {why}", why=verdict.why)
    start = {"supported": tr("Yes"), "partly_supported": tr("In part"), "not_supported": tr("No")}[verdict.token]
    share, but = skill.score("segments").share, f"{_limit(profile, verdict)}{_hangs(curve)}"
    if not share.has_interval:
        return tr("{start}: {why} But {but}.", start=start, why=verdict.why, but=but)
    if skill.best.predictor == "segments":
        return tr(
            "{start}: the four fields foresee more than any other description does of the purchases to come. But "
            "{but}.",
            start=start,
            but=but,
        )
    return tr(
        "{start}: the four fields foresee {kept} of what {best} foresees of the purchases to come. But {but}.",
        start=start,
        kept=words.percent(max(0.0, share.number)),
        best=skill.best_in_words,
        but=but,
    )


def _hangs(curve: SpecificationCurve) -> str:
    """Say that other lines would give another verdict; empty where the verdict is robust."""
    if not curve.others or curve.is_robust or curve.chosen_token == "cannot_tell":
        return ""
    n, unsure = len(curve.others), curve.tokens["cannot_tell"]
    other, ways = n - curve.tokens[curve.chosen_token], words.number(n)
    if unsure == other:
        return trn(
            ", and by {other} of {n} other way to draw the lines the data cannot tell",
            ", and by {other} of {n} other ways to draw the lines the data cannot tell",
            n,
            other=words.number(other),
            n=ways,
        )
    said = trn(
        ", and {other} of {n} other way to draw the lines do not say so",
        ", and {other} of {n} other ways to draw the lines do not say so",
        n,
        other=words.number(other),
        n=ways,
    )
    return said + (tr(", of which {n} cannot tell", n=words.number(unsure)) if unsure else "")


def _limit(profile: SegmentProfile, verdict: Verdict) -> str:
    """Say the one thing that limits the verdict."""
    if profile.undivided:
        return profile.undivided
    if verdict.but:
        return verdict.but
    if verdict.token == "not_supported":
        return tr("they still say who brought the money so far")
    if not profile.segments.costs_known:
        return tr("with few costs known, profitable means little but having spent much")
    return trn(
        "that is so in this shop, over this {n} day",
        "that is so in this shop, over these {n} days",
        profile.holdout_days,
        n=words.number(profile.holdout_days),
    )


def _kept(skill: Skill, verdict: Verdict) -> Fact:
    label = tr("Skill kept by the four segments")
    share = skill.score("segments").share if skill.scores else Estimate()
    if skill.no_test or verdict.token == "cannot_tell" or share.low is None or share.high is None:
        if skill.scores and (skill.no_test or share.has_interval):
            return Fact(label, "–", tr("What was foreseen is no test here; the reason stands above."))
        why = tr("Not even the best description is shown to foresee anything, so there is nothing to keep.")
        return Fact(label, "–", why if skill.scores else tr("No description can be tested on what came afterwards."))
    spread, kept = words.percent_between(share.low, share.high), words.percent(max(0.0, share.number))
    return Fact(
        label,
        kept,
        tr(
            "of what {best} foresees of the purchases to come (95% interval {spread}).",
            best=skill.best_in_words,
            spread=spread,
        ),
        strip=Strip(
            share.low,
            share.number,
            share.high,
            tr("{kept}, from {spread} of the best", kept=kept, spread=spread),
            bottom=min(0.0, share.low),
        ),
    )


def _worth(profile: SegmentProfile) -> Fact:
    label, top, lost = tr("What it is worth"), profile.row("profit_bringers"), profile.row("lost")
    share = top.holdout_contribution_share
    if top.customers < profile.minimum_group:
        nobody = top.customers == 0
        return Fact(label, "–", tr("There are no profit-bringers.") if nobody else tr("Profit-bringers are too few."))
    if share.low is None or share.high is None:
        shared = tr("It is not shared out among the segments.")
        return Fact(label, "–", f"{profile.no_later_shares} {shared}")
    currency, days = profile.segments.currency, profile.holdout_days
    given = {
        "n": words.number(days),
        "interval": words.percent_between(share.low, share.high),
        "size": words.percent(profile.size(top.segment).number),
        "each": words.money(top.holdout_contribution.number, currency),
    }
    if lost.customers >= profile.minimum_group:
        text = trn(
            "of the contribution in the next {n} day ({interval}) came from the {size} who were profit-bringers: "
            "{each} each, against {lost} from a lost customer.",
            "of the contribution in the next {n} days ({interval}) came from the {size} who were profit-bringers: "
            "{each} each, against {lost} from a lost customer.",
            days,
            lost=words.money(lost.holdout_contribution.number, currency),
            **given,
        )
    else:
        text = trn(
            "of the contribution in the next {n} day ({interval}) came from the {size} who were profit-bringers: "
            "{each} each.",
            "of the contribution in the next {n} days ({interval}) came from the {size} who were profit-bringers: "
            "{each} each.",
            days,
            **given,
        )
    return Fact(label, words.percent(share.number), text)


def _sure(skill: Skill, curve: SpecificationCurve) -> Fact:
    said = [
        trn(
            "made by {customers} in {n} day, after the lines were drawn.",
            "made by {customers} in {n} days, after the lines were drawn.",
            skill.holdout_days,
            customers=words.count(skill.n, "customer"),
            n=words.number(skill.holdout_days),
        )
    ]
    if curve.others and curve.chosen_token == "cannot_tell":
        said.append(_cannot_either(curve))
    else:
        said += [part for part in (_against_clusters(skill.difference), _of_others(curve)) if part]
    noun = plural("purchase", "purchases", skill.n_purchases)
    return Fact(tr("How sure"), words.number(skill.n_purchases), " ".join(said), unit=noun)


def _against_clusters(difference: Estimate) -> str:
    """Say whether clusters foresee more or less than the segments; empty where it is not known."""
    if difference.low is None or difference.high is None:
        return ""
    low, high = 100 * difference.low, 100 * difference.high
    points, is_better = words.number(abs(100 * difference.number), 1), difference.number < 0
    spread = words.number_between(*((-high, -low) if is_better else (low, high)), 1)
    if low <= 0 <= high and is_better:
        return tr(
            "Clusters do better by {points} points, which may be chance ({spread}).",
            points=points,
            spread=spread,
        )
    if low <= 0 <= high:
        return tr(
            "Clusters do worse by {points} points, which may be chance ({spread}).",
            points=points,
            spread=spread,
        )
    if is_better:
        return tr("Clusters do better by {points} points ({spread}).", points=points, spread=spread)
    return tr("Clusters do worse by {points} points ({spread}).", points=points, spread=spread)


def _of_others(curve: SpecificationCurve) -> str:
    """Say how many other ways to draw the lines come to this verdict; empty where there are none."""
    if not curve.others:
        return ""
    same, others = words.number(curve.tokens[curve.chosen_token]), words.number(len(curve.others))
    if curve.is_robust:
        return tr(
            "Of {others} other ways to draw the lines, {same} come to this verdict: it is robust.",
            others=others,
            same=same,
        )
    return tr(
        "Of {others} other ways to draw the lines, {same} come to this verdict: it is not robust.",
        others=others,
        same=same,
    )


def _decide(profile: SegmentProfile, verdict: Verdict, curve: SpecificationCurve) -> str:
    if verdict.token == "cannot_tell":
        return tr(
            "Sort customers by the four fields if that helps to talk about them, but spend nothing on the strength of "
            "a field yet. Look again when more orders have come in."
        )
    if verdict.token == "not_supported":
        return tr(
            "Do not choose whom to serve or write to by field. Go by what each customer last did, or draw other lines "
            "and test them the same way."
        )
    return f"{_use(profile, verdict, curve)} {_steps(profile)}"


def _use(profile: SegmentProfile, verdict: Verdict, curve: SpecificationCurve) -> str:
    """Say what the fields may be used for."""
    if not curve.others or curve.is_robust:
        return (_ROBUST_PEOPLED if profile.undivided else _ROBUST_FIELDS)[verdict.token]
    if profile.undivided:
        return tr(
            "Talk about customers by the fields that hold anybody of these lines, and no others; look at the single "
            "customer wherever a decision costs money."
        )
    return tr(
        "Talk about customers by the four fields of these lines, and no others; look at the single customer wherever a "
        "decision costs money."
    )


def _steps(profile: SegmentProfile) -> str:
    """Say what to do with the fields that count most, among those that hold anybody."""
    held = [segment for segment in _STEPS if profile.row(segment).customers]
    steps = "; ".join(_STEPS[segment].format(people=_people(profile, segment)) for segment in held[:2])
    return f"{words.capital(steps)}."


def _people(profile: SegmentProfile, segment: str) -> str:
    if profile.row(segment).customers < profile.minimum_group:
        return _FEW[segment]
    k = SEGMENTS.index(segment)
    said = _ABOUT if k == profile.sizes.about else _COUNTED
    return said[segment].format(size=profile.sizes.written(k))


def _headline(profile: SegmentProfile, skill: Skill, verdict: Verdict) -> str:
    if verdict.token == "cannot_tell":
        return tr("Too little is known yet to judge the four segments")
    if profile.undivided:
        return words.capital(profile.undivided)
    if not skill.score("segments").share.has_interval:
        return tr("The four segments do not tell who buys again")
    return skill.heading


def _fields(profile: SegmentProfile) -> tuple[Field, ...]:
    fields, customers = [], plural("customer", "customers", 0)
    for k, row in enumerate(profile.rows):
        if row.customers == 0:
            fields.append(Field(row.segment, "0", customers, tr("Nobody is in it."), tr("Nothing to do.")))
            continue
        if row.customers < profile.minimum_group:
            big = words.few(row.customers, profile.minimum_group)
            fields.append(Field(row.segment, big, customers, tr("Too few to follow."), ACTIONS[row.segment]))
            continue
        later, size = row.holdout_contribution_share, profile.sizes.written(k)
        text = trn("{size} customer", "{size} customers", row.customers, size=size)
        if later.has_interval:
            text = trn(
                "{share} of the next {n} day’ contribution",
                "{share} of the next {n} days’ contribution",
                profile.holdout_days,
                share=words.percent(later.number),
                n=words.number(profile.holdout_days),
            )
        share = profile.sizes.share_written(k)
        fields.append(Field(row.segment, share, tr("of customers"), text, ACTIONS[row.segment]))
    return tuple(fields)


def _open(
    profile: SegmentProfile, skill: Skill, verdict: Verdict, curve: SpecificationCurve
) -> tuple[tuple[str, str], ...]:
    """List what is not settled, and what would settle it."""
    found = []
    if not profile.segments.costs_known:
        found.append((tr("Who is profitable once their costs are counted?"), _without_costs(profile)))
    if verdict.token == "cannot_tell":
        found.append(
            (
                tr("Do the four segments tell who buys again?"),
                tr("This is not known: {why} More orders after the cut settle it.", why=verdict.why),
            )
        )
    if verdict.token == "partly_supported" and skill.difference.number < 0:
        found.append((tr("Would other lines between the segments foresee more?"), _of_other_lines(skill.difference)))
    if verdict.token != "cannot_tell" and curve.others and not curve.is_robust:
        found.append(
            (
                tr("Which lines should the segments be drawn by?"),
                tr(
                    "This is not settled: other reasonable lines come to other verdicts. Choose those that fit "
                    "the trade, "
                    "write them into study.yml, and test them on orders that have not come in yet."
                ),
            )
        )
    found.append(
        (
            tr("Does anything that is done move a customer to a better field?"),
            tr(
                "This is not known: the fields describe. A trial on the misunderstood, a random half left "
                "alone, settles it."
            ),
        )
    )
    return tuple(found)


def _of_other_lines(difference: Estimate) -> str:
    """Say what the lead of the clusters lets hope for, as surely as it is known."""
    if difference.high is not None and difference.high < 0:
        return tr(
            "Perhaps they would: clusters do. Draw the lines anew, and test them on orders that have not come in yet."
        )
    return tr(
        "This is not known. {clusters} Draw the lines anew, and test them on orders that have not come in yet.",
        clusters=_against_clusters(difference),
    )


def _without_costs(profile: SegmentProfile) -> str:
    share = profile.segments.costed_share
    if share:
        return tr(
            "This is not known: a cost came with only {share} of the revenue. Bring the cost of goods, "
            "or the hours spent on "
            "each customer.",
            share=share_in_words(share),
        )
    return tr(
        "This is not known: no costs came with the data. Bring the cost of goods, or the hours spent on each customer."
    )
