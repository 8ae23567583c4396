"""No answer takes more memory than it may; the whole table by hand, see `tests.hostile.memory`."""

from __future__ import annotations

from tests.hostile.memory import MOST_MB, measure
from tests.hostile.test_transport import BEHAVIOURS

WORST = (
    *("49000-names-and-texts", "100000-names", "a-million-objects", "depth-100000-objects"),
    *("astral-3-mb", "escapes-without-end", "endless-body", "endless-chunks", "gzip-of-a-bomb"),
    *("cookies-150", "error-of-3-mb", "tls-endless-body"),
)


def test_the_worst_answers_stay_within_bounds() -> None:
    rows = tuple(each for each in BEHAVIOURS if each.name in WORST)
    assert len(rows) == len(WORST)
    idle, found = measure(rows)
    assert max(peak for _, _, _, peak in found) - idle <= MOST_MB
