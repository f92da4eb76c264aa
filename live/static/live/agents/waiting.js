// What waits for a person in a project: agents' questions, and tool calls that somebody must confirm. Kept while any station is
// shown, since its number stands in the navigation.

import { coalesced } from "../parts/coalesced.js";

/**
 * @typedef {{id: number, run: number, body: string, task_code: string, options: string[], created_at: string}} Question
 * @typedef {Record<string, any>} ToolCall  As `GET tool-calls/{id}/`.
 */

const ASKED_FOR = ["tool.requested", "tool.answered"];

export class Waiting {
  /** By their activities' ids. @type {Map<number, Question>} */ questions = new Map();
  /** Oldest first. @type {ToolCall[]} */ calls = [];
  /** Events that came while the questions were being read. @type {any[] | null} */ #meanwhile = null;
  #api;
  #place;
  #changed;
  #readCalls;

  /** @param {() => void} [changed]  Called when something was read that no event tells. */
  constructor(api, /** @type {string} */ projectId, changed = () => {}) {
    this.#api = api;
    this.#place = `projects/${projectId}/`;
    this.#changed = changed;
    this.#readCalls = coalesced(async () => {
      this.calls = (await this.#all("tool-calls/", { status: "waiting" })).reverse();
      this.#changed();
    });
  }

  get count() {
    return this.questions.size + this.calls.length;
  }

  /** Read all of it: when a project is opened, and after events were lost. */
  async load() {
    this.#meanwhile = [];
    const [questions] = await Promise.all([this.#all("questions/", { waiting: true }), this.#readCalls()]);
    const meanwhile = this.#meanwhile;
    this.#meanwhile = null;
    this.questions = new Map(questions.reverse().map((question) => [question.id, question]));
    for (const event of meanwhile) this.take(event);
    this.#changed();
  }

  /** The next event of the project's log. Telling one twice does no harm. */
  take(/** @type {Record<string, any>} */ event) {
    this.#meanwhile?.push(event);
    const questions = questionsAfter(this.questions, event);
    if (questions) this.questions = questions;
    if (ASKED_FOR.includes(event.type)) this.#readCalls().catch(() => {}); // the next event, or the next load, reads them
  }

  async #all(path, query) {
    const found = [];
    for await (const row of this.#api.list(this.#place + path, { ...query, limit: 200 })) found.push(row);
    return found;
  }
}

/** How many things wait for a person here; 0 until that is known. */
export function waitingFor(/** @type {{project: {waiting?: Waiting} | null}} */ page) {
  return page.project?.waiting?.count ?? 0;
}

/** The open questions after an event: a new Map; undefined where it changes nothing. */
export function questionsAfter(/** @type {Map<number, Question>} */ questions, /** @type {Record<string, any>} */ event) {
  const { type, payload } = event;
  if (type === "question.asked") return new Map(questions).set(payload.activity_id, asked(event));
  if (type === "question.answered") return without(questions, ({ id }) => id === payload.activity_id);
  if (type === "run.ended") return without(questions, ({ run }) => run === payload.run_id);
  return undefined;
}

/** A question as `GET activities/{id}/` has it, from the event that tells of it. */
export function asked({ payload, task_code, timestamp }) {
  const { activity_id: id, run_id: run, question: body, options = [] } = payload;
  const unanswered = { answer: "", answered_by: null, answered_at: null };
  return { id, run, kind: "elicitation", body, options, task_code: task_code ?? "", created_at: timestamp, ...unanswered };
}

function without(questions, isGone) {
  return new Map([...questions].filter(([, question]) => !isGone(question)));
}
