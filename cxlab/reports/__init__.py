"""From studies and notebooks to pages: parameters, kernels, the page exporter, the index, the manifest."""
