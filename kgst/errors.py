"""Exit codes and the exceptions that carry them.

A command ends with the `exit_code` of the exception that stopped it. The message of every
exception says what is wrong, where, and what to do next, so that it can be shown as it is.
"""

from enum import IntEnum
from typing import ClassVar

__all__ = [
    "DriftError",
    "ExitCode",
    "InputError",
    "KgstError",
    "RefusedError",
    "UnconfirmedError",
    "WaitingError",
]


class ExitCode(IntEnum):
    """Exit code of a command."""

    DONE = 0
    ERROR = 1
    USAGE = 2
    DRIFT = 3
    REFUSED = 4
    WAITING = 5
    UNCONFIRMED = 6
    DUE = 7


class KgstError(Exception):
    """Base of every exception raised by the package."""

    exit_code: ClassVar[ExitCode] = ExitCode.ERROR


class InputError(KgstError):
    """What the operator typed or passed cannot be used as it stands."""

    exit_code: ClassVar[ExitCode] = ExitCode.USAGE


class DriftError(KgstError):
    """The chain is not what the policy or the record says it should be."""

    exit_code: ClassVar[ExitCode] = ExitCode.DRIFT


class RefusedError(KgstError):
    """Simulation or policy refused the operation; nothing was sent."""

    exit_code: ClassVar[ExitCode] = ExitCode.REFUSED


class WaitingError(KgstError):
    """The operation is sound but lacks signatures, or its delay has not passed."""

    exit_code: ClassVar[ExitCode] = ExitCode.WAITING


class UnconfirmedError(KgstError):
    """A transaction was sent and its outcome is not known yet."""

    exit_code: ClassVar[ExitCode] = ExitCode.UNCONFIRMED
