"""What urllib.parse decodes byte by byte is decoded alike."""

from __future__ import annotations

from urllib.parse import unquote_plus, unquote_to_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.percent import decoded, text_of

ODD = [b"", b"%", b"%4", b"%zz", b"%%41", b"%41%4", b"a%c3%A9b", b"+%2B", b"%00%ff%u0041"]


@pytest.mark.parametrize("data", ODD)
def test_odd_triples(data: bytes) -> None:
    assert decoded(data) == unquote_to_bytes(data)


@given(st.text(st.sampled_from("%2BbcC3A9fF+aé \x00"), max_size=40))
def test_as_the_standard_library_has_it(text: str) -> None:
    assert decoded(text.encode()) == unquote_to_bytes(text)
    assert text_of(text) == unquote_plus(text)
