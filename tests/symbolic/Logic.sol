// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

// Logic and arithmetic without branches.
// `&&`, `||`, `?:` and checked arithmetic each split a symbolic path in two; these do not. Arithmetic wraps: the
// proofs use it on fields of at most 72 bits, where nothing can.
function both(bool a, bool b) pure returns (bool c) {
    assembly ("memory-safe") {
        c := and(a, b)
    }
}

function either(bool a, bool b) pure returns (bool c) {
    assembly ("memory-safe") {
        c := or(a, b)
    }
}

function implies(bool a, bool b) pure returns (bool c) {
    assembly ("memory-safe") {
        c := or(iszero(a), b)
    }
}

function select(bool which, uint256 a, uint256 b) pure returns (uint256 c) {
    assembly ("memory-safe") {
        c := xor(b, and(xor(a, b), sub(0, which)))
    }
}

function sum(uint256 a, uint256 b) pure returns (uint256) {
    unchecked {
        return a + b;
    }
}

function less(uint256 a, uint256 b) pure returns (uint256) {
    unchecked {
        return a - b;
    }
}

/// @return max(0, a − b)
function above(uint256 a, uint256 b) pure returns (uint256) {
    return select(a > b, less(a, b), 0);
}

function min(uint256 a, uint256 b) pure returns (uint256) {
    return select(a < b, a, b);
}

function max(uint256 a, uint256 b) pure returns (uint256) {
    return select(a > b, a, b);
}
