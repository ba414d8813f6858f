// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IKGST} from "../interfaces/IKGST.sol";
import {FlagsLib} from "../ledger/Flags.sol";
import {Managed} from "./Managed.sol";

/// @title Pause flags
/// @dev May touch: the pause flags, in flags and solvency. Stopping and resuming are separate roles, so that the first
/// can be instant.
abstract contract Pausing is IKGST, Managed {
    /// @inheritdoc IKGST
    function pause(uint256 flags) external restricted {
        _requirePauseFlags(flags);
        _changePauseFlags(pauseFlags() | flags);
    }

    /// @inheritdoc IKGST
    function unpause(uint256 flags) external restricted {
        _requirePauseFlags(flags);
        _changePauseFlags(pauseFlags() & ~flags);
    }

    /// @inheritdoc IKGST
    function pauseFlags() public view returns (uint256) {
        return _ledger().flags.pauseFlags() | _ledger().solvency.pauseFlags();
    }

    /// @inheritdoc IKGST
    function paused() external view returns (bool) {
        return pauseFlags() & FlagsLib.TRANSFERS_PAUSED != 0;
    }

    function _setPauseFlags(uint256 newFlags) internal {
        _ledger().flags = _ledger().flags.withPauseFlags(newFlags);
        _ledger().solvency = _ledger().solvency.withPauseFlags(newFlags);
    }

    function _changePauseFlags(uint256 newFlags) private {
        uint256 previousFlags = pauseFlags();
        if (newFlags == previousFlags) return;
        _setPauseFlags(newFlags);
        emit PauseFlagsChanged(previousFlags, newFlags);
    }

    function _requirePauseFlags(uint256 flags) private pure {
        if (flags == 0 || flags & ~FlagsLib.PAUSE_FLAGS != 0) revert InvalidPauseFlags(flags);
    }
}
