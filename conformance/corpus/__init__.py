"""The suite over a folder of descriptions: `python -m conformance.corpus DIR`."""
