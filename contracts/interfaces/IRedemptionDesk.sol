// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {State} from "../desks/Redemption.sol";
import {IKGST} from "./IKGST.sol";

/// @title The redemption desk: tokens are destroyed on proof of payment, and until then they are the requester's
/// @notice
///
///     Requested --lock--> Locked(payBy) --confirmPaid--> Paid --returned--> Returned --confirmPaid--> Paid
///        |                   |
///        |-- withdraw, by the requester, at any time
///        |                   |-- withdraw, by the requester, from payBy on
///        |-- reject, by REDEEMER, with a reason
///        `-- seize, by ENFORCER, with an order (from either)
///
/// A request waits `redeemWithin` seconds at most: later it cannot be locked any more. What is locked is to be paid
/// within `payWithin` seconds: from then on it may be withdrawn, unless it was paid. Both are fixed with the code. No
/// role can keep back what is not locked, or no longer, and neither paid nor seized. Who comes first is not first by
/// the contract: requests are numbered, and everyone sees who is left out.
///
/// Whether a payment happened nobody can prove to a chain: a false `confirmPaid` burns the tokens of somebody who was
/// not paid. It is a break between the burns and the bank's own lines, which auditors see: what is not paid stays owed
/// and is backed by reserves.
///
/// Units. Amounts are base units of the token, whole tyiyn (10,000 base units). Times are seconds since 1970 (UTC).
/// Roles are those of the AccessManager at `authority()`.
interface IRedemptionDesk {
    /// @notice A request as it stands.
    /// @param time While requested: the last second at which it may be locked; 0 when it no more may. Afterwards:
    /// `payBy`, the first second from which it may be withdrawn again.
    /// @param burned Whether its tokens are destroyed.
    struct Request {
        address requester;
        uint256 amount;
        State state;
        uint256 time;
        bytes32 payeeHash;
        bool burned;
    }

    /// @param deadline The last second at which it may be locked.
    event Requested(uint256 indexed id, address indexed requester, uint256 amount, bytes32 payeeHash, uint256 deadline);
    event Locked(uint256 indexed id, uint256 payBy);
    /// @notice `lock`, `confirmPaid` or `burnPaid` left this one out: it is in the wrong state or past its deadline,
    /// or an order stands against its requester. It hinders no other.
    event Skipped(uint256 indexed id, State state);
    event Paid(uint256 indexed id, bytes32 indexed paymentHash);
    /// @notice Paid, while the token would not burn. `burnPaid` does it later.
    event BurnDeferred(uint256 indexed id);
    event Returned(uint256 indexed id);
    event Withdrawn(uint256 indexed id);
    event Rejected(uint256 indexed id, string reason);
    /// @param left What the order left, which waits for its requester.
    event Seized(uint256 indexed id, bytes32 indexed orderHash, address indexed to, uint256 amount, uint256 left);
    event TokensRescued(address indexed token, address indexed to, uint256 amount);

    /// @notice The token does not know this contract as a desk that may burn: it takes no requests.
    error DeskClosed();
    /// @notice Not a whole number of tyiyn, or below the minimum, or more than there can be. `seize` gives the most
    /// that there can be as `minimum`.
    error InvalidAmount(uint256 amount, uint256 minimum);
    error InvalidPayeeHash();
    error PeriodOutOfRange(uint256 period);
    error NotRequester(address caller, address requester);
    /// @notice Not from this state, or not before `time`.
    error NotPossible(uint256 id, State state, uint256 time);
    error OrderAmountMismatch(uint256 ordered, uint256 given);
    error OrderExceeded(bytes32 orderHash, uint256 left, uint256 needed);
    error EscrowNotRescuable(uint256 rescuable, uint256 amount);

    // ----------------------------------------------------------------------------------------------- Requesters

    /// @notice Puts `amount` of the caller's tokens into escrow, by the allowance that it has given to the desk.
    /// @dev Errors: `DeskClosed`, `InvalidAmount`, `InvalidPayeeHash`, those of `transferFrom`.
    /// @param payeeHash Salted hash of payee and bank details, of which the issuer has been told; not 0. No personal
    /// data stands on the chain, and without the salt none can be guessed.
    /// @return id Requests are counted from 1.
    function request(uint256 amount, bytes32 payeeHash) external returns (uint256 id);

