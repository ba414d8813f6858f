// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AggregatorV3Interface} from "../interfaces/AggregatorV3Interface.sol";
import {IKGST} from "../interfaces/IKGST.sol";
import {Feed} from "./Feed.sol";

/// @title What the supply may reach, as a Chainlink feed
/// @notice Whoever mints only while supply ≤ `answer` stops when the token does: the answer is the backing (reserves
/// less the margin and less what is owed), and 0 from `validUntil` on and while minting is paused. Within a round it
/// falls with burns.
contract BackingFeed is Feed {
    /// @inheritdoc AggregatorV3Interface
    string public constant description = "KGST backing / KGS";

    uint256 private constant MINTING_PAUSED = 4;

    constructor(IKGST token_, uint8 decimals_) Feed(token_, decimals_) {}

    function _figure(IKGST.ReserveAttestation memory) internal view override returns (uint256) {
        // Of four figures two are asked for.
        // slither-disable-next-line unused-return
        (, uint256 backing,, uint256 until) = token.solvency();
        bool open = block.timestamp < until && token.pauseFlags() & MINTING_PAUSED == 0;
        return open ? backing : 0;
    }
}
