"""A token's life in which each event of its contracts happens at least once, most of them in a block of their own.

Acted on anvil itself, as accounts that it impersonates, so that a history is there in seconds.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from eth_utils.crypto import keccak
from support.bsc.deployed import Deployed
from support.bsc.people import Key, key_of
from support.cli import ROOT

from kgst.attestation import AuditorRotation, Domain, ImplementationApproval, ReserveAttestation

__all__ = ["Life", "event_names"]

SOM = 10**6
MINUTE = 60
ROLES = {
    "UPGRADER": 1, "ISSUANCE_ADMIN": 2, "RESERVE_ADMIN": 3, "PAUSER": 4, "UNPAUSER": 5, "COMPLIANCE": 6,
    "ENFORCER": 7, "GUARDIAN": 8,
}  # fmt: skip


def _abi(name: str) -> list[dict[str, Any]]:
    types = json.loads((ROOT / ".build/__local__.json").read_text())["contractTypes"]
    found: list[dict[str, Any]] = types[name]["abi"]
    return found


def event_names() -> list[str]:
    """Of each event that the contracts have."""
    contracts = ("IKGST", "KGSTAccessManager", "Revoker", "ReserveFeed", "BackingFeed")
    return sorted({e["name"] for c in contracts for e in _abi(c) if e["type"] == "event"})


@dataclass
class Life:
    """What happens, one call after another.

    Attributes:
        deployed: On the double; what happens, happens on the anvil behind it.
    """

    deployed: Deployed

    def __post_init__(self) -> None:
        self.web3 = self.deployed.web3
        record = self.deployed.record
        self.token = self._contract("token", "IKGST")
        self.manager = self._contract("manager", "KGSTAccessManager")
        self.domain = Domain(record["chain_id"], record["token"]["address"])
        self.puppet = self.web3.to_checksum_address("0x" + "aa" * 20)
        self.holder = self.web3.to_checksum_address("0x" + "bb" * 20)
        self.other = self.web3.to_checksum_address("0x" + "cc" * 20)
        self.desk = self.web3.to_checksum_address("0x" + "ee" * 20)
        self._ask("anvil_setCode", self.desk, "0x00")
        for one in (self.puppet, self.holder, self.other):
            self._ask("anvil_setBalance", one, hex(10**20))

    def _contract(self, name: str, interface: str) -> Any:
        address = self.deployed.record[name]["address"]
        return self.web3.eth.contract(address=address, abi=_abi(interface))

    def _ask(self, method: str, *params: Any) -> Any:
        return self.deployed.node.anvil.ask(method, *params)

    def act(self, sender: str, call: Any) -> int:
        """One call in a block of its own; returns the block."""
        self._ask("anvil_impersonateAccount", sender)
        sent = self.web3.eth.send_transaction(
            {
                "from": sender,
                "to": call.address,
                "data": call._encode_transaction_data(),
                "gas": 16_000_000,
            }  # type: ignore[typeddict-item]
        )
        self._ask("evm_mine")
        receipt = self.web3.eth.wait_for_transaction_receipt(sent, timeout=20, poll_latency=0.02)
        assert receipt["status"] == 1, f"{self._why(sender, call)}; {receipt['gasUsed']:,} gas used"
        return int(receipt["blockNumber"])

    def _why(self, sender: str, call: Any) -> str:
        try:
            call.call({"from": sender})
        except Exception as error:
            return f"{call.fn_name}: {error}"
        return f"{call.fn_name}: no reason now"

    def later(self, seconds: int) -> None:
        """Time passes."""
        self._ask("evm_increaseTime", seconds)
        self._ask("evm_mine")

    @property
    def now(self) -> int:
        """Of the latest block."""
        return int(self.web3.eth.get_block("latest")["timestamp"])

    def as_admin(self, call: Any) -> None:
        """Schedule, wait, execute."""
        admin = self.deployed.address("admin")
        data = call._encode_transaction_data()
        self.act(admin, self.manager.functions.schedule(call.address, data, 0))
        self.later(6 * MINUTE)
        self.act(admin, self.manager.functions.execute(call.address, data))

    # What auditors do

    def _signed(self, statement: Any, *labels: str) -> Any:
        keys = sorted((key_of(label) for label in labels), key=lambda key: int(key.address, 16))
        message = statement.message(self.domain)
        return statement.arguments([(key.address, _sign(key, message)) for key in keys])

    def _bonds(self) -> dict[str, int]:
        auditors = self.token.functions.auditorSet().call()
        halts = self.token.functions.halts().call()
        return {"halts": halts, "version": auditors[2], "deadline": self.now + 10**6}

    def attest(self, reserves: int) -> None:
        """By all three auditors; reserves in som."""
        last = self.token.functions.lastAttestation().call()
        attestation = ReserveAttestation(
            epoch=last[0] + 1,
            reserves=reserves * 100,
            settled=last[2],
            as_of=self.now,
            report_hash=keccak(text=f"report of {reserves}"),
            **self._bonds(),
        )
        signed = self._signed(attestation, "auditor_a", "auditor_b", "auditor_c")
        self.act(self.other, self.token.functions.attest(*signed))

    # The acts

    def roles(self) -> None:
        """The puppet gets every role; what the AccessManager can be told is told."""
        manager = self.manager.functions
        for role in ROLES.values():
            self.as_admin(manager.grantRole(role, self.puppet, 0))
        self.as_admin(manager.labelRole(99, "SPARE"))
        self.as_admin(manager.setRoleAdmin(99, 8))
        self.as_admin(manager.setRoleGuardian(99, 8))
        self.as_admin(manager.setGrantDelay(98, 86_400))
        target = self.web3.to_checksum_address("0x" + "dd" * 20)
        self.as_admin(manager.setTargetAdminDelay(target, 86_400))
        self.as_admin(manager.setTargetClosed(target, True))
        self.as_admin(manager.setTargetFunctionRole(target, ["0x12345678"], 99))
        call = manager.labelRole(97, "NEVER")
        admin = self.deployed.address("admin")
        self.act(admin, manager.schedule(call.address, call._encode_transaction_data(), 0))
        data = call._encode_transaction_data()
        self.act(admin, manager.cancel(admin, call.address, data))
        self.act(self.puppet, manager.renounceRole(ROLES["PAUSER"], self.puppet))

    def money(self) -> None:
        """Attested, minted, paid, burned, frozen, forced."""
        token, issuer = self.token.functions, self.deployed.address("issuer")
        self.attest(1_000_000)
        self.act(issuer, token.mint(self.holder, 5_000 * SOM))
        self.act(self.holder, token.transfer(self.other, 300 * SOM))
        self.act(self.holder, token.approve(self.other, 2**256 - 1))
        self.act(self.other, token.approve(self.holder, 10 * SOM))
        self.act(self.holder, token.transferFrom(self.other, self.puppet, 4 * SOM))
        payout = token["payout(address[],uint256[],bytes32)"]
        self.act(self.holder, payout([self.other], [7 * SOM], b"\x01" * 32))
        self.act(self.holder, payout([], [], b"\x02" * 32))
        key = key_of("outsider")
        self._cancel(key)
        self.act(issuer, token.mint(issuer, 50 * SOM))
        self.act(issuer, token.burn(20 * SOM))
        self.act(self.puppet, token.setFrozenTokens(self.holder, 100 * SOM))
        order, forced = (
            keccak(text="order"),
            token["forcedTransfer(address,address,uint256,bytes32,uint256)"],
        )
        self.act(self.puppet, forced(self.holder, self.puppet, 5 * SOM, order, 9 * SOM))
        self.act(self.puppet, token.blockAccount(self.other))
        self.act(self.puppet, token.unblockAccount(self.other))
        self.act(self.puppet, token.blockAccount(self.other))

    def pay(self, number: int, count: int) -> int:
        """A payout to `count` receivers, by the holder; `number` tells it from others. Returns its block."""
        receivers = [self.web3.to_checksum_address(f"0x{0xACC0 + n:040x}") for n in range(count)]
        payout = self.token.functions["payout(address[],uint256[],bytes32)"]
        key = number.to_bytes(31) + b"\xff"
        return self.act(self.holder, payout(receivers, [1 + n for n in range(count)], key))

    def _cancel(self, key: Key) -> None:
        types = {
            "CancelAuthorization": [
                {"name": "authorizer", "type": "address"},
                {"name": "nonce", "type": "bytes32"},
            ]
        }
        from eth_account.messages import encode_typed_data

        message = encode_typed_data(
            self.domain.as_dict(), types, {"authorizer": key.address, "nonce": b"\x03" * 32}
        )
        cancel = self.token.functions["cancelAuthorization(address,bytes32,bytes)"]
        self.act(self.other, cancel(key.address, b"\x03" * 32, _sign(key, message)))

    def limits(self) -> None:
        """Issuers, limits, pauses, deficits, halts."""
        token = self.token.functions
        self.act(self.puppet, token.setIssuer(self.desk, 100 * SOM, 1, False))
        self.act(self.puppet, token.setDesk(self.desk))
        self.act(self.puppet, token.cutIssuer(self.desk))
        self.act(self.puppet, token.setMaxAge(6 * 86_400))
        self.act(self.puppet, token.setMaxIncrease(500))
        self.act(self.puppet, token.raiseMargin(200))
        self.act(self.deployed.address("pauser"), token.pause(1))
        self.act(self.puppet, token.unpause(1))
        self.later(5)
        self.attest(5_050)  # covers the supply, and not the margin
        self.later(5)
        self.attest(100)
        self.act(self.deployed.address("auditor_a"), token.haltMinting("a look at the books"))

    def auditors(self) -> None:
        """Rotation, suspension, recovery; consent and upgrade; diversion; rescue; another authority."""
        token = self.token.functions
        a, b, c = (self.deployed.address(f"auditor_{x}") for x in "abc")
        self.act(self.puppet, token.suspendAuditor(c))
        new = tuple(sorted((a, b, c, self.holder), key=lambda one: int(one, 16)))
        self.act(self.puppet, token.proposeAuditors(new, 3))
        self.act(self.puppet, token.cancelAuditorsProposal())
        bonds = self._bonds()
        rotation = AuditorRotation(new, 3, bonds["version"], bonds["deadline"])
        self.act(
            self.other, token.rotateAuditors(*self._signed(rotation, "auditor_a", "auditor_b"))
        )
        self.act(
            self.puppet,
            token.proposeAuditors((a, b, c)[:2] if int(a, 16) < int(b, 16) else (b, a), 2),
        )

    def upgrade(self) -> None:
        """To the same logic at another address, with the auditors' consent."""
        token = self.token.functions
        code = self.web3.eth.get_code(self.deployed.record["logic"]["address"])
        implementation = self.deployed.record["logic"]["address"]
        consent = ImplementationApproval(
            implementation=implementation,
            code_hash=keccak(bytes(code)),
            data_hash=keccak(b""),
            nonce=token.approvedImplementation().call()[3],
            **self._bonds(),
        )
        signed = self._signed(consent, "auditor_a", "auditor_b", "auditor_c")
        self.act(self.other, token.approveImplementation(*signed))
        self.act(self.puppet, token.upgradeToAndCall(implementation, b""))
        self.act(self.puppet, token.setDelegateAll(True))

    def rescue(self) -> None:
        """Tokens of another kind are taken out."""
        other = self.web3.to_checksum_address("0x" + "f1" * 20)
        self._ask("anvil_setCode", other, "0x600160005260206000f3")  # answers 1 to everything
        self.as_admin(self.token.functions.rescueTokens(other, self.holder, 1))

    def all(self) -> None:
        """Everything, in an order in which it is possible."""
        self.roles()
        self.money()
        self.limits()
        self.auditors()
        self.rescue()
        self.upgrade()


def _sign(key: Key, message: Any) -> bytes:
    from eth_account import Account

    return bytes(Account.sign_message(message, key.private_key).signature)
