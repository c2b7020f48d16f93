"""Who will buy again, and how much? The answer in words."""

from cxlab.answers.far_off import far_off, revenue_missed
from cxlab.answers.purchase_counts import what_is_known
from cxlab.blocks import Answer, Fact, Strip, Tone
from cxlab.cohorts import RepeatRates, Retention
from cxlab.errors import Untold, if_told
from cxlab.intake.hiding import written_within
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
_NOT_TO_USE: dict[Verdict, str] = {
    "fails": " The forecast failed: do not plan with this.",
    "cannot_tell": " Whether the forecast holds is open: do not plan with this.",
}
_TAG: dict[Verdict, str] = {
    "holds": "The forecast holds",
    "partly": "The order holds, the amounts are open",
    "fails": "The forecast fails",
    "cannot_tell": "Cannot tell",
}


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
        + _what_to_pay(check, if_told(new), if_told(point), if_told(value)),
        headline=check.heading if verdict == "cannot_tell" or isinstance(value, Untold) else _headline(value),
        open=_open(check, value),
    )


def _without_forecast(untold: Untold, known: tuple[Fact, ...]) -> Answer:
    """Say that nobody can tell who will buy again, why, and what is known all the same."""
    said = "; ".join(f"{fact.big} {fact.unit}" for fact in known if fact.big != "–")
    return Answer(
        tone="cannot",
        tag=_TAG["cannot_tell"],
        line=f"The data cannot tell who will buy again. {untold.text} "
        + (f"What can be said: {said}." if said else "Nor can it be said who came back so far, without telling of a "
           "few customers."),
        facts=known,
        decide="Give nobody up and favour nobody by a forecast, for there is none. Each part of the page that needs no "
        "model stands as it is.",
        headline="Who will buy again cannot be told yet",
        open=(("Who will buy again?", untold.remedy),),
    )  # fmt: skip


def _tag(check: HoldoutCheck, value: ValueForecast | Untold, off: str = "") -> str:
    if check.verdict == "partly" and "failed" in (check.three.checks["level"], check.three.checks["spread"]):
        return "The order holds, the amounts do not"
    if check.verdict == "holds" and not _may_budget(check, value):
        failed = not isinstance(value, Untold) and value.revenue_check == "failed"
        return "The purchases hold, the revenue " + ("does not" if failed else "is open")
    if check.verdict == "holds" and off:
        return "The forecast holds in all, not for every group"
    return _TAG[check.verdict]


def _may_budget(check: HoldoutCheck, value: ValueForecast | Untold) -> bool:
    """Whether purchases and revenue both come out within what the rule allows."""
    return not isinstance(value, Untold) and check.verdict == "holds" and value.revenue_check == "passed"


def _line(check: HoldoutCheck, still: StillCustomers, off: str) -> str:
    verdict = check.verdict
    if verdict == "cannot_tell":
        return f"The data cannot tell who will buy again: {_why_not(check)}."
    came = f"{number(check.expected.number)} purchases were foreseen and {number(check.actual.number)} came"
    if verdict == "fails":
        return f"No: {came}, and {_why_failed(check)}. Do not plan with this forecast."
    start = "Yes" if verdict == "holds" else "Mostly yes"
    what = "who will buy again" + (" and how often" if verdict == "holds" else "")
    not_all = f" It is not right for every group: {off}." if off else ""
    return (
        f"{start}: the forecast foresees {what}, better than two simple rules do; {came}. But {_limit(still)}.{not_all}"
    )


def _why_not(check: HoldoutCheck) -> str:
    came = count(round(check.actual.number), "purchase")
    return {
        "window": "there is no time after the cut to try the forecast on",
        "purchases": f"the {came} after the cut are too few to try the forecast on",
        "forecast": "the forecast foresees no purchases at all",
        "fit": "the search for the model that fits best did not settle",
        "": "the forecast is not shown to be better than a simple rule"
        if check.three.checks["order"] != "passed"
        else "that those who are expected to buy more do buy more is not shown",
    }[check.three.missing]


