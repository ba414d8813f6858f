// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IKGST} from "../../contracts/interfaces/IKGST.sol";
import {both, implies} from "./Logic.sol";
import {TokenProof} from "./TokenProof.sol";

/// @title Pause flags, DELEGATE_ALL and upgrades
contract FlagsProof is TokenProof {
    bytes4 private constant PAY = bytes4(
        keccak256("transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)")
    );
    bytes4 private constant RECEIVE = bytes4(
        keccak256("receiveWithAuthorization(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)")
    );
    bytes4 private constant PERMIT = bytes4(keccak256("permit(address,address,uint256,uint256,uint8,bytes32,bytes32)"));

    /// @notice pause sets exactly the flags it names, of the four, each in its word; DELEGATE_ALL and the sums stay
    /// @custom:proves 12
    function check_pause_effects(address caller, uint256 flags) public {
        (uint256 word, uint256 solvency) = (_raw(FLAGS), _raw(SOLVENCY));
        vm.assume(_call(caller, abi.encodeCall(IKGST.pause, (flags))));
        assert(both(flags != 0, flags <= PAUSE_FLAGS));
        assert(_raw(FLAGS) == word | (flags & PAYMENT_FLAGS));
        assert(_raw(SOLVENCY) == solvency | ((flags & SUPPLY_FLAGS) << SUPPLY_FLAGS_SHIFT));
    }

    /// @notice unpause clears exactly the flags it names, each in its word
    /// @custom:proves 12
    function check_unpause_effects(address caller, uint256 flags) public {
        (uint256 word, uint256 solvency) = (_raw(FLAGS), _raw(SOLVENCY));
        vm.assume(_call(caller, abi.encodeCall(IKGST.unpause, (flags))));
        assert(both(flags != 0, flags <= PAUSE_FLAGS));
        assert(_raw(FLAGS) == word & ~(flags & PAYMENT_FLAGS));
        assert(_raw(SOLVENCY) == solvency & ~((flags & SUPPLY_FLAGS) << SUPPLY_FLAGS_SHIFT));
    }

    /// @notice unpause after pause, of flags that were clear, gives both words back; pause twice is pause once
    /// @custom:proves 12
    function check_pauseUnpause_identity(address caller, uint256 flags) public {
        (uint256 word, uint256 solvency, uint256 before) = (_raw(FLAGS), _raw(SOLVENCY), _flags());
        vm.assume(_call(caller, abi.encodeCall(IKGST.pause, (flags))));
        (uint256 paused, uint256 stopped) = (_raw(FLAGS), _raw(SOLVENCY));
        vm.assume(_call(caller, abi.encodeCall(IKGST.pause, (flags))));
        assert(both(_raw(FLAGS) == paused, _raw(SOLVENCY) == stopped));
        vm.assume(_call(caller, abi.encodeCall(IKGST.unpause, (flags))));
        bool back = both(_raw(FLAGS) == word, _raw(SOLVENCY) == solvency);
        assert(implies(before & flags == 0, back));
    }

    /// @notice setDelegateAll writes the highest bit alone, as asked
    /// @custom:proves 12
    function check_setDelegateAll_effects(address caller, bool enabled) public {
        uint256 word = _raw(FLAGS);
        vm.assume(_call(caller, abi.encodeCall(IKGST.setDelegateAll, (enabled))));
        assert(_raw(FLAGS) == (enabled ? word | DELEGATE_ALL : word & ~DELEGATE_ALL));
    }

    /// @notice A payment runs from the implementation just when DELEGATE_ALL is set, whatever else is; approve never does
    /// @custom:proves 12
    function check_delegateAll_diverts(address caller, address from, address to, uint256 value) public {
        Trace trace = new Trace();
        vm.store(token, IMPLEMENTATION, bytes32(uint256(uint160(address(trace)))));
        vm.store(token, bytes32(trace.SLOT()), 0);
        bool delegated = _raw(FLAGS) & DELEGATE_ALL != 0;
        uint256 max = type(uint256).max;
        bool never;
        bytes memory data = abi.encodeCall(IERC20.transfer, (to, value));
        if (svm.createBool("transferFrom")) data = abi.encodeCall(IERC20.transferFrom, (from, to, value));
        else if (svm.createBool("pay")) data = abi.encodeWithSelector(PAY, from, to, value, 0, max, 0, 27, 0, 0);
        else if (svm.createBool("receive")) data = abi.encodeWithSelector(RECEIVE, from, to, value, 0, max, 0, 27, 0, 0);
        else if (svm.createBool("permit")) data = abi.encodeWithSelector(PERMIT, from, to, value, max, 27, 0, 0);
        else if (never = svm.createBool("approve")) data = abi.encodeCall(IERC20.approve, (to, value));
        _call(caller, data);
        assert((uint256(vm.load(token, bytes32(trace.SLOT()))) == 1) == both(delegated, !never));
    }

    /// @dev With DELEGATE_ALL set a payment succeeds, through the implementation.
    function witness_delegateAll_transfer(address from, address to, uint256 value) public {
        _assumeHolders(from, to);
        bool delegated = _raw(FLAGS) & DELEGATE_ALL != 0;
        bool ok = _call(from, abi.encodeCall(IERC20.transfer, (to, value)));
        assert(!(ok && delegated && value != 0 && from != to));
    }

    /// @notice An upgrade needs the recorded consent to this code and this call, spends it, leaves a bare address in the
    /// ERC-1967 slot, and keeps every flag
    /// @custom:proves 9 12
    /// @custom:bound one candidate with code, call data of 4 bytes
    function check_upgrade_effects(address caller, bytes4 data) public {
        (uint256 flags, uint256 solvency) = (_raw(FLAGS), _raw(SOLVENCY));
        (uint256 code, uint256 call, uint256 rest) = (_raw(CONSENT), _raw(CONSENT + 1), _raw(CONSENT + 2));

        vm.assume(_call(caller, abi.encodeCall(IKGST.upgradeToAndCall, (outside, abi.encodePacked(data)))));

        bool consented = both(code == uint256(outside.codehash), call == uint256(keccak256(abi.encodePacked(data))));
        // To this address, and in an earlier block.
        assert(both(_field(rest, 0, 160) == _key(outside), _field(rest, 208, 48) < block.number));
        bool spent = both(_raw(CONSENT) == 0, _raw(CONSENT + 1) == 0);
        assert(both(both(consented, code != 0), spent));
        assert(_implementation() == _key(outside));
        assert(both(_raw(FLAGS) == flags, _raw(SOLVENCY) == solvency));
    }

    /// @notice An address without code is never an implementation
    /// @custom:proves 9
    function check_upgrade_withoutCode(address caller, address candidate) public {
        vm.assume(candidate.code.length == 0);
        assert(!_call(caller, abi.encodeCall(IKGST.upgradeToAndCall, (candidate, ""))));
    }
}

/// @title An implementation that leaves a trace in the token's storage, whatever it is called for
contract Trace {
    uint256 public constant SLOT = 0x7261636500000000;

    fallback() external {
        uint256 slot = SLOT;
        assembly ("memory-safe") {
            sstore(slot, 1)
        }
    }
}
