"""Whom to give a gesture to? The answer in words."""

from cxlab.blocks import Answer, Fact, Strip, Tone
from cxlab.estimate import Estimate
from cxlab.gestures import GestureMoney
from cxlab.gestures.said import chance, quoted
from cxlab.policy import GestureHanding, GesturePolicy, GestureRanking
from cxlab.policy.giving import GIVE, HOLD_OUT
from cxlab.policy.said import PER, amount, amount_between, per
from cxlab.policy.verdict import Token
from cxlab.words import capital, few, money, money_between

_TONE: dict[Token, Tone] = {
    "choose": "yes", "everyone": "partly", "no_one": "no", "cannot_tell": "cannot", "not_identifiable": "cannot",
}  # fmt: skip
_TAG: dict[Token, str] = {
    "choose": "Choose by the rule",
    "everyone": "Everyone",
    "no_one": "No one",
    "cannot_tell": "Cannot tell",
    "not_identifiable": "No one can be chosen",
}


def policy_answer(money_of: GestureMoney, ranking: GestureRanking, handing: GestureHanding) -> Answer:
    """Put into words whom to give it to, what choosing is worth, and what to do next.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> effects = cx.estimate_gestures(kit.gestures)
    >>> policy = cx.choose_customers(effects, kit.candidates(effects.main.rows), seed=1)
    >>> handing = cx.hand_out(policy, cx.next_trial(effects, kit.next_trial))
    >>> cx.policy_answer(cx.gesture_money(effects), cx.rank_customers(policy), handing).tag
    'Cannot tell'
    """
    policy = handing.policy
    token = policy.verdict.token
    by_records = policy.effect.design == "observational" and token in ("choose", "everyone", "no_one")
    return Answer(
        tone="partly" if by_records and token == "choose" else _TONE[token],
        tag=f"{_TAG[token]}, by the records" if by_records else _TAG[token],
        line=_line(policy),
        facts=(_choosing(policy), _pays(policy, money_of), _listed(handing)),
        decide=_decide(policy, handing).strip(),
        headline=policy.heading,
        open=_open(policy, ranking, handing),
    )


def _line(policy: GesturePolicy) -> str:
    values, name = policy.valued, quoted(policy.effect)
    if values is None:
        return f"The data cannot tell whom to give {name} to: {policy.verdict.why}."
    gain = values.gain
    more, every = values.difference("rule", "everyone"), values.difference("everyone", "no_one")
    token, by_records = policy.verdict.token, policy.effect.design == "observational"
    limit = _limit(policy)
    if token == "choose":
        give = f"By the records {name} is worth giving to" if by_records else f"Give {name} to"
        return (
            f"{give} {policy.who}. That is worth {amount_between(more, gain)} more {per(gain)} than giving it "
            f"to everyone. But {limit}."
        )
    said = {
        "yes": f"choosing by a rule lost {amount_between(more, gain)} less, yet gained nothing sure over no gesture",
        "no": f"rules gained less ({amount_between(more, gain)} {per(gain)})",
        "cannot_tell": "whether choosing would be worth more, the data cannot tell "
        f"({amount_between(more, gain)} {per(gain)})",
    }[policy.verdict.choosing]
    if values.never_chooses:
        said = "rules gave it to everyone as well"
        if policy.verdict.choosing == "cannot_tell":
            said += ", though those with high forecasts gained more than those with low ones"
    if token == "everyone":
        gains = f"{amount_between(every, gain)} {per(gain)}; {said}. But {limit}."
        if by_records:
            return f"By the records, giving {name} to everyone{_like_those(policy)} would gain {gains}"
        return f"Give {name} to everyone{_like_those(policy)}: that gains {gains}"
    if token == "no_one":
        how = "it loses" if gain.currency else "it changes"
        spread = amount_between(_less(every), gain) if gain.currency else amount_between(every, gain)
        return f"Give {name} to no one: given to everyone {how} {spread} {per(gain)}; {said}."
    return (
        f"The data cannot tell whom to give {name} to. Given to everyone it gains {amount(every, gain)} {per(gain)} "
        f"(95% interval {amount_between(every, gain)}), and {said}."
    )


