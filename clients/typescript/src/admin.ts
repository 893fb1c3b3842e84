import type { Query, Transport } from "./transport.js";
import type { Activity, ApiKey, DeadLetters, Delivery, NewApiKey, Tenant, Upstream, UpstreamGate, Usage } from "./types.js";
import { pathOf } from "./batches.js";

/** Callbacks owed and sent. */
export class Deliveries {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** A batch's callbacks with every attempt, newest first. */
  list(batch: string): AsyncGenerator<Delivery> {
    return this.#transport.list(`${pathOf(batch)}/deliveries`);
  }

  /** Sends a callback again, whatever became of it. */
  async resend(delivery: string): Promise<void> {
    await this.#transport.json("POST", `/v1/deliveries/${encodeURIComponent(delivery)}/resend`);
  }

  /** Sends again what failed or was held back in a time range (RFC 3339); how many. */
  async resendRange(from: string, to: string): Promise<number> {
    return (await this.#transport.json<{ deliveries: number }>("POST", "/v1/deliveries/resend", { from, to })).deliveries;
  }
}

/** The APIs that jobs call. Changes need a key with the scope admin. */
export class Upstreams {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  async list(): Promise<Upstream[]> {
    return (await this.#transport.json<{ items: Upstream[] }>("GET", "/v1/upstreams")).items;
  }

  get(namespace: string): Promise<Upstream> {
    return this.#transport.json("GET", this.#path(namespace));
  }

  /** Defines an upstream, or changes it: a new version. */
  put(namespace: string, definition: Upstream): Promise<Upstream> {
    return this.#transport.json("PUT", this.#path(namespace), definition);
  }

  /** Removes an upstream that no unfinished job needs. */
  async delete(namespace: string): Promise<void> {
    await this.#transport.send(this.#path(namespace), { method: "DELETE" });
  }

  /** Whether the upstream is called now, and if not, why. */
  gate(namespace: string): Promise<UpstreamGate> {
    return this.#transport.json("GET", `${this.#path(namespace)}/gate`);
  }

  /** Calls the upstream no more; its jobs wait. */
  pause(namespace: string, reason?: string): Promise<UpstreamGate> {
    return this.#transport.json("POST", `${this.#path(namespace)}/pause`, { reason });
  }

  /** Ends a pause. */
  resume(namespace: string): Promise<UpstreamGate> {
    return this.#transport.json("POST", `${this.#path(namespace)}/resume`);
  }

  #path(namespace: string): string {
    return `/v1/upstreams/${encodeURIComponent(namespace)}`;
  }
}

/** What operators do. Most of it needs a key with the scope admin. */
export class Admin {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Keys of all tenants or of one, newest first; revoked ones stay listed. */
  keys(tenant?: string): AsyncGenerator<ApiKey> {
    return this.#transport.list("/v1/keys", { tenant });
  }

  /** Makes a key. `key` of the answer is its text, which is never shown again. */
  createKey(key: NewApiKey): Promise<ApiKey> {
    return this.#transport.json("POST", "/v1/keys", key);
  }

  /** Revokes a key: within two seconds it lets nobody in. */
  async revokeKey(id: string): Promise<void> {
    await this.#transport.send(`/v1/keys/${encodeURIComponent(id)}`, { method: "DELETE" });
  }

  tenants(): AsyncGenerator<Tenant> {
    return this.#transport.list("/v1/tenants");
  }

  /** How much of its quotas a tenant uses; the key's own unless one is named. */
  usage(tenant?: string): Promise<Usage> {
    return this.#transport.json("GET", "/v1/usage", undefined, { tenant } as Query);
  }

  /** How much was done in the last minutes, and what waits. */
  activity(minutes = 60, tenant?: string): Promise<Activity> {
    return this.#transport.json("GET", "/v1/activity", undefined, { minutes, tenant });
  }

  /** The queues that have messages which nobody could handle. */
  async deadLetters(content?: boolean): Promise<DeadLetters[]> {
    return (await this.#transport.json<{ items: DeadLetters[] }>("GET", "/v1/dead-letters", undefined, { content })).items;
  }

  /** Puts such messages back to the queue that they were sent to; those of one queue, or all. */
  async redrive(queue?: string): Promise<{ queue: string; redriven: number }[]> {
    return (await this.#transport.json<{ items: { queue: string; redriven: number }[] }>("POST", "/v1/dead-letters/redrive", { queue })).items;
  }
}
