// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Cheats} from "./Cheats.sol";
import {both, either, isMin, sum} from "./Logic.sol";

/// @title The token's storage, read by slot
/// @dev Words are taken apart here after docs/storage.md, not by the product's libraries, so that the two check each other.
abstract contract TokenState is Cheats {
    struct Sums {
        uint256 supply;
        uint256 backing;
        uint256 burned;
        uint256 validUntil;
        /// @dev MINTING_PAUSED, BURNING_PAUSED, two spare bits.
        uint256 top;
    }

    struct Holder {
        uint256 balance;
        uint256 frozen;
        uint256 nonce;
        bool blocked;
        uint256 spare;
    }

    struct Quota {
        uint256 available;
        uint256 capacity;
        uint256 refill;
        uint256 refilledAt;
        uint256 mayBurn;
        uint256 desk;
        uint256 spare;
    }

    struct Record {
        uint256 reserves;
        uint256 settled;
        uint256 asOf;
        uint256 epoch;
    }

    struct Settings {
        uint256 version;
        uint256 threshold;
        uint256 count;
        uint256 suspended;
        uint256 maxAge;
        uint256 maxIncrease;
        uint256 halts;
        uint256 margin;
        uint256 spare;
    }

    bytes32 internal constant IMPLEMENTATION = 0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc;
    uint256 internal constant LAYOUT = 0x595d9353f392e405f722de8eb76472c614366d0c29120629983013fe7d476a00;
    uint256 internal constant ACCOUNTS = 0;
    uint256 internal constant ALLOWANCES = 1;
    uint256 internal constant AUTHORIZATIONS = 2;
    uint256 internal constant SOLVENCY = 3;
    uint256 internal constant FLAGS = 4;
    uint256 internal constant ISSUERS = 5;
    uint256 internal constant ATTESTATION = 6;
    uint256 internal constant SETTINGS = 8;
    uint256 internal constant AUDITORS = 9;
    uint256 internal constant SEATS = 10;
    uint256 internal constant PROPOSAL = 11;
    uint256 internal constant PROPOSED = 12;
    uint256 internal constant CONSENT = 13;
    uint256 internal constant AUTHORITY = 16;
    uint256 internal constant ORDERS = 17;

    uint256 internal constant TRANSFERS_PAUSED = 1;
    uint256 internal constant AUTHORIZATIONS_PAUSED = 2;
    uint256 internal constant MINTING_PAUSED = 4;
    uint256 internal constant BURNING_PAUSED = 8;
    uint256 internal constant PAUSE_FLAGS = 15;
    /// @dev The flags that stand in the flags word, and those that stand in the Solvency word, so many bits up.
    uint256 internal constant PAYMENT_FLAGS = TRANSFERS_PAUSED | AUTHORIZATIONS_PAUSED;
    uint256 internal constant SUPPLY_FLAGS = MINTING_PAUSED | BURNING_PAUSED;
    uint256 internal constant SUPPLY_FLAGS_SHIFT = 250;
    uint256 internal constant DELEGATE_ALL = 1 << 255;

    uint256 internal constant MAX_72 = 2 ** 72 - 1;
    uint256 internal constant MAX_AGE = 31 days;
    uint256 internal constant MAX_MARGIN = 2000;

    address internal token;

    // Reading:

    function _raw(uint256 field) internal view returns (uint256) {
        return uint256(vm.load(token, bytes32(LAYOUT + field)));
    }

    function _rawAt(uint256 field, uint256 key) internal view returns (uint256) {
        return uint256(vm.load(token, _slot(key, bytes32(LAYOUT + field))));
    }

    function _rawAt(uint256 field, uint256 key, uint256 key2) internal view returns (uint256) {
        return uint256(vm.load(token, _slot(key2, _slot(key, bytes32(LAYOUT + field)))));
    }

    function _slot(uint256 key, bytes32 base) internal pure returns (bytes32) {
        return keccak256(abi.encode(key, base));
    }

    function _key(address account) internal pure returns (uint256) {
        return uint160(account);
    }

    function _implementation() internal view returns (uint256) {
        return uint256(vm.load(token, IMPLEMENTATION));
    }

    /// @dev The pause flags, as `pause` takes them.
    function _flags() internal view returns (uint256) {
        return (_raw(FLAGS) & PAYMENT_FLAGS) | ((_raw(SOLVENCY) >> SUPPLY_FLAGS_SHIFT) & SUPPLY_FLAGS);
    }

    function _sums() internal view returns (Sums memory) {
        uint256 word = _raw(SOLVENCY);
        return
            Sums(_field(word, 0, 72), _field(word, 72, 72), _field(word, 144, 72), _field(word, 216, 36), word >> 252);
    }

    function _holder(address account) internal view returns (Holder memory) {
        uint256 word = _rawAt(ACCOUNTS, _key(account));
        return Holder(
            _field(word, 0, 72),
            _field(word, 72, 72),
            _field(word, 144, 64),
            _field(word, 208, 1) == 1,
            _field(word, 209, 47)
        );
    }

    function _quota(address issuer) internal view returns (Quota memory) {
        uint256 word = _rawAt(ISSUERS, _key(issuer));
        return Quota(
            _field(word, 0, 72),
            _field(word, 72, 72),
            _field(word, 144, 64),
            _field(word, 208, 40),
            _field(word, 248, 1),
            _field(word, 249, 1),
            word >> 250
        );
    }

    function _record() internal view returns (Record memory) {
        uint256 word = _raw(ATTESTATION);
        return Record(_field(word, 0, 72), _field(word, 72, 72), _field(word, 144, 40), _field(word, 184, 64));
    }

    function _settings() internal view returns (Settings memory) {
        uint256 word = _raw(SETTINGS);
        return Settings(
            _field(word, 0, 64),
            _field(word, 64, 8),
            _field(word, 72, 8),
            _field(word, 80, 16),
            _field(word, 96, 32),
            _field(word, 128, 16),
            _field(word, 144, 32),
            _field(word, 176, 16),
            word >> 192
        );
    }

    function _allowance(address owner, address spender) internal view returns (uint256) {
        return _rawAt(ALLOWANCES, _key(owner), _key(spender));
    }

    function _field(uint256 word, uint256 from, uint256 width) internal pure returns (uint256) {
        return (word >> from) & ((1 << width) - 1);
    }

    // Reckoning:

    /// @dev Whether value ≤ max(0, balance − frozen).
    function _isUnfrozen(uint256 value, Holder memory holder) internal pure returns (bool) {
        return either(value == 0, both(value <= holder.balance, sum(value, holder.frozen) <= holder.balance));
    }

    /// @dev Whether a seizure of `value` from `a` left the freeze that it should: of what is left as much is frozen as
    /// before, and what lay in no balance falls by the value.
    function _isFreezeLeft(Holder memory a, Holder memory b, uint256 value) internal pure returns (bool) {
        bool beyond = both(a.frozen > a.balance, sum(b.frozen, value) == a.frozen);
        return either(beyond, both(a.frozen <= a.balance, isMin(b.frozen, a.frozen, b.balance)));
    }

    /// @dev What would be available at `time` without the capacity. Nothing wraps: 64 bits × 40 bits + 72 bits fit 256.
    function _filled(Quota memory quota, uint256 time) internal pure returns (uint256) {
        unchecked {
            return quota.available + quota.refill * (time - quota.refilledAt);
        }
    }

    function _isReserved(address account) internal view returns (bool) {
        return either(account == address(0), account == token);
    }

    function _isSame(Sums memory a, Sums memory b) internal pure returns (bool) {
        bool last = both(a.burned == b.burned, both(a.validUntil == b.validUntil, a.top == b.top));
        return both(both(a.supply == b.supply, a.backing == b.backing), last);
    }

    function _isSame(Quota memory a, Quota memory b) internal pure returns (bool) {
        bool terms = both(both(a.capacity == b.capacity, a.refill == b.refill), a.mayBurn == b.mayBurn);
        bool level = both(a.available == b.available, a.refilledAt == b.refilledAt);
        return both(both(terms, level), both(a.desk == b.desk, a.spare == b.spare));
    }

    function _isSame(Settings memory a, Settings memory b) internal pure returns (bool) {
        bool set = both(both(a.version == b.version, a.threshold == b.threshold), a.count == b.count);
        bool state = both(both(a.suspended == b.suspended, a.halts == b.halts), a.spare == b.spare);
        bool limits = both(both(a.maxAge == b.maxAge, a.maxIncrease == b.maxIncrease), a.margin == b.margin);
        return both(both(set, state), limits);
    }

    /// @dev Whether the two agree in everything but the balance.
    function _differInBalance(Holder memory a, Holder memory b) internal pure returns (bool) {
        return both(both(a.frozen == b.frozen, a.nonce == b.nonce), both(a.blocked == b.blocked, a.spare == b.spare));
    }

    function _isSame(Holder memory a, Holder memory b) internal pure returns (bool) {
        return both(a.balance == b.balance, _differInBalance(a, b));
    }
}
