import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { WebSocket } from "ws";

import { Closed, CommandError, Gap, Gateway, Lost, ProtocolError, Refused } from "./src/gateway.js";
import { event, serving, STREAM } from "./scripted-server.js";

/** A gateway that waits for nothing, and remembers for how many milliseconds it was to wait. */
function gatewayAt(t, url, { random = () => 1, ...options } = {}) {
  const waits = [];
  const sleep = async (ms) => void waits.push(ms);
  const backoff = { base: 1000, cap: 8000, random };
  const gateway = new Gateway(url, { token: "secret", WebSocket, backoff, sleep, ...options });
  t.after(() => gateway.close());
  return Object.assign(gateway, { waits });
}

async function take(iterator, count) {
  const items = [];
  while (items.length < count) items.push((await iterator.next()).value);
  return items;
}

const seqs = (items) => items.map((item) => (item instanceof Lost ? item.constructor.name : item.seq));

async function serveOn(peer) {
  await peer.subscribed();
  peer.send(event(1));
}

test("a subscription resumes with its last cursor after a lost connection", async (t) => {
  const asked = [];
  const url = await serving(
    t,
    async (peer) => {
      asked.push(await peer.subscribed({ seq: 2 }));
      peer.send(event(1), event(2));
      await peer.receive("publish");
      peer.cut();
    },
    async (peer) => {
      asked.push(await peer.subscribed({ seq: 3 }));
      peer.send(event(3));
    },
  );
  const gateway = gatewayAt(t, url);
  const subscription = gateway.subscribe(STREAM, { after: 0 });
  assert.deepEqual(seqs(await take(subscription, 2)), [1, 2]);
  gateway.publish("pixel-jumper", "chat", {}).catch(() => {});
  assert.deepEqual(seqs(await take(subscription, 1)), [3]);
  assert.deepEqual(asked.map(({ after }) => after), ["0", "2-0000abcd"]);
  assert.equal(subscription.cursor, "3-0000abcd");
  assert.deepEqual(gateway.waits, [1000]);
});

test("a connection counts as lost when it says nothing for too long, and as long as it says anything it does not", async (t) => {
  const connections = [];
  const silent = async (peer) => {
    connections.push(peer);
    peer.welcome(0.2);
    await peer.answerSubscribe();
  };
  const steady = async (peer) => {
    connections.push(peer);
    peer.welcome(0.2);
    await peer.answerSubscribe();
    for (let beat = 0; beat < 20; beat++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      peer.send({ type: "position", stream: STREAM, seq: 0, cursor: "0" });
    }
    peer.send(event(1));
  };
  const gateway = gatewayAt(t, await serving(t, silent, steady));
  assert.deepEqual(seqs(await take(gateway.subscribe(STREAM, { after: 0 }), 1)), [1]);
  assert.equal(connections.length, 2);
});

test("the token goes by subprotocol, a ticket by the address, anew for each connection", async (t) => {
  const seen = [];
  const remember = async (peer) => {
    seen.push([peer.request.headers["sec-websocket-protocol"], peer.request.url]);
    peer.cut();
  };
  const url = await serving(t, remember, remember, remember, serveOn);
  const answers = [{ token: "t" }, { ticket: "a/b" }, new Error("no network"), {}, {}];
  const credentials = async () => {
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer;
  };
  await take(gatewayAt(t, url, { credentials }).subscribe(STREAM, { after: 0 }), 1);
  assert.deepEqual(seen, [
    ["gateway.v1.batch,gateway.v1,bearer.t", "/ws/"],
    ["gateway.v1.batch,gateway.v1", "/ws/?ticket=a%2Fb"],
    ["gateway.v1.batch,gateway.v1", "/ws/"],
  ]);
});

test("waits double up to a cap with full jitter, begin anew once it works, and are told", async (t) => {
  const refuse = async (peer) => peer.cut();
  const workOnce = async (peer) => {
    await peer.subscribed();
    peer.socket.close(1012);
  };
  const url = await serving(t, refuse, refuse, refuse, refuse, refuse, workOnce, async (peer) => peer.socket.close(4401));
  const chances = [1, 1, 0.5, 1, 1, 0.25];
  const states = [];
  const gateway = gatewayAt(t, url, { random: () => chances.shift(), onState: (state) => states.push(state) });
  await assert.rejects(take(gateway.subscribe(STREAM), 1), Refused);
  assert.deepEqual(gateway.waits, [1000, 2000, 2000, 8000, 8000, 250]);
  const waiting = states.filter(({ name }) => name === "waiting");
  assert.deepEqual(waiting.map(({ retryInMs }) => retryInMs), gateway.waits);
  assert.ok(waiting.every(({ retryAt }) => retryAt instanceof Date));
  assert.equal(states.at(-1).name, "closed");
});

