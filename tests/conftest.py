"""The deployed system and its people, by role.

Session fixtures deploy once; ape takes each test's changes back. Never use ``chain.isolate()`` (it swallows failed
assertions) nor ``ape.reverts`` (it passes on another error): use ``support.reverts.reverts``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ape import accounts as ape_accounts
from ape import chain as ape_chain
from ape import networks
from hypothesis import settings
from support.auditing import draft, submit
from support.gas import estimate_in_two_runs
from support.isolation import forget_settings
from support.revert_data import decode_any_revert_data

from kgst.attestation import Domain, ReserveAttestation
from kgst.build import refresh
from kgst.deployment.applying import apply
from kgst.events import forget_sources
from kgst.policy import Policy

POLICY = Path(__file__).parent / "support" / "policy.yaml"

SOM = 1_000_000
DAY = 86_400
RECOVERY_DELAY = 30 * DAY
MAX_AGE = 7 * DAY
MAX_INCREASE_BPS = 1_000
MARGIN_BPS = 0


forget_settings()
estimate_in_two_runs()

# How long an example takes says nothing here: a busy machine is not a failure.
settings.register_profile("kgst", deadline=None)
settings.load_profile("kgst")


def pytest_sessionstart() -> None:
    refresh()


@pytest.fixture(scope="session", autouse=True)
def _decoded_errors() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        decode_any_revert_data(patch)
        yield


@pytest.fixture(autouse=True)
def _leaves_nothing() -> None:
    """Each test is taken back by its own snapshot: see the hooks below."""


# ape forgets its own snapshots when a command connects within a test, and takes them after the test's fixtures: what
# those did stayed. This one is taken before the first fixture of the test alone, after those of module and session.
_BEFORE: pytest.StashKey[Any] = pytest.StashKey()


@pytest.hookimpl(tryfirst=True)
def pytest_fixture_setup(fixturedef: Any, request: Any) -> None:
    if fixturedef.scope == "function" and _BEFORE not in request.node.stash:
        provider = networks.active_provider
        on_chain = provider is not None and provider.name == "test"
        if on_chain:
            _end_with_an_empty_block(provider)
        request.node.stash[_BEFORE] = provider.snapshot() if on_chain else None


def _end_with_an_empty_block(provider: Any) -> None:
    """eth-tester goes back to a snapshot by executing its last block again: half a second, where that deployed much."""
    latest = provider.get_block("latest")
    if latest.number and latest.num_transactions:
        provider.mine()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    yield
    before, provider = item.stash.get(_BEFORE, None), networks.active_provider
    if provider is not None:
        forget_sources(provider)
    if before is not None and provider is not None and provider.name == "test":
        provider.restore(before)


@dataclass(frozen=True)
class System:
    """The deployed contracts."""

    token: Any
    manager: Any
    logic: Any
    feed: Any
    backing_feed: Any
    revoker: Any

    @property
    def domain(self) -> Domain:
        return Domain(ape_chain.provider.chain_id, self.token.address)


def _actor(name: str, index: int) -> Any:
    def fixture() -> Any:
        return ape_accounts.test_accounts[index]

    fixture.__name__ = name
    return pytest.fixture(scope="session", name=name)(fixture)


deployer = _actor("deployer", 0)
admin = _actor("admin", 1)
upgrader = _actor("upgrader", 2)
issuance_admin = _actor("issuance_admin", 3)
reserve_admin = _actor("reserve_admin", 4)
pauser = _actor("pauser", 5)
unpauser = _actor("unpauser", 6)
compliance = _actor("compliance", 7)
enforcer = _actor("enforcer", 8)
guardian = _actor("guardian", 9)
issuer = _actor("issuer", 10)  # may mint 1,000,000 som, no refill; may burn
issuer_b = _actor("issuer_b", 11)  # no permission until a test grants one
holder = _actor("holder", 12)
receiver = _actor("receiver", 13)
spender = _actor("spender", 14)
relayer = _actor("relayer", 15)
outsider = _actor("outsider", 16)
redeemer = _actor("redeemer", 30)
minter = _actor("minter", 31)


@pytest.fixture(scope="session")
def auditors() -> list[Any]:
    """Three auditors, ascending by address; two make the threshold."""
    return sorted(
        (ape_accounts.test_accounts[i] for i in (20, 21, 22)), key=lambda a: int(a.address, 16)
    )


@pytest.fixture(scope="session")
def auditor_a(auditors: list[Any]) -> Any:
    return auditors[0]


@pytest.fixture(scope="session")
def auditor_b(auditors: list[Any]) -> Any:
    return auditors[1]


@pytest.fixture(scope="session")
def auditor_c(auditors: list[Any]) -> Any:
    return auditors[2]


@pytest.fixture(scope="session")
def system(deployer: Any) -> System:
    """Deployed by the same code as ``ape run deploy``, from the tests' policy: no delays."""
    deployment = apply(Policy.load(POLICY), deployer)
    return System(
        deployment.token,
        deployment.manager,
        deployment.logic,
        deployment.feed,
        deployment.backing_feed,
        deployment.revoker,
    )


@pytest.fixture(scope="session")
def token(system: System) -> Any:
    return system.token


@pytest.fixture(scope="session")
def manager(system: System) -> Any:
    return system.manager


@pytest.fixture(scope="session")
def domain(system: System) -> Domain:
    return system.domain


@pytest.fixture
def attest(system: System, auditors: list[Any], relayer: Any) -> Any:
    """Draft, sign by all auditors (or ``signers``) and submit the next attestation; returns it.

    Amounts: ``reserves`` in tyiyn, ``settled`` in base units; ``as_of`` in seconds, now unless told.
    """

    def attested(
        reserves: int,
        *,
        settled: int = 0,
        as_of: int | None = None,
        signers: list[Any] | None = None,
    ) -> ReserveAttestation:
        attestation = draft(system.token, reserves, settled=settled, as_of=as_of)
        submit(system, attestation, auditors if signers is None else signers, relayer)
        return attestation

    return attested


@pytest.fixture
def funded(system: System, attest: Any, issuer: Any, holder: Any) -> System:
    """The system with 10,000 som attested and 1,000 som minted to ``holder``; headroom is 9,000 som."""

    def fund() -> None:
        attest(10_000 * 100)
        system.token.mint(holder, 1_000 * SOM, sender=issuer)

    _once_from_here("funded", fund)
    return system


_reached: dict[tuple[str, Any], Any] = {}


def _once_from_here(name: str, act: Callable[[], None]) -> None:
    """What `act` does; where it was done from this very block before, go to the block that it ended with.

    eth-tester's snapshots are blocks by their hash: one goes forward to them as well as back.
    """
    provider = ape_chain.provider
    before = provider.snapshot()
    if (name, before) in _reached:
        provider.restore(_reached[name, before])
        return
    act()
    _end_with_an_empty_block(provider)
    _reached[name, before] = provider.snapshot()
