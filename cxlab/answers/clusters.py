"""The answer to: are there natural groups among the customers?"""  # noqa: D400

from typing import NamedTuple

from cxlab.blocks import Answer, Fact, Strip, Tone
from cxlab.clusters import Choice, Profiles, Stability, Structure
from cxlab.clusters.structure import LEAST_EXCESS
from cxlab.words import count, number, number_between, percent, percent_between

LEAST_FOR_NO = 100  # with fewer customers, not finding groups does not say that there are none


class _Verdict(NamedTuple):
    tone: Tone
    tag: str
    headline: str


def clusters_verdict(structure: Structure, stability: Stability) -> Tone:
    """Apply the written rule.

    No structure: "no", or "cannot" with fewer than 100 customers. Structure: "yes" when every cluster comes back in
    resamples (mean Jaccard of .75 or more), else "partly".
    """
    if not structure.found:
        return "no" if structure.n >= LEAST_FOR_NO else "cannot"
    return "yes" if stability.all_stable else "partly"


def clusters_answer(structure: Structure, choice: Choice, stability: Stability, profiles: Profiles) -> Answer:
    """Put the verdict on the clusters into words: tone by `clusters_verdict`, three facts and the decision."""
    tone, k = clusters_verdict(structure, stability), count(len(profiles.profiles), "cluster")
    customers = count(structure.n, "customer")
    said = {
        "yes": _Verdict("yes", "Groups found", f"{customers} fall into {k} that come back"),
        "partly": _Verdict("partly", "Groups, but not firm", f"{customers} fall into groups, some of them unsteady"),
        "no": _Verdict("no", "No natural groups", f"{customers} differ by degree, not by kind"),
        "cannot": _Verdict("cannot", "Cannot tell", f"{customers} are too few to rule out groups"),
    }[tone]
    return Answer(
        tone,
        said.tag,
        _line(tone, structure, stability),
        (_sharper(structure), _worth(profiles), _sure(choice, stability)),
        _decide(tone, profiles),
        said.headline,
        open=(_open(tone, k),),
    )


def _line(tone: Tone, structure: Structure, stability: Stability) -> str:
    excess = number(abs(structure.excess.number), 2)
    more = "more" if structure.excess.number >= 0 else "less"
    chance = number(max(structure.excess.number - (structure.excess.low or 0.0), 0.0), 2)
    divide = f"the customers divide {excess} {more} sharply (on a scale of 1) than customers without groups would"
    k, steady = len(stability.letters), stability.n_stable
    if tone == "yes":
        return f"Yes: {divide}, and all {number(k)} groups come back when the customers are drawn anew."
    if tone == "partly":
        return f"In part: {divide}. But only {number(steady)} of {number(k)} groups come back when they are drawn anew."
    limit = (
        f"where chance alone reaches {chance}"
        if structure.excess.number <= float(chance)
        else f"which is under the {number(LEAST_EXCESS, 2)} that would count"
    )
    if tone == "cannot":
        return f"The data cannot tell: {divide}, {limit}. But so few customers could hide real groups."
    keeps = (
        "But the division comes back when the customers are drawn anew, so it serves to sum them up."
        if stability.all_stable
        else f"But {number(steady)} of {number(k)} parts come back when the customers are drawn anew."
    )
    return f"No: {divide}, {limit}. {keeps}"


def _sharper(structure: Structure) -> Fact:
    e = structure.excess
    low, high = e.low or 0.0, e.high or 0.0
    words = number_between(low, high, 2)
    strip = Strip(low, e.number, high, words, top=max(0.3, high), bottom=min(-0.1, low))
    text = (
        f"{words} (95%, {count(structure.n_tested, 'customer')}); {number(LEAST_EXCESS, 2)} and clear of chance counts."
    )
    return Fact("Sharper than without groups", number(e.number, 2), text, "of 1", strip)


def _worth(profiles: Profiles) -> Fact:
    if not profiles.shown:
        text = f"None of the {number(len(profiles.profiles))} has as many customers as a page may speak of."
        return Fact("Who brings most", f"under {number(profiles.minimum_group)}", text, "customers a cluster")
    top = profiles.shown[0]
    interval = percent_between(top.size.low or 0.0, top.size.high or 0.0)
    label = f"Cluster {top.letter}: {top.name.lower()}"
    if top.contribution_share is None:
        return Fact(label, percent(top.size.number), f"of customers ({interval}).", "of customers")
    text = f"from {percent(top.size.number)} of {count(profiles.n, 'customer')} ({interval})."
    return Fact(label, percent(top.contribution_share), text, "of contribution")


def _sure(choice: Choice, stability: Stability) -> Fact:
    k, shown = len(stability.letters), stability.shown
    gap = "finds none" if choice.k_gap == 1 else f"says {number(choice.k_gap)}"
    weakest = "the weakest" if len(shown) == k else f"the weakest of {number(stability.minimum_group)} or more"
    least = f", {weakest} keeping {percent(min(e.number for _, e in shown))} of its customers" if shown else ""
    text = f"come back in resamples{least}; the second count {gap}."
    return Fact("How sure", f"{number(stability.n_stable)} of {number(k)}", text, "clusters")


def _decide(tone: Tone, profiles: Profiles) -> str:
    everybody = count(profiles.n, "customer")
    first = "".join(
        f", beginning with the {count(top.size.n or 0, 'customer')} of cluster {top.letter} ({top.name.lower()})"
        for top in profiles.shown[:1]
    )
    return {
        "yes": f"Plan offers and service by these groups{first}.",
        "partly": f"Plan by the groups that come back{first}{',' * bool(first)} and leave the others undivided.",
        "no": f"Do not build on kinds of customers: steer the {everybody} by a plain rule of activity and profit, "
        "and use the clusters only to describe them.",
        "cannot": f"Keep all {everybody} together for now, and ask again with {LEAST_FOR_NO} customers or more.",
    }[tone]


def _open(tone: Tone, k: str) -> tuple[str, str]:
    if tone in ("yes", "partly"):
        return f"Do the {k} buy differently later?", "Their purchases in the hold-out window, against a plain rule."
    return "Are there groups that orders do not show?", "Channels, returns, feedback and costs to serve in the study."
