// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {FlagsLib} from "../ledger/Flags.sol";
import {Ledger} from "../ledger/Ledger.sol";

/// @title ERC-20
/// @dev May touch: accounts, allowances. Compiled into the token (the hot path) and into its implementation, where it
/// serves once DELEGATE_ALL is set. `approve` and the reads never divert and are never paused: they move nothing.
abstract contract Transfers is IERC20, Ledger {
    /// @inheritdoc IERC20
    function transfer(address to, uint256 value) external returns (bool) {
        _enter(FlagsLib.TRANSFERS_PAUSED);
        _transfer(msg.sender, to, value);
        return true;
    }

    /// @inheritdoc IERC20
    function transferFrom(address from, address to, uint256 value) external returns (bool) {
        _enter(FlagsLib.TRANSFERS_PAUSED);
        _requireMaySend(msg.sender);
        _spendAllowance(from, msg.sender, value);
        _transfer(from, to, value);
        return true;
    }

    /// @inheritdoc IERC20
    /// @dev A blocked owner may still approve zero, and so withdraw what it granted.
    function approve(address spender, uint256 value) external returns (bool) {
        if (value != 0) _requireMaySend(msg.sender);
        _approve(msg.sender, spender, value);
        return true;
    }

    /// @inheritdoc IERC20
    function balanceOf(address account) external view returns (uint256) {
        return _ledger().holders[account].account.balance();
    }

    /// @inheritdoc IERC20
    function allowance(address owner, address spender) external view returns (uint256) {
        return _ledger().allowances[owner][spender].value;
    }

    /// @inheritdoc IERC20
    function totalSupply() external view returns (uint256) {
        return _ledger().solvency.supply();
    }

    function _approve(address owner, address spender, uint256 value) internal {
        _requireToken();
        if (spender == address(0)) revert IERC20Errors.ERC20InvalidSpender(address(0));
        _ledger().allowances[owner][spender].value = value;
        emit Approval(owner, spender, value);
    }

    /// @dev The greatest uint256 means unlimited and is not counted down.
    function _spendAllowance(address owner, address spender, uint256 value) private {
        Allowance storage allowed = _ledger().allowances[owner][spender];
        uint256 granted = allowed.value;
        if (granted == type(uint256).max) return;
        if (granted < value) revert IERC20Errors.ERC20InsufficientAllowance(spender, granted, value);
        unchecked {
            // value <= granted, checked above.
            allowed.value = granted - value;
        }
    }
}
