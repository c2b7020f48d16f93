"""The bytes of a text file: packed or not, in which encoding, how many lines, and whether the engine may read them."""

import codecs
import gzip
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from cxlab.intake.kept_texts import KeptText
from cxlab.intake.places import SourceError
from cxlab.study import shown_path

_CHUNK = 1 << 18
_PART = 1 << 22
_LARGE = 1 << 25
"""A file of so many bytes is worth a second thread."""
_TAIL = 1 << 16
NEARLY, BROKEN = KeptText("utf-8 with broken bytes")(), "\ufffd"
"""The encoding of a file that is UTF-8 but for a few bytes, and what then stands for each of these."""
_GZIP = b"\x1f\x8b"
_FEED = b"\n"[0]
_SPACE_QUOTE = int.from_bytes(b' "', "little")
_NO_TEXT = {b"%PDF": "a PDF", b"\x89PNG": "a picture", b"\xff\xd8\xff": "a picture", b"GIF8": "a picture",
            b"PK\x03\x04": "an archive", b"\xd0\xcf\x11\xe0": "a file of an old office program", b"SQLi": "a database",
            b"BZh": "packed with bzip2", b"\xfd7zXZ": "packed with xz", b"7z\xbc\xaf": "packed with 7-Zip",
            b"(\xb5/\xfd": "packed with zstd"}  # fmt: skip
_MOST_PACKED, _HARMLESS = 200, 100 << 20
"""A file that unpacks to more than so many times its size, and to more than so many bytes, is a bomb."""
_BEYOND = f"unpacks to more than {_MOST_PACKED} times its size, as no table of records does"
_UNDEFINED = b"\x81\x8d\x8f\x90\x9d"
"""Bytes that stand for nothing in cp1252."""
NUL = "\0"
SAMPLE_BYTES = 4096
_CONTROLS = "".join(map(chr, (*range(9), *range(14, 26), *range(27, 32))))
_FEW_CONTROLS, _MOST_CONTROLS = 2, 0.05
"""What no text holds, and how much of it makes a file no text: so many, and such a share."""
_MANY_BROKEN = 4
"""A text with letters in UTF-8 is UTF-8, unless so many times as many bytes are none: others hit it by chance."""
_LEAST_NULS, _MANY_NULS, _FEW_OTHERS = 0.02, 0.2, 4
"""The share of letters with a NUL that UTF-16 has at least, for its digits and line ends; that from which it is UTF-16
for sure; and how many times rarer NULs are in the other half of its letters."""
_WIDE = {"utf-16-le": (1, 0), "utf-16-be": (0, 1)}
"""Of each way to write UTF-16, which byte of two is NUL in a plain letter, and which is not."""


class BombError(ValueError):
    """A packed file gives more than any table would."""


@dataclass(frozen=True)
class Lines:
    """The lines of a text file.

    Attributes
    ----------
    n : all of them, the last one counted though it may not end.
    n_blank_end : of these, empty ones at the end.
    plain : whether the engine may read the file: one kind of line end, no NUL, and no quotation mark after a space, for
        what that means the engine decides by the number of spaces.
    """

    n: int
    n_blank_end: int
    plain: bool


def is_packed(path: Path) -> bool:
    """Whether a file is packed with gzip, whatever it is called."""
    with path.open("rb") as file:
        return file.read(2) == _GZIP


def open_bytes(path: Path) -> IO[bytes]:
    """Open a text file, packed or not."""
    return gzip.open(path) if is_packed(path) else path.open("rb")  # type: ignore[return-value]


def open_text(path: Path, encoding: str) -> IO[str]:
    """Open a text file, packed or not; a line ends in a line feed, however it ended in the file."""
    name, errors = ("utf-8", "replace") if encoding == NEARLY else (encoding, "strict")
    if is_packed(path):
        return gzip.open(path, "rt", encoding=name, errors=errors, newline=None)
    return path.open("rt", encoding=name, errors=errors, newline=None)


