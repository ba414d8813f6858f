// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";

import {IERC2612} from "./IERC2612.sol";
import {IERC3009} from "./IERC3009.sol";
import {IERC7943Fungible} from "./IERC7943Fungible.sol";

/// @title KGST: everything that can be called at the token's address
/// @notice A Kyrgyz-som stablecoin that cannot be minted beyond what its auditors have attested.
///
/// Units. Amounts of tokens are base units: 1 som = 1,000,000 base units, 1 tyiyn = 10,000 base units. `reserves` in an
/// attestation is in tyiyn, the unit of a bank statement. Times are seconds since 1970 (UTC).
///
/// Roles are those of the AccessManager at `authority()`; "restricted to" names the role that the deployment gives the
/// function to. Restricted functions revert with `AccessManagedUnauthorized(caller)` for anyone else.
///
/// A blocked account can neither send nor receive. The zero address and the token's own address are blocked for ever.
interface IKGST is
    IERC20Metadata,
    IERC2612,
    IERC5267,
    IERC165,
    IERC20Errors,
    IERC3009,
    IERC7943Fungible,
    IAccessManaged
{
    // ------------------------------------------------------------------------------------------------- Types

    /// @notice What the deployment sets once. Roles are granted in the AccessManager, issuers by `setIssuer`.
    /// @param authority The AccessManager.
    /// @param auditors Strictly ascending addresses, at most 16.
    /// @param threshold Signatures that an attestation needs: at least 2 and more than half of the auditors.
    /// @param maxAge Seconds from `asOf` during which an attestation allows minting: 1 hour to 31 days, and at most
    /// half of RECOVERY_DELAY.
    /// @param maxIncreaseBps How much backing may rise by an attestation without every auditor, in 1/10,000: 0 to
    /// 10,000.
    /// @param marginBps What the reserves must hold above what is in circulation or owed, in 1/10,000 of it: 0 to
    /// 2,000.
    struct Initialization {
        address authority;
        address[] auditors;
        uint256 threshold;
        uint256 maxAge;
        uint256 maxIncreaseBps;
        uint256 marginBps;
    }

    /// @notice A mint permission: a token bucket.
    /// @param available Base units that can be minted now, refill included.
    /// @param capacity The most that the bucket holds, in base units. 0: may not mint.
    /// @param refillPerSecond Base units added each second. 0: a consumable allowance, never refilled.
    /// @param mayBurn Whether the issuer may burn its own tokens (redemption).
    /// @param desk Whether it is a desk; see `setDesk`.
    struct Issuer {
        uint256 available;
        uint256 capacity;
        uint256 refillPerSecond;
        bool mayBurn;
        bool desk;
    }

    /// @notice What the auditors attest. They sign it, with three fields more, as the EIP-712 message
    /// `ReserveAttestation(uint256 epoch,uint256 reserves,uint256 settled,uint256 asOf,bytes32 reportHash,uint256
    /// halts,uint256 version,uint256 deadline)`: the halts that they knew of, the version of their set, and the last
    /// second at which it may be submitted.
    /// @param epoch 1 for the first attestation, then one more each time.
    /// @param reserves Money held for holders at `asOf`, in tyiyn.
    /// @param settled Base units ever burned on which nothing was owed any more at `asOf`.
    /// @param asOf The moment that the figures describe, in seconds.
    /// @param reportHash keccak256 of the published report.
    struct ReserveAttestation {
        uint256 epoch;
        uint256 reserves;
        uint256 settled;
        uint256 asOf;
        bytes32 reportHash;
    }

    /// @notice One auditor's signature: 65 bytes `r ‖ s ‖ v`, or anything its contract accepts under ERC-1271.
    struct AuditorSignature {
        address signer;
        bytes data;
    }

    // ------------------------------------------------------------------------------------------------ Events

    event Initialized(address indexed authority);

    event IssuerSet(address indexed issuer, uint256 capacity, uint256 refillPerSecond, bool mayBurn);
    event IssuerCut(address indexed issuer);
    event DeskSet(address indexed desk);

    /// @param signers Bit i is set when `auditors[i]` of the present set signed.
    event ReservesAttested(
        uint256 indexed epoch,
        uint256 reserves,
        uint256 settled,
        uint256 asOf,
        bytes32 indexed reportHash,
        uint256 backing,
        uint256 validUntil,
        uint256 signers
    );
    /// @notice The attested reserves do not cover the supply, by `shortfall` base units and whatever the margin.
    /// Minting is stopped until an attestation says otherwise.
    event ReserveDeficit(uint256 indexed epoch, uint256 shortfall);
    /// @notice The attested reserves cover the supply, but not the margin above it: backing is `shortfall` base units
    /// below the supply. Minting is stopped until an attestation says otherwise.
    event MarginDeficit(uint256 indexed epoch, uint256 shortfall);
    /// @param halts How many there have been, this one included.
    event MintingHalted(address indexed auditor, uint256 indexed halts, string reason);
    event AuditorsSet(uint256 indexed version, address[] auditors, uint256 threshold);
    event AuditorSuspended(address indexed auditor);
    event AuditorsProposed(address[] auditors, uint256 threshold, uint256 acceptableAt);
    event AuditorsProposalCanceled();
    event MaxAgeSet(uint256 maxAge);
    event MaxIncreaseSet(uint256 maxIncreaseBps);
    event MarginSet(uint256 marginBps);

    event Blocked(address indexed account);
    event Unblocked(address indexed account);
    /// @notice An order of a court or authority was carried out on `account`.
    event OrderExecuted(bytes32 indexed orderHash, address indexed account, uint256 value);

    event PauseFlagsChanged(uint256 previousFlags, uint256 newFlags);

    event ImplementationApproved(
        address indexed implementation, bytes32 indexed codeHash, bytes32 indexed dataHash, uint256 nonce
    );
    /// @notice ERC-1967.
    event Upgraded(address indexed implementation);
    event DelegateAllSet(bool delegateAll);

    event TokensRescued(address indexed token, address indexed to, uint256 amount);

    // ------------------------------------------------------------------------------------------------ Errors

    error AlreadyInitialized();
    /// @notice The implementation was called at its own address.
    error NotTheToken();
    /// @notice A figure does not fit its field.
    error AmountOutOfRange(uint256 amount, uint256 max);
    error ArrayLengthMismatch(uint256 first, uint256 second);
    /// @notice A function is paused: `flags` are those of its pause flags that are set.
    error OperationPaused(uint256 flags);
    error InvalidPauseFlags(uint256 flags);
    /// @notice The zero address and the token itself cannot be unblocked.
    error ReservedAddress(address account);
    error AccountNotBlocked(address account);
    error SelfTransfer(address account);
    /// @notice This order was first executed as one for `ordered` base units.
    error OrderAmountMismatch(uint256 ordered, uint256 given);
    /// @notice Of the order's amount for this account, only `left` base units have not been executed.
    error OrderExceeded(bytes32 orderHash, uint256 left, uint256 needed);

    error NotIssuer(address account);
    error IssuerQuotaExceeded(address issuer, uint256 available, uint256 needed);
    error BurnNotAllowed(address account);
    error NotAContract(address account);
    /// @notice What a desk holds cannot be blocked, frozen or taken; an order goes through the desk.
    error AccountIsDesk(address account);
    /// @notice What is blocked or frozen becomes no desk: the order would stand against its clients.
    error DeskUnderOrder(address account);
    /// @notice Minting `needed` would put more into circulation than attested. `headroom` is what may still be minted.
    error HeadroomExceeded(uint256 headroom, uint256 needed);
    /// @notice There is no attestation, or it ran out at `validUntil`, or minting was halted then.
    error AttestationExpired(uint256 validUntil);

    error InvalidEpoch(uint256 expected, uint256 actual);
    /// @notice `asOf` is before the last attestation's.
    error AsOfBeforeLast(uint256 lastAsOf, uint256 asOf);
    error AsOfInFuture(uint256 asOf);
    /// @notice More settled than was ever burned.
    error SettledOutOfRange(uint256 settled, uint256 burned);
    /// @notice There have been only `expected` halts.
    error InvalidHalts(uint256 expected, uint256 actual);
    /// @notice What was signed could be submitted until `deadline`.
    error SignaturesExpired(uint256 deadline);
    /// @notice Backing would rise by more than `maxIncreaseBps`, and not every auditor has signed.
    error UnanimityRequired(uint256 signatures, uint256 auditors);
    error ThresholdNotReached(uint256 signatures, uint256 threshold);
    error SignaturesNotAscending(address previous, address signer);
    error NotAuditor(address account);
    error AuditorIsSuspended(address auditor);
    error InvalidAuditorSignature(address auditor);
    error AuditorsNotAscending(address previous, address auditor);
    error InvalidThreshold(uint256 threshold, uint256 auditors);
    error InvalidAuditorCount(uint256 auditors);
    /// @notice Suspending one more would leave fewer auditors than the threshold, and so none able to attest.
    error TooFewAuditorsLeft(uint256 left, uint256 threshold);
    error NoAuditorsProposal();
    error ProposalNotReady(uint256 acceptableAt);
    error RecoveryDelayOutOfRange(uint256 recoveryDelay);
    error MaxAgeOutOfRange(uint256 maxAge);
    error MaxIncreaseOutOfRange(uint256 maxIncreaseBps);
    error MarginOutOfRange(uint256 marginBps);

    error AuthorizationNotYetValid(uint256 validAfter);
    error AuthorizationExpired(uint256 validBefore);
    error AuthorizationUsedOrCanceled(address authorizer, bytes32 nonce);
    error InvalidSignature(address signer);
    error CallerNotPayee(address caller, address payee);
    /// @notice ERC-2612.
    error ERC2612ExpiredSignature(uint256 deadline);
    error ERC2612InvalidSignature(address owner);

    error ImplementationNotApproved(address implementation, bytes32 codeHash, bytes32 dataHash);
    /// @notice Consent and upgrade need a block between them: code that stands for one transaction is no
    /// implementation.
    error ConsentTooRecent(uint256 givenIn);
    /// @notice Other code stands at the implementation's address.
    error CodeHashMismatch(bytes32 actual, bytes32 consented);
    error InvalidImplementation(address implementation);
    error InvalidNonce(uint256 expected, uint256 actual);
    error OwnTokenNotRescuable();
    /// @notice OpenZeppelin's: the foreign token refused.
    error SafeERC20FailedOperation(address token);
    /// @notice OpenZeppelin's: an upgrade's call failed without a reason.
    error FailedCall();

    // ------------------------------------------------------------------------------------------ Token: reading

    /// @notice `1`: the version of the EIP-712 domain.
    function version() external view returns (string memory);

    /// @notice `KGS`: the ISO 4217 code of the currency that one token stands for.
    function currency() external view returns (string memory);

    /// @notice BEP-20: who governs the token. The AccessManager.
    function getOwner() external view returns (address);

    /// @notice ERC-7572: metadata of the contract as a data URI.
    function contractURI() external view returns (string memory);

    /// @notice Whether `account` is blocked.
    function isBlocked(address account) external view returns (bool);

    // ------------------------------------------------------------------------------------------------ Payments

    /// @notice Pays `values[i]` base units to `to[i]`, all from the caller: salaries, pensions. The caller may stand
    /// among the receivers; what it pays itself must be covered too. All or nothing.
    /// @dev Errors, in this order: `ArrayLengthMismatch`, `OperationPaused`, those of `transfer`.
    function payout(address[] calldata to, uint256[] calldata values) external returns (bool);

    /// @notice `payout` at most once: takes the caller's EIP-3009 nonce, which `authorizationState` tells, and which
    /// `cancelAuthorization` declares void for ever. Logs `AuthorizationUsed(caller, nonce)` before the payments.
    /// @dev Errors: `AuthorizationUsedOrCanceled` before any other, then those of `payout`. 256 nonces that differ in
    /// their low 8 bits share a word: a payout in parts numbers them there.
    function payout(address[] calldata to, uint256[] calldata values, bytes32 nonce) external returns (bool);

    /// @notice `permit` for signers that are contracts (ERC-1271), or with the 65 bytes `r ‖ s ‖ v`.
    /// Warning: anyone may submit a permit first; a call that bundles permit with something else should tolerate its
    /// revert.
    /// @dev Errors of both forms, in this order: `OperationPaused`, `ERC2612ExpiredSignature`, `ERC7943CannotSend`,
    /// `ERC2612InvalidSignature`, `ERC20InvalidSpender`.
    function permit(address owner, address spender, uint256 value, uint256 deadline, bytes calldata signature) external;

    /// @notice keccak256 of ERC-2612's type, for wallets that ask.
    function PERMIT_TYPEHASH() external view returns (bytes32);

    // ------------------------------------------------------------------------------------------------ Issuance

    /// @notice Creates `value` base units for `to` from the caller's quota, within the attested headroom.
    /// @dev Errors, in this order: `OperationPaused`, `NotIssuer`, `IssuerQuotaExceeded`, `AttestationExpired`,
    /// `HeadroomExceeded`, `ERC20InvalidReceiver`, `ERC7943CannotReceive`.
    /// Worst case: a thief of an issuer's key mints what its bucket holds, to anyone, never beyond the attested
    /// reserves. Undo: `cutIssuer`, block and seize the receivers.
    function mint(address to, uint256 value) external returns (bool);

    /// @notice `mint` at most once; see `payout` for `nonce`.
    function mint(address to, uint256 value, bytes32 nonce) external returns (bool);

    /// @notice `mint` for many receivers; quota and headroom are checked on the total.
    /// @dev Errors: `ArrayLengthMismatch`, then those of `mint`.
    function mintBatch(address[] calldata to, uint256[] calldata values) external returns (bool);

    /// @notice `mintBatch` at most once; see `payout` for `nonce`.
    function mintBatch(address[] calldata to, uint256[] calldata values, bytes32 nonce) external returns (bool);

    /// @notice Destroys `value` of the caller's own unfrozen base units (redemption). Headroom does not grow: backing
    /// falls by the same amount until the auditors attest anew. The caller must be an issuer with `mayBurn`.
    /// @dev Errors: `OperationPaused`, `BurnNotAllowed`, `ERC7943CannotSend`, `ERC20InsufficientBalance`,
    /// `ERC7943InsufficientUnfrozenBalance`, `AmountOutOfRange` when 2^72 base units would have been burned in all.
    /// Worst case: a thief of the key burns what that issuer holds. Undo: attested as owed, then minted again.
    function burn(uint256 value) external returns (bool);

    /// @notice `burn` at most once; see `payout` for `nonce`.
    function burn(uint256 value, bytes32 nonce) external returns (bool);

    /// @notice Grants or replaces an issuer's quota. A new bucket starts full; a greater capacity adds the difference,
    /// a lesser one keeps no more than it holds. Restricted to ISSUANCE_ADMIN.
    /// @dev Worst case: an unwanted issuer mints up to the attested headroom. Undo: GUARDIAN cancels during the delay,
    /// or `cutIssuer`. Errors: `AmountOutOfRange`, `ReservedAddress`.
    /// @param capacity Base units, at most 2^72 − 1.
    /// @param refillPerSecond Base units each second, at most 2^64 − 1; 0 for a consumable allowance.
    function setIssuer(address issuer, uint256 capacity, uint256 refillPerSecond, bool mayBurn) external;

    /// @notice Lowers an issuer's capacity, its refill or both, at once. Restricted to GUARDIAN.
    /// @dev Worst case: an issuer can mint less until `setIssuer` is called. Undo: `setIssuer`.
    /// Errors: `NotIssuer`, `AmountOutOfRange` above what the issuer has.
    function lowerIssuer(address issuer, uint256 capacity, uint256 refillPerSecond) external;

    /// @notice Ends an issuer's permissions at once. A desk stays one: it mints and burns no more, and what it holds
    /// for others stays out of reach. Restricted to GUARDIAN.
    /// @dev Worst case: an issuer cannot mint or redeem until `setIssuer` is called again. Undo: `setIssuer`.
    /// Errors: `NotIssuer`.
    function cutIssuer(address issuer) external;

    /// @notice Declares an issuer that is a contract to be a desk, which holds tokens for others, each with a claim of
    /// its own. A desk cannot be blocked, frozen or force-transferred: an order goes through the desk itself. Its quota
    /// stays. It is one for ever: else whoever ended it could strand what it holds. Restricted to ISSUANCE_ADMIN.
    /// @dev Worst case: a stranger's contract, at which no order reaches tokens. Undo: cancel during the delay;
    /// afterwards only an upgrade. Errors: `NotIssuer`, `NotAContract`, `DeskUnderOrder`.
    function setDesk(address desk) external;

    /// @notice The issuer's record as of now: `available` includes what has been refilled.
    function issuerOf(address account) external view returns (Issuer memory);

    // ------------------------------------------------------------------------------------------------ Reserves

    /// @notice Accepts the auditors' attestation. Anyone may submit it. `signatures` ascend by signer.
    /// Then backing = max(0, reserves in base units · 10,000 / (10,000 + marginBps) − (burned − settled)), with the
    /// quotient rounded down, and minting is possible until asOf + maxAge.
    /// An attestation below the supply is accepted: it stops minting and nothing else. One that is older than maxAge,
    /// or that was signed before the last halt, is accepted too: newer figures and a sign of life, that enable no
    /// minting. It ends a recovery that is under way.
    /// @dev Errors: `InvalidEpoch`, `AsOfBeforeLast`, `AsOfInFuture`, `SettledOutOfRange`, `AmountOutOfRange`,
    /// `InvalidHalts`, those of the signatures, `UnanimityRequired`.
    /// @param knownHalts `halts()` when it was signed.
    /// @param deadline Last second at which it may be submitted.
    function attest(
        ReserveAttestation calldata attestation,
        uint256 knownHalts,
        uint256 deadline,
        AuditorSignature[] calldata signatures
    ) external;

    /// @notice Stops minting at once, by any one auditor who is not suspended. Only an attestation that was signed
    /// after it resumes minting; consent to an upgrade lapses. The halt is logged even when the attestation has run out
    /// already: the reason is news.
    /// @dev Worst case: no minting until the next attestation. Errors: `NotAuditor`, `AuditorIsSuspended`.
    function haltMinting(string calldata reason) external;

    /// @notice Replaces the auditors, by the current ones: EIP-712
    /// `AuditorRotation(address[] auditors,uint256 threshold,uint256 version,uint256 deadline)` with the current set's
    /// `version`. Expires the attestation, and ends a recovery that is under way.
    function rotateAuditors(
        address[] calldata newAuditors,
        uint256 newThreshold,
        uint256 deadline,
        AuditorSignature[] calldata signatures
    ) external;

    /// @notice Takes one auditor's vote at once; the threshold stays. Restricted to GUARDIAN. Expires the attestation.
    /// @dev Never leaves fewer auditors than the threshold: else the guardian could silence those alive and let a
    /// recovery replace them. Worst case: one honest auditor is silenced, minting waits for a new attestation. Undo:
    /// `rotateAuditors`.
    /// Errors: `NotAuditor`, `AuditorIsSuspended`, `TooFewAuditorsLeft`.
    function suspendAuditor(address auditor) external;

    /// @notice Starts a recovery from lost auditors' keys. Restricted to RESERVE_ADMIN. Replaces an earlier proposal.
    /// @dev Worst case: a hostile set, if the auditors let RECOVERY_DELAY pass without one attestation.
    /// Undo: any attestation or rotation, or `cancelAuditorsProposal`.
    function proposeAuditors(address[] calldata newAuditors, uint256 newThreshold) external;

    /// @notice Ends a recovery. Restricted to GUARDIAN.
    function cancelAuditorsProposal() external;

    /// @notice Completes a recovery after RECOVERY_DELAY. Anyone may call. Expires the attestation.
    /// @dev Errors: `NoAuditorsProposal`, `ProposalNotReady`.
    function acceptAuditors() external;

    /// @notice Sets the lifetime of attestations, 1 hour to 31 days, at most half of RECOVERY_DELAY. Restricted to
    /// RESERVE_ADMIN. A shorter one also shortens the current attestation; a longer one waits for the next.
    /// @dev Worst case: minting on figures 31 days old, or auditors who must attest hourly. Undo: the same call.
    function setMaxAge(uint256 newMaxAge) external;

    /// @notice Sets how much backing may rise above itself, or above the supply where that is more, without unanimity,
    /// 0 to 10,000 bps. Restricted to RESERVE_ADMIN.
    /// @dev Worst case: a threshold of auditors may at most double the backing per attestation. Undo: the same call.
    function setMaxIncrease(uint256 newMaxIncreaseBps) external;

    /// @notice Sets what the reserves must hold above what is in circulation or owed, in 1/10,000 of it, 0 to 2,000,
    /// from the next attestation on: 200 asks for reserves of 102 %. Restricted to RESERVE_ADMIN.
    /// @dev Worst case: no margin, where a law asks for one. Undo: `raiseMargin`. Errors: `MarginOutOfRange`.
    function setMargin(uint256 newMarginBps) external;

    /// @notice Raises the margin, from the next attestation on. Restricted to GUARDIAN.
    /// @dev Worst case: reserves must be a sixth above the supply before more is minted. Undo: `setMargin`.
    /// Errors: `MarginOutOfRange` below the present one.
    function raiseMargin(uint256 newMarginBps) external;

    /// @notice The last accepted attestation; zeros before the first.
    function lastAttestation() external view returns (ReserveAttestation memory);

    /// @return supply Base units in circulation.
    /// @return backing Base units that the last attestation allows, less burns since.
    /// @return burned Base units ever burned.
    /// @return validUntil Second from which minting reverts.
    function solvency() external view returns (uint256 supply, uint256 backing, uint256 burned, uint256 validUntil);

    /// @notice Base units that could be minted now, by issuers together: 0 when expired, in deficit or paused.
    function headroom() external view returns (uint256);

    /// @return auditors Ascending, suspended ones included.
    /// @return threshold Signatures that an attestation needs.
    /// @return version Which set this is, counted from 1.
    /// @return suspended Bit i is set when `auditors[i]` is suspended.
    function auditorSet()
        external
        view
        returns (address[] memory auditors, uint256 threshold, uint256 version, uint256 suspended);

    /// @notice How often minting has been halted.
    function halts() external view returns (uint256);

    /// @notice Whether `account` may sign now: in the current set and not suspended.
    function isAuditor(address account) external view returns (bool);

    /// @notice The recovery under way; empty and 0 when there is none.
    function auditorsProposal()
        external
        view
        returns (address[] memory auditors, uint256 threshold, uint256 acceptableAt);

    /// @return maxAge Seconds.
    /// @return maxIncreaseBps 1/10,000.
    /// @return marginBps 1/10,000.
    function reserveLimits() external view returns (uint256 maxAge, uint256 maxIncreaseBps, uint256 marginBps);

    /// @notice Seconds between `proposeAuditors` and `acceptAuditors`, at least 14 days; part of the code.
    function RECOVERY_DELAY() external view returns (uint256);

    // ---------------------------------------------------------------------------------------------- Compliance

    /// @notice Stops `account` from sending, receiving, being minted to, burning, approving above zero, spending an
    /// allowance, permitting and authorising. Restricted to COMPLIANCE.
    /// @dev Worst case: an honest holder cannot pay. Undo: `unblockAccount`. Errors: `AccountIsDesk`.
    function blockAccount(address account) external;

    /// @notice `blockAccount` for many.
    function blockAccounts(address[] calldata accounts) external;

    /// @notice Undoes `blockAccount`; the frozen amount stays as it was. Restricted to COMPLIANCE.
    /// @dev Worst case: a blocked account can pay again. Undo: `blockAccount`. Errors: `ReservedAddress`.
    function unblockAccount(address account) external;

    /// @notice `unblockAccount` for many.
    function unblockAccounts(address[] calldata accounts) external;

    /// @notice `setFrozenTokens` for many accounts.
    function setFrozenTokensBatch(address[] calldata accounts, uint256[] calldata amounts) external;

    /// @notice ERC-7943's forced transfer as a part of an order, or all of it. Restricted to ENFORCER.
    /// @dev Errors: `AmountOutOfRange`, `OrderAmountMismatch`, `OrderExceeded`, then those of the form without order.
    /// @param orderHash Tells the order from all others.
    /// @param ordered What the order says to take from this account, in base units; the first use fixes it.
    function forcedTransfer(address from, address to, uint256 amount, bytes32 orderHash, uint256 ordered)
        external
        returns (bool);

    /// @notice Destroys base units of a blocked account, frozen ones included, by an order as in `forcedTransfer`.
    /// Restricted to ENFORCER.
    /// @dev Worst case: a blocked holder loses its tokens. Undo: attested as owed, then minted again.
    /// Errors: `ReservedAddress`, `AccountNotBlocked`, those of the order, `AccountIsDesk`,
    /// `ERC20InsufficientBalance`, `AmountOutOfRange`.
    function burnBlocked(address account, uint256 value, bytes32 orderHash, uint256 ordered) external returns (bool);

    /// @notice What an order says to take from `account` in all, and what has been taken, in base units. Zeros before
    /// its first use.
    function orderOf(bytes32 orderHash, address account) external view returns (uint256 ordered, uint256 executed);

    // ------------------------------------------------------------------------------------------------- Pausing

    /// @notice Sets pause flags: 1 transfers, 2 authorizations (permit and EIP-3009), 4 minting, 8 burning. Restricted
    /// to PAUSER. Attesting, freezing, seizing and cancelling are never paused.
    /// @dev Worst case: nobody can pay. Undo: `unpause`. Errors: `InvalidPauseFlags`.
    function pause(uint256 flags) external;

    /// @notice Clears pause flags. Restricted to UNPAUSER.
    /// @dev Worst case: a needed pause is lifted. Undo: `pause`.
    function unpause(uint256 flags) external;

    /// @notice The pause flags that are set.
    function pauseFlags() external view returns (uint256);

    /// @notice Whether transfers are paused.
    function paused() external view returns (bool);

    // ------------------------------------------------------------------------------------------------ Upgrades

    /// @notice Records the auditors' consent to one upgrade: EIP-712
    /// `ImplementationApproval(address implementation,bytes32 codeHash,bytes32 dataHash,uint256 nonce,uint256
    /// halts,uint256 version,uint256 deadline)`, current threshold. Anyone may submit. Replaces an earlier consent;
    /// lapses when the auditors rotate, one is suspended or one halts minting.
    /// @dev Errors: `InvalidNonce`, `InvalidImplementation`, `CodeHashMismatch`, those of the signatures.
    function approveImplementation(
        address newImplementation,
        bytes32 codeHash,
        bytes32 dataHash,
        uint256 nonce,
        uint256 deadline,
        AuditorSignature[] calldata signatures
    ) external;

    /// @notice ERC-1967 upgrade. Restricted to UPGRADER, and spends the auditors' consent to exactly this code and call
    /// data. The pause flags stay.
    /// @dev Worst case: what the consented code does. Undo: another upgrade.
    /// Errors: `InvalidImplementation`, `ImplementationNotApproved`, `ConsentTooRecent`, `FailedCall` or the call's
    /// own.
    function upgradeToAndCall(address newImplementation, bytes calldata data) external;

    /// @notice Whether the functions that move money run from the implementation instead of the token's own code.
    /// Restricted to UPGRADER.
    /// @dev Worst case: rules of a consented implementation apply to payments. Undo: the same call.
    function setDelegateAll(bool enabled) external;

    /// @notice Whether DELEGATE_ALL is set.
    function delegateAll() external view returns (bool);

    /// @notice The implementation behind the token's address.
    function implementation() external view returns (address);

    /// @return approved The implementation; the zero address when there is no consent in force.
    /// @return codeHash keccak256 of its runtime code.
    /// @return dataHash keccak256 of the consented call data.
    /// @return nonce The nonce that the next consent must carry.
    function approvedImplementation()
        external
        view
        returns (address approved, bytes32 codeHash, bytes32 dataHash, uint256 nonce);

    /// @notice ERC-1822: the slot where the implementation's address is kept.
    function proxiableUUID() external view returns (bytes32);

    // ------------------------------------------------------------------------------------------------- Rescue

    /// @notice Sends foreign tokens that were sent here by mistake. Restricted to ADMIN.
    /// @dev Worst case: someone else's stray tokens go to the wrong place. KGST itself cannot stand at this address.
    function rescueTokens(address token, address to, uint256 amount) external;

    // --------------------------------------------------------------------------------------------------- Setup

    /// @notice Called once, by the token's constructor.
    function initialize(Initialization calldata init) external;
}
