"""How many one-time buyers is one fan worth? The answer in words."""

from cxlab.blocks import Answer, Fact, Strip, Tone
from cxlab.errors import Untold, if_told
from cxlab.estimate import Estimate
from cxlab.loyalty import FanCheck, Fans, Sensitivity, Worth
from cxlab.loyalty.check import LEVEL_BAND
from cxlab.loyalty.words import amount, amount_between, buyers, buyers_between, miss, miss_between
from cxlab.purchases.rule import Verdict
from cxlab.words import count, money, money_between, number, percent

_TAG: dict[Tone, str] = {
    "yes": "A checked number",
    "partly": "A rough number",
    "no": "No such number",
    "cannot": "Cannot tell",
}
_DOUBT: dict[Verdict, str] = {
    "fails": "the forecast of purchases, by which fans are told and foreseen, does not hold for this shop",
    "cannot_tell": "it cannot be told whether the forecast of purchases, by which fans are told and foreseen, holds "
    "for this shop",
}
"""Why a number bears no decision about fans, by the verdict on the forecast."""
MANY_BY_RULE = 0.2
"""Share of the fans from which on it is said at the top that they are so by the rule only, having bought once."""
_WOULD_LEAVE, _WOULD_LEAVE_SAID = 0.1, "one in ten"  # an example of how many fans would leave if nothing were done


def loyalty_tone(worth: Worth, check: FanCheck, forecast: Verdict | None = None) -> Tone:
    """Say how firm the number is, by the written rule.

    Firm (`yes`): there is a number, a fan's worth is clearly above zero and rests on the hold-out window, the fit
    settled, the hold-out check is passed, and the forecast of purchases holds. Rough (`partly`): there is a number, and
    one of these is not so. None (`no`): a one-time buyer brings nothing or less. Else, and where both the check and the
    forecast of purchases fail, the data cannot tell (`cannot`).

    Parameters
    ----------
    forecast : the verdict on the forecast of purchases, by which fans are told and foreseen; None: not asked.
    """
    if worth.outcome == "number":
        own = worth.fan.evidence
        if _both_fail(check, forecast):
            return "cannot"
        firm = own.basis == "holdout" and own.outlook.is_settled and check.outcome == "passed"
        return "yes" if firm and forecast in (None, "holds") else "partly"
    return "no" if worth.outcome == "nothing_to_divide_by" else "cannot"


def loyalty_answer(
    worth: Worth | Untold,
    check: FanCheck | Untold,
    sensitivity: Sensitivity | Untold,
    *,
    forecast: Verdict | Untold | None = None,
    fans: Fans | Untold | None = None,
) -> Answer:
    """Put into words how many one-time buyers one fan is worth, and what to do about it.

    Parameters
    ----------
    worth, check, sensitivity : the number, and what it rests on; where the data give none, the answer is that.
    forecast : the verdict on the forecast of purchases (see `loyalty_tone`). Where it fails, or cannot be told, nobody
        is to be favoured on the strength of the number.
    fans : who is a fan, for what can be said without the number; None: nothing.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> segments = cx.assign_segments(kit.customers)
    >>> model = cx.fit_bgnbd(kit.customers)
    >>> alive = model.probability_alive()
    >>> fans = cx.find_fans(kit.customers, segments.labels, alive)
    >>> import functools
    >>> foresee = functools.partial(cx.foresee_purchases, model, window_days=kit.customers.holdout_days)
    >>> outlook = foresee(fans.are_fans, horizon_days=365)
    >>> worth = cx.weigh_fans(kit.customers, fans, outlook)
    >>> check = cx.check_fans(kit.customers, fans, outlook)
    >>> cx.loyalty_answer(worth, check, cx.vary_assumptions(worth, foresee)).tag
    'A rough number'
    """
    if isinstance(worth, Untold) or isinstance(check, Untold) or isinstance(sensitivity, Untold):
        untold = next(part for part in (worth, check, sensitivity) if isinstance(part, Untold))
        return _without_number(untold, if_told(fans))
    verdict = None if isinstance(forecast, Untold) else forecast
    tone = loyalty_tone(worth, check, verdict)
    doubt = _DOUBT.get(verdict) if verdict else None
    return Answer(
        tone=tone,
        tag=_TAG[tone],
        line=_line(worth, check, doubt, both_fail=_both_fail(check, verdict)) + _by_rule_only(worth, sensitivity),
        facts=(_how_many(worth), _value(worth), _sure(worth, check)),
        decide=_decide(worth, doubt, sensitivity),
        headline=worth.heading + (", by a forecast that is not shown to hold" if doubt else ""),
        open=_open(worth, check, sensitivity, doubt),
    )


