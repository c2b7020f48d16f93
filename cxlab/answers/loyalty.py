"""How many one-time buyers is one fan worth? The answer in words."""

from cxlab.blocks import Answer, Fact, Strip, Tone
from cxlab.errors import Untold, if_told
from cxlab.estimate import Estimate
from cxlab.language import Texts, tr, trn
from cxlab.loyalty import FanCheck, Fans, Sensitivity, Worth
from cxlab.loyalty.check import LEVEL_BAND
from cxlab.loyalty.words import amount, amount_between, buyers, buyers_between, miss, miss_between
from cxlab.purchases.rule import Verdict
from cxlab.words import count, money, money_between, number, percent

_TAG = Texts(
    {
        "yes": "A checked number",
        "partly": "A rough number",
        "no": "No such number",
        "cannot": "Cannot tell",
    }
)
_DOUBT = Texts(
    {
        "fails": "the forecast of purchases, by which fans are told and foreseen, does not hold for this shop",
        "cannot_tell": "it cannot be told whether the forecast of purchases, by which fans are told and foreseen, "
        "holds for this shop",
    }
)
"""Why a number bears no decision about fans, by the verdict on the forecast."""
MANY_BY_RULE = 0.2
"""Share of the fans from which on it is said at the top that they are so by the rule only, having bought once."""
_WOULD_LEAVE = 0.1  # one in ten, an example of how many fans would leave if nothing were done


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
        line=" ".join(
            part
            for part in (
                _line(worth, check, doubt, both_fail=_both_fail(check, verdict)),
                _by_rule_only(worth, sensitivity),
            )
            if part
        ),
        facts=(_how_many(worth), _value(worth), _sure(worth, check)),
        decide=_decide(worth, doubt, sensitivity),
        headline=tr("{heading}, by a forecast that is not shown to hold", heading=worth.heading)
        if doubt
        else worth.heading,
        open=_open(worth, check, sensitivity, doubt),
    )


def _without_number(untold: Untold, fans: Fans | None) -> Answer:
    """Say that there is no number, why, and what is known of fans and one-time buyers all the same."""
    known = () if fans is None else tuple(
        fact for fact in (_so_far(fans, "one_time_buyers"), _so_far(fans, "fans")) if fact is not None
    )  # fmt: skip
    said = "; ".join(tr("{amount} is what {who_brought}", amount=fact.big, who_brought=fact.unit) for fact in known)
    return Answer(
        tone="cannot",
        tag=_TAG["cannot"],
        line=" ".join(
            [
                tr("The data cannot tell how many one-time buyers one fan is worth. {why}", why=untold.text),
                *([tr("What can be said: {said}.", said=said)] if said else []),
            ]
        ),
        facts=known,
        decide=tr(
            "Put neither fans nor new customers first on the strength of a number, for there is "
            "none. Judge each way of winning customers by how many of them come back."
        ),
        headline=tr("How many one-time buyers one fan is worth cannot be told yet"),
        open=((tr("How many one-time buyers is one fan worth?"), untold.remedy),),
    )


def _so_far(fans: Fans, group: str) -> Fact | None:
    """Say what a group brought so far, on average; None where it is too small to be shown."""
    row = next(row for row in fans.table.to_dict("records") if row["group"] == group)
    if row["customers"] < max(2, fans.minimum_group):
        return None
    ends, by = money_between(row["contribution_low"], row["contribution_high"], fans.currency), fans.calibration_end
    is_fan = group == "fans"
    return Fact(
        tr("What a fan brought") if is_fan else tr("What a one-time buyer brought"),
        money(row["contribution"], fans.currency),
        tr("95% interval {interval}, from {n} customers.", interval=ends, n=fans.size(group)),
        unit=tr("a fan had brought on average by {day}", day=by)
        if is_fan
        else tr("a one-time buyer had brought on average by {day}", day=by),
    )


def _both_fail(check: FanCheck, forecast: Verdict | None) -> bool:
    """Whether what fans bring and what customers buy were both foreseen wrongly."""
    return check.outcome == "failed" and forecast == "fails"


