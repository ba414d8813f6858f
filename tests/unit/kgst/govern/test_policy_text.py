"""Another member in a policy's roles: the words that are meant change, and no other byte of the file."""

import os
from pathlib import Path

import pytest

from kgst.errors import InputError
from kgst.govern.policy_text import LineChange, lines_to_change, replace_member
from kgst.policy import Policy
from kgst.roles import Role

TEXT = Path("tests/support/policy.yaml").read_text()
PAUSER = "  PAUSER:\n    - {member: pauser, delay: 0 seconds}\n"
UNPAUSER = "  UNPAUSER:\n    - {member: unpauser, delay: 0 seconds}\n"


def policy(folder: Path, members: str = PAUSER, text: str = TEXT) -> Path:
    """A policy whose PAUSERs are as in `members`, written byte by byte."""
    assert PAUSER in text
    path = folder / "policy.yaml"
    path.write_bytes(text.replace(PAUSER, members).encode())
    return path


def pausers(path: Path) -> list[str]:
    return [m.member for m in Policy.load(path).roles[Role.PAUSER]]


@pytest.mark.parametrize(
    "members",
    [
        PAUSER,
        "  PAUSER:   # member: pauser\n    - {member: pauser, delay: 0 seconds} # member: pauser\n",
        "  PAUSER: [{member: pauser, delay: 0 seconds}]\n",
        "  PAUSER:\n  - member: pauser   \n    delay: 0 seconds\n",
        "  PAUSER:\n          -   delay:   0 seconds\n\n              # pauser\n              member:    pauser\n",
        "  PAUSER:\n    - {delay: 0 seconds,member:   'pauser' }\n",
        '  PAUSER:\n    - {"member": "pauser", "delay": "0 seconds"}\n',
        "  'PAUSER' :\n    - {delay: 0 seconds,\n       member: pauser\n      }   # pauser\n\n\n",
        "  PAUSER:\n    - ? member\n      : pauser\n      ? delay\n      : 0 seconds\n",
    ],
)
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_replace__any_way_of_writing_it__that_word_only(
    tmp_path: Path, members: str, ends: str
) -> None:
    path = policy(tmp_path, members.replace("\n", ends), TEXT)
    if ends == "\r\n":
        path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    before = path.read_bytes()
    at = before.index(b"PAUSER")
    [change] = replace_member(path, "pauser", "issuer_b")
    after = path.read_bytes()
    [start] = [
        i
        for i in range(at, len(before))
        if before[:i] + b"issuer_b" + before[i + len(b"pauser") :] == after
    ]
    assert before[start:].startswith(b"pauser")
    assert pausers(path) == ["issuer_b"]
    assert change.role == "PAUSER"
    assert before.decode().split("\n")[change.number - 1] == change.before
    assert after.decode().split("\n")[change.number - 1] == change.after


def test_replace__several_roles__all_of_them_and_nothing_else(tmp_path: Path) -> None:
    """What names the label elsewhere is not a role's member: people, issuers."""
    text = TEXT.replace(
        UNPAUSER,
        "  UNPAUSER: # é, 😀\n    - {member: unpauser, delay: 1 day}\n    - {member: pauser, delay: 2 days}\n",
    ).replace(
        "issuers:\n",
        "issuers:\n  - {member: pauser, capacity: 1.00 som, refill: none, may_burn: true}\n",
    )
    path = policy(tmp_path, text="\ufeff" + text)
    before = path.read_bytes()
    changes = replace_member(path, "pauser", "issuer_b")
    assert [(c.role, c.after.strip()) for c in changes] == [
        ("PAUSER", "- {member: issuer_b, delay: 0 seconds}"),
        ("UNPAUSER", "- {member: issuer_b, delay: 2 days}"),
    ]
    roles, issuers = path.read_bytes().index(b"roles:"), path.read_bytes().index(b"issuers:")
    changed = path.read_bytes()[roles:issuers]
    assert path.read_bytes().replace(changed, changed.replace(b"issuer_b", b"pauser")) == before
    assert [i.member for i in Policy.load(path).issuers] == ["pauser", "issuer"]


