// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @dev The supply and what bounds it, in one word:
///
///   255      216 215     144 143      72 71       0
///  +------------+-----------+-----------+----------+
///  | validUntil |  burned   |  backing  |  supply  |
///  |     40     |    72     |    72     |    72    |
///  +------------+-----------+-----------+----------+
///
/// supply, backing, burned: base units. validUntil: seconds; minting reverts from then on.
/// Supply cannot be written without reading the bound that it must respect.
type Solvency is uint256;

using SolvencyLib for Solvency global;

/// @dev Pure accessors and the three transitions of the word; this file touches no storage.
library SolvencyLib {
    uint256 internal constant MAX = type(uint72).max;
    uint256 private constant BACKING_SHIFT = 72;
    uint256 private constant BURNED_SHIFT = 144;
    uint256 private constant VALID_UNTIL_SHIFT = 216;

    /// @dev Each argument fits its field.
    function pack(uint256 supply_, uint256 backing_, uint256 burned_, uint256 validUntil_)
        internal
        pure
        returns (Solvency)
    {
        return Solvency.wrap(
            supply_ | (backing_ << BACKING_SHIFT) | (burned_ << BURNED_SHIFT) | (validUntil_ << VALID_UNTIL_SHIFT)
        );
    }

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
        return Solvency.unwrap(s) >> VALID_UNTIL_SHIFT;
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

    /// @dev Both arguments fit their fields.
    function afterAttest(Solvency s, uint256 backing_, uint256 validUntil_) internal pure returns (Solvency) {
        return pack(s.supply(), backing_, s.burned(), validUntil_);
    }
}
