// The list of artifacts as it is filtered, kept up by events. Pure.

/** @typedef {{category: string, type: string, validation_status: string, task: string}} Filters  "" is all. */

export const NO_FILTERS = { validation_status: "", category: "", type: "", task: "" };

/** Whether an artifact is among those that are asked for; `artifact` as `GET artifacts/{id}/`. */
export function matches(/** @type {Record<string, any>} */ artifact, /** @type {Filters} */ { task, ...fields }) {
  const isSame = ([name, value]) => !value || artifact[name] === value;
  return Object.entries(fields).every(isSame) && (!task || artifact.task_code === task);
}

/** The list, newest first, after some of its rows were read again; a row that is gone, or no longer matches, leaves it. */
export function withRead(/** @type {any[]} */ items, /** @type {Map<number, any>} */ read, /** @type {Filters} */ filters) {
  const kept = items.filter(({ id }) => !read.has(id));
  const found = [...read.values()].filter((artifact) => artifact && matches(artifact, filters));
  return [...kept, ...found].sort((one, other) => other.id - one.id);
}

/** What the filters can be set to: the types that there are, and the tasks that something was made for. */
export function choicesOf(/** @type {any[]} */ artifacts) {
  const sorted = (values) => [...new Set(values)].filter(Boolean).sort();
  return { types: sorted(artifacts.map(({ type }) => type)), tasks: sorted(artifacts.map(({ task }) => task)) };
}
