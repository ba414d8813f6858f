// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";

import {IKGST} from "../interfaces/IKGST.sol";
import {Account} from "../ledger/Account.sol";
import {GateLib} from "../ledger/Gate.sol";
import {Domain} from "./Domain.sol";
import {Signatures} from "./Signatures.sol";
import {Transfers} from "./Transfers.sol";

/// @title ERC-2612
/// @dev May touch: accounts (the permit nonce), allowances. The nonce shares the holder's word, which the check for a
/// block reads anyway.
abstract contract Permits is IKGST, Transfers, Domain {
    bytes32 private constant PERMIT_TYPEHASH =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");

    /// @inheritdoc IERC20Permit
    function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external
    {
        bytes32 digest = _usePermit(owner, spender, value, deadline);
        if (!Signatures.isValid(owner, digest, v, r, s)) revert ERC2612InvalidSignature(owner);
        _approve(owner, spender, value);
    }

    /// @inheritdoc IKGST
    function permit(address owner, address spender, uint256 value, uint256 deadline, bytes calldata signature)
        external
    {
        bytes32 digest = _usePermit(owner, spender, value, deadline);
        if (!Signatures.isValid(owner, digest, signature)) revert ERC2612InvalidSignature(owner);
        _approve(owner, spender, value);
    }

    /// @inheritdoc IERC20Permit
    function nonces(address owner) external view returns (uint256) {
        return _ledger().accounts[owner].permitNonce();
    }

    /// @inheritdoc IERC20Permit
    function DOMAIN_SEPARATOR() external view returns (bytes32) {
        return _domainSeparator();
    }

    /// @dev Checks all but the signature, and takes the nonce; a wrong signature then reverts that too.
    /// @return digest What the owner must have signed.
    function _usePermit(address owner, address spender, uint256 value, uint256 deadline)
        private
        returns (bytes32 digest)
    {
        _enter(GateLib.AUTHORIZATIONS_PAUSED);
        if (block.timestamp > deadline) revert ERC2612ExpiredSignature(deadline);
        mapping(address => Account) storage accounts = _ledger().accounts;
        Account account = accounts[owner];
        if (account.isBlocked()) revert ERC7943CannotSend(owner);
        accounts[owner] = account.nextPermitNonce();
        return _digest(keccak256(abi.encode(PERMIT_TYPEHASH, owner, spender, value, account.permitNonce(), deadline)));
    }
}
