// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IKGST} from "../../contracts/interfaces/IKGST.sol";
import {EveryCall} from "./EveryCall.sol";

/// @title The inductive step: minting, burning, quotas
contract IssuanceCallsProof is EveryCall {
    bytes4 private constant MINT = bytes4(keccak256("mint(address,uint256)"));
    bytes4 private constant MINT_BY_KEY = bytes4(keccak256("mint(address,uint256,bytes32)"));
    bytes4 private constant BATCH = bytes4(keccak256("mintBatch(address[],uint256[])"));
    bytes4 private constant BATCH_BY_KEY = bytes4(keccak256("mintBatch(address[],uint256[],bytes32)"));
    bytes4 private constant BURN = bytes4(keccak256("burn(uint256)"));
    bytes4 private constant BURN_BY_KEY = bytes4(keccak256("burn(uint256,bytes32)"));

    /// @notice A mint raises the supply alone, within backing and in time, and takes the headroom that it uses
    /// @custom:proves 1 2 3 4 5 9
    function check_mint_solvency() public {
        _assertSolvencyStep(_any(MINT), MINTS);
    }

    /// @notice Beside the supply, the caller's quota and the receiver are written; nothing of a blocked account
    /// @custom:proves 9 11
    function check_mint_rest() public {
        _rest(MINT, BUCKET | ACCOUNT);
    }

    function witness_mint() public {
        Sums memory a = _sums();
        bool ok = _reach(MINT);
        assert(!(ok && _sums().supply > a.supply));
    }

    /// @notice As mint, for the sum of up to two values
    /// @custom:proves 1 2 3 4 5 9
    /// @custom:bound 2 receivers
    function check_mintBatch_solvency() public {
        _assertSolvencyStep(_any(BATCH), MINTS);
    }

    /// @notice As mint, for up to two receivers
    /// @custom:proves 9 11
    /// @custom:bound 2 receivers
    function check_mintBatch_rest() public {
        _rest(BATCH, BUCKET | ACCOUNT);
    }

    function witness_mintBatch() public {
        Sums memory a = _sums();
        bool ok = _reach(BATCH);
        assert(!(ok && _sums().supply > a.supply));
    }

    /// @notice A burn lowers supply and backing, raises burned by what the supply loses; shortfall and headroom do not grow
    /// @custom:proves 1 3 4 9
    function check_burn_solvency() public {
        Call memory call = _any(BURN);
        _assumeHolder(call.caller);
        _assertSolvencyStep(call, BURNS);
    }

    /// @notice Beside the sums, only the caller's account is written, if it is not blocked
    /// @custom:proves 9 11
    function check_burn_rest() public {
        _rest(BURN, ACCOUNT);
    }

    function witness_burn() public {
        Sums memory a = _sums();
        bool ok = _reach(BURN);
        assert(!(ok && _sums().supply < a.supply));
    }

    /// @notice As mint
    /// @custom:proves 1 2 3 4 5 9
    function check_mintByKey_solvency() public {
        _assertSolvencyStep(_any(MINT_BY_KEY), MINTS);
    }

    /// @notice As mint, and one nonce is written
    /// @custom:proves 9 11 14
    function check_mintByKey_rest() public {
        _rest(MINT_BY_KEY, BUCKET | ACCOUNT | NONCES);
    }

    function witness_mintByKey() public {
        Sums memory a = _sums();
        bool ok = _reach(MINT_BY_KEY);
        assert(!(ok && _sums().supply > a.supply));
    }

    /// @notice As mintBatch
    /// @custom:proves 1 2 3 4 5 9
    /// @custom:bound 2 receivers
    function check_mintBatchByKey_solvency() public {
        _assertSolvencyStep(_any(BATCH_BY_KEY), MINTS);
    }

    /// @notice As mintBatch, and one nonce is written
    /// @custom:proves 9 11 14
    /// @custom:bound 2 receivers
    function check_mintBatchByKey_rest() public {
        _rest(BATCH_BY_KEY, BUCKET | ACCOUNT | NONCES);
    }

    function witness_mintBatchByKey() public {
        Sums memory a = _sums();
        bool ok = _reach(BATCH_BY_KEY);
        assert(!(ok && _sums().supply > a.supply));
    }

    /// @notice As burn
    /// @custom:proves 1 3 4 9
    function check_burnByKey_solvency() public {
        Call memory call = _any(BURN_BY_KEY);
        _assumeHolder(call.caller);
        _assertSolvencyStep(call, BURNS);
    }

    /// @notice As burn, and one nonce is written
    /// @custom:proves 9 11 14
    function check_burnByKey_rest() public {
        _rest(BURN_BY_KEY, ACCOUNT | NONCES);
    }

    function witness_burnByKey() public {
        Sums memory a = _sums();
        bool ok = _reach(BURN_BY_KEY);
        assert(!(ok && _sums().supply < a.supply));
    }

    /// @notice As burn, of a blocked account
    /// @custom:proves 1 3 4 9 13
    function check_burnBlocked_solvency() public {
        Call memory call = _any(IKGST.burnBlocked.selector);
        _assumeHolder(_named(call));
        _assertSolvencyStep(call, BURNS);
    }

    /// @notice Beside the sums, only an account and one order are written; no balance of a blocked one rises; of an
    /// order no more than it names
    /// @custom:proves 9 11 13
    function check_burnBlocked_rest() public {
        _rest(IKGST.burnBlocked.selector, ACCOUNT | SEIZES | ORDER);
    }

    function witness_burnBlocked() public {
        Sums memory a = _sums();
        bool ok = _reach(IKGST.burnBlocked.selector);
        assert(!(ok && _sums().supply < a.supply));
    }

    /// @notice Only that issuer's bucket is written
    /// @custom:proves 3 9 10
    function check_setIssuer() public {
        _step(IKGST.setIssuer.selector, BUCKET);
    }

    function witness_setIssuer() public {
        assert(!_reach(IKGST.setIssuer.selector));
    }

    /// @notice Only that issuer's bucket is written
    /// @custom:proves 3 9 10
    function check_lowerIssuer() public {
        _step(IKGST.lowerIssuer.selector, BUCKET);
    }

    function witness_lowerIssuer() public {
        assert(!_reach(IKGST.lowerIssuer.selector));
    }

    /// @notice Only that issuer's bucket is cleared
    /// @custom:proves 3 9 10
    function check_cutIssuer() public {
        _step(IKGST.cutIssuer.selector, BUCKET);
    }

    function witness_cutIssuer() public {
        assert(!_reach(IKGST.cutIssuer.selector));
    }

    /// @notice Only that issuer's bucket is written
    /// @custom:proves 3 9 10
    function check_setDesk() public {
        _step(IKGST.setDesk.selector, BUCKET | DESKS);
    }

    function witness_setDesk() public {
        assert(!_reach(IKGST.setDesk.selector));
    }
}