def _why_failed(check: HoldoutCheck) -> str:
    checks = check.three.checks
    if check.three.is_reversed:
        return "those who were expected to buy more bought less"
    if checks["order"] == "failed":
        return "a simple rule foresees better"
    if checks["level"] == checks["spread"] == "failed":
        return "both the total and the distance between customers are out of the range that the rule allows"
    which = "the total is" if checks["level"] == "failed" else "the distance between customers is"
    return f"{which} out of the range that the rule allows, while no gain over a simple rule is shown"


def _limit(still: StillCustomers) -> str:
    first = still.bands.iloc[0]
    if still.writes_off_too_early:
        return (
            f"it gives quiet customers up too early: {percent(first['actual_share'])} of the least likely came back, "
            f"where {percent(first['expected_share'])} were foreseen"
        )
    return "it knows no seasons, so it speaks for a period like this one only"


def _came_back(model: PurchaseModel, counts: RepeatCounts | None) -> Fact:
    year = model.first_year
    interval = (
        "" if year.low is None or year.high is None else f" (95% interval {number_between(year.low, year.high, 1)})"
    )
    back = f"; so far, {counts.part}." if counts else "."
    return Fact(
        label="How often they come back",
        big=number(year.number, 1),
        unit="repeat purchases in a new customer's first year",
        text=f"on average{interval}{back}",
    )


def _worth(value: ValueForecast | Untold, verdict: Verdict) -> Fact:
    if isinstance(value, Untold):
        return Fact("What it is worth", "–", f"Cannot be told. {value.text}")
    expected = value.expected
    interval = ""
    if expected.low is not None and expected.high is not None:
        ends = money_between(expected.low, expected.high, value.currency, 0)
        interval = f" (95% interval {ends}, of the fit alone)"
    came = "" if value.actual.value is None else f" {money(value.actual.number, value.currency, 0)} came."
    return Fact(
        label="What it is worth",
        big=money(expected.number, value.currency, 0),
        unit=f"revenue expected in {count(value.horizon_days, 'day')}, net of returns",
        text=f"from {count(value.n, 'customer')}{interval}.{came}{_NOT_TO_USE.get(verdict, '')}",
    )


def _sure(check: HoldoutCheck) -> Fact:
    level = check.three.level
    if level.low is None or level.high is None:
        return Fact("How sure", "–", "There is too little after the cut to hold the forecast against.")
    top = 1.2 * max(level.high, LEVEL_BAND[1])
    ends = percent_between(level.low, level.high)
    return Fact(
        label="How sure",
        big=percent(level.number),
        unit="as many purchases foreseen as came",
        text=f"95% interval {ends}. The written rule allows {percent_between(*LEVEL_BAND)}.",
        strip=Strip(level.low, level.number, level.high, f"95% interval {ends} of what came", top=top),
    )


def _decide(check: HoldoutCheck, still: StillCustomers, value: ValueForecast | Untold) -> str:
    if check.verdict in ("fails", "cannot_tell"):
        return f"Give nobody up and favour nobody on this forecast; {_more(check, value)}."
    if isinstance(value, Untold):
        plan = "Plan stock" if check.verdict == "holds" else "Do not plan stock yet"
        strike = " Do not strike the quiet ones off the list." if still.writes_off_too_early else ""
        return f"{plan} with the purchases foreseen. Who brings most, and any budget, must wait for amounts.{strike}"
    fifth, share = int(value.table["customers"].iloc[0]), value.top_share
    first = f"the {number(fifth)} customers with the highest forecasts"
    held = percent(value.actual_top_share.number if value.has_actual else share.number)
    verb = "brought" if value.has_actual else "are expected to bring"
    later = "later " if value.has_actual else ""
    keep = (
        f"Give {first} the best service: they {verb} {held} of the {later}revenue. Whom to ask to recommend the shop "
        f"is another list: the fans, in the report on fans.{_but_the_costly(value, still.minimum_group)}"
    )
    quiet = " Do not strike the quiet ones off the list." if still.writes_off_too_early else ""
    if _may_budget(check, value):
        off = f", but mind that revenue was foreseen {value.revenue_is_off}" if value.revenue_is_off else ""
        return f"{keep}{quiet} Plan stock and budget with the forecast{off}."
    if check.verdict == "holds":
        off = f", which was foreseen {value.revenue_is_off}" if value.revenue_is_off else ""
        return f"{keep}{quiet} Plan stock with the purchases foreseen, but no budget with the revenue yet{off}."
    return keep + quiet + " Do not plan stock or budget with the amounts yet."


