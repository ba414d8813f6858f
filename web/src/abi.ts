// Of the contracts, what the page reads and asks a wallet to call. A test holds it to their own interfaces.

import { parseAbi } from "viem";

export const TOKEN = parseAbi([
  "struct Attestation { uint256 epoch; uint256 reserves; uint256 settled; uint256 asOf; bytes32 reportHash; }",
  "function solvency() view returns (uint256 supply, uint256 backing, uint256 burned, uint256 validUntil)",
  "function headroom() view returns (uint256)",
  "function lastAttestation() view returns (Attestation)",
  "function reserveLimits() view returns (uint256 maxAge, uint256 maxIncreaseBps, uint256 marginBps)",
  "function halts() view returns (uint256)",
  "function pauseFlags() view returns (uint256)",
  "function delegateAll() view returns (bool)",
  "function auditorSet() view returns (address[] auditors, uint256 threshold, uint256 version, uint256 suspended)",
  "function auditorsProposal() view returns (address[] auditors, uint256 threshold, uint256 acceptableAt)",
  "function implementation() view returns (address)",
  "function approvedImplementation() view returns (address approved, bytes32 codeHash, bytes32 dataHash, uint256 nonce)",
  "function balanceOf(address) view returns (uint256)",
  "function allowance(address owner, address spender) view returns (uint256)",
  "function approve(address spender, uint256 value) returns (bool)",
  "struct Issuer { uint256 available; uint256 capacity; uint256 refillPerSecond; bool mayBurn; bool desk; }",
  "function issuerOf(address account) view returns (Issuer)",
]);

export const DESK = parseAbi([
  "struct Request { address requester; uint256 amount; uint8 state; uint256 time; bytes32 payeeHash; bool burned; }",
  "function requestCount() view returns (uint256)",
  "function escrow() view returns (uint256)",
  "function requestOf(uint256 id) view returns (Request)",
  "function request(uint256 amount, bytes32 payeeHash) returns (uint256 id)",
  "function withdraw(uint256 id)",
]);

/** What a payment leaves behind, or an order that takes tokens; other events of the token are counted. */
export const EVENTS = parseAbi([
  "event Transfer(address indexed from, address indexed to, uint256 value)",
  "event Approval(address indexed owner, address indexed spender, uint256 value)",
  "event AuthorizationUsed(address indexed authorizer, bytes32 indexed nonce)",
  "event ForcedTransfer(address indexed from, address indexed to, uint256 amount)",
  "event OrderExecuted(bytes32 indexed orderHash, address indexed account, uint256 value)",
]);
