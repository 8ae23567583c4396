"""Draws that come from the seed alone.

Hypothesis also draws constants that it finds in the source of local modules. Which modules are
loaded, and which of them count as local, differs from run to run and from machine to machine; a
run here is to be repeated anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from hypothesis.internal.conjecture import providers

_LOCAL = "_local_constants"


@contextmanager
def from_the_seed_alone() -> Iterator[None]:
    """Keep Hypothesis from looking into modules. There is no setting for it."""
    provider = providers.HypothesisProvider
    theirs = vars(provider).get(_LOCAL)
    if theirs is None:  # a release before this was invented
        yield
        return
    nothing = type(providers.GLOBAL_CONSTANTS)()
    providers.CONSTANTS_CACHE.cache.clear()
    setattr(provider, _LOCAL, property(lambda _: nothing))
    try:
        yield
    finally:
        setattr(provider, _LOCAL, theirs)
        providers.CONSTANTS_CACHE.cache.clear()
