"""What the events of an index say that the contracts' getters have to say."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from eth_abi.abi import decode
from eth_utils.address import to_checksum_address

from kgst.index import queries
from kgst.index.claim import Ask, Claim
from kgst.index.role_claims import role_claims
from kgst.multicall import Head, Read, Reads
from kgst.snapshot.token import TokenReads

if TYPE_CHECKING:
    from kgst.deployment.system import System
    from kgst.history.database import History

__all__ = ["all_claims"]

T = TypeVar("T")


def all_claims(system: System, history: History, head: Head, since: int) -> Iterator[Claim]:
    """All that events speak of; of accounts, orders and keys only what they speak of in block `since` or later."""
    yield from _figures(system, history)
    yield from _auditors(system, history)
    yield from _accounts(system, history, since)
    yield from _keys(system, history, since)
    yield from _issuers(system, history)
    yield from role_claims(system, history, head)


def _token(system: System, method: str, *arguments: Any) -> Ask:
    return lambda reads: getattr(TokenReads(reads, system.token), method)(*arguments)


def _of(system: System, method: str, *arguments: Any) -> Ask:
    return lambda reads: reads.of(system.token, method, *arguments)


def _field(ask: Ask, name: str) -> Ask:
    """The same read, of which one field is compared."""

    def asked(reads: Reads) -> Read[Any]:
        read = ask(reads)
        shape = read.shape
        read.shape = lambda values: getattr(shape(values), name)
        return read

    return asked


def _at_most(expected: Any, found: Any) -> bool:
    return bool(found <= expected)


def _executed(expected: Any, found: Any) -> bool:
    _, executed = found
    return bool(executed == expected)


def _last(history: History, view: str, column: str, default: T) -> T:
    rows = history.rows(
        f"SELECT {column} FROM {view} ORDER BY block_number DESC, log_index DESC LIMIT 1"  # noqa: S608
    )
    return rows[0][0] if rows else default


def _figures(system: System, history: History) -> Iterator[Claim]:
    """What the token has one of."""
    [(minted, burned)] = history.rows(
        f"SELECT coalesce(sum(value) FILTER (WHERE \"from\" = '{queries.ZERO}'), 0), "  # noqa: S608
        f"coalesce(sum(value) FILTER (WHERE \"to\" = '{queries.ZERO}'), 0) FROM transfer"
    )
    ask = partial(_token, system)
    solvency = ask("solvency")
    yield Claim("token", "supply", "", int(minted - burned), _field(solvency, "supply"))
    yield Claim("token", "burned in all", "", int(burned), _field(solvency, "burned"))
    for column, field in (
        ("epoch", "epoch"),
        ("reserves", "reserves"),
        ("settled", "settled"),
        ("as_of", "as_of"),
    ):
        expected = _last(history, "reserves_attested", column, 0)
        yield Claim(
            "token", "last attestation", column, expected, _field(ask("attestation"), field)
        )
    for view, column, field in (
        ("max_age_set", "max_age", "max_age"),
        ("max_increase_set", "max_increase_bps", "max_increase_bps"),
        ("margin_set", "margin_bps", "margin_bps"),
    ):
        limit: int | None = _last(history, view, column, None)
        if limit is not None:
            yield Claim("token", "limits", column, limit, _field(ask("limits"), field))
    yield Claim("token", "halts", "", _last(history, "minting_halted", "halts", 0), ask("halts"))
    flags = _last(history, "pause_flags_changed", "new_flags", 0)
    yield Claim("token", "pauses", "", flags, ask("pause_flags"))
    diverted = _last(history, "delegate_all_set", "delegate_all", False)
    yield Claim("token", "DELEGATE_ALL", "", diverted, ask("delegate_all"))
    implementation = _last(history, "upgraded", "implementation", queries.ZERO)
    yield Claim(
        "token",
        "implementation",
        "",
        to_checksum_address(implementation),
        _of(system, "implementation"),
    )
    consents = _last(history, "implementation_approved", "nonce + 1", 0)
    yield Claim("token", "consents", "", consents, _field(ask("consent"), "nonce"))


def _auditors(system: System, history: History) -> Iterator[Claim]:
    """The auditors in office, and a recovery under way."""
    ask = _token(system, "auditors")
    rows = history.rows(
        "SELECT l.block_number, l.log_index, l.topic1, l.data FROM logs l JOIN auditors_set s "
        "USING (block_number, log_index) ORDER BY 1 DESC, 2 DESC LIMIT 1"
    )
    for block, index, version, data in rows:
        members, threshold = decode(["address[]", "uint256"], data)
        suspended = {
            to_checksum_address(one)
            for (one,) in history.rows(
                "SELECT auditor FROM auditor_suspended WHERE (block_number, log_index) > (?, ?)",
                (block, index),
            )
        }
        yield Claim("token", "auditors", "set", int.from_bytes(version), _field(ask, "version"))
        yield Claim("token", "auditors", "threshold", threshold, _field(ask, "threshold"))
        expected = tuple(map(to_checksum_address, members))
        yield Claim("token", "auditors", "members", expected, _field(ask, "members"))
        yield Claim(
            "token",
            "auditors",
            "suspended",
            tuple(one for one in expected if one in suspended),
            _field(ask, "suspended"),
        )
    [(proposed,)] = history.rows(
        "SELECT coalesce(arg_max(acceptable_at, (block_number, log_index)), 0) FROM ("
        "SELECT block_number, log_index, ('0x' || hex(data[81:96]))::UHUGEINT AS acceptable_at FROM logs "
        "JOIN auditors_proposed USING (block_number, log_index) "
        "UNION ALL SELECT block_number, log_index, 0 FROM auditors_proposal_canceled "
        "UNION ALL SELECT block_number, log_index, 0 FROM auditors_set)"
    )
    yield Claim(
        "token",
        "recovery",
        "acceptable at",
        int(proposed),
        _field(_token(system, "recovery"), "acceptable_at"),
    )


def _accounts(system: System, history: History, since: int) -> Iterator[Claim]:
    """Balances, blocks, frozen amounts, allowances."""
    ask = partial(_token, system)
    # Of whoever any event names everything is asked: what no event explains was done by one that is missing.
    for account, balance, blocked, frozen in history.rows(queries.ACCOUNTS, (since,)):
        address = to_checksum_address(account)
        yield Claim("token", "balances", address, int(balance), ask("balance", address))
        yield Claim("token", "blocked accounts", address, blocked, ask("is_blocked", address))
        yield Claim("token", "frozen amounts", address, int(frozen), ask("frozen", address))
    # Payments by a spender use up an allowance without an event of their own.
    for owner, spender, approved in history.rows(
        "SELECT owner, spender, arg_max(coalesce(value, -1), (block_number, log_index)) FROM approval "
        "GROUP BY owner, spender HAVING max(block_number) >= ? ORDER BY owner, spender",
        (since,),
    ):
        if approved >= 0:
            one, other = to_checksum_address(owner), to_checksum_address(spender)
            yield Claim(
                "token",
                "allowances",
                f"{one} to {other}",
                int(approved),
                _of(system, "allowance", one, other),
                _at_most,
            )


def _keys(system: System, history: History, since: int) -> Iterator[Claim]:
    """Used and canceled authorizations, executed orders."""
    for authorizer, nonce in history.rows(
        "SELECT DISTINCT authorizer, nonce FROM (SELECT block_number, authorizer, nonce FROM authorization_used "
        "UNION ALL SELECT block_number, authorizer, nonce FROM authorization_canceled) "
        "WHERE block_number >= ? ORDER BY 1, 2",
        (since,),
    ):
        address, key = to_checksum_address(authorizer), bytes.fromhex(nonce[2:])
        yield Claim(
            "token",
            "used authorizations",
            f"{address} {nonce}",
            True,
            _of(system, "authorizationState", address, key),
        )
    for order, account, value in history.rows(
        "SELECT order_hash, account, sum(value) FROM order_executed "
        "GROUP BY order_hash, account HAVING max(block_number) >= ? ORDER BY 1, 2",
        (since,),
    ):
        address, key = to_checksum_address(account), bytes.fromhex(order[2:])
        yield Claim(
            "token",
            "executed orders",
            f"{order} on {address}",
            int(value),
            _of(system, "orderOf", key, address),
            _executed,
        )


def _issuers(system: System, history: History) -> Iterator[Claim]:
    """The terms of each that ever was one."""
    for issuer, capacity, refill, may_burn in history.rows(
        "SELECT issuer, arg_max(capacity, place), arg_max(refill, place), arg_max(may_burn, place) FROM ("
        "SELECT (block_number, log_index) AS place, issuer, capacity, refill_per_second AS refill, may_burn "
        "FROM issuer_set UNION ALL SELECT (block_number, log_index), issuer, 0, 0, false FROM issuer_cut) "
        "GROUP BY issuer ORDER BY issuer"
    ):
        address = to_checksum_address(issuer)
        ask = _token(system, "issuer", address)
        for name, expected in (
            ("capacity", int(capacity)),
            ("refill_per_second", int(refill)),
            ("may_burn", may_burn),
        ):
            yield Claim("token", "issuers", f"{address} {name}", expected, _field(ask, name))
    # A cut takes everything but this.
    for (desk,) in history.rows("SELECT DISTINCT desk FROM desk_set ORDER BY desk"):
        address = to_checksum_address(desk)
        yield Claim(
            "token", "desks", address, True, _field(_token(system, "issuer", address), "desk")
        )
