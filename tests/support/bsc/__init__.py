"""A test double of a BSC node, in front of anvil: docs/node.md tells what it imitates, and from which source."""

from support.bsc import faults
from support.bsc.node import BscNode, bsc_in_front_of, running_bsc
from support.bsc.terms import GWEI, Terms
from support.bsc.wire import Fault, Forward, Raw, Refusal, Request

__all__ = [
    "GWEI", "BscNode", "Fault", "Forward", "Raw", "Refusal", "Request", "Terms", "bsc_in_front_of", "faults",
    "running_bsc",
]  # fmt: skip
