"""The spellings of arrays in a form: `name[0]=`, `name[]=`, or the name repeated."""

from __future__ import annotations

from typing import Literal

FORM = "application/x-www-form-urlencoded"

Style = Literal["index", "append", "repeat"]
STYLES: tuple[Style, ...] = ("index", "append", "repeat")

NAME = "array-spelling"
"""The keyword of the clause, whose cases tell which one a target reads."""

READ = "-read"
"""Ends the label of the case that shows whether items are looked at."""
