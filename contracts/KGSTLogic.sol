// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";

import {IERC7943Fungible} from "./interfaces/IERC7943Fungible.sol";
import {IKGST} from "./interfaces/IKGST.sol";
import {FlagsLib} from "./ledger/Flags.sol";
import {Ledger} from "./ledger/Ledger.sol";
import {Auditors} from "./modules/Auditors.sol";
import {Compliance} from "./modules/Compliance.sol";
import {Pausing} from "./modules/Pausing.sol";
import {Payouts} from "./modules/Payouts.sol";
import {Rescue} from "./modules/Rescue.sol";
import {Reserves} from "./modules/Reserves.sol";
import {SignedAuthorizations} from "./modules/SignedAuthorizations.sol";
import {SignedPermits} from "./modules/SignedPermits.sol";
import {Upgrades} from "./modules/Upgrades.sol";

/// @title KGSTLogic: the upgradeable rest of the token
/// @notice Runs by delegatecall from `KGST`. At its own address it changes and logs nothing: nobody governs there, all
/// is paused, and what no pause reaches asks where it runs.
contract KGSTLogic is SignedAuthorizations, SignedPermits, Payouts, Compliance, Reserves, Pausing, Upgrades, Rescue {
    /// @param recoveryDelay Seconds between `proposeAuditors` and `acceptAuditors`: 14 to 365 days.
    /// @custom:oz-upgrades-unsafe-allow constructor
    constructor(uint256 recoveryDelay) Auditors(recoveryDelay) {
        // At the implementation's own address nobody governs, and no number of signatures suffices.
        _ledger().authority = address(this);
        _ledger().settings.threshold = type(uint8).max;
        _setPauseFlags(FlagsLib.PAUSE_FLAGS);
    }

    /// @inheritdoc IKGST
    /// @dev Only the constructor of `KGST` finds the storage empty.
    function initialize(Initialization calldata init) external {
        if (_ledger().authority != address(0)) revert AlreadyInitialized();
        if (init.authority.code.length == 0) revert AccessManagedInvalidAuthority(init.authority);
        _setAuthority(init.authority);
        _blockReserved();
        _setMaxAge(init.maxAge);
        _setMaxIncrease(init.maxIncreaseBps);
        _setMargin(init.marginBps);
        _setAuditors(init.auditors, init.threshold);
        emit Initialized(init.authority);
    }

    /// @inheritdoc IERC20Metadata
    function name() external pure returns (string memory) {
        return NAME;
    }

    /// @inheritdoc IERC20Metadata
    function symbol() external pure returns (string memory) {
        return "KGST";
    }

    /// @inheritdoc IERC20Metadata
    function decimals() external pure returns (uint8) {
        return 6;
    }

    /// @inheritdoc IKGST
    function version() external pure returns (string memory) {
        return VERSION;
    }

    /// @inheritdoc IKGST
    function currency() external pure returns (string memory) {
        return "KGS";
    }

    /// @inheritdoc IKGST
    function getOwner() external view returns (address) {
        return authority();
    }

    /// @inheritdoc IKGST
    function contractURI() external pure returns (string memory) {
        return "data:application/json;utf8,{\"name\":\"KGST\",\"symbol\":\"KGST\",\"description\":\"Independent "
            "reference implementation of a Kyrgyz-som stablecoin. "
            "Testnet, not affiliated with the issuer of any listed token.\"}";
    }

    /// @inheritdoc IERC5267
    function eip712Domain()
        external
        view
        returns (
            bytes1 fields,
            string memory name_,
            string memory version_,
            uint256 chainId,
            address verifyingContract,
            bytes32 salt,
            uint256[] memory extensions
        )
    {
        // 0x0f: name, version, chainId and verifyingContract are part of the domain.
        return (hex"0f", NAME, VERSION, block.chainid, address(this), 0, extensions);
    }

    /// @inheritdoc IERC165
    function supportsInterface(bytes4 interfaceId) external pure returns (bool) {
        return interfaceId == type(IERC165).interfaceId || interfaceId == type(IERC20).interfaceId
            || interfaceId == type(IERC20Metadata).interfaceId || interfaceId == type(IERC20Permit).interfaceId
            || interfaceId == type(IERC5267).interfaceId || interfaceId == type(IERC7943Fungible).interfaceId;
    }

    /// @inheritdoc Ledger
    function _requireToken() internal view override {
        // Only the constructor has set so many; an immutable address would give every deployment another code hash.
        if (_ledger().settings.threshold == type(uint8).max) revert NotTheToken();
    }
}
