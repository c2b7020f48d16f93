"""Lines of YAML with comments behind them, which go on below where they are long."""

_WIDE = 118
UNSURE = "unsure"


class Page:
    """Lines that are being written."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    @property
    def text(self) -> str:
        """The lines so far."""
        return "".join(f"{line}\n" for line in self._lines)

    def line(self, start: str, *comment: str, unsure: str = "") -> None:
        """Write a line, with a comment behind it where there is one to make."""
        said = [part for part in comment if part] + ([f"{UNSURE}: {unsure}"] if unsure else [])
        if said:
            below = " " * (len(start) - len(start.lstrip())) + "#  "
            self._wrapped(f"{start}  #", "; ".join(said), below)
        else:
            self._lines.append(start)

    def remark(self, words: str, *, indent: int = 0) -> None:
        """Write a comment that stands for itself."""
        self._wrapped(f"{' ' * indent}#", words, f"{' ' * indent}#  ")

    def _wrapped(self, line: str, words: str, below: str) -> None:
        for number, word in enumerate("".join(c if c.isprintable() else " " for c in words).split()):
            if number and len(line) + 1 + len(word) > _WIDE:
                self._lines.append(line)
                line = below
            line += f" {word}"
        self._lines.append(line)
