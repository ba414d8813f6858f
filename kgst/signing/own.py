"""The policy of whoever signs: names come from it and from nothing that a sender wrote or could put beside a file."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kgst.errors import KgstError, RefusedError
from kgst.files import Files
from kgst.policy import Policy
from kgst.record import Record, RecordError
from kgst.storing import read_bytes
from kgst.terminal import markup

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["UNNAMED", "Names", "Own", "own_policy", "print_own", "print_read"]

_FOLDER: Final = "deployments"
_NETWORKS: Final = {56: "bsc-mainnet", 97: "bsc-testnet"}
UNNAMED: Final = (
    "no policy of your own (--policy, KGST_POLICY, the checkout's): names are not known here"
)


@dataclass(frozen=True)
class Names:
    """Gives addresses their names, each address whole: a part of one can be made to look like another's.

    Attributes:
        policy: None when the signer has none: then an address is its own name.
        contracts: Name to address, of the record beside that policy.
    """

    policy: Policy | None = None
    contracts: Mapping[str, str] = field(default_factory=dict)

    def named(self, address: str) -> str:
        """`ops (0x…)`, `KGST`, `unknown 0x…`; the bare address without a policy."""
        for name, at in self.contracts.items():
            if int(at, 16) == int(address, 16):
                return name
        if self.policy is None:
            return address
        label = self.policy.label(address)
        return f"{label} ({address})" if label else f"unknown {address}"


@dataclass(frozen=True)
class Own:
    """A signer's policy.

    Attributes:
        path: Where it was read.
        sha256: Of the file, 64 digits: what two people can compare by telephone.
    """

    policy: Policy
    path: Path
    sha256: str

    def names(self, chain_id: int) -> Names:
        """Its names, and those of the record beside it if that is of this chain."""
        try:
            record = Record.load(Files(self.path.parent).record)
        except RecordError:
            return Names(self.policy)  # then the contracts are strangers
        if record.chain_id != chain_id:
            return Names(self.policy)
        return Names(self.policy, {n: one.address for n, one in record.contracts.items()})


def own_policy(given: Path | None, file: Path, chain_id: int) -> Own | None:
    """The policy that `given` names, or this checkout's own.

    A policy that lies beside a file elsewhere is the sender's, who could call any address by any name: it is not taken.

    Args:
        given: By `--policy` or `KGST_POLICY`.
        file: What is to be signed; in a deployment's folder of this checkout it is of that deployment.
        chain_id: That the file says; the checkout has one deployment on each public network.

    Raises:
        PolicyError: it cannot be read.
        RefusedError: it was changed while it was read.
    """
    path = given or _of_checkout(file, chain_id)
    if path is None:
        return None
    policy = Policy.load(path)
    found = read_bytes(path)
    if Policy.load(path) != policy:
        raise RefusedError(f"{path}: was changed while it was read; give the command again.")
    return Own(policy, path, hashlib.sha256(found).hexdigest())


def _of_checkout(file: Path, chain_id: int) -> Path | None:
    from ape import project

    folder, at = (Path(project.path) / _FOLDER).resolve(), file.resolve()
    network = _NETWORKS.get(chain_id)
    if at.is_relative_to(folder):
        network = at.relative_to(folder).parts[0]
    path = folder / (network or "") / "policy.yaml"
    return path if path.is_file() else None


def print_own(out: Console, own: Own | None) -> None:
    """By whose names everything is shown."""
    if own is None:
        out.print(f"[yellow]Names:[/yellow] {UNNAMED}", soft_wrap=True)
        return
    out.print(f"Names: those of {markup(own.path, None)}", soft_wrap=True)
    out.print(f"  its sha256  [bold]{markup(own.sha256)}[/bold]", soft_wrap=True)


def print_read(out: Console, policy: Policy, path: Path) -> None:
    """The same, of a policy that the command has read already.

    A file that is another by now is told, and stops nothing: what is urgent does not wait for it.
    """
    try:
        found = read_bytes(path)
        same = Policy.load(path) == policy
    except KgstError as error:
        out.print(f"[yellow]Names:[/yellow] those of a file that is gone: {markup(error, None)}")
        return
    if not same:
        out.print(
            f"[yellow]Names:[/yellow] those of {markup(path, None)} as it was read; it has been changed since",
            soft_wrap=True,
        )
        return
    print_own(out, Own(policy, path, hashlib.sha256(found).hexdigest()))
