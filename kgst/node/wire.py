"""One attempt: a body is posted and what comes back is read, within its time and within bounds.

Time and size are limited whatever the other side does: a thread does the reading, and who asked leaves when the time is
up. Nothing of `requests` gets out, neither its exceptions nor its words, which have the address in them.
"""

from __future__ import annotations

import errno
import os
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from queue import Empty, LifoQueue, SimpleQueue
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from kgst.node.faults import Failure, Fault

if TYPE_CHECKING:
    from collections.abc import Mapping

    from requests import Session

__all__ = ["LARGEST", "Reply", "Wire", "is_loopback"]

LARGEST: Final = 64 * 1024 * 1024
"""Bytes of one answer, unpacked."""

_CHUNK: Final = 1 << 16
_CONNECT: Final = 10.0


@dataclass(frozen=True)
class Reply:
    """What came back, whatever it is.

    Attributes:
        wait: Seconds, from `Retry-After`; None when there is none that makes sense.
    """

    status: int
    body: bytes
    wait: float | None = None


class Wire:
    """Posts to one address; several threads may use it at once."""

    def __init__(self, url: str, headers: Mapping[str, str] | None = None) -> None:
        self.url = url
        self._headers = {
            "User-Agent": "kgst",
            **(headers or {}),
            "Content-Type": "application/json",
            "Accept": "application/json",
        }
        self._idle: LifoQueue[Session] = LifoQueue()

    def post(self, body: bytes, seconds: float) -> Reply:
        """Post `body`; the reply within `seconds`.

        Raises:
            Failure: there is none.
        """
        outcome: SimpleQueue[Reply | BaseException] = SimpleQueue()
        until = time.monotonic() + seconds

        def work() -> None:
            try:
                outcome.put(self._exchange(body, until))
            except BaseException as error:
                outcome.put(error)

        threading.Thread(target=work, name="node", daemon=True).start()
        try:
            found = outcome.get(timeout=max(0.0, seconds))
        except Empty:
            raise Failure(Fault.TIME_UP) from None
        if isinstance(found, Reply):
            return found
        raise (found if isinstance(found, Failure) else _failure(found)) from None

    def _exchange(self, body: bytes, until: float) -> Reply:
        try:
            session = self._idle.get_nowait()
        except Empty:
            session = self._session()
        try:
            left = max(0.05, until - time.monotonic())
            response = session.post(
                self.url,
                data=body,
                headers=self._headers,
                timeout=(min(_CONNECT, left), left),
                stream=True,
                allow_redirects=False,
            )
            content = _content(response.raw, until)
            response.close()
        except BaseException:
            session.close()
            raise
        self._idle.put(session)
        return Reply(
            response.status_code, content, _seconds_to_wait(response.headers.get("Retry-After"))
        )

    def _session(self) -> Session:
        import requests

        session = requests.Session()
        # A proxy for the internet is none for this machine.
        session.trust_env = not is_loopback(self.url)
        return session


def is_loopback(url: str) -> bool:
    """Whether the address is of this machine, by its own words: a name that is looked up may be anybody's."""
    from ipaddress import ip_address

    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _content(raw: Any, until: float) -> bytes:
    found = bytearray()
    while chunk := raw.read1(_CHUNK, decode_content=True):
        found += chunk
        if len(found) > LARGEST:
            raise Failure(Fault.TOO_LARGE, f"more than {LARGEST // 1024**2} MiB")
        if time.monotonic() > until:
            raise Failure(Fault.TIME_UP)
    return bytes(found)


def _seconds_to_wait(value: str | None) -> float | None:
    """`Retry-After`: seconds, or a date (RFC 9110)."""
    if not value:
        return None
    if value.strip().isascii() and value.strip().isdecimal():
        return float(value.strip()[:9])
    try:
        date = parsedate_to_datetime(value)
        return max(0.0, (date - datetime.now(date.tzinfo or UTC)).total_seconds())
    except (TypeError, ValueError, OverflowError):
        return None


def _failure(error: BaseException) -> Failure:
    """What an exception of the connection means."""
    import requests
    import urllib3.exceptions as urllib3

    causes = list(_causes(error))
    if any(isinstance(one, requests.exceptions.SSLError | urllib3.SSLError) for one in causes):
        return Failure(Fault.UNTRUSTED)
    if any(isinstance(one, requests.exceptions.ProxyError) for one in causes):
        return Failure(Fault.NO_CONNECTION, "the proxy of this environment fails")
    if any(isinstance(one, urllib3.NameResolutionError) for one in causes):
        return Failure(Fault.NO_CONNECTION, "its name is not known")
    if any(isinstance(one, requests.ConnectTimeout) for one in causes):
        return Failure(Fault.NO_CONNECTION, "it does not take the connection")
    if any(isinstance(one, requests.Timeout | TimeoutError) for one in causes):
        return Failure(Fault.TIME_UP)
    if any(isinstance(one, urllib3.NewConnectionError) for one in causes):
        return Failure(Fault.NO_CONNECTION, _reason(causes))
    if any(
        isinstance(one, requests.RequestException | urllib3.HTTPError | OSError) for one in causes
    ):
        return Failure(Fault.CUT)
    return Failure(Fault.NOT_RPC, type(error).__name__)


def _causes(error: BaseException | None) -> Any:
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        one = waiting.pop()
        if not isinstance(one, BaseException) or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [one.__cause__, one.__context__, *one.args, getattr(one, "reason", None)]


def _reason(causes: list[BaseException]) -> str:
    numbers = [one.errno for one in causes if isinstance(one, OSError) and one.errno]
    if not numbers or numbers[0] == errno.ECONNREFUSED:
        return ""
    return os.strerror(numbers[0]).lower()
