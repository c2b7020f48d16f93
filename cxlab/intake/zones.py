"""Files whose moments are in UTC beside files that name no zone: near midnight their days may differ."""

from collections.abc import Mapping

from cxlab.contract import TABLES
from cxlab.intake.kept_texts import KeptText
from cxlab.intake.parquet_zones import ON_UTC
from cxlab.intake.sources import FileReading, TableIntake
from cxlab.intake.ways import name_files
from cxlab.study import Study

_IN_UTC = KeptText(
    "The moments of {files} of {table} are in UTC, while those of {others} name no zone. Near midnight the day of an "
    "order may be another one in the first than in the second: where the second are on the clock of a place, write it "
    "under `{table}` in the study, as `read: {{timezone: Europe/Helsinki}}`.",
    texts=("files", "others"),
)
_UTC = {"UTC", "GMT", "UT", "Z", "+00", "+00:00", "+0000"}


def remark_on_zones(study: Study, tables: Mapping[str, TableIntake]) -> list[str]:
    """Say which files have moments in UTC where others name no zone, and no `timezone` brings them together."""
    moments = {
        name: [column.name for column in TABLES[name].columns if column.kind == "moment" and column.name in t.columns]
        for name, t in tables.items()
    }
    asked = [name for name in tables if moments[name]]
    in_utc = {
        name: [file for file, one in zip(tables[name].names, tables[name].readings, strict=True) if _is_in_utc(one)]
        for name in asked
        if study.sources.given[name].read.timezone is None
    }
    plain = [
        file
        for name in asked
        for file, one in zip(tables[name].names, tables[name].readings, strict=True)
        if one.n_read and not one.zones and not _has_clock(one)
    ]
    if not plain:
        return []
    others = name_files(list(dict.fromkeys(plain)))
    return [_IN_UTC(files=name_files(files), table=name, others=others) for name, files in in_utc.items() if files]


def _is_in_utc(one: FileReading) -> bool:
    return bool(_UTC.intersection(one.zones)) or any(ON_UTC in words for words in one.words)


def _has_clock(one: FileReading) -> bool:
    """Whether the moments of a Parquet file are on some clock that it names."""
    return any("on the clock of" in words for words in one.words)
