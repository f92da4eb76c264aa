// Which view shows which address: `#/` and `#/projects/<id>/<station>/<rest…>`.

/**
 * @typedef {object} Route
 * @property {string | null} projectId  null: the list of projects.
 * @property {string} station
 * @property {string[]} rest
 *
 * @typedef {object} Station
 * @property {() => Promise<any>} load  Its View class.
 * @property {string[]} styles  Its files in styles/, without the ending.
 */

/** The stations of a project, in the order of the navigation. @type {Record<string, Station>} */
export const STATIONS = {
  board: { load: async () => (await import("./views/board.js")).BoardView, styles: ["board"] },
  plans: { load: async () => (await import("./views/plans.js")).PlansView, styles: ["plans"] },
  graph: { load: async () => (await import("./views/graph.js")).GraphView, styles: ["graph"] },
  documents: { load: async () => (await import("./views/documents.js")).DocumentsView, styles: ["documents"] },
  agents: { load: async () => (await import("./views/agents.js")).AgentsView, styles: ["agents"] },
  artifacts: { load: async () => (await import("./views/artifacts.js")).ArtifactsView, styles: ["artifacts"] },
  context: { load: async () => (await import("./views/context.js")).ContextView, styles: ["context"] },
  time: { load: async () => (await import("./views/time.js")).TimeView, styles: ["board", "time"] },
};

/** @type {Station} */
export const PROJECT_LIST = { load: async () => (await import("./views/projects.js")).ProjectsView, styles: ["projects"] };

const DEFAULT = "board";

/** @returns {Route} What an address asks for; anything unknown is the list. */
export function parseHash(/** @type {string} */ hash) {
  const [first, projectId, station = DEFAULT, ...rest] = hash
    .replace(/^#?\/*/, "")
    .split("/")
    .filter(Boolean)
    .map(decoded);
  if (first !== "projects" || !projectId) return { projectId: null, station: "", rest: [] };
  return { projectId, station: station in STATIONS ? station : DEFAULT, rest };
}

/** The address of a project's station: `addressOf("pixel-jumper", "plans", 17)` is `#/projects/pixel-jumper/plans/17`. */
export function addressOf(/** @type {string} */ projectId, station = DEFAULT, /** @type {(string | number)[]} */ ...rest) {
  return `#/${["projects", projectId, station, ...rest].map((part) => encodeURIComponent(part)).join("/")}`;
}

function decoded(/** @type {string} */ part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // typed by hand, with a lone %
  }
}
