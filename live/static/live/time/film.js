// A project's log as a film: its state right after any event, and the events after it folded one by one. It knows no page.

/**
 * @typedef {Record<string, any> & {seq: number}} State  As `GET projects/{id}/state/?at=`.
 * @typedef {Record<string, any> & {seq: number}} Event
 *
 * @typedef {object} Source
 * @property {(seq: number) => Promise<State>} stateAt
 * @property {(seq: number) => Promise<Event[]>} eventsAfter  Those that follow, in order; as many as one page has.
 * @property {() => number} head  The last event that there is.
 * @property {(state: State, event: Event) => State} fold  Changes neither.
 */

const NEAR = 100; // so many events are folded rather than jumped over
const KEPT = 300; // states that have been shown, for steps back
const FEW = 200; // with fewer events ahead, the next are fetched meanwhile

export class Film {
  /** What is shown. @type {State | null} */ state = null;
  /** The event that led to it, where it is known. @type {Event | null} */ event = null;
  /** Whether a jump is on its way. */ isSeeking = false;
  /** @type {Event[]} */ #ahead = [];
  /** @type {Map<number, {state: State, event: Event | null}>} */ #shown = new Map();
  /** @type {{from: number, done: Promise<void>} | null} */ #fetching = null;
  /** @type {Promise<void> | null} */ #chasing = null;
  #wanted = 0;
  #jumps = 0;
  #source;

  constructor(/** @type {Source} */ source) {
    this.#source = source;
  }

  get seq() {
    return this.state?.seq ?? 0;
  }

  /** To the state right after an event. Of many jumps at once only the last has to arrive; one is on its way at a time. */
  seek(/** @type {number} */ seq) {
    this.#wanted = seq;
    this.#chasing ??= this.#chase().finally(() => (this.#chasing = null));
    return this.#chasing;
  }

  /** Forward by so many events, or as far as there are any; a jump ends it. How many it were. */
  async advance(/** @type {number} */ count) {
    const jumps = this.#jumps;
    let done = 0;
    while (done < count && (await this.#hasNext()) && jumps === this.#jumps) {
      for (; done < count && this.#ahead.length; done++) this.#next();
    }
    if (this.#ahead.length < FEW) this.#fetch().catch(() => {}); // tried again when they are needed
    return done;
  }

  /** Find out which event led to what is shown, where a jump left that open. */
  async tell() {
    const { seq } = this;
    if (this.event || !seq) return;
    const [event, ...next] = await this.#source.eventsAfter(seq - 1);
    if (this.seq !== seq || event?.seq !== seq) return;
    if (!this.#ahead.length) this.#ahead = next;
    this.#put(/** @type {State} */ (this.state), event);
  }

  async #chase() {
    this.isSeeking = true;
    try {
      while (this.seq !== this.#wanted) await this.#jump(this.#wanted);
    } finally {
      this.isSeeking = false;
    }
  }

  async #jump(seq) {
    const known = this.#shown.get(seq);
    const isNear = this.state && seq > this.seq && seq - this.seq <= NEAR;
    if (known) return this.#show(known.state, known.event);
    if (isNear && (await this.advance(seq - this.seq))) return;
    this.#show(await this.#source.stateAt(seq), null);
  }

  #next() {
    const event = /** @type {Event} */ (this.#ahead.shift());
    this.#put(this.#source.fold(/** @type {State} */ (this.state), event), event);
  }

  /** Somewhere else: what was fetched is kept where it goes on from there. */
  #show(state, event) {
    const at = this.#ahead.findIndex(({ seq }) => seq > state.seq);
    this.#ahead = this.#ahead[at]?.seq === state.seq + 1 ? this.#ahead.slice(at) : [];
    this.#jumps++;
    this.#put(state, event);
  }

  #put(state, event) {
    this.state = state;
    this.event = event;
    this.#shown.delete(state.seq);
    this.#shown.set(state.seq, { state, event });
    if (this.#shown.size > KEPT) this.#shown.delete(this.#shown.keys().next().value);
  }

  async #hasNext() {
    if (!this.#ahead.length) await this.#fetch();
    return this.#ahead.length > 0;
  }

  /** The last event that is here. */
  get #last() {
    return this.#ahead.at(-1)?.seq ?? this.seq;
  }

  async #fetch() {
    const from = this.#last;
    if (from >= this.#source.head()) return;
    if (this.#fetching?.from !== from) this.#fetching = { from, done: this.#fetchAfter(from) };
    await this.#fetching.done;
  }

  /** The next events; those that do not follow what is here any more, after a jump, are let go. */
  async #fetchAfter(from) {
    try {
      const events = await this.#source.eventsAfter(from);
      if (from === this.#last) this.#ahead.push(...events);
    } finally {
      if (this.#fetching?.from === from) this.#fetching = null;
    }
  }
}
