"""Files that a study names but does not keep: fetched on request, and kept only when their sha256 is right."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cxlab.errors import InputError
from cxlab.study import Fetch, Study, shown_path

SECONDS = 30
"""How long to wait for an answer."""


class FetchError(InputError):
    """A file cannot be fetched, or is not the one that the study means."""


@dataclass(frozen=True)
class Fetched:
    """What became of a file: fetched now, or there already."""

    file: Path
    outcome: Literal["fetched", "there"]
    url: str

    @property
    def reading(self) -> str:
        """What became of it, in a sentence."""
        if self.outcome == "there":
            return f"{shown_path(self.file)} is there already, and it is the file meant."
        size = f"{self.file.stat().st_size:,} bytes"
        return f"{shown_path(self.file)} was fetched from {self.url}: {size}, and its sha256 is right."


def fetch_study(study: Study) -> Iterator[Fetched]:
    """Fetch every file of a study that has a `fetch:` key, one by one; a file that is there stays as it is.

    Raises
    ------
    FetchError : the study names no such file, one cannot be had, or another file lies in its place.
    """
    wanted = {
        table: (study.folder / source.path, source.fetch)
        for table, source in study.sources.given.items()
        if source.fetch is not None and isinstance(source.path, str)
    }
    if not wanted:
        raise FetchError(
            f"{study.place('sources')}: no source of {study.name} has a `fetch:` key, so there is nothing to fetch: "
            "its files lie where each `path:` says"
        )
    for table, (file, fetch) in wanted.items():
        yield _fetch_one(file, fetch, study.place("sources", table, "fetch"), study.folder)


def _fetch_one(file: Path, fetch: Fetch, place: str, folder: Path) -> Fetched:
    expected = fetch.sha256.lower()
    try:
        if file.exists():
            found = _sha256(file)
            if found != expected:
                raise FetchError(
                    f"{place}: {shown_path(file)} is there, but its sha256 is {found} and not {expected}: move it "
                    "away and fetch again, or correct `sha256:` if yours is the right file"
                )
            return Fetched(file, "there", fetch.url)
        near = file.parent if file.parent.is_dir() else folder
        with tempfile.TemporaryDirectory(prefix=".cxlab-", dir=near) as stage:
            aside = Path(stage) / "fetched"
            _download(fetch.url, aside, f"{place}: {shown_path(file)}")
            found = _sha256(aside)
            if found != expected:
                raise FetchError(
                    f"{place}: what {fetch.url} gave ({aside.stat().st_size:,} bytes) has the sha256 {found} and not "
                    f"{expected}: it is another file and was not kept; correct `url:` or `sha256:`"
                )
            file.parent.mkdir(parents=True, exist_ok=True)
            aside.replace(file)
    except OSError as error:
        raise FetchError(
            f"{place}: {shown_path(file)} cannot be read or written ({error.strerror}): see who may, and try again"
        ) from error
    return Fetched(file, "fetched", fetch.url)


def _download(url: str, aside: Path, what: str) -> None:
    """Write what an address gives to a file."""
    import pooch

    try:
        pooch.HTTPDownloader(chunk_size=1 << 16, timeout=SECONDS)(url, str(aside), None)
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno is not None:  # the disk's; those of the network carry no number
            raise
        response = getattr(error, "response", None)
        if response is None:
            why, remedy = "did not answer, or not in full", "see that this machine is online"
        else:
            why = f"answered {response.status_code} {response.reason}".rstrip()
            remedy = "see whether the file has moved"
        raise FetchError(f"{what} cannot be fetched, {url} {why}: {remedy}, or put it there by hand") from error


def _sha256(file: Path) -> str:
    import pooch

    return str(pooch.file_hash(str(file), alg="sha256"))
