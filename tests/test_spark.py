"""On a real cluster of Spark: the same answers as on this machine, row by row, also when a worker dies on the way."""

import os
import pickle
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from benchmarks.scale_shops import Place, make
from cxlab.intake import SourceError, read_study
from cxlab.spark import session as sessions
from cxlab.spark.address import SparkError
from cxlab.spark.session import open_session
from cxlab.study import load_study
from tests.make import HEAD, orders_csv, write_study
from tests.spark_answers import answers, assert_same
from tools.spark_cluster import Cluster, what_is_missing

ROOT = Path(__file__).resolve().parent.parent
CORNER_SHOP = ROOT / "data" / "corner-shop"
MILLION = 1_000_000
SIZES = [int(size) for size in (os.environ.get("CXLAB_SPARK_ORDERS") or str(MILLION)).split()]
STAGE, STAGES = "Adding task set", 20
_PATIENCE_SECONDS = 900 if max(SIZES) <= MILLION else 3_600
_WANTED = os.environ.get("CXLAB_SPARK", "")
SHORT = _WANTED == "short"
long = pytest.mark.skipif(SHORT, reason="the short form leaves it to the whole one")

pytestmark = [
    pytest.mark.spark,
    pytest.mark.skipif(not _WANTED, reason="needs a cluster: `make test-spark` starts one"),
]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    if what_is_missing():
        pytest.fail(what_is_missing())
    with Cluster() as started:
        yield started


def asked(study: Path, engine: str, file: Path, *what: str) -> dict[str, Any]:
    """Return the answers of a process of its own, as a notebook is one."""
    command = [sys.executable, "-m", "tests.spark_answers", str(study), engine, str(file), *what]
    subprocess.run(command, cwd=ROOT, check=True, timeout=_PATIENCE_SECONDS)
    found: dict[str, Any] = pickle.loads(file.read_bytes())
    return found


def reported(study: Path, out: Path, *options: str) -> subprocess.Popen[bytes]:
    """Start the main job on a study."""
    command = [sys.executable, "-m", "cxlab", "report", str(study), "--out", str(out), *options]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)


def on_engine(study: Path, to: Path, engine: str) -> Path:
    """Copy a study, with another engine."""
    shutil.copytree(study, to)
    text = (to / "study.yml").read_text(encoding="utf-8")
    (to / "study.yml").write_text(text.replace("sources:", f"engine: {engine}\nsources:", 1), encoding="utf-8")
    return to


def assert_same_report(ours: Path, theirs: Path) -> None:
    """See that results and tables are the same, byte for byte."""
    files = [ours / "results.json", *sorted((ours / "tables").iterdir())]
    assert len(files) > 2
    for file in files:
        assert file.read_bytes() == (theirs / file.relative_to(ours)).read_bytes(), file.name


