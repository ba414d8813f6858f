// The page of a period's report as a PDF: node tools/pdf.mjs REPORT.html [OUT.pdf], by default beside the page.
//
// By the Chromium of npm (x86-64 Linux), or the one that KGST_CHROMIUM names. It runs no script and reaches nothing. A
// PDF that is there is not replaced. Not the same bytes twice: a PDF has the moment in it at which it was made.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";

const END = { usage: 2, refused: 4, failed: 1 };
const [from, to = from?.replace(/\.html$/, ".pdf")] = process.argv.slice(2);

function end(code, why) {
  console.error(why);
  process.exit(code);
}

if (!from || from === to) end(END.usage, "name the page of a report: make pdf REPORT=…/report.html");
let page;
try {
  page = readFileSync(from, "utf8");
} catch (error) {
  end(END.usage, `${from}: cannot be read (${error.code}).`);
}
// What names the report's own hash is its page; whether it is that report's, figure for figure, `report verify` says.
if (!/^<!DOCTYPE html>[^]*KGST[^]*\b[0-9a-f]{64}\b/.test(page.trimStart())) end(END.usage, `${from}: this is no report.html of \`ape run report period\`.`);
if (existsSync(to)) end(END.refused, `${to}: is there already; move it away.`);

async function launched() {
  try {
    const { chromium } = await import("playwright-core");
    const own = process.env.KGST_CHROMIUM;
    const packed = own ? null : (await import("@sparticuz/chromium")).default;
    const args = (packed?.args ?? []).filter((one) => !/web-security|site-isolation|--single-process|--no-zygote/.test(one));
    return await chromium.launch({
      executablePath: own || (await packed.executablePath()), args: [...args, "--disable-background-networking", "--no-first-run"],
    });
  } catch (error) {
    const why = String(error.message).split("\n")[0];
    return end(END.failed, `No Chromium runs here (${why}). Name one by KGST_CHROMIUM=/path/to/chromium after \`make setup\`, or open ${from} in any browser and print it into a file.`);
  }
}

const browser = await launched();
try {
  const context = await browser.newContext({ javaScriptEnabled: false, offline: true });
  const opened = await context.newPage();
  await opened.setContent(page, { waitUntil: "load" });
  const small = (text) => `<div style="font: 7pt sans-serif; width: 100%; padding: 0 15mm; color: #4a5058">${text}</div>`;
  const pdf = await opened.pdf({
    format: "A4", margin: { top: "15mm", bottom: "18mm", left: "15mm", right: "15mm" }, printBackground: true,
    tagged: true, outline: true, displayHeaderFooter: true, headerTemplate: "<span></span>",
    footerTemplate: small('<span class="title"></span>, <span class="pageNumber"></span>/<span class="totalPages"></span>'),
  });
  writeFileSync(to, pdf, { flag: "wx" });
  console.log(`${resolve(to)}: ${pdf.length} bytes`);
} finally {
  await browser.close();
}