def _without_number(untold: Untold, fans: Fans | None) -> Answer:
    """Say that there is no number, why, and what is known of fans and one-time buyers all the same."""
    known = () if fans is None else tuple(
        fact for fact in (_so_far(fans, "one_time_buyers"), _so_far(fans, "fans")) if fact is not None
    )  # fmt: skip
    said = "; ".join(f"{fact.big} is what {fact.unit}" for fact in known)
    return Answer(
        tone="cannot",
        tag=_TAG["cannot"],
        line=f"The data cannot tell how many one-time buyers one fan is worth. {untold.text}"
        + (f" What can be said: {said}." if said else ""),
        facts=known,
        decide="Put neither fans nor new customers first on the strength of a number, for there is none. Judge each "
        "way of winning customers by how many of them come back.",
        headline="How many one-time buyers one fan is worth cannot be told yet",
        open=(("How many one-time buyers is one fan worth?", untold.remedy),),
    )


def _so_far(fans: Fans, group: str) -> Fact | None:
    """Say what a group brought so far, on average; None where it is too small to be shown."""
    row = next(row for row in fans.table.to_dict("records") if row["group"] == group)
    if row["customers"] < max(2, fans.minimum_group):
        return None
    who = {"fans": "a fan", "one_time_buyers": "a one-time buyer"}[group]
    ends = money_between(row["contribution_low"], row["contribution_high"], fans.currency)
    return Fact(
        f"What {who} brought",
        money(row["contribution"], fans.currency),
        f"95% interval {ends}, from {fans.size(group)} customers.",
        unit=f"{who} had brought on average by {fans.calibration_end}",
    )


def _both_fail(check: FanCheck, forecast: Verdict | None) -> bool:
    """Whether what fans bring and what customers buy were both foreseen wrongly."""
    return check.outcome == "failed" and forecast == "fails"


def _line(worth: Worth, check: FanCheck, doubt: str | None, *, both_fail: bool) -> str:
    fan = worth.fan
    brings = f"{amount(worth.one_time, worth.currency)} ({amount_between(worth.one_time, worth.currency)})"
    expected = f"A fan is expected to bring {amount(fan.weighed.fan, worth.currency)} over the next {fan.horizon}"
    if worth.outcome == "number":
        many = f"{buyers(worth.number.number)} one-time buyers ({buyers_between(worth.number)})"
        if both_fail:
            return (
                f"The data cannot tell how many one-time buyers one fan is worth. By the model's course it would be "
                f"{many} over the next {fan.horizon}, but {doubt}, and what fans bring was foreseen wrongly, too: "
                f"{miss(check.level.number)}."
            )
        return (
            f"One fan is worth {many}, by what a fan is expected to bring over the next {fan.horizon}. But "
            f"{doubt or _limit(worth, check)}."
        )
    if worth.outcome == "nothing_to_divide_by":
        return f"A one-time buyer brings nothing or less, {brings}: no number of them makes up for one fan. {expected}."
    if worth.outcome == "unsure_divisor":
        return (
            f"The data cannot tell: a one-time buyer brought {brings}, which may be nothing at all, so no number of "
            f"them can be said to make up for one fan. {expected}."
        )
    span = amount_between(fan.weighed.fan, worth.currency)
    return f"The data cannot tell. {expected} ({span}), which is not clearly more than nothing."


def _by_rule_only(worth: Worth, sensitivity: Sensitivity) -> str:
    """Say how much hangs on fans who have bought once so far, where it does; an empty text else."""
    if not _hangs_on_the_rule(worth, sensitivity):
        return ""
    back, others = worth.fan.evidence.came_back, sensitivity.of_who_came_back
    assert back is not None
    n, once = len(back), int((~back).sum())
    said = (
        f" Of the {count(n, 'fan')}, {number(once)} ({percent(once / n)}) are so by the rule only: they have bought "
        "once, and whether they come back is not known."
    )
    if others is None:
        return said
    return (
        f"{said} Without them a fan is expected to bring {amount(others.fan, worth.currency)}, not "
        f"{amount(worth.fan.weighed.fan, worth.currency)}, and is worth {buyers(others.worth.number)} one-time buyers "
        f"({buyers_between(others.worth)})."
    )


def _hangs_on_the_rule(worth: Worth, sensitivity: Sensitivity) -> bool:
    """Whether many fans have bought once so far, or a figure without these lies beyond its own interval."""
    back, others = worth.fan.evidence.came_back, sensitivity.of_who_came_back
    if back is None or worth.outcome != "number":
        return False
    if (~back).sum() >= MANY_BY_RULE * len(back):
        return True
    pairs = [] if others is None else [(others.worth, worth.number), (others.fan, worth.fan.weighed.fan)]
    return any(not own.ends[0] <= other.number <= own.ends[1] for other, own in pairs)


