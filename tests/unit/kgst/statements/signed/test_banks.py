"""The certificates that a policy names: the right file, one certificate, a strong key; and the policy's own rules."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from pydantic import ValidationError
from support.camt053 import ACCOUNT
from support.signing_banks import BEGINS, ENDS, Signer, signer_of

from kgst.policy import Policy
from kgst.statements import StatementError
from kgst.statements.signed import Bank, Banks
from kgst.yamlfile import read_yaml

PUBLIC = Path(__file__).parents[5] / "deployments/rehearsal/policy.yaml"
LOCAL = Path(__file__).parents[4] / "support/policy.yaml"


def bank_of(**certificate: str) -> dict[str, Bank]:
    return {
        "DEMOKG22": Bank.model_validate({"signature": "required", "certificates": [certificate]})
    }


def loaded(folder: Path, data: bytes, sha256: str) -> Banks:
    (folder / "a.crt").write_bytes(data)
    return Banks.load(bank_of(file="a.crt", sha256=sha256), folder)


@pytest.mark.parametrize("form", ["der", "pem"])
def test_load__certificate_of_the_policy__is_trusted(
    tmp_path: Path, bank: Signer, form: str
) -> None:
    # As openssl writes a fingerprint.
    said = ":".join(bank.sha256.upper()[i : i + 2] for i in range(0, 64, 2))
    banks = loaded(tmp_path, bank.der if form == "der" else bank.pem, said)
    (one,) = banks.trusted
    assert (one.bank, one.sha256, one.certificate) == ("DEMOKG22", bank.sha256, bank.certificate)
    assert banks.requires("DEMOKG22XXX")
    assert banks.signs("DEMOKG22")
    assert not banks.requires("TESTKG22")
    assert not banks.signs(None)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("another", "and the policy says"),
        ("chain", "is not one X.509 certificate"),
        ("huge", "is larger than"),
        ("nothing", "is not one X.509 certificate"),
        ("text", "is not one X.509 certificate"),
    ],
)
def test_load__file_that_is_not_it__is_refused(
    tmp_path: Path, bank: Signer, stranger: Signer, content: str, said: str
) -> None:
    data = {
        "another": stranger.pem,
        "chain": bank.pem + stranger.pem,
        "huge": bank.pem + b" " * 65_536,
        "nothing": b"",
        "text": b"-----BEGIN NOTHING-----",
    }[content]
    with pytest.raises(StatementError, match=said) as raised:
        loaded(tmp_path, data, bank.sha256)
    assert "a.crt: the certificate of the bank DEMOKG22" in str(raised.value)


def test_load__no_file__is_refused(tmp_path: Path, bank: Signer) -> None:
    with pytest.raises(StatementError, match=r"cannot be read \(No such file"):
        Banks.load(bank_of(file="b.crt", sha256=bank.sha256), tmp_path)
    with pytest.raises(StatementError, match="is a folder"):
        Banks.load(bank_of(file=".", sha256=bank.sha256), tmp_path)


def test_load__weak_key__is_refused(tmp_path: Path) -> None:
    weak = signer_of("DEMOKG22", "weak", bits=1_024)
    with pytest.raises(StatementError, match=r"RSA of 1024 bits\) that is too weak"):
        loaded(tmp_path, weak.pem, weak.sha256)


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (ec.generate_private_key(ec.SECP224R1()), "ECDSA of 224 bits"),
        (ed25519.Ed25519PrivateKey.generate(), "Ed25519PublicKey"),
    ],
    ids=["p-224", "ed25519"],
)
def test_load__key_of_another_kind__is_refused(
    tmp_path: Path, bank: Signer, key: Any, said: str
) -> None:
    name = x509.Name([])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, BEGINS, ENDS)
        .sign(bank.key, hashes.SHA256())
    )  # fmt: skip
    other = Signer("DEMOKG22", key, certificate)
    with pytest.raises(StatementError, match=said):
        loaded(tmp_path, other.pem, other.sha256)


@pytest.mark.parametrize("file", ["../a.crt", "/etc/a.crt", "a\\b.crt", "a\n.crt"])
def test_bank__certificate_elsewhere_than_with_the_policy__is_refused(file: str) -> None:
    with pytest.raises(ValidationError, match="path from the policy's folder"):
        bank_of(file=file, sha256="ab" * 32)


def test_bank__required_without_certificates__is_refused() -> None:
    with pytest.raises(ValidationError, match="signature is required, and no certificates"):
        Bank.model_validate({"signature": "required"})


def policy(source: Path, **banks: object) -> Policy:
    content = copy.deepcopy(read_yaml(source))
    bic = content["reserve_accounts"][0]["bank"]
    content["banks"] = {bic if name == "bank" else name: terms for name, terms in banks.items()}
    return Policy.model_validate(content)


def terms(signature: str, *certificates: str) -> dict[str, object]:
    return {
        "signature": signature,
        "certificates": [{"file": f"{one[:2]}.pem", "sha256": one} for one in certificates],
    }


def test_policy__bank_that_signs__has_to_sign_off_the_local_chains() -> None:
    one = "ab" * 32
    assert policy(PUBLIC, bank=terms("required", one)).banks
    assert policy(PUBLIC, bank=terms("none")).banks
    with pytest.raises(ValidationError, match="found none, and the bank has certificates"):
        policy(PUBLIC, bank=terms("none", one))


def test_policy__bank_of_no_account__is_refused() -> None:
    with pytest.raises(ValidationError, match=r"banks\.XXXXKG22: found a bank that has none of"):
        policy(PUBLIC, XXXXKG22=terms("none"))


def test_policy__one_bank_twice__is_refused() -> None:
    bic = read_yaml(PUBLIC)["reserve_accounts"][0]["bank"][:8]
    with pytest.raises(ValidationError, match=f"found beside {bic}, which is the same bank"):
        policy(PUBLIC, **{bic: terms("none"), f"{bic}XXX": terms("none")})


def test_policy__certificate_of_two_banks__is_refused() -> None:
    banks = [one["bank"] for one in read_yaml(PUBLIC)["reserve_accounts"]]
    with pytest.raises(ValidationError, match=f"a certificate that {banks[0]} has, too"):
        policy(PUBLIC, **dict.fromkeys(banks, terms("required", "ab" * 32)))


def test_accounts__certificates__lie_beside_the_policy(tmp_path: Path, bank: Signer) -> None:
    content = copy.deepcopy(read_yaml(LOCAL))
    content["reserve_accounts"] = [{"account": ACCOUNT, "bank": "DEMOKG22"}]
    content["banks"] = {
        "DEMOKG22": {"signature": "required", "certificates": [bank.written(tmp_path)]}
    }
    made = Policy.model_validate(content)
    assert made.accounts(tmp_path / "policy.yaml").banks.trusted[0].sha256 == bank.sha256
    with pytest.raises(StatementError, match="put the file that the policy names there"):
        made.accounts(tmp_path / "elsewhere" / "policy.yaml")
