// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IKGST} from "../interfaces/IKGST.sol";
import {Account} from "../ledger/Account.sol";
import {FlagsLib} from "../ledger/Flags.sol";
import {Authorizations} from "./Authorizations.sol";

/// @title Many payments from one account
/// @dev May touch: accounts, authorizations. Reads and writes the sender's word once, whatever the number of receivers.
abstract contract Payouts is IKGST, Authorizations {
    /// @inheritdoc IKGST
    function payout(address[] calldata to, uint256[] calldata values) external returns (bool) {
        _payOut(to, values);
        return true;
    }

    /// @inheritdoc IKGST
    function payout(address[] calldata to, uint256[] calldata values, bytes32 nonce) external returns (bool) {
        _authorize(msg.sender, nonce);
        _payOut(to, values);
        return true;
    }

    function _payOut(address[] calldata to, uint256[] calldata values) private {
        if (to.length != values.length) revert ArrayLengthMismatch(to.length, values.length);
        _enter(FlagsLib.TRANSFERS_PAUSED);

        Holder storage holder = _ledger().holders[msg.sender];
        Account sender = holder.account;
        if (sender.isBlocked()) revert ERC7943CannotSend(msg.sender);

        uint256 spendable = sender.unfrozen();
        uint256 left = spendable;
        uint256 kept = 0;
        for (uint256 i; i < to.length; ++i) {
            uint256 value = values[i];
            if (value > left) _revertUncovered(msg.sender, sender.subBalance(spendable - left), value);
            unchecked {
                // value <= left, checked above.
                left -= value;
            }
            address receiver = to[i];
            if (receiver == msg.sender) {
                unchecked {
                    // What the sender pays itself must be covered, but stays where it is: kept + left <= spendable.
                    kept += value;
                }
            } else {
                _credit(receiver, value);
            }
            emit Transfer(msg.sender, receiver, value);
        }
        holder.account = sender.subBalance(spendable - left - kept);
    }
}
