"""The summary that purchase models take, from a plain table: published figures, and what the customer table says."""

import datetime as dt
from decimal import Decimal
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

    def test_the_same_rows_in_any_order_give_the_same_bytes(self, tmp_path: Path) -> None:
        rng, n = np.random.default_rng(0), 400_000
        days = np.datetime64("2024-01-01", "us") + rng.integers(0, 300, n).astype("timedelta64[D]")
        many = pd.DataFrame(
            {"customer_id": rng.integers(0, 100, n), "ordered_at": days, "revenue": rng.gamma(1, 30, n)}
        )
        many.to_parquet(tmp_path / "many.parquet")
        (first, *others) = (
            rfm_summary(orders, until=dt.date(2025, 1, 1))["monetary_value"].to_numpy().tobytes()
            for orders in (many, many[::-1], many.sample(frac=1, random_state=1), tmp_path / "many.parquet")
        )
        assert others == [first] * 3

    def test_money_is_kept_to_the_ninth_decimal_place(self) -> None:
        small = ORDERS.assign(revenue=[0, 0, 1e-9, 4e-10, 0])
        assert rfm_summary(small, until=dt.date(2025, 2, 10))["monetary_value"].tolist() == [1e-9, 0]
        large = ORDERS.assign(revenue=[0, 0, 123_456_789.01, 9e17, 0])
        found = rfm_summary(large, until=dt.date(2025, 2, 10))["monetary_value"]
        assert found.tolist() == pytest.approx([9e17 + 123_456_789.01, 0], rel=1e-15)

    @pytest.mark.parametrize(
        "until",
        ["2025-01-31", "2025-01-31T12:00", np.datetime64("2025-01-31"), np.datetime64("2025-01-31T12:00", "ns"),
         pd.Timestamp("2025-01-31 23:00")],
    )  # fmt: skip
    def test_a_cut_may_be_text_or_a_time(self, until: str | dt.date | np.datetime64) -> None:
        pd.testing.assert_frame_equal(rfm_summary(ORDERS, until=until), rfm_summary(ORDERS, until=dt.date(2025, 1, 31)))

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

    @pytest.mark.parametrize("until", [None, pd.NaT, np.datetime64("NaT"), "", "1 March", 20250301, ["2025-03-01"]])
    def test_a_cut_that_is_no_day_is_told(self, until: object) -> None:
        with pytest.raises(SummaryError, match=r"`until` is .*: give a day"):
            rfm_summary(ORDERS, until=until)  # type: ignore[arg-type]

    def test_a_folder_is_no_file(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        ORDERS.to_parquet(tmp_path / "orders.parquet")
        monkeypatch.chdir(tmp_path)
        for folder in ("", ".", tmp_path):
            with pytest.raises(SummaryError, match="is no file: give one Parquet file"):
                rfm_summary(folder, until=CUT)

    def test_of_a_csv_file_the_message_says_how_to_read_it(self, tmp_path: Path) -> None:
        file, cut = tmp_path / "orders.csv", dt.date(2025, 3, 1)
        ORDERS.to_csv(file, index=False)
        with pytest.raises(
            SummaryError, match=r'of a CSV file the frame, pd.read_csv\(file, parse_dates=\["ordered_at"\]'
        ):
            rfm_summary(file, until=cut)
        with pytest.raises(SummaryError, match=r"ordered_at holds text: make it dates .* `parse_dates` of"):
            rfm_summary(pd.read_csv(file), until=cut)
        read = pd.read_csv(file, parse_dates=["ordered_at"], date_format="ISO8601")
        pd.testing.assert_frame_equal(rfm_summary(read, until=cut), rfm_summary(ORDERS, until=cut))

    @pytest.mark.parametrize("orders", [None, [1], ORDERS["revenue"], 3.0])
    def test_what_is_no_table_is_told(self, orders: object) -> None:
        with pytest.raises(SummaryError, match="give a frame of pandas, or a Parquet file"):
            rfm_summary(orders, until=CUT)  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        ("orders", "said"),
        [
            (ORDERS.drop(columns="revenue"), "no column revenue in the frame, which has customer_id, ordered_at"),
            (ORDERS.assign(ordered_at="1 May"), "Column ordered_at holds text: make it dates"),
            (ORDERS.assign(ordered_at=ORDERS["ordered_at"].dt.tz_localize("UTC")), "without a time zone"),
            (ORDERS.assign(revenue="9"), "Column revenue holds text: make it numbers"),
            (ORDERS.assign(customer_id=["a", None, "b", None, "c"]), "Of 5 orders, 2 have no customer_id: leave"),
            (
                ORDERS.assign(revenue=[1, np.nan, np.inf, 2, 3]),
                "Of 5 orders, 2 have no revenue, or one that is infinite",
            ),
            (
                ORDERS.assign(revenue=[1, 1e18, -np.inf, 2, 1e308]),
                r"Of 5 orders, 3 have no revenue, or one that .* beyond 1e18",
            ),
            (ORDERS.assign(revenue=[Decimal("1e40"), 1, 1, 1, 1]), r"revenue decimal256\(41, 0\) cannot be read"),
            (ORDERS.assign(revenue=1j), "Column revenue cannot be read .*: make it numbers"),
            (ORDERS.assign(revenue=pd.arrays.SparseArray([1.0] * 5)), "Column revenue cannot be read .*: make it"),
            (ORDERS.assign(ordered_at=ORDERS["ordered_at"].dt.to_period("D")), r"ordered_at holds period\[D\]: make"),
            (ORDERS.assign(customer_id=["a", "", "b", "b", " \t"]), "There are orders whose customer_id is empty"),
            (
                ORDERS.assign(customer_id=pd.Series([None] * 5).astype("category")),
                "The columns customer_id dictionary.* cannot be read",
            ),
            (ORDERS.assign(customer_id=[2**70, 1, 1, 1, 1]), "Column customer_id cannot be read .*: make it text"),
            (ORDERS.assign(customer_id=pd.Series(["\ud800"] * 5, dtype=object)), "Column customer_id cannot be read"),
            (ORDERS.assign(customer_id=[1, "a", 2, "b", 3]), "Column customer_id cannot be read .*: make it text"),
            (pd.DataFrame(columns=list(ORDERS)), "Column customer_id holds nothing: make it text"),
            (pd.DataFrame(), "in the frame, which has none"),
            (
                ORDERS.assign(customer_id=[1.5, 2, 3, 4, np.nan]),
                "customer_id holds float64: make it text or whole",
            ),
            (pd.concat([ORDERS, ORDERS["revenue"]], axis=1), "There are 2 columns revenue in the frame"),
            ("not there.parquet", "'not there.parquet' is no file"),
            (__file__, "cannot be read as a Parquet file"),
        ],
    )
    def test_what_cannot_be_summed_up_is_told(self, orders: pd.DataFrame | str, said: str) -> None:
        with pytest.raises(SummaryError, match=said):
            rfm_summary(orders, until=dt.date(2025, 3, 1))
