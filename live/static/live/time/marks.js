// What stands along the slider: versions that were accepted, and tasks that were completed. Pure.

/**
 * @typedef {{seq: number, version: number, summary: string, timestamp: string}} Chapter
 * @typedef {{chapters: Chapter[], done: number[]}} Marks  `done`: the seqs at which tasks were completed. Both in order.
 */

export const MARKED = ["plan.accepted", "task.completed"];

/** @returns {Marks} */
export const noMarks = () => ({ chapters: [], done: [] });

/** The marks with those of some more events, which come later. @param {Marks} marks @param {Record<string, any>[]} events */
export function withMarks(marks, events) {
  const chapters = events.filter(({ type }) => type === "plan.accepted").map(chapterOf);
  const done = events.filter(({ type }) => type === "task.completed").map(({ seq }) => seq);
  return { chapters: [...marks.chapters, ...chapters], done: [...marks.done, ...done] };
}

function chapterOf({ seq, timestamp, payload }) {
  return { seq, timestamp, version: payload.version, summary: payload.summary };
}

/** Where an event stands between the first and the last of the log: 0–1. */
export function placeOf(/** @type {number} */ seq, /** @type {number} */ first, /** @type {number} */ head) {
  return head > first ? Math.min(1, Math.max(0, (seq - first) / (head - first))) : 1;
}

/** How many of these seqs fall into each of `count` equal parts of the log. @returns {number[]} */
export function histogram(/** @type {number[]} */ seqs, first, head, count) {
  const bins = new Array(count).fill(0);
  for (const seq of seqs) bins[Math.min(count - 1, Math.floor(placeOf(seq, first, head) * count))]++;
  return bins;
}

/** The mark after (`by` 1) or before (-1) an event; undefined where there is none. */
export function nextMark(/** @type {Marks} */ { chapters, done }, /** @type {number} */ seq, /** @type {1 | -1} */ by) {
  const seqs = [...chapters.map((chapter) => chapter.seq), ...done].sort((one, other) => one - other);
  return by > 0 ? seqs.find((each) => each > seq) : seqs.findLast((each) => each < seq);
}
