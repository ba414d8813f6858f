"""Banks that sign their files: keys made here, signatures made by signxml, cryptography and openssl."""

from __future__ import annotations

import hashlib
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs7,
)
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureConstructionMethod, SignatureMethod
from signxml.signer import XMLSigner

from kgst.statements import Accounts, ReserveAccount
from kgst.statements.signed import Bank, Banks

DS = "{http://www.w3.org/2000/09/xmldsig#}"
BEGINS = datetime(2025, 1, 1, tzinfo=UTC)
ENDS = datetime(2027, 1, 1, tzinfo=UTC)
OPTIONS = pkcs7.PKCS7Options


@lru_cache
def key_of(name: str, bits: int = 2_048, kind: str = "rsa") -> Any:
    """A key by that name, the same in all tests of a process."""
    if kind == "ec":
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(public_exponent=65_537, key_size=bits)


@dataclass(frozen=True)
class Signer:
    """A bank's key and certificate."""

    bic: str
    key: Any
    certificate: x509.Certificate

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.der).hexdigest()

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    def written(self, folder: Path) -> dict[str, str]:
        """Its certificate's file, as a policy names it."""
        name = f"{self.bic.lower()}-{self.sha256[:8]}.pem"
        (folder / name).write_bytes(self.pem)
        return {"file": name, "sha256": self.sha256}

    def enveloped(self, text: str, **options: Any) -> bytes:
        """XMLDSig as the last child of the root."""
        return self._xml(
            etree.fromstring(text.encode()), SignatureConstructionMethod.enveloped, options
        )

    def enveloping(self, text: str, **options: Any) -> bytes:
        """XMLDSig around the message."""
        root = etree.fromstring(text.encode())
        return self._xml(root, SignatureConstructionMethod.enveloping, options)

    def _xml(self, root: Any, method: Any, options: dict[str, Any]) -> bytes:
        reference = options.pop("reference_uri", None)
        add_cert = options.pop("with_certificate", True)
        default = SignatureMethod.RSA_SHA256
        if isinstance(self.key, ec.EllipticCurvePrivateKey):
            default = SignatureMethod.ECDSA_SHA256
        options = {
            "signature_algorithm": default,
            "digest_algorithm": DigestAlgorithm.SHA256,
        } | options
        signer_class = options.pop("signer_class", XMLSigner)
        signed = signer_class(method=method, **options).sign(
            root,
            key=self.key,
            cert=[self.certificate] if add_cert else None,
            reference_uri=reference,
            **({} if add_cert else {"always_add_key_value": True}),
        )
        return bytes(etree.tostring(signed, xml_declaration=True, encoding="UTF-8"))

    def cms(
        self,
        content: bytes,
        *options: OPTIONS,
        encoding: Encoding = Encoding.DER,
        hashed: Any = None,
    ) -> bytes:
        """CMS around the content, or with `DetachedSignature` a signature alone."""
        builder = (
            pkcs7.PKCS7SignatureBuilder()
            .set_data(content)
            .add_signer(self.certificate, self.key, hashed or hashes.SHA256())
        )
        return builder.sign(encoding, [OPTIONS.Binary, *options])

    def beside(self, content: bytes, **more: Any) -> bytes:
        """A detached signature."""
        return self.cms(content, OPTIONS.DetachedSignature, **more)

    def by_openssl(self, content: bytes, folder: Path, *arguments: str) -> bytes:
        """What `openssl cms -sign` makes."""
        (folder / "openssl.key").write_bytes(
            self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        )
        (folder / "openssl.pem").write_bytes(self.pem)
        command = ["openssl", "cms", "-sign", "-binary", "-signer", "openssl.pem"]
        command += ["-inkey", "openssl.key", *arguments]
        made = subprocess.run(command, input=content, cwd=folder, capture_output=True, check=True)
        return made.stdout


def signer_of(
    bic: str,
    name: str = "",
    *,
    bits: int = 2_048,
    kind: str = "rsa",
    begins: datetime = BEGINS,
    ends: datetime = ENDS,
) -> Signer:
    """A bank with a certificate that it has made itself."""
    key = key_of(name or bic, bits, kind)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Bank {bic} {name}".strip())])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(int.from_bytes(hashlib.sha256(f"{bic}{name}{begins}".encode()).digest()[:8]))
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return Signer(bic, key, certificate)


def accounts_of(
    folder: Path,
    *accounts: tuple[str, str],
    signers: tuple[Signer, ...],
    signature: str = "required",
) -> Accounts:
    """Accounts (number, BIC) that count, and the banks that sign, with their certificates in `folder`."""
    folder.mkdir(exist_ok=True)
    terms = {
        signer.bic: Bank.model_validate(
            {
                "signature": signature,
                "certificates": [one.written(folder) for one in signers if one.bic == signer.bic],
            }
        )
        for signer in signers
    }
    reserve = [ReserveAccount(account=number, bank=bic) for number, bic in accounts]
    return Accounts(reserve, banks=Banks.load(terms, folder))