def _but_the_costly(value: ValueForecast, minimum_group: int) -> str:
    """Say whom of those with the highest forecasts to leave out, where costs are known."""
    if not value.n_best_costly:
        return ""
    fifth = int(value.table["customers"].iloc[0])
    some = written_within(value.n_best_costly, fifth, minimum_group)
    return (
        f" But of the {number(fifth)}, {some} would cost more than they bring if they went on as so far (in the table "
        "customer_forecasts their expected_contribution is below 0): find out first what makes them dear."
    )


def _whom_to_wake(late: LateCustomers | None) -> str:
    """Say whom to write to, where a page may; that hangs on no forecast."""
    return "" if late is None or not late.advice else f" {late.advice}"


def _what_to_pay(
    check: HoldoutCheck, new: NewCustomer | None, point: RetentionWorth | None, value: ValueForecast | None
) -> str:
    """Say what a new customer may cost and what a point of retention is worth, where the forecast bears that."""
    if check.verdict not in ("holds", "partly"):
        return ""
    said = ""
    if new is not None and new.pays is False and new.acquisition_cost > 0:
        said += " Winning a customer costs more than one brings in that time, so do not win more at this cost."
    elif new is not None and new.value.has_interval and new.value.number > 0:
        ahead = horizon_in_words(new.horizon_days)
        cost = amount(new.value, new.currency, interval=True)
        said += f" Pay at most {cost} to win a customer, by what it brings over the first {ahead}."
    if point is not None and not point.missing:
        worth = amount(point.present, point.currency, interval=True)
        ahead = horizon_in_words(point.horizon_days)
        each = amount(point.each, point.currency)
        said += (
            f" To slow leaving by one point (the {point.leaving.unit} from {point.slowed}) may cost at most {worth} in "
            f"all, for the {count(point.n, 'customer')}, which is {each} for each, by what that brings over the next "
            f"{ahead}."
        )
    if said and (missed := revenue_missed(value)):
        said += f" Take these amounts as rough: {missed}, and their intervals leave that out."
    if said and new is not None and new.horizon_days > check.days:
        said += f" Only {count(check.days, 'day')} of the forecast could be checked."
    return said


def _headline(value: ValueForecast) -> str:
    share = value.top_share if not value.has_actual else value.actual_top_share
    verb = "are expected to bring" if not value.has_actual else "brought"
    return f"The fifth of the customers with the highest forecasts {verb} {percent(share.number)} of the later revenue"


def _more(check: HoldoutCheck, value: ValueForecast | Untold) -> str:
    """Say what would make it worth another try."""
    if check.three.missing == "window":
        return "try it again with an earlier cut, so that time is left after it"
    if check.three.missing in ("purchases", "forecast", "fit"):
        return "try it again on a longer order history"
    if check.verdict == "fails":
        return (
            "try it again with a whole year after the cut, or a longer history, for it knows no seasons and no growth"
        )
    if not isinstance(value, Untold) and value.are_alike:
        return "these customers buy so much alike that there is little to tell apart"
    return "try it again on more customers, or on a longer history"


def _open(check: HoldoutCheck, value: ValueForecast | Untold) -> tuple[tuple[str, str], ...]:
    checks = check.three.checks
    if check.verdict == "cannot_tell":
        return (("Does the forecast hold here?", f"Not yet: {_more(check, value)}."),)
    if isinstance(value, Untold):
        return (("What will they bring?", value.remedy),)
    if "open" in checks.values():
        return (
            (
                "Are the amounts right, too?",
                "More customers, or a longer time after the cut, would narrow the interval.",
            ),
        )
    if check.verdict == "holds" and not _may_budget(check, value):
        return (
            (
                "Is the revenue foreseen right, too?",
                "A longer time after the cut would tell; see first whether prices or returns have changed.",
            ),
        )
    return ()