def _like_those(policy: GesturePolicy) -> str:
    """Narrow `everyone` down to those the effect is known of."""
    giving = policy.giving
    if giving is None:
        return ""
    like = " like those it was tried on" if giving.n_unlike > len(giving.table) else ""
    return f"{like} who comes to buy" if giving.with_orders and policy.effect.design == "randomised" else like


def _less(estimate: Estimate) -> Estimate:
    """Turn a gain into a loss."""
    low, high = estimate.ends
    return Estimate(-estimate.number, -high, -low)


def _limit(policy: GesturePolicy) -> str:
    assert policy.valued is not None
    gain = policy.valued.gain
    if policy.effect.design == "observational":
        return "the shop chose who got it, and something unseen may have chosen with it"
    if not gain.currency:
        return "what it costs is not in these figures"
    if gain.cost == "unknown":
        return "what it costs is not recorded and not taken off"
    if gain.cost == "assumed":
        return "its cost is what was given as a parameter"
    days = policy.effects.data.outcome_days
    return f"what comes after {days} days is not known" if days else "it is known for customers like these only"


def _choosing(policy: GesturePolicy) -> Fact:
    label, values = "What choosing is worth", policy.valued
    if values is None:
        return Fact(label, "–", f"Not known: {policy.verdict.why}.")
    gain, more = values.gain, values.difference("rule", "everyone")
    low, high = more.ends
    if values.never_chooses and policy.verdict.choosing == "no":
        return Fact(label, "Nothing", "Rules gave it to everyone, learned from some and tried on others.")
    if values.never_chooses:
        return Fact(
            label,
            "–",
            "Rules gave it to everyone, yet those with high forecasts gained more than those with low ones: whether "
            "leaving the latter out is worth more, the data cannot tell.",
        )
    return Fact(
        label,
        amount(more, gain),
        f"over giving it to everyone (95% interval {amount_between(more, gain)}), by rules tried on customers "
        "that they were not learned from.",
        unit=per(gain),
        strip=Strip(
            PER * low, PER * more.number, PER * high, f"{amount(more, gain)}, from {amount_between(more, gain)}",
            top=PER * max(1.3 * high, 0.3 * abs(low)), bottom=PER * min(1.3 * low, -0.3 * abs(high)),
        ),
    )  # fmt: skip


def _pays(policy: GesturePolicy, money_of: GestureMoney) -> Fact:
    label = "Whether it pays at all"
    worth = next((w for e, w in money_of.paid if e is policy.effect), None)
    if policy.effect.is_spoilt:
        return Fact(label, "–", "Not known: the arms are not of the sizes that were meant.")
    if worth is None:
        return Fact(label, "–", "The study tells no contribution for it, or no effect can be given.")
    gross, net = worth.break_even, worth.incremental
    what = "a gesture" if policy.effect.rows == "order" else "a customer"
    if net.has_interval:
        most = ""
        if gross.has_interval and gross.number > 0:
            most = f" It may cost {money(gross.number, worth.currency)} at most."
        elif gross.has_interval:
            most = " It would lose even if it were free."
        return Fact(
            label, chance(worth.pays),
            f"is the probability that it brings more than it costs{_where(policy)}: "
            f"{money(net.number, worth.currency)} {what} ({money_between(*net.ends, worth.currency)})."
            f"{most}{_otherwise(policy, net)}",
        )  # fmt: skip
    return Fact(
        label, money(gross.number, worth.currency),
        f"{what} is what it may cost ({money_between(*gross.ends, worth.currency)}). What it did cost is not recorded.",
    )  # fmt: skip


def _where(policy: GesturePolicy) -> str:
    return "" if policy.effect.design == "randomised" else " where it was given"


