// What shop, payer and facilitator have to know of KGST: where it is, how it is signed for, and how som become base units.

import { readFileSync } from "node:fs";
import { createPublicClient, http } from "viem";
import { bsc, bscTestnet } from "viem/chains";

const DECIMALS = 6;

const listed = JSON.parse(readFileSync(new URL("../../abi/addresses.json", import.meta.url), "utf8"));

export const RPC = process.env.RPC ?? "http://127.0.0.1:8545";
export const chain = [bscTestnet, bsc].find(({ id }) => id === Number(process.env.CHAIN ?? 97));
/** CAIP-2, as x402's second version names networks. */
export const network = `eip155:${chain.id}`;
export const token = process.env.TOKEN ?? listed[chain.id]?.KGST.address;
if (!token) throw new Error(`abi/addresses.json has no KGST on chain ${chain.id}: set TOKEN`);

/** Fields of the EIP-712 domain that a payer cannot read out of a price; x402 hands them on in `extra`. */
const extra = { name: "KGST", version: "1" };

/** Base units of an amount like "25.50": exactly, or not at all. x402's own conversion cuts off what is too fine. */
export function baseUnits(som) {
  const [, whole, fraction = ""] = /^(0|[1-9]\d*)(?:\.(\d+))?$/.exec(som) ?? [];
  if (whole === undefined || fraction.length > DECIMALS) throw new Error(`${som}: no amount of som`);
  return BigInt(whole + fraction.padEnd(DECIMALS, "0"));
}

/** "25.50 som", all six decimals where they are needed. */
export function inSom(units) {
  const digits = BigInt(units).toString().padStart(DECIMALS + 1, "0");
  const fraction = digits.slice(-DECIMALS).replace(/0{1,4}$/, "");
  return `${digits.slice(0, -DECIMALS)}.${fraction} som`;
}

/** For `registerMoneyParser`: prices of this shop are som, on this chain, and nothing else. */
export async function money(amount, where) {
  if (where !== network) throw new Error(`${where}: this shop takes KGST on ${network}`);
  return { amount: baseUnits(amount).toString(), asset: token, extra };
}

export const reader = createPublicClient({ chain, transport: http(RPC), pollingInterval: 100 });
const abi = JSON.parse(readFileSync(new URL("../../abi/KGST.json", import.meta.url), "utf8"));

export const balanceOf = (account) =>
  reader.readContract({ address: token, abi, functionName: "balanceOf", args: [account] });
