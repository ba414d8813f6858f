"""Keys that stand in addresses of nodes: kept out of every message, document and file.

`register(url)` is called for each address before it is used; `redact(text)` then takes whatever could be its key out of
any text, and the tell-tale parts of addresses that nobody registered.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlsplit

__all__ = ["has_secret", "host_of", "redact", "register"]

_HIDDEN: Final = "…"

_URL: Final = re.compile(r"\b(?P<scheme>https?|wss?)://(?P<rest>[^\s'\"<>`]+)", re.IGNORECASE)
# urllib3 tells path and query without the host.
_PATH_OF_REQUEST: Final = re.compile(r"(with url: )\S+")
_WORDS: Final = ("mainnet", "testnet", "jsonrpc", "archive", "public", "blockchain")
_HASH: Final = re.compile(r"0x[0-9a-fA-F]{40}([0-9a-fA-F]{24})?")
_LEAST_SECRET: Final = 4

_secrets: set[str] = set()
_hosts: set[str] = set()


def register(url: str) -> None:
    """Whatever in `url` could be a key is taken out of every text from now on."""
    parts = _split(url)
    if parts is None:
        return
    if has_secret(url):
        _hosts.add(_netloc(parts))
    found = {parts.password or "", *(value for _, value in parse_qsl(parts.query))}
    if parts.username and parts.password is None:
        found.add(parts.username)
    found |= {segment for segment in parts.path.split("/") if _telltale(segment)}
    for secret in found:
        for spelling in (secret, unquote(secret), quote(secret, safe="")):
            if len(spelling) >= _LEAST_SECRET:
                _secrets.add(spelling)


def has_secret(url: str) -> bool:
    """Whether anything beyond host and port is in the address."""
    parts = _split(url)
    return parts is None or bool(
        parts.path.strip("/") or parts.query or parts.fragment or parts.username is not None
    )


def host_of(url: str) -> str:
    """`https://host:port`, with `/…` when there is more."""
    parts = _split(url)
    if parts is None:
        return f"the address {_HIDDEN}"
    return f"{parts.scheme}://{_netloc(parts)}" + (f"/{_HIDDEN}" if has_secret(url) else "")


def redact(text: str) -> str:
    """`text` without keys: an address keeps its host, a registered secret becomes an ellipsis."""
    if "://" in text:
        text = _URL.sub(_shortened, text)
    text = _PATH_OF_REQUEST.sub(rf"\g<1>/{_HIDDEN}", text)
    for secret in sorted(_secrets, key=len, reverse=True):
        if secret in text:
            text = text.replace(secret, _HIDDEN)
    return text


def _shortened(match: re.Match[str]) -> str:
    url = match[0].rstrip(".,;:!?)]}")
    after = match[0][len(url) :]
    parts = _split(url)
    if parts is None or _netloc(parts) in _hosts:
        return host_of(url) + after
    segments = [
        _HIDDEN if _telltale(segment) and not _HASH.fullmatch(segment) else segment
        for segment in parts.path.split("/")
    ]
    query = f"?{_HIDDEN}" if parts.query else ""
    fragment = f"#{parts.fragment}" if parts.fragment and not parts.query else ""
    return f"{parts.scheme}://{_netloc(parts)}{'/'.join(segments)}{query}{fragment}{after}"


def _telltale(segment: str) -> bool:
    """Whether a part of a path could be a key and not a word."""
    if segment.lower() in _WORDS or len(segment) < 8:
        return False
    digits = sum(c.isdigit() for c in segment)
    letters = sum(c.isalpha() for c in segment)
    return len(segment) >= 20 or (digits >= 2 and letters >= 2)


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port  # says here that it is none
    except ValueError:
        return None
    return parts if parts.hostname else None


def _netloc(parts: SplitResult) -> str:
    host = parts.hostname or ""
    if ":" in host:
        host = f"[{host}]"
    return f"{host}:{parts.port}" if parts.port else host