test("after `closing` it stays away as long as it is asked to", async (t) => {
  const restarting = async (peer) => {
    await peer.subscribed();
    peer.send({ type: "closing", reason: "restart", retry_after_ms: 1200 });
    peer.socket.close(4503, "restart");
  };
  const gateway = gatewayAt(t, await serving(t, restarting, serveOn), { random: () => 0.5 });
  await take(gateway.subscribe(STREAM, { after: 0 }), 1);
  assert.deepEqual(gateway.waits, [1700]);
});

for (const code of [4400, 4401, 4403, 4404]) {
  test(`a close with ${code} ends it at once and says so`, async (t) => {
    const gateway = gatewayAt(t, await serving(t, async (peer) => peer.socket.close(code, "not for you")));
    const subscription = gateway.subscribe(STREAM);
    await assert.rejects(subscription.next(), { name: "Refused", code, reason: "not for you" });
    await assert.rejects(subscription.next(), Refused);
    await assert.rejects(gateway.publish("pixel-jumper", "chat", {}), Refused);
    assert.throws(() => gateway.subscribe("task:42"), Refused);
    assert.deepEqual(gateway.waits, []);
  });
}

test("a line that fell silent counts as lost", async (t) => {
  const silent = async (peer) => {
    peer.welcome(0.02);
    await peer.answerSubscribe();
  };
  await take(gatewayAt(t, await serving(t, silent, serveOn)).subscribe(STREAM, { after: 0 }), 1);
});

test("gaps and losses are thrown, and iterating goes on after them", async (t) => {
  const url = await serving(t, async (peer) => {
    await peer.subscribed({ seq: 40, cursor: "40-0000abcd", recovered: false, reason: "rewound" });
    peer.send(event(41), event(44));
    peer.send({ type: "resync", stream: STREAM, reason: "trimmed", seq: 500, cursor: "500-0000abcd" });
    await peer.answerSubscribe({ seq: 500 });
    peer.send(event(501));
  });
  const subscription = gatewayAt(t, url).subscribe(STREAM, { after: "99-12345678" });
  await assert.rejects(subscription.next(), { name: "Lost", reason: "rewound", after: 99, cursor: "40-0000abcd" });
  assert.deepEqual(seqs(await take(subscription, 1)), [41]);
  await assert.rejects(subscription.next(), (error) => error instanceof Gap && error.after === 41 && error.before === 44);
  assert.deepEqual(seqs(await take(subscription.withLosses(), 3)), [44, "Lost", 501]);
});

for (const [name, options, head, first, expected] of [
  ["a seq", { after: 3 }, 9, event(5), ["Gap", 5]],
  ["now", {}, 9, event(10), [10]],
  ["now, late", {}, 9, event(11), ["Gap", 11]],
  ["the beginning", { after: 0 }, 9, event(2), ["Gap", 2]],
  ["a seq with a filter", { after: 3, types: ["chat"] }, 9, event(8, { prev: 2 }), [8]],
  ["a seq with a filter, late", { after: 3, types: ["chat"] }, 9, event(8, { prev: 5 }), ["Gap", 8]],
]) {
  test(`the first event follows where the subscription began: ${name}`, async (t) => {
    const url = await serving(t, async (peer) => {
      await peer.subscribed({ seq: head });
      peer.send(first);
    });
    const items = gatewayAt(t, url).subscribe(STREAM, options).withLosses();
    assert.deepEqual(seqs(await take(items, expected.length)), expected);
  });
}

test("positions move the cursor of a filtered subscription, and an event from before one is an error", async (t) => {
  const url = await serving(t, async (peer) => {
    await peer.subscribed({ seq: 4 });
    peer.send(event(2, { prev: 0 }), { type: "position", stream: STREAM, seq: 9, cursor: "9-0000abcd" });
    peer.send(event(12, { prev: 2 }), event(11, { prev: 2 }));
  });
  const subscription = gatewayAt(t, url).subscribe(STREAM, { after: 1, types: ["chat"] });
  assert.deepEqual(seqs(await take(subscription, 2)), [2, 12]);
  await assert.rejects(subscription.next(), ProtocolError);
});

for (const text of ["[]", "no JSON", '{"seq": 1}', '{"type": "batch"}', '{"type": "error", "message": "?"}']) {
  test(`what is no frame is an error of the protocol: ${text}`, async (t) => {
    const url = await serving(t, async (peer) => peer.socket.send(text));
    await assert.rejects(gatewayAt(t, url).subscribe(STREAM).next(), ProtocolError);
  });
}

