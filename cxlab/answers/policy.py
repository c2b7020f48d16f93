"""Whom to give a gesture to? The answer in words."""

from cxlab.blocks import Answer, Fact, Strip, Tone
from cxlab.estimate import Estimate
from cxlab.gestures import GestureMoney
from cxlab.gestures.said import chance, quoted
from cxlab.language import Texts, tr, trn
from cxlab.policy import GestureHanding, GesturePolicy, GestureRanking
from cxlab.policy.gain import GestureGain
from cxlab.policy.giving import GIVE, HOLD_OUT
from cxlab.policy.said import PER, amount, amount_between, per
from cxlab.policy.verdict import Token
from cxlab.words import capital, few, money, money_between

_TONE: dict[Token, Tone] = {
    "choose": "yes", "everyone": "partly", "no_one": "no", "cannot_tell": "cannot", "not_identifiable": "cannot",
}  # fmt: skip
_TAG = Texts(
    {
        "choose": "Choose by the rule",
        "everyone": "Everyone",
        "no_one": "No one",
        "cannot_tell": "Cannot tell",
        "not_identifiable": "No one can be chosen",
    }
)


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
        tag=tr("{verdict}, by the records", verdict=_TAG[token]) if by_records else _TAG[token],
        line=_line(policy),
        facts=(_choosing(policy), _pays(policy, money_of), _listed(handing)),
        decide=_decide(policy, handing).strip(),
        headline=policy.heading,
        open=_open(policy, ranking, handing),
    )


def _line(policy: GesturePolicy) -> str:
    values, name = policy.valued, quoted(policy.effect)
    if values is None:
        return tr("The data cannot tell whom to give {gesture} to: {why}.", gesture=name, why=policy.verdict.why)
    gain = values.gain
    more, every = values.difference("rule", "everyone"), values.difference("everyone", "no_one")
    token, by_records = policy.verdict.token, policy.effect.design == "observational"
    if token == "choose":
        give = (
            tr("By the records {gesture} is worth giving to {who}.", gesture=name, who=policy.who)
            if by_records
            else tr("Give {gesture} to {who}.", gesture=name, who=policy.who)
        )
        return tr(
            "{give} That is worth {interval} more {per} than giving it to everyone. But {limit}.",
            give=give,
            interval=amount_between(more, gain),
            per=per(gain),
            limit=_limit(policy),
        )
    said = _of_choosing(policy)
    if token == "everyone":
        gains = tr(
            "{interval} {per}; {said}. But {limit}.",
            interval=amount_between(every, gain),
            per=per(gain),
            said=said,
            limit=_limit(policy),
        )
        whom = _whom(policy)
        if by_records:
            return tr(
                "By the records, giving {gesture} to {whom} would gain {gains}", gesture=name, whom=whom, gains=gains
            )
        return tr("Give {gesture} to {whom}: that gains {gains}", gesture=name, whom=whom, gains=gains)
    if token == "no_one":
        if gain.currency:
            return tr(
                "Give {gesture} to no one: given to everyone it loses {interval} {per}; {said}.",
                gesture=name,
                interval=amount_between(_less(every), gain),
                per=per(gain),
                said=said,
            )
        return tr(
            "Give {gesture} to no one: given to everyone it changes {interval} {per}; {said}.",
            gesture=name,
            interval=amount_between(every, gain),
            per=per(gain),
            said=said,
        )
    return tr(
        "The data cannot tell whom to give {gesture} to. Given to everyone it gains {amount} {per} "
        "(95% interval {interval}), and {said}.",
        gesture=name,
        amount=amount(every, gain),
        per=per(gain),
        interval=amount_between(every, gain),
        said=said,
    )


def _of_choosing(policy: GesturePolicy) -> str:
    """Say in a clause what choosing by a rule is worth, where no rule is the verdict."""
    values, choosing = policy.valued, policy.verdict.choosing
    assert values is not None
    gain, more = values.gain, values.difference("rule", "everyone")
    interval = amount_between(more, gain)
    if values.never_chooses:
        if choosing == "cannot_tell":
            return tr(
                "rules gave it to everyone as well, though those with high forecasts gained more than those with low "
                "ones"
            )
        return tr("rules gave it to everyone as well")
    if choosing == "yes":
        return tr("choosing by a rule lost {interval} less, yet gained nothing sure over no gesture", interval=interval)
    if choosing == "no":
        return tr("rules gained less ({interval} {per})", interval=interval, per=per(gain))
    return tr(
        "whether choosing would be worth more, the data cannot tell ({interval} {per})",
        interval=interval,
        per=per(gain),
    )


def _whom(policy: GesturePolicy) -> str:
    """Narrow `everyone` down to those the effect is known of."""
    giving = policy.giving
    if giving is None:
        return tr("everyone")
    like = giving.n_unlike > len(giving.table)
    if giving.with_orders and policy.effect.design == "randomised":
        if like:
            return tr("everyone like those it was tried on who comes to buy")
        return tr("everyone who comes to buy")
    return tr("everyone like those it was tried on") if like else tr("everyone")


