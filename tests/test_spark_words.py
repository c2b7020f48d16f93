"""What goes to Spark, and what is said where there is none; no cluster is needed for that."""

import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from cxlab.engine import Engine, Part
from cxlab.kit import open_study
from cxlab.spark import session
from cxlab.spark.address import SparkError, parse_address
from cxlab.spark.session import open_session
from cxlab.spark.tasks import BROKEN, FAULT, MISSING, pack, reader, schema, unpacker
from cxlab.spark.translation import named_values, take_apart
from cxlab.study import StudyError
from tests.make import HEAD, good_rows, orders_csv, write_study


def test_spark_and_its_translator_are_imported_only_where_they_are_asked_for() -> None:
    code = "import cxlab, cxlab.__main__, sys; sys.exit('pyspark' in sys.modules or 'sqlglot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_values_keep_their_places_and_signs_in_texts_are_none() -> None:
    said = take_apart("SELECT '?' AS a, b + ? AS c FROM (SELECT * FROM t WHERE b < ?) AS s WHERE c > ?").spark
    assert [said.index(f":v{i}") for i in range(3)] == sorted(said.index(f":v{i}") for i in range(3))
    assert "'?'" in said
    assert named_values((3, "x", None)) == {"v0": 3, "v1": "x", "v2": None}


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT PERCENTILE_CONT(0.8) WITHIN GROUP (ORDER BY gap) AS p FROM t",
        "SELECT QUANTILE_CONT(gap, 0.8) AS p FROM t",
    ],
)
def test_a_percentile_is_no_approximation(sql: str) -> None:
    assert take_apart(sql).spark == "SELECT PERCENTILE(gap, 0.8) AS p FROM t"


def test_places_of_a_list_are_counted_as_each_engine_does() -> None:
    assert "q[1]" in take_apart("SELECT q[2] AS m FROM (SELECT QUANTILE_CONT(g, [0.25, 0.5]) AS q FROM t) AS s").spark


def test_capitals_beyond_ascii_are_no_others_in_a_pattern() -> None:
    assert "'(?iu)^äiti'" in take_apart("SELECT a FROM t WHERE REGEXP_MATCHES(a, '(?i)^äiti')").spark


def test_what_a_statement_makes_and_reads() -> None:
    made = take_apart('CREATE OR REPLACE TABLE "days" AS WITH a AS (SELECT * FROM "order lines") SELECT * FROM a')
    assert (made.does, made.target, made.reads) == ("table", "days", {"order lines"})
    assert take_apart('DROP TABLE "days"').does == "drop"
    assert take_apart("DELETE FROM rejects WHERE source = ?").reads == {"rejects"}


def batch_of(numbers: list[int]) -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict({"id": pa.array(numbers, pa.int64())})


def test_tasks_read_their_parts_and_number_what_they_read(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("a;b\n" + "".join(f"{i};x{i}\n" for i in range(10)), encoding="utf-8")
    with Engine(threads=1) as engine:
        engine.view_text("t", file, ";", 2, skip=1, numbered=False)
        view = engine.definition("t")
    query = "SELECT line, CAST(f0 AS INTEGER) AS a, f1 AS b FROM cx_records"
    part = Part(str(file), file.stat().st_size, view, query, 2, 2, counts=True)
    columns = {"line": "BIGINT", "a": "INTEGER", "b": "VARCHAR"}
    found = pa.Table.from_batches(reader([part], columns)(iter([batch_of([0])])))
    assert found.column("line").to_pylist() == list(range(2, 12))
    assert found.column("b").to_pylist()[-1] == "x9"
    assert schema(columns) == "`line` bigint, `a` int, `b` string"


@pytest.mark.parametrize(("size", "query", "said"), [(5, "SELECT 1", MISSING), (4, "SELECT nothing", BROKEN)])
def test_a_task_says_why_it_cannot_read(tmp_path: Path, size: int, query: str, said: str) -> None:
    (tmp_path / "a.csv").write_text("a\n1\n", encoding="utf-8")
    part = Part(str(tmp_path / "a.csv"), size, "SELECT 1 AS line", query, 1, 1, counts=False)
    (batch,) = reader([part], {"line": "BIGINT"})(iter([batch_of([0])]))
    (why,) = batch.column(FAULT).to_pylist()
    assert why.startswith(said)


def test_what_is_packed_is_unpacked() -> None:
    packs = pa.RecordBatch.from_pydict({"pack": pa.array([pack(batch_of([1, 2])), pack(batch_of([3]))], pa.binary())})
    assert [n for batch in unpacker()(iter([packs])) for n in batch.column(0).to_pylist()] == [1, 2, 3]


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "_is_there", lambda name: True)
    monkeypatch.setitem(sys.modules, "pyspark", type(sys)("pyspark"))
    sql: Any = type(sys)("pyspark.sql")
    sql.SparkSession = type("SparkSession", (), {"getActiveSession": staticmethod(lambda: None)})
    monkeypatch.setitem(sys.modules, "pyspark.sql", sql)
    for name in ("SPARK_REMOTE", "DATABRICKS_RUNTIME_VERSION"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("polars", "is no address of an engine: write duckdb, spark, sc://host:port or spark://host:port"),
        ("http://somewhere:80", "is no address of an engine"),
        ("sc://", "is no address of an engine"),
        ("sc://host:port", "is no address of an engine"),
        ("sc://host:15002/;token=abc", "leave it out, and set SPARK_CONNECT_AUTHENTICATE_TOKEN"),
        ("spark", "there is none: write the address of one"),
    ],
)
def test_what_is_no_engine_is_said_in_one_message(installed: None, address: str, said: str) -> None:
    with pytest.raises(SparkError, match=said) as raised:
        open_session(address)
    assert "abc" not in str(raised.value)


