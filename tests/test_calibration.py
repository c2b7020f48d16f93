"""The calibration: a run that was stopped goes on, bands can fail, and a short version of it keeps to them."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.calibrate_segments import SEGMENTS
from benchmarks.calibration import movement, population, store, verdicts
from benchmarks.calibration.cases import Case, Values, seed_of, tasks_of
from benchmarks.calibration.command import calibrate
from benchmarks.calibration.figures import Band, Figure, figure_of
from benchmarks.calibration.layout import COVERED, SPREAD, Cell, Row, Section
from benchmarks.calibration.page import tables
from benchmarks.calibration.plan import segment_cases
from benchmarks.calibration.rows import sections
from benchmarks.calibration.run import one, run
from benchmarks.calibration.store import Store, fingerprint
from tests.test_known_shops import most_misses


def held_at(n: int, seed: int, rate: float) -> Values:
    """Make up an interval that holds in this share of the replications, and an error in standard errors."""
    rng = np.random.default_rng([n, seed])
    return {"held": [float(rng.random() < rate)], "z": [float(rng.normal())]}


def held_rightly(n: int, seed: int) -> Values:
    return held_at(n, seed, 0.95)


def held_too_seldom(n: int, seed: int) -> Values:
    return held_at(n, seed, 0.8)


CASES = (Case("right", held_rightly, {50: 200, 90: 200}), Case("wrong", held_too_seldom, {50: 200}))
CELLS = (Cell("held", band=COVERED), Cell("z", "ratio", SPREAD, 90))
PLANTED = (
    Section(
        "Intervals",
        "Made up.",
        ("what", "held", "spread"),
        (Row("as they should", "right", CELLS), Row("too seldom", "wrong", CELLS)),
    ),
)


def written(at: Store) -> str:
    return tables(PLANTED, CASES, at.read(CASES))


class TestARunThatWasStopped:
    def test_goes_on_where_it_was_and_comes_to_the_same_table(self, tmp_path: Path) -> None:
        whole, stopped = Store(tmp_path / "whole.jsonl"), Store(tmp_path / "stopped.jsonl")
        assert run(CASES, whole, processes=1) == 0
        begun: list[int] = []

        def stops(n: int, seed: int) -> Values:
            begun.append(seed)
            if len(begun) > 40:
                raise KeyboardInterrupt
            return held_rightly(n, seed)

        with pytest.raises(KeyboardInterrupt):
            run((Case("right", stops, CASES[0].replications), CASES[1]), stopped, processes=1)
        with stopped.path.open("ab") as file:
            file.write(b'{"case": "right", "si')  # the machine went down in the middle of a line
        known = len(stopped.read(CASES))
        assert 40 < known < 400
        before = stopped.path.read_text().splitlines()[:known]
        assert run(CASES, stopped, processes=1) == 0
        assert written(stopped) == written(whole)
        assert stopped.path.read_text().splitlines()[:known] == before
        assert len(stopped.path.read_text().splitlines()) == 600 + 1  # every replication once, and the broken line

    def test_does_nothing_again_when_all_is_there(self, tmp_path: Path) -> None:
        at = Store(tmp_path / "found.jsonl")
        run(CASES, at, times=0.1, processes=1)
        before = at.path.read_bytes()
        run(CASES, at, times=0.1, processes=1)
        assert at.path.read_bytes() == before

    def test_takes_up_more_replications_on_demand_without_repeating_the_first(self, tmp_path: Path) -> None:
        at = Store(tmp_path / "found.jsonl")
        run(CASES, at, times=0.1, processes=1)
        run(CASES, at, times=0.2, processes=1)
        assert len(at.read(CASES)) == len(at.path.read_text().splitlines()) == 120

    def test_is_stopped_by_time_and_says_how_many_are_missing(self, tmp_path: Path) -> None:
        assert run(CASES, Store(tmp_path / "found.jsonl"), processes=1, minutes=0) == 600

    @pytest.mark.thorough
    def test_on_two_processes_finds_the_same(self, tmp_path: Path) -> None:
        one_process, two = Store(tmp_path / "one.jsonl"), Store(tmp_path / "two.jsonl")
        for at, processes in ((one_process, 1), (two, 2)):
            assert run(CASES, at, times=0.1, processes=processes) == 0
        assert two.read(CASES) == one_process.read(CASES)


def test_replications_of_all_cases_go_side_by_side_each_with_a_seed_of_its_own() -> None:
    first = tasks_of(CASES)[:60]
    assert {(task.place, task.size) for task in first} == {(0, 50), (0, 90), (1, 50)}
    seeds = {seed_of(CASES[task.place], task.size, task.replication) for task in tasks_of(CASES)}
    assert len(seeds) == 600


def test_what_other_source_files_found_is_not_taken_for_current(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "ROOT", tmp_path)
    source, case = tmp_path / "method.py", Case("right", held_rightly, {50: 2}, ("method.py",))

    def hashed(text: str) -> str:
        source.write_text(text)
        store._hash.cache_clear()
        return fingerprint(case)

    at = Store(tmp_path / "found.jsonl")
    same = hashed("x = 1\n")
    run((case,), at, processes=1)
    assert len(at.read((case,))) == 2
    assert hashed('"""Words."""\nx  =  1  # and more words\n') == same
    assert len(at.read((case,))) == 2
    assert hashed("x = 2\n") != same
    assert at.read((case,)) == {}


class TestTheTable:
    def test_marks_a_figure_outside_its_band_and_no_other(self, tmp_path: Path) -> None:
        at = Store(tmp_path / "found.jsonl")
        run(CASES, at, processes=1)
        text = written(at)
        lines = {line.split("|")[1].strip() + line.split("|")[2]: line for line in text.splitlines() if "|" in line}
        assert lines["too seldom 50 "].endswith("| **no** |")
        assert lines["as they should 50 "].endswith("| yes |") and lines["as they should 90 "].endswith("| yes |")
        assert "Of 4 figures that must lie within a band, 3 do. These do not:" in text
        assert text.count("- Intervals, ") == 1 and "- Intervals, too seldom, 50 customers: held, measured" in text

    def test_has_a_line_for_what_is_not_there_yet(self) -> None:
        assert "| too seldom | 50 | 0 |  |  |  |" in tables(PLANTED, CASES, {})

    def test_names_cases_that_there_are(self) -> None:
        names = {case.name for case in segment_cases()}
        assert {row.case for section in sections() for row in section.rows} == names

    def test_is_written_to_the_page(self, tmp_path: Path) -> None:
        given = ["--minutes", "0", "--processes", "1"]
        page = tmp_path / "page.md"
        calibrate(SEGMENTS, None, [*given, "--store", str(tmp_path / "none.jsonl"), "--page", str(page)])
        text = page.read_text()
        assert text.startswith("# How often right") and "planned replications are missing" in text
        assert all(f"\n## {section.title}\n" in text for section in sections())


class TestAFigure:
    def test_of_all_or_none_has_an_error_too(self) -> None:
        found = figure_of([[1.0]] * 20, "share")
        assert found is not None and found.value == 1 and 0.04 < found.error < 0.08
        assert COVERED.holds(found)

    def test_knows_that_values_of_one_replication_hang_together(self) -> None:
        rng = np.random.default_rng(1)
        apart = [[float(rng.random() < 0.9)] for _ in range(400)]
        alike = figure_of([one * 10 for one in apart], "share")
        single = figure_of(apart, "share")
        assert alike is not None and single is not None
        assert alike.value == single.value
        assert 0.9 < alike.error / single.error < 1.1

    def test_of_standard_errors_that_are_too_small_falls_below_one(self) -> None:
        rng = np.random.default_rng(2)
        right, small = (figure_of([[float(z)] for z in rng.normal(0, s, 400)], "ratio") for s in (1.0, 1.4))
        assert right is not None and small is not None
        assert SPREAD.holds(right) and not SPREAD.holds(small)
        assert small.value == pytest.approx(1 / 1.4, abs=3 * small.error)

    def test_without_values_is_none(self) -> None:
        assert figure_of([[], []], "share") is None

    @pytest.mark.parametrize(("value", "holds"), [(0.05, True), (0.089, True), (0.091, False)])
    def test_may_miss_its_band_by_two_monte_carlo_errors(self, value: float, holds: bool) -> None:
        assert Band(high=0.05).holds(Figure(value, 0.02, 100)) is holds


def found(name: str, n: int, replications: int) -> list[Values]:
    """Run the first replications of a case of the plan, with so many customers."""
    case = next(case for case in segment_cases() if case.name == name)
    values = [one(case, n, replication) for replication in range(replications)]
    given = [key for section in sections() for row in section.rows if row.case == name
             for cell in row.cells if cell is not None for key in [cell.key]]  # fmt: skip
    assert set(given) <= {key for some in values for key in some}, name
    return values


def count_of(values: list[Values], key: str) -> int:
    return int(sum(sum(one[key]) for one in values))


@pytest.fixture
def fewer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take truths from fewer customers than a million."""

    def smaller(kind: population.Kind) -> population.Population:
        return population.population(kind, 50_000)

    monkeypatch.setattr(verdicts, "population", smaller)


