// A browser told what to do by lines of JSON on standard input: {page, method, args}; answers {ok} or {error}, a line each.
// Requests go to files and to 127.0.0.1; what goes elsewhere is stopped and remembered.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import packed from "@sparticuz/chromium";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const browser = await chromium.launch({
  executablePath: process.env.KGST_CHROMIUM || (await packed.executablePath()),
  args: [...packed.args.filter((one) => !/web-security|site-isolation|--single-process|--no-zygote/.test(one)), "--disable-background-networking", "--no-first-run"],
});
const pages = new Map();

/** A wallet as EIP-6963 announces it, whose account the node at `url` lets act. */
function announce({ url, account }) {
  const asked = (window.walletAsked = []);
  const provider = {
    async request({ method, params = [] }) {
      asked.push(method);
      if (method === "eth_requestAccounts") return [account];
      const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
      const sent = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
      const answer = await sent.json();
      if (answer.error) throw answer.error;
      return answer.result;
    },
  };
  const info = { uuid: "b9a1", name: "Test <b>wallet</b>", icon: "data:,", rdns: "invalid.test" };
  const detail = Object.freeze({ info, provider });
  const tell = () => window.dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail }));
  window.addEventListener("eip6963:requestProvider", tell);
  tell();
}

async function open(id, { url, js = true, width = 1280, dark = false, print = false, wallet = null }) {
  const context = await browser.newContext({
    javaScriptEnabled: js, viewport: { width, height: 900 }, colorScheme: dark ? "dark" : "light", locale: "en-GB",
  });
  const strangers = [];
  const errors = [];
  await context.route(/^(?!file:|data:)/, async (route) => {
    if (new URL(route.request().url()).hostname === "127.0.0.1") return route.continue();
    strangers.push(route.request().url());
    return route.abort();
  });
  if (wallet) await context.addInitScript(announce, wallet);
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.on("pageerror", (error) => errors.push(String(error)));
  if (print) await page.emulateMedia({ media: "print" });
  await page.goto(url);
  pages.set(id, { page, context, strangers, errors });
}

const own = {
  open,
  async close(id) {
    const { context, strangers, errors } = pages.get(id);
    pages.delete(id);
    await context.close();
    return { strangers, errors };
  },
  async axe(id) {
    const { page } = pages.get(id);
    await page.evaluate(axe);
    const found = await page.evaluate(() => window.axe.run(document));
    return found.violations.map((one) => ({ id: one.id, impact: one.impact, where: one.nodes.map((node) => node.html.slice(0, 160)) }));
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { page, method, args } = JSON.parse(line);
  let answer;
  try {
    const done = method in own ? await own[method](page, ...args) : await pages.get(page).page[method](...args);
    answer = { ok: ["string", "number", "boolean", "object"].includes(typeof done) && method !== "screenshot" ? done : null };
  } catch (error) {
    answer = { error: String(error) };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}
await browser.close();
