"""`deployments/<network>/policy.yaml`: what should be true of a deployment, in people's units and by people's names.

The deployment sends it, `verify` compares the chain with it, previews take labels from it. Units inside: seconds, base
units, wei, 1/10,000. One module, so that each key of the file stands here with every rule that it has to keep.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from kgst.errors import InputError
from kgst.fields import Address, Chain, Flag, Label, NodeAddress, Seconds, Whole, problems
from kgst.quantities import (
    DAY,
    format_duration,
    format_gwei,
    parse_bnb,
    parse_bps,
    parse_gwei,
    parse_refill,
)
from kgst.roles import Role
from kgst.spelling import did_you_mean
from kgst.statements.accounts import Accounts, ReserveAccount
from kgst.statements.model import account_key
from kgst.statements.profile import TableProfile
from kgst.statements.signed import Bank, Banks
from kgst.units import TYIYN, format_som, parse_amount
from kgst.yamlfile import YamlFileError, read_yaml

__all__ = [
    "Auditors",
    "Desks",
    "IssuerGrant",
    "Limits",
    "Membership",
    "MintTerms",
    "Policy",
    "PolicyError",
    "RedemptionTerms",
    "SafeTerms",
    "TokenTerms",
]

LOCAL_CHAIN_IDS: Final = (1337, 31337)
"""`chain_id: local`: ape's in-process chain, and anvil as it starts by default."""

MAX_AUDITORS: Final = 16
MAINNET: Final = 56

# Roles that tighten: they must be able to act at once.
_INSTANT: Final = (Role.PAUSER, Role.COMPLIANCE, Role.GUARDIAN)


