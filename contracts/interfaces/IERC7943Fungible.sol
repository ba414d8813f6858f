// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title ERC-7943 (uRWA), fungible
/// @notice Interface id 0x3edbb4c4: the four reads and two writes below.
interface IERC7943Fungible {
    event ForcedTransfer(address indexed from, address indexed to, uint256 amount);
    /// @notice The frozen amount of `account` is now `amount` base units.
    event Frozen(address indexed account, uint256 amount);

    /// @notice `account` is blocked, and would send, spend, approve, permit or authorise.
    error ERC7943CannotSend(address account);
    /// @notice `account` is blocked, and would receive.
    error ERC7943CannotReceive(address account);
    error ERC7943InsufficientUnfrozenBalance(address account, uint256 amount, uint256 unfrozen);

    /// @notice Moves `amount` base units by order, frozen and blocked ones included; unfreezes no more than it takes.
    /// Works while paused. This form names no order, so nothing counts it: restricted to ADMIN, with its delay.
    /// @dev Worst case: a holder's tokens go to the wrong account. Undo: the same call back.
    /// Errors: `ERC20InvalidSender`, `SelfTransfer`, `AccountIsDesk`, `ERC20InsufficientBalance`,
    /// `ERC20InvalidReceiver`, `ERC7943CannotReceive`.
    function forcedTransfer(address from, address to, uint256 amount) external returns (bool result);

    /// @notice Sets the frozen amount, which may exceed the balance. Logs `Frozen` also when it was that already, as
    /// the standard demands. More than 2^72 − 1 is everything that there can be, and is kept and logged as that.
    /// Restricted to COMPLIANCE.
    /// @dev Worst case: honest holders cannot pay. Undo: the same call with 0. Errors: `AccountIsDesk`, but for 0.
    function setFrozenTokens(address account, uint256 amount) external returns (bool result);

    /// @notice Whether `account` may send: it is not blocked. A pause is not of the account. Never reverts.
    function canSend(address account) external view returns (bool allowed);

    /// @notice Whether `account` may receive: it is not blocked. A pause is not of the account. Never reverts.
    function canReceive(address account) external view returns (bool allowed);

    /// @notice The frozen base units of `account`.
    function getFrozenTokens(address account) external view returns (uint256 amount);

    /// @notice Whether the token's rules allow a transfer of `amount` now: not paused, neither account blocked, and no
    /// frozen base units needed. Of a balance too small for `amount` it says nothing: true then, as the standard has
    /// it. Never reverts.
    function canTransfer(address from, address to, uint256 amount) external view returns (bool allowed);
}
