// What the project's log tells of a document beside its text: the run at work, and why sections are stale.

import { follow, RUN_EVENTS, runOf } from "./pace.js";
import { WHY_EVENTS, whyStale } from "./staleness.js";

const TYPES = [...RUN_EVENTS, ...WHY_EVENTS].join(",");
const LARGEST_SEQ = 2 ** 53 - 1;
const PAGE_SIZE = 200;
const MOST_PAGES = 3; // to go back: all this only explains, and without it less is said

/** Read back from the log's end as far as it takes, then kept up with each event. */
export class History {
  /** @type {import("./pace.js").Run | null} */ run = null;
  /** @type {any[]} */ #events = []; // oldest first
  #upTo = 0; // events up to this seq have been read
  #documentId;

  constructor(/** @type {number} */ documentId) {
    this.#documentId = documentId;
  }

  /** `sections` as REST gives them. */
  async read(api, /** @type {string} */ projectId, /** @type {{sections: any[], status: string}} */ document) {
    for (let page = 0, before = LARGEST_SEQ; page < MOST_PAGES && before && !this.#explains(document); page += 1) {
      const query = { before, types: TYPES, limit: PAGE_SIZE };
      const { results, previous } = await api.get(`projects/${projectId}/events/`, query).catch(() => ({ results: [] }));
      this.#events = [...results, ...this.#events];
      this.#upTo ||= results.at(-1)?.seq ?? 0;
      this.run = runOf(this.#events, this.#documentId);
      before = previous && results[0]?.seq;
    }
  }

  take(event) {
    if (event.seq <= this.#upTo) return;
    if (WHY_EVENTS.includes(event.type)) this.#events = [...this.#events.slice(-PAGE_SIZE), event];
    if (event.payload.document_id === this.#documentId) this.run = follow(this.run, event);
  }

  whyStale(/** @type {{id: number, tasks: string[]}} */ section) {
    return whyStale(section, this.#events);
  }

  #explains({ sections, status }) {
    const stale = sections.filter((section) => section.status === "stale");
    return (status !== "generating" || this.run) && stale.every((section) => this.whyStale(section));
  }
}