def _line(worth: Worth, check: FanCheck, doubt: str | None, *, both_fail: bool) -> str:
    fan = worth.fan
    brings = f"{amount(worth.one_time, worth.currency)} ({amount_between(worth.one_time, worth.currency)})"
    expected = tr(
        "A fan is expected to bring {amount} {ahead}",
        amount=amount(fan.weighed.fan, worth.currency),
        ahead=fan.ahead,
    )
    if worth.outcome == "number":
        many = tr(
            "{buyers} one-time buyers ({interval})",
            buyers=buyers(worth.number.number),
            interval=buyers_between(worth.number),
        )
        if both_fail:
            return tr(
                "The data cannot tell how many one-time buyers one fan is worth. By the model’s course "
                "it would be {many} {ahead}, but {doubt}, and what fans bring was "
                "foreseen wrongly, too: {miss}.",
                many=many,
                ahead=fan.ahead,
                doubt=doubt,
                miss=miss(check.level.number),
            )
        return tr(
            "One fan is worth {many}, by what a fan is expected to bring {ahead}. But {limit}.",
            many=many,
            ahead=fan.ahead,
            limit=doubt or _limit(worth, check),
        )
    if worth.outcome == "nothing_to_divide_by":
        return tr(
            "A one-time buyer brings nothing or less, {brings}: no number of them makes up for one fan. {expected}.",
            brings=brings,
            expected=expected,
        )
    if worth.outcome == "unsure_divisor":
        return tr(
            "The data cannot tell: a one-time buyer brought {brings}, which may be nothing at all, "
            "so no number of them can be said to make up for one fan. {expected}.",
            brings=brings,
            expected=expected,
        )
    span = amount_between(fan.weighed.fan, worth.currency)
    return tr(
        "The data cannot tell. {expected} ({span}), which is not clearly more than nothing.",
        expected=expected,
        span=span,
    )


