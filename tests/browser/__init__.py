"""The report in a real browser; `pytest tests --browser` runs it."""
