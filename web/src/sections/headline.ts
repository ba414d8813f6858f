// How it stands, where that comes from, and what contradicts it.

import { FLAGS, standing, verdict, type Figure } from "../figures";
import { moment, short, som, span } from "../format";
import { html, type Html } from "../html";
import { LAGS, proof, shown, type Model } from "../model";
import { coverageBps, owed, TYIYN } from "../figures";
import { amount, percent } from "../format";

const TONE = { fresh: "good", none: "calm", stale: "warn", halted: "warn", margin: "warn", deficit: "bad" } as const;

export function named(m: Model, figures: Figure[]): string {
  return figures.map((one) => m.words.say(one === "paused" ? "flags" : one)).join(", ");
}

export function headline(m: Model): Html {
  const { words: w } = m;
  const f = shown(m);
  const how = verdict(f);
  const margined = (f.reserves * TYIYN * 10_000n) / (10_000n + f.marginBps);
  const missing = how === "deficit" ? f.supply + owed(f) - f.reserves * TYIYN : f.supply + owed(f) - margined;
  const why = w.say(`${how}_why`, { until: moment(f.validUntil, w), short: som(missing, w) });
  const source = m.live
    ? w.say("from_chain", {
        nodes: w.say(m.live.nodes > 1 ? "two_nodes" : "one_node"),
        block: f.block,
        time: moment(f.time, w),
      })
    : w.say("from_snapshot", { block: f.block, time: moment(f.time, w) });
  // No colour praises what is not checked, or is contradicted.
  const told = alarms(m);
  const tone = m.live && !told.length ? TONE[how] : "calm";
  return html`<p class="source ${m.live ? "checked" : "unchecked"}" id="source">${source}</p>
    <div class="headline ${tone}" data-verdict="${how}">
      <h2>${w.say(how)}</h2>
      <p>${why}</p>
    </div>
    ${told.map((one) => html`<p class="alarm" role="alert">${one}</p>`)}
    ${notes(m).map((one) => html`<p class="note">${one}</p>`)}`;
}

function alarms(m: Model): string[] {
  const { words: w, live } = m;
  const found: string[] = [...m.trouble];
  if (live) {
    if (live.nodesDiffer.length) found.push(w.say("alarm_nodes", { what: named(m, live.nodesDiffer) }));
    if (live.otherFork) found.push(w.say("alarm_hash"));
    if (live.contradicts.length) found.push(w.say("alarm_snapshot", { what: named(m, live.contradicts) }));
    if (live.inconsistent) found.push(w.say("alarm_headroom"));
    found.push(...live.failures.map((what) => w.say("alarm_node", { what })));
    if (live.nodes < 2) found.push(w.say("alarm_alone"));
    if (live.lag > LAGS) found.push(w.say("alarm_old", { span: span(live.lag, w) }));
  }
  if (proof(m) === "not") found.push(w.say("alarm_signatures"));
  return found;
}

function notes(m: Model): string[] {
  const { words: w, live } = m;
  const f = shown(m);
  const found: string[] = [];
  if (live && live.nodes > 1 && !live.nodesDiffer.length) found.push(w.say("agreed"));
  if (live?.moved.length) found.push(w.say("moved", { what: named(m, live.moved) }));
  const paused = FLAGS.flatMap((_, bit) => ((f.paused >> BigInt(bit)) & 1n ? [w.say(`flag_${bit as 0 | 1 | 2 | 3}`)] : []));
  if (paused.length) found.push(w.say("paused", { what: paused.join(", ") }));
  if (f.consented) found.push(w.say("upgrade_pending", { address: f.consented }));
  if (f.delegateAll) found.push(w.say("delegate"));
  if (f.recovery) {
    const who = f.recovery.auditors.map(short).join(", ");
    found.push(w.say("recovery_pending", { who, at: moment(f.recovery.acceptableAt, w) }));
  }
  const late = f.requests.filter((one) => standing(one, f.time) === "overdue").length;
  if (late) found.push(w.say("overdue_note", { n: late }));
  return found;
}

export function figures(m: Model): Html {
  const { words: w } = m;
  const f = shown(m);
  const covered = coverageBps(f);
  const tiles: [string, Html | string, string][] = [
    ["supply", html`${amount(f.supply, w)} <small>${w.say("som")}</small>`, w.say("supply_note")],
    ["reserves", html`${amount(f.reserves * TYIYN, w)} <small>${w.say("som")}</small>`,
      f.epoch ? w.say("reserves_note", { at: moment(f.asOf, w) }) : ""],
    ["coverage", covered === null ? "–" : percent(covered, w), w.say("coverage_note")],
    ["headroom", html`${amount(f.headroom, w)} <small>${w.say("som")}</small>`, w.say("headroom_note")],
  ];
  const more: [string, Html][] = [
    ["backing", amount(f.backing, w)],
    ["owed", amount(owed(f), w)],
    ["burned", amount(f.burned, w)],
    ["escrow", amount(f.escrow, w)],
  ];
  return html`<dl class="tiles">
      ${tiles.map(([name, value, note]) => html`<div><dt>${w.say(name as "supply")}</dt>
        <dd id="figure-${name}">${value}</dd><dd class="small">${note}</dd></div>`)}
    </dl>
    ${age(m)}
    <dl class="rows">
      ${more.map(([name, value]) => html`<div><dt>${w.say(name as "backing")}</dt>
        <dd id="figure-${name}">${value} ${w.say("som")}</dd></div>`)}
    </dl>`;
}

function age(m: Model): Html | null {
  const { words: w } = m;
  const f = shown(m);
  if (!f.epoch) return null;
  const old = f.time - f.asOf;
  const over = old >= f.maxAge;
  const text = w.say(over ? "age_over" : "age_words", { age: span(old, w), max: span(f.maxAge, w) });
  const tone = over ? "bad" : old * 4n >= f.maxAge * 3n ? "warn" : "good";
  return html`<p class="age ${tone}" id="age"><span>${w.say("age")}: <strong>${text}</strong></span>
    <meter min="0" max="${f.maxAge}" value="${old < f.maxAge ? old : f.maxAge}" aria-label="${w.say("age")}"></meter></p>`;
}
