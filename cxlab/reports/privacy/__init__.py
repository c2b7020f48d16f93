"""What the pages of a run tell of people, looked up in the finished files: `cxlab report --check-privacy`."""
