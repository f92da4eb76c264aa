// What a tool is to be called with, in a form in which nothing can hide: a person reads it before saying yes.

/**
 * One argument. `path` is where it stands, e.g. `nodes.0.name`; `text` what it holds, whole, with the marks of `revealed`;
 * `isLong`: it has lines of its own.
 * @typedef {{path: string, text: string, isLong: boolean}} Line
 */

const HIDDEN = /[\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}]|(?![\n\t])\p{Cc}|(?! )\p{Zs}/gu;
const LONG = 60;

/** A text in which what has no shape, or turns the direction of reading, is written as its number: `‹U+202E›`. */
export function revealed(/** @type {string} */ text) {
  return text.replace(HIDDEN, (character) => `‹U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}›`);
}

/** Every value of the arguments, each with where it stands. Nothing is left out, empty objects and lists included. @returns {Line[]} */
export function readable(/** @type {any} */ value, path = "") {
  const inside = value && typeof value === "object" ? Object.entries(value) : [];
  if (!inside.length) return [{ path, ...shown(value) }];
  return inside.flatMap(([name, each]) => readable(each, path ? `${path}.${revealed(name)}` : revealed(name)));
}

function shown(value) {
  const text = typeof value === "string" ? revealed(value) : JSON.stringify(value);
  return { text: text === "" ? "“”" : text, isLong: text.length > LONG || text.includes("\n") };
}
