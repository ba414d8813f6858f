// Supply against backing at each attestation, as a drawing with its table.

import { moment, som, SOM } from "../format";
import { html, type Html } from "../html";
import type { Model } from "../model";

const [WIDTH, HEIGHT, LEFT, BOTTOM] = [640, 220, 8, 22];

interface Moment {
  time: number;
  supply: bigint;
  backing: bigint;
}

export function chart(m: Model): Html {
  const { words: w, snapshot } = m;
  const past: Moment[] = snapshot.history.map((one) => ({
    time: one.time, supply: BigInt(one.supply), backing: BigInt(one.backing),
  }));
  const last = { time: snapshot.block.time, supply: BigInt(snapshot.supply), backing: BigInt(snapshot.backing) };
  const points = [...past, last];
  const say = w.say("chart_alt", { n: points.length, supply: som(last.supply, w), backing: som(last.backing, w) });
  return html`<h2>${w.say("chart")}</h2><p class="small">${w.say("chart_note")}</p>
    <p class="legend"><span class="key-backing">${w.say("backing")}</span> <span class="key-supply">${w.say("supply")}</span></p>
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${say}" class="chart">${drawing(points, w.lang)}</svg>
    <details><summary>${w.say("table")}</summary><div class="scroll" tabindex="0" role="region" aria-label="${w.say("chart")}"><table>
      <thead><tr><th scope="col">${w.say("when")}</th><th scope="col" class="num">${w.say("supply")}, ${w.say("som")}</th>
        <th scope="col" class="num">${w.say("backing")}, ${w.say("som")}</th></tr></thead>
      <tbody>${points.map((one) => html`<tr><th scope="row">${moment(one.time, w)}</th>
        <td class="num">${som(one.supply, w)}</td><td class="num">${som(one.backing, w)}</td></tr>`)}</tbody></table></div></details>`;
}

function drawing(points: Moment[], lang: string): Html {
  const most = points.reduce((top, one) => [one.supply, one.backing, top].reduce((a, b) => (a > b ? a : b)), 1n);
  const [first, end] = [points[0]!.time, points[points.length - 1]!.time];
  const x = (time: number) => LEFT + ((time - first) / Math.max(1, end - first)) * (WIDTH - 2 * LEFT);
  const y = (base: bigint) => HEIGHT - BOTTOM - Number((base * 1000n) / most) / 1000 * (HEIGHT - BOTTOM - 24);
  // Figures hold until the next attestation: steps, not slopes.
  const line = (of: "supply" | "backing") =>
    points.map((one, n) => `${n ? `H${x(one.time).toFixed(1)}V` : `M${x(one.time).toFixed(1)} `}${y(one[of]).toFixed(1)}`).join("");
  const grid = [0n, most / 2n, most];
  const day = (time: number) => new Date((time + 21_600) * 1000).toISOString().slice(0, 10);
  const marks = (of: "supply" | "backing") =>
    points.map((one) => html`<circle class="dot-${of}" cx="${x(one.time).toFixed(1)}" cy="${y(one[of]).toFixed(1)}" r="3"/>`);
  return html`${grid.map((at) => html`<line class="grid" x1="0" x2="${WIDTH}" y1="${y(at).toFixed(1)}" y2="${y(at).toFixed(1)}"/>
      <text class="tick" x="2" y="${(y(at) - 4).toFixed(1)}">${brief(at, lang)}</text>`)}
    <path class="area" d="${line("supply")}V${HEIGHT - BOTTOM}H${x(first).toFixed(1)}Z"/>
    <path class="line-backing" d="${line("backing")}"/><path class="line-supply" d="${line("supply")}"/>
    ${marks("backing")}${marks("supply")}
    <text class="tick" x="2" y="${HEIGHT - 6}">${day(first)}</text>
    <text class="tick end" x="${WIDTH - 2}" y="${HEIGHT - 6}">${day(end)}</text>`;
}

function brief(base: bigint, lang: string): string {
  return new Intl.NumberFormat(lang === "en" ? "en" : "ru", { notation: "compact", maximumFractionDigits: 1 }).format(Number(base / SOM));
}
