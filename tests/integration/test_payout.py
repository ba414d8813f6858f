"""`ape run supply payout` on the in-process chain: every check before the first payment, every way of going on."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ape import accounts as ape_accounts
from support.operators import as_
from support.payouts import (
    RECEIVERS,
    SOM,
    deployed,
    kgst,
    owners,
    power_cut,
    safe,
    som_of,
    write_salaries,
)  # fmt: skip
from support.schemas import require_schema

from kgst.deployment.system import System
from kgst.errors import ExitCode, InputError, RefusedError, UnconfirmedError
from kgst.files import Files
from kgst.node import ChainRevertError
from kgst.sending import RevertedError
from kgst.sending.delivery import Delivery
from kgst.supply.payouts import Terms, payout

__all__ = ["deployed", "kgst", "owners", "safe"]

FIVES = Terms(chunk=2)


@pytest.fixture
def salaries(tmp_path: Path) -> Callable[..., Path]:
    return lambda *arguments: write_salaries(tmp_path, *arguments)


@pytest.fixture
def paid(kgst: System) -> Callable[[], list[int]]:
    return lambda: som_of(kgst)


def test_payout__a_file__is_paid_in_chunks(
    kgst: System, holder: Any, salaries: Any, paid: Any
) -> None:
    terms = Terms(chunk=2, total="15.00 som", count=5)
    answer = payout(kgst, salaries(), terms, as_(holder))
    document = {"schema": "kgst/supply-payout/2", **answer.document}
    require_schema("supply-payout", document)
    assert answer.exit_code == 0
    assert paid() == [1, 2, 3, 4, 5]
    assert [(c["lines"], c["paid"], c["by_another"], c["void"]) for c in document["chunks"]] == [
        ([2, 3], True, False, None), ([4, 5], True, False, None), ([6], True, False, None),
    ]  # fmt: skip
    assert (document["done"], document["total_paid"]) == (True, str(15 * SOM))
    assert document["round"] == 1
    for chunk in document["chunks"]:
        assert kgst.token.authorizationState(holder, chunk["key"])


@pytest.mark.parametrize("at", [1, 2, 3])
@pytest.mark.parametrize("landed", [False, True])
def test_payout__interrupted__goes_on_and_pays_nobody_twice(
    kgst: System, holder: Any, salaries: Any, paid: Any, monkeypatch: pytest.MonkeyPatch,
    at: int, landed: bool,
) -> None:  # fmt: skip
    with monkeypatch.context() as broken:
        power_cut(broken, at, landed=landed)
        with pytest.raises(RuntimeError):
            payout(kgst, salaries(), FIVES, as_(holder))
    assert paid() != [1, 2, 3, 4, 5] or (at, landed) == (3, True)
    answer = payout(kgst, salaries(), FIVES, as_(holder))
    assert (answer.exit_code, answer.document["resumed"]) == (0, True)
    assert paid() == [1, 2, 3, 4, 5]
    assert all(chunk["transaction"] for chunk in answer.document["chunks"])
    assert kgst.files is not None
    assert list(kgst.files.operations.glob("*.jsonl")) == []


@pytest.mark.parametrize(("at", "said"), [
    (2, "^2 of 3 transactions are final; interrupted while payout-003 may have been sent"),
    (0, "^0 of 3 transactions are final; interrupted while payout-001 may have been sent"),
])  # fmt: skip
def test_payout__ctrl_c__says_how_many_are_final_and_how_to_go_on(
    kgst: System, holder: Any, salaries: Any, paid: Any, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str], at: int, said: str,
) -> None:  # fmt: skip
    submit, calls = Delivery._submit, []

    def ctrl_c(self: Delivery) -> None:
        calls.append(self.signed)
        if len(calls) > at:
            raise KeyboardInterrupt
        submit(self)

    with monkeypatch.context() as broken:
        broken.setattr(Delivery, "_submit", ctrl_c)
        with pytest.raises(UnconfirmedError, match=said) as caught:
            payout(kgst, salaries(), FIVES, as_(holder))
    assert "give the same command again" in str(caught.value)
    told = [
        line for line in capsys.readouterr().err.splitlines() if "transactions are final" in line
    ]
    assert told == [f"{done} of 3 transactions are final" for done in range(1, at + 1)]
    assert payout(kgst, salaries(), FIVES, as_(holder)).document["done"] is True
    assert paid() == [1, 2, 3, 4, 5]


def test_payout__cut_after_the_last_outcome__is_done(
    kgst: System, holder: Any, salaries: Any, paid: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kgst.pipeline.logbook import Entry

    def cut(_: Any) -> None:
        raise RuntimeError("power cut")

    with monkeypatch.context() as broken:
        broken.setattr(Entry, "finish", cut)
        with pytest.raises(RuntimeError):
            payout(kgst, salaries(), FIVES, as_(holder))
    assert paid() == [1, 2, 3, 4, 5]
    nonce = holder.nonce
    assert payout(kgst, salaries(), FIVES, as_(holder)).document["done"] is True
    assert holder.nonce == nonce
    with pytest.raises(RefusedError, match="were made before"):
        payout(kgst, salaries(), FIVES, as_(holder))


def test_payout__same_payments__are_refused_until_the_last_round_is_named(
    kgst: System, holder: Any, salaries: Any, paid: Any
) -> None:
    path = salaries()
    payout(kgst, path, FIVES, as_(holder))
    rows = [f'"{r}","{n}"' for n, r in enumerate(RECEIVERS, 1)]
    for other in (path, salaries(rows[::-1], "copy.csv")):
        with pytest.raises(RefusedError, match="were made before: round-1") as caught:
            payout(kgst, other, Terms(chunk=3), as_(holder))
        assert caught.value.exit_code == ExitCode.REFUSED
    last = str(caught.value).rpartition("--again ")[2]

    again = replace(FIVES, again=last)
    answer = payout(kgst, path, again, as_(holder))
    assert (answer.exit_code, answer.document["round"]) == (0, 2)
    assert paid() == [2, 4, 6, 8, 10]
    for terms in (FIVES, again, replace(again, chunk=4)):
        with pytest.raises(RefusedError, match="were made before: round-2"):
            payout(kgst, path, terms, as_(holder))
    assert payout(kgst, path, Terms(chunk=5, again="round-2"), as_(holder)).exit_code == 0
    assert paid() == [3, 6, 9, 12, 15]


def test_payout__again_what_never_was__is_a_usage_error(
    kgst: System, holder: Any, salaries: Any
) -> None:
    for again, said in (
        ("x.jsonl", "never made before"),
        ("round-1", "never made before"),
        ("another", "that is no round"),
        ("round-0", "that is no round"),
    ):
        with pytest.raises(InputError, match=said):
            payout(kgst, salaries(), replace(FIVES, again=again), as_(holder))
    payout(kgst, salaries(), FIVES, as_(holder))
    with pytest.raises(InputError, match="the last round of them is round-1"):
        payout(kgst, salaries(), replace(FIVES, again="round-2"), as_(holder))


def test_payout__by_another_payer__is_refused_where_the_journal_is(
    kgst: System, holder: Any, issuer: Any, salaries: Any, paid: Any
) -> None:
    """Its keys are its own, so the chain knows nothing of it."""
    payout(kgst, salaries(), FIVES, as_(holder))
    kgst.token.mint(issuer, 100 * SOM, sender=issuer)
    with pytest.raises(RefusedError, match="by another payer") as caught:
        payout(kgst, salaries(), FIVES, as_(issuer))
    last = str(caught.value).rpartition("--again ")[2]
    assert kgst.files is not None
    assert (kgst.files.operations / "done" / last).exists()
    again = replace(FIVES, again=last)
    assert payout(kgst, salaries(), again, as_(issuer)).document["round"] == 1
    assert paid() == [2, 4, 6, 8, 10]
    with pytest.raises(RefusedError, match="made before: round-1"):
        payout(kgst, salaries(), again, as_(issuer))


@pytest.mark.parametrize("change", ["file", "chunk"])
def test_payout__another_while_one_is_unfinished__is_refused(
    kgst: System,
    holder: Any,
    salaries: Any,
    paid: Any,
    monkeypatch: pytest.MonkeyPatch,
    change: str,
) -> None:
    with monkeypatch.context() as broken:
        power_cut(broken, 2, landed=False)
        with pytest.raises(RuntimeError):
            payout(kgst, salaries(), FIVES, as_(holder))
    other = salaries([f"{RECEIVERS[0]},1.00"], "other.csv") if change == "file" else salaries()
    said = "interrupted: sal" if change == "file" else "begun with 2 payments to a transaction"
    with pytest.raises(RefusedError, match=said):
        payout(kgst, other, FIVES if change == "file" else Terms(chunk=5), as_(holder))
    assert paid() == [1, 2, 0, 0, 0]


def test_payout__rest__is_written_and_the_run_given_up(
    kgst: System, holder: Any, compliance: Any, salaries: Any, paid: Any, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    path, rest = salaries(), tmp_path / "rest.csv"
    with pytest.raises(InputError, match=r"nothing of salaries\.csv was paid in round-1"):
        payout(kgst, path, replace(FIVES, rest=rest), as_(holder))
    with monkeypatch.context() as broken:
        power_cut(broken, 2, landed=True)
        with pytest.raises(RuntimeError):
            payout(kgst, path, FIVES, as_(holder))
    kgst.token.blockAccount(RECEIVERS[4], sender=compliance)
    with pytest.raises(RefusedError, match=r"line 6: .* is blocked"):
        payout(kgst, path, FIVES, as_(holder))
    answer = payout(kgst, path, replace(FIVES, rest=rest), as_(holder))
    assert answer.document["rest"] == str(rest)
    assert answer.document["done"] is False
    assert rest.read_text() == f"address,amount_tyiyn,reference\n{RECEIVERS[4]},500,\n"
    assert [bool(chunk["void"]) for chunk in answer.document["chunks"]] == [False, False, True]
    require_schema("supply-payout", {"schema": "kgst/supply-payout/2", **answer.document})
    for system in (kgst, replace(kgst, files=Files(tmp_path / "elsewhere"))):
        with pytest.raises(RefusedError, match="made before: round-1, but for 1 of 3"):
            payout(system, path, FIVES, as_(holder))
    kgst.token.unblockAccount(RECEIVERS[4], sender=compliance)
    assert payout(kgst, rest, FIVES, as_(holder)).exit_code == 0
    assert paid() == [1, 2, 3, 4, 5]


def test_payout__rest_exists__is_kept(
    kgst: System, holder: Any, salaries: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        power_cut(broken, 2, landed=True)
        with pytest.raises(RuntimeError):
            payout(kgst, salaries(), FIVES, as_(holder))
    rest = tmp_path / "rest.csv"
    rest.write_text("precious")
    with pytest.raises(InputError, match="it cannot be written"):
        payout(kgst, salaries(), replace(FIVES, rest=rest), as_(holder))
    assert rest.read_text() == "precious"


def refusal(kgst: System, path: Path, run: Any, terms: Terms = FIVES) -> str:
    nonce = run.account.nonce
    with pytest.raises(RefusedError) as caught:
        payout(kgst, path, terms, run)
    assert caught.value.exit_code == ExitCode.REFUSED
    assert run.account.nonce == nonce
    return str(caught.value)


def test_payout__blocked_receivers__are_named_by_line_before_anything_is_paid(
    kgst: System, holder: Any, compliance: Any, salaries: Any, paid: Any
) -> None:
    kgst.token.blockAccounts([RECEIVERS[2], RECEIVERS[3]], sender=compliance)
    said = refusal(kgst, salaries(), as_(holder))
    assert f"salaries.csv: line 4: {RECEIVERS[2]} is blocked" in said
    assert f"salaries.csv: line 5: {RECEIVERS[3]} is blocked" in said
    assert paid() == [0, 0, 0, 0, 0]


def test_payout__too_little__says_how_much(
    kgst: System, holder: Any, compliance: Any, salaries: Any
) -> None:
    kgst.token.setFrozenTokens(holder, 86 * SOM, sender=compliance)
    said = refusal(kgst, salaries(), as_(holder))
    assert "has 100.00 som, of which 86.00 som are frozen, and 15.00 som are to be paid" in said
    assert "1.00 som too little" in said
    said = refusal(kgst, salaries(), as_(ape_accounts.test_accounts[18]))
    assert "has 0.00 som, and 15.00 som are to be paid: 15.00 som too little" in said


def test_payout__paused_or_blocked_payer__is_refused(
    kgst: System, holder: Any, pauser: Any, compliance: Any, salaries: Any
) -> None:
    kgst.token.pause(1, sender=pauser)
    kgst.token.blockAccount(holder, sender=compliance)
    said = refusal(kgst, salaries(), as_(holder))
    assert "transfers are paused" in said
    assert "is blocked and cannot pay" in said


def test_payout__chunk_too_large_for_a_block__names_one_that_fits(
    kgst: System, holder: Any, salaries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kgst.supply.payout_checks.MAX_GAS", 175_000)
    said = refusal(kgst, salaries(), as_(holder), Terms(chunk=5))
    assert "should not use more than 175,000 here; give --chunk 3" in said
    assert payout(kgst, salaries(), Terms(chunk=3), as_(holder)).exit_code == 0


def test_payout__gas_beyond_balance_or_policy__is_refused(
    kgst: System, holder: Any, salaries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = kgst.policy.limits
    with monkeypatch.context() as poor:
        poor.setattr(type(limits), "max_cost", 1, raising=False)
        poor.setitem(limits.__dict__, "max_cost", 1)
        assert "a transaction may cost" in refusal(kgst, salaries(), as_(holder))
    eth = kgst.provider.web3.eth
    with monkeypatch.context() as poor:
        poor.setattr(eth, "get_balance", lambda *_: 5)
        assert "send 0x" in refusal(kgst, salaries(), as_(holder))


def test_payout__control_figures__stop_it(kgst: System, holder: Any, salaries: Any) -> None:
    with pytest.raises(InputError, match="--count says 4"):
        payout(kgst, salaries(), Terms(count=4), as_(holder))
    with pytest.raises(InputError, match="--total says"):
        payout(kgst, salaries(), Terms(total="15.01 som"), as_(holder))


def test_payout__blocked_meanwhile__stops_and_goes_on(
    kgst: System, holder: Any, compliance: Any, salaries: Any, paid: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    submit, calls = Delivery._submit, []

    def blocking(self: Delivery) -> None:
        calls.append(self.signed)
        if len(calls) == 2:
            kgst.token.blockAccount(RECEIVERS[2], sender=compliance)
        submit(self)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(Delivery, "_submit", blocking)
        with pytest.raises((RevertedError, ChainRevertError)):
            payout(kgst, salaries(), FIVES, as_(holder))
    assert paid() == [1, 2, 0, 0, 0]
    kgst.token.unblockAccount(RECEIVERS[2], sender=compliance)
    assert payout(kgst, salaries(), FIVES, as_(holder)).exit_code == 0
    assert paid() == [1, 2, 3, 4, 5]


def test_payout__gas_too_dear_meanwhile__says_how_far_it_is_and_goes_on(
    kgst: System, holder: Any, salaries: Any, paid: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong answer to the question for the price, or a right one."""
    submit = Delivery._submit

    def dearer(self: Delivery) -> None:
        submit(self)
        meanwhile.setattr("kgst.sending.means.price_now", lambda *_: 10**15)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(Delivery, "_submit", dearer)
        with pytest.raises(RefusedError, match=r"1 of 3 transactions are final.*gas costs"):
            payout(kgst, salaries(), FIVES, as_(holder))
    assert paid() == [1, 2, 0, 0, 0]
    assert payout(kgst, salaries(), FIVES, as_(holder)).exit_code == 0
    assert paid() == [1, 2, 3, 4, 5]


