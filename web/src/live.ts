// Both nodes read in one final block, compared with each other and with the snapshot.

import { commonBlock, hashAt, read } from "./chain";
import { contradictions, differences, type Figure } from "./figures";
import { contradictsItself, type Live } from "./model";
import { Node, NodeError } from "./rpc";
import type { Figures, Snapshot } from "./types";

/** Raises NodeError where no node gives figures. */
export async function readLive(urls: string[], snapshot: Snapshot, then: Figures): Promise<Live> {
  const failures: string[] = [];
  const host = (node: Node) => new URL(node.url).host;
  const alive: Node[] = [];
  for (const node of urls.map((url) => new Node(url))) {
    try {
      await commonBlock([node], snapshot.chain_id);
      alive.push(node);
    } catch (error) {
      failures.push(`${host(node)}: ${(error as Error).message}`);
    }
  }
  if (!alive.length) throw new NodeError(failures.join("; "));
  const at = await commonBlock(alive, snapshot.chain_id);
  const tried = await Promise.all(
    alive.map((node) =>
      Promise.all([read(node, at, snapshot), hashAt(node, snapshot.block.number).catch(() => null)]).catch((error: Error) => {
        failures.push(`${host(node)}: ${error.message}`);
        return null;
      }),
    ),
  );
  const answers = tried.filter((one) => one !== null);
  if (!answers.length) throw new NodeError(failures.join("; "));
  const [figures] = answers[0]!;
  const others = answers.slice(1).map(([one]) => one);
  const unique = (found: Figure[]): Figure[] => [...new Set(found)];
  const contradicts = unique(answers.flatMap(([one]) => contradictions(then, comparable(one, then))));
  return {
    figures,
    nodes: answers.length,
    nodesDiffer: unique(others.flatMap((one) => differences(figures, one))),
    contradicts,
    moved: differences(then, figures).filter((one) => !contradicts.includes(one) && one !== "time" && one !== "hash"),
    inconsistent: answers.some(([one]) => contradictsItself(one)),
    otherFork: answers.some(([, hash]) => hash !== snapshot.block.hash),
    lag: Math.floor(Date.now() / 1000) - Number(figures.time),
    failures,
  };
}

/** Of requests only those that the snapshot has. */
function comparable(now: Figures, then: Figures): Figures {
  const ids = then.requests.map((one) => one.id);
  return { ...now, requests: now.requests.filter((one) => ids.includes(one.id)) };
}
