// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Code that calls itself an ERC-1822 implementation, for another slot. For tests only.
contract WrongSlotMock {
    function proxiableUUID() external pure returns (bytes32) {
        return bytes32(uint256(1));
    }
}
