"""Who will buy again, and how much? The answer in words."""

from cxlab.answers.far_off import far_off, revenue_missed
from cxlab.answers.purchase_counts import from_so_many, what_is_known
from cxlab.blocks import Answer, Fact, Strip, Tone
from cxlab.cohorts import RepeatRates, Retention
from cxlab.errors import Untold, if_told
from cxlab.intake.hiding import written_within
from cxlab.language import Texts, tr, trn
from cxlab.phrases import listed, span
from cxlab.purchases import (
    HoldoutCheck,
    NewCustomer,
    PurchaseModel,
    RepeatCounts,
    RetentionWorth,
    StillCustomers,
    ValueForecast,
)
from cxlab.purchases.by_group import GroupCheck
from cxlab.purchases.rule import LEVEL_BAND, Verdict
from cxlab.purchases.said import amount, horizon_in_words
from cxlab.waits import LateCustomers
from cxlab.words import count, money, money_between, number, number_between, percent, percent_between

_TONE: dict[Verdict, Tone] = {"holds": "yes", "partly": "partly", "fails": "no", "cannot_tell": "cannot"}
_NOT_TO_USE = Texts(
    {
        "fails": " The forecast failed: do not plan with this.",
        "cannot_tell": " Whether the forecast holds is open: do not plan with this.",
    }
)
_TAG = Texts(
    {
        "holds": "The forecast holds",
        "partly": "The order holds, the amounts are open",
        "fails": "The forecast fails",
        "cannot_tell": "Cannot tell",
    }
)


def repeat_purchases_answer(
    model: PurchaseModel | Untold,
    check: HoldoutCheck | Untold,
    still: StillCustomers | Untold,
    value: ValueForecast | Untold,
    late: LateCustomers | Untold | None = None,
    new: NewCustomer | Untold | None = None,
    point: RetentionWorth | Untold | None = None,
    *,
    counts: RepeatCounts | Untold | None = None,
    cohorts: Retention | Untold | None = None,
    rates: RepeatRates | Untold | None = None,
    by_silence: GroupCheck | Untold | None = None,
) -> Answer:
    """Put the verdict on the forecasts into words: what to plan with, whom to keep, whom to wake, what to pay.

    Parameters
    ----------
    model, check, still, value : the model, and what came of it. Where the data give no model, the answer is that, and
        what is known without one.
    late : who is late by their own cadence; None: not looked for.
    new, point : what a new customer and a point of retention are worth; None: not reckoned.
    counts, cohorts, rates : who came back so far, which needs no model; None: not looked at.
    by_silence : forecast against fact by days since the last order; None: not looked at.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> model = cx.fit_bgnbd(kit.customers)
    >>> check = cx.check_holdout(model, kit.customers)
    >>> still = cx.find_still_customers(model, kit.customers, seed=1)
    >>> value = cx.forecast_value(model, cx.fit_gamma_gamma(kit.customers), kit.customers)
    >>> cx.repeat_purchases_answer(model, check, still, value).tag
    'The forecast holds'
    """
    if isinstance(model, Untold) or isinstance(check, Untold) or isinstance(still, Untold):
        untold = next(part for part in (model, check, still) if isinstance(part, Untold))
        return _without_forecast(untold, what_is_known(if_told(counts), if_told(cohorts), if_told(rates)))
    verdict = check.verdict
    off = far_off(if_told(by_silence), if_told(value))
    return Answer(
        tone=_TONE[verdict],
        tag=_tag(check, value, off),
        line=_line(check, still, off),
        facts=(_came_back(model, if_told(counts)), _worth(value, verdict), _sure(check)),
        decide=_decide(check, still, value)
        + _whom_to_wake(if_told(late))
        + _what_to_pay(check, if_told(new), if_told(value)),
        headline=check.heading if verdict == "cannot_tell" or isinstance(value, Untold) else _headline(value),
        open=_open(check, value) + _what_slows_leaving(check, if_told(point), if_told(value)),
    )


def _without_forecast(untold: Untold, known: tuple[Fact, ...]) -> Answer:
    """Say that nobody can tell who will buy again, why, and what is known all the same."""
    said = "; ".join(f"{fact.big} {fact.unit}" for fact in known if fact.big != "–")
    return Answer(
        tone="cannot",
        tag=_TAG["cannot_tell"],
        line=tr("The data cannot tell who will buy again. {why} ", why=untold.text)
        + (tr("What can be said: {said}.", said=said) if said else tr("Nor can it be said who came back so far, "
        "without telling of a few customers.")),
        facts=known,
        decide=tr("Give nobody up and favour nobody by a forecast, for there is none. Each part of the "
"page that needs no model stands as it is."),
        headline=tr("Who will buy again cannot be told yet"),
        open=((tr("Who will buy again?"), untold.remedy),),
    )  # fmt: skip