def find_encoding(path: Path, given: str | None, place: str) -> tuple[str, Lines | None]:
    """Find the encoding of a text file: the given one, else by its mark, UTF-8 where it fits, cp1252, latin-1.

    Where all of a file was gone through for that, and the engine could read it as it stands, its lines are counted too.

    Raises
    ------
    SourceError : it is no text, it is packed and broken, or it is not in the given encoding.
    """
    with path.open("rb") as file:
        start = file.read(8)
    what = next((name for mark, name in _NO_TEXT.items() if start.startswith(mark)), None)
    if what:
        raise SourceError(f"{place}: {shown_path(path)} is {what} and no text: export the table as CSV")
    try:
        with open_bytes(path) as opened:
            sample = opened.read(SAMPLE_BYTES)
        wide = find_wide(sample)
        given = _settled(path, given, wide, place) if given else None
        found, lines = (given or wide or "", None) if given or wide else _own_encoding(path)
        if not given and wide:
            _try_to_decode(path, found, place)
        with open_text(path, found) as text:
            is_text = not is_binary(text.read(SAMPLE_BYTES))
    except BombError as error:
        raise SourceError(f"{place}: {shown_path(path)} {error}: unpack it yourself and look at it") from error
    except (EOFError, OSError, zlib.error) as error:
        raise SourceError(f"{place}: {shown_path(path)} breaks off ({error}): copy the file again") from error
    except UnicodeError as error:
        raise SourceError(f"{place}: {shown_path(path)} {_not_so(error, found, given)}") from error
    if not is_text:
        seems = f" but seems to be {wide}: name it with `read: {{encoding: {wide}}}`, or leave `encoding:` out"
        what = f"is no {found} text{seems}" if wide and given else "is no text: export the table as CSV"
        raise SourceError(f"{place}: {shown_path(path)} {what}")
    return found, lines


def _settled(path: Path, given: str, wide: str | None, place: str) -> str | None:
    """Return the encoding that the study says where it fits a text; None where the text is plainly in another.

    An encoding of single bytes fits anything: a text with letters beyond ASCII that is UTF-8 all through is in that.
    """
    try:
        _try_to_decode(path, given, place)
    except UnicodeError:
        if wide or _own_encoding(path)[0] in ("utf-8", "utf-8-sig", NEARLY, "cp1252"):
            return None
        raise
    name = codecs.lookup(given).name
    if wide is not None:
        return given if name.startswith("utf-16") else None
    if name.startswith("utf"):
        return given
    own = _own_encoding(path)[0]
    plain = own == "utf-8" and all(chunk.isascii() for chunk in _chunks(path))
    return None if own in ("utf-8", "utf-8-sig") and not plain else given


def is_same_encoding(asked: str, found: str) -> bool:
    """Whether an encoding was found as it was asked for, whatever each is called; one with a mark is its like."""
    name = codecs.lookup(asked).name
    if found == NEARLY:
        return name.startswith("utf-8")
    return name.split("-sig")[0] == codecs.lookup(found).name.split("-sig")[0] or (
        name.startswith("utf-16") and found.startswith("utf-16")
    )


