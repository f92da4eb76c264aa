// The page: which project and station it shows, and when it draws. Its look is in frame.js.

import { Api } from "../clients/rest.js";
import { Gateway } from "../clients/gateway.js";
import { frame, toasts } from "./frame.js";
import { Project } from "./project.js";
import { PROJECT_LIST, STATIONS, parseHash } from "./routes.js";
import { render } from "./vendor/lit-html/lit-html.js";
import { titleOf, whatToDo, words } from "./words.js";

/**
 * @typedef {{id: string, username: string, isStaff: boolean}} User
 * @typedef {{id: number, text: string, advice: string, isBad: boolean}} Toast
 * @typedef {{title: string, text: string, verb: string, isDangerous?: boolean, answer: (yes: boolean) => void}} Question
 */

const ROLES = { view: ["viewer", "editor", "owner"], edit: ["editor", "owner"], own: ["owner"] };
const EVENTS_DRAWN_EVERY_MS = 50; // so often at most, however many come
const ANSWERS = ["Unreachable", "Refused"]; // errors that the network or the gateway has told: none of ours
const NOT_OURS = [4404, "unknown_stream"]; // told while we watch, and when we ask to
const CLOCK_MS = 20_000;
const TOAST_MS = 6000;
const WIDE = "(min-width: 60rem)"; // as in page.css

export class Page {
  api = new Api("/");
  /** @type {Project | null} */ project = null;
  route = parseHash("");
  /** @type {any} */ view = null;
  /** Why the view cannot be shown. @type {Error | null} */ trouble = null;
  isLoading = false;
  connection = { name: "idle", reason: "" };
  /** @type {Toast[]} */ toasts = [];
  /** @type {Question | null} */ question = null;
  /** null: open beside the board where there is room, and nowhere else. @type {boolean | null} */ isFeedOpen = null;
  #root;
  /** Goes along into a dialog, since a modal one makes everything else inert. */
  #toastRoot = Object.assign(document.createElement("div"), { className: "toasts" });
  #frameAsked = 0;
  #soon = 0;
  #countdown = 0;
  #toasts = 0;
  #turn = 0; // counts navigations: what an earlier one was waiting for is no longer wanted

  constructor(/** @type {HTMLElement} */ root, /** @type {User} */ user) {
    this.#root = root;
    this.user = user;
    this.gateway = this.#connect();
  }

  start() {
    addEventListener("hashchange", () => this.#open());
    setInterval(() => this.update(), CLOCK_MS);
    this.#open();
  }

  // For the views

  /** Draw in the next animation frame. */
  update() {
    this.#frameAsked ||= requestAnimationFrame(() => {
      this.#frameAsked = 0;
      clearTimeout(this.#soon);
      this.#soon = 0;
      this.#draw();
    });
  }

  go(/** @type {string} */ hash) {
    location.hash = hash;
  }

  /** Tell politely: shown for a while, and read out. */
  say(/** @type {string} */ text) {
    this.#toast({ text, advice: "", isBad: false });
  }

  /** Tell what went wrong, and what to do about it. Stays until it is closed. */
  fail(/** @type {any} */ error) {
    if (!error.status && !ANSWERS.includes(error.name)) console.error(error);
    this.#toast({ text: error.detail || error.message, advice: whatToDo(error), isBad: true });
  }

  /** @returns {Promise<boolean>} */
  confirm({ title, text, verb = words.yes, isDangerous = false }) {
    return new Promise((resolve) => {
      const answer = (/** @type {boolean} */ yes) => {
        this.question = null;
        this.update();
        resolve(yes);
      };
      this.question = { title, text, verb, isDangerous, answer };
      this.update();
    });
  }

  /** Whether the role in this project allows it. @param {"view" | "edit" | "own"} what */
  can(what) {
    return Boolean(this.project) && ROLES[what].includes(this.project.role);
  }

  dismiss(/** @type {Toast} */ toast) {
    this.toasts = this.toasts.filter((each) => each !== toast);
    this.update();
  }

  get showsFeed() {
    return Boolean(this.project) && (this.isFeedOpen ?? (this.route.station === "board" && matchMedia(WIDE).matches));
  }

  toggleFeed() {
    this.isFeedOpen = !this.showsFeed;
    this.update();
  }

  /** Load the station anew, after it could not be shown. */
  retry() {
    return this.#open();
  }

  // What is shown

