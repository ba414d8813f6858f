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

// Piecewise results are stated, not computed: a solver cuts such a claim into its cases far faster than it untangles
// the arithmetic of a result.

/// @return Whether x = max(0, a − b).
function isAbove(uint256 x, uint256 a, uint256 b) pure returns (bool) {
    return either(both(a <= b, x == 0), both(a > b, sum(x, b) == a));
}

/// @return Whether x = min(a, b).
function isMin(uint256 x, uint256 a, uint256 b) pure returns (bool) {
    return both(both(x <= a, x <= b), either(x == a, x == b));
}