def find_wide(sample: bytes) -> str | None:
    r"""Tell whether a text is UTF-16, and which, by its mark or by where its NULs stand; None: it is not.

    Parameters
    ----------
    sample : its first bytes, an even number of them unless there are no more.

    Examples
    --------
    >>> find_wide("Имя;1\n".encode("utf-16-le")), find_wide(b"name;1\n\0;2\n")
    ('utf-16-le', None)
    """
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    for encoding, (nul, other) in _WIDE.items():
        n, n_others = sample[nul::2].count(0), sample[other::2].count(0)
        if n == 0 or n < _LEAST_NULS * len(sample) / 2 or n < _FEW_OTHERS * n_others:
            continue
        text = sample[: len(sample) // 2 * 2].decode(encoding, "replace")
        n_ends, n_like_ends = text.count("\n") + text.count("\r"), sample.count(b"\n") + sample.count(b"\r")
        many = n == len(text) or (n > _FEW_CONTROLS and n > _MANY_NULS * len(text) and n_ends > 0)
        if NUL not in text and (many or 2 * n_ends > n_like_ends):
            return encoding
    return None


def is_binary(sample: str) -> bool:
    """Whether what was read as text is none: NULs and their like stand all over it, and do not just pad its end."""
    text = sample.rstrip(NUL)
    n = sum(map(text.count, _CONTROLS)) if NUL in text else 0
    return bool(sample) and (not text or n > max(_FEW_CONTROLS, _MOST_CONTROLS * len(text)))


def _not_so(error: UnicodeError, found: str, given: str | None) -> str:
    """Say why a text cannot be decoded, and what to do."""
    if getattr(error, "reason", "") in ("truncated data", "unexpected end of data"):
        return f"breaks off in the middle of a letter, read as {found}: copy the file again, or export it again"
    then = "leave `encoding:` out, or name another" if given else "name its encoding with `read: {encoding: …}`"
    return f"is not {found} text: {then}"


def _try_to_decode(path: Path, encoding: str, place: str) -> None:
    """Decode a whole text and keep nothing.

    Raises
    ------
    SourceError : there is no such encoding.
    UnicodeError : the text is not in it.
    """
    try:
        decoder = codecs.getincrementaldecoder(encoding)()
    except LookupError as error:
        raise SourceError(
            f"{place}: `{encoding}` is no encoding: take utf-8, cp1252 or latin-1, or leave it out"
        ) from error
    for chunk in _chunks(path):
        decoder.decode(chunk)
    decoder.decode(b"", final=True)


def _own_encoding(path: Path) -> tuple[str, Lines | None]:
    with open_bytes(path) as file:
        start = file.read(len(codecs.BOM_UTF8))
    lines = _lines_in_utf8(path)
    if start == codecs.BOM_UTF8:
        return "utf-8-sig" if lines else "cp1252", None
    if lines:
        return "utf-8", None if is_packed(path) else lines
    if _is_nearly_utf8(path):
        return NEARLY, None
    undefined = any(chunk.translate(None, _UNDEFINED) != chunk for chunk in _chunks(path))
    return "latin-1" if undefined else "cp1252", None


def _lines_in_utf8(path: Path) -> Lines | None:
    """Count the lines of a text that is UTF-8; None where it is not."""
    try:
        return _count(path, strict=True)
    except UnicodeError:
        return None


def _is_nearly_utf8(path: Path) -> bool:
    """Whether most of what is not ASCII is UTF-8: then a line with other bytes is broken, and not the whole file."""
    good = bad = 0
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    for chunk in _chunks(path):
        text = decoder.decode(chunk)
        broken = text.count(BROKEN)
        bad += broken
        good += len(text) - len(text.encode("ascii", "ignore")) - broken
    return _MANY_BROKEN * good >= bad > 0


def count_lines(path: Path) -> Lines:
    """Count the lines of a file that is not packed, in an encoding that keeps to ASCII."""
    return _count(path, strict=False)


def _count(path: Path, *, strict: bool) -> Lines:
    """Count the lines of a text in an encoding that keeps to ASCII, the halves of a large one side by side.

    Raises
    ------
    UnicodeError : it is not UTF-8, though it is `strict`ly to be that.
    """
    size = path.stat().st_size
    if size < _LARGE or is_packed(path):
        return _look_through(_chunks(path), strict=strict).lines()
    middle = _line_after(path, size // 2)
    parts = [(0, middle), (middle, size)]
    with ThreadPoolExecutor(len(parts)) as threads:
        first, second = threads.map(lambda part: _look_through(_part(path, *part), strict=strict), parts)
    return first.then(second).lines()


def _look_through(chunks: Iterator[bytes], *, strict: bool) -> "_LineCounter":
    decoder = codecs.getincrementaldecoder("utf-8")()
    inside = False
    counter = _LineCounter()
    for chunk in chunks:
        if strict and (inside or not chunk.isascii()):
            decoder.decode(chunk)
            inside = bool(decoder.getstate()[0])
        counter.add(chunk)
    decoder.decode(b"", final=True)
    return counter


class _LineCounter:
    """Counts the lines of a text that comes in chunks, in an encoding that keeps to ASCII."""

    def __init__(self) -> None:
        self.feeds = self.returns = self.both = 0
        self.spaced = self.nul = False
        self.last, self.tail = b"\n", b""

    def add(self, chunk: bytes) -> None:
        """Look through the next chunk."""
        signs = np.frombuffer(chunk, np.uint8)
        self.feeds += int(np.count_nonzero(signs == _FEED))
        self.both += self.last == b"\r" and chunk.startswith(b"\n")
        if b"\r" in chunk:
            self.returns += chunk.count(b"\r")
            self.both += chunk.count(b"\r\n")
        self.nul = self.nul or b"\0" in chunk
        if b'"' in chunk:
            # Two letters at a time, from the first and from the second on: half as many comparisons.
            pairs = (np.frombuffer(chunk, "<u2", (len(chunk) - start) // 2, start) for start in (0, 1))
            within = any(bool((pair == _SPACE_QUOTE).any()) for pair in pairs)
            self.spaced = self.spaced or within or (self.last == b" " and chunk.startswith(b'"'))
        self.last = chunk[-1:]
        self.tail = chunk[-_TAIL:] if len(chunk) >= _TAIL else (self.tail + chunk)[-_TAIL:]

    def then(self, other: "_LineCounter") -> "_LineCounter":
        """Return what was counted of a text whose second part, which begins with a line, is another's."""
        both = _LineCounter()
        both.feeds, both.returns = self.feeds + other.feeds, self.returns + other.returns
        both.both = self.both + other.both
        both.spaced, both.nul = self.spaced or other.spaced, self.nul or other.nul
        both.tail = (self.tail + other.tail)[-_TAIL:]
        both.last = both.tail[-1:] or self.last
        return both

    def lines(self) -> Lines:
        """Return what was counted, when all of the text was looked through."""
        n = self.feeds + self.returns - self.both + (self.last not in (b"\n", b"\r"))
        end = self.tail[len(self.tail.rstrip(b"\r\n")) :]
        n_ends = end.count(b"\n") + end.count(b"\r") - end.count(b"\r\n")
        plain = not self.spaced and not self.nul and self.both == self.returns and self.both in (0, self.feeds)
        return Lines(n, max(0, n_ends - 1), plain)


def copy_as_utf8(path: Path, encoding: str, target: Path, place: str) -> None:
    """Write a text file anew: unpacked, in UTF-8 without a mark, each line ending in a line feed.

    Raises
    ------
    SourceError : it unpacks beyond all measure.
    """
    limit = max(_HARMLESS, _MOST_PACKED * path.stat().st_size)
    written = 0
    with open_text(path, encoding) as text, target.open("w", encoding="utf-8", newline="") as copy:
        while chunk := text.read(_CHUNK):
            written += copy.write(chunk)
            if written > limit:
                raise SourceError(f"{place}: {shown_path(path)} {_BEYOND}: unpack it yourself and look at it")


def _chunks(path: Path) -> Iterator[bytes]:
    limit = max(_HARMLESS, _MOST_PACKED * path.stat().st_size)
    read = 0
    with open_bytes(path) as file:
        while chunk := file.read(_CHUNK):
            read += len(chunk)
            if read > limit:
                raise BombError(_BEYOND)
            yield chunk


def _line_after(path: Path, place: int) -> int:
    """Return where the first line begins that does so behind a place in a file; the end, where none does."""
    with path.open("rb") as file:
        file.seek(place)
        while line := file.readline(_CHUNK):
            if line.endswith(b"\n"):
                break
        return file.tell()


def _part(path: Path, start: int, end: int) -> Iterator[bytes]:
    with path.open("rb", buffering=0) as file:
        file.seek(start)
        while start < end and (chunk := file.read(min(_PART, end - start))):
            start += len(chunk)
            yield chunk
