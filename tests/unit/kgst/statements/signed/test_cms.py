"""CMS: around a statement or beside it; what is not the bank's, or not of its file, is refused by name."""

from __future__ import annotations

import io
import shutil
import zipfile
from base64 import b64encode
from pathlib import Path

import pytest
from asn1crypto import cms as asn1
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7EnvelopeBuilder
from hypothesis import given
from hypothesis import strategies as st
from support.camt053 import ACCOUNT, Write, balance, message, refusal, statement
from support.signing_banks import OPTIONS, Signer, accounts_of

from kgst.statements import Accounts, StatementError, read_reserves
from kgst.statements.signed import judging
from kgst.statements.signed.cms import Cms
from kgst.statements.signed.faults import SignatureFaultError

MESSAGE = message().encode()
WITHOUT_OPENSSL = pytest.mark.skipif(
    shutil.which("openssl") is None, reason="signatures of openssl's own need openssl"
)


@pytest.fixture
def accounts(tmp_path: Path, bank: Signer, curve: Signer) -> Accounts:
    return accounts_of(tmp_path / "policy", (ACCOUNT, "DEMOKG22"), signers=(bank, curve))


def by_of(path: Path, accounts: Accounts) -> str | None:
    """The certificate that the file is signed by."""
    total = read_reserves([path], accounts=accounts)
    assert total.total_tyiyn == 10_000
    (one,) = total.files
    assert one.file == path.name
    return one.signed_by.certificate_sha256 if one.signed_by else None


def beside(write: Write, content: bytes, signature: bytes, ending: str = ".p7s") -> Path:
    write(signature, f"bank.xml{ending}")
    return write(content)


@pytest.mark.parametrize("key", ["curve", "rsa"])
@pytest.mark.parametrize("form", ["base64", "der", "pem"])
@pytest.mark.parametrize("place", ["around", "beside"])
def test_cms__of_the_bank__is_taken(
    write: Write, accounts: Accounts, bank: Signer, curve: Signer, place: str, form: str, key: str
) -> None:
    by = bank if key == "rsa" else curve
    options = [OPTIONS.DetachedSignature] if place == "beside" else []
    made = by.cms(MESSAGE, *options, encoding=Encoding.PEM if form == "pem" else Encoding.DER)
    made = b64encode(made) if form == "base64" else made
    path = beside(write, MESSAGE, made) if options else write(made, "bank.xml.p7m")
    assert by_of(path, accounts) == by.sha256


@pytest.mark.parametrize("ending", [".p7s", ".sig"])
def test_cms__signature_given_with_its_file_in_any_order__is_read_once(
    write: Write, accounts: Accounts, bank: Signer, ending: str
) -> None:
    path = beside(write, MESSAGE, bank.beside(MESSAGE), ending)
    both = [path, path.with_name(f"bank.xml{ending}")]
    for paths in (both, both[::-1]):
        (one,) = read_reserves(paths, accounts=accounts).files
        assert one.signed_by is not None


def test_cms__in_an_archive__is_beside_its_file(
    write: Write, accounts: Accounts, bank: Signer
) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("day/bank.xml.p7s", bank.beside(MESSAGE))
        archive.writestr("day/bank.xml", MESSAGE)
    (one,) = read_reserves([write(content.getvalue(), "bank.zip")], accounts=accounts).files
    assert (one.file, one.signed_by is not None) == ("bank.zip/bank.xml", True)


def test_cms__of_any_layout__is_taken(write: Write, accounts: Accounts, bank: Signer) -> None:
    text = (
        b":20:1\n:25:1290010000456781\n:28C:1/1\n:60F:C260304KGS100,00\n:62F:C260304KGS100,00\n-\n"
    )
    path = write(text, "bank.sta")
    write(bank.beside(text), "bank.sta.p7s")
    assert by_of(path, accounts) == bank.sha256


@WITHOUT_OPENSSL
@pytest.mark.parametrize(
    "arguments",
    [
        ("-nodetach", "-outform", "DER"),
        ("-nodetach", "-outform", "DER", "-keyopt", "rsa_padding_mode:pss"),
        ("-nodetach", "-outform", "DER", "-stream"),
        ("-nodetach", "-outform", "PEM", "-keyid", "-md", "sha512"),
        ("-nodetach", "-outform", "PEM", "-nocerts"),
    ],
    ids=" ".join,
)
def test_cms__by_openssl__is_taken(
    write: Write, tmp_path: Path, accounts: Accounts, bank: Signer, arguments: tuple[str, ...]
) -> None:
    made = bank.by_openssl(MESSAGE, tmp_path, *arguments)
    assert by_of(write(made, "bank.p7m"), accounts) == bank.sha256


