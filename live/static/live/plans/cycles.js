// Cycles among dependencies, found before anything is sent. Plain data: edges map a task's code to the codes it waits for.

/** @typedef {Map<string, string[]>} Edges */

/** @returns {Edges} */
export function edgesOf(/** @type {{code: string, dependencies: string[]}[]} */ tasks) {
  return new Map(tasks.map(({ code, dependencies }) => [code, dependencies]));
}

/**
 * All tasks that wait for one, directly or through others, each with its next step on a shortest way to it. These are what
 * the task cannot wait for in turn.
 * @returns {Map<string, string>}
 */
export function everyoneWaitingFor(/** @type {Edges} */ edges, /** @type {string} */ code) {
  const waiting = turnedRound(edges);
  const next = new Map();
  for (let ahead = [code]; ahead.length;) {
    const further = [];
    for (const reached of ahead) {
      for (const other of waiting.get(reached) ?? []) {
        if (other === code || next.has(other)) continue;
        next.set(other, reached);
        further.push(other);
      }
    }
    ahead = further;
  }
  return next;
}

/**
 * The cycle that there would be if a task waited for another: a path of codes from the task back to it, each waiting for the
 * next. Null where there would be none. `waiting` is what `everyoneWaitingFor` gives.
 */
export function cycleThrough(
  /** @type {Map<string, string>} */ waiting,
  /** @type {string} */ code,
  /** @type {string} */ dependency,
) {
  if (dependency === code) return [code, code];
  if (!waiting.has(dependency)) return null;
  const path = [code];
  for (let at = dependency; at !== code; at = /** @type {string} */ (waiting.get(at))) path.push(at);
  return [...path, code];
}

/** The first cycle there is, as a path that ends where it begins; null if there is none. */
export function findCycle(/** @type {Edges} */ edges) {
  const done = new Set();
  for (const start of edges.keys()) {
    const cycle = done.has(start) ? null : walk(edges, start, done);
    if (cycle) return cycle;
  }
  return null;
}

/** Without recursion: a chain of thousands of tasks is no reason to fail. */
function walk(/** @type {Edges} */ edges, /** @type {string} */ start, /** @type {Set<string>} */ done) {
  const path = [start];
  const places = [0];
  const onPath = new Set(path);
  while (path.length) {
    const code = path[path.length - 1];
    const next = edges.get(code)?.[places[places.length - 1]++];
    if (next === undefined) {
      onPath.delete(code);
      done.add(code);
      path.pop();
      places.pop();
    } else if (onPath.has(next)) {
      return [...path.slice(path.indexOf(next)), next];
    } else if (!done.has(next) && edges.has(next)) {
      path.push(next);
      places.push(0);
      onPath.add(next);
    }
  }
  return null;
}

/** The edges after tasks were merged into the first of `codes`: others that waited for one of them wait for it. */
export function mergedEdges(/** @type {Edges} */ edges, /** @type {string[]} */ codes) {
  const [survivor] = codes;
  const inside = new Set(codes);
  const renamed = (/** @type {string[]} */ list) => [...new Set(list.map((code) => (inside.has(code) ? survivor : code)))];
  const all = codes.flatMap((code) => edges.get(code) ?? []);
  const merged = new Map([...edges].filter(([code]) => !inside.has(code)).map(([code, list]) => [code, renamed(list)]));
  return merged.set(survivor, [...new Set(all.filter((code) => !inside.has(code)))]);
}

function turnedRound(/** @type {Edges} */ edges) {
  /** @type {Map<string, string[]>} */ const waiting = new Map();
  for (const [code, dependencies] of edges) {
    for (const dependency of dependencies) {
      const known = waiting.get(dependency);
      if (known) known.push(code);
      else waiting.set(dependency, [code]);
    }
  }
  return waiting;
}
