"""A command: one answer on stdout, errors as one message, signals and lost readers told, an exit code.

A command returns an `Answer`. With `--json` its document is printed and nothing else reaches stdout; otherwise it is
shown with colours and tables. What ape logs goes to stderr in either case.
"""

from kgst.command.answers import Answer, console
from kgst.command.commands import Keyless, KgstCommand, KgstGroup, OfflineCommand

__all__ = [
    "Answer",
    "Keyless",
    "KgstCommand",
    "KgstGroup",
    "OfflineCommand",
    "console",
]
