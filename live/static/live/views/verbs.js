// What a person can do with a task: only what the gateway would not refuse.

import { waitingFor } from "../parts/cards.js";
import { words } from "../words/board.js";

const BY_STATUS = {
  pending: ["start", "block"],
  in_progress: ["complete", "progress", "block"],
  blocked: ["unblock"],
  done: ["reopen"],
  dropped: [],
};

/** Who else holds a task, so that only they can change it; null where nobody does. */
export function otherHolder(/** @type {any} */ { claim }, /** @type {any} */ { user }) {
  const isMine = claim?.holder.kind === "user" && String(claim.holder.id) === user.id;
  return claim && !isMine ? claim.holder : null;
}

/** What a pending task waits for. */
export function missing(/** @type {any} */ task, /** @type {any} */ { project }) {
  return waitingFor(task, new Set(task.dependencies.filter((code) => project.tasksByCode.get(code)?.status === "done")));
}

/** @returns {string[]} The names of the actions, as in `tasks/{id}/…/`; the likeliest first. */
export function verbsOf(/** @type {any} */ task, /** @type {any} */ page) {
  if (!page.can("edit") || otherHolder(task, page)) return [];
  return BY_STATUS[task.status].filter((verb) => verb !== "start" || !missing(task, page).length);
}

/** Do one, and say so. Resolves with what went wrong, which is told; null when it was done. */
export async function act(/** @type {any} */ page, /** @type {any} */ task, /** @type {string} */ verb, body = {}) {
  try {
    await page.api.post(`tasks/${task.id}/${verb}/`, body);
    page.say(words.told(task.code, words.didIt[verb]));
    return null;
  } catch (error) {
    page.fail(error);
    return error;
  }
}

/** Those that a card has a button for. */
export const QUICK = {
  start: (page, task) => act(page, task, "start"),
  unblock: (page, task) => act(page, task, "unblock"),
  complete: null, // opens the task, since its criteria want answers
};
