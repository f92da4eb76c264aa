// A WebSocket server that does what a test tells it, connection by connection. Only for tests.

import assert from "node:assert/strict";
import { once } from "node:events";
import { WebSocketServer } from "ws";

export const STREAM = "project:pixel-jumper";

/** The server's end of one connection. */
class Peer {
  constructor(socket, request) {
    Object.assign(this, { socket, request, arrived: [], closed: once(socket, "close") });
    socket.on("message", (data) => {
      this.arrived.push(JSON.parse(data));
      this.wake?.();
    });
  }

  /** One message: a frame, or several in a batch. */
  send(...frames) {
    this.socket.send(JSON.stringify(frames.length === 1 ? frames[0] : { type: "batch", frames }));
  }

  async receive(command) {
    while (!this.arrived.length) await new Promise((resolve) => (this.wake = resolve));
    const frame = this.arrived.shift();
    assert.equal(frame.command, command);
    return frame;
  }

  welcome(heartbeat_seconds = 25) {
    this.send({ type: "welcome", protocol: "gateway.v1", heartbeat_seconds });
  }

  /** Welcome the client, and answer the one `subscribe` that it sends. */
  async subscribed(more) {
    this.welcome();
    return this.answerSubscribe(more);
  }

  async answerSubscribe({ seq = 0, ...more } = {}) {
    const { id, stream, ...asked } = await this.receive("subscribe");
    const missed = Math.max(seq - parseInt(asked.after ?? seq), 0);
    const head = { seq, cursor: String(seq), recovered: true, missed, reason: null };
    this.send({ type: "subscribed", reply_to: id, stream, ...head, ...more });
    return { id, stream, ...asked };
  }

  /** As a broken line does it: no word. */
  cut() {
    this.socket.terminate();
  }
}

/** The address of a server whose n-th connection follows the n-th script, and any further one the last; ends with the test. */
export async function serving(t, ...scripts) {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", handleProtocols: ([first]) => first });
  const running = [];
  server.on("connection", (socket, request) => {
    running.push(scripts[Math.min(running.length, scripts.length - 1)](new Peer(socket, request)));
  });
  await once(server, "listening");
  t.after(async () => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  });
  return `http://127.0.0.1:${server.address().port}`;
}

export function event(seq, { prev = seq - 1, ...more } = {}) {
  return { type: "chat", stream: STREAM, seq, prev, cursor: `${seq}-0000abcd`, payload: { text: `event ${seq}` }, ...more };
}
