// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @dev One issuer's permissions, a token bucket, in one word:
///
///   255  250  249    248     247        208 207           144 143      72 71         0
///  +-------+------+---------+--------------+-----------------+----------+-----------+
///  | spare | desk | mayBurn |  refilledAt  | refillPerSecond | capacity | available |
///  |   6   |  1   |    1    |      40      |       64        |    72    |    72     |
///  +-------+------+---------+--------------+-----------------+----------+-----------+
///
/// available, capacity: base units; refillPerSecond: base units each second; refilledAt: seconds; desk: see
/// `IKGST.setDesk`.
/// A capacity of zero means no right to mint at all. A refill of zero means none: a consumable allowance.
type Bucket is uint256;

using BucketLib for Bucket global;

/// @dev Pure accessors; this file touches no storage.
library BucketLib {
    uint256 private constant MASK_72 = type(uint72).max;
    uint256 private constant MASK_64 = type(uint64).max;
    uint256 private constant MASK_40 = type(uint40).max;
    uint256 private constant CAPACITY_SHIFT = 72;
    uint256 private constant REFILL_SHIFT = 144;
    uint256 private constant REFILLED_AT_SHIFT = 208;
    uint256 private constant MAY_BURN = 1 << 248;
    uint256 private constant DESK = 1 << 249;

    function capacity(Bucket b) internal pure returns (uint256) {
        return (Bucket.unwrap(b) >> CAPACITY_SHIFT) & MASK_72;
    }

    function refillPerSecond(Bucket b) internal pure returns (uint256) {
        return (Bucket.unwrap(b) >> REFILL_SHIFT) & MASK_64;
    }

    function mayBurn(Bucket b) internal pure returns (bool) {
        return Bucket.unwrap(b) & MAY_BURN != 0;
    }

    function isDesk(Bucket b) internal pure returns (bool) {
        return Bucket.unwrap(b) & DESK != 0;
    }

    /// @return level What may be minted at `time`: never more than the capacity.
    function availableAt(Bucket b, uint256 time) internal pure returns (uint256 level) {
        uint256 word = Bucket.unwrap(b);
        uint256 most = b.capacity();
        unchecked {
            // Time does not run backwards; 72 bits + 64 bits × 40 bits fit 256.
            uint256 elapsed = time - ((word >> REFILLED_AT_SHIFT) & MASK_40);
            level = (word & MASK_72) + b.refillPerSecond() * elapsed;
        }
        if (level > most) level = most;
    }

    /// @dev `available_` fits 72 bits, `time` 40.
    function withAvailable(Bucket b, uint256 available_, uint256 time) internal pure returns (Bucket) {
        uint256 kept = Bucket.unwrap(b) & ~(MASK_72 | (MASK_40 << REFILLED_AT_SHIFT));
        return Bucket.wrap(kept | available_ | (time << REFILLED_AT_SHIFT));
    }

    /// @dev New terms from `time` on; `desk` stays. Each argument fits its field.
    function withTerms(Bucket b, uint256 capacity_, uint256 refillPerSecond_, bool mayBurn_, uint256 time)
        internal
        pure
        returns (Bucket)
    {
        return Bucket.wrap(
            _availableUnder(b, capacity_, time) | (capacity_ << CAPACITY_SHIFT) | (refillPerSecond_ << REFILL_SHIFT)
                | (time << REFILLED_AT_SHIFT) | (mayBurn_ ? MAY_BURN : 0) | (Bucket.unwrap(b) & DESK)
        );
    }

    /// @dev No permission; a desk stays one.
    function cut(Bucket b) internal pure returns (Bucket) {
        return Bucket.wrap(Bucket.unwrap(b) & DESK);
    }

    function asDesk(Bucket b) internal pure returns (Bucket) {
        return Bucket.wrap(Bucket.unwrap(b) | DESK);
    }

    /// @dev What may be minted at `time` once the capacity is `newCapacity`: what a greater one adds, and no more than
    /// a lesser one holds. What was minted before a cut stays minted, so the cut gives nothing on top of it.
    function _availableUnder(Bucket b, uint256 newCapacity, uint256 time) private pure returns (uint256) {
        uint256 level = b.availableAt(time);
        uint256 most = b.capacity();
        unchecked {
            // The subtraction happens only when it cannot wrap; capacities have 72 bits.
            if (newCapacity > most) return level + (newCapacity - most);
        }
        return level < newCapacity ? level : newCapacity;
    }
}
