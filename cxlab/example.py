"""A small made-up shop, ready to be opened: for trying things out, and for the examples in the help texts."""

import atexit
from functools import cache

from cxlab.kit import Kit, open_study
from cxlab.simulate import read_settings, simulate_shop, write_shop
from cxlab.temporary import HeldFolder

CUSTOMERS, SEED = 600, 3


@cache
def open_example() -> Kit:
    """Open a small made-up shop: two years of orders, a trial, gestures, costs, feedback. Its people never lived.

    It is written to a temporary folder that goes with the process, and opened once: the same kit comes back every time.
    It is far too small to conclude anything from.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> kit.study.title, kit.customers.n
    ('A made-up shop', 481)
    """
    folder = HeldFolder()
    atexit.register(folder.remove)
    shop = simulate_shop(read_settings(None, customers=CUSTOMERS, seed=SEED, name="example"))
    write_shop(shop, {}, folder.path / "example")
    return open_study(folder.path / "example")
