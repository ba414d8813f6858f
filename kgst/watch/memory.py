"""What a watch remembers, in one file that is replaced whole: how far it has looked, what stands, what is not told.

Whatever is to be told is in the file before it is sent, and out of it only when its receiver has taken it. A process
that is killed in between sends it again, with the same id.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from kgst.document import Address, Count, Time
from kgst.errors import InputError, RefusedError
from kgst.jsonfile import load_model, write_whole
from kgst.locking import HeldError, LockedFile

__all__ = ["Memory", "Message", "Remembered", "Standing"]

_FILE: Final = "watch.json"
_LOCK: Final = ".lock"
_REMEDY: Final = "restore it from a copy, or remove it: the watch then begins with the present"


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Message(_Model):
    """An alert, or the note of its end.

    Attributes:
        id: Of what is told: the same whenever it is sent again.
        kind: Of the catalogue.
        ended: It is the note of an end.
        time: When it was raised.
        left: Names of the receivers that have not taken it.
    """

    id: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
    kind: str
    ended: bool
    urgent: bool
    subject: str
    body: str
    time: Time
    left: tuple[str, ...]


class Standing(_Model):
    """A condition that stands.

    Attributes:
        since: When it was first seen.
        told: There is an alert of it.
    """

    kind: str
    about: str
    text: str
    since: Time
    told: bool


class Remembered(_Model):
    """The content of the file.

    Attributes:
        cursor: Events up to this block have become alerts; None before the first whole round.
        pending: Oldest first.
    """

    format: Literal["kgst-watch/1"] = "kgst-watch/1"
    chain_id: Annotated[int, Field(ge=1)]
    token: Address
    cursor: Count | None = None
    standing: tuple[Standing, ...] = ()
    pending: tuple[Message, ...] = ()

    def taken(self, message: Message, receiver: str) -> Remembered:
        """After that receiver has taken that message."""
        pending = []
        for one in self.pending:
            if one.id == message.id:
                left = tuple(name for name in one.left if name != receiver)
                one = one.model_copy(update={"left": left})
            if one.left:
                pending.append(one)
        return self.model_copy(update={"pending": tuple(pending)})


class Memory:
    """The file, which one process has at a time; a context manager.

    Attributes:
        content: As it is on the disk.
    """

    def __init__(self, folder: Path, chain_id: int, token: str) -> None:
        """Open it.

        Args:
            folder: `deployments/<network>/watch`; made if absent.
            chain_id: Of the deployment.
            token: Of the deployment.

        Raises:
            RefusedError: another process watches.
            InputError: the file is damaged, or another deployment's.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = LockedFile(folder / _LOCK)
        except HeldError:
            raise RefusedError(
                f"{folder}: another process watches this deployment; end it first, or let it go on."
            ) from None
        except OSError as error:
            raise InputError(f"{folder}: cannot be used ({error.strerror}).") from error
        self._path = folder / _FILE
        try:
            self.content = self._read(chain_id, token)
        except BaseException:
            self._lock.close()
            raise

    def _read(self, chain_id: int, token: str) -> Remembered:
        try:
            found = load_model(self._path, Remembered, InputError, _REMEDY)
        except FileNotFoundError:
            return Remembered(chain_id=chain_id, token=token)
        if (found.chain_id, found.token) != (chain_id, token):
            raise InputError(
                f"{self._path}: it is of the token {found.token} on chain {found.chain_id}; move it away."
            )
        return found

    def keep(self, content: Remembered) -> None:
        """Let the file be `content`, whole or not at all."""
        if content != self.content:
            write_whole(self._path, content.model_dump_json(indent=1))
            self.content = content

    def suppose(self, content: Remembered) -> None:
        """Let it be `content` for this process alone: what nobody was told is still to be told."""
        self.content = content

    def __enter__(self) -> Memory:
        return self

    def __exit__(self, *_: object) -> None:
        self._lock.close()
