// The board as it was at any event of the log, and played forward from there.

import { fold } from "../board.js";
import { COLUMNS, DRAWN, columns } from "../parts/cards.js";
import { addressOf } from "../routes.js";
import { Film } from "../time/film.js";
import { MARKED, nextMark, noMarks, withMarks } from "../time/marks.js";
import { controls, moment, slider, standing } from "../time/reel.js";
import { guard } from "../vendor/lit-html/directives/guard.js";
import { html } from "../vendor/lit-html/lit-html.js";
import { words } from "../words/time.js";

const PAGE_SIZE = 200;
const MORE = 200;

/** A slider over the log, and the project's board right after the event that it is at. */
export class TimeView {
  /** Whether the board is the one of now, and goes on with it. */ isLive = true;
  isPlaying = false;
  /** Events a second. */ speed = 20;
  /** The event that a jump is on its way to. @type {number | null} */ wanted = null;
  /** The first event that is kept. */ first = 1;
  marks = noMarks();
  /** Whether the marks of all that has happened are there. */ isFullyMarked = false;
  drawn = Object.fromEntries(COLUMNS.map((name) => [name, DRAWN]));
  #hasLeft = false;

  constructor(/** @type {import("../page.js").Page} */ page, /** @type {string[]} */ rest) {
    this.page = page;
    this.rest = rest;
  }

  async enter() {
    const { api } = this.page;
    const eventsAfter = async (after, limit = PAGE_SIZE) => (await api.get(`${this.#place}events/`, { after, limit })).results;
    const [event] = await eventsAfter(0, 1);
    this.first = event?.seq ?? this.head;
    const stateAt = (at) => api.get(`${this.#place}state/`, { at });
    const at = this.isLive ? this.rest : [this.seq];
    this.isLive = true;
    this.film = new Film({ stateAt, eventsAfter, head: () => this.head, fold });
    await this.turn(at);
    this.#readMarks().catch((error) => this.page.fail(error));
  }

  leave() {
    this.#hasLeft = true;
    this.pause();
  }

  /** To the event that the address names, or to now. */
  turn([seq]) {
    return this.seek(Number(seq) > 0 ? Math.floor(Number(seq)) : this.head);
  }

  onEvent(event) {
    if (MARKED.includes(event.type) && this.isFullyMarked) this.marks = withMarks(this.marks, [event]);
  }

  get #place() {
    return `projects/${this.page.project.id}/`;
  }

  get head() {
    return this.page.project.seq;
  }

  get state() {
    return this.isLive ? this.page.project.state : this.film.state;
  }

  get seq() {
    return this.state?.seq ?? this.head;
  }

  /** The event that led to what is shown, where it is known. */
  get event() {
    const { feed } = this.page.project;
    return this.isLive ? feed.find(({ seq }) => seq === this.head) : this.film.event;
  }

  // Marks

  /** Shown page by page as they come, since a long log has many. */
  async #readMarks() {
    this.marks = noMarks();
    this.isFullyMarked = false;
    let next = this.page.api.url(`${this.#place}events/`, { types: MARKED.join(), limit: PAGE_SIZE });
    while (next && !this.#hasLeft) {
      const page = await this.page.api.get(next);
      this.marks = withMarks(this.marks, page.results);
      this.isFullyMarked = !page.next;
      next = page.next;
      this.page.update();
    }
  }

  // Moving

  /** To right after an event; the last one is now. */
  async seek(seq) {
    this.pause();
    if (seq >= this.head) return this.toNow();
    const wanted = (this.wanted = Math.max(seq, this.first));
    this.page.update();
    try {
      await this.film.seek(wanted);
      if (this.wanted === null) return; // back to now meanwhile
      this.isLive = false;
      this.page.update();
      if (wanted === this.wanted) await this.#settle();
    } catch (error) {
      if (wanted !== this.wanted) return; // told by the last of the jumps
      this.wanted = null;
      this.page.fail(error);
    }
  }

  /** Nobody has moved on meanwhile: what happened there is told, and the address leads back here. */
  async #settle() {
    this.wanted = null;
    this.#note(this.seq);
    await this.film.tell();
    this.page.update();
  }

  #note(...rest) {
    history.replaceState(null, "", addressOf(this.page.project.id, "time", ...rest));
  }

  toNow() {
    this.pause();
    this.isLive = true;
    this.wanted = null;
    this.#note();
    this.page.update();
  }

  toMark(by) {
    const seq = nextMark(this.marks, this.shownSeq, by);
    return this.seek(seq ?? (by > 0 ? this.head : this.first));
  }

  // Playing

  setSpeed(speed) {
    this.speed = speed;
    this.page.update();
  }

  toggle() {
    return this.isPlaying ? this.pause() : this.play();
  }

  pause() {
    if (!this.isPlaying) return;
    this.isPlaying = false;
    if (!this.isLive) this.#note(this.seq);
    this.page.update();
  }

  /** Forward from here; from now, it begins at the beginning. */
  async play() {
    if (this.isLive) await this.seek(this.first);
    if (this.isLive) return;
    this.isPlaying = true;
    this.page.update();
    let before = performance.now();
    let owed = 0;
    while (this.isPlaying) {
      const now = await nextFrame();
      owed = Math.min(owed + ((now - before) / 1000) * this.speed, this.speed);
      before = now;
      owed -= await this.#playOn(Math.floor(owed));
    }
  }

  async #playOn(count) {
    if (!count || !this.isPlaying) return 0;
    try {
      await this.film.advance(count);
    } catch (error) {
      this.pause();
      this.page.fail(error);
    }
    if (this.isPlaying && this.film.seq >= this.head) this.toNow();
    this.page.update();
    return count;
  }

  // Drawing

  /** Where the slider stands: at once where somebody has put it, also while the state is on its way. */
  get shownSeq() {
    return this.wanted ?? this.seq;
  }

  render() {
    if (!this.head)
      return html`<h1 class="visually-hidden">${words.title}</h1>
        <p class="empty">${words.nothing}</p>`;
    return html`<div class="time">
      <h1 class="visually-hidden">${words.title}</h1>
      <section class="card reel" aria-label=${words.title}>${moment(this)} ${slider(this)} ${controls(this)}</section>
      <section class="then" aria-labelledby="then-title" aria-busy=${this.film.isSeeking}>
        <h2 id="then-title" class="visually-hidden">${words.then}</h2>
        ${standing(this.state)} ${this.#board()}
      </section>
    </div>`;
  }

  #board() {
    const { state, drawn } = this;
    const onMore = (name) => {
      this.drawn = { ...drawn, [name]: drawn[name] + MORE };
      this.page.update();
    };
    return guard([state.tasks, state.project.current_task_code, drawn], () => columns(state, { drawn, onMore }));
  }
}

const nextFrame = () => new Promise((resolve) => void requestAnimationFrame(resolve));
