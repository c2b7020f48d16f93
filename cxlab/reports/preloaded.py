"""What is imported before notebooks' processes and kernels are forked: all that a notebook may ask for.

Importing this module is all there is to it. Nothing may be computed meanwhile: a fork must not inherit threads. What
draws inside a notebook (matplotlib_inline) stays out: it sees when it is imported whether there is a notebook.
"""

import sys
from importlib import import_module

import cxlab

# jsonschema, which nbformat loads, would build grammars of web addresses for a second, and no notebook is checked by
# them; where the library that does it is not there, it goes without.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
_LIBRARIES = (
    "IPython.core.completerlib", "ipykernel.debugger", "ipykernel.ipkernel", "ipykernel.kernelapp",
    "ipykernel.zmqshell", "matplotlib.pyplot", "seaborn",
)  # fmt: skip
_HOMES = sorted({f"cxlab.{home}" for home in cxlab._HOME.values()})
LOADED = tuple(import_module(name) for name in ("cxlab.reports.worker", *_LIBRARIES, *_HOMES))
"""The process of a notebook, what its kernel is made of, and the homes of all public names."""
