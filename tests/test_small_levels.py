"""What few people hold is not named: neither a value of what was known before, nor a group of the data's own."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cxlab.gestures import covariate_balance, estimate_gestures, gesture_alikeness, gesture_by_group
from cxlab.gestures.basis import MOST_LEVELS, as_numbers
from cxlab.kit import open_study
from tests.make import write_study

CITIES = ["Oulu"] * 60 + ["Turku"] * 40 + ["Kemi"] * 5 + ["Inari"] * 4 + ["Utsjoki"]


def frame(values: list[str | None]) -> pd.DataFrame:
    return pd.DataFrame({"city": pd.Series(values, dtype="str")})


class TestNumbers:
    def test_rare_values_are_one(self) -> None:
        matrix, names = as_numbers(frame(CITIES), minimum_group=5)
        assert names == ("city = Turku", "city = Kemi", "city = other")
        assert matrix.sum(axis=0).tolist() == [40, 5, 5]

    def test_where_even_all_of_them_are_few_they_have_no_name(self) -> None:
        matrix, names = as_numbers(frame(CITIES[:109]), minimum_group=5)  # without Utsjoki, Inari's four stand alone
        assert names == ("city = Turku", "city = Kemi") and matrix.sum() == 45

    def test_people_count_and_not_rows(self) -> None:
        people = np.array([0] * 60 + list(range(1, 51)), dtype=np.int64)
        _, names = as_numbers(frame(CITIES), people=people, minimum_group=5)
        assert names == ("city = Kemi", "city = other")  # Oulu is one person's; the reference is Turku

    def test_a_value_called_other_goes_with_them(self) -> None:
        values = ["a"] * 9 + ["b"] * 7 + ["other"] * 6 + ["c"]
        matrix, names = as_numbers(frame(values), minimum_group=5)
        assert names == ("city = b", "city = other") and matrix.sum(axis=0).tolist() == [7, 7]

    def test_without_a_smallest_group_nothing_is_gathered_up_to_the_most_levels(self) -> None:
        _, names = as_numbers(frame(CITIES))
        assert names == ("city = Turku", "city = Kemi", "city = Inari", "city = Utsjoki")
        many = [f"v{i:02d}" for i in range(30)]
        matrix, names = as_numbers(frame([*many, *many[:25]]))
        assert len(names) == MOST_LEVELS and names[-1] == "city = other"
        assert matrix[:, -1].sum() == 30 + 25 - 2 * MOST_LEVELS

    def test_texts_that_differ_in_every_row_say_nothing(self) -> None:
        matrix, names = as_numbers(frame([f"v{i}" for i in range(40)]), minimum_group=5)
        assert names == () and matrix.shape == (40, 0)


def test_the_balance_names_nothing_that_few_hold() -> None:
    treated = np.arange(len(CITIES)) % 2 == 0
    table = covariate_balance(frame(CITIES), treated).table
    assert table["covariate"].tolist() == ["city = Turku", "city = Kemi", "city = other"]


@pytest.mark.parametrize("design", ["randomised", "observational"])
def test_neither_page_nor_tables_nor_findings_name_them(tmp_path: Path, design: str) -> None:
    rng = np.random.default_rng(3)
    n, lines = 400, []
    for i in range(n):
        city = "Utsjoki" if i < 3 else "Inari" if i < 7 else ("Oulu", "Turku")[rng.integers(2)]
        region = "Lappi" if i < 4 else ("North", "South")[rng.integers(2)]
        lines.append(f"{('none', 'card')[i % 2]},{rng.integers(4)},{city},{region},{rng.integers(90)}")
    write_study(
        tmp_path, f"  outcomes: {{path: o.csv, control: none, design: {design}}}\n",
        o="arm,outcome,city,segment_region,age\n" + "\n".join(lines) + "\n",
    )  # fmt: skip
    with open_study(tmp_path) as kit:
        effects = estimate_gestures(kit.gestures, seed=1)
        alike, groups = gesture_alikeness(effects), gesture_by_group(effects)
        assert "city = other" in alike.table["covariate"].tolist()
        assert sorted(groups.table["group"]) == ["North", "South", "other"]
        held = f"{alike.table.to_csv()} {alike.reading} {groups.table.to_csv()} {groups.reading} {effects.reading} "
        held += " ".join([*effects.findings, *groups.findings])
        assert not [name for name in ("Utsjoki", "Inari", "Lappi") if name in held]
