// A client of the gamedev gateway's live events: one socket that comes back by itself, and the subscriptions on it.
// For browsers and Node; start with `Gateway`. The page about it is docs/clients.md.

/**
 * @typedef {{type: string, stream?: string, cursor?: string, [member: string]: any}} Frame  As docs/asyncapi.yaml has it.
 * @typedef {{name: "idle" | "connecting" | "open" | "waiting" | "closed", retryInMs?: number, retryAt?: Date,
 *   reason: string}} State  `waiting`: the connection was lost for `reason`; the next try is at `retryAt`.
 * @typedef {{token?: string, ticket?: string}} Credentials  Neither: the session cookie, from a page of the gateway.
 * @typedef {{seq: number, cursor: string, id: string}} Published
 * @typedef {{text: string, resolve: (answer: Published) => void, reject: (error: Error) => void}} Publication
 *
 * @typedef {object} Options
 * @property {string} [token]
 * @property {() => Promise<Credentials>} [credentials]  Asked anew for each connection, e.g. for a ticket.
 * @property {(state: State) => void} [onState]
 * @property {number} [buffer]  With so many items waiting to be taken, a subscription is paused: the server keeps the rest.
 * @property {any} [WebSocket]  A constructor, for Node before 22.
 * @property {{base?: number, cap?: number, random?: () => number}} [backoff]  Milliseconds: the n-th wait is anything up to
 *   `base` · 2ⁿ, and up to `cap`.
 * @property {(ms: number, signal: AbortSignal) => Promise<void>} [sleep]  Ends early when the signal says so.
 *
 * @typedef {object} SubscribeOptions
 * @property {string | number} [after]  A cursor or a seq; 0 is from the beginning; absent: only what is new.
 * @property {string[]} [types]  Only these, e.g. `["task.*", "plan.accepted"]`; absent: all.
 * @property {boolean} [sections]  Also the text of documents as it is written.
 * @property {(frame: Frame) => void} [onEvent]  Gets every item; without it, iterate the subscription.
 * @property {(error: Error) => void} [onError]  Gets each Lost, and the error that ends the subscription.
 */

const PROTOCOLS = ["gateway.v1.batch", "gateway.v1"];
const FINAL = [4400, 4401, 4403, 4404];
const TOO_LARGE = 4413;
const OPENS_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 1000;
const HEARTBEATS_OF_SILENCE = 2.5; // so many without a frame, and the connection counts as lost
const PUBLICATIONS_AT_ONCE = 32; // lest the server takes them for a flood
const BEGINNING = "0"; // the cursor before the first event that is kept, whichever that is

/** Whatever this client throws. A lost connection is no error: the client comes back by itself. */
export class GatewayError extends Error {
  constructor(/** @type {string} */ message, /** @type {object} */ members = {}) {
    super(message);
    Object.assign(this, { name: this.constructor.name, ...members });
  }
}
/** Events of a `stream` after the seq `after` will not come. `reason`, `cursor`. Read the state anew, then go on iterating. */
export class Lost extends GatewayError {}
/**
 * The server broke its promise: between the seqs `after` and `before` an event is missing, as `prev` proves; with a `draft`,
 * these bytes of its text.
 */
export class Gap extends Lost {}
/** The server broke its promise: the text of `draft` is not the one whose SHA-256 ended it. */
export class Mismatch extends Lost {}
/** The gateway says a final no, to the connection or to one subscription: close `code` and `reason`. */
export class Refused extends GatewayError {}
/** A command could not be done. `code` is stable, `errors` says what is wrong with which field. */
export class CommandError extends GatewayError {}
/** The connection was lost before the answer came: it may have been done, or not. Look at the document, then ask again. */
export class Unanswered extends GatewayError {}
/** What came is not the protocol, e.g. an event twice. The client does not go on. */
export class ProtocolError extends GatewayError {}
/** This client is closed. */
export class Closed extends GatewayError {}

class ConnectionLost extends Error {}

