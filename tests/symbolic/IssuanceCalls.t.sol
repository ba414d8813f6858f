// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IKGST} from "../../contracts/interfaces/IKGST.sol";
import {EveryCall} from "./EveryCall.sol";

/// @title The inductive step: minting, burning, quotas
contract IssuanceCallsProof is EveryCall {
    /// @notice A mint raises the supply alone, within backing and in time, and takes the headroom that it uses
    /// @custom:proves 1 2 3 4 5 9
    function check_mint_solvency() public {
        _assertSolvencyStep(_any(IKGST.mint.selector), MINTS);
    }

    /// @notice Beside the supply, the caller's quota and the receiver are written; nothing of a blocked account
    /// @custom:proves 9 11
    function check_mint_rest() public {
        _rest(IKGST.mint.selector, BUCKET | ACCOUNT);
    }

    function witness_mint() public {
        Sums memory a = _sums();
        bool ok = _reach(IKGST.mint.selector);
        assert(!(ok && _sums().supply > a.supply));
    }

    /// @notice As mint, for the sum of up to two values
    /// @custom:proves 1 2 3 4 5 9
    /// @custom:bound 2 receivers
    function check_mintBatch_solvency() public {
        _assertSolvencyStep(_any(IKGST.mintBatch.selector), MINTS);
    }

    /// @notice As mint, for up to two receivers
    /// @custom:proves 9 11
    /// @custom:bound 2 receivers
    function check_mintBatch_rest() public {
        _rest(IKGST.mintBatch.selector, BUCKET | ACCOUNT);
    }

    function witness_mintBatch() public {
        Sums memory a = _sums();
        bool ok = _reach(IKGST.mintBatch.selector);
        assert(!(ok && _sums().supply > a.supply));
    }

    /// @notice A burn lowers supply and backing, raises burned by what the supply loses; shortfall and headroom do not grow
    /// @custom:proves 1 3 4 9
    function check_burn_solvency() public {
        Call memory call = _any(IKGST.burn.selector);
        _assumeHolder(call.caller);
        _assertSolvencyStep(call, BURNS);
    }

    /// @notice Beside the sums, only the caller's account is written, if it is not blocked
    /// @custom:proves 9 11
    function check_burn_rest() public {
        _rest(IKGST.burn.selector, ACCOUNT);
    }

    function witness_burn() public {
        Sums memory a = _sums();
        bool ok = _reach(IKGST.burn.selector);
        assert(!(ok && _sums().supply < a.supply));
    }

    /// @notice As burn, of a blocked account
    /// @custom:proves 1 3 4 9 13
    function check_burnBlocked_solvency() public {
        Call memory call = _any(IKGST.burnBlocked.selector);
        _assumeHolder(_named(call));
        _assertSolvencyStep(call, BURNS);
    }

    /// @notice Beside the sums, only an account is written; no balance of a blocked one rises
    /// @custom:proves 9 11
    function check_burnBlocked_rest() public {
        _rest(IKGST.burnBlocked.selector, ACCOUNT | SEIZES);
    }

    function witness_burnBlocked() public {
        Sums memory a = _sums();
        bool ok = _reach(IKGST.burnBlocked.selector);
        assert(!(ok && _sums().supply < a.supply));
    }

    /// @notice Only that issuer's bucket is written, full
    /// @custom:proves 3 9 10
    function check_setIssuer() public {
        _step(IKGST.setIssuer.selector, BUCKET);
    }

    function witness_setIssuer() public {
        assert(!_reach(IKGST.setIssuer.selector));
    }

    /// @notice Only that issuer's bucket is cleared
    /// @custom:proves 3 9 10
    function check_cutIssuer() public {
        _step(IKGST.cutIssuer.selector, BUCKET);
    }

    function witness_cutIssuer() public {
        assert(!_reach(IKGST.cutIssuer.selector));
    }
}
