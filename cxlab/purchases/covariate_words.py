"""How sentences name groups of customers by a covariate, and write ratios and p values."""

from cxlab.estimate import Estimate
from cxlab.language import Texts, tr
from cxlab.phrases import group_name
from cxlab.purchases.covariate_design import FLAG_LEVELS, NUMBER_LEVELS
from cxlab.words import number

_PHRASES = Texts(
    {
        "first_channel": "who first ordered by “{level}”",
        "first_category": "who first bought mainly “{level}”",
        "first_store": "who first ordered in “{level}”",
    }
)
_FLAGS = Texts(
    {
        "first_gesture": "who got a gesture with the first order",
        "no first_gesture": "who got none with it",
    }
)
_TITLES = Texts(
    {
        "first_channel": "First order by",
        "first_category": "First bought mainly",
        "first_store": "First ordered in",
        "first_gesture": "Gesture with the first order",
    }
)
_LEAST_P = 0.001


def title_of(covariate: str) -> str:
    """Head the groups of a covariate in a table or a figure.

    Examples
    --------
    >>> title_of("first_channel"), title_of("age_group")
    ('First order by', 'Age group')
    """
    return _TITLES.get(covariate, covariate.replace("_", " ").capitalize())


def of_a_level(covariate: str, level: str) -> str:
    """Say which customers are meant, to stand behind "customers" or "those".

    Examples
    --------
    >>> of_a_level("first_channel", "web"), of_a_level("region", "north"), of_a_level("member", "yes")
    ('who first ordered by “web”', 'with region “north”', 'with member “yes”')
    >>> of_a_level("first_gesture", "no"), of_a_level("distance", "one standard deviation more")
    ('who got none with it', 'with distance one standard deviation above average')
    """
    name = covariate.replace("_", " ")
    if covariate in _FLAGS and level in FLAG_LEVELS:
        return _FLAGS[covariate if FLAG_LEVELS.index(level) else f"no {covariate}"]
    if level in NUMBER_LEVELS:
        return tr("with {name} at the average", name=name) if level == NUMBER_LEVELS[0] else (
            tr("with {name} one standard deviation above average", name=name)
        )  # fmt: skip
    if covariate in _PHRASES:
        return _PHRASES[covariate].format(level=level)
    return tr("with {name} “{level}”", name=name, level=level)


def level_name(covariate: str, level: str) -> str:
    """Name a group of customers in a table or a figure: names from the data stay as they are."""
    return group_name(level) if covariate in _FLAGS or level in NUMBER_LEVELS else level


def times_in_words(ratio: Estimate) -> str:
    """Write a ratio.

    Examples
    --------
    >>> times_in_words(Estimate(1.4))
    '1.40 times'
    """
    return tr("{n} times", n=number(ratio.number, 2))


def p_in_words(p: float) -> str:
    """Write a p value.

    Examples
    --------
    >>> p_in_words(0.0002), p_in_words(0.0312), p_in_words(0.43)
    ('p under 0.001', 'p = 0.031', 'p = 0.43')
    """
    if p < _LEAST_P:
        return tr("p under {least}", least=number(_LEAST_P, 3))
    return f"p = {number(p, 3 if p < 0.1 else 2)}"
