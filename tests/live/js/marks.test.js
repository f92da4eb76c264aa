import assert from "node:assert/strict";
import test from "node:test";

import { histogram, nextMark, noMarks, placeOf, withMarks } from "../../../live/static/live/time/marks.js";

const accepted = (seq, version) => ({ type: "plan.accepted", seq, timestamp: "t", payload: { version, summary: `Plan ${version}` } });
const completed = (seq) => ({ type: "task.completed", seq, timestamp: "t", payload: {} });
const marks = withMarks(withMarks(noMarks(), [accepted(10, 1), completed(20)]), [completed(30), accepted(40, 2), { type: "chat", seq: 41 }]);

test("versions are chapters, completed tasks are counted where they fall, and the last event falls into the last part", () => {
  assert.deepEqual(marks.chapters.map(({ seq, version }) => [seq, version]), [[10, 1], [40, 2]]);
  assert.deepEqual(histogram(marks.done, 10, 30, 4), [0, 0, 1, 1]);
});

test("a mark stands in its place of the log, also of one that begins late or has one event", () => {
  assert.deepEqual([placeOf(1, 1, 101), placeOf(51, 1, 101), placeOf(600, 500, 700), placeOf(7, 7, 7)], [0, 0.5, 0.5, 1]);
});

test("from mark to mark, both ways, until there is none", () => {
  assert.deepEqual([nextMark(marks, 1, 1), nextMark(marks, 10, 1), nextMark(marks, 40, 1)], [10, 20, undefined]);
  assert.deepEqual([nextMark(marks, 41, -1), nextMark(marks, 30, -1), nextMark(marks, 10, -1)], [40, 20, undefined]);
});
