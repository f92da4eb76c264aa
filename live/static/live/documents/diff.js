// What two texts share, and what only one of them says, word by word. Pure.

/**
 * @typedef {{text: string, kind: "same" | "removed" | "added"}} Part
 * @typedef {{same: boolean, left: Part[], right: Part[]}} Row  Passages that stand side by side.
 */

const MOST_STEPS = 1000; // of the way through two lists: beyond that they have too little in common to be shown so
const KIN = 0.35; // share of words in common from which two passages are one that was changed
/** Scripts that put no spaces between words: there, a character is a word. (Intl.Segmenter knows better, but takes seconds.) */
const SPACELESS = ["Han", "Hiragana", "Katakana", "Thai", "Lao", "Khmer", "Myanmar"]
  .map((name) => `\\p{Script=${name}}`)
  .join("");
const WORDS = new RegExp(String.raw`[[\p{L}\p{M}\p{N}_'’\-]--[${SPACELESS}]]+|\p{RGI_Emoji}|\s+|[^]\p{M}*`, "gv");

const wordsOf = (text) => text.match(WORDS) ?? [];
const passagesOf = (text) =>
  text
    .trimEnd()
    .split(/\n(?:[ \t]*\n)+/)
    .filter(Boolean);

/**
 * Two texts as rows of passages; within a row that differs, the words that do. How many empty lines are between passages means
 * nothing in Markdown, and counts for nothing.
 * @returns {Row[]}
 */
export function compare(/** @type {string} */ older, /** @type {string} */ newer) {
  return changesOf(passagesOf(older), passagesOf(newer)).flatMap(({ same, removed, added }) =>
    same ? same.map((text) => rowOfSame(text)) : rowsOf(removed, added),
  );
}

const rowOfSame = (text) => ({ same: true, left: [{ text, kind: "same" }], right: [{ text, kind: "same" }] });

/** Passages that were replaced by others, the first by the first: those that are kin, word by word. */
function rowsOf(removed, added) {
  const count = Math.max(removed.length, added.length);
  return Array.from({ length: count }, (_, at) => rowOf(removed[at] ?? "", added[at] ?? ""));
}

function rowOf(left, right) {
  const changes = changesOf(wordsOf(left), wordsOf(right));
  const shared = changes.reduce((sum, { same }) => sum + (same ? solid(same) : 0), 0);
  if (shared < KIN * Math.max(solid([left]), solid([right]))) {
    return { same: false, left: partsOf([[left, "removed"]]), right: partsOf([[right, "added"]]) };
  }
  return { same: false, left: sideOf(changes, "removed"), right: sideOf(changes, "added") };
}

/** Characters that are no white space, which any two texts have in common. */
const solid = (texts) => texts.join("").replace(/\s/g, "").length;

const sideOf = (changes, kind) =>
  partsOf(changes.map((change) => (change.same ? [change.same.join(""), "same"] : [change[kind].join(""), kind])));

const partsOf = (pairs) => pairs.filter(([text]) => text).map(([text, kind]) => ({ text, kind }));

/**
 * How one list becomes another: runs that both have, and between them what was removed and added.
 * @returns {{same?: string[], removed?: string[], added?: string[]}[]}
 */
export function changesOf(/** @type {string[]} */ older, /** @type {string[]} */ newer) {
  let head = 0;
  while (head < Math.min(older.length, newer.length) && older[head] === newer[head]) head += 1;
  let tail = 0;
  while (tail < Math.min(older.length, newer.length) - head && older.at(-1 - tail) === newer.at(-1 - tail)) tail += 1;
  const middle = changesWithin(older.slice(head, older.length - tail), newer.slice(head, newer.length - tail));
  const same = (from, to) => (from < to ? [{ same: older.slice(from, to) }] : []);
  return [...same(0, head), ...middle, ...same(older.length - tail, older.length)];
}

function changesWithin(older, newer) {
  if (!older.length && !newer.length) return [];
  const pairs = older.length && newer.length ? commonPairs(older, newer) : [];
  const changes = [];
  let [x, y] = [0, 0];
  for (const [nextX, nextY] of [...pairs, [older.length, newer.length]]) {
    if (nextX > x || nextY > y) changes.push({ removed: older.slice(x, nextX), added: newer.slice(y, nextY) });
    if (nextX < older.length && changes.at(-1)?.same) changes.at(-1).same.push(older[nextX]);
    else if (nextX < older.length) changes.push({ same: [older[nextX]] });
    [x, y] = [nextX + 1, nextY + 1];
  }
  return changes;
}

/**
 * The places of the longest list of items that both have in the same order (Myers, 1986); none where that takes too many steps.
 * @returns {[number, number][]}
 */
function commonPairs(older, newer) {
  const most = Math.min(older.length + newer.length, MOST_STEPS);
  const furthest = new Furthest(most);
  const trace = [];
  for (let step = 0; step <= most; step += 1) {
    trace.push(furthest.copy());
    for (let diagonal = -step; diagonal <= step; diagonal += 2) {
      const x = slide(older, newer, furthest.entry(diagonal, step).x, diagonal);
      furthest.set(diagonal, x);
      if (x >= older.length && x - diagonal >= newer.length) return wayBack(trace, older, newer);
    }
  }
  return [];
}

/** How far the older list was followed on each diagonal: the places where older minus newer is the same. */
class Furthest {
  #most;
  #places;

  constructor(most, places = new Int32Array(2 * most + 3).fill(-1)) {
    this.#most = most;
    this.#places = places;
  }

  copy() {
    return new Furthest(this.#most, this.#places.slice());
  }

  set(diagonal, x) {
    this.#places[diagonal + this.#most + 1] = x;
  }

  /** Where a step comes onto a diagonal: from the one above by an addition, or from the one below by a removal. */
  entry(diagonal, step) {
    const middle = diagonal + this.#most + 1;
    const [below, above] = [this.#places[middle - 1], this.#places[middle + 1]];
    const isAddition = diagonal === -step || (diagonal !== step && below < above);
    return { isAddition, x: isAddition ? Math.max(above, 0) : below + 1 };
  }
}

function slide(older, newer, from, diagonal) {
  let x = from;
  while (x < older.length && x - diagonal < newer.length && older[x] === newer[x - diagonal]) x += 1;
  return x;
}

function wayBack(trace, older, newer) {
  const pairs = [];
  let [x, y] = [older.length, newer.length];
  for (let step = trace.length - 1; step >= 0; step -= 1) {
    const { isAddition, x: entered } = trace[step].entry(x - y, step);
    for (; x > entered; x -= 1, y -= 1) pairs.push([x - 1, y - 1]);
    [x, y] = isAddition ? [x, y - 1] : [x - 1, y];
  }
  return pairs.reverse();
}