/**
 * The drafts that one subscription is in the middle of, and the proof that their text comes whole. A document's own stream
 * gives each from its start, or from the cursor on; within a project's or a task's stream the first piece may be any.
 */
class Drafts {
  /** @type {Map<string, {at: number, text?: string}>} */ #known = new Map(); // `text` only where all has come from the start
  #resumed;
  #isDocumentsOwn;

  constructor(stream, after) {
    this.stream = stream;
    this.#isDocumentsOwn = stream.startsWith("document:");
    this.#resumed = this.#isDocumentsOwn ? /^(\d+)\.(\d+)$/.exec(after ?? "") : null;
  }

  start(frame) {
    this.#known.set(keyOf(frame), { at: 0, text: "" });
  }

  /** Take a piece of text. What is missing before it, where something is. */
  add({ draft, start, end, text, ...frame }) {
    const known = this.#find({ draft, ...frame }, start);
    const { at } = known;
    if (start < at) throw new ProtocolError(`${this.stream}: byte ${start} of draft ${draft} came after ${at}.`);
    if (start + new TextEncoder().encode(text).length !== end) throw new ProtocolError(`${this.stream}: no text ends at byte ${end}.`);
    known.text = start > at || known.text === undefined ? undefined : known.text + text;
    known.at = end;
    return start > at ? { after: at, before: start, draft } : undefined;
  }

  /** Take the end of a draft: what is missing before it, and its text where all of it has come. */
  end({ draft, length, ...frame }) {
    const { at, text } = this.#find({ draft, ...frame }, length);
    this.#known.delete(keyOf({ draft, ...frame }));
    return at === length ? { text } : { missing: { after: at, before: length, draft } };
  }

  #find(frame, anywhere) {
    const key = keyOf(frame);
    if (!this.#known.has(key)) {
      const isResumed = Number(this.#resumed?.[1]) === frame.draft;
      this.#known.set(key, { at: isResumed ? Number(this.#resumed[2]) : this.#isDocumentsOwn ? 0 : anywhere });
      this.#resumed = null;
    }
    return this.#known.get(key);
  }
}

const keyOf = ({ document_id, draft }) => `${document_id}/${draft}`;

