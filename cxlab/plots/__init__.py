"""Every plot of the kit: one a result, in one style; the only modules that import matplotlib or seaborn."""
