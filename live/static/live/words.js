// English texts of the page's frame. Each view has its own in words/<view>.js; a translation replaces these files.

export const words = {
  name: "Gamedev gateway",
  projects: "Projects",
  allProjects: "All projects",
  signOut: "Sign out",
  admin: "Admin",
  apiDocs: "API",
  yes: "Yes",
  cancel: "Cancel",
  close: "Close",
  dismiss: "Dismiss",
  retry: "Try again",
  loading: "Loading…",
  skip: "Skip to content",
  account: "Account",
  feed: "Feed",
  showFeed: "Show the feed",
  hideFeed: "Hide the feed",
  stations: {
    board: "Board",
    plans: "Plans",
    graph: "Graph",
    documents: "Documents",
    agents: "Agents",
    artifacts: "Artifacts",
    context: "Context",
    time: "Time",
  },
  role: { owner: "owner", editor: "editor", viewer: "viewer" },
  stationsOf: (name) => `Stations of ${name}`,
  cannotShow: "This cannot be shown",
  noLongerYours: (name) => `You are no longer a member of “${name}”.`,
  connection: {
    idle: "Not connected",
    connecting: "Connecting…",
    open: "Live",
    waiting: (seconds) =>
      `The connection is lost. Next try ${seconds > 0 ? `in ${seconds} s` : "now"}; what you miss will be shown then.`,
    closed: (reason) => `The connection has ended: ${reason || "closed"}.`,
    reload: "Reload the page",
    behind: (count) => `Catching up: ${count} events`,
  },
  waiting: (count) => `${count} waiting for a person`,
  present: "Active lately",
  presentSince: (name, kind, time) => `${name} (${kind}), ${time}`,
  kinds: { user: "person", ai: "agent", system: "gateway" },
  problems: {
    stale_version: "Somebody changed it meanwhile. What is there now is shown; what you typed is kept.",
    claimed: "Somebody else holds this task now. Ask them, or take the claim away under Agents.",
    not_authenticated: "Your session has ended: reload the page to sign in again.",
    authentication_failed: "Your session has ended: reload the page to sign in again.",
    budget_spent: "The models of this project have used what they may today.",
    throttled: "Wait a moment, then try again.",
    Unreachable: "Nothing that you typed is lost. Try again when the connection is back.",
    Unanswered: "It may have been done. Look whether it was before you try again.",
  },
};

/** What a person can do about an error, where there is something to say. */
export function whatToDo(/** @type {any} */ error) {
  return words.problems[error.code] ?? words.problems[error.name] ?? fieldErrors(error.errors);
}

/** `{"name": ["…"]}` as `name: …`. */
function fieldErrors(/** @type {Record<string, any>} */ errors = {}) {
  return Object.entries(errors)
    .map(
      ([field, told]) =>
        `${field}: ${[told]
          .flat()
          .map((each) => (typeof each === "string" ? each : JSON.stringify(each)))
          .join(" ")}`,
    )
    .join("\n");
}

/** The browser's title: the station, then the project. */
export function titleOf(/** @type {import("./page.js").Page} */ { project, route }) {
  const where = project ? [words.stations[route.station], project.name] : [words.projects];
  return [...where, words.name].join(" · ");
}
