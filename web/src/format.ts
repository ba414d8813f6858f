// Amounts, moments and spans for people.

import { html, type Html } from "./html";
import type { Words } from "./words/index";

export const SOM = 1_000_000n;

/** `1 000.00`, exactly: more decimals where there are more. */
export function som(base: bigint, w: Words): string {
  const sign = base < 0n ? "−" : "";
  const size = base < 0n ? -base : base;
  const whole = (size / SOM).toString().replace(/\B(?=(\d{3})+$)/g, "\u00a0");
  const decimals = (size % SOM).toString().padStart(6, "0").replace(/0{1,4}$/, "");
  return `${sign}${whole}${w.point}${decimals}`;
}

/** The same, with the exact number of base units in the markup. */
export const amount = (base: bigint, w: Words): Html => html`<data value="${base}">${som(base, w)}</data>`;

/** Som with two decimals at most into base units; null when it is none. */
export function parseSom(text: string): bigint | null {
  const found = /^(\d{1,15})(?:[.,](\d{1,2}))?$/.exec(text.replace(/[\s\u00a0]/g, ""));
  return found && BigInt(found[1]!) * SOM + BigInt((found[2] ?? "").padEnd(2, "0")) * 10_000n;
}

export function percent(bps: bigint, w: Words): string {
  return `${bps / 100n}${w.point}${(bps % 100n).toString().padStart(2, "0")}\u00a0%`;
}

const BISHKEK = 6 * 3600;

/** In Bishkek and in UTC. */
export function moment(seconds: bigint | number, w: Words): string {
  const at = (shift: number) => new Date((Number(seconds) + shift) * 1000).toISOString();
  const [here, utc] = [at(BISHKEK), at(0)];
  const rest = here.slice(0, 10) === utc.slice(0, 10) ? utc.slice(11, 16) : utc.slice(0, 16).replace("T", " ");
  return `${here.slice(0, 16).replace("T", " ")} ${w.bishkek} (${rest} UTC)`;
}

/** The two largest units. */
export function span(seconds: bigint | number, w: Words): string {
  let left = Math.max(0, Number(seconds));
  const parts: string[] = [];
  for (const [unit, size] of [[w.units[0], 86_400], [w.units[1], 3600], [w.units[2], 60], [w.units[3], 1]] as const) {
    const many = Math.floor(left / size);
    left -= many * size;
    if (many) parts.push(`${many}\u00a0${unit}`);
    if (parts.length === 2 || (parts.length && !many)) break;
  }
  return parts.join(" ") || `0\u00a0${w.units[3]}`;
}

export const short = (hex: string): string => `${hex.slice(0, 6)}…${hex.slice(-4)}`;
