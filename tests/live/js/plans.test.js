// Edits of a plan before and while the gateway has them: shown at once, sent in turn, taken back whole, kept to be done again.

import assert from "node:assert/strict";
import test from "node:test";
import { applied, placeOnto } from "../../../live/static/live/plans/applying.js";
import { mayAccept, sharedWith, takenWith, takenWithout } from "../../../live/static/live/plans/choice.js";
import { bodyOf, isDecided, takesValue } from "../../../live/static/live/plans/resolutions.js";
import { changedFields, draftOf, onTopOf, takeTheirs } from "../../../live/static/live/plans/task-draft.js";
import { continuationOf, firstShown, newestReviews, sidesOf, threadsOf } from "../../../live/static/live/plans/versions.js";
import { PlanWriter } from "../../../live/static/live/plans/writer.js";

const task = (code, dependencies = [], more = {}) => ({ code, title: code, dependencies, ...more });
const TASKS = [task("T-001"), task("T-002", ["T-001"]), task("T-003", ["T-002"])];
const codes = (tasks) => tasks.map(({ code }) => code);
const move = (code, idx) => ({ op: "move", code, idx });

// What an operation makes of the list

test("a move, an update and a drop are shown as the gateway will answer them", () => {
  assert.deepEqual(codes(applied(TASKS, [move("T-003", 0)])), ["T-003", "T-001", "T-002"]);
  assert.equal(applied(TASKS, [{ op: "update", code: "T-002", fields: { title: "Leap" } }])[1].title, "Leap");
  const bridged = applied(TASKS, [{ op: "drop", code: "T-002" }]);
  assert.deepEqual(codes(bridged), ["T-001", "T-003"]);
  assert.deepEqual(bridged[1].dependencies, ["T-001"]);
});

test("operations on tasks that are gone, and those that give new codes, change nothing", () => {
  const ops = [
    move("T-009", 0),
    { op: "drop", code: "T-009" },
    { op: "split", code: "T-001", into: [] },
    { op: "add", task: {} },
  ];
  assert.deepEqual(applied(TASKS, ops), TASKS);
});

test("a task dropped on the half of another gets the place beside it", () => {
  const order = ["A", "B", "C", "D"];
  assert.equal(placeOnto(order, "A", "C", false), 1);
  assert.equal(placeOnto(order, "A", "C", true), 2);
  assert.equal(placeOnto(order, "D", "B", false), 1);
  assert.equal(placeOnto(order, "B", "B", true), 1);
});

// The writer

/** A gateway that answers when it is told to; `stale` lets the next edit fail. */
function scripted(tasks = TASKS) {
  const store = { plan: { id: 7, revision: 1, tasks }, sent: [], held: [], isHolding: false, stale: false };
  store.read = async () => ({ ...store.plan });
  store.edit = async (plan, body) => {
    store.sent.push(body);
    if (store.isHolding) await new Promise((resolve) => store.held.push(resolve));
    if (store.stale || plan.revision !== store.plan.revision) throw Object.assign(new Error("stale"), { code: "stale_version" });
    store.plan = { ...store.plan, revision: plan.revision + 1, tasks: applied(store.plan.tasks, body.ops) };
    return store.plan;
  };
  return store;
}

const writerOn = (store) => new PlanWriter(store, store.plan, () => {});

test("an edit is shown before it is answered, and stored after", async () => {
  const store = scripted();
  const writer = writerOn(store);
  const written = writer.write([move("T-003", 0)], "first things first");
  assert.deepEqual(codes(writer.tasks), ["T-003", "T-001", "T-002"]);
  assert.equal(writer.isBusy, true);
  assert.equal((await written).revision, 2);
  assert.deepEqual(store.sent, [{ ops: [move("T-003", 0)], reason: "first things first" }]);
  assert.equal(writer.tasks, writer.tasks, "the same array while nothing changes");
});

test("edits are sent one after the other, each on what the one before made; moves of one task that wait are one move", async () => {
  const store = scripted();
  store.isHolding = true;
  const writer = writerOn(store);
  const all = [writer.write([{ op: "drop", code: "T-001" }]), writer.write([move("T-003", 0)]), writer.write([move("T-003", 1)])];
  assert.deepEqual(codes(writer.tasks), ["T-002", "T-003"]);
  assert.equal(store.sent.length, 1);
  store.isHolding = false;
  store.held[0]();
  await Promise.all(all);
  assert.deepEqual(
    store.sent.map(({ ops }) => ops),
    [[{ op: "drop", code: "T-001" }], [move("T-003", 1)]],
  );
  assert.equal(writer.isBusy, false);
});

