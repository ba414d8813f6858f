"""What the commands of `ape run` share: their options, the policy, the account, the question before sending.

The command classes are in `kgst.command`, the console too; both can be had from here.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from ape.cli import account_option

from kgst.command import Answer, KgstCommand, KgstGroup, OfflineCommand, console
from kgst.errors import InputError, RefusedError
from kgst.redaction import redact
from kgst.streams import is_heard
from kgst.terminal import plain

if TYPE_CHECKING:
    from ape.api import AccountAPI, ProviderAPI

    from kgst.policy import Policy

__all__ = [
    "Answer",
    "KgstCommand",
    "KgstGroup",
    "LocalPath",
    "OfflineCommand",
    "account_of",
    "confirm",
    "console",
    "deployments_folder",
    "json_option",
    "let_sign",
    "load_policy",
    "nodes_option",
    "operator_options",
    "policy_option",
    "yes_option",
]

EXAMPLE = "deployments/bsc-testnet/policy.example.yaml"
"""A policy with a word on each of its keys."""

F = TypeVar("F", bound=Callable[..., Any])


class LocalPath(click.Path):
    """A path on this machine; an address given in its place is refused, without the key that may be in it."""

    def __init__(self, *, file_okay: bool = True, dir_okay: bool = True) -> None:
        super().__init__(file_okay=file_okay, dir_okay=dir_okay, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """As a `Path`."""
        if "://" in str(value):
            self.fail(f"{redact(str(value))} is an address, and a file is wanted", param, ctx)
        return super().convert(value, param, ctx)


def json_option(function: F) -> F:
    """`--json`: the parameter `json_output`."""
    return click.option(
        "--json", "json_output", is_flag=True, help="Print one JSON document and nothing else."
    )(function)


def yes_option(function: F) -> F:
    """`--yes`: the parameter `yes`."""
    return click.option("--yes", is_flag=True, help="Do not ask before sending.")(function)


def policy_option(function: F) -> F:
    """`--policy`: the parameter `policy_path`, None for the network's own."""
    return click.option(
        "--policy",
        "policy_path",
        envvar="KGST_POLICY",
        show_envvar=True,
        type=LocalPath(dir_okay=False),
        help="The policy; by default deployments/<network>/policy.yaml.",
    )(function)


def operator_options(function: F) -> F:
    """`--account`, as everywhere in ape: the parameter `account`, None when not given."""
    decorated: F = account_option(prompt=False)(function)
    return decorated


def nodes_option(function: F) -> F:
    """`--node`, as often as wanted: the parameter `nodes`."""
    return click.option(
        "--node",
        "nodes",
        multiple=True,
        metavar="URL",
        help="A further node that has to show the same events; may be given several times.",
    )(function)


def deployments_folder(provider: ProviderAPI) -> Path:
    """`deployments/<network>` of the connected network.

    Raises:
        InputError: no folder belongs to this network.
    """
    from ape import project

    from kgst.node import chain_id, is_dev_node

    network = provider.network.name.removesuffix("-fork")
    if network == "local":
        name = "local"
    elif is_dev_node(provider) and chain_id(provider) == 97:
        name = "rehearsal"
    elif network in ("testnet", "mainnet"):
        name = f"bsc-{network}"
    else:
        raise InputError(f"no policy belongs to the network {network}; give one with --policy.")
    return Path(project.path) / "deployments" / name


def load_policy(path: Path | None, provider: ProviderAPI) -> tuple[Policy, Path]:
    """The policy at `path`, or the network's own; and where it is. The nodes that it wants to agree do so from now on.

    Raises:
        InputError: it is absent or unreadable.
        RefusedError: it names fewer nodes than it wants to agree.
        NodeError: they contradict each other, or too few answer.
    """
    from kgst.node import is_dev_node
    from kgst.node.quorum import agree
    from kgst.policy import Policy

    path = path or deployments_folder(provider) / "policy.yaml"
    if not path.exists():
        raise InputError(
            f"{path}: there is no policy; {EXAMPLE} is one to begin with (docs/policy.md has every key), or give "
            "another with --policy."
        )
    policy = Policy.load(path)
    if policy.quorum > 1 and not is_dev_node(provider):
        agree(provider, policy.rpcs, policy.quorum)
    return policy, path


def account_of(account: AccountAPI | None, provider: ProviderAPI) -> AccountAPI:
    """The account that was chosen; on a development node the first test account; else it is asked for.

    Raises:
        InputError: none was chosen, and nobody can be asked.
    """
    if account is not None:
        return account
    from ape import accounts
    from ape.cli import AccountAliasPromptChoice

    from kgst.node import is_dev_node

    if is_dev_node(provider):
        return accounts.test_accounts[0]
    if not (sys.stdin.isatty() and len(accounts)):
        raise InputError("no account was given; name one with --account (see `ape accounts list`).")
    return AccountAliasPromptChoice().select_account()


def confirm(question: str, account: AccountAPI, *, yes: bool) -> None:
    """Ask once, then let the account sign this run without asking again.

    Raises:
        click.Abort: the answer was no.
        RefusedError: what is asked for, or the question, was not shown: nobody can agree to what nobody saw.
    """
    if not yes:
        _require_readers()
        click.confirm(plain(question, None), abort=True, err=True)
        # A closed pipe is noticed when it is written to.
        _require_readers()
    let_sign(account)


def _require_readers() -> None:
    if not (is_heard(sys.stdout) and is_heard(sys.stderr)):
        raise RefusedError(
            "there has to be an answer, and the question cannot be shown: standard output or standard error is closed "
            "or full. Nothing was signed for it. --yes goes on without asking."
        )


def let_sign(account: AccountAPI) -> None:
    """Let the account sign without asking again; a key file asks for its passphrase."""
    if hasattr(account, "set_autosign"):
        account.set_autosign(True)
