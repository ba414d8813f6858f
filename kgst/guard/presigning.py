"""A pause that is signed beforehand, and sent by whoever has the file when there is no time for keys.

The file is as good as the pauser's signature on this one pause, for as long as the account has not used the nonce: it
is kept apart, readable by its owner only, and made anew after each transaction of the account.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kgst.console import Answer, confirm, console
from kgst.errors import InputError, RefusedError
from kgst.flags import PauseFlag, flags_in_words
from kgst.guard.documents import GuardPresignDocument, GuardSendDocument
from kgst.guard.pauses import pause
from kgst.guard.presigned import Presigned, read_presigned, write_presigned
from kgst.journal import Journal, Signed
from kgst.node import chain_id, rpc
from kgst.pipeline.actor import choose_actor
from kgst.pipeline.documents import ReadBack
from kgst.pipeline.logbook import Logbook
from kgst.pipeline.permission import PermissionStatus, permission
from kgst.pipeline.readback import read_back
from kgst.pipeline.results import Result
from kgst.pipeline.simulation import simulate
from kgst.pipeline.views import print_preview, print_progress
from kgst.pipeline.work import Work, peers_of
from kgst.quantities import bnb_cost, format_gwei
from kgst.sending.delivery import Delivery
from kgst.sending.means import Means
from kgst.sending.nonces import count
from kgst.sending.pricing import MAX_GAS, require_fee
from kgst.sending.transactions import Content, sign
from kgst.sending.vantage import Connected, Further, Vantage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from kgst.deployment.system import System
    from kgst.pipeline.operation import Operation
    from kgst.pipeline.options import Run

__all__ = ["presign", "send_presigned"]


def presign(
    system: System, names: Sequence[str], run: Run, path: Path
) -> Answer[GuardPresignDocument]:
    """Sign the pause of the flags `names` for the account's next nonce, and write it to `path`; sends nothing.

    It offers the policy's highest gas price, so that it will do on a bad day.

    Raises:
        InputError: `path` is there already or cannot be written, or a Safe was named.
        RefusedError: the account may not pause, or has something in flight.
    """
    if run.via is not None:
        raise InputError(
            "--presign is for accounts; a Safe's owners sign with --via, and the last of them sends it."
        )
    operation = pause(system, names)
    actor = choose_actor(system, [operation], run)
    account = actor.account
    if account is None:
        raise InputError("--presign needs the account that signs; give --account.")
    out = console(stderr=run.json)
    found = permission(system, operation, account.address)
    if found.status is not PermissionStatus.AT_ONCE:
        raise RefusedError(f"{system.named(account.address)} cannot pause at once.")
    simulate(system, operation.name, account.address, operation.to, operation.data)
    work = Work(system, actor, run, out)
    with work.alone():
        content = _content(system, operation, work.logbook, account.address)
        most = bnb_cost(content.gas * content.price)
        print_preview(out, system, actor, [(operation, found)], None)
        out.print(
            f"It is signed for nonce {content.nonce} and up to {most} ({format_gwei(content.price)}), and not sent."
        )
        confirm("Sign it?", account, yes=run.yes)
        signed = sign(system.provider, account, "pause", content)
    file = Presigned(
        chain_id=chain_id(system.provider),
        token=system.token.address,
        flags=int.from_bytes(operation.data[4:]),
        account=account.address,
        nonce=signed.nonce,
        gas_price=content.price,
        hash=signed.hash,
        raw=signed.raw,
    )
    write_presigned(path, file)

    def show(console: Console) -> None:
        console.print(f"[green]✓[/green] signed, not sent: pause {flags_in_words(file.flags)}")
        console.print(
            f"  {path}: keep it apart. `ape run guard send` sends it, without a key, until {account.address} has used "
            f"nonce {file.nonce}; sign a new one after each transaction of that account.",
            markup=False,
        )

    return Answer(GuardPresignDocument.taken_from(file, file=str(path), **_said(file)), show)


def send_presigned(system: System, path: Path, run: Run) -> Answer[GuardSendDocument]:
    """Send the signed pause in `path` to every node of the policy, and wait until it is final.

    Raises:
        InputError: the file is not a signed pause of this deployment.
        RefusedError: its nonce is used, so it can no longer land.
        UnconfirmedError: sent, and not final in time; the same command goes on.
    """
    file = read_presigned(path)
    if (file.chain_id, file.token) != (chain_id(system.provider), system.token.address):
        raise InputError(
            f"{path} is of the token {file.token} on chain {file.chain_id}; this deployment's is "
            f"{system.token.address} on chain {chain_id(system.provider)}."
        )
    out = console(stderr=run.json)
    names = [str(flag.name) for flag in PauseFlag if file.flags & flag]
    operation = pause(system, names)
    signed = Signed(step="pause", nonce=file.nonce, hash=file.hash, raw=file.raw)
    vantages: list[Vantage] = [
        Connected(system.provider),
        *(Further(node) for node in peers_of(system)),
    ]
    if vantages[0].receipt(signed.hash) is None:
        _require_nonce_unused(system, path, file, out)
    means = _means(system, signed, file.account, vantages, out)
    outcome = Delivery(means, signed).run(resumed=True)
    if not outcome.succeeded:
        raise RefusedError(
            f"{outcome.hash} was mined and reverted with {outcome.error}: {system.named(file.account)} may no longer "
            "pause; use another pauser's."
        )
    result = Result(outcomes=[outcome])
    read_back(system, [operation], result)

    def show(console: Console) -> None:
        for what, value in result.values:
            console.print(f"  {what}: {value}", markup=False)
        console.print(f"[green]✓[/green] done: pause {flags_in_words(file.flags)}")

    document = GuardSendDocument.taken_from(
        file,
        **_said(file),
        block_number=outcome.block_number,
        read_back=[ReadBack(what=what, value=value) for what, value in result.values],
    )
    return Answer(document, show)


def _content(system: System, operation: Operation, logbook: Logbook, address: str) -> Content:
    """What is signed: the account's next nonce, and enough for a day of which nothing is known yet."""
    nonce = _free_nonce(system, logbook, address)
    with rpc("simulate pause"):
        request: Any = {
            "from": address, "to": operation.to, "data": "0x" + operation.data.hex(),
        }  # fmt: skip
        estimate = int(system.provider.web3.eth.estimate_gas(request))
    gas, limits = min(2 * estimate, MAX_GAS), system.policy.limits
    require_fee("pause", gas * limits.max_gas_price, 0, limits)
    return Content(nonce, limits.max_gas_price, gas, operation.to, 0, operation.data)


