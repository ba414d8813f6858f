// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IERC7943Fungible} from "../../contracts/interfaces/IERC7943Fungible.sol";
import {IKGST} from "../../contracts/interfaces/IKGST.sol";
import {both, either, implies, less, max, select, sum} from "./Logic.sol";
import {TokenProof} from "./TokenProof.sol";

/// @title Any one call, by any caller, in any state that satisfies the invariants
/// @dev One check for each function that may write, with every argument a symbol (arrays of 0, 1 and 2 elements, `bytes`
/// of 65). Each shows: the solvency rules, the frame (what the function does not name, it does not touch), the fate of
/// blocked accounts, and that the state stays well formed. `witness_` functions must FAIL: their counterexample is a
/// successful call, so no check passes for want of one.
contract EveryCallProof is TokenProof {
    /// @dev Words of the state, in the order of `_watch`.
    uint256 private constant GATE_WORD = 1 << 0;
    uint256 private constant SOLVENCY_WORD = 1 << 1;
    uint256 private constant ACCOUNT = 1 << 2;
    uint256 private constant ALLOWANCE = 1 << 3;
    uint256 private constant NONCES = 1 << 4;
    uint256 private constant BUCKET = 1 << 5;
    uint256 private constant LAST = 1 << 6;
    uint256 private constant REPORT = 1 << 7;
    uint256 private constant SETTING = 1 << 8;
    uint256 private constant SET = 1 << 9;
    uint256 private constant SEAT = 1 << 10;
    uint256 private constant PROPOSED_SET = (1 << 11) | (1 << 12);
    uint256 private constant CONSENTS = (1 << 13) | (1 << 14) | (1 << 15);
    uint256 private constant MANAGER = 1 << 16;
    uint256 private constant WORDS = 17;
    /// @dev Bytes of halmos's call of no known function: a selector and 1,024 more.
    uint256 private constant UNKNOWN_CALL = 1028;
    uint256 private constant NEW_SET = SOLVENCY_WORD | SETTING | SET | SEAT | CONSENTS;

    bytes4 private constant PAY_VRS = bytes4(
        keccak256("transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)")
    );
    bytes4 private constant PAY_BYTES =
        bytes4(keccak256("transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes)"));
    bytes4 private constant RECEIVE_VRS = bytes4(
        keccak256("receiveWithAuthorization(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)")
    );
    bytes4 private constant RECEIVE_BYTES =
        bytes4(keccak256("receiveWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes)"));
    bytes4 private constant CANCEL_VRS =
        bytes4(keccak256("cancelAuthorization(address,bytes32,uint8,bytes32,bytes32)"));
    bytes4 private constant CANCEL_BYTES = bytes4(keccak256("cancelAuthorization(address,bytes32,bytes)"));
    bytes4 private constant PERMIT_VRS =
        bytes4(keccak256("permit(address,address,uint256,uint256,uint8,bytes32,bytes32)"));
    bytes4 private constant PERMIT_BYTES = bytes4(keccak256("permit(address,address,uint256,uint256,bytes)"));
    bytes4 private constant FORCE = bytes4(keccak256("forcedTransfer(address,address,uint256)"));
    bytes4 private constant FORCE_BY_ORDER = bytes4(keccak256("forcedTransfer(address,address,uint256,bytes32)"));

    /// @dev Any account, spender and word of nonces: what is shown of these holds for all.
    address private anyone;
    address private another;
    uint256 private anyWord;

    function setUp() public override {
        super.setUp();
        anyone = svm.createAddress("anyone");
        another = svm.createAddress("another");
        anyWord = svm.createUint(248, "anyWord");
    }

    /// @notice Supply, quota and the receiver are written, within the headroom and in time; nothing but the receivers moves
    /// @custom:proves 1 2 3 4 5 9 11
    function check_mint() public {
        _step(IKGST.mint.selector, SOLVENCY_WORD | BUCKET | ACCOUNT);
    }

    /// @notice As mint, for up to two receivers
    /// @custom:proves 1 2 3 4 5 9 11
    /// @custom:bound 2 receivers
    function check_mintBatch() public {
        _step(IKGST.mintBatch.selector, SOLVENCY_WORD | BUCKET | ACCOUNT);
    }

    /// @notice Supply, backing and the caller's account are written; shortfall and headroom do not grow
    /// @custom:proves 1 3 4 9 11
    function check_burn() public {
        _step(IKGST.burn.selector, SOLVENCY_WORD | ACCOUNT);
    }

    /// @notice As burn, of a blocked account
    /// @custom:proves 1 3 4 9 13
    function check_burnBlocked() public {
        _step(IKGST.burnBlocked.selector, SOLVENCY_WORD | ACCOUNT);
    }

    /// @notice Only backing, validUntil and the record are written
    /// @custom:proves 3 6 9
    /// @custom:bound 2 signatures
    function check_attest() public {
        _step(IKGST.attest.selector, SOLVENCY_WORD | LAST | REPORT);
    }

    /// @notice validUntil may fall; nothing else changes
    /// @custom:proves 3 9
    /// @custom:bound reason of 65 bytes
    function check_haltMinting() public {
        _step(IKGST.haltMinting.selector, SOLVENCY_WORD);
    }

    /// @notice The set changes, the consent ends and validUntil may fall; supply, backing and burned stay
    /// @custom:proves 3 7 9
    /// @custom:bound 2 auditors, 2 signatures
    function check_rotateAuditors() public {
        _step(IKGST.rotateAuditors.selector, NEW_SET);
    }

    /// @notice One vote less, never below the threshold; the consent ends and validUntil may fall
    /// @custom:proves 3 7 9
    /// @custom:bound set of at most 5
    function check_suspendAuditor() public {
        vm.assume(_settings().count <= 5);
        _step(IKGST.suspendAuditor.selector, SOLVENCY_WORD | SETTING | CONSENTS);
    }

    /// @notice Only the proposal is written
    /// @custom:proves 3 9
    /// @custom:bound 2 auditors
    function check_proposeAuditors() public {
        _step(IKGST.proposeAuditors.selector, PROPOSED_SET);
    }

    /// @notice Only the proposal is cleared
    /// @custom:proves 9
    function check_cancelAuditorsProposal() public {
        _boundProposal();
        _step(IKGST.cancelAuditorsProposal.selector, PROPOSED_SET);
    }

    /// @notice The set changes, the consent ends and validUntil may fall; supply, backing and burned stay
    /// @custom:proves 3 7 9
    /// @custom:bound 2 proposed auditors
    function check_acceptAuditors() public {
        _boundProposal();
        _step(IKGST.acceptAuditors.selector, NEW_SET | PROPOSED_SET);
    }

    /// @notice maxAge changes and validUntil may fall
    /// @custom:proves 3 9
    function check_setMaxAge() public {
        _step(IKGST.setMaxAge.selector, SOLVENCY_WORD | SETTING);
    }

    /// @notice Only the settings are written
    /// @custom:proves 3 9
    function check_setMaxIncrease() public {
        _step(IKGST.setMaxIncrease.selector, SETTING);
    }

    /// @notice Only that issuer's bucket is written, full
    /// @custom:proves 3 9 10
    function check_setIssuer() public {
        _step(IKGST.setIssuer.selector, BUCKET);
    }

    /// @notice Only that issuer's bucket is cleared
    /// @custom:proves 3 9 10
    function check_cutIssuer() public {
        _step(IKGST.cutIssuer.selector, BUCKET);
    }

    /// @notice Only accounts are written
    /// @custom:proves 1 3 9 11
    function check_transfer() public {
        _step(IERC20.transfer.selector, ACCOUNT);
    }

    /// @notice Only accounts and one allowance are written
    /// @custom:proves 1 3 9 11
    function check_transferFrom() public {
        _step(IERC20.transferFrom.selector, ACCOUNT | ALLOWANCE);
    }

    /// @notice Only one allowance is written
    /// @custom:proves 1 3 9 11
    function check_approve() public {
        _step(IERC20.approve.selector, ALLOWANCE);
    }

    /// @notice Only accounts are written
    /// @custom:proves 1 3 9 11
    /// @custom:bound 2 receivers
    function check_payout() public {
        _step(IKGST.payout.selector, ACCOUNT);
    }

    /// @notice Only accounts and one nonce are written
    /// @custom:proves 1 3 9 11 14
    function check_transferWithAuthorization() public {
        _step(PAY_VRS, ACCOUNT | NONCES);
    }

    /// @notice Only accounts and one nonce are written
    /// @custom:proves 1 3 9 11 14
    /// @custom:bound signature of 65 bytes
    function check_transferWithAuthorizationBytes() public {
        _step(PAY_BYTES, ACCOUNT | NONCES);
    }

    /// @notice Only accounts and one nonce are written
    /// @custom:proves 1 3 9 11 14
    function check_receiveWithAuthorization() public {
        _step(RECEIVE_VRS, ACCOUNT | NONCES);
    }

    /// @notice Only accounts and one nonce are written
    /// @custom:proves 1 3 9 11 14
    /// @custom:bound signature of 65 bytes
    function check_receiveWithAuthorizationBytes() public {
        _step(RECEIVE_BYTES, ACCOUNT | NONCES);
    }

    /// @notice Only one nonce is written
    /// @custom:proves 9 11 14
    function check_cancelAuthorization() public {
        _step(CANCEL_VRS, NONCES);
    }

    /// @notice Only one nonce is written
    /// @custom:proves 9 11 14
    /// @custom:bound signature of 65 bytes
    function check_cancelAuthorizationBytes() public {
        _step(CANCEL_BYTES, NONCES);
    }

    /// @notice Only the owner's permit nonce and one allowance are written
    /// @custom:proves 9 11 14
    function check_permit() public {
        _step(PERMIT_VRS, ACCOUNT | ALLOWANCE);
    }

    /// @notice Only the owner's permit nonce and one allowance are written
    /// @custom:proves 9 11 14
    /// @custom:bound signature of 65 bytes
    function check_permitBytes() public {
        _step(PERMIT_BYTES, ACCOUNT | ALLOWANCE);
    }

    /// @notice Only accounts are written, and no balance
    /// @custom:proves 3 9 11
    function check_blockAccount() public {
        _step(IKGST.blockAccount.selector, ACCOUNT);
    }

    /// @notice Only accounts are written, and no balance
    /// @custom:proves 3 9 11
    /// @custom:bound 2 accounts
    function check_blockAccounts() public {
        _step(IKGST.blockAccounts.selector, ACCOUNT);
    }

    /// @notice Only accounts are written, and no balance; zero address and token stay blocked
    /// @custom:proves 3 9 11
    function check_unblockAccount() public {
        _step(IKGST.unblockAccount.selector, ACCOUNT);
    }

    /// @notice Only accounts are written, and no balance; zero address and token stay blocked
    /// @custom:proves 3 9 11
    /// @custom:bound 2 accounts
    function check_unblockAccounts() public {
        _step(IKGST.unblockAccounts.selector, ACCOUNT);
    }

    /// @notice Only accounts are written, and no balance
    /// @custom:proves 3 9 11
    function check_setFrozenTokens() public {
        _step(IERC7943Fungible.setFrozenTokens.selector, ACCOUNT);
    }

    /// @notice Only accounts are written, and no balance
    /// @custom:proves 3 9 11
    /// @custom:bound 2 accounts
    function check_setFrozenTokensBatch() public {
        _step(IKGST.setFrozenTokensBatch.selector, ACCOUNT);
    }

    /// @notice Only accounts are written; the supply stays
    /// @custom:proves 3 9 13
    function check_forcedTransfer() public {
        _step(FORCE, ACCOUNT);
    }

    /// @notice Only accounts are written; the supply stays
    /// @custom:proves 3 9 13
    function check_forcedTransferByOrder() public {
        _step(FORCE_BY_ORDER, ACCOUNT);
    }

    /// @notice Only the Gate is written
    /// @custom:proves 3 9 12
    function check_pause() public {
        _step(IKGST.pause.selector, GATE_WORD);
    }

    /// @notice Only the Gate is written
    /// @custom:proves 3 9 12
    function check_unpause() public {
        _step(IKGST.unpause.selector, GATE_WORD);
    }

    /// @notice Only the Gate is written
    /// @custom:proves 3 9 12
    function check_setDelegateAll() public {
        _step(IKGST.setDelegateAll.selector, GATE_WORD);
    }

    /// @notice Only the consent is written
    /// @custom:proves 3 9
    /// @custom:bound 2 signatures
    function check_approveImplementation() public {
        _step(IKGST.approveImplementation.selector, CONSENTS);
    }

    /// @notice Only the Gate and the consent are written before the new code runs
    /// @custom:proves 3 9
    /// @custom:bound call data of 65 bytes
    function check_upgradeToAndCall() public {
        _step(IKGST.upgradeToAndCall.selector, GATE_WORD | CONSENTS);
    }

    /// @notice Only the authority is written
    /// @custom:proves 3 9
    function check_setAuthority() public {
        _step(IAccessManaged.setAuthority.selector, MANAGER);
    }

    /// @notice No word is written
    /// @custom:proves 3 9
    function check_rescueTokens() public {
        _step(IKGST.rescueTokens.selector, 0);
    }

    /// @notice Never succeeds again
    /// @custom:proves 9
    /// @custom:bound 2 auditors
    function check_initialize() public {
        assert(!_step(IKGST.initialize.selector, 0));
    }

    /// @notice A call of no known function, or of none, changes nothing
    /// @custom:proves 9
    /// @custom:bound 1,024 bytes of arguments
    function check_unknownSelector() public {
        bytes memory data = svm.createCalldata("KGSTLogic");
        vm.assume(data.length == 0 || data.length == UNKNOWN_CALL);
        assert(!_act(data, bytes4(0), 0));
    }

    function witness_mint() public {
        Sums memory a = _sums();
        bool ok = _reach(IKGST.mint.selector);
        assert(!both(ok, _sums().supply > a.supply));
    }

    function witness_burn() public {
        Sums memory a = _sums();
        bool ok = _reach(IKGST.burn.selector);
        assert(!both(ok, _sums().supply < a.supply));
    }

    function witness_mintBatch() public {
        assert(!_reach(IKGST.mintBatch.selector));
    }

    function witness_burnBlocked() public {
        assert(!_reach(IKGST.burnBlocked.selector));
    }

    function witness_attest() public {
        assert(!_reach(IKGST.attest.selector));
    }

    function witness_haltMinting() public {
        assert(!_reach(IKGST.haltMinting.selector));
    }

    function witness_rotateAuditors() public {
        assert(!_reach(IKGST.rotateAuditors.selector));
    }

    function witness_suspendAuditor() public {
        vm.assume(_settings().count <= 5);
        assert(!_reach(IKGST.suspendAuditor.selector));
    }

    function witness_proposeAuditors() public {
        assert(!_reach(IKGST.proposeAuditors.selector));
    }

    function witness_acceptAuditors() public {
        _boundProposal();
        assert(!_reach(IKGST.acceptAuditors.selector));
    }

    function witness_cancelAuditorsProposal() public {
        _boundProposal();
        assert(!_reach(IKGST.cancelAuditorsProposal.selector));
    }

    function witness_setMaxAge() public {
        assert(!_reach(IKGST.setMaxAge.selector));
    }

    function witness_setMaxIncrease() public {
        assert(!_reach(IKGST.setMaxIncrease.selector));
    }

    function witness_setIssuer() public {
        assert(!_reach(IKGST.setIssuer.selector));
    }

    function witness_cutIssuer() public {
        assert(!_reach(IKGST.cutIssuer.selector));
    }

    function witness_transfer() public {
        assert(!_reach(IERC20.transfer.selector));
    }

    function witness_transferFrom() public {
        assert(!_reach(IERC20.transferFrom.selector));
    }

    function witness_approve() public {
        assert(!_reach(IERC20.approve.selector));
    }

    function witness_payout() public {
        assert(!_reach(IKGST.payout.selector));
    }

    function witness_transferWithAuthorization() public {
        assert(!_reach(PAY_VRS));
    }

    function witness_transferWithAuthorizationBytes() public {
        assert(!_reach(PAY_BYTES));
    }

    function witness_receiveWithAuthorization() public {
        assert(!_reach(RECEIVE_VRS));
    }

    function witness_receiveWithAuthorizationBytes() public {
        assert(!_reach(RECEIVE_BYTES));
    }

    function witness_cancelAuthorization() public {
        assert(!_reach(CANCEL_VRS));
    }

    function witness_cancelAuthorizationBytes() public {
        assert(!_reach(CANCEL_BYTES));
    }

    function witness_permit() public {
        assert(!_reach(PERMIT_VRS));
    }

    function witness_permitBytes() public {
        assert(!_reach(PERMIT_BYTES));
    }

    function witness_blockAccount() public {
        assert(!_reach(IKGST.blockAccount.selector));
    }

    function witness_blockAccounts() public {
        assert(!_reach(IKGST.blockAccounts.selector));
    }

    function witness_unblockAccount() public {
        assert(!_reach(IKGST.unblockAccount.selector));
    }

    function witness_unblockAccounts() public {
        assert(!_reach(IKGST.unblockAccounts.selector));
    }

    function witness_setFrozenTokens() public {
        assert(!_reach(IERC7943Fungible.setFrozenTokens.selector));
    }

    function witness_setFrozenTokensBatch() public {
        assert(!_reach(IKGST.setFrozenTokensBatch.selector));
    }

    function witness_forcedTransfer() public {
        assert(!_reach(FORCE));
    }

    function witness_forcedTransferByOrder() public {
        assert(!_reach(FORCE_BY_ORDER));
    }

    function witness_pause() public {
        assert(!_reach(IKGST.pause.selector));
    }

    function witness_unpause() public {
        assert(!_reach(IKGST.unpause.selector));
    }

    function witness_setDelegateAll() public {
        assert(!_reach(IKGST.setDelegateAll.selector));
    }

    function witness_approveImplementation() public {
        assert(!_reach(IKGST.approveImplementation.selector));
    }

    function witness_upgradeToAndCall() public {
        assert(!_reach(IKGST.upgradeToAndCall.selector));
    }

    function witness_setAuthority() public {
        assert(!_reach(IAccessManaged.setAuthority.selector));
    }

    function witness_rescueTokens() public {
        assert(!_reach(IKGST.rescueTokens.selector));
    }

    /// @return Whether the call succeeded.
    function _step(bytes4 selector, uint256 mayTouch) private returns (bool) {
        return _act(_anyCallOf(selector), selector, mayTouch);
    }

    /// @return Whether a call of this function succeeds, from the states that the checks start from.
    function _reach(bytes4 selector) private returns (bool) {
        bytes memory data = _anyCallOf(selector);
        address caller = svm.createAddress("caller");
        _assumeState(caller, data, svm.createUint(40, "now"));
        return _call(caller, data);
    }

    function _anyCallOf(bytes4 selector) private view returns (bytes memory data) {
        data = svm.createCalldata("KGSTLogic");
        // The call of an unknown function (`check_unknownSelector`) has a symbolic selector: left out by its length.
        vm.assume(data.length >= 4 && data.length != UNKNOWN_CALL);
        vm.assume(_word(data, 0) >> 224 == uint32(selector));
    }

    function _act(bytes memory data, bytes4 selector, uint256 mayTouch) private returns (bool ok) {
        address caller = svm.createAddress("caller");
        uint256 time = svm.createUint(40, "now");
        _assumeState(caller, data, time);
        uint256[WORDS] memory before = _watch();
        Sums memory sums = _sums();
        Record memory record = _record();
        Holder memory holder = _holder(anyone);

        ok = _call(caller, data);

        bool kept = _isFrameKept(before, _watch(), ok ? mayTouch : 0);
        if (ok) {
            kept = both(kept, _isSolvencyKept(sums, _sums(), time, selector));
            kept = both(kept, _isRecordKept(record, sums.burned, selector));
            kept = both(kept, _isHolderKept(holder, _holder(anyone), selector));
            kept = both(kept, _isWellFormed(time));
        }
        // One question to the solver for each path.
        assert(kept);
    }

    function _assumeState(address caller, bytes memory data, uint256 time) private {
        _assumeTime(time);
        _assumeReserves(time);
        _assumeIssuer(caller, time);
        _assumeIssuer(anyone, time);
        _assumeHolder(caller);
        _assumeHolder(anyone);
        // Whichever account the arguments name first: for burnBlocked.
        if (data.length >= 36) _assumeHolder(address(uint160(_word(data, 4))));
        vm.assume(_isSeatWellFormed(anyone));
    }

    /// @dev Invariants 1 (S + B only grows, by what is minted), 2, 3, 4, 5 and 9.
    function _isSolvencyKept(Sums memory a, Sums memory b, uint256 time, bytes4 selector) private pure returns (bool) {
        bool mints = selector == IKGST.mint.selector || selector == IKGST.mintBatch.selector;
        bool burns = selector == IKGST.burn.selector || selector == IKGST.burnBlocked.selector;
        bool grew = b.supply > a.supply;
        uint256 minted = select(grew, less(b.supply, a.supply), 0);
        bool kept = sum(b.supply, b.burned) == sum(sum(a.supply, a.burned), minted);
        kept = both(kept, implies(grew, both(mints, both(b.supply <= b.backing, time < b.validUntil))));
        kept = both(kept, either(burns, b.burned == a.burned));
        if (selector == IKGST.attest.selector) return kept;
        kept = both(kept, _deficit(b) <= _deficit(a));
        kept = both(kept, sum(_headroom(b), minted) <= _headroom(a));
        kept = both(kept, max(b.supply, b.backing) <= max(a.supply, a.backing));
        return both(kept, both(b.backing <= a.backing, b.validUntil <= a.validUntil));
    }

    /// @dev Invariant 6.
    function _isRecordKept(Record memory a, uint256 burned, bytes4 selector) private view returns (bool) {
        Record memory b = _record();
        if (selector != IKGST.attest.selector) return true;
        bool stepped = both(b.epoch == sum(a.epoch, 1), b.asOf > a.asOf);
        return both(stepped, both(b.settled >= a.settled, b.settled <= burned));
    }

    /// @dev Invariant 11, and that nothing but these functions blocks, unblocks, freezes or counts permits.
    function _isHolderKept(Holder memory a, Holder memory b, bytes4 selector) private pure returns (bool kept) {
        bool forced = selector == FORCE || selector == FORCE_BY_ORDER;
        bool blocks = selector == IKGST.blockAccount.selector || selector == IKGST.blockAccounts.selector;
        bool unblocks = selector == IKGST.unblockAccount.selector || selector == IKGST.unblockAccounts.selector;
        bool freezes =
            selector == IERC7943Fungible.setFrozenTokens.selector || selector == IKGST.setFrozenTokensBatch.selector;
        bool permits = selector == PERMIT_VRS || selector == PERMIT_BYTES;
        if (forced) kept = implies(a.blocked, b.balance <= a.balance);
        else if (selector == IKGST.burnBlocked.selector) kept = b.balance <= a.balance;
        else kept = implies(a.blocked, b.balance == a.balance);
        kept = both(kept, either(unblocks, implies(a.blocked, b.blocked)));
        kept = both(kept, either(blocks, implies(b.blocked, a.blocked)));
        kept = both(kept, either(freezes, b.frozen <= a.frozen));
        return both(kept, either(b.nonce == a.nonce, both(permits, b.nonce == sum(a.nonce, 1))));
    }

    function _isWellFormed(uint256 time) private view returns (bool) {
        bool formed = both(_flags() <= ALL_FLAGS, _isHolderWellFormed(anyone));
        formed = both(formed, both(_isQuotaWellFormed(_quota(anyone), time), _isRecordWellFormed(time)));
        return both(formed, both(_areSettingsWellFormed(), _isSeatWellFormed(anyone)));
    }

    function _isFrameKept(uint256[WORDS] memory a, uint256[WORDS] memory b, uint256 mayTouch)
        private
        pure
        returns (bool kept)
    {
        kept = true;
        for (uint256 i; i < WORDS; ++i) {
            if (mayTouch & (1 << i) == 0) kept = both(kept, a[i] == b[i]);
        }
    }

    function _watch() private view returns (uint256[WORDS] memory words) {
        words[0] = uint256(vm.load(token, GATE));
        words[1] = _raw(SOLVENCY);
        words[2] = _rawAt(ACCOUNTS, _key(anyone));
        words[3] = _allowance(anyone, another);
        words[4] = _rawAt(AUTHORIZATIONS, _key(anyone), anyWord);
        words[5] = _rawAt(ISSUERS, _key(anyone));
        words[6] = _raw(ATTESTATION);
        words[7] = _raw(ATTESTATION + 1);
        words[8] = _raw(SETTINGS);
        words[9] = _raw(AUDITORS);
        words[10] = _rawAt(SEATS, _key(anyone));
        words[11] = _raw(PROPOSAL);
        words[12] = _raw(PROPOSED);
        words[13] = _raw(CONSENT);
        words[14] = _raw(CONSENT + 1);
        words[15] = _raw(CONSENT + 2);
        words[16] = _raw(AUTHORITY);
    }

    /// @dev halmos copies arrays of a known length only.
    function _boundProposal() private {
        vm.store(token, bytes32(LAYOUT + PROPOSED), bytes32(uint256(2)));
    }

    function _word(bytes memory data, uint256 from) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(add(add(data, 32), from))
        }
    }
}
