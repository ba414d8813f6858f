// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {both, either, sum} from "./Logic.sol";
import {TokenProof} from "./TokenProof.sol";

/// @title Nonces of EIP-3009 and ERC-2612
/// @dev Who signed is left open: ecrecover is any function of its arguments. What is shown holds for every outcome.
contract AuthorizationsProof is TokenProof {
    struct Authorization {
        address from;
        address to;
        uint256 value;
        uint256 validAfter;
        uint256 validBefore;
        bytes32 nonce;
        uint8 v;
        bytes32 r;
        bytes32 s;
    }

    bytes4 private constant PAY = bytes4(
        keccak256("transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)")
    );
    bytes4 private constant RECEIVE = bytes4(
        keccak256("receiveWithAuthorization(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)")
    );
    bytes4 private constant CANCEL = bytes4(keccak256("cancelAuthorization(address,bytes32,uint8,bytes32,bytes32)"));
    bytes4 private constant PERMIT = bytes4(keccak256("permit(address,address,uint256,uint256,uint8,bytes32,bytes32)"));
    bytes4 private constant PAY_BYTES =
        bytes4(keccak256("transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes)"));
    bytes4 private constant RECEIVE_BYTES =
        bytes4(keccak256("receiveWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes)"));
    bytes4 private constant CANCEL_BYTES = bytes4(keccak256("cancelAuthorization(address,bytes32,bytes)"));
    bytes4 private constant PERMIT_BYTES = bytes4(keccak256("permit(address,address,uint256,uint256,bytes)"));

    /// @notice A signed payment is in its time, sets its own nonce, which was unset, and no other, of anyone
    /// @custom:proves 11 14
    function check_pay_nonce(address caller, Authorization calldata a, address other, bytes32 nonce2, uint40 time)
        public
    {
        _checkPay(caller, a, abi.encodeWithSelector(PAY, a), other, nonce2, time);
    }

    /// @notice The same with the signature in one
    /// @custom:proves 11 14
    /// @custom:bound signature of 65 bytes
    function check_payBytes_nonce(address caller, Authorization calldata a, address other, bytes32 nonce2, uint40 time)
        public
    {
        _checkPay(caller, a, _inOne(PAY_BYTES, a), other, nonce2, time);
    }

    function _checkPay(
        address caller,
        Authorization calldata a,
        bytes memory data,
        address other,
        bytes32 nonce2,
        uint40 time
    ) private {
        _assumeTime(time);
        _assumeHolders(a.from, a.to);
        bool fresh = !_isUsed(a.from, a.nonce);
        bool blocked = either(_holder(a.from).blocked, _holder(a.to).blocked);
        bool used2 = _isUsed(other, nonce2);
        uint256 paused = _flags() & (TRANSFERS_PAUSED | AUTHORIZATIONS_PAUSED);

        vm.assume(_call(caller, data));

        assert(both(both(time > a.validAfter, time < a.validBefore), both(!blocked, paused == 0)));
        assert(both(fresh, _isUsed(a.from, a.nonce)));
        assert(either(both(other == a.from, nonce2 == a.nonce), _isUsed(other, nonce2) == used2));
    }

    /// @notice The same for receiveWithAuthorization, which only the payee may submit
    /// @custom:proves 11 14
    function check_receive_nonce(address caller, Authorization calldata a, uint40 time) public {
        _checkReceive(caller, a, abi.encodeWithSelector(RECEIVE, a), time);
    }

    /// @notice The same with the signature in one
    /// @custom:proves 11 14
    /// @custom:bound signature of 65 bytes
    function check_receiveBytes_nonce(address caller, Authorization calldata a, uint40 time) public {
        _checkReceive(caller, a, _inOne(RECEIVE_BYTES, a), time);
    }

    function _checkReceive(address caller, Authorization calldata a, bytes memory data, uint40 time) private {
        _assumeTime(time);
        _assumeHolders(a.from, a.to);
        bool fresh = !_isUsed(a.from, a.nonce);
        bool blocked = either(_holder(a.from).blocked, _holder(a.to).blocked);
        vm.assume(_call(caller, data));
        assert(both(both(time > a.validAfter, time < a.validBefore), both(!blocked, caller == a.to)));
        assert(both(fresh, _isUsed(a.from, a.nonce)));
    }

    /// @notice A nonce that is used or cancelled is refused by payment, receipt and cancellation, whatever is signed
    /// @custom:proves 14
    /// @custom:bound signatures in one of 65 bytes
    function check_usedNonce_refused(address caller, Authorization calldata a, uint40 time) public {
        _assumeTime(time);
        vm.assume(_isUsed(a.from, a.nonce));
        bytes memory data = abi.encodeWithSelector(PAY, a);
        if (svm.createBool("receive")) data = abi.encodeWithSelector(RECEIVE, a);
        else if (svm.createBool("cancel")) data = abi.encodeWithSelector(CANCEL, a.from, a.nonce, a.v, a.r, a.s);
        else if (svm.createBool("payBytes")) data = _inOne(PAY_BYTES, a);
        else if (svm.createBool("receiveBytes")) data = _inOne(RECEIVE_BYTES, a);
        else if (svm.createBool("cancelBytes")) data = _cancelInOne(a.from, a.nonce, a.v, a.r, a.s);
        assert(!_call(caller, data));
    }

    /// @notice A mint, a burn or a payout by key sets the caller's own nonce, which was unset, and no other, of anyone
    /// @custom:proves 14
    function check_key_nonce(
        address caller,
        address to,
        uint256 value,
        bytes32 key,
        address other,
        bytes32 nonce2,
        uint40 time
    ) public {
        _assumeTime(time);
        bool fresh = !_isUsed(caller, key);
        bool used2 = _isUsed(other, nonce2);
        vm.assume(_call(caller, _byKey(to, value, key)));
        assert(both(fresh, _isUsed(caller, key)));
        assert(either(both(other == caller, nonce2 == key), _isUsed(other, nonce2) == used2));
    }

    /// @notice A key that the caller has used or cancelled is refused by mint, burn and payout, whatever else holds
    /// @custom:proves 14
    function check_usedKey_refused(address caller, address to, uint256 value, bytes32 key, uint40 time) public {
        _assumeTime(time);
        vm.assume(_isUsed(caller, key));
        assert(!_call(caller, _byKey(to, value, key)));
    }

    function _byKey(address to, uint256 value, bytes32 key) private returns (bytes memory) {
        if (svm.createBool("mint")) return abi.encodeWithSignature("mint(address,uint256,bytes32)", to, value, key);
        if (svm.createBool("burn")) return abi.encodeWithSignature("burn(uint256,bytes32)", value, key);
        address[] memory receivers = new address[](1);
        uint256[] memory values = new uint256[](1);
        (receivers[0], values[0]) = (to, value);
        if (svm.createBool("payout")) {
            return abi.encodeWithSignature("payout(address[],uint256[],bytes32)", receivers, values, key);
        }
        return abi.encodeWithSignature("mintBatch(address[],uint256[],bytes32)", receivers, values, key);
    }

    /// @notice A cancellation sets its own nonce, which was unset, and no other, of anyone
    /// @custom:proves 14
    /// @custom:bound signature in one of 65 bytes
    function check_cancel_nonce(
        address caller,
        address signer,
        bytes32 nonce,
        uint8 v,
        bytes32 r,
        bytes32 s,
        address other,
        bytes32 nonce2
    ) public {
        bool fresh = !_isUsed(signer, nonce);
        bool used2 = _isUsed(other, nonce2);
        bytes memory data = abi.encodeWithSelector(CANCEL, signer, nonce, v, r, s);
        if (svm.createBool("bytes")) data = _cancelInOne(signer, nonce, v, r, s);
        vm.assume(_call(caller, data));
        assert(both(fresh, _isUsed(signer, nonce)));
        assert(either(both(other == signer, nonce2 == nonce), _isUsed(other, nonce2) == used2));
    }

    /// @notice A permit is in its time, counts the owner's nonce up by one, sets exactly that allowance, and is refused
    /// for a blocked owner
    /// @custom:proves 11 14
    /// @custom:bound signature in one of 65 bytes
    function check_permit_nonce(
        address caller,
        address owner,
        address spender,
        uint256 value,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s,
        uint40 time
    ) public {
        _assumeTime(time);
        _assumeHolder(owner);
        Holder memory a = _holder(owner);
        uint256 paused = _flags() & AUTHORIZATIONS_PAUSED;

        bytes memory data = abi.encodeWithSelector(PERMIT, owner, spender, value, deadline, v, r, s);
        if (svm.createBool("bytes")) {
            data = abi.encodeWithSelector(PERMIT_BYTES, owner, spender, value, deadline, abi.encodePacked(r, s, v));
        }
        vm.assume(_call(caller, data));

        assert(both(both(time <= deadline, paused == 0), !a.blocked));
        a.nonce = sum(a.nonce, 1);
        assert(_isSame(a, _holder(owner)));
        assert(_allowance(owner, spender) == value);
    }

    function _inOne(bytes4 selector, Authorization calldata a) private pure returns (bytes memory) {
        bytes memory signature = abi.encodePacked(a.r, a.s, a.v);
        return abi.encodeWithSelector(selector, a.from, a.to, a.value, a.validAfter, a.validBefore, a.nonce, signature);
    }

    function _cancelInOne(address signer, bytes32 nonce, uint8 v, bytes32 r, bytes32 s)
        private
        pure
        returns (bytes memory)
    {
        return abi.encodeWithSelector(CANCEL_BYTES, signer, nonce, abi.encodePacked(r, s, v));
    }

    function _isUsed(address account, bytes32 nonce) private view returns (bool) {
        uint256 word = _rawAt(AUTHORIZATIONS, _key(account), uint256(nonce) >> 8);
        return (word >> (uint256(nonce) & 0xff)) & 1 == 1;
    }
}
