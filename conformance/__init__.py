"""Hold an HTTP API to its published contract.

One direction of data, no way back; everything but the socket is a pure function of frozen values::

    contract ─ sites ─ obligations ─ cases ─ bytes ─ exchange ─ verdict ─ journal ─ findings
                                                                                  └─ report

    contract/      a document → Operation
    sites          Operation → every schema object with the instance location that it governs
    keywords/      one rule a keyword: what the target owes values at a site
    cases, plan    obligations placed in complete requests, each with its control
    parameters/    path, query, headers and cookies ↔ values
    wire/          body → bytes, bytes → readings; readings decide what a request is owed
    codec          message ↔ request: a message is everything that an operation takes
    target         the only network I/O
    judge          (case, exchange, control) → verdict
    session        sends, replays what fails, keeps the journal
    findings       journal → each fault named once
    deviations     which findings are on file, and which of those fail no longer
    report/        journal → what people and programs read
    plugin         pytest glue
"""
