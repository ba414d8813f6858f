// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {EveryCall} from "./EveryCall.sol";

/// @title The inductive step: payments, allowances, signed payments
contract PaymentCallsProof is EveryCall {
    bytes4 private constant PAYOUT = bytes4(keccak256("payout(address[],uint256[])"));
    bytes4 private constant PAYOUT_BY_KEY = bytes4(keccak256("payout(address[],uint256[],bytes32)"));
    bytes4 private constant PAY_VRS = bytes4(
        keccak256("transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)")
    );
    bytes4 private constant PAY_BYTES =
        bytes4(keccak256("transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes)"));
    bytes4 private constant RECEIVE_VRS = bytes4(
        keccak256("receiveWithAuthorization(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)")
    );
    bytes4 private constant RECEIVE_BYTES =
        bytes4(keccak256("receiveWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes)"));
    bytes4 private constant CANCEL_VRS =
        bytes4(keccak256("cancelAuthorization(address,bytes32,uint8,bytes32,bytes32)"));
    bytes4 private constant CANCEL_BYTES = bytes4(keccak256("cancelAuthorization(address,bytes32,bytes)"));
    bytes4 private constant PERMIT_VRS =
        bytes4(keccak256("permit(address,address,uint256,uint256,uint8,bytes32,bytes32)"));
    bytes4 private constant PERMIT_BYTES = bytes4(keccak256("permit(address,address,uint256,uint256,bytes)"));

    /// @notice Only accounts are written
    /// @custom:proves 1 3 9 11
    function check_transfer() public {
        _step(IERC20.transfer.selector, ACCOUNT);
    }

    function witness_transfer() public {
        assert(!_reach(IERC20.transfer.selector));
    }

    /// @notice Only accounts and one allowance are written
    /// @custom:proves 1 3 9 11
    function check_transferFrom() public {
        _step(IERC20.transferFrom.selector, ACCOUNT | ALLOWANCE);
    }

    function witness_transferFrom() public {
        assert(!_reach(IERC20.transferFrom.selector));
    }

    /// @notice Only one allowance is written
    /// @custom:proves 1 3 9 11
    function check_approve() public {
        _step(IERC20.approve.selector, ALLOWANCE);
    }

    function witness_approve() public {
        assert(!_reach(IERC20.approve.selector));
    }

    /// @notice Only accounts are written
    /// @custom:proves 1 3 9 11
    /// @custom:bound 2 receivers
    function check_payout() public {
        _step(PAYOUT, ACCOUNT);
    }

    function witness_payout() public {
        assert(!_reach(PAYOUT));
    }

    /// @notice Only accounts and one nonce are written
    /// @custom:proves 1 3 9 11 14
    /// @custom:bound 2 receivers
    function check_payoutByKey() public {
        _step(PAYOUT_BY_KEY, ACCOUNT | NONCES);
    }

    function witness_payoutByKey() public {
        assert(!_reach(PAYOUT_BY_KEY));
    }

    /// @notice Only accounts and one nonce are written
    /// @custom:proves 1 3 9 11 14
    function check_transferWithAuthorization() public {
        _step(PAY_VRS, ACCOUNT | NONCES);
    }

    function witness_transferWithAuthorization() public {
        assert(!_reach(PAY_VRS));
    }

    /// @notice Only accounts and one nonce are written
    /// @custom:proves 1 3 9 11 14
    /// @custom:bound signature of 65 bytes
    function check_transferWithAuthorizationBytes() public {
        _step(PAY_BYTES, ACCOUNT | NONCES);
    }

    function witness_transferWithAuthorizationBytes() public {
        assert(!_reach(PAY_BYTES));
    }

    /// @notice Only accounts and one nonce are written
    /// @custom:proves 1 3 9 11 14
    function check_receiveWithAuthorization() public {
        _step(RECEIVE_VRS, ACCOUNT | NONCES);
    }

    function witness_receiveWithAuthorization() public {
        assert(!_reach(RECEIVE_VRS));
    }

    /// @notice Only accounts and one nonce are written
    /// @custom:proves 1 3 9 11 14
    /// @custom:bound signature of 65 bytes
    function check_receiveWithAuthorizationBytes() public {
        _step(RECEIVE_BYTES, ACCOUNT | NONCES);
    }

    function witness_receiveWithAuthorizationBytes() public {
        assert(!_reach(RECEIVE_BYTES));
    }

    /// @notice Only one nonce is written
    /// @custom:proves 9 11 14
    function check_cancelAuthorization() public {
        _step(CANCEL_VRS, NONCES);
    }

    function witness_cancelAuthorization() public {
        assert(!_reach(CANCEL_VRS));
    }

    /// @notice Only one nonce is written
    /// @custom:proves 9 11 14
    /// @custom:bound signature of 65 bytes
    function check_cancelAuthorizationBytes() public {
        _step(CANCEL_BYTES, NONCES);
    }

    function witness_cancelAuthorizationBytes() public {
        assert(!_reach(CANCEL_BYTES));
    }

    /// @notice Only the owner's permit nonce and one allowance are written
    /// @custom:proves 9 11 14
    function check_permit() public {
        _step(PERMIT_VRS, ACCOUNT | PERMITS | ALLOWANCE);
    }

    function witness_permit() public {
        assert(!_reach(PERMIT_VRS));
    }

    /// @notice Only the owner's permit nonce and one allowance are written
    /// @custom:proves 9 11 14
    /// @custom:bound signature of 65 bytes
    function check_permitBytes() public {
        _step(PERMIT_BYTES, ACCOUNT | PERMITS | ALLOWANCE);
    }

    function witness_permitBytes() public {
        assert(!_reach(PERMIT_BYTES));
    }
}
