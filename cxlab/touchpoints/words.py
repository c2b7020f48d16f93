"""What taking up a channel brings, in sentences that a manager understands."""

from cxlab.estimate import Estimate
from cxlab.gestures.overlap import LEAST_EFFECTIVE, LEAST_INSIDE
from cxlab.gestures.said import interval, signed
from cxlab.gestures.verdict import LEAST_CUSTOMERS, LEAST_EVENTS
from cxlab.language import tr, trn
from cxlab.touchpoints.effect import TouchpointEffect
from cxlab.words import few, number, number_between, percent, percent_between


def adoption_reading(one: TouchpointEffect, margin: float, minimum_group: int, n_channels: int) -> str:
    """Say of one channel what one sees, what is left of it among customers alike, and what that means.

    Parameters
    ----------
    margin : share of the purchases within which an effect counts as none.
    n_channels : how many channels were judged together.
    """
    adoption = one.adoption
    parts = [
        trn(
            "“{name}”: {n} customer took it up who had ordered elsewhere before.",
            "“{name}”: {n} customers took it up who had ordered elsewhere before.",
            adoption.n_adopters,
            name=one.channel,
            n=few(adoption.n_adopters, minimum_group),
        )
    ]
    if adoption.n_born:
        parts.append(tr("Another {n} began there.", n=few(adoption.n_born, minimum_group)))
    parts += [_at_first_sight(one), _among_alike(one), conclusion(one, margin, n_channels), _sensitivity(one)]
    return " ".join(part for part in parts if part)


def conclusion(one: TouchpointEffect, margin: float, n_channels: int) -> str:
    """Say whether the jump is cause or selection."""
    verdict = one.verdict
    if verdict == "not_identifiable":
        return tr("What of it is cause cannot be told: {why}.", why=_why_none(one))
    if verdict == "no_effect":
        if one.jumps:
            return tr(
                "So the jump is selection: those who buy much take it up, and buy no more for it, as far as the "
                "records tell."
            )
        return tr("So it neither brings purchases nor costs any, as far as the records tell.")
    if verdict == "works":
        if one.exceeds_effect:
            return tr(
                "So a part of the jump is cause, as far as the records tell: taking it up makes {ratio} times as many "
                "purchases. The rest is selection, for those who take it up bought more before.",
                ratio=number(one.ratio.number, 2),
            )
        return tr("So it is cause, as far as the records tell: taking it up brings purchases.")
    if verdict == "harms":
        if one.jumps:
            return tr(
                "So it costs purchases, as far as the records tell. That those who use it buy more is selection: they "
                "bought more before."
            )
        return tr("So it costs purchases, as far as the records tell.")
    text = tr("Whether it is cause cannot be told: {why}.", why=_why_open(one, margin, n_channels))
    if one.exceeds_effect:
        text += " " + tr(
            "But no more than {most} times as many purchases fit the data, so the rest of the jump is selection.",
            most=number(one.ratio.ends[1], 2),
        )
    return text


def in_short(one: TouchpointEffect, margin: float, n_channels: int) -> str:
    """Say what the jump is, after the jump itself where there is a verdict on it."""
    first = _at_first_sight(one) if one.verdict in ("works", "harms", "no_effect") else ""
    return f"{first} {conclusion(one, margin, n_channels)}".strip()


def times(e: Estimate) -> str:
    """Write a ratio with its interval.

    Examples
    --------
    >>> times(Estimate(2.345, 2.1, 2.6))
    '2.35 times (2.10–2.60)'
    """
    return tr("{ratio} times ({interval})", ratio=number(e.number, 2), interval=number_between(*e.ends, 2))


def _at_first_sight(one: TouchpointEffect) -> str:
    if one.usage is None or not one.naive_ratio.has_interval:
        return ""
    return tr(
        "At first sight: in the last {days} days those who use it bought {times} what the others did, {users} "
        "purchases against {others}.",
        days=number(one.outcome_days),
        times=times(one.naive_ratio),
        users=number(one.usage.treated, 2),
        others=number(one.usage.control, 2),
    )


