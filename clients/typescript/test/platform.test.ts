// Everything that a client does, against the running platform at BP_URL with the sample upstream; an admin's key is in BP_KEY.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BatchPlatform, BatchPlatformError, type JobResult } from "../src/index.js";

const { BP_URL, BP_KEY } = process.env;
const options = BP_URL && BP_KEY ? {} : { skip: "BP_URL and BP_KEY are not set." };
const platform = new BatchPlatform(BP_URL ?? "http://127.0.0.1", BP_KEY ?? "");
const lookup = (name: string) => ({ namespace: "places", action: "lookup", params: { name }, custom_id: name });

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

test("A batch from its creation to its results", options, async () => {
  const batch = await platform.batches.create({ name: "typescript", options: { priority: "high" } });
  assert.equal(await platform.jobs.add(batch.id, [lookup("Lisbon"), lookup("Nairobi"), lookup("Atlantis of the sea")]), 3);
  await platform.batches.commit(batch.id);
  const states = (await all(platform.batches.watch(batch.id))).map((progress) => progress.state);
  const ended = await platform.batches.wait(batch.id);

  assert.equal(states.at(-1), "Finished");
  assert.equal(ended.counts?.total, 3);
  const results = await all(platform.results.read<{ name?: string }>(batch.id));
  assert.deepEqual(results.map((result) => result.custom_id), ["Lisbon", "Nairobi", "Atlantis of the sea"]);
  assert.equal(results[0]!.state, "Completed");
  const followed = await all(platform.results.follow(batch.id));
  assert.deepEqual(followed.map((result: JobResult) => result.index).sort(), [0, 1, 2]);
  assert.equal((await all(platform.batches.runs(batch.id))).length, 1);
  assert.equal((await platform.jobs.get(batch.id, 1)).custom_id, "Nairobi");
  const csv = await new Response(await platform.results.download(batch.id, "csv")).text();
  assert.equal(csv.trim().split("\n").length, 4);
});

test("The same upload twice adds each job once", options, async () => {
  const batch = await platform.batches.create({});
  const jobs = [lookup("Lisbon"), lookup("Nairobi")];
  await platform.jobs.add(batch.id, jobs, { id: `upload of ${batch.id}` });
  assert.equal(await platform.jobs.add(batch.id, jobs, { id: `upload of ${batch.id}` }), 2);
  await platform.batches.delete(batch.id);
  await assert.rejects(platform.batches.get(batch.id), (error) => error instanceof BatchPlatformError && error.code === "BATCH_NOT_FOUND");
});

test("Bad jobs are refused with each one's line", options, async () => {
  const batch = await platform.batches.create({});
  await assert.rejects(
    platform.jobs.add(batch.id, [lookup("Lisbon"), { ...lookup("Nairobi"), namespace: "nowhere" }]),
    (error) => error instanceof BatchPlatformError && error.code === "INVALID_JOB" && error.errors[0]?.line === 2);
});

test("Batches are found, changed, stopped and started", options, async () => {
  const name = `typescript ${crypto.randomUUID()}`;
  const batch = await platform.batches.create({ name, jobs: [lookup("Lisbon")] });
  assert.deepEqual((await all(platform.batches.list({ name }))).map((found) => found.id), [batch.id]);
  assert.equal((await platform.batches.update(batch.id, { options: { canary_jobs: 1 } })).options.canary_jobs, 1);
  assert.equal((await platform.batches.pause(batch.id, "wait")).pause_reason, "wait");
  assert.equal((await platform.batches.resume(batch.id)).paused, false);
  await assert.rejects(platform.batches.stop(batch.id), (error) => error instanceof BatchPlatformError && error.code === "BATCH_NOT_RUNNING");
});

test("What operators do", options, async () => {
  const key = await platform.admin.createKey({ tenant: "typescript", scopes: ["read"], name: "a test's", expires_at: null });
  const reader = new BatchPlatform(BP_URL!, key.key!);
  assert.deepEqual(await all(reader.batches.list()), []);
  await assert.rejects(reader.batches.create({}), (error) => error instanceof BatchPlatformError && error.status === 403);
  await platform.admin.revokeKey(key.id);
  assert.ok((await all(platform.admin.keys("typescript"))).some((each) => each.revoked_at !== null));
  assert.ok((await all(platform.admin.tenants())).length > 0);
  assert.ok((await platform.admin.usage()).batches.used >= 0);
  assert.equal((await platform.admin.activity(5)).points.length, 30);
  assert.deepEqual(await platform.admin.deadLetters(), []);
  assert.ok((await platform.upstreams.list()).some((upstream) => upstream.namespace === "places"));
  assert.equal((await platform.upstreams.pause("places", "test")).paused, true);
  assert.equal((await platform.upstreams.resume("places")).paused, false);
});
