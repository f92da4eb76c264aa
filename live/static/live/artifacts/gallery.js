// Artifacts as tiles, with pictures where they are pictures.

import { ago } from "../parts/time.js";
import { addressOf } from "../routes.js";
import { guard } from "../vendor/lit-html/directives/guard.js";
import { repeat } from "../vendor/lit-html/directives/repeat.js";
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { words } from "../words/artifacts.js";
import { nameOf, shownAs, sized } from "./guess.js";
import { verdict } from "./verdict.js";

const SMALL_PX = 96; // pixel art: enlarged as it is, without smoothing
const GLYPHS = { asset: "◆", code: "{ }", document: "¶", screenshot: "▣" };

/** @param {any[]} artifacts @param {{projectId: string, urlOf: (artifact: any) => string}} options */
export function gallery(artifacts, { projectId, urlOf }) {
  const tile = (artifact) =>
    html`<li class="card tile">
      ${guard([artifact, ago.text(artifact.created_at)], () => content(artifact, projectId, urlOf))}
    </li>`;
  return html`<ul class="plain gallery">
    ${repeat(artifacts, ({ id }) => id, tile)}
  </ul>`;
}

function content(artifact, projectId, urlOf) {
  const { id, type, category, task_code, size_bytes, created_at } = artifact;
  const name = nameOf(artifact);
  return html`<div class="preview">${preview(artifact, urlOf(artifact))}</div>
    <p class="name">
      <a href=${addressOf(projectId, "artifacts", id)} data-code=${id}><bdi>${name}</bdi></a>
    </p>
    <p class="row small">
      ${verdict(artifact)} <span class="muted">${type}${type === category ? "" : ` · ${words.categories[category]}`}</span>
    </p>
    <p class="row small muted">
      ${task_code ? html`<span class="code">${task_code}</span>` : words.ofProject}
      ${size_bytes === null ? nothing : html`<span class="number">${sized(size_bytes)}</span>`} ${ago(created_at)}
    </p>`;
}

/** What one can see or hear of it; for everything else a sign of its category. */
export function preview(/** @type {any} */ artifact, /** @type {string} */ url) {
  const shown = shownAs(artifact);
  const name = nameOf(artifact);
  if (shown === "picture")
    return html`<img src=${url} alt=${words.picture(name)} loading="lazy" @load=${fit} @error=${giveUp} />`;
  if (shown === "sound") return html`<audio controls preload="none" src=${url} aria-label=${words.listen(name)}></audio>`;
  return html`<span class="glyph" aria-hidden="true">${GLYPHS[artifact.category] ?? "◆"}</span>`;
}

function fit({ target }) {
  target.classList.toggle("pixels", Math.max(target.naturalWidth, target.naturalHeight) <= SMALL_PX);
}

/** A file that is no picture, whatever its name says: its verdict tells more. */
function giveUp({ target }) {
  target.classList.add("broken");
  target.alt = words.noPicture;
}