    /// @notice `request` with the caller's own permit. Whoever submits the permit first changes nothing.
    function requestWithPermit(uint256 amount, bytes32 payeeHash, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external
        returns (uint256 id);

    /// @notice `request` that anyone may submit for `requester`, who signs EIP-3009's `ReceiveWithAuthorization` to
    /// this contract, with `authorizationNonce` as its nonce: it binds amount, payeeHash and desk.
    /// @dev Errors: those of `request`, and of the token's `receiveWithAuthorization`.
    /// @param salt Any that was not used before, so that the same may be requested again.
    function requestWithAuthorization(
        address requester,
        uint256 amount,
        bytes32 payeeHash,
        bytes32 salt,
        uint256 validAfter,
        uint256 validBefore,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external returns (uint256 id);

    /// @notice The same for wallets that are contracts (ERC-1271), or with the 65 bytes `r ‖ s ‖ v`.
    function requestWithAuthorization(
        address requester,
        uint256 amount,
        bytes32 payeeHash,
        bytes32 salt,
        uint256 validAfter,
        uint256 validBefore,
        bytes calldata signature
    ) external returns (uint256 id);

    /// @notice Gives the tokens back to their requester, who alone may call: at any time while not locked, and from
    /// `payBy` on while locked. No role stands in the way, but a block of the requester, and no pause but that of
    /// transfers.
    /// @dev Errors: `NotRequester`, `NotPossible`, those of the token's `transfer`.
    function withdraw(uint256 id) external;

    // ----------------------------------------------------------------------------------------------- Operators

    /// @notice Locks requests that are about to be paid, for `payWithin` seconds. Restricted to REDEEMER. Left out,
    /// with an event: what is not requested any more or past its deadline, and requesters who are blocked or whose
    /// frozen amount exceeds their balance.
    /// @dev Worst case: requesters wait `payWithin` seconds for nothing, once for each request. Undo: `withdraw`.
    function lock(uint256[] calldata ids) external;

    /// @notice Records that locked requests, or returned ones, were paid, and burns their tokens; the id is the
    /// token's idempotency key. Restricted to REDEEMER. Recording works under any pause; burning then follows by
    /// `burnPaid`. Left out, with an event: what is in another state, as when its requester has withdrawn.
    /// @dev Worst case: tokens of people who were not paid are burned, and stay owed. Undo: `returned`, then paid, or
    /// minted back.
    /// @param paymentHash Salted hash of the bank's booked line, or of what else settled a returned one: a mint.
    function confirmPaid(uint256[] calldata ids, bytes32 paymentHash) external;

    /// @notice Burns the tokens of paid requests whose burning was deferred. Anyone may call.
    /// @dev Errors: those of the token's `burn`.
    function burnPaid(uint256[] calldata ids) external;

    /// @notice Records that the bank sent the money of a paid request back. Restricted to REDEEMER.
    /// @dev Worst case: what was paid is shown as owed. Undo: `confirmPaid`. Errors: `NotPossible`.
    function returned(uint256 id) external;

    /// @notice Refuses a request that is not locked; the tokens go back. Restricted to REDEEMER.
    /// @dev Worst case: holders cannot redeem, and everyone reads why. Undo: another `request`. Errors: `NotPossible`,
    /// those of the token's `transfer`.
    function reject(uint256 id, string calldata reason) external;

    /// @notice Carries out an order of a court or authority on what is in escrow and not paid, up to the order's
    /// amount, with what the token says was executed there. What it leaves of a request is not paid any more, and
    /// waits for its requester. Restricted to ENFORCER.
    /// Warning: the token does not know what was taken here, and would execute the same order once more in full.
    /// @dev Worst case: takes what is in escrow, by orders that it makes up; from Locked, what a bank is paying.
    /// Undo: the token's `forcedTransfer` back. Errors: `NotPossible`, `InvalidAmount`, `OrderAmountMismatch`,
    /// `OrderExceeded`, those of the token's `transfer`.
    /// @param amount Whole tyiyn, at most the request's.
    /// @param ordered What the order says to take from this requester in all; the first use fixes it, here or there.
    function seize(uint256 id, address to, uint256 amount, bytes32 orderHash, uint256 ordered) external;

    /// @notice Sends away what was sent here by mistake: other tokens, or KGST that is nobody's escrow. Restricted to
    /// ADMIN.
    /// @dev Worst case: someone else's stray tokens go to the wrong place. Errors: `EscrowNotRescuable`.
    function rescueTokens(address token_, address to, uint256 amount) external;

    // ------------------------------------------------------------------------------------------------- Reading

    function token() external view returns (IKGST);

    /// @notice Seconds from a request during which it may be locked: the T+n promise.
    function redeemWithin() external view returns (uint256);

    /// @notice Seconds from `lock` after which what is not paid may be withdrawn.
    function payWithin() external view returns (uint256);

    /// @notice The least amount of a request, in base units.
    function minimum() external view returns (uint256);

    /// @notice Base units that are in escrow: requested, locked, or paid and not burned yet.
    function escrow() external view returns (uint256);

    /// @notice How many requests there have been; ids are 1 to this.
    function requestCount() external view returns (uint256);

    /// @notice Request `id`; all zero when there is none.
    function requestOf(uint256 id) external view returns (Request memory);

    /// @notice The ids from `first` to `last` that are `requester`'s, for wallets; reads each of them.
    function requestsOf(address requester, uint256 first, uint256 last) external view returns (uint256[] memory ids);

    /// @notice What an order has taken here from `requester`, in base units, and what it says to take in all.
    function orderOf(bytes32 orderHash, address requester) external view returns (uint256 ordered, uint256 executed);

    /// @notice The nonce of the authorization by which `requester` requests: keccak256 of
    /// `abi.encode(requester, amount, payeeHash, salt, desk)`.
    function authorizationNonce(address requester, uint256 amount, bytes32 payeeHash, bytes32 salt)
        external
        view
        returns (bytes32);
}
