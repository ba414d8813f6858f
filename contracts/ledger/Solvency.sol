// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {FlagsLib} from "./Flags.sol";

/// @dev The supply and what bounds it, in one word:
///
///   255 254 253            252            251      216 215     144 143      72 71       0
///  +-------+--------------+--------------+------------+-----------+-----------+----------+
///  | spare |   BURNING    |   MINTING    | validUntil |  burned   |  backing  |  supply  |
///  |   2   |   _PAUSED    |   _PAUSED    |     36     |    72     |    72     |    72    |
///  +-------+--------------+--------------+------------+-----------+-----------+----------+
///
/// supply, backing, burned: base units. validUntil: seconds; minting reverts from then on.
/// Supply cannot be written without reading the bound that it must respect.
type Solvency is uint256;

using SolvencyLib for Solvency global;

/// @dev Pure accessors and the transitions of the word; this file touches no storage.
library SolvencyLib {
    uint256 internal constant MAX = type(uint72).max;
    uint256 private constant BACKING_SHIFT = 72;
    uint256 private constant BURNED_SHIFT = 144;
    uint256 private constant VALID_UNTIL_SHIFT = 216;
    uint256 private constant MASK_36 = type(uint40).max >> 4;
    /// @dev From a flag's value, as `pause` takes it, to its place here.
    uint256 private constant FLAGS_SHIFT = 250;

    function supply(Solvency s) internal pure returns (uint256) {
        return Solvency.unwrap(s) & MAX;
    }

    function backing(Solvency s) internal pure returns (uint256) {
        return (Solvency.unwrap(s) >> BACKING_SHIFT) & MAX;
    }

    function burned(Solvency s) internal pure returns (uint256) {
        return (Solvency.unwrap(s) >> BURNED_SHIFT) & MAX;
    }

    function validUntil(Solvency s) internal pure returns (uint256) {
        return (Solvency.unwrap(s) >> VALID_UNTIL_SHIFT) & MASK_36;
    }

    /// @return MINTING_PAUSED and BURNING_PAUSED, as far as they are set.
    function pauseFlags(Solvency s) internal pure returns (uint256) {
        return (Solvency.unwrap(s) >> FLAGS_SHIFT) & FlagsLib.SUPPLY_FLAGS;
    }

    /// @return What may still be minted: backing − supply, or 0 in a deficit.
    function headroom(Solvency s) internal pure returns (uint256) {
        uint256 bound = s.backing();
        uint256 out = s.supply();
        unchecked {
            // The subtraction happens only when it cannot wrap.
            return bound > out ? bound - out : 0;
        }
    }

    /// @dev The caller has checked `s.supply() + value <= s.backing()`, and backing is below 2^72: no carry.
    function afterMint(Solvency s, uint256 value) internal pure returns (Solvency) {
        unchecked {
            return Solvency.wrap(Solvency.unwrap(s) + value);
        }
    }

    /// @notice Supply and backing fall by `value`, backing not below 0; burned rises by it.
    /// @dev The caller has checked `value <= s.supply()` and `s.burned() + value < 2^72`: neither borrow nor carry.
    function afterBurn(Solvency s, uint256 value) internal pure returns (Solvency) {
        uint256 bound = s.backing();
        uint256 fall = value < bound ? value : bound;
        unchecked {
            return Solvency.wrap(Solvency.unwrap(s) - value - (fall << BACKING_SHIFT) + (value << BURNED_SHIFT));
        }
    }

    /// @dev Both arguments fit their fields: 36 bits of seconds last until the year 4147.
    function afterAttest(Solvency s, uint256 backing_, uint256 validUntil_) internal pure returns (Solvency) {
        uint256 kept = Solvency.unwrap(s) & ~((MAX << BACKING_SHIFT) | (MASK_36 << VALID_UNTIL_SHIFT));
        return Solvency.wrap(kept | (backing_ << BACKING_SHIFT) | (validUntil_ << VALID_UNTIL_SHIFT));
    }

    /// @dev Of `pauseFlags_` those that stand here.
    function withPauseFlags(Solvency s, uint256 pauseFlags_) internal pure returns (Solvency) {
        uint256 kept = Solvency.unwrap(s) & ~(FlagsLib.SUPPLY_FLAGS << FLAGS_SHIFT);
        return Solvency.wrap(kept | ((pauseFlags_ & FlagsLib.SUPPLY_FLAGS) << FLAGS_SHIFT));
    }
}
