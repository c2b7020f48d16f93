"""Number and name of a report as pages say it; manifests keep them in English."""

from cxlab.language import Texts

_NAMES = Texts(
    {
        "Intake": "{number} Intake",
        "Clusters": "{number} Clusters",
        "Segmentation": "{number} Segmentation",
        "Repeat purchases": "{number} Repeat purchases",
        "Gestures": "{number} Gestures",
        "Loyalty": "{number} Loyalty",
        "Gesture policy": "{number} Gesture policy",
    }
)


def said_title(title: str) -> str:
    """Say a report's title in the language that is spoken; that of somebody's own report stays as it is.

    Examples
    --------
    >>> said_title("02 Segmentation"), said_title("07 Refunds")
    ('02 Segmentation', '07 Refunds')
    """
    number, _, name = title.partition(" ")
    return _NAMES[name].format(number=number) if name in _NAMES else title
