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
        // The constructor's call of `initialize` goes nowhere: every slot but ERC-1967's stays unread, and so symbolic.
        token = _deploy("KGST", abi.encode(outside, bytes("")));
        svm.enableSymbolicStorage(token);
        vm.store(token, IMPLEMENTATION, bytes32(uint256(uint160(logic))));
        // These bits: `_assertWellFormed` shows that no call sets another.
        uint256 flags = svm.createUint(2, "paymentFlags") | (svm.createUint(1, "delegateAll") << 255);
        vm.store(token, bytes32(LAYOUT + FLAGS), bytes32(flags));
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

    /// @dev A fact about the world: 36 bits of seconds end in the year 4147.
    function _assumeTime(uint256 time) internal {
        vm.assume(time < 2 ** 36 - MAX_AGE);
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
        _assumeAttestable(time);
        vm.assume(_areSettingsWellFormed());
        // Facts about the world: auditor sets are not counted up to 2^64, nor halts up to 2^32.
        vm.assume(both(_settings().version < 2 ** 64 - 1, _settings().halts < 2 ** 32 - 1));
    }

    /// @dev What an attestation asks of the state, without the set of auditors.
    function _assumeAttestable(uint256 time) internal view {
        vm.assume(_isRecordWellFormed(time));
        vm.assume(_areLimitsWellFormed(_settings()));
        // A fact about the world: epochs are not counted up to 2^64.
        vm.assume(_record().epoch < 2 ** 64 - 1);
    }

    /// @dev What reserves carry with the margin: reserves · TYIYN · 10,000 / (10,000 + marginBps), rounded down.
    ///
    /// A fact of arithmetic is assumed, that it has 72 bits as the reserves have: halmos first takes a quotient of symbols as
    /// any function of them. `check_margin` shows it.
    function _carried(uint256 reserves, uint256 margin) internal view returns (uint256 carried) {
        // The compiler makes one product of TYIYN · 10,000.
        carried = this.quotient(this.product(reserves, 1e8), sum(1e4, margin));
        bool bounded = both(reserves <= MAX_72 / 1e4, margin <= MAX_MARGIN);
        vm.assume(implies(bounded, carried <= MAX_72));
    }

    /// @dev External, as `product`.
    function quotient(uint256 a, uint256 b) external pure returns (uint256 c) {
        assembly ("memory-safe") {
            c := div(a, b)
        }
    }

    function _isHolderWellFormed(address account) internal view returns (bool) {
        Holder memory holder = _holder(account);
        return both(holder.spare == 0, implies(_isReserved(account), both(holder.blocked, holder.balance == 0)));
    }

    function _isQuotaWellFormed(Quota memory quota, uint256 time) internal pure returns (bool) {
        return both(both(quota.available <= quota.capacity, quota.refilledAt <= time), quota.spare == 0);
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
        bool listed = both(s.count <= 16, _raw(AUDITORS) == s.count);
        return both(both(majority, suspended), both(listed, _areLimitsWellFormed(s)));
    }

    function _areLimitsWellFormed(Settings memory s) internal pure returns (bool) {
        bool limits = both(s.maxIncrease <= 1e4, s.margin <= MAX_MARGIN);
        return both(both(both(s.maxAge >= 1 hours, s.maxAge <= MAX_AGE), limits), s.spare == 0);
    }

    /// @dev Of the flags word the two flags of payments and DELEGATE_ALL.
    function _areFlagsWellFormed() internal view returns (bool) {
        return _raw(FLAGS) & ~(PAYMENT_FLAGS | DELEGATE_ALL) == 0;
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
