// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC3009Transfers} from "../interfaces/IERC3009.sol";
import {IKGST} from "../interfaces/IKGST.sol";
import {FlagsLib} from "../ledger/Flags.sol";
import {Ledger} from "../ledger/Ledger.sol";
import {Domain} from "./Domain.sol";
import {Signatures} from "./Signatures.sol";

/// @title EIP-3009 payments by `v, r, s`
/// @dev May touch: accounts, authorizations. Compiled into the token (the hot path) and into its implementation, as
/// `Transfers` is. The relayer that submits is not checked: it only pays the gas.
abstract contract Authorizations is IERC3009Transfers, Ledger, Domain {
    bytes32 internal constant TRANSFER_TYPEHASH = keccak256(
        "TransferWithAuthorization(address from,address to,uint256 value,"
        "uint256 validAfter,uint256 validBefore,bytes32 nonce)"
    );
    bytes32 internal constant RECEIVE_TYPEHASH = keccak256(
        "ReceiveWithAuthorization(address from,address to,uint256 value,"
        "uint256 validAfter,uint256 validBefore,bytes32 nonce)"
    );
    uint256 internal constant AUTHORIZATION_PAUSES = FlagsLib.TRANSFERS_PAUSED | FlagsLib.AUTHORIZATIONS_PAUSED;

    /// @inheritdoc IERC3009Transfers
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
    ) external {
        _enter(AUTHORIZATION_PAUSES);
        _requireInTime(validAfter, validBefore);
        bytes32 digest = _authorizationDigest(TRANSFER_TYPEHASH, from, to, value, validAfter, validBefore, nonce);
        if (!Signatures.isValid(from, digest, v, r, s)) revert IKGST.InvalidSignature(from);
        _pay(from, to, value, nonce);
    }

    /// @inheritdoc IERC3009Transfers
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
    ) external {
        _enter(AUTHORIZATION_PAUSES);
        _requirePayee(to);
        _requireInTime(validAfter, validBefore);
        bytes32 digest = _authorizationDigest(RECEIVE_TYPEHASH, from, to, value, validAfter, validBefore, nonce);
        if (!Signatures.isValid(from, digest, v, r, s)) revert IKGST.InvalidSignature(from);
        _pay(from, to, value, nonce);
    }

    function _authorizationDigest(
        bytes32 typehash,
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce
    ) internal view returns (bytes32) {
        return _digest(keccak256(abi.encode(typehash, from, to, value, validAfter, validBefore, nonce)));
    }

    function _requirePayee(address to) internal view {
        if (msg.sender != to) revert IKGST.CallerNotPayee(msg.sender, to);
    }

    function _requireInTime(uint256 validAfter, uint256 validBefore) internal view {
        if (block.timestamp <= validAfter) revert IKGST.AuthorizationNotYetValid(validAfter);
        if (block.timestamp >= validBefore) revert IKGST.AuthorizationExpired(validBefore);
    }

    /// @dev The signature has been checked.
    function _pay(address from, address to, uint256 value, bytes32 nonce) internal {
        _authorize(from, nonce);
        _transfer(from, to, value);
    }

    /// @dev Takes a nonce for what `authorizer` has signed, or calls for itself: the chain then refuses a second time.
    function _authorize(address authorizer, bytes32 nonce) internal {
        _useNonce(authorizer, nonce);
        emit AuthorizationUsed(authorizer, nonce);
    }

    function _useNonce(address authorizer, bytes32 nonce) internal {
        (uint256 index, uint256 bit) = _nonceBit(nonce);
        Nonces storage nonces_ = _ledger().authorizations[authorizer][index];
        uint256 word = nonces_.used;
        if (word & bit != 0) revert IKGST.AuthorizationUsedOrCanceled(authorizer, nonce);
        nonces_.used = word | bit;
    }

    function _nonceBit(bytes32 nonce) internal pure returns (uint256 index, uint256 bit) {
        return (uint256(nonce) >> 8, 1 << (uint256(nonce) & 0xff));
    }
}
