"""How fast the kit is, measured side by side; `make bench` runs all and writes docs/benchmarks.md."""
