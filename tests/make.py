"""Small studies for tests, written to a folder."""

from pathlib import Path

import pytest

needs_proc = pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="there is no /proc here")
"""/proc/self/mem is a file that nobody can read, and no folder can be made in /proc, whoever asks."""
HEAD = "name: shop\ntitle: The shop\n"


def write_study(folder: Path, sources: str = "", *, head: str = HEAD, **files: str) -> Path:
    """Write `study.yml` and its files; `sources` is the YAML below `sources:`, by default orders from orders.csv."""
    folder.mkdir(parents=True, exist_ok=True)
    sources = sources or "  orders: {path: orders.csv}\n"
    (folder / "study.yml").write_text(f"{head}sources:\n{sources}", encoding="utf-8")
    for name, text in files.items():
        (folder / f"{name}.csv").write_bytes(text.encode("utf-8"))
    return folder


def orders_csv(*rows: str, head: str = "customer_id,ordered_at,revenue") -> str:
    """Return the text of an order file with its line of names."""
    return "\n".join((head, *rows)) + "\n"


def good_rows(n: int = 40) -> list[str]:
    """Return lines of orders without a fault: eight customers, one order a day."""
    return [f"c{i % 8},2024-01-{i % 28 + 1:02d},{i}.50" for i in range(n)]
