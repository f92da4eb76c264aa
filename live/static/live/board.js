// A project's state, folded from the events of its log. The same rules as plans/board.py, on the shape of
// `GET projects/{id}/state/`. Pure and immutable: what an event changes is a new object, all else stays the same one.

/** @typedef {Record<string, any>} State  As the API answers it. @typedef {Record<string, any>} Event  As it comes over the socket. */

/** A task of which nothing is known but that it is there; also the list of what a task of the state tells. */
const BLANK_TASK = {
  ...{ id: null, project: "", plan: null, idx: 0, code: "", title: "", description: "", status: "pending" },
  ...{ dependencies: [], acceptance: [], mcp_tools: [], deliverables: [] },
  estimates: { story_points: 0, time_hours: 0 },
  ...{ priority: 3, progress: 0, blocked_reason: "", claim: null, evidence: [], acceptance_answers: [] },
  ...{ started_at: null, completed_at: null },
};
const PROJECT_FIELDS = ["name", "description", "brief", "status", "active"];
const ENDS_CLAIM = ["task.released", "task.completed"]; // a task that is dropped loses its claim, too: see `acceptPlan`

/** The state right after the next event of its log. */
export function fold(/** @type {State} */ state, /** @type {Event} */ event) {
  const change = FOLDS[event.type];
  const changed = change ? { ...state, ...change(state, event, event.payload) } : { ...state };
  Object.assign(changed, { seq: event.seq, cursor: event.cursor, timestamp: event.timestamp });
  return change ? withPointers(changed) : changed;
}

function changeProject({ project }, _event, { changes }) {
  return { project: { ...project, ...picked(changes, PROJECT_FIELDS) } };
}

/** The new plan's tasks: what the diff says of them over what was known, with the work done so far, by code. */
function acceptPlan(state, event, told) {
  const before = byCode(state.tasks);
  const added = byCode(told.diff.added);
  const changed = byCode(told.diff.changed);
  const tasks = told.tasks.map((standing) => {
    const { code } = standing;
    const known = { ...before.get(code), ...added.get(code), ...newValues(changed.get(code)), ...standing };
    const claim = standing.status === "dropped" ? null : (known.claim ?? null);
    return shaped({ title: code, ...known, claim, plan: told.plan_id, project: state.project.id });
  });
  tasks.sort(inPlanOrder);
  const { plan_id: id, version, summary } = told;
  const plan = { id, version, summary, accepted_at: told.accepted_at ?? event.timestamp, stats: counts(tasks) };
  return { tasks, plan, project: { ...state.project, current_task_code: told.current_task } };
}

function doWork(state, event, told) {
  const changes = { ...picked(told.changes, Object.keys(BLANK_TASK)) };
  if ("acceptance" in told) changes.acceptance_answers = told.acceptance;
  if (ENDS_CLAIM.includes(event.type)) changes.claim = null;
  const project = { ...state.project, current_task_code: told.current_task };
  return { project, ...changeTask(state, event.task_code, changes) };
}

/** What an accepted version says of a task, `acceptPlan` has read already; of the evidence, only this tells. */
function changeEvidence(state, event, { fields }) {
  return "evidence" in fields ? changeTask(state, event.task_code, { evidence: fields.evidence.to }) : {};
}

function claimTask(state, event, told) {
  return changeTask(state, event.task_code, { claim: { id: told.claim_id, holder: event.actor } });
}

function activateContext(state, event, { context_id: id, scope, version, source }) {
  const task = scope === "task" ? event.task_code : null;
  const others = state.contexts.filter((context) => context.task !== task);
  return { contexts: [...others, { id, scope, task, version, source }].sort(byTask) };
}

function addArtifact(state, event, told) {
  const { artifact_id: id, artifact_type: type, category, path = "", uri = "", sha256 = "", size_bytes = null } = told;
  const artifact = { id, task: event.task_code, type, category, path, uri, sha256, size_bytes, validation_status: "pending" };
  return { artifacts: [...without(state.artifacts, id), artifact].sort((one, other) => one.id - other.id) };
}

function judgeArtifact(state, _event, { artifact_id, validation_status }) {
  const judged = (artifact) => (artifact.id === artifact_id ? { ...artifact, validation_status } : artifact);
  return { artifacts: state.artifacts.map(judged) };
}

function removeArtifact(state, _event, { artifact_id }) {
  return { artifacts: without(state.artifacts, artifact_id) };
}

const WORK = ["started", "progress", "blocked", "unblocked", "completed", "reopened", "released"];
const FOLDS = {
  project: changeProject,
  "plan.accepted": acceptPlan,
  "task.claimed": claimTask,
  "task.changed": changeEvidence,
  ...Object.fromEntries(WORK.map((what) => [`task.${what}`, doWork])),
  "context.generated": activateContext,
  "context.updated": activateContext,
  "artifact.created": addArtifact,
  "artifact.validated": judgeArtifact,
  "artifact.deleted": removeArtifact,
};

// Parts

/** The project's references to the rest of the state. */
function withPointers(state) {
  const current = state.project.current_task_code;
  const pointers = {
    active_plan: state.plan?.id ?? null,
    active_context: state.contexts.find(({ task }) => task === null)?.id ?? null,
    current_task: (current && state.tasks.find(({ code }) => code === current)?.id) || null,
  };
  const isSame = Object.entries(pointers).every(([name, id]) => state.project[name] === id);
  return isSame ? state : { ...state, project: { ...state.project, ...pointers } };
}

function changeTask(state, code, changes) {
  const at = state.tasks.findIndex((task) => task.code === code);
  if (at < 0) return {};
  const tasks = [...state.tasks];
  tasks[at] = { ...tasks[at], ...changes };
  return { tasks, plan: state.plan && { ...state.plan, stats: counts(tasks) } };
}

/** Counts over the tasks that are not dropped; `progress` is their mean, 0–100. */
export function counts(/** @type {any[]} */ tasks) {
  const live = tasks.filter(({ status }) => status !== "dropped");
  const having = (status) => live.filter((task) => task.status === status).length;
  const sum = live.reduce((total, { progress }) => total + progress, 0);
  const progress = live.length ? roundHalfEven(sum / live.length) : 0;
  return { total: live.length, completed: having("done"), blocked: having("blocked"), progress };
}

/** As Python rounds: 12.5 is 12, 13.5 is 14. */
function roundHalfEven(number) {
  const down = Math.floor(number);
  return number - down === 0.5 ? down + (down % 2) : Math.round(number);
}

const byCode = (tasks) => new Map(tasks.map((task) => [task.code, task]));
const without = (rows, id) => rows.filter((row) => row.id !== id);
const picked = (object, names) => Object.fromEntries(names.filter((name) => name in object).map((name) => [name, object[name]]));
const shaped = (task) => ({ ...BLANK_TASK, ...picked(task, Object.keys(BLANK_TASK)) });
const newValues = (task) => Object.fromEntries(Object.entries(task?.fields ?? {}).map(([name, { to }]) => [name, to]));
const inPlanOrder = (one, other) => one.idx - other.idx || compare(one.code, other.code);
const byTask = (one, other) => compare(one.task ?? "", other.task ?? "");
const compare = (one, other) => (one < other ? -1 : Number(one > other));
