// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IERC7943Fungible} from "../interfaces/IERC7943Fungible.sol";
import {IKGST} from "../interfaces/IKGST.sol";
import {Account} from "./Account.sol";
import {Bucket} from "./Bucket.sol";
import {Flags} from "./Flags.sol";
import {Solvency} from "./Solvency.sol";

/// @title The token's storage and the moves of balances
/// @dev All state lives in one ERC-7201 namespace, but for the implementation's address, whose place ERC-1967 fixes.
/// The layout is append-only: new fields go to the end of `Layout`. Every module reaches storage through `_ledger()`.
abstract contract Ledger {
    /// @dev The last accepted attestation; one slot. reserves: tyiyn, settled: base units, asOf: seconds.
    struct AttestationRecord {
        uint72 reserves;
        uint72 settled;
        uint40 asOf;
        uint64 epoch;
    }

    /// @dev One slot. version: counts auditor sets; suspended: bit i for auditors[i]; maxAge: seconds; halts: counts
    /// them; marginBps: 1/10,000.
    struct ReserveSettings {
        uint64 version;
        uint8 threshold;
        uint8 auditorCount;
        uint16 suspended;
        uint32 maxAge;
        uint16 maxIncreaseBps;
        uint32 halts;
        uint16 marginBps;
    }

    /// @dev One slot. acceptableAt: seconds; 0 is no proposal.
    struct Proposal {
        uint40 acceptableAt;
        uint8 threshold;
    }

    /// @dev The auditors' consent to one upgrade; codeHash 0 is none. nonce: consents ever given; givenIn: number of
    /// the block.
    struct Consent {
        bytes32 codeHash;
        bytes32 dataHash;
        address implementation;
        uint48 nonce;
        uint48 givenIn;
    }

    /// @dev One slot. Base units: what an order says to take from one account, and what has been taken.
    struct Order {
        uint72 ordered;
        uint72 executed;
    }

    // One word each. Structs, so that code can hold a reference to a mapping's entry and hash its slot once.

    struct Holder {
        Account account;
    }

    /// @dev value: base units; the greatest uint256 is unlimited.
    struct Allowance {
        uint256 value;
    }

    /// @dev used: one bit for each of 256 EIP-3009 nonces.
    struct Nonces {
        uint256 used;
    }

    struct Quota {
        Bucket bucket;
    }

    /// @custom:storage-location erc7201:kgst.storage.Ledger
    struct Layout {
        mapping(address account => Holder) holders;
        mapping(address owner => mapping(address spender => Allowance)) allowances;
        /// @dev EIP-3009 nonces, 256 to a word: bit `nonce & 0xff` of word `nonce >> 8`.
        mapping(address authorizer => mapping(uint256 word => Nonces)) authorizations;
        Solvency solvency;
        Flags flags;
        mapping(address account => Quota) issuers;
        AttestationRecord attestation;
        bytes32 reportHash;
        ReserveSettings settings;
        address[] auditors;
        /// @dev version << 8 | index + 1, so that a new set unseats the old one without a loop.
        mapping(address auditor => uint256) seats;
        Proposal proposal;
        address[] proposedAuditors;
        Consent consent;
        address authority;
        mapping(bytes32 orderHash => mapping(address account => Order)) orders;
    }

    /// @dev keccak256(abi.encode(uint256(keccak256("kgst.storage.Ledger")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant LAYOUT_SLOT = 0x595d9353f392e405f722de8eb76472c614366d0c29120629983013fe7d476a00;

    /// @dev Base units in one tyiyn.
    uint256 internal constant TYIYN = 1e4;

    function _ledger() internal pure returns (Layout storage $) {
        assembly ("memory-safe") {
            $.slot := LAYOUT_SLOT
        }
    }

    /// @dev Reverts when one of `pauseMask` is set. Every payment starts here.
    function _enter(uint256 pauseMask) internal {
        Flags flags = _ledger().flags;
        if (Flags.unwrap(flags) != 0) _onFlags(flags, pauseMask);
    }

    /// @dev The rare path of `_enter`, replaced where the code must first divert to the implementation.
    function _onFlags(Flags flags, uint256 pauseMask) internal virtual {
        _requireUnpaused(flags.pauseFlags(), pauseMask);
    }

    function _requireUnpaused(uint256 pauseFlags, uint256 pauseMask) internal pure {
        uint256 raised = pauseFlags & pauseMask;
        if (raised != 0) revert IKGST.OperationPaused(raised);
    }

    /// @dev Checks sender and receiver, moves, logs. A self-transfer is safe: the receiver is read after the sender is
    /// written.
    function _transfer(address from, address to, uint256 value) internal {
        _debit(from, value);
        _credit(to, value);
        emit IERC20.Transfer(from, to, value);
    }

    /// @dev Checks and lowers the sender's side of a move.
    function _debit(address from, uint256 value) internal {
        Holder storage holder = _ledger().holders[from];
        Account sender = holder.account;
        if (sender.isBlocked()) revert IERC7943Fungible.ERC7943CannotSend(from);
        if (value > sender.unfrozen()) _revertUncovered(from, sender, value);
        holder.account = sender.subBalance(value);
    }

    /// @dev Zero address and token are blocked from the start, so this one check refuses them too.
    function _credit(address to, uint256 value) internal {
        Holder storage holder = _ledger().holders[to];
        Account receiver = holder.account;
        if (receiver.isBlocked()) _revertCannotReceive(to);
        holder.account = receiver.addBalance(value);
    }

    function _requireMaySend(address account) internal view {
        if (_ledger().holders[account].account.isBlocked()) revert IERC7943Fungible.ERC7943CannotSend(account);
    }

    /// @dev Does nothing at the token's address. At the implementation's own it reverts: see `KGSTLogic`.
    // solhint-disable-next-line no-empty-blocks
    function _requireToken() internal view virtual {}

    /// @dev Whether there is code at `account`, of its own: 23 bytes are a pointer under EIP-7702, to which the
    /// account's key may prefer another at any time. No code that answers anything by itself is that short.
    function _isContract(address account) internal view returns (bool) {
        uint256 size = account.code.length;
        return size != 0 && size != 23;
    }

    function _isReserved(address account) internal view returns (bool) {
        return account == address(0) || account == address(this);
    }

    function _revertUncovered(address account, Account held, uint256 needed) internal pure {
        if (needed > held.balance()) revert IERC20Errors.ERC20InsufficientBalance(account, held.balance(), needed);
        revert IERC7943Fungible.ERC7943InsufficientUnfrozenBalance(account, needed, held.unfrozen());
    }

    function _revertCannotReceive(address account) private view {
        if (_isReserved(account)) revert IERC20Errors.ERC20InvalidReceiver(account);
        revert IERC7943Fungible.ERC7943CannotReceive(account);
    }
}
