// What changed between two versions of a context, line by line: from `GET contexts/{id}/diff/`. Pure.

import { worded } from "./statements.js";

/**
 * A member of the content, with what is gone and what is new. Of a list these are its entries; of anything else the whole value.
 * @typedef {{name: string, gone: string[], fresh: string[]}} Difference
 */

/** @param {{added: Record<string, any>, removed: Record<string, any>, changed: Record<string, {from: any, to: any}>}} diff @returns {Difference[]} */
export function differences({ added, removed, changed }) {
  return [
    ...Object.entries(changed).map(([name, { from, to }]) => between(name, from, to)),
    ...Object.entries(added).map(([name, value]) => between(name, [], listed(value))),
    ...Object.entries(removed).map(([name, value]) => between(name, listed(value), [])),
  ];
}

function between(name, from, to) {
  if (!Array.isArray(from) || !Array.isArray(to)) return { name, gone: [lineOf(from)], fresh: [lineOf(to)] };
  return { name, gone: missingIn(to, from).map(lineOf), fresh: missingIn(from, to).map(lineOf) };
}

/** The entries of a list that the other does not have, as often as it does not have them. */
function missingIn(other, list) {
  const left = other.map((entry) => JSON.stringify(entry));
  return list.filter((entry) => {
    const at = left.indexOf(JSON.stringify(entry));
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

const listed = (value) => (Array.isArray(value) ? value : [value]);

/** An entry in a line: what it says, or the task that it names. */
function lineOf(entry) {
  if (entry === null || entry === "") return "–";
  if (typeof entry !== "object" || Array.isArray(entry)) return worded(entry);
  const said = [entry.code, entry.text ?? entry.title, entry.status && `(${worded(entry.status)})`].filter(Boolean);
  return said.length ? said.map(worded).join(" ") : worded(entry);
}
