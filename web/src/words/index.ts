// What the page says, in three languages.

import { en, type Key } from "./en";
import { ky } from "./ky";
import { ru } from "./ru";

export type Lang = "ky" | "ru" | "en";
export type { Key };

export interface Words {
  lang: Lang;
  point: string;
  bishkek: string;
  units: readonly [string, string, string, string];
  say(key: Key, values?: Record<string, string | number | bigint>): string;
}

export const LANGUAGES: Record<Lang, string> = { ky: "Кыргызча", ru: "Русский", en: "English" };
const TEXTS = { ky, ru, en };
const BISHKEK = { ky: "Бишкек", ru: "Бишкек", en: "Bishkek" };
const UNITS = {
  ky: ["күн", "саат", "мүн", "сек"],
  ru: ["дн.", "ч", "мин", "с"],
  en: ["d", "h", "min", "s"],
} as const;

export function words(lang: Lang): Words {
  return {
    lang,
    point: lang === "en" ? "." : ",",
    bishkek: BISHKEK[lang],
    units: UNITS[lang],
    say: (key, values = {}) =>
      TEXTS[lang][key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole)),
  };
}
