// A client of the gamedev gateway's REST API, for browsers and Node; start with `Api`. The page about it is docs/clients.md.

/**
 * @typedef {Record<string, string | number | boolean | string[] | undefined>} Query
 *
 * @typedef {object} Options
 * @property {string} [token]  Without one, the session cookie says who it is, and `csrftoken` goes along with what writes.
 * @property {typeof globalThis.fetch} [fetch]
 * @property {number[]} [waits]  Milliseconds between the tries of a request whose connection was lost.
 * @property {(ms: number) => Promise<void>} [sleep]
 *
 * @typedef {object} SendOptions
 * @property {string} [ifMatch]  The `etagOf` what was read; stale is a Problem with the code `stale_version`.
 * @property {string} [key]  The Idempotency-Key of a POST; one is made where none is given.
 * @property {string} [prefer]  E.g. `respond-async`: answered at once, with a generation.
 */

const WAITS = [300, 1000, 3000];
const SAFE = ["GET", "HEAD"];

/** The gateway's no (RFC 9457): `status`, `code` (stable), `detail`, `errors` by field, and what else it tells, e.g. `current`. */
export class Problem extends Error {
  /** @type {number} */ status = 0;
  /** @type {string} */ code = "";
  /** @type {string} */ detail = "";
  /** @type {Record<string, string[]>} */ errors = {};

  constructor(/** @type {Record<string, any>} */ members) {
    super(members.detail || members.title);
    Object.assign(this, members, { name: "Problem" });
  }
}

/** No answer came. What was to be changed may have been changed, or not; a POST with the same `key` finds out harmlessly. */
export class Unreachable extends Error {
  constructor(/** @type {string} */ path, /** @type {unknown} */ cause) {
    super(`The gateway does not answer (${path}).`, { cause });
    this.name = "Unreachable";
  }
}

/** @type {WeakMap<object, string>} */
const etags = new WeakMap();

/** The version of something that an Api has read, for `ifMatch`; undefined where the gateway gave none. */
export const etagOf = (/** @type {object} */ body) => etags.get(body);

/** One gateway, by its address: `new Api("/")` on a page of it, `new Api("http://127.0.0.1:8000", { token })` elsewhere. */
export class Api {
  #root;
  #options;

  constructor(/** @type {string} */ base = "/", /** @type {Options} */ options = {}) {
    this.#root = `${base.replace(/\/$/, "")}/api/v1/`;
    const fetch = (/** @type {[any, any]} */ ...request) => globalThis.fetch(...request);
    this.#options = { fetch, waits: WAITS, sleep: sleepFor, ...options };
  }

  /** Where something is, e.g. for a link: `api.url("documents/7/export/", { as: "html" })`. */
  url(/** @type {string} */ path, /** @type {Query} */ query = {}) {
    if (/^(https?:|\/)/.test(path)) return this.#root.startsWith("/") ? path : new URL(path, this.#root).href; // as `next` is
    const given = Object.entries(query).filter(([, value]) => value !== undefined);
    const words = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
    return this.#root + path + (words && `?${words}`);
  }

  /** @returns {Promise<any>} */
  async get(/** @type {string} */ path, /** @type {Query} */ query = {}) {
    return readBody(await this.#send("GET", this.url(path, query)));
  }

  /** What is no JSON, e.g. a picture of a plan or an exported document. */
  async text(/** @type {string} */ path, /** @type {Query} */ query = {}) {
    return (await this.#send("GET", this.url(path, query))).text();
  }

  /** All of a list, page after page, as they are taken. */
  async *list(/** @type {string} */ path, /** @type {Query} */ query = {}) {
    for (let next = this.url(path, query); next;) {
      const page = await this.get(next);
      yield* page.results;
      next = page.next;
    }
  }

  /** Once, however often it has to be sent. `body`: anything as JSON, or FormData. @returns {Promise<any>} */
  async post(
    /** @type {string} */ path,
    /** @type {any} */ body = {},
    /** @type {SendOptions} */ { key = newKey(), ...options } = {},
  ) {
    return readBody(await this.#send("POST", this.url(path), { body, key, ...options }));
  }

  /** @returns {Promise<any>} */
  async patch(/** @type {string} */ path, /** @type {any} */ body, /** @type {SendOptions} */ options = {}) {
    return readBody(await this.#send("PATCH", this.url(path), { body, ...options }));
  }

  /** @returns {Promise<any>} */
  async put(/** @type {string} */ path, /** @type {any} */ body, /** @type {SendOptions} */ options = {}) {
    return readBody(await this.#send("PUT", this.url(path), { body, ...options }));
  }

  /** @returns {Promise<any>} */
  async delete(/** @type {string} */ path, /** @type {SendOptions} */ options = {}) {
    return readBody(await this.#send("DELETE", this.url(path), options));
  }

  async #send(method, url, { body, key, ifMatch, prefer } = {}) {
    const isForm = globalThis.FormData && body instanceof FormData;
    const headers = withoutGaps({
      Accept: "application/json, */*;q=0.5",
      "Content-Type": body === undefined || isForm ? undefined : "application/json",
      "Idempotency-Key": key,
      "If-Match": ifMatch,
      Prefer: prefer,
      ...this.#identity(method),
    });
    const sent = body === undefined || isForm ? body : JSON.stringify(body);
    const response = await this.#reach(url, { method, headers, body: sent, credentials: this.#credentials });
    if (!response.ok) throw await problemOf(response);
    return response;
  }

  /** Again after a lost connection, where that is harmless: what only reads, and what has a key. */
  async #reach(url, request) {
    const isHarmless = SAFE.includes(request.method) || request.headers["Idempotency-Key"];
    const waits = isHarmless ? [...this.#options.waits] : [];
    for (;;) {
      try {
        return await this.#options.fetch(url, request);
      } catch (error) {
        if (!waits.length) throw new Unreachable(url, error);
        await this.#options.sleep(waits.shift());
      }
    }
  }

  /** @returns {RequestCredentials} */
  get #credentials() {
    return this.#options.token ? "omit" : "same-origin";
  }

  #identity(method) {
    if (this.#options.token) return { Authorization: `Bearer ${this.#options.token}` };
    return SAFE.includes(method) ? {} : { "X-CSRFToken": cookie("csrftoken") };
  }
}

async function readBody(response) {
  const text = await response.text();
  const body = text ? JSON.parse(text) : null;
  const etag = response.headers.get("ETag");
  if (etag && body && typeof body === "object") etags.set(body, etag);
  return body;
}

/** What the gateway said no with; a proxy before it may have said it in its own words. */
async function problemOf(response) {
  const { status, statusText } = response;
  const isOurs = /json/.test(response.headers.get("Content-Type") ?? "");
  const members = isOurs ? await response.json().catch(() => ({})) : {};
  return new Problem({ code: `http_${status}`, title: statusText || `Status ${status}`, ...members, status });
}

function cookie(name) {
  const found = globalThis.document?.cookie.split("; ").find((each) => each.startsWith(`${name}=`));
  return found && decodeURIComponent(found.slice(name.length + 1));
}

function withoutGaps(headers) {
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
}

function newKey() {
  return Array.from({ length: 3 }, () => Math.random().toString(36).slice(2)).join("");
}

function sleepFor(ms) {
  return new Promise((resolve) => void setTimeout(resolve, ms));
}
