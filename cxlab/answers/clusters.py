"""The answer to: are there natural groups among the customers?"""  # noqa: D400

from typing import NamedTuple

from cxlab.blocks import Answer, Fact, Strip, Tone
from cxlab.clusters import Choice, MethodAgreement, Profiles, SearchLuck, Stability, Structure
from cxlab.clusters.criterion import listed
from cxlab.clusters.method_agreement import OTHERS
from cxlab.clusters.structure import LEAST_EXCESS
from cxlab.words import capital, count, number, number_between, percent, percent_between

_BLIND = {
    "few": (
        "The data cannot tell: the customers show no more than {different} different histories, so kinds of customers "
        "cannot be told from lumps. But the clusters below show how the lumps lie."
    ),
    "same": (
        "The data cannot tell: the customers differ in too few measures to be held against customers without groups. "
        "But the clusters below divide them by what there is."
    ),
    "lumps": (
        "The data cannot tell: single measures already come in lumps, so groups of customers cannot be told from them. "
        "But the clusters below show how the lumps go together."
    ),
}


class _Verdict(NamedTuple):
    tone: Tone
    tag: str
    headline: str


def clusters_verdict(structure: Structure, stability: Stability, methods: MethodAgreement) -> Tone:
    """Apply the written rule.

    Structure: "yes" when every cluster comes back in resamples (mean Jaccard of .75 or more) and at least one method of
    another kind finds the same groups, else "partly". None: "no" when the data rule out, at every number of clusters,
    an excess that would count; else "cannot".
    """
    if structure.shown != "groups":
        return "no" if structure.shown == "none" else "cannot"
    return "yes" if stability.all_stable and methods.same else "partly"


def clusters_answer(
    structure: Structure,
    choice: Choice,
    stability: Stability,
    profiles: Profiles,
    methods: MethodAgreement,
    luck: SearchLuck | None = None,
) -> Answer:
    """Put the verdict on the clusters into words: tone by `clusters_verdict`, three facts and the decision.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> features = cx.fit_features(kit.customers)
    >>> choice = cx.choose_k(features, k_max=4, seed=1)
    >>> structure = cx.structure_test(features, k_max=3, seed=1, n_references=19)
    >>> clusters = cx.fit_clusters(kit.customers, k=choice.k, seed=1)
    >>> stability = cx.cluster_stability(clusters, n_bootstrap=20, seed=1)
    >>> profiles = cx.cluster_profiles(clusters, kit.customers)
    >>> methods = cx.compare_methods(clusters, seed=1)
    >>> cx.clusters_answer(structure, choice, stability, profiles, methods).tag
    'Groups, but not firm'
    """
    tone, k = clusters_verdict(structure, stability, methods), count(len(profiles.profiles), "cluster")
    customers = count(structure.n, "customer")
    unsure = "some of them unsteady" if not stability.all_stable else "but where one ends hangs on the method"
    said = {
        "yes": _Verdict("yes", "Groups found", f"{customers} fall into {k} that come back"),
        "partly": _Verdict("partly", "Groups, but not firm", f"{customers} fall into groups, {unsure}"),
        "no": _Verdict("no", "No natural groups", f"{customers} differ by degree, not by kind"),
        "cannot": _Verdict("cannot", "No groups shown", f"{customers}: no groups are shown, and none ruled out"),
    }[tone]
    return Answer(
        tone,
        said.tag,
        _line(tone, structure, stability, methods),
        (_sharper(structure), _worth(profiles), _sure(choice, stability, methods)),
        _decide(tone, structure, profiles, stability) + _by_luck(tone, luck),
        said.headline,
        open=(_open(tone, k, stability),),
    )


def _line(tone: Tone, structure: Structure, stability: Stability, methods: MethodAgreement) -> str:
    e, least = structure.excess, number(LEAST_EXCESS, 2)
    more = f"{_fine(abs(e.number))} {'more' if e.number >= 0 else 'less'} sharply (on a scale of 1)"
    divide = f"the customers divide {more} than customers without groups would"
    k, steady = len(stability.letters), stability.n_stable
    if tone == "yes":
        back = "both groups" if k == 2 else f"all {number(k)} groups"
        same = f"{number(len(methods.same))} of {number(len(OTHERS))} other methods"
        find = "finds" if len(methods.same) == 1 else "find"
        return (
            f"Yes: {divide}. {capital(back)} come back when the customers are drawn anew, and {same} {find} the same."
        )
    if tone == "partly" and stability.all_stable:
        return f"In part: {divide}. But where one group ends and the next begins is open: no other method agrees."
    if tone == "partly":
        return f"In part: {divide}. But only {number(steady)} of {number(k)} groups come back when they are drawn anew."
    if structure.is_blind:
        return _BLIND[structure.blind].format(different=number(structure.n_different))
    if tone == "cannot":
        chance = "is more than chance, but" if e.number > structure.chance else "may be chance, and"
        could = f"could be anything up to {_fine(structure.most)}, where {least} would count"
        return f"The data cannot tell: no groups are shown. But {divide}, which {chance} {could}."
    keeps = (
        "But the division comes back when the customers are drawn anew, so it serves to sum them up."
        if stability.all_stable
        else f"But {number(steady)} of {number(k)} parts come back when the customers are drawn anew."
    )
    return f"No: {divide}, and at most {_fine(structure.most)}, where {least} would count. {keeps}"


