// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IKGST} from "../../contracts/interfaces/IKGST.sol";
import {above, both, either, implies, less, sum} from "./Logic.sol";
import {TokenProof} from "./TokenProof.sol";

/// @title What minting and burning do, to the base unit
/// @dev `third` is any other account: what is shown of it holds for every account that the call does not name.
contract IssuanceProof is TokenProof {
    /// @notice A mint: receiver, supply and quota change by exactly the value, within quota, headroom and time; no one
    /// else's balance moves
    /// @custom:proves 1 2 5 10 17
    function check_mint_effects(address caller, address to, uint256 value, address third, uint40 time) public {
        _assumeStart(caller, to, third, time);
        Sums memory s = _sums();
        Holder memory a = _holder(to);
        Holder memory c = _holder(third);
        Quota memory q = _quota(caller);
        uint256 level = _level(q, time);
        uint256 flags = _flags();

        vm.assume(_call(caller, abi.encodeCall(IKGST.mint, (to, value))));

        bool allowed =
            both(both(value <= level, sum(s.supply, value) <= s.backing), both(q.capacity != 0, time < s.validUntil));
        allowed = both(allowed, both(flags & MINTING_PAUSED == 0, !a.blocked));
        bool moved = _isMoved(a, _holder(to), sum(a.balance, value));
        moved = both(moved, either(third == to, _isSame(c, _holder(third))));
        Quota memory left = _quota(caller);
        bool taken = both(left.available == less(level, value), left.refilledAt == time);
        taken = both(taken, both(left.capacity == q.capacity, both(left.refill == q.refill, left.mayBurn == q.mayBurn)));
        s.supply = sum(s.supply, value);
        assert(both(both(allowed, moved), both(taken, _isSame(s, _sums()))));
    }

    /// @notice A mint that quota, headroom, time, pause and receiver allow succeeds, whatever the other flags
    /// @custom:proves 5 8 12
    function check_mint_whenAllowed(address caller, address to, uint256 value, uint40 time) public {
        _assumeStart(caller, to, to, time);
        vm.assume(both(value <= _level(_quota(caller), time), _quota(caller).capacity != 0));
        vm.assume(both(sum(_sums().supply, value) <= _sums().backing, time < _sums().validUntil));
        vm.assume(both(_flags() & MINTING_PAUSED == 0, !_holder(to).blocked));
        assert(_call(caller, abi.encodeCall(IKGST.mint, (to, value))));
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

        vm.assume(_call(caller, abi.encodeCall(IKGST.mintBatch, (_list(to[0], to[1]), _list(values[0], values[1])))));

        uint256 total = sum(values[0], values[1]);
        bool allowed = both(both(values[0] <= total, sum(s.supply, total) <= s.backing), time < s.validUntil);
        uint256 first = sum(a.balance, to[0] == to[1] ? total : values[0]);
        uint256 second = sum(b.balance, to[0] == to[1] ? total : values[1]);
        bool moved = both(_isMoved(a, _holder(to[0]), first), _isMoved(b, _holder(to[1]), second));
        bool named = either(third == to[0], third == to[1]);
        moved = both(moved, either(named, _isSame(c, _holder(third))));
        s.supply = sum(s.supply, total);
        assert(both(both(allowed, moved), _isSame(s, _sums())));
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

        vm.assume(_call(caller, abi.encodeCall(IKGST.burn, (value))));

        bool allowed = both(both(mayBurn == 1, flags & BURNING_PAUSED == 0), both(!a.blocked, value <= _unfrozen(a)));
        bool moved = _isMoved(a, _holder(caller), less(a.balance, value));
        moved = both(moved, either(third == caller, _isSame(c, _holder(third))));
        assert(both(both(allowed, moved), _isSame(_burned(s, value), _sums())));
    }

    /// @notice A burn that permission, balance and pause allow succeeds, in a deficit, expired or halted
    /// @custom:proves 8 12
    function check_burn_whenAllowed(address caller, uint256 value, uint40 time) public {
        _assumeStart(caller, caller, caller, time);
        vm.assume(both(_quota(caller).mayBurn == 1, _flags() & BURNING_PAUSED == 0));
        vm.assume(both(!_holder(caller).blocked, value <= _unfrozen(_holder(caller))));
        // A fact about the world: 4.7 quadrillion som are never burned.
        vm.assume(sum(_sums().burned, value) <= MAX_72);
        assert(_call(caller, abi.encodeCall(IKGST.burn, (value))));
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

        vm.assume(_call(caller, abi.encodeCall(IKGST.burnBlocked, (account, value, bytes32(0)))));

        bool allowed = both(both(a.blocked, !_isReserved(account)), value <= a.balance);
        a.frozen = less(a.frozen, above(value, _unfrozen(a)));
        bool moved = _isMoved(a, _holder(account), less(a.balance, value));
        moved = both(moved, either(third == account, _isSame(c, _holder(third))));
        assert(both(both(allowed, moved), _isSame(_burned(s, value), _sums())));
    }

    /// @notice Within one epoch, a mint, a burn and a mint again: minted in all ≤ the headroom at first
    /// @custom:proves 4
    function check_mintBurnMint(address[3] calldata callers, uint256[3] calldata values, uint40 time) public {
        _assumeTime(time);
        _assumeHolders(callers[0], callers[1], callers[2]);
        for (uint256 i; i < 3; ++i) {
            _assumeIssuer(callers[i], time);
        }
        uint256 headroom = _headroom(_sums());
        vm.assume(_call(callers[0], abi.encodeCall(IKGST.mint, (callers[1], values[0]))));
        vm.assume(_call(callers[1], abi.encodeCall(IKGST.burn, (values[1]))));
        vm.assume(_call(callers[2], abi.encodeCall(IKGST.mint, (callers[2], values[2]))));
        bool fit = both(values[0] <= headroom, values[2] <= headroom);
        assert(both(fit, sum(values[0], values[2]) <= headroom));
    }

    /// @notice At validUntil and after it every mint reverts
    /// @custom:proves 5
    function check_mint_expired(address caller, address to, uint256 value, uint40 time) public {
        _assumeStart(caller, to, to, time);
        vm.assume(time >= _sums().validUntil);
        bool minted = _call(caller, abi.encodeCall(IKGST.mint, (to, value)));
        bool batch = _call(caller, abi.encodeCall(IKGST.mintBatch, (_list(to, caller), _list(value, 0))));
        assert(!either(minted, batch));
    }

    function _assumeStart(address caller, address account, address third, uint256 time) private {
        _assumeTime(time);
        _assumeIssuer(caller, time);
        _assumeHolders(account, third);
    }

    function _isMoved(Holder memory a, Holder memory b, uint256 balance) private pure returns (bool) {
        return both(b.balance == balance, _differInBalance(a, b));
    }

    function _burned(Sums memory s, uint256 value) private pure returns (Sums memory) {
        return Sums(less(s.supply, value), above(s.backing, value), sum(s.burned, value), s.validUntil);
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
