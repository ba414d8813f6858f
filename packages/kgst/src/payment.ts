// EIP-3009: what a payer signs, and the arguments of the call by which anybody then submits it.

import { toHex, type Address, type Hex } from "viem";
import { domain, types } from "./eip712.js";

export const DECIMALS = 6;
/** Base units of 1 som. */
export const SOM: bigint = 1_000_000n;

/** `value` in base units; holds for block times above `validAfter` and below `validBefore`, in seconds. */
export interface Authorization {
  from: Address;
  to: Address;
  value: bigint;
  validAfter: bigint;
  validBefore: bigint;
  nonce: Hex;
}

/** As given; valid at once and with a random nonce unless it says otherwise. */
export function authorization(
  given: Omit<Authorization, "validAfter" | "nonce"> & Partial<Authorization>,
): Authorization {
  const { from, to, value, validAfter = 0n, validBefore, nonce = randomWord() } = given;
  return { from, to, value, validAfter, validBefore, nonce };
}

export type Signed = "TransferWithAuthorization" | "ReceiveWithAuthorization";
/** The token's EIP-712 domain. It has no salt. */
export type Domain = { name: string; version: string; chainId: number; verifyingContract: Address };

export const domainOf = (chainId: number, token: Address): Domain => ({ ...domain, chainId, verifyingContract: token });

/** For viem's `signTypedData`. `ReceiveWithAuthorization` is for payees that are contracts: they alone submit it. */
export function typed<T extends Signed>(
  primaryType: T, chainId: number, token: Address, message: Authorization,
): { domain: Domain; types: Record<T, (typeof types)[T]>; primaryType: T; message: Authorization } {
  const own = { [primaryType]: types[primaryType] } as Record<T, (typeof types)[T]>;
  return { domain: domainOf(chainId, token), types: own, primaryType, message };
}

/** Of the functions that end in `bytes signature`: a key's 65 bytes, or what a contract takes by ERC-1271. */
export const argumentsOf = (
  { from, to, value, validAfter, validBefore, nonce }: Authorization, signature: Hex,
): readonly [Address, Address, bigint, bigint, bigint, Hex, Hex] =>
  [from, to, value, validAfter, validBefore, nonce, signature];

/** 32 bytes that nobody guesses. */
export const randomWord = (): Hex => toHex(crypto.getRandomValues(new Uint8Array(32)));
