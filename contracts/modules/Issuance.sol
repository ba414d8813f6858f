// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IKGST} from "../interfaces/IKGST.sol";
import {Account} from "../ledger/Account.sol";
import {Bucket} from "../ledger/Bucket.sol";
import {FlagsLib} from "../ledger/Flags.sol";
import {Solvency, SolvencyLib} from "../ledger/Solvency.sol";
import {Authorizations} from "./Authorizations.sol";
import {Managed} from "./Managed.sol";

/// @title Minting within quota and headroom, burning on redemption
/// @dev May touch: solvency, issuers, accounts, authorizations. `_issue` is the only code that raises the supply.
abstract contract Issuance is IKGST, Managed, Authorizations {
    /// @inheritdoc IKGST
    function mint(address to, uint256 value) external returns (bool) {
        _mint(to, value);
        return true;
    }

    /// @inheritdoc IKGST
    function mint(address to, uint256 value, bytes32 nonce) external returns (bool) {
        _authorize(msg.sender, nonce);
        _mint(to, value);
        return true;
    }

    /// @inheritdoc IKGST
    function mintBatch(address[] calldata to, uint256[] calldata values) external returns (bool) {
        _mintBatch(to, values);
        return true;
    }

    /// @inheritdoc IKGST
    function mintBatch(address[] calldata to, uint256[] calldata values, bytes32 nonce) external returns (bool) {
        _authorize(msg.sender, nonce);
        _mintBatch(to, values);
        return true;
    }

    /// @inheritdoc IKGST
    function burn(uint256 value) external returns (bool) {
        _burn(value);
        return true;
    }

    /// @inheritdoc IKGST
    function burn(uint256 value, bytes32 nonce) external returns (bool) {
        _authorize(msg.sender, nonce);
        _burn(value);
        return true;
    }

    /// @inheritdoc IKGST
    function setIssuer(address issuer, uint256 capacity, uint256 refillPerSecond, bool mayBurn) external restricted {
        if (_isReserved(issuer)) revert ReservedAddress(issuer);
        if (capacity > type(uint72).max) revert AmountOutOfRange(capacity, type(uint72).max);
        if (refillPerSecond > type(uint64).max) revert AmountOutOfRange(refillPerSecond, type(uint64).max);
        Quota storage quota = _ledger().issuers[issuer];
        // Each fits its field: bounded above; 40 bits of seconds last 34,000 years.
        quota.bucket = quota.bucket.withTerms(capacity, refillPerSecond, mayBurn, block.timestamp);
        emit IssuerSet(issuer, capacity, refillPerSecond, mayBurn);
    }

    /// @inheritdoc IKGST
    function lowerIssuer(address issuer, uint256 capacity, uint256 refillPerSecond) external restricted {
        Quota storage quota = _ledger().issuers[issuer];
        Bucket bucket = _requireIssuer(issuer);
        if (capacity > bucket.capacity()) revert AmountOutOfRange(capacity, bucket.capacity());
        if (refillPerSecond > bucket.refillPerSecond()) {
            revert AmountOutOfRange(refillPerSecond, bucket.refillPerSecond());
        }
        // Each fits its field: none is more than what stood there.
        quota.bucket = bucket.withTerms(capacity, refillPerSecond, bucket.mayBurn(), block.timestamp);
        emit IssuerSet(issuer, capacity, refillPerSecond, bucket.mayBurn());
    }

    /// @inheritdoc IKGST
    function cutIssuer(address issuer) external restricted {
        _ledger().issuers[issuer].bucket = _requireIssuer(issuer).cut();
        emit IssuerCut(issuer);
    }

    /// @inheritdoc IKGST
    function setDesk(address desk) external restricted {
        Bucket bucket = _requireIssuer(desk);
        if (!_isContract(desk)) revert NotAContract(desk);
        Account held = _ledger().holders[desk].account;
        if (held.isBlocked() || held.frozen() != 0) revert DeskUnderOrder(desk);
        _ledger().issuers[desk].bucket = bucket.asDesk();
        emit DeskSet(desk);
    }

    /// @inheritdoc IKGST
    function issuerOf(address account) external view returns (Issuer memory) {
        Bucket bucket = _ledger().issuers[account].bucket;
        return Issuer({
            available: bucket.availableAt(block.timestamp),
            capacity: bucket.capacity(),
            refillPerSecond: bucket.refillPerSecond(),
            mayBurn: bucket.mayBurn(),
            desk: bucket.isDesk()
        });
    }

    /// @inheritdoc IKGST
    function headroom() external view returns (uint256) {
        Solvency solvency_ = _ledger().solvency;
        bool open = block.timestamp < solvency_.validUntil() && solvency_.pauseFlags() & FlagsLib.MINTING_PAUSED == 0;
        return open ? solvency_.headroom() : 0;
    }

    function _mint(address to, uint256 value) private {
        _issue(value);
        _credit(to, value);
        emit Transfer(address(0), to, value);
    }

    function _mintBatch(address[] calldata to, uint256[] calldata values) private {
        if (to.length != values.length) revert ArrayLengthMismatch(to.length, values.length);
        uint256 total = 0;
        for (uint256 i; i < values.length; ++i) {
            total += values[i];
        }
        _issue(total);
        for (uint256 i; i < to.length; ++i) {
            _credit(to[i], values[i]);
            emit Transfer(address(0), to[i], values[i]);
        }
    }

    function _burn(uint256 value) private {
        _requireUnpaused(_ledger().solvency.pauseFlags(), FlagsLib.BURNING_PAUSED);
        if (!_ledger().issuers[msg.sender].bucket.mayBurn()) revert BurnNotAllowed(msg.sender);
        _debit(msg.sender, value);
        _retire(msg.sender, value);
    }

    /// @dev The one choke point: takes `value` from the caller's bucket and adds it to the supply, if reserves allow.
    function _issue(uint256 value) private {
        // Checks:
        Solvency solvency_ = _ledger().solvency;
        _requireUnpaused(solvency_.pauseFlags(), FlagsLib.MINTING_PAUSED);
        Quota storage quota = _ledger().issuers[msg.sender];
        Bucket bucket = quota.bucket;
        uint256 available = bucket.availableAt(block.timestamp);
        if (value > available || bucket.capacity() == 0) _revertQuota(bucket, available, value);
        if (block.timestamp >= solvency_.validUntil()) revert AttestationExpired(solvency_.validUntil());
        unchecked {
            // Not by headroom, which is 0 in a deficit: there even minting nothing is refused. Both have 72 bits.
            if (solvency_.supply() + value > solvency_.backing()) _revertHeadroom(solvency_, value);
        }

        // Effects:
        unchecked {
            // value <= available, checked above.
            quota.bucket = bucket.withAvailable(available - value, block.timestamp);
        }
        _ledger().solvency = solvency_.afterMint(value);
    }

    /// @dev Takes `value`, already taken from `account`, out of circulation. Balances sum to the supply, so it covers
    /// `value`.
    function _retire(address account, uint256 value) internal {
        Solvency solvency_ = _ledger().solvency;
        uint256 burnable = SolvencyLib.MAX - solvency_.burned();
        if (value > burnable) revert AmountOutOfRange(value, burnable);
        _ledger().solvency = solvency_.afterBurn(value);
        emit Transfer(account, address(0), value);
    }

    function _requireIssuer(address account) private view returns (Bucket bucket) {
        bucket = _ledger().issuers[account].bucket;
        if (Bucket.unwrap(bucket) == 0) revert NotIssuer(account);
    }

    function _revertHeadroom(Solvency solvency_, uint256 value) private pure {
        revert HeadroomExceeded(solvency_.headroom(), value);
    }

    function _revertQuota(Bucket bucket, uint256 available, uint256 value) private view {
        if (bucket.capacity() == 0) revert NotIssuer(msg.sender);
        revert IssuerQuotaExceeded(msg.sender, available, value);
    }
}
