"""Refusals of a policy, word for word, at their bounds; and how a policy names and knows people."""

from __future__ import annotations

from pathlib import Path

import pytest

from kgst.policy import Policy, PolicyError

ACCOUNTS = 'reserve_accounts: [{account: "1", bank: TLPRKG22}]\n'
ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "tests/support/policy.yaml").read_text()
POLICY = Policy.load(ROOT / "tests/support/policy.yaml")
ADMIN = '"0x70997970C51812dc3A010C7d01b50e0d17dc79C8"'
HEAD, _, REST = TEXT.partition("roles:\n")
ROLES, _, TAIL = REST.partition("\nissuers:\n")
SAFES = "\nsafes:\n  admin: {owners: [pauser, unpauser], threshold: 2}\n"
CHECKSUM = (
    "its EIP-55 checksum is absent or wrong, so a digit may be; copy it again from its owner, in "
    "capitals and small letters as wallets show it."
)
EVERY_ROLE = (
    "ADMIN, UPGRADER, ISSUANCE_ADMIN, RESERVE_ADMIN, PAUSER, UNPAUSER, COMPLIANCE, ENFORCER, "
    "GUARDIAN, REDEEMER, MINTER"
)


def changed(*changes: tuple[str, str], text: str = TEXT) -> str:
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def with_roles(roles: str) -> str:
    return f"{HEAD}roles: {roles}\nissuers:\n{TAIL}"


def read(tmp_path: Path, text: str) -> Policy:
    path = tmp_path / "policy.yaml"
    path.write_text(text)
    return Policy.load(path)


def refusals(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(PolicyError) as caught:
        read(tmp_path, text)
    prefix = f"{tmp_path / 'policy.yaml'}: "
    lines = str(caught.value).splitlines()
    assert all(line.startswith(prefix) for line in lines)
    return [line.removeprefix(prefix) for line in lines]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (with_roles("[a]"), "roles: found ['a']: it must be a mapping from role to its members."),
        (
            changed(("chain_id: local", "chain_id: \u0663")),
            "chain_id: found '\u0663': it is not a whole number; write digits only.",
        ),
        (
            changed(("chain_id: local", "chain_id: [1]")),
            "chain_id: found ['1']: it is not a whole number; write digits only.",
        ),
        (
            changed((ADMIN, "12")),
            "people.admin: found '12': it is not an address; write 0x and 40 hexadecimal digits.",
        ),
        (
            changed((ADMIN, ADMIN.lower())),
            f"people.admin: found '{ADMIN.lower()[1:-1]}': {CHECKSUM}",
        ),
        (
            changed((ADMIN, '"0x000000000000000000000000000000000000FFff"')),
            "people.admin: found '0x000000000000000000000000000000000000FFff': nobody holds the "
            "key of this address; name a person's or a Safe's.",
        ),
        (
            changed(("  admin:  ", "  Admin:  ")),
            "people.Admin: found 'Admin': write small letters, digits and _, a letter first, at most 40.",
        ),
        (
            changed(
                ("  - {member: issuer,", f"  - {TAIL.splitlines()[0][4:]}\n  - {{member: issuer,")
            ),
            "issuers: found 'issuer' twice; keep one.",
        ),
        (
            changed(("auditor_c]", "auditor_c, issuer_b]")),
            "auditors.threshold: found 2 of 4; write 3 to 4: at least 2 and more than half.",
        ),
        (
            changed(
                ("auditor_b, auditor_c]", "guardian]"), ("member: compliance", "member: guardian")
            ),
            "auditors.members: found 'guardian', which is also role COMPLIANCE, role GUARDIAN; "
            "auditors must be independent of everyone whom they check.",
        ),
        (
            changed(("member: guardian, delay: 0 seconds", "member: guardian, delay: 2 hours")),
            "roles.GUARDIAN: found guardian with a delay of 2 hours; write 0 seconds: this role "
            "must act at once.",
        ),
        (
            changed(("chain_id: local", ACCOUNTS + "chain_id: 56"), ("30 days", "29 days")),
            "token.recovery_delay: found 29 days; on mainnet write 30 days or more: it cannot be "
            "changed later.",
        ),
        (
            changed(("max_age: 7 days", "max_age: 8 days"), ("30 days", "15 days")),
            "token.max_age: found 8 days, more than half of recovery_delay (15 days); write less, or "
            "raise recovery_delay: auditors who attest on time must not be taken for lost.",
        ),
        (
            changed(("threshold: 2", "threshold: 3"), text=TEXT + SAFES.replace("2}", "3}")),
            "safes.admin.threshold: found 3 of 2 owners; write 2 to 2.",
        ),
        (
            TEXT + SAFES.replace("  admin", "  nobody"),
            "safes: found 'nobody', which is not among people; add its address there.",
        ),
        (
            TEXT + SAFES.replace("pauser,", "stranger,"),
            "safes.admin.owners: found 'stranger', which is not among people; add its address there.",
        ),
        (
            TEXT + SAFES.replace("pauser,", "unpauser,"),
            "safes.admin.owners: found 'unpauser' twice; keep one.",
        ),
        (
            changed(("may_burn: true", f"may_burn: {'x' * 78}")),
            f"issuers.0.may_burn: found '{'x' * 78}': write true or false.",
        ),
        (
            changed(("may_burn: true", f"may_burn: {'x' * 79}")),
            f"issuers.0.may_burn: found '{'x' * 79}…: write true or false.",
        ),
    ],
    ids=lambda value: "" if "\n" in value else value.partition(" found")[0],
)
def test_load__one_slip__is_told_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    assert refusals(tmp_path, text) == [said]


