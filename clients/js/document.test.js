import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import test from "node:test";
import { WebSocket } from "ws";

import { DocumentText } from "./src/document.js";
import { CommandError, Gap, Gateway, Mismatch, ProtocolError, Unanswered } from "./src/gateway.js";
import { serving } from "./scripted-server.js";

const STREAM = "document:7";
const TEXT = "The hero 👩‍🚀 jumps: é, e\u0301 and 🎮.";
const bytes = (text) => Buffer.byteLength(text);
const frame = (type, more) => ({ type, stream: STREAM, document_id: 7, section_id: 31, draft: 12, ...more });
const start = (more) => frame("section_start", { idx: 0, heading: "Core loop", sections_total: 2, cursor: `${more?.draft ?? 12}.0`, ...more });
const chunk = (at, text, more) => frame("section_chunk", { start: at, end: at + bytes(text), text, cursor: `12.${at + bytes(text)}`, ...more });
const end = (text, more) =>
  frame("section_end", { length: bytes(text), sha256: createHash("sha256").update(text).digest("hex"), status: "done", cursor: `12.${bytes(text)}.end`, ...more });
const documentEnd = { type: "document_end", stream: STREAM, document_id: 7, status: "ready", sections_done: 1 };

function gatewayAt(t, url) {
  const gateway = new Gateway(url, { token: "secret", WebSocket, sleep: async () => {} });
  t.after(() => gateway.close());
  return gateway;
}

/** What an application gets when the server sends these frames: types, and errors. */
async function watched(t, frames, { stream = STREAM, ...options } = {}) {
  const url = await serving(t, async (peer) => {
    await peer.subscribed();
    for (const each of frames) peer.send(each);
  });
  const items = gatewayAt(t, url).subscribe(stream, options).withLosses();
  const found = [];
  try {
    while (found.filter((item) => typeof item === "string").length < frames.length) {
      const { value } = await items.next();
      found.push(value instanceof Error ? value : value.type);
    }
  } catch (error) {
    found.push(error);
  }
  return { found, items };
}

test("a line cut after every character of a text with emoji loses no byte", async (t) => {
  const asked = [];
  const url = await serving(t, async (peer) => {
    const { after } = await peer.subscribed();
    asked.push(after);
    const at = after ? Number(after.split(".")[1]) : 0;
    const [character] = Buffer.from(TEXT).subarray(at).toString();
    peer.send(...(after ? [] : [start()]), chunk(at, character));
    if (at + bytes(character) === bytes(TEXT)) peer.send(end(TEXT), documentEnd);
    else peer.socket.close(1012);
  });
  const document = new DocumentText();
  for await (const item of gatewayAt(t, url).subscribe(STREAM)) {
    document.apply(item);
    if (item.type === "document_end") break;
  }
  assert.equal(document.text, TEXT);
  assert.deepEqual([document.status, document.sections[0].status, document.sections[0].length], ["ready", "done", bytes(TEXT)]);
  const characters = [...TEXT];
  assert.deepEqual(asked, [undefined, ...characters.slice(1).map((_, n) => `12.${bytes(characters.slice(0, n + 1).join(""))}`)]);
});

test("missing bytes are a gap, and the text after them comes", async (t) => {
  const { found } = await watched(t, [start(), chunk(0, "one"), chunk(5, "two"), end("one..two")]);
  const [gap] = found.splice(2, 1);
  assert.ok(gap instanceof Gap);
  assert.deepEqual([gap.draft, gap.after, gap.before], [12, 3, 5]);
  assert.deepEqual(found, ["section_start", "section_chunk", "section_chunk", "section_end"]);
  const beyond = await watched(t, [start(), chunk(0, "one"), end("one and more")]);
  assert.ok(beyond.found[2] instanceof Gap);
});

test("text that came already, or does not end where it says, is an error of the protocol", async (t) => {
  for (const wrong of [chunk(0, "one"), { ...chunk(3, "🎮"), end: 4 }]) {
    const { found } = await watched(t, [start(), chunk(0, "one"), wrong]);
    assert.ok(found.at(-1) instanceof ProtocolError);
  }
});

test("a text with another SHA-256 than its end tells is told", { skip: !globalThis.crypto?.subtle }, async (t) => {
  const { found, items } = await watched(t, [start(), chunk(0, "one"), end("two")]);
  const mismatch = found.find((item) => item instanceof Error) ?? (await items.next()).value;
  assert.ok(mismatch instanceof Mismatch);
  assert.equal(mismatch.draft, 12);
});

test("resumed in mid-draft, text follows the cursor, and its beginning is not checked", async (t) => {
  const right = await watched(t, [chunk(3, "two"), end("onetwo", { sha256: "unknown" }), documentEnd], { after: "12.3" });
  assert.deepEqual(right.found, ["section_chunk", "section_end", "document_end"]);
  const wrong = await watched(t, [chunk(5, "two")], { after: "12.3" });
  assert.ok(wrong.found[0] instanceof Gap);
});

test("sections in a project's stream may begin anywhere, and are checked from there", async (t) => {
  const stream = "project:pixel-jumper";
  const { found } = await watched(t, [chunk(40, "two", { stream }), chunk(99, "four", { stream })], { stream, sections: true });
  assert.deepEqual(found.map((item) => item.constructor.name), ["String", "Gap", "String"]);
});

test("sections stand in the document's order, and a draft that came to nothing gives way to the one before", () => {
  const document = new DocumentText();
  const second = { section_id: 32, draft: 1 };
  const frames = [start({ ...second, idx: 1 }), chunk(0, "second", second), end("second", second)];
  frames.push(start({ draft: 2 }), chunk(0, "first", { draft: 2 }), end("first", { draft: 2 }));
  frames.push({ type: "position" }, start({ draft: 3 }), chunk(0, "ag", { draft: 3 }));
  for (const each of frames) document.apply(each);
  assert.equal(document.text, "ag\n\nsecond");
  const section = document.apply(end("ag", { draft: 3, status: "cancelled" }));
  assert.deepEqual([section.text, section.draft, section.status, section.length], ["first", 2, "done", 5]);
});

test("an order is sent once, and a lost connection is told", async (t) => {
  const url = await serving(
    t,
    async (peer) => {
      peer.welcome();
      assert.equal((await peer.receive("generate")).document_id, 7);
      peer.cut();
    },
    async (peer) => {
      peer.welcome();
      peer.send({ type: "done", reply_to: (await peer.receive("cancel")).id, command: "cancel", document_id: 7, generation_id: 5 });
      peer.send({ type: "error", reply_to: (await peer.receive("generate")).id, code: "nothing_to_write", message: "All locked." });
    },
  );
  const gateway = gatewayAt(t, url);
  await assert.rejects(gateway.generate(7), Unanswered);
  assert.equal(await gateway.cancel(7), 5);
  await assert.rejects(gateway.generate(7), CommandError);
});

test("more than the gateway bears at once is sent at the pace that it tells", async (t) => {
  const arrived = [];
  const url = await serving(t, async (peer) => {
    peer.send({ type: "welcome", heartbeat_seconds: 25, commands_per_second: 10 });
    for (let seq = 1; seq <= 12; seq++) {
      const { id } = await peer.receive("publish");
      arrived.push(Date.now());
      peer.send({ type: "published", reply_to: id, seq, cursor: String(seq), id: "x" });
    }
  });
  const gateway = gatewayAt(t, url);
  await Promise.all(Array.from({ length: 12 }, () => gateway.publish("pixel-jumper", "chat", {})));
  assert.ok(arrived.at(-1) - arrived[0] >= 150, "the eleventh and the twelfth waited a tenth of a second each");
});
