"""`ape run supply`: mint, burn and limits on the in-process chain."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ape import accounts as ape_accounts
from ape import chain as ape_chain
from support.operators import as_, operated, pass_time, policy_file
from support.payments import cancellation
from support.reserves import attest
from support.schemas import require_schema

from kgst.console import Answer
from kgst.deployment.system import System
from kgst.errors import DriftError, InputError, RefusedError
from kgst.files import Files
from kgst.journal import Journal
from kgst.keys import key_of
from kgst.supply.issuing import burn, mint
from kgst.supply.limits import limits

ROOT = Path(__file__).parents[2]
POLICY = ROOT / "tests/support/policy.yaml"
SOM = 1_000_000
DAY = 86_400


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory, deployer: Any) -> System:
    """The tests' policy; issuer_b refills and may not burn."""
    path = policy_file(
        tmp_path_factory.mktemp("kgst"),
        POLICY,
        (
            "refill: none, may_burn: true}\n",
            "refill: none, may_burn: true}\n  - {member: issuer_b, capacity: 100.00 som, "
            "refill: 1.00 som per second, may_burn: false}\n",
        ),
    )
    return operated(path, deployer)


@pytest.fixture
def kgst(deployed: System, tmp_path: Path) -> System:
    """Deployed once, with 10,000 som attested; each test with files of its own."""
    system = replace(deployed, files=Files(tmp_path))
    attest(system, 10_000 * 100)
    return system


def document(answer: Answer[Any]) -> dict[str, Any]:
    assert answer.exit_code == 0
    return answer.document


def refusal(call: Any, *arguments: Any, **options: Any) -> str:
    height = ape_chain.blocks.height
    with pytest.raises(RefusedError) as caught:
        call(*arguments, **options)
    # Multicall3 may be put there to look; nothing else is sent.
    assert ape_chain.blocks.height - height in (0, 2)
    return str(caught.value)


def test_mint__within_everything__is_proved_by_its_event(kgst: System, issuer: Any) -> None:
    found = document(mint(kgst, "admin", "1 000.00 som", "DEP-1", as_(issuer)))
    assert kgst.token.balanceOf(kgst.policy.address("admin")) == 1_000 * SOM
    values = {row["what"]: row["value"] for row in found["read_back"]}
    assert values["supply now"] == "1 000.00 som"
    assert values["minted 1 000.00 som to admin (0x7099…79C8)"] == "in the log"
    [operation] = found["operations"]
    assert operation["name"] == "mint"
    require_schema("operation", {"schema": "kgst/operation/1", **found})


def test_mint__six_decimals__is_exact(kgst: System, issuer: Any) -> None:
    document(mint(kgst, "admin", "0.000001 som", "DEP-2", as_(issuer)))
    assert kgst.token.totalSupply() == 1


