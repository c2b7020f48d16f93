"""What customers are compared by, and who is in each cluster."""

from cxlab.blocks import Cell, Table
from cxlab.clusters import Feature, Features, Profile, Profiles
from cxlab.words import count, few, money, number, percent, percent_between

_CHANGE = {"logarithm": "Logarithm", "power": "Power, nearest to a bell curve", "plain": "As it is"}


def cluster_features(features: Features) -> Table:
    """One row a measure: used or left out and why, how it was put on the common scale, far values drawn in."""
    return Table(
        name="features",
        caption="What customers are compared by",
        columns=("Measure", "Used", "Put on the scale by", "Far values drawn in"),
        rows=tuple(_feature(f) for f in features.candidates),
        note=f"{number(features.n)} customers; all measures as of the end of the calibration window.",
        words=(1, 2),
    )


def _feature(feature: Feature) -> tuple[Cell, ...]:
    if feature.left_out:
        return Cell(feature.words), Cell("No", feature.left_out), Cell("–"), Cell("–")
    return Cell(feature.words), Cell("Yes"), Cell(_CHANGE[feature.change]), Cell(number(feature.drawn_in))


def cluster_profiles(profiles: Profiles) -> Table:
    """One row a cluster: size, what it brings, and its typical customer in days and money."""
    return Table(
        name="profiles",
        caption="Who is in each cluster",
        columns=(
            "Cluster",
            "Share of customers",
            "Share of contribution",
            "Bought once",
            "Repeat purchases",
            "Days since last order",
            "Spent an order",
            "Contribution each",
        ),
        rows=tuple(_profile(p, profiles) for p in profiles.profiles),
        note=(
            f"{number(profiles.n)} customers. Small figures: 95% interval and number of customers. The last four "
            f"columns are medians; money in {profiles.currency}."
        ),
    )


def _profile(one: Profile, of: Profiles) -> tuple[Cell, ...]:
    profile = next((p for p in of.shown if p.letter == one.letter), None)
    if profile is None:
        return Cell(one.letter, f"{few(one.customers, of.minimum_group)} customers"), *(Cell("–") for _ in range(7))
    size, m = profile.size, profile.medians
    share = profile.contribution_share
    return (
        Cell(f"{profile.letter}: {profile.name}", count(profile.customers, "customer")),
        Cell(percent(size.number), percent_between(size.low or 0.0, size.high or 0.0), bar=size.number),
        Cell("–") if share is None else Cell(percent(share), bar=min(max(share, 0.0), 1.0)),
        Cell(percent(profile.one_time_share)),
        Cell(number(m["repeat_purchases"], 0 if float(m["repeat_purchases"]).is_integer() else 1)),
        Cell(number(m["days_since_last_order"])),
        Cell(money(m["mean_order_value"], of.currency)),
        Cell(money(m["contribution"], of.currency)),
    )