  #draw() {
    render(frame(this), this.#root);
    const host = [...document.getElementsByTagName("dialog")].at(-1) ?? document.body;
    if (this.#toastRoot.parentElement !== host) host.append(this.#toastRoot);
    render(toasts(this), this.#toastRoot);
  }

  /** Show what the address asks for. What an earlier navigation still waits for is dropped when it comes. */
  async #open() {
    const before = this.route;
    this.route = parseHash(location.hash);
    if (this.#turnsWithin(before)) return this.update();
    const turn = ++this.#turn;
    const isWanted = () => turn === this.#turn;
    this.view?.leave?.();
    Object.assign(this, { view: null, trouble: null, isLoading: true });
    this.update();
    try {
      await this.#show(this.route, isWanted);
    } catch (error) {
      if (isWanted()) this.trouble = error;
    }
    if (isWanted()) this.#arrive(before);
  }

  /** Whether the view that is shown takes another `rest` by itself. */
  #turnsWithin(before) {
    const isSame = before.projectId === this.route.projectId && before.station === this.route.station;
    if (!isSame || this.trouble || !this.view?.turn) return false;
    this.view.turn(this.route.rest);
    return true;
  }

  async #show(route, isWanted) {
    const View = await this.#load(route, isWanted);
    if (!isWanted()) return;
    const view = new View(this, route.rest);
    await view.enter();
    if (isWanted()) this.view = view;
    else view.leave?.();
  }

  #arrive(before) {
    this.isLoading = false;
    document.title = titleOf(this);
    this.update();
    if (before.projectId !== null) requestAnimationFrame(() => document.querySelector("main")?.focus());
  }

  /** The station's View class; its styles, and the project that it is of, are there when this ends. */
  async #load(route, isWanted) {
    const station = route.projectId ? STATIONS[route.station] : PROJECT_LIST;
    const [View] = await Promise.all([
      station.load(),
      this.#enterProject(route.projectId, isWanted),
      ...station.styles.map(addStyles),
    ]);
    return View;
  }

  async #enterProject(id, isWanted) {
    if (this.project && (this.project.id !== id || this.project.isEnded)) this.#leaveProject();
    if (!id || this.project) return;
    const project = new Project(id, this.api, this.gateway, {
      onEvent: (event) => this.#hear(event),
      onChange: () => this.update(),
      onReadAnew: () => this.view?.enter(),
      onEnd: (error) => this.#lose(project, error),
    });
    project.connection = this.connection;
    await project.open();
    if (isWanted()) this.project = project;
    else project.close();
  }

  #leaveProject() {
    this.project?.close();
    this.project = null;
  }

  #hear(event) {
    const { user, role } = event.type === "member.changed" ? event.payload : {};
    if (user === this.user.username && role && this.project) this.project.role = role;
    try {
      this.view?.onEvent?.(event);
    } catch (error) {
      this.fail(error); // a view that stumbles must not end the project's subscription
    }
    this.#soon ||= setTimeout(() => this.update(), EVENTS_DRAWN_EVERY_MS);
  }

  /** The project is no longer ours to see, or the gateway has said a final no. */
  #lose(project, error) {
    if (this.project !== project) return;
    if (NOT_OURS.includes(error.code)) {
      this.say(words.noLongerYours(project.name));
      this.go("#/");
    } else {
      this.fail(error);
    }
  }

  #connect() {
    const onState = (state) => {
      this.connection = state;
      if (this.project) this.project.connection = state;
      this.update();
      if (state.name === "waiting") this.#countDown();
    };
    return new Gateway(location.origin, { onState });
  }

  /** The banner says in how many seconds the next try is. */
  #countDown() {
    clearInterval(this.#countdown);
    this.#countdown = setInterval(() => {
      this.update();
      if (this.connection.name !== "waiting") clearInterval(this.#countdown);
    }, 1000);
  }

  #toast(toast) {
    const made = { id: ++this.#toasts, ...toast };
    this.toasts = [...this.toasts.slice(-3), made];
    if (!made.isBad) setTimeout(() => this.dismiss(made), TOAST_MS);
    this.update();
  }
}

/** By address. @type {Map<string, Promise<any>>} */ const styles = new Map();

/** Resolves when the stylesheet is there, so that nothing is drawn without it; or cannot be had. */
function addStyles(/** @type {string} */ name) {
  const href = new URL(`./styles/${name}.css`, import.meta.url).href;
  if ([...document.styleSheets].some((sheet) => sheet.href === href)) return undefined;
  if (!styles.has(href)) styles.set(href, new Promise((resolve) => document.head.append(link(href, resolve))));
  return styles.get(href);
}

const link = (href, done) =>
  Object.assign(document.createElement("link"), { rel: "stylesheet", href, onload: done, onerror: done });
