// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {both, either, implies, sum} from "./Logic.sol";
import {TokenProof} from "./TokenProof.sol";

/// @title Any one call, by any caller, in any state that satisfies the invariants: the inductive step
/// @dev The `…Calls.t.sol` beside this file have one `check_` for each function of the token that may write, with every
/// argument a symbol (arrays of 0, 1 and 2 elements, `bytes` of 65). It shows the frame (what the function does not name,
/// it does not touch), the fate of blocked accounts, and that the state stays well formed. For a function that writes the
/// Solvency word this is its `check_…_rest`, and `check_…_solvency` shows the rules of that word. A `witness_` must FAIL: its counterexample is a call that succeeds, so
/// that no check passes for want of one.
abstract contract EveryCall is TokenProof {
    /// @dev What a call may write, in the order of `_watch`.
    uint256 internal constant CODE = 1 << 0;
    uint256 private constant SOLVENCY_WORD = 1 << 1;
    uint256 internal constant LAST = 1 << 2;
    uint256 internal constant REPORT = 1 << 3;
    uint256 internal constant SETTING = 1 << 4;
    uint256 internal constant SET = 1 << 5;
    uint256 internal constant PROPOSALS = (1 << 6) | (1 << 7);
    uint256 internal constant CONSENTS = (1 << 8) | (1 << 9) | (1 << 10);
    uint256 internal constant MANAGER = 1 << 11;
    uint256 internal constant ACCOUNT = 1 << 12;
    uint256 internal constant ALLOWANCE = 1 << 13;
    uint256 internal constant NONCES = 1 << 14;
    uint256 internal constant BUCKET = 1 << 15;
    uint256 internal constant SEAT = 1 << 16;
    uint256 internal constant ORDER = 1 << 17;
    uint256 internal constant FLAG = 1 << 18;
    uint256 private constant WORDS = 19;

    /// @dev What it may do to an account beside moving the balance of one that is not blocked.
    uint256 internal constant BLOCKS = 1 << 20;
    uint256 internal constant UNBLOCKS = 1 << 21;
    uint256 internal constant FREEZES = 1 << 22;
    uint256 internal constant PERMITS = 1 << 23;
    uint256 internal constant SEIZES = 1 << 24;

    /// @dev What it may do to the sums beside lowering backing and validUntil.
    uint256 internal constant MINTS = 1 << 28;
    uint256 internal constant BURNS = 1 << 29;
    uint256 internal constant ATTESTS = 1 << 30;
    uint256 internal constant PAUSES = 1 << 31;

    /// @dev What of a bucket, of the settings and of the consent it may change beside the rest of their words.
    uint256 internal constant DESKS = 1 << 32;
    uint256 internal constant HALTS = 1 << 33;
    uint256 internal constant MARGINS = 1 << 34;
    uint256 internal constant CONSENTING = 1 << 35;

    /// @dev Bytes of halmos's call of no known function: a selector and 1,024 more.
    uint256 internal constant UNKNOWN_CALL = 1028;

    struct Call {
        address caller;
        bytes data;
        uint256 time;
    }

    /// @dev Any account, spender, word of nonces and order: what is shown of these holds for all.
    address internal anyone;
    address internal another;
    uint256 internal anyWord;
    uint256 internal anyOrder;

    function setUp() public override {
        super.setUp();
        anyone = svm.createAddress("anyone");
        another = svm.createAddress("another");
        anyWord = svm.createUint(248, "anyWord");
        anyOrder = svm.createUint(256, "anyOrder");
    }

    // Any call:

    function _any(bytes4 selector) internal returns (Call memory call) {
        call = _anyOf(svm.createCalldata("KGSTLogic"));
        // The call of an unknown function has a symbolic selector: left out by its length.
        vm.assume(call.data.length >= 4 && call.data.length != UNKNOWN_CALL);
        vm.assume(_word(call.data, 0) >> 224 == uint32(selector));
    }

    function _anyOf(bytes memory data) internal returns (Call memory call) {
        call = Call(svm.createAddress("caller"), data, svm.createUint(40, "now"));
        _assumeTime(call.time);
    }

    function _send(Call memory call) internal returns (bool) {
        return _call(call.caller, call.data);
    }

    /// @dev The first argument, where it is an address.
    function _named(Call memory call) internal pure returns (address) {
        return address(uint160(_word(call.data, 4)));
    }

    // The Solvency word:

    /// @dev Invariants 1 (S + B grows by what is minted, and else not at all), 2, 3, 4, 5 and 9, each a question of its
    /// own to the solver, in sums of 72-bit fields, which cannot wrap. `minted` is what S rises by. Only what pauses
    /// touches the two flags that stand in this word, and it touches nothing else of it.
    function _assertSolvencyStep(Call memory call, uint256 may) internal {
        Sums memory a = _sums();
        if (!_send(call)) return;
        Sums memory b = _sums();

        if (may & PAUSES != 0) {
            assert(b.top >> 2 == a.top >> 2);
            b.top = a.top;
            assert(_isSame(a, b));
            return;
        }
        assert(b.top == a.top);
        if (may & (MINTS | BURNS) != 0) assert(b.validUntil == a.validUntil);
        if (may & MINTS != 0) {
            assert(both(b.supply >= a.supply, b.burned == a.burned));
            assert(both(b.supply <= b.backing, call.time < b.validUntil));
        } else {
            bool burned = either(may & BURNS != 0, b.burned == a.burned);
            assert(both(burned, both(b.supply <= a.supply, sum(b.supply, b.burned) == sum(a.supply, a.burned))));
        }
        if (may & ATTESTS != 0) return;
        // max(S, K) does not rise.
        bool bounded = either(b.supply <= a.supply, b.supply <= a.backing);
        assert(both(bounded, both(b.backing <= a.backing, b.validUntil <= a.validUntil)));
        // The deficit does not grow: S' − K' ≤ S − K, if S' > K' at all.
        assert(either(b.supply <= b.backing, sum(b.supply, a.backing) <= sum(a.supply, b.backing)));
        // The headroom falls by at least what is minted: max(0, K' − S') + minted ≤ max(0, K − S).
        if (may & MINTS != 0) {
            // As S' ≤ K', this says K' − S' + (S' − S) ≤ K − S.
            assert(both(b.backing <= a.backing, a.supply <= a.backing));
        } else {
            assert(either(b.backing <= b.supply, sum(b.backing, a.supply) <= sum(a.backing, b.supply)));
        }
    }

    // All the rest:

    /// @dev The whole step of a function that does not write the Solvency word.
    /// @return Whether the call succeeded.
    function _step(bytes4 selector, uint256 may) internal returns (bool) {
        return _step(_any(selector), may);
    }

    /// @dev The step of one that does, but for that word.
    function _rest(bytes4 selector, uint256 may) internal returns (bool) {
        return _rest(_any(selector), may);
    }

    function _rest(Call memory call, uint256 may) internal returns (bool) {
        return _step(call, may | SOLVENCY_WORD);
    }

    function _step(Call memory call, uint256 may) internal returns (bool ok) {
        _assumeState(call);
        uint256[WORDS] memory before = _watch();
        (Holder memory holder, Settings memory settings) = (_holder(anyone), _settings());

        ok = _send(call);

        uint256[WORDS] memory after_ = _watch();
        _assertFrame(before, after_, ok ? may : 0);
        if (!ok) return ok;
        // Invariant 14: a nonce that is used stays so.
        if (may & NONCES != 0) assert(before[14] & after_[14] == before[14]);
        if (may & ORDER != 0) _assertOrder(before[17], after_[17]);
        _assertHolderKept(holder, _holder(anyone), may);
        if (may & (ACCOUNT | BUCKET) != 0) _assertDeskKept(before, after_, may);
        if (may & SETTING != 0) _assertSettingsKept(settings, _settings(), may);
        if (may & CONSENTS != 0) _assertConsentKept(before[10], after_[10], may);
        _assertWellFormed(call.time, may);
    }

    /// @return Whether a call of this function succeeds, from the states that the checks start from.
    function _reach(bytes4 selector) internal returns (bool) {
        return _reach(_any(selector));
    }

    function _reach(Call memory call) internal returns (bool) {
        _assumeState(call);
        return _send(call);
    }

    /// @return Whether a call succeeds and changes the Solvency word.
    function _reachSolvency(bytes4 selector) internal returns (bool) {
        uint256 before = _raw(SOLVENCY);
        bool ok = _reach(selector);
        return both(ok, _raw(SOLVENCY) != before);
    }

    /// @dev halmos copies arrays of a known length only.
    function _boundProposal() internal {
        vm.store(token, bytes32(LAYOUT + PROPOSED), bytes32(uint256(2)));
    }

    function _assumeState(Call memory call) private view {
        _assumeReserves(call.time);
        _assumeIssuer(call.caller, call.time);
        _assumeIssuer(anyone, call.time);
        // Invariant 1, for the account that is watched and those that may pay it.
        _assumeHolders(call.caller, anyone);
        if (call.data.length >= 36) _assumeHolders(_named(call), anyone);
        vm.assume(both(_isSeatWellFormed(anyone), _isProposalWellFormed()));
        uint256 order = _rawAt(ORDERS, anyOrder, _key(anyone));
        vm.assume(_field(order, 72, 72) <= _field(order, 0, 72));
    }

    function _watch() private view returns (uint256[WORDS] memory words) {
        words[0] = _implementation();
        words[1] = _raw(SOLVENCY);
        words[2] = _raw(ATTESTATION);
        words[3] = _raw(ATTESTATION + 1);
        words[4] = _raw(SETTINGS);
        words[5] = _raw(AUDITORS);
        words[6] = _raw(PROPOSAL);
        words[7] = _raw(PROPOSED);
        words[8] = _raw(CONSENT);
        words[9] = _raw(CONSENT + 1);
        words[10] = _raw(CONSENT + 2);
        words[11] = _raw(AUTHORITY);
        words[12] = _rawAt(ACCOUNTS, _key(anyone));
        words[13] = _allowance(anyone, another);
        words[14] = _rawAt(AUTHORIZATIONS, _key(anyone), anyWord);
        words[15] = _rawAt(ISSUERS, _key(anyone));
        words[16] = _rawAt(SEATS, _key(anyone));
        words[17] = _rawAt(ORDERS, anyOrder, _key(anyone));
        words[18] = _raw(FLAGS);
    }

    /// @dev Invariant 13: what is ordered is fixed at the first use, and never less than what was executed of it.
    function _assertOrder(uint256 a, uint256 b) private pure {
        (uint256 ordered, uint256 executed) = (_field(b, 0, 72), _field(b, 72, 72));
        assert(either(_field(a, 0, 72) == 0, ordered == _field(a, 0, 72)));
        assert(both(executed <= ordered, executed >= _field(a, 72, 72)));
        assert(b >> 144 == a >> 144);
    }

    function _assertFrame(uint256[WORDS] memory a, uint256[WORDS] memory b, uint256 may) private pure {
        bool kept = true;
        for (uint256 i; i < WORDS; ++i) {
            if (may & (1 << i) == 0) kept = both(kept, a[i] == b[i]);
        }
        assert(kept);
    }

    /// @dev Invariant 11, and that nothing but what may do so blocks, unblocks, freezes or counts permits.
    function _assertHolderKept(Holder memory a, Holder memory b, uint256 may) private pure {
        if (may & ACCOUNT == 0) return;
        bool kept = may & SEIZES != 0 ? b.balance <= a.balance : b.balance == a.balance;
        kept = implies(a.blocked, kept);
        if (may & UNBLOCKS == 0) kept = both(kept, implies(a.blocked, b.blocked));
        if (may & BLOCKS == 0) kept = both(kept, implies(b.blocked, a.blocked));
        if (may & FREEZES == 0) kept = both(kept, b.frozen <= a.frozen);
        bool counted = both(may & PERMITS != 0, b.nonce == sum(a.nonce, 1));
        assert(both(kept, either(b.nonce == a.nonce, counted)));
    }

    /// @dev A bucket becomes a desk only by what says so, and is one for ever. What takes from blocked accounts, blocks or
    /// freezes leaves a desk alone.
    function _assertDeskKept(uint256[WORDS] memory a, uint256[WORDS] memory b, uint256 may) private pure {
        bool same = _field(a[15], 249, 1) == _field(b[15], 249, 1);
        assert(both(either(may & DESKS != 0, same), _field(b[15], 249, 1) >= _field(a[15], 249, 1)));
        if (may & (BLOCKS | FREEZES | SEIZES) == 0) return;
        bool kept = may & SEIZES != 0 ? _field(b[12], 0, 72) >= _field(a[12], 0, 72) : true;
        kept = both(kept, _field(b[12], 72, 72) <= _field(a[12], 72, 72));
        kept = both(kept, _field(b[12], 208, 1) <= _field(a[12], 208, 1));
        assert(implies(_field(a[15], 249, 1) == 1, kept));
    }

    /// @dev Halts are counted one by one, and only by a halt; the margin changes only by what says so.
    function _assertSettingsKept(Settings memory a, Settings memory b, uint256 may) private pure {
        assert(b.halts == (may & HALTS != 0 ? sum(a.halts, 1) : a.halts));
        if (may & MARGINS == 0) assert(b.margin == a.margin);
    }

    /// @dev Consents are counted one by one, by what gives them: none is given twice.
    function _assertConsentKept(uint256 a, uint256 b, uint256 may) private pure {
        uint256 given = _field(a, 160, 48);
        assert(_field(b, 160, 48) == (may & CONSENTING != 0 ? _field(sum(given, 1), 0, 48) : given));
    }

    /// @dev What the call did not write is as well formed as it was.
    function _assertWellFormed(uint256 time, uint256 may) private view {
        // ERC-1967: an address and nothing beside it.
        if (may & CODE != 0) assert(_implementation() >> 160 == 0);
        if (may & FLAG != 0) assert(_areFlagsWellFormed());
        if (may & ACCOUNT != 0) assert(_isHolderWellFormed(anyone));
        if (may & BUCKET != 0) assert(_isQuotaWellFormed(_quota(anyone), time));
        if (may & (LAST | SOLVENCY_WORD) != 0) assert(_isRecordWellFormed(time));
        if (may & (SETTING | SET) != 0) assert(_areSettingsWellFormed());
        if (may & (SETTING | SEAT) != 0) assert(_isSeatWellFormed(anyone));
        if (may & PROPOSALS != 0) assert(_isProposalWellFormed());
    }

    function _word(bytes memory data, uint256 from) internal pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(add(add(data, 32), from))
        }
    }
}
