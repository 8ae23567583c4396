"""JSON Merge Patch (RFC 7396): how a companion completes a document."""

from __future__ import annotations

from conformance.contract.model import Json


def merge_patch(document: Json, patch: Json) -> Json:
    """Return `document` changed by `patch`; neither is touched (RFC 7396, section 2).

    `{"a": 1, "b": 2}` with `{"b": null, "c": 3}` gives `{"a": 1, "c": 3}`. Members keep the order
    that they have in `document`, new ones follow in the order of `patch`. Arrays are replaced
    whole.
    """
    if not isinstance(patch, dict):
        return patch
    merged = dict(document) if isinstance(document, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge_patch(merged.get(name), value)
    return merged
