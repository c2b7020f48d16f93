"""What customers are compared by, what criteria and methods say, and who is in each cluster."""

from cxlab.blocks import Cell, Table
from cxlab.clusters import (
    Choice,
    Criterion,
    Feature,
    Features,
    MethodAgreement,
    Profile,
    Profiles,
    Typical,
    TypicalCustomers,
)
from cxlab.clusters.criterion import TINY
from cxlab.clusters.method_agreement import CHOSEN, OTHERS
from cxlab.clusters.methods import NAMES
from cxlab.language import Texts, tr
from cxlab.words import capital, few, money, number, number_between, percent, percent_between

_CHANGE = Texts({"logarithm": "Logarithm", "power": "Power, nearest to a bell curve", "plain": "As it is"})
_ASKS = Texts(  # of each criterion: what it asks
    {
        "silhouette": "Are customers nearer to their own group than to the next?",
        "gap": "Are the groups tighter than among customers without groups?",
        "bic": "How many bell curves describe the customers best?",
        "prediction_strength": "Does one half foretell who is together in the other?",
        "stability": "Does even the weakest group come back in resamples?",
    }
)
_DIVIDES = Texts(  # of each method: how it divides
    {
        "chosen": "Each to the nearest middle",
        "gaussian_mixture": "Each to the likeliest bell curve",
        "ward": "Joins the nearest, again and again",
        "hdbscan": "Crowded places, between empty ones",
    }
)
_LEANS = Texts(  # where criteria and methods are known to lean
    {
        "silhouette": "few, round groups of like size",
        "gap": "no groups, where they are faint",
        "bic": "too many, where a heap is lopsided",
        "prediction_strength": "few; one stretched cloud as two",
        "stability": "few; one stretched cloud as two",
        "chosen": "round groups of like width",
        "gaussian_mixture": "groups of any width, also one inside another",
        "ward": "round groups; a joining is never undone",
        "hdbscan": "few groups, much left as noise",
    }
)


def cluster_features(features: Features) -> Table:
    """One row a measure: used or left out and why, how it was put on the common scale, far values drawn in."""
    return Table(
        name="features",
        caption=tr("What customers are compared by"),
        columns=(tr("Measure"), tr("Used"), tr("Put on the scale by"), tr("Far values drawn in")),
        rows=tuple(_feature(f) for f in features.candidates),
        note=tr("{n} customers; all measures as of the end of the calibration window.", n=number(features.n)),
        words=(1, 2),
    )


def _feature(feature: Feature) -> tuple[Cell, ...]:
    if feature.left_out:
        return Cell(feature.words), Cell(tr("No"), feature.left_out), Cell("–"), Cell("–")
    return Cell(feature.words), Cell(tr("Yes")), Cell(_CHANGE[feature.change]), Cell(number(feature.drawn_in))


def cluster_criteria(choice: Choice) -> Table:
    """One row a criterion: what it asks, the number it takes and by what rule, its figures, where it leans."""
    return Table(
        name="criteria",
        caption=tr("What each criterion says of the number of clusters"),
        columns=(
            tr("Criterion"),
            tr("Asks"),
            tr("Takes"),
            tr("Its figure there"),
            tr("Its figure at {k}", k=number(choice.k)),
            tr("Leans to"),
        ),
        rows=tuple(_criterion(one, choice.k) for one in choice.criteria),
        note=(
            tr(
                "{n} customers. Small figures: the rule by which the number is taken; and, in this order, "
                "95% interval, simulation error either side, 95% interval of the difference from the "
                "lowest, and the middle 95% of halves and of resamples.",
                n=number(choice.n),
            )
        ),
        words=(1, 5),
    )


def _criterion(one: Criterion, k: int) -> tuple[Cell, ...]:
    asks, leans = _ASKS[one.name], _LEANS[one.name]
    takes = tr("none") if one.k == 1 else number(one.k)
    return (
        Cell(capital(one.words)), Cell(asks), Cell(takes, one.rule), _figure(one, one.k), _figure(one, k), Cell(leans),
    )  # fmt: skip


def _figure(one: Criterion, k: int) -> Cell:
    here = [i for i, tried in enumerate(one.tried) if tried == k]
    if not here:
        return Cell("–")
    at, digits = here[0], 0 if one.name == "bic" else 3
    ends = number_between(float(one.low[at]), float(one.high[at]), digits) if one.error[at] > TINY else ""
    return Cell(number(float(one.value[at]), digits), ends)


