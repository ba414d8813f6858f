"""Drafts of attestations without a chain, and auditors who sign them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from ape import accounts as ape_accounts
from eth_account import Account
from eth_account.messages import SignableMessage
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from kgst.policy import Policy
from kgst.reserves.files import (
    AttestationFile,
    ChainState,
    Result,
    SettledFrom,
    SignatureFile,
    Statement,
)
from kgst.reserves.report import Owed, Report, by_age, composition, part_of
from kgst.signing.files import AuditorSet, Block, DomainFields
from kgst.statements import ReserveTotal, read_reserves
from kgst.statements.model import FileOrigin
from kgst.storing import as_bytes

REHEARSAL = Path(__file__).parents[2] / "deployments" / "rehearsal" / "policy.yaml"
SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"
TOKEN = "0x9fE46736679d2D9a65F0992F2272dE9f3c7fa6e0"
OTHER = "0x5FbDB2315678afecb367f032d93F642f64180aa3"
NOW = 1_772_625_600  # 2026-03-04 12:00:00 UTC
AS_OF = 1_772_560_800  # the end of 3 March in Bishkek: 2026-03-03 18:00:00 UTC
STATEMENT = (
    "account,currency,date,closing_balance,indicator\n"
    "1091820000998871,KGS,2026-03-03,{amount},CRDT\n"
    "1290010000456781,KGS,2026-03-03,0.00,CRDT\n"
)
FILES = (
    FileOrigin(
        file="bank.csv",
        file_sha256=hashlib.sha256(STATEMENT.format(amount="10000.00").encode()).hexdigest(),
        signed_by=None,
    ),
)
"""Of `statement_file`."""


def auditor(index: int) -> Any:
    """One of the three auditors of the tests' policies, ascending by address."""
    three = [ape_accounts.test_accounts[i] for i in (20, 21, 22)]
    return sorted(three, key=lambda one: int(one.address, 16))[index]


def statement_file(folder: Path, amount: str = "10000.00", name: str = "bank.csv") -> Path:
    """A CSV file with two accounts; the second is empty."""
    path = folder / name
    path.write_text(STATEMENT.format(amount=amount))
    return path


def total_of(folder: Path, amount: str = "10000.00") -> ReserveTotal:
    """The reserves in such a file, by the rehearsal's policy."""
    accounts = Policy.load(REHEARSAL).accounts(REHEARSAL)
    return read_reserves([statement_file(folder, amount)], accounts=accounts)


def report_of(total: ReserveTotal, **changes: Any) -> bytes:
    """The report of `make`'s draft, of these reserves."""
    shares = composition(total)
    owed = Owed(
        burned=500_000_000,
        settled=500_000_000,
        settled_now=500_000_000,
        reopened_now=0,
        unassigned=0,
        origin=SettledFrom(kind="entries", redemptions=1),
        ages=by_age({}, total.closing_day),
    )
    fields: dict[str, Any] = {
        "chain_id": 97,
        "token": TOKEN,
        "epoch": 5,
        "previous_report": "0x" + "44" * 32,
        "annex": "0x" + "66" * 32,
        "reserves": part_of(total),
        "composition": shares,
        "largest_share_bps": max(one.share_bps for one in shares),
        "transcribed": tuple(one.account for one in total.accounts if one.transcribed),
        "owed": owed,
        "moved": {},
        "named": {},
        "leaves": (),
    }
    return Report(**(fields | changes)).as_bytes()


def make(**changes: Any) -> AttestationFile:
    """The draft of epoch 5 of chain 97: 10,000 som after 9,500; 2 of 3 auditors suffice.

    Args:
        changes: Of `Statement`'s fields; or `chain_id`, `token`, `suspended`, `supply`, `burned`, `halts`,
            `margin_bps`, `deadline`, `last_settled`, `settled_from`, `read_at` (the block's second).
    """
    members = tuple(auditor(i).address for i in range(3))
    read_at = changes.pop("read_at", NOW)
    state = ChainState(
        block=Block(number=100, hash="0x" + "bb" * 32, timestamp=read_at),
        last=Statement(
            epoch=4,
            reserves=950_000,
            settled=changes.pop("last_settled", 0),
            as_of=NOW - 86_400,
            report_hash="0x" + "44" * 32,
        ),
        supply=changes.pop("supply", 9_000_000_000),
        backing=9_500_000_000,
        burned=changes.pop("burned", 500_000_000),
        valid_until=NOW + 518_400,
        max_age=604_800,
        max_increase_bps=1_000,
        margin_bps=changes.pop("margin_bps", 0),
        auditors=AuditorSet(
            version=1, threshold=2, members=members, suspended=changes.pop("suspended", ())
        ),
        halts=changes.pop("halts", 0),
    )
    domain = DomainFields(
        chain_id=changes.pop("chain_id", 97), verifying_contract=changes.pop("token", TOKEN)
    )
    origin = changes.pop("settled_from", SettledFrom(kind="entries", redemptions=1))
    fields = {
        "epoch": 5,
        "reserves": 1_000_000,
        "settled": 500_000_000,
        "as_of": AS_OF,
        "report_hash": "0x" + "55" * 32,
    }
    files = changes.pop("files", FILES)
    deadline = changes.pop("deadline", read_at + 12 * 3_600)
    new = Statement.model_validate(fields | changes)
    # Not validated, so that tests can make drafts that contradict themselves.
    return AttestationFile.model_construct(
        deadline=deadline,
        domain=domain,
        attestation=new,
        settled_from=origin,
        files=files,
        chain=state,
        result=Result.of(state, new),
    )


def saved(model: Any, path: Path) -> Path:
    """The model's file at `path`."""
    path.write_bytes(as_bytes(model))
    return path


def edited(path: Path, **changes: Any) -> Path:
    """Change top-level keys of a JSON file."""
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    return path


def signature_of(draft: AttestationFile, signer: Any, **claims: Any) -> SignatureFile:
    """What `signer` sends back; `claims` replace fields of the file."""
    signed = Account.sign_message(draft.message, signer.private_key)
    fields = {
        "chain_id": draft.domain.chain_id,
        "token": draft.domain.verifying_contract,
        "epoch": draft.attestation.epoch,
        "digest": draft.digest,
        "signer": signer.address,
        "signature": "0x" + bytes(signed.signature).hex(),
    }
    return SignatureFile.model_validate(fields | claims)


def raw_signature(message: SignableMessage, signer: Any) -> bytes:
    """The 65 bytes that `signer` signs `message` with."""
    return bytes(Account.sign_message(message, signer.private_key).signature)


def require_schema(document: Any, name: str) -> None:
    """`document` is as `docs/schemas/<name>.json` says.

    Raises:
        ValidationError: it is not.
    """
    schemas = {path.name: json.loads(path.read_text()) for path in SCHEMAS.glob("*.json")}
    registry: Any = Registry().with_resources(
        (file, Resource.from_contents(schema)) for file, schema in schemas.items()
    )
    Draft202012Validator(schemas[f"{name}.json"], registry=registry).validate(document)
