"""Who was given what by a deployment's configuration, read from its bytes: for when the policy has changed since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError
from eth_utils.abi import function_signature_to_4byte_selector
from eth_utils.address import to_checksum_address

from kgst.deployment.creations import configuration_of
from kgst.policy import IssuerGrant, Membership, Policy
from kgst.roles import Role

__all__ = ["Granted", "granted_in"]

_MULTICALL = function_signature_to_4byte_selector("multicall(bytes[])")
_GRANT = function_signature_to_4byte_selector("grantRole(uint64,address,uint32)")
_EXECUTE = function_signature_to_4byte_selector("execute(address,bytes)")
_ISSUER = function_signature_to_4byte_selector("setIssuer(address,uint256,uint256,bool)")
_ALLOW = function_signature_to_4byte_selector("allowDestination(address)")
_DESK = function_signature_to_4byte_selector("setDesk(address)")


@dataclass(frozen=True)
class Granted:
    """What a configuration gives.

    Attributes:
        members: By role who gets it, and with how many seconds of delay; without the Revoker.
        issuers: Checksummed address, capacity, refill per second, whether it may burn, whether it is a desk; without
            the two desks.
        minting: Capacity and refill per second of the mint desk.
        destinations: Checksummed addresses that the mint desk may mint to.
    """

    members: Mapping[Role, tuple[tuple[str, int], ...]]
    issuers: tuple[tuple[str, int, int, bool, bool], ...]
    minting: tuple[int, int]
    destinations: tuple[str, ...]


def granted_in(call: bytes, policy: Policy, deployer: str, at: Mapping[str, str]) -> Granted | None:
    """What the configuration `call` gives, if it is that of some policy, byte for byte; else None.

    Args:
        call: To the AccessManager.
        policy: Any of this deployment: what it says of roles and issuers is not looked at.
        deployer: Checksummed address.
        at: By step, where the contracts are.
    """
    try:
        found = _read(call, at)
    except (DecodingError, ValueError, IndexError, KeyError):
        return None
    people = {account for members in found.members.values() for account, _ in members}
    people |= {issuer[0] for issuer in found.issuers} | set(found.destinations)
    capacity, refill = found.minting
    minting = {
        "capacity": capacity,
        "refill_per_second": refill,
        "destinations": found.destinations,
    }
    mint = policy.desks.mint.model_copy(update=minting)
    same = policy.model_copy(
        update={
            "people": {account: account for account in people},
            "roles": {
                role: tuple(
                    Membership.model_construct(member=m, delay=delay) for m, delay in members
                )
                for role, members in found.members.items()
            },
            "issuers": tuple(
                IssuerGrant.model_construct(
                    member=account,
                    capacity=capacity,
                    refill_per_second=refill,
                    may_burn=burn,
                    desk=desk,
                )
                for account, capacity, refill, burn, desk in found.issuers
            ),
            "desks": policy.desks.model_copy(update={"mint": mint}),
        }
    )
    return found if configuration_of(same, deployer, at) == call else None


def _read(call: bytes, at: Mapping[str, str]) -> Granted:
    """What grants and issuers there are; whether that is all, whoever encodes it again sees."""
    if call[:4] != _MULTICALL:
        raise ValueError(call[:4])
    members: dict[Role, list[tuple[str, int]]] = {role: [] for role in Role}
    issuers: dict[str, tuple[str, int, int, bool, bool]] = {}
    destinations: list[str] = []
    (calls,) = decode(["bytes[]"], call[4:])
    for one in calls:
        if one[:4] == _GRANT:
            role, account, delay = decode(["uint64", "address", "uint32"], one[4:])
            if (role, to_checksum_address(account)) != (Role.ADMIN, at["revoker"]):
                members[Role(role)].append((to_checksum_address(account), delay))
        elif one[:4] == _EXECUTE:
            _, inner = decode(["address", "bytes"], one[4:])
            if inner[:4] == _ISSUER:
                account, *terms = decode(["address", "uint256", "uint256", "bool"], inner[4:])
                capacity, refill, burn = terms
                address = to_checksum_address(account)
                issuers[address] = (address, capacity, refill, burn, False)
            elif inner[:4] == _DESK:
                (account,) = decode(["address"], inner[4:])
                address = to_checksum_address(account)
                issuers[address] = (*issuers[address][:4], True)
            elif inner[:4] == _ALLOW:
                (account,) = decode(["address"], inner[4:])
                destinations.append(to_checksum_address(account))
    issuers.pop(at["redemption_desk"])
    _, capacity, refill, *_ = issuers.pop(at["mint_desk"])
    return Granted(
        members={role: tuple(them) for role, them in members.items()},
        issuers=tuple(issuers.values()),
        minting=(capacity, refill),
        destinations=tuple(destinations),
    )
