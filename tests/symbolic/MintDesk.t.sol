// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MintDesk} from "../../contracts/desks/MintDesk.sol";
import {IKGST} from "../../contracts/interfaces/IKGST.sol";
import {Cheats} from "./Cheats.sol";
import {LettingHarness, NotingHarness} from "./Desks.sol";
import {both, either, implies} from "./Logic.sol";

/// @title Whatever is called at the mint desk, by anyone, in any state of it
/// @dev The desk's storage starts unknown, but for its authority. Before and after are read by its own getters.
contract MintDeskProof is Cheats {
    bytes4 private constant MINT = MintDesk.mint.selector;
    bytes4 private constant EXECUTE = MintDesk.execute.selector;
    bytes4 private constant ALLOW = MintDesk.allowDestination.selector;
    bytes4 private constant REMOVE = MintDesk.removeDestination.selector;

    uint256 private constant MINT_LIMIT = 100_000e6;
    uint256 private constant DAY_LIMIT = 1_000_000e6;
    uint256 private constant DELAY = 2 days;

    LettingHarness private manager;
    NotingHarness private token;
    MintDesk private desk;

    function setUp() public {
        manager = new LettingHarness();
        token = new NotingHarness();
        desk = new MintDesk(address(manager), IKGST(address(token)), MINT_LIMIT, DAY_LIMIT, DELAY);
    }

    /// @notice Nothing is minted but to a destination that is allowed, once a call, by whom the AccessManager lets: at
    /// once up to the limit of one mint and what is left of the day, which falls by just that; or, with the receiver
    /// and amount that were proposed, from the proposal's time on, until it lapses, and the proposal is gone
    /// @custom:bound the terms of the example policies: 100,000 som a mint, 1,000,000 a day, 2 days
    function check_mint_bounded(address caller) public {
        (bytes memory data, uint256 left) = _start();
        bytes32 nonce = bytes32(_word(data, 4));
        (address to, uint256 value, uint256 readyAt, uint256 expiresAt) = desk.proposalOf(nonce);
        _call(caller, data);
        if (token.mints() == 0) return;
        assert(both(token.mints() == 1, manager.permits()));
        assert(desk.isDestination(token.to()));
        bytes4 selector = bytes4(bytes32(_word(data, 0)));
        assert(either(selector == MINT, selector == EXECUTE));
        if (selector == MINT) {
            assert(both(token.value() <= MINT_LIMIT, token.value() <= left));
            assert(left - token.value() == desk.leftToday());
        } else {
            assert(both(readyAt != 0, both(block.timestamp >= readyAt, block.timestamp < expiresAt)));
            assert(both(token.to() == to, both(token.value() == value, token.key() == nonce)));
            (,, uint256 after_,) = desk.proposalOf(nonce);
            assert(after_ == 0);
        }
    }

    /// @notice An arbitrary account becomes a destination only by `allowDestination`, ceases to be one only by
    /// `removeDestination`, both by whom the AccessManager lets; and what is left of the day changes only by `mint`
    /// @custom:bound the terms of the example policies
    function check_destinations_step(address caller, address account) public {
        (bytes memory data, uint256 left) = _start();
        bool before = desk.isDestination(account);
        _call(caller, data);
        bytes4 selector = bytes4(bytes32(_word(data, 0)));
        if (desk.isDestination(account) != before) {
            assert(selector == (before ? REMOVE : ALLOW));
            assert(manager.permits());
        }
        assert(implies(desk.leftToday() != left, selector == MINT));
    }

    function witness_mint() public {
        (bytes memory data,) = _start();
        _call(address(0xca11e5), data);
        assert(!both(token.mints() != 0, bytes4(bytes32(_word(data, 0))) == MINT));
    }

    function witness_execute() public {
        (bytes memory data,) = _start();
        _call(address(0xca11e5), data);
        assert(!both(token.mints() != 0, bytes4(bytes32(_word(data, 0))) == EXECUTE));
    }

    /// @dev Any state of the desk, any time, any call.
    function _start() private returns (bytes memory data, uint256 left) {
        address authority = address(manager);
        svm.enableSymbolicStorage(address(desk));
        vm.store(address(desk), bytes32(0), bytes32(uint256(uint160(authority))));
        uint256 time = svm.createUint(40, "time");
        vm.assume(time > 365 days);
        vm.warp(time);
        manager.choose();
        token.choose();
        // What was minted on a day is at most its limit, which `check_mint_bounded` keeps so.
        vm.assume(uint72(uint256(vm.load(address(desk), bytes32(uint256(2))))) <= DAY_LIMIT);
        left = desk.leftToday();
        data = svm.createCalldata("MintDesk");
    }

    function _call(address caller, bytes memory data) private {
        vm.prank(caller);
        (bool ok,) = address(desk).call(data);
        ok;
    }

    function _word(bytes memory data, uint256 from) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(add(add(data, 32), from))
        }
    }
}
