"""Which banks sign their files, and by which certificates: the policy's list, and the files that it names."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Annotated, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from kgst.regularfile import NotRegularError, TooLargeError, read_regular
from kgst.statements.model import StatementError

if TYPE_CHECKING:
    from cryptography import x509

__all__ = ["Bank", "Banks", "Certificate", "Trusted"]

_LARGEST: Final = 64 * 1024
_LEAST_RSA: Final = 2_048
_LEAST_EC: Final = 256
_PEM: Final = b"-----BEGIN CERTIFICATE-----"


def _beside(file: str) -> str:
    path = PurePosixPath(file)
    if path.is_absolute() or ".." in path.parts or "\\" in file or not file.isprintable():
        raise ValueError(
            "write the certificate's path from the policy's folder, like banks/tlprkg22.pem"
        )
    return file


def _digits(value: object) -> object:
    # `openssl x509 -fingerprint -sha256` writes AB:CD:…
    return re.sub(r"[:\s]", "", value).lower() if isinstance(value, str) else value


class Certificate(BaseModel):
    """A certificate with which a bank signs.

    Attributes:
        file: PEM or DER, from the policy's folder.
        sha256: Its fingerprint: SHA-256 of the certificate in DER, as `openssl x509 -fingerprint -sha256` says.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_beside)]
    sha256: Annotated[str, BeforeValidator(_digits), Field(pattern=r"^[0-9a-f]{64}$")]


class Bank(BaseModel):
    """How a bank gives its files out.

    Attributes:
        signature: `required`: a file of it without a valid signature is refused; `none`: it does not sign.
        certificates: Those it signs with; more than one while it changes them.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    signature: Literal["required", "none"]
    certificates: Annotated[tuple[Certificate, ...], Field(max_length=16)] = ()

    @model_validator(mode="after")
    def _can_be_checked(self) -> Self:
        if self.signature == "required" and not self.certificates:
            raise ValueError(
                "signature is required, and no certificates are given; add the bank's, or write none"
            )
        return self


@dataclass(frozen=True, slots=True)
class Trusted:
    """A certificate that the policy names.

    Attributes:
        bank: BIC, as the policy has it.
        sha256: Its fingerprint, in hex.
    """

    bank: str
    sha256: str
    certificate: x509.Certificate


class Banks:
    """The banks of a policy, with their certificates; without any, no signature is known."""

    def __init__(
        self, terms: Mapping[str, Bank] | None = None, trusted: tuple[Trusted, ...] = ()
    ) -> None:
        self._terms = {bic[:8]: bank for bic, bank in (terms or {}).items()}
        self.trusted = trusted

    @classmethod
    def load(cls, terms: Mapping[str, Bank], folder: Path) -> Banks:
        """The banks, and their certificates from the files in the policy's folder.

        Raises:
            StatementError: a certificate that is not there, is another than the policy says, or has a weak key.
        """
        return cls(terms, tuple(_trusted(terms, folder)))

    def requires(self, bic: str | None) -> bool:
        """Whether a file of the bank has to be signed by it."""
        bank = self._terms.get((bic or "")[:8])
        return bank is not None and bank.signature == "required"

    def signs(self, bic: str | None) -> bool:
        """Whether the policy has certificates of the bank."""
        bank = self._terms.get((bic or "")[:8])
        return bank is not None and bool(bank.certificates)


def _trusted(terms: Mapping[str, Bank], folder: Path) -> Iterator[Trusted]:
    for bic, bank in terms.items():
        for one in bank.certificates:
            path = folder / one.file
            where = f"{path}: the certificate of the bank {bic}"
            certificate = _read(path, where)
            found = _fingerprint(certificate)
            if found != one.sha256:
                raise StatementError(
                    f"{where} has the SHA-256 {found}, and the policy says {one.sha256}; put the right file there, or "
                    "have the policy changed once the bank has confirmed its new certificate."
                )
            _require_strong(certificate, where)
            yield Trusted(bic, found, certificate)


def _read(path: Path, where: str) -> x509.Certificate:
    from cryptography import x509

    try:
        data = read_regular(path, _LARGEST)
    except (NotRegularError, TooLargeError) as error:
        raise StatementError(f"{where} is {error}; put the bank's certificate there.") from None
    except OSError as error:
        raise StatementError(
            f"{where} cannot be read ({error.strerror}); put the file that the policy names there."
        ) from error
    try:
        if data.lstrip().startswith(b"-----"):
            if data.count(_PEM) != 1:
                raise ValueError("not one certificate")
            return x509.load_pem_x509_certificate(data)
        return x509.load_der_x509_certificate(data)
    except ValueError as error:
        raise StatementError(
            f"{where} is not one X.509 certificate, in PEM or DER; put the bank's own there, without its chain."
        ) from error


def _fingerprint(certificate: x509.Certificate) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding

    return hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()


def _require_strong(certificate: x509.Certificate, where: str) -> None:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    remedy = "ask the bank for a certificate with RSA of 2048 bits or more, or with ECDSA"
    try:
        key = certificate.public_key()
    except (UnsupportedAlgorithm, ValueError) as error:
        oid = certificate.public_key_algorithm_oid.dotted_string
        gost = " (GOST)" if oid.startswith("1.2.643.") else ""
        raise StatementError(
            f"{where} has a key of the kind {oid}{gost}, which is not supported; {remedy}."
        ) from error
    if isinstance(key, rsa.RSAPublicKey):
        if key.key_size >= _LEAST_RSA:
            return
        found = f"RSA of {key.key_size} bits"
    elif isinstance(key, ec.EllipticCurvePublicKey):
        if key.key_size >= _LEAST_EC:
            return
        found = f"ECDSA of {key.key_size} bits"
    else:
        found = type(key).__name__
    raise StatementError(
        f"{where} has a key ({found}) that is too weak or not supported; {remedy}."
    )
