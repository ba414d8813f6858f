// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {State} from "../../contracts/desks/Redemption.sol";
import {RedemptionDesk} from "../../contracts/desks/RedemptionDesk.sol";
import {IKGST} from "../../contracts/interfaces/IKGST.sol";
import {IRedemptionDesk} from "../../contracts/interfaces/IRedemptionDesk.sol";
import {Cheats} from "./Cheats.sol";
import {LettingHarness, NotingHarness} from "./Desks.sol";
import {both, either, implies} from "./Logic.sol";

/// @title A request at the redemption desk: whose tokens it holds, and who gets them
/// @dev The desk's storage starts unknown, but for its authority; its sum of claims holds what the request claims.
contract RedemptionDeskProof is Cheats {
    /// @dev Of each request, so that no solver has to multiply: 12,345.67 som.
    uint256 private constant TYIYN = 1_234_567;

    LettingHarness private manager;
    NotingHarness private token;
    RedemptionDesk private desk;
    /// @dev What all other requests claim.
    uint256 private others;

    function setUp() public {
        manager = new LettingHarness();
        token = new NotingHarness();
        desk = new RedemptionDesk(address(manager), IKGST(address(token)), 3 days, 2 days, 100e6);
    }

    /// @notice The requester of an arbitrary request that is not locked, or is locked and past `payBy`, withdraws it at
    /// any time: the token is asked once to give him just its amount, the sum of claims falls by that, and the request
    /// is withdrawn. (That the token then does it, unless transfers are paused or he is blocked, is `PaymentsProof`.)
    /// @custom:bound a request of 12,345.67 som
    function check_withdraw_possible(uint256 id) public {
        IRedemptionDesk.Request memory request = _start(id);
        bool late = both(request.state == State.Locked, block.timestamp >= request.time);
        vm.assume(either(request.state == State.Requested, late));
        vm.prank(request.requester);
        (bool ok,) = address(desk).call(abi.encodeCall(desk.withdraw, (id)));
        assert(ok);
        assert(both(token.transfers() == 1, token.to() == request.requester));
        assert(token.value() == request.amount);
        assert(desk.escrow() == others);
        assert(desk.requestOf(id).state == State.Withdrawn);
    }

    /// @notice Nobody but its requester withdraws an arbitrary request, nor he before its time or after it has ended
    /// @custom:bound a request of 12,345.67 som
    function check_withdraw_onlyRequester(uint256 id, address caller) public {
        IRedemptionDesk.Request memory request = _start(id);
        vm.prank(caller);
        (bool ok,) = address(desk).call(abi.encodeCall(desk.withdraw, (id)));
        bool late = both(request.state == State.Locked, block.timestamp >= request.time);
        assert(implies(ok, both(caller == request.requester, either(request.state == State.Requested, late))));
        assert(implies(!ok, token.transfers() == 0));
    }

    /// @notice A request is confirmed as paid only while it is locked or was returned, by whom the AccessManager lets;
    /// a second confirmation right after it changes nothing and burns nothing; what was returned burns nothing again
    /// @custom:bound one request, of 12,345.67 som, in each of the two calls
    function check_confirmPaid_once(uint256 id, address caller, bytes32 first, bytes32 second) public {
        IRedemptionDesk.Request memory request = _start(id);
        uint256[] memory ids = new uint256[](1);
        ids[0] = id;
        vm.prank(caller);
        (bool ok,) = address(desk).call(abi.encodeCall(desk.confirmPaid, (ids, first)));
        assert(implies(ok, manager.permits()));
        State state = desk.requestOf(id).state;
        bool possible = either(request.state == State.Locked, request.state == State.Returned);
        assert(implies(state != request.state, both(ok, both(possible, state == State.Paid))));
        uint256 burned = token.burns();
        assert(implies(burned != 0, both(request.state == State.Locked, token.value() == request.amount)));
        vm.assume(both(ok, state == State.Paid));
        uint256 escrow = desk.escrow();
        vm.prank(caller);
        (ok,) = address(desk).call(abi.encodeCall(desk.confirmPaid, (ids, second)));
        assert(both(desk.requestOf(id).state == State.Paid, token.burns() == burned));
        assert(both(desk.escrow() == escrow, token.transfers() == 0));
    }

    function witness_withdraw(uint256 id) public {
        IRedemptionDesk.Request memory request = _start(id);
        vm.prank(request.requester);
        (bool ok,) = address(desk).call(abi.encodeCall(desk.withdraw, (id)));
        assert(!ok);
    }

    function witness_confirmPaid(uint256 id) public {
        _start(id);
        uint256[] memory ids = new uint256[](1);
        ids[0] = id;
        vm.prank(address(0xca11e5));
        (bool ok,) = address(desk).call(abi.encodeCall(desk.confirmPaid, (ids, bytes32(0))));
        assert(!both(ok, token.burns() != 0));
    }

    /// @dev Any state of the desk at any time in which its sum of claims holds that of `id`, in words that are put
    /// together here: solvers take sums of fields apart badly.
    function _start(uint256 id) private returns (IRedemptionDesk.Request memory request) {
        svm.enableSymbolicStorage(address(desk));
        vm.store(address(desk), bytes32(0), bytes32(uint256(uint160(address(manager)))));
        vm.warp(svm.createUint(33, "now"));
        manager.choose();
        token.choose();
        request.requester = svm.createAddress("requester");
        uint256 tyiyn = TYIYN;
        request.amount = tyiyn * 1e4;
        request.time = svm.createUint(33, "time");
        uint256 state = svm.createUint(4, "state");
        vm.assume(state <= uint256(type(State).max));
        request.state = State(state);
        uint256 word = uint256(uint160(request.requester)) | tyiyn << 160 | request.time << 219 | state << 252;
        vm.store(address(desk), keccak256(abi.encode(id, uint256(2))), bytes32(word));
        others = svm.createUint(71, "others");
        vm.store(
            address(desk), bytes32(uint256(1)), bytes32(others + request.amount | svm.createUint(64, "count") << 72)
        );
        vm.assume(others + request.amount <= type(uint72).max);
    }
}
