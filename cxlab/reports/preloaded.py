"""What is imported before notebooks' processes and kernels are forked: all that a notebook may ask for.

Importing this module is all there is to it. Nothing may be computed meanwhile: a fork must not inherit threads. What
draws inside a notebook (matplotlib_inline) stays out: it sees when it is imported whether there is a notebook.
"""

from importlib import import_module

import cxlab

_LIBRARIES = ("ipykernel.kernelapp", "matplotlib.pyplot", "seaborn")
_HOMES = sorted({f"cxlab.{home}" for home in cxlab._HOME.values()})
LOADED = tuple(import_module(name) for name in ("cxlab.reports.worker", *_LIBRARIES, *_HOMES))
"""The process of a notebook, what its kernel is made of, and the homes of all public names."""