@WITHOUT_OPENSSL
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("-nodetach", "-outform", "DER", "-md", "sha1"), "made with rsassa_pkcs1v15, sha1"),
        (("-nodetach", "-outform", "DER", "-noattr"), "it has no signed attributes"),
        (
            (
                "-nodetach", "-outform", "DER", "-md", "sha256", "-keyopt", "rsa_padding_mode:pss",
                "-keyopt", "rsa_mgf1_md:sha1",
            ),
            "made with rsassa_pss, sha256, sha256, sha1",
        ),
        (("-nodetach",), "a signed or encrypted mail (S/MIME)"),
    ],
    ids=["sha-1", "without attributes", "pss over sha-1", "mail"],
)  # fmt: skip
def test_cms__weak_or_of_another_form__is_refused_by_name(
    write: Write,
    tmp_path: Path,
    accounts: Accounts,
    bank: Signer,
    arguments: tuple[str, ...],
    said: str,
) -> None:
    made = bank.by_openssl(MESSAGE, tmp_path, *arguments)
    assert said in refusal(write(made, "bank.p7m"), accounts=accounts)


def test_cms__file_changed_after_it_was_signed__is_refused(
    write: Write, accounts: Accounts, bank: Signer
) -> None:
    changed = message(statement(balance("999.00"))).encode()
    text = refusal(beside(write, changed, bank.beside(MESSAGE)), accounts=accounts)
    assert "bank.xml.p7s: it is on other content" in text
    assert "fetch the file from the bank DEMOKG22 again" in text


def test_cms__by_a_stranger__is_named_by_the_certificate(
    write: Write, accounts: Accounts, stranger: Signer
) -> None:
    said = f"a certificate that the policy does not have (SHA-256 {stranger.sha256})"
    assert said in refusal(write(stranger.cms(MESSAGE), "bank.p7m"), accounts=accounts)
    assert said in refusal(beside(write, MESSAGE, stranger.beside(MESSAGE)), accounts=accounts)


def test_cms__by_a_stranger_under_the_banks_certificate__is_refused(
    write: Write, accounts: Accounts, bank: Signer, stranger: Signer
) -> None:
    mask = Signer(stranger.bic, stranger.key, bank.certificate)
    text = refusal(write(mask.cms(MESSAGE), "bank.p7m"), accounts=accounts)
    assert "it does not hold: it was changed, or is by another key" in text


def test_cms__around_other_content_than_lies_beside__is_refused(
    write: Write, accounts: Accounts, bank: Signer
) -> None:
    text = refusal(beside(write, MESSAGE, bank.cms(MESSAGE)), accounts=accounts)
    assert "around content of its own, and not a signature alone" in text


def test_cms__signature_without_its_file__is_refused(
    write: Write, accounts: Accounts, bank: Signer
) -> None:
    text = refusal(write(bank.beside(MESSAGE), "bank.xml.p7s"), accounts=accounts)
    assert "a signature (CMS) without what it is on" in text


def test_cms__two_signatures_beside__are_refused(
    write: Write, accounts: Accounts, bank: Signer
) -> None:
    write(bank.beside(MESSAGE), "bank.xml.sig")
    text = refusal(beside(write, MESSAGE, bank.beside(MESSAGE)), accounts=accounts)
    assert "two signatures lie beside it (bank.xml.p7s, bank.xml.sig)" in text


def test_cms__two_signers__are_refused(
    write: Write, accounts: Accounts, bank: Signer, stranger: Signer
) -> None:
    first, second = (asn1.ContentInfo.load(by.cms(MESSAGE)) for by in (bank, stranger))
    first["content"]["signer_infos"].append(second["content"]["signer_infos"][0])
    text = refusal(write(first.dump(force=True), "bank.p7m"), accounts=accounts)
    assert "there are 2 signatures in it instead of one" in text


