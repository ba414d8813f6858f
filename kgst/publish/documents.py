"""What `publish` answers with `--json`, and the files of figures that it writes for whoever has no node."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from kgst.document import (
    Address,
    BaseUnits,
    ChainId,
    Count,
    Document,
    Part,
    Sha256,
    Time,
)
from kgst.flags import FlagName, flag_list
from kgst.snapshot.documents import AttestationPart, BlockPart
from kgst.units import SOM, tyiyn_to_base

if TYPE_CHECKING:
    from kgst.deployment.system import System
    from kgst.page.reading import Shown

__all__ = [
    "CIRCULATING",
    "PublicReserves",
    "PublicSupply",
    "PublishListingDocument",
    "TrustWalletInfo",
    "in_som",
]

CIRCULATING: Final = (
    "total less what holders have handed to the redemption desk; frozen and blocked tokens, and those on accounts of "
    "issuers, are in circulation: they belong to somebody and can come back into use"
)

Som = Annotated[str, Field(pattern=r"^(0|[1-9][0-9]*)\.[0-9]{6}$")]


def in_som(base_units: int) -> str:
    """A plain number of som, with all six decimals: `1000.000000`."""
    return f"{base_units // SOM}.{base_units % SOM:06d}"


class PublicSupply(Document):
    """How many tokens there are, in one final block.

    Attributes:
        notice: What this deployment is, and is not.
        total: In som, six decimals: minted and not burned, the token's own `totalSupply`.
        circulating: In som, six decimals.
        circulating_means: What is not counted as circulating, and what is.
        escrow_base_units: What the redemption desk holds for requests.
    """

    SCHEMA: ClassVar = "kgst/public-supply/1"

    notice: str
    chain_id: ChainId
    token: Address
    symbol: Literal["KGST"] = "KGST"
    decimals: Literal[6] = 6
    block: BlockPart
    total: Som
    circulating: Som
    circulating_means: str
    total_base_units: BaseUnits
    circulating_base_units: BaseUnits
    escrow_base_units: BaseUnits

    @classmethod
    def of(cls, system: System, shown: Shown, notice: str) -> PublicSupply:
        """Of what was read; the escrow is part of the supply."""
        total, circulating = shown.solvency.supply, shown.solvency.supply - shown.escrow
        return cls(
            notice=notice,
            chain_id=system.record.chain_id,
            token=system.record.token.address,
            block=BlockPart.taken_from(shown.head),
            total=in_som(total),
            circulating=in_som(circulating),
            circulating_means=CIRCULATING,
            total_base_units=total,
            circulating_base_units=circulating,
            escrow_base_units=shown.escrow,
        )


class PublicReserves(Document):
    """What the auditors attested, and what it allows, in one final block.

    Attributes:
        notice: What this deployment is, and is not.
        attestation: The last; null before the first.
        reserves: In som: what the accounts held at the attestation's moment. What is owed for redemptions is in it.
        backing: In som: what may be in circulation at most. What is owed, and a margin, are taken off.
        supply: In som: what is in circulation, the redemption desk's included.
        headroom: In som: what could be minted in this block.
        valid_until: From then on the attestation allows no minting; 0 before the first.
        paused: Pause flags that are set.
        halts: How often an auditor has halted minting.
        reserve_feed: The chain's own answer for `reserves`, as an AggregatorV3Interface.
        backing_feed: For `backing`; 0 when nothing may be minted.
    """

    SCHEMA: ClassVar = "kgst/public-reserves/1"

    notice: str
    chain_id: ChainId
    token: Address
    block: BlockPart
    attestation: AttestationPart | None
    reserves: Som
    backing: Som
    supply: Som
    headroom: Som
    valid_until: Time
    paused: list[FlagName]
    halts: Count
    reserve_feed: Address
    backing_feed: Address

    @classmethod
    def of(cls, system: System, shown: Shown, notice: str) -> PublicReserves:
        """Of what was read."""
        record, last = system.record, shown.attestation
        figures = AttestationPart.taken_from(
            last, reserves_tyiyn=last.reserves, report_hash="0x" + last.report_hash.hex()
        )
        return cls(
            notice=notice,
            chain_id=record.chain_id,
            token=record.token.address,
            block=BlockPart.taken_from(shown.head),
            attestation=figures if last.epoch else None,
            reserves=in_som(tyiyn_to_base(last.reserves)),
            backing=in_som(shown.solvency.backing),
            supply=in_som(shown.solvency.supply),
            headroom=in_som(shown.headroom),
            valid_until=shown.solvency.valid_until,
            paused=flag_list(shown.state.token.pause_flags.value),
            halts=shown.halts,
            reserve_feed=record.feed.address,
            backing_feed=record.backing_feed.address,
        )


class TrustWalletInfo(BaseModel):
    """An `info.json` of Trust Wallet's repository of assets, as far as this project writes one.

    It has no schema of its own; the fields and what they may hold are those of its documentation:
    https://developer.trustwallet.com/developer/listing-new-assets/repository_details.

    Attributes:
        id: The token's address with its checksum, which also names the folder.
        tags: Kinds that the wallet groups tokens by.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Literal["KGST"] = "KGST"
    type: Literal["BEP20"] = "BEP20"
    symbol: Literal["KGST"] = "KGST"
    decimals: Literal[6] = 6
    description: Annotated[str, Field(min_length=10, max_length=500)]
    website: Annotated[str, Field(pattern=r"^https://\S+$")]
    explorer: Annotated[str, Field(pattern=r"^https://(testnet\.)?bscscan\.com/token/0x\w{40}$")]
    status: Literal["active"] = "active"
    id: Address
    tags: tuple[Literal["stablecoin"], ...] = ("stablecoin",)


class _File(Part):
    """One that was written.

    Attributes:
        name: In the folder.
    """

    name: str
    sha256: Sha256


class PublishListingDocument(Document):
    """What was written for lists, aggregators and explorers, of one final block.

    Attributes:
        notice: What this deployment is, and is not; it stands in each file that has room for it.
        folder: Where.
    """

    SCHEMA: ClassVar = "kgst/publish-listing/1"

    chain_id: ChainId
    token: Address
    block: BlockPart
    notice: str
    folder: str
    files: list[_File]
