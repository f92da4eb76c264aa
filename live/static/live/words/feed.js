// Every event of the log in a sentence; its actor stands before it.

const quoted = (text) => `“${text}”`;
const shorted = (text = "", most = 400) => (text.length > most ? `${text.slice(0, most)}…` : text);
const number = (count, one, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;
const ending = (text, prefix = ": ") => (text ? prefix + text : "");

export const words = {
  title: "Feed",
  kinds: "Kinds of events",
  whoever: "Everybody",
  who: "By",
  older: "Older events",
  empty: "Nothing has happened yet.",
  noneMatch: "No event here is of this kind.",
  filters: {
    all: "All",
    talk: "Talk",
    work: "Work",
    plan: "Plan",
    documents: "Documents",
    agents: "Agents",
    rest: "Other",
  },
  say: "Say something",
  sayHint: "Say something to the team and its agents",
  send: "Send",
  notSaid: "Only members with the role editor or owner can speak here.",
  seq: (seq) => `Event ${seq}`,
};

/**
 * What happened, by the type of the event: a sentence without its subject; `quote` is what somebody wrote.
 * @type {Record<string, (payload: any, event: any) => {says: string, quote?: string}>}
 */
export const sentences = {
  chat: ({ text }) => ({ says: "said", quote: text }),
  action: ({ name, status, text }) => ({ says: `ran ${name || "an action"}${ending(status, ", ")}`, quote: text }),
  update: ({ text }) => ({ says: "reported", quote: text }),
  scene: ({ name, path, text }) => ({ says: `changed the scene ${name || path}`.trim(), quote: text }),
  timeline: ({ title, at, text }) => ({ says: `marked ${title || "a moment"}${ending(at, ", ")}`, quote: text }),
  log: ({ level, text }) => ({ says: `logged (${level})`, quote: text }),
  error: ({ kind, message }) => ({ says: `failed: ${kind}`, quote: message }),
  project: ({ action, changes }) => ({ says: projectSays[action]?.(changes) ?? `changed the project: ${action}` }),

  "plan.created": ({ version, tasks }) => ({ says: `proposed plan ${version} with ${number(tasks, "task")}` }),
  "plan.generated": ({ version, tasks }) => ({ says: `had plan ${version} made: ${number(tasks, "task")}` }),
  "plan.refined": ({ version, instructions }) => ({ says: `refined the plan into version ${version}`, quote: instructions }),
  "plan.rebased": ({ version }) => ({ says: `carried the proposal over to version ${version}` }),
  "plan.edited": ({ version, ops, reason }) => ({
    says: `edited plan ${version}${ops.length ? ` (${number(ops.length, "change")})` : ""}`,
    quote: reason,
  }),
  "plan.accepted": ({ version, tasks }) => ({ says: `accepted plan ${version}: ${number(tasks.length, "task")}` }),
  "plan.commented": ({ action, body, code, blocking }) => ({
    says: `${commentSays[action]}${code ? ` on ${code}` : ""}${blocking && action === "created" ? ", which blocks acceptance" : ""}`,
    quote: body,
  }),
  "plan.reviewed": ({ verdict, body }) => ({ says: reviewSays[verdict], quote: body }),

  "task.started": () => ({ says: "started" }),
  "task.progress": ({ percent, note }) => ({ says: `is at ${percent}% of`, quote: note }),
  "task.blocked": ({ reason }) => ({ says: "blocked", quote: reason }),
  "task.unblocked": () => ({ says: "unblocked" }),
  "task.completed": () => ({ says: "finished" }),
  "task.reopened": ({ reason }) => ({ says: "reopened", quote: reason }),
  "task.claimed": ({ handoff }) => ({ says: "claimed", quote: handoff }),
  "task.released": ({ how, reason }) => ({ says: releaseSays[how] ?? how, quote: reason }),
  "task.changed": ({ fields, why }) => ({
    says: `changed ${Object.keys(fields).join(", ").replaceAll("_", " ")} of`,
    quote: why ? shorted(why, 160) : undefined,
  }),
  "task.dropped": ({ was }) => ({ says: `dropped${was && was !== "pending" ? ` (was ${was.replaceAll("_", " ")})` : ""}` }),

  "context.generated": ({ scope, version, summary }) => ({
    says: `refreshed the ${contextName(scope)} (version ${version})`,
    quote: shorted(summary, 160),
  }),
  "context.updated": ({ scope, version, rolled_back }) => ({
    says: rolled_back
      ? `rolled the ${contextName(scope)} back to version ${version}`
      : `wrote the ${contextName(scope)} (version ${version})`,
  }),
  "artifact.created": ({ artifact_type, path, uri }) => ({ says: `added the ${artifact_type || "file"} ${path || uri}` }),
  "artifact.validated": ({ validation_status }) => ({ says: `found an artifact ${validation_status}` }),
  "artifact.deleted": () => ({ says: "took an artifact off the record" }),

  "document.created": ({ title, sections }) => ({ says: `created ${quoted(title)}, ${number(sections, "section")}` }),
  "document.updated": ({ title }) => ({ says: `edited ${quoted(title)}` }),
  "document.deleted": ({ title }) => ({ says: `deleted ${quoted(title)}` }),
  "document.started": ({ title, sections_total }) => ({
    says: `began to write ${quoted(title)}, ${number(sections_total, "section")}`,
  }),
  "document.completed": ({ title }) => ({ says: `wrote ${quoted(title)} to its end` }),
  "document.failed": ({ title, message }) => ({ says: `could not write ${quoted(title)}`, quote: message }),
  "document.cancelled": ({ title }) => ({ says: `stopped writing ${quoted(title)}` }),
  "section.updated": ({ heading, action }) => ({
    says: sectionSays[action]?.(quoted(heading)) ?? `${action} ${quoted(heading)}`,
  }),
  "section.completed": ({ heading }) => ({ says: `wrote the section ${quoted(heading)}` }),

  "run.started": ({ agent, model }) => ({ says: `began a run of ${agent}${model ? ` (${model})` : ""}` }),
  "run.activity": ({ kind, body }) => ({ says: activitySays[kind] ?? kind, quote: body }),
  "run.ended": ({ agent, status, summary }) => ({ says: `ended the run of ${agent}: ${status}`, quote: summary }),
  "question.asked": ({ question }) => ({ says: "asks", quote: question }),
  "question.answered": ({ question, answer }) => ({ says: `answered ${quoted(shorted(question, 120))}`, quote: answer }),
  "member.changed": ({ user, role }) => ({ says: role ? `made ${user} ${role}` : `took ${user} out of the project` }),
};

const projectSays = {
  created: () => "created the project",
  updated: (changes) => `changed the project: ${Object.keys(changes).join(", ").replaceAll("_", " ")}`,
  activated: () => "works on this project now",
  deactivated: () => "works on another project now",
  status: ({ status }) => statusSays[status] ?? `made the project ${status}`,
};
const statusSays = {
  draft: "put the project back to a draft",
  consensus: "opened the plan for agreement",
  active: "set the project to work",
  completed: "brought the project to its end",
};
const commentSays = { created: "commented", resolved: "resolved a comment", reopened: "opened a comment again" };
const reviewSays = {
  approve: "approves of the plan",
  request_changes: "asks for changes of the plan",
  advise: "gives advice on the plan",
};
const releaseSays = { released: "released", expired: "let its claim run out on", taken: "took the claim from the holder of" };
const activitySays = { thought: "thinks", action: "does", response: "found", error: "met an error" };
const sectionSays = {
  proposed: (heading) => `proposes a text for the section ${heading}, which a person may adopt`,
  edited: (heading) => `edited the section ${heading}`,
  adopted: (heading) => `took another draft for ${heading}`,
  locked: (heading) => `locked ${heading}`,
  unlocked: (heading) => `unlocked ${heading}`,
  briefed: (heading) => `changed the brief of ${heading}`,
  stale: (heading) => `the section ${heading} may be out of date`,
};
const contextName = (scope) => (scope === "task" ? "task's context" : "context");

/** The sentence of an event; of a type that is not known here, its name. */
export function sentenceOf(/** @type {any} */ event) {
  const { says, quote } = sentences[event.type]?.(event.payload, event) ?? { says: event.type };
  return { says, quote: shorted(quote) };
}