def _otherwise(policy: GesturePolicy, net: Estimate) -> str:
    """Say so where giving it everywhere is known less or more surely than what it was worth where it was given."""
    if policy.valued is None:
        return ""
    everyone = policy.valued.difference("everyone", "no_one")
    if not everyone.has_interval or _side(everyone) == _side(net):
        return ""
    surely = "nothing sure" if _side(everyone) == 0 else "a gain" if _side(everyone) > 0 else "a loss"
    return f" Given at all orders alike it shows {surely}."


def _side(estimate: Estimate) -> int:
    low, high = estimate.ends
    return 1 if low > 0 else -1 if high < 0 else 0


def _listed(handing: GestureHanding) -> Fact:
    giving, least = handing.policy.giving, handing.policy.effects.data.minimum_group
    if giving is None:
        return Fact("The list", "–", f"There is none, for {handing.policy.no_list or handing.policy.verdict.why}.")
    unlike = ""
    if giving.n_unlike:
        unlike = f" Not on it: {few(giving.n_unlike, least)} customers unlike any for whom the effect is known."
    return Fact(
        "The list",
        few(giving.count(GIVE), least),
        f"to give it to, and {few(giving.count(HOLD_OUT), least)} held out by lot: the next reading is a trial."
        f"{unlike}",
        unit="customers",
    )


def _decide(policy: GesturePolicy, handing: GestureHanding) -> str:
    size, token = handing.trial_size, policy.verdict.token
    if token == "not_identifiable":
        if policy.still_runs:
            return "Wait until the trial is over; choose no one by what it shows so far."
        if policy.effect.is_spoilt:
            return "Find out first why the arms are not of the sizes that were meant; choose no one by this trial."
        return f"Choose no one by these figures. Draw the next gestures by lot, and leave a random half out. {size}"
    if token == "cannot_tell":
        return f"Neither choose nor roll out by these figures. Draw the next gestures by lot, of all customers. {size}"
    if token == "no_one":
        return f"Stop it, or make it cheaper. Try another in a trial first. {size}"
    if policy.giving is None:
        known = policy.valued is not None and policy.valued.gain.currency and policy.valued.gain.cost != "unknown"
        give = "Give it as said here" if known else "Give it only where it costs less than it brings"
        return f"{give}, and leave a random tenth without it: name the customers to get the list."
    if policy.effect.design == "observational":
        return (
            "Do not give it to more customers than now by these figures alone: the shop chose who got it. Make the "
            f"list a trial first, with a half of it held out by lot (holdout_share: 0.5). {size}"
        )
    who = "the customers on the list" if token == "choose" else "everyone on the list"
    who += " with their next order" if policy.giving.with_orders else ""
    give = f"give it to {who}, leave those marked hold_out without it, and run this report again on what they buy."
    if handing.is_enough:
        give += f" {handing.is_enough}"
    worth = policy.effect.worth
    if worth is None or worth.incremental.has_interval or not worth.break_even.has_interval:
        return capital(give)
    return f"Find out what it costs. If that is less than {money(worth.break_even.number, worth.currency)} each, {give}"


def _open(policy: GesturePolicy, ranking: GestureRanking, handing: GestureHanding) -> tuple[tuple[str, str], ...]:
    found = []
    if policy.verdict.token in ("cannot_tell", "not_identifiable"):
        settles = "A trial drawn by lot settles it."
        if policy.still_runs:
            settles = "The trial that runs may settle it."
        elif policy.effect.is_spoilt:
            settles = "A trial in which everybody who is drawn is counted settles it."
        found.append(("Whom to give it to?", f"Not known. {settles} {handing.trial_size}".strip()))
    elif policy.verdict.choosing == "cannot_tell":
        found.append(("Is choosing worth more than everyone?", "Not known: a larger trial settles it."))
    if policy.valued is not None and policy.valued.gain.cost == "unknown":
        bring = "what a gesture costs (gestures: cost, or the parameter gesture_cost)"
        found.append(("Does it pay after its cost?", f"Not known: bring {bring}."))
    return tuple(found)