def _tag(check: HoldoutCheck, value: ValueForecast | Untold, off: str = "") -> str:
    if check.verdict == "partly" and "failed" in (check.three.checks["level"], check.three.checks["spread"]):
        return tr("The order holds, the amounts do not")
    if check.verdict == "holds" and not _may_budget(check, value):
        failed = not isinstance(value, Untold) and value.revenue_check == "failed"
        if failed:
            return tr("The purchases hold, the revenue does not")
        return tr("The purchases hold, the revenue is open")
    if check.verdict == "holds" and off:
        return tr("The forecast holds in all, not for every group")
    return _TAG[check.verdict]


def _may_budget(check: HoldoutCheck, value: ValueForecast | Untold) -> bool:
    """Whether purchases and revenue both come out within what the rule allows."""
    return not isinstance(value, Untold) and check.verdict == "holds" and value.revenue_check == "passed"


def _line(check: HoldoutCheck, still: StillCustomers, off: str) -> str:
    verdict = check.verdict
    if verdict == "cannot_tell":
        return tr("The data cannot tell who will buy again: {why}.", why=_why_not(check))
    came = tr(
        "{expected} purchases were foreseen and {actual} came",
        expected=number(check.expected.number),
        actual=number(check.actual.number),
    )
    if verdict == "fails":
        return tr("No: {came}, and {why}. Do not plan with this forecast.", came=came, why=_why_failed(check))
    limit = _limit(still)
    said = (
        tr(
            "Yes: the forecast is better than two simple rules at telling who will buy again and how often; {came}. "
            "But {limit}.",
            came=came,
            limit=limit,
        )
        if verdict == "holds"
        else tr(
            "Mostly yes: the forecast is better than two simple rules at telling who will buy again; {came}. But "
            "{limit}.",
            came=came,
            limit=limit,
        )
    )
    return said + (tr(" It is not right for every group: {off}.", off=off) if off else "")


def _why_not(check: HoldoutCheck) -> str:
    came = round(check.actual.number)
    return {
        "window": tr("there is no time after the cut to try the forecast on"),
        "purchases": trn(
            "the {n} purchase after the cut are too few to try the forecast on",
            "the {n} purchases after the cut are too few to try the forecast on",
            came,
            n=number(came),
        ),
        "forecast": tr("no purchases at all are foreseen"),
        "fit": tr("the search for the model that fits best did not settle"),
        "": tr("the forecast is not shown to be better than a simple rule")
        if check.three.checks["order"] != "passed"
        else tr("that those who are expected to buy more do buy more is not shown"),
    }[check.three.missing]


def _why_failed(check: HoldoutCheck) -> str:
    checks = check.three.checks
    if check.three.is_reversed:
        return tr("those who were expected to buy more bought less")
    if checks["order"] == "failed":
        return tr("a simple rule foresees better")
    if checks["level"] == checks["spread"] == "failed":
        return tr("both the total and the distance between customers are out of the range that the rule allows")
    if checks["level"] == "failed":
        return tr("the total is out of the range that the rule allows, while no gain over a simple rule is shown")
    return tr(
        "the distance between customers is out of the range that the rule allows, while no gain over a simple rule is "
        "shown"
    )


def _limit(still: StillCustomers) -> str:
    first = still.bands.iloc[0]
    if still.writes_off_too_early:
        return tr(
            "it gives quiet customers up too early: {came} of the least likely came back, where "
            "{foreseen} were foreseen",
            came=percent(first["actual_share"]),
            foreseen=percent(first["expected_share"]),
        )
    return tr("it knows no seasons, so it speaks for a period like this one only")


def _came_back(model: PurchaseModel, counts: RepeatCounts | None) -> Fact:
    year = model.first_year
    interval = (
        ""
        if year.low is None or year.high is None
        else tr(" (95% interval {interval})", interval=number_between(year.low, year.high, 1))
    )
    return Fact(
        label=tr("How often they come back"),
        big=number(year.number, 1),
        unit=tr("repeat purchases in a new customer’s first year"),
        text=tr("on average{interval}; so far, {part}.", interval=interval, part=counts.part)
        if counts
        else tr("on average{interval}.", interval=interval),
    )


