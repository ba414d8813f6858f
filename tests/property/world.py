"""The people, and the deployed system that each example starts from."""

from __future__ import annotations

from dataclasses import dataclass, replace

from eth_hash.auto import keccak
from property.plans import Plan
from support.engine import Call, Engine, selector
from support.model import governance
from support.model.governance import power
from support.model.issuance import Quota
from support.model.manager import Delay, ManagerModel, Membership
from support.model.revoker import RevokerModel
from support.model.signatures import Key
from support.model.system import SystemModel

from kgst.roles import ROLE_FUNCTIONS

SOM = 1_000_000
REVOKE = "revokeRole(uint64,address)"

HOLDERS = ("aigul", "bakyt", "cholpon", "daniyar")
ISSUERS = ("issuer_a", "issuer_b", "issuer_c")
STAFF = {
    governance.ADMIN: "admin",
    governance.UPGRADER: "upgrader",
    governance.ISSUANCE_ADMIN: "issuance_admin",
    governance.RESERVE_ADMIN: "reserve_admin",
    governance.PAUSER: "pauser",
    governance.UNPAUSER: "unpauser",
    governance.COMPLIANCE: "compliance",
    governance.ENFORCER: "enforcer",
    governance.GUARDIAN: "guardian",
}
UNGUARDED = (governance.ADMIN, governance.UNPAUSER, governance.GUARDIAN)
"""Roles whose scheduled operations no guardian cancels."""
OTHERS = ("outsider", "relayer", "deployer")
AUDITOR_KEYS = tuple(f"auditor_{c}" for c in "abcdefghijklmnop")
KEYS = {
    name: Key.named(name)
    for name in (
        *HOLDERS,
        *ISSUERS,
        *STAFF.values(),
        *OTHERS,
        *AUDITOR_KEYS,
        "wallet_owner",
        "seal_owner",
    )
}
ADDRESS = {name: key.address for name, key in KEYS.items()}
DEPLOYER = ADDRESS["deployer"]
INITIALIZE = "initialize((address,address[],uint256,uint256,uint256,uint256))"
FIRST_ISSUERS = (("issuer_a", 10**15, 0, True), ("issuer_b", 10**12, 10**7, False))
"""Name, capacity, refill a second, whether it may burn."""


@dataclass(frozen=True)
class World:
    """What all examples share on one chain."""

    chain_id: int
    start: int
    elsewhere: int
    """Another token, on which signatures meant for this one can be tried."""
    wallet: int
    seal: int
    wrong: int
    """A contract that is no implementation."""


@dataclass(frozen=True)
class Place:
    """One deployed system."""

    plan: Plan
    token: int
    manager: int
    spare_manager: int
    feed: int
    backing_feed: int
    revoker: int
    foreign: int
    vault: int
    members: tuple[int, ...]
    logics: dict[int, tuple[int, int, int]]
    """Code hash, generation, RECOVERY_DELAY."""

    @property
    def contracts(self) -> frozenset[int]:
        mine = self.token, self.manager, self.spare_manager, self.feed, self.backing_feed
        return frozenset((*mine, self.revoker, self.foreign, self.vault, *self.logics))


def build(engine: Engine) -> World:
    wallet = engine.deploy(DEPLOYER, "ERC1271WalletMock", ADDRESS["wallet_owner"])
    seal = engine.deploy(DEPLOYER, "ERC1271WalletMock", ADDRESS["seal_owner"])
    wrong = engine.deploy(DEPLOYER, "WrongSlotMock")
    world = World(engine.chain_id, engine.start, 0, wallet, seal, wrong)
    return replace(world, elsewhere=settle(engine, world, Plan()).token)


