// Why a section's text is doubtful. Pure: events of the project's log in, facts out.

/** What has to be read from the log to know: types of events. */
export const WHY_EVENTS = ["plan.accepted", "section.updated"];

/**
 * What changed of which a section tells, from events, oldest first. Undefined where they do not tell it: it was long ago, or
 * the section is doubtful since a run that was to write it anew was cancelled.
 * @returns {{version: number, changed: string[], dropped: string[], at: string} | undefined}
 */
export function whyStale({ id, tasks }, events) {
  const told = events.findLast(({ type, payload }) => type === "section.updated" && payload.section_id === id);
  if (told?.payload.action !== "stale") return undefined;
  const cause = events.find((event) => event.type === "plan.accepted" && event.id === told.causation_id);
  if (!cause) return undefined;
  const { version, diff } = cause.payload;
  const ours = (changes) => changes.map(({ code }) => code).filter((code) => tasks.includes(code));
  return { version, changed: ours(diff.changed), dropped: ours(diff.dropped), at: cause.timestamp };
}
