// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Account} from "../../contracts/ledger/Account.sol";
import {Flags} from "../../contracts/ledger/Flags.sol";
import {Solvency} from "../../contracts/ledger/Solvency.sol";
import {Cheats} from "./Cheats.sol";

/// @title Each packed word against its fields written out: exact, and no field bleeds into another
contract AccountWordProof is Cheats {
    /// @notice The accessors read the fields of docs/storage.md
    /// @custom:proves 17
    function check_read(uint72 balance, uint72 frozen, uint64 nonce, bool blocked, uint48 spare) public pure {
        Account a = _word(balance, frozen, nonce, blocked, spare);
        assert(a.balance() == balance);
        assert(a.frozen() == frozen);
        assert(a.permitNonce() == nonce);
        assert(a.isBlocked() == blocked);
        assert(a.unfrozen() == (balance > frozen ? uint256(balance) - frozen : 0));
    }

    /// @notice subBalance changes the balance alone, exactly, for every covered value
    /// @custom:proves 17
    function check_subBalance(uint72 balance, uint72 frozen, uint64 nonce, bool blocked, uint48 spare, uint256 value)
        public
        pure
    {
        vm.assume(value <= balance);
        Account a = _word(balance, frozen, nonce, blocked, spare).subBalance(value);
        _assertEqual(a, _word(balance - value, frozen, nonce, blocked, spare));
    }

    /// @notice addBalance changes the balance alone, exactly, while the sum fits 72 bits
    /// @custom:proves 17
    function check_addBalance(uint72 balance, uint72 frozen, uint64 nonce, bool blocked, uint48 spare, uint72 value)
        public
        pure
    {
        uint256 sum = uint256(balance) + value;
        vm.assume(sum <= type(uint72).max);
        Account a = _word(balance, frozen, nonce, blocked, spare).addBalance(value);
        _assertEqual(a, _word(sum, frozen, nonce, blocked, spare));
    }

    /// @notice withFrozen, nextPermitNonce and withBlocked change their own field alone
    /// @custom:proves 17
    function check_write(uint72 balance, uint72 frozen, uint64 nonce, bool blocked, uint48 spare, uint72 amount)
        public
        pure
    {
        Account a = _word(balance, frozen, nonce, blocked, spare);
        _assertEqual(a.withFrozen(amount), _word(balance, amount, nonce, blocked, spare));
        _assertEqual(a.withBlocked(true), _word(balance, frozen, nonce, true, spare));
        _assertEqual(a.withBlocked(false), _word(balance, frozen, nonce, false, spare));
        vm.assume(nonce < type(uint64).max);
        _assertEqual(a.nextPermitNonce(), _word(balance, frozen, uint256(nonce) + 1, blocked, spare));
    }

    function _assertEqual(Account a, Account b) private pure {
        assert(Account.unwrap(a) == Account.unwrap(b));
    }

    function _word(uint256 balance, uint256 frozen, uint256 nonce, bool blocked, uint256 spare)
        private
        pure
        returns (Account)
    {
        vm.assume(spare < 2 ** 47);
        uint48 top = uint48((spare << 1) | (blocked ? 1 : 0));
        return Account.wrap(uint256(bytes32(abi.encodePacked(top, uint64(nonce), uint72(frozen), uint72(balance)))));
    }
}

/// @dev `top`: MINTING_PAUSED, BURNING_PAUSED and the two spare bits.
contract SolvencyWordProof is Cheats {
    struct Fields {
        uint72 supply;
        uint72 backing;
        uint72 burned;
        uint40 validUntil;
        uint8 top;
    }

    /// @notice The accessors read the fields of docs/storage.md; headroom is max(0, K − S)
    /// @custom:proves 17
    function check_read(Fields memory f) public pure {
        Solvency s = _word(f);
        assert(s.supply() == f.supply);
        assert(s.backing() == f.backing);
        assert(s.burned() == f.burned);
        assert(s.validUntil() == f.validUntil);
        assert(s.pauseFlags() == uint256(f.top % 4) * 4);
        assert(s.headroom() == (f.backing > f.supply ? uint256(f.backing) - f.supply : 0));
    }

    /// @notice afterMint raises the supply alone, exactly, for every value within the headroom
    /// @custom:proves 2 17
    function check_afterMint(Fields memory f, uint256 value) public pure {
        Solvency s = _word(f);
        vm.assume(value <= s.headroom());
        s = s.afterMint(value);
        f.supply += uint72(value);
        _assertEqual(s, _word(f));
    }

    /// @notice afterBurn: S − x, max(0, K − x), B + x, V and the flags as they were
    /// @custom:proves 3 4 17
    function check_afterBurn(Fields memory f, uint72 value) public pure {
        vm.assume(value <= f.supply && uint256(f.burned) + value <= type(uint72).max);
        Solvency s = _word(f).afterBurn(value);
        f.backing = value < f.backing ? f.backing - value : 0;
        (f.supply, f.burned) = (f.supply - value, f.burned + value);
        _assertEqual(s, _word(f));
    }

    /// @notice afterAttest writes backing and validUntil alone
    /// @custom:proves 12 17
    function check_afterAttest(Fields memory f, uint72 backing, uint40 validUntil) public pure {
        vm.assume(validUntil < 2 ** 36);
        Solvency s = _word(f).afterAttest(backing, validUntil);
        (f.backing, f.validUntil) = (backing, validUntil);
        _assertEqual(s, _word(f));
    }

    /// @notice withPauseFlags writes its two flags alone, whatever else is asked for
    /// @custom:proves 12 17
    function check_withPauseFlags(Fields memory f, uint256 flags) public pure {
        Solvency s = _word(f).withPauseFlags(flags);
        f.top = uint8((f.top & 12) | ((flags >> 2) & 3));
        _assertEqual(s, _word(f));
    }

    function _assertEqual(Solvency a, Solvency b) private pure {
        assert(Solvency.unwrap(a) == Solvency.unwrap(b));
    }

    function _word(Fields memory f) private pure returns (Solvency) {
        vm.assume(f.validUntil < 2 ** 36 && f.top < 16);
        uint40 high = uint40((uint256(f.top) << 36) | f.validUntil);
        return Solvency.wrap(uint256(bytes32(abi.encodePacked(high, f.burned, f.backing, f.supply))));
    }
}

contract FlagsWordProof is Cheats {
    /// @notice DELEGATE_ALL is the highest bit, and all others are pause flags
    /// @custom:proves 12 17
    function check_read(bool delegated, uint248 flags, uint8 high) public pure {
        Flags f = _word(delegated, flags, high);
        assert(f.delegateAll() == delegated);
        assert(f.pauseFlags() == Flags.unwrap(_word(false, flags, high)));
    }

    /// @notice Pause flags keep DELEGATE_ALL and take none of those that stand in the Solvency word; DELEGATE_ALL keeps
    /// the pause flags
    /// @custom:proves 12 17
    function check_write(bool delegated, uint248 flags, uint8 high, uint256 asked, bool enabled) public pure {
        Flags f = _word(delegated, flags, high);
        uint256 written = Flags.unwrap(f.withPauseFlags(asked));
        assert(written >> 255 == (delegated ? 1 : 0));
        assert(written << 1 == (asked & ~uint256(12)) << 1);
        assert(Flags.unwrap(f.withDelegateAll(enabled)) == Flags.unwrap(_word(enabled, flags, high)));
    }

    function _word(bool delegated, uint248 flags, uint8 high) private pure returns (Flags) {
        vm.assume(high < 128);
        uint8 top = delegated ? high + 128 : high;
        return Flags.wrap(uint256(bytes32(abi.encodePacked(top, flags))));
    }
}
