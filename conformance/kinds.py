"""One name for each kind of value, in the order in which wrong ones are tried."""

from __future__ import annotations

SAMPLES = ("string", "object", "array", "integer", "number", "boolean", "null")
"""The types of JSON Schema Core 2020-12, section 4.2.1, with integer beside number."""
