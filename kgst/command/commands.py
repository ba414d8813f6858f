"""The classes of commands: each runs to one answer or one error, whatever happens on the way."""

from __future__ import annotations

import sys
from contextlib import nullcontext, redirect_stdout, suppress
from typing import TYPE_CHECKING, Any, Final

import click
from ape.cli import ConnectedProviderCommand

from kgst.command.answers import Answer
from kgst.command.telling import answer_as_json, as_document, explained, logs_to_stderr, show, tell
from kgst.interruption import Signals, renew, signal_of
from kgst.spelling import did_you_mean
from kgst.streams import SafeStream, safe_streams
from kgst.terminal import lines

if TYPE_CHECKING:
    from kgst.document import Document

__all__ = ["INTERRUPTED", "Keyless", "KgstCommand", "KgstGroup", "OfflineCommand"]

INTERRUPTED: Final = (
    "interrupted. The journal has whatever was sent before; give the same command again: it goes on "
    "from there."
)
"""What is said when nobody on the way knew more. Its exit code is 128 and the signal's number, as shells have it."""


_DECLINED = "the question was answered with no, or not at all; nothing was signed for it"


def _harmless(error: click.ClickException) -> click.ClickException:
    """What click and ape quote of the command line may be a node's address, with its key, or the name of a file."""
    error.message = lines(error.message)
    return error


class Keyless(click.Command):
    """A command or group whose usage errors quote no key, and nothing that acts on the terminal."""

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        """Parse the command line."""
        try:
            context: click.Context = super().make_context(*args, **kwargs)
        except click.ClickException as error:
            raise _harmless(error) from None
        return context

    def invoke(self, ctx: click.Context) -> Any:
        """Run; a group finds its command here."""
        try:
            return super().invoke(ctx)
        except click.ClickException as error:
            raise _harmless(error) from None


class KgstGroup(Keyless, click.Group):
    """The commands of one script."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the first word names."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            error.message += did_you_mean(args[0], self.list_commands(ctx))
            raise


class _AnsweringCommand(Keyless):
    """A command that returns an `Answer`: prints it, tells errors in one message, exits with their code."""

    _advice = "check --account"

    def make_context(
        self, info_name: str | None, args: list[str], *more: Any, **kwargs: Any
    ) -> click.Context:
        """Parse the command line; from here on ape's log lines go to stderr."""
        logs_to_stderr()
        as_json = "--json" in args  # parsing takes the words away
        try:
            return super().make_context(info_name, args, *more, **kwargs)
        except click.ClickException as error:
            if as_json:
                with safe_streams() as (stdout, _):
                    as_document(error.format_message(), error.exit_code, stdout)
            raise

    def invoke(self, ctx: click.Context) -> Any:
        """Run, print the answer, and exit with its code, whoever still reads."""
        as_json = bool(ctx.params.get("json_output"))
        with safe_streams() as (stdout, _), Signals() as signals:
            try:
                # Prompts and anything that libraries print must not end up in the document.
                with redirect_stdout(sys.stderr) if as_json else nullcontext():
                    self._prepare()
                    answer: Answer[Document] = super().invoke(ctx)
                code = int(answer.exit_code)
                if as_json:
                    answer_as_json(answer, stdout)
                else:
                    show(answer)
            except BaseException as error:
                code = self._failed(error, signals, stdout if as_json else None)
        ctx.exit(code)

    def _failed(self, error: BaseException, signals: Signals, json_to: SafeStream | None) -> int:
        """Say what ended the command; returns the exit code.

        Args:
            error: Raised again if it is neither an error nor a signal's.
            signals: Of this run.
            json_to: Where a document goes; None for people only.
        """
        if (signum := signal_of(error, signals.received)) is not None:
            message, code, kind = INTERRUPTED, 128 + signum, "INTERRUPTED"
        elif isinstance(error, click.Abort):
            if json_to is not None:
                as_document(_DECLINED, 1, json_to)
            click.echo("Aborted!", err=True)
            return 1
        elif isinstance(error, click.ClickException):
            if json_to is not None:
                as_document(error.format_message(), error.exit_code, json_to)
            error.show()
            return error.exit_code
        # Exit is click's way to end a command.
        elif isinstance(error, click.exceptions.Exit) or not isinstance(error, Exception):
            raise error
        else:
            message, found = explained(error, self._advice)
            code, kind = int(found), found.name
        # Whoever cannot wait for the words gets the exit code.
        with suppress(KeyboardInterrupt):
            tell(message, code, kind, json_to)
        return code

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

    def _invoke(self, ctx: click.Context, provider: Any = None) -> Any:
        # ape, which has connected by now, may have started a node and with it handlers of its own.
        renew()
        return super()._invoke(ctx, provider=provider)
