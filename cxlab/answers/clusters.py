"""The answer to: are there natural groups among the customers?"""  # noqa: D400

from typing import NamedTuple

from cxlab.blocks import Answer, Fact, Strip, Tone
from cxlab.clusters import Choice, MethodAgreement, Profiles, SearchLuck, Stability, Structure
from cxlab.clusters.method_agreement import OTHERS
from cxlab.clusters.structure import LEAST_EXCESS
from cxlab.language import Texts, tr, trn
from cxlab.phrases import listed
from cxlab.words import few, number, number_between, percent, percent_between

_BLIND = Texts(
    {
        "few": (
            "The data cannot tell: the customers show no more than {different} different histories, so kinds of "
            "customers cannot be told from lumps. But the clusters below show how the lumps lie."
        ),
        "same": (
            "The data cannot tell: the customers differ in too few measures to be held against customers without "
            "groups. But the clusters below divide them by what there is."
        ),
        "lumps": (
            "The data cannot tell: single measures already come in lumps, so groups of customers cannot be told from "
            "them. But the clusters below show how the lumps go together."
        ),
    }
)


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
    tone, k, n = clusters_verdict(structure, stability, methods), number(len(profiles.profiles)), number(structure.n)
    said = {
        "yes": _Verdict("yes", tr("Groups found"), tr("{n} customers fall into {k} clusters that come back", n=n, k=k)),
        "partly": _Verdict(
            "partly",
            tr("Groups, but not firm"),
            tr("{n} customers fall into groups, but where one ends hangs on the method", n=n)
            if stability.all_stable
            else tr("{n} customers fall into groups, some of them unsteady", n=n),
        ),
        "no": _Verdict("no", tr("No natural groups"), tr("{n} customers differ by degree, not by kind", n=n)),
        "cannot": _Verdict(
            "cannot",
            tr("No groups shown"),
            tr("{n} customers: no groups are shown, and none ruled out", n=n),
        ),
    }[tone]
    return Answer(
        tone,
        said.tag,
        _line(tone, structure, stability, methods),
        (_sharper(structure), _worth(profiles), _sure(choice, stability, methods)),
        f"{_decide(tone, structure, profiles, stability)} {_by_luck(tone, luck)}".rstrip(),
        said.headline,
        open=(_open(tone, k, stability),),
    )


def _line(tone: Tone, structure: Structure, stability: Stability, methods: MethodAgreement) -> str:
    e, least = structure.excess, number(LEAST_EXCESS, 2)
    by = _fine(abs(e.number))
    divide = (
        tr("the customers divide {by} more sharply (on a scale of 1) than customers without groups would", by=by)
        if e.number >= 0
        else tr("the customers divide {by} less sharply (on a scale of 1) than customers without groups would", by=by)
    )
    k, steady = len(stability.letters), stability.n_stable
    if tone == "yes":
        found = {"divide": divide, "same": number(len(methods.same)), "others": number(len(OTHERS))}
        if k == 2:
            return trn(
                "Yes: {divide}. Both groups come back when the customers are drawn anew, and {same} of {others} other "
                "methods finds the same.",
                "Yes: {divide}. Both groups come back when the customers are drawn anew, and {same} of {others} other "
                "methods find the same.",
                len(methods.same),
                **found,
            )
        return trn(
            "Yes: {divide}. All {k} groups come back when the customers are drawn anew, and {same} of {others} other "
            "methods finds the same.",
            "Yes: {divide}. All {k} groups come back when the customers are drawn anew, and {same} of {others} other "
            "methods find the same.",
            len(methods.same),
            k=number(k),
            **found,
        )
    if tone == "partly" and stability.all_stable:
        return tr(
            "In part: {divide}. But where one group ends and the next begins is open: no other method agrees.",
            divide=divide,
        )
    if tone == "partly":
        return tr(
            "In part: {divide}. But only {some} of {k} groups come back when they are drawn anew.",
            divide=divide,
            some=number(steady),
            k=number(k),
        )
    if structure.is_blind:
        return _BLIND[structure.blind].format(different=number(structure.n_different))
    if tone == "cannot":
        bounds = {"divide": divide, "most": _fine(structure.most), "least": least}
        if e.number > structure.chance:
            return tr(
                "The data cannot tell: no groups are shown. But {divide}, which is more than chance, but could be "
                "anything up to {most}, where {least} would count.",
                **bounds,
            )
        return tr(
            "The data cannot tell: no groups are shown. But {divide}, which may be chance, and could be anything up to "
            "{most}, where {least} would count.",
            **bounds,
        )
    keeps = (
        tr("But the division comes back when the customers are drawn anew, so it serves to sum them up.")
        if stability.all_stable
        else tr(
            "But {some} of {k} parts come back when the customers are drawn anew.", some=number(steady), k=number(k)
        )
    )
    return tr(
        "No: {divide}, and at most {most}, where {least} would count. {keeps}",
        divide=divide,
        most=_fine(structure.most),
        least=least,
        keeps=keeps,
    )


