// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title ERC-2612: the permit by `v, r, s`
/// @notice Apart from the rest because the token's own code holds just this; see `IERC2612`.
interface IERC2612Permit {
    /// @notice Sets the allowance of `spender` over `owner`'s tokens by the signature of `owner`.
    /// Warning: anyone may submit a permit first; a call that bundles permit with something else should tolerate its
    /// revert.
    /// @param value Base units; the greatest uint256 is unlimited.
    /// @param deadline The last second at which the permit holds.
    function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external;
}

/// @title ERC-2612
interface IERC2612 is IERC2612Permit {
    /// @notice The nonce that the next permit of `owner` must carry.
    function nonces(address owner) external view returns (uint256);

    /// @notice EIP-712.
    function DOMAIN_SEPARATOR() external view returns (bytes32);
}