# Safes


def test_payout__by_a_safe__each_owner_signs_once(
    kgst: System, owners: list[Any], salaries: Any, paid: Any
) -> None:
    a, b, _ = owners
    first = payout(kgst, salaries(), FIVES, as_(a, "treasury"))
    assert first.exit_code == ExitCode.WAITING
    assert first.document["proposal"]["missing"] == 1
    require_schema("supply-payout", {"schema": "kgst/supply-payout/2", **first.document})
    assert paid() == [0, 0, 0, 0, 0]
    second = payout(kgst, salaries(), FIVES, as_(b, "treasury"))
    assert second.exit_code == 0
    assert second.document["done"] is True
    assert paid() == [1, 2, 3, 4, 5]


def test_payout__by_a_safe_interrupted__goes_on_with_any_owner(
    kgst: System, owners: list[Any], salaries: Any, paid: Any, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """The third owner has nobody's journals, only the shared proposals."""
    a, b, c = owners
    payout(kgst, salaries(), FIVES, as_(a, "treasury"))
    with monkeypatch.context() as broken:
        power_cut(broken, 2, landed=True)
        with pytest.raises(RuntimeError):
            payout(kgst, salaries(), FIVES, as_(b, "treasury"))
    assert paid() == [1, 2, 3, 4, 0]
    assert kgst.files is not None
    kgst.files.operations.rename(tmp_path / "journals of b")
    answer = payout(kgst, salaries(), FIVES, as_(c, "treasury"))
    assert answer.document["done"] is True
    assert [chunk["by_another"] for chunk in answer.document["chunks"]] == [True, True, False]
    assert all(chunk["transaction"] for chunk in answer.document["chunks"])
    assert paid() == [1, 2, 3, 4, 5]

    (tmp_path / "files").rename(tmp_path / "files of c")
    with pytest.raises(RefusedError, match=r"made before: round-1"):
        payout(kgst, salaries(), FIVES, as_(a, "treasury"))
    again = replace(FIVES, again="round-1")
    assert payout(kgst, salaries(), again, as_(a, "treasury")).exit_code == ExitCode.WAITING
    assert payout(kgst, salaries(), again, as_(b, "treasury")).exit_code == 0
    assert paid() == [2, 4, 6, 8, 10]
    with pytest.raises(RefusedError, match=r"made before: round-2"):
        payout(kgst, salaries(), again, as_(a, "treasury"))
