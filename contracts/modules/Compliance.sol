// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC7943Fungible} from "../interfaces/IERC7943Fungible.sol";
import {IKGST} from "../interfaces/IKGST.sol";
import {Account} from "../ledger/Account.sol";
import {FlagsLib} from "../ledger/Flags.sol";
import {Issuance} from "./Issuance.sol";

/// @title Blocking, freezing, and carrying out orders (ERC-7943)
/// @dev May touch: accounts; `burnBlocked` also solvency, through `_retire`. No pause reaches these functions.
abstract contract Compliance is IKGST, Issuance {
    /// @inheritdoc IKGST
    function blockAccount(address account) external restricted {
        _block(account);
    }

    /// @inheritdoc IKGST
    function blockAccounts(address[] calldata accounts) external restricted {
        for (uint256 i; i < accounts.length; ++i) {
            _block(accounts[i]);
        }
    }

    /// @inheritdoc IKGST
    function unblockAccount(address account) external restricted {
        _unblock(account);
    }

    /// @inheritdoc IKGST
    function unblockAccounts(address[] calldata accounts) external restricted {
        for (uint256 i; i < accounts.length; ++i) {
            _unblock(accounts[i]);
        }
    }

    /// @inheritdoc IERC7943Fungible
    function setFrozenTokens(address account, uint256 amount) external restricted returns (bool) {
        _setFrozen(account, amount);
        return true;
    }

    /// @inheritdoc IKGST
    function setFrozenTokensBatch(address[] calldata accounts, uint256[] calldata amounts) external restricted {
        if (accounts.length != amounts.length) revert ArrayLengthMismatch(accounts.length, amounts.length);
        for (uint256 i; i < accounts.length; ++i) {
            _setFrozen(accounts[i], amounts[i]);
        }
    }

    /// @inheritdoc IERC7943Fungible
    function forcedTransfer(address from, address to, uint256 amount) external restricted returns (bool) {
        _force(from, to, amount);
        return true;
    }

    /// @inheritdoc IKGST
    function forcedTransfer(address from, address to, uint256 amount, bytes32 orderHash, uint256 ordered)
        external
        restricted
        returns (bool)
    {
        _countOrder(orderHash, from, amount, ordered);
        _force(from, to, amount);
        return true;
    }

    /// @inheritdoc IKGST
    function burnBlocked(address account, uint256 value, bytes32 orderHash, uint256 ordered)
        external
        restricted
        returns (bool)
    {
        // They are blocked but never hold anything; a log from the zero address would look like a mint.
        if (_isReserved(account)) revert ReservedAddress(account);
        if (!_ledger().holders[account].account.isBlocked()) revert AccountNotBlocked(account);
        _countOrder(orderHash, account, value, ordered);
        _seize(account, value);
        _retire(account, value);
        return true;
    }

    /// @inheritdoc IKGST
    function orderOf(bytes32 orderHash, address account) external view returns (uint256 ordered, uint256 executed) {
        Order memory order = _ledger().orders[orderHash][account];
        return (order.ordered, order.executed);
    }

    /// @inheritdoc IKGST
    function isBlocked(address account) public view returns (bool) {
        return _ledger().holders[account].account.isBlocked();
    }

    /// @inheritdoc IERC7943Fungible
    function getFrozenTokens(address account) external view returns (uint256) {
        return _ledger().holders[account].account.frozen();
    }

    /// @inheritdoc IERC7943Fungible
    function canSend(address account) external view returns (bool) {
        return !isBlocked(account);
    }

    /// @inheritdoc IERC7943Fungible
    function canReceive(address account) external view returns (bool) {
        return !isBlocked(account);
    }

    /// @inheritdoc IERC7943Fungible
    function canTransfer(address from, address to, uint256 amount) external view returns (bool) {
        if (_ledger().flags.pauseFlags() & FlagsLib.TRANSFERS_PAUSED != 0) return false;
        Account sender = _ledger().holders[from].account;
        if (sender.isBlocked() || isBlocked(to)) return false;
        return amount <= sender.unfrozen() || amount > sender.balance();
    }

    /// @dev The two addresses that never hold tokens; see `IKGST`.
    function _blockReserved() internal {
        _block(address(0));
        _block(address(this));
    }

    function _block(address account) private {
        Holder storage holder = _ledger().holders[account];
        Account held = holder.account;
        if (held.isBlocked()) return;
        _requireNoDesk(account);
        holder.account = held.withBlocked(true);
        emit Blocked(account);
    }

    function _unblock(address account) private {
        if (_isReserved(account)) revert ReservedAddress(account);
        Holder storage holder = _ledger().holders[account];
        Account held = holder.account;
        if (!held.isBlocked()) return;
        holder.account = held.withBlocked(false);
        emit Unblocked(account);
    }

    function _setFrozen(address account, uint256 amount) private {
        // No balance can be more: freezing everything is an order that is given.
        if (amount > type(uint72).max) amount = type(uint72).max;
        if (amount != 0) _requireNoDesk(account);
        Holder storage holder = _ledger().holders[account];
        holder.account = holder.account.withFrozen(amount);
        emit Frozen(account, amount);
    }

    /// @dev An order names its amount, at the first use and ever after, and is executed up to it.
    function _countOrder(bytes32 orderHash, address account, uint256 value, uint256 ordered) private {
        if (ordered > type(uint72).max) revert AmountOutOfRange(ordered, type(uint72).max);
        Order storage order = _ledger().orders[orderHash][account];
        uint256 fixedAmount = order.ordered;
        if (fixedAmount != 0 && fixedAmount != ordered) revert OrderAmountMismatch(fixedAmount, ordered);
        uint256 left = ordered - order.executed;
        if (value > left) revert OrderExceeded(orderHash, left, value);
        // The casts keep every bit: `value` and what was executed are at most `ordered`, which is bounded above.
        order.ordered = uint72(ordered);
        order.executed += uint72(value);
        emit OrderExecuted(orderHash, account, value);
    }

    function _force(address from, address to, uint256 amount) private {
        if (from == address(0)) revert ERC20InvalidSender(from);
        if (from == to) revert SelfTransfer(from);
        _seize(from, amount);
        _credit(to, amount);
        emit Transfer(from, to, amount);
        emit ForcedTransfer(from, to, amount);
    }

    /// @dev Takes `amount` from the balance, blocked or frozen. The part that only the freeze held is unfrozen, no
    /// more.
    function _seize(address account, uint256 amount) private {
        _requireNoDesk(account);
        Holder storage holder = _ledger().holders[account];
        Account held = holder.account;
        if (amount > held.balance()) revert ERC20InsufficientBalance(account, held.balance(), amount);
        uint256 free = held.unfrozen();
        if (amount > free) {
            // amount <= balance <= free + frozen, so this cannot go below zero.
            uint256 stillFrozen = held.frozen() - (amount - free);
            held = held.withFrozen(stillFrozen);
            emit Frozen(account, stillFrozen);
        }
        holder.account = held.subBalance(amount);
    }

    /// @dev What a desk holds is its clients', each with a claim of its own: an order goes through the desk.
    function _requireNoDesk(address account) private view {
        if (_ledger().issuers[account].bucket.isDesk()) revert AccountIsDesk(account);
    }
}
