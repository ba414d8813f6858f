// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Bucket} from "../../contracts/ledger/Bucket.sol";
import {Cheats} from "./Cheats.sol";
import {isMin, less, sum} from "./Logic.sol";

/// @title An issuer's token bucket
/// @dev The word is one symbol and its fields are cut out of it here, so that the solver meets one multiplication, not
/// two that it would have to prove equal.
contract BucketWordProof is Cheats {
    /// @notice The accessors read the fields of docs/storage.md
    /// @custom:proves 10 17
    function check_read(uint72 available, uint72 capacity, uint64 refill, uint40 since, uint8 top) public pure {
        Bucket b = Bucket.wrap(uint256(bytes32(abi.encodePacked(top, since, refill, capacity, available))));
        assert(b.capacity() == capacity);
        assert(b.refillPerSecond() == refill);
        assert(b.mayBurn() == (top % 2 == 1));
        assert(b.isDesk() == (top / 2 % 2 == 1));
    }

    /// @notice withAvailable writes level and time alone, asDesk the bit of a desk
    /// @custom:proves 10 17
    function check_withAvailable(uint256 word, uint72 available, uint40 time) public pure {
        uint256 written = Bucket.unwrap(Bucket.wrap(word).withAvailable(available, time));
        assert(_field(written, 0, 72) == available);
        assert(_field(written, 208, 40) == time);
        assert(_field(written, 72, 136) == _field(word, 72, 136));
        assert(written >> 248 == word >> 248);
        assert(Bucket.unwrap(Bucket.wrap(word).asDesk()) == word | (1 << 249));
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

    /// @notice New terms stand as given, from that time on, and the bit of a desk stays. A new capacity keeps no more than
    /// it holds, and adds no more than it is greater
    /// @custom:proves 10 17
    function check_withTerms(uint256 word, uint256 elapsed, uint72 capacity, uint64 refill, bool mayBurn) public pure {
        uint256 time = _later(word, elapsed);
        // What the refill comes to is of `check_availableAt`.
        vm.assume(_refilled(word, elapsed) < 2 ** 104);
        uint256 level = Bucket.wrap(word).availableAt(time);
        uint256 most = _field(word, 72, 72);
        uint256 left = level < capacity ? level : capacity;
        if (capacity > most) left = sum(level, less(capacity, most));
        assert(left <= capacity);
        uint256 desk = word & (1 << 249);
        uint256 terms = (uint256(capacity) << 72) | (uint256(refill) << 144) | (mayBurn ? 1 << 248 : 0);
        uint256 written = Bucket.unwrap(Bucket.wrap(word).withTerms(capacity, refill, mayBurn, time));
        // The whole word: a solver sees at once that two are put together alike.
        assert(written == left | terms | (time << 208) | desk);
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