def _require_nonce_unused(system: System, path: Path, file: Presigned, out: Console) -> None:
    used = count(system.provider.web3.eth, file.account).mined
    if used > file.nonce:
        raise RefusedError(
            f"{path} can no longer land: {system.named(file.account)} has used nonce {file.nonce} (it is at "
            f"{used}). Pause with a key, `ape run guard pause`, and sign a new file afterwards."
        )
    if used < file.nonce:
        out.print(
            f"[yellow]It is signed for nonce {file.nonce} and the account is at {used:d}: it waits for the "
            "transactions in between.[/yellow]"
        )


def _means(
    system: System, signed: Signed, account: str, vantages: Sequence[Vantage], out: Console
) -> Means:
    """Of an urgent delivery of `signed`, by whoever has no key."""
    journal = Journal()
    journal.append(signed)
    keyless: Any = _Keyless(account)
    return Means(
        provider=system.provider,
        account=keyless,
        journal=journal,
        limits=system.policy.limits,
        progress=lambda event: print_progress(out, event),
        again="give the same command again",
        vantages=vantages,
        dev=system.is_dev,
        urgent=True,
        others=(),
    )


@dataclass(frozen=True)
class _Keyless:
    """Who signed beforehand: nothing more can be signed."""

    address: str

    def sign_transaction(self, _: Any) -> None:
        """Never."""


def _free_nonce(system: System, logbook: Logbook, address: str) -> int:
    if open_runs := logbook.unresolved(""):
        raise RefusedError(
            f"{address} has something in flight ({', '.join(p.name for p in open_runs)}); finish that first, then sign."
        )
    found = count(system.provider.web3.eth, address)
    nonce = max(found.mined, logbook.next_nonce(settled=True))
    if found.pending > nonce:
        raise RefusedError(
            f"{address} has {found.pending - nonce} pending transaction(s); wait until they are mined, then sign."
        )
    return nonce


def _said(file: Presigned) -> dict[str, Any]:
    """What documents call otherwise than the file."""
    return {
        "pauses": flags_in_words(file.flags),
        "gas_price_wei": file.gas_price,
        "transaction": file.hash,
    }