def settle(engine: Engine, world: World, plan: Plan) -> Place:
    """Deploys one system; the deployer ends with no power."""
    first, second = plan.recovery_delay, plan.later_delay
    kinds = (("KGSTLogic", 1, first), ("KGSTLogicV2Mock", 2, second), ("KGSTLogic", 1, first))
    logics = {}
    for name, generation, delay in kinds:
        address = engine.deploy(DEPLOYER, name, delay)
        logics[address] = engine.code_hash(address), generation, delay
    vault = engine.deploy(DEPLOYER, "ERC1271PasswordMock", keccak(plan.password))
    others = [vault] if plan.vault_audits else []
    candidates = [world.seal, *others, *(ADDRESS[name] for name in AUDITOR_KEYS)]
    members = tuple(sorted(candidates[: plan.auditors]))
    manager = engine.deploy(DEPLOYER, "KGSTAccessManager", DEPLOYER)
    terms = plan.threshold, plan.max_age, plan.max_increase, plan.margin
    initialization = Call.of(INITIALIZE, (manager, members, *terms))
    token = engine.deploy(DEPLOYER, "KGST", next(iter(logics)), initialization.data)
    place = Place(
        plan,
        token,
        manager,
        engine.deploy(DEPLOYER, "KGSTAccessManager", ADDRESS["admin"]),
        engine.deploy(DEPLOYER, "ReserveFeed", token, 8),
        engine.deploy(DEPLOYER, "BackingFeed", token, 8),
        engine.deploy(DEPLOYER, "Revoker", manager),
        engine.deploy(DEPLOYER, "TokenMock", token, 1_000),
        vault,
        members,
        logics,
    )
    _govern(engine, place)
    return place


def _govern(engine: Engine, place: Place) -> None:
    token, manager = place.token, place.manager

    def send(to: int, function: str, *args: object) -> None:
        outcome = engine.transact(DEPLOYER, to, Call.of(function, *args), engine.start)
        assert outcome.error is None, (function, outcome.error)

    for issuer, *terms in FIRST_ISSUERS:
        send(token, "setIssuer(address,uint256,uint256,bool)", ADDRESS[issuer], *terms)

    def assign(target: int, functions: tuple[str, ...], role: int) -> None:
        chosen = [int.from_bytes(selector(f).ljust(32, b"\0"), "big") for f in functions]
        send(manager, "setTargetFunctionRole(address,bytes4[],uint64)", target, chosen, role)

    def grant(role: int, account: int, delay: int) -> None:
        send(manager, "grantRole(uint64,address,uint32)", role, account, delay)

    for role, functions in ROLE_FUNCTIONS.items():
        assign(token, functions, int(role))
        if role not in UNGUARDED:
            send(manager, "setRoleGuardian(uint64,uint64)", int(role), governance.GUARDIAN)
        grant(int(role), ADDRESS[STAFF[int(role)]], place.plan.delays.get(int(role), 0))
    assign(place.revoker, (REVOKE,), governance.GUARDIAN)
    grant(governance.ADMIN, place.revoker, 0)
    send(manager, "renounceRole(uint64,address)", governance.ADMIN, DEPLOYER)


def model_of(world: World, place: Place) -> SystemModel:
    """The model of ``place`` as ``settle`` leaves it."""
    model, plan = SystemModel(place.token, world.chain_id, world.start), place.plan
    model.owners = {world.wallet: ADDRESS["wallet_owner"], world.seal: ADDRESS["seal_owner"]}
    model.contracts = place.contracts | {world.wallet, world.seal, world.wrong}
    model.implementations = place.logics
    model.foreign = place.foreign
    model.stray[place.token] = 1_000
    model.code.implementation = next(iter(place.logics))
    model.code.recovery_delay = plan.recovery_delay
    model.blocked[0] = model.blocked[place.token] = True
    model.limits.max_age, model.limits.max_increase = plan.max_age, plan.max_increase
    model.limits.margin = plan.margin
    model.auditors.members, model.auditors.threshold = place.members, plan.threshold
    model.auditors.version = 1
    model.trust.authority = place.manager
    _staff(model, place)
    for issuer, capacity, refill, may_burn in FIRST_ISSUERS:
        model.quota[ADDRESS[issuer]] = Quota(capacity, capacity, refill, model.now, may_burn)
    model.journal.start()
    return model


def _staff(model: SystemModel, place: Place) -> None:
    spare = ManagerModel(model, place.spare_manager)
    spare.members[governance.ADMIN, ADDRESS["admin"]] = Membership(model.now, Delay(0, 0, 0))
    own = ManagerModel(model, place.manager)
    model.managers = {place.manager: own, place.spare_manager: spare}
    model.revokers = {place.revoker: RevokerModel(place.revoker, own)}
    own.role_of[place.revoker, selector(REVOKE)] = governance.GUARDIAN
    own.members[governance.ADMIN, place.revoker] = Membership(model.now, Delay(0, 0, 0))
    for function in model.functions:
        role = power(function)
        if role is not None:
            own.role_of[place.token, selector(function)] = role
    for role, name in STAFF.items():
        delay = Delay(0, place.plan.delays.get(role, 0), 0)
        own.members[role, ADDRESS[name]] = Membership(model.now, delay)
        if role not in UNGUARDED:
            own.guardian_of[role] = governance.GUARDIAN
