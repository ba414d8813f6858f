"""What a whole run has done: steps, checks, and which situations it reached.

A campaign that never minted, hit a deficit, expired, rotated or upgraded has shown nothing, nor has one that knew only
one delay, one margin or batches of three: `missing` says what it did not reach, and the run fails (invariant 18).
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from property import parameters
from property.accepted import accepted
from property.parameters import Parameters
from property.refused import refused
from property.situations import SITUATIONS
from support.engine import artifacts

if TYPE_CHECKING:
    from property.driver import Driver
    from property.step import Step
    from property.world import Plan

NEVER_SUCCEEDS = {
    "initialize((address,address[],uint256,uint256,uint256,uint256))": "done once, by the constructor",
    "setAuthority(address)": "only from the AccessManager, by its updateAuthority",
}
NEVER_RAISED = {
    "ERC20InvalidApprover": "declared by ERC-6093 for owners of address zero, who sign and send nothing",
    "AccessManagedRequiredDelay": "declared by IAccessManaged; OpenZeppelin itself no longer raises it",
    "AddressEmptyCode": "raised by the token's constructor",
    "NotTheToken": "raised at the implementation's own address",
    "RecoveryDelayOutOfRange": "raised by the implementation's constructor",
}


class Campaign:
    def __init__(self) -> None:
        self.rules = 0
        """Steps of the state machine."""
        self.steps = 0
        """Transactions; a rule sends none, one or several."""
        self.checked: Counter[int] = Counter()
        self.reached: Counter[str] = Counter()
        self.errors: Counter[str] = Counter()
        self.succeeded: Counter[str] = Counter()
        self.examples = 0
        self.parameters = Parameters()
        self.unmet_by_seeds: list[str] = []
        """What the seeds of slower engines no longer meet."""

    def count(self, step: Step, driver: Driver) -> None:
        self.steps += 1
        if step.accepted:
            self.succeeded[step.act.function] += 1
            found = accepted(step, driver)
            for name, value in parameters.of_step(step, driver):
                self.parameters.meet(name, value)
        else:
            assert step.outcome.error is not None
            self.errors[step.outcome.error[0]] += 1
            found = refused(step, driver)
        for situation in found:
            self.reached[situation] += 1
            driver.seen.add(situation)

    def settle(self, plan: Plan) -> None:
        """A token was deployed."""
        self.examples += 1
        for name, value in parameters.of_plan(plan):
            self.parameters.meet(name, value)
        self.parameters.meet("auditor sets of one token", 1)

    def mark(self, situation: str) -> None:
        """A situation that only the rule knows of."""
        assert situation in SITUATIONS, situation
        self.reached[situation] += 1

    def missing(self) -> list[str]:
        """What a campaign of any length must have shown, and has not."""
        found = [s for s in SITUATIONS if not self.reached[s]]
        found += self.parameters.missing()
        for entry in artifacts().contracts["IKGST"]["abi"]:
            name = entry.get("name")
            if entry["type"] == "function" and entry["stateMutability"] == "nonpayable":
                signature = f"{name}({','.join(_canonical(i) for i in entry['inputs'])})"
                if signature not in NEVER_SUCCEEDS and not self.succeeded[signature]:
                    found.append(f"{signature} never succeeded")
            elif entry["type"] == "error" and name not in NEVER_RAISED and not self.errors[name]:
                found.append(f"error {name} never met")
        return found


def _canonical(parameter: dict[str, Any]) -> str:
    kind: str = parameter["type"]
    if not kind.startswith("tuple"):
        return kind
    return f"({','.join(map(_canonical, parameter['components']))}){kind[5:]}"


CAMPAIGN = Campaign()
