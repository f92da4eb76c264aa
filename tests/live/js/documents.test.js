// What the documents' station knows without a page: texts as they grow, outlines as they are edited, drafts beside one another.

import assert from "node:assert/strict";
import test from "node:test";
import { DocumentText } from "../../../clients/js/src/document.js";
import { changesOf, compare } from "../../../live/static/live/documents/diff.js";
import { History } from "../../../live/static/live/documents/history.js";
import { Manuscript } from "../../../live/static/live/documents/manuscript.js";
import { OutlineEdits } from "../../../live/static/live/documents/outline-edits.js";
import {
  add,
  deepen,
  entriesOf,
  moveBefore,
  moveBy,
  parseOutline,
  remove,
  reword,
} from "../../../live/static/live/documents/outline.js";
import { follow, remaining, runOf } from "../../../live/static/live/documents/pace.js";
import { whyStale } from "../../../live/static/live/documents/staleness.js";

// Texts: what REST says and what the stream says, in whatever order

const section = (id, current_draft = null, content = "", more = {}) => ({
  id,
  idx: id,
  heading: `Section ${id}`,
  current_draft,
  content,
  ...more,
});
const bodyWith = (...sections) => ({ sections, global_summary: "As REST has it.", summary_revision: 1 });
const start = (id, draft) => ({ type: "section_start", section_id: id, draft, idx: id, heading: "", sections_total: 2 });
const chunk = (id, draft, begins, text) => ({
  type: "section_chunk",
  section_id: id,
  draft,
  start: begins,
  end: begins + text.length,
  text,
});
const end = (id, draft, status = "done") => ({ type: "section_end", section_id: id, draft, status, length: 3 });

function manuscript(...sections) {
  const made = new Manuscript(new DocumentText());
  made.takeDocument(bodyWith(...sections));
  return { made, hear: (...frames) => frames.forEach((frame) => made.apply(frame)), shown: (id) => made.of(id).text };
}

test("a section says what REST told, then what the stream tells", () => {
  const { made, hear, shown } = manuscript(section(1, 3, "old"), section(2));
  assert.deepEqual([shown(1), shown(2)], ["old", ""]);
  hear(start(2, 4), chunk(2, 4, 0, "new"), chunk(2, 4, 3, " words"));
  assert.deepEqual([shown(1), shown(2), made.writing], ["old", "new words", 2]);
  hear(end(2, 4));
  assert.deepEqual([shown(2), made.of(2).draft, made.of(2).status, made.writing], ["new words", 4, "done", undefined]);
});

test("the text that is there stays until the first word of a new draft has come", () => {
  const { made, hear, shown } = manuscript(section(1, 3, "old"));
  hear(start(1, 4));
  assert.deepEqual([shown(1), made.of(1).status], ["old", "writing"]);
  hear(chunk(1, 4, 0, "new"));
  assert.equal(shown(1), "new");
});

for (const status of ["failed", "cancelled"]) {
  test(`after a draft that was ${status} the section says what it said before`, () => {
    const { made, hear, shown } = manuscript(section(1, 3, "old"), section(2));
    hear(start(1, 4), chunk(1, 4, 0, "new"), end(1, 4, status));
    hear(start(2, 5), chunk(2, 5, 0, "new"), end(2, 5, status));
    assert.deepEqual([shown(1), made.of(1).draft, shown(2)], ["old", 3, ""]);
    assert.deepEqual(made.of(1).broken, { draft: 4, status, length: 3 });
    hear(start(1, 6));
    assert.equal(made.of(1).broken, undefined);
  });
}

test("an answer of REST that was overtaken by the stream changes nothing of what that told", () => {
  const { made, hear, shown } = manuscript(section(1, 3, "old"), section(2));
  const since = made.now;
  hear(start(1, 4), chunk(1, 4, 0, "new"), end(1, 4));
  made.takeDocument(bodyWith(section(1, 3, "old"), section(2, 2, "too")), since);
  assert.deepEqual([shown(1), shown(2)], ["new", "too"]);
});

test("an earlier draft that is adopted, or a text that is gone, is what a later answer of REST says", () => {
  const { made, hear, shown } = manuscript(section(1, 3, "old"), section(2, 2, "other"));
  hear(start(1, 4), chunk(1, 4, 0, "new"), end(1, 4));
  made.takeDocument(bodyWith(section(1, 3, "old"), section(2)));
  assert.deepEqual([shown(1), made.of(1).status, shown(2)], ["old", undefined, ""]);
});

