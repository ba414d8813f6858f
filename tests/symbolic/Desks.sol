// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Cheats} from "./Cheats.sol";

/// @title What both desks' proofs have around them: an AccessManager that lets or refuses as it likes
/// @dev Its answers are the same throughout one call, as they are on a chain.
contract LettingHarness is Cheats {
    bool public immediate;
    uint32 public delay;
    uint256 public consumed;

    function choose() external {
        immediate = svm.createBool("immediate");
        delay = uint32(svm.createUint(32, "delay"));
    }

    /// @return Whether the caller was let: at once, or by what it had scheduled.
    function permits() external view returns (bool) {
        return immediate || (delay != 0 && consumed != 0);
    }

    function canCall(address, address, bytes4) external view returns (bool, uint32) {
        return (immediate, delay);
    }

    function consumeScheduledOp(address, bytes calldata) external {
        ++consumed;
    }
}

/// @title A token that notes what it is asked to do, and answers questions as it likes
contract NotingHarness is Cheats {
    uint256 public mints;
    uint256 public transfers;
    uint256 public burns;
    address public to;
    uint256 public value;
    bytes32 public key;
    bool public auditor;
    bool public taken;
    bool public burning;

    function choose() external {
        auditor = svm.createBool("auditor");
        taken = svm.createBool("taken");
        burning = svm.createBool("burning");
    }

    function mint(address to_, uint256 value_, bytes32 key_) external returns (bool) {
        ++mints;
        (to, value, key) = (to_, value_, key_);
        return true;
    }

    function transfer(address to_, uint256 value_) external returns (bool) {
        ++transfers;
        (to, value) = (to_, value_);
        return true;
    }

    function burn(uint256 value_, bytes32 key_) external returns (bool) {
        if (!burning) revert();
        ++burns;
        (value, key) = (value_, key_);
        return true;
    }

    function isAuditor(address) external view returns (bool) {
        return auditor;
    }

    function authorizationState(address, bytes32) external view returns (bool) {
        return taken;
    }
}
