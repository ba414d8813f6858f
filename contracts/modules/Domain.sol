// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";

/// @title The EIP-712 domain of the token
/// @dev `address(this)` is the token's address in the token's own code and, by delegatecall, in the implementation. The
/// domain holds the chain id of the moment, so that signatures do not survive a chain split.
abstract contract Domain {
    string internal constant NAME = "KGST";
    string internal constant VERSION = "1";

    bytes32 private constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    // Of literals, which the compiler computes; keccak256(bytes(NAME)) it would leave to every call (400 gas).
    bytes32 private constant NAME_HASH = keccak256("KGST");
    bytes32 private constant VERSION_HASH = keccak256("1");

    function _domainSeparator() internal view virtual returns (bytes32) {
        return keccak256(abi.encode(DOMAIN_TYPEHASH, NAME_HASH, VERSION_HASH, block.chainid, address(this)));
    }

    function _digest(bytes32 structHash) internal view returns (bytes32) {
        return MessageHashUtils.toTypedDataHash(_domainSeparator(), structHash);
    }
}
