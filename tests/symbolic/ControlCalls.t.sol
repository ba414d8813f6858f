// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {IKGST} from "../../contracts/interfaces/IKGST.sol";
import {EveryCall} from "./EveryCall.sol";

/// @title The inductive step: pauses, upgrades, the manager, and calls of nothing
contract ControlCallsProof is EveryCall {
    /// @notice A pause changes no sum, no bound and no time
    /// @custom:proves 1 3 4 9 12
    function check_pause_solvency() public {
        _assertSolvencyStep(_any(IKGST.pause.selector), PAUSES);
    }

    /// @notice Beside the two flags in the Solvency word only the flags word is written
    /// @custom:proves 3 9 12
    function check_pause_rest() public {
        _rest(IKGST.pause.selector, FLAG);
    }

    function witness_pause() public {
        assert(!_reachSolvency(IKGST.pause.selector));
    }

    /// @notice The end of a pause changes no sum, no bound and no time
    /// @custom:proves 1 3 4 9 12
    function check_unpause_solvency() public {
        _assertSolvencyStep(_any(IKGST.unpause.selector), PAUSES);
    }

    /// @notice Beside the two flags in the Solvency word only the flags word is written
    /// @custom:proves 3 9 12
    function check_unpause_rest() public {
        _rest(IKGST.unpause.selector, FLAG);
    }

    function witness_unpause() public {
        assert(!_reachSolvency(IKGST.unpause.selector));
    }

    /// @notice Only the flags word is written
    /// @custom:proves 3 9 12
    function check_setDelegateAll() public {
        _step(IKGST.setDelegateAll.selector, FLAG);
    }

    function witness_setDelegateAll() public {
        uint256 before = _raw(FLAGS);
        bool ok = _reach(IKGST.setDelegateAll.selector);
        assert(!(ok && _raw(FLAGS) == before | DELEGATE_ALL && _raw(FLAGS) != before));
    }

    /// @notice Only the consent is written, and counted
    /// @custom:proves 3 9
    /// @custom:bound 2 signatures
    function check_approveImplementation() public {
        _step(IKGST.approveImplementation.selector, CONSENTS | CONSENTING);
    }

    function witness_approveImplementation() public {
        assert(!_reach(IKGST.approveImplementation.selector));
    }

    /// @notice Only the ERC-1967 slot and the consent are written before the new code runs
    /// @custom:proves 3 9
    /// @custom:bound one candidate with code, call data of 65 bytes
    function check_upgradeToAndCall() public {
        _step(_anyUpgrade(), CODE | CONSENTS);
    }

    function witness_upgradeToAndCall() public {
        assert(!_reach(_anyUpgrade()));
    }

    /// @notice Only the authority is written
    /// @custom:proves 3 9
    function check_setAuthority() public {
        _step(IAccessManaged.setAuthority.selector, MANAGER);
    }

    function witness_setAuthority() public {
        assert(!_reach(IAccessManaged.setAuthority.selector));
    }

    /// @notice No word is written
    /// @custom:proves 3 9
    function check_rescueTokens() public {
        _step(IKGST.rescueTokens.selector, 0);
    }

    function witness_rescueTokens() public {
        assert(!_reach(IKGST.rescueTokens.selector));
    }

    /// @notice Never succeeds again
    /// @custom:proves 9
    /// @custom:bound 2 auditors
    function check_initialize() public {
        assert(!_step(IKGST.initialize.selector, 0));
    }

    /// @notice A call of no known function, or of none, changes nothing
    /// @custom:proves 9
    /// @custom:bound 1,024 bytes of arguments
    function check_unknownSelector() public {
        Call memory call = _anyOf(svm.createCalldata("KGSTLogic"));
        vm.assume(call.data.length == 0 || call.data.length == UNKNOWN_CALL);
        assert(!_step(call, 0));
    }

    /// @dev To code that does nothing when it is called: what another does is its own, and the auditors' consent.
    function _anyUpgrade() private returns (Call memory call) {
        call = _any(IKGST.upgradeToAndCall.selector);
        vm.assume(_named(call) == outside);
    }
}
