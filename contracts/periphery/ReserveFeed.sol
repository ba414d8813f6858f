// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AggregatorV3Interface} from "../interfaces/AggregatorV3Interface.sol";
import {IKGST} from "../interfaces/IKGST.sol";

/// @title The last attestation as a Chainlink feed, for any proof-of-reserve reader
/// @notice `answer` is the attested reserves in som, with `decimals` decimals; the round is the epoch; `updatedAt` is
/// the moment that the auditors attested, not when it was submitted. Only the latest round is kept on chain.
contract ReserveFeed is AggregatorV3Interface {
    /// @notice There is no attestation, or not the one of this round.
    error NoDataPresent(uint80 roundId);
    error UnsupportedDecimals(uint8 decimals);

    /// @inheritdoc AggregatorV3Interface
    uint8 public immutable decimals;
    /// @inheritdoc AggregatorV3Interface
    string public constant description = "KGST reserves / KGS";
    /// @inheritdoc AggregatorV3Interface
    uint256 public constant version = 1;

    /// @notice The token whose reserves these are.
    IKGST public immutable token;

    /// @dev Reserves are in tyiyn: two decimals of a som.
    int256 private immutable SCALE;

    /// @param decimals_ 6, as the token has, or 8, as Chainlink's feeds of fiat have.
    constructor(IKGST token_, uint8 decimals_) {
        if (decimals_ != 6 && decimals_ != 8) revert UnsupportedDecimals(decimals_);
        token = token_;
        decimals = decimals_;
        SCALE = int256(10 ** (decimals_ - 2));
    }

    /// @inheritdoc AggregatorV3Interface
    function latestRoundData()
        external
        view
        returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)
    {
        return _round(token.lastAttestation());
    }

    /// @inheritdoc AggregatorV3Interface
    function getRoundData(uint80 roundId)
        external
        view
        returns (uint80, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)
    {
        IKGST.ReserveAttestation memory last = token.lastAttestation();
        if (last.epoch != roundId) revert NoDataPresent(roundId);
        return _round(last);
    }

    /// @dev The casts keep every bit: epochs have 64 bits, reserves 72.
    function _round(IKGST.ReserveAttestation memory last)
        private
        view
        returns (uint80, int256, uint256, uint256, uint80)
    {
        if (last.epoch == 0) revert NoDataPresent(0);
        uint80 round = uint80(last.epoch);
        return (round, int256(last.reserves) * SCALE, last.asOf, last.asOf, round);
    }
}
