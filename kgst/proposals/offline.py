"""What `ape run safe` does without a network: show, sign, collect."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kgst.console import Answer
from kgst.proposals.documents import SafeCollectDocument, SafeShowDocument, SafeSignDocument
from kgst.proposals.earlier import remember, signed_before
from kgst.proposals.files import Proposal
from kgst.proposals.kind import Found, OwnersDraft, counting, judge
from kgst.proposals.opened import Opened, open_proposal
from kgst.proposals.views import left_out_of, print_left_out, print_proposal, shown
from kgst.signing import ceremony
from kgst.signing.collecting import collect as put_together
from kgst.signing.collecting import write_enough
from kgst.signing.own import print_own
from kgst.signing.reading import beside, read_signature
from kgst.signing.shapes import Signature
from kgst.signing.views import namer, print_collection, print_list
from kgst.storing import FileError, read_json
from kgst.terminal import markup

if TYPE_CHECKING:
    from ape.api import AccountAPI
    from rich.console import Console

__all__ = ["collect", "show", "sign"]


def show(path: Path, policy_path: Path | None) -> Answer[SafeShowDocument]:
    """What a file would have its owners sign: decoded anew, hashes computed anew, signers recovered.

    Raises:
        FileError: it cannot be read, or its hashes are not those of its transaction.
        PolicyError: the policy cannot be read.
    """
    opened = open_proposal(path, policy_path)

    def told(out: Console) -> None:
        print_proposal(opened, out)
        print_own(out, opened.own)

    return Answer(shown(opened), told)


def sign(
    path: Path,
    policy_path: Path | None,
    account: AccountAPI | None,
    given: ceremony.Given | None = None,
    *,
    yes: bool,
    force: bool,
    quiet: bool,
) -> Answer[SafeSignDocument]:
    """Write an owner's signature beside the file, unless it is there already; needs no network.

    Raises:
        InputError: no account, or no policy that says who owns the Safe.
        RefusedError: the account is no owner, or did not sign.
        FileError: as `show`.
    """
    opened = open_proposal(path, policy_path)
    draft = opened.draft()

    signer = given.signer if given is not None else account.address if account else None
    before = signed_before(draft.proposal, signer, path) if signer else []

    def document(signed: dict[str, Any]) -> SafeSignDocument:
        return SafeSignDocument.taken_from(
            shown(opened),
            signed=signed["signer"],
            already=signed["signature_file"] is None,
            signature_file=signed["signature_file"],
            by_contract=signed["by_contract"],
            signed_before=[one.safe_tx_hash for one in before],
        )

    def show_it(out: Console) -> None:
        print_proposal(opened, out)
        print_list(out, "[bold yellow]Warning:[/bold yellow]", [str(one) for one in before])

    there = {one.signer for one in counting(opened.found()) if not one.by_contract}
    if account is not None and given is None and account.address in there:
        _reword(opened)
        content = document(
            {"signer": account.address, "signature_file": None, "by_contract": False}
        )
        return Answer(content, partial(_told, opened, content))
    reviewed = ceremony.Reviewed(
        draft,
        path,
        document,
        show_it,
        opened.own,
        recipient="the other owners",
    )
    answer = ceremony.sign(reviewed, account, given, yes=yes, force=force, quiet=quiet)
    remember(draft.proposal, answer.content.signed)
    _reword(opened)

    def told(out: Console) -> None:
        answer.show(out)
        _told(opened, answer.content, out)

    return Answer(answer.content, told)


def _told(opened: Opened, document: SafeSignDocument, out: Console) -> None:
    """How far it is, and what comes next."""
    if document.already:
        print_proposal(opened, out)
        out.print(f"[green]✓[/green] {markup(opened.named(document.signed))} had signed before")
    count = sum(one.counts is True for one in document.signatures)
    out.print(f"{count:d} of {document.threshold:d} signatures.")
    if document.missing == 0:
        _print_next(out, opened.path)


def _print_next(out: Console, path: Path) -> None:
    out.print(
        f"`ape run safe execute {path} --account …` sends it: any account may.",
        soft_wrap=True,
        markup=False,
    )


def _reword(opened: Opened) -> None:
    """What goes on to the next owner, and to Safe's application, says what this one saw."""
    opened.proposal.worded(opened.decoded).save(opened.path.resolve())


def collect(
    path: Path,
    signatures: Sequence[Path],
    *,
    policy_path: Path | None,
    out_path: Path | None,
    force: bool,
) -> Answer[SafeCollectDocument]:
    """Put owners' signatures together: those in the file, beside it, and in files of signatures and other copies of it.

    Raises:
        InputError: no policy says who owns the Safe.
        RefusedError: the policy is of another chain.
        FileError: the proposal, or one of `signatures`, is not what it should be; or the result cannot be written.
    """
    opened = open_proposal(path, policy_path)
    draft = opened.draft()
    found = opened.found(but=signatures)
    collection = put_together(
        draft, signatures, read=partial(_read, draft, found), there=counting(found)
    )
    target = out_path or beside(path, "signed.json")
    inputs = [path, *signatures, *([opened.own.path] if opened.own else [])]
    # Words of others are not passed on with the owners' signatures.
    own = draft.proposal.worded(opened.decoded)
    write_enough(collection, own.having, target, inputs, force=force)
    left_out = left_out_of(found)

    def told(out: Console) -> None:
        print_collection(out, collection, target, namer(opened.policy))
        print_left_out(out, left_out)
        if collection.is_enough:
            _print_next(out, target)

    return Answer(
        SafeCollectDocument.of(collection, target, left_out=left_out), told, collection.exit_code
    )


def _read(draft: OwnersDraft, found: list[Found], path: Path) -> list[Signature]:
    """The signatures in a file of one, or in another copy of the proposal.

    Args:
        draft: The proposal.
        found: Takes what a copy holds, with what does not count.
        path: The file.

    Raises:
        FileError: it is neither, or is of another transaction; a signature in a file of its own does not count.
    """
    _, content = read_json(path)
    kind = content.get("format") if isinstance(content, dict) else None
    if kind != Proposal.model_fields["format"].default:
        return [read_signature(draft, draft.owners, path)]
    copy = Proposal.load(path)
    if copy.transaction != draft.proposal.transaction:
        raise FileError(
            f"{path}: is another transaction (chain {copy.chain_id}, Safe {copy.safe}, nonce {copy.nonce}, safeTxHash "
            f"{copy.safe_tx_hash[:10]}…), not {draft.title} with safeTxHash {draft.digest[:10]}…; leave the file out."
        )
    inside = [judge(draft, draft.owners, path, one) for one in copy.claims]
    found += inside
    return counting(inside)
