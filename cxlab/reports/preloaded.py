"""What is imported before notebooks' processes and kernels are forked: all that a notebook may ask for.

Importing this module is all there is to it. Nothing may be computed meanwhile that starts a thread, for a fork must not
inherit any. What draws inside a notebook (matplotlib_inline) stays out: it sees when it is imported whether there is a
notebook.
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
_FORMAT = (4, 5)
LOADED = tuple(import_module(name) for name in ("cxlab.reports.worker", *_LIBRARIES, *_HOMES))
"""The process of a notebook, what its kernel is made of, and the homes of all public names."""
PAGE = import_module("cxlab.reports.drawing").environment().get_template("report.html.j2")
CHECKS = tuple(
    import_module("nbformat.validator").get_validator(*_FORMAT, relax_add_props=relaxed) for relaxed in (False, True)
)
"""The page's template and what checks the form of a notebook, compiled."""
