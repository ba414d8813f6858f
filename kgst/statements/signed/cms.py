"""CMS (RFC 5652): a statement within its signature (.p7m), or a signature beside it (.p7s); DER, PEM or base64.

asn1crypto reads the structure, pyHanko verifies the one signature in it. Which certificate it must be by, which
algorithms are strong, and that the attributes are signed, is asked here.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from kgst.statements.signed.banks import Trusted
from kgst.statements.signed.faults import GOST, SignatureFaultError, strangers
from kgst.terminal import plain

__all__ = ["Cms", "is_cms"]

# ContentInfo's first element: an object identifier of PKCS #7, 1.2.840.113549.1.7.
_PKCS7: Final = bytes.fromhex("06092a864886f70d0107")
_BASE64: Final = re.compile(rb"[A-Za-z0-9+/\s]+={0,2}\s*")
_ARMOUR: Final = re.compile(
    rb"-----BEGIN (PKCS7|PKCS #7 SIGNED DATA|CMS)-----\s(.*?)-----END \1-----", re.DOTALL
)
_HASHES: Final = ("sha256", "sha384", "sha512")
_METHODS: Final = frozenset(
    ["rsassa_pkcs1v15", "rsassa_pss"]
    + [f"{one}_{kind}" for one in _HASHES for kind in ("rsa", "ecdsa")]
)
_GOST_ARC: Final = "1.2.643."


def is_cms(head: bytes) -> bool:
    """Whether it is one, by the first bytes of a file."""
    return _PKCS7 in _der(head[:4_096], whole=False)[:32]


class Cms:
    """One CMS message with one signature.

    Attributes:
        content: What it is around; None when that is elsewhere (a detached signature).
    """

    def __init__(self, data: bytes) -> None:
        """Read the message.

        Raises:
            SignatureFaultError: it is none, is encrypted, or has another number of signatures than one.
        """
        from asn1crypto import cms

        try:
            outer = cms.ContentInfo.load(_der(data, whole=True), strict=True)
            kind = outer["content_type"].native
            if kind != "signed_data":
                raise _not_signed(str(kind))
            signed = outer["content"]
            inner = signed["encap_content_info"]
            self._type = str(inner["content_type"].native)
            content = inner["content"].native
            infos = list(signed["signer_infos"])
            self._embedded = [
                one.chosen for one in signed["certificates"] or () if one.name == "certificate"
            ]
        except SignatureFaultError:
            raise
        except (ValueError, TypeError, KeyError) as error:
            raise _damaged(error) from error
        if len(infos) != 1:
            raise SignatureFaultError(f"there are {len(infos)} signatures in it instead of one")
        if self._type != "data" or not isinstance(content, bytes | None):
            raise SignatureFaultError(
                f"it is around {plain(self._type, 40)!r}, and a statement is plain data"
            )
        self.content: bytes | None = content
        self._info = infos[0]

    def verified(
        self, pieces: Callable[[], Iterable[bytes]], trusted: Sequence[Trusted]
    ) -> Trusted:
        """The certificate that it is by.

        Args:
            pieces: The bytes that should have been signed.
            trusted: Those that it may be by.

        Raises:
            SignatureFaultError: the signature does not count.
        """
        from asn1crypto import x509
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.serialization import Encoding
        from pyhanko.sign.general import CMSStructuralError
        from pyhanko.sign.validation.errors import SignatureValidationError
        from pyhanko.sign.validation.generic_cms import validate_sig_integrity

        try:
            hash_name = self._require_strong()
            by = {
                one.sha256: x509.Certificate.load(one.certificate.public_bytes(Encoding.DER))
                for one in trusted
            }
            one = next((one for one in trusted if self._names(by[one.sha256])), None)
            if one is None:
                raise strangers(self._signer())
            digest = hashlib.new(hash_name)
            for piece in pieces():
                digest.update(piece)
            intact, valid = validate_sig_integrity(
                self._info, by[one.sha256], self._type, digest.digest()
            )
        except SignatureFaultError:
            raise
        except (
            SignatureValidationError,
            CMSStructuralError,
            UnsupportedAlgorithm,
            ValueError,
            TypeError,
            KeyError,
            NotImplementedError,
        ) as error:
            raise _damaged(error) from error
        if not valid:
            raise SignatureFaultError("it does not hold: it was changed, or is by another key")
        if not intact:
            raise SignatureFaultError(
                "it is on other content: the file was changed after the bank signed it"
            )
        return one

    def _require_strong(self) -> str:
        """Strong algorithms and signed attributes; the name of the hash of the content."""
        from asn1crypto import core

        info = self._info
        method, hashed = info["signature_algorithm"], info["digest_algorithm"]["algorithm"]
        names = [method["algorithm"].dotted, hashed.dotted]
        if any(one.startswith(_GOST_ARC) for one in names):
            raise SignatureFaultError(GOST)
        used = [str(method["algorithm"].native), str(hashed.native)]
        weak = used[0] not in _METHODS or used[1] not in _HASHES
        if used[0] == "rsassa_pss":
            parameters = method["parameters"]
            inner = [
                parameters["hash_algorithm"]["algorithm"].native,
                parameters["mask_gen_algorithm"]["parameters"]["algorithm"].native,
            ]
            used += inner
            weak = weak or any(one not in _HASHES for one in inner)
        if weak:
            raise SignatureFaultError(
                f"it is made with {plain(', '.join(map(str, used)), 100)}; only SHA-256, 384 and 512 with RSA or ECDSA "
                "are taken"
            )
        if info["signed_attrs"] is core.VOID or not len(info["signed_attrs"]):
            raise SignatureFaultError(
                "it has no signed attributes, without which one signature can be passed off for another's"
            )
        return used[1]

    def _names(self, certificate: Any) -> bool:
        """Whether it is this certificate that the signature says it is by."""
        sid = self._info["sid"]
        if sid.name == "issuer_and_serial_number":
            same: bool = (
                sid.chosen["issuer"] == certificate.issuer
                and sid.chosen["serial_number"].native == certificate.serial_number
            )
            return same
        return bool(sid.chosen.native == certificate.key_identifier)

    def _signer(self) -> str:
        """The certificate that comes with it, or as much as is said of the signer."""
        for one in self._embedded:
            if self._names(one):
                return f"SHA-256 {hashlib.sha256(one.dump()).hexdigest()}"
        sid = self._info["sid"]
        if sid.name == "issuer_and_serial_number":
            return f"serial number {sid.chosen['serial_number'].native:x}"
        return f"subject key identifier {sid.chosen.native.hex()}"


def _not_signed(kind: str) -> SignatureFaultError:
    if "envelop" in kind or "encrypt" in kind:
        return SignatureFaultError(
            f"it is encrypted (CMS, {plain(kind, 40)}), which is not read; decrypt it, or ask the bank for signed files"
        )
    return SignatureFaultError(f"it is a CMS message of the kind {plain(kind, 40)}, and not signed")


def _damaged(error: Exception) -> SignatureFaultError:
    return SignatureFaultError(
        f"it is damaged, or written in a way that is not read ({plain(str(error), 100)})"
    )


def _der(data: bytes, *, whole: bool) -> bytes:
    """The message in DER or BER, out of PEM or base64."""
    if data.startswith(b"\x30"):
        # As text, `0` would begin base64 that is no message.
        return data
    if data.lstrip().startswith(b"-----BEGIN "):
        if whole:
            found = _ARMOUR.fullmatch(data.strip())
            return _decoded(found[2]) if found else b""
        data = data.lstrip().partition(b"\n")[2].partition(b"-----")[0]
    if whole:
        return _decoded(data) if _BASE64.fullmatch(data) else b""
    start = b"".join(data[:200].split())
    return _decoded(start[: len(start) // 4 * 4]) if _BASE64.fullmatch(start) else b""


def _decoded(text: bytes) -> bytes:
    try:
        return b64decode(b"".join(text.split()), validate=True)
    except ValueError:
        return b""
