"""Where each field lies: raw slots against the formulas of ERC-7201, ERC-1967 and Solidity's mappings.

Every word is compared whole, so a field out of place, too wide or too narrow, or anything in the spare bits is seen.
"""

from __future__ import annotations

from typing import Any

from ape import accounts, project
from eth_abi import encode
from eth_utils import keccak
from support import slots
from support.auditing import REPORT_HASH, approval, approve, ascending, rotate
from support.signing import CANCEL_AUTHORIZATION, PERMIT, sign, typed, vrs
from support.slots import elements, entry, packed, word

SOM = 1_000_000
ODD_72 = 0x5A_1122_3344_5566_7788
ODD_64 = 0xA1B2_C3D4_E5F6_0718


def number(account: Any) -> int:
    return int(account.address, 16)


def test_ledger_slot__derived_again__is_the_constant_in_the_source() -> None:
    inner = int.from_bytes(keccak(text="kgst.storage.Ledger"), "big") - 1
    outer = int.from_bytes(keccak(encode(["uint256"], [inner])), "big")
    slot = outer & ~0xFF
    assert slot == slots.LEDGER
    source = (project.path / "contracts" / "ledger" / "Ledger.sol").read_text()
    assert f"LAYOUT_SLOT = 0x{slot:064x};" in source
    assert "@custom:storage-location erc7201:kgst.storage.Ledger" in source


def test_slot_zero_onwards__nothing__lies_there(funded: Any, token: Any) -> None:
    assert [word(token, slot) for slot in range(4)] == [0] * 4


def test_account__each_field__is_in_its_place(
    funded: Any, token: Any, compliance: Any, holder: Any, receiver: Any, spender: Any, relayer: Any
) -> None:
    for nonce in range(3):
        message = typed(
            funded.domain, PERMIT, holder.address, spender.address, 1, nonce, 2**256 - 1
        )
        signature = vrs(sign(holder, message))
        token.permit(holder, spender, 1, 2**256 - 1, *signature, sender=relayer)
    token.setFrozenTokens(holder, ODD_72, sender=compliance)
    token.blockAccount(holder, sender=compliance)
    expected = packed((1_000 * SOM, 72), (ODD_72, 72), (3, 64), (1, 1))
    assert word(token, entry(slots.ACCOUNTS, holder)) == expected
    assert word(token, entry(slots.ACCOUNTS, receiver)) == 0
    token.setFrozenTokens(receiver, 2**72 - 1, sender=compliance)
    assert word(token, entry(slots.ACCOUNTS, receiver)) == packed((0, 72), (2**72 - 1, 72))


def test_account__reserved_addresses__have_the_blocked_bit_only(token: Any) -> None:
    zero = "0x" + "0" * 40
    for account in (zero, token.address):
        assert word(token, entry(slots.ACCOUNTS, account)) == 1 << 208


def test_allowance__granted__is_the_whole_word(token: Any, holder: Any, spender: Any) -> None:
    token.approve(spender, 2**256 - 2, sender=holder)
    slot = entry(entry(slots.ALLOWANCES, holder), spender)
    assert word(token, slot) == 2**256 - 2


def test_authorization__used_nonce__is_one_bit(
    system: Any, token: Any, holder: Any, relayer: Any
) -> None:
    nonce = (0xABCD << 8 | 0x11).to_bytes(32, "big")
    message = typed(system.domain, CANCEL_AUTHORIZATION, holder.address, nonce)
    signature = vrs(sign(holder, message))
    token.cancelAuthorization(holder, nonce, *signature, sender=relayer)
    slot = entry(entry(slots.AUTHORIZATIONS, holder), 0xABCD, "uint256")
    assert word(token, slot) == 1 << 0x11


def test_solvency__each_field__is_in_its_place(funded: Any, token: Any, issuer: Any) -> None:
    token.mint(issuer, 500 * SOM, sender=issuer)
    token.burn(123_456_789, sender=issuer)
    valid_until = token.lastAttestation().asOf + token.reserveLimits().maxAge
    expected = packed(
        (1_500 * SOM - 123_456_789, 72),
        (10_000 * SOM - 123_456_789, 72),
        (123_456_789, 72),
        (valid_until, 36),
    )
    assert word(token, slots.SOLVENCY) == expected


def test_bucket__each_field__is_in_its_place(
    funded: Any, token: Any, issuance_admin: Any, issuer_b: Any, receiver: Any
) -> None:
    slot = entry(slots.ISSUERS, issuer_b)
    set_at = token.setIssuer(issuer_b, ODD_72, ODD_64, True, sender=issuance_admin).timestamp
    full = ((ODD_72, 72), (ODD_72, 72), (ODD_64, 64))
    assert word(token, slot) == packed(*full, (set_at, 40), (1, 1))
    set_at = token.setIssuer(issuer_b, ODD_72, 0, False, sender=issuance_admin).timestamp
    minted_at = token.mint(receiver, 77, sender=issuer_b).timestamp
    assert minted_at > set_at
    expected = packed((ODD_72 - 77, 72), (ODD_72, 72), (0, 64), (minted_at, 40), (0, 1))
    assert word(token, slot) == expected