class PolicyError(InputError):
    """A policy that cannot be used. One line per problem: file, key, what was found, what to do."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TokenTerms(_Model):
    """What the token is created with.

    Attributes:
        recovery_delay: How long the auditors proposed for lost keys wait, during which any signature of those in office
            ends the proposal (seconds); part of the code, so it cannot be changed later.
        max_age: How long an attestation allows minting, from the moment that its figures describe (seconds).
        max_increase_bps: How much backing may rise from one attestation to the next without every auditor's signature
            (1/10,000).
        margin_bps: What the reserves must hold above what is in circulation or owed, as a part of it (1/10,000).
    """

    recovery_delay: Annotated[Seconds, Field(ge=14 * DAY, le=365 * DAY)]
    max_age: Annotated[Seconds, Field(ge=3_600, le=31 * DAY)]
    max_increase_bps: Annotated[
        int, BeforeValidator(parse_bps), Field(ge=0, le=10_000, alias="max_increase")
    ]
    margin_bps: Annotated[
        int, BeforeValidator(parse_bps), Field(ge=0, le=2_000, alias="margin")
    ] = 0


class Auditors(_Model):
    """Who attests the reserves.

    Attributes:
        threshold: How many of them have to sign: at least 2, and more than half.
        members: Labels from `people`; they hold no other power.
    """

    threshold: Whole
    members: Annotated[tuple[Label, ...], Field(min_length=2, max_length=MAX_AUDITORS)]


class Officers(_Model):
    """Who certifies the report of a period.

    Attributes:
        ceo: Label from `people`.
        cfo: Label from `people`, another one.
    """

    ceo: Label
    cfo: Label


class Membership(_Model):
    """One member of a role.

    Attributes:
        member: Label from `people`.
        delay: The time between scheduling and executing (seconds); 0 acts at once.
    """

    member: Label
    delay: Annotated[Seconds, Field(le=30 * DAY)]


class IssuerGrant(_Model):
    """One issuer's quota.

    Attributes:
        member: Label from `people`.
        capacity: How much it may mint until it is filled again (base units); it starts full.
        refill_per_second: How fast the quota fills again (base units).
        may_burn: Whether it may redeem.
        desk: Whether it is a contract that holds tokens for others, which no order reaches.
    """

    member: Label
    capacity: Annotated[int, BeforeValidator(parse_amount)]
    refill_per_second: Annotated[
        int, BeforeValidator(parse_refill), Field(le=2**64 - 1, alias="refill")
    ]
    may_burn: Flag
    desk: Flag = False


class RedemptionTerms(_Model):
    """What the redemption desk is created with; another is another desk.

    Attributes:
        redeem_within: How long after a request it is paid at the latest (seconds): the T+n promise.
        pay_within: How long after locking a request that is not paid may be withdrawn again (seconds).
        minimum: The least that may be asked for (base units); whole tyiyn.
    """

    redeem_within: Annotated[Seconds, Field(ge=60, le=31 * DAY)]
    pay_within: Annotated[Seconds, Field(ge=60, le=31 * DAY)]
    minimum: Annotated[int, BeforeValidator(parse_amount), Field(ge=10**4)]


class MintTerms(_Model):
    """What the mint desk is created with, its quota, and where it may mint to.

    Attributes:
        mint_limit: The most of one mint without a proposal (base units).
        day_limit: The most of all mints of one day, in Bishkek, without a proposal (base units).
        delay: How long a proposal waits, during which it can be cancelled (seconds).
        capacity: How much the desk may mint until it is filled again (base units); it starts full.
        refill_per_second: How fast the desk's quota fills again (base units).
        destinations: Where it may mint to, and nowhere else: labels from `people`.
    """

    mint_limit: Annotated[int, BeforeValidator(parse_amount)]
    day_limit: Annotated[int, BeforeValidator(parse_amount)]
    delay: Annotated[Seconds, Field(ge=3_600, le=31 * DAY)]
    capacity: Annotated[int, BeforeValidator(parse_amount)]
    refill_per_second: Annotated[
        int, BeforeValidator(parse_refill), Field(le=2**64 - 1, alias="refill")
    ]
    destinations: Annotated[tuple[Label, ...], Field(max_length=64)]


class Desks(_Model):
    """The two contracts through which money comes in and goes out.

    Attributes:
        redemption: The redemption desk: holders ask, are paid by a bank, and their tokens burn.
        mint: The mint desk: new tokens, to known destinations and within limits.
    """

    redemption: RedemptionTerms
    mint: MintTerms


class Limits(_Model):
    """What a command may spend and how long it waits.

    Attributes:
        max_gas_price: The most that is offered for gas (wei).
        min_gas_price: The least that is offered for gas, whatever a node asks (wei): BSC's nodes refuse less.
        max_cost: The most that one transaction may cost (wei).
        confirmations: Blocks to wait for on a node without the `finalized` tag.
        timeout: How long to wait for one transaction to become final (seconds).
        min_balance: Whoever sends transactions should have more (wei), or `status` warns.
        mint_alone: How much one key may mint at a time (base units); more takes a Safe. Left out: any amount.
    """

    max_gas_price: Annotated[int, BeforeValidator(parse_gwei), Field(gt=0)]
    max_cost: Annotated[int, BeforeValidator(parse_bnb), Field(gt=0)]
    confirmations: Annotated[Whole, Field(ge=1, le=1_000)]
    timeout: Annotated[Seconds, Field(ge=10, le=3_600)]
    min_balance: Annotated[int, BeforeValidator(parse_bnb)] = 5 * 10**16
    min_gas_price: Annotated[int, BeforeValidator(parse_gwei), Field(gt=0)] = 5 * 10**7
    mint_alone: Annotated[int, BeforeValidator(parse_amount)] | None = None


class SafeTerms(_Model):
    """Who owns a Safe of `people`, and how many of them must sign.

    Attributes:
        owners: Labels from `people`.
        threshold: How many of them have to sign.
    """

    owners: Annotated[tuple[Label, ...], Field(min_length=2, max_length=32)]
    threshold: Annotated[Whole, Field(ge=2)]


class Policy(_Model):
    """See the module. Read one with `Policy.load`.

    Attributes:
        chain_id: The chain that this policy is for; with another one nothing is sent. 97 is BSC's testnet, 56 BSC.
        token: What the token is created with.
        people: Each address, once, and the name by which everything else in the file speaks of it.
        auditors: Who attests the reserves.
        roles: Who holds which role, each with the delay of what it does (docs/roles.md); no role may be empty.
        issuers: Who mints besides the mint desk.
        desks: The two contracts through which money comes in and goes out.
        limits: What a command may spend, and how long it waits.
        safes: Label of a Safe among `people` to its owners; who is not in here has a plain key.
        reserve_accounts: The bank accounts that hold the reserves, all of them, each with its bank; empty leaves open
            which, on a local chain only.
        banks: By BIC, whether a bank signs its files, and by which certificates; of one that is not in here nothing is
            known to be signed.
        other_accounts: The issuer's other accounts, which may stand in the same files.
        statement_tables: How banks write the tables, CSV or XLSX, that statements are taken from.
        officers: Who certifies the report of a period; left out, nobody can.
        max_statement_age: How long after their closing statements are drafted from (seconds); as long as
            `token.max_age` unless it is given.
        rpcs: Addresses of nodes, `https://…`, that what is urgent is sent to besides the one of --network; a key may
            stand in them as `${NAME}`, filled from the environment.
        quorum: How many nodes, of that of --network and those of `rpcs`, have to say the same before it is believed.
    """

    chain_id: Chain
    token: TokenTerms
    people: Annotated[dict[Label, Address], Field(min_length=1)]
    auditors: Auditors
    roles: Annotated[
        dict[Role, Annotated[tuple[Membership, ...], Field(min_length=1, max_length=16)]],
        BeforeValidator(lambda value: _by_role(value)),
    ]
    issuers: Annotated[tuple[IssuerGrant, ...], Field(max_length=32)]
    desks: Desks
    limits: Limits
    safes: dict[Label, SafeTerms] = Field(default_factory=dict)
    reserve_accounts: tuple[ReserveAccount, ...] = ()
    banks: Annotated[
        dict[Annotated[str, Field(pattern=r"^[A-Z0-9]{8}([A-Z0-9]{3})?$")], Bank],
        Field(max_length=32),
    ] = Field(default_factory=dict)
    other_accounts: tuple[ReserveAccount, ...] = ()
    statement_tables: tuple[TableProfile, ...] = ()
    officers: Officers | None = None
    max_statement_age: Annotated[Seconds, Field(ge=3_600, le=31 * DAY)] | None = None
    rpcs: Annotated[tuple[NodeAddress, ...], Field(max_length=8)] = ()
    quorum: Annotated[Whole, Field(ge=1, le=9)] = 1

    @classmethod
    def load(cls, path: Path | str) -> Policy:
        """The policy in the YAML file at `path`.

        Raises:
            PolicyError: the file cannot be read or breaks a rule; every problem that was found is named.
        """
        try:
            return cls.model_validate(read_yaml(Path(path)))
        except YamlFileError as error:
            raise PolicyError(f"{path}: {error}") from None
        except ValidationError as error:
            raise PolicyError(
                "\n".join(f"{path}: {line}" for line in problems(error, cls))
            ) from None

    @model_validator(mode="after")
    def _consistent(self) -> Policy:
        if problems := list(_inconsistencies(self)):
            raise ValueError("\n".join(problems))
        return self

    def allows_chain(self, chain_id: int) -> bool:
        """Whether this policy is for the chain with this id."""
        return (
            chain_id in LOCAL_CHAIN_IDS if self.chain_id == "local" else chain_id == self.chain_id
        )

    def address(self, label: str) -> str:
        """The checksummed address of `label`."""
        return self.people[label]

    def label(self, address: str) -> str | None:
        """The label of `address`, or None for a stranger."""
        return next(
            (name for name, at in self.people.items() if int(at, 16) == int(address, 16)), None
        )

    def named(self, address: str) -> str:
        """`admin (0xf39F…2266)`: for people to read."""
        short = f"{address[:6]}…{address[-4:]}"
        label = self.label(address)
        return f"{label} ({short})" if label else f"unknown {address}"

    @property
    def auditor_addresses(self) -> list[str]:
        """Ascending, as the token wants them."""
        return sorted((self.people[m] for m in self.auditors.members), key=lambda a: int(a, 16))

    def accounts(self, path: Path) -> Accounts:
        """The bank accounts that count, and the others; with the banks' certificates, which lie beside the policy.

        Args:
            path: Where the policy was read.

        Raises:
            StatementError: a certificate that is not there, or not the one that the policy says.
        """
        banks = Banks.load(self.banks, path.parent)
        return Accounts(self.reserve_accounts, self.other_accounts, self.statement_tables, banks)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of what is deployed: labels, comments and `limits` may change without changing it.

        Records have it, so its form stays.
        """
        return _hash(self._substance)

    @property
    def fingerprints(self) -> dict[str, str]:
        """By the key that people write, the first 16 digits of its own: which of them is another, if the whole is."""
        what = self._substance
        members, threshold = what["auditors"]
        redemption, mint, destinations = what["desks"]
        parts = {
            "chain_id": what["chain"],
            **{f"token.{key}": value for key, value in what["token"].items()},
            "auditors.members": members,
            "auditors.threshold": threshold,
            **{f"roles.{role}": given for role, given in what["roles"].items()},
            "issuers": what["issuers"],
            **{f"desks.redemption.{key}": value for key, value in redemption.items()},
            **{f"desks.mint.{key}": value for key, value in mint.items()},
            "desks.mint.destinations": destinations,
        }
        return {key: _hash(value)[:16] for key, value in parts.items()}

    @property
    def _substance(self) -> dict[str, Any]:
        return {
            "chain": self.chain_id,
            "token": self.token.model_dump(),
            "auditors": [self.auditor_addresses, self.auditors.threshold],
            "roles": {
                role.name: sorted((self.people[m.member], m.delay) for m in members)
                for role, members in sorted(self.roles.items())
            },
            "issuers": sorted(
                (self.people[i.member], i.capacity, i.refill_per_second, i.may_burn, i.desk)
                for i in self.issuers
            ),
            "desks": [
                self.desks.redemption.model_dump(),
                self.desks.mint.model_dump(exclude={"destinations"}),
                sorted(self.people[d] for d in self.desks.mint.destinations),
            ],
        }

    def powers(self, address: str) -> list[str]:
        """What `address` may do under this policy: `role PAUSER`, `auditor`, `issuer`."""
        label = self.label(address)
        powers = [
            f"role {role.name}"
            for role, members in self.roles.items()
            if any(m.member == label for m in members)
        ]
        powers += ["auditor"] * (label in self.auditors.members)
        powers += ["issuer"] * any(i.member == label for i in self.issuers)
        powers += ["destination of the mint desk"] * (label in self.desks.mint.destinations)
        return powers


