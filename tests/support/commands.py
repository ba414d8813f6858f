"""Every command of `ape run`, for tests that must miss none."""

from __future__ import annotations

from support.tools import tool

__all__ = ["looking"]


def looking() -> set[str]:
    """Those that ask a node and take no account: they look and write nothing to the chain, by `<script> <command>`."""
    docs = tool("check_docs")
    return {
        name
        for name, command in docs.commands().items()
        if "--network" in docs.taken(command) and "--account" not in docs.taken(command)
    }
