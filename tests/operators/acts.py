"""What operators want done, as the commands that they type, and how often each was done on the chain."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

if TYPE_CHECKING:
    from operators.world import World

__all__ = ["ACTS", "RECEIVERS", "Act", "payout_file"]

SOM: Final = 1_000_000
TYIYN: Final = 10_000
RECEIVERS: Final = [to_checksum_address(f"0x{0xC0FFEE << 100 | n:040x}") for n in range(1, 4)]
NOBODY: Final = "0x" + 64 * "0"
TRANSFER: Final = "0x" + keccak(text="Transfer(address,address,uint256)").hex()
ATTESTED: Final = (
    "0x"
    + keccak(
        text="ReservesAttested(uint256,uint256,uint256,uint256,bytes32,uint256,uint256,uint256)"
    ).hex()
)
VARIANTS: Final = 2
"""So many of each: the same one is wanted again and again."""


@dataclass(frozen=True)
class Act:
    """One thing that is wanted done.

    Attributes:
        words: Of the command of variant n, as after `ape run`.
        accounts: Who signs, of operator 0 and 1.
        times: How often variant n was done: of its parts the rarest and the most frequent; of a state 1 while it is so.
        shown: What a signer must have seen.
        once: The chain must never have it twice; else it is a state, which another act may end.
        ends: The act that undoes a state.
        signers: How many must sign; more than one is a Safe's.
    """

    name: str
    words: Callable[[int], Sequence[object]]
    accounts: tuple[str, str]
    times: Callable[[World, int], tuple[int, int]]
    shown: Callable[[World, int], Sequence[str]]
    once: bool = True
    ends: str = ""
    signers: int = 1


def payout_file(n: int) -> str:
    """The rows of variant n: amounts that no other has."""
    rows = [f"{receiver},{n}.{10 + i}" for i, receiver in enumerate(RECEIVERS)]
    return "\n".join(("address,amount_som", *rows)) + "\n"


def _topic(address: str) -> str:
    return "0x" + 24 * "0" + address[2:].lower()


def _transfers(world: World, sender: str, to: str | None, value: int) -> tuple[int, int]:
    topics = [TRANSFER, sender, *([to] if to else [])]
    found = sum(int(log["data"], 16) == value for log in world.logs(topics))
    return found, found


def _minted(world: World, n: int) -> tuple[int, int]:
    return _transfers(world, NOBODY, _topic(world.address("admin")), (700 + n) * TYIYN)


def _burned(world: World, n: int) -> tuple[int, int]:
    return _transfers(world, _topic(world.address("issuer")), NOBODY, (500 + n) * TYIYN)


def _paid(world: World, n: int) -> tuple[int, int]:
    logs = world.logs([TRANSFER, _topic(world.address("issuer"))])
    paid = Counter((log["topics"][2], int(log["data"], 16)) for log in logs)
    each = [
        paid[_topic(receiver), n * SOM + (10 + i) * TYIYN] for i, receiver in enumerate(RECEIVERS)
    ]
    return min(each), max(each)


def _attested(world: World, _: int) -> tuple[int, int]:
    found = len(world.logs([ATTESTED]))
    return found, found


def _state(view: Callable[[World, int], bool]) -> Callable[[World, int], tuple[int, int]]:
    def times(world: World, n: int) -> tuple[int, int]:
        return (1, 1) if view(world, n) else (0, 0)

    return times


FLAGS: Final = {1: ("minting", 4), 2: ("burning", 8)}


def _is_paused(world: World, n: int) -> bool:
    return bool(world.read("pauseFlags()") & FLAGS[n][1])


def _blocked(world: World, n: int) -> bool:
    return bool(world.read("isBlocked(address)", RECEIVERS[n]))


def _granted(world: World, _: int) -> bool:
    role, member = 6, int(world.address("issuer_b"), 16)
    data = keccak(text="hasRole(uint64,address)")[:4].hex() + f"{role:064x}{member:064x}"
    return bool(world.call(world.manager, data)[:64].strip("0"))


def _amount(base_units: int) -> str:
    return f"{base_units / SOM:.2f}"


ACTS: Final = {
    act.name: act
    for act in (
        Act(
            "mint",
            lambda n: (
                "supply",
                "mint",
                "admin",
                f"{_amount((700 + n) * TYIYN)} som",
                "--ref",
                f"M-{n}",
            ),
            ("issuer", "issuer"),
            _minted,
            lambda w, n: (_amount((700 + n) * TYIYN), w.address("admin"), f"M-{n}"),
        ),
        Act(
            "burn",
            lambda n: ("supply", "burn", f"{_amount((500 + n) * TYIYN)} som", "--ref", f"B-{n}"),
            ("issuer", "issuer"),
            _burned,
            lambda _, n: (_amount((500 + n) * TYIYN), f"B-{n}"),
        ),
        Act(
            "payout",
            lambda n: ("supply", "payout", f"payout-{n}.csv", "--chunk", "2"),
            ("issuer", "issuer"),
            _paid,
            lambda _, n: (_amount(sum(n * SOM + (10 + i) * TYIYN for i in range(3))),),
        ),
        Act(
            "submit",
            lambda _: ("reserves", "submit", "signed-2.json"),
            ("outsider", "deployer"),
            _attested,
            lambda _, __: ("10500.00",),
        ),
        Act(
            "pause",
            lambda n: ("guard", "pause", FLAGS[n][0]),
            ("pauser", "pauser"),
            _state(_is_paused),
            lambda _, n: (FLAGS[n][0].upper(),),
            once=False,
            ends="unpause",
        ),
        Act(
            "unpause",
            lambda n: ("guard", "unpause", FLAGS[n][0], "--via", "safe:governance"),
            ("owner_a", "owner_b"),
            _state(lambda w, n: not _is_paused(w, n)),
            lambda _, n: (FLAGS[n][0].upper(),),
            once=False,
            ends="pause",
            signers=2,
        ),
        Act(
            "block",
            lambda n: ("guard", "block", RECEIVERS[n], "--allow-unknown", "--reason", f"case {n}"),
            ("compliance", "compliance"),
            _state(_blocked),
            lambda _, n: (RECEIVERS[n],),
            once=False,
            ends="unblock",
        ),
        Act(
            "unblock",
            lambda n: (
                "guard",
                "unblock",
                RECEIVERS[n],
                "--allow-unknown",
                "--reason",
                f"case {n}",
            ),
            ("compliance", "compliance"),
            _state(lambda w, n: not _blocked(w, n)),
            lambda _, n: (RECEIVERS[n],),
            once=False,
            ends="block",
        ),
        Act(
            "grant",
            lambda _: ("govern", "apply"),
            ("admin", "admin"),
            _state(_granted),
            lambda w, _: (w.address("issuer_b"),),
            once=False,
        ),
    )
}
