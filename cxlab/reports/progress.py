"""What a run says on the terminal while it goes on."""

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table

_MARK = {"yes": "●", "partly": "◐", "no": "⊖", "cannot": "○", "failed": "◇", "missing": "○"}


class Progress:
    """Lines as notebooks begin and end; on a terminal, those that run show a spinner until they end.

    Parameters
    ----------
    console : where to write; by default the standard output.
    """

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False, soft_wrap=True)
        self._running: dict[str, Spinner] = {}
        self._live = (
            Live(console=self.console, refresh_per_second=8, transient=True) if self.console.is_terminal else None
        )

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
            self._running = {"": Spinner("dots", text)}
            self._show()

    def told(self) -> None:
        """Show no more of it."""
        self._running = {}
        self._show()

    def say(self, text: str) -> None:
        """Write a line."""
        self.console.print(text, markup=False)

    def begin(self, name: str) -> None:
        """Say that a notebook started."""
        if self._live:
            self._running[name] = Spinner("dots", name)
            self._show()
        else:
            self.say(f"  {name} started")

    def end(self, name: str, seconds: float, tone: str, text: str) -> None:
        """Say that a notebook ended, with its verdict."""
        self._running.pop(name, None)
        self._show()
        self.say(f"{_MARK[tone]} {name} {seconds:.1f} s  {text}")

    def _show(self) -> None:
        if self._live:
            rows = Table.grid()
            for spinner in self._running.values():
                rows.add_row(spinner)
            self._live.update(rows)
