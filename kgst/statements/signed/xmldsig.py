"""XMLDSig in a statement: enveloped by the message or its envelope, or enveloping it.

signxml verifies. What it is given is looked at first, for everything that could make the signed data other than what
it seems to be; what is read afterwards is the canonical form of the signed element as signxml returns it.
"""

from __future__ import annotations

import hashlib
from base64 import b64decode
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from kgst.statements.signed.banks import Trusted
from kgst.statements.signed.faults import GOST, MAX_XML, SignatureFaultError, strangers
from kgst.terminal import plain

if TYPE_CHECKING:
    from kgst.statements.opened import StatementFile

__all__ = ["has_xmldsig", "verify_xmldsig"]

_NAMESPACE: Final = "http://www.w3.org/2000/09/xmldsig#"
_ISO: Final = tuple(
    f"{{urn:iso:std:iso:20022:tech:xsd:{one}." for one in ("camt.053", "camt.054", "pain.002")
)
_MOST_REFERENCES: Final = 3
"""The statement; and where a bank follows XAdES, its certificate and its properties."""

_CANONICAL: Final = frozenset(
    start + end
    for start in (
        "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
        "http://www.w3.org/2006/12/xml-c14n11",
        "http://www.w3.org/2001/10/xml-exc-c14n#",
    )
    for end in ("", "WithComments" if start.endswith("#") else "#WithComments")
)
_TRANSFORMS: Final = _CANONICAL | {f"{_NAMESPACE}enveloped-signature"}
_METHODS: Final = ("RSA", "SHA", "ECDSA")
_HASHES: Final = ("SHA256", "SHA384", "SHA512")


def has_xmldsig(file: StatementFile) -> bool:
    """Whether there may be one: its namespace stands in the file."""
    return file.mentions(_NAMESPACE)


def verify_xmldsig(file: StatementFile, trusted: Sequence[Trusted]) -> tuple[bytes, Trusted]:
    """What is signed, in its canonical form, and by which certificate.

    Raises:
        SignatureFaultError: the signature does not count.
        StatementError: the file is not in the encoding that it declares.
    """
    if file.size > MAX_XML:
        raise SignatureFaultError(
            f"a file with XMLDSig may be of {MAX_XML // 2**20} MiB, since all of it is read into memory; ask the "
            "bank for a CMS signature beside the file (.p7s), which may be of any size, or for smaller files"
        )
    text = b"".join(file.xml())
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise SignatureFaultError("the file has a document type or entity declaration")
    root = _parsed(text)
    signature = _only_signature(root)
    _require_plain(root)
    _require_strong(signature)
    return _verified(root, signature, trusted)


def _parser() -> Any:
    from lxml import etree

    # Fed as UTF-8 whatever it was, so the declaration cannot choose another decoder.
    return etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, collect_ids=False
    )


def _parsed(text: bytes) -> Any:
    from lxml import etree

    try:
        return etree.fromstring(text, parser=_parser())
    except etree.XMLSyntaxError as error:
        raise SignatureFaultError(
            f"the file is not one well-formed XML document ({plain(str(error), 120)})"
        ) from error


def _only_signature(root: Any) -> Any:
    found = list(root.iter(f"{{{_NAMESPACE}}}Signature"))
    if len(found) != 1:
        raise SignatureFaultError(
            f"there are {len(found)} signatures in the file, and which of them is meant is not said"
        )
    return found[0]


def _require_plain(root: Any) -> None:
    """One message, and nothing in it that a canonical form may leave out."""
    from lxml import etree

    if next(root.iter(etree.Comment, etree.ProcessingInstruction), None) is not None:
        raise SignatureFaultError(
            "there are comments or processing instructions in the file, which a signature does not cover"
        )
    if (count := len(list(_messages(root)))) != 1:
        raise SignatureFaultError(
            f"there are {count} messages (Document) in the file, and a signature is taken for one"
        )


