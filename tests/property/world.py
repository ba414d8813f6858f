"""The people, and the deployed systems that the examples start from."""

from __future__ import annotations

from dataclasses import dataclass

from support.engine import Call, Engine, selector
from support.model import governance
from support.model.governance import power
from support.model.issuance import Quota
from support.model.manager import Delay, ManagerModel, Membership
from support.model.signatures import Key
from support.model.system import SystemModel

from kgst.roles import ROLE_FUNCTIONS

RECOVERY_DELAY = 30 * 86_400
SOM = 1_000_000
DAY = 86_400

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
OTHERS = ("outsider", "relayer", "deployer")
AUDITOR_KEYS = tuple(f"auditor_{c}" for c in "abcdefghi")
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


@dataclass(frozen=True)
class Plan:
    """How one system is set up."""

    auditors: int
    threshold: int
    delays: dict[int, int]


PLANS = (
    Plan(3, 2, {}),
    Plan(4, 3, {governance.UPGRADER: 300, governance.RESERVE_ADMIN: 300}),
    Plan(5, 3, {governance.UNPAUSER: 60, governance.ENFORCER: 120}),
    Plan(6, 4, {governance.ISSUANCE_ADMIN: 600, governance.ADMIN: 300}),
    Plan(
        7,
        4,
        {role: 300 for role in range(9) if role not in (governance.GUARDIAN, governance.PAUSER)},
    ),
)


@dataclass(frozen=True)
class Place:
    """One deployed system, and contracts that all share."""

    plan: Plan
    token: int
    manager: int
    spare_manager: int
    feed: int
    foreign: int
    members: tuple[int, ...]


@dataclass(frozen=True)
class World:
    """All systems on one chain, so that signatures meant for one can be tried on another."""

    chain_id: int
    start: int
    places: tuple[Place, ...]
    wallet: int
    seal: int
    logics: dict[int, tuple[int, int]]
    impostors: tuple[int, ...]


def build(engine: Engine, plans: tuple[Plan, ...] = PLANS) -> World:
    """Deploys everything; the deployer ends with no power."""
    wallet = engine.deploy(DEPLOYER, "ERC1271WalletMock", ADDRESS["wallet_owner"])
    seal = engine.deploy(DEPLOYER, "ERC1271WalletMock", ADDRESS["seal_owner"])
    logic = engine.deploy(DEPLOYER, "KGSTLogic", RECOVERY_DELAY)
    later = engine.deploy(DEPLOYER, "KGSTLogicV2Mock", RECOVERY_DELAY)
    twin = engine.deploy(DEPLOYER, "KGSTLogic", RECOVERY_DELAY)
    wrong = engine.deploy(DEPLOYER, "WrongSlotMock")
    places = tuple(_place(engine, plan, logic, seal) for plan in plans)
    logics = {
        address: (engine.code_hash(address), generation)
        for address, generation in ((logic, 1), (later, 2), (twin, 1))
    }
    return World(
        engine.chain_id,
        engine.start,
        places,
        wallet,
        seal,
        logics,
        (wrong, places[0].foreign, ADDRESS["aigul"]),
    )


def _place(engine: Engine, plan: Plan, logic: int, seal: int) -> Place:
    candidates = [seal, *(ADDRESS[name] for name in AUDITOR_KEYS)]
    members = tuple(sorted(candidates[: plan.auditors]))
    manager = engine.deploy(DEPLOYER, "KGSTAccessManager", DEPLOYER)
    spare = engine.deploy(DEPLOYER, "KGSTAccessManager", ADDRESS["admin"])
    initialization = Call.of(
        "initialize((address,address[],uint256,uint256,uint256,uint256))",
        (manager, members, plan.threshold, 7 * DAY, 1_000),
    )
    token = engine.deploy(DEPLOYER, "KGST", logic, initialization.data)
    feed = engine.deploy(DEPLOYER, "ReserveFeed", token, 8)
    foreign = engine.deploy(DEPLOYER, "TokenMock", token, 1_000)

    def send(to: int, function: str, *args: object) -> None:
        outcome = engine.transact(DEPLOYER, to, Call.of(function, *args), engine.start)
        assert outcome.error is None, (function, outcome.error)

    send(token, "setIssuer(address,uint256,uint256,bool)", ADDRESS["issuer_a"], 10**15, 0, True)
    send(
        token, "setIssuer(address,uint256,uint256,bool)", ADDRESS["issuer_b"], 10**12, 10**7, False
    )
    for role, functions in ROLE_FUNCTIONS.items():
        chosen = [int.from_bytes(selector(f).ljust(32, b"\0"), "big") for f in functions]
        send(manager, "setTargetFunctionRole(address,bytes4[],uint64)", token, chosen, int(role))
        if role != governance.ADMIN:
            send(manager, "setRoleGuardian(uint64,uint64)", int(role), governance.GUARDIAN)
        delay = plan.delays.get(int(role), 0)
        send(
            manager, "grantRole(uint64,address,uint32)", int(role), ADDRESS[STAFF[int(role)]], delay
        )
    send(manager, "renounceRole(uint64,address)", governance.ADMIN, DEPLOYER)
    return Place(plan, token, manager, spare, feed, foreign, members)


def model_of(world: World, place: Place) -> SystemModel:
    """The model of ``place`` as ``build`` leaves it."""
    model = SystemModel(place.token, world.chain_id, world.start)
    model.recovery_delay = RECOVERY_DELAY
    model.owners = {world.wallet: ADDRESS["wallet_owner"], world.seal: ADDRESS["seal_owner"]}
    model.implementations = world.logics
    model.foreign = place.foreign
    model.stray[place.token] = 1_000
    model.gate.implementation = next(iter(world.logics))
    model.blocked[0] = model.blocked[place.token] = True
    model.limits.max_age, model.limits.max_increase = 7 * DAY, 1_000
    model.auditors.members, model.auditors.threshold = place.members, place.plan.threshold
    model.auditors.version = 1
    model.trust.authority = place.manager
    _staff(model, place)
    model.quota[ADDRESS["issuer_a"]] = Quota(10**15, 10**15, 0, model.now, True)
    model.quota[ADDRESS["issuer_b"]] = Quota(10**12, 10**12, 10**7, model.now, False)
    model.journal.start()
    return model


def _staff(model: SystemModel, place: Place) -> None:
    spare = ManagerModel(model, place.spare_manager)
    spare.members[governance.ADMIN, ADDRESS["admin"]] = Membership(model.now, Delay(0, 0, 0))
    own = ManagerModel(model, place.manager)
    model.managers = {place.manager: own, place.spare_manager: spare}
    for function in model.functions:
        role = power(function)
        if role is not None:
            own.role_of[place.token, selector(function)] = role
    for role, name in STAFF.items():
        delay = Delay(0, place.plan.delays.get(role, 0), 0)
        own.members[role, ADDRESS[name]] = Membership(model.now, delay)
        if role != governance.ADMIN:
            own.guardian_of[role] = governance.GUARDIAN
