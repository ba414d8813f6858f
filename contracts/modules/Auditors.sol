// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IKGST} from "../interfaces/IKGST.sol";
import {Solvency} from "../ledger/Solvency.sol";
import {Domain} from "./Domain.sol";
import {Managed} from "./Managed.sol";
import {Signatures} from "./Signatures.sol";

/// @title Who the auditors are, and what counts as signed by them
/// @dev May touch: auditors, seats, settings, proposal, consent (only to clear it), and validUntil (only downwards).
/// Every change of the set expires the attestation. Auditors who are alive decide about their own succession;
/// `proposeAuditors` is for lost keys and ends with any attestation or rotation.
///
/// Every message that they sign carries the version of their set and a deadline. No one role, nor any one auditor, can
/// keep the others from giving a sign of life: a halt voids no attestation, it only keeps those signed before it from
/// enabling minting.
abstract contract Auditors is IKGST, Managed, Domain {
    bytes32 private constant ROTATION_TYPEHASH =
        keccak256("AuditorRotation(address[] auditors,uint256 threshold,uint256 version,uint256 deadline)");
    uint256 private constant MAX_AUDITORS = 16;
    uint256 private constant MIN_THRESHOLD = 2;
    uint256 private constant MIN_RECOVERY_DELAY = 14 days;
    uint256 private constant MAX_RECOVERY_DELAY = 365 days;

    /// @inheritdoc IKGST
    /// @custom:oz-upgrades-unsafe-allow state-variable-immutable
    uint256 public immutable RECOVERY_DELAY;

    /// @custom:oz-upgrades-unsafe-allow constructor
    constructor(uint256 recoveryDelay) {
        if (recoveryDelay < MIN_RECOVERY_DELAY || recoveryDelay > MAX_RECOVERY_DELAY) {
            revert RecoveryDelayOutOfRange(recoveryDelay);
        }
        RECOVERY_DELAY = recoveryDelay;
    }

    /// @inheritdoc IKGST
    function haltMinting(string calldata reason) external {
        ReserveSettings memory settings = _ledger().settings;
        _requireMaySign(msg.sender, settings);
        uint32 halts_ = settings.halts + 1;
        _ledger().settings.halts = halts_;
        _forgetSignatures();
        emit MintingHalted(msg.sender, halts_, reason);
    }

    /// @inheritdoc IKGST
    function rotateAuditors(
        address[] calldata newAuditors,
        uint256 newThreshold,
        uint256 deadline,
        AuditorSignature[] calldata signatures
    ) external {
        // EIP-712 encodes an array as the hash of its elements, each padded to 32 bytes.
        bytes32 listHash = keccak256(abi.encodePacked(newAuditors));
        uint256 version_ = _ledger().settings.version;
        bytes32 message = keccak256(abi.encode(ROTATION_TYPEHASH, listHash, newThreshold, version_, deadline));
        _requireQuorum(message, deadline, signatures);
        _setAuditors(newAuditors, newThreshold);
    }

    /// @inheritdoc IKGST
    function suspendAuditor(address auditor) external restricted {
        ReserveSettings memory settings = _ledger().settings;
        uint256 seat = _requireMaySign(auditor, settings);
        uint256 left = _activeAuditors(settings) - 1;
        if (left < settings.threshold) revert TooFewAuditorsLeft(left, settings.threshold);
        // Seats are below 16, so the bit fits.
        _ledger().settings.suspended = settings.suspended | uint16(1 << seat);
        _forgetSignatures();
        emit AuditorSuspended(auditor);
    }

    /// @inheritdoc IKGST
    function proposeAuditors(address[] calldata newAuditors, uint256 newThreshold) external restricted {
        _requireValidSet(newAuditors, newThreshold);
        uint256 acceptableAt = block.timestamp + RECOVERY_DELAY;
        Layout storage $ = _ledger();
        $.proposedAuditors = newAuditors;
        // The casts keep every bit: at most 16 auditors; 40 bits of seconds.
        $.proposal = Proposal({acceptableAt: uint40(acceptableAt), threshold: uint8(newThreshold)});
        emit AuditorsProposed(newAuditors, newThreshold, acceptableAt);
    }

    /// @inheritdoc IKGST
    function cancelAuditorsProposal() external restricted {
        if (_ledger().proposal.acceptableAt == 0) revert NoAuditorsProposal();
        _endProposal();
    }

    /// @inheritdoc IKGST
    function acceptAuditors() external {
        Proposal memory proposal = _ledger().proposal;
        if (proposal.acceptableAt == 0) revert NoAuditorsProposal();
        if (block.timestamp < proposal.acceptableAt) revert ProposalNotReady(proposal.acceptableAt);
        address[] memory accepted = _ledger().proposedAuditors;
        _clearProposal();
        _setAuditors(accepted, proposal.threshold);
    }

    /// @inheritdoc IKGST
    function halts() external view returns (uint256) {
        return _ledger().settings.halts;
    }

    /// @inheritdoc IKGST
    function auditorSet()
        external
        view
        returns (address[] memory auditors, uint256 threshold, uint256 version_, uint256 suspended)
    {
        ReserveSettings memory settings = _ledger().settings;
        return (_ledger().auditors, settings.threshold, settings.version, settings.suspended);
    }

    /// @inheritdoc IKGST
    function isAuditor(address account) external view returns (bool) {
        ReserveSettings memory settings = _ledger().settings;
        (bool seated, uint256 seat) = _seatOf(account, settings);
        return seated && !_isSuspended(seat, settings);
    }

    /// @inheritdoc IKGST
    function auditorsProposal()
        external
        view
        returns (address[] memory auditors, uint256 threshold, uint256 acceptableAt)
    {
        Proposal memory proposal = _ledger().proposal;
        return (_ledger().proposedAuditors, proposal.threshold, proposal.acceptableAt);
    }

    /// @dev Reverts unless at least `threshold` distinct current auditors signed. One wrong signature refuses the call:
    /// who submits chooses which to send.
    /// @return signers Bit i is set when `auditors[i]` signed.
    function _requireQuorum(bytes32 structHash, uint256 deadline, AuditorSignature[] calldata signatures)
        internal
        view
        returns (uint256 signers)
    {
        if (block.timestamp > deadline) revert SignaturesExpired(deadline);
        ReserveSettings memory settings = _ledger().settings;
        bytes32 digest = _digest(structHash);
        address previous = address(0);
        for (uint256 i; i < signatures.length; ++i) {
            address signer = signatures[i].signer;
            // Strictly ascending: nobody is counted twice.
            if (signer <= previous) revert SignaturesNotAscending(previous, signer);
            signers |= 1 << _requireMaySign(signer, settings);
            if (!Signatures.isValid(signer, digest, signatures[i].data)) revert InvalidAuditorSignature(signer);
            previous = signer;
        }
        if (signatures.length < settings.threshold) revert ThresholdNotReached(signatures.length, settings.threshold);
    }

    /// @dev Ends a recovery, if one is under way.
    function _endProposal() internal {
        if (_ledger().proposal.acceptableAt == 0) return;
        _clearProposal();
        emit AuditorsProposalCanceled();
    }

    function _setAuditors(address[] memory newAuditors, uint256 newThreshold) internal {
        _requireValidSet(newAuditors, newThreshold);
        Layout storage $ = _ledger();
        uint64 version_ = $.settings.version + 1;
        $.auditors = newAuditors;
        for (uint256 i; i < newAuditors.length; ++i) {
            $.seats[newAuditors[i]] = (uint256(version_) << 8) | (i + 1);
        }
        $.settings.version = version_;
        // The casts keep every bit: at most 16 auditors.
        $.settings.threshold = uint8(newThreshold);
        $.settings.auditorCount = uint8(newAuditors.length);
        $.settings.suspended = 0;
        _forgetSignatures();
        _endProposal();
        emit AuditorsSet(version_, newAuditors, newThreshold);
    }

    function _clearConsent() internal {
        Consent storage consent = _ledger().consent;
        delete consent.codeHash;
        delete consent.dataHash;
        delete consent.implementation;
    }

    /// @dev Lowers validUntil to `time`, never raises it.
    function _expireAttestation(uint256 time) internal {
        Solvency solvency_ = _ledger().solvency;
        if (time < solvency_.validUntil()) _ledger().solvency = solvency_.afterAttest(solvency_.backing(), time);
    }

    /// @dev What the auditors signed ends with a change of their set, and with a halt: the attestation's term, and
    /// consent to an upgrade.
    function _forgetSignatures() private {
        _expireAttestation(block.timestamp);
        _clearConsent();
    }

    function _requireMaySign(address account, ReserveSettings memory settings) private view returns (uint256 seat) {
        bool seated;
        (seated, seat) = _seatOf(account, settings);
        if (!seated) revert NotAuditor(account);
        if (_isSuspended(seat, settings)) revert AuditorIsSuspended(account);
    }

    function _seatOf(address account, ReserveSettings memory settings)
        private
        view
        returns (bool seated, uint256 seat)
    {
        uint256 record = _ledger().seats[account];
        if (record == 0 || record >> 8 != settings.version) return (false, 0);
        return (true, (record & 0xff) - 1);
    }

    function _clearProposal() private {
        delete _ledger().proposal;
        delete _ledger().proposedAuditors;
    }

    function _isSuspended(uint256 seat, ReserveSettings memory settings) private pure returns (bool) {
        return settings.suspended & (1 << seat) != 0;
    }

    function _activeAuditors(ReserveSettings memory settings) private pure returns (uint256 active) {
        for (uint256 seat; seat < settings.auditorCount; ++seat) {
            if (!_isSuspended(seat, settings)) ++active;
        }
    }

    function _requireValidSet(address[] memory newAuditors, uint256 newThreshold) private pure {
        uint256 count = newAuditors.length;
        if (count > MAX_AUDITORS) revert InvalidAuditorCount(count);
        // A majority, so that no two disjoint groups can both attest.
        if (newThreshold < MIN_THRESHOLD || newThreshold <= count / 2 || newThreshold > count) {
            revert InvalidThreshold(newThreshold, count);
        }
        address previous = address(0);
        for (uint256 i; i < count; ++i) {
            if (newAuditors[i] <= previous) revert AuditorsNotAscending(previous, newAuditors[i]);
            previous = newAuditors[i];
        }
    }
}
