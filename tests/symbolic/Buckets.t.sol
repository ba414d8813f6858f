// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Bucket, BucketLib} from "../../contracts/ledger/Bucket.sol";
import {Cheats} from "./Cheats.sol";
import {isMin, sum} from "./Logic.sol";

/// @title An issuer's token bucket
/// @dev The word is one symbol and its fields are cut out of it here, so that the solver meets one multiplication, not
/// two that it would have to prove equal.
contract BucketWordProof is Cheats {
    /// @notice pack and the accessors are exact
    /// @custom:proves 10 17
    function check_read(uint72 available, uint72 capacity, uint64 refill, uint40 since, bool mayBurn) public pure {
        bytes1 top = mayBurn ? bytes1(0x01) : bytes1(0x00);
        bytes memory word = abi.encodePacked(top, since, refill, capacity, available);
        Bucket b = BucketLib.pack(available, capacity, refill, since, mayBurn);
        assert(Bucket.unwrap(b) == uint256(bytes32(word)));
        assert(b.capacity() == capacity);
        assert(b.refillPerSecond() == refill);
        assert(b.mayBurn() == mayBurn);
    }

    /// @notice withAvailable writes level and time alone
    /// @custom:proves 10 17
    function check_withAvailable(uint256 word, uint72 available, uint40 time) public pure {
        uint256 written = Bucket.unwrap(Bucket.wrap(word).withAvailable(available, time));
        assert(_field(written, 0, 72) == available);
        assert(_field(written, 208, 40) == time);
        assert(_field(written, 72, 136) == _field(word, 72, 136));
        assert(written >> 248 == word >> 248);
    }

    /// @notice availableAt = min(capacity, available + refill·elapsed), and never above the capacity
    /// @custom:proves 10 17
    function check_availableAt(uint256 word, uint256 elapsed) public pure {
        uint256 level = Bucket.wrap(word).availableAt(_later(word, elapsed));
        uint256 filled = sum(_field(word, 0, 72), _refilled(word, elapsed));
        uint256 capacity = _field(word, 72, 72);
        assert(isMin(level, filled, capacity));
        assert(level <= capacity);
    }

    /// @notice A new capacity keeps no more than it holds, and adds no more than it is greater
    /// @custom:proves 10
    function check_availableUnder(uint256 word, uint256 elapsed, uint72 capacity) public pure {
        uint256 time = _later(word, elapsed);
        // What the refill comes to is of `check_availableAt`.
        vm.assume(_refilled(word, elapsed) < 2 ** 104);
        uint256 level = Bucket.wrap(word).availableAt(time);
        uint256 then = Bucket.wrap(word).availableUnder(capacity, time);
        uint256 most = _field(word, 72, 72);
        assert(then <= capacity);
        if (capacity <= most) assert(isMin(then, level, capacity));
        else assert(sum(then, most) == sum(level, capacity));
    }

    /// @notice What a bucket refills in any time fits 104 bits
    /// @custom:proves 17
    function check_product(uint64 refill, uint40 elapsed) public pure {
        unchecked {
            assert(uint256(refill) * elapsed < 2 ** 104);
        }
    }

    /// @notice A refill of zero never refills, a capacity of zero holds nothing
    /// @custom:proves 10
    function check_zeroMeansZero(uint256 word, uint256 elapsed) public pure {
        uint256 level = Bucket.wrap(word).availableAt(_later(word, elapsed));
        if (_field(word, 144, 64) == 0) assert(level <= _field(word, 0, 72));
        if (_field(word, 72, 72) == 0) assert(level == 0);
    }

    /// @notice One mint, whatever came before: level after + minted ≤ min(capacity, level before + refill·elapsed). Added
    /// up over any number of mints in a window, this gives capacity + refill·window
    /// @custom:proves 10
    function check_step(uint256 word, uint256 elapsed, uint72 minted) public pure {
        uint256 time = _later(word, elapsed);
        uint256 level = Bucket.wrap(word).availableAt(time);
        vm.assume(minted <= level);
        uint256 left = _field(Bucket.unwrap(Bucket.wrap(word).withAvailable(level - minted, time)), 0, 72);
        assert(sum(left, minted) <= _field(word, 72, 72));
        assert(sum(left, minted) <= sum(_field(word, 0, 72), _refilled(word, elapsed)));
    }

    /// @dev A time at or after the last refill: times are 40 bits and do not run backwards.
    function _later(uint256 word, uint256 elapsed) private pure returns (uint256 time) {
        time = _field(word, 208, 40) + _field(elapsed, 0, 40);
        vm.assume(time < 2 ** 40);
    }

    /// @dev 64 bits × 40 bits fit 104: assumed, because halmos first takes a product of symbols as any function of its
    /// factors, and shown in `check_product`.
    function _refilled(uint256 word, uint256 elapsed) private pure returns (uint256 product) {
        unchecked {
            product = _field(word, 144, 64) * _field(elapsed, 0, 40);
        }
        vm.assume(product < 2 ** 104);
    }

    function _field(uint256 word, uint256 from, uint256 width) private pure returns (uint256) {
        return (word >> from) & ((1 << width) - 1);
    }
}