/** The SHA-256 of a text in hex; undefined where the platform does not count it, such as a page without https. */
async function sha256(text) {
  const digest = await globalThis.crypto?.subtle?.digest("SHA-256", new TextEncoder().encode(text));
  return digest && Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * One stream as an application iterates it; made by `Gateway.subscribe`. Leaving a `for await` or `close()` ends it.
 * `cursor` is the place up to which the application has taken what came: store it, and give it as `after` next time.
 */
export class Subscription {
  isLive = false; // the server has begun it on this connection
  isPaused = false; // the server has ended it, until all that waits is taken
  hasEnded = false;
  /** @type {any[]} */ waiting = [];
  /** @type {Error | undefined} */ #error;
  #wake = () => {};
  #gateway;
  #at; // the cursor to resume after
  #drafts;
  #seq; // all up to there has come, or was not wanted; undefined where nobody has told yet

  constructor(/** @type {any} */ gateway, /** @type {string} */ stream, /** @type {SubscribeOptions} */ options) {
    this.#gateway = gateway;
    this.stream = stream;
    this.types = options.types ?? [];
    this.sections = options.sections ?? false;
    this.id = "";
    this.cursor = this.#at = options.after === undefined ? undefined : String(options.after);
    this.#drafts = new Drafts(stream, this.cursor);
    const digits = /^\d+/.exec(this.cursor ?? "");
    this.#seq = digits && this.cursor !== BEGINNING ? Number(digits[0]) : undefined;
  }

  [Symbol.asyncIterator]() {
    return this;
  }

  /** The next item. Throws a Lost when something will not come; after it, iterating goes on. Other errors are the end. */
  async next() {
    for (;;) {
      while (!this.waiting.length) {
        if (this.isPaused) this.#gateway.resume(this);
        if (this.#error) throw this.#error;
        if (this.hasEnded) return { done: true, value: undefined };
        await new Promise((resolve) => (this.#wake = () => resolve(undefined)));
      }
      const item = this.waiting.shift();
      if (item instanceof Lost || this.#counts(item)) this.cursor = item.cursor;
      if (item instanceof Lost) throw item;
      if (item.type !== "position") return { done: false, value: item };
    }
  }

  async return() {
    this.close();
    return { done: true, value: undefined };
  }

  /** The same, with a Lost as an item among the others instead of thrown. */
  async *withLosses() {
    const asItem = (error) => (error instanceof Lost ? { done: false, value: error } : Promise.reject(error));
    try {
      for (let step; !(step = await this.next().catch(asItem)).done; ) yield step.value;
    } finally {
      this.close();
    }
  }

  /** Take nothing more. What waits is dropped, iteration ends. */
  close() {
    this.waiting = [];
    this.end();
    this.#gateway.forget(this);
  }

  // For the gateway

  async feed(onEvent, onError) {
    try {
      for await (const item of this.withLosses()) (item instanceof Lost ? onError : onEvent)(item);
    } catch (error) {
      onError(error);
    }
  }

  command(id) {
    this.id = id;
    this.isLive = false;
    const types = this.types.length ? this.types : undefined;
    return { command: "subscribe", id, stream: this.stream, after: this.#at, types, sections: this.sections || undefined };
  }

  subscribed(frame) {
    this.isLive = true;
    if (!frame.recovered) return this.lose(frame);
    if (this.#at === undefined && !this.#isDocument) [this.#at, this.#seq] = [frame.cursor, frame.seq];
    else if (this.#at === BEGINNING && this.#isWholeLog) this.#seq = frame.seq - frame.missed;
    return this.#put({ type: "position", seq: this.#seq, cursor: this.#at });
  }

  /** The stream goes on elsewhere. */
  lose({ reason, seq, cursor }) {
    this.#putLost(Lost, { reason, cursor });
    [this.#at, this.#seq] = this.#isDocument ? [undefined, undefined] : [cursor, seq]; // a document comes whole then
  }

  receive(frame) {
    if (frame.type === "position" && frame.seq < (this.#seq ?? 0)) return;
    if ("prev" in frame) this.#check(frame);
    else this.#checkText(frame);
    if (this.#counts(frame)) [this.#at, this.#seq] = [frame.cursor, frame.seq ?? this.#seq];
    if (frame.type === "position" && this.waiting.at(-1)?.type === "position") this.waiting.pop();
    this.#put(frame);
  }

  end(/** @type {Error | undefined} */ error = undefined) {
    if (!this.hasEnded) this.#error = error;
    this.hasEnded = true;
    this.#wake();
  }

  /** Whether an event follows what came before it: the whole log of a project has no holes, elsewhere `prev` tells. */
  #check({ seq, prev }) {
    const soFar = this.#seq ?? 0;
    if (seq <= soFar || prev >= seq) throw new ProtocolError(`${this.stream}: event ${seq} (prev ${prev}) came after ${soFar}.`);
    const isGap = this.#seq !== undefined && (this.#isWholeLog ? seq - 1 : prev) > soFar;
    if (isGap) this.#putLost(Gap, { reason: "gap", before: seq, cursor: this.#at });
  }

  /** Whether pieces of text join, up to the SHA-256 that ends them. */
  #checkText(frame) {
    if (frame.type === "section_start") this.#drafts.start(frame);
    if (frame.type === "section_chunk") this.#putTextGap(this.#drafts.add(frame));
    if (frame.type !== "section_end") return;
    const { missing, text } = this.#drafts.end(frame);
    this.#putTextGap(missing);
    if (text !== undefined) this.#prove(text, frame);
  }

  /** Counting is asynchronous in browsers, so that what is wrong is told some items later. */
  async #prove(text, { draft, sha256: told, cursor }) {
    const counted = await sha256(text);
    if (counted === undefined || counted === told) return;
    const message = `${this.stream}: the text of draft ${draft} is not the one whose SHA-256 ends it; read it anew.`;
    this.#put(new Mismatch(message, { stream: this.stream, reason: "mismatch", draft, after: 0, cursor: this.#at ?? cursor }));
  }

  #putTextGap(missing) {
    if (!missing) return;
    const { after, before, draft } = missing;
    const message = `${this.stream}: bytes ${after} to ${before} of draft ${draft} are missing; read it anew.`;
    this.#put(new Gap(message, { stream: this.stream, reason: "gap", cursor: this.#at ?? BEGINNING, ...missing }));
  }

  get #isDocument() {
    return this.stream.startsWith("document:");
  }

  get #isWholeLog() {
    return this.stream.startsWith("project:") && !this.types.length;
  }

  /** Whether its cursor is a place in this stream. Sections count by themselves: not in the log of a project. */
  #counts({ seq, cursor }) {
    return cursor !== undefined && (seq !== undefined || this.#isDocument);
  }

  #putLost(Kind, members) {
    const after = this.#seq ?? 0;
    const message = `${this.stream}: events after ${after} are lost (${members.reason}); read the state anew.`;
    this.#put(new Kind(message, { stream: this.stream, after, ...members }));
  }

  #put(item) {
    this.waiting.push(item);
    this.#wake();
  }
}

/** One socket to a gateway, opened when there is something to do: `new Gateway("http://127.0.0.1:8000", { token })`. */
export class Gateway {
  /** @type {Map<string, Subscription>} */ #subscriptions = new Map();
  /** @type {Map<string, Publication>} */ #publications = new Map();
  /** @type {Set<string>} */ #served = new Set(); // what this connection was asked for
  /** @type {(() => void)[]} */ #turns = []; // of publications that wait to be sent
  /** @type {Map<string, any>} */ #orders = new Map(); // about documents: sent once, or a second run could begin
  /** @type {string[]} */ #outbox = [];
  /** @type {any} */ #paceTimer;
  #everyMs = 0; // between two commands, after as many at once as a second allows
  #paidUntil = 0;
  /** @type {any} */ #socket;
  /** @type {Error | undefined} */ #end;
  #wake = () => {};
  #sleeping = new AbortController();
  #isOpen = false;
  #ids = 0;
  #tries = 0;
  #retryAfterMs = 0;
  #patienceMs = OPENS_WITHIN_MS;
  #lastHeard = 0;
  #reason = "";
  #address;
  #options;

  constructor(/** @type {string} */ url, /** @type {Options} */ { backoff, ...options } = {}) {
    this.#address = addressOf(url);
    this.#options = {
      credentials: async () => ({ token: options.token }),
      onState: () => {},
      buffer: 1000,
      sleep: sleepFor,
      WebSocket: globalThis.WebSocket,
      ...options,
      backoff: { base: 500, cap: 30_000, random: Math.random, ...backoff },
    };
    if (!this.#options.WebSocket) throw new TypeError("There is no WebSocket here; give one as an option, such as that of `ws`.");
    queueMicrotask(() => this.#run());
  }

  // For the application

  /** Watch a stream, such as `project:pixel-jumper` or `task:42`. */
  subscribe(/** @type {string} */ stream, /** @type {SubscribeOptions} */ options = {}) {
    if (this.#end) throw this.#end;
    if (this.#subscriptions.has(stream)) throw new Error(`This Gateway watches ${stream} already; close that first.`);
    const subscription = new Subscription(this, stream, options);
    this.#subscriptions.set(stream, subscription);
    this.#askFor(subscription);
    const raise = (error) => Promise.reject(error);
    if (options.onEvent) subscription.feed(options.onEvent, options.onError ?? raise);
    return subscription;
  }

  /**
   * Publish an event of a type that clients may. Resolves when it is stored, over lost connections too: once, however often
   * it had to be sent, thanks to `key`, the author's own word for it. CommandError when the gateway will not have it.
   * @param {string} project @param {string} type @param {object} payload @param {{task?: string, key?: string}} [more]
   * @returns {Promise<Published>}
   */
  async publish(project, type, payload, { task, key = newKey() } = {}) {
    while (this.#publications.size >= PUBLICATIONS_AT_ONCE && !this.#end) {
      await new Promise((resolve) => this.#turns.push(() => resolve(undefined)));
    }
    if (this.#end) throw this.#end;
    const id = String(++this.#ids);
    const text = JSON.stringify({ command: "publish", id, project_id: project, type, payload, task, key });
    try {
      return await new Promise((resolve, reject) => {
        this.#publications.set(id, { text, resolve, reject });
        this.#send(text);
      });
    } finally {
      this.#publications.delete(id);
      this.#turns.shift()?.();
    }
  }

  /**
   * Have a document written; the id of the run: of the one at work, where there is one. CommandError when the gateway will not
   * do it; Unanswered when the connection is lost meanwhile, since sent again it could begin a second run.
   * @returns {Promise<number>}
   */
  generate(/** @type {number} */ documentId) {
    return this.#order("generate", documentId);
  }

  /** End the run that writes a document; the id of that, 0 when there is none. Errors as with `generate`. */
  cancel(/** @type {number} */ documentId) {
    return this.#order("cancel", documentId);
  }

  /** Close the socket and end what waits for it: iterations end, publications fail with Closed. */
  close() {
    this.#finish(new Closed("This Gateway is closed."));
  }

  /** @returns {Promise<number>} */
  async #order(command, document_id) {
    if (this.#end) throw this.#end;
    const id = String(++this.#ids);
    const text = JSON.stringify({ command, id, document_id });
    try {
      return await new Promise((resolve, reject) => {
        this.#orders.set(id, { text, resolve, reject, isSent: this.#isOpen });
        this.#send(text);
      });
    } finally {
      this.#orders.delete(id);
    }
  }

  // For its subscriptions

  forget(subscription) {
    if (this.#subscriptions.get(subscription.stream) !== subscription) return;
    this.#subscriptions.delete(subscription.stream);
    this.#unsubscribe(subscription.stream);
  }

  resume(subscription) {
    subscription.isPaused = false;
    if (!subscription.hasEnded) this.#askFor(subscription);
  }

  // The connection

  async #run() {
    try {
      while (!this.#end) {
        if (this.#hasWork) await this.#connect();
        if (this.#end) return;
        await (this.#hasWork ? this.#pause() : this.#idle());
      }
    } catch (error) {
      this.#finish(error);
    }
  }

  get #hasWork() {
    return this.#subscriptions.size + this.#publications.size + this.#orders.size > 0;
  }

  /** One connection from its opening to its end. Returns when another one may do better. */
  async #connect() {
    this.#tell("connecting");
    try {
      const { token, ticket } = /** @type {Credentials} */ ((await this.#options.credentials()) ?? {});
      if (this.#end) return;
      const query = ticket ? `?ticket=${encodeURIComponent(ticket)}` : "";
      const protocols = token ? [...PROTOCOLS, `bearer.${token}`] : PROTOCOLS;
      this.#socket = new this.#options.WebSocket(this.#address + query, protocols);
      this.#judge(await this.#untilLost(this.#socket));
    } catch (error) {
      if (error instanceof GatewayError) throw error;
      this.#reason = error.message;
    } finally {
      this.#socket?.close();
      this.#socket = undefined;
      this.#isOpen = false;
      this.#served.clear();
      this.#outbox = [];
      clearTimeout(this.#paceTimer);
      for (const { isSent, reject } of this.#orders.values()) {
        if (isSent) reject(new Unanswered("The connection was lost before the gateway had answered."));
      }
    }
  }

  /** Handle what comes until the socket is closed, and give the code and reason; ConnectionLost after too long a silence. */
  async #untilLost(socket) {
    this.#patienceMs = OPENS_WITHIN_MS;
    this.#lastHeard = Date.now();
    let watch;
    try {
      return await new Promise((resolve, reject) => {
        watch = setInterval(() => {
          if (Date.now() > this.#lastHeard + this.#patienceMs) reject(new ConnectionLost("nothing came for too long"));
        }, LOOK_EVERY_MS);
        socket.onmessage = ({ data }) => {
          this.#lastHeard = Date.now();
          this.#take(data, reject);
        };
        socket.onerror = () => {}; // `close` follows, and says as much
        socket.onclose = resolve;
      });
    } finally {
      clearInterval(watch);
      socket.onmessage = socket.onclose = null;
    }
  }

  /** Whether the code with which it was closed lets us come back. */
  #judge({ code, reason }) {
    const largest = [...this.#publications.values()].sort((one, other) => other.text.length - one.text.length)[0];
    if (code === TOO_LARGE && largest) {
      largest.reject(new CommandError("The event is too large.", { code: "too_large", errors: {} }));
    } else if (FINAL.includes(code) || code === TOO_LARGE) {
      throw new Refused(`${reason || "refused"} (${code})`, { code, reason });
    }
    this.#reason = `${reason} (${code})`.trim();
  }

  async #pause() {
    const { base, cap, random } = this.#options.backoff;
    const retryInMs = this.#retryAfterMs + random() * Math.min(cap, base * 2 ** this.#tries++);
    this.#retryAfterMs = 0;
    this.#tell("waiting", { retryInMs, retryAt: new Date(Date.now() + retryInMs), reason: this.#reason });
    await this.#options.sleep(retryInMs, this.#sleeping.signal);
  }

  async #idle() {
    this.#tell("idle");
    await new Promise((resolve) => (this.#wake = () => resolve(undefined)));
  }

  #finish(error) {
    if (this.#end) return;
    this.#end = error;
    for (const each of this.#subscriptions.values()) each.end(error instanceof Closed ? undefined : error);
    for (const { reject } of [...this.#publications.values(), ...this.#orders.values()]) reject(error);
    for (const turn of this.#turns.splice(0)) turn();
    this.#socket?.close(1000);
    this.#sleeping.abort();
    this.#wake();
    this.#tell("closed", { reason: error instanceof Closed ? "" : error.message });
  }

  #tell(name, more = {}) {
    this.#options.onState({ name, reason: "", ...more });
  }

  // What we send

  #send(text) {
    if (this.#isOpen) this.#outbox.push(text);
    this.#sendPaced();
    this.#wake();
  }

  /** As fast as the gateway bears it: what it allows in a second may go at once after a pause, half of what it takes. */
  #sendPaced() {
    clearTimeout(this.#paceTimer);
    while (this.#outbox.length && this.#socket?.readyState === 1) {
      const now = Date.now();
      const paidUntil = Math.max(this.#paidUntil, now - 1000) + this.#everyMs;
      if (this.#everyMs && paidUntil > now) {
        this.#paceTimer = setTimeout(() => this.#sendPaced(), paidUntil - now);
        return;
      }
      this.#paidUntil = paidUntil;
      this.#socket.send(this.#outbox.shift());
    }
  }

  #askFor(subscription) {
    if (this.#served.has(subscription.stream)) this.#unsubscribe(subscription.stream);
    if (this.#isOpen) this.#served.add(subscription.stream);
    this.#send(JSON.stringify(subscription.command(String(++this.#ids))));
  }

  #unsubscribe(stream) {
    if (this.#served.delete(stream)) this.#send(JSON.stringify({ command: "unsubscribe", id: String(++this.#ids), stream }));
  }

  // What we get

  #take(text, reject) {
    try {
      const message = JSON.parse(text);
      for (const frame of message.type === "batch" ? message.frames : [message]) this.#receive(frame);
    } catch (error) {
      const isOurs = error instanceof GatewayError || error instanceof ConnectionLost;
      reject(isOurs ? error : new ProtocolError(`This is not as it should be: ${String(text).slice(0, 200)}`, { cause: error }));
    }
  }

  #receive(frame) {
    if (typeof frame.type !== "string") throw new ProtocolError("A frame without a type came.");
    const handle = "prev" in frame ? undefined : this.#control[frame.type]; // there are events of the type `error`, too
    if (handle) handle(frame);
    else this.#handOn(frame);
  }

  /** To the stream that it names. Nobody wants it when that was left a moment ago. */
  #handOn(frame) {
    const receiver = this.#subscriptions.get(frame.stream);
    if (!receiver?.isLive) return;
    receiver.receive(frame);
    if (receiver.waiting.length >= this.#options.buffer) this.#pauseSubscription(receiver);
  }

  /** A browser cannot stop reading a socket; but the server keeps the log, and goes on from a cursor later. */
  #pauseSubscription(subscription) {
    subscription.isLive = false;
    subscription.isPaused = true;
    this.#unsubscribe(subscription.stream);
  }

  /** @type {Record<string, (frame: any) => void>} */
  #control = {
    welcome: ({ heartbeat_seconds, commands_per_second }) => {
      this.#isOpen = true;
      this.#everyMs = commands_per_second ? 1000 / commands_per_second : 0;
      this.#paidUntil = 0;
      this.#patienceMs = heartbeat_seconds * 1000 * HEARTBEATS_OF_SILENCE;
      this.#tell("open");
      for (const each of this.#subscriptions.values()) if (!each.isPaused) this.#askFor(each);
      for (const { text } of this.#publications.values()) this.#send(text);
      for (const order of this.#orders.values()) {
        order.isSent = true;
        this.#send(order.text);
      }
    },
    subscribed: (frame) => {
      this.#tries = 0;
      this.#askedBy(frame)?.subscribed(frame);
    },
    published: ({ reply_to, seq, cursor, id }) => {
      this.#tries = 0;
      this.#publications.get(reply_to)?.resolve({ seq, cursor, id });
    },
    done: ({ reply_to, generation_id }) => {
      this.#tries = 0;
      this.#orders.get(reply_to)?.resolve(generation_id);
    },
    error: ({ reply_to, code, message, errors = {} }) => {
      const error = new CommandError(message, { code, errors });
      if (reply_to === undefined || reply_to === null) throw new ProtocolError(`The gateway did not understand: ${message}`);
      (this.#publications.get(reply_to) ?? this.#orders.get(reply_to))?.reject(error);
      const subscription = this.#askedBy({ reply_to });
      if (subscription && code === "internal_error") throw new ConnectionLost(message);
      if (subscription) this.#endSubscription(subscription, error);
    },
    resync: (frame) => {
      const subscription = this.#subscriptions.get(frame.stream);
      this.#served.delete(frame.stream);
      if (!subscription?.isLive) return;
      if (frame.reason === "revoked") {
        const reason = `${frame.stream} is no longer yours to see`;
        this.#endSubscription(subscription, new Refused(reason, { code: 4404, reason }));
      } else {
        subscription.lose(frame);
        this.#askFor(subscription);
      }
    },
    closing: ({ retry_after_ms }) => (this.#retryAfterMs = retry_after_ms),
    pong: () => {},
    unsubscribed: () => {},
  };

  #endSubscription(subscription, error) {
    this.#served.delete(subscription.stream);
    this.#subscriptions.delete(subscription.stream);
    subscription.end(error);
  }

  #askedBy({ reply_to }) {
    return [...this.#subscriptions.values()].find(({ id }) => id === reply_to);
  }
}

function addressOf(url) {
  const { protocol, host, pathname } = new URL(url, globalThis.location?.href);
  if (!/^(http|ws)s?:$/.test(protocol)) throw new TypeError(`${url} is not the address of a gateway.`);
  return `${protocol.replace("http", "ws")}//${host}${pathname.replace(/\/(ws\/?)?$/, "")}/ws/`;
}

function newKey() {
  return Array.from({ length: 3 }, () => Math.random().toString(36).slice(2)).join("");
}

function sleepFor(ms, signal) {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve(undefined);
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
  });
}
