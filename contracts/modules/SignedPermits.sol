// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC2612} from "../interfaces/IERC2612.sol";
import {IKGST} from "../interfaces/IKGST.sol";
import {Permits} from "./Permits.sol";
import {Signatures} from "./Signatures.sol";

/// @title The rest of ERC-2612: permits by `bytes`, reading
/// @dev May touch: accounts (the permit nonce), allowances. In the implementation only.
abstract contract SignedPermits is IKGST, Permits {
    /// @inheritdoc IKGST
    function permit(address owner, address spender, uint256 value, uint256 deadline, bytes calldata signature)
        external
    {
        bytes32 digest = _usePermit(owner, spender, value, deadline);
        if (!Signatures.isValid(owner, digest, signature)) revert ERC2612InvalidSignature(owner);
        _approve(owner, spender, value);
    }

    /// @inheritdoc IERC2612
    function nonces(address owner) external view returns (uint256) {
        return _ledger().holders[owner].account.permitNonce();
    }

    /// @inheritdoc IKGST
    function PERMIT_TYPEHASH() external pure returns (bytes32) {
        return _PERMIT_TYPEHASH;
    }

    /// @inheritdoc IERC2612
    function DOMAIN_SEPARATOR() external view returns (bytes32) {
        return _domainSeparator();
    }
}
