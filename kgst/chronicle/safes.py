"""What the files of Safes say: who has signed which transaction, when and why."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kgst.chronicle.calls import called
from kgst.chronicle.entry import Entry, State, Why
from kgst.proposals.files import OwnersSignature, Proposal
from kgst.proposals.kind import OwnersDraft, look, owners_of
from kgst.storing import FileError, read_model

if TYPE_CHECKING:
    from kgst.decoding.calls import Namer
    from kgst.files import Files

__all__ = ["joined", "proposal_entries", "proposals_of"]

_NAME: Final = re.compile(r"^\d{6,}-[0-9a-f]{8}\.json$")


def proposals_of(files: Files) -> list[Path]:
    """Every transaction of a Safe that lies in a deployment's folder."""
    return sorted(p for p in files.proposals.glob("*/*.json") if _NAME.match(p.name))


def proposal_entry(namer: Namer, path: Path) -> Entry:
    """The transaction at `path`, as one that nobody is known to have sent.

    Raises:
        FileError: it is none, or was tampered with.
    """
    proposal = Proposal.load(path)
    call = called(namer, proposal.safe, proposal.to, proposal.transaction.data)
    whys = sorted(_whys(proposal, path), key=lambda why: why.at or 0)
    return Entry(
        at=next((why.at for why in whys if why.at), None),
        state=State.PROPOSED,
        words=call.words,
        whys=tuple(whys),
        caller=proposal.safe,
        contract=call.contract,
        roles=call.roles,
        accounts=call.accounts | {proposal.safe} | {why.account for why in whys},
        sources=(path,),
        nonce=proposal.nonce,
    )


def proposal_entries(namer: Namer, paths: Iterable[Path]) -> tuple[list[Entry], list[str]]:
    """All of them, and what is to be said of files that cannot be used."""
    found, bad = [], []
    for path in paths:
        try:
            found.append(proposal_entry(namer, path))
        except FileError as error:
            bad.append(str(error))
    return found, bad


def joined(sent: list[Entry], proposed: list[Entry]) -> list[Entry]:
    """What was sent, each with the signatures of its proposal; and what is still proposed.

    The same call at several nonces is matched in the order of the nonces, which is that of the chain.
    """
    left = sorted(proposed, key=lambda entry: entry.nonce or 0)
    found = []
    for entry in sorted(sent, key=lambda entry: (entry.block or 2**64, entry.at or 0)):
        match = None
        if entry.caller != entry.sender and entry.state is State.DONE:
            same = (entry.caller, entry.contract, entry.words)
            match = next((p for p in left if (p.caller, p.contract, p.words) == same), None)
        if match is None:
            found.append(entry)
            continue
        left.remove(match)
        known = {why.account for why in entry.whys if why.reason or why.at}
        more = tuple(why for why in match.whys if why.account not in known)
        found.append(
            replace(
                entry,
                whys=more + entry.whys,
                accounts=entry.accounts | match.accounts,
                sources=entry.sources + match.sources,
                nonce=match.nonce,
            )
        )
    return found + left


def _whys(proposal: Proposal, path: Path) -> Iterable[Why]:
    """Of those whose signatures are good: what a file merely says of somebody is not told."""
    said: dict[str, Why] = {}
    for one in look(OwnersDraft(proposal, owners_of(path.parent.name, ()), 1), None, path):
        if one.signature is None:
            continue
        signer = one.signature.signer
        said.setdefault(signer, Why(None, None, signer))
        act = _act(one.where) if one.where != path else None
        if act is not None and act.account == signer:
            said[signer] = act
    return said.values()


def _act(path: Path | None) -> Why | None:
    try:
        file = read_model(path, OwnersSignature, OwnersSignature.what) if path else None
    except FileError:
        return None
    return Why.of(file.act) if file is not None and file.act is not None else None
