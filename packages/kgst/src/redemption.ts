// Redemption: whom the bank is to pay, as a hash, and the nonce that binds a signed request to all of it.

import { encodeAbiParameters, hashStruct, keccak256, type Address, type Hex } from "viem";
import { types } from "./eip712.js";

/** As the payee's bank knows them; the issuer is told these off the chain, with the salt. */
export interface Payee {
  name: string;
  /** 16 digits, or an IBAN. */
  account: string;
  /** BIC, or six digits. */
  bank: string;
  inn?: string;
}

/** What a request carries in place of the payee. `salt` is 32 random bytes, new for each. */
export const payeeHash = (payee: Payee, salt: Hex): Hex =>
  hashStruct({ primaryType: "RedemptionPayee", types, data: { inn: "", ...payee, salt } });

export interface Request {
  requester: Address;
  amount: bigint;
  payeeHash: Hex;
  /** Any that this requester has not used with the same amount and payee. */
  salt: Hex;
}

/** The nonce of the `ReceiveWithAuthorization` to the desk by which the requester asks. */
export const redemptionNonce = ({ requester, amount, payeeHash, salt }: Request, desk: Address): Hex =>
  keccak256(
    encodeAbiParameters(
      [{ type: "address" }, { type: "uint256" }, { type: "bytes32" }, { type: "bytes32" }, { type: "address" }],
      [requester, amount, payeeHash, salt, desk],
    ),
  );
