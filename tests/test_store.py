"""What a run read of a study is kept, and counts as long as nothing has changed."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from cxlab.customers import EPOCH, customer_table, sum_customers
from cxlab.intake import Intake, SourceError, read_study, sources, stamps
from cxlab.intake.aside import filled_aside
from cxlab.intake.stamps import FOLDER, unchanged_hashes
from cxlab.intake.store import open_kept
from cxlab.kit import Kit, open_study
from cxlab.study import load_study
from tests import made_notebooks as made
from tests.make import HEAD, good_rows, orders_csv, write_study

BAD = ["x,soon,3", ",2024-01-05,3"]
GESTURES = "customer_id,given_at,order_id,cost\nc1,2024-01-20,o1,2\nc2,2024-01-20,,1\n"


def make(folder: Path, *more: str) -> Path:
    rows = [f"{row},o{i}" for i, row in enumerate(good_rows())] + [f"{row},o" for row in (*BAD, *more)]
    sources = "  orders: {path: orders.csv}\n  gestures: {path: gestures.csv}\n"
    orders = orders_csv(*rows, head="customer_id,ordered_at,revenue,order_id")
    return write_study(folder, sources, orders=orders, gestures=GESTURES)


def read(folder: Path, place: Path | None = None, **parameters: float) -> Intake:
    study = load_study(folder)
    return read_study(study, study.settle(**parameters), store=place)


def keep(folder: Path, place: Path) -> None:
    age(folder)
    with read(folder) as intake:
        assert intake.calibration_end and intake.observation_end
        days = [(day - EPOCH).days for day in (intake.calibration_end, intake.observation_end)]
        intake.keep(place, [sum_customers(intake.engine, *days)])


def age(folder: Path) -> None:
    """Make files look as if they were written a minute ago, so that their time is worth something."""
    for file in folder.iterdir():
        if file.is_file():
            os.utime(file, ns=(file.stat().st_atime_ns, file.stat().st_mtime_ns - 60_000_000_000))


def test_what_was_kept_is_the_same_as_what_was_read(tmp_path: Path) -> None:
    place = tmp_path / "out" / FOLDER
    keep(make(tmp_path / "shop"), place)
    with read(tmp_path / "shop") as fresh, read(tmp_path / "shop", place) as kept:
        assert not fresh.hashes and set(kept.hashes) == {file.resolve() for file in fresh.files}
        assert fresh.findings == kept.findings and fresh.questions == kept.questions
        assert (fresh.remarks, fresh.summary()) == (kept.remarks, kept.summary())
        pd.testing.assert_frame_equal(fresh.calendar.table, kept.calendar.table)
        frames = []
        for one, name in ((fresh, "a"), (kept, "b")):
            assert one.calibration_end and one.observation_end
            windows = {"calibration_end": one.calibration_end, "observation_end": one.observation_end}
            frames.append(customer_table(one.engine, currency="EUR", margin_rate=0.3, **windows).frame)  # type: ignore[arg-type]
            one.write_rejects(tmp_path / name)
        pd.testing.assert_frame_equal(*frames)
        assert (tmp_path / "a/rejects/orders.csv").read_bytes() == (tmp_path / "b/rejects/orders.csv").read_bytes()


def test_gestures_are_tied_alike(tmp_path: Path) -> None:
    keep(make(tmp_path / "shop"), tmp_path / "out" / "shop" / FOLDER)
    with open_study(tmp_path / "shop") as fresh, Kit(fresh.study, fresh.parameters, store=tmp_path / "out") as kept:
        assert kept.intake.hashes and not fresh.intake.hashes
        assert fresh.gestures == kept.gestures or repr(fresh.gestures) == repr(kept.gestures)
        sql = "SELECT customer_id, order_id, day FROM order_lines WHERE order_id = 'o1' ORDER BY day"
        assert fresh.intake.engine.rows(sql) == kept.intake.engine.rows(sql) != []


def test_files_with_the_time_and_size_that_they_had_are_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(make(tmp_path / "shop"), tmp_path / "store")
    for reads in (sources, "open_files"), (stamps, "sha256"):
        monkeypatch.setattr(*reads, None)
    with read(tmp_path / "shop", tmp_path / "store") as kept:
        assert kept.n_orders == 40


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "orders.csv").write_text(orders_csv(*good_rows(41))),
        lambda folder: (folder / "study.yml").write_text((folder / "study.yml").read_text() + "currency: USD\n"),
        lambda folder: (folder / "study.yml").write_text(
            (folder / "study.yml").read_text() + "observation_end: 2024-01-15\n"
        ),
    ],
)
def test_a_change_of_data_or_of_how_they_are_read_makes_it_void(tmp_path: Path, change) -> None:  # type: ignore[no-untyped-def]
    folder = write_study(tmp_path / "shop", orders=orders_csv(*good_rows()))
    keep(folder, tmp_path / "store")
    change(folder)
    with read(folder, tmp_path / "store") as intake:
        assert not intake.hashes


def test_another_file_of_the_same_size_and_time_in_its_place_makes_it_void(tmp_path: Path) -> None:
    folder = write_study(tmp_path / "shop", orders=orders_csv(*good_rows()))
    file, other = folder / "orders.csv", tmp_path / "other.csv"
    text = file.read_text()
    long_ago = time.time() - 1000
    os.utime(file, (long_ago, long_ago))
    keep(folder, tmp_path / "store")
    other.write_text(text.replace("10.00", "10.01") if "10.00" in text else text.replace("1", "2", 1))
    assert other.stat().st_size == file.stat().st_size and other.read_text() != text
    os.utime(other, (long_ago, long_ago))
    other.replace(file)
    with read(folder, tmp_path / "store") as intake:
        assert not intake.hashes


def test_a_file_that_was_only_touched_still_counts_and_one_changed_in_place_does_not(tmp_path: Path) -> None:
    folder = write_study(tmp_path / "shop", orders=orders_csv(*good_rows()))
    keep(folder, tmp_path / "store")
    file = folder / "orders.csv"
    os.utime(file)
    with read(folder, tmp_path / "store") as intake:
        assert intake.hashes
    file.write_bytes(file.read_bytes().replace(b"39.50", b"38.50"))
    with read(folder, tmp_path / "store") as intake:
        assert not intake.hashes


def test_a_file_that_was_hashed_because_it_was_touched_is_known_by_its_looks_the_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_study(tmp_path / "shop", orders=orders_csv(*good_rows()))
    keep(folder, tmp_path / "store")
    study, store, hours_ago = load_study(folder), tmp_path / "store", time.time() - 10_000
    os.utime(folder / "orders.csv", (hours_ago, hours_ago))
    found = unchanged_hashes(study, store, allow_outside=False)
    assert found and len(found) == 1
    monkeypatch.setattr(stamps, "sha256", None)
    assert unchanged_hashes(study, store, allow_outside=False) == found
    with read(folder, tmp_path / "store") as intake:
        assert intake.hashes


def test_a_new_file_under_the_same_pattern_makes_it_void(tmp_path: Path) -> None:
    folder = write_study(tmp_path / "shop", "  orders: {path: 'o*.csv'}\n", o1=orders_csv(*good_rows()))
    keep(folder, tmp_path / "store")
    (folder / "o2.csv").write_text(orders_csv(*good_rows(3)))
    with read(folder, tmp_path / "store") as intake:
        assert not intake.hashes and intake.tables["orders"].n_read == 43


def test_the_limit_on_rejects_is_judged_anew(tmp_path: Path) -> None:
    keep(make(tmp_path / "shop"), tmp_path / "store")
    with pytest.raises(SourceError, match=r"more than the 1\.0% allowed") as caught:
        read(tmp_path / "shop", tmp_path / "store", max_reject_share=0.01)
    with pytest.raises(SourceError) as other:
        read(tmp_path / "shop", max_reject_share=0.01)
    assert str(caught.value) == str(other.value)


@pytest.mark.parametrize("spoil", ["intake.json", "intake.duckdb"])
def test_a_spoilt_store_is_as_good_as_none(tmp_path: Path, spoil: str) -> None:
    keep(make(tmp_path / "shop"), tmp_path / "store")
    (tmp_path / "store" / spoil).write_bytes(b"{}")
    with read(tmp_path / "shop", tmp_path / "store") as intake:
        assert not intake.hashes and intake.n_orders == 40


def test_it_is_made_by_the_code_that_is_here(tmp_path: Path) -> None:
    folder = write_study(tmp_path / "shop", orders=orders_csv(*good_rows()))
    keep(folder, tmp_path / "store")
    about = json.loads((tmp_path / "store" / "intake.json").read_text())
    (tmp_path / "store" / "intake.json").write_text(json.dumps(about | {"made_by": "earlier code"}))
    with read(folder, tmp_path / "store") as intake:
        assert open_kept(intake.engine, intake.study, tmp_path / "store", allow_outside=False) is None


def test_a_study_without_orders_is_kept_as_well(tmp_path: Path) -> None:
    rows = "\n".join(f"{'ab'[i % 2]},{i},{i / 3}" for i in range(40))
    folder = write_study(tmp_path / "trial", "  outcomes: {path: o.csv, control: a}\n", head=HEAD)
    (folder / "o.csv").write_text(f"arm,outcome,age\n{rows}\n")
    age(folder)
    with read(folder) as intake:
        intake.keep(tmp_path / "store")
    with read(folder, tmp_path / "store") as kept:
        assert kept.hashes and kept.engine.row("SELECT COUNT(*), MIN(age) FROM outcomes") == (40, "0.0")


@pytest.mark.thorough
def test_the_notebooks_of_a_run_and_the_next_run_take_it_from_there(tmp_path: Path) -> None:
    body = (
        "from cxlab.estimate import Estimate\n"
        'page.record({"kept": Estimate(len(kit.intake.hashes)), "customers": Estimate(kit.customers.n)})\n'
        "import tests.made_notebooks as made\npage.answer(made.ANSWER)"
    )
    made.write(tmp_path / "notebooks", "00_intake", made.small_notebook("intake", body))
    make(tmp_path / "shop")
    age(tmp_path / "shop")
    command = [sys.executable, "-m", "cxlab", "report", "shop"]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parent.parent)}
    about = tmp_path / "reports" / "shop" / FOLDER / "intake.json"
    written = []
    for _ in range(2):
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, env=environment)
        results = json.loads((tmp_path / "reports" / "shop" / "results.json").read_text())
        assert results["intake"]["kept"]["estimate"] == 2 and results["intake"]["customers"]["estimate"] == 8
        written.append(about.stat().st_mtime_ns)
    assert written[0] == written[1]
    assert (tmp_path / "reports/shop/rejects/orders.csv").is_file()


def test_what_a_killed_run_left_goes_and_what_another_fills_stays(tmp_path: Path) -> None:
    left = tmp_path / f"{FOLDER}-left"
    left.mkdir()
    (left / "half").write_text("x")
    with filled_aside(tmp_path / FOLDER) as mine:
        (mine / "mine").write_text("1")
        assert not left.exists()
        with filled_aside(tmp_path / FOLDER) as other:
            (other / "other").write_text("2")
            assert mine.is_dir()
        assert [file.name for file in (tmp_path / FOLDER).iterdir()] == ["other"]
    assert [file.name for file in (tmp_path / FOLDER).iterdir()] == ["mine"]
    with pytest.raises(ValueError, match="full"), filled_aside(tmp_path / FOLDER):
        raise ValueError("full")
    assert [place.name for place in tmp_path.iterdir()] == [FOLDER]
    assert [file.name for file in (tmp_path / FOLDER).iterdir()] == ["mine"]
