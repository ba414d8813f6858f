// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC3009} from "../interfaces/IERC3009.sol";
import {IKGST} from "../interfaces/IKGST.sol";
import {Authorizations} from "./Authorizations.sol";
import {Signatures} from "./Signatures.sol";

/// @title The rest of EIP-3009: payments by `bytes`, cancellation, reading
/// @dev May touch: accounts, authorizations. In the implementation only.
abstract contract SignedAuthorizations is IERC3009, Authorizations {
    bytes32 private constant CANCEL_TYPEHASH = keccak256("CancelAuthorization(address authorizer,bytes32 nonce)");

    /// @inheritdoc IERC3009
    function transferWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes calldata signature
    ) external {
        _enter(AUTHORIZATION_PAUSES);
        _requireInTime(validAfter, validBefore);
        bytes32 digest = _authorizationDigest(TRANSFER_TYPEHASH, from, to, value, validAfter, validBefore, nonce);
        if (!Signatures.isValid(from, digest, signature)) revert IKGST.InvalidSignature(from);
        _pay(from, to, value, nonce);
    }

    /// @inheritdoc IERC3009
    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes calldata signature
    ) external {
        _enter(AUTHORIZATION_PAUSES);
        _requirePayee(to);
        _requireInTime(validAfter, validBefore);
        bytes32 digest = _authorizationDigest(RECEIVE_TYPEHASH, from, to, value, validAfter, validBefore, nonce);
        if (!Signatures.isValid(from, digest, signature)) revert IKGST.InvalidSignature(from);
        _pay(from, to, value, nonce);
    }

    /// @inheritdoc IERC3009
    function cancelAuthorization(address authorizer, bytes32 nonce, uint8 v, bytes32 r, bytes32 s) external {
        bool signed = Signatures.isValid(authorizer, _cancelDigest(authorizer, nonce), v, r, s);
        _cancel(authorizer, nonce, signed);
    }

    /// @inheritdoc IERC3009
    function cancelAuthorization(address authorizer, bytes32 nonce, bytes calldata signature) external {
        bool signed = Signatures.isValid(authorizer, _cancelDigest(authorizer, nonce), signature);
        _cancel(authorizer, nonce, signed);
    }

    /// @inheritdoc IERC3009
    function authorizationState(address authorizer, bytes32 nonce) external view returns (bool) {
        (uint256 index, uint256 bit) = _nonceBit(nonce);
        return _ledger().authorizations[authorizer][index].used & bit != 0;
    }

    /// @inheritdoc IERC3009
    function TRANSFER_WITH_AUTHORIZATION_TYPEHASH() external pure returns (bytes32) {
        return TRANSFER_TYPEHASH;
    }

    /// @inheritdoc IERC3009
    function RECEIVE_WITH_AUTHORIZATION_TYPEHASH() external pure returns (bytes32) {
        return RECEIVE_TYPEHASH;
    }

    /// @inheritdoc IERC3009
    function CANCEL_AUTHORIZATION_TYPEHASH() external pure returns (bytes32) {
        return CANCEL_TYPEHASH;
    }

    function _cancelDigest(address authorizer, bytes32 nonce) private view returns (bytes32) {
        return _digest(keccak256(abi.encode(CANCEL_TYPEHASH, authorizer, nonce)));
    }

    function _cancel(address authorizer, bytes32 nonce, bool signed) private {
        _requireToken();
        if (!signed) revert IKGST.InvalidSignature(authorizer);
        _useNonce(authorizer, nonce);
        emit AuthorizationCanceled(authorizer, nonce);
    }
}
