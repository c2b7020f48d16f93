"""The summary that purchase models take, from a plain table: published figures, and what the customer table says."""

import datetime as dt
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cxlab import open_study
from cxlab.purchases import Histories, SummaryError, rfm_summary

CUT = dt.date(1997, 9, 30)
_PUBLISHED = Path(str(find_spec("lifetimes").origin)).parent / "datasets"  # type: ignore[union-attr]
ORDERS = pd.DataFrame(
    {
        "customer_id": ["b", "a", "a", "a", "b"],
        "ordered_at": [
            pd.Timestamp(f"2025-{day}") for day in ("01-05", "01-01 23:59", "01-11", "01-11 08:00", "02-01")
        ],
        "revenue": [3.0, 5.0, 2.0, 4.0, 9.0],
    }
)


@pytest.fixture(scope="module")
def cdnow() -> pd.DataFrame:
    names = ["full", "customer_id", "day", "quantity", "revenue"]
    log = pd.read_csv(_PUBLISHED / "CDNOW_sample.txt", sep=r"\s+", names=names, dtype={"day": "str"})
    return log.assign(day=pd.to_datetime(log["day"], format="%Y%m%d"))


class TestTruth:
    def test_cdnow_is_summed_up_as_published(self, cdnow: pd.DataFrame) -> None:
        published = pd.read_csv(_PUBLISHED / "cdnow_customers_summary.csv").set_index("ID")
        found = rfm_summary(cdnow, until=CUT, day="day").set_index("customer_id").loc[published.index]
        assert (len(found), int(found["frequency"].sum())) == (2_357, 2_457)
        np.testing.assert_array_equal(found["frequency"], published["frequency"])
        np.testing.assert_allclose(found[["recency", "T"]] / 7, published[["recency", "T"]], atol=0.005)

    def test_it_is_what_the_customer_table_says(self, cdnow: pd.DataFrame) -> None:
        kit = open_study("data/cdnow")
        histories, table = Histories.of(kit.customers), kit.customers.frame
        found = rfm_summary(cdnow, until=CUT, day="day", customer="full").set_index("customer_id")
        found.index = found.index.astype(str)
        assert len(found) == len(table)
        found = found.loc[table["customer_id"].str.lstrip("0")]
        for column, there in (
            ("frequency", histories.frequency),
            ("recency", histories.recency_days),
            ("T", histories.age_days),
            ("monetary_value", table["mean_repeat_value"].fillna(0)),
        ):
            np.testing.assert_allclose(found[column], there, atol=1e-9, err_msg=column)


class TestTable:
    def test_days_count_once_and_what_is_after_the_cut_does_not(self) -> None:
        found = rfm_summary(ORDERS, until=dt.date(2025, 1, 31))
        assert found.to_dict("list") == {
            "customer_id": ["a", "b"], "frequency": [1, 0], "recency": [10, 0], "T": [30, 26],
            "monetary_value": [6.0, 0.0],
        }  # fmt: skip

    def test_names_and_numbers_of_any_kind_go_in(self) -> None:
        odd = ORDERS.assign(customer_id=[2, 1, 1, 1, 2], revenue=[3, 5, 2, 4, 9]).rename(
            columns={"ordered_at": "Revenue"}
        )
        found = rfm_summary(odd, until=dt.date(2025, 1, 31), day="Revenue")
        assert found["customer_id"].tolist() == [1, 2] and found["monetary_value"].tolist() == [6.0, 0.0]

    def test_returns_are_no_purchases(self) -> None:
        back = ORDERS.assign(revenue=[-3.0, 5.0, 2.0, 4.0, 9.0])
        found = rfm_summary(back, until=dt.date(2025, 3, 1)).set_index("customer_id")
        assert found.loc["b"].tolist() == [0, 0, 28, 0]

    @pytest.mark.parametrize("kind", ["timestamp[us]", "timestamp[ns]", "date32"])
    def test_a_parquet_file_gives_the_same_as_a_frame(self, tmp_path: Path, kind: str) -> None:
        table = pa.Table.from_pandas(ORDERS.rename(columns={"revenue": "what it was"}))
        i = table.column_names.index("ordered_at")
        day = table.column("ordered_at").cast(pa.timestamp("ns")).cast(kind, safe=False)
        pq.write_table(table.set_column(i, "ordered_at", day), tmp_path / "an order's.parquet")
        found = rfm_summary(tmp_path / "an order's.parquet", until=dt.date(2025, 2, 10), value="what it was")
        pd.testing.assert_frame_equal(found, rfm_summary(ORDERS, until=dt.date(2025, 2, 10)))

    def test_without_a_purchase_it_is_empty(self) -> None:
        found = rfm_summary(ORDERS, until=dt.date(2024, 1, 1))
        assert list(found) == ["customer_id", "frequency", "recency", "T", "monetary_value"] and len(found) == 0


class TestFaults:
    def test_one_column_is_not_taken_twice(self) -> None:
        with pytest.raises(SummaryError, match="One column is taken twice"):
            rfm_summary(ORDERS, until=CUT, day="ordered_at", value="ordered_at")

    def test_a_damaged_file_is_told(self, tmp_path: Path) -> None:
        file = tmp_path / "orders.parquet"
        pd.concat([ORDERS] * 5_000).assign(revenue=np.random.default_rng(1).random(25_000)).to_parquet(file)
        whole = file.read_bytes()
        file.write_bytes(whole[:2_000] + bytes(120_000) + whole[122_000:])
        with pytest.raises(SummaryError, match="cannot be read"):
            rfm_summary(file, until=dt.date(2025, 3, 1))

    @pytest.mark.parametrize(
        ("orders", "said"),
        [
            (ORDERS.drop(columns="revenue"), "no column revenue in the frame, which has customer_id, ordered_at"),
            (ORDERS.assign(ordered_at="1 May"), "Column ordered_at holds VARCHAR: make it dates"),
            (ORDERS.assign(ordered_at=ORDERS["ordered_at"].dt.tz_localize("UTC")), "without a time zone"),
            (ORDERS.assign(revenue="9"), "Column revenue holds VARCHAR: make it numbers"),
            (ORDERS.assign(customer_id=["a", None, "b", None, "c"]), "Of 5 orders, 2 have no customer_id: leave"),
            (ORDERS.assign(revenue=[1, np.nan, np.inf, 2, 3]), "Of 5 orders, 2 have no revenue"),
            (ORDERS.assign(customer_id=[1, "a", 2, "b", 3]), "A column of the frame mixes kinds"),
            (
                ORDERS.assign(customer_id=[1.5, 2, 3, 4, np.nan]),
                "customer_id holds DOUBLE: make it text or whole",
            ),
            (pd.concat([ORDERS, ORDERS["revenue"]], axis=1), "There are 2 columns revenue in the frame"),
            ("not there.parquet", "not there.parquet cannot be read as a Parquet file"),
            (__file__, "cannot be read as a Parquet file"),
        ],
    )
    def test_what_cannot_be_summed_up_is_told(self, orders: pd.DataFrame | str, said: str) -> None:
        with pytest.raises(SummaryError, match=said):
            rfm_summary(orders, until=dt.date(2025, 3, 1))
