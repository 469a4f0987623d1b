"""Measuring Debian for ``layerlab/catalog``: see ``tools/measure_catalog.py``."""
