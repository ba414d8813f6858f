// The page's frame, and the forms that stay while the rest is drawn anew.

import { html, type Html } from "./html";
import type { Model } from "./model";
import { chart } from "./sections/chart";
import { figures, headline } from "./sections/headline";
import { periods } from "./sections/periods";
import { payments } from "./sections/payments";
import { limits, powers } from "./sections/powers";
import { redemptions } from "./sections/redemptions";
import { reports } from "./sections/reports";
import { signatures } from "./sections/signatures";
import { LANGUAGES, type Lang } from "./words/index";

/** What is drawn anew when something is known better, by the id of its place. */
export const VIEWS: Record<string, (m: Model) => Html> = {
  headline, figures, signatures, chart, redemptions, powers, limits, reports, periods, payments,
};

const view = (m: Model, id: string): Html => html`<div id="${id}">${VIEWS[id]!(m)}</div>`;

export function page(m: Model): Html {
  const { words: w, snapshot } = m;
  const field = (id: string, label: string, type = "text", more: Html | string = ""): Html =>
    html`<label for="${id}">${label}</label><input id="${id}" type="${type}" autocomplete="off" spellcheck="false" ${more}>`;
  return html`<a class="skip" href="#main">${w.say("skip")}</a>
    <header>
      <p class="ribbon">${w.say(snapshot.chain_id === 56 ? "unofficial" : "testnet")}</p>
      <div class="bar"><h1>${w.say("title")}</h1>
        <label class="needs-js language" for="lang"><span class="hidden">${w.say("language")}</span><select id="lang">
          ${(Object.keys(LANGUAGES) as Lang[]).map((one) => html`<option value="${one}" lang="${one}" ${one === w.lang ? html`selected` : ""}>${LANGUAGES[one]}</option>`)}
        </select></label></div>
    </header>
    <main id="main" tabindex="-1">
      <section aria-live="polite" aria-label="KGST">${view(m, "headline")}${view(m, "figures")}</section>
      <section class="card needs-js"><h2>${w.say("check")}</h2><p>${w.say("check_intro")}</p>
        <form id="nodes" novalidate><div class="pair"><div>${field("node-a", w.say("node_a"), "url")}</div><div>${field("node-b", w.say("node_b"), "url")}</div></div>
          <button id="read">${w.say("read")}</button> <span id="busy" role="status"></span></form></section>
      <section class="card">${view(m, "signatures")}</section>
      <section class="card">${view(m, "chart")}</section>
      <section class="card needs-js"><h2>${w.say("report")}</h2><p>${w.say("report_intro")}</p>
        <div id="drop" class="drop"><label for="files">${w.say("report_choose")}</label><input id="files" type="file" multiple accept=".json,application/json"></div>
        ${view(m, "reports")}
        <details><summary>${w.say("leaf")}</summary><p>${w.say("leaf_intro")}</p>
          <form id="leaf" novalidate>${field("salt", w.say("salt"))}${field("reference", w.say("reference"))}${field("leaf-amount", w.say("amount"))}
            <button>${w.say("find")}</button><p id="leaf-says" role="status"></p></form></details></section>
      <section class="card needs-js"><h2>${w.say("period")}</h2><p>${w.say("period_intro")}</p>
        <div id="period-drop" class="drop"><label for="period-files">${w.say("period_choose")}</label><input id="period-files" type="file" multiple accept=".json,application/json"></div>
        ${view(m, "periods")}<p class="note">${w.say("period_trust")}</p></section>
      <section class="card needs-js"><h2>${w.say("proof")}</h2><p>${w.say("proof_intro")}</p>
        <div id="proof-drop" class="drop"><label for="proof-files">${w.say("proof_choose")}</label><input id="proof-files" type="file" multiple accept=".json,application/json"></div>
        ${view(m, "payments")}</section>
      <section class="card">${view(m, "redemptions")}</section>
      <section class="card needs-js no-print"><h2>${w.say("wallet")}</h2><p>${w.say("wallet_intro")}</p>
        <div id="wallets"></div><p id="wallet-says" role="status"></p>
        <form id="ask" novalidate hidden><div class="pair"><div>${field("ask-amount", w.say("amount"))}</div><div>${field("ask-name", w.say("name"))}</div>
            <div>${field("ask-account", w.say("acct"))}</div><div>${field("ask-bank", w.say("bankcode"))}</div><div>${field("ask-inn", w.say("inn"))}</div></div>
          <button>${w.say("ask")}</button></form>
        <div id="step"></div><div id="details"></div><div id="mine"></div></section>
      <section class="card">${view(m, "powers")}</section>
      <section class="card">${view(m, "limits")}</section>
    </main>`;
}
