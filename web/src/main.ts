// The page in a browser: what the visitor does, and what is drawn anew for it.

import { sha256, stringToBytes } from "viem";
import { parseSom } from "./format";
import { readLive } from "./live";
import { modelOf, signedFigures, type Model } from "./model";
import { page, VIEWS } from "./page";
import { leaf } from "./payee";
import { askNodes, isProof, MOST_BYTES, readProof } from "./payment";
import { certified, isPeriods, MOST_BYTES as MOST_OF_PERIODS, readFiled } from "./period";
import { readReport } from "./report";
import { NodeError } from "./rpc";
import type { Hex, Snapshot } from "./types";
import { verify } from "./verify";
import { Wallet } from "./wallet";
import { LANGUAGES, words, type Key, type Lang } from "./words/index";

const at = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;
const embedded = <T>(id: string): T => JSON.parse(at(id).textContent!) as T;

const snapshot = embedded<Snapshot>("snapshot");
const asked = new URLSearchParams(location.hash.slice(1));
const language = (): Lang => {
  const wanted = asked.get("lang") ?? navigator.language.slice(0, 2);
  return wanted in LANGUAGES ? (wanted as Lang) : (document.documentElement.lang as Lang);
};
const model: Model = modelOf(snapshot, words(language()));
const wallet = new Wallet(model, () => draw("redemptions"));

function draw(...ids: string[]): void {
  for (const id of ids.length ? ids : Object.keys(VIEWS)) at(id).innerHTML = VIEWS[id]!(model).text;
}

/** The whole page in the language that was chosen; what was typed stays. */
function drawAll(): void {
  const typed = [...document.querySelectorAll<HTMLInputElement>("input:not([type=file])")].map((one) => [one.id, one.value]);
  document.documentElement.lang = model.words.lang;
  document.title = model.words.say("title");
  at("app").innerHTML = page(model).text;
  for (const [id, value] of typed) at<HTMLInputElement>(id!).value = value!;
  listen();
  wallet.draw();
}

async function judgeSignatures(): Promise<void> {
  const signed = snapshot.signed;
  model.verified = signed && (await verify(signedFigures(model), signed, snapshot.chain_id, snapshot.contracts.token as Hex));
  draw("headline", "signatures");
}

async function readChain(event: Event): Promise<void> {
  event.preventDefault();
  if (model.busy) return;
  const urls = ["node-a", "node-b"].map((id) => at<HTMLInputElement>(id).value.trim());
  model.busy = true;
  at("busy").textContent = model.words.say("reading");
  model.trouble = [];
  model.nodes = [];
  try {
    if (urls[0] === urls[1]) throw new NodeError("https");
    model.live = await readLive(urls, snapshot, model.then);
    model.nodes = urls;
  } catch (error) {
    model.live = null;
    const why = (error as Error).message;
    const said: Record<string, Key> = { https: "alarm_url", "Invalid URL": "alarm_url" };
    const url = said[why] ?? (error instanceof TypeError ? "alarm_url" : null);
    model.trouble = [url ? model.words.say(url) : model.words.say("alarm_node", { what: why })];
  }
  model.busy = false;
  at("busy").textContent = "";
  await Promise.all([judgeSignatures(), compareProofs()]);
  draw();
}

type Kind = "reports" | "proofs" | "periods";

async function take(files: FileList | null, kind: Kind): Promise<void> {
  for (const file of files ?? []) {
    // One byte more than a proof may have is enough to refuse it.
    const most = { proofs: MOST_BYTES, periods: MOST_OF_PERIODS, reports: file.size }[kind];
    const bytes = new Uint8Array(await file.slice(0, most + 1).arrayBuffer());
    if (kind === "proofs" || isProof(bytes)) model.proofs.push(await readProof(file.name, bytes, snapshot));
    else if (kind === "periods" || isPeriods(bytes)) model.filed.push(readFiled(file.name, bytes));
    else model.reports.push(readReport(file.name, bytes));
  }
  for (const one of model.filed) {
    if (one.report) model.certified.set(one.sha256, await certified({ ...one, report: one.report }, model.filed, snapshot));
  }
  draw("reports", "periods", "payments");
  await compareProofs();
  draw("payments");
}

/** Asks the nodes that were read, and nobody before that. */
async function compareProofs(): Promise<void> {
  await Promise.all(model.proofs.map(async (one) => (one.nodes = await askNodes(one, model.nodes))));
}

function findLeaf(event: Event): void {
  event.preventDefault();
  const [salt, id, amount] = ["salt", "reference", "leaf-amount"].map((one) => at<HTMLInputElement>(one).value.trim());
  const base = parseSom(amount!);
  const says = at("leaf-says");
  if (!/^0x[0-9a-fA-F]{64}$/.test(salt!) || base === null) {
    says.textContent = model.words.say("leaf_bad");
    return;
  }
  const leaves = new Set(model.reports.flatMap((one) => one.report?.leaves ?? []));
  const found = (["open", "settled"] as const).find((state) => leaves.has(leaf(salt as Hex, id!, base, state)));
  says.textContent = model.words.say(found ? `leaf_${found}` : "leaf_absent");
}

function listen(): void {
  at("lang").addEventListener("change", () => {
    model.words = words(at<HTMLSelectElement>("lang").value as Lang);
    drawAll();
    at("lang").focus();
  });
  at("nodes").addEventListener("submit", (event) => void readChain(event));
  at("leaf").addEventListener("submit", findLeaf);
  for (const [kind, before] of [["reports", ""], ["proofs", "proof-"], ["periods", "period-"]] as const) {
    const [files, drop] = [at<HTMLInputElement>(`${before}files`), at(`${before}drop`)];
    files.addEventListener("change", () => void take(files.files, kind));
    drop.addEventListener("dragover", (event) => event.preventDefault());
    drop.addEventListener("drop", (event) => {
      event.preventDefault();
      void take(event.dataTransfer?.files ?? null, kind);
    });
  }
  wallet.listen();
}

const hashed = (element: Element | null): string => sha256(stringToBytes(element?.textContent ?? "")).slice(2);
model.self = { script: hashed(document.currentScript), style: hashed(document.querySelector("style")) };
document.documentElement.classList.add("js");
drawAll();
["a", "b"].forEach((one, n) => {
  at<HTMLInputElement>(`node-${one}`).value = asked.getAll("rpc")[n] ?? embedded<string[]>("rpcs")[n] ?? "";
});
void judgeSignatures();
wallet.discover();
