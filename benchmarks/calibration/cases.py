"""A case: customers made up in one way, looked at as a notebook does, so and so many times."""

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Values = dict[str, list[float]]
"""What one replication found, by key: 1 for what was said or held, 0 for what was not; or figures."""
Measure = Callable[[int, int], Values]


@dataclass(frozen=True)
class Case:
    """One way of making customers up, and what is measured on them.

    Attributes
    ----------
    name : of the case in the store.
    measure : takes the number of customers and a seed, and returns what was found; can be sent to another process.
    replications : how many, by number of customers.
    rests_on : files and folders whose change makes what was found before worthless, from the root of the repository.
    """

    name: str
    measure: Measure
    replications: Mapping[int, int]
    rests_on: tuple[str, ...] = ()


@dataclass(frozen=True, order=True)
class Task:
    """One replication of a case: sorts by how far along it is, so that whatever stops a run cuts all cases evenly."""

    progress: float
    place: int
    size: int
    replication: int


def seed_of(case: Case, size: int, replication: int) -> int:
    """Return the seed of one replication: the same on every machine, another for every case and size."""
    return zlib.crc32(f"{case.name}:{size}:{replication}".encode()) >> 2


def seed_of_analysis(seed: int) -> int:
    """Return the seed that the analysis is given: other than the one that the customers were drawn with."""
    return seed + 1


def tasks_of(cases: tuple[Case, ...], times: float = 1.0) -> list[Task]:
    """List all replications, those of all cases side by side.

    Parameters
    ----------
    cases : in the order of the table.
    times : by which the replications of each case are multiplied; at least one is left.
    """
    tasks = []
    for place, case in enumerate(cases):
        for size, planned in case.replications.items():
            wanted = max(1, round(times * planned))
            tasks += [Task((r + 1) / wanted, place, size, r) for r in range(wanted)]
    return sorted(tasks)
