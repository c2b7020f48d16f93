"""Is the experience random, expected or managed? The answer in words, and that of the page as a whole."""

from collections.abc import Sequence

from cxlab.answers.together import put_together
from cxlab.blocks import Answer, Fact, Strip, Tone
from cxlab.errors import Untold
from cxlab.experience import Places, Spread, Touchpoint
from cxlab.experience.spread import FACTOR, KIND, LITTLE, Kind, said_share
from cxlab.language import tr, trn
from cxlab.phrases import listed
from cxlab.words import number, number_between, percent, percent_between

_TONE: dict[Kind, Tone] = {"random": "no", "expected": "partly", "managed": "yes", "cannot_tell": "cannot"}


def experience_answer(*parts: Answer | Untold | None) -> Answer:
    """Put the answers of the page's parts together; see `cxlab.answers.together`.

    Parameters
    ----------
    parts : in the order of the page, each as if it were the answer; what is untold is left out.

    Raises
    ------
    MissingDataError, NotEnoughDataError : no part is told.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> found = cx.spread_of_scores(kit.answered)
    >>> cx.experience_answer(cx.spread_answer(found, cx.rank_places(found))).tag
    'Cannot tell'
    """
    return put_together(parts)


def spread_answer(found: Spread, places: Places) -> Answer:
    """Put into words whether the experience is led, who or what moves it, and what to do.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> found = cx.spread_of_scores(kit.answered)
    >>> cx.spread_answer(found, cx.rank_places(found)).headline
    'Whether the experience is led cannot be told yet'
    """
    kind = _main(found)
    mine, n = found.by_kind.get(kind, ()), len(found.shown)
    tag = KIND[kind]
    if len(mine) < n:
        tag = trn("{tag} at {n} of {all} touchpoint", "{tag} at {n} of {all} touchpoints", n, tag=tag, n=len(mine),
                  all=n)  # fmt: skip
    return Answer(
        tone=_TONE[kind],
        tag=tag,
        line=" ".join(_line(kind_of, found.by_kind[kind_of]) for kind_of in _ORDER if kind_of in found.by_kind),
        facts=tuple(fact for fact in (_share(found), _largest(found), _level(found)) if fact is not None),
        decide=_decide(kind, mine, places),
        headline=_headline(kind, mine, found),
        open=_open(found),
    )


_ORDER: tuple[Kind, ...] = ("random", "expected", "managed", "cannot_tell")


def _main(found: Spread) -> Kind:
    """Return the worst verdict that was given at any touchpoint."""
    return next((kind for kind in _ORDER if kind in found.by_kind), "cannot_tell")


def _line(kind: Kind, mine: Sequence[Touchpoint]) -> str:
    names = listed([one.quoted for one in mine])
    if kind == "random":
        return tr("At {names} the experience hangs on who serves, where or when.", names=names)
    if kind == "expected":
        return tr(
            "At {names} the experience differs by place and time in a way that customers can know beforehand.",
            names=names,
        )
    if kind == "managed":
        return tr(
            "At {names} the experience is led: who serves, where and when make less than {little} of the spread.",
            names=names,
            little=percent(LITTLE),
        )
    return tr("At {names} the data cannot tell.", names=names)


def _share(found: Spread) -> Fact:
    e = found.spread
    ends = percent_between(*e.ends, 1)
    return Fact(
        tr("Who, where and when"),
        said_share(e),
        tr("goes with who served, in which store and when (95% interval {interval}).", interval=ends),
        tr("of the spread of scores"),
        Strip(e.ends[0], e.number, e.ends[1], tr("{share}, from {interval}", share=said_share(e), interval=ends)),
    )


def _largest(found: Spread) -> Fact | None:
    """Name what goes with most of the spread; None where that may be nothing."""
    names = [name for name in found.factors if name not in ("rest", "customer", "touchpoint")]
    name = names[0]
    e, deviation = found.share(name), found.deviations[name]
    if e.ends[0] <= 0:
        return None
    return Fact(
        tr("What goes with it most"),
        FACTOR[name],
        tr(
            "goes with {share} of the spread ({interval}). Standard deviation from one to another: {points} points of "
            "the score ({range}).",
            share=said_share(e),
            interval=percent_between(*e.ends, 1),
            points=number(deviation.number, 2),
            range=number_between(*deviation.ends, 2),
        ),
    )


def _level(found: Spread) -> Fact:
    shown = [one for one in found.shown if one.level.has_interval]
    best = max(shown, key=lambda one: one.level.number)
    worst = min(shown, key=lambda one: one.level.number)
    told = tr("{n} answers on a scale of {scale}.", n=number(found.answered.n), scale=found.scale.name)
    if best is worst:
        return Fact(
            tr("How high it is"),
            number(best.level.number, 1),
            tr("({interval}). {told}", interval=number_between(*best.level.ends, 1), told=told),
            tr("mean score"),
        )
    return Fact(
        tr("How high it is"),
        number(worst.level.number, 1),
        tr(
            "at {worst} ({interval}), where it is lowest; highest at {best}: {score} ({range}). {told}",
            worst=worst.quoted,
            interval=number_between(*worst.level.ends, 1),
            best=best.quoted,
            score=number(best.level.number, 1),
            range=number_between(*best.level.ends, 1),
            told=told,
        ),
        tr("mean score"),
    )


def _decide(kind: Kind, mine: Sequence[Touchpoint], places: Places) -> str:
    names = listed([one.quoted for one in mine])
    if kind == "random":
        out = [place for place in places.shown if place.stands_out and place.effect.number > 0]
        start = (
            tr("Write down how those serve who stand out, and make it the way of all at {names}.", names=names)
            if out
            else tr("Agree on one way to serve at {names}, and write it down.", names=names)
        )
        return tr(
            "{start} Try it in half of the stores, drawn by lot, and read the scores of both halves.", start=start
        )
    if kind == "expected":
        return tr(
            "Bring the places and hours with low scores at {names} to what the others do: try it in half of them, "
            "drawn by lot.",
            names=names,
        )
    if kind == "managed":
        return tr(
            "Keep the way you serve at {names}. It is even; whether it could be better, only a change tried by lot can "
            "tell.",
            names=names,
        )
    return tr(
        "Change nothing on the strength of these answers. Ask more customers, and note who served, where and when."
    )


def _headline(kind: Kind, mine: Sequence[Touchpoint], found: Spread) -> str:
    if kind == "cannot_tell":
        return tr("Whether the experience is led cannot be told yet")
    names = listed([one.quoted for one in mine])
    if kind == "managed":
        return tr("{names}: the experience is led", names=names)
    share = said_share(found.spread)
    if kind == "expected":
        return tr("{names}: place and time tell what customers will meet", names=names)
    return tr("{names}: who, where and when go with {share} of the spread of all scores", names=names, share=share)


def _open(found: Spread) -> tuple[tuple[str, str], ...]:
    told = []
    unsure = found.by_kind.get("cannot_tell", ())
    if unsure:
        told.append(
            (
                tr("Is the experience led at {names}?", names=listed([one.quoted for one in unsure])),
                tr("Four times as many answers there make the interval half as wide."),
            )
        )
    told.append(
        (
            tr("Would one way to serve raise the scores, and bring customers back?"),
            tr("A trial: half of the stores, or of those who serve, drawn by lot, serve in the new way."),
        )
    )
    return tuple(told)