def test_bucket__desk__is_one_bit(system: Any, token: Any, issuance_admin: Any) -> None:
    desk = system.feed
    token.setIssuer(desk, ODD_72, ODD_64, True, sender=issuance_admin)
    slot = entry(slots.ISSUERS, desk)
    before = word(token, slot)
    token.setDesk(desk, sender=issuance_admin)
    assert word(token, slot) == before | 1 << 249


def test_bucket__cut__is_empty(token: Any, guardian: Any, issuer: Any) -> None:
    assert word(token, entry(slots.ISSUERS, issuer)) != 0
    token.cutIssuer(issuer, sender=guardian)
    assert word(token, entry(slots.ISSUERS, issuer)) == 0


def test_attestation__each_field__is_in_its_place(
    funded: Any, token: Any, attest: Any, issuer: Any
) -> None:
    token.mint(issuer, 500 * SOM, sender=issuer)
    token.burn(500 * SOM, sender=issuer)
    attestation = attest((2**72 - 1) // 10_000, settled=444_444_444)
    expected = packed(
        ((2**72 - 1) // 10_000, 72), (444_444_444, 72), (attestation.as_of, 40), (2, 64)
    )
    assert word(token, slots.ATTESTATION) == expected
    assert word(token, slots.REPORT_HASH) == int.from_bytes(REPORT_HASH, "big")


def test_settings__each_field__is_in_its_place(
    system: Any, token: Any, auditors: Any, guardian: Any, reserve_admin: Any, relayer: Any
) -> None:
    crowd = ascending(accounts.test_accounts[i] for i in range(14, 30))
    rotate(system, crowd, 9, auditors, relayer)
    token.suspendAuditor(crowd[0], sender=guardian)
    token.suspendAuditor(crowd[15], sender=guardian)
    token.setMaxAge(15 * 86_400, sender=reserve_admin)
    token.setMaxIncrease(9_876, sender=reserve_admin)
    token.setMargin(1_234, sender=reserve_admin)
    token.haltMinting("", sender=crowd[1])
    token.haltMinting("", sender=crowd[2])
    expected = packed(
        (2, 64), (9, 8), (16, 8), (0x8001, 16), (15 * 86_400, 32), (9_876, 16), (2, 32), (1_234, 16)
    )
    assert word(token, slots.SETTINGS) == expected


def test_auditors_and_seats__each_element__is_in_its_place(
    system: Any, token: Any, auditors: Any, outsider: Any, relayer: Any
) -> None:
    successors = ascending(accounts.test_accounts[i] for i in (23, 24))
    rotate(system, successors, 2, auditors, relayer)
    assert elements(token, slots.AUDITORS) == [number(a) for a in successors]
    assert [word(token, entry(slots.SEATS, a)) for a in successors] == [0x201, 0x202]
    assert [word(token, entry(slots.SEATS, a)) for a in auditors] == [0x101, 0x102, 0x103]
    assert word(token, entry(slots.SEATS, outsider)) == 0


def test_proposal__each_field__is_in_its_place(
    funded: Any, token: Any, attest: Any, reserve_admin: Any, guardian: Any
) -> None:
    attest(10_000 * 100)
    successors = ascending(accounts.test_accounts[i] for i in (23, 24, 25))
    members = [a.address for a in successors]
    receipt = token.proposeAuditors(members, 3, sender=reserve_admin)
    acceptable_at = receipt.timestamp + token.RECOVERY_DELAY()
    assert word(token, slots.PROPOSAL) == packed((acceptable_at, 40), (3, 8))
    assert elements(token, slots.PROPOSED_AUDITORS) == [number(a) for a in successors]
    token.cancelAuditorsProposal(sender=guardian)
    assert word(token, slots.PROPOSAL) == 0
    assert word(token, slots.PROPOSED_AUDITORS) == 0


def test_consent__each_field__is_in_its_place(
    system: Any, token: Any, auditors: Any, upgrader: Any, relayer: Any
) -> None:
    rotate(system, auditors, 3, auditors, relayer)
    approve(system, approval(system, system.logic, b"\x01"), auditors, relayer)
    consent = approval(system, system.logic, b"")
    given_in = approve(system, consent, auditors, relayer).block_number
    assert word(token, slots.CONSENT_CODE) == int.from_bytes(consent.code_hash, "big")
    assert word(token, slots.CONSENT_DATA) == int.from_bytes(consent.data_hash, "big")
    assert word(token, slots.CONSENT) == packed(
        (number(system.logic), 160), (2, 48), (given_in, 48)
    )
    token.upgradeToAndCall(system.logic, b"", sender=upgrader)
    assert word(token, slots.CONSENT_CODE) == word(token, slots.CONSENT_DATA) == 0
    assert word(token, slots.CONSENT) == packed((0, 160), (2, 48), (given_in, 48))


def test_authority__manager__is_in_its_place(system: Any, token: Any) -> None:
    assert word(token, slots.AUTHORITY) == number(system.manager)
    assert word(token, slots.AUTHORITY + 1) == 0
    assert word(system.logic, slots.AUTHORITY) == number(system.logic)