test("REST does not touch what is being written, but what comes back when that is cancelled", () => {
  const { made, hear, shown } = manuscript(section(1, 3, "old"));
  hear(start(1, 5), chunk(1, 5, 0, "new"));
  made.takeDocument(bodyWith(section(1, 4, "by hand", { status: "writing" })));
  assert.equal(shown(1), "new");
  hear(end(1, 5, "cancelled"));
  assert.equal(shown(1), "by hand");
});

test("the summary follows the stream, and an older answer does not take it back", () => {
  const { made, hear } = manuscript(section(1));
  assert.equal(made.summary, "As REST has it.");
  hear({ type: "summary_update", global_summary: "Newer.", revision: 2, sections_done: 1, sections_total: 2 });
  made.takeDocument(bodyWith(section(1)), 0);
  assert.equal(made.summary, "Newer.");
});

// Outlines

const OUTLINE = { sections: ["a", "b", "c"].map((heading, at) => ({ id: at + 1, level: 1, heading, brief: "" })) };
const headings = (entries) => entries.map(({ heading }) => heading).join("");
const [A, B, C] = ["section-1", "section-2", "section-3"];

for (const [what, edit, expected] of [
  ["up", moveBy(C, -1), "acb"],
  ["down", moveBy(A, 1), "bac"],
  ["beyond the end, which is the end", moveBy(A, 9), "bca"],
  ["before the first", moveBefore(C, A), "cab"],
  ["before one further down", moveBefore(A, C), "bac"],
  ["to the end", moveBefore(A, null), "bca"],
  ["before itself, which changes nothing", moveBefore(B, B), "abc"],
  ["before one that is gone, which changes nothing", moveBefore(A, "section-9"), "abc"],
  ["away", remove(B), "ac"],
  ["in behind another", add({ key: "new-1", level: 1, heading: "n" }, A), "anbc"],
  ["in at the end, since what it was to follow is gone", add({ key: "new-1", level: 1, heading: "n" }, "section-9"), "abcn"],
]) {
  test(`a section goes ${what}`, () => assert.equal(headings(edit(entriesOf(OUTLINE))), expected));
}

test("levels go from 1 to 3", () => {
  const level = (...edits) => edits.reduce((entries, edit) => edit(entries), entriesOf(OUTLINE))[0].level;
  assert.deepEqual([level(deepen(A, -1)), level(deepen(A, 1)), level(...Array(5).fill(deepen(A, 1)))], [1, 2, 3]);
});

test("an outline is typed a heading a line, with briefs, marks or indentation", () => {
  assert.deepEqual(parseOutline("# Vision: what it is\n## Core loop – the loop: all of it\n\n#\n1. Look"), [
    { level: 1, heading: "Vision", brief: "what it is" },
    { level: 2, heading: "Core loop", brief: "the loop: all of it" },
    { level: 1, heading: "Look", brief: "" },
  ]);
  assert.deepEqual(
    parseOutline("  A\n    B\n\tC\n          - D: d").map(({ level, heading }) => [level, heading]),
    [
      [1, "A"],
      [2, "B"],
      [1, "C"],
      [3, "D"],
    ],
  );
  assert.deepEqual(parseOutline(" \n#\n"), []);
});

/** Edits whose answers the test gives: `answer()` stores what was sent, `answer(error)` refuses it. */
function editing() {
  const sent = [];
  let settle;
  const edits = new OutlineEdits(
    (outline) =>
      new Promise((resolve, reject) => {
        sent.push(outline);
        settle = { resolve, reject };
      }),
    () => {},
  );
  edits.take(OUTLINE);
  const answer = async (error) => {
    const sections = sent.at(-1).map((entry, at) => ({ brief: "", ...entry, id: entry.id ?? 90 + at }));
    if (error) settle.reject(error);
    else settle.resolve({ sections });
    await new Promise(setImmediate);
  };
  return { edits, sent, answer };
}

test("an edit shows at once, and what is done meanwhile is sent when it has been stored", async () => {
  const { edits, sent, answer } = editing();
  edits.do(moveBy(A, 1));
  edits.do(remove(C));
  edits.do(reword(B, { heading: "B" }));
  assert.deepEqual([headings(edits.entries), sent.map(headings)], ["Ba", ["bac"]]);
  await answer();
  assert.deepEqual([sent.map(headings), edits.isBusy], [["bac", "Ba"], true]);
  await answer();
  assert.deepEqual([headings(edits.entries), edits.isBusy, edits.refused], ["Ba", false, undefined]);
});

