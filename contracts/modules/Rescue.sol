// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {IKGST} from "../interfaces/IKGST.sol";
import {Managed} from "./Managed.sol";

/// @title Foreign tokens sent here by mistake
/// @dev Touches no storage. KGST itself is refused, so that no path around the ledger's own rules exists.
abstract contract Rescue is IKGST, Managed {
    /// @inheritdoc IKGST
    function rescueTokens(address token, address to, uint256 amount) external restricted {
        if (token == address(this)) revert OwnTokenNotRescuable();
        SafeERC20.safeTransfer(IERC20(token), to, amount);
        emit TokensRescued(token, to, amount);
    }
}