@pytest.mark.parametrize(
    ("roles", "said"),
    [
        (
            ROLES.replace(" PAUSER:", " PAWSER:").replace("UNPAUSER:", "UNPAWSER:"),
            f"there is no role 'PAWSER', 'UNPAWSER'; roles: {EVERY_ROLE}. Did you mean PAUSER?",
        ),
        (
            ROLES.partition("  ENFORCER:")[0],
            "no members are given for ENFORCER, GUARDIAN, REDEEMER, MINTER; no role may be empty.",
        ),
    ],
    ids=["unknown", "missing"],
)
def test_load__roles_wrong__all_are_named(tmp_path: Path, roles: str, said: str) -> None:
    (line,) = refusals(tmp_path, with_roles(f"\n{roles}"))
    assert line.endswith(f"…: {said}")


@pytest.mark.parametrize(
    "text",
    [
        TEXT + SAFES,
        changed(("chain_id: local", ACCOUNTS + "chain_id: 56"), ("30 days", "30 days")),
        changed((ADMIN, '"0x0000000000000000000000000000000000010000"')),
        changed(("auditor_c]", "auditor_c, issuer_b]"), ("threshold: 2", "threshold: 3")),
        changed(("threshold: 2", "threshold: 3")),
    ],
    ids=["safe", "mainnet", "address", "majority-of-four", "all-of-three"],
)
def test_load__just_within_a_bound__is_read(tmp_path: Path, text: str) -> None:
    read(tmp_path, text)


def test_load__safes__are_read(tmp_path: Path) -> None:
    policy = read(tmp_path, TEXT + SAFES)
    assert policy.safes["admin"].owners == ("pauser", "unpauser")
    assert policy.safes["admin"].threshold == 2


def test_allows_chain__one_chain__is_that_one(tmp_path: Path) -> None:
    policy = read(tmp_path, changed(("chain_id: local", ACCOUNTS + "chain_id: 97")))
    assert [c for c in (1, 56, 97, 1337, 31337) if policy.allows_chain(c)] == [97]


def test_label__address__names_its_owner_or_nobody() -> None:
    admin, stranger = ADMIN[1:-1], "0x00000000000000000000000000000000DeaDBeef"
    assert POLICY.address("admin") == admin
    assert POLICY.label(admin) == POLICY.label(admin.lower()) == "admin"
    assert POLICY.label(stranger) is None
    assert POLICY.named(admin) == "admin (0x7099…79C8)"
    assert POLICY.named(stranger) == f"unknown {stranger}"


@pytest.mark.parametrize(
    ("label", "powers"),
    [
        ("pauser", ["role PAUSER"]),
        ("auditor_b", ["auditor"]),
        ("issuer", ["issuer", "destination of the mint desk"]),
        ("issuer_b", []),
    ],
)
def test_powers__label__are_its_own(label: str, powers: list[str]) -> None:
    assert POLICY.powers(POLICY.address(label)) == powers