test("frames of sections are handed on and a document resumes from their cursor", async (t) => {
  const asked = [];
  const about = { stream: "document:7", document_id: 7, draft: 12 };
  const chunk = { ...about, type: "section_chunk", start: 0, end: 5, text: "Hello", cursor: "12.5" };
  const url = await serving(
    t,
    async (peer) => {
      asked.push(await peer.subscribed());
      peer.send({ ...chunk, type: "section_start", cursor: "12.0" }, chunk);
      peer.socket.close(1012);
    },
    async (peer) => {
      asked.push(await peer.subscribed());
      peer.send({ type: "document_end", stream: "document:7", document_id: 7 });
    },
  );
  const frames = await take(gatewayAt(t, url).subscribe("document:7"), 3);
  assert.deepEqual(frames.map(({ type }) => type), ["section_start", "section_chunk", "document_end"]);
  assert.deepEqual(asked.map(({ after }) => after), [undefined, "12.5"]);
});

test("a publication is sent again with the same key until it is answered", async (t) => {
  const commands = [];
  const url = await serving(
    t,
    async (peer) => {
      peer.welcome();
      commands.push(await peer.receive("publish"));
      peer.cut();
    },
    async (peer) => {
      peer.welcome();
      commands.push(await peer.receive("publish"));
      peer.send({ type: "published", reply_to: commands[1].id, seq: 5, cursor: "5-0000abcd", id: "x" });
      const { id } = await peer.receive("publish");
      peer.send({ type: "error", reply_to: id, code: "invalid", message: "No.", errors: { "payload.text": ["?"] } });
    },
  );
  const gateway = gatewayAt(t, url);
  const published = await gateway.publish("pixel-jumper", "chat", { text: "hi" }, { task: "T-003" });
  assert.deepEqual(published, { seq: 5, cursor: "5-0000abcd", id: "x" });
  assert.deepEqual(commands[0], commands[1]);
  assert.ok(commands[0].key.length > 20);
  const refused = gateway.publish("pixel-jumper", "chat", {});
  await assert.rejects(refused, { name: "CommandError", code: "invalid", errors: { "payload.text": ["?"] } });
});

test("many publications go out a few at a time, and one too large fails alone", async (t) => {
  let most = 0;
  const url = await serving(
    t,
    async (peer) => {
      peer.welcome();
      await peer.receive("publish");
      await peer.receive("publish");
      peer.socket.close(4413);
    },
    async (peer) => {
      peer.welcome();
      for (let seq = 1; seq < 60; seq++) {
        const { id } = await peer.receive("publish");
        most = Math.max(most, peer.arrived.length + 1);
        peer.send({ type: "published", reply_to: id, seq, cursor: "c", id: "x" });
      }
    },
  );
  const gateway = gatewayAt(t, url);
  const large = gateway.publish("pixel-jumper", "chat", { text: "x".repeat(999) });
  const small = Array.from({ length: 59 }, () => gateway.publish("pixel-jumper", "chat", { text: "x" }));
  await assert.rejects(large, (error) => error instanceof CommandError && error.code === "too_large");
  assert.equal((await Promise.all(small)).length, 59);
  assert.ok(most <= 33, `${most} at once`);
});

test("who does not take is paused on the server, and goes on from the cursor", async (t) => {
  const asked = [];
  const url = await serving(t, async (peer) => {
    asked.push(await peer.subscribed());
    peer.send(...[1, 2, 3, 4, 5, 6].map((seq) => event(seq)));
    await peer.receive("unsubscribe");
    peer.send(event(7)); // was under way
    asked.push(await peer.answerSubscribe({ seq: 7 }));
    peer.send(event(parseInt(asked[1].after) + 1));
  });
  const subscription = gatewayAt(t, url, { buffer: 4 }).subscribe(STREAM, { after: 0 });
  assert.deepEqual(seqs(await take(subscription, 4)), [1, 2, 3, 4]);
  assert.deepEqual(asked.map(({ after }) => after), ["0", "3-0000abcd"]);
});

test("leaving a loop unsubscribes, and the stream may be watched anew", async (t) => {
  const url = await serving(t, async (peer) => {
    await peer.subscribed();
    peer.send(event(1));
    await peer.receive("unsubscribe");
    await peer.answerSubscribe();
    peer.send(event(1));
  });
  const gateway = gatewayAt(t, url);
  for await (const { seq } of gateway.subscribe(STREAM, { after: 0 })) {
    assert.equal(seq, 1);
    assert.throws(() => gateway.subscribe(STREAM), /already/);
    break;
  }
  await take(gateway.subscribe(STREAM, { after: 0 }), 1);
});

