// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @dev Where a request stands; see `RedemptionDesk`.
enum State {
    None,
    Requested,
    Locked,
    Paid,
    Returned,
    Withdrawn,
    Rejected,
    Seized
}

/// @dev One request for redemption in one word:
///
///   255  252 251      219 218     160 159          0
///  +--------+------------+-----------+--------------+
///  | state  |    time    |   tyiyn   |  requester   |
///  |   4    |     33     |    59     |     160      |
///  +--------+------------+-----------+--------------+
///
/// time: seconds; the last one at which it may be locked, and once it is locked the first from which it may be
/// withdrawn again. 33 bits last until 2242. tyiyn: as many as 2^72 base units hold.
type Redemption is uint256;

using RedemptionLib for Redemption global;

/// @dev Pure accessors; this file touches no storage.
library RedemptionLib {
    /// @dev Base units in one tyiyn.
    uint256 internal constant TYIYN = 1e4;
    uint256 private constant MASK_59 = (1 << 59) - 1;
    uint256 private constant MASK_33 = (1 << 33) - 1;
    uint256 private constant TYIYN_SHIFT = 160;
    uint256 private constant TIME_SHIFT = 219;
    uint256 private constant STATE_SHIFT = 252;

    /// @dev `amount_` is a whole number of tyiyn and fits 72 bits; `time_` fits 33.
    function requested(address requester_, uint256 amount_, uint256 time_) internal pure returns (Redemption) {
        uint256 claim = uint256(uint160(requester_)) | ((amount_ / TYIYN) << TYIYN_SHIFT);
        return Redemption.wrap(claim | (time_ << TIME_SHIFT) | (uint256(State.Requested) << STATE_SHIFT));
    }

    function requester(Redemption r) internal pure returns (address) {
        return address(uint160(Redemption.unwrap(r)));
    }

    /// @return Base units.
    function amount(Redemption r) internal pure returns (uint256) {
        return ((Redemption.unwrap(r) >> TYIYN_SHIFT) & MASK_59) * TYIYN;
    }

    function time(Redemption r) internal pure returns (uint256) {
        return (Redemption.unwrap(r) >> TIME_SHIFT) & MASK_33;
    }

    function state(Redemption r) internal pure returns (State) {
        return State(Redemption.unwrap(r) >> STATE_SHIFT);
    }

    function withState(Redemption r, State state_) internal pure returns (Redemption) {
        uint256 kept = Redemption.unwrap(r) & ~(uint256(0xf) << STATE_SHIFT);
        return Redemption.wrap(kept | (uint256(state_) << STATE_SHIFT));
    }

    /// @dev `payBy` fits 33 bits.
    function locked(Redemption r, uint256 payBy) internal pure returns (Redemption) {
        uint256 kept = Redemption.unwrap(r) & ~(MASK_33 << TIME_SHIFT);
        return Redemption.wrap(kept | (payBy << TIME_SHIFT)).withState(State.Locked);
    }
}
