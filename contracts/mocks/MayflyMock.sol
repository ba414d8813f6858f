// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC1967Utils} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Utils.sol";

/// @title An implementation that is gone when the transaction that created it destroys it. For tests only.
contract MayflyMock {
    function perish() external {
        assembly ("memory-safe") {
            selfdestruct(caller())
        }
    }

    function proxiableUUID() external pure returns (bytes32) {
        return ERC1967Utils.IMPLEMENTATION_SLOT;
    }
}
