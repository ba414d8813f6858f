// The token and its desks, for viem. abi.ts, addresses.ts and eip712.ts are made from abi/ when this is packed.

export * from "./abi.js";
export * from "./addresses.js";
export * from "./eip712.js";
export * from "./payment.js";
export * from "./redemption.js";
