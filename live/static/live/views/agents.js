// Who works here without being a person: runs and what they told, what they wait for, what they hold.

import { claimList } from "../agents/claims.js";
import { openQuestion } from "../agents/question.js";
import { changesClaims, inOrder, isOpen, runsAfter, untilExpiry, withDetail } from "../agents/roster.js";
import { runCard } from "../agents/run.js";
import { callTable, waitingCall } from "../agents/tool-call.js";
import { coalesced } from "../parts/coalesced.js";
import { Doing } from "../parts/doing.js";
import { repeat } from "../vendor/lit-html/directives/repeat.js";
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { words } from "../words/agents.js";

const AFTER_EXPIRY_MS = 3000; // the gateway ends what has run out every few seconds
const MOST_DETAILS = 40; // runs whose activities are read at once
const CALLS_SHOWN = 30;

/** The agents of a project at work, and what a person can say to them. */
export class AgentsView {
  /** @type {Map<number, any>} */ runs = new Map();
  /** @type {any[]} */ claims = [];
  /** Of late; null as long as nobody wants to see them. @type {any[] | null} */ calls = null;
  /** The claim, and the tool call, whose form for a reason is open. @type {number | null} */ taking = null;
  /** @type {number | null} */ refusing = null;
  /** Runs of which all that they told is shown. */ whole = new Set();
  isEndedOpen = false;
  #expiry = 0;

  constructor(/** @type {import("../page.js").Page} */ page, /** @type {string[]} */ rest) {
    this.page = page;
    this.rest = rest;
    this.doing = new Doing(page);
    this.readClaims = coalesced(() => this.#readClaims());
    this.readCalls = coalesced(() => this.#readCalls());
  }

  async enter() {
    this.runs = new Map(this.page.project.runs);
    const open = [...this.runs.values()].filter(isOpen).slice(0, MOST_DETAILS);
    await Promise.all([this.readClaims(), this.#readNamed(), ...open.map((run) => this.#readRun(run.id))]);
  }

  turn(/** @type {string[]} */ rest) {
    this.rest = rest;
    this.doing.run("named", () => this.#readNamed());
  }

  leave() {
    clearTimeout(this.#expiry);
  }

  onEvent(event) {
    this.runs = runsAfter(this.runs, event);
    if (changesClaims(event)) this.#quietly(this.readClaims());
    if (this.calls && event.type.startsWith("tool.")) this.#quietly(this.readCalls());
  }

  // Reading

  get #place() {
    return `projects/${this.page.project.id}/`;
  }

  /** The run that the address names is shown, wherever it stands. */
  async #readNamed() {
    const id = Number(this.rest[0]);
    if (!Number.isInteger(id) || id < 1) return;
    await this.#readRun(id);
    this.isEndedOpen ||= !isOpen(this.runs.get(id));
    this.page.update();
    requestAnimationFrame(() => document.getElementById(`run-${id}`)?.scrollIntoView({ block: "center" }));
  }

  async #readRun(id) {
    const found = await this.page.api.get(`runs/${id}/`);
    this.runs = new Map(this.runs).set(id, withDetail(this.runs.get(id), found));
  }

  /** Heartbeats are no events: when the first claim should have run out, it is read whether it has. */
  async #readClaims() {
    const claims = [];
    for await (const claim of this.page.api.list(`${this.#place}claims/`, { open: true, limit: 200 })) claims.push(claim);
    this.claims = claims;
    this.page.update();
    clearTimeout(this.#expiry);
    const wait = untilExpiry(claims);
    if (wait !== undefined) this.#expiry = setTimeout(() => this.#quietly(this.readClaims()), wait + AFTER_EXPIRY_MS);
  }

  async #readCalls() {
    this.calls = (await this.page.api.get(`${this.#place}tool-calls/`, { limit: CALLS_SHOWN })).results;
    this.page.update();
  }

  /** What is read again by itself may fail while the connection is down; it will be read after it. */
  #quietly(reading) {
    reading.catch((error) => console.warn(error.message));
  }

  // What a person does

  answer(question, text) {
    return this.doing.run(`answer ${question.id}`, async () => {
      await this.page.api.post(`activities/${question.id}/answer/`, { answer: text });
      this.page.say(words.answered);
    });
  }

  async stop(run) {
    const asked = { title: words.stopRun(run.agent), text: words.stopWhy, verb: words.stop, isDangerous: true };
    if (!(await this.page.confirm(asked))) return;
    const ending = { status: "error", summary: words.stoppedBy(this.page.user.username) };
    const isDone = await this.doing.run(`stop ${run.id}`, () => this.page.api.post(`runs/${run.id}/end/`, ending));
    if (isDone) this.page.say(words.stopped(run.agent));
  }

  /** Open the form for the reason; without a claim, close it. */
  askWhyTake(claim) {
    this.#focusLater(`take-button-${this.taking}`);
    this.taking = claim?.id ?? null;
    this.page.update();
  }

  askWhyRefuse(call) {
    this.#focusLater(`refuse-button-${this.refusing}`);
    this.refusing = call?.id ?? null;
    this.page.update();
  }

  /** The button that had opened a form gets the focus back, when it is drawn again. */
  #focusLater(id) {
    this.page.update();
    requestAnimationFrame(() => document.getElementById(id)?.focus());
  }

  async take(claim, reason) {
    const isDone = await this.doing.run(`take ${claim.id}`, () => this.page.api.post(`claims/${claim.id}/release/`, { reason }));
    if (!isDone) return this.#quietly(this.readClaims());
    this.taking = null;
    this.claims = this.claims.filter(({ id }) => id !== claim.id);
    this.page.say(words.taken(claim.resource));
  }

