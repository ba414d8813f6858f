"""What the commands of `ape run` share: one answer on stdout, errors as one message, ape's own options.

A command returns an `Answer`. With `--json` its document is printed and nothing else reaches stdout; otherwise it is
shown with colours and tables. What ape logs goes to stderr in either case.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from contextlib import nullcontext, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from ape.cli import ConnectedProviderCommand, account_option

from kgst.build import refresh
from kgst.errors import ExitCode, InputError, KgstError

if TYPE_CHECKING:
    from ape.api import AccountAPI, ProviderAPI
    from rich.console import Console

    from kgst.policy import Policy

__all__ = [
    "Answer",
    "KgstCommand",
    "OfflineCommand",
    "account_of",
    "confirm",
    "console",
    "deployments_folder",
    "json_option",
    "let_sign",
    "load_policy",
    "operator_options",
    "policy_option",
    "schema_of",
    "yes_option",
]

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Answer:
    """What a command has to say.

    Attributes:
        document: What `--json` prints, after its `schema`.
        show: Prints the same for people.
        exit_code: See `ExitCode`.
        schema: Of the document, where several commands share one; None for the command's own.
    """

    document: dict[str, Any]
    show: Callable[[Console], None]
    exit_code: ExitCode = ExitCode.DONE
    schema: str | None = None


class _AnsweringCommand(click.Command):
    """A command that returns an `Answer`: prints it, tells errors in one message, exits with their code."""

    _advice = "check --account"

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        """Parse the command line; from here on ape's log lines go to stderr."""
        _logs_to_stderr()
        context: click.Context = super().make_context(*args, **kwargs)
        return context

    def invoke(self, ctx: click.Context) -> Any:
        """Run, print the answer, and exit with its code."""
        as_json = bool(ctx.params.get("json_output"))
        stdout = sys.stdout
        try:
            # Prompts and anything that libraries print must not end up in the document.
            with redirect_stdout(sys.stderr) if as_json else nullcontext():
                self._prepare()
                answer: Answer = super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            message, code = _explained(error, self._advice)
            if as_json:
                document = {
                    "schema": "kgst/error/1",
                    "error": {"message": message, "exit_code": int(code), "kind": code.name},
                }
                click.echo(json.dumps(document, indent=2), file=stdout)
            _complain(message)
            ctx.exit(int(code))
        if as_json:
            document = {"schema": answer.schema or schema_of(ctx), **answer.document}
            click.echo(json.dumps(document, indent=2), file=stdout)
        else:
            answer.show(console())
        ctx.exit(int(answer.exit_code))

    def _prepare(self) -> None:
        """What must be there before the command runs."""


class OfflineCommand(_AnsweringCommand):
    """A command that touches no network: it has no `--network`, connects nowhere and builds no contracts."""


class KgstCommand(_AnsweringCommand, ConnectedProviderCommand):  # type: ignore[misc] # ape is untyped here
    """A command that is connected to `--network` and returns an `Answer`."""

    _advice = "check --network and --account"

    def _prepare(self) -> None:
        from kgst.node import pin_node

        pin_node()
        refresh()


def schema_of(ctx: click.Context) -> str:
    """`kgst/deploy-plan/1`: names the shape of a command's document; `docs/schemas/deploy-plan.json` describes it.

    The number rises when a key is removed or changes its meaning; keys may be added without.
    """
    group = ctx.parent.info_name if ctx.parent else None
    name = ctx.info_name if group in (None, "run") else f"{group}-{ctx.info_name}"
    return f"kgst/{name}/1"


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
        type=click.Path(dir_okay=False, path_type=Path),
        help="The policy; by default deployments/<network>/policy.yaml.",
    )(function)


def operator_options(function: F) -> F:
    """`--account`, as everywhere in ape: the parameter `account`, None when not given."""
    decorated: F = account_option(prompt=False)(function)
    return decorated


def console(*, stderr: bool = False) -> Console:
    """Where people read."""
    from rich.console import Console

    return Console(stderr=stderr, highlight=False)


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
    """The policy at `path`, or the network's own; and where it is."""
    from kgst.policy import Policy

    path = path or deployments_folder(provider) / "policy.yaml"
    return Policy.load(path), path


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
    """
    if not yes:
        click.confirm(question, abort=True, err=True)
    let_sign(account)


def let_sign(account: AccountAPI) -> None:
    """Let the account sign without asking again; a key file asks for its passphrase."""
    if hasattr(account, "set_autosign"):
        account.set_autosign(True)


def _explained(error: Exception, advice: str) -> tuple[str, ExitCode]:
    from ape.exceptions import ApeException

    if isinstance(error, KgstError):
        return str(error), error.exit_code
    if isinstance(error, ApeException):
        return f"{str(error).strip()} ({advice})", ExitCode.ERROR
    from ape.logging import logger

    logger.log_debug_stack_trace()
    return (
        f"this should not have happened: {type(error).__name__}: {error}; run it again with "
        "--verbosity DEBUG to see where, and report it.",
        ExitCode.ERROR,
    )


def _complain(message: str) -> None:
    first, *others = message.splitlines() or ["no message"]
    click.echo(click.style("Error: ", fg="red", bold=True) + first, err=True)
    for line in others:
        click.echo(f"  {line}", err=True)


def _logs_to_stderr() -> None:
    from ape.logging import ClickHandler, logger

    for handler in logger._logger.handlers:
        if isinstance(handler, ClickHandler):
            handler.echo_kwargs = {
                level: {"err": True} for level in ("debug", "info", "success", "warning", "error")
            }
