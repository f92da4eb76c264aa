import assert from "node:assert/strict";
import test from "node:test";

import { differences } from "../../../live/static/live/context/differences.js";
import { otherMembers, statements, taskLines } from "../../../live/static/live/context/statements.js";

const BOB = { kind: "user", id: "2", name: "bob" };

test("an entry is read with its source where it has one, and whatever else somebody wrote there is shown", () => {
  const said = statements(["Godot it is.", { text: "No enemies.", why: "Scope", by: BOB, at: "2026-11-23T04:30:00Z", code: "T-002" }, { odd: 1 }, 7, null]);
  assert.deepEqual(said.map(({ text }) => text), ["Godot it is.", "No enemies.", '{\n  "odd": 1\n}', "7", "null"]);
  assert.deepEqual([said[0].by, said[1].by, said[1].why, said[1].code], [null, BOB, "Scope", "T-002"]);
  for (const wrong of [undefined, "a text", { text: "x" }]) assert.deepEqual(statements(wrong), []);
});

test("tasks are read from objects and from words", () => {
  assert.deepEqual(taskLines([{ code: "T-001", title: "Jump", status: "pending" }, "Run"]), [
    { code: "T-001", title: "Jump", status: "pending" },
    { code: "", title: "Run", status: "" },
  ]);
});

test("nothing of a context is left out: what the page does not know is shown as it is", () => {
  const content = { summary: "S", decisions: "not a list", mood: "good", numbers: [1] };
  assert.deepEqual(otherMembers(content, "global"), [["decisions", "not a list"], ["mood", "good"], ["numbers", "[\n  1\n]"]]);
  assert.deepEqual(otherMembers({ notes: ["n"] }, "task"), []);
  assert.deepEqual(otherMembers({ notes: ["n"] }, "global").length, 1);
});

test("of two lists only the entries that differ are told, of a text both versions", () => {
  const changed = {
    decisions: { from: ["a", "b", "b"], to: ["b", { text: "c", by: BOB }] },
    summary: { from: "Old.", to: "New." },
    current_task: { from: null, to: "T-001" },
  };
  assert.deepEqual(differences({ changed, added: { risks: ["r"] }, removed: { mood: "good" } }), [
    { name: "decisions", gone: ["a", "b"], fresh: ["c"] },
    { name: "summary", gone: ["Old."], fresh: ["New."] },
    { name: "current_task", gone: ["–"], fresh: ["T-001"] },
    { name: "risks", gone: [], fresh: ["r"] },
    { name: "mood", gone: ["good"], fresh: [] },
  ]);
});
