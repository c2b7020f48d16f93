"""Make the example studies' reports in each language they are written in, and find texts that are still English.

The indexes over them are looked at as well.

`python -m tools.unsaid` prints them with their page and ends with 1; nothing is printed where all is said.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import yaml

from cxlab.language import WRITTEN

ROOT = Path(__file__).resolve().parent.parent
STUDIES = ("data/cdnow", "data/corner-shop")
_ENGLISH = frozenset(
    re.findall(
        r"\w+",
        "the of and are is was were with that which from by each for than who whose not their they there this these "
        "those have has been would more most less least but when where while what how why all any both other others "
        "same such only about after before between under over up its it if then so ",
    )
)
_WORD = re.compile(r"\w+")
_ASIDE = frozenset({"style", "script", "code", "pre", "title"})
_SAID = ("alt", "aria-label", "title")


class _Texts(HTMLParser):
    """Gathers the texts of a page that its readers see or hear; code is none."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._aside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _ASIDE:
            self._aside.append(tag)
        self.texts += [value for name, value in attrs if name in _SAID and value]

    def handle_endtag(self, tag: str) -> None:
        if self._aside and self._aside[-1] == tag:
            self._aside.pop()

    def handle_data(self, data: str) -> None:
        if not self._aside and data.strip():
            self.texts.append(" ".join(data.split()))


def english(html: str, names: frozenset[str] = frozenset()) -> list[str]:
    """Return the texts of a page that hold an English word, each once.

    Parameters
    ----------
    names : texts that are not the kit's own, as the study's title.
    """
    reader = _Texts()
    reader.feed(html)
    found = []
    for text in dict.fromkeys(reader.texts):
        own = text
        for name in names:
            own = own.replace(name, "")
        if _ENGLISH.intersection(word.lower() for word in _WORD.findall(own)):
            found.append(text)
    return found


def unsaid(language: str, home: Path) -> Iterator[tuple[str, str]]:
    """Make the pages in a language, and yield page and text of what is still English on them."""
    studies, names = [], set()
    for folder in STUDIES:
        study = home / Path(folder).name
        shutil.copytree(ROOT / folder, study)
        file = study / "study.yml"
        text = re.sub(r"(?m)^language:.*\n", "", file.read_text(encoding="utf-8"))
        file.write_text(f"{text}\nlanguage: {language}\n", encoding="utf-8")
        studies.append(study.name)
        names.add(str(yaml.safe_load(text)["title"]))
    only = [part for name in sorted(WRITTEN[language]) for part in ("--only", name)]
    command = [sys.executable, "-m", "cxlab", "report", *studies, *only, "--quiet"]
    subprocess.run(command, cwd=home, check=True)
    for page in sorted((home / "reports").rglob("*.html")):
        for text in english(page.read_text(encoding="utf-8"), frozenset(names)):
            yield page.relative_to(home / "reports").as_posix(), text


def main() -> int:
    """Look at all languages; return 1 where something is still English."""
    found = 0
    for language, reports in WRITTEN.items():
        if not reports:
            continue
        with tempfile.TemporaryDirectory() as folder:
            for page, text in unsaid(language, Path(folder)):
                found += 1
                print(f"{language} {page}: {text}")  # noqa: T201
    return int(found > 0)


if __name__ == "__main__":
    sys.exit(main())
