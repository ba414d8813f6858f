// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IKGST} from "../../contracts/interfaces/IKGST.sol";
import {both, implies} from "./Logic.sol";
import {TokenProof} from "./TokenProof.sol";

/// @title Pause flags, DELEGATE_ALL and upgrades: all that lies in the Gate
contract GateProof is TokenProof {
    /// @notice pause sets exactly the flags it names, of the four; the implementation and DELEGATE_ALL stay
    /// @custom:proves 12
    function check_pause_effects(address caller, uint256 flags) public {
        uint256 before = uint256(vm.load(token, GATE));
        vm.assume(_call(caller, abi.encodeCall(IKGST.pause, (flags))));
        bool named = both(flags != 0, flags <= 15);
        assert(both(named, uint256(vm.load(token, GATE)) == before | (flags << 160)));
    }

    /// @notice unpause clears exactly the flags it names
    /// @custom:proves 12
    function check_unpause_effects(address caller, uint256 flags) public {
        uint256 before = uint256(vm.load(token, GATE));
        vm.assume(_call(caller, abi.encodeCall(IKGST.unpause, (flags))));
        bool named = both(flags != 0, flags <= 15);
        assert(both(named, uint256(vm.load(token, GATE)) == before & ~(flags << 160)));
    }

    /// @notice unpause after pause, of flags that were clear, gives the word back; pause twice is pause once
    /// @custom:proves 12
    function check_pauseUnpause_identity(address caller, uint256 flags) public {
        uint256 before = uint256(vm.load(token, GATE));
        vm.assume(_call(caller, abi.encodeCall(IKGST.pause, (flags))));
        uint256 paused = uint256(vm.load(token, GATE));
        vm.assume(_call(caller, abi.encodeCall(IKGST.pause, (flags))));
        bool idempotent = uint256(vm.load(token, GATE)) == paused;
        vm.assume(_call(caller, abi.encodeCall(IKGST.unpause, (flags))));
        bool back = uint256(vm.load(token, GATE)) == before;
        assert(both(idempotent, implies((before >> 160) & flags == 0, back)));
    }

    /// @notice An upgrade needs the recorded consent to this code and this call, spends it, and keeps every flag
    /// @custom:proves 9 12
    /// @custom:bound one candidate with code, call data of 4 bytes
    function check_upgrade_effects(address caller, bytes4 data) public {
        uint256 before = uint256(vm.load(token, GATE));
        (uint256 code, uint256 call, uint256 rest) = (_raw(CONSENT), _raw(CONSENT + 1), _raw(CONSENT + 2));

        vm.assume(_call(caller, abi.encodeCall(IKGST.upgradeToAndCall, (outside, abi.encodePacked(data)))));

        bool consented = both(code == uint256(outside.codehash), call == uint256(keccak256(abi.encodePacked(data))));
        // To this address, and in an earlier block.
        assert(both(_field(rest, 0, 160) == _key(outside), _field(rest, 208, 48) < block.number));
        bool spent = both(_raw(CONSENT) == 0, _raw(CONSENT + 1) == 0);
        uint256 written = uint256(vm.load(token, GATE));
        bool pointed = both(written >> 160 == before >> 160, address(uint160(written)) == outside);
        assert(both(both(consented, code != 0), both(spent, pointed)));
    }

    /// @notice An address without code is never an implementation
    /// @custom:proves 9
    function check_upgrade_withoutCode(address caller, address candidate) public {
        vm.assume(candidate.code.length == 0);
        assert(!_call(caller, abi.encodeCall(IKGST.upgradeToAndCall, (candidate, ""))));
    }
}
