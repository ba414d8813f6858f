// Where a contract keeps what: reads its sources, says its storage layout, and what a layout before it would lose.
//
// In, on stdin:  {root, modules, source, contract, old?}
// Out, on stdout: {layout: {storage, words}, problems: [{kind, field, old, new}]} or {error}
//
// The compiler stops before any code is made, so this takes a few seconds. @openzeppelin/upgrades-core compares: it
// compiles a second time with a variable for each ERC-7201 namespace, so that solc tells the namespaces' layout too.
"use strict";
const fs = require("node:fs");
const path = require("node:path");

const { root, modules, source, contract, old } = JSON.parse(fs.readFileSync(0, "utf8"));
const load = (name) => require(require.resolve(path.join(modules, name)));
const core = "@openzeppelin/upgrades-core/dist";
const { extractStorageLayout } = load(`${core}/storage/extract.js`);
const { getDetailedLayout } = load(`${core}/storage/layout.js`);
const { getStorageUpgradeReport } = load(`${core}/storage/index.js`);
const { makeNamespacedInput } = load(`${core}/utils/make-namespaced.js`);
const { withValidationDefaults } = load(`${core}/validate/overrides.js`);
const { solcInputOutputDecoder } = load(`${core}/src-decoder.js`);
const { astDereferencer, findAll } = load("solidity-ast/utils.js");
const solc = load("solc/wrapper.js")(load("solc/soljson.js"));

const sources = {};
const read = (name) => {
  const file = path.join(name.startsWith("@") ? modules : root, name);
  try {
    const content = fs.readFileSync(file, "utf8");
    sources[name] = { content };
    return { contents: content };
  } catch (error) {
    return { error: `${name}: ${error.message}` };
  }
};

const compile = (input) => {
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: read }));
  const errors = (output.errors ?? []).filter((e) => e.severity === "error");
  if (errors.length) throw new Error(errors.map((e) => e.formattedMessage.trim()).join("\n"));
  return output;
};

const select = { "*": { "": ["ast"], "*": ["storageLayout"] } };
const inputOf = (files) => ({
  language: "Solidity",
  sources: files,
  settings: { evmVersion: "prague", outputSelection: select },
});

const contextIn = (output) => {
  const contractDef = [...findAll("ContractDefinition", output.sources[source].ast)].find((c) => c.name === contract);
  if (!contractDef) throw new Error(`${source} has no contract ${contract}`);
  return {
    contractDef,
    deref: astDereferencer(output),
    storageLayout: output.contracts[source][contract].storageLayout,
  };
};

/** Every constant beside the packed words: masks, shifts, flags, the namespace's slot. As text, spaces made one. */
const wordsIn = (output) => {
  const words = {};
  for (const [name, { ast }] of Object.entries(output.sources)) {
    if (!name.startsWith("contracts/ledger/")) continue;
    const text = Buffer.from(sources[name].content, "utf8");
    for (const definition of findAll("ContractDefinition", ast)) {
      for (const node of definition.nodes) {
        if (node.nodeType !== "VariableDeclaration" || !node.constant) continue;
        const [start, length] = node.value.src.split(":").map(Number);
        const value = text.subarray(start, start + length).toString("utf8");
        words[`${definition.name}.${node.name}`] = value.replace(/\s+/g, " ");
      }
    }
  }
  return words;
};

const layoutOf = () => {
  const entry = read(source);
  if (entry.error) throw new Error(entry.error);
  const output = compile(inputOf({ [source]: sources[source] }));
  const input = inputOf({ ...sources }); // those that it imports among them, by now
  const here = contextIn(output);
  const namespaced = contextIn(compile(makeNamespacedInput(input, output)));
  const storage = extractStorageLayout(
    here.contractDef,
    solcInputOutputDecoder(input, output, root),
    here.deref,
    here.storageLayout,
    namespaced,
  );
  return { storage, words: wordsIn(output) };
};

const typeOf = (field) => field?.type?.item?.label ?? null;
const described = (field) => (field ? `${field.label}: ${typeOf(field)}` : null);

/** One difference of upgrades-core as lines that name the very field; structs are entered. */
function* lines(op, prefix) {
  if (op.kind === "delete-namespace") {
    yield { kind: "removed", field: op.namespace, old: op.original.contract, new: null };
    return;
  }
  const field = prefix + (op.original ?? op.updated).label;
  if (op.kind === "typechange" || op.kind === "shrinkgap") {
    let change = op.change;
    let inside = "";
    while (change.inner) {
      change = change.inner;
      inside += "[]";
    }
    if (change.kind === "struct members") {
      for (const inner of change.ops) yield* lines(inner, `${field}${inside}.`);
    } else {
      yield { kind: "retyped", field, old: described(op.original), new: described(op.updated) };
    }
    return;
  }
  if (op.kind === "layoutchange") {
    const place = (at) => (at ? `slot ${at.slot}, byte ${at.offset}` : null);
    yield { kind: "moved", field, old: place(op.original), new: place(op.updated) };
    return;
  }
  const kinds = { insert: "inserted", delete: "removed", rename: "renamed", append: "appended" };
  const kind = kinds[op.kind] ?? "replaced";
  yield { kind, field, old: described(op.original), new: described(op.updated) };
}

/** Fields of user-defined value types by name: two types over one uint256 are the same to upgrades-core. */
const wordTypes = ({ types, namespaces }) => {
  const found = {};
  const enter = (type, name) => {
    if (type.item.underlying) found[name] = type.item.label;
    for (const member of type.item.members ?? []) if (member.type) enter(member.type, `${name}.${member.label}`);
    if (type.head === "t_mapping") enter(type.args[1], `${name}[]`);
    if (type.head === "t_array") enter(type.args[0], `${name}[]`);
  };
  for (const storage of Object.values(namespaces ?? {})) {
    for (const field of getDetailedLayout({ storage, types })) enter(field.type, field.label);
  }
  return found;
};

/** A mask of flags may take bits that were spare: PAUSE_FLAGS from 15 to 31. It may lose none. */
const grown = (name, old, now) => {
  const [before, after] = [old, now].map((text) => (/^\d+$/.test(text ?? "") ? BigInt(text) : null));
  return name.endsWith("_FLAGS") && before !== null && after !== null && (before & after) === before;
};

const problemsOf = (before, after) => {
  const found = [];
  const report = getStorageUpgradeReport(before.storage, after.storage, withValidationDefaults({}));
  for (const op of report.ops) found.push(...lines(op, ""));
  const words = wordTypes(after.storage);
  for (const [field, type] of Object.entries(wordTypes(before.storage))) {
    if (words[field] && words[field] !== type) found.push({ kind: "retyped", field, old: type, new: words[field] });
  }
  for (const [name, value] of Object.entries(before.words)) {
    const now = after.words[name] ?? null;
    if (now !== value && !grown(name, value, now)) found.push({ kind: now === null ? "removed" : "changed", field: name, old: value, new: now });
  }
  return found;
};

try {
  const layout = layoutOf();
  process.stdout.write(JSON.stringify({ layout, problems: old ? problemsOf(old, layout) : [] }));
} catch (error) {
  process.stdout.write(JSON.stringify({ error: String(error.message ?? error) }));
}
