// What the client does when requests fail in passing: against a server that fails as it is told.
import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after, test } from "node:test";
import { BatchPlatform, BatchPlatformError, isGenuine } from "../src/index.js";

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void;

const servers: Server[] = [];
after(() => servers.forEach((server) => server.close()));

// One answer for each request, in order.
async function platformThat(...answers: Answer[]): Promise<{ platform: BatchPlatform; keys: unknown[]; bodies: string[]; paths: string[] }> {
  const seen = { keys: [] as unknown[], bodies: [] as string[], paths: [] as string[] };
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    seen.keys.push(request.headers["idempotency-key"]);
    seen.bodies.push(body);
    seen.paths.push(request.url!);
    answers.shift()!(request, response, body);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { platform: new BatchPlatform(`http://127.0.0.1:${port}`, "key", { baseDelay: 1, uploadBytes: 40 }), ...seen };
}

const json = (status: number, body: object, headers: Record<string, string> = {}): Answer => (_, response) =>
  response.writeHead(status, { "Content-Type": status < 400 ? "application/json" : "application/problem+json", ...headers }).end(JSON.stringify(body));
const cut: Answer = (request) => request.socket.destroy();

test("A request that fails in passing is repeated under one key", async () => {
  const { platform, keys } = await platformThat(json(503, { code: "UNAVAILABLE" }), cut, json(200, { id: "b" }));
  assert.equal((await platform.batches.commit("b")).id, "b");
  assert.equal(keys.length, 3);
  assert.equal(new Set(keys).size, 1);
});

test("A refusal is thrown with its code, and not repeated", async () => {
  const { platform, keys } = await platformThat(json(409, { code: "BATCH_RUNNING", detail: "It runs." }));
  await assert.rejects(platform.batches.start("b"), (error) => error instanceof BatchPlatformError && error.code === "BATCH_RUNNING" && error.status === 409);
  assert.equal(keys.length, 1);
});

test("A quota that asks for more patience than there is, is thrown", async () => {
  const { platform } = await platformThat(json(429, { code: "QUOTA_BATCHES" }, { "Retry-After": "3600" }));
  await assert.rejects(platform.batches.create({}), (error) => error instanceof BatchPlatformError && error.retryAfter === 3600);
});

test("A delete whose answer was lost has succeeded", async () => {
  const { platform } = await platformThat(cut, json(404, { code: "BATCH_NOT_FOUND" }));
  await platform.batches.delete("b");
});

test("Many jobs go in several uploads, each under a key that a repetition of the whole has again", async () => {
  const answers = [json(201, { appended: 1, total: 1 }), json(201, { appended: 1, total: 2 })];
  const { platform, keys, bodies } = await platformThat(...answers);
  const jobs = [1, 2].map((n) => ({ namespace: "n", action: "a", params: { n } }));
  assert.equal(await platform.jobs.add("b", jobs, { id: "mine" }), 2);
  assert.deepEqual(keys, ["mine-1", "mine-2"]);
  assert.deepEqual(bodies.map((body) => JSON.parse(body).params.n), [1, 2]);
});

test("A download that breaks off is taken up behind the last whole result", async () => {
  const broken: Answer = (request, response) => {
    response.writeHead(200, { "Content-Type": "application/x-ndjson" }).write('{"index":0}\n{"index":1}\n{"ind', () => setTimeout(() => request.socket.destroy(), 50));
  };
  const rest: Answer = (_, response) => response.writeHead(200).end('{"index":2}\n');
  const { platform, paths } = await platformThat(broken, rest);
  const seen: number[] = [];
  for await (const result of platform.results.read("b")) seen.push(result.index);
  assert.deepEqual(seen, [0, 1, 2]);
  assert.match(paths[1]!, /after=1/);
});

test("Callbacks are believed only whole, signed and fresh", async () => {
  const secret = "whsec_" + Buffer.from("0123456789abcdef01234567").toString("base64");
  const { createHmac } = await import("node:crypto");
  const sign = (id: string, timestamp: number, body: string) =>
    "v1," + createHmac("sha256", Buffer.from(secret.slice(6), "base64")).update(`${id}.${timestamp}.${body}`).digest("base64");
  const now = 1_700_000_000_000, timestamp = now / 1000, body = '{"type":"batch.finished"}';
  const headers = { id: "m1", timestamp: String(timestamp), signature: sign("m1", timestamp, body) };
  assert.equal(await isGenuine(secret, headers, body, now), true);
  assert.equal(await isGenuine(secret, { ...headers, signature: `v1,AAAA ${headers.signature}` }, body, now), true);
  assert.equal(await isGenuine(secret, headers, body + " ", now), false);
  assert.equal(await isGenuine(secret, headers, body, now + 301_000), false);
  assert.equal(await isGenuine(secret, { ...headers, id: "m2" }, body, now), false);
  assert.equal(await isGenuine(secret, { ...headers, signature: "v1,not base64!" }, body, now), false);
  assert.equal(await isGenuine(secret, { ...headers, timestamp: null }, body, now), false);
});
