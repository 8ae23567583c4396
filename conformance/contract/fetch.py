"""The contract over HTTP: one GET, no proxy, no redirect, bounded in time and size."""

from __future__ import annotations

import time

import httpx

from conformance.errors import ContractError

STEP_TIMEOUT_S = 10.0
TOTAL_TIMEOUT_S = 60.0


def fetch(address: str, place: str, limit_bytes: int) -> bytes:
    """Return what a GET of `address` answers, cut off somewhere beyond `limit_bytes`.

    `place` names it without its secrets. Raises ContractError where it cannot be reached, answers
    anything but 200, or is too slow.
    """
    try:
        with (
            # Neither proxies nor credentials from the environment: the same document everywhere.
            httpx.Client(trust_env=False, follow_redirects=False, timeout=STEP_TIMEOUT_S) as client,
            client.stream("GET", address, headers={"accept-encoding": "identity"}) as response,
        ):
            if response.status_code != httpx.codes.OK:
                raise _not_ok(response, place)
            return _body(response, place, limit_bytes)
    except (httpx.HTTPError, httpx.InvalidURL) as problem:
        raise ContractError(
            f"the document cannot be fetched: {problem or type(problem).__name__}",
            "Check the address, or save the document and give its path.",
            place,
        ) from None


def _not_ok(response: httpx.Response, place: str) -> ContractError:
    what = f"the document cannot be fetched: the answer is {response.status_code}"
    if response.is_redirect:
        return ContractError(
            f"{what}, a redirect",
            "Give the address it leads to: redirects are not followed.",
            place,
        )
    remedy = "Check the address, or save the document and give its path."
    return ContractError(what, remedy, place)


def _body(response: httpx.Response, place: str, limit_bytes: int) -> bytes:
    deadline = time.monotonic() + TOTAL_TIMEOUT_S
    data = bytearray()
    for chunk in response.iter_raw():
        data += chunk
        if len(data) > limit_bytes:
            break
        if time.monotonic() > deadline:
            what = f"the document did not come within {TOTAL_TIMEOUT_S:.0f} s"
            raise ContractError(what, "Save the document and give its path.", place)
    return bytes(data)