def test_cms__encrypted__is_recognised(write: Write, accounts: Accounts, bank: Signer) -> None:
    made = PKCS7EnvelopeBuilder().set_data(MESSAGE).add_recipient(bank.certificate)
    text = refusal(write(made.encrypt(Encoding.DER, [OPTIONS.Binary]), "x.p7m"), accounts=accounts)
    assert "it is encrypted (CMS, enveloped_data), which is not read; decrypt it" in text


def test_cms__gost__is_recognised(write: Write, accounts: Accounts, bank: Signer) -> None:
    made = asn1.ContentInfo.load(bank.cms(MESSAGE))
    # GOST R 34.11-2012 with 256 bits.
    algorithm = made["content"]["signer_infos"][0]["digest_algorithm"]
    algorithm["algorithm"] = "1.2.643.7.1.1.2.2"
    text = refusal(write(made.dump(force=True), "x.p7m"), accounts=accounts)
    assert "it is of GOST R 34.10, which is not supported" in text


def test_cms__without_a_policy__is_not_read(write: Write, bank: Signer) -> None:
    text = refusal(write(bank.cms(MESSAGE), "bank.p7m"))
    assert "a signed message (CMS) that is not read: the policy has no certificates" in text
    total = read_reserves([beside(write, MESSAGE, bank.beside(MESSAGE))])
    assert "bank.xml.p7s: " not in str(total.files)
    assert "the policy has no certificates to check it with" in total.notes[0]


def test_cms__no_signature_at_all__is_refused(write: Write, accounts: Accounts) -> None:
    text = refusal(beside(write, MESSAGE, b"-----BEGIN CMS-----\nAAAA\n"), accounts=accounts)
    assert "bank.xml.p7s: it is no CMS message" in text


def test_cms__of_more_than_is_checked_in_memory__is_refused_around_and_taken_beside(
    write: Write, accounts: Accounts, bank: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = bank.cms(MESSAGE)
    monkeypatch.setattr(judging, "MAX_CMS", len(made) - 1)
    text = refusal(write(made, "bank.p7m"), accounts=accounts)
    assert "ask the bank for a signature beside the file (.p7s), which may be of any size" in text
    assert by_of(beside(write, MESSAGE, bank.beside(MESSAGE)), accounts) == bank.sha256
    monkeypatch.setattr(judging, "MAX_CMS", len(made))
    assert by_of(write(made, "bank.p7m"), accounts) == bank.sha256


@pytest.mark.parametrize("hashed", [hashes.SHA384(), hashes.SHA512()], ids=["384", "512"])
def test_cms__by_a_longer_hash__is_taken(
    write: Write, accounts: Accounts, bank: Signer, hashed: hashes.HashAlgorithm
) -> None:
    assert by_of(write(bank.cms(MESSAGE, hashed=hashed), "x.p7m"), accounts) == bank.sha256


@given(place=st.integers(0, len(MESSAGE) - 1), mask=st.integers(1, 255))
def test_cms__any_byte_of_the_file_flipped__is_refused(
    tmp_path_factory: pytest.TempPathFactory, bank: Signer, place: int, mask: int
) -> None:
    folder = tmp_path_factory.mktemp("flip")
    accounts = accounts_of(folder, (ACCOUNT, "DEMOKG22"), signers=(bank,))
    flipped = bytearray(MESSAGE)
    flipped[place] ^= mask
    (folder / "bank.xml").write_bytes(flipped)
    (folder / "bank.xml.p7s").write_bytes(bank.beside(MESSAGE))
    with pytest.raises(StatementError):
        read_reserves([folder / "bank.xml"], accounts=accounts)


@given(data=st.data())
def test_cms__any_byte_of_the_message_flipped__is_refused_or_says_the_very_same(
    tmp_path_factory: pytest.TempPathFactory, bank: Signer, data: st.DataObject
) -> None:
    accounts = accounts_of(tmp_path_factory.mktemp("flip"), (ACCOUNT, "DEMOKG22"), signers=(bank,))
    made = bytearray(bank.cms(MESSAGE))
    made[data.draw(st.integers(0, len(made) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        found = Cms(bytes(made))
        content = found.content or b""
        found.verified(lambda: [content], accounts.banks.trusted)
    except SignatureFaultError:
        return
    # The certificate that comes with it, and what else nobody asks.
    assert content == MESSAGE
