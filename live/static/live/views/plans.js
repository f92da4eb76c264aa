// The versions of a plan: one of them open, to read, edit, discuss, compare, carry over and accept; the planner beside it.

import { coalesced } from "../parts/coalesced.js";
import { addressOf } from "../routes.js";
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { words } from "../words/plans.js";
import { ChangeList } from "../plans/changes.js";
import { Comparison } from "../plans/compare.js";
import { Planner } from "../plans/planner.js";
import { Rebase } from "../plans/rebase.js";
import { PlanSheet } from "../plans/sheet.js";
import { SplitForm } from "../plans/split-form.js";
import { Talk } from "../plans/talk.js";
import { TaskForm } from "../plans/task-form.js";
import { TaskList } from "../plans/task-list.js";
import { TABS, openVersion } from "../plans/open-version.js";
import { versionRail } from "../plans/version-rail.js";
import { firstShown } from "../plans/versions.js";

const PAGE_SIZE = 20;
const WORK_HEARD_EVERY_MS = 1000; // so often at most, work on tasks is looked at for what it means to a proposal
const MADE = ["plan.created", "plan.generated", "plan.refined", "plan.rebased"];

export class PlansView {
  /** Without their tasks, newest first. @type {any[]} */ versions = [];
  hasOlder = false;
  /** The version that is open. @type {PlanSheet | null} */ sheet = null;
  /** What there is to do with it. @type {any} */ parts = null;
  /** @type {TaskForm | null} */ form = null;
  /** @type {SplitForm | null} */ splitForm = null;
  tab = "tasks";
  /** As it is typed. */ refinement = "";
  #wanted = 0; // counts what was asked for: of two versions asked for, the last is shown
  #workHeard;
  #limit = PAGE_SIZE;

  constructor(page, rest) {
    this.page = page;
    this.rest = rest;
    this.planner = new Planner(page, (id) => this.goTo(id));
    this.readVersions = coalesced(() => this.#readVersions());
  }

  async enter() {
    const isOpen = this.sheet !== null;
    const isAsked = Number(this.rest[0]) > 0; // then it need not wait for the list
    await Promise.all([this.readVersions(), this.planner.read(), isAsked ? this.#show() : undefined]);
    if (!isAsked) await this.#show();
    if (isOpen) await this.sheet?.reload();
  }

  leave() {
    this.planner.close();
    clearTimeout(this.#workHeard);
  }

  turn(rest) {
    this.rest = rest;
    this.#show().catch((error) => this.page.fail(error));
  }

  goTo(id, tab = "tasks") {
    this.page.go(addressOf(this.page.project.id, "plans", id, tab));
  }

  // Reading

  async #readVersions() {
    const { results, next } = await this.page.api.get(`projects/${this.page.project.id}/plans/`, { limit: this.#limit });
    this.versions = results.map(({ tasks: _, ...version }) => version);
    this.hasOlder = next !== null;
    this.page.update();
  }

  async readOlder() {
    this.#limit = Math.min(this.#limit * 3, 200);
    await this.readVersions().catch((error) => this.page.fail(error));
  }

  /** The version and the part of it that the address names. */
  async #show() {
    const [id, tab] = this.rest;
    const wanted = ++this.#wanted;
    const planId = Number(id) || firstShown(this.versions, undefined)?.id;
    if (planId && planId !== this.sheet?.plan.id) {
      const sheet = await PlanSheet.open(this.page, planId, () => this.#planChanged());
      if (wanted !== this.#wanted) return;
      this.#open(sheet);
    }
    this.tab = TABS.includes(tab) ? tab : TABS[0];
    if (this.tab === "compare") this.parts?.compare.read();
    this.page.update();
  }

  #open(sheet) {
    const { page } = this;
    Object.assign(this, { sheet, form: null, splitForm: null, refinement: "" });
    this.parts = {
      list: new TaskList(page, sheet, (code) => this.openTask(code)),
      changes: new ChangeList(
        page,
        sheet,
        () => this.versions,
        (plan) => this.#accepted(plan),
      ),
      compare: new Comparison(page, sheet, () => this.versions),
      talk: new Talk(page, sheet),
      rebase: new Rebase(page, sheet, (plan) => this.#rebased(plan)),
    };
  }

  #planChanged() {
    this.form?.refresh();
    if (this.tab === "compare") this.parts.compare.read();
  }

  // Doing

  openTask(code) {
    const close = () => this.#close();
    const split = (code) => this.#split(code);
    const talk = (code) => this.#talkAbout(code);
    const drop = async (code) => (await this.parts.list.drop([code])) && close();
    this.form = new TaskForm(this.page, this.sheet, code, { close, split, drop, talk });
    this.page.update();
  }

  #close() {
    Object.assign(this, { form: null, splitForm: null });
    this.page.update();
  }

  #split(code) {
    this.form = null;
    this.splitForm = new SplitForm(this.page, this.sheet, code, () => this.#close());
    this.page.update();
  }

  #talkAbout(code) {
    this.#close();
    this.goTo(this.sheet.plan.id, "talk");
    this.parts.talk.about(code);
  }

  async refine(event) {
    event.preventDefault();
    const { plan } = this.sheet;
    if (await this.planner.refine(plan.id, this.refinement)) this.refinement = "";
  }

  async #accepted(plan) {
    this.page.say(words.accepted(plan.version));
    await this.readVersions();
    await this.sheet.reload();
    const rest = this.versions.find(({ id }) => id === plan.remaining);
    if (rest) this.sheet.tell({ text: words.remaining, plan: rest.id, version: rest.version });
  }

  async #rebased(plan) {
    this.page.say(words.rebased(plan.version));
    await this.readVersions();
    this.goTo(plan.id, "changes");
  }

  // What others do

  onEvent(event) {
    const { type } = event;
    const heard = type.startsWith("plan.") ? this.#hearPlan(event) : type.startsWith("task.") ? this.#hearWork() : undefined;
    Promise.all([heard, this.planner.hear(event)]).catch((error) => this.page.fail(error));
  }

  async #hearPlan(event) {
    const { type, payload, actor } = event;
    const { sheet } = this;
    if (type === "plan.edited" && payload.plan_id === sheet?.plan.id) return sheet.heardEdit(event);
    if (type === "plan.edited") return sheet?.readChanges(); // what it overlaps with
    if (type === "plan.commented" || type === "plan.reviewed") return Promise.all([sheet?.readTalk(), sheet?.readChanges()]);
    await this.readVersions();
    if (!sheet) return this.#show();
    const isOurs = actor.kind === "user" && actor.name === this.page.user.username;
    if (!isOurs) this.#tellOthers(event);
    return sheet === this.sheet ? sheet.reload() : undefined;
  }

