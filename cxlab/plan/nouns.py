"""What a plan counts, with its number."""

from cxlab.language import tr
from cxlab.words import number


def counted(n: int, noun: str) -> str:
    """Write so many of those who are drawn, where more than one are meant.

    Examples
    --------
    >>> counted(1200, "customers"), counted(12, "stores")
    ('1,200 customers', '12 stores')
    """
    if noun == "customers":
        return tr("{n} customers", n=number(n))
    if noun == "active customers":
        return tr("{n} active customers", n=number(n))
    return f"{number(n)} {noun}"
