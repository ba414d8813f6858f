"""Addresses of nodes: the one that was named is used, or none.

`${NAME}` in an address stands for an environment variable, so that the node's key need not be in the command line,
where every process of the machine can read it:

    KEY=… ape run status --network 'bsc:testnet:https://node.example/v1/${KEY}'
"""

from __future__ import annotations

import os
import re
from typing import Final

from kgst.errors import InputError
from kgst.redaction import host_of, register

__all__ = ["filled", "require_http"]

_NAME: Final = re.compile(r"\$\{([^}]*)\}")
_PLAIN_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


def filled(url: str) -> str:
    """`url` with each `${NAME}` filled in, its secrets registered.

    Raises:
        InputError: a variable is not set, or the result is no http(s) address.
    """

    def value(match: re.Match[str]) -> str:
        name = match[1]
        if not _PLAIN_NAME.fullmatch(name):
            raise InputError(
                f"${{{name[:40]}}} in a node's address: write ${{NAME}} with letters, digits, _."
            )
        found = os.environ.get(name)
        if not found:
            raise InputError(
                f"the node's address has ${{{name}}} in it, and the environment has no {name}: set it, or write the "
                "address without it."
            )
        return found.strip()

    address = _NAME.sub(value, url)
    register(address)
    require_http(address)
    return address


def require_http(url: str) -> None:
    """The address is one that commands can use.

    Raises:
        InputError: it is none.
    """
    if not url.lower().startswith(("http://", "https://")):
        kind = (
            "a WebSocket" if url.lower().startswith(("ws://", "wss://")) else "no http(s) address"
        )
        raise InputError(
            f"the node's address {_shown(url)} is {kind}: nodes are asked over HTTP; give the node's https://… address "
            "in --network."
        )
    if any(c.isspace() or not c.isprintable() for c in url) or host_of(url).startswith("the"):
        raise InputError(f"the node's address {_shown(url)} cannot be used; write https://HOST/….")


def _shown(url: str) -> str:
    return host_of(url) if "://" in url else url[:60]