def _less(estimate: Estimate) -> Estimate:
    """Turn a gain into a loss."""
    low, high = estimate.ends
    return Estimate(-estimate.number, -high, -low)


def _limit(policy: GesturePolicy) -> str:
    assert policy.valued is not None
    gain = policy.valued.gain
    if policy.effect.design == "observational":
        return tr("the shop chose who got it, and something unseen may have chosen with it")
    if not gain.currency:
        return tr("what it costs is not in these figures")
    if gain.cost == "unknown":
        return tr("what it costs is not recorded and not taken off")
    if gain.cost == "assumed":
        return tr("its cost is what was given as a parameter")
    days = policy.effects.data.outcome_days
    if days:
        return trn("what comes after {n} day is not known", "what comes after {n} days is not known", days, n=days)
    return tr("it is known for customers like these only")


def _choosing(policy: GesturePolicy) -> Fact:
    label, values = tr("What choosing is worth"), policy.valued
    if values is None:
        return Fact(label, "–", tr("This is not known: {why}.", why=policy.verdict.why))
    gain, more = values.gain, values.difference("rule", "everyone")
    if values.never_chooses and policy.verdict.choosing == "no":
        same = tr("Rules learned from some customers and tried on others gave it to everyone.")
        return _giving(policy, same) if policy.verdict.token == "everyone" else Fact(label, tr("Nothing"), same)
    if values.never_chooses:
        return Fact(
            label,
            "–",
            tr(
                "Rules gave it to everyone, yet those with high forecasts gained more than those with "
                "low ones: whether leaving the latter out is worth more, the data cannot tell."
            ),
        )
    return Fact(
        label,
        amount(more, gain),
        tr(
            "over giving it to everyone (95% interval {interval}), by rules tried on customers that they were not "
            "learned from.",
            interval=amount_between(more, gain),
        ),
        unit=per(gain),
        strip=_strip(more, gain),
    )


def _giving(policy: GesturePolicy, same: str) -> Fact:
    """Say what giving it to everyone brings, where rules do the same."""
    assert policy.valued is not None
    gain, every = policy.valued.gain, policy.valued.difference("everyone", "no_one")
    more = tr("over giving it to no one (95% interval {interval}).", interval=amount_between(every, gain))
    return Fact(
        tr("What giving it to everyone brings"),
        amount(every, gain),
        f"{more} {same}",
        unit=per(gain),
        strip=_strip(every, gain),
    )


def _strip(more: Estimate, gain: GestureGain) -> Strip:
    low, high = more.ends
    said = tr("{amount}, from {interval}", amount=amount(more, gain), interval=amount_between(more, gain))
    top, bottom = max(1.3 * high, 0.3 * abs(low)), min(1.3 * low, -0.3 * abs(high))
    return Strip(PER * low, PER * more.number, PER * high, said, top=PER * top, bottom=PER * bottom)


def _pays(policy: GesturePolicy, money_of: GestureMoney) -> Fact:
    label = tr("Whether it pays at all")
    worth = next((w for e, w in money_of.paid if e is policy.effect), None)
    if policy.effect.is_spoilt:
        return Fact(label, "–", tr("This is not known: the arms are not of the sizes that were meant."))
    if worth is None:
        return Fact(label, "–", tr("The study tells no contribution for it, or no effect can be given."))
    gross, net, is_order = worth.break_even, worth.incremental, policy.effect.rows == "order"
    if net.has_interval:
        size, interval = money(net.number, worth.currency), money_between(*net.ends, worth.currency)
        what = (
            tr("{amount} a gesture ({interval})", amount=size, interval=interval)
            if is_order
            else tr("{amount} a customer ({interval})", amount=size, interval=interval)
        )
        said = [
            tr("is the probability that it brings more than it costs: {worth}.", worth=what)
            if policy.effect.design == "randomised"
            else tr("is the probability that it brings more than it costs where it was given: {worth}.", worth=what)
        ]
        if gross.has_interval and gross.number > 0:
            said.append(tr("It may cost {amount} at most.", amount=money(gross.number, worth.currency)))
        elif gross.has_interval:
            said.append(tr("It would lose even if it were free."))
        said.append(_otherwise(policy, net))
        return Fact(label, chance(worth.pays), " ".join(part for part in said if part))
    interval = money_between(*gross.ends, worth.currency)
    return Fact(
        label,
        money(gross.number, worth.currency),
        tr("a gesture is what it may cost ({interval}). What it did cost is not recorded.", interval=interval)
        if is_order
        else tr("a customer is what it may cost ({interval}). What it did cost is not recorded.", interval=interval),
    )


