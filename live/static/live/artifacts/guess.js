// What a file probably is, by its name, so that nobody has to fill in what the form can guess. Pure.

const KINDS = [
  ["sprite", "asset", /\.(png|webp|gif|jpe?g|svg|psd|aseprite)$/i],
  ["sound", "asset", /\.(wav|ogg|mp3|flac)$/i],
  ["model", "asset", /\.(gltf|glb|fbx|obj|blend)$/i],
  ["scene", "asset", /\.(tscn|unity|umap)$/i],
  ["resource", "asset", /\.(tres|prefab|asset|mat|meta)$/i],
  ["script", "code", /\.(cs|gd|py|js|ts|lua|cpp|h|shader|gdshader)$/i],
  ["data", "code", /\.(json|ya?ml|toml|csv|xml)$/i],
  ["document", "document", /\.(md|markdown|txt|pdf|docx?|html?)$/i],
];
const SCREENSHOT = /screen.?shot|capture/i;
const PICTURE = /\.(png|jpe?g|webp|gif)$/i;
const SOUND = /\.(wav|ogg)$/i;

/** @returns {{type: string, category: "code" | "asset" | "document" | "screenshot"}} */
export function guessed(/** @type {string} */ name) {
  if (PICTURE.test(name) && SCREENSHOT.test(name)) return { type: "screenshot", category: "screenshot" };
  const [type, category] = KINDS.find(([, , pattern]) => pattern.test(name)) ?? ["file", "asset"];
  return { type, category };
}

/** What of an artifact the page can show: its file, where the gateway has it. @returns {"picture" | "sound" | null} */
export function shownAs(/** @type {Record<string, any>} */ { path, file, size_bytes }) {
  if (!file && size_bytes === null) return null;
  return PICTURE.test(path) ? "picture" : SOUND.test(path) ? "sound" : null;
}

/** The last part of its path or address. */
export function nameOf(/** @type {Record<string, any>} */ { path, uri, type }) {
  const place = (path || uri).replaceAll("\\", "/").replace(/\/+$/, "");
  return place.slice(place.lastIndexOf("/") + 1) || type;
}

/** A size as people read it. */
export function sized(/** @type {number | null} */ bytes) {
  if (bytes === null) return "–";
  const units = ["B", "kB", "MB", "GB"];
  const at = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const number = bytes / 1000 ** at;
  return `${at && number < 10 ? number.toFixed(1) : Math.round(number)} ${units[at]}`;
}
