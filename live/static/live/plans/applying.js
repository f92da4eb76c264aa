// What an operation makes of a list of tasks, so that it can be shown before the gateway has answered. Plain data.

/**
 * @typedef {Record<string, any> & {code: string, dependencies: string[]}} Task
 * @typedef {Record<string, any> & {op: string}} Operation  As PATCH plans/{id}/ takes it.
 */

/** The tasks after the operations; what gives new codes (add, split, merge) is shown when the gateway has answered. */
export function applied(/** @type {Task[]} */ tasks, /** @type {Operation[]} */ ops) {
  return ops.reduce((list, op) => DO[op.op]?.(list, op) ?? list, tasks);
}

/** @type {Record<string, (tasks: Task[], op: any) => Task[]>} */
const DO = {
  move: (tasks, { code, idx }) => {
    const task = tasks.find((each) => each.code === code);
    const others = tasks.filter((each) => each !== task);
    return task ? [...others.slice(0, idx), task, ...others.slice(idx)] : tasks;
  },
  update: (tasks, { code, fields }) => tasks.map((task) => (task.code === code ? { ...task, ...fields } : task)),
  drop: (tasks, { code }) => {
    const gone = tasks.find((each) => each.code === code);
    return gone ? tasks.filter((each) => each !== gone).map((task) => bridged(task, gone)) : tasks;
  },
};

/** Whatever waited for a task that goes waits for what that one waited for. */
function bridged(/** @type {Task} */ task, /** @type {Task} */ gone) {
  if (!task.dependencies.includes(gone.code)) return task;
  const kept = task.dependencies.filter((code) => code !== gone.code);
  const instead = gone.dependencies.filter((code) => code !== task.code && !kept.includes(code));
  return { ...task, dependencies: [...kept, ...instead] };
}

/** The place that a task gets when it is dropped on the upper or lower half of another; places count without the task. */
export function placeOnto(
  /** @type {string[]} */ order,
  /** @type {string} */ code,
  /** @type {string} */ onto,
  /** @type {boolean} */ below,
) {
  const others = order.filter((each) => each !== code);
  return code === onto ? order.indexOf(code) : others.indexOf(onto) + (below ? 1 : 0);
}
