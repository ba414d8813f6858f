"""RLP as it is read here, held to the library that writes it."""

from __future__ import annotations

from typing import Any

import pytest
import rlp
from hypothesis import given
from hypothesis import strategies as st

from kgst.proofs import ProofError
from kgst.proofs.encoding import decode

ITEMS = st.recursive(
    st.binary(max_size=60), lambda inner: st.lists(inner, max_size=60), max_leaves=80
)


@given(ITEMS)
def test_decode__of_what_the_library_encodes__is_what_it_was(item: Any) -> None:
    assert decode(rlp.encode(item), "it", depth=100) == item


@given(
    st.binary(max_size=90)
    | st.builds(
        lambda a, b: a + b,
        st.sampled_from([b"\xb8", b"\xf8", b"\xc5", b"\x85"]),
        st.binary(max_size=90),
    )
)
def test_decode__of_any_bytes__accepts_what_the_library_would_write(data: bytes) -> None:
    try:
        expected = rlp.decode(data)
        canonical = rlp.encode(expected) == data
    except rlp.exceptions.RLPException:
        canonical = False
    if canonical:
        assert decode(data, "it", depth=100) == expected
    else:
        with pytest.raises(ProofError):
            decode(data, "it", depth=100)


def test_decode__more_items_than_anything_has__is_refused_in_time() -> None:
    with pytest.raises(ProofError, match="too many items"):
        decode(b"\xfa\x20\x00\x00" + b"\x80" * 0x20_0000, "it", depth=1)
