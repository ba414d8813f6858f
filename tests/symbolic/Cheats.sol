// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @dev The few of Foundry's cheat codes that the proofs need, as halmos understands them.
interface Vm {
    function assume(bool condition) external pure;
    function prank(address caller) external;
    function warp(uint256 time) external;
    function load(address target, bytes32 slot) external view returns (bytes32);
    function store(address target, bytes32 slot, bytes32 value) external;
    function getCode(string calldata artifact) external view returns (bytes memory);
}

/// @dev Those that halmos adds: fresh symbols, storage of which nothing is known, any call of a contract.
interface Svm {
    function createUint(uint256 bits, string calldata name) external view returns (uint256);
    function createBytes4(string calldata name) external view returns (bytes4);
    function createBytes32(string calldata name) external view returns (bytes32);
    function createAddress(string calldata name) external view returns (address);
    function createBool(string calldata name) external view returns (bool);
    function enableSymbolicStorage(address account) external;
    function createCalldata(string calldata contractName) external view returns (bytes memory);
}

/// @dev The addresses are fixed: the last 20 bytes of keccak256("hevm cheat code") and of keccak256("svm cheat code").
abstract contract Cheats {
    Vm internal constant vm = Vm(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);
    Svm internal constant svm = Svm(0xF3993A62377BCd56AE39D773740A5390411E8BC9);
}
