"""The kit's steps on one shop, each measured by itself: what comes before a step is done first, and not counted.

`python -m benchmarks.scale_steps STEP FOLDER ORDERS` prints seconds, peak memory in GiB from the step's begin on (what
is held by then included) and what was found, as JSON.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from benchmarks import report
from benchmarks.machine import forget_peak, peak_gib
from benchmarks.scale_shops import DRAWN, Place

Answer = dict[str, Any]
_DRAWN = ("-p", "sample_customers", str(DRAWN))
Result = TypeVar("Result")


def timed(work: Callable[[], Result]) -> tuple[Result, Answer]:
    """Do it; return what came of it, seconds and peak memory."""
    forget_peak()
    start = time.perf_counter()
    found = work()
    return found, {"seconds": time.perf_counter() - start, "gib": peak_gib()}


def files(place: Place) -> Answer:
    """Read and check all tables of the shop, and sum up its customers."""
    import cxlab as cx

    kit = cx.open_study(place.folder / "shop")
    customers, took = timed(lambda: kit.customers)
    return took | {"orders": kit.intake.n_orders, "customers": customers.n}


def occasions(place: Place) -> Answer:
    """Find every occasion of a gesture, what was known before it and what came after."""
    import cxlab as cx

    kit = cx.open_study(place.folder / "shop")
    assert kit.customers.n
    return timed(lambda: kit.gestures)[1]


def bgnbd(place: Place) -> Answer:
    """Fit BG/NBD to the shop's customers; their histories are kept for the peer."""
    import cxlab as cx
    from benchmarks.purchases import fit
    from cxlab.purchases.histories import Histories

    with cx.open_study(place.folder / "shop") as kit:
        histories = Histories.of(kit.customers)
    columns = (histories.frequency, histories.recency_days, histories.age_days)
    np.save(place.folder / "histories.npy", np.stack(columns))
    model, took = timed(lambda: fit("bgnbd", histories))
    return took | {"parameters": model.parameters.tolist()}


def effects(place: Place) -> Answer:
    """Estimate what the shop's gestures bring: chosen ones and the trial, by group and in money."""
    import cxlab as cx

    with cx.open_study(place.folder / "shop") as kit:
        rows = kit.gestures
    return timed(lambda: cx.estimate_gestures(rows, seed=kit.parameters.seed))[1]


def qini(place: Place) -> Answer:
    """Rank the rows of a trial by a forecast, and say what this gains and how sure that is."""
    from cxlab.policy.qini import Qini, qini_curve, rank_within

    with np.load(place.folder / "trial.npz") as given:
        rows = dict(given)

    def curve() -> Qini:
        gain = np.where(rows["treated"], 2 * rows["outcome"], -2 * rows["outcome"])
        place = rank_within(rows["foreseen"], np.zeros(len(gain), np.int64), 1)
        return qini_curve(gain, place, rows["customer"], unit="", seed=1)

    found, took = timed(curve)
    low, high = found.area.ends
    return took | {"area": found.area.number, "error": (high - low) / (2 * 1.96)}


def whole_report(place: Place) -> Answer:
    """Make all reports of the shop by the command line, kernels and all."""
    return _reports(str(place.folder / "shop"))


def orders(place: Place) -> Answer:
    """Make them of its orders alone."""
    return _reports(str(place.folder / "orders"))


def orders_lot(place: Place) -> Answer:
    """Make them of the orders of customers drawn by lot."""
    return _reports(str(place.folder / "orders"), options=_DRAWN)


def lot(place: Place) -> Answer:
    """Make them of customers drawn by lot."""
    return _reports(str(place.folder / "shop"), options=_DRAWN)


def batch(place: Place) -> Answer:
    """Make all reports of twenty small shops in one go."""
    return _reports(*map(str, place.batch))


def _reports(*studies: str, options: tuple[str, ...] = ()) -> Answer:
    seconds, megabytes = report.run_once(*studies, options=options)
    return {"seconds": seconds, "gib": megabytes * 1e6 / 2**30}


STEPS: dict[str, Callable[[Place], Answer]] = {
    "files": files, "occasions": occasions, "bgnbd": bgnbd, "effects": effects, "qini": qini, "report": whole_report,
    "lot": lot, "orders": orders, "orders-lot": orders_lot, "batch": batch,
}  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(STEPS[sys.argv[1]](Place(Path(sys.argv[2]), int(sys.argv[3])))))
