// Socket.IO with its in-memory adapter: events are kept in an array, and nothing is stored.
// From the environment: PORT, TOKEN, PREFILL (how many events to begin with).
import { createServer } from "node:http";
import { Server } from "socket.io";
import { PREFILLED, digestOf, makeEvent, port, prefill } from "./events.mjs";

const events = [];
const tokens = new Map([[digestOf(process.env.TOKEN), "bench"]]);

function keep(command, name) {
  const event = makeEvent(events.length + 1, command, name);
  events.push(event);
  return event;
}

for (let made = 0; made < prefill; made += 1) keep({ project_id: "bench-0", type: "update", payload: PREFILLED }, "bench");

const http = createServer((request, response) =>
  response.end(JSON.stringify({ count: events.length, min: 1, max: events.length })),
);
const io = new Server(http, { transports: ["websocket"], pingInterval: 300_000 });
io.use((socket, next) => {
  socket.data.user = tokens.get(digestOf(socket.handshake.auth.token ?? ""));
  next(socket.data.user ? undefined : new Error("who are you"));
});

function publish(socket, command) {
  const event = keep(command, socket.data.user);
  io.to(event.stream).emit("frame", event);
  socket.emit("frame", { type: "published", reply_to: command.id, seq: event.seq });
}

function subscribe(socket, command) {
  socket.join(command.stream);
  socket.emit("frame", { type: "subscribed", reply_to: command.id, stream: command.stream, seq: events.length });
  if (command.after === undefined) return;
  for (const event of events.slice(command.after)) socket.emit("frame", event);
}

io.on("connection", (socket) => {
  socket.on("command", (command) => (command.command === "publish" ? publish : subscribe)(socket, command));
});
http.listen(port, "127.0.0.1");
