// One self-contained file from the sources and a snapshot: node web/build.mjs SNAPSHOT OUT [--lang=ky] [--rpc=URL]…
//
// The same sources, packages and snapshot make the same bytes, in any folder: no path, time or name goes in.

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const HERE = dirname(fileURLToPath(import.meta.url));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { lang: { type: "string", default: "en" }, rpc: { type: "string", multiple: true, default: [] } },
});
const [from, to] = positionals;
if (!from || !to || !["ky", "ru", "en"].includes(values.lang)) {
  console.error("node web/build.mjs SNAPSHOT OUT [--lang=ky|ru|en] [--rpc=URL] [--rpc=URL]");
  process.exit(2);
}

async function bundled(entry, options) {
  const done = await build({
    entryPoints: [join(HERE, "src", entry)], absWorkingDir: HERE, bundle: true, write: false, minify: true,
    target: "es2022", charset: "utf8", legalComments: "none", logLevel: "error", ...options,
  });
  return done.outputFiles[0].text.trim();
}

const sha256 = (text, form) => createHash("sha256").update(text).digest(form);
// Nothing in a script element may end it.
const inScript = (json) => json.replaceAll("<", "\\u003c");

const snapshot = JSON.parse(readFileSync(from, "utf8"));
if (snapshot.schema !== "kgst/page/1") {
  console.error(`${from}: this is no snapshot: ape run page --json writes one`);
  process.exit(2);
}
const script = await bundled("main.ts", { format: "iife", platform: "browser" });
const style = await bundled("style.css", {});
const drawn = await bundled("static.ts", { format: "esm", platform: "node" });
const { body } = await import(`data:text/javascript;base64,${Buffer.from(drawn).toString("base64")}`);
const { title, markup } = body(snapshot, values.lang);

if (script.includes("</script")) throw new Error("the script would end its element");
// https: because the visitor chooses the nodes; a page from a file or another machine may ask a node of this one.
const policy = [
  "default-src 'none'", `script-src 'sha256-${sha256(script, "base64")}'`, `style-src 'sha256-${sha256(style, "base64")}'`,
  "connect-src https: http://localhost:* http://127.0.0.1:*", "base-uri 'none'", "form-action 'none'",
].join("; ");
const page = `<!doctype html>
<html lang="${values.lang}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${style}</style>
</head>
<body>
<div id="app">${markup}</div>
<script type="application/json" id="snapshot">${inScript(JSON.stringify(snapshot))}</script>
<script type="application/json" id="rpcs">${inScript(JSON.stringify(values.rpc))}</script>
<script>${script}</script>
</body>
</html>
`;
writeFileSync(to, page);
console.log(`${sha256(page, "hex")}  page`);
console.log(`${sha256(script, "hex")}  script`);
console.log(`${sha256(style, "hex")}  style`);
console.log(`${gzipSync(page, { level: 9 }).length} bytes compressed`);
