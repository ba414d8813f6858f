"""What a deployment would send, and what it would cost; nothing is signed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from kgst.checks import failed
from kgst.deployment.applying import STEPS, apply
from kgst.deployment.preflight import require_deployable, require_people
from kgst.errors import RefusedError
from kgst.journal import Journal, Outcome
from kgst.node import chain_id, connected, rpc
from kgst.policy import Policy
from kgst.quantities import bnb_cost, bnb_held, format_bps, format_duration
from kgst.sending.pricing import price_now, require_fee, require_price
from kgst.sending.transactions import created_by
from kgst.units import format_som
from kgst.verify.comparing import inspect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ape.api import AccountAPI

__all__ = ["Plan", "PlannedStep", "plan"]

GAS_BASIS: Final = "gas as used by the same steps on a throw-away chain in this process"


@dataclass(frozen=True)
class PlannedStep:
    """One transaction of the plan.

    Attributes:
        summary: For people.
        address: Of the contract that it creates, if no other transaction of the deployer comes between.
        gas: What it used in the rehearsal.
    """

    name: str
    summary: str
    address: str | None
    gas: int


@dataclass(frozen=True)
class Plan:
    """A deployment that was rehearsed and not sent.

    Attributes:
        gas_price: Wei per gas that would be offered now.
        balance: The deployer's, in wei.
        refusals: Why it would not be sent as things stand, each a sentence; empty when it would.
    """

    chain_id: int
    deployer: str
    steps: tuple[PlannedStep, ...]
    gas_price: int
    balance: int
    refusals: tuple[str, ...] = ()

    @property
    def gas(self) -> int:
        """Of all steps."""
        return sum(step.gas for step in self.steps)

    @property
    def cost(self) -> int:
        """Estimate in wei."""
        return self.gas * self.gas_price

    @property
    def need(self) -> int:
        """Wei that must be there to begin with: a step's gas limit is held ready until it is mined."""
        spent = need = 0
        for step in self.steps:
            need = max(need, spent + step.gas + step.gas // 4)
            spent += step.gas
        return need * self.gas_price


def plan(policy: Policy, deployer: AccountAPI) -> Plan:
    """The steps of `apply` for `policy` on the connected chain.

    The whole deployment is carried out and verified on a chain in this process, so that a policy that cannot work is
    refused here. Gas on the connected chain may differ slightly; a node cannot estimate steps whose contracts are not
    there yet.

    Raises:
        RefusedError: what `apply` would refuse before sending, whatever the deployer pays.
    """
    provider = connected()
    require_deployable(policy, provider, deployer.address)
    require_people(policy, provider, deployer.address)
    outcomes = _rehearse(policy)
    # After the rehearsal: should it run on the connected chain itself, that is as it was.
    eth = provider.web3.eth
    with rpc("read the deployer's account"):
        nonce = int(eth.get_transaction_count(deployer.address))
        balance = int(eth.get_balance(deployer.address))
    planned = Plan(
        chain_id=chain_id(provider),
        deployer=deployer.address,
        steps=tuple(
            PlannedStep(
                name=outcome.step,
                summary=summary,
                address=created_by(deployer.address, nonce + i) if outcome.contract else None,
                gas=outcome.gas_used,
            )
            for i, (outcome, summary) in enumerate(zip(outcomes, _summaries(policy), strict=True))
        ),
        gas_price=price_now(eth, policy.limits),
        balance=balance,
    )
    return replace(planned, refusals=tuple(_refusals(planned, policy)))


def _refusals(planned: Plan, policy: Policy) -> Iterator[str]:
    """What sending would end at, before its first transaction or in the middle."""
    price, limits = planned.gas_price, policy.limits
    try:
        require_price(price, limits)
        for step in planned.steps:
            require_fee(step.name, step.gas * 5 // 4 * price, 0, limits)
    except RefusedError as error:
        yield str(error)
    if planned.balance < planned.need:
        yield (
            f"the deployer {planned.deployer} has {bnb_held(planned.balance)} and needs "
            f"{bnb_cost(planned.need)}: the estimate is {bnb_cost(planned.cost)}, and a step's gas limit is higher "
            f"than what it uses. Send it {bnb_cost(planned.need - planned.balance)} or more, or wait for a lower gas "
            "price."
        )


def _summaries(policy: Policy) -> Iterator[str]:
    terms, auditors = policy.token, policy.auditors
    yield "AccessManager; the deployer is its ADMIN until the last step"
    yield f"token logic; recovery delay {format_duration(terms.recovery_delay)}, for ever"
    yield (
        f"token; {auditors.threshold} of {len(auditors.members)} auditors, attestations last "
        f"{format_duration(terms.max_age)}, rise at most {format_bps(terms.max_increase_bps)}, "
        f"margin {format_bps(terms.margin_bps)}"
    )
    yield "feed of the reserves for proof-of-reserve readers"
    yield "feed of the backing: what the supply may reach, 0 when nothing may be minted"
    yield "Revoker: through it GUARDIAN takes a role away at once"
    redemption, mint = policy.desks.redemption, policy.desks.mint
    yield (
        f"redemption desk; paid within {format_duration(redemption.redeem_within)}, once locked "
        f"{format_duration(redemption.pay_within)}, from {format_som(redemption.minimum)}"
    )
    yield (
        f"mint desk; at once {format_som(mint.mint_limit)} and {format_som(mint.day_limit)} a day, more after "
        f"{format_duration(mint.delay)}"
    )
    yield (
        f"{len(policy.issuers)} issuer(s) and the desks, {len(policy.desks.mint.destinations)} destination(s), "
        f"{sum(map(len, policy.roles.values()))} role member(s), "
        "every function's role; then the deployer gives up ADMIN"
    )


def _rehearse(policy: Policy) -> list[Outcome]:
    from ape import accounts, networks

    local = policy.model_copy(
        update={
            "chain_id": "local",
            # Nobody's Safes are there.
            "safes": {},
            # The throw-away chain has its own gas price.
            "limits": policy.limits.model_copy(
                update={"max_gas_price": 10**15, "max_cost": 10**24}
            ),
        }
    )
    deployer = next((a for a in accounts.test_accounts if not policy.powers(a.address)), None)
    if deployer is None:
        raise RefusedError(
            "every test account of ape has a power in the policy; none can rehearse."
        )
    with networks.get_ecosystem("bsc").get_network("local").use_provider("test") as chain:
        before: Any = chain.snapshot()
        try:
            journal = Journal()
            deployment = apply(local, deployer, journal)
            drifts = failed(inspect(local, deployment.record))
        finally:
            chain.restore(before)
    if drifts:
        raise RefusedError(
            "the deployment does not give what the policy says, on a throw-away chain: "
            + "; ".join(map(str, drifts))
        )
    signed = [journal.signed(step) for step in STEPS]
    return [outcome for s in signed if s and (outcome := journal.outcome(s.hash))]
