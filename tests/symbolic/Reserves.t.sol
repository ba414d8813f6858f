// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IKGST} from "../../contracts/interfaces/IKGST.sol";
import {both, either, isMin, less, sum} from "./Logic.sol";
import {Signers} from "./Signers.sol";
import {TokenProof} from "./TokenProof.sol";

/// @title Attestations, and what may end them
/// @dev Signatures go through the product's own check with ecrecover as any function of its arguments, and ERC-1271
/// signers answer anything: no assumption is made on who can sign.
contract ReservesProof is TokenProof, Signers {
    bytes32 private constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes32 private constant ATTESTATION_TYPEHASH = keccak256(
        "ReserveAttestation(uint256 epoch,uint256 reserves,uint256 settled,uint256 asOf,bytes32 reportHash,"
        "uint256 halts,uint256 version,uint256 deadline)"
    );
    bytes32 private constant APPROVAL_TYPEHASH = keccak256(
        "ImplementationApproval(address implementation,bytes32 codeHash,bytes32 dataHash,uint256 nonce,"
        "uint256 halts,uint256 version,uint256 deadline)"
    );

    /// @notice An accepted attestation is the next epoch, of figures that are not in the future nor before the last, within
    /// the deadline, by who knew of no halt that was not; the record is as signed
    /// @custom:proves 6 17
    /// @custom:bound 2 signatures, by contracts; no recovery under way
    function check_attest_effects(address caller, IKGST.ReserveAttestation calldata a, uint40 time) public {
        _assumeTime(time);
        vm.store(token, bytes32(LAYOUT + PROPOSAL), 0);
        _assumeAttestable(time);
        (Record memory last, uint256 burned, uint256 halts) = (_record(), _sums().burned, _settings().halts);
        (uint256 known, uint256 deadline) = (svm.createUint(256, "halts"), svm.createUint(256, "deadline"));

        vm.assume(_attest(caller, a, known, deadline));

        bool next = both(a.epoch == sum(last.epoch, 1), both(a.asOf <= time, a.asOf >= last.asOf));
        assert(both(next, both(a.settled <= burned, both(time <= deadline, known <= halts))));
        Record memory r = _record();
        bool record = both(both(r.reserves == a.reserves, r.settled == a.settled), r.asOf == a.asOf);
        assert(both(record, both(r.epoch == a.epoch, _raw(ATTESTATION + 1) == uint256(a.reportHash))));
    }

    /// @notice Its backing = max(0, reserves · TYIYN · 10,000 / (10,000 + marginBps), rounded down, − (burned − settled));
    /// supply, burned and pause flags stay
    /// @custom:proves 1 3 12 17
    /// @custom:bound 2 signatures, by contracts; no recovery under way
    function check_attest_backing(address caller, IKGST.ReserveAttestation calldata a, uint40 time) public {
        _assumeTime(time);
        vm.store(token, bytes32(LAYOUT + PROPOSAL), 0);
        _assumeAttestable(time);
        (uint256 word, uint256 burned) = (_raw(SOLVENCY), _sums().burned);
        uint256 carried = _carried(a.reserves, _settings().margin);
        vm.assume(_attest(caller, a, svm.createUint(256, "halts"), svm.createUint(256, "deadline")));
        uint256 owed = less(burned, a.settled);
        uint256 backing = carried > owed ? less(carried, owed) : 0;
        assert(backing <= MAX_72);
        // The word but for validUntil: a solver sees at once that two are put together alike.
        uint256 mask = ~(uint256(2 ** 36 - 1) << 216);
        assert(_raw(SOLVENCY) & mask == (word & mask & ~(MAX_72 << 72)) | ((backing << 72) & mask));
    }

    /// @notice Its validUntil = asOf + maxAge if all halts were known, else at most that and now
    /// @custom:proves 5 6
    /// @custom:bound 2 signatures, by contracts; no recovery under way
    function check_attest_term(address caller, IKGST.ReserveAttestation calldata a, uint40 time) public {
        _assumeTime(time);
        vm.store(token, bytes32(LAYOUT + PROPOSAL), 0);
        _assumeAttestable(time);
        Settings memory settings = _settings();
        _carried(a.reserves, settings.margin);
        uint256 known = svm.createUint(256, "halts");
        vm.assume(_attest(caller, a, known, svm.createUint(256, "deadline")));
        (uint256 end, uint256 validUntil) = (sum(a.asOf, settings.maxAge), _sums().validUntil);
        bool open = both(known == settings.halts, validUntil == end);
        assert(either(open, both(known != settings.halts, isMin(validUntil, end, time))));
    }

    /// @notice What the reserves carry with a margin is at most what they are, which has 72 bits: no q = held + 1 + x is the
    /// whole number that division is defined by, q · (10,000 + m) ≤ held · 10,000
    /// @custom:proves 17
    function check_margin(uint64 reserves, uint72 held, uint96 x, uint128 low, uint128 rest, uint128 extra)
        public
        pure
    {
        unchecked {
            vm.assume(reserves <= MAX_72 / 1e4);
            assert(uint256(reserves) * 1e4 <= MAX_72);
            uint256 q = uint256(held) + 1 + x;
            assert(q * 1e4 == uint256(held) * 1e4 + uint256(x) * 1e4 + 1e4);
            // For held · 10,000, x · 10,000 and q · m, whatever they are: 113 bits at most.
            assert(uint256(low) + rest + 1e4 + extra > low);
        }
    }

    /// @notice What is accepted was signed: this attestation, with this number of halts, for the present set, until this
    /// deadline. Whoever signed before the last halt, and so for fewer of them, enables no minting: a halt is ended only
    /// by signatures given after it
    /// @custom:proves 5 6 7
    /// @custom:bound both of a set of 2, ERC-1271 accounts, each with one signed message; no recovery under way
    function check_attest_asSigned(
        address caller,
        IKGST.ReserveAttestation calldata signed,
        IKGST.ReserveAttestation calldata a,
        uint256[3] calldata terms,
        uint40 time
    ) public {
        _assumeTime(time);
        vm.store(token, bytes32(LAYOUT + PROPOSAL), 0);
        _assumeAttestable(time);
        Settings memory settings = _settings();
        vm.assume(settings.count == 2);
        _carried(a.reserves, settings.margin);
        (uint256 known, uint256 deadline) = (svm.createUint(256, "halts"), svm.createUint(256, "deadline"));
        bytes32 message = keccak256(abi.encode(ATTESTATION_TYPEHASH, signed, terms[0], terms[1], terms[2]));

        vm.assume(_call(caller, _attestData(a, known, deadline, _signedOnce(message))));

        bool same = both(both(a.epoch == signed.epoch, a.reserves == signed.reserves), a.settled == signed.settled);
        same = both(same, both(a.asOf == signed.asOf, a.reportHash == signed.reportHash));
        assert(both(same, both(both(known == terms[0], settings.version == terms[1]), deadline == terms[2])));
        assert(either(terms[0] == settings.halts, both(terms[0] < settings.halts, _sums().validUntil <= time)));
    }

    /// @notice Consent to an upgrade that was signed before the last halt is refused, as is one for another set, and one
    /// that has been given
    /// @custom:proves 6 7 9
    /// @custom:bound 2 ERC-1271 signers, each with one signed message
    function check_approve_asSigned(address caller, bytes32[3] calldata a, uint256[4] calldata terms, uint40 time)
        public
    {
        _assumeTime(time);
        Settings memory settings = _settings();
        uint256 given = _field(_raw(CONSENT + 2), 160, 48);
        (uint256 nonce, uint256 deadline) = (svm.createUint(256, "nonce"), svm.createUint(256, "deadline"));
        bytes32 message =
            keccak256(abi.encode(APPROVAL_TYPEHASH, outside, a[0], a[1], terms[0], terms[1], terms[2], terms[3]));
        bytes memory data =
            abi.encodeCall(IKGST.approveImplementation, (outside, a[0], a[2], nonce, deadline, _signedOnce(message)));

        vm.assume(_call(caller, data));

        assert(both(both(terms[0] == given, nonce == given), both(a[1] == a[2], terms[3] == deadline)));
        assert(both(terms[1] == settings.halts, terms[2] == settings.version));
        assert(both(_raw(CONSENT) == uint256(a[0]), _raw(CONSENT + 1) == uint256(a[1])));
    }

    /// @notice One signature is never enough, nor is none
    /// @custom:proves 7
    function check_attest_one(address caller, IKGST.ReserveAttestation calldata a, uint40 time) public {
        _assumeTime(time);
        _assumeReserves(time);
        IKGST.AuditorSignature[] memory signatures = new IKGST.AuditorSignature[](1);
        signatures[0] = IKGST.AuditorSignature(svm.createAddress("signer"), _bytes65());
        if (svm.createBool("none")) signatures = new IKGST.AuditorSignature[](0);
        assert(!_call(caller, _attestData(a, 0, type(uint256).max, signatures)));
    }

    /// @notice The same attestation is never accepted twice
    /// @custom:proves 6
    /// @custom:bound 2 signatures, by contracts
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

    /// @notice setMargin sets what it is asked, 0 to 2,000, and nothing else; backing stays until the next attestation
    /// @custom:proves 17
    function check_setMargin_effects(address caller, uint256 margin) public {
        (Settings memory s, uint256 solvency) = (_settings(), _raw(SOLVENCY));
        vm.assume(_call(caller, abi.encodeCall(IKGST.setMargin, (margin))));
        assert(both(margin <= MAX_MARGIN, _raw(SOLVENCY) == solvency));
        s.margin = margin;
        assert(_isSame(s, _settings()));
    }

    /// @notice raiseMargin never lowers it, raises it to what it is asked, at most 2,000, and changes nothing else
    /// @custom:proves 17
    function check_raiseMargin_effects(address caller, uint256 margin) public {
        (Settings memory s, uint256 solvency) = (_settings(), _raw(SOLVENCY));
        vm.assume(_call(caller, abi.encodeCall(IKGST.raiseMargin, (margin))));
        assert(both(both(margin >= s.margin, margin <= MAX_MARGIN), _raw(SOLVENCY) == solvency));
        s.margin = margin;
        assert(_isSame(s, _settings()));
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

    /// @notice An accepted attestation ends a recovery that is under way, and leaves supply, burned and pause flags then too
    /// @custom:proves 1 9 12
    /// @custom:bound 2 signatures, by contracts, who knew of all halts
    function check_attest_endsRecovery(address caller, IKGST.ReserveAttestation calldata a, uint40 time) public {
        _assumeTime(time);
        _assumeAttestable(time);
        vm.store(token, bytes32(LAYOUT + PROPOSED), bytes32(uint256(2)));
        vm.assume(_field(_raw(PROPOSAL), 0, 40) != 0);
        (Settings memory settings, Sums memory s) = (_settings(), _sums());
        _carried(a.reserves, settings.margin);
        vm.assume(_attest(caller, a, settings.halts, svm.createUint(256, "deadline")));
        Sums memory later = _sums();
        bool kept = both(later.supply == s.supply, both(later.burned == s.burned, later.top == s.top));
        assert(both(kept, _field(_raw(PROPOSAL), 0, 40) == 0));
    }

    function _attest(address caller, IKGST.ReserveAttestation calldata a, uint256 halts, uint256 deadline)
        private
        returns (bool)
    {
        return _call(caller, _attestData(a, halts, deadline, _byContracts()));
    }

    function _signedOnce(bytes32 message) private returns (IKGST.AuditorSignature[] memory signatures) {
        bytes32 domain = keccak256(abi.encode(DOMAIN_TYPEHASH, keccak256("KGST"), keccak256("1"), block.chainid, token));
        return _byContracts(keccak256(abi.encodePacked(hex"1901", domain, message)));
    }
}
