// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IKGST} from "../../contracts/interfaces/IKGST.sol";
import {both, either, isAbove, isMin, sum} from "./Logic.sol";
import {TokenProof} from "./TokenProof.sol";

/// @title What minting and burning do, to the base unit
/// @dev `third` is any other account: what is shown of it holds for every account that the call does not name.
contract IssuanceProof is TokenProof {
    string private constant BATCH = "mintBatch(address[],uint256[])";

    /// @notice A mint: receiver, supply and quota change by exactly the value, within quota, headroom and time; no one
    /// else's balance moves
    /// @custom:proves 1 2 5 10 17
    function check_mint_effects(address caller, address to, uint256 value, address third, uint40 time) public {
        _assumeStart(caller, to, third, time);
        Sums memory s = _sums();
        Holder memory a = _holder(to);
        Holder memory c = _holder(third);
        Quota memory q = _quota(caller);
        uint256 filled = _filled(q, time);
        _assumeProductCommutes(q, time);
        uint256 flags = _flags();

        vm.assume(_call(caller, abi.encodeWithSignature("mint(address,uint256)", to, value)));

        assert(both(both(value <= filled, value <= q.capacity), q.capacity != 0));
        assert(both(sum(s.supply, value) <= s.backing, time < s.validUntil));
        assert(both(flags & MINTING_PAUSED == 0, !a.blocked));
        s.supply = sum(s.supply, value);
        assert(_isSame(s, _sums()));
        a.balance = sum(a.balance, value);
        assert(_isSame(a, _holder(to)));
        assert(either(third == to, _isSame(c, _holder(third))));
        Quota memory left = _quota(caller);
        assert(left.refilledAt == time);
        assert(isMin(sum(left.available, value), filled, q.capacity));
        (q.available, q.refilledAt) = (left.available, time);
        assert(_isSame(q, left));
    }

    /// @notice A mint that quota, headroom, time, pause and receiver allow succeeds, whatever the other flags
    /// @custom:proves 5 8 12
    function check_mint_whenAllowed(address caller, address to, uint256 value, uint40 time) public {
        _assumeStart(caller, to, to, time);
        Quota memory q = _quota(caller);
        _assumeProductCommutes(q, time);
        vm.assume(both(both(value <= _filled(q, time), value <= q.capacity), q.capacity != 0));
        vm.assume(both(sum(_sums().supply, value) <= _sums().backing, time < _sums().validUntil));
        vm.assume(both(_flags() & MINTING_PAUSED == 0, !_holder(to).blocked));
        assert(_call(caller, abi.encodeWithSignature("mint(address,uint256)", to, value)));
    }

    /// @notice A batch mints to each receiver exactly its values, to the supply their sum
    /// @custom:proves 1 2 5 17
    /// @custom:bound 2 receivers
    function check_mintBatch_effects(address caller, address[2] calldata to, uint256[2] calldata values, uint40 time)
        public
    {
        address third = svm.createAddress("third");
        _assumeStart(caller, to[0], to[1], time);
        _assumeHolders(to[0], to[1], third);
        Sums memory s = _sums();
        Holder memory a = _holder(to[0]);
        Holder memory b = _holder(to[1]);
        Holder memory c = _holder(third);

        vm.assume(_call(caller, abi.encodeWithSignature(BATCH, _list(to[0], to[1]), _list(values[0], values[1]))));

        uint256 total = sum(values[0], values[1]);
        assert(both(both(values[0] <= total, sum(s.supply, total) <= s.backing), time < s.validUntil));
        s.supply = sum(s.supply, total);
        assert(_isSame(s, _sums()));
        a.balance = sum(a.balance, to[0] == to[1] ? total : values[0]);
        assert(_isSame(a, _holder(to[0])));
        b.balance = sum(b.balance, to[0] == to[1] ? total : values[1]);
        assert(_isSame(b, _holder(to[1])));
        assert(either(either(third == to[0], third == to[1]), _isSame(c, _holder(third))));
    }

    /// @notice A burn: caller and supply fall by the value, backing too (not below 0), burned rises by it
    /// @custom:proves 1 3 4 10 11 17
    function check_burn_effects(address caller, uint256 value, address third, uint40 time) public {
        _assumeStart(caller, caller, third, time);
        Sums memory s = _sums();
        Holder memory a = _holder(caller);
        Holder memory c = _holder(third);
        uint256 mayBurn = _quota(caller).mayBurn;
        uint256 flags = _flags();

        vm.assume(_call(caller, abi.encodeWithSignature("burn(uint256)", value)));

        assert(both(both(mayBurn == 1, flags & BURNING_PAUSED == 0), both(!a.blocked, _isUnfrozen(value, a))));
        Holder memory left = _holder(caller);
        assert(sum(left.balance, value) == a.balance);
        a.balance = left.balance;
        assert(_isSame(a, left));
        assert(either(third == caller, _isSame(c, _holder(third))));
        _assertBurned(s, _sums(), value);
    }

    /// @notice A burn that permission, balance and pause allow succeeds, in a deficit, expired or halted
    /// @custom:proves 8 12
    function check_burn_whenAllowed(address caller, uint256 value, uint40 time) public {
        _assumeStart(caller, caller, caller, time);
        vm.assume(both(_quota(caller).mayBurn == 1, _flags() & BURNING_PAUSED == 0));
        vm.assume(both(!_holder(caller).blocked, _isUnfrozen(value, _holder(caller))));
        // A fact about the world: 4.7 quadrillion som are never burned.
        vm.assume(sum(_sums().burned, value) <= MAX_72);
        assert(_call(caller, abi.encodeWithSignature("burn(uint256)", value)));
    }

    /// @notice burnBlocked(x): ΔS = −x, ΔB = x, of a blocked account only; unfreezes no more than it takes
    /// @custom:proves 1 3 4 11 13 17
    function check_burnBlocked_effects(address caller, address account, uint256 value, address third, uint40 time)
        public
    {
        _assumeStart(caller, account, third, time);
        Sums memory s = _sums();
        Holder memory a = _holder(account);
        Holder memory c = _holder(third);

        vm.assume(_call(caller, abi.encodeCall(IKGST.burnBlocked, (account, value, bytes32(0), MAX_72))));

        assert(both(both(a.blocked, !_isReserved(account)), both(value <= a.balance, _quota(account).desk == 0)));
        Holder memory left = _holder(account);
        assert(sum(left.balance, value) == a.balance);
        assert(_isFreezeLeft(a, left, value));
        assert(both(left.frozen <= a.frozen, a.frozen <= sum(left.frozen, value)));
        (a.balance, a.frozen) = (left.balance, left.frozen);
        assert(_isSame(a, left));
        assert(either(third == account, _isSame(c, _holder(third))));
        _assertBurned(s, _sums(), value);
    }

    /// @notice At validUntil and after it every mint reverts
    /// @custom:proves 5
    /// @custom:bound mintBatch to 2 receivers
    function check_mint_expired(address caller, address to, uint256 value, uint40 time) public {
        _assumeStart(caller, to, to, time);
        vm.assume(time >= _sums().validUntil);
        bytes memory data = svm.createBool("batch")
            ? abi.encodeWithSignature(BATCH, _list(to, caller), _list(value, 0))
            : abi.encodeWithSignature("mint(address,uint256)", to, value);
        assert(!_call(caller, data));
    }

    /// @notice setIssuer writes the terms as given, of an address that may hold tokens; what was a desk stays one
    /// @custom:proves 10 17
    function check_setIssuer_effects(
        address caller,
        address issuer,
        uint256 capacity,
        uint256 refill,
        bool mayBurn,
        uint40 time
    ) public {
        _assumeTime(time);
        _assumeIssuer(issuer, time);
        uint256 desk = _quota(issuer).desk;
        vm.assume(_call(caller, abi.encodeCall(IKGST.setIssuer, (issuer, capacity, refill, mayBurn))));
        Quota memory q = _quota(issuer);
        assert(both(!_isReserved(issuer), both(q.capacity == capacity, q.refill == refill)));
        assert(both(both(q.mayBurn == (mayBurn ? 1 : 0), q.refilledAt == time), both(q.desk == desk, q.spare == 0)));
    }

    /// @notice lowerIssuer raises neither capacity nor refill nor what is available, and leaves mayBurn and desk
    /// @custom:proves 10 17
    function check_lowerIssuer_effects(address caller, address issuer, uint256 capacity, uint256 refill, uint40 time)
        public
    {
        _assumeTime(time);
        _assumeIssuer(issuer, time);
        Quota memory q = _quota(issuer);
        uint256 filled = _filled(q, time);
        _assumeProductCommutes(q, time);
        vm.assume(_call(caller, abi.encodeCall(IKGST.lowerIssuer, (issuer, capacity, refill))));
        Quota memory left = _quota(issuer);
        assert(both(both(capacity <= q.capacity, refill <= q.refill), left.refilledAt == time));
        assert(both(left.available <= filled, left.available <= capacity));
        (q.capacity, q.refill, q.available, q.refilledAt) = (capacity, refill, left.available, time);
        assert(_isSame(q, left));
    }

    /// @notice cutIssuer leaves nothing of an issuer, neither quota nor the right to burn; a desk stays one
    /// @custom:proves 10
    function check_cutIssuer_effects(address caller, address issuer) public {
        uint256 word = _rawAt(ISSUERS, _key(issuer));
        vm.assume(_call(caller, abi.encodeCall(IKGST.cutIssuer, (issuer))));
        assert(both(word != 0, _rawAt(ISSUERS, _key(issuer)) == word & (1 << 249)));
    }

    /// @notice setDesk sets the bit of a desk alone, of an issuer that has code, is not blocked and has nothing frozen
    /// @custom:proves 10
    function check_setDesk_effects(address caller, address desk) public {
        uint256 word = _rawAt(ISSUERS, _key(desk));
        vm.assume(_call(caller, abi.encodeCall(IKGST.setDesk, (desk))));
        assert(both(word != 0, desk.code.length != 0));
        assert(both(!_holder(desk).blocked, _holder(desk).frozen == 0));
        assert(_rawAt(ISSUERS, _key(desk)) == word | (1 << 249));
    }

    function _assumeStart(address caller, address account, address third, uint256 time) private {
        _assumeTime(time);
        _assumeIssuer(caller, time);
        _assumeHolders(account, third);
    }

    function _assertBurned(Sums memory a, Sums memory b, uint256 value) private pure {
        assert(sum(b.supply, value) == a.supply);
        assert(b.burned == sum(a.burned, value));
        assert(both(isAbove(b.backing, a.backing, value), both(b.validUntil == a.validUntil, b.top == a.top)));
    }

    function _list(address a, address b) private pure returns (address[] memory list) {
        list = new address[](2);
        (list[0], list[1]) = (a, b);
    }

    function _list(uint256 a, uint256 b) private pure returns (uint256[] memory list) {
        list = new uint256[](2);
        (list[0], list[1]) = (a, b);
    }
}