test("what is refused is taken back with all that waited on it, shows what is there now, and can be done again", async () => {
  const store = scripted();
  store.isHolding = true;
  const writer = writerOn(store);
  const all = [writer.write([move("T-003", 0)]), writer.write([{ op: "drop", code: "T-002" }])];
  store.plan = { id: 7, revision: 2, tasks: applied(TASKS, [{ op: "update", code: "T-001", fields: { title: "Theirs" } }]) };
  store.isHolding = false;
  store.held[0]();
  const answers = await Promise.allSettled(all);
  assert.deepEqual(
    answers.map(({ status }) => status),
    ["rejected", "rejected"],
  );
  assert.deepEqual(codes(writer.tasks), codes(TASKS));
  assert.equal(writer.tasks[0].title, "Theirs");
  assert.equal(writer.refused.error.code, "stale_version");
  await writer.again();
  assert.deepEqual(codes(writer.tasks), ["T-003", "T-001"]);
  assert.equal(writer.tasks[1].title, "Theirs");
  assert.equal(writer.refused, null);
});

test("what others do is read when nothing of ours is on its way", async () => {
  const store = scripted();
  const writer = writerOn(store);
  store.plan = { ...store.plan, revision: 5, tasks: TASKS.slice(1) };
  await writer.refresh();
  assert.deepEqual(codes(writer.tasks), ["T-002", "T-003"]);
});

// A task's form

const LEAP = {
  code: "T-002",
  title: "Leap",
  description: "High.",
  priority: 2,
  estimates: { story_points: 3, time_hours: 4.5 },
  dependencies: ["T-001"],
  acceptance: ["It lands", "It looks well"],
  deliverables: [],
  mcp_tools: ["godot"],
};

test("a form that nobody touched says nothing new, whatever its spaces", () => {
  const draft = draftOf(LEAP);
  assert.deepEqual(changedFields(draft), {});
  draft.form.acceptance = " It lands \n\nIt looks well\n";
  assert.deepEqual(changedFields(draft), {});
  draft.form.time_hours = "5";
  draft.form.acceptance = "It lands";
  assert.deepEqual(changedFields(draft), { acceptance: ["It lands"], estimates: { story_points: 3, time_hours: 5 } });
});

test("others' edits come into the fields that nobody typed in; what was typed stays, and tells of theirs", () => {
  const draft = draftOf(LEAP);
  draft.form.title = "Jump far";
  const now = onTopOf(draft, { ...LEAP, title: "Bound", description: "Higher.", priority: 1 });
  assert.equal(now.form.title, "Jump far");
  assert.equal(now.form.description, "Higher.");
  assert.equal(now.form.priority, "1");
  assert.deepEqual(now.theirs, { title: "Bound" });
  assert.deepEqual(changedFields(now), { title: "Jump far" });
  const taken = takeTheirs(now, "title");
  assert.deepEqual([taken.form.title, taken.theirs, changedFields(taken)], ["Bound", {}, {}]);
});

test("what both typed alike is no difference, and a second edit of theirs replaces the first", () => {
  const draft = draftOf(LEAP);
  draft.form.title = "Bound";
  assert.deepEqual(onTopOf(draft, { ...LEAP, title: "Bound" }).theirs, {});
  const twice = onTopOf(onTopOf(draft, { ...LEAP, title: "Hop" }), { ...LEAP, title: "Skip" });
  assert.deepEqual(twice.theirs, { title: "Skip" });
});

test("a new task begins blank", () => {
  const draft = draftOf(null);
  assert.equal(draft.code, null);
  assert.deepEqual([draft.form.priority, draft.form.acceptance, draft.form.dependencies], ["3", "", []]);
});

// A part of a proposal

const CHANGES = [
  { code: "T-014", needs: {} },
  { code: "T-015", needs: { "T-014": "T-015 waits for T-014." } },
  { code: "T-016", needs: { "T-015": "T-016 waits for T-015." } },
  { code: "T-002", needs: {} },
];

test("a change comes with all that it needs, and says why", () => {
  const { taken, because } = takenWith(CHANGES, new Set(["T-002"]), "T-016");
  assert.deepEqual([...taken].sort(), ["T-002", "T-014", "T-015", "T-016"]);
  assert.deepEqual(
    [...because],
    [
      ["T-015", "T-016 waits for T-015."],
      ["T-014", "T-015 waits for T-014."],
    ],
  );
});

test("a change that is left takes with it whatever needs it", () => {
  const all = new Set(CHANGES.map(({ code }) => code));
  const { taken, because } = takenWithout(CHANGES, all, "T-014");
  assert.deepEqual([...taken], ["T-002"]);
  assert.deepEqual([...because.keys()], ["T-015", "T-016"]);
});

