"""What a signer's machine compares without a network: the policy, and the record that lies beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from kgst.errors import RefusedError
from kgst.files import Files
from kgst.policy import Policy
from kgst.record import Record

__all__ = ["check_deployment", "require_chain"]


def require_chain(chain_id: int, policy: Policy, path: Path) -> None:
    """The policy at `path` is for the chain with this id.

    Raises:
        RefusedError: it is for another.
    """
    if not policy.allows_chain(chain_id):
        raise RefusedError(
            f"the draft is for chain {chain_id}, the policy {path} for chain {policy.chain_id}; do not sign before the "
            "issuer has explained it."
        )


def check_deployment(
    chain_id: int,
    what: Literal["token", "manager"],
    address: str,
    policy: Policy,
    path: Path,
    done: list[str],
    undone: list[str],
) -> None:
    """Compare a draft's chain and contract with the policy at `path` and the record beside it.

    Args:
        chain_id: That the draft is for.
        what: Which of the record's contracts it names.
        address: That it gives that contract, checksummed.
        policy: The signer's own copy.
        path: Where it was read.
        done: Takes what agrees.
        undone: Takes what could not be compared.

    Raises:
        RefusedError: something differs: do not sign.
    """
    require_chain(chain_id, policy, path)
    done.append(f"the chain is the policy's ({chain_id})")
    record_path = Files(path.parent).record
    if not record_path.exists():
        undone.append(f"{what}: there is no {record_path.name} beside the policy")
        return
    record = Record.load(record_path)
    there = record.token.address if what == "token" else record.manager.address
    if (record.chain_id, there) != (chain_id, address):
        raise RefusedError(
            f"the draft is for the {what} {address} on chain {chain_id}, {record_path} says "
            f"{there} on chain {record.chain_id}; do not sign: another contract may look the same."
        )
    done.append(f"the {what} is the record's")
