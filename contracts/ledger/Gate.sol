// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @dev The ERC-1967 implementation slot, with flags above the address:
///
///   255    165 164            163           162          161              160             159            0
///  +----------+--------------+-------------+------------+----------------+---------------+----------------+
///  |  spare   | DELEGATE_ALL |   BURNING   |  MINTING   | AUTHORIZATIONS |   TRANSFERS   | implementation |
///  |    91    |              |   _PAUSED   |  _PAUSED   |    _PAUSED     |    _PAUSED    |      160       |
///  +----------+--------------+-------------+------------+----------------+---------------+----------------+
///
/// With no flag set the slot is a plain ERC-1967 address, as explorers expect. One read tells a payment both whether it
/// may go on and where the rest of the code is.
type Gate is uint256;

using GateLib for Gate global;

/// @dev Accessors, and the load and store of this one slot.
library GateLib {
    /// @dev bytes32(uint256(keccak256("eip1967.proxy.implementation")) - 1)
    bytes32 internal constant SLOT = 0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc;

    uint256 internal constant TRANSFERS_PAUSED = 1;
    uint256 internal constant AUTHORIZATIONS_PAUSED = 2;
    uint256 internal constant MINTING_PAUSED = 4;
    uint256 internal constant BURNING_PAUSED = 8;
    uint256 internal constant PAUSE_FLAGS = 15;
    uint256 internal constant DELEGATE_ALL = 16;

    uint256 private constant FLAGS_SHIFT = 160;

    function load() internal view returns (Gate gate) {
        bytes32 slot = SLOT;
        assembly ("memory-safe") {
            gate := sload(slot)
        }
    }

    function store(Gate gate) internal {
        bytes32 slot = SLOT;
        assembly ("memory-safe") {
            sstore(slot, gate)
        }
    }

    function implementation(Gate gate) internal pure returns (address) {
        return address(uint160(Gate.unwrap(gate)));
    }

    function flags(Gate gate) internal pure returns (uint256) {
        return Gate.unwrap(gate) >> FLAGS_SHIFT;
    }

    function pauseFlags(Gate gate) internal pure returns (uint256) {
        return gate.flags() & PAUSE_FLAGS;
    }

    function delegateAll(Gate gate) internal pure returns (bool) {
        return gate.flags() & DELEGATE_ALL != 0;
    }

    function withImplementation(Gate gate, address newImplementation) internal pure returns (Gate) {
        return Gate.wrap((gate.flags() << FLAGS_SHIFT) | uint160(newImplementation));
    }

    function withFlags(Gate gate, uint256 newFlags) internal pure returns (Gate) {
        return Gate.wrap((newFlags << FLAGS_SHIFT) | uint160(gate.implementation()));
    }
}
