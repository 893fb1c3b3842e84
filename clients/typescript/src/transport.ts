import { BatchPlatformError, refusalOf } from "./errors.js";
import type { Page } from "./types.js";

/** How patient a client is. */
export interface ClientOptions {
  /** Times that a request is sent in all, while it fails in passing; 6 unless given. */
  attempts?: number;
  /** The longest wait before the second attempt, in milliseconds; it doubles with each further one. 200 unless given. */
  baseDelay?: number;
  /** The longest wait before any attempt, in milliseconds, also when the platform asks for more: then the refusal is thrown. 60,000 unless given. */
  maxDelay?: number;
  /** Bytes of jobs in one upload, at most; a longer stream of jobs goes in several. 8 MiB unless given. */
  uploadBytes?: number;
  /** Sends requests; the global fetch unless given. */
  fetch?: typeof fetch;
}

/** A request that can be sent again. */
export interface Call {
  method?: string;
  body?: BodyInit;
  contentType?: string;
  accept?: string;
  /** What makes repetitions of a POST one request; drawn unless given. */
  idempotencyKey?: string;
  signal?: AbortSignal | undefined;
}

/** What goes behind the question mark; what is undefined is left out. */
export type Query = Record<string, string | number | boolean | undefined>;

/** Sends requests, again while they fail in passing, and tells refusals as exceptions. */
export class Transport {
  readonly uploadBytes: number;
  readonly #address: string;
  readonly #key: string;
  readonly #fetch: typeof fetch;
  readonly #attempts: number;
  readonly #baseDelay: number;
  readonly #maxDelay: number;

  constructor(address: string, key: string, options: ClientOptions) {
    this.#address = address.replace(/\/+$/, "");
    this.#key = key;
    this.#fetch = options.fetch ?? ((...args) => fetch(...args));
    this.#attempts = options.attempts ?? 6;
    this.#baseDelay = options.baseDelay ?? 200;
    this.#maxDelay = options.maxDelay ?? 60_000;
    this.uploadBytes = options.uploadBytes ?? 8 * 1024 * 1024;
  }

  /** Sends a request and reads its JSON answer. */
  async json<T>(method: string, path: string, body?: unknown, query?: Query): Promise<T> {
    const call: Call = body === undefined ? { method } : { method, body: JSON.stringify(body), contentType: "application/json" };
    const answer = await this.send(path + queryOf(query), call);
    return (answer.status === 204 ? undefined : await answer.json()) as T;
  }

  /** Reads a list, page after page. */
  async *list<T>(path: string, query: Query = {}): AsyncGenerator<T> {
    let cursor: string | undefined;
    do {
      const page = await this.json<Page<T>>("GET", path, undefined, { ...query, cursor });
      yield* page.items;
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined);
  }

  /** Sends a request until it is answered. */
  async send(path: string, call: Call = {}): Promise<Response> {
    const idempotencyKey = call.idempotencyKey ?? crypto.randomUUID();
    for (let attempt = 1; ; attempt++) {
      let askedFor: number | undefined;
      try {
        const answer = await this.#attempt(path, call, idempotencyKey);
        // The answer to an earlier DELETE was lost, and the thing is gone.
        if (answer.ok || (attempt > 1 && call.method === "DELETE" && answer.status === 404)) {
          return answer;
        }
        throw await refusalOf(answer);
      } catch (error) {
        askedFor = this.#delayAskedFor(error, attempt, call.signal);
      }
      await this.pause(Math.max(askedFor ?? 0, this.#delayBefore(attempt)));
    }
  }

  /** Waits so many milliseconds. */
  pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, milliseconds));
  }

  // Throws what is not worth another attempt. Where the network failed, whether the request took effect is not known; repeated
  // under the same key, it does so once.
  #delayAskedFor(error: unknown, attempt: number, signal: AbortSignal | undefined): number | undefined {
    const passes = error instanceof BatchPlatformError ? error.passes : error instanceof TypeError;
    const askedFor = error instanceof BatchPlatformError && error.retryAfter !== undefined ? error.retryAfter * 1000 : undefined;
    if (!passes || signal?.aborted || attempt >= this.#attempts || (askedFor ?? 0) > this.#maxDelay) {
      throw error;
    }
    return askedFor;
  }

  #attempt(path: string, call: Call, idempotencyKey: string): Promise<Response> {
    const headers: Record<string, string> = { Authorization: `Bearer ${this.#key}` };
    if (call.method === "POST") headers["Idempotency-Key"] = idempotencyKey;
    if (call.contentType) headers["Content-Type"] = call.contentType;
    if (call.accept) headers["Accept"] = call.accept;
    return this.#fetch(this.#address + path, { method: call.method ?? "GET", headers, body: call.body ?? null, signal: call.signal ?? null });
  }

  #delayBefore(attempt: number): number {
    return Math.random() * Math.min(this.#baseDelay * 2 ** (attempt - 1), this.#maxDelay);
  }
}

/** The query part of an address. */
export function queryOf(query: Query = {}): string {
  const given = Object.entries(query).filter((entry) => entry[1] !== undefined).map(([name, value]) => [name, String(value)] as [string, string]);
  return given.length === 0 ? "" : `?${new URLSearchParams(given)}`;
}
