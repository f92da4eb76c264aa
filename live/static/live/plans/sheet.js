// One version of a plan with everything that is said of it, kept up while others work on it.

import { etagOf } from "../../clients/rest.js";
import { coalesced } from "../parts/coalesced.js";
import { words } from "../words/plans.js";
import { threadsOf } from "./versions.js";
import { PlanWriter } from "./writer.js";

const TOLD_OPS = 3; // of an edit by somebody else, so many are told one by one
const NOTICES = 4;

/** @typedef {{id: number, text: string, plan?: number, version?: number}} Notice  `plan`: the version to go to. */

export class PlanSheet {
  /** What it changes: GET plans/{id}/changes/. @type {{against: number | null, changes: any[]}} */ proposed = {
    against: null,
    changes: [],
  };
  isKnown = false; // whether that was read
  /** @type {any[]} */ comments = [];
  /** @type {any[]} */ reviews = [];
  /** @type {any} */ consensus = null;
  /** What others did to it meanwhile, newest last. @type {Notice[]} */ notices = [];
  #live = { all: /** @type {any} */ (null), tasks: /** @type {any[]} */ ([]) };
  #notices = 0;
  #heard = 0; // the newest revision of which an event told

  constructor(page, plan, /** @type {() => void} */ onPlan) {
    this.page = page;
    this.onPlan = onPlan;
    const { api } = page;
    const store = {
      read: (id) => api.get(`plans/${id}/`),
      edit: (plan, body) => api.patch(`plans/${plan.id}/`, body, { ifMatch: etagOf(plan) }),
    };
    this.writer = new PlanWriter(store, plan, () => this.#planChanged());
    this.readTalk = coalesced(() => this.#readTalk());
    this.readChanges = coalesced(() => this.#readChanges());
  }

  /** The version, ready to be shown; what is said of it and what it changes comes as soon as it is read. */
  static async open(page, id, onPlan) {
    const sheet = new PlanSheet(page, await page.api.get(`plans/${id}/`), onPlan);
    Promise.all([sheet.readTalk(), sheet.readChanges()]).catch((error) => page.fail(error));
    return sheet;
  }

  get plan() {
    return this.writer.plan;
  }

  /** The tasks that are in it, with what was done to them and is not stored yet. */
  get tasks() {
    const all = this.writer.tasks;
    if (this.#live.all !== all) this.#live = { all, tasks: all.filter(({ status }) => status !== "dropped") };
    return this.#live.tasks;
  }

  get isProposed() {
    return this.plan.status === "proposed";
  }

  get canEdit() {
    return this.isProposed && this.page.can("edit");
  }

  /** Whether another plan was accepted since it was made. */
  get isBehind() {
    const active = this.page.project.state.plan;
    return this.isProposed && this.proposed.against !== null && active !== null && active.id !== this.proposed.against;
  }

  /** What it changes of each task, by code. */
  get changesByCode() {
    return new Map(this.proposed.changes.map((change) => [change.code, change]));
  }

  /** Edit, shown at once. What is refused is taken back, and told where the tasks are. */
  async edit(/** @type {any[]} */ ops, reason = "") {
    try {
      await this.writer.write(ops, reason);
      return true;
    } catch {
      return false; // the writer keeps it, and `refused` is drawn
    }
  }

  /** How many threads about each task are open, by code: an answer to what is resolved is none. */
  get commentsByCode() {
    const counts = new Map();
    for (const { comment } of threadsOf(this.comments)) {
      const { code } = comment.now;
      if (code && !comment.resolved_at) counts.set(code, (counts.get(code) ?? 0) + 1);
    }
    return counts;
  }

  // What others do

  /** @param {any} event  plan.edited of this version. */
  async heardEdit({ payload, actor }) {
    this.#heard = Math.max(this.#heard, payload.revision);
    if (this.writer.isBusy || payload.revision <= this.plan.revision) return;
    this.tell({ text: editTold(actor, payload.ops) });
    await this.writer.refresh();
  }

  /** Something became of it, or of what it comes from. */
  async reload() {
    await this.writer.refresh();
    await Promise.all([this.readTalk(), this.readChanges()]);
  }

  tell(/** @type {{text: string, plan?: number, version?: number}} */ notice) {
    this.notices = [...this.notices, { id: ++this.#notices, ...notice }].slice(-NOTICES);
  }

  forget(/** @type {Notice} */ notice) {
    this.notices = this.notices.filter((each) => each !== notice);
    this.page.update();
  }

  // Reading

  #planChanged() {
    this.onPlan();
    this.page.update();
    if (this.writer.isBusy) return;
    if (this.#heard > this.plan.revision) this.writer.refresh().catch((error) => this.page.fail(error));
    else this.readChanges().catch((error) => this.page.fail(error));
  }

  async #readTalk() {
    const { id } = this.plan;
    const [comments, reviews, consensus] = await Promise.all([
      all(this.page.api.list(`plans/${id}/comments/`, { limit: 200 })),
      all(this.page.api.list(`plans/${id}/reviews/`, { limit: 200 })),
      this.page.api.get(`plans/${id}/consensus/`),
    ]);
    Object.assign(this, { comments, reviews, consensus });
    this.page.update();
  }

  async #readChanges() {
    const { id } = this.plan;
    const [proposed, consensus] = await Promise.all([
      this.page.api.get(`plans/${id}/changes/`),
      this.page.api.get(`plans/${id}/consensus/`),
    ]);
    Object.assign(this, { proposed, consensus, isKnown: true });
    this.page.update();
  }
}

/** An edit in words: "bob changed title of T-002, and 2 changes more." */
export function editTold(/** @type {{name: string}} */ actor, /** @type {any[]} */ ops) {
  const told = ops.slice(0, TOLD_OPS).map((op) => words.done[op.op](op));
  return words.edited(actor.name, told, ops.length - told.length);
}

async function all(list) {
  const items = [];
  for await (const item of list) items.push(item);
  return items;
}
