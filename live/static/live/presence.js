// Who is here: those whom the log has heard of lately, and agents with a run that is open.

const LATELY_MS = 30 * 60_000;
const OPEN_RUNS = ["pending", "active", "awaiting_input"];

/** @typedef {{actor: {kind: string, id: string, name: string}, seenAt: string}} Present */

/** People and agents of a project by when they were last heard of. The gateway itself does not count. @returns {Present[]} */
export function present({ feed, runs }, now = Date.now()) {
  /** @type {Map<string, Present>} */ const found = new Map();
  const put = (actor, seenAt) => {
    const key = `${actor.kind}/${actor.name}`;
    if (actor.kind !== "system" && !(found.get(key)?.seenAt >= seenAt)) found.set(key, { actor, seenAt });
  };
  for (const { actor, timestamp } of feed) if (now - Date.parse(timestamp) < LATELY_MS) put(actor, timestamp);
  for (const run of runs.values()) if (OPEN_RUNS.includes(run.status)) put({ kind: "ai", id: "", name: run.agent }, run.seen_at);
  return [...found.values()].sort((one, other) => (one.seenAt < other.seenAt ? 1 : -1));
}
