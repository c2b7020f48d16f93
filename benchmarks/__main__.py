"""Run every benchmark and write docs/benchmarks.md."""

from pathlib import Path

from benchmarks import (
    clusters,
    experience,
    gestures,
    hidden_choice,
    intake,
    known_shops,
    machine,
    policy,
    purchases,
    report,
    runner,
    simulate,
)

PAGE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"


def main() -> None:
    """Measure, print and write the tables."""
    text = "\n\n".join(
        [
            "# How fast",
            f"Measured by `make bench` on {machine.describe()}.",
            "## A report, after set-up",
            report.main(),
            "## Many reports in one go",
            runner.main(),
            "## Reading orders",
            intake.main(),
            "## Purchase models, side by side",
            purchases.main(),
            "## Clusters",
            clusters.main(),
            "## The effects of gestures",
            gestures.main(),
            "## Whom to give one to",
            policy.main(),
            "## The experience, a million answers",
            experience.main(),
            "## Making up a shop, with its files and its truth",
            simulate.main(),
            "# How often right",
            "## On shops whose truth is known",
            known_shops.main(),
            "## What the checks before a gesture find",
            hidden_choice.main(),
        ]
    )
    PAGE.write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
