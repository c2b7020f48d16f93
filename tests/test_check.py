"""`cxlab check` says where the rejects stand, and whose reports they lie beside."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cxlab.__main__ import main
from cxlab.reports import manifest
from tests.make import good_rows, orders_csv, write_study

Check = Callable[[str], str]


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Check:
    monkeypatch.chdir(tmp_path)

    def run(study: str) -> str:
        monkeypatch.setattr(sys, "argv", ["cxlab", "check", study])
        with pytest.raises(SystemExit) as stopped:
            main()
        told = capsys.readouterr()
        assert not stopped.value.code, told.err
        return told.out

    return run


def shop(folder: Path, *bad: str) -> None:
    write_study(folder, orders=orders_csv(*good_rows(), *bad))


def test_the_list_of_rejects_is_named_and_so_is_that_it_replaces_another(check: Check, tmp_path: Path) -> None:
    shop(tmp_path / "one", "c1,soon,3")
    assert check("one").endswith("\nThe rejected records stand in reports/shop/rejects/orders.csv.\n")
    shop(tmp_path / "two", "c2,never,3")
    said = "The rejected records stand in reports/shop/rejects/orders.csv, in place of those of an earlier run.\n"
    assert check("two").endswith(f"\n{said}")
    assert "never" in (tmp_path / "reports/shop/rejects/orders.csv").read_text()
    shop(tmp_path / "three")
    assert check("three").endswith("\nThe rejected records of an earlier run were taken from reports/shop/rejects.\n")
    assert "rejected records" not in check("three")


def test_another_study_whose_reports_lie_there_is_named(check: Check, tmp_path: Path) -> None:
    for name in ("one", "two"):
        shop(tmp_path / name, "c1,soon,3")
    about = {"format": manifest.FORMAT, "study": {"path": "one"}}
    (tmp_path / "reports" / "shop").mkdir(parents=True)
    manifest.write_json(tmp_path / "reports" / "shop" / manifest.FILE, about)
    assert "another study" not in check("one")
    said = "The reports in reports/shop are of one, another study of the same name: give one of them another `name:`"
    assert said in check("two")
    (tmp_path / "one" / "study.yml").unlink()
    assert "another study" not in check("two"), "a study that is gone, or was moved here, is no other one"
