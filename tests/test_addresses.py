"""The address of a database in a study: where it is, and nothing that must not be passed on."""

from pathlib import Path

import pytest

from cxlab.addresses import url_faults
from cxlab.study import StudyError, load_study
from tests.make import HEAD, write_study

SECRET = "hushhush"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://host:5432/shop",
        "postgres://host/shop?sslmode=verify-full&connect_timeout=3",
        "postgresql:///shop?host=/var/run/postgresql",
        "postgresql://anna@host/shop",
        "postgresql://[::1]:5432/shop",
        "postgresql://one:5432,two/shop?port=5433",
        "postgresql://host:/shop",
        "postgresql://host/shop?application_name=a@b:c",
    ],
)
def test_an_address_without_a_secret_is_taken(url: str) -> None:
    assert url_faults(url) == []


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://anna:{SECRET}@host/shop",
        f"postgresql://:{SECRET}@host/shop",
        f"postgresql://anna:{SECRET}/@host/shop",
        f"postgresql://anna:a@b{SECRET}@host/shop",
        f"postgresql://host/shop?password={SECRET}",
        f"postgresql://host/shop?pass%77ord={SECRET}",
        f"postgresql://host/shop?sslpassword={SECRET}",
        f"mysql://anna:{SECRET}@host/shop",
        f"host=h password={SECRET}",
    ],
)
def test_a_password_is_refused_and_not_said_again(tmp_path: Path, url: str) -> None:
    write_study(tmp_path, f'  orders:\n    url: "{url}"\n    table: orders\n')
    with pytest.raises(StudyError) as caught:
        load_study(tmp_path)
    told = str(caught.value)
    assert f"{tmp_path.as_posix()}/study.yml:5: `url` of orders" in told and "password" in told
    assert SECRET not in told and "anna" not in told


def test_a_password_in_the_place_of_a_port_is_not_said_again() -> None:
    (told,) = url_faults(f"postgresql://anna:{SECRET}/shop")
    assert "names a port" in told and SECRET not in told and "anna" not in told


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("{url: 'mysql://host/shop', table: t}", "is an address of mysql, and this version reads PostgreSQL"),
        ("{url: host, table: t}", "is no address of a database: write it as postgresql://host/shop"),
        ("{url: 'postgresql://h:xy/s', table: t}", "names a port that is no whole number from 1 to 65535"),
        (f"{{url: 'postgresql://h:{'9' * 5000}/s', table: t}}", "names a port that is no whole number"),
        ("{url: 'postgresql://h:70000/s', table: t}", "write it as postgresql://host:5432/shop"),
        ("{url: 'postgresql://one:1,two:b/s', table: t}", "names a port that is no whole number"),
        ("{url: 'postgresql://h/s?port=x', table: t}", "names a port that is no whole number"),
        ("{url: 'postgresql://h/s?passfile=/x', table: t}", "holds a password"),
        ("{url: 'postgresql://h/s?sslkey=/x', table: t}", "says `sslkey`, which no study may set"),
        ("{url: 'postgresql://h/s?options=-cx', table: t}", "says `options`, which no study may set"),
        ("{url: 'postgresql://h/s?sslmode=disable', table: t}", "only require, verify-ca, verify-full"),
        ("{url: 'postgresql://h/s', table: t, query: select 1}", "has `table` and `query`: keep one"),
        ("{url: 'postgresql://h/s', path: x.csv, table: t}", "has `path` and `url` and `table`: keep one"),
        ("{url: 'postgresql://h/s'}", "says not what to read there: add `table:` or `query:`"),
        ("{query: select 1}", "has a `query` and no `url`: name the database"),
        ("{path: x.csv, credentials: anna}", "`credentials` of orders is for a database"),
        ("{path: 'postgresql://anna:hushhush@h/s'}", "is an address and no file"),
        ("{url: 'postgresql://h/s', table: t, fetch: {url: 'http://h/x', sha256: x}}", "`fetch` is only for a file"),
    ],
)
def test_what_does_not_go_together_is_named(tmp_path: Path, source: str, words: str) -> None:
    write_study(tmp_path, f"  orders: {source}\n", head=HEAD)
    with pytest.raises(StudyError) as caught:
        load_study(tmp_path)
    assert words in str(caught.value) and SECRET not in str(caught.value)