@pytest.mark.thorough
@pytest.mark.longest
class TestInShort:
    """Main cases a few times over; each may fail as often as chance makes it in one of a thousand such tests."""

    @pytest.mark.parametrize("cloud", ["heavy", "service"])
    def test_groups_are_not_shown_where_there_are_none(self, cloud: str) -> None:
        assert count_of(found(f"cloud-{cloud}", 200, 2), "groups") <= most_misses(2)

    def test_groups_four_standard_deviations_apart_are_shown_and_counted(self) -> None:
        values = found("groups-4", 300, 2)
        assert count_of(values, "groups") == 2
        assert 2 - count_of(values, "number") <= most_misses(2)
        assert min(one["index"][0] for one in values) > 0.8

    @pytest.mark.parametrize("kind", ["segments", "clusters"])
    def test_the_verdict_is_right_both_ways(self, kind: str, fewer: None) -> None:
        assert 2 - count_of(found(f"judged-{kind}", 400, 2), "right") <= most_misses(2, 0.10)

    def test_too_few_customers_cannot_tell(self) -> None:
        assert count_of(found("few-segments", 60, 20), "cannot_tell") == 20

    def test_intervals_of_agreement_hold_for_partitions_as_given(self) -> None:
        values = found("agreed-given", 500, 60)
        for key in verdicts.INDICES:
            assert 60 - count_of(values, f"{key}, here") <= most_misses(60), key

    def test_intervals_of_movement_hold_the_matrix_that_customers_moved_by(self) -> None:
        values = found("moved", 500, 60)
        for key in ("change", "one ahead", "four ahead", "share", "at stake"):
            share = figure_of([one.get(key, []) for one in values], "share")
            assert share is not None and COVERED.holds(Figure(share.value, 1.65 * share.error, 60)), key


def test_a_wrong_truth_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(movement, "MATRIX", np.full((4, 4), 0.25))
    share = figure_of([movement.followed(500, seed)["share"] for seed in range(20)], "share")
    assert share is not None and not COVERED.holds(share)
