"""safe-global's contracts, known by their code: what stands at a Safe's address, what it runs, what answers beside it.

From https://github.com/safe-global/safe-deployments. None has immutables: the code is the same on every chain and at
every address, so a development chain's own copies are known as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from eth_utils.crypto import keccak

__all__ = ["HANDLERS", "IMPLEMENTATIONS", "PROXIES", "known_as"]

PROXIES: Final = {
    "aea7d4252f6245f301e540cfbee27d3a88de543af8e49c5c62405d5499fab7e5": "1.1.1",
    "b89c1b3bdf2cf8827818646bce9a8f6e372885f8c55e5c07acbd307cb133b000": "1.3.0",
    "d7d408ebcd99b2b70be43e20253d6d92a8ea8fab29bd3be7f55b10032331fb4c": "1.4.1",
    "4e381985ca68b3e5d27b4425fa581c19cf33146d3f887a3cfca96f55528ea46f": "1.5.0",
}
"""keccak256 of the code that the factories put at a Safe's address, and their version.

One of 1.1.1 may have been given a newer implementation since.
"""

IMPLEMENTATIONS: Final = {
    "bba688fbdb21ad2bb58bc320638b43d94e7d100f6f3ebaab0a4e4de6304b1c2e": "1.3.0",
    "21842597390c4c6e3c1239e434a682b054bd9548eee5e9b1d6a4482731023c0f": "1.3.0 L2",
    "1fe2df852ba3299d6534ef416eefa406e56ced995bca886ab7a553e6d0c5e1c4": "1.4.1",
    "b1f926978a0f44a2c0ec8fe822418ae969bd8c3f18d61e5103100339894f81ff": "1.4.1 L2",
    "dda019cbd7c867a533a2a86e5c53434fdc50b13122b5a5ddb4a8df61b31c20f2": "1.5.0",
    "180193227186ccb85316c94db1f0d156ed932b14712cfaac78901899178572dc": "1.5.0 L2",
}
"""keccak256 of the code that a Safe runs."""

HANDLERS: Final = {
    "919a9f5dd111a01f7a8e4b1f5c6a972bb2d1441c67bdec71de6a09d0be92f5b9": "1.1.1",
    "03e69f7ce809e81687c69b19a7d7cca45b6d551ffdec73d9bb87178476de1abf": "1.3.0",
    "7c6007a5d711cea8dfd5d91f5940ec29c7f200fe511eb1fc1397b367af3c42f9": "1.4.1",
    "3c6a85bcf7b563daa624b884b4e9a1b9fa5371edde7be945d998071a48f28bbc": "1.5.0",
    "ba5bafdfba82e226b6dc8ae29bedf5026bd854ab4bee00128ca322717a5f2acf": "1.5.0, extensible",
    "cbc723172700efa52cc33ee26c7fc7e284edc8097f9dc307857fe525fec98cd8": "1.5.0, tokens",
}
"""keccak256 of the code that answers calls which a Safe itself does not know.

A Safe calls its handler by itself, with what anybody sends it. Any other contract there is a contract that anybody can
call as the Safe: where that is the AccessManager, everyone has the Safe's roles.
"""


def known_as(code: bytes, hashes: Mapping[str, str]) -> str | None:
    """What `code` is among `hashes`; None for a stranger's."""
    return hashes.get(keccak(code).hex())
