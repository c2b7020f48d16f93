"""The calibration of gestures in short: truths that are drawn are true, figures keep to wide bands, and can fail to."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from benchmarks.calibrate_gestures import GESTURES
from benchmarks.calibration import beside, effects
from benchmarks.calibration.cases import Values
from benchmarks.calibration.command import calibrate
from benchmarks.calibration.figures import figure_of
from benchmarks.calibration.gesture_plan import BESIDE, gesture_cases
from benchmarks.calibration.gesture_rows import MOST_FALSE, gesture_sections
from benchmarks.calibration.layout import COVERED
from benchmarks.calibration.run import one
from benchmarks.made.given import Truth, Way, World, sample_of, truth_of
from benchmarks.made.given_in_vain import IN_VAIN
from benchmarks.made.given_worlds import WORLDS, smooth
from benchmarks.peer import PeerError
from tests.test_known_shops import most_misses

FEW = 100_000
LATER = ("effect_overlap", "peer", "kit")
"""Figures of effects that may not be offered, and of a peer that is not asked here."""


@pytest.fixture(autouse=True)
def fewer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take truths from fewer customers than a million."""
    monkeypatch.setattr(effects, "truth_of", partial(truth_of, customers=FEW))


def found(name: str, n: int, replications: int) -> list[Values]:
    """Run the first replications of a case of the plan, with so many customers."""
    case = next(case for case in gesture_cases() if case.name == name)
    values = [one(case, n, replication) for replication in range(replications)]
    shown = {cell.key for section in gesture_sections() for row in section.rows if row.case == name
             for cell in row.cells if cell is not None}  # fmt: skip
    given = {key for some in values for key in some}
    assert {key for key in shown if not any(later in key for later in LATER)} <= given, name
    return values


def count_of(values: list[Values], key: str) -> int:
    return int(sum(sum(one[key]) for one in values))


def mean_of(values: list[Values], key: str) -> tuple[float, float]:
    """Return the mean and its Monte Carlo error."""
    figure = figure_of([one.get(key, []) for one in values], "mean")
    assert figure is not None
    return figure.value, figure.error


class TestTruth:
    @pytest.mark.parametrize("name", WORLDS)
    def test_is_what_a_large_draw_by_lot_shows(self, name: str) -> None:
        given = WORLDS[name](FEW, np.random.default_rng(1), "lot", 1.0)
        truth = truth_of(WORLDS[name], "lot", customers=FEW).effects
        for key in ("effect", "effect.a", "effect.d"):
            mine = np.ones(len(given.treated), bool) if key == "effect" else given.group == key[-1]
            arms = [given.purchases[mine & arm] for arm in (given.treated, ~given.treated)]
            error = np.sqrt(sum(arm.var() / len(arm) for arm in arms)) * (1.5 if name == "repeated" else 1)
            assert abs(arms[0].mean() - arms[1].mean() - truth[key]) < 4 * error, key
        assert given.spent.sum() / given.purchases.sum() == pytest.approx(given.value, rel=0.02)

    def test_of_a_choice_is_that_of_those_with_a_gesture(self) -> None:
        given = smooth(FEW, np.random.default_rng(2), "choice", 1.0)
        truth = truth_of(smooth, "choice", customers=FEW).effects
        assert truth["effect"] == pytest.approx(given.gain[given.treated].mean(), rel=0.02)
        assert truth["effect"] > 1.2 * truth["effect_average"] and truth["effect_overlap"] < truth["effect"]

    def test_of_nothing_is_nothing(self) -> None:
        for world in WORLDS.values():
            truth = truth_of(world, "choice", 0.0, 1_000).effects
            assert all(value == 0 for key, value in truth.items() if key != "incremental_contribution")

    def test_repeated_gestures_hang_together_and_wear_off(self) -> None:
        given = WORLDS["repeated"](2_000, np.random.default_rng(3), "choice", 1.0)
        assert len(given.customer) > 3 * 2_000 and given.ordinals is not None and given.ordinals.max() > 3
        assert np.array_equal(np.unique(given.customer), np.arange(2_000))
        truth = truth_of(WORLDS["repeated"], "choice", customers=FEW).effects
        assert truth["habituation.1"] > truth["habituation.2"] > truth["habituation.3"] > 0