def _limit(worth: Worth, check: FanCheck) -> str:
    """Say the one thing that limits the number most."""
    own, outlook = worth.fan.evidence, worth.fan.evidence.outlook
    if own.basis != "holdout":
        return "all of it is foreseen, and no time after the cut was there to check it with"
    if check.outcome == "failed":
        return (
            f"what was foreseen for the {count(own.holdout_days, 'day')} after the cut was not what came, so "
            "what is foreseen after them may be as far off"
        )
    if outlook.horizon_days > own.holdout_days:
        seen = f"only the first {number(own.holdout_days)} of these {count(outlook.horizon_days, 'day')} have been seen"
        unsure = "" if check.outcome == "passed" else ", and the check of those days is open"
        return f"{seen}{unsure}; the rest is foreseen, and nothing checks it"
    if check.outcome != "passed":
        return "a forecast of the time that was seen is not shown to be near enough to what came"
    return "that is so in this shop, as it has been so far"


def _how_many(worth: Worth) -> Fact:
    label, estimate = "One fan is worth", worth.number
    if not estimate.has_interval:
        return Fact(label, "–", "There is no number of one-time buyers that is clearly as much as one fan.")
    low, high = estimate.ends
    span = buyers_between(estimate)
    own = worth.fan.evidence
    off = " after the cost to win them" if worth.fan.assumptions.acquisition_cost else ""
    return Fact(
        label,
        buyers(estimate.number),
        f"95% interval {span}, from {_fans(worth)} and {own.one_time_buyers}. A one-time buyer "
        f"brought {amount(worth.one_time, worth.currency)}{off}.{_average(worth)}",
        unit="one-time buyers",
        strip=Strip(
            low, estimate.number, high, f"95% interval {span} one-time buyers", top=1.2 * max(high, 0.0) or 1.0,
            bottom=min(0.0, low),
        ),
    )  # fmt: skip


def _fans(worth: Worth) -> str:
    """Write how many fans there are, and how many of them are so by the rule only."""
    own = worth.fan.evidence
    fans = count(len(own.contribution), "fan")
    if own.came_back is None:
        return fans
    return f"{fans} ({number(int((~own.came_back).sum()))} of them by the rule only, having bought once so far)"


def _average(worth: Worth) -> str:
    """Say that a one-time buyer is not a new customer, and how many average customers equal a fan."""
    if not worth.of_average.has_interval:
        return ""
    return (
        f" A new customer is not a one-time buyer: the average customer had brought "
        f"{amount(worth.average, worth.currency)} by the cut, and a fan's worth equals "
        f"{buyers(worth.of_average.number)} of these."
    )


def _value(worth: Worth) -> Fact:
    fan, currency = worth.fan, worth.currency
    cost = fan.assumptions.acquisition_cost
    after = f", after {money(cost, currency)} to win the customer" if cost else ""
    text = f"95% interval {amount_between(fan.weighed.fan, currency)}{after}."
    if fan.weighed.fan_gross.ends[0] > 0:
        text += (
            f" {amount(fan.weighed.fan_gross, currency)} is what is lost when one leaves, not a budget for each of "
            "them: most may stay anyway."
        )
    return Fact(
        "What a fan is worth", amount(fan.weighed.fan, currency), text, unit=f"expected over the next {fan.horizon}"
    )


def _sure(worth: Worth, check: FanCheck) -> Fact:
    label, outlook = "How sure", worth.fan.evidence.outlook
    if check.outcome == "not_made":
        return Fact(label, "–", "Too little happened after the cut to hold the forecast against it.")
    if not check.level.has_interval:
        return Fact(label, "–", "What fans brought after the cut is too near to zero to hold the forecast against it.")
    low, high = check.level.ends
    span = miss_between(low, high)
    days = count(check.holdout_days, "day")
    text = (
        f"{amount(check.expected, check.currency)} was foreseen of a fan for the {days} after the cut, and "
        f"{amount(check.actual, check.currency)} came; the worth of a fan above is reckoned from what came. 95% "
        f"interval of the miss {span}; "
        "the written rule allows "
        f"{miss_between(*LEVEL_BAND)}."
    )
    if outlook.horizon_days > check.holdout_days:
        text += f" {number(check.holdout_days)} of {count(outlook.horizon_days, 'day')} could be checked."
    return Fact(
        label,
        miss(check.level.number),
        text,
        unit="was the forecast that was made before the cut",
        strip=Strip(
            low, check.level.number, high, f"Foreseen against what came, 95% interval {span}",
            top=1.2 * max(high, LEVEL_BAND[1]), bottom=min(0.0, low),
        ),
    )  # fmt: skip


