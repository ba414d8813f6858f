// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IKGST} from "./IKGST.sol";

/// @title The mint desk: an issuer that is a contract, so that a stolen key mints only what a desk would
/// @notice The operator's key mints to destinations that ISSUANCE_ADMIN has allowed: up to `mintLimit` at a time and
/// `dayLimit` a day at once; more only by a proposal that waits `delay` seconds, and which GUARDIAN or any one auditor
/// cancels. Quota, headroom and attestation are the token's, as for any issuer.
///
/// Limits are fixed with the code: GUARDIAN's `lowerIssuer` and `cutIssuer` in the token tighten at once, and other
/// limits are another desk. A day is one in Bishkek (UTC+6), as in the bank's statements: around a midnight two days'
/// limits can be minted at once.
///
/// Units. Amounts are base units of the token. Times are seconds since 1970 (UTC). Roles are those of the
/// AccessManager at `authority()`.
interface IMintDesk {
    event DestinationAllowed(address indexed destination);
    event DestinationRemoved(address indexed destination);
    event Minted(address indexed to, uint256 value, bytes32 indexed nonce);
    /// @param readyAt First second at which it can be executed.
    /// @param expiresAt First second at which it no longer can.
    event MintProposed(address indexed to, uint256 value, bytes32 indexed nonce, uint256 readyAt, uint256 expiresAt);
    event MintCanceled(bytes32 indexed nonce, address indexed by);

    error LimitsOutOfRange(uint256 mintLimit, uint256 dayLimit);
    error DelayOutOfRange(uint256 delay);
    /// @notice The zero address and the token never hold tokens; from this contract none would come out again.
    error ReservedDestination(address destination);
    error DestinationNotAllowed(address destination);
    /// @notice `left` base units can be minted at once now; more is to be proposed.
    error LimitExceeded(uint256 left, uint256 needed);
    /// @notice The token has executed or cancelled this key, or it is proposed already.
    error NonceTaken(bytes32 nonce);
    error NotProposed(bytes32 nonce);
    error ProposalNotReady(uint256 readyAt);
    error ProposalExpired(uint256 expiresAt);
    error AmountOutOfRange(uint256 amount, uint256 max);

    /// @notice Mints at once, within both limits. Restricted to MINTER, whose key may be a hot one.
    /// @dev Worst case: a thief of the key mints the day's limit to destinations that are the issuer's own or its
    /// clients'. Undo: `cutIssuer` in the token; what came to an own destination is still the issuer's.
    /// Errors: `DestinationNotAllowed`, `LimitExceeded`, `NonceTaken` when it is proposed, those of the token's `mint`.
    /// @param nonce The token's idempotency key, from the desk's reference.
    function mint(address to, uint256 value, bytes32 nonce) external;

    /// @notice Announces a mint of any size, to be executed after `delay` seconds. Restricted to MINTER.
    /// @dev Worst case: proposals that somebody has to cancel. Undo: `cancel`.
    /// Errors: `DestinationNotAllowed`, `AmountOutOfRange`, `NonceTaken`.
    function propose(address to, uint256 value, bytes32 nonce) external;

    /// @notice Mints what was proposed, when its time has come and its destination is still allowed. Restricted to
    /// MINTER.
    /// @dev Worst case: what was proposed and nobody cancelled. Undo: `cutIssuer`, an order on the destination.
    /// Errors: `NotProposed`, `ProposalNotReady`, `ProposalExpired`, `DestinationNotAllowed`, those of the token.
    function execute(bytes32 nonce) external;

    /// @notice Ends a proposal. By GUARDIAN, or any auditor who is not suspended.
    /// @dev Worst case: one auditor keeps large mints waiting, who could halt minting as well. Undo: `propose`.
    /// Errors: `NotProposed`.
    function cancel(bytes32 nonce) external;

    /// @notice Lets mints go to `destination`. Restricted to ISSUANCE_ADMIN.
    /// @dev Worst case: the operator's key mints to a stranger. Undo: cancel during the delay; `removeDestination`.
    /// Errors: `ReservedDestination`.
    function allowDestination(address destination) external;

    /// @notice Ends it at once, for what is proposed as well. Restricted to GUARDIAN.
    /// @dev Worst case: nothing is minted there until it is allowed again. Undo: `allowDestination`.
    function removeDestination(address destination) external;

    function token() external view returns (IKGST);

    /// @notice Base units that one mint may be without a proposal.
    function mintLimit() external view returns (uint256);

    /// @notice Base units that mints without a proposal may be in one day.
    function dayLimit() external view returns (uint256);

    /// @notice Seconds that a proposal waits. It can then be executed for as long as it waited, or a day if that is
    /// more.
    function delay() external view returns (uint256);

    function isDestination(address account) external view returns (bool);

    /// @notice Base units that can be minted today at once, whatever the token allows.
    function leftToday() external view returns (uint256);

    /// @notice What is proposed under `nonce`; all zero when nothing is.
    function proposalOf(bytes32 nonce)
        external
        view
        returns (address to, uint256 value, uint256 readyAt, uint256 expiresAt);
}
