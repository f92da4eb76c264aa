// Edits of a proposal that show at once and are sent one after the other. What the gateway refuses is taken back, and kept, so
// that it can be done again.

import { applied } from "./applying.js";

/**
 * @typedef {import("./applying.js").Operation} Operation
 * @typedef {{ops: Operation[], reason: string, resolve: (plan: any) => void, reject: (error: any) => void}} Edit
 * @typedef {{edits: {ops: Operation[], reason: string}[], error: any}} Refused
 *
 * @typedef {object} Store  Where plans are kept.
 * @property {(plan: any, body: {ops: Operation[], reason?: string}) => Promise<any>} edit  Only if the plan is still that version.
 * @property {(id: number) => Promise<any>} read
 */

export class PlanWriter {
  /** As the gateway has it. @type {any} */ plan;
  /** What was taken back last, and why. @type {Refused | null} */ refused = null;
  /** @type {Edit[]} */ #waiting = [];
  /** @type {Edit | null} */ #sending = null;
  #store;
  #changed;
  /** @type {{plan?: any, count?: number, last?: Edit, tasks: any[]}} */ #shown = { tasks: [] };

  constructor(/** @type {Store} */ store, plan, /** @type {() => void} */ changed) {
    this.#store = store;
    this.plan = plan;
    this.#changed = changed;
  }

  /** The tasks with all that was done to them, stored or not; the same array while nothing changes. @returns {any[]} */
  get tasks() {
    const edits = this.#edits;
    if (this.#shown.plan !== this.plan || this.#shown.count !== edits.length || this.#shown.last !== edits.at(-1)) {
      const tasks = applied(
        this.plan.tasks,
        edits.flatMap(({ ops }) => ops),
      );
      this.#shown = { plan: this.plan, count: edits.length, last: edits.at(-1), tasks };
    }
    return this.#shown.tasks;
  }

  get isBusy() {
    return this.#sending !== null;
  }

  /** Show, and send. Resolves to the plan as it is stored; rejects with the gateway's no, when all is shown as it was. */
  write(/** @type {Operation[]} */ ops, reason = "") {
    this.refused = null;
    const sent = new Promise((resolve, reject) => this.#queue({ ops, reason, resolve, reject }));
    this.#changed();
    this.#send();
    return sent;
  }

  /** Do again, on top of what is there now, what was taken back. */
  async again() {
    const edits = this.refused?.edits ?? [];
    this.refused = null;
    await Promise.all(edits.map(({ ops, reason }) => this.write(ops, reason)));
  }

  forget() {
    this.refused = null;
    this.#changed();
  }

  /** The plan as somebody else has left it; nothing while an edit of ours is on its way, which will tell as much. */
  async refresh() {
    if (this.#sending) return;
    this.plan = await this.#store.read(this.plan.id);
    this.#changed();
  }

  get #edits() {
    return this.#sending ? [this.#sending, ...this.#waiting] : this.#waiting;
  }

  /** A task that is moved again before the first move was sent is moved once. */
  #queue(/** @type {Edit} */ edit) {
    const last = this.#waiting.at(-1);
    if (last && isMoveOf(last.ops, edit.ops)) {
      const before = this.#waiting.pop();
      const settle = (/** @type {"resolve" | "reject"} */ how) => (/** @type {any} */ value) => {
        before?.[how](value);
        edit[how](value);
      };
      this.#waiting.push({ ...edit, resolve: settle("resolve"), reject: settle("reject") });
    } else {
      this.#waiting.push(edit);
    }
  }

  async #send() {
    if (this.#sending) return;
    while ((this.#sending = this.#waiting.shift() ?? null)) {
      const { ops, reason, resolve } = this.#sending;
      try {
        this.plan = await this.#store.edit(this.plan, reason ? { ops, reason } : { ops });
        resolve(this.plan);
      } catch (error) {
        await this.#takeBack(error);
      }
    }
    this.#changed();
  }

  /** Everything that is not stored: what waits was made on top of what was refused. */
  async #takeBack(error) {
    const edits = this.#edits;
    try {
      this.plan = await this.#store.read(this.plan.id);
    } catch {
      // then it stays as it was before the edits
    }
    this.#waiting = [];
    this.refused = { edits: edits.map(({ ops, reason }) => ({ ops, reason })), error };
    for (const { reject } of edits) reject(error);
  }
}

function isMoveOf(/** @type {Operation[]} */ [one, ...more], /** @type {Operation[]} */ [other, ...others]) {
  return !more.length && !others.length && one.op === "move" && other.op === "move" && one.code === other.code;
}
