"""What is proposed at the mint desk: shown, and ended by GUARDIAN or any one auditor."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from eth_abi.abi import decode

from kgst.console import Answer
from kgst.errors import InputError, RefusedError
from kgst.keys import key_of
from kgst.moments import both_times, format_span, format_time
from kgst.multicall import ensure_multicall, latest
from kgst.node import NodeError, rpc
from kgst.pipeline.actor import Actor, choose_actor
from kgst.pipeline.operation import Fact, Operation, Readback, call_data
from kgst.pipeline.pipeline import perform
from kgst.pipeline.work import peers_of
from kgst.quantities import format_duration
from kgst.roles import Role
from kgst.supply.desk_documents import SupplyProposalsDocument
from kgst.supply.desk_state import (
    DeskState,
    Proposal,
    Stage,
    keys_proposed,
    read_mint_desk,
    references_here,
)
from kgst.supply.words import require_reference
from kgst.tables import table
from kgst.terminal import markup
from kgst.units import format_som

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from kgst.deployment.system import System
    from kgst.pipeline.documents import WriteDocument
    from kgst.pipeline.options import Run

__all__ = ["cancel", "list_proposals"]

_SHORTEST: Final = 4
_DIGITS: Final = 64


def list_proposals(system: System) -> Answer[SupplyProposalsDocument]:
    """What was proposed, and neither carried out nor cancelled.

    Raises:
        NodeError: the node refuses events, without which nothing is known.
    """
    ensure_multicall(system.provider)
    head = latest(system.provider)
    desk = read_mint_desk(system, keys=keys_proposed(system, head.number), head=head)
    found = [one for one in desk.proposals.values() if one is not None]
    references = references_here(system)
    document = SupplyProposalsDocument.of(system, desk, found, references)
    return Answer(document, partial(_show, system, desk, found, references))


def cancel(
    system: System, prefix: str | None, reference: str | None, run: Run
) -> Answer[WriteDocument]:
    """End what is proposed by a key that begins so, or by a reference; a whole key needs no events.

    Raises:
        InputError: not one of the two was given; or no key, or several, begin so.
        RefusedError: nothing is proposed there, or the caller may not.
    """
    if (prefix is None) == (reference is None):
        raise InputError("name the proposal by its key, or by --ref: one of the two.")
    key = _one(system, prefix) if prefix else key_of("mint", require_reference(reference or ""))
    auditors = tuple(system.policy.auditor_addresses)
    guardians = tuple(system.policy.address(m.member) for m in system.policy.roles[Role.GUARDIAN])
    contract = system.deployment.mint_desk
    by = Operation("cancel-mint", "", contract.address, b"", by=(*guardians, *auditors))
    actor = choose_actor(system, [by], run)
    found = read_mint_desk(system, keys=[key])
    proposal = found.proposals[key]
    operation = Operation(
        name="cancel-mint",
        title=f"cancel the proposed mint of {_text(system, proposal, key)}",
        to=contract.address,
        data=call_data(contract.cancel, key),
        role=_role(system, actor),
        by=by.by,
        lines=tuple(_lines(system, proposal, key, reference, found.head.time)),
        readbacks=(Readback("still proposed", False, partial(_is_proposed, system, key)),),
        already=proposal is None,
        repeatable=True,
        # Twice it reverts: where no further node can say that it is so, the one's word ends it.
        emergency=proposal is not None or bool(peers_of(system)),
        fact=Fact(contract.address, call_data(contract.proposalOf, key), _is_nothing),
        reference=reference or "",
    )
    if proposal is None and not run.give_up:
        _require_canceled(system, key, found)
    return perform(system, [operation], replace(run, account=actor.account))


def _role(system: System, actor: Actor) -> Role | None:
    """None for an auditor, whom the desk itself lets do it; whoever else needs to be GUARDIAN."""
    with rpc("ask whether the caller is an auditor"):
        return None if system.token.isAuditor(actor.caller) else Role.GUARDIAN


def _require_canceled(system: System, key: bytes, found: DeskState) -> None:
    """Nothing is proposed by `key`, because it was cancelled.

    Raises:
        RefusedError: it was carried out, or never proposed, or nobody can tell.
    """
    shown = f"0x{key.hex()}"
    if found.used[key]:
        raise RefusedError(
            f"what was proposed as {shown} is minted: it can be stopped no more. GUARDIAN can cut the desk (`ape run "
            "guard cut-issuer`), and an order reaches what was minted (`ape run guard seize`)."
        )
    try:
        ended = keys_proposed(system, found.head.number).get(key)
    except NodeError:
        ended = None
    if not ended:
        raise RefusedError(
            f"nothing is proposed as {shown}, and no event here says that it was cancelled; see `ape run supply "
            "proposals`."
        )


def _one(system: System, prefix: str) -> bytes:
    """The only key that begins with `prefix`."""
    digits = prefix.lower().removeprefix("0x")
    if not _SHORTEST <= len(digits) <= _DIGITS or set(digits) - set("0123456789abcdef"):
        raise InputError(
            f"{prefix!r} is no key; give the first {_SHORTEST} digits or more of one that `ape run supply proposals` "
            "shows, or --ref and the reference."
        )
    if len(digits) == _DIGITS:
        return bytes.fromhex(digits)
    head = latest(system.provider)
    known = [key for key in keys_proposed(system, head.number) if key.hex().startswith(digits)]
    if len(known) > 1:
        # Those that have ended hinder nobody.
        desk = read_mint_desk(system, keys=known)
        known = [key for key in known if desk.proposals[key] is not None] or known
    if not known:
        raise InputError(
            f"nothing was ever proposed whose key begins with {prefix}; see `ape run supply proposals`."
        )
    if len(known) > 1:
        raise InputError(
            f"{prefix} begins {len(known)} keys: {', '.join(f'0x{key.hex()}' for key in known)}; give more digits."
        )
    return known[0]


def _is_proposed(system: System, key: bytes) -> bool:
    return read_mint_desk(system, keys=[key]).proposals[key] is not None


def _is_nothing(answer: bytes) -> bool:
    """Whether `proposalOf` returned that nothing is proposed."""
    return int(decode(["address", "uint256", "uint256", "uint256"], answer)[2]) == 0


def _text(system: System, proposal: Proposal | None, key: bytes) -> str:
    if proposal is None:
        return f"0x{key.hex()}"
    return f"{format_som(proposal.value)} to {system.named(proposal.to)}"


def _lines(
    system: System, proposal: Proposal | None, key: bytes, reference: str | None, now: int
) -> list[tuple[str, str]]:
    lines = [("key", f"0x{key.hex()}")]
    if reference is not None:
        lines.append(("reference", reference))
    if proposal is not None:
        lines += [
            ("to", f"{system.named(proposal.to)}\n{proposal.to}"),
            ("amount", format_som(proposal.value)),
            ("it could be minted from", f"{both_times(proposal.ready_at)}\n{_when(proposal, now)}"),
            ("undone by", "proposing it again, with the delay anew"),
        ]
    return lines


def _show(
    system: System,
    desk: DeskState,
    found: list[Proposal],
    references: Mapping[bytes, str],
    out: Console,
) -> None:
    now = desk.head.time
    if found:
        rows = table(f"Proposed at the mint desk; block {desk.head.number}, {format_time(now)}")
        rows.add_column("what", style="bold", overflow="fold")
        rows.add_column("", overflow="fold")
        for one in found:
            bold = "bold" if one.stage(now) is Stage.READY else None
            what = f"{format_som(one.value)} to {system.named(one.to)}"
            rows.add_row(markup(f"0x{one.key.hex()[:12]}…"), markup(what, None), style=bold)
            rows.add_row("  reference", markup(references.get(one.key, "not from this checkout")))
            rows.add_row("  can be minted from", format_time(one.ready_at))
            rows.add_row("  it lapses", format_time(one.expires_at))
            rows.add_row("  now", markup(_when(one, now)))
        out.print(rows)
        out.print(
            "Until it is minted GUARDIAN or any one auditor ends it: `ape run supply cancel KEY`; the first digits are "
            "enough."
        )
    else:
        out.print("[green]✓[/green] nothing is proposed at the mint desk")
    out.print(
        f"At once: {format_som(desk.mint_limit)} a mint; {format_som(desk.left_today)} of "
        f"{format_som(desk.day_limit)} are left today, anew {format_time(desk.new_day)}. More waits "
        f"{format_duration(desk.delay)}."
    )


def _when(proposal: Proposal, now: int) -> str:
    stage = proposal.stage(now)
    if stage is Stage.WAITING:
        return f"it can surely be stopped for {format_span(proposal.ready_at - now)}"
    if stage is Stage.READY:
        return f"it can be minted, for {format_span(proposal.expires_at - now)}; whoever is first"
    return "it lapsed; ended by a cancel, its reference can be proposed anew"
