// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IKGST} from "../interfaces/IKGST.sol";
import {Gate, GateLib} from "../ledger/Gate.sol";
import {Managed} from "./Managed.sol";

/// @title Pause flags
/// @dev May touch: the Gate's four pause flags. Stopping and resuming are separate roles, so that the first can be
/// instant.
abstract contract Pausing is IKGST, Managed {
    /// @inheritdoc IKGST
    function pause(uint256 flags) external restricted {
        _requirePauseFlags(flags);
        _setFlags(GateLib.load().flags() | flags);
    }

    /// @inheritdoc IKGST
    function unpause(uint256 flags) external restricted {
        _requirePauseFlags(flags);
        _setFlags(GateLib.load().flags() & ~flags);
    }

    /// @inheritdoc IKGST
    function pauseFlags() external view returns (uint256) {
        return GateLib.load().pauseFlags();
    }

    /// @inheritdoc IKGST
    function paused() external view returns (bool) {
        return GateLib.load().flags() & GateLib.TRANSFERS_PAUSED != 0;
    }

    function _setFlags(uint256 newFlags) private {
        Gate gate = GateLib.load();
        if (gate.flags() == newFlags) return;
        Gate changed = gate.withFlags(newFlags);
        changed.store();
        emit PauseFlagsChanged(gate.pauseFlags(), changed.pauseFlags());
    }

    function _requirePauseFlags(uint256 flags) private pure {
        if (flags == 0 || flags & ~GateLib.PAUSE_FLAGS != 0) revert InvalidPauseFlags(flags);
    }
}