@long
@pytest.mark.parametrize("how", ["connect", "master", "present"])
def test_the_corner_shop_answers_the_same_row_by_row(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    if how == "master":  # the workers' Python is the caller's to name; else they take the machine's
        monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
        for name, value in cluster.driver_environment().items():
            monkeypatch.setenv(name, value)
    if how == "present":
        monkeypatch.setenv("SPARK_REMOTE", cluster.connect)
    there = asked(CORNER_SHOP, "spark" if how == "present" else getattr(cluster, how), tmp_path / "answers")
    assert assert_same(answers(CORNER_SHOP, "duckdb"), there) > 20_000


def test_what_is_written_on_the_way_goes_with_the_cluster(cluster: Cluster) -> None:
    session, end = open_session(cluster.connect)
    assert session.range(1000).repartition(4).count() == 1000
    end()
    found = {path.name.partition("-")[0] for path in cluster.scratch.rglob("*")}
    assert {"spark", "blockmgr", "artifacts"} <= found


def test_a_standalone_master_is_no_connect_server(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "_TALK_SECONDS", 5.0)
    with pytest.raises(SparkError, match="no Spark Connect server answered there"):
        open_session(cluster.master.replace("spark://", "sc://"))


def test_the_same_customers_are_drawn_by_lot(cluster: Cluster, tmp_path: Path) -> None:
    study = tmp_path / "corner-shop"
    shutil.copytree(CORNER_SHOP, study)
    with (study / "study.yml").open("a", encoding="utf-8") as file:
        file.write("  sample_customers: 1000\n")
    what = ("customers", "occasions", "answered", "journey")
    here = answers(study, "duckdb", what)
    assert here["intake.drawn"].n == 1000
    assert assert_same(here, asked(study, cluster.connect, tmp_path / "answers", *what)) > 1_000


def test_a_copy_of_a_table_keeps_its_rows_when_the_table_goes(cluster: Cluster) -> None:
    from cxlab.spark.engine import SparkEngine

    with SparkEngine(cluster.connect) as engine:
        engine.run("CREATE OR REPLACE TABLE sold AS SELECT range AS customer_id FROM range(1000)")
        engine.send("sold")
        engine.run("CREATE OR REPLACE TABLE copied AS SELECT * FROM sold")
        engine.drop("sold")
        assert engine._spark.catalog.isCached("copied")
        assert engine.rows("SELECT COUNT(*), MAX(customer_id) FROM copied") == [(1000, 999)]


def test_a_table_that_the_cluster_holds_is_read_as_a_file_is(cluster: Cluster, tmp_path: Path) -> None:
    write_study(tmp_path, orders=orders_csv(*ROWS, head="customer_id,ordered_at,revenue,order_id"))
    here = answers(tmp_path, "duckdb", ("customers",))
    session, end = open_session(cluster.connect)
    try:
        frame = pd.read_csv(tmp_path / "orders.csv", parse_dates=["ordered_at"])
        session.createDataFrame(frame).createOrReplaceGlobalTempView("sold")
        write_study(tmp_path, "  orders: {table: global_temp.sold}\n")
        there = asked(tmp_path, cluster.connect, tmp_path / "answers", "customers")
        assert_same({"customers": here["customers.frame"]}, {"customers": there["customers.frame"]})
        assert there["tables.orders"].asked.n_rows == len(ROWS)
        write_study(tmp_path, "  orders: {table: global_temp.lost}\n")
        study = load_study(tmp_path).model_copy(update={"engine": cluster.connect})
        with pytest.raises(
            SourceError, match=r"study.yml:\d+: spark table global_temp.lost cannot be read: .*cannot be"
        ):
            read_study(study, study.settle())
    finally:
        end()


@long
def test_the_report_of_the_corner_shop_is_the_same(cluster: Cluster, tmp_path: Path) -> None:
    study = on_engine(CORNER_SHOP, tmp_path / "corner-shop", cluster.connect)
    assert reported(study, tmp_path / "there").wait(_PATIENCE_SECONDS) == 0
    assert reported(CORNER_SHOP, tmp_path / "here").wait(_PATIENCE_SECONDS) == 0
    assert_same_report(tmp_path / "here" / "corner-shop", tmp_path / "there" / "corner-shop")


@pytest.mark.parametrize("orders", SIZES)
def test_many_orders_answer_the_same_row_by_row_though_a_worker_dies(
    cluster: Cluster, tmp_path: Path, orders: int
) -> None:
    many = orders > MILLION  # one machine draws customers by lot for the pages, and holds no table of all occasions
    job = ("-p", "sample_customers", "20000") if many else ("--only", "intake", "--only", "segmentation")
    held = ("customers", "customers_at_end", *(() if many else ("periods", "cohorts", "occasions")))
    shop = _shop(orders)
    study = on_engine(shop, tmp_path / "shop", cluster.connect)
    done = cluster.log("connect").count(STAGE)
    running = reported(study, tmp_path / "there", *job)
    while cluster.log("connect").count(STAGE) < done + STAGES:  # the orders are read, and are being summed
        assert running.poll() is None
        time.sleep(0.2)
    cluster.kill("worker-0")
    assert running.poll() is None
    try:
        assert running.wait(_PATIENCE_SECONDS) == 0
        assert reported(shop, tmp_path / "here", *job).wait(_PATIENCE_SECONDS) == 0
        assert_same_report(tmp_path / "here" / f"shop-{orders}", tmp_path / "there" / f"shop-{orders}")
        there = asked(shop, cluster.connect, tmp_path / "answers", *held)
        assert assert_same(answers(shop, "duckdb", held), there) > orders // 20
    finally:
        cluster.start_worker("worker-0")


def _shop(orders: int) -> Path:
    folder = Path(os.environ.get("CXLAB_SHOPS") or Path(os.environ.get("TMPDIR") or "/tmp") / "cxlab-shops")
    place = Place(folder / str(orders), orders)
    make(place, "shop")
    return place.folder / "shop"


ROWS = [f"c{i % 37},2024-{i % 12 + 1:02d}-{i % 28 + 1:02d},{i % 90}.5,o{i // 2}" for i in range(900)]
WRONG = ["c1,2024-13-01,5,x1", "c2,2024-02-03,many,x2", ",2024-02-03,4,x3", "c3,2024-02-03,5", "c4,2024-02-04,-3,o1"]
TORN = ['c5,"2024-02-03,5,x5']


@pytest.mark.parametrize(
    ("rows", "encoding"),
    [(ROWS + WRONG, "utf-8"), (ROWS + TORN, "utf-8"), (ROWS, "utf-8"), (ROWS + WRONG, "cp1252")][
        : 1 if SHORT else None
    ],
)
@pytest.mark.parametrize("duplicates", ["drop"] if SHORT else ["keep", "drop"])
def test_records_are_rejected_for_the_same_reasons(
    cluster: Cluster, tmp_path: Path, rows: list[str], encoding: str, duplicates: str
) -> None:
    text = orders_csv(*rows, *rows[:7], head="customer_id,ordered_at,revenue,order_id")
    sources = f"  orders: {{path: orders.csv, duplicates: {duplicates}}}\n"
    write_study(tmp_path, sources, head=HEAD + "parameters: {max_reject_share: 0.2}\n")
    (tmp_path / "orders.csv").write_bytes(text.replace("c7,", "cé7,").encode(encoding))
    there = asked(tmp_path, cluster.connect, tmp_path / "answers", "customers")
    assert_same(answers(tmp_path, "duckdb", ("customers",)), there)
    assert len(there["rejects"]) >= len(rows) - len(ROWS) - 1  # what is below zero came back
