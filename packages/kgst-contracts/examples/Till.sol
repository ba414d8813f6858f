// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {IKGST} from "kgst-contracts/interfaces/IKGST.sol";

/// @title A till: paid by signed authorizations, each for one order; its owner signs for it, as to redeem
contract Till is IERC1271 {
    event OrderPaid(bytes32 indexed order, address indexed payer, uint256 value);

    IKGST public immutable token;
    address public immutable owner;

    constructor(IKGST token_, address owner_) {
        token = token_;
        owner = owner_;
    }

    /// @notice Anyone submits the `ReceiveWithAuthorization` to this contract that `payer` signed; its nonce is `order`.
    function pay(bytes32 order, address payer, uint256 value, uint256 validBefore, bytes calldata signature) external {
        token.receiveWithAuthorization(payer, address(this), value, 0, validBefore, order, signature);
        emit OrderPaid(order, payer, value);
    }

    /// @inheritdoc IERC1271
    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        bool ours = SignatureChecker.isValidSignatureNow(owner, hash, signature);
        return ours ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }
}
