// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";

import {Revoker} from "../../contracts/governance/Revoker.sol";
import {Cheats} from "./Cheats.sol";
import {both} from "./Logic.sol";

/// @title The contract through which GUARDIAN takes roles away
contract RevokerProof is Cheats {
    RecorderHarness private manager;
    address private revoker;

    function setUp() public {
        manager = new RecorderHarness();
        revoker = address(new Revoker(address(manager)));
    }

    /// @notice Whatever it is called for, by anyone, all that it ever asks of the manager is to take away the role that it
    /// was asked to, and never ADMIN, UNPAUSER or GUARDIAN
    /// @custom:proves 19
    function check_revokes_only(address caller) public {
        bytes memory data = svm.createCalldata("Revoker");
        vm.prank(caller);
        (bool ok,) = revoker.call(data);
        if (manager.calls() == 0) return;
        (uint256 role, uint256 account) = (manager.role(), manager.account());
        assert(both(ok, both(manager.calls() == 1, manager.asked() == IAccessManager.revokeRole.selector)));
        assert(both(role == _word(data, 4), account == _word(data, 36)));
        assert(both(role != 0, both(role != 5, role != 8)));
    }

    function witness_revokes() public {
        (bool ok,) = revoker.call(svm.createCalldata("Revoker"));
        assert(!(ok && manager.calls() != 0));
    }

    function _word(bytes memory data, uint256 from) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(add(add(data, 32), from))
        }
    }
}

/// @title An AccessManager that lets or refuses, and notes what it is asked to do
contract RecorderHarness is Cheats {
    uint256 public calls;
    bytes4 public asked;
    uint256 public role;
    uint256 public account;

    fallback() external {
        ++calls;
        asked = msg.sig;
        assembly ("memory-safe") {
            sstore(role.slot, calldataload(4))
            sstore(account.slot, calldataload(36))
        }
    }

    function consumeScheduledOp(address, bytes calldata) external {}

    function canCall(address, address, bytes4) external view returns (bool, uint32) {
        // forge-lint: disable-next-line(unsafe-typecast): 32 bits are asked for.
        return (svm.createBool("immediate"), uint32(svm.createUint(32, "delay")));
    }
}
