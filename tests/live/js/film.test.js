import assert from "node:assert/strict";
import test from "node:test";

import { Film } from "../../../live/static/live/time/film.js";

const PAGE = 50;

/** A log of `head` events, whose state is the list of all seqs so far, and what was asked of it. */
function log(head) {
  const asked = [];
  const past = (seq) => ({ seq, told: Array.from({ length: seq }, (_, n) => n + 1) });
  const source = {
    asked,
    head: () => head,
    grow: (count) => (head += count),
    stateAt: async (seq) => (asked.push(`state ${seq}`), past(seq)),
    eventsAfter: async (seq) => {
      asked.push(`after ${seq}`);
      return past(head).told.slice(seq, seq + PAGE).map((each) => ({ seq: each }));
    },
    fold: (state, event) => {
      assert.equal(event.seq, state.seq + 1, "events are folded in order, none twice, none missing");
      return { seq: event.seq, told: [...state.told, event.seq] };
    },
  };
  const isRight = (film) => assert.deepEqual(film.state, past(film.seq));
  return { source, film: new Film(source), isRight };
}

test("a jump shows the state right after that event", async () => {
  const { source, film, isRight } = log(50_000);
  await film.seek(31_234);
  assert.equal(film.seq, 31_234);
  isRight(film);
  assert.deepEqual(source.asked, ["state 31234"]);
});

test("of many jumps at once the last arrives, and few are asked for", async () => {
  const { source, film } = log(50_000);
  await Promise.all(Array.from({ length: 200 }, (_, n) => film.seek((n + 1) * 200)));
  assert.equal(film.seq, 40_000);
  assert.ok(source.asked.length <= 2, source.asked.join());
});

test("played forward, every event is folded, page after page, to the end", async () => {
  const { film, isRight } = log(1_234);
  await film.seek(700);
  while (await film.advance(7)) isRight(film);
  assert.equal(film.seq, 1_234);
});

test("what comes while it plays is played too, and at the end nothing is asked for", async () => {
  const { source, film, isRight } = log(100);
  await film.seek(90);
  assert.equal(await film.advance(50), 10);
  const before = source.asked.length;
  assert.equal(await film.advance(1), 0);
  assert.equal(source.asked.length, before);
  source.grow(5);
  assert.equal(await film.advance(50), 5);
  isRight(film);
});

test("steps back over what was shown ask for nothing", async () => {
  const { source, film, isRight } = log(1_000);
  await film.seek(500);
  await film.advance(20);
  const before = source.asked.filter((each) => each.startsWith("state")).length;
  for (let seq = 519; seq >= 500; seq--) {
    await film.seek(seq);
    isRight(film);
  }
  assert.equal(source.asked.filter((each) => each.startsWith("state")).length, before);
});

test("a jump ends a play that waits for its events, and events that no longer follow are let go", async () => {
  const { source, film, isRight } = log(10_000);
  await film.seek(100);
  const { eventsAfter } = source;
  let answer;
  source.eventsAfter = (seq) => new Promise((resolve) => (answer = () => resolve(eventsAfter(seq))));
  const playing = film.advance(30);
  await film.seek(5_000);
  source.eventsAfter = eventsAfter;
  answer();
  assert.equal(await playing, 0);
  assert.equal(film.seq, 5_000);
  assert.equal(await film.advance(120), 120);
  isRight(film);
});

test("the event that led to what is shown can be told after a jump", async () => {
  const { film, isRight } = log(1_000);
  await film.seek(400);
  assert.equal(film.event, null);
  await film.tell();
  assert.equal(film.event.seq, 400);
  await film.advance(60);
  assert.equal(film.event.seq, 460);
  isRight(film);
});

test("a jump that fails can be tried again", async () => {
  const { source, film } = log(100);
  const { stateAt } = source;
  source.stateAt = async () => {
    throw new Error("no connection");
  };
  await assert.rejects(film.seek(50));
  source.stateAt = stateAt;
  await film.seek(50);
  assert.equal(film.seq, 50);
  assert.equal(film.isSeeking, false);
});