test("a new section keeps its key when it gets its id, so that it can be edited before", async () => {
  const { edits, sent, answer } = editing();
  const key = edits.newKey();
  edits.do(add({ key, level: 2, heading: "n" }, A));
  edits.do(reword(key, { heading: "N" }));
  await answer();
  await answer();
  assert.deepEqual(sent[1][1], { id: 91, level: 2, heading: "N", brief: "" });
  edits.take({ sections: sent[1] });
  assert.equal(edits.entries[1].key, key);
});

test("what is refused is taken back, kept, and done again on the outline as it is then", async () => {
  const { edits, sent, answer } = editing();
  edits.do(reword(A, { heading: "mine" }));
  edits.do(moveBy(B, 1));
  edits.take({ sections: [...OUTLINE.sections, { id: 4, level: 1, heading: "theirs", brief: "" }] });
  await answer(new Error("stale"));
  assert.equal(headings(edits.entries), "abctheirs");
  assert.equal(edits.refused.error.message, "stale");
  assert.equal(headings(edits.refused.wanted), "minebc");
  edits.again();
  assert.deepEqual([headings(edits.entries), headings(sent.at(-1)), edits.refused], ["minecbtheirs", "minecbtheirs", undefined]);
  await answer();
  assert.equal(headings(edits.entries), "minecbtheirs");
});

// How far

const AT = Date.parse("2026-11-23T10:00:00Z");
const event = (type, seconds, payload = {}, document_id = 7) => ({
  type,
  timestamp: new Date(AT + 1000 * seconds).toISOString(),
  actor: { name: "ada" },
  payload: { document_id, ...payload },
});
const RUN = [
  event("document.started", 0, { generation_id: 3, sections_total: 4 }),
  event("section.completed", 10),
  event("section.completed", 30),
];

test("a run is followed from its start to its end, and no other document's", () => {
  assert.deepEqual(runOf([...RUN, event("section.completed", 31, {}, 8)], 7), {
    id: 3,
    total: 4,
    done: 2,
    began: AT,
    since: AT + 30_000,
    actor: "ada",
  });
  for (const type of ["document.completed", "document.failed", "document.cancelled"])
    assert.equal(runOf([...RUN, event(type, 40)], 7), null);
  assert.equal(follow(null, event("section.completed", 1)), null);
});

test("the time to go is what the sections before have taken, and unknown before the first", () => {
  assert.equal(remaining(runOf(RUN.slice(0, 1), 7), AT + 60_000), undefined);
  const run = runOf(RUN, 7); // 15 s a section
  assert.equal(remaining(run, AT + 30_000), 30_000);
  assert.equal(remaining(run, AT + 40_000), 20_000);
  assert.equal(remaining(run, AT + 300_000), 15_000); // slower than before: it may end at any moment, then one more comes
  assert.equal(remaining(run, AT), 30_000); // by a clock that is behind
});

// Why a section is stale

const accepted = {
  type: "plan.accepted",
  id: "e-1",
  timestamp: "",
  payload: { version: 3, diff: { changed: [{ code: "T-002" }, { code: "T-005" }], dropped: [{ code: "T-004" }] } },
};
const updated = (section_id, action) => ({ type: "section.updated", causation_id: "e-1", payload: { section_id, action } });

test("a section is stale for the tasks of which it tells and which a plan has changed", () => {
  const stale = { id: 1, tasks: ["T-002", "T-003", "T-004"] };
  const { version, changed, dropped } = whyStale(stale, [accepted, updated(1, "stale"), updated(2, "edited")]);
  assert.deepEqual({ version, changed, dropped }, { version: 3, changed: ["T-002"], dropped: ["T-004"] });
  assert.equal(whyStale(stale, [updated(1, "stale")]), undefined); // the cause is no longer in the log
  assert.equal(whyStale(stale, [accepted, updated(1, "stale"), updated(1, "adopted")]), undefined);
});

/** An Api whose log is these events, given a page of so many at a time. */
const logOf = (events, size) => ({
  asked: 0,
  async get(path, { before }) {
    this.asked += 1;
    const earlier = events.filter(({ seq }) => seq < before);
    return { results: earlier.slice(-size), previous: earlier.length > size ? "earlier" : null };
  },
});
const numbered = (events) => events.map((each, at) => ({ ...each, seq: at + 1 }));
const STALE = { status: "ready", sections: [{ id: 1, status: "stale", tasks: ["T-002"] }] };