const consensus = (missing) => {
  const all = { approvals: 0, comments: [], change_requests: [], ...missing };
  return { agreed: !all.approvals && !all.comments.length && !all.change_requests.length, missing: all };
};

test("a part may be accepted although a comment blocks what is left, and not although people are missing", () => {
  const comments = [
    { id: 5, now: { code: "T-014" } },
    { id: 6, now: { code: null } },
  ];
  const elsewhere = new Set(["T-002"]);
  assert.equal(mayAccept(consensus({}), comments, null), true);
  assert.equal(mayAccept(consensus({ comments: [5] }), comments, null), false);
  assert.equal(mayAccept(consensus({ comments: [5] }), comments, elsewhere), true);
  assert.equal(mayAccept(consensus({ comments: [5] }), comments, new Set(["T-014"])), false);
  assert.equal(mayAccept(consensus({ comments: [6] }), comments, elsewhere), false);
  assert.equal(mayAccept(consensus({ approvals: 1 }), comments, elsewhere), false);
  assert.equal(mayAccept(consensus({ change_requests: [{ user: "ada" }] }), comments, elsewhere), false);
  assert.equal(mayAccept(null, comments, null), false);
});

test("other proposals are told with all the tasks that both touch", () => {
  const other = { plan: 9, version: 4, author: { name: "ben" } };
  const changes = [
    { code: "T-001", overlaps: [other] },
    { code: "T-002", overlaps: [] },
    { code: "T-003", overlaps: [other] },
  ];
  assert.deepEqual(sharedWith(changes), [{ ...other, codes: ["T-001", "T-003"] }]);
});

// Conflicts

test("decisions become resolutions: a side, or a value as its field takes it", () => {
  const conflicts = [
    { id: "T-003.title", kind: "field", field: "title" },
    { id: "T-007.acceptance", kind: "field", field: "acceptance" },
    { id: "T-009", kind: "work", field: null },
  ];
  const decisions = new Map([
    ["T-003.title", { take: "mine" }],
    ["T-007.acceptance", { take: "value", text: "It lands\n\n It stays " }],
  ]);
  assert.equal(isDecided(conflicts, decisions), false);
  assert.deepEqual(bodyOf(conflicts, decisions, { policy: "theirs" }), {
    resolutions: [
      { id: "T-003.title", take: "mine" },
      { id: "T-007.acceptance", take: "value", value: ["It lands", "It stays"] },
    ],
    policy: "theirs",
  });
  assert.deepEqual(conflicts.map(takesValue), [true, true, false]);
  assert.equal(isDecided(conflicts, decisions.set("T-009", { take: "theirs" })), true);
});

// Versions

const version = (id, status, more = {}) => ({ id, version: id, status, base: null, continues: null, ...more });

test("the version asked for is shown, else the newest proposal, else the accepted one", () => {
  const versions = [version(3, "superseded"), version(2, "accepted"), version(1, "superseded")];
  assert.equal(firstShown(versions, 1).id, 1);
  assert.equal(firstShown(versions, undefined).id, 2);
  assert.equal(firstShown([version(4, "proposed"), ...versions], 99).id, 4);
  assert.equal(firstShown([version(5, "superseded")], undefined).id, 5);
  assert.equal(firstShown([], 1), undefined);
  assert.equal(continuationOf([version(4, "proposed", { continues: 3 })], 3).id, 4);
});

test("answers stand below what they answer, answers to answers too", () => {
  const said = (id, in_reply_to = null) => ({ id, in_reply_to });
  const threads = threadsOf([said(1), said(2), said(3, 1), said(4, 3), said(5, 99)]);
  assert.deepEqual(
    threads.map(({ comment, replies }) => [comment.id, replies.map(({ id }) => id)]),
    [
      [1, [3, 4]],
      [2, []],
      [5, []],
    ],
  );
});

test("of each person's reviews the newest counts", () => {
  const review = (id, author) => ({ id, author: { kind: "user", id: author } });
  assert.deepEqual(
    newestReviews([review(1, "a"), review(2, "b"), review(3, "a")]).map(({ id }) => id),
    [3, 2],
  );
});

test("a text's difference has two sides", () => {
  const words = [
    { kind: "same", text: "jump " },
    { kind: "gone", text: "high" },
    { kind: "new", text: "higher" },
  ];
  const { before, after } = sidesOf(words);
  assert.equal(before.map(({ text }) => text).join(""), "jump high");
  assert.equal(after.map(({ text }) => text).join(""), "jump higher");
});
