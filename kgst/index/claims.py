"""What the events of an index say that the contracts' getters have to say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

from eth_abi.abi import decode
from eth_utils.address import to_checksum_address

from kgst.multicall import Head, Read, Reads
from kgst.snapshot.token import TokenReads

if TYPE_CHECKING:
    from kgst.deployment.contracts import Deployment
    from kgst.history.database import History

__all__ = ["Claim", "all_claims"]

T = TypeVar("T")

_ZERO: Final = "0x" + "00" * 20


_ACCOUNTS: Final = f"""
WITH named AS (
    SELECT block_number, log_index, "from" AS account, -value::HUGEINT AS change, NULL AS blocked,
        NULL::HUGEINT AS frozen FROM transfer
    UNION ALL SELECT block_number, log_index, "to", value::HUGEINT, NULL, NULL FROM transfer
    UNION ALL SELECT block_number, log_index, account, 0, true, NULL FROM blocked
    UNION ALL SELECT block_number, log_index, account, 0, false, NULL FROM unblocked
    UNION ALL SELECT block_number, log_index, account, 0, NULL, amount::HUGEINT FROM frozen
    UNION ALL SELECT block_number, log_index, owner, 0, NULL, NULL FROM approval
    UNION ALL SELECT block_number, log_index, spender, 0, NULL, NULL FROM approval
    UNION ALL SELECT block_number, log_index, authorizer, 0, NULL, NULL FROM authorization_used
)
SELECT account, sum(change), coalesce(arg_max(blocked, (block_number, log_index)), false), coalesce(arg_max(frozen, (block_number, log_index)), 0)
FROM named WHERE account <> '{_ZERO}' GROUP BY account HAVING max(block_number) >= ? ORDER BY account
"""  # noqa: S608


_ROLES: Final = """
WITH known AS (
    SELECT role_id FROM role_granted UNION SELECT role_id FROM role_revoked UNION SELECT role_id FROM role_label
    UNION SELECT role_id FROM role_admin_changed UNION SELECT role_id FROM role_guardian_changed
    UNION SELECT role_id FROM role_grant_delay_changed UNION SELECT role_id FROM target_function_role_updated
)
SELECT role_id,
    coalesce((SELECT arg_max(admin, (block_number, log_index)) FROM role_admin_changed a
        WHERE a.role_id = known.role_id), 0),
    coalesce((SELECT arg_max(guardian, (block_number, log_index)) FROM role_guardian_changed g
        WHERE g.role_id = known.role_id), 0),
    coalesce((SELECT arg_max(delay, (block_number, log_index)) FROM role_grant_delay_changed d
        WHERE d.role_id = known.role_id AND d.since <= ?), 0)
FROM known WHERE role_id < 2 ** 64 - 1 ORDER BY role_id
"""
_TARGETS: Final = """
WITH known AS (
    SELECT target FROM target_function_role_updated UNION SELECT target FROM target_closed
    UNION SELECT target FROM target_admin_delay_updated UNION SELECT target FROM operation_scheduled
)
SELECT target, coalesce((SELECT arg_max(closed, (block_number, log_index)) FROM target_closed c
    WHERE c.target = known.target), false)
FROM known ORDER BY target
"""
_OPERATIONS: Final = """
WITH last AS (
    SELECT operation_id, max(nonce) AS nonce, arg_max(schedule, nonce) AS due FROM operation_scheduled
    GROUP BY operation_id
)
SELECT operation_id, nonce, due, NOT EXISTS (
    SELECT 1 FROM (SELECT operation_id, nonce FROM operation_executed
        UNION ALL SELECT operation_id, nonce FROM operation_canceled) e
    WHERE e.operation_id = last.operation_id AND e.nonce = last.nonce)
FROM last ORDER BY operation_id
"""
_EXPIRATION: Final = 7 * 86_400
"""Seconds after which OpenZeppelin's AccessManager forgets an operation."""