def _decide(worth: Worth, doubt: str | None, sensitivity: Sensitivity) -> str:
    own = worth.fan.evidence
    fans = f"the {count(len(own.contribution), 'fan')}"
    trial = "try on a random half of the fans whether what you do keeps them at all"
    if doubt and worth.outcome == "number":
        return (
            f"Favour nobody on the strength of this number yet, for {doubt}. Whether it pays to look after {fans}, a "
            f"trial tells all the same: {trial}. Judge each way of winning customers by how many of them come back."
        )
    if worth.outcome == "number":
        low, high = worth.number.ends
        money_for_it = f"{_break_even(worth)} But first {trial}."
        if high <= 1:
            return (
                "Do not put fans before customers who come once for the money's sake: over the next "
                f"{worth.fan.horizon} one is expected to bring less than such a customer did. {money_for_it}"
            )
        if low <= 1:
            return (
                "Do not rank fans and customers who come once by this number: it may be more than one, or less. "
                f"{money_for_it}"
            )
        whom, others = fans, sensitivity.of_who_came_back
        many = f"{buyers(worth.number.number)} one-time buyers"
        back = own.came_back
        if back is not None and others is not None and _hangs_on_the_rule(worth, sensitivity):
            whom = f"the {count(int(back.sum()), 'fan')} who have come back"
            many = f"{buyers(others.worth.number)} one-time buyers"
        is_paid = bool(worth.fan.assumptions.acquisition_cost)
        why = (
            f"after the cost to win them, one is worth as much over the next {worth.fan.horizon} as {many}"
            if is_paid
            else f"losing one costs over the next {worth.fan.horizon} what {many} brought"
        )
        return (
            f"Ask {whom} to recommend the shop, and learn from them why they come: {why}. Whom to serve best is "
            f"another list: the highest forecasts, in the report on repeat purchases. {money_for_it} Judge each way of "
            "winning customers by how many of them come back."
        )
    if worth.outcome == "unsure_fan":
        return "Spend nothing yet on the strength of this number. Look again when more orders have come in."
    is_paid, is_sure = bool(worth.fan.assumptions.acquisition_cost), worth.outcome == "nothing_to_divide_by"
    first = {
        (True, True): "Do not pay this much to win customers who come once",
        (True, False): "Find out first whether customers who come once bring back what it costs to win them",
        (False, True): "Find out why customers who come once bring nothing, before winning more of them",
        (False, False): "Find out first whether customers who come once bring anything, before winning more of them",
    }[is_paid, is_sure]
    if doubt:
        return f"{first}. Favour no fan yet, for {doubt}; {trial}."
    return f"{first}. Ask {fans} to recommend the shop and learn from them why they come, and {trial}."


def _break_even(worth: Worth) -> str:
    """Say what keeping fans may cost, by example: what is lost with those who would leave, spread over all."""
    share = amount(Estimate(_WOULD_LEAVE * worth.fan.weighed.fan_gross.number), worth.currency)
    return (
        f"If {_WOULD_LEAVE_SAID} would otherwise leave and all of them were kept, {share} a fan over the next "
        f"{worth.fan.horizon} is break-even."
    )


def _open(worth: Worth, check: FanCheck, sensitivity: Sensitivity, doubt: str | None) -> tuple[tuple[str, str], ...]:
    """List what is not settled, and what would settle it."""
    found = [
        (
            "Does anything that is done make a fan, or keep one?",
            "Not known: fans are told apart by what they did. A trial, a random half of them left alone, settles it.",
        )
    ]
    if doubt:
        found.append(
            (
                "Does the forecast of purchases hold here?",
                "Not shown: the report on repeat purchases says what it fails by, or what is missing to tell.",
            )
        )
    if check.outcome in ("open", "not_made", "failed"):
        found.append(
            (
                "Is the value of a fan foreseen right?",
                "Not known: more fans, or a longer time after the cut, would narrow the check.",
            )
        )
    if not sensitivity.knows_referrals:
        found.append(
            (
                "What do fans bring by recommending the shop?",
                "Not recorded, and counted as nothing. Bring who recommended whom.",
            )
        )
    if not worth.fan.assumptions.acquisition_cost:
        found.append(
            (
                "What does it cost to win a customer?",
                f"Not given, and counted as nothing.{_of_a_cost(worth)}",
            )
        )
    return tuple(found)


def _of_a_cost(worth: Worth) -> str:
    """Say what a cost to win a customer would do to the number, where there is one and no cost is given."""
    if worth.outcome != "number":
        return ""
    low, high = worth.number.ends
    most = amount(worth.one_time, worth.currency)
    than = "more one-time buyers" if low > 1 else "fewer one-time buyers"
    turns = f"makes one fan worth {than}" if low > 1 or high < 1 else "may make one fan worth more of them or fewer"
    return f" A cost {turns}; as it comes near the {most} that one of them brings, there is no number any more."
