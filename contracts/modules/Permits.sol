// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IERC2612Permit} from "../interfaces/IERC2612.sol";
import {IERC7943Fungible} from "../interfaces/IERC7943Fungible.sol";
import {IKGST} from "../interfaces/IKGST.sol";
import {Account} from "../ledger/Account.sol";
import {FlagsLib} from "../ledger/Flags.sol";
import {Domain} from "./Domain.sol";
import {Signatures} from "./Signatures.sol";
import {Transfers} from "./Transfers.sol";

/// @title ERC-2612
/// @dev May touch: accounts (the permit nonce), allowances. The nonce shares the holder's word, which the check for a
/// block reads anyway.
abstract contract Permits is IERC20, IERC2612Permit, Transfers, Domain {
    bytes32 internal constant _PERMIT_TYPEHASH =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");

    /// @inheritdoc IERC2612Permit
    function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external
    {
        bytes32 digest = _usePermit(owner, spender, value, deadline);
        if (!Signatures.isValid(owner, digest, v, r, s)) revert IKGST.ERC2612InvalidSignature(owner);
        _approve(owner, spender, value);
    }

    /// @dev Checks all but the signature, and takes the nonce; a wrong signature then reverts that too.
    /// @return digest What the owner must have signed.
    function _usePermit(address owner, address spender, uint256 value, uint256 deadline)
        internal
        returns (bytes32 digest)
    {
        _enter(FlagsLib.AUTHORIZATIONS_PAUSED);
        if (block.timestamp > deadline) revert IKGST.ERC2612ExpiredSignature(deadline);
        Holder storage holder = _ledger().holders[owner];
        Account account = holder.account;
        if (account.isBlocked()) revert IERC7943Fungible.ERC7943CannotSend(owner);
        holder.account = account.nextPermitNonce();
        return _digest(keccak256(abi.encode(_PERMIT_TYPEHASH, owner, spender, value, account.permitNonce(), deadline)));
    }
}
