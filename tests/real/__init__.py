"""The suite against real servers, started on loopback; `pytest tests --real` runs it."""
