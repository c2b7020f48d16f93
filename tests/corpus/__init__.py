"""Small nasty files as real programs write them, and in `cases.yml` what must come of each."""
