// A redemption's payee: the bank's details, their salted hash, and a payee's leaf in a report.

import { concat, keccak256, stringToBytes, toHex } from "viem";
import type { Hex } from "./types";

export interface Details {
  name: string;
  account: string;
  bank: string;
  inn: string;
}

const TYPE = "RedemptionPayee(string name,string account,string bank,string inn,bytes32 salt)";
const text = (one: string): Hex => keccak256(stringToBytes(one));

/** What a request on the chain carries: hashStruct of EIP-712, of no domain. */
export function reference(d: Details, salt: Hex): Hex {
  return keccak256(concat([text(TYPE), text(d.name), text(d.account), text(d.bank), text(d.inn), salt]));
}

export const newSalt = (): Hex => toHex(crypto.getRandomValues(new Uint8Array(32)));

/** What the issuer has to be given: an entry of its register. */
export function entry(d: Details, salt: Hex, requester: Hex): string {
  const { inn, ...others } = d;
  return JSON.stringify({ ...others, ...(inn ? { inn } : {}), salt, requester }, null, 2);
}

const TEXT = /^[A-Za-zА-Яа-яЁёҢңӨөҮү0-9 /\-?:().,'+"«»№]{1,140}$/;
const MIXED = /[A-Za-z][А-Яа-яЁёҢңӨөҮү]|[А-Яа-яЁёҢңӨөҮү][A-Za-z]/;

export function isIban(account: string): boolean {
  if (!/^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$/.test(account)) return false;
  const moved = account.slice(4) + account.slice(0, 4);
  return BigInt([...moved].map((c) => parseInt(c, 36)).join("")) % 97n === 1n;
}

export type Wrong = "bad_name" | "bad_account" | "bad_bank" | "bad_inn";

/** The first field that banks would not take; null when all are well. */
export function wrong(d: Details): Wrong | null {
  if (!TEXT.test(d.name) || d.name !== d.name.trim() || d.name.includes("  ") || MIXED.test(d.name)) return "bad_name";
  if (!/^[0-9]{16}$/.test(d.account) && !isIban(d.account)) return "bad_account";
  if (!/^([A-Z]{6}[A-Z2-9][A-NP-Z0-9]([A-Z0-9]{3})?|[0-9]{6})$/.test(d.bank)) return "bad_bank";
  return /^([0-9]{14})?$/.test(d.inn) ? null : "bad_inn";
}

/** A redemption's leaf in a report. */
export function leaf(salt: Hex, id: string, base: bigint, state: "open" | "settled"): Hex {
  return keccak256(concat([salt, toHex(stringToBytes(`${id} ${base} ${state}`))]));
}
