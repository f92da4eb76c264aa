// The agents' runs of a project with what each has told, and the claims that hold: folded from events over what was read.
// Pure and immutable, as board.js.

import { asked } from "./waiting.js";

/**
 * @typedef {Record<string, any>} Run  As `GET runs/{id}/`; `activities` only where they were read.
 * @typedef {Record<string, any>} Activity
 * @typedef {Record<string, any>} Event
 */

export const OPEN = ["pending", "active", "awaiting_input"];
const MOST_ACTIVITIES = 200; // kept of one run; all of them are at `runs/{id}/activities/`

export const isOpen = (/** @type {Run} */ run) => OPEN.includes(run.status);

/** The runs after an event of the log; the same Map where it changes none. @param {Map<number, Run>} runs @param {Event} event */
export function runsAfter(runs, event) {
  const id = event.payload?.run_id;
  const change = CHANGES[event.type];
  if (!change || id === undefined) return runs;
  const changed = change(runs.get(id) ?? blankRun(id, event), event);
  return new Map(runs).set(id, changed);
}

const CHANGES = {
  "run.started": (run, { payload, actor, timestamp }) => {
    const { agent, model = "" } = payload;
    return { ...run, agent, model, actor, status: "pending", created_at: timestamp, seen_at: timestamp, activities: [] };
  },
  "run.activity": (run, event) => told(run, noted(event), "active"),
  "question.asked": (run, event) => told(run, { ...asked(event) }, "awaiting_input"),
  "question.answered": answered,
  "run.ended": (run, { payload, timestamp }) => {
    const { status, summary = "" } = payload;
    return { ...run, status, summary, ended_at: timestamp };
  },
};

function told(run, activity, status) {
  const known = run.activities ?? [];
  if (known.some(({ id }) => id === activity.id)) return run;
  const activities = [...known, activity].slice(-MOST_ACTIVITIES);
  return { ...run, status, seen_at: activity.created_at, activities };
}

/** A person has answered: the run goes on when no other of its questions is open. */
function answered(run, { payload, actor, timestamp }) {
  const { activity_id, answer } = payload;
  const activities = (run.activities ?? []).map((activity) =>
    activity.id === activity_id ? { ...activity, answer, answered_by: actor, answered_at: timestamp } : activity,
  );
  const isWaiting = run.status === "awaiting_input" && activities.some(isOpenQuestion);
  return { ...run, activities, status: isOpen(run) && !isWaiting ? "active" : run.status };
}

export const isOpenQuestion = (/** @type {Activity} */ { kind, answered_at }) => kind === "elicitation" && !answered_at;

function noted({ payload, task_code, timestamp }) {
  const { activity_id: id, kind, body } = payload;
  return { id, kind, body, task_code: task_code ?? "", created_at: timestamp };
}

/** A run of which no more is known than that somebody speaks of it. */
function blankRun(id, { payload, actor, timestamp }) {
  const known = { id, agent: payload.agent ?? "", model: "", capabilities: [], actor, status: "active", summary: "" };
  return { ...known, created_at: timestamp, seen_at: timestamp, ended_at: null };
}

/** A run with what was read of it, and what events have told of it meanwhile. @param {Run | undefined} known @param {Run} found */
export function withDetail(known, found) {
  const read = new Map(found.activities.map((activity) => [activity.id, activity]));
  for (const activity of known?.activities ?? [])
    if (!read.has(activity.id) || activity.answered_at) read.set(activity.id, activity);
  const activities = [...read.values()].sort((one, other) => one.id - other.id);
  const isOlder = known && (!isOpen(known) || known.seen_at > found.seen_at);
  return { ...found, ...(isOlder ? known : {}), activities };
}

/** Open runs first: those that wait for somebody, then the newest; then the ended ones, newest first. */
export function inOrder(/** @type {Iterable<Run>} */ runs) {
  const rank = (run) => (run.status === "awaiting_input" ? 0 : isOpen(run) ? 1 : 2);
  return [...runs].sort((one, other) => rank(one) - rank(other) || other.id - one.id);
}

const CLAIMS_CHANGE = ["task.claimed", "task.released", "task.completed", "plan.accepted", "run.ended"];

/** Whether the open claims have to be read again: who holds them for which run, no event tells. */
export const changesClaims = (/** @type {Event} */ event) => CLAIMS_CHANGE.includes(event.type);

/** Milliseconds until the first of the claims runs out unless its holder is heard of; undefined where nobody holds any. */
export function untilExpiry(/** @type {{expires_at: string}[]} */ claims, now = Date.now()) {
  const times = claims.map(({ expires_at }) => Date.parse(expires_at) - now);
  return times.length ? Math.max(0, Math.min(...times)) : undefined;
}