@dataclass(frozen=True)
class Claim:
    """One value.

    Attributes:
        area: `token` or `roles`.
        what: In words; claims of one area and words are one check.
        about: Whom or what.
        expected: What events say.
        ask: Adds the getter to some reads.
        holds: Whether what was found agrees; by default when it is the same.
    """

    area: str
    what: str
    about: str
    expected: Any
    ask: Callable[[Reads], Read[Any]]
    holds: Callable[[Any, Any], bool] = lambda expected, found: bool(expected == found)

    def agrees(self, found: Any) -> bool:
        """Whether the chain says what the events say."""
        return self.holds(self.expected, found)

    @staticmethod
    def worded(value: Any) -> str:
        """A value in a line."""
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, bytes):
            return "0x" + value.hex()
        return str(value)


def all_claims(deployment: Deployment, history: History, head: Head, since: int) -> Iterator[Claim]:
    """All that events speak of; of accounts, orders and keys only what they speak of in block `since` or later."""
    yield from _figures(deployment, history)
    yield from _auditors(deployment, history)
    yield from _accounts(deployment, history, since)
    yield from _keys(deployment, history, since)
    yield from _issuers(deployment, history)
    yield from _roles(deployment, history, head)


def _token(deployment: Deployment, method: str, *arguments: Any) -> Callable[[Reads], Read[Any]]:
    return lambda reads: getattr(TokenReads(reads, deployment.token), method)(*arguments)


def _field(ask: Callable[[Reads], Read[Any]], name: str) -> Callable[[Reads], Read[Any]]:
    """The same read, of which one field is compared."""

    def asked(reads: Reads) -> Read[Any]:
        read = ask(reads)
        shape = read.shape
        read.shape = lambda values: getattr(shape(values), name)
        return read

    return asked


def _last(history: History, view: str, column: str, default: T) -> T:
    rows = history.rows(
        f"SELECT {column} FROM {view} ORDER BY block_number DESC, log_index DESC LIMIT 1"  # noqa: S608
    )
    return rows[0][0] if rows else default


def _figures(deployment: Deployment, history: History) -> Iterator[Claim]:
    """What the token has one of."""
    [(minted, burned)] = history.rows(
        f"SELECT coalesce(sum(value) FILTER (WHERE \"from\" = '{_ZERO}'), 0), "  # noqa: S608
        f"coalesce(sum(value) FILTER (WHERE \"to\" = '{_ZERO}'), 0) FROM transfer"
    )
    ask = partial(_token, deployment)
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
        if (expected := _last(history, view, column, None)) is not None:
            yield Claim("token", "limits", column, expected, _field(ask("limits"), field))
    yield Claim("token", "halts", "", _last(history, "minting_halted", "halts", 0), ask("halts"))
    flags = _last(history, "pause_flags_changed", "new_flags", 0)
    yield Claim("token", "pauses", "", flags, ask("pause_flags"))
    diverted = _last(history, "delegate_all_set", "delegate_all", False)
    yield Claim("token", "DELEGATE_ALL", "", diverted, ask("delegate_all"))
    implementation = _last(history, "upgraded", "implementation", _ZERO)
    yield Claim(
        "token",
        "implementation",
        "",
        to_checksum_address(implementation),
        lambda reads: reads.of(deployment.token, "implementation"),
    )
    consents = _last(history, "implementation_approved", "nonce + 1", 0)
    yield Claim("token", "consents", "", consents, _field(ask("consent"), "nonce"))


def _auditors(deployment: Deployment, history: History) -> Iterator[Claim]:
    """The auditors in office, and a recovery under way."""
    ask = _token(deployment, "auditors")
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
        _field(_token(deployment, "recovery"), "acceptable_at"),
    )


def _accounts(deployment: Deployment, history: History, since: int) -> Iterator[Claim]:
    """Balances, blocks, frozen amounts, allowances."""
    ask = partial(_token, deployment)
    # Of whoever any event names everything is asked: what no event explains was done by one that is missing.
    for account, balance, blocked, frozen in history.rows(_ACCOUNTS, (since,)):
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
                lambda reads, one=one, other=other: reads.of(
                    deployment.token, "allowance", one, other
                ),
                lambda expected, found: found <= expected,
            )


def _keys(deployment: Deployment, history: History, since: int) -> Iterator[Claim]:
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
            lambda reads, address=address, key=key: reads.of(
                deployment.token, "authorizationState", address, key
            ),
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
            lambda reads, address=address, key=key: reads.of(
                deployment.token, "orderOf", key, address
            ),
            lambda expected, found: expected == found[1],
        )