def _fine(value: float) -> str:
    """Write with two decimals; with three what would else read as nothing, or as the least that counts."""
    return number(value, 2) if value >= 0.005 and abs(value - LEAST_EXCESS) > 0.006 else number(value, 3)


def _sharper(structure: Structure) -> Fact:
    if structure.is_blind:
        text = tr(
            "{draws} draws of customers without groups, held against {n} customers, divide as they do, whatever the "
            "groups.",
            draws=number(structure.n_references),
            n=number(structure.n_tested),
        )
        return Fact(tr("Sharper than without groups"), tr("cannot tell"), text)
    e, chance = structure.excess, structure.chance
    low, high = e.number - chance, e.number + chance
    words = number_between(low, high, 3)
    strip = Strip(low, e.number, high, words, top=max(0.3, high), bottom=min(-0.1, low))
    text = tr(
        "Chance moves it by up to {chance} ({draws} draws, {n} customers); {least} and clear of chance counts.",
        chance=number(chance, 3),
        draws=number(structure.n_references),
        n=number(structure.n_tested),
        least=number(LEAST_EXCESS, 2),
    )
    return Fact(tr("Sharper than without groups"), number(e.number, 3), text, tr("of 1"), strip)


def _worth(profiles: Profiles) -> Fact:
    if not profiles.shown:
        text = tr(
            "None of the {n} has as many customers as a page may speak of.",
            n=number(len(profiles.profiles)),
        )
        return Fact(
            tr("Who brings most"),
            few(1, profiles.minimum_group),
            text,
            tr("customers a cluster"),
        )
    top = profiles.shown[0]
    interval = percent_between(top.size.low or 0.0, top.size.high or 0.0)
    label = tr("Cluster {letter}: {name}", letter=top.letter, name=top.name.lower())
    if top.contribution_share is None:
        return Fact(
            label, percent(top.size.number), tr("95% interval {interval}.", interval=interval), tr("of customers")
        )
    text = tr(
        "from {size} of {n} customers ({interval}).",
        size=percent(top.size.number),
        n=number(profiles.n),
        interval=interval,
    )
    return Fact(label, percent(top.contribution_share), text, tr("of contribution"))


def _sure(choice: Choice, stability: Stability, methods: MethodAgreement) -> Fact:
    k = number(len(stability.letters))
    back = _weakest(stability)
    criteria = trn(
        "{n} of {ways} ways of counting says {k}",
        "{n} of {ways} ways of counting say {k}",
        choice.support,
        n=number(choice.support),
        ways=number(len(choice.votes)),
        k=k,
    )
    others = number(len(OTHERS))
    same = (
        trn(
            "{n} of {others} other methods gives the same",
            "{n} of {others} other methods give the same",
            len(methods.same),
            n=number(len(methods.same)),
            others=others,
        )
        if methods.same
        else tr("none of {others} other methods give the same", others=others)
    )
    some = tr("{some} of {k}", some=number(stability.n_stable), k=k)
    return Fact(tr("How sure"), some, f"{back}. {criteria}; {same}.", tr("clusters"))


