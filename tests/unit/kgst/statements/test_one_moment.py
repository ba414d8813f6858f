"""One moment: the same day in every account, no day missing before it, and no money in two places."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from support.camt053 import ACCOUNT, OTHER_ACCOUNT, Write, balance, day, message, refusal, statement

from kgst.statements import Accounts, ReserveAccount, StatementError, read_reserves

TUESDAY = date(2026, 3, 3)
BOTH = Accounts([ReserveAccount(account=ACCOUNT), ReserveAccount(account=OTHER_ACCOUNT)])


def entry(
    som: int,
    *,
    credit: bool = True,
    other: str = "",
    value: str = "",
    reversal: bool = False,
    code: str = "",
) -> str:
    role = "Dbtr" if credit != reversal else "Cdtr"
    party = (
        f"<RltdPties><{role}Acct><Id><Othr><Id>{other}</Id></Othr></Id></{role}Acct></RltdPties>"
    )
    return (
        f'<Ntry><Amt Ccy="KGS">{som}.00</Amt><CdtDbtInd>{"CRDT" if credit else "DBIT"}</CdtDbtInd>'
        f"{'<RvslInd>true</RvslInd>' if reversal else ''}<Sts><Cd>BOOK</Cd></Sts>"
        f"<BookgDt><Dt>2026-03-04</Dt></BookgDt><ValDt><Dt>{value or '2026-03-04'}</Dt></ValDt>"
        f"<BkTxCd>{code}</BkTxCd><NtryDtls><TxDtls>{party if other else ''}</TxDtls></NtryDtls></Ntry>"
    )


def on(
    when: str,
    opening: int | None,
    closing: int,
    *entries: str,
    account: str = ACCOUNT,
    number: int = 1,
) -> str:
    """A message of one statement that closes on `when`, 1 to 9 March."""
    opened = (
        "" if opening is None else balance(f"{opening}.00", code="<Cd>OPBD</Cd>", day=day(when))
    )
    body = opened + balance(f"{closing}.00", day=day(when)) + "".join(entries)
    made = date.fromisoformat(when) + timedelta(days=1)
    text = message(
        statement(
            body, account=account, identifier=f"S-{when}-{number}", created=f"{made}T00:20:00"
        ),
        identifier=f"M-{account}-{when}",
    )
    return text.replace("2026-03-05T00:15", f"{made}T00:15")


def test_read_reserves__days_in_files_of_their_own__are_one_chain(write: Write) -> None:
    files = [
        write(on("2026-03-02", 0, 10, entry(10)), "mon.xml"),
        write(on("2026-03-03", 10, 30, entry(20)), "tue.xml"),
        write(on("2026-03-04", 30, 25, entry(5, credit=False)), "wed.xml"),
    ]
    assert read_reserves(files[::-1]).total_tyiyn == 2_500
    text = refusal(files[0], files[2])
    assert "it opens with 30.00" in text
    assert "closed with 10.00 on 2026-03-02" in text
    assert "a statement between them is missing" in text


def test_read_reserves__statement_of_two_days__may_say_the_first_again(write: Write) -> None:
    first = write(on("2026-03-03", 10, 30, entry(20)), "tue.xml")
    both = on("2026-03-04", 10, 25, entry(20), entry(5, credit=False))
    period = (
        "<FrToDt><FrDtTm>2026-03-03T00:00:00</FrDtTm><ToDtTm>2026-03-04T23:59:59</ToDtTm></FrToDt>"
    )
    again = write(both.replace("<Acct>", f"{period}<Acct>"), "both.xml")
    assert read_reserves([first, again]).total_tyiyn == 2_500
    other = on("2026-03-04", 11, 25, entry(19), entry(5, credit=False))
    text = refusal(first, write(other.replace("<Acct>", f"{period}<Acct>"), "other.xml"))
    assert "it opens with 11.00" in text


def test_read_reserves__continues_the_last_report__or_names_what_is_missing(write: Write) -> None:
    previous = read_reserves([write(on("2026-03-02", 0, 10, entry(10)), "mon.xml")])
    tuesday = write(on("2026-03-03", 10, 30, entry(20)), "tue.xml")
    wednesday = write(on("2026-03-04", 30, 25, entry(5, credit=False)), "wed.xml")
    assert read_reserves([tuesday, wednesday], previous=previous).total_tyiyn == 2_500
    text = refusal(wednesday, previous=previous)
    assert "it opens with 30.00, and the last report closed 2026-03-02 with 10.00" in text
    altered = write(on("2026-03-02", 0, 11, entry(11)), "mon.xml")
    assert "the last report has 10.00 for the same closing" in refusal(altered, previous=previous)
    silent = read_reserves([write(on("2026-03-03", None, 30), "tue.xml")], previous=previous)
    assert "does not say its opening balance" in silent.notes[0]
    later = read_reserves([wednesday])
    older = write(on("2026-03-03", 10, 30, entry(20)), "tue.xml")
    assert "2026-03-04 has been attested already" in refusal(older, previous=later)


def test_read_reserves__holiday__takes_the_last_closing_when_told(write: Write) -> None:
    open_bank = write(on("2026-03-04", 0, 10, entry(10)), "open.xml")
    closed = write(on("2026-03-03", 0, 20, entry(20), account=OTHER_ACCOUNT), "closed.xml")
    text = refusal(open_bank, closed)
    assert "open.xml" in text
    assert "closed.xml" in text
    assert "--closing 2026-03-04" in text
    total = read_reserves([open_bank, closed], closing=date(2026, 3, 4))
    assert (total.total_tyiyn, total.closing_day) == (3_000, date(2026, 3, 4))
    assert [one.account for one in total.earlier] == [OTHER_ACCOUNT]
    assert "its first closing is 2026-03-04" in refusal(open_bank, closed, closing=TUESDAY)
    with pytest.raises(StatementError, match="the last closing in the statements is 2026-03-04"):
        read_reserves([open_bank, closed], closing=date(2026, 3, 5))
    with pytest.raises(StatementError, match="has not ended in Bishkek"):
        read_reserves([open_bank], closing=date(2026, 3, 5), not_after=date(2026, 3, 4))


def two(write: Write, *on_taker: str, giver: tuple[str, ...] = ()) -> list[Path]:
    """A giver with 40 som and a taker, who has what is booked to it."""
    came = 5
    return [
        write(on("2026-03-04", 40 + came * len(giver), 40, *giver), "giver.xml"),
        write(on("2026-03-04", None, 25, *on_taker, account=OTHER_ACCOUNT), "taker.xml"),
    ]


def test_read_reserves__credit_from_an_own_account__counts_with_its_debit_only(
    write: Write,
) -> None:
    credit = entry(5, other=ACCOUNT)
    total = read_reserves(two(write, credit), accounts=BOTH)
    assert total.total_tyiyn == 6_500 - 500
    (taken,) = total.deductions
    assert (taken.kind, taken.account, taken.tyiyn) == ("transfer_in_transit", OTHER_ACCOUNT, 500)
    assert f"from the own account {ACCOUNT}" in taken.reason
    for debit in (entry(5, credit=False, other=OTHER_ACCOUNT), entry(5, credit=False)):
        whole = read_reserves(two(write, credit, giver=(debit,)), accounts=BOTH)
        assert (whole.total_tyiyn, whole.deductions) == (6_500, ())


def test_read_reserves__two_credits_and_one_debit__one_is_not_counted(write: Write) -> None:
    debit = entry(5, credit=False, other=OTHER_ACCOUNT)
    credit = entry(5, other=ACCOUNT)
    total = read_reserves(two(write, credit, credit, giver=(debit,)), accounts=BOTH)
    assert [one.tyiyn for one in total.deductions] == [500]


def test_read_reserves__debit_to_somebody_else__serves_no_transfer(write: Write) -> None:
    debit = entry(5, credit=False, other="77")
    total = read_reserves(two(write, entry(5, other=ACCOUNT), giver=(debit,)), accounts=BOTH)
    assert [one.tyiyn for one in total.deductions] == [500]


def test_read_reserves__credit_that_was_reversed__is_no_transfer(write: Write) -> None:
    back = entry(5, credit=False, other=ACCOUNT, reversal=True)
    total = read_reserves(two(write, entry(5, other=ACCOUNT), back), accounts=BOTH)
    assert total.deductions == ()


def test_read_reserves__credit_from_an_account_that_does_not_count__is_money(write: Write) -> None:
    total = read_reserves(two(write, entry(5, other="77")), accounts=BOTH)
    assert (total.total_tyiyn, total.deductions) == (6_500, ())


def test_read_reserves__value_after_the_closing__is_not_counted(write: Write) -> None:
    later = entry(7, value="2026-03-05")
    total = read_reserves([write(on("2026-03-04", 0, 10, entry(3), later))])
    assert total.total_tyiyn == 300
    (taken,) = total.deductions
    assert (taken.kind, taken.tyiyn) == ("value_after_closing", 700)
    assert "of value 2026-03-05, after the closing of 2026-03-04" in taken.reason
    back = entry(7, credit=False, value="2026-03-05", reversal=True)
    assert read_reserves([write(on("2026-03-04", 0, 3, entry(3), later, back))]).deductions == ()


def test_read_reserves__swept_account__counts_beside_the_other_only(write: Write) -> None:
    code = "<Domn><Cd>CAMT</Cd><Fmly><Cd>ACCB</Cd><SubFmlyCd>ZABA</SubFmlyCd></Fmly></Domn>"
    swept = entry(5, other=OTHER_ACCOUNT, code=code)
    one = write(on("2026-03-04", 0, 5, swept), "swept.xml")
    assert f"to or from {OTHER_ACCOUNT}" in refusal(one)
    other = on("2026-03-04", 9, 4, entry(5, credit=False, other=ACCOUNT), account=OTHER_ACCOUNT)
    assert read_reserves([one, write(other, "other.xml")]).total_tyiyn == 900


def test_read_reserves__other_accounts_in_the_file__are_named_and_left_out(write: Write) -> None:
    owner = "<Ccy>USD</Ccy><Ownr><Nm>Issuer</Nm></Ownr>"
    foreign = statement(balance("7.00", currency="USD"), account="77", owner=owner)
    total = read_reserves(
        [write(message(statement(), foreign))], accounts=Accounts([ReserveAccount(account=ACCOUNT)])
    )
    assert total.total_tyiyn == 10_000
    (one,) = total.left_out
    assert (one.account, one.owner, one.currency, one.file) == ("77", "Issuer", "USD", "bank.xml")
    assert b"77" not in total.report().replace(ACCOUNT.encode(), b"").split(b"file_sha256")[0]


def test_read_reserves__as_the_bank_writes_it__is_the_account_of_the_list(write: Write) -> None:
    listed = Accounts(
        [ReserveAccount(account=ACCOUNT, bank="TLPRKG22", written=(f"{ACCOUNT}:KGS",))]
    )
    total = read_reserves([write(message(statement(account=f"{ACCOUNT}:KGS")))], accounts=listed)
    assert (total.accounts[0].account, total.accounts[0].bank) == (ACCOUNT, "TLPRKG22")


@pytest.mark.parametrize(
    ("owner", "is_refused"),
    [
        ("Issuer LLC", False),
        ('ISSUER "LLC"', False),
        ("Issuer L.L.C.", False),
        ("Another LLC", True),
    ],
)
def test_read_reserves__owner_of_another_name__is_refused(
    write: Write, owner: str, is_refused: bool
) -> None:
    listed = Accounts([ReserveAccount(account=ACCOUNT, owner="Issuer LLC")])
    path = write(message(statement(owner=f"<Ownr><Nm>{owner}</Nm></Ownr>")))
    if is_refused:
        assert "its owner is 'Another LLC'" in refusal(path, accounts=listed)
    else:
        assert read_reserves([path], accounts=listed).total_tyiyn == 10_000


def test_as_of__is_midnight_in_bishkek(write: Write) -> None:
    assert read_reserves([write(message())]).as_of == 1_772_647_200  # 2026-03-04 18:00:00 UTC
