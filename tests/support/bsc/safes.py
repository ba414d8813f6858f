"""A deployment whose PAUSER is a Safe of three, two of whom must sign."""

from __future__ import annotations

from support.bsc.deployed import Changes, web3_of
from support.bsc.node import BscNode
from support.bsc.people import key_of
from support.safe import deploy_safe

__all__ = ["OWNERS", "paused_by_a_safe", "with_a_safe"]

OWNERS = ("owner_a", "owner_b", "owner_c")


def paused_by_a_safe(node: BscNode) -> Changes:
    """What differs in the rehearsal's policy: the Safe `governance` is made on the way."""
    return with_a_safe(node, "pauser")


def with_a_safe(node: BscNode, member: str) -> Changes:
    """The Safe `governance` is made, and has the role of `member`."""
    owners = [key_of(label).address for label in OWNERS]
    safe = deploy_safe(web3_of(node.anvil), owners, 2)
    people = "".join(f'  {label}: "{key_of(label).address}"\n' for label in OWNERS)
    return (
        ("\nauditors:\n", f'  governance: "{safe}"\n{people}\nauditors:\n'),
        (f"{{member: {member}, delay", "{member: governance, delay"),
        (
            "\nlimits:\n",
            "\nsafes:\n  governance: {owners: [owner_a, owner_b, owner_c], threshold: 2}\n\nlimits:\n",
        ),
    )
