"""The open study: what a notebook starts from."""
