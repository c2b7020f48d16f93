"""The colours and the names of the four segments: one source for figures, pages and tables."""

from cxlab.blocks import SEGMENTS
from cxlab.language import Texts

TOKENS: dict[str, tuple[str, str]] = {  # name: (light, dark)
    "paper": ("#ffffff", "#10171e"), "surface": ("#f2f5f7", "#18222b"), "rule": ("#cbd3da", "#3b4854"),
    "ink": ("#17212b", "#e9eef2"), "muted": ("#55626e", "#a6b3bf"), "link": ("#0a5c9e", "#84c1f5"),
    "other": ("#87949f", "#5c6a77"),
    "pb": ("#1b3a8c", "#9cc4f5"), "mis": ("#8a2f16", "#fea783"), "cand": ("#2793af", "#367b9b"),
    "lost": ("#9f8a5c", "#836f57"),
    "pb-ink": ("#1a398b", "#9dc5f6"), "mis-ink": ("#892e15", "#ffa884"), "cand-ink": ("#12708a", "#56b6d2"),
    "lost-ink": ("#756336", "#b9a47c"),
    "good": ("#19693a", "#73d09a"), "part": ("#7c5a00", "#e6b84a"), "bad": ("#ae1f3b", "#ff8fa0"),
    "open": ("#5d5675", "#b9b0d6"),
    "more1": ("#dff0e5", "#1d3529"), "more2": ("#abd9ba", "#2c5c41"), "more3": ("#2b7a4b", "#8fdcae"),
    "less1": ("#eee6f3", "#30263a"), "less2": ("#cfb8dd", "#573c6d"), "less3": ("#75478f", "#d1a8e9"),
    "seq1": ("#e8eef3", "#1d2a35"), "seq2": ("#cbdae6", "#2a4256"), "seq3": ("#a5c2d8", "#375f80"),
}  # fmt: skip
SEGMENT_TOKEN = dict(zip(SEGMENTS, ("pb", "mis", "cand", "lost"), strict=True))
SEGMENT_NAME = Texts(
    {
        "profit_bringers": "Profit-bringers",
        "misunderstood": "Misunderstood",
        "candidates": "Candidates",
        "lost": "Lost",
    }
)