def test_mint__others_act_meanwhile__is_no_drift(
    kgst: System, issuer: Any, issuer_b: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kgst.sending import Sender

    send = Sender.send

    def and_another(self: Sender, *args: Any, **kwargs: Any) -> Any:
        outcome = send(self, *args, **kwargs)
        kgst.token.mint(issuer_b, 7 * SOM, sender=issuer_b)
        return outcome

    monkeypatch.setattr(Sender, "send", and_another)
    found = document(mint(kgst, "admin", "5 som", "DEP-3", as_(issuer)))
    assert {"what": "supply now", "value": "12.00 som"} in found["read_back"]


def test_mint__event_is_missing__is_drift(
    kgst: System, issuer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kgst.pipeline.expected_events.get_receipt", lambda *_: {"logs": []})
    with pytest.raises(DriftError, match=r"no event in the log: minted 5\.00 som to admin"):
        mint(kgst, "admin", "5 som", "DEP-4", as_(issuer))


@pytest.mark.parametrize("amount", ["5", "5.0", "-5 som", "1,000 som", "1e3 som", "0 som", "5 KGS"])
def test_mint__unclear_amount__is_a_usage_error(kgst: System, issuer: Any, amount: str) -> None:
    with pytest.raises(InputError):
        mint(kgst, "admin", amount, "DEP-5", as_(issuer))


def test_mint__stranger__needs_a_word(kgst: System, issuer: Any) -> None:
    stranger = ape_accounts.test_accounts[18].address
    with pytest.raises(InputError, match="--allow-unknown"):
        mint(kgst, stranger, "5 som", "DEP-6", as_(issuer))
    document(mint(kgst, stranger, "5 som", "DEP-7", as_(issuer, allow_unknown=True)))
    assert kgst.token.balanceOf(stranger) == 5 * SOM


def test_mint__beyond_headroom__says_by_how_much(kgst: System, issuer: Any) -> None:
    said = refusal(mint, kgst, "admin", "10 000.01 som", "DEP-Y", as_(issuer))
    assert (
        "headroom is 10 000.00 som (backing 10 000.00 som less supply 0.00 som), 0.01 som too little"
        in said
    )


def test_mint__beyond_the_bucket__says_by_how_much_and_when(
    kgst: System, issuer: Any, issuer_b: Any
) -> None:
    document(mint(kgst, "admin", "90 som", "DEP-8", as_(issuer_b)))
    said = refusal(mint, kgst, "admin", "100 som", "DEP-Y", as_(issuer_b))
    assert "the bucket of issuer_b" in said
    assert "it will have refilled enough at " in said
    said = refusal(mint, kgst, "admin", "101 som", "DEP-Y", as_(issuer_b))
    assert "it never holds more than 100.00 som" in said
    attest(kgst, 10_100 * 100)
    attest(kgst, 2_000_000 * 100)
    said = refusal(mint, kgst, "admin", "1 000 001 som", "DEP-Y", as_(issuer))
    assert "has 1 000 000.00 som, 1.00 som too little" in said


def test_mint__refills__can_be_minted_later(kgst: System, issuer_b: Any) -> None:
    document(mint(kgst, "admin", "100 som", "DEP-9", as_(issuer_b)))
    pass_time(50)
    document(mint(kgst, "admin", "50 som", "DEP-10", as_(issuer_b)))


def test_mint__expired_paused_blocked_stranger__names_all(
    kgst: System, pauser: Any, compliance: Any
) -> None:
    pass_time(7 * DAY)
    kgst.token.pause(4, sender=pauser)
    kgst.token.blockAccount(kgst.policy.address("admin"), sender=compliance)
    outsider = ape_accounts.test_accounts[16]
    said = refusal(mint, kgst, "admin", "5 som", "DEP-Y", as_(outsider))
    for part in (
        "minting is paused (`ape run guard unpause MINTING`)",
        "the attestation ran out",
        "is no issuer; issuers by the policy: issuer, issuer_b",
        "admin (0x7099…79C8) is blocked and can receive nothing",
    ):
        assert part in said


def test_mint__deficit__says_what_is_short(kgst: System, issuer: Any) -> None:
    document(mint(kgst, "admin", "1 000 som", "DEP-11", as_(issuer)))
    attest(kgst, 900 * 100)
    said = refusal(mint, kgst, "admin", "5 som", "DEP-Y", as_(issuer))
    assert "reserves do not cover the supply and its margin: 100.00 som are short" in said
    assert "headroom is" not in said


def test_mint__to_the_token__is_refused(kgst: System, issuer: Any) -> None:
    run = as_(issuer, allow_unknown=True)
    assert "the token itself" in refusal(mint, kgst, kgst.token.address, "5 som", "DEP-X", run)


def test_mint__to_the_zero_address__is_refused_in_its_own_words(kgst: System, issuer: Any) -> None:
    run = as_(issuer, allow_unknown=True)
    said = refusal(mint, kgst, "0x" + 40 * "0", "5.00 som", "DEP-Z", run)
    assert "the receiver is the zero address, which is nobody's" in said
    assert "is blocked" not in said


def test_mint__same_reference__is_refused(kgst: System, issuer: Any) -> None:
    document(mint(kgst, "admin", "5 som", "PO-1", as_(issuer)))
    said = refusal(mint, kgst, "admin", "5 som", "PO-1", as_(issuer))
    assert "'PO-1' was used before" in said
    document(mint(kgst, "admin", "5 som", "PO-2", as_(issuer)))
    assert kgst.token.totalSupply() == 10 * SOM


def test_mint_and_burn__reference_used_in_another_checkout__is_refused_by_what_the_token_says(
    kgst: System, issuer: Any
) -> None:
    """No journal of this checkout knows of it."""
    elsewhere = replace(kgst, files=None)
    document(mint(elsewhere, "issuer", "5 som", "PO-1", as_(issuer)))
    document(burn(elsewhere, "1 som", "RED-1", as_(issuer)))
    for command, arguments in ((mint, ("issuer", "5 som", "PO-1")), (burn, ("1 som", "RED-1"))):
        said = refusal(command, kgst, *arguments, as_(issuer))
        assert "was used before by" in said
        assert "says the token itself" in said
    # The same reference names a mint and a burn apart.
    document(burn(kgst, "1 som", "PO-1", as_(issuer)))
    assert kgst.token.totalSupply() == 3 * SOM


def test_mint__reference_declared_void__is_refused(kgst: System, issuer: Any) -> None:
    key = key_of("mint", "PO-1")
    signed = cancellation(issuer, int.from_bytes(key)).signed(issuer, kgst.domain, "bytes")
    kgst.token.cancelAuthorization(*signed, sender=issuer)
    assert "declared void" in refusal(mint, kgst, "admin", "5 som", "PO-1", as_(issuer))
    assert kgst.token.totalSupply() == 0


def test_mint__interrupted_and_landed__is_not_minted_again(
    kgst: System, issuer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The chain would refuse it by now; that it was done already counts."""
    with monkeypatch.context() as broken:
        broken.setattr("kgst.sending.delivery.outcome_of", interrupted)
        with pytest.raises(RuntimeError):
            mint(kgst, "admin", "10 000 som", "DEP-CUT", as_(issuer))
    assert kgst.token.totalSupply() == 10_000 * SOM
    found = document(mint(kgst, "admin", "10 000 som", "DEP-CUT", as_(issuer)))
    assert found["resumed"] is True
    assert kgst.token.totalSupply() == 10_000 * SOM


def interrupted(*_: Any) -> Any:
    raise RuntimeError("power cut")


def test_burn__redemption__keeps_its_reference(kgst: System, issuer: Any) -> None:
    document(mint(kgst, "issuer", "100 som", "DEP-12", as_(issuer)))
    found = document(burn(kgst, "40 som", "RED-2026/17", as_(issuer)))
    assert kgst.token.solvency().supply == 60 * SOM
    assert kgst.token.solvency().backing == 9_960 * SOM
    assert found["operations"][0]["title"] == "burn 40.00 som for 'RED-2026/17'"
    assert kgst.files is not None
    [path] = (kgst.files.operations / "done").glob("*-burn-*")
    with Journal(path) as journal:
        assert journal.header is not None
        assert journal.header.reference == "RED-2026/17"


def test_burn__same_reference__is_refused_whatever_the_amount(kgst: System, issuer: Any) -> None:
    document(mint(kgst, "issuer", "100 som", "DEP-13", as_(issuer)))
    document(burn(kgst, "40 som", "RED-1", as_(issuer)))
    for amount in ("40 som", "1 som"):
        said = refusal(burn, kgst, amount, "RED-1", as_(issuer))
        assert "the reference 'RED-1' was used before" in said
        assert "-burn-" in said
    document(burn(kgst, "40 som", "RED-2", as_(issuer)))
    assert kgst.token.totalSupply() == 20 * SOM


def test_burn__forbidden__names_all(
    kgst: System, issuer_b: Any, pauser: Any, compliance: Any
) -> None:
    document(mint(kgst, "issuer_b", "10 som", "DEP-14", as_(issuer_b)))
    kgst.token.pause(8, sender=pauser)
    kgst.token.setFrozenTokens(issuer_b, 4 * SOM, sender=compliance)
    said = refusal(burn, kgst, "7 som", "R", as_(issuer_b))
    assert "burning is paused" in said
    assert "is no issuer that may burn" in said
    assert "4.00 som of issuer_b (0x71bE…5788) are frozen" in said
    assert "holds 10.00 som, 1.00 som too little" in refusal(
        burn, kgst, "11 som", "R", as_(issuer_b)
    )


@pytest.mark.parametrize("reference", ["", " R", "R\n2", "x" * 141, "\u202eR"])
def test_burn__unreadable_reference__is_a_usage_error(
    kgst: System, issuer: Any, reference: str
) -> None:
    with pytest.raises(InputError, match="the reference"):
        burn(kgst, "5 som", reference, as_(issuer))


def test_limits__open__says_what_bounds(kgst: System, issuer: Any, issuer_b: Any) -> None:
    document(mint(kgst, "admin", "40 som", "DEP-15", as_(issuer_b)))
    found = document(limits(kgst, "issuer_b"))
    require_schema("supply-limits", {"schema": "kgst/supply-limits/1", **found})
    by_label = {row["label"]: row for row in found["issuers"]}
    assert by_label["issuer"]["may_mint_now"] == str(9_960 * SOM)
    assert "headroom is 9 960.00 som" in by_label["issuer"]["why_not_more"][0]
    assert by_label["issuer"]["full_at"] is None
    row = by_label["issuer_b"]
    lacking = row["full_at"] - found["block"]["time"]
    assert 0 < lacking <= 40
    assert int(row["available"]) == (100 - lacking) * SOM
    assert row["may_mint_now"] == row["available"]
    assert found["asked"] == issuer_b.address
    assert found["closed"] == []


def test_limits__closed__says_why(kgst: System, pauser: Any) -> None:
    kgst.token.pause(4, sender=pauser)
    found = document(limits(kgst, None))
    assert found["headroom"] == "0"
    [reason] = found["closed"]
    assert "minting is paused" in reason
    assert [row["may_mint_now"] for row in found["issuers"]] == ["0"] * 4


def test_limits__issuer_outside_the_policy__is_shown(
    kgst: System, issuance_admin: Any, outsider: Any, guardian: Any
) -> None:
    kgst.token.setIssuer(outsider, 5 * SOM, 0, False, sender=issuance_admin)
    rows = document(limits(kgst, None))["issuers"]
    desks = {kgst.record.redemption_desk.address, kgst.record.mint_desk.address}
    assert {row["address"] for row in rows if row["label"] is None} == {outsider.address} | desks
    kgst.token.cutIssuer(outsider, sender=guardian)
    rows = document(limits(kgst, None))["issuers"]
    assert {row["address"] for row in rows if row["label"] is None} == desks


def test_limits__no_issuer__may_mint_nothing(kgst: System, outsider: Any) -> None:
    rows = document(limits(kgst, outsider.address))["issuers"]
    [row] = [row for row in rows if row["address"] == outsider.address]
    assert row["may_mint_now"] == "0"
    assert row["why_not_more"] == ["it is no issuer"]


def test_limits__for_people__has_everything(kgst: System) -> None:
    from io import StringIO

    from rich.console import Console

    out = Console(file=StringIO(), width=160)
    limits(kgst, "issuer").show(out)
    text = out.file.getvalue()  # type: ignore[attr-defined]
    for part in ("headroom", "10 000.00 som", "issuer_b", "1.00 som per second", "full"):
        assert part in text
    assert "issuer (0xBcd4…4096) may mint 10 000.00 som now" in text
