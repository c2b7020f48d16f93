"""An effect against never, where those who had not the one thing at an occasion may take it up at a later one."""

from dataclasses import replace

from cxlab.gestures.means import TwoMeans

MOST_AFTER = 0.5
"""Share of the outcome with it that may come after it was taken up later: with more, too little is left to compare."""


def against_never(whole: TwoMeans, after: TwoMeans) -> TwoMeans | None:
    """Return the means with it, and without it at any time; None where nearly all take it up soon after.

    What comes after it was taken up is taken to be multiplied by one figure, also for those who do so later. Then what
    would have come without it is what came before, and what came after divided by that figure: the one with which
    taking it up at an occasion goes with no difference among customers alike. Where it does nothing, that is 1 exactly
    when the plain comparison finds nothing.

    Parameters
    ----------
    whole : outcome with it, and without it now, by rows.
    after : the part of it that came after it was taken up, now or later; with it the two are the same.

    Notes
    -----
    With y the outcome with it, m that without it now and a the part of m that came after it was taken up later, the
    comparison of what would have come without, y r against m - a + a r, is even at r = (m - a) / (y - a). Errors by the
    delta method.

    References
    ----------
    Robins (1994), Correcting for non-compliance in randomized trials using structural nested mean models,
    Communications in Statistics 23(8). Vansteelandt and Joffe (2014), Structural nested models and g-estimation,
    Statistical Science 29(4).
    """
    y, m, a = whole.treated, whole.control, after.control
    if y <= 0 or a > MOST_AFTER * y:
        return None
    left = y - a
    without = y * (m - a) / left
    by_control = (
        -(m - a) * a / left**2 * whole.influence_treated
        + y / left * whole.influence_control
        + y * (m - y) / left**2 * after.influence_control
    )
    return replace(whole, control=without, influence_control=by_control)