def _issuers(deployment: Deployment, history: History) -> Iterator[Claim]:
    """The terms of each that ever was one."""
    for issuer, capacity, refill, may_burn in history.rows(
        "SELECT issuer, arg_max(capacity, place), arg_max(refill, place), arg_max(may_burn, place) FROM ("
        "SELECT (block_number, log_index) AS place, issuer, capacity, refill_per_second AS refill, may_burn "
        "FROM issuer_set UNION ALL SELECT (block_number, log_index), issuer, 0, 0, false FROM issuer_cut) "
        "GROUP BY issuer ORDER BY issuer"
    ):
        address = to_checksum_address(issuer)
        ask = _token(deployment, "issuer", address)
        for name, expected in (
            ("capacity", int(capacity)),
            ("refill_per_second", int(refill)),
            ("may_burn", may_burn),
        ):
            yield Claim("token", "issuers", f"{address} {name}", expected, _field(ask, name))
    for issuer, desk in history.rows(
        "SELECT issuer, arg_max(desk, place) FROM ("
        "SELECT (block_number, log_index) AS place, desk AS issuer, true AS desk FROM desk_set "
        "UNION ALL SELECT (block_number, log_index), issuer, false FROM issuer_cut) GROUP BY issuer ORDER BY issuer"
    ):
        address = to_checksum_address(issuer)
        yield Claim(
            "token", "desks", address, desk, _field(_token(deployment, "issuer", address), "desk")
        )


def _is_member(deployment: Deployment, role: int, account: str, reads: Reads) -> Read[bool]:
    return reads.typed(
        lambda member, delay: bool(member), deployment.manager, "hasRole", role, account
    )


def _roles(deployment: Deployment, history: History, head: Head) -> Iterator[Claim]:
    """Members, who rules a role, which function belongs to which role, and how often an operation was scheduled."""
    manager = deployment.manager

    def ask(method: str, *arguments: Any) -> Callable[[Reads], Read[Any]]:
        return lambda reads: reads.of(manager, method, *arguments)

    for role, account, since in history.rows(
        "SELECT role_id, account, arg_max(since, place) FROM ("
        "SELECT (block_number, log_index) AS place, role_id, account, since::HUGEINT AS since FROM role_granted "
        "UNION ALL SELECT (block_number, log_index), role_id, account, -1 FROM role_revoked) "
        "GROUP BY role_id, account ORDER BY 1, 2"
    ):
        address = to_checksum_address(account)
        yield Claim(
            "roles",
            "members",
            f"{address} in role {role}",
            0 <= since <= head.time,
            partial(_is_member, deployment, int(role), address),
        )
    for role, admin, guardian, delay in history.rows(_ROLES, (head.time,)):
        about = f"role {role}"
        yield Claim("roles", "admins", about, int(admin), ask("getRoleAdmin", int(role)))
        yield Claim("roles", "guardians", about, int(guardian), ask("getRoleGuardian", int(role)))
        yield Claim("roles", "grant delays", about, int(delay), ask("getRoleGrantDelay", int(role)))
    for target, selector, role in history.rows(
        "SELECT target, selector, arg_max(role_id, (block_number, log_index)) FROM target_function_role_updated "
        "GROUP BY 1, 2 ORDER BY 1, 2"
    ):
        address, four = to_checksum_address(target), bytes.fromhex(selector[2:])
        yield Claim(
            "roles",
            "functions",
            f"{selector} of {address}",
            int(role),
            ask("getTargetFunctionRole", address, four),
        )
    for target, closed in history.rows(_TARGETS):
        address = to_checksum_address(target)
        yield Claim("roles", "closed targets", address, closed, ask("isTargetClosed", address))
    for operation, nonce, due, is_open in history.rows(_OPERATIONS):
        key = bytes.fromhex(operation[2:])
        yield Claim("roles", "operations", operation, int(nonce), ask("getNonce", key))
        # One that nobody carried out in time is forgotten, without an event.
        expected = int(due) if is_open and due + _EXPIRATION > head.time else 0
        yield Claim("roles", "schedules", operation, expected, ask("getSchedule", key))