def _hash(what: object) -> str:
    return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()


def _by_role(value: object) -> object:
    if not isinstance(value, dict):
        raise ValueError("it must be a mapping from role to its members")
    names = [role.name for role in Role]
    if unknown := [name for name in value if name not in names]:
        raise ValueError(
            f"there is no role {', '.join(map(repr, unknown))}; roles: {', '.join(names)}."
            + did_you_mean(str(unknown[0]), names)
        )
    if missing := [name for name in names if name not in value]:
        raise ValueError(f"no members are given for {', '.join(missing)}; no role may be empty")
    return {Role[name]: members for name, members in value.items()}


def _inconsistencies(policy: Policy) -> Iterator[str]:
    """Rules across keys; each problem starts with its key."""
    yield from _of_labels(policy)
    yield from _of_thresholds(policy)
    yield from _of_powers(policy)
    yield from _of_limits(policy)
    yield from _of_terms(policy)
    yield from _of_desks(policy)
    yield from _of_accounts(policy)
    yield from _of_banks(policy)


def _of_labels(policy: Policy) -> Iterator[str]:
    owners: dict[int, str] = {}
    for label, address in policy.people.items():
        if (other := owners.setdefault(int(address, 16), label)) != label:
            yield f"people.{label}: found {address!r}, which is {other}; give each address one label."

    lists = [("auditors.members", list(policy.auditors.members))]
    lists += [(f"roles.{r.name}", [m.member for m in ms]) for r, ms in policy.roles.items()]
    lists += [("issuers", [i.member for i in policy.issuers])]
    lists += [("desks.mint.destinations", list(policy.desks.mint.destinations))]
    if policy.officers is not None:
        lists += [("officers", [policy.officers.ceo, policy.officers.cfo])]
    lists += [("safes", list(policy.safes))]
    lists += [(f"safes.{label}.owners", list(safe.owners)) for label, safe in policy.safes.items()]
    for key, labels in lists:
        for label in dict.fromkeys(labels):
            if label not in policy.people:
                meant = did_you_mean(label, policy.people)
                yield f"{key}: found {label!r}, which is not among people; add its address there.{meant}"
            if labels.count(label) > 1:
                yield f"{key}: found {label!r} twice; keep one."


