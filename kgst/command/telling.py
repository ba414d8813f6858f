"""How an answer or an error reaches its readers: document, words, what ape logs, and a line for what was lost."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

import click

from kgst.command.answers import Answer, console
from kgst.errors import ExitCode, KgstError
from kgst.streams import SafeStream, is_heard
from kgst.terminal import lines

if TYPE_CHECKING:
    from kgst.document import Document

__all__ = ["answer_as_json", "as_document", "explained", "logs_to_stderr", "show", "tell"]


def show(answer: Answer[Document], *, stderr: bool = False) -> None:
    """Print the answer for people."""
    try:
        answer.show(console(stderr=stderr))
    except Exception as error:
        # What the command did is done, and its exit code says so.
        _log_trace()
        _complain(
            f"the answer could not be shown: {type(error).__name__}: {error}; the command ended with exit code "
            f"{int(answer.exit_code)}. Run it with --json, or look at `ape run status`."
        )


def answer_as_json(answer: Answer[Document], stdout: SafeStream) -> None:
    """Print the document; if it has what its own model does not allow, say in words how the command ended."""
    from kgst.document import DocumentError

    code = int(answer.exit_code)
    try:
        document = answer.content.printed()
    except DocumentError as error:
        show(answer, stderr=True)
        _complain(
            f"the document could not be made: {error}; the command ended with exit code {code}, as said above. Nothing "
            "has to be done again; report it."
        )
    else:
        _deliver(document, stdout, code)


def _deliver(document: dict[str, Any], stdout: SafeStream, code: int) -> None:
    stdout.write(json.dumps(document, indent=2) + "\n")
    if not is_heard(stdout):
        _complain(
            f"standard output is closed or full, so the document was lost; the command ended with exit code {code}."
        )


def tell(message: str, code: int, kind: str, json_to: SafeStream | None) -> None:
    """Say what ended the command, on stderr and as a document if one goes somewhere."""
    if json_to is not None:
        as_document(message, code, json_to, kind)
    _complain(message)


def as_document(message: str, code: int, stdout: SafeStream, kind: str | None = None) -> None:
    """Print the document of an error; its kind is the exit code's name unless given."""
    from kgst.command.documents import ErrorDocument

    told = ErrorDocument.Told(
        message=lines(message), exit_code=code, kind=kind or ExitCode(code).name
    )
    _deliver(ErrorDocument(error=told).printed(), stdout, code)


def explained(error: Exception, advice: str) -> tuple[str, ExitCode]:
    """What is said of `error`, and the exit code; `advice` on what ape raised."""
    from ape.exceptions import ApeException

    if isinstance(error, KgstError):
        return str(error), error.exit_code
    if isinstance(error, ApeException):
        return f"{str(error).strip()} ({advice})", ExitCode.ERROR
    _log_trace()
    return (
        f"this should not have happened: {type(error).__name__}: {error}; run it again as `{_debugging()}` to see "
        "where, and report it.",
        ExitCode.ERROR,
    )


def _debugging() -> str:
    """The command's words with ape's option where ape takes it: behind the script's name."""
    context = click.get_current_context(silent=True)
    words = context.command_path.split() if context is not None else []
    script, *others = words[words.index("run") + 1 :] if "run" in words else ["…"]
    return " ".join(["ape run", script, "--verbosity DEBUG", *others, "…"])


def _log_trace() -> None:
    from ape.logging import logger

    logger.log_debug_stack_trace()


def _complain(message: str) -> None:
    first, *others = lines(message).split("\n") if message.strip() else ["no message"]
    click.echo(click.style("Error: ", fg="red", bold=True) + first, err=True)
    for line in others:
        click.echo(f"  {line}", err=True)


def logs_to_stderr() -> None:
    """Send what ape logs to stderr, made harmless."""
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
