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

        uint256 left = sender.unfrozen();
        uint256 spent = 0;
        for (uint256 i; i < to.length; ++i) {
            uint256 value = values[i];
            if (value > left) _revertUncovered(msg.sender, sender.subBalance(sender.unfrozen() - left), value);
            unchecked {
                // value <= left, checked above.
                left -= value;
            }
            // What the sender pays itself must be covered, but stays where it is.
            address receiver = to[i];
            if (receiver != msg.sender) {
                unchecked {
                    // spent + left <= the sender's unfrozen balance at all times.
                    spent += value;
                }
                _credit(receiver, value);
            }
            emit Transfer(msg.sender, receiver, value);
        }
        holder.account = sender.subBalance(spent);
    }
}
