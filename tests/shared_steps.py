"""Steps that many help examples begin with, made once a process: each example stays whole, and all of them run fast.

A plugin of pytest (`-p tests.shared_steps`), so that it reaches the examples in the package. A step is made once
for the same objects; results are frozen, so examples cannot tell.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

STEPS = (
    "assign_segments", "choose_customers", "compare_partitions", "describe_segments", "draw_lines", "estimate_gestures",
    "find_fans", "fit_bgnbd", "fit_clusters", "guard_rails", "hand_out", "judge_segmentation", "next_trial",
    "predictive_skill", "rank_customers", "specification_curve", "weigh_fans",
)  # fmt: skip
_OF_KIT = ("candidates",)
_PLAIN = (str, int, float, bool, type(None))
_made: dict[tuple[object, ...], tuple[object, object]] = {}


@pytest.fixture(autouse=True)
def made_once(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the steps of a help example once a process."""
    if not isinstance(request.node, pytest.DoctestItem):
        return
    import cxlab
    from cxlab.kit import Kit

    for place, names in ((cxlab, STEPS), (Kit, _OF_KIT)):
        for name in names:
            monkeypatch.setattr(place, name, _once(name, getattr(place, name)))


def _once(name: str, step: Callable[..., object]) -> Callable[..., object]:
    def made(*given: Any, **named: Any) -> object:
        key = (name, *_keys(given), *((one, *_keys([value])) for one, value in sorted(named.items())))
        if key not in _made:
            _made[key] = step(*given, **named), (given, named)  # what is held keeps its identity
        return _made[key][0]

    return made


def _keys(values: Any) -> Iterator[object]:
    for value in values:
        yield value if isinstance(value, _PLAIN) else id(value)
