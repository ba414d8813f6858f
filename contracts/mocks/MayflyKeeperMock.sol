// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";

import {ChameleonMock} from "./ChameleonMock.sol";
import {MayflyMock} from "./MayflyMock.sol";

/// @title Creates a copy of a contract, always at the same address, and calls `target` while it lives. For tests only.
contract MayflyKeeperMock {
    address public template;

    /// @param template_ Whose code is copied.
    /// @param lasting Whether the copy stays beyond this transaction; if not, it is a `MayflyMock`.
    function hatch(address template_, address target, bytes[] calldata calls, bool lasting) external {
        template = template_;
        address copy = address(new ChameleonMock{salt: 0}());
        run(target, calls);
        if (!lasting) MayflyMock(copy).perish();
    }

    function run(address target, bytes[] calldata calls) public {
        for (uint256 i; i < calls.length; ++i) {
            Address.functionCall(target, calls[i]);
        }
    }
}