def _otherwise(policy: GesturePolicy, net: Estimate) -> str:
    """Say so where giving it everywhere is known less or more surely than what it was worth where it was given."""
    if policy.valued is None:
        return ""
    everyone = policy.valued.difference("everyone", "no_one")
    if not everyone.has_interval or _side(everyone) == _side(net):
        return ""
    if _side(everyone) == 0:
        return tr("Given at all orders alike it shows nothing sure.")
    if _side(everyone) > 0:
        return tr("Given at all orders alike it shows a gain.")
    return tr("Given at all orders alike it shows a loss.")


def _side(estimate: Estimate) -> int:
    low, high = estimate.ends
    return 1 if low > 0 else -1 if high < 0 else 0


def _listed(handing: GestureHanding) -> Fact:
    giving, least = handing.policy.giving, handing.policy.effects.data.minimum_group
    if giving is None:
        why = handing.policy.no_list or handing.policy.verdict.why
        return Fact(tr("The list"), "–", tr("There is none, for {why}.", why=why))
    text = tr(
        "to give it to, and {n} held out by lot: the next reading is a trial.", n=few(giving.count(HOLD_OUT), least)
    )
    if giving.n_unlike:
        unlike = few(giving.n_unlike, least)
        text += " " + tr("Not on it: {n} customers unlike any for whom the effect is known.", n=unlike)
    if handing.names_only:
        text += " " + tr("It names only customers who were drawn.")
    return Fact(tr("The list"), few(giving.count(GIVE), least), text, unit=tr("customers"))


def _decide(policy: GesturePolicy, handing: GestureHanding) -> str:
    size, token = handing.trial_size, policy.verdict.token
    if token == "not_identifiable":
        if policy.still_runs:
            return tr("Wait until the trial is over; choose no one by what it shows so far.")
        if policy.effect.is_spoilt:
            return tr("Find out first why the arms are not of the sizes that were meant; choose no one by this trial.")
        return tr(
            "Choose no one by these figures. Draw the next gestures by lot, and leave a random half out. {size}",
            size=size,
        )
    if token == "cannot_tell":
        return tr(
            "Neither choose nor roll out by these figures. Draw the next gestures by lot, of all customers. {size}",
            size=size,
        )
    if token == "no_one":
        return tr("Stop it, or make it cheaper. Try another in a trial first. {size}", size=size)
    if policy.giving is None:
        known = policy.valued is not None and policy.valued.gain.currency and policy.valued.gain.cost != "unknown"
        if known:
            return tr("Give it as said here, and leave a random tenth without it: name the customers to get the list.")
        return tr(
            "Give it only where it costs less than it brings, and leave a random tenth without it: name the customers "
            "to get the list."
        )
    if policy.effect.design == "observational":
        return tr(
            "Do not give it to more customers than now by these figures alone: the shop chose who "
            "got it. Make the list a trial first, with a half of it held out by lot. {size}",
            size=size,
        )
    give = _give(policy)
    worth = policy.effect.worth
    if worth is not None and worth.break_even.has_interval and not worth.incremental.has_interval:
        most = money(worth.break_even.number, worth.currency)
        give = tr("Find out what it costs. If that is less than {amount} each, {give}", amount=most, give=give)
    return f"{capital(give)} {handing.is_enough}".rstrip()


def _give(policy: GesturePolicy) -> str:
    """Say whom to give it to, and to leave the others without it."""
    is_chosen, with_orders = policy.verdict.token == "choose", policy.giving is not None and policy.giving.with_orders
    who = {
        (True, True): tr("the customers on the list with their next order"),
        (True, False): tr("the customers on the list"),
        (False, True): tr("everyone on the list with their next order"),
        (False, False): tr("everyone on the list"),
    }[is_chosen, with_orders]
    return tr(
        "give it to {who}, leave those held out by lot without it, and run this report again on what they buy.", who=who
    )


def _open(policy: GesturePolicy, ranking: GestureRanking, handing: GestureHanding) -> tuple[tuple[str, str], ...]:
    found = []
    if policy.verdict.token in ("cannot_tell", "not_identifiable"):
        settles = tr("This is not known. A trial drawn by lot settles it.")
        if policy.still_runs:
            settles = tr("This is not known. The trial that runs may settle it.")
        elif policy.effect.is_spoilt:
            settles = tr("This is not known. A trial in which everybody who is drawn is counted settles it.")
        found.append((tr("Whom to give it to?"), f"{settles} {handing.trial_size}".strip()))
    elif policy.verdict.choosing == "cannot_tell":
        found.append((tr("Is choosing worth more than everyone?"), tr("This is not known: a larger trial settles it.")))
    if policy.valued is not None and policy.valued.gain.cost == "unknown":
        bring = tr("This is not known: bring what a gesture costs (gestures: cost, or the parameter gesture_cost).")
        found.append((tr("Does it pay after its cost?"), bring))
    return tuple(found)
