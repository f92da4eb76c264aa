// A task while somebody types it. Plain data: what was typed is kept, whatever others do to the task meanwhile.

/**
 * @typedef {object} Form  A task as its form has it: lists as lines, numbers as they are typed.
 * @property {string} title
 * @property {string} description
 * @property {string} priority
 * @property {string} story_points
 * @property {string} time_hours
 * @property {string[]} dependencies
 * @property {string} acceptance
 * @property {string} deliverables
 * @property {string} mcp_tools
 *
 * @typedef {object} Draft
 * @property {string | null} code  Null: a new task.
 * @property {Form} base  What was there when it was begun, or was last looked at.
 * @property {Form} form  As it is typed.
 * @property {Partial<Form>} theirs  What others have made meanwhile of fields that were typed in.
 */

const LISTS = ["acceptance", "deliverables", "mcp_tools"];
const BLANK = { title: "", description: "", priority: 3, estimates: { story_points: 0, time_hours: 0 }, dependencies: [] };

/** @returns {Draft} */
export function draftOf(/** @type {Record<string, any> | null} */ task) {
  const base = formOf(task ?? BLANK);
  return { code: task?.code ?? null, base, form: { ...base }, theirs: {} };
}

/** @returns {Form} */
export function formOf(/** @type {Record<string, any>} */ task) {
  const { story_points, time_hours } = task.estimates;
  const lists = Object.fromEntries(LISTS.map((name) => [name, (task[name] ?? []).join("\n")]));
  const { title, description, dependencies } = task;
  return /** @type {any} */ ({
    title,
    description,
    priority: String(task.priority),
    story_points: String(story_points),
    time_hours: String(time_hours),
    dependencies,
    ...lists,
  });
}

/** A form as the gateway takes it. */
export function fieldsOf(/** @type {Form} */ form) {
  return {
    title: form.title.trim(),
    description: form.description.trim(),
    dependencies: form.dependencies,
    acceptance: linesOf(form.acceptance),
    mcp_tools: linesOf(form.mcp_tools),
    deliverables: linesOf(form.deliverables),
    estimates: { story_points: Number(form.story_points), time_hours: Number(form.time_hours) },
    priority: Number(form.priority),
  };
}

/** Only the fields that say something else than the task does. @returns {Record<string, any>} */
export function changedFields(/** @type {Draft} */ { base, form }) {
  const before = /** @type {Record<string, any>} */ (fieldsOf(base));
  return Object.fromEntries(Object.entries(fieldsOf(form)).filter(([name, value]) => !same(value, before[name])));
}

/**
 * The draft on top of the task as it is now. Where nobody has typed, it says what the task says; where somebody has, that stays,
 * and `theirs` holds what others have made of it.
 * @returns {Draft}
 */
export function onTopOf(/** @type {Draft} */ draft, /** @type {Record<string, any>} */ task) {
  const now = formOf(task);
  const form = /** @type {any} */ ({ ...draft.form });
  const theirs = /** @type {any} */ ({ ...draft.theirs });
  for (const name of /** @type {(keyof Form)[]} */ (Object.keys(now))) {
    if (same(now[name], draft.base[name])) continue;
    if (same(draft.form[name], draft.base[name])) form[name] = now[name];
    if (same(form[name], now[name])) delete theirs[name];
    else theirs[name] = now[name];
  }
  return { ...draft, base: now, form, theirs };
}

/** The draft with what others made of a field instead of what was typed there. @returns {Draft} */
export function takeTheirs(/** @type {Draft} */ draft, /** @type {keyof Form} */ name) {
  const { [name]: value, ...theirs } = draft.theirs;
  return value === undefined ? draft : { ...draft, form: { ...draft.form, [name]: value }, theirs };
}

export function linesOf(/** @type {string} */ text) {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
}

function same(/** @type {any} */ one, /** @type {any} */ other) {
  return JSON.stringify(one) === JSON.stringify(other);
}
