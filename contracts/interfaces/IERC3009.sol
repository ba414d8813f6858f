// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title EIP-3009: the two payments by `v, r, s`
/// @notice Apart from the rest because the token's own code holds just these; see `IERC3009`.
interface IERC3009Transfers {
    event AuthorizationUsed(address indexed authorizer, bytes32 indexed nonce);
    event AuthorizationCanceled(address indexed authorizer, bytes32 indexed nonce);

    /// @notice Moves `value` base units from `from` to `to` by the signature of `from`.
    /// @param validAfter The authorization holds for times > validAfter, in seconds,
    /// @param validBefore and for times < validBefore.
    function transferWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external;

    /// @notice As above, but only the payee itself may submit, so that nobody can run ahead of it.
    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external;
}

/// @title EIP-3009: transfer with authorization
/// @notice A holder signs; anyone submits and pays the gas. Nonces are single-use and in any order.
/// Warning: a wallet that counts its nonces up (0, 1, 2 …) pays 17,100 gas less for 255 payments of 256, for nonces
/// share a storage word by their upper 248 bits.
interface IERC3009 is IERC3009Transfers {
    /// @notice Whether the nonce was used or canceled.
    function authorizationState(address authorizer, bytes32 nonce) external view returns (bool);

    /// @notice Uses up a nonce without a payment. Works when blocked or paused.
    function cancelAuthorization(address authorizer, bytes32 nonce, uint8 v, bytes32 r, bytes32 s) external;

    /// @notice For signers that are contracts (ERC-1271), or with the 65 bytes `r ‖ s ‖ v`.
    function transferWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes calldata signature
    ) external;

    /// @notice For signers that are contracts (ERC-1271), or with the 65 bytes `r ‖ s ‖ v`.
    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes calldata signature
    ) external;

    /// @notice For signers that are contracts (ERC-1271), or with the 65 bytes `r ‖ s ‖ v`.
    function cancelAuthorization(address authorizer, bytes32 nonce, bytes calldata signature) external;

    function TRANSFER_WITH_AUTHORIZATION_TYPEHASH() external view returns (bytes32);
    function RECEIVE_WITH_AUTHORIZATION_TYPEHASH() external view returns (bytes32);
    function CANCEL_AUTHORIZATION_TYPEHASH() external view returns (bytes32);
}
