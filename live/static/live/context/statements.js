// What a context says, whoever wrote it: by rule, by a model or by hand. Pure.

/**
 * One thing that is said. `by` (an actor), `at`, `why` and `code` (of a task) where it was told who said it, when, why, and of what.
 * @typedef {{text: string, why: string, code: string, at: string, by: any}} Statement
 */

/** What every global context has, and what those made by rule have beside it; all else is shown as it is. */
const KNOWN = ["summary", "current_task", "done_tasks", "pending_tasks", "open_tasks", "decisions", "open_questions", "risks"];
const KNOWN_OF_TASK = ["task", "acceptance", "deliverables", "waits_for", "unblocks", "blocked_reason", "notes"];
const LISTS = [
  "done_tasks",
  "open_tasks",
  "decisions",
  "open_questions",
  "risks",
  "acceptance",
  "deliverables",
  "waits_for",
  "unblocks",
  "notes",
];

/** @returns {Statement[]} */
export function statements(/** @type {any} */ entries) {
  return Array.isArray(entries) ? entries.map(statementOf) : [];
}

/** @returns {Statement} */
function statementOf(entry) {
  const { text, why, code, at, by } = isObject(entry) ? entry : { text: entry };
  return {
    text: worded(text ?? entry),
    why: worded(why ?? ""),
    code: worded(code ?? ""),
    at: worded(at ?? ""),
    by: isObject(by) ? by : null,
  };
}

/** Tasks in a context's lists: `{code, title, status}`, or whatever somebody wrote there. @returns {{code: string, title: string, status: string}[]} */
export function taskLines(/** @type {any} */ entries) {
  const lineOf = (entry) => (isObject(entry) ? entry : { title: worded(entry) });
  return (Array.isArray(entries) ? entries : []).map(lineOf).map(({ code, title, status }) => ({
    code: worded(code ?? ""),
    title: worded(title ?? ""),
    status: worded(status ?? ""),
  }));
}

/** What a context has beyond that: name → text. @returns {[string, string][]} */
export function otherMembers(/** @type {Record<string, any>} */ content, /** @type {string} */ scope) {
  const known = scope === "task" ? [...KNOWN, ...KNOWN_OF_TASK] : KNOWN;
  return Object.entries(content)
    .filter(([name, value]) => !known.includes(name) || (LISTS.includes(name) && !Array.isArray(value)))
    .map(([name, value]) => [name, worded(value)]);
}

/** Anything as text: words as they are, everything else as JSON. */
export function worded(/** @type {any} */ value) {
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
