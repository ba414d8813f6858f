// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AuthorityUtils} from "@openzeppelin/contracts/access/manager/AuthorityUtils.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";

import {Ledger} from "../ledger/Ledger.sol";

/// @title Roles and delays, asked of OpenZeppelin's AccessManager
/// @dev May touch: authority. OpenZeppelin's `AccessManaged` with its state in the ledger's namespace, where an upgrade
/// cannot trample it; the decision itself is the AccessManager's.
abstract contract Managed is IAccessManaged, Ledger {
    bool private transient _consumingSchedule;

    /// @dev Whoever calls must hold the role that the AccessManager gives this selector, now or by a scheduled
    /// operation that is due.
    modifier restricted() {
        _checkCanCall();
        _;
    }

    /// @inheritdoc IAccessManaged
    function authority() public view returns (address) {
        return _ledger().authority;
    }

    /// @inheritdoc IAccessManaged
    /// @dev Only by the AccessManager itself (`updateAuthority`, which its ADMIN may call).
    /// Worst case: an unwanted manager takes over every role; it still cannot mint beyond the attested reserves.
    function setAuthority(address newAuthority) external {
        if (msg.sender != authority()) revert AccessManagedUnauthorized(msg.sender);
        if (newAuthority.code.length == 0) revert AccessManagedInvalidAuthority(newAuthority);
        _setAuthority(newAuthority);
    }

    /// @inheritdoc IAccessManaged
    function isConsumingScheduledOp() external view returns (bytes4) {
        return _consumingSchedule ? this.isConsumingScheduledOp.selector : bytes4(0);
    }

    function _setAuthority(address newAuthority) internal {
        _ledger().authority = newAuthority;
        emit AuthorityUpdated(newAuthority);
    }

    function _checkCanCall() private {
        address manager = authority();
        (bool immediate, uint32 delay) = AuthorityUtils.canCallWithDelay(manager, msg.sender, address(this), msg.sig);
        if (immediate) return;
        if (delay == 0) revert AccessManagedUnauthorized(msg.sender);
        _consumingSchedule = true;
        // The call comes before the restricted function has read or written anything, and goes to the token's own
        // manager: there is nothing half done to come back to.
        // slither-disable-next-line reentrancy-no-eth
        IAccessManager(manager).consumeScheduledOp(msg.sender, msg.data);
        _consumingSchedule = false;
    }
}
