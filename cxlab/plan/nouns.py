"""What a plan counts, with its number."""

from cxlab.language import tr
from cxlab.words import number


def counted(n: int | str, noun: str) -> str:
    """Write so many of those who are drawn, where more than one are meant; `n` may be written already.

    Examples
    --------
    >>> counted(1200, "customers"), counted(12, "stores")
    ('1,200 customers', '12 stores')
    """
    written = n if isinstance(n, str) else number(n)
    if noun == "customers":
        return tr("{n} customers", n=written)
    if noun == "active customers":
        return tr("{n} active customers", n=written)
    if noun == "customers of these segments":
        return tr("{n} customers of these segments", n=written)
    return f"{written} {noun}"
