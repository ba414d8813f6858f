"""Whose code an upgrade brings: what the auditors signed of it, as the files beside the own policy have it.

An upgrade names an address only. The code that may stand there is what a threshold of auditors consented to, by its
hash; their signatures lie in `upgrades/`, and are recovered here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final, Literal

from eth_abi.abi import decode
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kgst.attestation import Domain, ImplementationApproval
from kgst.decoding.calls import Inner
from kgst.fields import Address
from kgst.files import Files
from kgst.signatures import SignatureError, recover
from kgst.signing.own import Own
from kgst.signing.shapes import ChainId, Count, Deadline, Hash, Signature
from kgst.storing import FileError, read_json

__all__ = ["code_note"]

_MOST: Final = 256
"""Files that are looked at."""


class _Lenient(BaseModel):
    # What else the file has is for `ape run upgrade`, whose room reads it strictly.
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Auditors(_Lenient):
    version: Count


class _Draft(_Lenient):
    chain_id: ChainId
    token: Address
    implementation: Address
    code_hash: Hash
    data_hash: Hash
    nonce: Count
    halts: Count
    deadline: Deadline
    auditors: _Auditors


class _Signed(_Lenient):
    format: Literal["kgst-signed-upgrade/2"]
    draft: _Draft
    signatures: Annotated[tuple[Signature, ...], Field(max_length=64)]


def code_note(own: Own, chain_id: int, inner: Inner) -> str:
    """The code hash that the policy's auditors signed for this upgrade; or that none is known here.

    Args:
        own: The signer's policy, beside which the files lie.
        chain_id: Of the transaction.
        inner: The call of `upgradeToAndCall`.
    """
    try:
        implementation, data = decode(("address", "bytes"), inner.data[4:])
    except Exception:  # hostile bytes break decoders in more ways than can be listed
        return "an upgrade whose arguments cannot be read"
    address = to_checksum_address(implementation)
    policy = own.policy
    for one in _signed(own):
        draft = one.draft
        named = (draft.chain_id, int(draft.token, 16), draft.implementation, draft.data_hash)
        if named != (chain_id, int(inner.to, 16), address, "0x" + keccak(data).hex()):
            continue
        signers = {s for s in _signers(one) if s in policy.auditor_addresses}
        if len(signers) >= policy.auditors.threshold:
            people = ", ".join(sorted(policy.label(s) or s for s in signers))
            return f"the code at {address} has to have the hash {draft.code_hash}, to which {people} consented"
    return (
        f"the code at {address}: no consent of the auditors to it lies in {Files(own.path.parent).upgrades}, so its "
        "hash is not known here; ask for the file that `ape run upgrade collect` wrote"
    )


def _signed(own: Own) -> Iterator[_Signed]:
    for path in sorted(Files(own.path.parent).upgrades.glob("*.signed.json"))[:_MOST]:
        try:
            yield _Signed.model_validate(read_json(path)[1])
        except (FileError, ValidationError):
            continue  # it counts for nothing, whatever it is


def _signers(signed: _Signed) -> Iterator[str]:
    """Keys whose signature it has; a contract's nobody can check without a node."""
    draft = signed.draft
    approval = ImplementationApproval(
        draft.implementation, bytes.fromhex(draft.code_hash[2:]), bytes.fromhex(draft.data_hash[2:]), draft.nonce,
        draft.halts, draft.auditors.version, draft.deadline,
    )  # fmt: skip
    message = approval.message(Domain(draft.chain_id, draft.token))
    for one in signed.signatures:
        try:
            yield recover(message, bytes.fromhex(one.signature[2:]))
        except SignatureError:
            continue