class TestInShort:
    """Main cases a few times over; each may fail as often as chance makes it in one of a thousand such tests."""

    @pytest.mark.thorough
    @pytest.mark.parametrize("name", ["lot-smooth", "lot-rugged", "lot-repeated"])
    def test_intervals_of_trials_hold_the_truth(self, name: str) -> None:
        values = found(name, 500, 50)
        for key in ("effect", "incremental_contribution"):
            assert 50 - count_of(values, key) <= most_misses(50), key
        value, error = mean_of(values, "off effect")
        assert abs(value) < 2 + 3.3 * error

    @pytest.mark.thorough
    @pytest.mark.parametrize("name", ["choice-smooth", "choice-rugged", "choice-repeated"])
    def test_so_do_those_of_chosen_gestures_where_the_naive_ones_do_not(self, name: str) -> None:
        values = found(name, 2_000, 8)
        told = count_of(values, "told")
        assert told >= 8 - most_misses(8)
        for key in ("effect", "effect_average"):
            assert told - count_of(values, key) <= most_misses(told), key
        naive, _ = mean_of(values, "off effect_naive")
        value, error = mean_of(values, "off effect")
        assert naive > 10 and abs(value) < 2 + 4 * error and abs(value) < naive / 2
        assert told - count_of(values, "effect_naive") > most_misses(told)

    @pytest.mark.thorough
    @pytest.mark.parametrize(
        ("name", "n", "replications"), [("lot-rugged-nothing", 500, 60), ("choice-smooth-nothing", 500, 8)]
    )
    def test_nothing_is_said_to_do_nothing_or_to_be_open(self, name: str, n: int, replications: int) -> None:
        assert count_of(found(name, n, replications), "claimed") <= most_misses(replications)

    @pytest.mark.thorough
    def test_ninety_daily_looks_mislead_no_more_often_and_a_fixed_interval_does(self) -> None:
        values = found("daily-smooth", 500, 40)
        assert count_of(values, "claimed") <= most_misses(40)
        peeked = figure_of([one["peeked"] for one in values], "share")
        assert peeked is not None and not MOST_FALSE.holds(peeked)

    @pytest.mark.parametrize("name", IN_VAIN)
    def test_no_number_is_given_where_none_can_be(self, name: str) -> None:
        values = found(f"vain-{name}", 500, 3)
        assert count_of(values, "not_identifiable") == count_of(values, "silent") == 3

    @pytest.mark.parametrize("way", ["lot", "choice"])
    def test_a_harm_and_a_reversal_by_segment_are_found(self, way: Way) -> None:
        assert count_of(found(f"{way}-harm", 5_000, 1), "harms") == 1
        turned = found(f"{way}-turned", 5_000, 1)
        assert count_of(turned, "groups differ") == count_of(turned, "both signs") == 1

    def test_a_large_trial_of_nothing_says_so(self) -> None:
        assert count_of(found("lot-none", 20_000, 2), "no_effect") == 2


class TestItCanFail:
    def test_a_wrong_truth_is_missed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def doubled(world: World, way: Way, strength: float = 1.0) -> Truth:
            return truth_of(world, way, 2 * strength, FEW)

        monkeypatch.setattr(effects, "truth_of", doubled)
        values = [effects.estimated(2_000, seed, world=smooth, way="lot") for seed in range(20)]
        held = figure_of([one["effect"] for one in values], "share")
        assert held is not None and not COVERED.holds(held)
        assert mean_of(values, "off effect")[0] < -10

    def test_an_effect_is_claimed_where_there_is_one(self) -> None:
        given = smooth(2_000, np.random.default_rng(4), "lot", 2.0)
        assert effects.said(effects.analysed(sample_of(given, "lot"), 1))["claimed"] == [1.0]


class TestTheCommand:
    def test_names_cases_that_there_are_and_shows_all_of_them(self) -> None:
        assert {row.case for section in gesture_sections() for row in section.rows} == {c.name for c in gesture_cases()}
        for section in gesture_sections():
            assert {len(row.cells) for row in section.rows} == {len(section.columns) - 1}, section.title

    def test_says_what_to_do_where_the_peer_cannot_be_had(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        @contextmanager
        def nowhere(*packages: str) -> Iterator[Path]:
            raise PeerError(f"no index has {packages[0]}")
            yield tmp_path

        monkeypatch.setattr(beside, "python_with", nowhere)
        monkeypatch.setattr(beside, "truth_of", partial(truth_of, customers=1_000))
        monkeypatch.setattr(beside, "DRAWS", 1)
        others = [option for case in gesture_cases() if not case.name.startswith("beside")
                  for option in ("--without", case.name)]  # fmt: skip
        paths = ["--store", str(tmp_path / "found.jsonl"), "--page", str(tmp_path / "page.md")]
        with pytest.raises(SystemExit) as ended:
            calibrate(GESTURES, None, ["--processes", "1", "--times", "0.1", *paths, *others])
        said = capsys.readouterr().err
        assert ended.value.code == 2 and "no index has doubleml==0.11.4" in said and "--without beside" in said
        calibrate(GESTURES, None, ["--processes", "1", "--times", "0.1", *paths, *others, "--without", "beside"])
        text = (tmp_path / "page.md").read_text()
        assert all(f"\n## {section.title}\n" in text for section in gesture_sections())

    def test_both_get_the_same_rows_and_are_held_against_the_same_truth(self, monkeypatch: pytest.MonkeyPatch) -> None:
        asked = {}

        def answer(arrays: dict[str, np.ndarray]) -> list[dict[str, list[float]]]:
            asked.update(arrays)
            return [{"effect": [0.4, 0.1], "effect_average": [0.3, 0.1], "seconds": [1.0]}] * 2

        monkeypatch.setattr(beside, "_asked", answer)
        monkeypatch.setattr(beside, "truth_of", partial(truth_of, customers=FEW))
        monkeypatch.setattr(beside, "DRAWS", 2)
        values = beside.beside(500, 1, world=smooth)
        assert {f"{kind} {k}" for kind in ("outcome", "treated", "basis") for k in (0, 1)} < set(asked)
        assert asked["basis 0"].shape[0] == 500 and not np.array_equal(asked["outcome 0"], asked["outcome 1"])
        assert values["peer effect"] == [1.0, 1.0] and len(values["off kit effect"]) == 2
        truth = truth_of(smooth, "choice", customers=FEW)
        assert values["off peer effect"][0] == pytest.approx(100 * (0.4 - truth.effects["effect"]) / truth.mean)
        assert BESIDE == ("smooth", "rugged")
