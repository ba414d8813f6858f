// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title A foreign token. For tests only.
contract TokenMock is ERC20 {
    constructor(address holder, uint256 supply) ERC20("Foreign", "FRN") {
        _mint(holder, supply);
    }
}
