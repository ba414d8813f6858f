// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IKGST} from "../../contracts/interfaces/IKGST.sol";
import {Cheats} from "./Cheats.sol";

/// @title Two who sign for auditors
/// @dev What a call does once the signatures are accepted does not depend on who gave them; the addresses of contracts are
/// known, which spares halmos a path for each account that a symbol may be.
abstract contract Signers is Cheats {
    /// @dev Contracts that answer anything. The signatures are empty: ecrecover has no part.
    function _byContracts() internal returns (IKGST.AuditorSignature[] memory) {
        return _empty(address(new SignerOfAny()), address(new SignerOfAny()));
    }

    /// @dev Contracts that have signed the one message.
    function _byContracts(bytes32 digest) internal returns (IKGST.AuditorSignature[] memory) {
        return _empty(address(new SignerOfOne(digest)), address(new SignerOfOne(digest)));
    }

    /// @dev Accounts without code: ecrecover is any function.
    function _byKeys() internal view returns (IKGST.AuditorSignature[] memory signatures) {
        signatures = _byAnyone();
        vm.assume(signatures[0].signer.code.length == 0);
        vm.assume(signatures[1].signer.code.length == 0);
    }

    function _byAnyone() internal view returns (IKGST.AuditorSignature[] memory signatures) {
        signatures = new IKGST.AuditorSignature[](2);
        signatures[0] = IKGST.AuditorSignature(svm.createAddress("first"), _bytes65());
        signatures[1] = IKGST.AuditorSignature(svm.createAddress("second"), _bytes65());
    }

    /// @dev A key of an account without code, and a contract that answers anything; in the order of their addresses.
    function _byKeyAndContract() internal returns (IKGST.AuditorSignature[] memory signatures) {
        IKGST.AuditorSignature memory byKey = IKGST.AuditorSignature(svm.createAddress("key"), _bytes65());
        IKGST.AuditorSignature memory byContract = IKGST.AuditorSignature(address(new SignerOfAny()), "");
        vm.assume(byKey.signer.code.length == 0);
        signatures = new IKGST.AuditorSignature[](2);
        (signatures[0], signatures[1]) = svm.createBool("key first") ? (byKey, byContract) : (byContract, byKey);
    }

    function _attestData(
        IKGST.ReserveAttestation calldata a,
        uint256 halts,
        uint256 deadline,
        IKGST.AuditorSignature[] memory signatures
    ) internal pure returns (bytes memory) {
        return abi.encodeCall(IKGST.attest, (a, halts, deadline, signatures));
    }

    function _bytes65() internal view returns (bytes memory) {
        return abi.encodePacked(svm.createBytes32("r"), svm.createBytes32("s"), uint8(svm.createUint(8, "v")));
    }

    function _empty(address first, address second) private pure returns (IKGST.AuditorSignature[] memory signatures) {
        if (first > second) (first, second) = (second, first);
        signatures = new IKGST.AuditorSignature[](2);
        signatures[0] = IKGST.AuditorSignature(first, "");
        signatures[1] = IKGST.AuditorSignature(second, "");
    }
}

contract SignerOfAny is Cheats {
    function isValidSignature(bytes32, bytes calldata) external view returns (bytes4) {
        return svm.createBytes4("answer1271");
    }
}

/// @title An ERC-1271 account that has signed one message and signs no other
contract SignerOfOne {
    bytes32 private signed;

    constructor(bytes32 digest) {
        signed = digest;
    }

    function isValidSignature(bytes32 digest, bytes calldata) external view returns (bytes4) {
        return digest == signed ? this.isValidSignature.selector : bytes4(0);
    }
}