def _by_rule_only(worth: Worth, sensitivity: Sensitivity) -> str:
    """Say how much hangs on fans who have bought once so far, where it does; an empty text else."""
    if not _hangs_on_the_rule(worth, sensitivity):
        return ""
    back, others = worth.fan.evidence.came_back, sensitivity.of_who_came_back
    assert back is not None
    n, once = len(back), int((~back).sum())
    said = tr(
        "Of the {n} fans, {once} ({share}) are so by the rule only: they have bought once, and "
        "whether they come back is not known.",
        n=number(n),
        once=number(once),
        share=percent(once / n),
    )
    if others is None:
        return said
    return tr(
        "{said} Without them a fan is expected to bring {without}, not {all_of_them}, and is worth "
        "{buyers} one-time buyers ({interval}).",
        said=said,
        without=amount(others.fan, worth.currency),
        all_of_them=amount(worth.fan.weighed.fan, worth.currency),
        buyers=buyers(others.worth.number),
        interval=buyers_between(others.worth),
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
        return tr("all of it is foreseen, and no time after the cut was there to check it with")
    if check.outcome == "failed":
        return trn(
            "what was foreseen for the {n} day after the cut was not what came, so what is foreseen after them may be "
            "as far off",
            "what was foreseen for the {n} days after the cut was not what came, so what is foreseen after them may be "
            "as far off",
            own.holdout_days,
            n=number(own.holdout_days),
        )
    if outlook.horizon_days > own.holdout_days:
        seen, days = number(own.holdout_days), number(outlook.horizon_days)
        if check.outcome == "passed":
            return tr(
                "only the first {seen} of these {days} days have been seen; the rest is foreseen, "
                "and nothing checks it",
                seen=seen,
                days=days,
            )
        return tr(
            "only the first {seen} of these {days} days have been seen, and the check of those days is open; the rest "
            "is foreseen, and nothing checks it",
            seen=seen,
            days=days,
        )
    if check.outcome != "passed":
        return tr("a forecast of the time that was seen is not shown to be near enough to what came")
    return tr("that is so in this shop, as it has been so far")


def _how_many(worth: Worth) -> Fact:
    label, estimate = tr("One fan is worth"), worth.number
    if not estimate.has_interval:
        return Fact(label, "–", tr("There is no number of one-time buyers that is clearly as much as one fan."))
    low, high = estimate.ends
    span = buyers_between(estimate)
    own = worth.fan.evidence
    off = tr(" after the cost to win them") if worth.fan.assumptions.acquisition_cost else ""
    text = tr(
        "95% interval {interval}, from {fans} and {one_time_buyers}. A one-time buyer brought {amount}{off}.",
        interval=span,
        fans=_fans(worth),
        one_time_buyers=own.one_time_buyers,
        amount=amount(worth.one_time, worth.currency),
        off=off,
    )
    return Fact(
        label,
        buyers(estimate.number),
        f"{text} {_average(worth)}".rstrip(),
        unit=tr("one-time buyers"),
        strip=Strip(
            low, estimate.number, high, tr("95% interval {interval} one-time buyers", interval=span),
            top=1.2 * max(high, 0.0) or 1.0, bottom=min(0.0, low),
        ),
    )  # fmt: skip


def _fans(worth: Worth) -> str:
    """Write how many fans there are, and how many of them are so by the rule only."""
    own = worth.fan.evidence
    fans = count(len(own.contribution), "fan")
    if own.came_back is None:
        return fans
    return tr(
        "{fans} ({once} of them by the rule only, having bought once so far)",
        fans=fans,
        once=number(int((~own.came_back).sum())),
    )


def _average(worth: Worth) -> str:
    """Say that a one-time buyer is not a new customer, and how many average customers equal a fan."""
    if not worth.of_average.has_interval:
        return ""
    return tr(
        "A new customer is not a one-time buyer: the average customer had brought {amount} by the cut, and a fan’s "
        "worth equals {buyers} of these.",
        amount=amount(worth.average, worth.currency),
        buyers=buyers(worth.of_average.number),
    )


def _value(worth: Worth) -> Fact:
    fan, currency = worth.fan, worth.currency
    cost = fan.assumptions.acquisition_cost
    after = tr(", after {cost} to win the customer", cost=money(cost, currency)) if cost else ""
    text = tr("95% interval {interval}{after}.", interval=amount_between(fan.weighed.fan, currency), after=after)
    if fan.weighed.fan_gross.ends[0] > 0:
        text += " " + tr(
            "{amount} is what is lost when one leaves, not a budget for each of them: most may stay anyway.",
            amount=amount(fan.weighed.fan_gross, currency),
        )
    return Fact(
        tr("What a fan is worth"),
        amount(fan.weighed.fan, currency),
        text,
        unit=tr("expected {ahead}", ahead=fan.ahead),
    )


def _sure(worth: Worth, check: FanCheck) -> Fact:
    label, outlook = tr("How sure"), worth.fan.evidence.outlook
    if check.outcome == "not_made":
        return Fact(label, "–", tr("Too little happened after the cut to hold the forecast against it."))
    if not check.level.has_interval:
        return Fact(
            label, "–", tr("What fans brought after the cut is too near to zero to hold the forecast against it.")
        )
    low, high = check.level.ends
    span = miss_between(low, high)
    text = trn(
        "{expected} was foreseen of a fan for the {n} day after the cut, and {actual} came; the worth of a fan above "
        "is reckoned from what came. 95% interval of the miss {interval}; the written rule allows {allowed}.",
        "{expected} was foreseen of a fan for the {n} days after the cut, and {actual} came; the worth of a fan above "
        "is reckoned from what came. 95% interval of the miss {interval}; the written rule allows {allowed}.",
        check.holdout_days,
        expected=amount(check.expected, check.currency),
        n=number(check.holdout_days),
        actual=amount(check.actual, check.currency),
        interval=span,
        allowed=miss_between(*LEVEL_BAND),
    )
    if outlook.horizon_days > check.holdout_days:
        checked, days = number(check.holdout_days), number(outlook.horizon_days)
        text += " " + tr("{checked} of {days} days could be checked.", checked=checked, days=days)
    return Fact(
        label,
        miss(check.level.number),
        text,
        unit=tr("was the forecast that was made before the cut"),
        strip=Strip(
            low, check.level.number, high, tr("Foreseen against what came, 95% interval {span}", span=span),
            top=1.2 * max(high, LEVEL_BAND[1]), bottom=min(0.0, low),
        ),
    )  # fmt: skip


def _decide(worth: Worth, doubt: str | None, sensitivity: Sensitivity) -> str:
    own = worth.fan.evidence
    n_fans = number(len(own.contribution))
    trial = tr("try on a random half of the fans whether what you do keeps them at all")
    if doubt and worth.outcome == "number":
        return tr(
            "Favour nobody on the strength of this number yet, for {doubt}. Whether it pays to look "
            "after the {n} fans, a trial tells all the same: {trial}. Judge each way of winning customers "
            "by how many of them come back.",
            doubt=doubt,
            n=n_fans,
            trial=trial,
        )
    if worth.outcome == "number":
        low, high = worth.number.ends
        money_for_it = tr("{break_even} But first {trial}.", break_even=_break_even(worth), trial=trial)
        if high <= 1:
            return tr(
                "Do not put fans before customers who come once for the money’s sake: {ahead} "
                "one is expected to bring less than such a customer did. {money_for_it}",
                ahead=worth.fan.ahead,
                money_for_it=money_for_it,
            )
        if low <= 1:
            return tr(
                "Do not rank fans and customers who come once by this number: it may be more than one, "
                "or less. {money_for_it}",
                money_for_it=money_for_it,
            )
        whom, others = tr("the {n} fans", n=n_fans), sensitivity.of_who_came_back
        many = tr("{buyers} one-time buyers", buyers=buyers(worth.number.number))
        back = own.came_back
        if back is not None and others is not None and _hangs_on_the_rule(worth, sensitivity):
            whom = tr("the {n} fans who have come back", n=number(int(back.sum())))
            many = tr("{buyers} one-time buyers", buyers=buyers(others.worth.number))
        is_paid = bool(worth.fan.assumptions.acquisition_cost)
        why = (
            tr(
                "after the cost to win them, one is worth as much {ahead} as {many}",
                ahead=worth.fan.ahead,
                many=many,
            )
            if is_paid
            else tr("losing one costs {ahead} what {many} brought", ahead=worth.fan.ahead, many=many)
        )
        return tr(
            "Ask {whom} to recommend the shop, and learn from them why they come: {why}. Whom to "
            "serve best is another list: the highest forecasts, in the report on repeat purchases. "
            "{money_for_it} Judge each way of winning customers by how many of them come back.",
            whom=whom,
            why=why,
            money_for_it=money_for_it,
        )
    if worth.outcome == "unsure_fan":
        return tr("Spend nothing yet on the strength of this number. Look again when more orders have come in.")
    is_paid, is_sure = bool(worth.fan.assumptions.acquisition_cost), worth.outcome == "nothing_to_divide_by"
    first = {
        (True, True): tr("Do not pay this much to win customers who come once"),
        (True, False): tr("Find out first whether customers who come once bring back what it costs to win them"),
        (False, True): tr("Find out why customers who come once bring nothing, before winning more of them"),
        (False, False): tr(
            "Find out first whether customers who come once bring anything, before winning more of them"
        ),
    }[is_paid, is_sure]
    if doubt:
        return tr("{first}. Favour no fan yet, for {doubt}; {trial}.", first=first, doubt=doubt, trial=trial)
    return tr(
        "{first}. Ask the {n} fans to recommend the shop and learn from them why they come, and {trial}.",
        first=first,
        n=n_fans,
        trial=trial,
    )


def _break_even(worth: Worth) -> str:
    """Say what keeping fans may cost, by example: what is lost with those who would leave, spread over all."""
    share = amount(Estimate(_WOULD_LEAVE * worth.fan.weighed.fan_gross.number), worth.currency)
    return tr(
        "If one in ten would otherwise leave and all of them were kept, {share} a fan {ahead} is break-even.",
        share=share,
        ahead=worth.fan.ahead,
    )


def _open(worth: Worth, check: FanCheck, sensitivity: Sensitivity, doubt: str | None) -> tuple[tuple[str, str], ...]:
    """List what is not settled, and what would settle it."""
    found = [
        (
            tr("Does anything that is done make a fan, or keep one?"),
            tr(
                "This is not known: fans are told apart by what they did. A trial, a random half of them left "
                "alone, settles it."
            ),
        )
    ]
    if doubt:
        found.append(
            (
                tr("Does the forecast of purchases hold here?"),
                tr(
                    "This is not shown: the report on repeat purchases says what it fails by, or what is "
                    "missing to tell."
                ),
            )
        )
    if check.outcome in ("open", "not_made", "failed"):
        found.append(
            (
                tr("Is the value of a fan foreseen right?"),
                tr("This is not known: more fans, or a longer time after the cut, would narrow the check."),
            )
        )
    if not sensitivity.knows_referrals:
        found.append(
            (
                tr("What do fans bring by recommending the shop?"),
                tr("This is not recorded, and counted as nothing. Bring who recommended whom."),
            )
        )
    if not worth.fan.assumptions.acquisition_cost:
        found.append(
            (
                tr("What does it cost to win a customer?"),
                f"{tr('This is not given, and counted as nothing.')} {_of_a_cost(worth)}".rstrip(),
            )
        )
    return tuple(found)


def _of_a_cost(worth: Worth) -> str:
    """Say what a cost to win a customer would do to the number, where there is one and no cost is given."""
    if worth.outcome != "number":
        return ""
    low, high = worth.number.ends
    most = amount(worth.one_time, worth.currency)
    turns = tr("A cost may make one fan worth more of them or fewer")
    if low > 1:
        turns = tr("A cost makes one fan worth more one-time buyers")
    elif high < 1:
        turns = tr("A cost makes one fan worth fewer one-time buyers")
    return tr(
        "{turns}; as it comes near the {most} that one of them brings, there is no number any more.",
        turns=turns,
        most=most,
    )
