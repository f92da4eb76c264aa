// How far the run that writes a document has come, and how long it may still take. Pure folds of the project's events.

/**
 * A run at work. `since`: when the last of its sections was ended, or it began; times in milliseconds by the gateway's clock.
 * @typedef {{id: number, total: number, done: number, began: number, since: number, actor: string}} Run
 */

export const RUN_EVENTS = [
  "document.started",
  "section.completed",
  "document.completed",
  "document.failed",
  "document.cancelled",
];

/** The run after an event of its document; null: nobody writes. @returns {Run | null} */
export function follow(/** @type {Run | null} */ run, { type, payload, actor, timestamp }) {
  const at = Date.parse(timestamp);
  if (type === "document.started") {
    return { id: payload.generation_id, total: payload.sections_total, done: 0, began: at, since: at, actor: actor.name };
  }
  if (type === "section.completed") return run && { ...run, done: run.done + 1, since: at };
  return RUN_EVENTS.includes(type) ? null : run;
}

/** The run that events, oldest first, leave at work on a document. */
export const runOf = (events, documentId) =>
  events.filter(({ payload }) => payload.document_id === documentId).reduce(follow, null);

/**
 * Milliseconds until a run may end, if its sections to come take as long as those before; undefined while none has been
 * ended, since nobody can know.
 */
export function remaining(/** @type {Run} */ { total, done, began, since }, /** @type {number} */ now) {
  if (!done) return undefined;
  const each = (since - began) / done;
  const spent = Math.min(Math.max(now - since, 0), each); // one that takes longer than usual is expected to end at any moment
  return Math.max(0, each * (total - done) - spent);
}
