"""Whether everybody has the key of somebody who matters: a power that such a key holds is anybody's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from kgst.checks import Check
from kgst.deployment.people import FoundSafe
from kgst.policy import Policy
from kgst.sending.public_keys import public_among

if TYPE_CHECKING:
    from ape.api import ProviderAPI

__all__ = ["public_key_checks"]

_ADVICE = "take every power from it at once, and put an address whose key is somebody's own into the policy"


def public_key_checks(
    policy: Policy, safes: Mapping[str, FoundSafe], provider: ProviderAPI
) -> Iterator[Check]:
    """Of the policy's people, and of whoever owns its Safes on the chain; nothing on a development node.

    Raises:
        NodeError: the node failed.
    """
    owners = {owner for safe in safes.values() for owner in safe.standing.owners}
    for address in public_among([*policy.people.values(), *sorted(owners)], provider):
        item = f"key of {policy.named(address)}"
        yield Check.that("roles", item, False, "public, a test account", "somebody's own", _ADVICE)
