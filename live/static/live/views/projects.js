// The projects of which one is a member, and a form that makes another.

import { ago } from "../parts/time.js";
import { addressOf } from "../routes.js";
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { words } from "../words/projects.js";
import { NewProject } from "./new-project.js";

const PAGE_SIZE = 50;

/** All projects, newest first. */
export class ProjectsView {
  /** @type {any[]} */ projects = [];
  /** @type {string | null} */ next = null;
  /** @type {NewProject | null} */ form = null;

  constructor(page) {
    this.page = page;
  }

  async enter() {
    await this.read(this.page.api.url("projects/", { limit: PAGE_SIZE }));
  }

  async read(url) {
    const { results, next } = await this.page.api.get(url);
    this.projects = [...this.projects, ...results];
    this.next = next;
  }

  async more() {
    await this.read(this.next).catch((error) => this.page.fail(error));
    this.page.update();
  }

  openForm(isOpen) {
    this.form = isOpen ? new NewProject(this.page, () => this.openForm(false)) : null;
    this.page.update();
  }

  /** A brief may be dropped anywhere on the list. */
  drop(event) {
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    this.openForm(true);
    this.form.take(event.dataTransfer.files[0]);
  }

  render() {
    return html`<div class="projects" @dragover=${(event) => event.preventDefault()} @drop=${(event) => this.drop(event)}>
      <header class="row">
        <h1>${words.title}</h1>
        <button class="primary" @click=${() => this.openForm(true)}>${words.make}</button>
      </header>
      ${
        this.projects.length
          ? html`<ul class="plain">
              ${this.projects.map(row)}
            </ul>`
          : html`<p class="empty">${words.empty}</p>`
      }
      ${this.next ? html`<button @click=${() => this.more()}>${words.more}</button>` : nothing} ${this.form?.render() ?? nothing}
    </div>`;
  }
}

const row = (project) =>
  html`<li class="card">
    <h2>
      <a href=${addressOf(project.id)}><bdi>${project.name}</bdi></a>
    </h2>
    <p class="pitch" dir="auto">${project.brief.pitch || project.description || nothing}</p>
    <p class="row small muted">
      <span class="chip">${words.status[project.status]}</span>
      <span class="chip">${project.role}</span>
      ${project.brief.genre ? html`<span class="chip"><bdi>${project.brief.genre}</bdi></span>` : nothing}
      ${project.current_task_code ? html`<span>${words.current} <span class="code">${project.current_task_code}</span></span>` : nothing}
      <span class="number">${words.events(project.seq)}</span>
      <span>${words.created} ${ago(project.created_at)}</span>
    </p>
    ${project.brief_missing.length ? html`<p class="small muted">${words.missing(project.brief_missing)}</p>` : nothing}
  </li>`;