@pytest.mark.parametrize(
    "address",
    [
        "sc://127.0.0.1:1/;Token=sekret",
        "sc://127.0.0.1:1/;x-auth=sekret",
        "sc://127.0.0.1:1/;use_ssl=true;authorization=Bearer%20sekret",
        "sc://127.0.0.1:1/;use_ssl=sekret",
        "sc://127.0.0.1:1/?token=sekret",
        "sc://127.0.0.1:1/#sekret",
        "sc://127.0.0.1:1/sekret",
        "sc://127.0.0.1:1;token=sekret",
        "sc://127.0.0.1:sekret",
        "sc://anna:sekret@127.0.0.1:1",
        "sc:sekret",
        "spark://127.0.0.1:1/;token=sekret",
    ],
)
def test_what_may_be_a_secret_is_refused_and_not_said_again(tmp_path: Path, address: str) -> None:
    write_study(tmp_path, head=HEAD + f"engine: '{address}'\n", orders=orders_csv(*good_rows()))
    with pytest.raises(StudyError, match=r"study.yml:3: `engine`") as raised:
        _ = open_study(tmp_path).intake
    assert "sekret" not in str(raised.value) and "anna" not in str(raised.value)


def test_an_address_may_say_what_is_no_secret_and_messages_leave_it_out(installed: None) -> None:
    address = "sc://[::1]/;use_ssl=true;user_id=anna;x-databricks-cluster-id=0123-4567"
    there = parse_address(address)
    assert (there.host, there.port, there.shown) == ("::1", 15002, "sc://[::1]:15002")
    assert there.whole == address.replace("]/", "]:15002/")
    assert parse_address("spark://Host/").whole == "spark://Host:7077"
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        closed = f"sc://127.0.0.1:{one.getsockname()[1]}"
    with pytest.raises(SparkError, match=f"nobody answers at {closed} ") as raised:
        open_session(closed + "/;user_id=anna")
    assert "anna" not in str(raised.value)


def test_where_nobody_answers(installed: None) -> None:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        address = f"sc://127.0.0.1:{one.getsockname()[1]}"
    with pytest.raises(SparkError, match="nobody answers at"):
        open_session(address)


def test_a_study_for_spark_without_spark_ends_with_code_2(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "_is_there", lambda name: name != "pyspark")
    write_study(tmp_path, head=HEAD + "engine: sc://127.0.0.1:1\n", orders=orders_csv(*good_rows()))
    with pytest.raises(StudyError, match=r"study.yml:3: .* pyspark cannot be found: install cxlab\[spark\]"):
        _ = open_study(tmp_path).intake


def test_a_misspelt_engine_is_not_taken_for_spark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "_is_there", lambda name: name != "pyspark")
    write_study(tmp_path, head=HEAD + "engine: duckdbb\n", orders=orders_csv(*good_rows()))
    with pytest.raises(StudyError, match=r"study.yml:3: `engine` duckdbb is no address of an engine: write duckdb,"):
        _ = open_study(tmp_path).intake
