// One task with everything: what it asks for, what it waits for, what was done about it, and what one can do now.

import { actor } from "../parts/actor.js";
import { dialog } from "../parts/dialog.js";
import { markdown } from "../parts/markdown.js";
import { progressBar, status } from "../parts/status.js";
import { ago, hours } from "../parts/time.js";
import { addressOf } from "../routes.js";
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { words } from "../words/board.js";
import { sentenceOf } from "../words/feed.js";
import { CompleteForm } from "./completion.js";
import { BlockForm, ProgressForm, ReopenForm } from "./task-forms.js";
import { act, missing, otherHolder, verbsOf } from "./verbs.js";

const HISTORY = 50;
const FORMS = { progress: ProgressForm, block: BlockForm, reopen: ReopenForm, complete: CompleteForm };

export class TaskDialog {
  /** Of the log, newest first. @type {any[]} */ history = [];
  hasOlder = false;
  /** What is being filled in. @type {any} */ form = null;

  constructor(page, code, close) {
    this.page = page;
    this.code = code;
    this.close = close;
    this.openForm(page.route.rest[1]);
  }

  get task() {
    return this.page.project.tasksByCode.get(this.code);
  }

  async load() {
    try {
      const query = { task: this.code, before: this.history.at(-1)?.seq ?? 2 ** 53 - 1, limit: HISTORY };
      const { results, previous } = await this.page.api.get(`projects/${this.page.project.id}/events/`, query);
      this.history = [...this.history, ...results.reverse()];
      this.hasOlder = previous !== null;
    } catch (error) {
      this.page.fail(error);
    }
    this.page.update();
  }

  onEvent(event) {
    const isNew = event.seq > (this.history[0]?.seq ?? 0);
    if (event.task_code === this.code && isNew) this.history = [event, ...this.history];
  }

  /** Some verbs want an answer; the others are done at once. */
  async choose(verb) {
    if (!this.openForm(verb)) await act(this.page, this.task, verb);
    this.page.update();
  }

  openForm(verb) {
    const Form = FORMS[verb];
    if (!Form || !this.task || !verbsOf(this.task, this.page).includes(verb)) return null;
    const done = () => {
      this.form = null;
      this.page.update();
    };
    this.form = new Form(this.page, this.task, done);
    return this.form;
  }

  render() {
    const { task, page, code } = this;
    const head = { title: task?.title ?? words.open(code), onClose: this.close, isWide: true };
    if (!task) return dialog(head, html`<p>${words.noSuchTask(code)}</p>`);
    const kicker = html`<p class="row">
      <span class="code">${code}</span> ${status(task.status, words.columns[task.status].toLowerCase())} ${holder(task, page)}
    </p>`;
    const body = html`<div class="task-body">
      ${this.form?.render() ?? this.verbs(task)} ${facts(task)} ${texts(task, page)} ${this.past()}
    </div>`;
    return dialog({ ...head, kicker }, body);
  }

  verbs(task) {
    const { page } = this;
    const other = otherHolder(task, page);
    const waits = missing(task, page);
    const one = (verb, at) =>
      html`<button class=${at ? "" : "primary"} @click=${() => this.choose(verb)}>${words.verbs[verb]}</button>`;
    return html`<div class="row verbs">
      ${verbsOf(task, page).map(one)}
      ${page.can("edit") && other ? html`<p class="hint">${words.heldByOther(other.name)}</p>` : nothing}
      ${waits.length ? html`<p class="hint">${words.notReady(waits)}</p>` : nothing}
    </div>`;
  }

  past() {
    return html`<section>
      <h3>${words.history}</h3>
      ${
        this.history.length
          ? html`<ol class="plain history">
              ${this.history.map(happening)}
            </ol>`
          : html`<p class="muted">${words.noHistory}</p>`
      }
      ${this.hasOlder ? html`<button class="quiet" @click=${() => this.load()}>${words.olderHistory}</button>` : nothing}
    </section>`;
  }
}

function holder({ claim, code }, { project }) {
  if (!claim) return nothing;
  const since = project.since.get(code);
  return html`<span>${words.heldBy} ${actor(claim.holder)}${since ? html` ${words.since} ${ago(since)}` : nothing}</span>`;
}

