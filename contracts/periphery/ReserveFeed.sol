// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AggregatorV3Interface} from "../interfaces/AggregatorV3Interface.sol";
import {IKGST} from "../interfaces/IKGST.sol";
import {Feed} from "./Feed.sol";

/// @title The attested reserves as a Chainlink feed, for any proof-of-reserve reader
/// @notice All the money held for holders. What is owed for redemptions and the margin are not taken off, and the
/// answer does not age: whether more may be minted is what `BackingFeed` says.
contract ReserveFeed is Feed {
    /// @inheritdoc AggregatorV3Interface
    string public constant description = "KGST reserves / KGS";

    /// @dev Base units in one tyiyn, the unit of attested reserves.
    uint256 private constant TYIYN = 1e4;

    constructor(IKGST token_, uint8 decimals_) Feed(token_, decimals_) {}

    function _figure(IKGST.ReserveAttestation memory last) internal pure override returns (uint256) {
        return last.reserves * TYIYN;
    }
}
