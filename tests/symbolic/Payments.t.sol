// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {both, either, less, sum} from "./Logic.sol";
import {TokenProof} from "./TokenProof.sol";

/// @title What payments do, to the base unit, from the token's own code and under DELEGATE_ALL
contract PaymentsProof is TokenProof {
    /// @notice A transfer: sender − value, receiver + value (to oneself: nothing), no third account, only if covered by
    /// what is unfrozen, neither end blocked, not paused
    /// @custom:proves 1 11 12 17
    function check_transfer_effects(address from, address to, uint256 value, address third) public {
        _assumeHolders(from, to, third);
        Holder[3] memory before = _three(from, to, third);
        uint256 flags = _flags();
        vm.assume(_call(from, abi.encodeCall(IERC20.transfer, (to, value))));
        assert(flags & TRANSFERS_PAUSED == 0);
        _assertPaid(before, from, to, value, third);
    }

    /// @notice A transfer that is covered, unblocked and not paused succeeds, whatever the other flags and the reserves
    /// @custom:proves 8 12
    function check_transfer_whenAllowed(address from, address to, uint256 value) public {
        _assumeHolders(from, to);
        vm.assume(both(!_holder(from).blocked, !_holder(to).blocked));
        vm.assume(both(_isUnfrozen(value, _holder(from)), _flags() & TRANSFERS_PAUSED == 0));
        assert(_call(from, abi.encodeCall(IERC20.transfer, (to, value))));
    }

    /// @notice transferFrom: as transfer; the allowance falls by exactly the value, unless it is the greatest uint256; a
    /// blocked spender moves nothing; no other allowance changes
    /// @custom:proves 1 11 12 17
    function check_transferFrom_effects(address spender, address from, address to, uint256 value, address third)
        public
    {
        _assumeHolders(from, to, third);
        Holder[3] memory before = _three(from, to, third);
        uint256 granted = _allowance(from, spender);
        bool mayAct = both(!_holder(spender).blocked, _flags() & TRANSFERS_PAUSED == 0);
        (address owner2, address spender2) = (svm.createAddress("owner2"), svm.createAddress("spender2"));
        uint256 granted2 = _allowance(owner2, spender2);

        vm.assume(_call(spender, abi.encodeCall(IERC20.transferFrom, (from, to, value))));

        assert(both(mayAct, value <= granted));
        uint256 left = granted == type(uint256).max ? granted : less(granted, value);
        assert(_allowance(from, spender) == left);
        assert(either(both(owner2 == from, spender2 == spender), _allowance(owner2, spender2) == granted2));
        _assertPaid(before, from, to, value, third);
    }

    /// @notice approve sets that one allowance to exactly the value; a blocked owner can only approve zero
    /// @custom:proves 11 17
    function check_approve_effects(address owner, address spender, uint256 value) public {
        (address owner2, address spender2) = (svm.createAddress("owner2"), svm.createAddress("spender2"));
        uint256 granted2 = _allowance(owner2, spender2);
        vm.assume(_call(owner, abi.encodeCall(IERC20.approve, (spender, value))));
        bool other = either(both(owner2 == owner, spender2 == spender), _allowance(owner2, spender2) == granted2);
        bool mayGrant = either(value == 0, !_holder(owner).blocked);
        assert(both(both(_allowance(owner, spender) == value, other), mayGrant));
    }

    /// @notice approve(x, 0) works for everyone, blocked or paused
    /// @custom:proves 12
    function check_approve_zero(address owner, address spender) public {
        vm.assume(spender != address(0));
        assert(_call(owner, abi.encodeCall(IERC20.approve, (spender, 0))));
    }

    /// @notice A payout to two, in any coincidence of sender and receivers: each gets exactly its values, the sum stays
    /// @custom:proves 1 11 12 17
    /// @custom:bound 2 receivers
    function check_payout_effects(address from, address[2] calldata to, uint256[2] calldata values) public {
        _assumeHolders(from, to[0], to[1]);
        Holder[3] memory before = _three(from, to[0], to[1]);
        bool mayAct = both(!before[0].blocked, _flags() & TRANSFERS_PAUSED == 0);
        address[] memory receivers = new address[](2);
        uint256[] memory amounts = new uint256[](2);
        (receivers[0], receivers[1], amounts[0], amounts[1]) = (to[0], to[1], values[0], values[1]);

        vm.assume(_call(from, abi.encodeWithSignature("payout(address[],uint256[])", receivers, amounts)));

        assert(both(mayAct, both(!before[1].blocked, !before[2].blocked)));
        uint256 total = sum(values[0], values[1]);
        assert(both(values[0] <= total, _isUnfrozen(total, before[0])));
        Holder[3] memory later = _three(from, to[0], to[1]);
        address[3] memory who = [from, to[0], to[1]];
        for (uint256 i; i < 3; ++i) {
            uint256 expected = before[i].balance;
            if (who[i] == from) expected = less(expected, total);
            if (who[i] == to[0]) expected = sum(expected, values[0]);
            if (who[i] == to[1]) expected = sum(expected, values[1]);
            assert(later[i].balance == expected);
            assert(_differInBalance(before[i], later[i]));
        }
    }

    /// @notice A blocked caller moves nothing: transfer, transferFrom, payout and burn revert
    /// @custom:proves 11
    /// @custom:bound payout to 1 receiver
    function check_blockedCaller(address caller, address from, address to, uint256 value) public {
        vm.assume(_holder(caller).blocked);
        address[] memory receivers = new address[](1);
        uint256[] memory amounts = new uint256[](1);
        (receivers[0], amounts[0]) = (to, value);
        bytes memory data = abi.encodeCall(IERC20.transfer, (to, value));
        if (svm.createBool("transferFrom")) data = abi.encodeCall(IERC20.transferFrom, (from, to, value));
        else if (svm.createBool("payout")) data = abi.encodeWithSignature("payout(address[],uint256[])", receivers, amounts);
        else if (svm.createBool("burn")) data = abi.encodeWithSignature("burn(uint256)", value);
        assert(!_call(caller, data));
    }

    function _three(address a, address b, address c) private view returns (Holder[3] memory) {
        return [_holder(a), _holder(b), _holder(c)];
    }

    /// @dev `before`: of from, to and third.
    function _assertPaid(Holder[3] memory before, address from, address to, uint256 value, address third) private view {
        Holder[3] memory later = _three(from, to, third);
        assert(both(_isUnfrozen(value, before[0]), both(!before[0].blocked, !before[1].blocked)));
        if (from != to) {
            before[0].balance = less(before[0].balance, value);
            before[1].balance = sum(before[1].balance, value);
        }
        assert(_isSame(before[0], later[0]));
        assert(_isSame(before[1], later[1]));
        assert(either(either(third == from, third == to), _isSame(before[2], later[2])));
    }
}
