// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Cheats} from "./Cheats.sol";

/// @title Every contract that the token may talk to, each answer a fresh symbol
/// @dev AccessManager, ERC-1271 signer, foreign token, candidate for an upgrade. As an AccessManager it lets anyone do
/// anything, at once or by a schedule, or refuses: what is proven with it holds for all roles together, in any hands.
contract OutsideHarness is Cheats {
    /// @dev The target of every call that nothing else answers, and of the upgrade's own call.
    fallback() external {}

    function consumeScheduledOp(address, bytes calldata) external {}

    function canCall(address, address, bytes4) external view returns (bool, uint32) {
        // forge-lint: disable-next-line(unsafe-typecast): 32 bits are asked for.
        return (svm.createBool("immediate"), uint32(svm.createUint(32, "delay")));
    }

    function isValidSignature(bytes32, bytes calldata) external view returns (bytes4) {
        return svm.createBytes4("answer1271");
    }

    function transfer(address, uint256) external view returns (bool) {
        return svm.createBool("moved");
    }

    function proxiableUUID() external view returns (bytes32) {
        return svm.createBytes32("uuid");
    }
}
