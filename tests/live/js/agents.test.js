import assert from "node:assert/strict";
import test from "node:test";

import { readable, revealed } from "../../../live/static/live/agents/readable.js";
import { inOrder, runsAfter, untilExpiry } from "../../../live/static/live/agents/roster.js";
import { Waiting, waitingFor } from "../../../live/static/live/agents/waiting.js";

const ADA = { kind: "ai", id: "a", name: "Ada" };
const BOB = { kind: "user", id: "2", name: "bob" };
let seq = 0;
const event = (type, payload, actor = ADA) => ({ type, payload, actor, seq: ++seq, task_code: null, timestamp: `2026-11-23T04:30:${10 + seq}.000Z` });
const started = (run_id, agent = "Ada") => event("run.started", { run_id, agent, model: "m" });
const asks = (run_id, activity_id, question = "Which engine?") => event("question.asked", { run_id, activity_id, agent: "Ada", question, options: ["Godot"] });
const answers = (run_id, activity_id) => event("question.answered", { run_id, activity_id, question: "?", answer: "Godot" }, BOB);
const after = (...events) => events.reduce(runsAfter, new Map());

test("a run tells, asks, is answered and ends", () => {
  const said = event("run.activity", { run_id: 1, activity_id: 8, agent: "Ada", kind: "thought", body: "The hero needs a body." });
  let runs = after(started(1), said, said, asks(1, 9));
  assert.deepEqual(runs.get(1).activities.map(({ id }) => id), [8, 9]);
  assert.equal(runs.get(1).status, "awaiting_input");
  runs = runsAfter(runs, answers(1, 9));
  assert.equal(runs.get(1).status, "active");
  assert.deepEqual([runs.get(1).activities[1].answer, runs.get(1).activities[1].answered_by], ["Godot", BOB]);
  runs = runsAfter(runs, event("run.ended", { run_id: 1, agent: "Ada", status: "complete", summary: "Done." }));
  assert.deepEqual([runs.get(1).status, runs.get(1).summary], ["complete", "Done."]);
});

test("a run waits until the last of its questions is answered", () => {
  const runs = after(started(1), asks(1, 8), asks(1, 9), answers(1, 8));
  assert.equal(runs.get(1).status, "awaiting_input");
  assert.equal(runsAfter(runs, answers(1, 9)).get(1).status, "active");
});

test("an event of a run that nobody has read yet makes it known, and what concerns no run changes nothing", () => {
  const runs = after(asks(7, 3));
  assert.deepEqual([runs.get(7).agent, runs.get(7).status], ["Ada", "awaiting_input"]);
  assert.equal(runsAfter(runs, event("chat", { text: "hi" })), runs);
});

test("who waits comes first, then who works, then who has ended, each newest first", () => {
  const runs = [["complete", 9], ["active", 3], ["awaiting_input", 1], ["stale", 5], ["pending", 4]].map(([status, id]) => ({ id, status }));
  assert.deepEqual(inOrder(runs).map(({ id }) => id), [1, 4, 3, 9, 5]);
});

test("the next look at the claims is when the first runs out", () => {
  const now = Date.parse("2026-11-23T04:30:00Z");
  const claims = ["2026-11-23T04:35:00Z", "2026-11-23T04:31:00Z"].map((expires_at) => ({ expires_at }));
  assert.deepEqual([untilExpiry(claims, now), untilExpiry(claims, now + 1e6), untilExpiry([], now)], [60_000, 0, undefined]);
});

/** An API that answers lists from memory, slowly where somebody wants to say something meanwhile. */
function apiOf(lists, meanwhile = () => {}) {
  return {
    async *list(path) {
      await null;
      meanwhile(path);
      yield* lists[path.split("/")[2]] ?? [];
    },
  };
}

test("questions and confirmations are counted, also what is asked and answered while they are being read", async () => {
  const questions = [{ id: 1, run: 1 }, { id: 2, run: 2 }, { id: 3, run: 3 }];
  const events = [answers(1, 1), asks(4, 4), asks(5, 5), answers(5, 5)];
  const said = (path) => path.includes("questions") && events.forEach((each) => waiting.take(each));
  const waiting = new Waiting(apiOf({ questions, "tool-calls": [{ id: 6 }] }, said), "game");
  assert.equal(waitingFor({ project: null }), 0);
  await waiting.load();
  assert.deepEqual([...waiting.questions.keys()].sort(), [2, 3, 4]);
  assert.equal(waitingFor({ project: { waiting } }), 4);
  waiting.take(event("run.ended", { run_id: 3, agent: "Ada", status: "stale" }));
  assert.equal(waiting.count, 3);
});

test("a tool call that is asked for or answered is read again", async () => {
  const lists = { "tool-calls": [] };
  let read = 0;
  const waiting = new Waiting(apiOf(lists, () => read++), "game");
  await waiting.load();
  lists["tool-calls"] = [{ id: 1 }];
  for (let n = 0; n < 20; n++) waiting.take(event("tool.requested", {}));
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(waiting.count, 1);
  assert.ok(read <= 4, `${read} lists were read for 20 events`);
});

test("nothing in a tool's arguments is left out or hidden", () => {
  const lines = readable({ path: "a\u202Egnp.exe", nodes: [{ name: "x\u200B" }, []], force: false, note: "", script: "one\ntwo\u0000" });
  assert.deepEqual(lines.map(({ path, text }) => [path, text]), [
    ["path", "a‹U+202E›gnp.exe"],
    ["nodes.0.name", "x‹U+200B›"],
    ["nodes.1", "[]"],
    ["force", "false"],
    ["note", "“”"],
    ["script", "one\ntwo‹U+0000›"],
  ]);
  assert.deepEqual(lines.map(({ isLong }) => isLong), [false, false, false, false, false, true]);
  assert.equal(readable({ "a\u2066b": 1 })[0].path, "a‹U+2066›b");
  assert.equal(revealed("Ünïcödé, 漢字 and 👍 stay"), "Ünïcödé, 漢字 and 👍 stay");
});