def _worth(value: ValueForecast | Untold, verdict: Verdict) -> Fact:
    if isinstance(value, Untold):
        return Fact(tr("What it is worth"), "–", tr("Cannot be told. {why}", why=value.text))
    expected = value.expected
    interval = ""
    if expected.low is not None and expected.high is not None:
        ends = money_between(expected.low, expected.high, value.currency, 0)
        interval = tr(" (95% interval {ends}, of the fit alone)", ends=ends)
    came = "" if value.actual.value is None else tr(" {came} came.", came=money(value.actual.number, value.currency, 0))
    return Fact(
        label=tr("What it is worth"),
        big=money(expected.number, value.currency, 0),
        unit=tr("revenue foreseen for the {days} after the cut, net of returns", days=span(value.horizon_days)),
        text=tr("from {customers}{interval}.", customers=from_so_many(value.n), interval=interval)
        + came
        + _NOT_TO_USE.get(verdict, ""),
    )


def _sure(check: HoldoutCheck) -> Fact:
    level = check.three.level
    if level.low is None or level.high is None:
        return Fact(tr("How sure"), "–", tr("There is too little after the cut to hold the forecast against."))
    top = 1.2 * max(level.high, LEVEL_BAND[1])
    ends = percent_between(level.low, level.high)
    return Fact(
        label=tr("How sure"),
        big=percent(level.number),
        unit=tr("as many purchases foreseen as came"),
        text=tr(
            "95% interval {ends}. The written rule allows {allowed}.", ends=ends, allowed=percent_between(*LEVEL_BAND)
        ),
        strip=Strip(level.low, level.number, level.high, tr("95% interval {ends} of what came", ends=ends), top=top),
    )


def _decide(check: HoldoutCheck, still: StillCustomers, value: ValueForecast | Untold) -> str:
    if check.verdict in ("fails", "cannot_tell"):
        return tr("Give nobody up and favour nobody on this forecast; {next}.", next=_more(check, value))
    if isinstance(value, Untold):
        plan = (
            tr("Plan stock with the purchases foreseen. Who brings most, and any budget, must wait for amounts.")
            if check.verdict == "holds"
            else tr(
                "Do not plan stock yet with the purchases foreseen. Who brings most, and any budget, must wait for "
                "amounts."
            )
        )
        return plan + (tr(" Do not strike the quiet ones off the list.") if still.writes_off_too_early else "")
    fifth, share = int(value.table["customers"].iloc[0]), value.top_share
    held = percent(value.actual_top_share.number if value.has_actual else share.number)
    dear = _but_the_costly(value, still.minimum_group)
    keep = (
        tr(
            "Give the {n} customers with the highest forecasts the best service: they brought {share} of the later "
            "revenue{dear}.",
            n=number(fifth),
            share=held,
            dear=dear,
        )
        if value.has_actual
        else tr(
            "Give the {n} customers with the highest forecasts the best service: they are expected to bring {share} of "
            "the revenue{dear}.",
            n=number(fifth),
            share=held,
            dear=dear,
        )
    )
    quiet = tr(" Do not strike the quiet ones off the list.") if still.writes_off_too_early else ""
    if _may_budget(check, value):
        if value.revenue_is_off:
            return f"{keep}{quiet} " + tr(
                "Plan stock and budget with the forecast, but mind that revenue was foreseen {off}.",
                off=value.revenue_is_off,
            )
        return f"{keep}{quiet} " + tr("Plan stock and budget with the forecast.")
    if check.verdict == "holds":
        if value.revenue_is_off:
            return f"{keep}{quiet} " + tr(
                "Plan stock with the purchases foreseen, but no budget with the revenue yet, which was foreseen {off}.",
                off=value.revenue_is_off,
            )
        return f"{keep}{quiet} " + tr("Plan stock with the purchases foreseen, but no budget with the revenue yet.")
    return keep + quiet + tr(" Do not plan stock or budget with the amounts yet.")


def _but_the_costly(value: ValueForecast, minimum_group: int) -> str:
    """Say whom of those with the highest forecasts to leave out, where costs are known."""
    if not value.n_best_costly:
        return ""
    fifth = int(value.table["customers"].iloc[0])
    some = written_within(value.n_best_costly, fifth, minimum_group)
    return tr("; but first find out why {some} of them would cost more than they bring", some=some)


