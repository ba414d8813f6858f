"""What every signer is shown, and what signatures collected come to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kgst.signing import deadlines
from kgst.signing.collecting import Collection
from kgst.terminal import markup

if TYPE_CHECKING:
    from rich.console import Console

    from kgst.policy import Policy
    from kgst.signatures import Hashes

__all__ = [
    "CONTRACTS_WORD",
    "Namer",
    "namer",
    "print_collection",
    "print_hash_lines",
    "print_hashes",
    "print_list",
]

Namer = Callable[[str], str]
"""Puts an address into words."""

CONTRACTS_WORD: Final = (
    "it is a contract's signature, and whether that contract takes it only a node can tell; the "
    "submission asks"
)

_LONG: Final = 4_000
_GROUP: Final = 8
_PER_LINE: Final = 4


def namer(policy: Policy | None) -> Namer:
    """Puts addresses into the policy's words, each whole."""
    if policy is None:
        return str
    return lambda address: f"{policy.label(address) or 'no label'}  {address}"


def print_list(out: Console, sign_markup: str, texts: Sequence[str]) -> None:
    """One line each, after the sign."""
    for text in texts:
        out.print(f"{sign_markup} {markup(text, _LONG)}")


def print_hashes(out: Console, hashes: Hashes) -> None:
    """The two hashes that a Ledger shows, in groups that can be compared by eye."""
    from rich.panel import Panel
    from rich.text import Text

    for title, value in (("DOMAIN HASH", hashes.domain), ("MESSAGE HASH", hashes.message)):
        digits = value[2:].upper()
        groups = [digits[i : i + _GROUP] for i in range(0, len(digits), _GROUP)]
        lines = ["  ".join(groups[i : i + _PER_LINE]) for i in range(0, len(groups), _PER_LINE)]
        panel = Panel(
            Text("\n\n".join(lines)), title=title, expand=False, padding=(1, 3), style="bold"
        )
        out.print(panel)
        out.print(f"[dim]{markup(value)}[/dim]", soft_wrap=True)


def print_hash_lines(out: Console, hashes: Hashes, digest: str | None = None) -> None:
    """The same two hashes, a line each; and what the signature is on, under the name `digest`."""
    rows = [("domain hash", hashes.domain), ("message hash", hashes.message)]
    if digest is not None:
        rows.append((digest, hashes.digest))
    for name, value in rows:
        out.print(f"  {markup(name.ljust(12))}  [bold]{markup(value)}[/bold]")
    out.print()


def print_collection(out: Console, collection: Collection, target: Path, named: Namer) -> None:
    """Who has signed, who is missing, and where the signed file is, once there are enough."""
    for one in collection.signatures:
        out.print(f"[green]✓[/green] {markup(named(one.signer), _LONG)}")
        if one.by_contract:
            out.print(f"[yellow]Not checked:[/yellow] {CONTRACTS_WORD}")
    for path in collection.repeated:
        out.print(f"[yellow]Counted once:[/yellow] {markup(path, _LONG)}")
    needed = f"{len(collection.signatures)} of {collection.needed} signatures"
    if collection.draft.is_unanimity_needed:
        needed += (
            f", since all {len(collection.signers.members):d} {collection.signers.who}s must sign"
        )
    if not collection.is_enough:
        missing = ", ".join(markup(named(one), _LONG) for one in collection.missing)
        out.print(f"[yellow]{needed}.[/yellow] Missing: {missing}")
        return
    out.print(f"[green]✓[/green] {needed}: enough.")
    if collection.draft.closes is not None:
        last = deadlines.until(collection.draft.closes, deadlines.clock())
        out.print(f"Can be submitted until {markup(last)}", soft_wrap=True)
    out.print(f"Ready to submit: {target}", soft_wrap=True, markup=False)