def _messages(root: Any) -> Iterator[Any]:
    return (one for one in root.iter("{*}Document") if one.tag.startswith(_ISO))


def _require_strong(signature: Any) -> None:
    """Known algorithms, strong ones, and references that say nothing but which element is meant."""
    names = [
        one.get("Algorithm", "")
        for tag in ("CanonicalizationMethod", "SignatureMethod", "DigestMethod", "Transform")
        for one in signature.iterfind(f".//{{{_NAMESPACE}}}{tag}")
    ]
    if any("gost" in one.lower() for one in names):
        raise SignatureFaultError(GOST)
    for transform in signature.iterfind(f".//{{{_NAMESPACE}}}Transform"):
        if transform.get("Algorithm") not in _TRANSFORMS:
            raise SignatureFaultError(
                f"it has the transform {plain(transform.get('Algorithm', ''), 80)!r}, by which something else may be "
                "signed than is read; only enveloped-signature and canonical XML are taken"
            )
    references = signature.findall(f"{{{_NAMESPACE}}}SignedInfo/{{{_NAMESPACE}}}Reference")
    if not 1 <= len(references) <= _MOST_REFERENCES:
        raise SignatureFaultError(
            f"it has {len(references)} references, of which 1 to {_MOST_REFERENCES} are taken"
        )
    for one in references:
        uri = one.get("URI")
        if uri is None or (uri and not uri.startswith("#")) or uri.startswith("#xpointer"):
            raise SignatureFaultError(
                f"its reference {plain(uri or 'without URI', 80)!r} is not to an element of this file"
            )


def _verified(root: Any, signature: Any, trusted: Sequence[Trusted]) -> tuple[bytes, Trusted]:
    from lxml import etree
    from signxml.exceptions import SignXMLException
    from signxml.verifier import XMLVerifier

    fault = SignatureFaultError("it is not by any of the policy's certificates, or was changed")
    for one in _candidates(signature, trusted):
        try:
            results = XMLVerifier().verify(
                root, x509_cert=one.certificate, parser=_parser(), expect_config=_config(one)
            )
        except (SignXMLException, etree.LxmlError, ValueError, NotImplementedError) as error:
            fault = SignatureFaultError(f"it does not hold: {plain(str(error), 160)}")
            continue
        found = results if isinstance(results, list) else [results]
        covering = [one for one in found if _has_message(one.signed_xml)]
        if len(covering) != 1:
            raise SignatureFaultError(
                "it is on something else in the file, and not on the statement"
            )
        return covering[0].signed_data, one
    raise fault


def _has_message(signed: Any) -> bool:
    return signed is not None and next(_messages(signed), None) is not None


def _config(one: Trusted) -> Any:
    from signxml.algorithms import DigestAlgorithm, SignatureMethod
    from signxml.verifier import SignatureConfiguration

    return SignatureConfiguration(
        # Any number, counted above: then every reference is verified and returned.
        expect_references=True,
        signature_methods=frozenset(
            method
            for method in SignatureMethod
            if method.name.startswith(_METHODS)
            and any(h in method.name for h in _HASHES)
            and "SHA3" not in method.name
        ),
        digest_algorithms=frozenset(d for d in DigestAlgorithm if d.name in _HASHES),
        # Whether it was valid at the closing is asked when the closing is known.
        verification_time=one.certificate.not_valid_before_utc,
    )


def _candidates(signature: Any, trusted: Sequence[Trusted]) -> Sequence[Trusted]:
    """Those that the signature may be by: a hint that spares work, and is believed for nothing else."""
    named: list[str] = []
    for one in signature.iterfind(f".//{{{_NAMESPACE}}}X509Certificate"):
        with suppress(ValueError):
            named.append(hashlib.sha256(b64decode(one.text or "")).hexdigest())
    if not named:
        return trusted
    found = [one for one in trusted if one.sha256 in named]
    if not found:
        raise strangers(f"SHA-256 {named[0]}")
    return found
