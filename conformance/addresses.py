"""Where the target is: one look-up a run, so that no later one can move it."""

from __future__ import annotations

import threading

from conformance.address import TargetUrl
from conformance.dial import Address, resolve
from conformance.framing import FaultError
from conformance.safety import Safety


class Addresses:
    """The addresses of `url`, the best first. Safe to share between threads.

    A look-up that failed is not tried again either: it may have taken seconds. `safety` refuses
    addresses.
    """

    def __init__(self, url: TargetUrl, limit_s: float, safety: Safety | None) -> None:
        self._url = url
        self._limit_s = limit_s
        self._safety = safety
        self._lock = threading.Lock()
        self._found: tuple[Address, ...] = ()
        self._failed: FaultError | None = None

    def found(self) -> tuple[Address, ...]:
        """Return them. Raises FaultError where there are none, UsageError for a refused one."""
        with self._lock:
            if self._failed is not None:
                raise self._failed
            if not self._found:
                try:
                    found = resolve(self._url.host, self._url.port, self._limit_s)
                except FaultError as problem:
                    self._failed = problem
                    raise
                if self._safety is not None:
                    for _, where in found:
                        self._safety.check_address(where[0])
                self._found = found
            return self._found

    def prefer(self, peer: Address) -> None:
        """Put first the one that answered."""
        with self._lock:
            if self._found[:1] != (peer,):
                others = (address for address in self._found if address != peer)
                self._found = (peer, *others)

    def retry(self) -> None:
        """Look up again what could not be found: the name may come up with the target."""
        with self._lock:
            self._failed = None
