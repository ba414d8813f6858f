"""The part that people have in it: a signer is shown what is signed, agrees and signs; somebody collects.

Nothing here touches a network.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from eth_utils.address import is_checksum_address

from kgst.console import Answer, confirm, console
from kgst.document import Document
from kgst.errors import InputError, RefusedError
from kgst.signatures import sign_message
from kgst.signing import deadlines
from kgst.signing.collecting import Collection, write_enough
from kgst.signing.collecting import collect as put_together
from kgst.signing.deadlines import require_open
from kgst.signing.documents import CollectDocument
from kgst.signing.files import AuditorsOrder, SignedDraft
from kgst.signing.kinds import Signable
from kgst.signing.own import Own, own_policy, print_own
from kgst.signing.reading import beside, signature_path
from kgst.signing.shapes import MAX_SIGNATURE, SignatureFile
from kgst.signing.views import (
    CONTRACTS_WORD,
    Namer,
    namer,
    print_collection,
    print_hashes,
)
from kgst.storing import as_bytes, require_apart, write_new
from kgst.terminal import markup

if TYPE_CHECKING:
    from ape.api import AccountAPI
    from rich.console import Console

__all__ = [
    "Given",
    "Reviewed",
    "collect",
    "given_as",
    "require_signer",
    "sign",
    "signature_of",
]


S = TypeVar("S", bound=Document)
C = TypeVar("C", bound=CollectDocument)


@dataclass(frozen=True)
class Reviewed(Generic[S]):
    """A draft that was compared with what its signer has.

    Attributes:
        path: Where it was read; the signature is written beside it.
        document: Makes the answer of the values that a `SignDocument` has.
        show: Prints all that is signed, and what was compared.
        own: The signer's own policy, which names people; None when there is none.
        inputs: Other files that were read, and must not be overwritten.
        recipient: To whom the signature goes.
        unsigned: What the signature's file has besides.
    """

    draft: Signable
    path: Path
    document: Callable[[dict[str, Any]], S]
    show: Callable[[Console], None]
    own: Own | None
    inputs: Sequence[Path] = ()
    recipient: str = "the issuer"
    unsigned: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Given:
    """A signature that a contract's owners made elsewhere.

    Attributes:
        signer: The contract's checksummed address.
        signature: In whatever form that contract takes.
    """

    signer: str
    signature: bytes


def given_as(signer: str | None, signature: str | None) -> Given | None:
    """What `--for` and `--signature` say; None when neither was given.

    Raises:
        InputError: one without the other, no checksummed address, or no bytes.
    """
    if signer is None and signature is None:
        return None
    if signer is None or signature is None:
        raise InputError("--for ADDRESS and --signature HEX belong together; give both.")
    if not is_checksum_address(signer):
        raise InputError(f"--for {signer[:80]!r}: write the contract's address with its checksum.")
    digits = signature.removeprefix("0x")
    if not re.fullmatch(r"([0-9a-fA-F]{2})*", digits) or len(digits) > 2 * MAX_SIGNATURE:
        raise InputError(
            f"--signature: write 0x and two digits for each byte, {MAX_SIGNATURE} bytes at most; 0x for a contract "
            "that recorded its consent on the chain."
        )
    return Given(signer, bytes.fromhex(digits))


def sign(
    reviewed: Reviewed[S],
    account: AccountAPI | None,
    given: Given | None = None,
    *,
    yes: bool,
    force: bool,
    quiet: bool,
) -> Answer[S]:
    """Show a draft, ask, and let a signer's account sign it; or put a contract's signature into a file.

    Args:
        reviewed: What nothing was found against.
        account: The signer's.
        given: Of a signer that is a contract, in place of an account.
        yes: Do not ask.
        force: Replace a signature file of other content.
        quiet: Stdout belongs to a JSON document.

    Raises:
        InputError: no account was given, or both.
        RefusedError: it may not sign, did not, or the draft's deadline has passed.
    """
    draft, path, own = reviewed.draft, reviewed.path, reviewed.own
    policy = own.policy if own else None
    address = _signer(draft, account, given)
    require_signer(draft, address)
    require_open(draft, deadlines.clock())
    target = signature_path(path, address)
    inputs = [path, *([own.path] if own else []), *reviewed.inputs]
    require_apart([target], inputs)

    out, signer = console(stderr=quiet), namer(policy)(address)
    reviewed.show(out)
    print_own(out, own)
    out.print(markup(deadlines.in_words(draft, deadlines.clock()), None), soft_wrap=True)
    print_hashes(out, draft.hashes)
    if given is not None:
        out.print(f"Its owners sign {draft.for_contracts}", soft_wrap=True, markup=False)
        made = draft.signed_by(address, given.signature, by_contract=True)
    elif account is not None:
        out.print(
            "A Ledger shows these two hashes, a Trezor the message: compare before you approve."
        )
        confirm(f"{draft.question} as {signer}?", account, yes=yes)
        made = signature_of(draft, account)
    made = made.model_copy(update=dict(reviewed.unsigned))
    write_new([(target, as_bytes(made))], force=force)
    found = {
        "signature_file": str(target),
        "signer": address,
        "by_contract": made.by_contract,
        "label": policy.label(address) if policy else None,
        "policy_file": str(own.path) if own else None,
        "policy_sha256": own.sha256 if own else None,
    }

    def show_it(out: Console) -> None:
        if made.by_contract:
            out.print(f"[yellow]Not checked:[/yellow] {CONTRACTS_WORD}")
        out.print(f"[green]✓[/green] signed as {markup(signer)}")
        out.print(f"Send to {reviewed.recipient}: {target}", soft_wrap=True, markup=False)

    return Answer(reviewed.document(found), show_it)


def _signer(draft: Signable, account: AccountAPI | None, given: Given | None) -> str:
    """The address that signs.

    Raises:
        InputError: no account was given, or both.
    """
    if account is not None and given is not None:
        raise InputError(
            "--account signs as itself, --for is of a contract whose signature was made elsewhere; give one of them."
        )
    if given is not None:
        return given.signer
    if account is None:
        raise InputError(
            f"no account was given; name the {draft.signers.who}'s with --account (see `ape accounts list`)."
        )
    return str(account.address)


def signature_of(draft: Signable, account: AccountAPI) -> SignatureFile:
    """Let `account` sign, and check what it gave.

    Raises:
        RefusedError: it did not sign, or signed something else.
    """
    return draft.signed_by(account.address, sign_message(account, draft.message))


def require_signer(draft: Signable, address: str) -> None:
    """`address` may sign the draft.

    Raises:
        RefusedError: it is not one of its signers, or suspended.
    """
    signers = draft.signers
    if address not in signers.members:
        raise RefusedError(
            f"{address} is {signers.strangers} ({', '.join(signers.members)}); choose the "
            f"{signers.who}'s account with --account."
        )
    if address in signers.suspended:
        raise RefusedError(
            f"{address} is suspended, so the token does not take its signature; the others can rotate "
            "(`ape run auditors draft`), which ends that."
        )


def collect(
    draft: AuditorsOrder,
    signed: type[SignedDraft],
    document: type[C],
    path: Path,
    signatures: Sequence[Path],
    *,
    policy_path: Path | None,
    out_path: Path | None,
    force: bool,
    unsigned: Mapping[str, object] | None = None,
    more: Callable[[Collection], Mapping[str, Any]] = lambda _: {},
    show: Callable[[Console, Collection, Namer], None] = lambda *_: None,
) -> Answer[C]:
    """Put signatures on the draft at `path` together; once there are enough, write the file `signed`.

    Args:
        draft: What was signed.
        signed: The kind of file that is written.
        document: The kind of answer.
        path: Where the draft was read.
        signatures: Files.
        policy_path: The collector's own.
        out_path: Where to write; None for beside the draft.
        force: Replace a file of other content.
        unsigned: What the written file has besides.
        more: Further values of the answer.
        show: Prints more, before who has signed.
    """
    own = own_policy(policy_path, path, draft.token_domain.chain_id)
    target = out_path or beside(path, "signed.json")
    inputs = [path, *signatures, *([own.path] if own else [])]
    collection = put_together(draft, signatures)
    write_enough(
        collection,
        lambda found: signed.of(draft, found).model_copy(update=dict(unsigned or {})),
        target,
        inputs,
        force=force,
    )
    named = namer(own.policy if own else None)

    def show_it(out: Console) -> None:
        show(out, collection, named)
        print_collection(out, collection, target, named)

    return Answer(
        document.of(collection, target, **more(collection)), show_it, collection.exit_code
    )
