"""The files of a listing, made from what was read in one final block: the same block, the same bytes."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kgst.errors import InputError
from kgst.moments import format_time
from kgst.page.documents import PageDocument
from kgst.publish.documents import CIRCULATING, PublicReserves, PublicSupply, TrustWalletInfo
from kgst.reserves.page import environment
from kgst.storing import as_bytes

if TYPE_CHECKING:
    from kgst.deployment.system import System
    from kgst.page.reading import Shown

__all__ = ["endpoints", "notice_of", "pack", "require_site"]

_HERE: Final = Path(__file__).parent
_CHAINS: Final = {56: ("BNB Smart Chain", "https://bscscan.com"),
                  97: ("BNB Smart Chain Testnet", "https://testnet.bscscan.com")}  # fmt: skip
_SITE: Final = re.compile(
    r"https://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~-]+)*"
)
_NONE: Final = (
    "Independent reference implementation; not affiliated with the issuer of any listed token."
)
_HEADERS: Final = """\
/api/*
  Access-Control-Allow-Origin: *
  Cache-Control: public, max-age=60
/tokenlist.json
  Access-Control-Allow-Origin: *
/logo.*
  Access-Control-Allow-Origin: *
/kgst.html
  Content-Security-Policy: frame-ancestors 'none'
"""


def require_site(text: str) -> str:
    """Where the folder will be served, without the slash at its end.

    Raises:
        InputError: no plain https address.
    """
    site = text.removesuffix("/")
    if len(site) > 200 or not _SITE.fullmatch(site):
        raise InputError(
            f"--site {text[:200]!r}: say where the folder will be served, as https://host or https://host/path: small "
            "letters in the host, no user, no question mark."
        )
    return site


def notice_of(system: System) -> str:
    """What the deployment is not; it goes into every file that people or programs read."""
    if system.is_dev:
        return f"A development chain: nothing here is of value. {_NONE}"
    if system.record.chain_id == 56:
        return _NONE
    return f"Testnet: these tokens are worth nothing. {_NONE}"


def endpoints(system: System, shown: Shown) -> dict[str, bytes]:
    """`api/…`: for whoever asks for figures by HTTPS and has no node."""
    notice = notice_of(system)
    supply = PublicSupply.of(system, shown, notice)
    return {
        "api/circulating.txt": supply.circulating.encode(),
        "api/reserves.json": _json(PublicReserves.of(system, shown, notice).printed()),
        "api/supply.json": _json(supply.printed()),
        "api/total.txt": supply.total.encode(),
    }


def pack(system: System, shown: Shown, site: str) -> dict[str, bytes]:
    """Every file, by its name in the folder.

    Raises:
        InputError: no list or explorer knows the chain.
    """
    record, head = system.record, shown.head
    if record.chain_id not in _CHAINS:
        raise InputError(
            f"chain {record.chain_id} is none that explorers and lists know; name BSC's testnet or mainnet with "
            "--network."
        )
    chain, explorer = _CHAINS[record.chain_id]
    token, notice = record.token.address, notice_of(system)
    page = f"{explorer}/token/{token}"
    png = (_HERE / "logo.png").read_bytes()
    info = TrustWalletInfo(
        description=f"Kyrgyz som, backed by reserves that auditors attest on the chain. {notice}",
        website=site,
        explorer=page,
        id=token,
    )
    supply = PublicSupply.of(system, shown, notice)
    checklist = environment(trim=True).from_string((_HERE / "checklist.md.j2").read_text("utf8"))
    told = checklist.render(
        notice=notice, block=head, time=format_time(head.time), chain=chain, token=token, site=site,
        chain_id=record.chain_id, total=supply.total, circulating=supply.circulating,
        circulating_means=CIRCULATING, feed=record.feed.address, explorer=page,
        backing_feed=record.backing_feed.address, deployer=record.deployer,
        transaction=record.token.transaction.hash,
    )  # fmt: skip
    stem = f"trustwallet/blockchains/smartchain/assets/{token}"
    return {
        **endpoints(system, shown),
        "README.md": told.encode(),
        "_headers": _HEADERS.encode(),
        "logo.png": png,
        "logo.svg": (_HERE / "logo.svg").read_bytes(),
        "ownership.txt": _ownership(explorer, head.time, token).encode(),
        # What the page is built from: of the same block as all else.
        "snapshot.json": _json(PageDocument.of(system, shown).printed()),
        "tokenlist.json": _json(_token_list(system, head.time, site)),
        f"{stem}/info.json": as_bytes(info),
        f"{stem}/logo.png": png,
    }


def _token_list(system: System, time: int, site: str) -> dict[str, Any]:
    """Of one token, as https://uniswap.org/tokenlist.schema.json has it."""
    tags = {"stablecoin": ("Stablecoin", "Follows the Kyrgyz som by attested reserves")}
    name = "KGST"
    if system.is_dev or system.record.chain_id != 56:
        tags["testnet"] = ("Testnet", "Worth nothing, for trials only")
        name = "KGST development" if system.is_dev else "KGST testnet"
    return {
        "name": name,
        "timestamp": datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "version": {"major": 1, "minor": 0, "patch": 0},
        "logoURI": f"{site}/logo.png",
        "keywords": ["som", *tags],
        "tags": {key: {"name": one, "description": told} for key, (one, told) in tags.items()},
        "tokens": [
            {
                "chainId": system.record.chain_id,
                "address": system.record.token.address,
                "name": "KGST",
                "symbol": "KGST",
                "decimals": 6,
                "logoURI": f"{site}/logo.png",
                "tags": list(tags),
            }
        ],
    }


def _ownership(explorer: str, time: int, token: str) -> str:
    """The form of what BscScan has a contract's creator sign; the explorer shows its own time."""
    when = datetime.fromtimestamp(time, UTC).strftime("%d/%m/%Y %H:%M:%S")
    host = explorer.removeprefix("https://")
    return f"[{host} {when}] I, hereby verify that I am the owner/creator of the address [{token}]"


def _json(document: dict[str, Any]) -> bytes:
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()
