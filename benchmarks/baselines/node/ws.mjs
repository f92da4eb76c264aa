// `ws`, with each event stored by better-sqlite3 before it is sent: encoded once, sent in a loop over the room's sockets.
// From the environment: PORT, DATABASE (a path), TOKEN, PREFILL (how many events to begin with).
import { createServer } from "node:http";
import Database from "better-sqlite3";
import { WebSocketServer } from "ws";
import { PREFILLED, digestOf, makeEvent, port, prefill } from "./events.mjs";

const db = new Database(process.env.DATABASE);
db.pragma("journal_mode = WAL");
db.pragma("synchronous = NORMAL");
db.exec(`CREATE TABLE events (seq INTEGER PRIMARY KEY, project_id TEXT, body TEXT);
         CREATE INDEX events_of_project ON events (project_id, seq);
         CREATE TABLE tokens (digest TEXT PRIMARY KEY, name TEXT)`);
const insert = db.prepare("INSERT INTO events VALUES (?, ?, ?)");
const findToken = db.prepare("SELECT name FROM tokens WHERE digest = ?");
const readAfter = db.prepare("SELECT body FROM events WHERE project_id = ? AND seq > ? ORDER BY seq");
const count = db.prepare("SELECT count(*) AS count, min(seq) AS min, max(seq) AS max FROM events WHERE project_id = ?");
const rooms = new Map();
let head = 0;

function store(command, name) {
  head += 1;
  const body = JSON.stringify(makeEvent(head, command, name));
  insert.run(head, command.project_id, body);
  return body;
}

db.prepare("INSERT INTO tokens VALUES (?, ?)").run(digestOf(process.env.TOKEN), "bench");
db.transaction(() => {
  for (let made = 0; made < prefill; made += 1) store({ project_id: "bench-0", type: "update", payload: PREFILLED }, "bench");
})();

function publish(socket, command) {
  const body = Buffer.from(store(command, socket.user));
  for (const listener of rooms.get(`project:${command.project_id}`) ?? []) listener.send(body, { binary: false });
  socket.send(JSON.stringify({ type: "published", reply_to: command.id, seq: head }));
}

function subscribe(socket, command) {
  if (!rooms.has(command.stream)) rooms.set(command.stream, new Set());
  rooms.get(command.stream).add(socket);
  socket.send(JSON.stringify({ type: "subscribed", reply_to: command.id, stream: command.stream, seq: head }));
  if (command.after === undefined) return;
  for (const { body } of readAfter.iterate(command.stream.slice("project:".length), command.after)) socket.send(body);
}

const http = createServer((request, response) => {
  const stream = new URL(request.url, "http://localhost").searchParams.get("stream") ?? "";
  response.end(JSON.stringify(count.get(stream.slice("project:".length))));
});
const server = new WebSocketServer({ server: http });
server.on("connection", (socket, request) => {
  const token = (request.headers.authorization ?? "").replace("Bearer ", "");
  const found = findToken.get(digestOf(token));
  if (!found) return socket.close(4401);
  socket.user = found.name;
  socket.send(JSON.stringify({ type: "welcome", user: found.name }));
  socket.on("message", (data) => {
    const command = JSON.parse(data);
    (command.command === "publish" ? publish : subscribe)(socket, command);
  });
  socket.on("close", () => rooms.forEach((sockets) => sockets.delete(socket)));
});
http.listen(port, "127.0.0.1");
