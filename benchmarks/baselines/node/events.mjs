// What both servers here have in common: the shape of an event, and who a token belongs to.
import { createHash, randomUUID } from "node:crypto";

export const port = Number(process.env.PORT);
export const prefill = Number(process.env.PREFILL ?? 0);
export const PREFILLED = { text: "prefilled: the hero runs, jumps and lands on the next island", data: {} };

export const digestOf = (token) => createHash("sha256").update(token).digest("hex");

export function makeEvent(seq, command, name) {
  const id = randomUUID();
  return {
    stream: `project:${command.project_id}`,
    prev: seq - 1,
    type: command.type,
    seq,
    cursor: `${seq}-${id.slice(0, 8)}`,
    id,
    project_id: command.project_id,
    task_id: null,
    task_code: null,
    payload: { ...command.payload, data: {} },
    actor: { kind: "user", id: "1", name },
    correlation_id: id,
    causation_id: null,
    timestamp: new Date().toISOString(),
  };
}
