"""Benchmarks, run by hand: `pytest tests` never collects them, and no test asserts on a time.

    python -m tests.benchmarks.speed              how long the deterministic run takes, as ratios
    python -m tests.benchmarks.speed --profile    where its time goes
    python -m tests.benchmarks.peers              what is found, side by side with Schemathesis

They need `pip install -e '.[test,bench]'`. A machine is never quiet, so nothing is measured alone:
the two sides of a ratio take turns in one call, with warm bytecode, and the median counts.
"""
