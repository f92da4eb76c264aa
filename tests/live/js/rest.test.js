import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import test from "node:test";

import { Api, Problem, Unreachable, etagOf } from "../../../clients/js/src/rest.js";

/** An Api of a server that gives these answers one after the other, the last one again and again; and what it was asked. */
async function serving(t, ...answers) {
  const asked = [];
  const server = createServer(async (request, response) => {
    const { method, url, headers } = request;
    let body = "";
    for await (const piece of request) body += piece;
    asked.push({ method, url, headers, body });
    const answer = answers[Math.min(asked.length, answers.length) - 1];
    if (answer === "lost") return request.socket.destroy();
    const { status = 200, headers: told = {}, ...json } = answer;
    response.writeHead(status, { "Content-Type": "application/json", ...told });
    return response.end(status === 204 ? "" : JSON.stringify(json.body ?? json));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const waits = [];
  const sleep = async (ms) => void waits.push(ms);
  const api = new Api(`http://127.0.0.1:${server.address().port}`, { token: "secret", sleep });
  return { api, asked, waits };
}

test("what is read knows its version, and an edit names it", async (t) => {
  const { api, asked } = await serving(t, { headers: { ETag: '"4"' }, name: "Islands" });
  const project = await api.get("projects/islands/");
  assert.deepEqual(project, { name: "Islands" });
  assert.equal(etagOf(project), '"4"');
  await api.patch("projects/islands/", { name: "Reefs" }, { ifMatch: etagOf(project) });
  const [read, edit] = asked;
  assert.equal(read.url, "/api/v1/projects/islands/");
  assert.equal(read.headers.authorization, "Bearer secret");
  assert.equal(edit.headers["if-match"], '"4"');
  assert.deepEqual(JSON.parse(edit.body), { name: "Reefs" });
});

test("a POST has a key of its own, the same one when it is sent again after a lost connection", async (t) => {
  const { api, asked, waits } = await serving(t, "lost", "lost", { status: 201, id: 7 }, { status: 201, id: 8 });
  assert.deepEqual(await api.post("projects/x/plans/generate/"), { id: 7 });
  await api.post("projects/x/plans/generate/");
  const keys = asked.map(({ headers }) => headers["idempotency-key"]);
  assert.equal(new Set(keys.slice(0, 3)).size, 1);
  assert.ok(keys[0] && keys[3] !== keys[0]);
  assert.deepEqual(waits, [300, 1000]);
  assert.equal(asked[0].body, "{}");
});

test("what could happen twice is not sent again", async (t) => {
  const { api, asked } = await serving(t, "lost");
  await assert.rejects(api.patch("plans/1/", { ops: [] }), Unreachable);
  await assert.rejects(api.delete("documents/1/"), Unreachable);
  assert.equal(asked.length, 2);
});

test("tries end, and say so", async (t) => {
  const { api, waits } = await serving(t, "lost");
  await assert.rejects(api.get("projects/"), (error) => error instanceof Unreachable && error.name === "Unreachable");
  assert.deepEqual(waits, [300, 1000, 3000]);
});

test("a refusal is a Problem with all that the gateway tells", async (t) => {
  const told = { code: "stale_version", title: "Stale", detail: "Somebody changed it.", current: { revision: 3 } };
  const { api, asked } = await serving(t, { status: 412, headers: { "Content-Type": "application/problem+json" }, body: told });
  await assert.rejects(api.post("plans/1/accept/"), (error) => {
    assert.ok(error instanceof Problem);
    assert.deepEqual(
      [error.status, error.code, error.detail, error.current, error.message],
      [412, "stale_version", told.detail, { revision: 3 }, told.detail],
    );
    return true;
  });
  assert.equal(asked.length, 1);
});

test("a refusal by somebody before the gateway is a Problem, too", async (t) => {
  const { api } = await serving(t, { status: 502, headers: { "Content-Type": "text/html" }, body: "<h1>Bad gateway</h1>" });
  await assert.rejects(api.get("projects/"), { name: "Problem", status: 502, code: "http_502" });
});

test("a list is read page after page, as far as it is taken", async (t) => {
  const { api, asked } = await serving(t, { results: [1, 2], next: "/api/v1/projects/?cursor=b" }, { results: [3], next: null });
  const found = [];
  for await (const row of api.list("projects/", { limit: 2, cursor: undefined })) found.push(row);
  assert.deepEqual(found, [1, 2, 3]);
  assert.deepEqual(
    asked.map(({ url }) => url),
    ["/api/v1/projects/?limit=2", "/api/v1/projects/?cursor=b"],
  );
});

test("a form goes as a form, an empty answer is null", async (t) => {
  const { api, asked } = await serving(t, { status: 204 });
  const form = new FormData();
  form.append("file", new Blob(["pixels"]), "hero.png");
  assert.equal(await api.post("tasks/1/artifacts/", form), null);
  assert.match(asked[0].headers["content-type"], /^multipart\/form-data; boundary=/);
  assert.match(asked[0].body, /filename="hero\.png"/);
});

test("on a page the session says who it is, and its token goes along with what writes", async (t) => {
  const { api: other, asked } = await serving(t, { ok: true });
  globalThis.document = { cookie: "theme=dark; csrftoken=abc%20d" };
  t.after(() => delete globalThis.document);
  const api = new Api(other.url("").replace("api/v1/", ""));
  await api.get("projects/");
  await api.post("projects/");
  assert.deepEqual(
    asked.map(({ headers }) => headers["x-csrftoken"]),
    [undefined, "abc d"],
  );
  assert.equal(asked[0].headers.authorization, undefined);
});
