// One project, live: read once by REST, then kept up by its log over the socket. Nothing is polled.

import { Waiting } from "./agents/waiting.js";
import { fold } from "./board.js";

/**
 * @typedef {Record<string, any>} Event
 * @typedef {{name: string, retryAt?: Date, reason: string}} Connection  As the Gateway tells it.
 *
 * @typedef {object} Listeners
 * @property {(event: Event) => void} onEvent  After it was taken in.
 * @property {() => void} onChange  Something that no event tells has changed.
 * @property {() => Promise<void> | undefined} onReadAnew  All of it: what a view has read for itself is old, too.
 * @property {(error: Error) => void} onEnd  No event will come any more.
 */

const FEED_LENGTH = 400; // events kept for the feed; what is older is read when somebody asks for it
const FIRST_EVENTS = 60;
const LARGEST_SEQ = 2 ** 53 - 1;
const RUN_STATUS = { "run.activity": "active", "question.asked": "awaiting_input", "question.answered": "active" };

/** A project's state with what else a page shows of it. Fields are replaced, never changed in place, so that `guard()` works. */
export class Project {
  id = "";
  name = "";
  role = "viewer";
  /** As `GET projects/{id}/state/`. @type {Record<string, any>} */ state = {};
  /** @type {Map<string, any>} */ tasksByCode = new Map();
  /** @type {Map<number, any>} */ runs = new Map();
  /** When the claims that hold now were made, by their codes. @type {Map<string, string>} */ since = new Map();
  /** @type {any[]} */ members = [];
  /** What waits for a person. @type {Waiting} */ waiting;
  /** Newest first. @type {Event[]} */ feed = [];
  hasOlder = true;
  isEnded = false;
  /** @type {Connection} */ connection = { name: "idle", reason: "" };
  #subscription;
  /** Events that came while the state was being read anew. @type {Event[] | null} */ #held = null;
  #api;
  #gateway;
  #listeners;

  constructor(id, api, gateway, /** @type {Listeners} */ listeners) {
    this.id = id;
    this.#api = api;
    this.#gateway = gateway;
    this.#listeners = listeners;
    this.waiting = new Waiting(api, id, listeners.onChange);
  }

  get seq() {
    return this.state.seq;
  }

  get cursor() {
    return this.state.cursor;
  }

  /** How many events have come and are not yet taken in. */
  get lag() {
    return this.#subscription?.waiting.length ?? 0;
  }

  /** Read everything, then hear of every event after it. */
  async open() {
    await this.#read();
    this.#subscription = this.#gateway.subscribe(`project:${this.id}`, {
      after: this.#resumeAt,
      onEvent: (event) => this.#take(event),
      onError: (error) => (error.cursor === undefined ? this.#end(error) : this.#readAnew()),
    });
  }

  close() {
    this.isEnded = true;
    this.#subscription?.close();
  }

  /** The page of the log before the oldest event of the feed. */
  async readOlder(limit = 100) {
    const before = this.feed.at(-1)?.seq ?? this.seq + 1;
    const page = await this.#api.get(`projects/${this.id}/events/`, { before, limit });
    this.feed = [...this.feed, ...page.results.reverse()];
    this.hasOlder = page.previous !== null;
  }

  async #read() {
    const at = `projects/${this.id}/`;
    const [shown, state, runs, claims, members, events] = await Promise.all([
      this.#api.get(at),
      this.#api.get(`${at}state/`),
      this.#api.get(`${at}runs/`, { limit: 100 }),
      this.#api.get(`${at}claims/`, { limit: 200 }),
      this.#api.get(`${at}members/`, { limit: 200 }),
      this.#api.get(`${at}events/`, { before: LARGEST_SEQ, limit: FIRST_EVENTS }),
    ]);
    this.role = shown.role;
    this.runs = new Map(runs.results.map((run) => [run.id, run]));
    this.since = new Map(claims.results.map(({ resource, since }) => [resource, since]));
    this.members = members.results;
    this.feed = events.results.filter(({ seq }) => seq <= state.seq).reverse();
    this.hasOlder = events.previous !== null;
    this.#show(state);
    this.waiting.load().catch((error) => console.warn(error)); // its number comes later; the Agents station tells what is wrong
  }

  /** Where the feed ends, or the state: whichever was read first. */
  get #resumeAt() {
    return this.feed.length && this.feed[0].seq < this.seq ? this.feed[0].cursor : this.cursor;
  }

  /** The log could not be continued from where we were. What comes meanwhile is taken in afterwards. */
  async #readAnew() {
    if (this.#held) return;
    this.#held = [];
    try {
      await this.#read();
      await this.#listeners.onReadAnew();
    } catch (error) {
      this.#end(error);
    }
    const held = this.#held;
    this.#held = null;
    for (const event of held) this.#take(event);
    this.#listeners.onChange();
  }

  #end(error) {
    if (this.isEnded) return;
    this.close();
    this.#listeners.onEnd(error);
  }

  #take(event) {
    if (this.#held) return void this.#held.push(event);
    if (event.seq === undefined) return; // text of a document, which belongs to others
    if (event.seq > (this.feed[0]?.seq ?? 0)) this.#tell(event);
    if (event.seq <= this.seq) return;
    this.#show(fold(this.state, event));
    this.#changes[event.type]?.(event.payload, event);
    this.waiting.take(event);
    this.#listeners.onEvent(event);
  }

  #tell(event) {
    this.hasOlder ||= this.feed.length >= FEED_LENGTH;
    this.feed = [event, ...this.feed.slice(0, FEED_LENGTH - 1)];
  }

  #show(state) {
    if (state.tasks !== this.state.tasks) this.tasksByCode = new Map(state.tasks.map((task) => [task.code, task]));
    this.state = state;
    this.name = state.project.name;
  }

  #changes = {
    "task.claimed": ({ resource }, { timestamp }) => {
      this.since = new Map(this.since).set(resource, timestamp);
    },
    "member.changed": ({ user, role }) => {
      const others = this.members.filter((member) => member.user !== user);
      const before = this.members.find((member) => member.user === user);
      this.members = role ? [...others, { ...before, user, role }] : others;
    },
    "run.started": ({ run_id, agent, model }, { actor, timestamp }) => {
      const run = { id: run_id, project: this.id, agent, model, actor, status: "pending", summary: "" };
      this.#putRun({ ...run, capabilities: [], created_at: timestamp, seen_at: timestamp, ended_at: null });
    },
    "run.ended": ({ run_id, status, summary }, { timestamp }) => {
      this.#putRun({ ...this.runs.get(run_id), id: run_id, status, summary, ended_at: timestamp });
    },
    ...Object.fromEntries(Object.entries(RUN_STATUS).map(([type, status]) => [type, this.#heardOf(status)])),
  };

  #heardOf(status) {
    return ({ run_id, agent }, { timestamp }) =>
      this.#putRun({ agent, ...this.runs.get(run_id), id: run_id, status, seen_at: timestamp });
  }

  #putRun(run) {
    this.runs = new Map(this.runs).set(run.id, run);
  }
}
