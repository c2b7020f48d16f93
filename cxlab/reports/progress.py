"""What a run says on the terminal while it goes on."""

import os
import time
from collections.abc import Mapping

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table

_MARK = {"yes": "●", "partly": "◐", "no": "⊖", "cannot": "○", "failed": "◇", "missing": "○"}
_SOON = 2.0  # seconds left below which no number is given


class Lines(Console):
    """A console whose reader may leave: what it tells of goes on, in silence."""

    def on_broken_pipe(self) -> None:
        """Write to nowhere from now on."""
        self.quiet = True
        os.dup2(os.open(os.devnull, os.O_WRONLY), self.file.fileno())


class Progress:
    """Lines as notebooks begin and end; on a terminal, those that run show a spinner, with how long is left.

    Parameters
    ----------
    console : where to write; by default the standard output.
    quiet : say nothing but what failed.
    """

    def __init__(self, console: Console | None = None, *, quiet: bool = False) -> None:
        self.console = console or Lines(highlight=False, soft_wrap=True)
        self.quiet = quiet
        self.is_live = self.console.is_terminal and not quiet
        self._running: dict[str, tuple[Spinner, float]] = {}
        self._waiting: dict[str, float] = {}
        self._n_done = self._n_failed = self._jobs = 0
        self._live = Live(console=self.console, refresh_per_second=8, transient=True) if self.is_live else None

    def __enter__(self) -> "Progress":
        if self._live:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live:
            self._live.stop()

    def tell(self, text: str) -> None:
        """Show on a terminal what is being done before the notebooks begin."""
        if self._live:
            self._running = {"": (Spinner("dots", text), time.monotonic())}
            self._show()

    def told(self) -> None:
        """Show no more of it."""
        self._running = {}
        self._show()

    def say(self, text: str) -> None:
        """Write a line."""
        if not self.quiet:
            self.console.print(text, markup=False)

    def expect(self, seconds: Mapping[str, float], jobs: int) -> None:
        """Take note of what is to come.

        Parameters
        ----------
        seconds : how long each notebook is likely to take, by name; NaN: nothing is known of it.
        jobs : how many run at a time.
        """
        self._waiting, self._jobs = dict(seconds), jobs

    def begin(self, name: str) -> None:
        """Say that a notebook started."""
        if self._live:
            self._running[name] = (Spinner("dots", name), time.monotonic())
            self._show()
        else:
            self.say(f"  {name} started")

    def end(self, name: str, seconds: float, tone: str, text: str) -> None:
        """Say that a notebook ended, with its verdict."""
        self._running.pop(name, None)
        self._waiting.pop(name, None)
        self._n_done += 1
        self._n_failed += tone == "failed"
        self._show()
        line = f"{_MARK[tone]} {name} {seconds:.1f} s  {text}"
        if tone == "failed":
            self.console.print(line, markup=False)
        else:
            self.say(line)

    def stand(self, name: str, tone: str, text: str) -> None:
        """Say that a report of an earlier run stands."""
        self.say(f"{_MARK[tone]} {name} unchanged  {text}")

    def _left(self) -> str:
        """Say how many have ended, how many failed, and about how long it still takes."""
        n = self._n_done + len(self._waiting)
        said = [f"{self._n_done} of {n} done", *([f"{self._n_failed} failed"] if self._n_failed else [])]
        now = time.monotonic()
        known = [seconds for seconds in self._waiting.values() if seconds == seconds]
        if known:
            likely = sum(known) / len(known)
            ahead = {name: seconds if seconds == seconds else likely for name, seconds in self._waiting.items()}
            begun = {name: now - since for name, (_, since) in self._running.items() if name in ahead}
            left = {name: max(seconds - begun.get(name, 0.0), 0.0) for name, seconds in ahead.items()}
            seconds = max(sum(left.values()) / max(self._jobs, 1), *left.values())
            said.append(f"about {_time(seconds)} left" if seconds > _SOON else "nearly there")
        return ", ".join(said)

    def _show(self) -> None:
        if self._live:
            rows = Table.grid()
            for spinner, _ in self._running.values():
                rows.add_row(spinner)
            if self._waiting:
                rows.add_row(f"  {self._left()}")
            self._live.update(rows)


def _time(seconds: float) -> str:
    """Write a time.

    Examples
    --------
    >>> _time(42.3), _time(400)
    ('42 s', '7 min')
    """
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"
