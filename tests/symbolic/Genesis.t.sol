// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IKGST} from "../../contracts/interfaces/IKGST.sol";
import {both} from "./Logic.sol";
import {OutsideHarness} from "./OutsideHarness.sol";
import {TokenProof} from "./TokenProof.sol";

/// @title The first state satisfies what every other proof assumes
contract GenesisProof is TokenProof {
    bytes32 private holderZero;
    bytes32 private issuerZero;

    function setUp() public override {
        // The compiler works these hashes out beforehand; halmos must have seen them made to know them for a mapping's
        // entry.
        holderZero = _slot(0, bytes32(LAYOUT + ACCOUNTS));
        issuerZero = _slot(0, bytes32(LAYOUT + ISSUERS));
        logic = _deploy("KGSTLogic", abi.encode(30 days));
        outside = address(new OutsideHarness());
    }

    /// @notice However it is initialised, the token starts with nothing issued, backed, burned or valid, with no flag
    /// set, the two reserved addresses blocked, and a set of auditors whose majority is needed
    /// @custom:proves 1 2 5 7 12
    /// @custom:bound 3 auditors
    function check_genesis(
        address[3] calldata auditors,
        uint256 threshold,
        uint256 maxAge,
        uint256 maxIncrease,
        uint256 margin,
        uint40 time
    ) public {
        _assumeTime(time);
        address anyone = svm.createAddress("anyone");
        address[] memory list = new address[](3);
        (list[0], list[1], list[2]) = (auditors[0], auditors[1], auditors[2]);
        IKGST.Initialization memory init = IKGST.Initialization(outside, list, threshold, maxAge, maxIncrease, margin);
        token = _deploy("KGST", abi.encode(logic, abi.encodeCall(IKGST.initialize, (init))));

        bool formed = both(_isRecordWellFormed(time), _areSettingsWellFormed());
        formed = both(formed, both(_isHolderWellFormed(anyone), _isQuotaWellFormed(_quota(anyone), time)));
        formed = both(formed, both(_isSeatWellFormed(anyone), _isProposalWellFormed()));
        formed = both(formed, both(_raw(FLAGS) == 0, _implementation() == _key(logic)));
        bool empty = both(_raw(SOLVENCY) == 0, _holder(anyone).balance == 0);
        empty = both(empty, _rawAt(ISSUERS, _key(anyone)) == 0);
        assert(both(both(formed, empty), both(_holder(token).blocked, _holder(address(0)).blocked)));
    }
}