def _among_alike(one: TouchpointEffect) -> str:
    found = one.found
    if found is None or not one.is_told:
        return ""
    digits = one.digits
    said = tr(
        "Held against orders that customers alike made elsewhere, taking it up brought {effect} purchases in the "
        "{days} days after (95% interval {interval}), from {mean} without it.",
        effect=signed(one.effect.number, digits),
        days=number(one.outcome_days),
        interval=interval(one.effect, digits),
        mean=number(found.control_mean.number, digits),
    )
    if found.is_against_now:
        said += " " + tr(
            "Most of those who had not taken it up did so soon after, so this is what it brings to take it up now and "
            "not later."
        )
    if found.placebo.has_interval:
        said += " " + tr(
            "The same comparison of the {days} days before it, which it cannot have changed, finds {placebo} "
            "({interval}).",
            days=number(one.outcome_days),
            placebo=signed(found.placebo.number, digits),
            interval=interval(found.placebo, digits),
        )
    return said


def _sensitivity(one: TouchpointEffect) -> str:
    if one.found is None or one.found.sensitivity is None or one.verdict not in ("works", "harms"):
        return ""
    found = one.found.sensitivity
    text = tr(
        "Something that no record shows would have to explain {share} of what is left open, both of who takes it up "
        "and of how much is bought, for the channel to do nothing; all that is recorded explains {choice} and "
        "{outcome}.",
        share=percent(found.robustness_value, 1),
        choice=percent(found.seen_choice, 1),
        outcome=percent(found.seen_outcome, 1),
    )
    if found.is_within_reach:
        text += " " + tr("So something as strong as the records would be enough.")
    return text


def _why_none(one: TouchpointEffect) -> str:
    """Say why no effect can be given."""
    found = one.found
    assert found is not None
    if not found.n_treated:
        return tr("no order with which it was taken up can be followed for {days} days", days=number(one.outcome_days))
    if not found.n_control:
        return tr("everybody who could take it up did so at once, so there is nobody to hold them against")
    if found.n_control < LEAST_EFFECTIVE:
        return tr(
            "fewer than {n} orders were made elsewhere by customers who could have taken it up",
            n=number(LEAST_EFFECTIVE),
        )
    overlap = found.overlap
    if overlap is not None and overlap.share_inside < LEAST_INSIDE:
        return tr(
            "only {share} of those who took it up have others alike who did not; too many were bound to take it up",
            share=percent(overlap.share_inside),
        )
    if overlap is not None and overlap.effective_controls < LEAST_EFFECTIVE:
        return tr(
            "the comparison hangs on no more than {n} orders made elsewhere, fewer than {least}",
            n=number(overlap.effective_controls),
            least=number(LEAST_EFFECTIVE),
        )
    if found.placebo.has_interval:
        return tr(
            "weighted to be alike, those who took it up and those who did not still differ in what they bought before "
            "it ({placebo} purchases, {interval}), which it cannot have changed",
            placebo=signed(found.placebo.number, one.digits),
            interval=interval(found.placebo, one.digits),
        )
    return found.verdict.why


def _why_open(one: TouchpointEffect, margin: float, n_channels: int) -> str:
    """Say why it cannot be told."""
    if not one.is_told:
        return tr("fewer than {n} customers are on one of the two sides", n=number(LEAST_CUSTOMERS))
    frame = one.adoption.frame
    if int((frame["at_risk"] & frame["is_followed"] & (frame["purchases"] > 0)).sum()) < LEAST_EVENTS:
        return tr("fewer than {n} orders were followed by any purchase", n=number(LEAST_EVENTS))
    low, high = one.effect.ends
    if not low <= 0 <= high:
        return tr("of {n} channels looked at, one may look like this by chance", n=number(n_channels))
    if one.found is None or not one.found.percent.has_interval:
        return tr("the interval holds zero")
    low, high = one.found.percent.ends
    return tr(
        "anything from {interval} fits the data, where up to {margin} either way would count as none",
        interval=percent_between(low / 100, high / 100),
        margin=percent(margin),
    )
