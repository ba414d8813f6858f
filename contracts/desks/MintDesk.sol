// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import {IKGST} from "../interfaces/IKGST.sol";
import {IMintDesk} from "../interfaces/IMintDesk.sol";

/// @title MintDesk: money in with a brake
/// @dev Not upgradeable: another is used by registering another. Holds no tokens.
contract MintDesk is IMintDesk, AccessManaged {
    /// @dev One slot. day: counted in Bishkek since 1970; value: base units minted at once on it.
    struct Spent {
        uint72 value;
        uint32 day;
    }

    /// @dev Two slots. value: base units; readyAt: seconds, 0 when nothing is proposed.
    struct Proposal {
        address to;
        uint72 value;
        uint40 readyAt;
    }

    uint256 private constant BISHKEK = 6 hours;

    /// @inheritdoc IMintDesk
    IKGST public immutable token;
    /// @inheritdoc IMintDesk
    uint256 public immutable mintLimit;
    /// @inheritdoc IMintDesk
    uint256 public immutable dayLimit;
    /// @inheritdoc IMintDesk
    uint256 public immutable delay;

    /// @inheritdoc IMintDesk
    mapping(address account => bool) public isDestination;
    Spent private _spent;
    mapping(bytes32 nonce => Proposal) private _proposals;

    /// @param mintLimit_ Base units, at most `dayLimit_`.
    /// @param dayLimit_ Base units, at most 2^72 − 1.
    /// @param delay_ Seconds, 1 hour to 31 days.
    constructor(address manager, IKGST token_, uint256 mintLimit_, uint256 dayLimit_, uint256 delay_)
        AccessManaged(manager)
    {
        if (mintLimit_ > dayLimit_ || dayLimit_ > type(uint72).max) revert LimitsOutOfRange(mintLimit_, dayLimit_);
        if (delay_ < 1 hours || delay_ > 31 days) revert DelayOutOfRange(delay_);
        token = token_;
        mintLimit = mintLimit_;
        dayLimit = dayLimit_;
        delay = delay_;
    }

    /// @inheritdoc IMintDesk
    function mint(address to, uint256 value, bytes32 nonce) external restricted {
        _requireDestination(to);
        // Else the other could be executed no more.
        if (_proposals[nonce].readyAt != 0) revert NonceTaken(nonce);
        uint256 left = leftToday();
        if (value > mintLimit || value > left) revert LimitExceeded(mintLimit < left ? mintLimit : left, value);
        // The casts keep every bit: at most the day's limit, which has 72; 32 bits of days last for ever.
        _spent = Spent(uint72(dayLimit - left + value), uint32(_today()));
        _mint(to, value, nonce);
    }

    /// @inheritdoc IMintDesk
    function propose(address to, uint256 value, bytes32 nonce) external restricted {
        _requireDestination(to);
        if (value > type(uint72).max) revert AmountOutOfRange(value, type(uint72).max);
        if (_proposals[nonce].readyAt != 0 || token.authorizationState(address(this), nonce)) revert NonceTaken(nonce);
        uint256 readyAt = block.timestamp + delay;
        // The casts keep every bit: bounded above; 40 bits of seconds last 34,000 years.
        _proposals[nonce] = Proposal(to, uint72(value), uint40(readyAt));
        emit MintProposed(to, value, nonce, readyAt, _expiry(readyAt));
    }

    /// @inheritdoc IMintDesk
    function execute(bytes32 nonce) external restricted {
        Proposal memory proposal = _proposals[nonce];
        if (proposal.readyAt == 0) revert NotProposed(nonce);
        if (block.timestamp < proposal.readyAt) revert ProposalNotReady(proposal.readyAt);
        uint256 expiresAt = _expiry(proposal.readyAt);
        if (block.timestamp >= expiresAt) revert ProposalExpired(expiresAt);
        _requireDestination(proposal.to);
        delete _proposals[nonce];
        _mint(proposal.to, proposal.value, nonce);
    }

    /// @inheritdoc IMintDesk
    function cancel(bytes32 nonce) external {
        if (!token.isAuditor(msg.sender)) _checkCanCall(msg.sender, msg.data);
        if (_proposals[nonce].readyAt == 0) revert NotProposed(nonce);
        delete _proposals[nonce];
        emit MintCanceled(nonce, msg.sender);
    }

    /// @inheritdoc IMintDesk
    function allowDestination(address destination) external restricted {
        // What was minted here would be lost: nothing sends it on.
        bool reserved = destination == address(0) || destination == address(token) || destination == address(this);
        if (reserved) revert ReservedDestination(destination);
        isDestination[destination] = true;
        emit DestinationAllowed(destination);
    }

    /// @inheritdoc IMintDesk
    function removeDestination(address destination) external restricted {
        _requireDestination(destination);
        isDestination[destination] = false;
        emit DestinationRemoved(destination);
    }

    /// @inheritdoc IMintDesk
    function proposalOf(bytes32 nonce)
        external
        view
        returns (address to, uint256 value, uint256 readyAt, uint256 expiresAt)
    {
        Proposal memory proposal = _proposals[nonce];
        bool proposed = proposal.readyAt != 0;
        return (proposal.to, proposal.value, proposal.readyAt, proposed ? _expiry(proposal.readyAt) : 0);
    }

    /// @inheritdoc IMintDesk
    function leftToday() public view returns (uint256) {
        Spent memory spent = _spent;
        // A day is one day: nothing is kept for another.
        // slither-disable-next-line incorrect-equality
        return spent.day == _today() ? dayLimit - spent.value : dayLimit;
    }

    function _mint(address to, uint256 value, bytes32 nonce) private {
        emit Minted(to, value, nonce);
        // True, or it reverts.
        // slither-disable-next-line unused-return
        token.mint(to, value, nonce);
    }

    function _requireDestination(address to) private view {
        if (!isDestination[to]) revert DestinationNotAllowed(to);
    }

    function _today() private view returns (uint256) {
        return (block.timestamp + BISHKEK) / 1 days;
    }

    function _expiry(uint256 readyAt) private view returns (uint256) {
        return readyAt + (delay > 1 days ? delay : 1 days);
    }
}
