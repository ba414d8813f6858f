// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";

/// @title A contract whose signature on anything is one string of bytes, of any length. For tests only.
contract ERC1271PasswordMock is IERC1271 {
    bytes32 public immutable password;

    /// @param password_ keccak256 of the signature.
    constructor(bytes32 password_) {
        password = password_;
    }

    function isValidSignature(bytes32, bytes calldata signature) external view returns (bytes4) {
        return keccak256(signature) == password ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }
}
