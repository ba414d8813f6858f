// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {KGST} from "../../contracts/KGST.sol";
import {KGSTLogic} from "../../contracts/KGSTLogic.sol";
import {Cheats} from "./Cheats.sol";
import {above, both, either, implies, less, min, sum} from "./Logic.sol";
import {OutsideHarness} from "./OutsideHarness.sol";

/// @title The token in any state that satisfies its invariants
/// @dev The product's own KGST over its own KGSTLogic. Nothing is known of the token's storage but what a proof assumes.
/// Words are taken apart here after docs/storage.md, not by the product's libraries, so that the two check each other.
///
/// What the proofs assume of the state (`_assume…`) they also show to be kept (`EveryCallProof`) and to hold at the
/// start (`GenesisProof`). The exceptions, which are facts about the world, are in `_assumeTime` and `_assumeHolder`.
abstract contract TokenProof is Cheats {
    struct Sums {
        uint256 supply;
        uint256 backing;
        uint256 burned;
        uint256 validUntil;
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
    }

    bytes32 internal constant GATE = 0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc;
    uint256 internal constant LAYOUT = 0x595d9353f392e405f722de8eb76472c614366d0c29120629983013fe7d476a00;
    uint256 internal constant ACCOUNTS = 0;
    uint256 internal constant ALLOWANCES = 1;
    uint256 internal constant AUTHORIZATIONS = 2;
    uint256 internal constant SOLVENCY = 3;
    uint256 internal constant ISSUERS = 4;
    uint256 internal constant ATTESTATION = 5;
    uint256 internal constant SETTINGS = 7;
    uint256 internal constant AUDITORS = 8;
    uint256 internal constant SEATS = 9;
    uint256 internal constant PROPOSAL = 10;
    uint256 internal constant PROPOSED = 11;
    uint256 internal constant CONSENT = 12;
    uint256 internal constant AUTHORITY = 15;

    uint256 internal constant TRANSFERS_PAUSED = 1;
    uint256 internal constant AUTHORIZATIONS_PAUSED = 2;
    uint256 internal constant MINTING_PAUSED = 4;
    uint256 internal constant BURNING_PAUSED = 8;
    uint256 internal constant ALL_FLAGS = 31;

    uint256 internal constant MAX_72 = 2 ** 72 - 1;
    uint256 internal constant MAX_AGE = 31 days;

    address internal token;
    address internal logic;
    address internal outside;

    function setUp() public virtual {
        logic = address(new KGSTLogic(30 days));
        outside = address(new OutsideHarness());
        // The constructor's call of `initialize` goes nowhere: every slot but the Gate stays unread, and so symbolic.
        token = address(new KGST(outside, ""));
        svm.enableSymbolicStorage(token);
        // 5 bits: `_assertWellFormed` shows that no call sets a flag above DELEGATE_ALL.
        uint256 flags = svm.createUint(5, "flags");
        vm.store(token, GATE, bytes32(uint256(uint160(logic)) | (flags << 160)));
        vm.store(token, bytes32(LAYOUT + AUTHORITY), bytes32(uint256(uint160(outside))));
    }

    // --------------------------------------------------------------------------------------------------- Acting

    function _call(address caller, bytes memory data) internal returns (bool ok) {
        vm.prank(caller);
        (ok,) = token.call(data);
    }

    // -------------------------------------------------------------------------------------------------- Reading

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

    function _flags() internal view returns (uint256) {
        return uint256(vm.load(token, GATE)) >> 160;
    }

    function _sums() internal view returns (Sums memory) {
        uint256 word = _raw(SOLVENCY);
        return Sums(_field(word, 0, 72), _field(word, 72, 72), _field(word, 144, 72), _field(word, 216, 40));
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
            _field(word, 248, 8)
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
            _field(word, 128, 16)
        );
    }

    function _allowance(address owner, address spender) internal view returns (uint256) {
        return _rawAt(ALLOWANCES, _key(owner), _key(spender));
    }

    function _field(uint256 word, uint256 from, uint256 width) internal pure returns (uint256) {
        return (word >> from) & ((1 << width) - 1);
    }

    // ----------------------------------------------------------------------------------------------- Reckoning

    function _unfrozen(Holder memory holder) internal pure returns (uint256) {
        return above(holder.balance, holder.frozen);
    }

    function _headroom(Sums memory sums) internal pure returns (uint256) {
        return above(sums.backing, sums.supply);
    }

    function _deficit(Sums memory sums) internal pure returns (uint256) {
        return above(sums.supply, sums.backing);
    }

    /// @dev What may be minted at `time`. Nothing wraps: 64 bits × 40 bits + 72 bits fit 256.
    function _level(Quota memory quota, uint256 time) internal pure returns (uint256) {
        unchecked {
            return min(quota.available + quota.refill * (time - quota.refilledAt), quota.capacity);
        }
    }

    function _isReserved(address account) internal view returns (bool) {
        return either(account == address(0), account == token);
    }

    function _isSame(Sums memory a, Sums memory b) internal pure returns (bool) {
        return both(
            both(a.supply == b.supply, a.backing == b.backing), both(a.burned == b.burned, a.validUntil == b.validUntil)
        );
    }

    /// @dev Whether the two agree in everything but the balance.
    function _differInBalance(Holder memory a, Holder memory b) internal pure returns (bool) {
        return both(both(a.frozen == b.frozen, a.nonce == b.nonce), both(a.blocked == b.blocked, a.spare == b.spare));
    }

    function _isSame(Holder memory a, Holder memory b) internal pure returns (bool) {
        return both(a.balance == b.balance, _differInBalance(a, b));
    }

    // ------------------------------------------------------------------------------------------- What is assumed

    /// @dev A fact about the world: 40 bits of seconds end in the year 36812.
    function _assumeTime(uint256 time) internal {
        vm.assume(time < 2 ** 40 - MAX_AGE);
        vm.warp(time);
    }

    /// @dev Invariant 1 gives the bound on the balance. 2^64 permits of one holder are a fact about the world.
    function _assumeHolder(address account) internal view {
        Holder memory holder = _holder(account);
        vm.assume(both(holder.balance <= _sums().supply, holder.nonce < 2 ** 64 - 1));
        vm.assume(_isHolderWellFormed(account));
    }

    /// @dev Invariant 1 for two: different holders together hold at most the supply.
    function _assumeHolders(address a, address b) internal view {
        _assumeHolder(a);
        _assumeHolder(b);
        vm.assume(either(a == b, sum(_holder(a).balance, _holder(b).balance) <= _sums().supply));
    }

    function _assumeHolders(address a, address b, address c) internal view {
        _assumeHolders(a, b);
        _assumeHolders(a, c);
        _assumeHolders(b, c);
        bool distinct = both(both(a != b, a != c), b != c);
        uint256 held = sum(sum(_holder(a).balance, _holder(b).balance), _holder(c).balance);
        vm.assume(implies(distinct, held <= _sums().supply));
    }

    function _assumeIssuer(address issuer, uint256 time) internal view {
        vm.assume(_isQuotaWellFormed(_quota(issuer), time));
    }

    function _assumeReserves(uint256 time) internal view {
        vm.assume(both(_isRecordWellFormed(time), _areSettingsWellFormed()));
        // Facts about the world: neither epochs nor auditor sets are counted up to 2^64.
        vm.assume(both(_record().epoch < 2 ** 64 - 1, _settings().version < 2 ** 64 - 1));
    }

    function _isHolderWellFormed(address account) internal view returns (bool) {
        Holder memory holder = _holder(account);
        return both(holder.spare == 0, implies(_isReserved(account), both(holder.blocked, holder.balance == 0)));
    }

    function _isQuotaWellFormed(Quota memory quota, uint256 time) internal pure returns (bool) {
        return both(both(quota.available <= quota.capacity, quota.refilledAt <= time), quota.mayBurn <= 1);
    }

    /// @dev Invariant 6, and what keeps the sums within their fields.
    function _isRecordWellFormed(uint256 time) internal view returns (bool) {
        Record memory record = _record();
        bool figures = both(record.settled <= _sums().burned, record.reserves <= MAX_72 / 1e4);
        return both(figures, record.asOf <= time);
    }

    /// @dev Invariant 7's threshold, and that suspension leaves enough auditors to reach it.
    function _areSettingsWellFormed() internal view returns (bool) {
        Settings memory s = _settings();
        bool majority = both(both(s.threshold >= 2, s.threshold <= s.count), sum(s.threshold, s.threshold) > s.count);
        bool suspended = both(s.suspended >> s.count == 0, _active(s) >= s.threshold);
        bool limits = both(both(s.maxAge >= 1 hours, s.maxAge <= MAX_AGE), s.maxIncrease <= 1e4);
        return both(both(both(majority, suspended), both(limits, s.count <= 16)), _raw(AUDITORS) == s.count);
    }

    /// @dev A seat of the current set lies within the set.
    function _isSeatWellFormed(address account) internal view returns (bool) {
        uint256 seat = _rawAt(SEATS, _key(account));
        Settings memory s = _settings();
        uint256 index = seat & 0xff;
        bool numbered = both(both(index >= 1, index <= 16), seat >> 8 <= s.version);
        return either(seat == 0, both(numbered, implies(seat >> 8 == s.version, index <= s.count)));
    }

    /// @dev Whether the account may sign now.
    function _isSeated(address account) internal view returns (bool) {
        uint256 seat = _rawAt(SEATS, _key(account));
        Settings memory s = _settings();
        bool silenced = (s.suspended >> less(seat & 0xff, 1)) & 1 == 1;
        return both(both(seat != 0, seat >> 8 == s.version), !silenced);
    }

    function _active(Settings memory s) internal pure returns (uint256 active) {
        active = s.count;
        for (uint256 i; i < 16; ++i) {
            active = less(active, (s.suspended >> i) & 1);
        }
    }
}