def _of_thresholds(policy: Policy) -> Iterator[str]:
    count, threshold = len(policy.auditors.members), policy.auditors.threshold
    least = max(2, count // 2 + 1)
    if not least <= threshold <= count:
        yield (
            f"auditors.threshold: found {threshold} of {count}; write {least} to {count}: "
            "at least 2 and more than half."
        )
    for label, safe in policy.safes.items():
        if safe.threshold > len(safe.owners):
            yield (
                f"safes.{label}.threshold: found {safe.threshold} of {len(safe.owners)} owners; "
                f"write 2 to {len(safe.owners)}."
            )


def _of_powers(policy: Policy) -> Iterator[str]:
    """Auditors have no other; what tightens has no delay."""
    for label in policy.auditors.members:
        other_powers = [p for p in policy.powers(policy.people.get(label, "0x0")) if p != "auditor"]
        if other_powers:
            yield (
                f"auditors.members: found {label!r}, which is also {', '.join(other_powers)}; "
                "auditors must be independent of everyone whom they check."
            )
        if policy.officers is not None and label in (policy.officers.ceo, policy.officers.cfo):
            yield (
                f"officers: found {label!r}, who is an auditor; auditors must be independent of everyone whom they "
                "check."
            )
    for role in _INSTANT:
        for member in policy.roles[role]:
            if member.delay:
                yield (
                    f"roles.{role.name}: found {member.member} with a delay of "
                    f"{format_duration(member.delay)}; write 0 seconds: this role must act at once."
                )


def _of_limits(policy: Policy) -> Iterator[str]:
    limits = policy.limits
    if limits.min_gas_price > limits.max_gas_price:
        yield (
            f"limits.min_gas_price: found {format_gwei(limits.min_gas_price)}, above max_gas_price "
            f"({format_gwei(limits.max_gas_price)}); write less, or raise max_gas_price."
        )
    if policy.quorum > 1 + len(policy.rpcs):
        yield (
            f"quorum: found {policy.quorum}, and rpcs names {len(policy.rpcs)} node(s) besides the one of --network; "
            "write less, or add nodes to rpcs."
        )


def _of_terms(policy: Policy) -> Iterator[str]:
    terms = policy.token
    if 2 * terms.max_age > terms.recovery_delay:
        yield (
            f"token.max_age: found {format_duration(terms.max_age)}, more than half of recovery_delay "
            f"({format_duration(terms.recovery_delay)}); write less, or raise recovery_delay: auditors who attest on "
            "time must not be taken for lost."
        )
    if policy.chain_id == MAINNET and policy.token.recovery_delay < 30 * DAY:
        yield (
            f"token.recovery_delay: found {format_duration(policy.token.recovery_delay)}; on "
            "mainnet write 30 days or more: it cannot be changed later."
        )


def _of_desks(policy: Policy) -> Iterator[str]:
    mint, redemption = policy.desks.mint, policy.desks.redemption
    if mint.mint_limit > mint.day_limit:
        yield (
            f"desks.mint.mint_limit: found {format_som(mint.mint_limit)}, more than day_limit "
            f"({format_som(mint.day_limit)}); write less, or raise day_limit."
        )
    if redemption.minimum % TYIYN:
        yield (
            f"desks.redemption.minimum: found {format_som(redemption.minimum)}; write whole tyiyn, as banks pay them."
        )


def _of_accounts(policy: Policy) -> Iterator[str]:
    """Off the local chains it is said whose money is counted."""
    names: dict[str, str] = {}
    for one in (*policy.reserve_accounts, *policy.other_accounts):
        for written in (one.account, *one.written):
            if names.setdefault(account_key(written), one.account) != one.account:
                yield f"reserve_accounts: found {written!r} for two accounts; give each account its own number."
        if one.account != names[account_key(one.account)]:
            yield f"reserve_accounts: found {one.account!r} twice; keep one."
    for one in policy.reserve_accounts:
        if not account_key(one.account):
            yield f"reserve_accounts: found {one.account!r}, which is no account number; write the bank's."
        if one.currency != "KGS":
            yield f"reserve_accounts: {one.account} is in {one.currency}; only accounts in KGS are reserves."
        if policy.chain_id != "local" and one.bank is None:
            yield f"reserve_accounts: {one.account} has no bank; write its BIC, like bank: TLPRKG22."
    if len(paying := [one.account for one in policy.reserve_accounts if one.pays_redemptions]) > 1:
        yield (
            f"reserve_accounts: found pays_redemptions for {' and '.join(paying)}; keep it for one: two banks that get "
            "the order of one lock would both pay it."
        )
    for one in policy.other_accounts:
        if one.pays_redemptions:
            yield f"other_accounts: found pays_redemptions for {one.account}; redemptions are paid from reserves."
    if policy.chain_id != "local" and not policy.reserve_accounts:
        yield (
            "reserve_accounts: none are given; write the bank accounts that hold the reserves, each with account, "
            "currency and bank (BIC): what counts must not depend on what a file happens to have."
        )


def _of_banks(policy: Policy) -> Iterator[str]:
    """Off the local chains a bank that signs has to sign."""
    known: dict[str, str] = {}
    with_accounts = {(one.bank or "")[:8] for one in policy.reserve_accounts}
    fingerprints: dict[str, str] = {}
    for bic, bank in policy.banks.items():
        if (other := known.setdefault(bic[:8], bic)) != bic:
            yield f"banks.{bic}: found beside {other}, which is the same bank; put its certificates into one."
        if with_accounts and bic[:8] not in with_accounts:
            yield f"banks.{bic}: found a bank that has none of reserve_accounts; check the BIC, or remove it."
        for one in bank.certificates:
            if fingerprints.setdefault(one.sha256, bic) != bic:
                other = fingerprints[one.sha256]
                yield f"banks.{bic}: found a certificate that {other} has, too; each bank has its own."
        if policy.chain_id != "local" and bank.certificates and bank.signature != "required":
            yield (
                f"banks.{bic}.signature: found {bank.signature}, and the bank has certificates; write required: a file "
                "that a desk could have edited must not pass where the bank signs."
            )