function facts(task) {
  const { estimates, progress, blocked_reason: reason } = task;
  const estimate = [estimates.story_points && words.points(estimates.story_points), hours(estimates.time_hours)]
    .filter(Boolean)
    .join(", ");
  const one = (name, value) =>
    value
      ? html`<div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>`
      : nothing;
  return html`${reason ? html`<p class="notice bad" dir="auto"><strong>${words.blockedBecause}</strong> ${reason}</p>` : nothing}
    ${task.status === "in_progress" ? html`<div class="row how-far">${progressBar(progress, words.progressOf(task.code))} <span class="number">${words.percent(progress)}</span></div>` : nothing}
    <dl class="facts-list">
      ${one(words.priorityTitle.split(",")[0], words.priority(task.priority))} ${one(words.estimates, estimate)}
      ${one(words.started, task.started_at && ago(task.started_at))}
      ${one(words.completed, task.completed_at && ago(task.completed_at))}
    </dl>`;
}

function texts(task, { project }) {
  const dependents = project.state.tasks.filter(({ dependencies }) => dependencies.includes(task.code)).map(({ code }) => code);
  const artifacts = project.state.artifacts.filter(({ task: code }) => code === task.code);
  const links = (codes) =>
    html`<ul class="plain">
      ${codes.map((code) => linked(project, code))}
    </ul>`;
  return html`${part(words.description, task.description, markdown(task.description, 4))}
    <section>
      <h3>${words.acceptance}</h3>
      ${criteria(task)}
    </section>
    ${part(words.dependencies, task.dependencies.length, links(task.dependencies))}
    ${part(words.dependents, dependents.length, links(dependents))}
    ${part(words.deliverables, task.deliverables.length, list(task.deliverables))}
    ${part(words.tools, task.mcp_tools.length, list(task.mcp_tools))}
    ${part(
      words.evidence,
      task.evidence.length,
      html`<ul>
        ${task.evidence.map((each) => evidence(each, project))}
      </ul>`,
    )}
    ${part(
      words.artifacts,
      artifacts.length,
      html`<ul class="plain">
        ${artifacts.map((each) => artifact(each, project))}
      </ul>`,
    )}`;
}

const part = (title, isThere, body) =>
  isThere
    ? html`<section>
        <h3>${title}</h3>
        ${body}
      </section>`
    : nothing;
const list = (lines) =>
  html`<ul>
    ${lines.map((line) => html`<li dir="auto">${line}</li>`)}
  </ul>`;

function criteria({ acceptance, acceptance_answers: answers }) {
  if (!acceptance.length) return html`<p class="muted">${words.noAcceptance}</p>`;
  const one = (criterion) => {
    const answer = answers.find((each) => each.criterion === criterion);
    return html`<li dir="auto">
      ${criterion} ${answer ? status(answer.met ? "met" : "unmet", answer.met ? words.met : words.unmet) : nothing}
      ${answer?.note ? html`<p class="muted small" dir="auto">${answer.note}</p>` : nothing}
    </li>`;
  };
  return html`<ul>
    ${acceptance.map(one)}
  </ul>`;
}

function linked({ id, tasksByCode }, code) {
  const task = tasksByCode.get(code);
  return html`<li>
    <a href=${addressOf(id, "board", code)}><span class="code">${code}</span> <bdi>${task?.title}</bdi></a>
    ${task ? status(task.status) : nothing}
  </li>`;
}

const evidence = ({ kind, criterion, note, excerpt, passed, failed, artifact: id, level, stale, judged }, project) =>
  html`<li dir="auto" class=${stale ? "muted" : ""}>
    <span class="chip">${kind}</span> ${note ?? nothing} ${excerpt ? html`<code>${excerpt}</code>` : nothing}
    ${passed === undefined ? nothing : html`<span class="number">${words.testRun(passed, failed)}</span>`}
    ${level ? html`<span class="chip">${judged ? words.judged[judged.verdict] : words.levels[level]}</span>` : nothing}
    ${criterion ? html`<span class="muted small">${words.speaksFor(criterion)}</span>` : nothing}
    ${stale ? html`<span class="field-error">${words.staleEvidence(stale.why)}</span>` : nothing}
    ${id ? html`<a href=${addressOf(project.id, "artifacts", id)}>${words.evidenceArtifact} ${id}</a>` : nothing}
  </li>`;

const artifact = ({ id, type, path, uri, validation_status: verdict }, project) =>
  html`<li>
    <a href=${addressOf(project.id, "artifacts", id)}><span class="chip">${type}</span> <bdi>${path || uri}</bdi></a>
    ${status(verdict, words.artifactStatus[verdict])}
  </li>`;

function happening(event) {
  const { says, quote } = sentenceOf(event);
  return html`<li>
    ${actor(event.actor)} ${says}
    <span class="muted">${ago(event.timestamp)}</span>${quote ? html`<p class="quote" dir="auto">${quote}</p>` : nothing}
  </li>`;
}
