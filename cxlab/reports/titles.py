"""Number and name of a report as pages say it; manifests keep them in English."""

from cxlab.language import Texts, tr

_NAMES = Texts(
    {
        "Intake": "{number} Intake",
        "Clusters": "{number} Clusters",
        "Segmentation": "{number} Segmentation",
        "Repeat purchases": "{number} Repeat purchases",
        "Gestures": "{number} Gestures",
        "Loyalty": "{number} Loyalty",
        "Gesture policy": "{number} Gesture policy",
        "Experience": "{number} Experience",
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


def said_report(title: str) -> str:
    """Say of which report a page is, by that report's title.

    Examples
    --------
    >>> said_report("02 Segmentation"), said_report("07 Refunds")
    ('Report 02, segmentation', 'Report 07, refunds')
    """
    number, _, name = said_title(title).partition(" ")
    return tr("Report {number}, {name}", number=number, name=f"{name[:1].lower()}{name[1:]}")
