// Text into markup: whatever is put in between is escaped, unless it is markup of this module's own making.

export class Html {
  constructor(readonly text: string) {}
}

type Piece = Html | string | number | bigint | null | undefined | false | Piece[];

const ESCAPES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
// Marks that would reverse or hide the text around them.
const INVISIBLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

function piece(one: Piece): string {
  if (one instanceof Html) return one.text;
  if (Array.isArray(one)) return one.map(piece).join("");
  if (one === null || one === undefined || one === false) return "";
  return String(one).replace(INVISIBLE, "?").replace(/[&<>"']/g, (c) => ESCAPES[c]!);
}

export function html(parts: TemplateStringsArray, ...values: Piece[]): Html {
  return new Html(parts.reduce((text, part, n) => text + piece(values[n - 1]) + part));
}
