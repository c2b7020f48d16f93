"""The answer of the segmentation: what the four segments are worth knowing for, and what to do with them."""

from cxlab import words
from cxlab.agreement import Skill, Verdict
from cxlab.blocks import Answer, Fact, Field, Strip, Tone
from cxlab.estimate import Estimate
from cxlab.segments import SegmentProfile
from cxlab.segments.words import ACTIONS

_TONES: dict[str, tuple[Tone, str]] = {
    "supported": ("yes", "Supported"),
    "partly_supported": ("partly", "Partly supported"),
    "not_supported": ("no", "Not supported"),
    "cannot_tell": ("cannot", "Cannot tell"),
}


def segmentation_answer(profile: SegmentProfile, skill: Skill, verdict: Verdict) -> Answer:
    """Put the verdict on the four segments into words.

    Parameters
    ----------
    profile : the segments, what they brought and did next.
    skill : what each description of a customer foresees.
    verdict : by the written rule.
    """
    tone, tag = _TONES[verdict.token]
    return Answer(
        tone=tone,
        tag=tag,
        line=_line(profile, skill, verdict),
        facts=(_kept(skill), _worth(profile), _sure(skill)),
        decide=_decide(profile, verdict),
        headline=_headline(skill, verdict),
        fields=_fields(profile),
        open=_open(profile, skill, verdict),
    )


def _line(profile: SegmentProfile, skill: Skill, verdict: Verdict) -> str:
    if verdict.token == "cannot_tell":
        return f"The data cannot tell: {verdict.why}"
    start = {"supported": "Yes", "partly_supported": "Mostly yes", "not_supported": "No"}[verdict.token]
    share = skill.score("segments").share
    if not share.has_interval:
        return f"{start}: {verdict.why} But they still say who brought the money so far."
    part = words.percent(max(0.0, share.number))
    kept = f"the four fields foresee {part} of what can be foreseen about who buys again"
    return f"{start}: {kept}. But {_limit(profile, verdict)}."


def _limit(profile: SegmentProfile, verdict: Verdict) -> str:
    """Say the one thing that limits the verdict."""
    if verdict.but:
        return verdict.but
    if verdict.token == "not_supported":
        return "they still say who brought the money so far"
    if not profile.segments.costs_known:
        return "without costs, profitable only means having spent much"
    return f"that is so in this shop, over these {words.count(profile.holdout_days, 'day')}"


def _kept(skill: Skill) -> Fact:
    label = "Skill kept by the four segments"
    share = skill.score("segments").share if skill.scores else Estimate()
    if share.low is None or share.high is None:
        return Fact(label, "–", "Nothing is shown to foresee who buys again, so there is nothing to keep.")
    spread = words.percent_between(share.low, share.high)
    return Fact(
        label,
        words.percent(share.number),
        f"of what the best of {len(skill.scores)} descriptions foresees of repeat purchases (95% interval {spread}).",
        strip=Strip(
            share.low, share.number, share.high, f"{words.percent(share.number)}, from {spread} of the best",
            bottom=min(0.0, share.low),
        ),
    )  # fmt: skip


def _worth(profile: SegmentProfile) -> Fact:
    label, top, lost = "What it is worth", profile.row("profit_bringers"), profile.row("lost")
    share = top.holdout_contribution_share
    if share.low is None or share.high is None or top.customers < profile.minimum_group:
        return Fact(label, "–", "Too little contribution came in afterwards to share it out among the segments.")
    spread, currency = words.percent_between(share.low, share.high), profile.segments.currency
    each = words.money(top.holdout_contribution.number, currency)
    against = ""
    if lost.customers >= profile.minimum_group:
        against = f", against {words.money(lost.holdout_contribution.number, currency)} from a lost customer"
    return Fact(
        label,
        words.percent(share.number),
        f"of the contribution in the next {words.count(profile.holdout_days, 'day')} ({spread}) came from the "
        f"{words.percent(top.size.number)} who were profit-bringers: {each} each{against}.",
    )


def _sure(skill: Skill) -> Fact:
    customers = words.count(skill.n, "customer")
    made = f"made by {customers} in {words.count(skill.holdout_days, 'day')}, after the lines were drawn"
    text = f"{made}."
    difference = skill.difference
    if difference.low is not None and difference.high is not None:
        low, high = 100 * difference.low, 100 * difference.high
        points = words.number(abs(100 * difference.number), 1)
        side = "better" if difference.number < 0 else "worse"
        ends = (-high, -low) if difference.number < 0 else (low, high)
        text = f"{made}. Clusters do {side} by {points} points ({words.number_between(*ends, 1)})."
    noun = "purchase" if skill.n_purchases == 1 else "purchases"
    return Fact("How sure", words.number(skill.n_purchases), text, unit=noun)


def _decide(profile: SegmentProfile, verdict: Verdict) -> str:
    top, woken = _people(profile, "profit_bringers"), _people(profile, "misunderstood")
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
    steps = f"Give the best service and the first gestures to {top}; try out what wakes {woken} before paying for it."
    if verdict.token == "partly_supported":
        return f"Keep the four fields for daily work, and look at the single customer where a decision is dear. {steps}"
    return f"Steer by the four fields. {steps}"


def _people(profile: SegmentProfile, segment: str) -> str:
    noun = {"profit_bringers": "profit-bringers"}.get(segment, segment)
    return f"the {words.few(profile.row(segment).customers, profile.minimum_group)} {noun}"


def _headline(skill: Skill, verdict: Verdict) -> str:
    if verdict.token == "cannot_tell":
        return "Too little is known yet to judge the four segments"
    share = skill.score("segments").share
    if not share.has_interval:
        return "The four segments do not tell who buys again"
    return f"The four segments keep {words.percent(share.number)} of what can be foreseen about who buys again"


def _fields(profile: SegmentProfile) -> tuple[Field, ...]:
    fields = []
    for row in profile.rows:
        if row.customers < profile.minimum_group:
            big = "0" if row.customers == 0 else words.few(row.customers, profile.minimum_group)
            fields.append(Field(row.segment, big, "customers", "Too few to follow.", ACTIONS[row.segment]))
            continue
        later = row.holdout_contribution_share
        text = words.count(row.customers, "customer")
        if later.has_interval:
            text = f"{words.percent(later.number)} of the next {words.count(profile.holdout_days, 'day')}’ contribution"
        fields.append(Field(row.segment, words.percent(row.size.number), "of customers", text, ACTIONS[row.segment]))
    return tuple(fields)


def _open(profile: SegmentProfile, skill: Skill, verdict: Verdict) -> tuple[tuple[str, str], ...]:
    """List what is not settled, and what would settle it."""
    found = []
    if not profile.segments.costs_known:
        found.append(
            (
                "Who is profitable once their costs are counted?",
                "Not known: no costs came with the data. Bring the cost of goods, or the hours spent on each customer.",
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
    found.append(
        (
            "Does anything that is done move a customer to a better field?",
            "Not known: the fields describe. A trial on the misunderstood, a random half left alone, settles it.",
        )
    )
    return tuple(found)
