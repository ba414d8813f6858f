// A holder's own wallet, found as EIP-6963 says: asks for redemption, takes tokens back. Nothing is signed unsaid.

import { decodeFunctionResult, encodeFunctionData, getAddress, type Abi } from "viem";
import { DESK, TOKEN } from "./abi";
import { requestOf } from "./chain";
import { withdrawable } from "./figures";
import { parseSom, short, som } from "./format";
import { html } from "./html";
import { shown, type Model } from "./model";
import { entry, newSalt, reference, wrong, type Details } from "./payee";
import { clock } from "./sections/redemptions";
import type { Hex, Request } from "./types";
import type { Key } from "./words/index";

interface Provider {
  request(asked: { method: string; params?: unknown[] }): Promise<any>;
}
interface Announced {
  info: { uuid: string; name: string };
  provider: Provider;
}

const MOST_OWN = 500n;
const PATIENCE_MS = 120_000;
const at = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;

export class Wallet {
  private found: Announced[] = [];
  private provider: Provider | null = null;
  private account: Hex | null = null;
  private balance = 0n;
  private mine: Request[] = [];

  constructor(private readonly model: Model, private readonly changed: () => void) {}

  discover(): void {
    window.addEventListener("eip6963:announceProvider", (event) => {
      const { detail } = event as CustomEvent<Announced>;
      if (this.found.every((one) => one.info.uuid !== detail.info.uuid)) this.found.push(detail);
      this.draw();
    });
    window.dispatchEvent(new Event("eip6963:requestProvider"));
    this.draw();
  }

  listen(): void {
    at("ask").addEventListener("submit", (event) => {
      event.preventDefault();
      void this.told(() => this.ask());
    });
  }

  draw(): void {
    const { words: w } = this.model;
    at("wallets").innerHTML = (this.account
      ? html`<p>${w.say("connected", { address: this.account, balance: som(this.balance, w) })}</p>`
      : this.found.length
        ? html`${this.found.map((one, n) => html`<button type="button" data-wallet="${n}">${w.say("connect", { name: one.info.name.slice(0, 40) })}</button> `)}`
        : html`<p class="small">${w.say("wallet_none")}</p>`).text;
    at("wallets").querySelectorAll<HTMLElement>("[data-wallet]").forEach((one) =>
      one.addEventListener("click", () => void this.told(() => this.connect(this.found[Number(one.dataset.wallet)]!))));
    at("ask").hidden = !this.account;
    const now = BigInt(Math.floor(Date.now() / 1000));
    const time = shown(this.model).time > now ? shown(this.model).time : now;
    at("mine").innerHTML = (this.mine.length
      ? html`<h3>${w.say("your_requests")}</h3><ul>${this.mine.map((one) => html`<li>№ ${one.id}: ${som(one.amount, w)} ${w.say("som")}, ${clock(this.model, one, time)}
          ${withdrawable(one, time) ? html`<br><button type="button" data-back="${one.id}">${w.say("take_back", { id: one.id, amount: som(one.amount, w) })}</button>` : null}</li>`)}</ul>`
      : html``).text;
    at("mine").querySelectorAll<HTMLElement>("[data-back]").forEach((one) =>
      one.addEventListener("click", () => void this.told(() => this.takeBack(this.mine.find((each) => each.id === Number(one.dataset.back))!))));
  }

