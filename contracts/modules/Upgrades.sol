// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC1822Proxiable} from "@openzeppelin/contracts/interfaces/draft-IERC1822.sol";
import {ERC1967Utils} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Utils.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {StorageSlot} from "@openzeppelin/contracts/utils/StorageSlot.sol";

import {IKGST} from "../interfaces/IKGST.sol";
import {Flags} from "../ledger/Flags.sol";
import {Auditors} from "./Auditors.sol";

/// @title Upgrades that the auditors have consented to
/// @dev May touch: the ERC-1967 slot, DELEGATE_ALL, consent. The one power that could rewrite the promise
/// needs two keys: UPGRADER with its delay, and the auditors' signatures on the code that will run and the call that it
/// will run.
abstract contract Upgrades is IKGST, Auditors {
    bytes32 private constant APPROVAL_TYPEHASH = keccak256(
        "ImplementationApproval(address implementation,bytes32 codeHash,bytes32 dataHash,uint256 nonce,"
        "uint256 halts,uint256 version,uint256 deadline)"
    );

    /// @inheritdoc IKGST
    function approveImplementation(
        address newImplementation,
        bytes32 codeHash,
        bytes32 dataHash,
        uint256 nonce,
        uint256 deadline,
        AuditorSignature[] calldata signatures
    ) external {
        Consent storage consent = _ledger().consent;
        if (nonce != consent.nonce) revert InvalidNonce(consent.nonce, nonce);
        _requireImplementation(newImplementation);
        // What is consented to stands there now, and by the time of an upgrade it will have stood since another block.
        if (newImplementation.codehash != codeHash) revert CodeHashMismatch(newImplementation.codehash, codeHash);
        ReserveSettings memory settings = _ledger().settings;
        bytes32 message = keccak256(
            abi.encode(
                APPROVAL_TYPEHASH,
                newImplementation,
                codeHash,
                dataHash,
                nonce,
                settings.halts,
                settings.version,
                deadline
            )
        );
        _requireQuorum(message, deadline, signatures);
        consent.codeHash = codeHash;
        consent.dataHash = dataHash;
        consent.implementation = newImplementation;
        // The casts keep every bit: 48 bits count a block each second for 9 million years.
        consent.nonce = uint48(nonce + 1);
        consent.givenIn = uint48(block.number);
        emit ImplementationApproved(newImplementation, codeHash, dataHash, nonce);
    }

    /// @inheritdoc IKGST
    /// @dev Not payable: the token holds no BNB.
    function upgradeToAndCall(address newImplementation, bytes calldata data) external restricted {
        // Checks:
        _requireImplementation(newImplementation);
        _requireConsent(newImplementation, keccak256(data));

        // Effects:
        _clearConsent();
        StorageSlot.getAddressSlot(ERC1967Utils.IMPLEMENTATION_SLOT).value = newImplementation;
        emit Upgraded(newImplementation);

        // Interactions:
        // A failed call reverts with its own error; what a migration returns concerns nobody.
        // slither-disable-next-line unused-return
        if (data.length != 0) Address.functionDelegateCall(newImplementation, data);
    }

    /// @inheritdoc IKGST
    function setDelegateAll(bool enabled) external restricted {
        Flags flags = _ledger().flags;
        if (flags.delegateAll() == enabled) return;
        _ledger().flags = flags.withDelegateAll(enabled);
        emit DelegateAllSet(enabled);
    }

    /// @inheritdoc IKGST
    function delegateAll() external view returns (bool) {
        return _ledger().flags.delegateAll();
    }

    /// @inheritdoc IKGST
    function implementation() external view returns (address) {
        return ERC1967Utils.getImplementation();
    }

    /// @inheritdoc IKGST
    function approvedImplementation()
        external
        view
        returns (address approved, bytes32 codeHash, bytes32 dataHash, uint256 nonce)
    {
        Consent memory consent = _ledger().consent;
        return (consent.implementation, consent.codeHash, consent.dataHash, consent.nonce);
    }

    /// @inheritdoc IKGST
    function proxiableUUID() external pure returns (bytes32) {
        return ERC1967Utils.IMPLEMENTATION_SLOT;
    }

    function _requireConsent(address newImplementation, bytes32 dataHash) private view {
        Consent memory consent = _ledger().consent;
        bytes32 codeHash = newImplementation.codehash;
        bool same = consent.implementation == newImplementation && consent.codeHash == codeHash;
        if (!same || consent.dataHash != dataHash) {
            revert ImplementationNotApproved(newImplementation, codeHash, dataHash);
        }
        // Code that comes and goes within a transaction could satisfy both.
        if (block.number <= consent.givenIn) revert ConsentTooRecent(consent.givenIn);
    }

    /// @dev Refuses accounts without code, code that is not an ERC-1822 implementation for this slot, and EIP-7702
    /// accounts: their code hash names another contract, to which their key may later prefer a third.
    function _requireImplementation(address candidate) private view {
        if (!_isContract(candidate)) revert InvalidImplementation(candidate);
        try IERC1822Proxiable(candidate).proxiableUUID() returns (bytes32 slot) {
            if (slot != ERC1967Utils.IMPLEMENTATION_SLOT) revert InvalidImplementation(candidate);
        } catch {
            revert InvalidImplementation(candidate);
        }
    }
}
