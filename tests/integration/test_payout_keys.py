"""`ape run supply payout` from several checkouts: the chain alone says what is paid, and refuses a second time."""

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from support.operators import as_
from support.payments import cancellation, transfer_authorization
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

from kgst.deployment.system import System
from kgst.errors import ExitCode, InputError, RefusedError
from kgst.files import Files
from kgst.keys import payout_key
from kgst.node import NodeError, NodeRefusedError
from kgst.sending import NonceUsedError
from kgst.sending.delivery import Delivery
from kgst.supply.payout_file import read_payout
from kgst.supply.payouts import Terms, payout

__all__ = ["deployed", "kgst", "owners", "safe"]

TWOS = Terms(chunk=2)


@pytest.fixture
def elsewhere(kgst: System, tmp_path: Path) -> System:
    """A colleague's checkout, with no journal of this one."""
    return replace(kgst, files=Files(tmp_path / "colleague"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write_salaries(tmp_path)


@pytest.fixture
def reordered(tmp_path: Path) -> Path:
    """The same payments in another order and unit."""
    path = tmp_path / "again.csv"
    rows = [f"{r},{n}00" for n, r in enumerate(RECEIVERS, 1)][::-1]
    path.write_text("\n".join(("address,amount_tyiyn", *rows)))
    return path


@pytest.fixture
def key(kgst: System, file: Path) -> Callable[..., bytes]:
    content = read_payout(file, kgst.token.address).content
    return lambda number, round_=1: payout_key(content, round_, number - 1)


def cut(kgst: System, file: Path, run: Any, at: int, *, landed: bool) -> None:
    """A run that ends while its transaction number `at` is sent."""
    with pytest.MonkeyPatch.context() as broken:
        power_cut(broken, at, landed=landed)
        with pytest.raises(RuntimeError):
            payout(kgst, file, TWOS, run)


def refusal(kgst: System, path: Path, run: Any, terms: Terms = TWOS) -> str:
    nonce, before = run.account.nonce, som_of(kgst)
    with pytest.raises(RefusedError) as caught:
        payout(kgst, path, terms, run)
    assert caught.value.exit_code == ExitCode.REFUSED
    assert (run.account.nonce, som_of(kgst)) == (nonce, before)
    return str(caught.value)


def shown(answer: Any) -> str:
    """For people."""
    out = Console(file=io.StringIO(), width=200)
    answer.show(out)
    text = out.file
    assert isinstance(text, io.StringIO)
    return " ".join(text.getvalue().split())


# A colleague goes on


@pytest.mark.parametrize("at", [1, 2, 3])
@pytest.mark.parametrize("landed", [False, True])
def test_payout__cut_off__is_continued_from_another_checkout(
    kgst: System, elsewhere: System, holder: Any, file: Path, reordered: Path, at: int, landed: bool
) -> None:
    cut(kgst, file, as_(holder), at, landed=landed)
    if (at, landed) == (3, True):
        assert "made before: round-1" in refusal(elsewhere, reordered, as_(holder))
    else:
        document = payout(elsewhere, reordered, TWOS, as_(holder)).document
        assert document["done"] is True
        others = [chunk["by_another"] for chunk in document["chunks"]]
        assert others == [n < at + landed for n in (1, 2, 3)]
        assert all(chunk["transaction"] for chunk in document["chunks"])
    assert som_of(kgst) == [1, 2, 3, 4, 5]
    # The first run, whose nonce another transaction may have used, learns that all is done.
    document = payout(kgst, file, TWOS, as_(holder)).document
    assert (document["done"], document["total_paid"]) == (True, str(15 * SOM))
    assert kgst.files is not None
    assert list(kgst.files.operations.glob("*.jsonl")) == []
    for system in (kgst, elsewhere):
        assert "made before: round-1" in refusal(system, file, as_(holder))
    assert som_of(kgst) == [1, 2, 3, 4, 5]


def test_payout__paid_in_another_checkout__is_refused(
    kgst: System, elsewhere: System, holder: Any, file: Path, reordered: Path
) -> None:
    payout(kgst, file, TWOS, as_(holder))
    for terms in (TWOS, Terms(chunk=1), Terms(chunk=3), Terms()):
        assert "made before: round-1" in refusal(elsewhere, reordered, as_(holder), terms)


def test_payout__begun_in_another_division__is_refused_and_told(
    kgst: System, elsewhere: System, holder: Any, file: Path, reordered: Path
) -> None:
    cut(kgst, file, as_(holder), 1, landed=True)
    for size in (1, 3, 4, 5, 100):
        said = refusal(elsewhere, reordered, as_(holder), Terms(chunk=size))
        assert "begun with 2 payments to a transaction: give --chunk 2" in said
    payout(elsewhere, reordered, TWOS, as_(holder))
    assert som_of(kgst) == [1, 2, 3, 4, 5]


def test_payout__all_in_one__whatever_the_chunk(
    kgst: System, elsewhere: System, holder: Any, file: Path
) -> None:
    payout(kgst, file, Terms(chunk=5), as_(holder))
    assert "made before: round-1" in refusal(elsewhere, file, as_(holder), Terms(chunk=100))


def test_payout__same_payments_with_references__are_other_ones(
    kgst: System, holder: Any, file: Path, tmp_path: Path
) -> None:
    payout(kgst, file, TWOS, as_(holder))
    august = tmp_path / "august.csv"
    august.write_text(f"address,amount_som,reference\n{RECEIVERS[0]},1.00,August\n")
    payout(kgst, august, TWOS, as_(holder))
    assert som_of(kgst) == [2, 2, 3, 4, 5]


# Rounds


def test_payout__again__is_counted_by_the_chain(
    kgst: System, elsewhere: System, holder: Any, file: Path, reordered: Path
) -> None:
    payout(kgst, file, TWOS, as_(holder))
    again = replace(TWOS, again="round-1")
    with pytest.MonkeyPatch.context() as broken:
        power_cut(broken, 2, landed=True)
        with pytest.raises(RuntimeError):
            payout(elsewhere, reordered, again, as_(holder))
    assert som_of(kgst) == [2, 4, 6, 8, 5]
    third = replace(TWOS, again="round-2")
    said = refusal(kgst, file, as_(holder), third)
    assert "round-2 of salaries.csv is unfinished" in said
    assert "--chunk 2 with --again round-1" in said
    assert "made before: round-2" in refusal(kgst, file, as_(holder))
    document = payout(kgst, file, again, as_(holder)).document
    assert (document["round"], document["resumed"]) == (2, True)
    assert som_of(kgst) == [2, 4, 6, 8, 10]
    assert payout(kgst, reordered, third, as_(holder)).document["round"] == 3
    assert som_of(kgst) == [3, 6, 9, 12, 15]


# Keys that something else took


def test_payout__key_used_for_other_payments__is_refused(
    kgst: System, holder: Any, file: Path, key: Any
) -> None:
    kgst.token.payout([RECEIVERS[0]], [7 * SOM], key(1), sender=holder)
    said = refusal(kgst, file, as_(holder))
    assert "payout-001 of salaries.csv: its key was used by transaction 0x" in said
    assert "paid something else: 1 payments, 7.00 som" in said


@pytest.mark.parametrize(
    ("receivers", "values"),
    [
        (RECEIVERS[2:4], [3, 5]),
        (RECEIVERS[2:5], [3, 4, 5]),
        (RECEIVERS[2:3], [3]),
        ([*RECEIVERS[2:4], RECEIVERS[3]], [3, 4, 4]),
    ],
)
def test_payout__later_key_used_for_other_payments__is_refused(
    kgst: System, holder: Any, file: Path, key: Any, receivers: list[str], values: list[int]
) -> None:
    cut(kgst, file, as_(holder), 1, landed=True)
    kgst.token.payout(receivers, [v * SOM for v in values], key(2), sender=holder)
    said = refusal(kgst, file, as_(holder))
    assert "payout-002 of salaries.csv: its key was used by transaction 0x" in said


def test_payout__paid_by_hand_with_the_key__counts(
    kgst: System, holder: Any, file: Path, key: Any
) -> None:
    kgst.token.payout(RECEIVERS[:2], [SOM, 2 * SOM], key(1), sender=holder)
    # Not in the order of the command: who was paid is what counts.
    kgst.token.payout(RECEIVERS[3:1:-1], [4 * SOM, 3 * SOM], key(2), sender=holder)
    document = payout(kgst, file, TWOS, as_(holder)).document
    assert [chunk["by_another"] for chunk in document["chunks"]] == [True, True, False]
    assert som_of(kgst) == [1, 2, 3, 4, 5]


def test_payout__first_key_canceled__is_void_until_the_next_round(
    kgst: System, holder: Any, relayer: Any, file: Path, key: Any
) -> None:
    signed = cancellation(holder, int.from_bytes(key(1))).signed(holder, kgst.domain, "bytes")
    kgst.token.cancelAuthorization(*signed, sender=relayer)
    assert "declared void before anything was paid" in refusal(kgst, file, as_(holder))
    payout(kgst, file, replace(TWOS, again="round-1"), as_(holder))
    assert som_of(kgst) == [1, 2, 3, 4, 5]


def test_payout__later_key_canceled__is_given_up_by_rest(
    kgst: System, holder: Any, relayer: Any, file: Path, key: Any, tmp_path: Path
) -> None:
    cut(kgst, file, as_(holder), 1, landed=True)
    signed = cancellation(holder, int.from_bytes(key(3))).signed(holder, kgst.domain, "bytes")
    kgst.token.cancelAuthorization(*signed, sender=relayer)
    said = refusal(kgst, file, as_(holder))
    assert "is being given up: 1 of its 3 transactions" in said
    assert "--rest FILE" in said
    rest = tmp_path / "rest.csv"
    payout(kgst, file, replace(TWOS, rest=rest), as_(holder))
    assert rest.read_text().splitlines()[1:] == [
        f"{RECEIVERS[2]},300,", f"{RECEIVERS[3]},400,", f"{RECEIVERS[4]},500,",
    ]  # fmt: skip
    payout(kgst, rest, TWOS, as_(holder))
    assert som_of(kgst) == [1, 2, 3, 4, 5]


def test_payout__node_without_events__decides_nothing(
    kgst: System, elsewhere: System, holder: Any, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut(kgst, file, as_(holder), 2, landed=True)
    eth = kgst.provider.web3.eth

    def refused(*_: Any) -> Any:
        raise NodeRefusedError("eth_getLogs is off", code=-32000, said="eth_getLogs is off")

    def none(*_: Any) -> list[Any]:
        return []

    answers: list[Any] = [refused, none]
    for answer in answers:
        with monkeypatch.context() as silent:
            silent.setattr(eth, "get_logs", answer)
            said = refusal(elsewhere, file, as_(holder))
            assert "payout-001 of salaries.csv: the token says that its key was used" in said
            assert "Silence decides nothing" in said
    # Where the journal is nobody has to ask.
    monkeypatch.setattr(eth, "get_logs", refused)
    assert payout(kgst, file, TWOS, as_(holder)).document["done"] is True
    assert "made before" in refusal(kgst, file, as_(holder))
    assert som_of(kgst) == [1, 2, 3, 4, 5]


def test_payout__node_that_forgot_what_is_final__is_not_believed(
    kgst: System, holder: Any, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kgst.supply.payout_rounds import Rounds

    cut(kgst, file, as_(holder), 3, landed=False)
    taken = Rounds._taken
    for known, name in ((1, "payout-002"), (0, "payout-001")):
        monkeypatch.setattr(
            Rounds,
            "_taken",
            lambda self, keys, n=known: taken(self, keys)[:n] + [False] * (len(keys) - n),
        )
        with pytest.raises(NodeError, match=rf"{name} of salaries\.csv is final in transaction 0x"):
            payout(kgst, file, TWOS, as_(holder))


# Another run is faster


def test_payout__beaten_by_another_transaction__goes_on_after_it(
    kgst: System, holder: Any, relayer: Any, file: Path, key: Any
) -> None:
    """A payment that the payer signed, with the very key, lands while the second of five is on its way."""
    ones, submit, calls = Terms(chunk=1), Delivery._submit, []
    paying = transfer_authorization(holder, RECEIVERS[1], 2 * SOM, nonce=int.from_bytes(key(2)))

    def beaten(self: Delivery) -> None:
        calls.append(self.signed)
        if len(calls) == 2:
            kgst.token.transferWithAuthorization(
                *paying.signed(holder, kgst.domain), sender=relayer
            )
        submit(self)

    with pytest.MonkeyPatch.context() as meanwhile:
        meanwhile.setattr(Delivery, "_submit", beaten)
        with pytest.raises(RefusedError, match=r"payout-002 .* another transaction has used the"):
            payout(kgst, file, ones, as_(holder))
    assert som_of(kgst) == [1, 2, 0, 0, 0]
    document = payout(kgst, file, ones, as_(holder)).document
    assert [c["by_another"] for c in document["chunks"]] == [False, True, False, False, False]
    assert som_of(kgst) == [1, 2, 3, 4, 5]


def test_payout__two_checkouts_at_once__divide_it_in_one_way(
    kgst: System, elsewhere: System, holder: Any, file: Path, reordered: Path
) -> None:
    """Both found the file unpaid; the one whose first transaction lands later sends no second one."""
    submit, calls = Delivery._submit, []

    def racing(self: Delivery) -> None:
        calls.append(self.signed)
        if len(calls) == 1:
            payout(elsewhere, reordered, Terms(chunk=3), as_(holder))
        submit(self)

    with pytest.MonkeyPatch.context() as meanwhile:
        meanwhile.setattr(Delivery, "_submit", racing)
        with pytest.raises((RefusedError, NonceUsedError)):
            payout(kgst, file, TWOS, as_(holder))
    assert som_of(kgst) == [1, 2, 3, 4, 5]
    assert "made before: round-1" in refusal(kgst, file, as_(holder))


# Giving up


def test_rest__cut_off__goes_on_from_another_checkout_and_ends_all_others(
    kgst: System, elsewhere: System, holder: Any, file: Path, tmp_path: Path
) -> None:
    cut(kgst, file, as_(holder), 1, landed=True)
    mine, theirs = tmp_path / "rest.csv", tmp_path / "rest of the colleague.csv"
    with pytest.MonkeyPatch.context() as broken:
        power_cut(broken, 2, landed=False)
        with pytest.raises(RuntimeError):
            payout(kgst, file, replace(TWOS, rest=mine), as_(holder))
    assert not mine.exists()
    assert "is being given up" in refusal(elsewhere, file, as_(holder))
    given_up = payout(elsewhere, file, replace(TWOS, rest=theirs), as_(holder))
    voids = [bool(chunk["void"]) for chunk in given_up.document["chunks"]]
    assert voids == [False, True, True]
    said = shown(given_up)
    assert "payout-001 3.00 som, block" in said
    assert "(by another run)" in said
    assert "Given up. 3.00 som of 15.00 som were paid." in said
    answer = payout(kgst, file, replace(TWOS, rest=mine), as_(holder))
    assert answer.document["rest"] == str(mine)
    assert mine.read_text() == theirs.read_text()
    assert "but for 2 of 3 transactions, which were given up" in refusal(kgst, file, as_(holder))
    payout(elsewhere, theirs, TWOS, as_(holder))
    assert "made before" in refusal(kgst, mine, as_(holder))
    assert som_of(kgst) == [1, 2, 3, 4, 5]


def test_rest__of_what_is_paid__writes_nothing(
    kgst: System, holder: Any, file: Path, tmp_path: Path
) -> None:
    payout(kgst, file, TWOS, as_(holder))
    nonce, rest = holder.nonce, tmp_path / "rest.csv"
    document = payout(kgst, file, replace(TWOS, rest=rest), as_(holder)).document
    assert (document["rest"], document["done"]) == (None, True)
    assert (holder.nonce, rest.exists()) == (nonce, False)


def test_rest__in_no_folder__declares_nothing_void(
    kgst: System, holder: Any, file: Path, tmp_path: Path
) -> None:
    cut(kgst, file, as_(holder), 1, landed=True)
    nonce = holder.nonce
    with pytest.raises(InputError, match="its folder does not exist"):
        payout(kgst, file, replace(TWOS, rest=tmp_path / "no" / "rest.csv"), as_(holder))
    assert holder.nonce == nonce


# A Safe


def test_payout__by_a_safe__keeps_to_its_keys(
    kgst: System, elsewhere: System, owners: list[Any], safe: str, file: Path, reordered: Path,
    tmp_path: Path, key: Any,
) -> None:  # fmt: skip
    a, b, c = owners
    payout(kgst, file, TWOS, as_(a, "treasury"))
    with pytest.MonkeyPatch.context() as broken:
        power_cut(broken, 1, landed=True)
        with pytest.raises(RuntimeError):
            payout(kgst, file, TWOS, as_(b, "treasury"))
    assert kgst.token.authorizationState(safe, key(1))
    said = refusal(elsewhere, reordered, as_(c, "treasury"), Terms(chunk=3))
    assert "begun with 2 payments to a transaction" in said

    # Given up by two owners elsewhere: what the others have signed can no longer pay.
    rest = replace(TWOS, rest=tmp_path / "rest.csv")
    first = payout(elsewhere, reordered, rest, as_(c, "treasury"))
    assert (first.exit_code, first.document["rest"]) == (ExitCode.WAITING, None)
    second = payout(elsewhere, reordered, rest, as_(a, "treasury"))
    assert second.document["rest"] == str(rest.rest)
    assert "were given up" in refusal(kgst, file, as_(b, "treasury"))
    assert som_of(kgst) == [1, 2, 0, 0, 0]
    assert rest.rest is not None
    for owner in (a, b):
        answer = payout(elsewhere, rest.rest, TWOS, as_(owner, "treasury"))
    assert answer.document["done"] is True
    assert som_of(kgst) == [1, 2, 3, 4, 5]