def test_lines_to_change__two_roles_in_one_line__both_are_replaced(tmp_path: Path) -> None:
    flow = "roles: {" + ", ".join(
        f"{role.name}: [{{member: pauser, delay: 0 seconds}}]" for role in Role
    )
    start, end = TEXT.index("roles:"), TEXT.index("issuers:")
    path = tmp_path / "policy.yaml"
    path.write_text(TEXT[:start] + flow + "}\n\n" + TEXT[end:])
    changes = replace_member(path, "pauser", "issuer_b")
    assert len(changes) == len(Role)
    assert {m.member for ms in Policy.load(path).roles.values() for m in ms} == {"issuer_b"}


@pytest.mark.parametrize(
    ("members", "left", "numbers"),
    [
        (
            "  PAUSER:\n    - {member: issuer_b, delay: 0 seconds}\n    - {member: pauser, delay: 0 seconds} # goes\n",
            "  PAUSER:\n    - {member: issuer_b, delay: 0 seconds}\n",
            1,
        ),
        (
            "  PAUSER:\n  - member: pauser\n    delay: 0 seconds # goes\n  # stays\n\n"
            "  - member: issuer_b\n    delay: 0 seconds\n",
            "  PAUSER:\n  # stays\n\n  - member: issuer_b\n    delay: 0 seconds\n",
            2,
        ),
        (
            "  PAUSER:\n    - {member: pauser,\n       delay: 0 seconds}\n    - {member: issuer_b, delay: 0 seconds}\n",
            "  PAUSER:\n    - {member: issuer_b, delay: 0 seconds}\n",
            2,
        ),
    ],
)
def test_replace__new_one_is_there_already__the_entry_goes(
    tmp_path: Path, members: str, left: str, numbers: int
) -> None:
    path = policy(tmp_path, members)
    changes = replace_member(path, "pauser", "issuer_b")
    assert path.read_text() == TEXT.replace(PAUSER, left)
    assert [c.after for c in changes] == [""] * numbers
    lines = TEXT.replace(PAUSER, members).split("\n")
    assert [lines[c.number - 1] for c in changes] == [c.before for c in changes]


@pytest.mark.parametrize(
    ("members", "old", "new", "said"),
    [
        (
            "  PAUSER: [{member: pauser, delay: 0 seconds}, {member: issuer_b, delay: 0 seconds}]\n",
            "pauser",
            "issuer_b",
            "PAUSER",
        ),
        (PAUSER, "pauser", "nobody", "found 'nobody', which is not among people"),
        (PAUSER, "pauser", "auditor_a", "auditors must be independent"),
        (PAUSER.replace("member:", "member: &a"), "pauser", "issuer_b", "anchors (&)"),
        (PAUSER + PAUSER, "pauser", "issuer_b", "'PAUSER' is already given"),
    ],
)
def test_replace__not_what_is_meant__writes_nothing(
    tmp_path: Path, members: str, old: str, new: str, said: str
) -> None:
    path = policy(tmp_path, members)
    before = path.read_bytes()
    with pytest.raises(InputError) as refused:
        replace_member(path, old, new)
    assert said in str(refused.value)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["policy.yaml"]


def test_replace__who_may_read_it__stays(tmp_path: Path) -> None:
    path = policy(tmp_path)
    path.chmod(0o640)
    replace_member(path, "pauser", "issuer_b")
    assert os.stat(path).st_mode & 0o777 == 0o640  # noqa: PTH116


def test_lines_to_change__absent_or_without_roles__says_so_or_finds_none(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        lines_to_change(tmp_path / "none.yaml", "pauser", "NEW")
    for text in (
        "people: {a: b}\n",
        "roles: x\n",
        "roles: {PAUSER: x}\n",
        "roles: {A: [x, {member: [y]}]}\n",
    ):
        (tmp_path / "policy.yaml").write_text(text)
        assert lines_to_change(tmp_path / "policy.yaml", "pauser", "NEW") == []


def test_lines_to_change__name_that_is_no_label__is_shown_as_it_will_stand(tmp_path: Path) -> None:
    path = policy(tmp_path)
    number = TEXT.split("\n").index("    - {member: pauser, delay: 0 seconds}") + 1
    assert lines_to_change(path, "pauser", "NEW") == [
        LineChange(
            number,
            "PAUSER",
            "    - {member: pauser, delay: 0 seconds}",
            "    - {member: NEW, delay: 0 seconds}",
        )
    ]