def _fine(value: float) -> str:
    """Write with two decimals; with three what would else read as nothing, or as the least that counts."""
    return number(value, 2) if value >= 0.005 and abs(value - LEAST_EXCESS) > 0.006 else number(value, 3)


def _sharper(structure: Structure) -> Fact:
    if structure.is_blind:
        text = (
            f"{number(structure.n_references)} draws of customers without groups, held against "
            f"{count(structure.n_tested, 'customer')}, divide as they do, whatever the groups."
        )
        return Fact("Sharper than without groups", "cannot tell", text)
    e, chance = structure.excess, structure.chance
    low, high = e.number - chance, e.number + chance
    words = number_between(low, high, 3)
    strip = Strip(low, e.number, high, words, top=max(0.3, high), bottom=min(-0.1, low))
    text = (
        f"Chance moves it by up to {number(chance, 3)} ({number(structure.n_references)} draws, "
        f"{count(structure.n_tested, 'customer')}); {number(LEAST_EXCESS, 2)} and clear of chance counts."
    )
    return Fact("Sharper than without groups", number(e.number, 3), text, "of 1", strip)


def _worth(profiles: Profiles) -> Fact:
    if not profiles.shown:
        text = f"None of the {number(len(profiles.profiles))} has as many customers as a page may speak of."
        return Fact("Who brings most", f"under {number(profiles.minimum_group)}", text, "customers a cluster")
    top = profiles.shown[0]
    interval = percent_between(top.size.low or 0.0, top.size.high or 0.0)
    label = f"Cluster {top.letter}: {top.name.lower()}"
    if top.contribution_share is None:
        return Fact(label, percent(top.size.number), f"95% interval {interval}.", "of customers")
    text = f"from {percent(top.size.number)} of {count(profiles.n, 'customer')} ({interval})."
    return Fact(label, percent(top.contribution_share), text, "of contribution")


def _sure(choice: Choice, stability: Stability, methods: MethodAgreement) -> Fact:
    k, shown = len(stability.letters), stability.shown
    criteria = f"{number(choice.support)} of {number(len(choice.votes))} ways of counting"
    same = f"{number(len(methods.same)) if methods.same else 'none'} of {number(len(OTHERS))} other methods"
    weakest = "the weakest" if len(shown) == k else f"the weakest of {number(stability.minimum_group)} or more"
    least = f", {weakest} keeping {percent(min(one.mean.number for one in shown))} of its customers" if shown else ""
    say, give = "says" if choice.support == 1 else "say", "gives" if len(methods.same) == 1 else "give"
    text = f"come back when the customers are drawn anew{least}. {criteria} {say} {number(k)}; {same} {give} the same."
    return Fact("How sure", f"{number(stability.n_stable)} of {number(k)}", text, "clusters")


def _decide(tone: Tone, structure: Structure, profiles: Profiles, stability: Stability) -> str:
    everybody = count(profiles.n, "customer")
    first = "".join(
        f", beginning with the {top.counted} of cluster {top.letter} ({top.name.lower()})" for top in profiles.shown[:1]
    )
    plain = f"steer the {everybody} by a plain rule of activity and profit"
    if structure.is_blind:
        return f"Look at the clusters and at the measures one by one; until then, {plain}."
    again = "there are more of them, or more is known" if structure.n == structure.n_tested else "more is known of them"
    return {
        "yes": f"Plan offers and service by these groups{first}.",
        "partly": f"Plan by the groups that come back{first}{',' * bool(first)} and leave the others undivided."
        if not stability.all_stable
        else f"Plan by what sets the groups apart most{first}, and do not treat customers near a border differently.",
        "no": f"Do not build on kinds of customers: {plain}, and use the clusters only to describe them.",
        "cannot": f"Do not build on these clusters yet: {plain}, and ask again when {again}.",
    }[tone]


def _by_luck(tone: Tone, luck: SearchLuck | None) -> str:
    """Name the clusters that hang on where the search starts, where the decision builds on clusters; else empty."""
    if luck is None or tone not in ("yes", "partly"):
        return ""
    moved = dict(zip(luck.stability.letters, luck.moved_by, strict=True))
    letters = [kept.letter for kept, _ in luck.shown if moved[kept.letter] in ("search", "both")]
    if not letters:
        return ""
    is_, it = ("is", "it") if len(letters) == 1 else ("are", "any of them")
    return f" {listed(letters)} {is_} not found from every start of the search: do not build on {it} alone."


def _open(tone: Tone, k: str, stability: Stability) -> tuple[str, str]:
    if tone == "partly" and stability.all_stable:
        return (
            "Where do the groups end?",
            "Further measures of the customers; their purchases in the hold-out window.",
        )
    if tone in ("yes", "partly"):
        return f"Do the {k} buy differently later?", "Their purchases in the hold-out window, against a plain rule."
    return "Are there groups that orders do not show?", "Channels, returns, feedback and costs to serve in the study."
