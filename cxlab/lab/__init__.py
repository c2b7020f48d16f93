"""What notebooks do in JupyterLab beyond the page: rich results, one box for a fault, progress, sliders."""
