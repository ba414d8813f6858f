"""A command: one answer on stdout, errors as one message, signals and lost readers told, an exit code.

A command returns an `Answer`. With `--json` its document is printed and nothing else reaches stdout; otherwise it is
shown with colours and tables. What ape logs goes to stderr in either case.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable
from contextlib import nullcontext, redirect_stdout, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, Generic, TypeVar

import click
from ape.cli import ConnectedProviderCommand

from kgst.build import refresh
from kgst.document import Document, Part, Shared
from kgst.errors import ExitCode, KgstError
from kgst.interruption import Signals, renew, signal_of
from kgst.streams import SafeStream, is_heard, safe_streams
from kgst.terminal import lines

if TYPE_CHECKING:
    from rich.console import Console

__all__ = [
    "INTERRUPTED",
    "Answer",
    "Keyless",
    "KgstCommand",
    "KgstGroup",
    "OfflineCommand",
    "console",
]

INTERRUPTED: Final = (
    "interrupted. The journal has whatever was sent before; give the same command again: it goes on "
    "from there."
)
"""What is said when nobody on the way knew more. Its exit code is 128 and the signal's number, as shells have it."""


_FailingCode = Annotated[
    int,
    Shared(
        "exit_code",
        "the process's; 129, 130 and 143: a closed terminal, Ctrl-C, SIGTERM",
        type="integer",
        enum=[*(int(code) for code in ExitCode if code), 129, 130, 143],
    ),
]
_Kind = Annotated[
    str,
    Shared(
        "kind",
        "the exit code's name",
        type="string",
        enum=[*(code.name for code in ExitCode if code), "INTERRUPTED"],
    ),
]


class ErrorDocument(Document):
    """What any command answers when it fails."""

    SCHEMA: ClassVar = "kgst/error/1"

    class Told(Part):
        """What went wrong.

        Attributes:
            message: What is wrong, where, and what to do next.
        """

        message: str
        exit_code: _FailingCode
        kind: _Kind

    error: Told


D_co = TypeVar("D_co", bound=Document, covariant=True)


@dataclass(frozen=True)
class Answer(Generic[D_co]):
    """What a command has to say.

    Attributes:
        content: What `--json` prints.
        show: Prints the same for people.
        exit_code: See `ExitCode`.
    """

    content: D_co
    show: Callable[[Console], None]
    exit_code: ExitCode = ExitCode.DONE

    @property
    def document(self) -> dict[str, Any]:
        """What `--json` prints, after its `schema`."""
        return self.content.dump()

    @property
    def schema(self) -> str:
        """Of the document."""
        return self.content.SCHEMA


def console(*, stderr: bool = False) -> Console:
    """Where people read."""
    from kgst.screen import Screen

    return Screen(stderr=stderr, highlight=False, emoji=False)


def _without_keys(error: click.ClickException) -> click.ClickException:
    """What click and ape quote of the command line may be a node's address, with its key."""
    from kgst.redaction import redact

    error.message = redact(error.message)
    return error


class Keyless(click.Command):
    """A command or group whose usage errors quote no key."""

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        """Parse the command line."""
        try:
            context: click.Context = super().make_context(*args, **kwargs)
        except click.ClickException as error:
            raise _without_keys(error) from None
        return context

    def invoke(self, ctx: click.Context) -> Any:
        """Run; a group finds its command here."""
        try:
            return super().invoke(ctx)
        except click.ClickException as error:
            raise _without_keys(error) from None


class KgstGroup(Keyless, click.Group):
    """The commands of one script."""


class _AnsweringCommand(Keyless):
    """A command that returns an `Answer`: prints it, tells errors in one message, exits with their code."""

    _advice = "check --account"

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        """Parse the command line; from here on ape's log lines go to stderr."""
        _logs_to_stderr()
        return super().make_context(*args, **kwargs)

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
                    _deliver(answer.content.printed(), stdout, code)
                else:
                    _show(answer)
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
            click.echo("Aborted!", err=True)
            return 1
        elif isinstance(error, click.ClickException):
            error.show()
            return error.exit_code
        # Exit is click's way to end a command.
        elif isinstance(error, click.exceptions.Exit) or not isinstance(error, Exception):
            raise error
        else:
            message, found = _explained(error, self._advice)
            code, kind = int(found), found.name
        # Whoever cannot wait for the words gets the exit code.
        with suppress(KeyboardInterrupt):
            _tell(message, code, kind, json_to)
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
        refresh()

    def _invoke(self, ctx: click.Context, provider: Any = None) -> Any:
        # ape, which has connected by now, may have started a node and with it handlers of its own.
        renew()
        return super()._invoke(ctx, provider=provider)


def _show(answer: Answer[Document]) -> None:
    try:
        answer.show(console())
    except Exception as error:
        # What the command did is done, and its exit code says so.
        _log_trace()
        _complain(
            f"the answer could not be shown: {type(error).__name__}: {error}; the command ended with exit code "
            f"{int(answer.exit_code)}. Run it with --json, or look at `ape run status`."
        )


def _deliver(document: dict[str, Any], stdout: SafeStream, code: int) -> None:
    stdout.write(json.dumps(document, indent=2) + "\n")
    if not is_heard(stdout):
        _complain(
            f"standard output is closed or full, so the document was lost; the command ended with exit code {code}."
        )


def _tell(message: str, code: int, kind: str, json_to: SafeStream | None) -> None:
    if json_to is not None:
        told = ErrorDocument.Told(message=lines(message), exit_code=code, kind=kind)
        _deliver(ErrorDocument(error=told).printed(), json_to, code)
    _complain(message)


def _explained(error: Exception, advice: str) -> tuple[str, ExitCode]:
    from ape.exceptions import ApeException

    if isinstance(error, KgstError):
        return str(error), error.exit_code
    if isinstance(error, ApeException):
        return f"{str(error).strip()} ({advice})", ExitCode.ERROR
    _log_trace()
    return (
        f"this should not have happened: {type(error).__name__}: {error}; run it again with "
        "--verbosity DEBUG to see where, and report it.",
        ExitCode.ERROR,
    )


def _log_trace() -> None:
    from ape.logging import logger

    logger.log_debug_stack_trace()


def _complain(message: str) -> None:
    first, *others = lines(message).split("\n") if message.strip() else ["no message"]
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
            if _harmless not in handler.filters:
                handler.addFilter(_harmless)


def _harmless(record: logging.LogRecord) -> bool:
    """What ape logs has words of nodes in it, and addresses of nodes with their keys."""
    record.msg, record.args = lines(record.getMessage()), ()
    return True
