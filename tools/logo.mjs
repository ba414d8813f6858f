// kgst/publish/logo.png, 256 pixels wide, from logo.svg beside it, by Chromium: node tools/logo.mjs

import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import packed from "@sparticuz/chromium";
import { chromium } from "playwright-core";

const folder = join(dirname(fileURLToPath(import.meta.url)), "..", "kgst", "publish");
const browser = await chromium.launch({
  executablePath: process.env.KGST_CHROMIUM || (await packed.executablePath()),
  args: [...packed.args, "--disable-background-networking", "--no-first-run"],
});
const page = await browser.newPage();
const png = await page.evaluate(async (svg) => {
  const [image, canvas] = [new Image(256, 256), document.createElement("canvas")];
  image.src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
  await image.decode();
  canvas.width = canvas.height = 256;
  canvas.getContext("2d").drawImage(image, 0, 0, 256, 256);
  return canvas.toDataURL("image/png");
}, readFileSync(join(folder, "logo.svg"), "utf8"));
writeFileSync(join(folder, "logo.png"), Buffer.from(png.split(",")[1], "base64"));
await browser.close();
