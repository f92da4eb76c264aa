// A cycle is found before it is sent, with its path, however long the chain.

import assert from "node:assert/strict";
import test from "node:test";
import { cycleThrough, edgesOf, everyoneWaitingFor, findCycle, mergedEdges } from "../../../live/static/live/plans/cycles.js";

const CHAIN = new Map([
  ["T-001", []],
  ["T-002", ["T-001"]],
  ["T-003", ["T-002"]],
  ["T-004", []],
]);
const through = (edges, code, dependency) => cycleThrough(everyoneWaitingFor(edges, code), code, dependency);

test("waiting for somebody who waits for you is refused with the way back", () => {
  assert.deepEqual(through(CHAIN, "T-001", "T-003"), ["T-001", "T-003", "T-002", "T-001"]);
  assert.deepEqual(through(CHAIN, "T-002", "T-003"), ["T-002", "T-003", "T-002"]);
  assert.deepEqual(through(CHAIN, "T-001", "T-001"), ["T-001", "T-001"]);
});

test("what makes no cycle is not refused", () => {
  assert.equal(through(CHAIN, "T-003", "T-001"), null);
  assert.equal(through(CHAIN, "T-003", "T-004"), null);
  assert.equal(through(CHAIN, "T-004", "T-003"), null);
});

test("the way back is the shortest", () => {
  const edges = new Map([...CHAIN, ["T-003", ["T-002", "T-001"]]]);
  assert.deepEqual(through(edges, "T-001", "T-003"), ["T-001", "T-003", "T-001"]);
});

test("every dependency that is refused would make a cycle, and every other one none", () => {
  const edges = new Map();
  for (let number = 0; number < 60; number++) {
    const earlier = [...edges.keys()];
    edges.set(
      `T-${number}`,
      earlier.filter((_, place) => (place * 7 + number * 13) % 11 === 0),
    );
  }
  for (const code of edges.keys()) {
    const waiting = everyoneWaitingFor(edges, code);
    for (const other of edges.keys()) {
      const with_it = new Map(edges).set(code, [...edges.get(code), other]);
      const path = cycleThrough(waiting, code, other);
      assert.equal(path !== null, findCycle(with_it) !== null, `${code} on ${other}`);
      path?.slice(1).forEach((next, place) => assert.ok(with_it.get(path[place]).includes(next)));
    }
  }
});

test("the first cycle of a graph is found, and none where there is none", () => {
  assert.equal(findCycle(CHAIN), null);
  assert.deepEqual(findCycle(new Map([...CHAIN, ["T-001", ["T-003"]]])), ["T-001", "T-003", "T-002", "T-001"]);
  assert.equal(findCycle(new Map([["T-001", ["T-999"]]])), null);
});

test("a chain of ten thousand tasks is walked", () => {
  const code = (number) => `T-${number}`;
  const tasks = Array.from({ length: 10_000 }, (_, number) => ({
    code: code(number),
    dependencies: number ? [code(number - 1)] : [],
  }));
  const edges = edgesOf(tasks);
  assert.equal(findCycle(edges), null);
  assert.equal(through(edges, "T-0", "T-9999").length, 10_001);
  assert.equal(findCycle(edges.set("T-0", ["T-9999"])).length, 10_001);
});

test("a merge that closes a ring is seen", () => {
  assert.equal(findCycle(mergedEdges(CHAIN, ["T-002", "T-003"])), null);
  assert.deepEqual(findCycle(mergedEdges(CHAIN, ["T-001", "T-003"])), ["T-002", "T-001", "T-002"]);
  assert.deepEqual(mergedEdges(CHAIN, ["T-001", "T-002"]).get("T-003"), ["T-001"]);
});
