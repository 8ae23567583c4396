"""Journal → what people and programs read. Pure but for `files`, which writes.

::

    journal ─┬─ results    results.json, for programs (its schema: `schema`)
    findings ┼─ html       report.html, one file that opens anywhere
    outcome ─┼─ terminal   the lines at the end of a run
             ├─ compare    two runs side by side
             ├─ markdown   summary.md, and with `github` the summary and annotations of a job
             ├─ ctrf       ctrf.json, for dashboards
             └─ sarif      results.sarif, for viewers that show results beside the contract

`curl` makes the command that repeats an exchange, `text` makes data visible and harmless. The
figures come from `conformance.evidence` and `conformance.outcome`; nothing is counted here, so no
two reports can disagree. The same journal gives the same bytes.
"""

from __future__ import annotations

from conformance.report.files import (
    EXPORTS,
    Reported,
    build,
    export,
    read_run,
    write,
    write_files,
    write_reports,
)

__all__ = [
    "EXPORTS",
    "Reported",
    "build",
    "export",
    "read_run",
    "write",
    "write_files",
    "write_reports",
]
