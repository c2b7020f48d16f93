"""The open study."""

from pathlib import Path

import pytest

import cxlab as cx
from cxlab.kit import open_study
from cxlab.study import StudyError
from tests.make import HEAD, good_rows, orders_csv, write_study


def test_it_is_the_first_thing_that_a_notebook_calls() -> None:
    assert cx.open_study is open_study


def test_parameters_are_settled_at_once_and_files_are_read_when_asked_for(tmp_path: Path) -> None:
    write_study(tmp_path, head=HEAD + "seed: 7\nparameters: {k_max: 5}\n")
    kit = open_study(tmp_path, n_bootstrap=150, k_max=None)
    assert (kit.parameters.seed, kit.parameters.k_max, kit.parameters.n_bootstrap) == (7, 5, 150)
    with pytest.raises(ValueError, match="is not there"):
        _ = kit.intake


def test_a_given_seed_goes_before_the_studys(tmp_path: Path) -> None:
    write_study(tmp_path, head=HEAD + "seed: 7\n")
    assert open_study(tmp_path, seed=0).parameters.seed == 0
    write_study(tmp_path, head=HEAD + "parameters: {seed: 9}\n")
    assert open_study(tmp_path, seed=5).parameters.seed == 5
    assert open_study(tmp_path).parameters.seed == 9


def test_a_study_is_found_from_the_folder_of_the_notebooks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_study(tmp_path / "data" / "shop", orders=orders_csv(*good_rows()))
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path / "notebooks")
    with open_study("data/shop") as kit:
        assert kit.customers.n == 8
    with pytest.raises(StudyError, match="data/shup is not there"):
        open_study("data/shup")


def test_what_was_computed_stays_when_it_is_closed(tmp_path: Path) -> None:
    write_study(tmp_path, orders=orders_csv(*good_rows()))
    with open_study(tmp_path) as kit:
        assert kit.customers.n == 8
    assert kit.customers.n == 8 and kit.intake.n_orders == 40
    kit.close()