  /** Whatever goes wrong is said. */
  private async told(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      at("step").innerHTML = "";
      const why = (error as { message?: string }).message ?? String(error);
      this.say("wallet_failed", { why: why.slice(0, 200) });
    }
    this.draw();
  }

  private say(key: Key | null, values: Record<string, string | number> = {}): void {
    at("wallet-says").textContent = key ? this.model.words.say(key, values) : "";
  }

  private ask_(method: string, ...params: unknown[]): Promise<any> {
    return this.provider!.request({ method, params });
  }

  private async call(to: Hex, abi: Abi, functionName: string, args: unknown[] = []): Promise<any> {
    const data = await this.ask_("eth_call", { to, data: encodeFunctionData({ abi, functionName, args }) }, "latest");
    return decodeFunctionResult({ abi, functionName, data });
  }

  private get at(): { token: Hex; desk: Hex } {
    const { token, redemption_desk: desk } = this.model.snapshot.contracts as Record<string, Hex>;
    return { token: token!, desk: desk! };
  }

  private async connect(one: Announced): Promise<void> {
    this.provider = one.provider;
    const [account] = await this.ask_("eth_requestAccounts");
    await this.requireChain();
    this.account = getAddress(account);
    await this.refresh();
    this.say(null);
  }

  private async requireChain(): Promise<void> {
    const id = this.model.snapshot.chain_id;
    if (Number(await this.ask_("eth_chainId")) !== id) throw new Error(this.model.words.say("wrong_chain", { id }));
  }

  private async refresh(): Promise<void> {
    const { token, desk } = this.at;
    this.balance = await this.call(token, TOKEN, "balanceOf", [this.account]);
    const count: bigint = await this.call(desk, DESK, "requestCount");
    this.mine = [];
    for (let id = count; id > 0n && id > count - MOST_OWN; id--) {
      const found = await this.call(desk, DESK, "requestOf", [id]);
      if (getAddress(found.requester) !== this.account) continue;
      this.mine.push(requestOf(Number(id), found));
    }
    this.changed();
  }

  /** What the wallet is about to ask, in words; goes on only when the holder says so. */
  private consent(key: Key, values: Record<string, string | number>): Promise<void> {
    const { words: w } = this.model;
    at("step").innerHTML = html`<div class="step" role="alertdialog" aria-labelledby="step-says"><p id="step-says">${w.say(key, values)}</p>
      <button type="button" id="yes">${w.say("yes")}</button> <button type="button" id="no" class="quiet">${w.say("no")}</button></div>`.text;
    at("yes").focus();
    return new Promise((go, stop) => {
      at("yes").addEventListener("click", () => { at("step").innerHTML = ""; go(); });
      at("no").addEventListener("click", () => { at("step").innerHTML = ""; stop(new Error(w.say("no"))); });
    });
  }

  private async send(to: Hex, abi: Abi, functionName: string, args: unknown[]): Promise<void> {
    await this.requireChain();
    const data = encodeFunctionData({ abi, functionName, args });
    const hash = await this.ask_("eth_sendTransaction", { from: this.account, to, data });
    this.say("waiting_block");
    for (const end = Date.now() + PATIENCE_MS; ; await new Promise((go) => setTimeout(go, 500))) {
      const receipt = await this.ask_("eth_getTransactionReceipt", hash);
      if (receipt && Number(receipt.status) === 1) return;
      if (receipt || Date.now() > end) throw new Error(hash);
    }
  }

  private async ask(): Promise<void> {
    const { words: w, snapshot } = this.model;
    const typed = (id: string) => at<HTMLInputElement>(id).value.trim();
    const details: Details = { name: typed("ask-name"), account: typed("ask-account"), bank: typed("ask-bank"), inn: typed("ask-inn") };
    const least = BigInt(snapshot.redemptions.minimum);
    const amount = parseSom(typed("ask-amount"));
    if (amount === null || amount < least || amount > this.balance) return this.say("bad_amount", { min: som(least, w) });
    const bad = wrong(details);
    if (bad) return this.say(bad);
    const { token, desk } = this.at;
    // A false page could name an address of its own, and have the holder approve it.
    if (!(await this.call(token, TOKEN, "issuerOf", [desk])).desk) return this.say("no_desk", { desk });
    const salt = newSalt();
    const shownAmount = som(amount, w);
    // First what the issuer has to know: tokens in escrow whose payee nobody can name would wait for nothing.
    at("details").innerHTML = html`<p>${w.say("details_send")}</p><pre id="payee" tabindex="0">${entry(details, salt, this.account!)}</pre>`.text;
    if ((await this.call(token, TOKEN, "allowance", [this.account, desk])) < amount) {
      await this.consent("say_approve", { desk, amount: shownAmount });
      await this.send(token, TOKEN, "approve", [desk, amount]);
    }
    const { name, account, bank } = details;
    await this.consent("say_request", { amount: shownAmount, name, account, bank });
    await this.send(desk, DESK, "request", [amount, reference(details, salt)]);
    await this.refresh();
    const mine = this.mine.find((one) => one.payeeHash === reference(details, salt));
    this.say("done_request", { id: mine?.id ?? short(reference(details, salt)) });
  }

  private async takeBack(one: Request): Promise<void> {
    await this.consent("say_withdraw", { id: one.id, amount: som(one.amount, this.model.words) });
    await this.send(this.at.desk, DESK, "withdraw", [BigInt(one.id)]);
    await this.refresh();
    this.say("done_withdraw");
  }
}
