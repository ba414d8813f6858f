// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC7943Fungible} from "../../contracts/interfaces/IERC7943Fungible.sol";
import {IKGST} from "../../contracts/interfaces/IKGST.sol";
import {both, either, isMin, sum} from "./Logic.sol";
import {TokenProof} from "./TokenProof.sol";

/// @title Orders, freezes and blocks
contract ComplianceProof is TokenProof {
    bytes4 private constant FORCE = bytes4(keccak256("forcedTransfer(address,address,uint256)"));
    bytes4 private constant FORCE_BY_ORDER =
        bytes4(keccak256("forcedTransfer(address,address,uint256,bytes32,uint256)"));

    /// @notice forcedTransfer moves exactly the amount between two different accounts, unfreezes what only the freeze
    /// held and no more, and leaves supply and blocks alone
    /// @custom:proves 1 11 13 17
    function check_forcedTransfer_effects(address caller, address from, address to, uint256 amount, address third)
        public
    {
        _assumeHolders(from, to, third);
        Sums memory s = _sums();
        Holder memory a = _holder(from);
        Holder memory b = _holder(to);
        Holder memory c = _holder(third);

        vm.assume(_call(caller, abi.encodeWithSelector(FORCE, from, to, amount)));

        assert(both(both(from != address(0), from != to), both(!b.blocked, amount <= a.balance)));
        assert(_quota(from).desk == 0);
        assert(_isSame(s, _sums()));
        b.balance = sum(b.balance, amount);
        assert(_isSame(b, _holder(to)));
        assert(either(either(third == from, third == to), _isSame(c, _holder(third))));
        Holder memory left = _holder(from);
        assert(sum(left.balance, amount) == a.balance);
        assert(_isFreezeLeft(a, left, amount));
        assert(both(left.frozen <= a.frozen, a.frozen <= sum(left.frozen, amount)));
        (a.balance, a.frozen) = (left.balance, left.frozen);
        assert(_isSame(a, left));
    }

    /// @notice An order within the balance of what is no desk goes through, blocked, frozen or under any pause, if the
    /// manager allows it
    /// @custom:proves 8 12
    function check_forcedTransfer_whenAllowed(address from, address to, uint256 amount) public {
        _assumeHolders(from, to);
        vm.assume(_quota(from).desk == 0);
        vm.assume(
            both(both(from != address(0), from != to), both(!_holder(to).blocked, amount <= _holder(from).balance))
        );
        assert(_call(_alwaysAllowed(), abi.encodeWithSelector(FORCE, from, to, amount)));
    }

    /// @notice setFrozenTokens sets that account's frozen amount, or all that a balance can be, and nothing else; of a desk
    /// only to zero
    /// @custom:proves 17
    function check_setFrozenTokens_effects(address caller, address account, uint256 amount) public {
        Holder memory a = _holder(account);
        vm.assume(_call(caller, abi.encodeCall(IERC7943Fungible.setFrozenTokens, (account, amount))));
        Holder memory b = _holder(account);
        assert(isMin(b.frozen, amount, MAX_72));
        assert(either(_quota(account).desk == 0, amount == 0));
        a.frozen = b.frozen;
        assert(_isSame(a, b));
    }

    /// @notice Block and unblock set that account's bit and nothing else, of a desk none that was clear; unblocking leaves
    /// the frozen amount
    /// @custom:proves 11 17
    function check_block_effects(address caller, address account) public {
        Holder memory a = _holder(account);
        vm.assume(_call(caller, abi.encodeCall(IKGST.blockAccount, (account))));
        assert(either(a.blocked, _quota(account).desk == 0));
        a.blocked = true;
        assert(_isSame(a, _holder(account)));
        vm.assume(_call(caller, abi.encodeCall(IKGST.unblockAccount, (account))));
        a.blocked = false;
        assert(both(_isSame(a, _holder(account)), !_isReserved(account)));
    }

    /// @notice Nothing that takes, burns, freezes or blocks succeeds against a desk, whoever asks
    /// @custom:proves 13
    /// @custom:bound lists of one account
    function check_desk_refused(address caller, address desk, address to, uint256 amount, bytes32 order) public {
        vm.assume(both(_quota(desk).desk == 1, !_holder(desk).blocked));
        vm.assume(amount != 0);
        address[] memory accounts = new address[](1);
        uint256[] memory amounts = new uint256[](1);
        (accounts[0], amounts[0]) = (desk, amount);
        bytes memory data = abi.encodeWithSelector(FORCE, desk, to, amount);
        if (svm.createBool("order")) data = abi.encodeWithSelector(FORCE_BY_ORDER, desk, to, amount, order, MAX_72);
        else if (svm.createBool("burn")) data = abi.encodeCall(IKGST.burnBlocked, (desk, amount, order, MAX_72));
        else if (svm.createBool("freeze")) data = abi.encodeCall(IERC7943Fungible.setFrozenTokens, (desk, amount));
        else if (svm.createBool("freezes")) data = abi.encodeCall(IKGST.setFrozenTokensBatch, (accounts, amounts));
        else if (svm.createBool("block")) data = abi.encodeCall(IKGST.blockAccount, (desk));
        else if (svm.createBool("blocks")) data = abi.encodeCall(IKGST.blockAccounts, (accounts));
        assert(!_call(caller, data));
    }

    /// @notice Nor does what takes or burns when the desk is blocked, as it may be from before it was one
    /// @custom:proves 13
    function check_desk_blocked(address caller, address desk, address to, uint256 amount, bytes32 order) public {
        vm.assume(both(_quota(desk).desk == 1, _holder(desk).blocked));
        bytes memory data = abi.encodeWithSelector(FORCE, desk, to, amount);
        if (svm.createBool("order")) data = abi.encodeWithSelector(FORCE_BY_ORDER, desk, to, amount, order, MAX_72);
        else if (svm.createBool("burn")) data = abi.encodeCall(IKGST.burnBlocked, (desk, amount, order, MAX_72));
        assert(!_call(caller, data));
    }

    /// @dev The manager that says yes.
    function _alwaysAllowed() private returns (address caller) {
        vm.store(token, bytes32(LAYOUT + AUTHORITY), bytes32(uint256(uint160(address(new YesHarness())))));
        return svm.createAddress("caller");
    }
}

/// @title An AccessManager that allows everything at once
contract YesHarness {
    function canCall(address, address, bytes4) external pure returns (bool, uint32) {
        return (true, 0);
    }
}