test("callbacks get events, losses and the error that ends it", async (t) => {
  const url = await serving(t, async (peer) => {
    await peer.subscribed();
    peer.send(event(1), event(3));
    peer.send({ type: "resync", stream: STREAM, reason: "revoked", seq: 0, cursor: "0" });
  });
  const got = [];
  await new Promise((resolve) => {
    const onError = (error) => (got.push(error.name), error instanceof Refused && resolve());
    gatewayAt(t, url).subscribe(STREAM, { after: 0, onEvent: ({ seq }) => got.push(seq), onError });
  });
  assert.deepEqual(got, [1, "Gap", 3, "Refused"]);
});

test("a stream that cannot be watched says why, and one that fails for the server's fault is asked for again", async (t) => {
  const fail = (code) => async (peer) => {
    peer.welcome();
    const { id } = await peer.receive("subscribe");
    peer.send({ type: "error", reply_to: id, code, message: "No." });
  };
  const gateway = gatewayAt(t, await serving(t, fail("internal_error"), fail("unknown_stream")));
  await assert.rejects(gateway.subscribe(STREAM).next(), { name: "CommandError", code: "unknown_stream" });
  assert.equal(gateway.waits.length, 1);
});

test("closing ends what waits, with 1000", async (t) => {
  let closed;
  const url = await serving(t, async (peer) => {
    closed = peer.closed;
    await serveOn(peer);
  });
  const gateway = gatewayAt(t, url);
  const subscription = gateway.subscribe(STREAM, { after: 0 });
  await take(subscription, 1);
  const waiting = subscription.next();
  const saying = gateway.publish("pixel-jumper", "chat", {});
  gateway.close();
  assert.deepEqual(await waiting, { done: true, value: undefined });
  await assert.rejects(saying, Closed);
  assert.equal((await closed)[0], 1000);
});

test("no socket is open while there is nothing to do", async (t) => {
  let connections = 0;
  const url = await serving(t, async (peer) => {
    connections += 1;
    peer.welcome();
    const { id } = await peer.receive("publish");
    peer.send({ type: "published", reply_to: id, seq: 1, cursor: "1", id: "x" });
    peer.socket.close(4408);
  });
  let idle;
  const gateway = gatewayAt(t, url, { onState: ({ name }) => name === "idle" && idle?.() });
  for (const expected of [1, 2]) {
    const isIdle = new Promise((resolve) => (idle = resolve));
    await gateway.publish("pixel-jumper", "chat", {});
    await isIdle;
    assert.equal(connections, expected);
  }
  assert.deepEqual(gateway.waits, []);
});

test("however the line breaks, each event comes once and in order", async (t) => {
  let state = 20261123;
  const random = (below) => (state = (state * 48271) % 2147483647) % below; // Lehmer's, for the same cuts each time
  for (let round = 0; round < 40; round++) {
    const total = 1 + random(60);
    const serve = (breaksAfter, size) => async (peer) => {
      const asked = await peer.subscribed({ seq: total });
      const left = Array.from({ length: total }, (_, index) => event(index + 1)).slice(parseInt(asked.after));
      for (let sent = 0; sent < left.length && sent < breaksAfter; sent += size) peer.send(...left.slice(sent, sent + size));
      if (breaksAfter < Infinity) random(2) ? peer.cut() : peer.socket.close(1012);
    };
    const cuts = Array.from({ length: random(8) }, () => serve(random(20), 1 + random(5)));
    const gateway = gatewayAt(t, await serving(t, ...cuts, serve(Infinity, 7)), { buffer: 1000 });
    const items = await take(gateway.subscribe(STREAM, { after: 0 }), total);
    assert.deepEqual(seqs(items), Array.from({ length: total }, (_, index) => index + 1));
  }
});

test("the examples run as they stand", async (t) => {
  const url = await serving(
    t,
    async (peer) => {
      peer.welcome();
      const { id, project_id, payload } = await peer.receive("publish");
      assert.deepEqual([project_id, payload], ["pixel-jumper", { text: "Hello" }]);
      peer.send({ type: "published", reply_to: id, seq: 5, cursor: "5", id: "x" });
    },
    async (peer) => {
      await peer.subscribed();
      peer.send(event(1, { actor: { name: "ada" } }));
    },
  );
  const env = { ...process.env, GATEWAY_URL: url, GATEWAY_TOKEN: "secret" };
  const example = (name) => fileURLToPath(new URL(`examples/${name}.js`, import.meta.url));
  const said = await new Promise((resolve, reject) => {
    execFile("node", [example("say"), "pixel-jumper", "Hello"], { env }, (error, out) => (error ? reject(error) : resolve(out)));
  });
  assert.equal(said, "stored as event 5\n");
  const watching = spawn("node", [example("watch"), STREAM], { env, stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => watching.kill());
  const [line] = await once(watching.stdout, "data");
  assert.equal(String(line), "1 chat ada { text: 'event 1' }\n");
});
