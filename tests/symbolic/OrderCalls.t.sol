// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC7943Fungible} from "../../contracts/interfaces/IERC7943Fungible.sol";
import {IKGST} from "../../contracts/interfaces/IKGST.sol";
import {EveryCall} from "./EveryCall.sol";

/// @title The inductive step: blocks, freezes, seizures
contract OrderCallsProof is EveryCall {
    bytes4 private constant FORCE = bytes4(keccak256("forcedTransfer(address,address,uint256)"));
    bytes4 private constant FORCE_BY_ORDER =
        bytes4(keccak256("forcedTransfer(address,address,uint256,bytes32,uint256)"));

    /// @notice Only accounts are written, and no balance
    /// @custom:proves 3 9 11
    function check_blockAccount() public {
        _step(IKGST.blockAccount.selector, ACCOUNT | BLOCKS);
    }

    function witness_blockAccount() public {
        assert(!_reach(IKGST.blockAccount.selector));
    }

    /// @notice Only accounts are written, and no balance
    /// @custom:proves 3 9 11
    /// @custom:bound 2 accounts
    function check_blockAccounts() public {
        _step(IKGST.blockAccounts.selector, ACCOUNT | BLOCKS);
    }

    function witness_blockAccounts() public {
        assert(!_reach(IKGST.blockAccounts.selector));
    }

    /// @notice Only accounts are written, and no balance; zero address and token stay blocked
    /// @custom:proves 3 9 11
    function check_unblockAccount() public {
        _step(IKGST.unblockAccount.selector, ACCOUNT | UNBLOCKS);
    }

    function witness_unblockAccount() public {
        assert(!_reach(IKGST.unblockAccount.selector));
    }

    /// @notice Only accounts are written, and no balance; zero address and token stay blocked
    /// @custom:proves 3 9 11
    /// @custom:bound 2 accounts
    function check_unblockAccounts() public {
        _step(IKGST.unblockAccounts.selector, ACCOUNT | UNBLOCKS);
    }

    function witness_unblockAccounts() public {
        assert(!_reach(IKGST.unblockAccounts.selector));
    }

    /// @notice Only accounts are written, and no balance
    /// @custom:proves 3 9 11
    function check_setFrozenTokens() public {
        _step(IERC7943Fungible.setFrozenTokens.selector, ACCOUNT | FREEZES);
    }

    function witness_setFrozenTokens() public {
        assert(!_reach(IERC7943Fungible.setFrozenTokens.selector));
    }

    /// @notice Only accounts are written, and no balance
    /// @custom:proves 3 9 11
    /// @custom:bound 2 accounts
    function check_setFrozenTokensBatch() public {
        _step(IKGST.setFrozenTokensBatch.selector, ACCOUNT | FREEZES);
    }

    function witness_setFrozenTokensBatch() public {
        assert(!_reach(IKGST.setFrozenTokensBatch.selector));
    }

    /// @notice Only accounts are written; the supply stays
    /// @custom:proves 3 9 13
    function check_forcedTransfer() public {
        _step(FORCE, ACCOUNT | SEIZES);
    }

    function witness_forcedTransfer() public {
        assert(!_reach(FORCE));
    }

    /// @notice Only accounts and one order are written; the supply stays; of an order no more than it names
    /// @custom:proves 3 9 13
    function check_forcedTransferByOrder() public {
        _step(FORCE_BY_ORDER, ACCOUNT | SEIZES | ORDER);
    }

    function witness_forcedTransferByOrder() public {
        assert(!_reach(FORCE_BY_ORDER));
    }
}
