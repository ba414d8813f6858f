// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

// What is proven: the token and its logic, built once for all proofs, which deploy them from their artifacts.
// forge-lint: disable-next-line(unused-import)
import {KGST} from "../../contracts/KGST.sol";
// forge-lint: disable-next-line(unused-import)
import {KGSTLogic} from "../../contracts/KGSTLogic.sol";
