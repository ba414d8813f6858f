"""What a whole run has done: steps, checks, and which situations it reached.

A campaign that never minted, hit a deficit, expired, rotated or upgraded has shown nothing: `missing` says what it did
not reach, and the run fails (invariant 18).
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from property import situations
from support.engine import artifacts

if TYPE_CHECKING:
    from property.driver import Driver
    from property.step import Step

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

    def count(self, step: Step, driver: Driver) -> None:
        self.steps += 1
        if step.accepted:
            self.succeeded[step.act.function] += 1
            found = situations.accepted(step, driver)
        else:
            assert step.outcome.error is not None
            self.errors[step.outcome.error[0]] += 1
            found = situations.refused(step, driver)
        for situation in found:
            self.reached[situation] += 1
            driver.seen.add(situation)

    def mark(self, situation: str) -> None:
        """A situation that only the rule knows of."""
        assert situation in situations.SITUATIONS, situation
        self.reached[situation] += 1

    def missing(self) -> list[str]:
        """What a campaign of any length must have shown, and has not."""
        found = [s for s in situations.SITUATIONS if not self.reached[s]]
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
