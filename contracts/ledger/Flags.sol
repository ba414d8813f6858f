// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @dev What a payment asks before it goes on, in one word:
///
///   255            254              4     2 3     1                0
///  +--------------+------------------+-----+----------------+-----------+
///  | DELEGATE_ALL |  room for more   |  –  | AUTHORIZATIONS | TRANSFERS |
///  |              |    pause flags   |     |    _PAUSED     |  _PAUSED  |
///  +--------------+------------------+-----+----------------+-----------+
///
/// Zero lets every payment go on. Pause flags have the same values here as in `pause`; bits 2 and 3 stay clear, since
/// MINTING_PAUSED and BURNING_PAUSED stand in `Solvency`, which minting and burning read anyway.
type Flags is uint256;

using FlagsLib for Flags global;

/// @dev Pure accessors; this file touches no storage.
library FlagsLib {
    uint256 internal constant TRANSFERS_PAUSED = 1;
    uint256 internal constant AUTHORIZATIONS_PAUSED = 2;
    uint256 internal constant MINTING_PAUSED = 4;
    uint256 internal constant BURNING_PAUSED = 8;
    uint256 internal constant PAUSE_FLAGS = 15;
    /// @dev Those that stand in `Solvency`.
    uint256 internal constant SUPPLY_FLAGS = MINTING_PAUSED | BURNING_PAUSED;

    uint256 private constant DELEGATE_ALL = 1 << 255;

    function pauseFlags(Flags f) internal pure returns (uint256) {
        return Flags.unwrap(f) & ~DELEGATE_ALL;
    }

    function delegateAll(Flags f) internal pure returns (bool) {
        return Flags.unwrap(f) & DELEGATE_ALL != 0;
    }

    /// @dev Of `pauseFlags` those that stand here.
    function withPauseFlags(Flags f, uint256 pauseFlags_) internal pure returns (Flags) {
        return Flags.wrap((Flags.unwrap(f) & DELEGATE_ALL) | (pauseFlags_ & ~(SUPPLY_FLAGS | DELEGATE_ALL)));
    }

    function withDelegateAll(Flags f, bool enabled) internal pure returns (Flags) {
        return Flags.wrap(f.pauseFlags() | (enabled ? DELEGATE_ALL : 0));
    }
}
