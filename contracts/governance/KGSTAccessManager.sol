// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";

/// @title OpenZeppelin's AccessManager, as it is
/// @notice Roles, delays, guardians and scheduled operations of the token. No code of our own; the name tells it apart
/// from the library's file when both are in one build.
contract KGSTAccessManager is AccessManager {
    constructor(address initialAdmin) AccessManager(initialAdmin) {}
}
