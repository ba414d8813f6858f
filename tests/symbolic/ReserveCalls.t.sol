// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IKGST} from "../../contracts/interfaces/IKGST.sol";
import {EveryCall} from "./EveryCall.sol";
import {both, sum} from "./Logic.sol";
import {Signers} from "./Signers.sol";

/// @title The inductive step: attestations and auditors
contract ReserveCallsProof is EveryCall, Signers {
    uint256 private constant NEW_SET = SETTING | SET | SEAT | CONSENTS | PROPOSALS;

    /// @notice An attestation leaves supply, burned and the pause flags as they were
    /// @custom:proves 1 9 12
    /// @custom:bound 2 signatures, by contracts; no recovery under way (see check_attest_endsRecovery)
    function check_attest_solvency(
        address caller,
        IKGST.ReserveAttestation calldata a,
        uint256 halts,
        uint256 deadline,
        uint40 time
    ) public {
        _assertAttestation(caller, a, halts, deadline, time, _byContracts());
    }

    /// @notice The same with the signatures of keys
    /// @custom:proves 1 9 12
    /// @custom:bound 2 signatures of 65 bytes; no recovery under way; all halts known
    function check_attestByKeys_solvency(
        address caller,
        IKGST.ReserveAttestation calldata a,
        uint256 deadline,
        uint40 time
    ) public {
        _assertAttestation(caller, a, _settings().halts, deadline, time, _byKeys());
    }

    function _assertAttestation(
        address caller,
        IKGST.ReserveAttestation calldata a,
        uint256 halts,
        uint256 deadline,
        uint256 time,
        IKGST.AuditorSignature[] memory signatures
    ) private {
        _assumeTime(time);
        vm.store(token, bytes32(LAYOUT + PROPOSAL), 0);
        _assumeAttestable(time);
        _carried(a.reserves, _settings().margin);
        uint256 before = _raw(SOLVENCY);
        if (!_call(caller, abi.encodeCall(IKGST.attest, (a, halts, deadline, signatures)))) return;
        // All but backing and validUntil.
        uint256 mask = ~((MAX_72 << 72) | (uint256(2 ** 36 - 1) << 216));
        assert(_raw(SOLVENCY) & mask == before & mask);
    }

    /// @notice Beside backing and validUntil only the record is written: the next epoch, not earlier; a recovery ends
    /// @custom:proves 6 9
    /// @custom:bound 2 signatures, 2 proposed auditors
    function check_attest_rest() public {
        _boundProposal();
        (Record memory a, uint256 burned) = (_record(), _sums().burned);
        if (!_rest(_anyAttest(), LAST | REPORT | PROPOSALS)) return;
        Record memory b = _record();
        assert(both(b.epoch == sum(a.epoch, 1), b.asOf >= a.asOf));
        assert(b.settled <= burned);
        assert(_field(_raw(PROPOSAL), 0, 40) == 0);
    }

    function witness_attest() public {
        _boundProposal();
        assert(!_reachSolvency(IKGST.attest.selector));
    }

    /// @notice A halt may lower validUntil and changes no other sum
    /// @custom:proves 1 3 4 9
    /// @custom:bound reason of 65 bytes
    function check_haltMinting_solvency() public {
        _assertSolvencyStep(_any(IKGST.haltMinting.selector), 0);
    }

    /// @notice Beside validUntil: one halt more, and the consent ends
    /// @custom:proves 6 9
    /// @custom:bound reason of 65 bytes
    function check_haltMinting_rest() public {
        _rest(IKGST.haltMinting.selector, SETTING | CONSENTS | HALTS);
    }

    function witness_haltMinting() public {
        assert(!_reachSolvency(IKGST.haltMinting.selector));
    }

    /// @notice A new set may lower validUntil and changes no other sum
    /// @custom:proves 1 3 4 9
    /// @custom:bound 2 auditors, 2 signatures, 2 proposed auditors
    function check_rotateAuditors_solvency() public {
        _boundProposal();
        Call memory call = _any(IKGST.rotateAuditors.selector);
        _assumeReserves(call.time);
        _assertSolvencyStep(call, 0);
    }

    /// @notice Beside validUntil the set changes; the consent ends, and a recovery
    /// @custom:proves 7 9
    /// @custom:bound 2 auditors, 2 signatures, 2 proposed auditors
    function check_rotateAuditors_rest() public {
        _boundProposal();
        _rest(IKGST.rotateAuditors.selector, NEW_SET);
    }

    function witness_rotateAuditors() public {
        _boundProposal();
        assert(!_reachSolvency(IKGST.rotateAuditors.selector));
    }

    /// @notice A suspension may lower validUntil and changes no other sum
    /// @custom:proves 1 3 4 9
    /// @custom:bound set of at most 5
    function check_suspendAuditor_solvency() public {
        vm.assume(_settings().count <= 5);
        Call memory call = _any(IKGST.suspendAuditor.selector);
        _assumeReserves(call.time);
        _assertSolvencyStep(call, 0);
    }

    /// @notice Beside validUntil: one vote less, never below the threshold, and the consent ends
    /// @custom:proves 7 9
    /// @custom:bound set of at most 5
    function check_suspendAuditor_rest() public {
        vm.assume(_settings().count <= 5);
        Call memory call = _any(IKGST.suspendAuditor.selector);
        // As of every account.
        vm.assume(_isSeatWellFormed(_named(call)));
        _rest(call, SETTING | CONSENTS);
    }

    function witness_suspendAuditor() public {
        // Three auditors, two of whom are enough, in their first set: one such call is all that is looked for.
        uint256 settings = 1 | (2 << 64) | (3 << 72) | (uint256(1 days) << 96);
        vm.store(token, bytes32(LAYOUT + SETTINGS), bytes32(settings));
        assert(!_reachSolvency(IKGST.suspendAuditor.selector));
    }

    /// @notice Only the proposal is written
    /// @custom:proves 3 9
    /// @custom:bound 2 auditors
    function check_proposeAuditors() public {
        _step(IKGST.proposeAuditors.selector, PROPOSALS);
    }

    function witness_proposeAuditors() public {
        assert(!_reach(IKGST.proposeAuditors.selector));
    }

    /// @notice Only the proposal is cleared
    /// @custom:proves 9
    /// @custom:bound 2 proposed auditors
    function check_cancelAuditorsProposal() public {
        _boundProposal();
        _step(IKGST.cancelAuditorsProposal.selector, PROPOSALS);
    }

    function witness_cancelAuditorsProposal() public {
        _boundProposal();
        assert(!_reach(IKGST.cancelAuditorsProposal.selector));
    }

    /// @notice A recovery may lower validUntil and changes no other sum
    /// @custom:proves 1 3 4 9
    /// @custom:bound 2 proposed auditors
    function check_acceptAuditors_solvency() public {
        _boundProposal();
        Call memory call = _any(IKGST.acceptAuditors.selector);
        _assumeReserves(call.time);
        _assertSolvencyStep(call, 0);
    }

    /// @notice Beside validUntil the set changes, the proposal is cleared and the consent ends
    /// @custom:proves 7 9
    /// @custom:bound 2 proposed auditors
    function check_acceptAuditors_rest() public {
        _boundProposal();
        _rest(IKGST.acceptAuditors.selector, NEW_SET);
    }

    function witness_acceptAuditors() public {
        _boundProposal();
        assert(!_reachSolvency(IKGST.acceptAuditors.selector));
    }

    /// @notice A change of maxAge may lower validUntil and changes no other sum
    /// @custom:proves 1 3 4 9
    function check_setMaxAge_solvency() public {
        _assertSolvencyStep(_any(IKGST.setMaxAge.selector), 0);
    }

    /// @notice Beside validUntil only the settings are written
    /// @custom:proves 9
    function check_setMaxAge_rest() public {
        _rest(IKGST.setMaxAge.selector, SETTING);
    }

    function witness_setMaxAge() public {
        assert(!_reachSolvency(IKGST.setMaxAge.selector));
    }

    /// @notice Only the settings are written
    /// @custom:proves 3 9
    function check_setMaxIncrease() public {
        _step(IKGST.setMaxIncrease.selector, SETTING);
    }

    function witness_setMaxIncrease() public {
        assert(!_reach(IKGST.setMaxIncrease.selector));
    }

    /// @notice Only the settings are written
    /// @custom:proves 3 9
    function check_setMargin() public {
        _step(IKGST.setMargin.selector, SETTING | MARGINS);
    }

    function witness_setMargin() public {
        assert(!_reach(IKGST.setMargin.selector));
    }

    /// @notice Only the settings are written
    /// @custom:proves 3 9
    function check_raiseMargin() public {
        _step(IKGST.raiseMargin.selector, SETTING | MARGINS);
    }

    function witness_raiseMargin() public {
        assert(!_reach(IKGST.raiseMargin.selector));
    }

    /// @dev With what arithmetic says of the backing.
    function _anyAttest() private returns (Call memory call) {
        call = _any(IKGST.attest.selector);
        // After the selector and the epoch.
        _carried(_word(call.data, 36), _settings().margin);
    }
}
