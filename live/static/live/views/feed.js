// The feed beside a station: every event in words, newest first, and a line to say something.

import { actorMark } from "../parts/actor.js";
import { ago, currentMoment } from "../parts/time.js";
import { addressOf } from "../routes.js";
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { guard } from "../vendor/lit-html/directives/guard.js";
import { repeat } from "../vendor/lit-html/directives/repeat.js";
import { sentenceOf, words } from "../words/feed.js";

/** What each filter lets through, by the first word of an event's type. */
const KINDS = {
  all: () => true,
  talk: (kind) => ["chat", "question", "update", "timeline"].includes(kind),
  work: (kind) => ["task", "artifact"].includes(kind),
  plan: (kind) => kind === "plan",
  documents: (kind) => ["document", "section"].includes(kind),
  agents: (kind) => ["run", "question", "action", "scene", "log", "error"].includes(kind),
  rest: (kind) => ["project", "member", "context"].includes(kind),
};
const DRAWN = 30; // rows, some two screens; the rest of what is kept comes by the button

/** What the feed of a page shows; one for each page, so that it stays as it was from station to station. */
class Feed {
  kind = "all";
  who = "";
  drawn = DRAWN;
  text = "";
  isSending = false;

  constructor(page) {
    this.page = page;
  }

  get wanted() {
    const isWanted = KINDS[this.kind];
    return this.page.project.feed.filter(
      ({ type, actor }) => isWanted(type.split(".")[0]) && (!this.who || actor.name === this.who),
    );
  }

  show(changes) {
    Object.assign(this, changes, { drawn: DRAWN });
    this.page.update();
  }

  async more() {
    this.drawn += DRAWN;
    const { page } = this;
    const { project } = page;
    try {
      while (this.wanted.length < this.drawn && project.hasOlder) await project.readOlder();
    } catch (error) {
      page.fail(error);
    }
    page.update();
  }

  async say(event) {
    event.preventDefault();
    const text = this.text.trim();
    if (!text || this.isSending) return;
    this.show({ isSending: true });
    try {
      await this.page.gateway.publish(this.page.project.id, "chat", { text });
      this.text = "";
    } catch (error) {
      this.page.fail(error);
    }
    this.show({ isSending: false });
  }
}

const feeds = new WeakMap();

function feedOf(page) {
  if (!feeds.has(page)) feeds.set(page, new Feed(page));
  return feeds.get(page);
}

/** The column. */
export function feedColumn(page) {
  const feed = feedOf(page);
  const events = feed.wanted;
  return html`<aside class="feed" aria-labelledby="feed-title">
    <header>
      <h2 id="feed-title">${words.title}</h2>
      ${filters(feed)}
    </header>
    <ol class="plain events" aria-label=${words.title}>
      ${repeat(
        events.slice(0, feed.drawn),
        ({ seq }) => seq,
        (event) => row(page, event),
      )}
      ${events.length ? nothing : html`<li class="empty">${feed.kind === "all" ? words.empty : words.noneMatch}</li>`}
      ${
        events.length > feed.drawn || page.project.hasOlder
          ? html`<li class="older"><button class="quiet" @click=${() => feed.more()}>${words.older}</button></li>`
          : nothing
      }
    </ol>
    ${page.can("edit") ? chatLine(feed) : html`<p class="hint">${words.notSaid}</p>`}
  </aside>`;
}

function filters(feed) {
  const names = [...new Set(feed.page.project.feed.map(({ actor }) => actor.name))].sort();
  return html`<div class="filters">
    <select aria-label=${words.kinds} @change=${({ target }) => feed.show({ kind: target.value })}>
      ${Object.keys(KINDS).map((kind) => html`<option value=${kind} ?selected=${kind === feed.kind}>${words.filters[kind]}</option>`)}
    </select>
    <select aria-label=${words.who} @change=${({ target }) => feed.show({ who: target.value })}>
      <option value="">${words.whoever}</option>
      ${names.map((name) => html`<option value=${name} ?selected=${name === feed.who}>${name}</option>`)}
    </select>
  </div>`;
}

function row(page, event) {
  const { project } = page;
  const task = project.tasksByCode.get(event.task_code);
  return html`<li class="event kind-${event.type.split(".")[0]}">
    ${guard([event, task?.title, currentMoment()], () => told(project.id, event, task))}
  </li>`;
}

function told(projectId, event, task) {
  const { says, quote } = sentenceOf(event);
  const code = event.task_code;
  return html`${actorMark(event.actor)}
    <div>
      <p>
        <b><bdi>${event.actor.name}</bdi></b> ${says}
        ${code ? html`<a class="code" href=${addressOf(projectId, "board", code)}>${code}</a>` : nothing}
        <a class="when" href=${linkOf(projectId, event)} aria-label=${`${words.seq(event.seq)}, ${ago.text(event.timestamp)}`}
          >${ago(event.timestamp)}</a
        >
      </p>
      ${task ? html`<p class="about" title=${task.title}><bdi>${task.title}</bdi></p>` : nothing}
      ${quote ? html`<p class="quote" dir="auto">${quote}</p>` : nothing}
    </div>`;
}

/** Where one sees what an event tells of. */
function linkOf(projectId, { type, seq, payload, task_code: code }) {
  const [kind] = type.split(".");
  const to = (...where) => addressOf(projectId, ...where);
  if (kind === "plan") return to("plans", payload.plan_id);
  if (payload.document_id) return to("documents", payload.document_id);
  if (kind === "run" || kind === "question") return to("agents", payload.run_id);
  if (kind === "artifact") return to("artifacts", payload.artifact_id);
  if (kind === "context") return to("context");
  return code ? to("board", code) : to("time", seq);
}

function chatLine(feed) {
  return html`<form class="say" @submit=${(event) => feed.say(event)}>
    <label class="visually-hidden" for="say">${words.say}</label>
    <input
      id="say"
      autocomplete="off"
      maxlength="20000"
      placeholder=${words.sayHint}
      .value=${feed.text}
      @input=${({ target }) => (feed.text = target.value)}
    />
    <button ?disabled=${feed.isSending}>${words.send}</button>
  </form>`;
}
