// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC1967Utils} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Utils.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";

import {Flags} from "./ledger/Flags.sol";
import {Ledger} from "./ledger/Ledger.sol";
import {Authorizations} from "./modules/Authorizations.sol";
import {Domain} from "./modules/Domain.sol";
import {Permits} from "./modules/Permits.sol";

/// @title KGST: the token's address
/// @notice A Kyrgyz-som stablecoin. Testnet reference implementation, not affiliated with the issuer of any listed
/// token. See `IKGST` for everything that can be called here.
/// @dev Payments (`Transfers`, `Permits`, `Authorizations`) run from this code, which no upgrade can change. Every
/// other selector goes to the implementation by delegatecall. Only when DELEGATE_ALL is set, for all to see, do
/// payments go there too. There is no `receive`: the token takes no BNB.
contract KGST is Permits, Authorizations {
    // Known at this address once and for all, unless the chain splits: saves each signed payment 250 gas.
    uint256 private immutable _cachedChainId;
    bytes32 private immutable _cachedSeparator;

    /// @param logic The first `KGSTLogic`.
    /// @param initialization Encoded call of `IKGST.initialize`.
    constructor(address logic, bytes memory initialization) {
        _cachedChainId = block.chainid;
        _cachedSeparator = super._domainSeparator();
        ERC1967Utils.upgradeToAndCall(logic, "");
        // Here and not there, which would let empty data go: a token without an authority is anybody's.
        // A failed call reverts with its own error; `initialize` returns nothing.
        // slither-disable-next-line unused-return
        Address.functionDelegateCall(logic, initialization);
    }

    fallback() external {
        _delegate(ERC1967Utils.getImplementation());
    }

    /// @inheritdoc Domain
    function _domainSeparator() internal view override returns (bytes32) {
        return block.chainid == _cachedChainId ? _cachedSeparator : super._domainSeparator();
    }

    /// @inheritdoc Ledger
    /// @dev `_delegate` ends the call on purpose: the implementation has then done all of it.
    // slither-disable-next-line incorrect-return
    function _onFlags(Flags flags, uint256 pauseMask) internal override {
        if (flags.delegateAll()) _delegate(ERC1967Utils.getImplementation());
        super._onFlags(flags, pauseMask);
    }

    /// @dev Runs the present call in `logic` on this storage, and ends it with the same outcome.
    function _delegate(address logic) private {
        assembly ("memory-safe") {
            // The call ends here, so memory below the free pointer may be written over.
            calldatacopy(0, 0, calldatasize())
            let succeeded := delegatecall(gas(), logic, 0, calldatasize(), 0, 0)
            returndatacopy(0, 0, returndatasize())
            switch succeeded
            case 0 { revert(0, returndatasize()) }
            default { return(0, returndatasize()) }
        }
    }
}
