// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AggregatorV3Interface} from "../interfaces/AggregatorV3Interface.sol";
import {IKGST} from "../interfaces/IKGST.sol";

/// @title A figure of the last attestation as a Chainlink feed
/// @notice `answer` is in som, with `decimals` decimals; the round is the attestation's epoch; `updatedAt` is the
/// moment that the auditors attested, not when it was submitted. Only the latest round is kept on chain.
abstract contract Feed is AggregatorV3Interface {
    /// @notice There is no attestation, or not the one of this round.
    error NoDataPresent(uint80 roundId);
    error UnsupportedDecimals(uint8 decimals);

    /// @inheritdoc AggregatorV3Interface
    uint8 public immutable decimals;
    /// @inheritdoc AggregatorV3Interface
    uint256 public constant version = 1;

    /// @notice The token whose figure this is.
    IKGST public immutable token;

    /// @param decimals_ 6, as the token has, or 8, as Chainlink's feeds of fiat have.
    constructor(IKGST token_, uint8 decimals_) {
        if (decimals_ != 6 && decimals_ != 8) revert UnsupportedDecimals(decimals_);
        token = token_;
        decimals = decimals_;
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

    /// @notice Second from which the token mints no more on the last attestation.
    function validUntil() external view returns (uint256) {
        // Of four figures one is asked for.
        // slither-disable-next-line unused-return
        (,,, uint256 until) = token.solvency();
        return until;
    }

    /// @dev The feed's figure, in the token's base units.
    function _figure(IKGST.ReserveAttestation memory last) internal view virtual returns (uint256);

    /// @dev The casts keep every bit: epochs have 64 bits, figures 72 and two decimals more.
    function _round(IKGST.ReserveAttestation memory last)
        private
        view
        returns (uint80, int256, uint256, uint256, uint80)
    {
        if (last.epoch == 0) revert NoDataPresent(0);
        uint80 round = uint80(last.epoch);
        int256 answer = int256(_figure(last) * 10 ** (decimals - 6));
        return (round, answer, last.asOf, last.asOf, round);
    }
}
