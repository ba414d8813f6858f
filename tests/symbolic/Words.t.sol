// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Account} from "../../contracts/ledger/Account.sol";
import {Gate, GateLib} from "../../contracts/ledger/Gate.sol";
import {Solvency, SolvencyLib} from "../../contracts/ledger/Solvency.sol";
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

contract SolvencyWordProof is Cheats {
    /// @notice pack and the accessors are exact; headroom is max(0, K − S)
    /// @custom:proves 17
    function check_read(uint72 supply, uint72 backing, uint72 burned, uint40 validUntil) public pure {
        Solvency s = _word(supply, backing, burned, validUntil);
        _assertEqual(SolvencyLib.pack(supply, backing, burned, validUntil), s);
        assert(s.supply() == supply);
        assert(s.backing() == backing);
        assert(s.burned() == burned);
        assert(s.validUntil() == validUntil);
        assert(s.headroom() == (backing > supply ? uint256(backing) - supply : 0));
    }

    /// @notice afterMint raises the supply alone, exactly, for every value within the headroom
    /// @custom:proves 2 17
    function check_afterMint(uint72 supply, uint72 backing, uint72 burned, uint40 validUntil, uint256 value)
        public
        pure
    {
        Solvency s = _word(supply, backing, burned, validUntil);
        vm.assume(value <= s.headroom());
        _assertEqual(s.afterMint(value), _word(supply + value, backing, burned, validUntil));
    }

    /// @notice afterBurn: S − x, max(0, K − x), B + x, V as it was
    /// @custom:proves 3 4 17
    function check_afterBurn(uint72 supply, uint72 backing, uint72 burned, uint40 validUntil, uint72 value)
        public
        pure
    {
        vm.assume(value <= supply && uint256(burned) + value <= type(uint72).max);
        Solvency s = _word(supply, backing, burned, validUntil).afterBurn(value);
        uint256 left = value < backing ? uint256(backing) - value : 0;
        _assertEqual(s, _word(uint256(supply) - value, left, uint256(burned) + value, validUntil));
    }

    /// @notice afterAttest writes backing and validUntil alone
    /// @custom:proves 17
    function check_afterAttest(
        uint72 supply,
        uint72 backing,
        uint72 burned,
        uint40 validUntil,
        uint72 newBacking,
        uint40 newValidUntil
    ) public pure {
        Solvency s = _word(supply, backing, burned, validUntil).afterAttest(newBacking, newValidUntil);
        _assertEqual(s, _word(supply, newBacking, burned, newValidUntil));
    }

    function _assertEqual(Solvency a, Solvency b) private pure {
        assert(Solvency.unwrap(a) == Solvency.unwrap(b));
    }

    function _word(uint256 supply, uint256 backing, uint256 burned, uint256 validUntil)
        private
        pure
        returns (Solvency)
    {
        return Solvency.wrap(
            uint256(bytes32(abi.encodePacked(uint40(validUntil), uint72(burned), uint72(backing), uint72(supply))))
        );
    }
}

contract GateWordProof is Cheats {
    /// @notice The accessors read address and flags
    /// @custom:proves 12 17
    function check_read(address implementation, uint96 flags) public pure {
        Gate gate = _word(implementation, flags);
        assert(gate.implementation() == implementation);
        assert(gate.flags() == flags);
        assert(gate.pauseFlags() == flags % 16);
        assert(gate.delegateAll() == ((flags / 16) % 2 == 1));
    }

    /// @notice An upgrade keeps every flag, a change of flags keeps the implementation
    /// @custom:proves 12 17
    function check_write(address implementation, uint96 flags, address newImplementation, uint96 newFlags) public pure {
        Gate gate = _word(implementation, flags);
        assert(Gate.unwrap(gate.withImplementation(newImplementation)) == Gate.unwrap(_word(newImplementation, flags)));
        assert(Gate.unwrap(gate.withFlags(newFlags)) == Gate.unwrap(_word(implementation, newFlags)));
    }

    /// @notice store then load gives the word back, in the ERC-1967 slot
    /// @custom:proves 17
    function check_storeLoad(uint256 word) public {
        Gate.wrap(word).store();
        assert(Gate.unwrap(GateLib.load()) == word);
        bytes32 slot = bytes32(uint256(keccak256("eip1967.proxy.implementation")) - 1);
        uint256 stored;
        assembly ("memory-safe") {
            stored := sload(slot)
        }
        assert(stored == word);
    }

    function _word(address implementation, uint256 flags) private pure returns (Gate) {
        return Gate.wrap(uint256(bytes32(abi.encodePacked(uint96(flags), implementation))));
    }
}
