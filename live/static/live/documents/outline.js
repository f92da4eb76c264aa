// A document's outline, and what can be done to it. Pure: each edit is a function from an outline to the next one.

/**
 * A place in an outline. `id` is null until the gateway has stored it; `key` is the same before and after that.
 * @typedef {{key: string, id: number | null, level: number, heading: string, brief: string}} Entry
 * @typedef {(entries: Entry[]) => Entry[]} Edit  Where what it is about has gone meanwhile, it changes nothing.
 */

export const DEEPEST = 3;
const LINE = /^(?<indent>\s*)(?<marks>#*)\s*(?:(?:[-*]|\d+[.)])\s+)?(?<words>.*)$/;
const BRIEF = /\s+[–—]\s+|:\s+/;
const INDENT = 2; // spaces that make a level

/** The outline of a document as REST gives it. */
export const entriesOf = ({ sections }) =>
  sections.map(({ id, level, heading, brief }) => ({ key: `section-${id}`, id, level, heading, brief }));

/** The outline as REST takes it. */
export const bodyOf = (entries) =>
  entries.map(({ id, level, heading, brief }) => (id === null ? { level, heading, brief } : { id, level, heading, brief }));

/** Put a new section behind another; at the end without one. @returns {Edit} */
export const add = (entry, after) => (entries) => {
  const at = entries.findIndex(({ key }) => key === after);
  return entries.toSpliced(at < 0 ? entries.length : at + 1, 0, { id: null, brief: "", ...entry });
};

/** @returns {Edit} */
export const remove = (key) => (entries) => entries.filter((entry) => entry.key !== key);

/** Another heading or brief. @returns {Edit} */
export const reword = (key, words) => (entries) => entries.map((entry) => (entry.key === key ? { ...entry, ...words } : entry));

/** Deeper by 1, or by -1. @returns {Edit} */
export const deepen = (key, by) => (entries) =>
  entries.map((entry) => (entry.key === key ? { ...entry, level: Math.min(Math.max(entry.level + by, 1), DEEPEST) } : entry));

/** Up or down by so many places. @returns {Edit} */
export const moveBy = (key, by) => (entries) => {
  const at = entries.findIndex((entry) => entry.key === key);
  return at < 0 ? entries : placed(entries, at, Math.min(Math.max(at + by, 0), entries.length - 1));
};

/** To the place before another; to the end where that is null. @returns {Edit} */
export const moveBefore = (key, other) => (entries) => {
  const at = entries.findIndex((entry) => entry.key === key);
  const before = other === null ? entries.length : entries.findIndex((entry) => entry.key === other);
  return at < 0 || before < 0 ? entries : placed(entries, at, before > at ? before - 1 : before);
};

const placed = (entries, from, to) => entries.toSpliced(from, 1).toSpliced(to, 0, entries[from]);

/**
 * An outline as somebody types it: a heading a line, with its brief after a colon or a dash; marks (`##`) or indentation
 * make a level.
 * @returns {{level: number, heading: string, brief: string}[]}
 */
export function parseOutline(/** @type {string} */ text) {
  const lines = text.split("\n").filter((line) => line.trim().replace(/^#+$/, ""));
  const parsed = lines.map((line) => lineOf(line.replaceAll("\t", " ".repeat(INDENT))));
  const top = Math.min(...parsed.map(({ depth }) => depth));
  return parsed.map(({ depth, heading, brief }) => ({ level: Math.min(depth - top + 1, DEEPEST), heading, brief }));
}

function lineOf(line) {
  const { indent, marks, words } = LINE.exec(line).groups;
  const cut = BRIEF.exec(words);
  const heading = cut ? words.slice(0, cut.index) : words;
  const brief = cut ? words.slice(cut.index + cut[0].length) : "";
  return { depth: marks ? marks.length - 1 : Math.floor(indent.length / INDENT), heading: heading.trim(), brief: brief.trim() };
}
