// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IKGST} from "../interfaces/IKGST.sol";
import {Solvency, SolvencyLib} from "../ledger/Solvency.sol";
import {Auditors} from "./Auditors.sol";

/// @title Reserve attestations
/// @dev May touch: solvency (backing, validUntil), attestation, reportHash, settings. Never the supply.
abstract contract Reserves is IKGST, Auditors {
    bytes32 private constant ATTESTATION_TYPEHASH = keccak256(
        "ReserveAttestation(uint256 epoch,uint256 reserves,uint256 settled,uint256 asOf,bytes32 reportHash,"
        "uint256 halts,uint256 version,uint256 deadline)"
    );
    uint256 private constant MIN_MAX_AGE = 1 hours;
    uint256 private constant MAX_MAX_AGE = 31 days;
    uint256 private constant MAX_MARGIN = 2000;
    uint256 private constant BPS = 1e4;

    /// @inheritdoc IKGST
    /// @dev No pause reaches this function: reserves must be reportable at any time.
    function attest(
        ReserveAttestation calldata attestation,
        uint256 knownHalts,
        uint256 deadline,
        AuditorSignature[] calldata signatures
    ) external {
        // Checks:
        ReserveSettings memory settings = _ledger().settings;
        Solvency solvency_ = _ledger().solvency;
        _requireNext(attestation, solvency_);
        if (knownHalts > settings.halts) revert InvalidHalts(settings.halts, knownHalts);
        uint256 signers = _requireQuorum(
            keccak256(abi.encode(ATTESTATION_TYPEHASH, attestation, knownHalts, settings.version, deadline)),
            deadline,
            signatures
        );
        uint256 owed = solvency_.burned() - attestation.settled;
        uint256 held = attestation.reserves * TYIYN;
        uint256 backing = _less(held * BPS / (BPS + settings.marginBps), owed);
        if (signatures.length != settings.auditorCount) {
            _requireModest(backing, solvency_, settings, signatures.length);
        }
        // asOf is at most now, so the sum cannot overflow.
        uint256 validUntil = attestation.asOf + settings.maxAge;
        // Who did not know of the last halt has not ended it.
        if (knownHalts != settings.halts && validUntil > block.timestamp) validUntil = block.timestamp;

        // Effects:
        _ledger().solvency = solvency_.afterAttest(backing, validUntil);
        // The casts keep every bit: bounded in `_requireNext`; epochs step by one.
        _ledger().attestation = AttestationRecord({
            reserves: uint72(attestation.reserves),
            settled: uint72(attestation.settled),
            asOf: uint40(attestation.asOf),
            epoch: uint64(attestation.epoch)
        });
        _ledger().reportHash = attestation.reportHash;
        _endProposal();
        _logAttestation(attestation, backing, validUntil, signers);
        uint256 deficit = _less(solvency_.supply(), _less(held, owed));
        if (deficit != 0) emit ReserveDeficit(attestation.epoch, deficit);
        else if (solvency_.supply() > backing) emit MarginDeficit(attestation.epoch, solvency_.supply() - backing);
    }

    /// @inheritdoc IKGST
    function setMaxAge(uint256 newMaxAge) external restricted {
        _setMaxAge(newMaxAge);
        _expireAttestation(_ledger().attestation.asOf + newMaxAge);
    }

    /// @inheritdoc IKGST
    function setMaxIncrease(uint256 newMaxIncreaseBps) external restricted {
        _setMaxIncrease(newMaxIncreaseBps);
    }

    /// @inheritdoc IKGST
    function setMargin(uint256 newMarginBps) external restricted {
        _setMargin(newMarginBps);
    }

    /// @inheritdoc IKGST
    function raiseMargin(uint256 newMarginBps) external restricted {
        uint256 marginBps = _ledger().settings.marginBps;
        if (newMarginBps < marginBps) revert MarginOutOfRange(newMarginBps);
        _setMargin(newMarginBps);
    }

    /// @inheritdoc IKGST
    function lastAttestation() external view returns (ReserveAttestation memory) {
        AttestationRecord memory last = _ledger().attestation;
        return ReserveAttestation({
            epoch: last.epoch,
            reserves: last.reserves,
            settled: last.settled,
            asOf: last.asOf,
            reportHash: _ledger().reportHash
        });
    }

    /// @inheritdoc IKGST
    function solvency() external view returns (uint256 supply, uint256 backing, uint256 burned, uint256 validUntil) {
        Solvency word = _ledger().solvency;
        return (word.supply(), word.backing(), word.burned(), word.validUntil());
    }

    /// @inheritdoc IKGST
    function reserveLimits() external view returns (uint256 maxAge, uint256 maxIncreaseBps, uint256 marginBps) {
        ReserveSettings storage settings = _ledger().settings;
        return (settings.maxAge, settings.maxIncreaseBps, settings.marginBps);
    }

    function _setMaxAge(uint256 newMaxAge) internal {
        if (newMaxAge < MIN_MAX_AGE || newMaxAge > MAX_MAX_AGE || 2 * newMaxAge > RECOVERY_DELAY) {
            revert MaxAgeOutOfRange(newMaxAge);
        }
        // The cast keeps every bit: at most 31 days.
        _ledger().settings.maxAge = uint32(newMaxAge);
        emit MaxAgeSet(newMaxAge);
    }

    function _setMaxIncrease(uint256 newMaxIncreaseBps) internal {
        if (newMaxIncreaseBps > BPS) revert MaxIncreaseOutOfRange(newMaxIncreaseBps);
        // The cast keeps every bit: at most 10,000.
        _ledger().settings.maxIncreaseBps = uint16(newMaxIncreaseBps);
        emit MaxIncreaseSet(newMaxIncreaseBps);
    }

    function _setMargin(uint256 newMarginBps) internal {
        if (newMarginBps > MAX_MARGIN) revert MarginOutOfRange(newMarginBps);
        // The cast keeps every bit: at most 2,000.
        _ledger().settings.marginBps = uint16(newMarginBps);
        emit MarginSet(newMarginBps);
    }

    /// @dev All figures that can be checked without the signatures.
    function _requireNext(ReserveAttestation calldata attestation, Solvency solvency_) private view {
        AttestationRecord memory last = _ledger().attestation;
        uint256 expected = uint256(last.epoch) + 1;
        if (attestation.epoch != expected) revert InvalidEpoch(expected, attestation.epoch);
        if (attestation.asOf < last.asOf) revert AsOfBeforeLast(last.asOf, attestation.asOf);
        if (attestation.asOf > block.timestamp) revert AsOfInFuture(attestation.asOf);
        if (attestation.settled > solvency_.burned()) {
            revert SettledOutOfRange(attestation.settled, solvency_.burned());
        }
        uint256 maxReserves = SolvencyLib.MAX / TYIYN;
        if (attestation.reserves > maxReserves) revert AmountOutOfRange(attestation.reserves, maxReserves);
    }

    /// @dev Without every auditor, backing may rise only so far, by whichever figure, and the first cannot be set at
    /// all: the guard against a slip of two zeros. Coming back from a deficit to parity enables nothing.
    function _requireModest(uint256 backing, Solvency solvency_, ReserveSettings memory settings, uint256 signed)
        private
        view
    {
        uint256 base = solvency_.backing() > solvency_.supply() ? solvency_.backing() : solvency_.supply();
        uint256 ceiling = base * (BPS + settings.maxIncreaseBps) / BPS;
        if (_ledger().attestation.epoch == 0 || backing > ceiling) {
            revert UnanimityRequired(signed, settings.auditorCount);
        }
    }

    function _logAttestation(
        ReserveAttestation calldata attestation,
        uint256 backing,
        uint256 validUntil,
        uint256 signers
    ) private {
        emit ReservesAttested(
            attestation.epoch,
            attestation.reserves,
            attestation.settled,
            attestation.asOf,
            attestation.reportHash,
            backing,
            validUntil,
            signers
        );
    }

    function _less(uint256 amount, uint256 taken) private pure returns (uint256) {
        return amount > taken ? amount - taken : 0;
    }
}