def _weakest(stability: Stability) -> str:
    """Say what comes back, and how much of the weakest cluster that a page may speak of."""
    if not stability.shown:
        return tr("come back when the customers are drawn anew")
    keeps = percent(min(one.mean.number for one in stability.shown))
    if len(stability.shown) == len(stability.letters):
        return tr(
            "come back when the customers are drawn anew, the weakest keeping {keeps} of its customers", keeps=keeps
        )
    return tr(
        "come back when the customers are drawn anew, the weakest of {least} or more keeping {keeps} of its customers",
        least=number(stability.minimum_group),
        keeps=keeps,
    )


def _decide(tone: Tone, structure: Structure, profiles: Profiles, stability: Stability) -> str:
    plain = tr("steer the {n} customers by a plain rule of activity and profit", n=number(profiles.n))
    if structure.is_blind:
        return tr("Look at the clusters and at the measures one by one; until then, {plain}.", plain=plain)
    if tone == "no":
        return tr(
            "Do not build on kinds of customers: {plain}, and use the clusters only to describe them.", plain=plain
        )
    if tone == "cannot" and structure.n == structure.n_tested:
        return tr(
            "Do not build on these clusters yet: {plain}, and ask again when there are more of them, or more is known.",
            plain=plain,
        )
    if tone == "cannot":
        return tr("Do not build on these clusters yet: {plain}, and ask again when more is known of them.", plain=plain)
    return _plan(tone, profiles, stability)


def _plan(tone: Tone, profiles: Profiles, stability: Stability) -> str:
    """Say how to plan by the clusters."""
    top = profiles.shown[0] if profiles.shown else None
    first = (
        ""
        if top is None
        else tr(
            "beginning with the {counted} of cluster {letter} ({name})",
            counted=top.counted,
            letter=top.letter,
            name=top.name.lower(),
        )
    )
    if tone == "yes":
        if not first:
            return tr("Plan offers and service by these groups.")
        return tr("Plan offers and service by these groups, {first}.", first=first)
    if not stability.all_stable:
        if not first:
            return tr("Plan by the groups that come back and leave the others undivided.")
        return tr("Plan by the groups that come back, {first}, and leave the others undivided.", first=first)
    if not first:
        return tr("Plan by what sets the groups apart most, and do not treat customers near a border differently.")
    return tr(
        "Plan by what sets the groups apart most, {first}, and do not treat customers near a border differently.",
        first=first,
    )


def _by_luck(tone: Tone, luck: SearchLuck | None) -> str:
    """Name the clusters that hang on where the search starts, where the decision builds on clusters; else empty."""
    if luck is None or tone not in ("yes", "partly"):
        return ""
    moved = dict(zip(luck.stability.letters, luck.moved_by, strict=True))
    letters = [kept.letter for kept, _ in luck.shown if moved[kept.letter] in ("search", "both")]
    if not letters:
        return ""
    return trn(
        "{who} is not found from every start of the search: do not build on it alone.",
        "{who} are not found from every start of the search: do not build on any of them alone.",
        len(letters),
        who=listed(letters),
    )


def _open(tone: Tone, k: str, stability: Stability) -> tuple[str, str]:
    if tone == "partly" and stability.all_stable:
        return (
            tr("Where do the groups end?"),
            tr("Further measures of the customers would tell, and so would their purchases in the hold-out window."),
        )
    if tone in ("yes", "partly"):
        return tr("Do the {k} clusters buy differently later?", k=k), tr(
            "Their purchases in the hold-out window, held against a plain rule, would tell."
        )
    return tr("Are there groups that orders do not show?"), tr(
        "Channels, returns, feedback and costs to serve in the study would tell."
    )
