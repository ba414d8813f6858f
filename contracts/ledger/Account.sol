// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @dev All that the ledger knows about one holder, in one word:
///
///   255     209 208      207        144 143       72 71        0
///  +-----------+---------+-------------+------------+-----------+
///  |   spare   | blocked | permitNonce |   frozen   |  balance  |
///  |     47    |    1    |     64      |     72     |    72     |
///  +-----------+---------+-------------+------------+-----------+
///
/// balance, frozen: base units. `frozen` may exceed the balance.
type Account is uint256;

using AccountLib for Account global;

/// @dev Pure accessors; this file touches no storage.
library AccountLib {
    uint256 private constant MASK_72 = type(uint72).max;
    uint256 private constant MASK_64 = type(uint64).max;
    uint256 private constant FROZEN_SHIFT = 72;
    uint256 private constant NONCE_SHIFT = 144;
    uint256 private constant BLOCKED = 1 << 208;

    function balance(Account a) internal pure returns (uint256) {
        return Account.unwrap(a) & MASK_72;
    }

    function frozen(Account a) internal pure returns (uint256) {
        return (Account.unwrap(a) >> FROZEN_SHIFT) & MASK_72;
    }

    function permitNonce(Account a) internal pure returns (uint256) {
        return (Account.unwrap(a) >> NONCE_SHIFT) & MASK_64;
    }

    function isBlocked(Account a) internal pure returns (bool) {
        return Account.unwrap(a) & BLOCKED != 0;
    }

    /// @return What the holder may send: balance − frozen, or 0.
    function unfrozen(Account a) internal pure returns (uint256) {
        uint256 total = a.balance();
        uint256 held = a.frozen();
        unchecked {
            // The subtraction happens only when it cannot wrap.
            return total > held ? total - held : 0;
        }
    }

    /// @dev The caller has checked `value <= a.balance()`, so no borrow reaches `frozen`.
    function subBalance(Account a, uint256 value) internal pure returns (Account) {
        unchecked {
            return Account.wrap(Account.unwrap(a) - value);
        }
    }

    /// @dev The caller knows that all balances and `value` add up to at most the supply, which is below 2^72, so no
    /// carry reaches `frozen`.
    function addBalance(Account a, uint256 value) internal pure returns (Account) {
        unchecked {
            return Account.wrap(Account.unwrap(a) + value);
        }
    }

    /// @dev The caller has checked `amount < 2^72`.
    function withFrozen(Account a, uint256 amount) internal pure returns (Account) {
        return Account.wrap((Account.unwrap(a) & ~(MASK_72 << FROZEN_SHIFT)) | (amount << FROZEN_SHIFT));
    }

    /// @dev 2^64 permits of one holder cannot be reached, so no carry reaches `blocked`.
    function nextPermitNonce(Account a) internal pure returns (Account) {
        unchecked {
            return Account.wrap(Account.unwrap(a) + (1 << NONCE_SHIFT));
        }
    }

    function withBlocked(Account a, bool blocked) internal pure returns (Account) {
        uint256 word = Account.unwrap(a);
        return Account.wrap(blocked ? word | BLOCKED : word & ~BLOCKED);
    }
}
