"""Who is told, by apprise (mail, Telegram, Slack, webhooks …). An address is a secret: only its name is ever shown."""

from __future__ import annotations

import logging
import os
import re
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kgst.errors import InputError
from kgst.storing import read_bytes
from kgst.watch.memory import Message

__all__ = ["HEARTBEAT", "VARIABLE", "Heartbeat", "Receiver", "names", "receivers"]

VARIABLE: Final = "KGST_WATCH_RECEIVERS"
"""Environment variable: `NAME=URL`, several with white space between."""
HEARTBEAT: Final = "KGST_WATCH_HEARTBEAT"
"""Environment variable: an address that is asked for after each good round."""

_NAME: Final = re.compile(r"^[a-z][a-z0-9-]{0,30}$")
_HEADER: Final = "X-KGST-Alert"
_SECONDS: Final = 10


@dataclass(frozen=True)
class Receiver:
    """One that is told.

    Attributes:
        name: The operator's own, for logs.
    """

    name: str
    _to: Any

    def take(self, message: Message) -> bool:
        """Whether it has taken the message; what went wrong is nobody's to see, since it may name the address."""
        import apprise

        for server in self._to:
            # Of webhooks: by it a receiver can drop what it has already.
            if isinstance(getattr(server, "headers", None), dict):
                server.headers[_HEADER] = message.id
        kind = apprise.NotifyType.FAILURE if message.urgent else apprise.NotifyType.WARNING
        if message.ended:
            kind = apprise.NotifyType.SUCCESS
        try:
            return bool(
                self._to.notify(
                    title=message.subject,
                    body=message.body,
                    notify_type=kind,
                    body_format=apprise.NotifyFormat.TEXT,
                )
            )
        except Exception:  # of any of a hundred plugins
            return False


@dataclass(frozen=True)
class Heartbeat:
    """The dead man's switch: who is there is told that all is well, and calls when it is told no more."""

    _url: str

    @classmethod
    def of_environment(cls) -> Heartbeat | None:
        """None where the variable is not set.

        Raises:
            InputError: it has no address.
        """
        url = os.environ.get(HEARTBEAT, "").strip()
        if url and not re.match(r"https?://[^\s/]", url):
            raise InputError(f"{HEARTBEAT}: write https://…; what it has is not shown.")
        return cls(url) if url else None

    def beat(self) -> bool:
        """Whether it was heard."""
        import requests

        try:
            with requests.get(self._url, timeout=_SECONDS, stream=True) as answer:
                return answer.ok
        except requests.RequestException:
            return False


def receivers(path: Path | None) -> list[Receiver]:
    """Those in the file at `path`, or in the environment.

    Raises:
        InputError: the file may be read by others, or something in it is no `NAME=URL` that apprise knows.
    """
    where = VARIABLE if path is None else str(path)
    text = os.environ.get(VARIABLE, "") if path is None else _private(path)
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    found: dict[str, Receiver] = {}
    for number, word in enumerate(" ".join(lines).split(), 1):
        name, _, url = word.partition("=")
        if _NAME.match(name) is None or not url:
            raise InputError(
                f"{where}: entry {number} is not NAME=URL, like ops-mail=mailto://…; names have small letters, digits "
                "and hyphens. What it has is not shown."
            )
        if name in found:
            raise InputError(f"{where}: two receivers are called {name}; give each its own name.")
        found[name] = Receiver(name, _server(where, name, url))
    return list(found.values())


def _server(where: str, name: str, url: str) -> Any:
    import apprise

    # It would quote addresses.
    logger = logging.getLogger("apprise")
    logger.handlers, logger.propagate = [logging.NullHandler()], False
    to = apprise.Apprise()
    try:
        known = to.add(url)
    except Exception:  # of any of a hundred plugins
        known = False
    if not known:
        raise InputError(
            f"{where}: apprise does not know the address of {name}; see its list of services "
            "(https://appriseit.com). The address is not shown."
        )
    return to


def _private(path: Path) -> str:
    data = read_bytes(path)
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise InputError(f"{path}: others on this machine can read it; `chmod 600 {path}`.")
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise InputError(f"{path}: is not UTF-8.") from None


def names(found: Sequence[Receiver]) -> tuple[str, ...]:
    """Of all."""
    return tuple(one.name for one in found)
