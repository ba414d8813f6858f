"""Both desks on the fast in-process engine, beside `support.quick`'s token; its governor has every role, without delay.

What happens within one second is in one block.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from eth_abi.abi import decode
from eth_hash.auto import keccak
from support.engine import Call, Outcome, encode
from support.model.signatures import Key, digest, struct_hash
from support.quick import ANYONE, GOVERNOR, QuickToken, people

SOM = 1_000_000
TYIYN = 10_000
MINTER = 10

RECEIVE = (
    "ReceiveWithAuthorization(address from,address to,uint256 value,"
    "uint256 validAfter,uint256 validBefore,bytes32 nonce)"
)
PERMIT = "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
REQUEST = ["(address,uint256,uint8,uint256,bytes32,bool)"]


@dataclass(frozen=True)
class Terms:
    """Of a redemption desk: seconds, base units."""

    redeem_within: int
    pay_within: int
    minimum: int


class QuickDesks:
    """A token with `reserves` tyiyn attested, and what is deployed beside it."""

    START = 1_800_000_000
    """Second at which the engine begins."""

    def __init__(self, reserves: int, *, after: int = 0) -> None:
        self.quick = QuickToken(people(3), 2)
        self.quick.wait(after)
        self.token = self.quick.token
        outcome = self.quick.attest(reserves, self.quick.auditors)
        assert outcome.error is None, outcome.error
        self.manager = self.quick.read("authority()")

    @property
    def now(self) -> int:
        return self.quick.now

    def send(self, sender: Key, to: int, function: str, *arguments: Any) -> Outcome:
        call = Call.of(function, *arguments)
        return self.quick.engine.transact(sender.address, to, call, self.now)

    def must(self, sender: Key, to: int, function: str, *arguments: Any) -> Outcome:
        """The same, which succeeds."""
        outcome = self.send(sender, to, function, *arguments)
        assert outcome.error is None, (function, outcome.error)
        return outcome

    def read(self, to: int, getter: str, *arguments: Any, types: list[str] | None = None) -> Any:
        self.quick.engine.clock(self.now)
        found = decode(types or ["uint256"], self.quick.engine.read(to, getter, *arguments))
        return found if types and len(types) > 1 else found[0]

    def balance(self, who: int) -> int:
        return int(self.read(self.token, "balanceOf(address)", who))

    def redemption_desk(self, terms: Terms) -> int:
        """One more, which the token knows."""
        given = terms.redeem_within, terms.pay_within, terms.minimum
        engine = self.quick.engine
        desk = engine.deploy(ANYONE.address, "RedemptionDesk", self.manager, self.token, *given)
        self.quick.govern("setIssuer(address,uint256,uint256,bool)", desk, 0, 0, 1)
        self.quick.govern("setDesk(address)", desk)
        return desk

    def mint_desk(self, limits: tuple[int, int], delay: int, quota: int, minter: Key) -> int:
        """One with an operator, whose key may do nothing else."""
        engine = self.quick.engine
        desk = engine.deploy(ANYONE.address, "MintDesk", self.manager, self.token, *limits, delay)
        self.quick.govern("setIssuer(address,uint256,uint256,bool)", desk, quota, 0, 0)
        operated = "mint(address,uint256,bytes32)", "propose(address,uint256,bytes32)"
        selectors = [
            keccak(f.encode())[:4].ljust(32, b"\0") for f in (*operated, "execute(bytes32)")
        ]
        give = "setTargetFunctionRole(address,bytes4[],uint64)"
        self.must(GOVERNOR, self.manager, give, desk, selectors, MINTER)
        self.must(
            GOVERNOR, self.manager, "grantRole(uint64,address,uint32)", MINTER, minter.address, 0
        )
        return desk

    def fund(self, who: int, amount: int) -> None:
        """Mints to `who`, by whoever governs."""
        quota = GOVERNOR.address, 2**72 - 1, 0, 0
        self.quick.govern("setIssuer(address,uint256,uint256,bool)", *quota)
        self.quick.govern("mint(address,uint256)", who, amount)

    def request(self, desk: int, number: int) -> tuple[int, int, int, int, bytes, bool]:
        """Requester, amount, state, time, payeeHash, burned."""
        requester, *rest = self.read(desk, "requestOf(uint256)", number, types=REQUEST)
        return (int(requester, 16), *rest)

    def authorization(
        self, requester: Key, desk: int, amount: int, payee: int, salt: int
    ) -> tuple[Any, ...]:
        """The arguments of `requestWithAuthorization` by `v, r, s`."""
        bound = encode(
            "address,uint256,bytes32,bytes32,address", requester.address, amount, payee, salt, desk
        )
        fields = requester.address, desk, amount, 0, 2**64, keccak(bound)
        signature = requester.sign(digest(self.quick, struct_hash(RECEIVE, *fields)))
        return (requester.address, amount, payee, salt, 0, 2**64, *signature.vrs)

    def permit(self, owner: Key, spender: int, amount: int) -> tuple[Any, ...]:
        """Deadline, v, r, s."""
        nonce = self.read(self.token, "nonces(address)", owner.address)
        fields = owner.address, spender, amount, nonce, 2**64
        return (2**64, *owner.sign(digest(self.quick, struct_hash(PERMIT, *fields))).vrs)
