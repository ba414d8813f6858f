// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

/// @title Who signed a digest: ECDSA first, then ERC-1271
/// @dev In this order because under EIP-7702 an ordinary key's account may have code; looking at the code first would
/// refuse its ECDSA signatures. Low s and v of 27 or 28 only (OpenZeppelin's ECDSA, and the precompile, refuse the
/// rest). Touches no storage. ERC-1271 contracts are asked by staticcall, so they cannot change anything meanwhile.
library Signatures {
    function isValid(address signer, bytes32 digest, uint8 v, bytes32 r, bytes32 s) internal view returns (bool) {
        // The third value only details the failure.
        // slither-disable-next-line unused-return
        (address recovered, ECDSA.RecoverError failure,) = ECDSA.tryRecover(digest, v, r, s);
        if (failure == ECDSA.RecoverError.NoError && recovered == signer) return true;
        return signer.code.length != 0
            && SignatureChecker.isValidERC1271SignatureNow(signer, digest, abi.encodePacked(r, s, v));
    }

    function isValid(address signer, bytes32 digest, bytes memory signature) internal view returns (bool) {
        // The third value only details the failure.
        // slither-disable-next-line unused-return
        (address recovered, ECDSA.RecoverError failure,) = ECDSA.tryRecover(digest, signature);
        if (failure == ECDSA.RecoverError.NoError && recovered == signer) return true;
        return signer.code.length != 0 && SignatureChecker.isValidERC1271SignatureNow(signer, digest, signature);
    }
}