test("the log is read back as far as it takes to explain what is stale, and no further", async () => {
  const others = Array(3).fill(updated(2, "edited"));
  const api = logOf(numbered([...others, accepted, ...others, updated(1, "stale"), ...others]), 4);
  const history = new History(7);
  await history.read(api, "x", STALE);
  assert.deepEqual([history.whyStale(STALE.sections[0]).version, api.asked], [3, 2]);
});

test("a document of which nothing has to be explained needs no log, and one that cannot be, only some of it", async () => {
  const api = logOf(numbered(Array(40).fill(updated(2, "edited"))), 4);
  await new History(7).read(api, "x", { status: "ready", sections: [{ id: 1, status: "done", tasks: [] }] });
  assert.equal(api.asked, 0);
  await new History(7).read(api, "x", STALE);
  assert.equal(api.asked, 3);
});

test("an event that was read is not counted again when it comes", async () => {
  const events = numbered(RUN);
  const history = new History(7);
  await history.read(logOf(events, 9), "x", { status: "generating", sections: [] });
  for (const each of [...events, { ...event("section.completed", 40), seq: 4 }]) history.take(each);
  assert.equal(history.run.done, 3);
});

// Drafts beside one another

const marked = (parts) =>
  parts.map(({ text, kind }) => ({ same: text, removed: `[-${text}-]`, added: `[+${text}+]` })[kind]).join("");
const rows = (older, newer) => compare(older, newer).map(({ left, right }) => [marked(left), marked(right)]);

test("passages stand side by side, with the words that differ", () => {
  assert.deepEqual(rows("The hero jumps.\n\nSame.\n\nGone.", "The hero leaps high.\n\nSame."), [
    ["The hero [-jumps-].", "The hero [+leaps high+]."],
    ["Same.", "Same."],
    ["[-Gone.-]", ""],
  ]);
});

test("passages that have little in common are replaced as a whole", () => {
  assert.deepEqual(rows("A short one.", "Nothing of that kind was ever said here before."), [
    ["[-A short one.-]", "[+Nothing of that kind was ever said here before.+]"],
  ]);
});

test("in scripts without spaces a character is a word, and an emoji is one whatever it consists of", () => {
  assert.deepEqual(rows("島々を跳ぶ主人公", "島々を走る主人公"), [["島々を[-跳ぶ-]主人公", "島々を[+走る+]主人公"]]);
  assert.deepEqual(rows("They win the race 👩‍🚀 today", "They win the race 👨‍🚀 today"), [
    ["They win the race [-👩‍🚀-] today", "They win the race [+👨‍🚀+] today"],
  ]);
});

test("texts that say the same have no rows that differ, however many empty lines are between", () => {
  assert.deepEqual(
    compare("a\n\nb", "a\n\n\n\nb\n").map(({ same }) => same),
    [true, true],
  );
  assert.deepEqual(compare("", ""), []);
});

/** Numbers that are the same in each run of the tests. */
function* chance(seed) {
  for (let state = seed; ;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

function commonLength(one, other) {
  const table = Array.from({ length: one.length + 1 }, () => new Array(other.length + 1).fill(0));
  for (let x = 1; x <= one.length; x += 1) {
    for (let y = 1; y <= other.length; y += 1) {
      table[x][y] = one[x - 1] === other[y - 1] ? table[x - 1][y - 1] + 1 : Math.max(table[x - 1][y], table[x][y - 1]);
    }
  }
  return table[one.length][other.length];
}

test("of any two lists the changes make both again, and keep as much as can be kept", () => {
  const numbers = chance(7);
  const next = () => numbers.next().value;
  const list = () => Array.from({ length: Math.floor(next() * 9) }, () => "abc"[Math.floor(next() * 3)]);
  for (let round = 0; round < 2000; round += 1) {
    const [older, newer] = [list(), list()];
    const changes = changesOf(older, newer);
    assert.deepEqual(
      changes.flatMap(({ same, removed }) => same ?? removed),
      older,
    );
    assert.deepEqual(
      changes.flatMap(({ same, added }) => same ?? added),
      newer,
    );
    assert.equal(
      changes.reduce((sum, { same = [] }) => sum + same.length, 0),
      commonLength(older, newer),
    );
  }
});

test("two long texts that share almost nothing are compared all the same", () => {
  const numbers = chance(3);
  const text = () => Array.from({ length: 20_000 }, () => `w${Math.floor(numbers.next().value * 9999)}`).join(" ");
  const [{ left, right }] = compare(text(), text());
  assert.deepEqual([left[0].kind, right[0].kind], ["removed", "added"]);
});