def cluster_methods(agreement: MethodAgreement) -> Table:
    """One row a method: how it divides, how many clusters it finds, how far it agrees, where it leans."""
    chosen = (
        Cell(NAMES["k_means"], tr("chosen")), Cell(_DIVIDES[CHOSEN]), Cell(number(agreement.k)), Cell("–"), Cell("–"),
        _once(agreement, CHOSEN), Cell(_LEANS[CHOSEN]),
    )  # fmt: skip
    rows = [chosen]
    for method in OTHERS:
        grouping, pair = agreement.groupings[method], agreement.with_chosen[method]
        e = pair.adjusted_rand
        rows.append(
            (
                Cell(
                    grouping.name,
                    tr("no answer") if pair.open else tr("the same") if pair.alike else tr("not the same"),
                ),
                Cell(_DIVIDES[method]),
                Cell(number(grouping.k) if grouping.k else tr("none")),
                Cell(agreement.noise(method) if method == "hdbscan" else "–"),
                Cell(pair.written, number_between(e.low or 0.0, e.high or 0.0, 2)) if e.has_interval else Cell("–"),
                _once(agreement, method),
                Cell(_LEANS[method]),
            )
        )
    sampled = {grouping.n_fitted for grouping in agreement.groupings.values() if grouping.n_fitted < agreement.n}
    return Table(
        name="methods",
        caption=tr("What other methods make of the same customers"),
        columns=(
            tr("Method"), tr("Puts customers"), tr("Clusters"), tr("Left as noise"), tr("Agrees with K-Means"),
            tr("Agrees with one-time or repeat"), tr("Leans to"),
        ),
        rows=tuple(rows),
        note=(
            tr(
                "{n} customers. Agreement is the adjusted Rand index: 1 is the same division, 0 is chance; "
                "small figures are 95% intervals, the divisions held fixed.",
                n=number(agreement.n),
            )
            + (f" {_of_sample(min(sampled))}" if sampled else "")
        ),
        words=(1, 6),
    )  # fmt: skip


def _of_sample(n: int) -> str:
    return tr("Found among a sample of {n}, the others put to the likest.", n=number(n))


def _once(agreement: MethodAgreement, one: str) -> Cell:
    index = agreement.one_time[one]
    return Cell("–") if index != index else Cell(number(index, 2))  # NaN: there is nothing to compare


def cluster_profiles(profiles: Profiles) -> Table:
    """One row a cluster: size, what it brings, and its medians in days and money."""
    return Table(
        name="profiles",
        caption=tr("Who is in each cluster"),
        columns=(
            tr("Cluster"),
            tr("Share of customers"),
            tr("Share of contribution"),
            tr("Bought once"),
            tr("Repeat purchases"),
            tr("Days since last order"),
            tr("Spent an order"),
            tr("Contribution each"),
        ),
        rows=tuple(_profile(p, profiles) for p in profiles.profiles),
        note=(
            tr(
                "{n} customers. Small figures: 95% interval and number of customers. The last four "
                "columns are medians; money in {currency}.",
                n=number(profiles.n),
                currency=profiles.currency,
            )
            + _of_net(profiles)
        ),
    )


def _of_net(profiles: Profiles) -> str:
    """Say why shares of contribution may be odd, where a cluster brought less than nothing."""
    if not any(p.contribution_share is not None and p.contribution_share < 0 for p in profiles.shown):
        return ""
    why = tr("Shares are of what is left when losses are taken off, so those above zero add up to more than 100%.")
    return f" {why}"


def _profile(one: Profile, of: Profiles) -> tuple[Cell, ...]:
    profile = next((p for p in of.shown if p.letter == one.letter), None)
    if profile is None:
        return Cell(one.letter, tr("{n} customers", n=few(one.customers, of.minimum_group))), *(
            Cell("–") for _ in range(7)
        )
    size, m = profile.size, profile.medians
    share = profile.contribution_share
    return (
        Cell(f"{profile.letter}: {profile.name}", profile.counted),
        Cell(percent(size.number), percent_between(size.low or 0.0, size.high or 0.0), bar=size.number),
        Cell("–") if share is None else Cell(percent(share), bar=min(max(share, 0.0), 1.0)),
        Cell(percent(profile.one_time_share)),
        Cell(number(m["repeat_purchases"], 0 if float(m["repeat_purchases"]).is_integer() else 1)),
        Cell(number(m["days_since_last_order"])),
        Cell(money(m["mean_order_value"], of.currency)),
        Cell(money(m["contribution"], of.currency)),
    )


_TYPICAL = Texts(  # of each measure: its column
    {
        "repeat_purchases": "Repeat purchases",
        "days_since_last_order": "Days since last order",
        "mean_order_value": "Spent an order",
        "contribution": "Contribution",
        "returned_share": "Returned share",
        "service_per_order": "To serve an order",
    }
)


def typical_customers(typical: TypicalCustomers) -> Table | None:
    """One row a cluster that is large enough: its typical customer in days and money, rounded; None where none is."""
    if not typical.typical:
        return None
    measures = [name for name in _TYPICAL if name in typical.typical[0].measures]
    return Table(
        name="typical_customers",
        caption=tr("A typical customer of each cluster"),
        columns=(tr("Cluster"), *(_TYPICAL[name] for name in measures)),
        rows=tuple(_typical(one, measures, typical.currency) for one in typical.typical),
        note=(
            tr(
                "Each is the mean of the customers whose figures lie nearest to the medians of the "
                "cluster, a tenth of it and never fewer than {least}, rounded to two digits: "
                "nobody’s own figures. Money in {currency}.",
                least=number(typical.minimum_group),
                currency=typical.currency,
            )
            + (f" {typical.left_unshown}" if typical.n_left else "")
        ),
    )


def _typical(one: Typical, measures: list[str], currency: str) -> tuple[Cell, ...]:
    return (
        Cell(f"{one.letter}: {one.name}", tr("mean of {n} customers", n=number(one.n_meant))),
        *(Cell(_written(name, one.measures[name], currency)) for name in measures),
    )


def _written(name: str, value: float, currency: str) -> str:
    if name in ("mean_order_value", "contribution", "service_per_order"):
        return money(value, currency, 0 if abs(value) >= 10 else 2)
    return (
        percent(value)
        if name == "returned_share"
        else number(value, 0 if abs(value) >= 10 or value == int(value) else 1)
    )
