// What somebody decides about the conflicts of a rebase, until all is decided. Plain data.

import { linesOf } from "./task-draft.js";

/**
 * @typedef {Record<string, any> & {id: string, kind: string, field: string | null}} Conflict  As 409 `conflicts` tells it.
 * @typedef {{take: "mine" | "theirs" | "value", value?: any, text?: string}} Decision  `text`: a value as it is typed.
 * @typedef {Map<string, Decision>} Decisions  By the conflict's id; those of former answers stay, for they are sent again.
 */

const LISTS = ["acceptance", "deliverables", "mcp_tools", "dependencies"];
const TYPED = ["title", "description", ...LISTS];

/** Whether people may write something of their own instead of taking a side. */
export function takesValue(/** @type {Conflict} */ { kind, field }) {
  return kind === "field" && TYPED.includes(field ?? "");
}

/** A side's value as it is typed: lists as lines. */
export function textOf(/** @type {any} */ value) {
  return Array.isArray(value) ? value.join("\n") : String(value ?? "");
}

export function isDecided(/** @type {Conflict[]} */ conflicts, /** @type {Decisions} */ decisions) {
  return conflicts.every(({ id }) => decisions.has(id));
}

/** What POST plans/{id}/rebase/ takes. @param {{onto?: number, policy?: string}} [more] */
export function bodyOf(/** @type {Conflict[]} */ conflicts, /** @type {Decisions} */ decisions, more = {}) {
  const byId = new Map(conflicts.map((conflict) => [conflict.id, conflict]));
  const resolutions = [...decisions].map(([id, { take, text }]) =>
    take === "value" ? { id, take, value: valueOf(byId.get(id), text ?? "") } : { id, take },
  );
  return { resolutions, ...more };
}

function valueOf(/** @type {Conflict | undefined} */ conflict, /** @type {string} */ text) {
  return LISTS.includes(conflict?.field ?? "") ? linesOf(text) : text;
}
