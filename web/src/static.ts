// The page as it is without a script: for the build.

import { modelOf } from "./model";
import { page } from "./page";
import type { Snapshot } from "./types";
import { words, type Lang } from "./words/index";

export function body(snapshot: Snapshot, lang: Lang): { title: string; markup: string } {
  const w = words(lang);
  return { title: w.say("title"), markup: page(modelOf(snapshot, w)).text };
}
