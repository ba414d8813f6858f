// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {KGSTLogic} from "../KGSTLogic.sol";
import {Flags} from "../ledger/Flags.sol";

/// @title A later implementation: one getter more, a migration, and a trace when payments run from here. For tests
/// only.
contract KGSTLogicV2Mock is KGSTLogic {
    event Migrated(uint256 generation);
    /// @notice A payment ran from the implementation.
    event Diverted(uint256 flags);

    error MigrationFailed();

    constructor(uint256 recoveryDelay) KGSTLogic(recoveryDelay) {}

    function migrate(uint256 generation_) external {
        if (generation_ == 0) revert MigrationFailed();
        emit Migrated(generation_);
    }

    function generation() external pure returns (uint256) {
        return 2;
    }

    function _onFlags(Flags flags, uint256 pauseMask) internal override {
        emit Diverted(Flags.unwrap(flags));
        super._onFlags(flags, pauseMask);
    }
}
