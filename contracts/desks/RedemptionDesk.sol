// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {IKGST} from "../interfaces/IKGST.sol";
import {IRedemptionDesk} from "../interfaces/IRedemptionDesk.sol";
import {Redemption, RedemptionLib, State} from "./Redemption.sol";

/// @title RedemptionDesk: money out with a clock
/// @dev Not upgradeable: another is used by registering another. The token is called last; it calls nobody
/// but, to read, a wallet with code whose signature it checks.
contract RedemptionDesk is IRedemptionDesk, AccessManaged {
    using SafeERC20 for IERC20;

    /// @dev One slot. escrow: base units.
    struct Book {
        uint72 escrow;
        uint64 count;
    }

    struct Entry {
        Redemption redemption;
        bytes32 payeeHash;
    }

    /// @dev One slot. Base units: what an order says to take from one requester, and what has been taken here.
    struct Order {
        uint72 ordered;
        uint72 executed;
    }

    uint256 private constant LONGEST = 31 days;

    /// @inheritdoc IRedemptionDesk
    IKGST public immutable token;
    /// @inheritdoc IRedemptionDesk
    uint256 public immutable redeemWithin;
    /// @inheritdoc IRedemptionDesk
    uint256 public immutable payWithin;
    /// @inheritdoc IRedemptionDesk
    uint256 public immutable minimum;

    Book private _book;
    mapping(uint256 id => Entry) private _entries;
    mapping(bytes32 orderHash => mapping(address requester => Order)) private _orders;

    /// @param redeemWithin_ Seconds, 1 minute to 31 days.
    /// @param payWithin_ Seconds, 1 minute to 31 days.
    /// @param minimum_ Base units; at least one tyiyn counts.
    constructor(address manager, IKGST token_, uint256 redeemWithin_, uint256 payWithin_, uint256 minimum_)
        AccessManaged(manager)
    {
        if (redeemWithin_ < 1 minutes || redeemWithin_ > LONGEST) revert PeriodOutOfRange(redeemWithin_);
        if (payWithin_ < 1 minutes || payWithin_ > LONGEST) revert PeriodOutOfRange(payWithin_);
        token = token_;
        redeemWithin = redeemWithin_;
        payWithin = payWithin_;
        minimum = minimum_ > RedemptionLib.TYIYN ? minimum_ : RedemptionLib.TYIYN;
    }

    /// @inheritdoc IRedemptionDesk
    function request(uint256 amount, bytes32 payeeHash) public returns (uint256 id) {
        id = _open(msg.sender, amount, payeeHash);
        IERC20(token).safeTransferFrom(msg.sender, address(this), amount);
    }

    /// @inheritdoc IRedemptionDesk
    function requestWithPermit(uint256 amount, bytes32 payeeHash, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external
        returns (uint256 id)
    {
        // Anybody may have submitted it; then the allowance is there.
        // solhint-disable-next-line no-empty-blocks
        try token.permit(msg.sender, address(this), amount, deadline, v, r, s) {} catch {}
        return request(amount, payeeHash);
    }

    /// @inheritdoc IRedemptionDesk
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
    ) external returns (uint256 id) {
        id = _open(requester, amount, payeeHash);
        bytes32 nonce = authorizationNonce(requester, amount, payeeHash, salt);
        token.receiveWithAuthorization(requester, address(this), amount, validAfter, validBefore, nonce, v, r, s);
    }

    /// @inheritdoc IRedemptionDesk
    function requestWithAuthorization(
        address requester,
        uint256 amount,
        bytes32 payeeHash,
        bytes32 salt,
        uint256 validAfter,
        uint256 validBefore,
        bytes calldata signature
    ) external returns (uint256 id) {
        id = _open(requester, amount, payeeHash);
        bytes32 nonce = authorizationNonce(requester, amount, payeeHash, salt);
        token.receiveWithAuthorization(requester, address(this), amount, validAfter, validBefore, nonce, signature);
    }

    /// @inheritdoc IRedemptionDesk
    function withdraw(uint256 id) external {
        Redemption redemption = _entries[id].redemption;
        address requester = redemption.requester();
        if (msg.sender != requester) revert NotRequester(msg.sender, requester);
        State state = redemption.state();
        // A state is one of eight, no amount.
        // slither-disable-next-line incorrect-equality
        bool late = state == State.Locked && block.timestamp >= redemption.time();
        if (state != State.Requested && !late) revert NotPossible(id, state, redemption.time());
        _close(id, redemption, State.Withdrawn);
        emit Withdrawn(id);
        IERC20(token).safeTransfer(requester, redemption.amount());
    }

    /// @inheritdoc IRedemptionDesk
    function lock(uint256[] calldata ids) external restricted {
        uint256 payBy = block.timestamp + payWithin;
        for (uint256 i; i < ids.length; ++i) {
            Entry storage entry = _entries[ids[i]];
            Redemption redemption = entry.redemption;
            State state = redemption.state();
            if (state == State.Requested && block.timestamp <= redemption.time() && _isFree(redemption.requester())) {
                entry.redemption = redemption.locked(payBy);
                emit Locked(ids[i], payBy);
            } else {
                emit Skipped(ids[i], state);
            }
        }
    }

    /// @inheritdoc IRedemptionDesk
    function confirmPaid(uint256[] calldata ids, bytes32 paymentHash) external restricted {
        for (uint256 i; i < ids.length; ++i) {
            Entry storage entry = _entries[ids[i]];
            Redemption redemption = entry.redemption;
            State state = redemption.state();
            if (state != State.Locked && state != State.Returned) {
                emit Skipped(ids[i], state);
                continue;
            }
            entry.redemption = redemption.withState(State.Paid);
            emit Paid(ids[i], paymentHash);
            // The tokens of a returned one went with its first payment.
            if (state == State.Locked) _tryBurn(ids[i], redemption.amount());
        }
    }

    /// @inheritdoc IRedemptionDesk
    function burnPaid(uint256[] calldata ids) external {
        for (uint256 i; i < ids.length; ++i) {
            Redemption redemption = _entries[ids[i]].redemption;
            State state = redemption.state();
            // A state is one of eight, no amount.
            // slither-disable-next-line incorrect-equality
            if ((state == State.Paid || state == State.Returned) && !_isBurned(ids[i])) {
                _book.escrow -= uint72(redemption.amount());
                // True, or it reverts. What is written after it is the next round's; and burning calls nobody.
                // slither-disable-next-line unused-return,reentrancy-no-eth
                token.burn(redemption.amount(), bytes32(ids[i]));
            } else {
                emit Skipped(ids[i], state);
            }
        }
    }

    /// @inheritdoc IRedemptionDesk
    function returned(uint256 id) external restricted {
        Redemption redemption = _entries[id].redemption;
        _require(id, redemption, redemption.state() == State.Paid);
        _entries[id].redemption = redemption.withState(State.Returned);
        emit Returned(id);
    }

    /// @inheritdoc IRedemptionDesk
    function reject(uint256 id, string calldata reason) external restricted {
        Redemption redemption = _entries[id].redemption;
        _require(id, redemption, redemption.state() == State.Requested);
        _close(id, redemption, State.Rejected);
        emit Rejected(id, reason);
        IERC20(token).safeTransfer(redemption.requester(), redemption.amount());
    }

    /// @inheritdoc IRedemptionDesk
    function seize(uint256 id, address to, uint256 amount, bytes32 orderHash, uint256 ordered) external restricted {
        Redemption redemption = _entries[id].redemption;
        State state = redemption.state();
        _require(id, redemption, state == State.Requested || state == State.Locked);
        uint256 whole = redemption.amount();
        if (amount == 0 || amount > whole || amount % RedemptionLib.TYIYN != 0) revert InvalidAmount(amount, whole);
        address requester = redemption.requester();
        _countOrder(orderHash, requester, amount, ordered);
        if (amount == whole) {
            _entries[id].redemption = redemption.withState(State.Seized);
        } else {
            // With a deadline that is long past: it is not locked again.
            _entries[id].redemption = RedemptionLib.requested(requester, whole - amount, 0);
        }
        // What is in escrow covers it: it is a part of this request.
        _book.escrow -= uint72(amount);
        emit Seized(id, orderHash, to, amount, whole - amount);
        IERC20(token).safeTransfer(to, amount);
    }

    /// @inheritdoc IRedemptionDesk
    function rescueTokens(address token_, address to, uint256 amount) external restricted {
        if (token_ == address(token)) {
            uint256 rescuable = token.balanceOf(address(this)) - _book.escrow;
            if (amount > rescuable) revert EscrowNotRescuable(rescuable, amount);
        }
        emit TokensRescued(token_, to, amount);
        IERC20(token_).safeTransfer(to, amount);
    }

    /// @inheritdoc IRedemptionDesk
    function escrow() external view returns (uint256) {
        return _book.escrow;
    }

    /// @inheritdoc IRedemptionDesk
    function requestCount() external view returns (uint256) {
        return _book.count;
    }

    /// @inheritdoc IRedemptionDesk
    function requestOf(uint256 id) external view returns (Request memory) {
        Entry memory entry = _entries[id];
        return Request({
            requester: entry.redemption.requester(),
            amount: entry.redemption.amount(),
            state: entry.redemption.state(),
            time: entry.redemption.time(),
            payeeHash: entry.payeeHash,
            burned: _isBurned(id)
        });
    }

    /// @inheritdoc IRedemptionDesk
    function requestsOf(address requester, uint256 first, uint256 last) external view returns (uint256[] memory ids) {
        if (last > _book.count) last = _book.count;
        if (first == 0) first = 1;
        uint256 found;
        ids = new uint256[](first > last ? 0 : last - first + 1);
        for (uint256 id = first; id <= last; ++id) {
            if (_entries[id].redemption.requester() == requester) ids[found++] = id;
        }
        assembly ("memory-safe") {
            // Shorter than it was made.
            mstore(ids, found)
        }
    }

    /// @inheritdoc IRedemptionDesk
    function orderOf(bytes32 orderHash, address requester) external view returns (uint256 ordered, uint256 executed) {
        Order memory order = _orders[orderHash][requester];
        return (order.ordered, order.executed);
    }

    /// @inheritdoc IRedemptionDesk
    function authorizationNonce(address requester, uint256 amount, bytes32 payeeHash, bytes32 salt)
        public
        view
        returns (bytes32)
    {
        return keccak256(abi.encode(requester, amount, payeeHash, salt, address(this)));
    }

    /// @dev Writes the request down; its tokens are to follow in the same call.
    function _open(address requester, uint256 amount, bytes32 payeeHash) private returns (uint256 id) {
        IKGST.Issuer memory terms = token.issuerOf(address(this));
        // Until it is a desk its escrow could be frozen; and what cannot be burned cannot be redeemed.
        if (!terms.desk || !terms.mayBurn) revert DeskClosed();
        if (amount < minimum || amount > type(uint72).max || amount % RedemptionLib.TYIYN != 0) {
            revert InvalidAmount(amount, minimum);
        }
        if (payeeHash == bytes32(0)) revert InvalidPayeeHash();
        uint256 deadline = block.timestamp + redeemWithin;
        Book memory book = _book;
        id = ++book.count;
        // All escrow is tokens, of which there are no 2^72; more overflows and reverts.
        book.escrow += uint72(amount);
        _book = book;
        _entries[id] = Entry(RedemptionLib.requested(requester, amount, deadline), payeeHash);
        emit Requested(id, requester, amount, payeeHash, deadline);
    }

    /// @dev Ends a request whose tokens go back.
    function _close(uint256 id, Redemption redemption, State state) private {
        _entries[id].redemption = redemption.withState(state);
        // The cast keeps every bit: a request was made of 72.
        _book.escrow -= uint72(redemption.amount());
    }

    /// @dev Whatever hinders the token from burning, the payment is a fact.
    function _tryBurn(uint256 id, uint256 amount) private {
        // True, or it reverts.
        // slither-disable-next-line unused-return
        try token.burn(amount, bytes32(id)) {
            _book.escrow -= uint72(amount);
        } catch {
            emit BurnDeferred(id);
        }
    }

    /// @dev As the token does: an order names its amount, at the first use and ever after, and is executed up to it.
    function _countOrder(bytes32 orderHash, address requester, uint256 amount, uint256 ordered) private {
        (uint256 orderedThere, uint256 executedThere) = token.orderOf(orderHash, requester);
        Order storage order = _orders[orderHash][requester];
        uint256 fixedAmount = order.ordered == 0 ? orderedThere : order.ordered;
        if (fixedAmount != 0 && fixedAmount != ordered) revert OrderAmountMismatch(fixedAmount, ordered);
        uint256 executed = executedThere + order.executed;
        uint256 left = ordered > executed ? ordered - executed : 0;
        if (amount > left) revert OrderExceeded(orderHash, left, amount);
        if (ordered > type(uint72).max) revert InvalidAmount(ordered, type(uint72).max);
        // The casts keep every bit: what was executed is at most `ordered`, which is bounded above.
        order.ordered = uint72(ordered);
        order.executed += uint72(amount);
    }

    /// @dev No order stands against `account`: it is not blocked, and no more is frozen than it has.
    function _isFree(address account) private view returns (bool) {
        if (token.isBlocked(account)) return false;
        uint256 frozen = token.getFrozenTokens(account);
        return frozen == 0 || frozen <= token.balanceOf(account);
    }

    /// @dev The token keeps which keys were used, and nobody but this contract can use its own.
    function _isBurned(uint256 id) private view returns (bool) {
        return token.authorizationState(address(this), bytes32(id));
    }

    function _require(uint256 id, Redemption redemption, bool possible) private pure {
        if (!possible) revert NotPossible(id, redemption.state(), redemption.time());
    }
}