  confirmCall(call) {
    return this.#decide(call, "confirm", {}, words.confirmed(call.tool));
  }

  refuseCall(call, reason) {
    return this.#decide(call, "refuse", { reason }, words.refused(call.tool));
  }

  async #decide(call, verb, body, told) {
    const isDone = await this.doing.run(`call ${call.id}`, () => this.page.api.post(`tool-calls/${call.id}/${verb}/`, body));
    if (isDone) this.page.say(told);
    this.refusing = null;
    this.#quietly(this.page.project.waiting.load());
  }

  async showAll(run) {
    const isDone = await this.doing.run(`all ${run.id}`, async () => {
      const activities = [];
      for await (const activity of this.page.api.list(`runs/${run.id}/activities/`, { limit: 200 })) activities.push(activity);
      this.runs = new Map(this.runs).set(run.id, withDetail(this.runs.get(run.id), { ...this.runs.get(run.id), activities }));
    });
    if (isDone) this.whole.add(run.id);
  }

  async openEnded(event) {
    this.isEndedOpen = event.target.open;
    const unread = inOrder(this.runs.values())
      .filter((run) => !isOpen(run) && !run.activities)
      .slice(0, MOST_DETAILS);
    if (this.isEndedOpen && unread.length)
      await this.doing.run("ended", () => Promise.all(unread.map(({ id }) => this.#readRun(id))));
  }

  openCalls(event) {
    this.calls = event.target.open ? (this.calls ?? []) : null;
    if (this.calls) this.doing.run("calls", this.readCalls);
  }

  // Drawing

  render() {
    return html`<div class="agents">
      <h1 class="visually-hidden">${words.title}</h1>
      <div class="work">${this.#waiting()} ${this.#runs()} ${this.#calls()}</div>
      <section class="held" aria-labelledby="claims-title">
        <h2 id="claims-title">${words.claims} <span class="count">${this.claims.length || ""}</span></h2>
        ${claimList(this.claims, this.#claimOptions())}
      </section>
    </div>`;
  }

  #waiting() {
    const { waiting } = this.page.project;
    const count = waiting.count;
    return html`<section class=${count ? "waiting some" : "waiting"} aria-labelledby="waiting-title">
      <h2 id="waiting-title">${words.waiting} ${count ? html`<span class="count">${count}</span>` : nothing}</h2>
      <p class=${count ? "visually-hidden" : "muted"} role="status">${count ? words.waits(count) : words.nothingWaits}</p>
      ${repeat(
        waiting.calls,
        ({ id }) => id,
        (call) => waitingCall(call, this.#callVerbs(call)),
      )}
      ${repeat(
        waiting.questions.values(),
        ({ id }) => id,
        (question) => this.#question(question),
      )}
    </section>`;
  }

  #question(question) {
    const agent = this.runs.get(question.run)?.agent ?? "?";
    const isBusy = this.doing.has(`answer ${question.id}`);
    return openQuestion(question, {
      agent,
      canAnswer: this.page.can("edit"),
      isBusy,
      answer: (text) => this.answer(question, text),
    });
  }

  #callVerbs(call) {
    return {
      canDecide: this.page.can("edit"),
      isBusy: this.doing.has(`call ${call.id}`),
      isRefusing: this.refusing === call.id,
      confirm: () => this.confirmCall(call),
      askWhy: () => this.askWhyRefuse(call),
      keep: () => this.askWhyRefuse(null),
      refuse: (reason) => this.refuseCall(call, reason),
    };
  }

  #runs() {
    const runs = inOrder(this.runs.values());
    const ended = runs.filter((run) => !isOpen(run));
    return html`<section class="runs" aria-labelledby="runs-title">
      <h2 id="runs-title">${words.runs} <span class="count">${runs.length - ended.length || ""}</span></h2>
      ${runs.length ? nothing : html`<p class="empty">${words.noRuns}<br />${words.howToJoin}</p>`}
      <div class="run-list">
        ${repeat(
          runs.filter(isOpen),
          ({ id }) => id,
          (run) => this.#run(run),
        )}
      </div>
      ${
        ended.length
          ? html`<details ?open=${this.isEndedOpen} @toggle=${(event) => this.openEnded(event)}>
              <summary>${words.ended(ended.length)}</summary>
              <div class="run-list">
                ${repeat(
                  ended,
                  ({ id }) => id,
                  (run) => this.#run(run),
                )}
              </div>
            </details>`
          : nothing
      }
    </section>`;
  }

  #run(run) {
    return runCard(run, {
      claims: this.claims.filter((claim) => claim.run === run.id),
      tasksByCode: this.page.project.tasksByCode,
      feed: this.page.project.feed,
      isWhole: this.whole.has(run.id),
      canStop: this.page.can("edit"),
      isBusy: this.doing.has(`stop ${run.id}`),
      stop: () => this.stop(run),
      showAll: () => this.showAll(run),
      answering: (question) => (this.page.can("edit") ? this.#question(question) : nothing),
    });
  }

  #calls() {
    return html`<details class="calls" @toggle=${(event) => this.openCalls(event)}>
      <summary>${words.latestCalls}</summary>
      ${this.calls?.length ? callTable(this.calls) : html`<p class="muted">${words.noCalls}</p>`}
    </details>`;
  }

  #claimOptions() {
    return {
      tasksByCode: this.page.project.tasksByCode,
      runs: this.runs,
      canTake: this.page.can("edit"),
      taking: this.taking,
      isBusy: (claim) => this.doing.has(`take ${claim.id}`),
      askWhy: (claim) => this.askWhyTake(claim),
      take: (claim, reason) => this.take(claim, reason),
    };
  }
}
