// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";

/// @title Taking a role away at once
/// @notice ADMIN gives and takes roles with its delay. This contract is an ADMIN without one, and its code can do only
/// this: what GUARDIAN asks of `revokeRole` it passes on. It gives no role.
contract Revoker is AccessManaged {
    // As `kgst/roles.py` numbers them.
    uint64 private constant ADMIN = 0;
    uint64 private constant UNPAUSER = 5;
    uint64 private constant GUARDIAN = 8;

    /// @notice This role is ADMIN's to take away, with its delay.
    error RoleNotRevocable(uint64 roleId);

    constructor(address manager) AccessManaged(manager) {}

    /// @notice Takes `roleId` from `account` at once. Restricted to GUARDIAN.
    /// @dev ADMIN and GUARDIAN would be a takeover; without an UNPAUSER one PAUSER could stop payments for as long as
    /// ADMIN's delay. Worst case: nobody upgrades, issues, pauses or enforces until ADMIN has granted the role again.
    /// Undo: ADMIN's `grantRole`. What the account had scheduled is not cancelled: whoever grants it a role again
    /// cancels that first. Errors: `RoleNotRevocable`, `AccessManagedUnauthorized`.
    function revokeRole(uint64 roleId, address account) external restricted {
        if (roleId == ADMIN || roleId == UNPAUSER || roleId == GUARDIAN) revert RoleNotRevocable(roleId);
        IAccessManager(authority()).revokeRole(roleId, account);
    }
}
