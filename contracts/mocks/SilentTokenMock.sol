// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title A foreign token of the old kind, whose `transfer` returns nothing. For tests only.
contract SilentTokenMock {
    mapping(address account => uint256) public balanceOf;

    constructor(address holder, uint256 supply) {
        balanceOf[holder] = supply;
    }

    function transfer(address to, uint256 value) external {
        balanceOf[msg.sender] -= value;
        balanceOf[to] += value;
    }
}
