// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IKGST} from "../../contracts/interfaces/IKGST.sol";
import {both, either} from "./Logic.sol";
import {Signers} from "./Signers.sol";
import {TokenProof} from "./TokenProof.sol";

/// @title How many must sign, who may, and how far backing may rise without all of them
/// @dev Apart from what an attestation does then: who signs does not depend on the figures, nor they on who signs. One
/// property for each kind of signer keeps a solver from trying every account that a symbol may be.
contract QuorumProof is TokenProof, Signers {
    /// @notice Keys that an attestation is accepted from: at least threshold ≥ 2 distinct current auditors who are not
    /// suspended
    /// @custom:proves 7
    /// @custom:bound 2 signatures of 65 bytes, by accounts without code; no recovery under way
    function check_attest_byKeys(address caller, IKGST.ReserveAttestation calldata a, uint40 time) public {
        _prepare(a, time);
        _attestedBy(caller, a, _byKeys());
    }

    /// @notice A key and a contract that it is accepted from: the same
    /// @custom:proves 7
    /// @custom:bound 2 signatures, one of 65 bytes by an account without code; no recovery under way
    function check_attest_byKeyAndContract(address caller, IKGST.ReserveAttestation calldata a, uint40 time) public {
        _prepare(a, time);
        _attestedBy(caller, a, _byKeyAndContract());
    }

    /// @notice Contracts that it is accepted from: the same
    /// @custom:proves 7
    /// @custom:bound 2 signatures, by contracts; no recovery under way
    function check_attest_byContracts(address caller, IKGST.ReserveAttestation calldata a, uint40 time) public {
        _prepare(a, time);
        _attestedBy(caller, a, _byContracts());
    }

    /// @notice Without all auditors backing rises by at most maxIncrease above itself or the supply, and the first
    /// attestation needs all
    /// @custom:proves 7
    /// @custom:bound 2 signatures, by contracts; no recovery under way
    function check_attest_modest(address caller, IKGST.ReserveAttestation calldata a, uint40 time) public {
        _prepare(a, time);
        (Settings memory s, Sums memory sums, uint256 epoch) = (_settings(), _sums(), _record().epoch);
        uint256 base = sums.backing > sums.supply ? sums.backing : sums.supply;

        vm.assume(_call(caller, _attestData(a, 0, type(uint256).max, _byContracts())));

        assert(either(s.count == 2, both(epoch != 0, _sums().backing <= _ceiling(base, s.maxIncrease))));
    }

    function _prepare(IKGST.ReserveAttestation calldata a, uint40 time) private {
        _assumeTime(time);
        vm.store(token, bytes32(LAYOUT + PROPOSAL), 0);
        _assumeReserves(time);
        _carried(a.reserves, _settings().margin);
    }

    function _attestedBy(
        address caller,
        IKGST.ReserveAttestation calldata a,
        IKGST.AuditorSignature[] memory signatures
    ) private {
        (address first, address second) = (signatures[0].signer, signatures[1].signer);
        vm.assume(_call(caller, _attestData(a, 0, type(uint256).max, signatures)));
        assert(both(both(first != second, _settings().threshold == 2), both(_isSeated(first), _isSeated(second))));
    }

    function _ceiling(uint256 base, uint256 maxIncrease) private pure returns (uint256) {
        unchecked {
            return base * (1e4 + maxIncrease) / 1e4;
        }
    }
}
