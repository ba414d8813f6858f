"""A statement file, or what is signed of it, with what its signature says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from kgst.statements.model import SignedBy, StatementError
from kgst.statements.opened import StatementFile
from kgst.statements.signed.banks import Banks, Trusted
from kgst.statements.signed.cms import Cms, is_cms
from kgst.statements.signed.faults import MAX_CMS, SignatureFaultError
from kgst.statements.signed.xmldsig import has_xmldsig, verify_xmldsig

__all__ = ["ENDINGS", "Verdict", "judged"]

ENDINGS: Final = (".p7s", ".sig")
"""Of a signature that stands beside a statement: `day.xml.p7s` beside `day.xml`."""

_UNKNOWN: Final = "the policy has no certificates to check it with (banks)"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is known of a file's signature.

    Attributes:
        by: The certificate that it is by; None when the file has no signature that counts.
        kind: How it is signed; empty without `by`.
        doubt: Why a signature that is there does not count; empty without one.
    """

    by: Trusted | None = None
    kind: str = ""
    doubt: str = ""

    @property
    def signed_by(self) -> SignedBy | None:
        """As reports say it."""
        if self.by is None:
            return None
        return SignedBy.model_validate(
            {"bank": self.by.bank, "certificate_sha256": self.by.sha256, "kind": self.kind}
        )


def judged(
    file: StatementFile, beside: StatementFile | None, banks: Banks
) -> tuple[StatementFile, Verdict]:
    """What is to be read of the file: all of it, or what is signed of it; and by whom it is signed.

    A signature that does not count stands in the verdict: whether there has to be one depends on the accounts in the
    file. But of what lies in a CMS message nothing is read unless its signature counts.

    Args:
        file: The statement.
        beside: The signature that lies beside it.
        banks: Those whose signatures are known.

    Raises:
        StatementError: a CMS message whose signature does not count.
    """
    if is_cms(file.head):
        return _within(file, banks)
    if beside is not None:
        return file, _of_beside(file, beside, banks)
    if file.head.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n").startswith(b"<") and has_xmldsig(file):
        return _xml(file, banks)
    return file, Verdict()


def _within(file: StatementFile, banks: Banks) -> tuple[StatementFile, Verdict]:
    try:
        if file.size > MAX_CMS:
            raise SignatureFaultError(
                f"a CMS message around its content may be of {MAX_CMS // 2**20} MiB, since all of it is read "
                "into memory; ask the bank for a signature beside the file (.p7s), which may be of any size"
            )
        message = Cms(b"".join(file.pieces()))
        content = message.content
        if content is None:
            raise StatementError(
                f"{file.name}: a signature (CMS) without what it is on; give the bank's file, and leave the signature "
                f"beside it, under the file's name with {ENDINGS[0]} at its end."
            )
        if not banks.trusted:
            raise SignatureFaultError(_UNKNOWN)
        by = message.verified(lambda: [content], banks.trusted)
    except SignatureFaultError as fault:
        raise StatementError(
            f"{file.name}: a signed message (CMS) that is not read: {fault}."
        ) from fault
    return file.holding(content), Verdict(by, "cms")


def _of_beside(file: StatementFile, beside: StatementFile, banks: Banks) -> Verdict:
    try:
        if not is_cms(beside.head):
            raise SignatureFaultError("it is no CMS message (PKCS #7)")
        message = Cms(beside.data())
        if message.content is not None:
            raise SignatureFaultError("it is around content of its own, and not a signature alone")
        if not banks.trusted:
            raise SignatureFaultError(_UNKNOWN)
        return Verdict(message.verified(file.pieces, banks.trusted), "cms")
    except SignatureFaultError as fault:
        return Verdict(doubt=f"{beside.name}: {fault}")


def _xml(file: StatementFile, banks: Banks) -> tuple[StatementFile, Verdict]:
    if not banks.trusted:
        return file, Verdict(doubt=_UNKNOWN)
    try:
        content, by = verify_xmldsig(file, banks.trusted)
    except SignatureFaultError as fault:
        return file, Verdict(doubt=str(fault))
    return file.holding(content), Verdict(by, "xmldsig")