  #tellOthers({ type, payload: { plan_id, version, continues }, actor }) {
    if (MADE.includes(type) && continues === this.sheet.plan.id) {
      this.sheet.tell({ text: words.goesOn(actor.name, version), plan: plan_id, version });
    } else if (type === "plan.accepted") {
      this.sheet.tell({
        text: words.acceptedBy(actor.name, version),
        plan: plan_id === this.sheet.plan.id ? undefined : plan_id,
        version,
      });
    }
  }

  /** What somebody begins changes what a proposal would do to it. */
  #hearWork() {
    if (this.tab !== "changes" || !this.sheet?.isProposed) return;
    this.#workHeard ??= setTimeout(() => {
      this.#workHeard = undefined;
      this.sheet?.readChanges().catch((error) => this.page.fail(error));
    }, WORK_HEARD_EVERY_MS);
  }

  // Drawing

  render() {
    const { page, planner, sheet } = this;
    return html`<div class="plans">
      <header class="row">
        <h1>${words.title}</h1>
        ${page.can("edit") && sheet ? html`<button @click=${() => planner.ask(true)}>${words.generate}</button>` : nothing}
      </header>
      ${planner.render()}
      ${sheet ? html`<div class="desk">${versionRail(this)} ${openVersion(this)}</div>` : this.#empty()}
      ${this.form?.render() ?? nothing} ${this.splitForm?.render() ?? nothing}
    </div>`;
  }

  #empty() {
    const mayWrite = this.page.can("edit");
    return html`<div class="empty">
      <p><strong>${words.noPlan}</strong></p>
      <p>${mayWrite ? words.noPlanEditor : words.noPlanViewer}</p>
      ${mayWrite ? html`<button class="primary" @click=${() => this.planner.ask(true)}>${words.generate}</button>` : nothing}
    </div>`;
  }
}
