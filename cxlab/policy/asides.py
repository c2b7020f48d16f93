"""What the values of policies are of, and what one must not read into them."""

from cxlab.gestures.said import noun_of
from cxlab.language import Texts, tr
from cxlab.policy.gain import GestureGain
from cxlab.policy.qini import Qini
from cxlab.policy.said import amount, amount_between, per
from cxlab.policy.value import PolicyValues
from cxlab.policy.verdict import PolicyVerdict

_OF_WHAT = Texts(
    {
        "taken off": "contribution, its cost taken off",
        "assumed": "contribution, less the cost that was given as a parameter",
        "unknown": "contribution before its cost, which is not recorded",
    }
)


def of_what(gain: GestureGain) -> str:
    """Say what a gain is counted in."""
    return _OF_WHAT[gain.cost] if gain.currency else tr("what it costs is not in it")


def asides(values: PolicyValues, verdict: PolicyVerdict, curve: Qini | None) -> str:
    """Gather what stands beside the verdict, in sentences.

    Parameters
    ----------
    curve : the Qini curve of the gesture; None: there is none.
    """
    said = [_nothing_to_choose_by(values, verdict, curve), _hint(values, verdict), _of_all_orders(values.gain)]
    return "".join(f" {sentence}" for sentence in said if sentence)


def _nothing_to_choose_by(values: PolicyValues, verdict: PolicyVerdict, curve: Qini | None) -> str:
    if verdict.choosing == "yes" or curve is None or curve.ranks:
        return ""
    said = (
        tr(
            "There is nothing to choose by that can be shown: customers with high forecasts of contribution gained no "
            "more than those with low ones, but for chance."
        )
        if values.gain.currency
        else tr(
            "There is nothing to choose by that can be shown: customers with high forecasts of the outcome gained no "
            "more than those with low ones, but for chance."
        )
    )
    others = tr(
        "The report on gestures asks whether groups differ, and in {outcome}, before any cost: they may differ there "
        "and not here.",
        outcome=noun_of(values.gain.effect),
    )
    return f"{said} {others}"


def _hint(values: PolicyValues, verdict: PolicyVerdict) -> str:
    """Say so where profit-bringers alone gained surely, and yet no verdict rests on it."""
    if verdict.has_list or "profit_bringers" not in values.chosen:
        return ""
    best = values.difference("profit_bringers", "no_one")
    if best.ends[0] <= 0:
        return ""
    return tr(
        "Given to profit-bringers only it gained {amount} {per} over no one ({interval}). That "
        "is one of several ways looked at: a group for the next trial, no verdict.",
        amount=amount(best, values.gain),
        per=per(values.gain),
        interval=amount_between(best, values.gain),
    )


def _of_all_orders(gain: GestureGain) -> str:
    if gain.effect.design == "randomised":
        return ""
    return tr(
        "These figures are of all orders at which it could have been given; what a gesture was "
        "worth where it was given stands above, and need not be the same."
    )
