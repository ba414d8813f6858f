// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ownable} from "solady/src/auth/Ownable.sol";
import {ERC20} from "solady/src/tokens/ERC20.sol";
import {LibClone} from "solady/src/utils/LibClone.sol";
import {UUPSUpgradeable} from "solady/src/utils/UUPSUpgradeable.sol";

/// @dev Solady's token with nothing around it: anyone mints. Near the least that an ERC-20 can cost; only a yardstick of
/// `make gas`, never deployed.
contract SoladyToken is ERC20 {
    function name() public pure override returns (string memory) {
        return "SoladyToken";
    }

    function symbol() public pure override returns (string memory) {
        return "SLD";
    }

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function burn(uint256 amount) external {
        _burn(msg.sender, amount);
    }
}

/// @dev The same behind Solady's minimal ERC-1967 proxy; only its owner mints and upgrades.
contract SoladyUpgradeableToken is ERC20, Ownable, UUPSUpgradeable {
    function initialize(address owner_) external {
        _initializeOwner(owner_);
    }

    function name() public pure override returns (string memory) {
        return "SoladyToken";
    }

    function symbol() public pure override returns (string memory) {
        return "SLD";
    }

    function mint(address to, uint256 amount) external onlyOwner {
        _mint(to, amount);
    }

    function burn(uint256 amount) external {
        _burn(msg.sender, amount);
    }

    function _authorizeUpgrade(address) internal override onlyOwner {}

    function _guardInitializeOwner() internal pure override returns (bool) {
        return true;
    }
}

/// @dev Tells the creation code of Solady's minimal proxy, which is written in bytes rather than in Solidity.
contract SoladyProxyCode {
    function initCode(address implementation) external pure returns (bytes memory) {
        return LibClone.initCodeERC1967(implementation);
    }
}
