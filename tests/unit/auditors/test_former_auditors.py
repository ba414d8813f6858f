"""Two hundred rotations in a row: whoever has left never counts again, and whoever stays counts once."""

from __future__ import annotations

from support.quick import QuickToken, people

CROWD = people(24)
ROTATIONS = 200


def members(index: int) -> list[int]:
    """Who sits in the set of a number: two to six of the crowd or sixteen, some of whom stay and some come back."""
    size = 2 + index * 7 % 5 if index % 25 else 16
    return sorted((index * 5 + i) % len(CROWD) for i in range(size))


def test_rotate_auditors__two_hundred_times__former_auditors_never_count() -> None:
    seats = members(0)
    token = QuickToken([CROWD[i] for i in seats], len(seats) // 2 + 1)
    ever: set[int] = set(seats)
    for index in range(1, ROTATIONS + 1):
        new = members(index)
        old_threshold, threshold = len(seats) // 2 + 1, len(new) // 2 + 1
        outcome = token.rotate(
            [CROWD[i] for i in new], threshold, [CROWD[i] for i in seats[:old_threshold]]
        )
        assert outcome.error is None
        ever |= set(new)
        listed, *rest = token.read("auditorSet()")
        assert [int(a, 16) for a in listed] == [CROWD[i].address for i in new]
        assert rest == [threshold, index + 1, 0]
        asked = range(len(CROWD)) if index % 25 == 0 else {*seats, *new}
        for i in asked:
            assert token.read("isAuditor(address)", CROWD[i].address) == (i in new)
        for i in sorted(ever - set(new))[index % 3 :: 5]:
            refused = ("NotAuditor", (CROWD[i].address,))
            assert token.attest(1, [CROWD[i]]).error == refused
            assert token.send(CROWD[i], "haltMinting(string)", "").error == refused
        seats = new
    assert len(ever) == len(CROWD)
    assert token.attest(1, [CROWD[i] for i in seats]).error is None
