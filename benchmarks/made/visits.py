"""Made-up visits in an engine of their own, in which it is known how many go on from each step."""

from functools import cache

import numpy as np
import pyarrow as pa

from cxlab.engine import Engine
from cxlab.journey import Journey, journey_table
from cxlab.simulate.findings import Finding
from cxlab.simulate.settings import Journey as Settings
from cxlab.simulate.visits import CHANNELS, PAYMENT, STEPS, journey_truth, visits_of
from cxlab.study import Events

SESSIONS_EACH = 5
"""Sessions of a customer, on average."""
_DAY, _DAYS = 86400, 400
_TRUTH_SEED = 20_240_305


@cache
def truth_of(settings: Settings) -> dict[str, Finding]:
    """Return what an analysis of very many sessions would find."""
    return journey_truth(settings, _TRUTH_SEED, 0)


def visit(settings: Settings, n: int, seed: int) -> tuple[Engine, Journey]:
    """Draw n sessions of a fifth as many customers, and sum them; the engine is to be closed."""
    rng = np.random.default_rng(seed)
    customer = rng.integers(0, max(n // SESSIONS_EACH, 2), n)
    second = rng.integers(_DAY, _DAYS * _DAY, n)
    engine = Engine(threads=1)
    schema = pa.schema(
        {"session_id": pa.string(), "occurred_at": pa.int64(), "step": pa.string(), "customer_id": pa.string(),
         "channel": pa.string()}
    )  # fmt: skip
    batches = []
    for piece in visits_of(settings, seed, customer, second, (_DAYS + 9) * _DAY):
        who = piece["customer"].to_numpy()
        columns = [
            pa.array(piece["session"].to_numpy()).cast(pa.string()), pa.array(piece["second"].to_numpy()),
            pa.array(STEPS).take(pa.array(piece["step"].to_numpy())),
            pa.array(who, mask=who < 0).cast(pa.string()),
            pa.array(CHANNELS).take(pa.array(piece["app"].to_numpy().astype(np.int64))),
        ]  # fmt: skip
        batches.append(pa.record_batch(columns, schema=schema))
    engine.take_batches("events", schema, batches)
    source = Events(path="events.csv", steps=STEPS, purchase=(STEPS[PAYMENT],))
    return engine, journey_table(engine, schema.names, source)
