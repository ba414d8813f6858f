"""Until when signatures can be submitted: what a desk may choose, and what an auditor's clock says of it."""

import pytest
from support import rotations, upgrades
from support.drafts import NOW

from kgst.errors import InputError, RefusedError
from kgst.signing.deadlines import LONGEST, deadline_after, early, far, require_open

DAY = 86_400


@pytest.mark.parametrize(
    ("given", "longest", "seconds"),
    [
        (None, LONGEST, 3 * DAY),
        (None, DAY, DAY),  # never longer than the longest
        ("10 minutes", LONGEST, 600),
        ("36 hours", LONGEST, 129_600),
        ("30 days", LONGEST, 30 * DAY),
    ],
)
def test_deadline_after__duration__counts_from_the_block(
    given: str | None, longest: int, seconds: int
) -> None:
    assert deadline_after(NOW, given, usual=3 * DAY, longest=longest) == NOW + seconds


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("599 seconds", "--valid-for 599 seconds: write 10 minutes to 7 days"),
        ("8 days", "--valid-for 8 days: write 10 minutes to 7 days"),
        ("12h", "--valid-for: '12h' is not a duration"),
        ("", "--valid-for: '' is not a duration"),
    ],
)
def test_deadline_after__another__is_refused(given: str, said: str) -> None:
    with pytest.raises(InputError) as refused:
        deadline_after(NOW, given, usual=DAY, longest=7 * DAY)
    assert said in str(refused.value)


def test_require_open__the_last_second__is_open() -> None:
    draft = rotations.make(deadline=NOW + 5)
    require_open(draft, NOW + 5)
    with pytest.raises(RefusedError) as refused:
        require_open(draft, NOW + 65)
    assert "1 minute ago by this computer's clock" in str(refused.value)
    assert "Ask the issuer to draft anew" in str(refused.value)


def test_far__later_than_any_desk_chooses__is_warned_of() -> None:
    file = upgrades.make(deadline=NOW + LONGEST + 601)
    [found] = far(file, NOW)
    assert found.item == "far_deadline"
    assert "30 days from now by this computer's clock" in found.found
    assert not list(far(file, NOW + 1))


def test_early__a_block_of_the_future__is_warned_of() -> None:
    assert [one.item for one in early(NOW + 601, NOW)] == ["clock"]
    assert not list(early(NOW + 600, NOW))
