#!/usr/bin/env node
// The npm `solc` (the compiler as WebAssembly) behind the native compiler's command line, as far as
// py-solc-x, ape-solidity and forge use it: `--version` and `--standard-json` on stdin.
// Same compiler, same bytecode; it only starts more slowly than a native build.
"use strict";
const fs = require("node:fs");
const path = require("node:path");

const argv = process.argv.slice(2);
const root = path.resolve(__dirname, "..");

if (argv.includes("--version")) {
  // Answered without loading 8 MB of WebAssembly: callers ask several times per run.
  const bundle = fs.readFileSync(path.join(root, "node_modules/solc/package.json"), "utf8");
  const { version } = JSON.parse(bundle);
  const commits = { "0.8.37": "f401782d" };
  const commit = commits[version];
  if (!commit) throw new Error(`npm solc is ${version}; expected one of ${Object.keys(commits)}`);
  process.stdout.write(
    `solc, the solidity compiler commandline interface\nVersion: ${version}+commit.${commit}.Emscripten.clang\n`,
  );
  process.exit(0);
}

if (!argv.includes("--standard-json")) {
  process.stderr.write("solc: only --version and --standard-json are supported\n");
  process.exit(1);
}

const option = (name) => {
  const inline = argv.find((a) => a.startsWith(`${name}=`));
  if (inline) return inline.slice(name.length + 1);
  const at = argv.indexOf(name);
  return at < 0 ? undefined : argv[at + 1];
};
const base = path.resolve(option("--base-path") ?? ".");
const isBelow = (folder, file) => !path.relative(folder, file).startsWith("..");

const readSource = (name) => {
  const file = path.resolve(base, name);
  // As the native compiler does: nothing outside the base path is readable.
  if (!isBelow(base, file)) return { error: `${name} is outside ${base}` };
  try {
    return { contents: fs.readFileSync(file, "utf8") };
  } catch (error) {
    return { error: `${name}: ${error.message}` };
  }
};

const input = JSON.parse(fs.readFileSync(0, "utf8"));
for (const [name, source] of Object.entries(input.sources ?? {})) {
  if (source.content !== undefined || !source.urls) continue;
  const found = source.urls.map(readSource).find((r) => r.contents !== undefined);
  if (!found) {
    process.stderr.write(`solc: cannot read ${name}\n`);
    process.exit(1);
  }
  input.sources[name] = { content: found.contents };
}

const solc = require(path.join(root, "node_modules/solc/wrapper.js"))(
  require(path.join(root, "node_modules/solc/soljson.js")),
);
process.stdout.write(solc.compile(JSON.stringify(input), { import: readSource }));