def _whom_to_wake(late: LateCustomers | None) -> str:
    """Say whom to write to, where a page may; that hangs on no forecast."""
    return "" if late is None or not late.advice else f" {late.advice}"


def _what_to_pay(check: HoldoutCheck, new: NewCustomer | None, value: ValueForecast | None) -> str:
    """Say what a new customer may cost, where the forecast bears that."""
    if check.verdict not in ("holds", "partly") or new is None:
        return ""
    ahead = horizon_in_words(new.horizon_days)
    rough = _how_rough(check, new.horizon_days, value)
    if new.pays is False and new.acquisition_cost > 0:
        return tr(
            " Winning a customer costs more than one brings over the first {ahead}, so do not win more at this "
            "cost{rough}.",
            ahead=ahead,
            rough=rough,
        )
    if new.value.has_interval and new.value.number > 0:
        return tr(
            " Pay at most {cost} to win a customer, by what one brings over the first {ahead}{rough}.",
            cost=amount(new.value, new.currency, interval=True),
            ahead=ahead,
            rough=rough,
        )
    return ""


def _what_slows_leaving(
    check: HoldoutCheck, point: RetentionWorth | None, value: ValueForecast | None
) -> tuple[tuple[str, str], ...]:
    """Say that nothing is shown to slow leaving, and what may be spent on it, where the forecast bears that."""
    if check.verdict not in ("holds", "partly") or point is None or point.missing:
        return ()
    return (
        (
            tr("What slows leaving?"),
            tr(
                "This is not known: only a trial can tell. One point less (the {leaving} from {slowed}) may "
                "cost at most {worth} in all, for the {customers}, which is {each} for each, by what that brings over "
                "the next {ahead}{rough}.",
                leaving=point.leaving_in_words,
                slowed=point.slowed,
                worth=amount(point.present, point.currency, interval=True),
                customers=count(point.n, "customer"),
                each=amount(point.each, point.currency),
                ahead=horizon_in_words(point.horizon_days),
                rough=_how_rough(check, point.horizon_days, value),
            ),
        ),
    )


def _how_rough(check: HoldoutCheck, horizon_days: int, value: ValueForecast | None) -> str:
    """Say why an amount that rests on the forecast is rough, as the end of a sentence; empty where it is not."""
    why = []
    if missed := revenue_missed(value):
        why.append(tr("{missed}, which no interval here holds", missed=missed))
    if horizon_days > check.days:
        why.append(tr("only {days} of the forecast could be checked", days=count(check.days, "day")))
    return tr("; take this as rough, for {why}", why=listed(why)) if why else ""


def _headline(value: ValueForecast) -> str:
    share = value.top_share if not value.has_actual else value.actual_top_share
    if value.has_actual:
        return tr(
            "The fifth of the customers with the highest forecasts brought {share} of the later revenue",
            share=percent(share.number),
        )
    return tr(
        "The fifth of the customers with the highest forecasts are expected to bring {share} of the later revenue",
        share=percent(share.number),
    )


def _more(check: HoldoutCheck, value: ValueForecast | Untold) -> str:
    """Say what would make it worth another try."""
    if check.three.missing == "window":
        return tr("try it again with an earlier cut, so that time is left after it")
    if check.three.missing in ("purchases", "forecast", "fit"):
        return tr("try it again on a longer order history")
    if check.verdict == "fails":
        return tr(
            "try it again with a whole year after the cut, or a longer history, for it knows no seasons and no growth"
        )
    if not isinstance(value, Untold) and value.are_alike:
        return tr("these customers buy so much alike that there is little to tell apart")
    return tr("try it again on more customers, or on a longer history")


def _open(check: HoldoutCheck, value: ValueForecast | Untold) -> tuple[tuple[str, str], ...]:
    checks = check.three.checks
    if check.verdict == "cannot_tell":
        return ((tr("Does the forecast hold here?"), tr("Not yet: {next}.", next=_more(check, value))),)
    if isinstance(value, Untold):
        return ((tr("What will they bring?"), value.remedy),)
    if "open" in checks.values():
        return (
            (
                tr("Are the amounts right, too?"),
                tr("More customers, or a longer time after the cut, would narrow the interval."),
            ),
        )
    if check.verdict == "holds" and not _may_budget(check, value):
        return (
            (
                tr("Is the revenue foreseen right, too?"),
                tr("A longer time after the cut would tell; see first whether prices or returns have changed."),
            ),
        )
    return ()
