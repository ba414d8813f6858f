// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IKGST} from "../../contracts/interfaces/IKGST.sol";
import {both, either, isAbove, isMin, less, sum} from "./Logic.sol";
import {TokenProof} from "./TokenProof.sol";

/// @title Attestations, and what may end them
/// @dev Signatures go through the product's own check with ecrecover as any function of its arguments, and ERC-1271
/// signers answer anything: no assumption is made on who can sign.
contract ReservesProof is TokenProof {
    /// @notice An accepted attestation: backing = max(0, reserves·TYIYN − (burned − settled)), the record as signed; supply
    /// and burned as they were; asOf not in the future nor before the last; within the deadline. validUntil = asOf +
    /// maxAge if all halts were known, else at most that and now: a halt is ended only by signatures given after it
    /// @custom:proves 3 6 17
    /// @custom:bound 2 signatures of 65 bytes
    function check_attest_effects(address caller, IKGST.ReserveAttestation calldata a, uint40 time) public {
        _assumeTime(time);
        _assumeReserves(time);
        Sums memory s = _sums();
        Record memory last = _record();
        Settings memory settings = _settings();
        (uint256 halts, uint256 deadline) = (svm.createUint(256, "halts"), svm.createUint(256, "deadline"));

        vm.assume(_attest(caller, a, halts, deadline));

        assert(both(a.asOf <= time, a.asOf >= last.asOf));
        assert(a.settled <= s.burned);
        assert(both(a.epoch == sum(last.epoch, 1), both(time <= deadline, halts <= settings.halts)));
        Record memory next = _record();
        assert(both(both(next.reserves == a.reserves, next.settled == a.settled), next.asOf == a.asOf));
        assert(both(next.epoch == a.epoch, _raw(ATTESTATION + 1) == uint256(a.reportHash)));
        Sums memory later = _sums();
        assert(isAbove(later.backing, _tyiyn(a.reserves), less(s.burned, a.settled)));
        s.backing = later.backing;
        uint256 end = sum(a.asOf, settings.maxAge);
        if (halts == settings.halts) assert(later.validUntil == end);
        else assert(isMin(later.validUntil, end, time));
        s.validUntil = later.validUntil;
        assert(_isSame(s, later));
    }

    /// @notice At least threshold ≥ 2 distinct current auditors who are not suspended; without all of them backing rises by
    /// at most maxIncrease above itself or the supply, and the first attestation needs all
    /// @custom:proves 7
    /// @custom:bound 2 signatures of 65 bytes
    function check_attest_quorum(address caller, IKGST.ReserveAttestation calldata a, uint40 time) public {
        _assumeTime(time);
        _assumeReserves(time);
        Settings memory s = _settings();
        Record memory last = _record();
        Sums memory sums = _sums();
        uint256 base = sums.backing > sums.supply ? sums.backing : sums.supply;
        (address first, address second) = (svm.createAddress("first"), svm.createAddress("second"));

        vm.assume(_call(caller, _attestData(a, 0, type(uint256).max, _signed(first, second))));

        assert(both(both(first != second, s.threshold == 2), both(_isSeated(first), _isSeated(second))));
        bool modest = both(last.epoch != 0, _sums().backing <= _ceiling(base, s.maxIncrease));
        assert(either(s.count == 2, modest));
    }

    /// @notice One signature is never enough
    /// @custom:proves 7
    function check_attest_one(address caller, IKGST.ReserveAttestation calldata a, uint40 time) public {
        _assumeTime(time);
        _assumeReserves(time);
        IKGST.AuditorSignature[] memory signatures = new IKGST.AuditorSignature[](1);
        signatures[0] = IKGST.AuditorSignature(svm.createAddress("signer"), _bytes65());
        assert(!_call(caller, _attestData(a, 0, type(uint256).max, signatures)));
    }

    /// @notice The same attestation is never accepted twice
    /// @custom:proves 6
    /// @custom:bound 2 signatures of 65 bytes
    function check_attest_replay(address caller, IKGST.ReserveAttestation calldata a, uint40 time) public {
        _assumeTime(time);
        _assumeReserves(time);
        vm.assume(a.epoch <= _record().epoch);
        assert(!_attest(caller, a, svm.createUint(256, "halts"), svm.createUint(256, "deadline")));
    }

    /// @notice A halt succeeds only for an auditor who is seated, is counted, and then validUntil = min(validUntil, now)
    /// @custom:proves 3 5 7
    function check_haltMinting_effects(address auditor, uint40 time) public {
        _assumeTime(time);
        _assumeReserves(time);
        vm.assume(_isSeatWellFormed(auditor));
        Sums memory s = _sums();
        bool seated = _isSeated(auditor);
        uint256 halts = _settings().halts;
        bool ok = _call(auditor, abi.encodeCall(IKGST.haltMinting, ("")));
        Sums memory later = _sums();
        assert(ok == seated);
        assert(_settings().halts == (ok ? sum(halts, 1) : halts));
        assert(isMin(later.validUntil, s.validUntil, ok ? time : s.validUntil));
        s.validUntil = later.validUntil;
        assert(_isSame(s, later));
    }

    /// @notice setMaxAge never lengthens the attestation in force, and shortens it to asOf + maxAge
    /// @custom:proves 3 5
    function check_setMaxAge_effects(address caller, uint256 maxAge, uint40 time) public {
        _assumeTime(time);
        _assumeReserves(time);
        Sums memory s = _sums();
        vm.assume(_call(caller, abi.encodeCall(IKGST.setMaxAge, (maxAge))));
        Sums memory later = _sums();
        assert(_settings().maxAge == maxAge);
        assert(isMin(later.validUntil, s.validUntil, sum(_record().asOf, maxAge)));
        s.validUntil = later.validUntil;
        assert(_isSame(s, later));
    }

    /// @notice A recovery is accepted only at its time, and is over then
    /// @custom:proves 7 9
    /// @custom:bound 2 proposed auditors
    function check_acceptAuditors_effects(address caller, uint40 time) public {
        _assumeTime(time);
        _assumeReserves(time);
        vm.store(token, bytes32(LAYOUT + PROPOSED), bytes32(uint256(2)));
        uint256 proposal = _raw(PROPOSAL);
        Settings memory s = _settings();
        uint256 validUntil = _sums().validUntil;

        vm.assume(_call(caller, abi.encodeCall(IKGST.acceptAuditors, ())));

        uint256 acceptableAt = _field(proposal, 0, 40);
        assert(both(acceptableAt != 0, time >= acceptableAt));
        assert(_raw(PROPOSAL) == 0);
        assert(_settings().version == sum(s.version, 1));
        assert(isMin(_sums().validUntil, validUntil, time));
    }

    /// @notice An accepted attestation ends a recovery that is under way
    /// @custom:proves 9
    /// @custom:bound 2 signatures of 65 bytes
    function check_attest_endsRecovery(address caller, IKGST.ReserveAttestation calldata a, uint40 time) public {
        _assumeTime(time);
        _assumeReserves(time);
        vm.store(token, bytes32(LAYOUT + PROPOSED), bytes32(uint256(2)));
        vm.assume(_attest(caller, a, svm.createUint(256, "halts"), svm.createUint(256, "deadline")));
        assert(_field(_raw(PROPOSAL), 0, 40) == 0);
    }

    function _attest(address caller, IKGST.ReserveAttestation calldata a, uint256 halts, uint256 deadline)
        private
        returns (bool)
    {
        IKGST.AuditorSignature[] memory signatures = _signed(svm.createAddress("first"), svm.createAddress("second"));
        return _call(caller, _attestData(a, halts, deadline, signatures));
    }

    function _attestData(
        IKGST.ReserveAttestation calldata a,
        uint256 halts,
        uint256 deadline,
        IKGST.AuditorSignature[] memory signatures
    ) private pure returns (bytes memory) {
        return abi.encodeCall(IKGST.attest, (a, halts, deadline, signatures));
    }

    function _signed(address first, address second) private view returns (IKGST.AuditorSignature[] memory signatures) {
        signatures = new IKGST.AuditorSignature[](2);
        signatures[0] = IKGST.AuditorSignature(first, _bytes65());
        signatures[1] = IKGST.AuditorSignature(second, _bytes65());
    }

    function _bytes65() private view returns (bytes memory) {
        return abi.encodePacked(svm.createBytes32("r"), svm.createBytes32("s"), uint8(svm.createUint(8, "v")));
    }

    /// @dev Both factors are bounded: at most 59 bits × 14 bits.
    function _tyiyn(uint256 reserves) private pure returns (uint256) {
        unchecked {
            return reserves * 1e4;
        }
    }

    function _ceiling(uint256 reserves, uint256 maxIncrease) private pure returns (uint256) {
        unchecked {
            return reserves * (1e4 + maxIncrease) / 1e4;
        }
    }
}
