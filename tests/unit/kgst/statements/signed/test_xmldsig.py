"""XMLDSig: what is read is what the bank signed, and every way to make it something else is refused by name."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.signer import XMLSigner
from support.camt053 import ACCOUNT, OTHER_ACCOUNT, Write, balance, message, refusal, statement
from support.signing_banks import DS, Signer, accounts_of, signer_of

from kgst.statements import Accounts, StatementError, read_reserves
from kgst.statements.opened import open_statement
from kgst.statements.signed import xmldsig
from kgst.statements.signed.faults import SignatureFaultError
from kgst.statements.signed.xmldsig import verify_xmldsig

HEADER = "urn:iso:std:iso:20022:tech:xsd:head.001.001.02"
EXCLUSIVE = CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0
SHA1 = "http://www.w3.org/2000/09/xmldsig#sha1"


class Careless(XMLSigner):
    """A bank that signs by whatever algorithm."""

    def check_deprecated_methods(self) -> None:
        pass


@pytest.fixture
def accounts(tmp_path: Path, bank: Signer, curve: Signer) -> Accounts:
    return accounts_of(tmp_path / "policy", (ACCOUNT, "DEMOKG22"), signers=(bank, curve))


def by_id(by: Signer) -> bytes:
    """The message in an element with an id, to which the signature refers; it may be moved into any envelope."""
    body = f'<Body xmlns="urn:x" Id="it">{message(prolog="")}</Body>'
    return by.enveloped(body, reference_uri="it", c14n_algorithm=EXCLUSIVE)


def in_header(by: Signer) -> bytes:
    """All of a DataPDU signed, the signature in its business header."""
    return by.enveloped(
        f'<DataPDU xmlns="urn:swift:saa:xsd:saa.2.0"><AppHdr xmlns="{HEADER}"><Sgntr>'
        f'<ds:Signature xmlns:ds="{DS[1:-1]}" Id="placeholder"/></Sgntr></AppHdr>{message(prolog="")}</DataPDU>'
    )


def taken_apart(signed: bytes) -> tuple[Any, Any]:
    """The message, and the signature that was in it."""
    root = etree.fromstring(signed)
    signature = root.find(f"{DS}Signature")
    root.remove(signature)
    return root, signature


def enveloped_in(signed: bytes, *more: Any) -> bytes:
    """In a DataPDU: the signature in a business header, the message, and what else is given."""
    root, signature = taken_apart(signed)
    pdu = etree.Element("{urn:swift:saa:xsd:saa.2.0}DataPDU")
    header = etree.SubElement(pdu, f"{{{HEADER}}}AppHdr")
    etree.SubElement(header, f"{{{HEADER}}}Sgntr").append(signature)
    pdu.append(root)
    pdu.extend(more)
    return bytes(etree.tostring(pdu))


@pytest.mark.parametrize("key", ["curve", "rsa"])
@pytest.mark.parametrize(
    "place", ["around", "document", "header", "header, by id", "no certificate", "root"]
)
def test_signed__by_the_bank__is_taken(
    write: Write, accounts: Accounts, bank: Signer, curve: Signer, place: str, key: str
) -> None:
    by = bank if key == "rsa" else curve
    pdu = f'<DataPDU xmlns="urn:x">{message(prolog="")}</DataPDU>'
    signed = {
        "around": lambda: by.enveloping(message()),
        "document": lambda: by.enveloped(message()),
        "header": lambda: in_header(by),
        "header, by id": lambda: enveloped_in(by_id(by)),
        "no certificate": lambda: by.enveloped(message(), with_certificate=False),
        "root": lambda: by.enveloped(pdu),
    }[place]()
    total = read_reserves([write(signed)], accounts=accounts)
    (one,) = total.files
    assert total.total_tyiyn == 10_000
    assert one.signed_by is not None
    assert one.signed_by.model_dump() == {
        "bank": "DEMOKG22", "certificate_sha256": by.sha256, "kind": "xmldsig",
    }  # fmt: skip
    assert not total.notes


@pytest.mark.parametrize("encoding", ["utf-16", "windows-1251"])
def test_signed__in_another_encoding__is_taken(
    write: Write, accounts: Accounts, bank: Signer, encoding: str
) -> None:
    owner = "<Ownr><Nm>ОсОО Бишкек</Nm></Ownr>"
    root = etree.fromstring(bank.enveloped(message(statement(owner=owner))))
    data = etree.tostring(root, encoding=encoding, xml_declaration=True)
    total = read_reserves([write(data)], accounts=accounts)
    assert (total.accounts[0].owner, total.files[0].signed_by is None) == ("ОсОО Бишкек", False)


def test_signed__what_is_read__is_the_canonical_form(
    write: Write, accounts: Accounts, bank: Signer
) -> None:
    file = open_statement(write(bank.enveloped(message())))
    content, by = verify_xmldsig(file, accounts.banks.trusted)
    assert b"Signature" not in content
    assert content == etree.tostring(etree.fromstring(message().encode()), method="c14n")
    assert by.sha256 == bank.sha256


def altered(change: Callable[[Any], object]) -> Callable[[Signer], bytes]:
    """A signed message in which the parsed tree was changed afterwards."""

    def make(bank: Signer) -> bytes:
        root = etree.fromstring(bank.enveloped(message()))
        change(root)
        return bytes(etree.tostring(root))

    return make


def _second_signature(root: Any) -> None:
    root.append(copy.deepcopy(root.find(f"{DS}Signature")))


def _set(tag: str, name: str, value: str | None) -> Callable[[Any], None]:
    def change(root: Any) -> None:
        one = next(root.iter(f"{DS}{tag}"))
        one.attrib.pop(name, None)
        if value is not None:
            one.set(name, value)

    return change


def _amount(root: Any) -> None:
    next(root.iter("{*}Amt")).text = "999.00"


def _comment(root: Any) -> None:
    amount = next(root.iter("{*}Amt"))
    amount.text, comment = "1", etree.Comment("")
    comment.tail = "00.00"
    amount.append(comment)


def _instruction(root: Any) -> None:
    root.insert(0, etree.ProcessingInstruction("read", "otherwise"))


def _references(root: Any) -> None:
    one = next(root.iter(f"{DS}Reference"))
    for _ in range(3):
        one.addnext(copy.deepcopy(one))


def _forged(text: str = "999.00") -> Any:
    return etree.fromstring(message(statement(balance(text)), prolog="").encode())


def _two_messages(bank: Signer) -> bytes:
    return enveloped_in(by_id(bank), _forged())


def _wrapped(bank: Signer) -> bytes:
    """What was signed is put aside, and another message stands where it was."""
    root, signature = taken_apart(by_id(bank))
    forged = _forged()
    aside = etree.SubElement(etree.SubElement(forged, f"{DS}Object"), "Aside")
    aside.append(root)
    forged.append(signature)
    return bytes(etree.tostring(forged))


def _other_element(bank: Signer) -> bytes:
    """A part of the file that the bank did sign, beside a message that it did not."""
    note = '<Note xmlns="urn:x" Id="it">read and approved</Note>'
    root, signature = taken_apart(
        bank.enveloped(note, reference_uri="it", c14n_algorithm=EXCLUSIVE)
    )
    pdu = etree.Element("DataPDU")
    pdu.extend([root, _forged(), signature])
    return bytes(etree.tostring(pdu))


def _same_id(bank: Signer) -> bytes:
    other = etree.Element("Other", Id="it")
    return enveloped_in(by_id(bank), other)


def _doctype(bank: Signer) -> bytes:
    text = bank.enveloped(message()).decode()
    head, end, rest = text.partition("?>")
    return f'{head}{end}<!DOCTYPE Document [<!ENTITY sum "999">]>{rest}'.encode()


def _by_sha1(bank: Signer) -> bytes:
    return bank.enveloped(
        message(), signer_class=Careless, signature_algorithm=SignatureMethod.RSA_SHA1
    )


def _digest_sha1(bank: Signer) -> bytes:
    return bank.enveloped(message(), signer_class=Careless, digest_algorithm=DigestAlgorithm.SHA1)


def _two_documents(bank: Signer) -> bytes:
    return bank.enveloped(message()) + b"\n" + message().encode()


MORE = "http://www.w3.org/2001/04/xmldsig-more#"
ATTACKS: dict[str, tuple[Callable[[Signer], bytes], str]] = {
    "an amount changed": (altered(_amount), "Digest mismatch"),
    "another document after it": (_two_documents, "not one well-formed XML document"),
    "comment in an amount": (altered(_comment), "comments or processing instructions"),
    "doctype": (_doctype, "document type or entity declaration"),
    "elsewhere": (altered(_set("Reference", "URI", "http://x/y.xml")), "not to an element of this"),
    "four references": (altered(_references), "it has 4 references"),
    "gost": (
        altered(
            _set(
                "SignatureMethod",
                "Algorithm",
                "urn:ietf:params:xml:ns:cpxmlsec:algorithms:gostr34102012-gostr34112012-256",
            )
        ),
        "GOST R 34.10, which is not supported",
    ),
    "hmac": (altered(_set("SignatureMethod", "Algorithm", f"{MORE}hmac-sha256")), "forbidden"),
    "no reference": (altered(_set("Reference", "URI", None)), "not to an element of this file"),
    "on another element": (_other_element, "not on the statement"),
    "one id twice": (_same_id, "Ambiguous reference"),
    "processing instruction": (altered(_instruction), "comments or processing instructions"),
    "sha-1": (_by_sha1, "RSA_SHA1 forbidden"),
    "sha-1 of the content": (_digest_sha1, "SHA1 forbidden"),
    "transform: base64": (
        altered(_set("Transform", "Algorithm", f"{DS[1:-1]}base64")), "has the transform",
    ),
    "transform: xpath": (
        altered(_set("Transform", "Algorithm", "http://www.w3.org/TR/1999/REC-xpath-19991116")),
        "has the transform",
    ),
    "transform: xslt": (
        altered(_set("Transform", "Algorithm", "http://www.w3.org/TR/1999/REC-xslt-19991116")),
        "has the transform",
    ),
    "two messages": (_two_messages, "there are 2 messages"),
    "two signatures": (altered(_second_signature), "there are 2 signatures"),
    "wrapped": (_wrapped, "there are 2 messages"),
    "xpointer": (altered(_set("Reference", "URI", "#xpointer(/)")), "not to an element of this"),
}  # fmt: skip


@pytest.mark.parametrize("attack", sorted(ATTACKS))
def test_signed__attacked__is_refused_by_name(
    write: Write, accounts: Accounts, bank: Signer, attack: str
) -> None:
    make, said = ATTACKS[attack]
    path = write(make(bank))
    # Each of them is read where nothing is known of the bank's signature: what refuses it is the signature alone.
    text = refusal(path, accounts=accounts)
    if attack not in ("doctype",):
        assert said in text, text
        assert "does not count" in text
    file = open_statement(path)
    with pytest.raises(SignatureFaultError, match=said.replace("(", r"\(")):
        verify_xmldsig(file, accounts.banks.trusted)


def test_signed__by_a_stranger__is_named_by_the_certificate(
    write: Write, accounts: Accounts, stranger: Signer
) -> None:
    text = refusal(write(stranger.enveloped(message())), accounts=accounts)
    assert f"a certificate that the policy does not have (SHA-256 {stranger.sha256})" in text
    text = refusal(write(stranger.enveloped(message(), with_certificate=False)), accounts=accounts)
    assert "Signature verification failed" in text or "does not hold" in text


def test_signed__by_a_stranger_under_the_banks_certificate__is_refused(
    write: Write, accounts: Accounts, bank: Signer, stranger: Signer
) -> None:
    mask = Signer(stranger.bic, stranger.key, bank.certificate)
    assert "does not hold" in refusal(write(mask.enveloped(message())), accounts=accounts)


def test_signed__signature_taken_out__is_refused(write: Write, accounts: Accounts) -> None:
    text = refusal(write(message()), accounts=accounts)
    assert "not signed, and the policy requires the signature of the bank DEMOKG22" in text
    assert "fetch the signed file from the bank" in text


def test_signed__figure_by_hand_for_a_bank_that_signs__is_refused(
    write: Write, accounts: Accounts
) -> None:
    rows = (
        f"account,currency,date,closing_balance,indicator\n{ACCOUNT},KGS,2026-03-04,100.00,CRDT\n"
    )
    assert "the policy requires the signature" in refusal(
        write(rows, "bank.csv"), accounts=accounts
    )


def test_signed__by_another_bank_of_the_policy__is_refused(
    write: Write, tmp_path: Path, bank: Signer
) -> None:
    other = signer_of("TESTKG22", "other")
    of_both = ((ACCOUNT, "DEMOKG22"), (OTHER_ACCOUNT, "TESTKG22"))
    accounts = accounts_of(tmp_path / "policy", *of_both, signers=(bank, other))
    text = refusal(write(other.enveloped(message())), accounts=Accounts(
        [one for one in accounts.reserve.values() if one.bank == "DEMOKG22"], banks=accounts.banks
    ))  # fmt: skip
    assert "signed by the bank TESTKG22, and the account is of DEMOKG22" in text


@pytest.mark.parametrize(
    ("begins", "ends"),
    [
        # The statement closes at 2026-03-04 24:00 in Bishkek, 18:00 UTC.
        (datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 3, 4, 17, 59, 59, tzinfo=UTC)),
        (datetime(2026, 3, 4, 18, 0, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)),
    ],
)
def test_signed__certificate_not_valid_at_the_closing__is_refused(
    write: Write, tmp_path: Path, begins: datetime, ends: datetime
) -> None:
    by = signer_of("DEMOKG22", "of its time", begins=begins, ends=ends)
    accounts = accounts_of(tmp_path / "policy", (ACCOUNT, "DEMOKG22"), signers=(by,))
    text = refusal(write(by.enveloped(message())), accounts=accounts)
    assert "the statement closes at 2026-03-04 18:00 UTC" in text
    assert "signed by the certificate that it had then" in text


def test_signed__certificate_valid_at_the_closing_second_alone__is_taken(
    write: Write, tmp_path: Path
) -> None:
    second = datetime(2026, 3, 4, 18, tzinfo=UTC)
    by = signer_of("DEMOKG22", "of its time", begins=second, ends=second)
    accounts = accounts_of(tmp_path / "policy", (ACCOUNT, "DEMOKG22"), signers=(by,))
    total = read_reserves([write(by.enveloped(message()))], accounts=accounts)
    assert total.files[0].signed_by is not None


def test_signed__where_the_bank_need_not_sign__a_bad_signature_is_refused_all_the_same(
    write: Write, tmp_path: Path, bank: Signer
) -> None:
    accounts = accounts_of(
        tmp_path / "policy", (ACCOUNT, "DEMOKG22"), signers=(bank,), signature="none"
    )
    assert read_reserves([write(message())], accounts=accounts).files[0].signed_by is None
    text = refusal(write(altered(_amount)(bank)), accounts=accounts)
    assert "its signature does not count" in text


def test_signed__by_a_bank_that_the_policy_does_not_know__is_read_and_told(
    write: Write, bank: Signer
) -> None:
    total = read_reserves([write(bank.enveloping(message()))])
    assert total.files[0].signed_by is None
    (note,) = total.notes
    assert "a signature that does not count: the policy has no certificates" in note


def test_signed__more_than_is_checked_in_memory__is_refused_before_it_is_parsed(
    write: Write, accounts: Accounts, bank: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(bank.enveloped(message()))
    monkeypatch.setattr(xmldsig, "MAX_XML", path.stat().st_size)
    assert read_reserves([path], accounts=accounts).total_tyiyn == 10_000
    monkeypatch.setattr(xmldsig, "MAX_XML", path.stat().st_size - 1)
    monkeypatch.setattr(xmldsig, "_parsed", lambda _: pytest.fail("it was parsed"))
    assert "a CMS signature beside the file (.p7s), which may be of any size" in refusal(
        path, accounts=accounts
    )


@given(data=st.data())
def test_signed__any_byte_flipped__is_refused_or_says_the_very_same(
    tmp_path_factory: pytest.TempPathFactory, bank: Signer, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("flip")
    accounts = accounts_of(folder, (ACCOUNT, "DEMOKG22"), signers=(bank,))
    signed = bank.enveloped(message())
    place = data.draw(st.integers(0, len(signed) - 1))
    flipped = bytearray(signed)
    flipped[place] ^= data.draw(st.integers(1, 255))
    path = folder / "bank.xml"
    path.write_bytes(signed)
    meant, _ = verify_xmldsig(open_statement(path), accounts.banks.trusted)
    path.write_bytes(flipped)
    try:
        found, _ = verify_xmldsig(open_statement(path), accounts.banks.trusted)
    except (SignatureFaultError, StatementError):
        with pytest.raises(StatementError):
            read_reserves([path], accounts=accounts)
        return
    # White space within a tag, a quotation mark, what stands beside the certificate: none of it is signed or read.
    assert found == meant
