"""Which driver the page may name: none whose interval begins at 0, and "most" only above one half."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.made.driven import DriverWorld, follow
from cxlab.answers.drivers import drivers_answer
from cxlab.experience.drivers import DriverWeights, weigh_drivers
from cxlab.experience.shares import Explained
from cxlab.experience.weightiest import find_weightiest

Array = NDArray[np.float64]


def explained(each: list[float], spread: float) -> Explained:
    """Shares whose draws lie about them, so that chance adds nothing."""
    draws = np.array(each) * np.exp(spread * np.random.default_rng(1).standard_normal((4000, len(each))))
    return Explained(np.asarray(draws.mean(axis=0)), draws, 500)


class TestRule:
    def test_most_is_said_only_where_the_whole_interval_is_above_one_half(self) -> None:
        assert find_weightiest(explained([8, 1, 1], 0.1)).lead == "most"
        assert find_weightiest(explained([5.1, 2.45, 2.45], 0.1)).lead == "more"

    def test_drivers_alike_leave_none_that_stands_out(self) -> None:
        found = find_weightiest(explained([1, 1, 1, 1, 1], 0.2))
        assert found.lead == "none" and set(found.named) == set(range(5))

    def test_a_driver_whose_interval_begins_at_nothing_is_not_named(self) -> None:
        draws = np.column_stack([np.repeat([0.0, 9.0], 50), np.repeat([1.0, 1.0], 50)])
        found = find_weightiest(Explained(draws.mean(axis=0), draws, 500))
        assert found.lead == "none" and found.named == (1,)


def weighed(slopes: tuple[float, ...], n: int, seed: int) -> DriverWeights:
    """Weights of a made-up world in which drivers tell."""
    found = weigh_drivers(follow(DriverWorld(slopes), n, seed))
    assert found.tells
    return found


class TestAnswer:
    def test_five_drivers_planted_alike_make_no_leader(self) -> None:
        answers = [drivers_answer(weighed((0.2,) * 5, 1500, seed)) for seed in (1, 2, 3)]
        for told in answers:
            assert "most of what" not in told.line and "than any other" not in told.line
            assert told.line.startswith("Which driver goes with most of repeat purchase cannot be told")
            assert told.facts[0].unit == "association, not proof" and "all drivers together" in told.facts[0].text

    def test_one_driver_that_makes_all_of_it_is_named(self) -> None:
        told = drivers_answer(weighed((0.5, 0, 0, 0, 0), 4000, 3))
        assert told.line.startswith("“care” goes with most of what the drivers explain")
        assert "“care”" in told.decide and "“care”" in told.headline

    @pytest.mark.parametrize("seed", [1, 2, 3])
    def test_no_trial_begins_with_a_driver_that_is_not_shown(self, seed: int) -> None:
        found = weighed((0.2, 0.2, 0.1, 0.05, 0), 800, seed)
        told = drivers_answer(found)
        unsure = [name for name, share in found.shares.items() if share.ends[0] <= 0]
        assert unsure and found.named and found.lead == "none"
        for name in unsure:
            assert f"“{name}”" not in told.decide and f"“{name}”" not in told.line
        assert all(f"“{name}”" in told.decide for name in found.named)

    def test_with_nobody_shown_nothing_is_begun(self) -> None:
        found = weighed((0.2,) * 5, 800, 1)
        draws = np.array([[9.0, 0, 0, 0, 0], [0, 9, 0, 0, 0], [0, 0, 9, 0, 0], [0, 0, 0, 9, 0], [0, 0, 0, 0, 9]])
        unsure = replace(found, explained=Explained(np.asarray(draws.mean(axis=0)), draws, 500))
        told = drivers_answer(unsure)
        assert told.decide == "Choose no driver on the strength of these answers: ask more customers first."
        assert unsure.heading == "The drivers go with who buys again, and none of them stands out"
        assert not any(f"“{name}”" in told.line for name in unsure.shares)

    def test_one_driver_alone_is_named_and_its_whole_share_is_no_finding(self) -> None:
        told = drivers_answer(weighed((0.5,), 4000, 3))
        assert told.line == "“care” goes with repeat purchase."
        assert "of how purchases differ goes with “care”" in told.facts[0].text
