// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {both, either, implies, less, sum} from "./Logic.sol";
import {OutsideHarness} from "./OutsideHarness.sol";
import {TokenState} from "./TokenState.sol";

/// @title The token in any state that satisfies its invariants
/// @dev The product's own KGST over its own KGSTLogic. Nothing is known of the token's storage but what a proof assumes.
///
/// What the proofs assume of the state (`_assume…`) they also show to be kept (`EveryCall`) and to hold at the
/// start (`GenesisProof`). The exceptions, facts about the world and of arithmetic, say so.
abstract contract TokenProof is TokenState {
    address internal logic;
    address internal outside;

    function setUp() public virtual {
        logic = _deploy("KGSTLogic", abi.encode(30 days));
        outside = address(new OutsideHarness());
        // The constructor's call of `initialize` goes nowhere: every slot but the Gate stays unread, and so symbolic.
        token = _deploy("KGST", abi.encode(outside, bytes("")));
        svm.enableSymbolicStorage(token);
        // 5 bits: `_assertWellFormed` shows that no call sets a flag above DELEGATE_ALL.
        uint256 flags = svm.createUint(5, "flags");
        vm.store(token, GATE, bytes32(uint256(uint160(logic)) | (flags << 160)));
        vm.store(token, bytes32(LAYOUT + AUTHORITY), bytes32(uint256(uint160(outside))));
    }

    // Acting:

    /// @dev From the contract's own artifact (`Product.sol` has it built), and so compiled once for all proofs.
    function _deploy(string memory name, bytes memory arguments) internal returns (address deployed) {
        string memory artifact = string.concat("build/prove/out/", name, ".sol/", name, ".json");
        bytes memory code = bytes.concat(vm.getCode(artifact), arguments);
        assembly ("memory-safe") {
            deployed := create(0, add(code, 32), mload(code))
        }
        require(deployed != address(0));
    }

    function _call(address caller, bytes memory data) internal returns (bool ok) {
        vm.prank(caller);
        (ok,) = token.call(data);
    }

    // What is assumed:

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

    /// @dev A fact of arithmetic. halmos first takes a product of symbols as any function of its factors, in the order
    /// that the compiler chose.
    function _assumeProductCommutes(Quota memory quota, uint256 time) internal view {
        uint256 elapsed = less(time, quota.refilledAt);
        vm.assume(this.product(quota.refill, elapsed) == this.product(elapsed, quota.refill));
    }

    /// @dev External, so that the compiler does not reorder the factors.
    function product(uint256 a, uint256 b) external pure returns (uint256) {
        unchecked {
            return a * b;
        }
    }

    function _assumeReserves(uint256 time) internal view {
        vm.assume(both(_isRecordWellFormed(time), _areSettingsWellFormed()));
        // Facts about the world: neither epochs nor auditor sets are counted up to 2^64, nor halts up to 2^32.
        vm.assume(both(_record().epoch < 2 ** 64 - 1, _settings().version < 2 ** 64 - 1));
        vm.assume(_settings().halts < 2 ** 32 - 1);
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

    function _isProposalWellFormed() internal view returns (bool) {
        return _raw(PROPOSED) <= 16;
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
