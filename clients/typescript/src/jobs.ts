import { pathOf } from "./batches.js";
import type { Query, Transport } from "./transport.js";
import type { Job, JobState, NewJob } from "./types.js";

/** How jobs are added. */
export interface UploadOptions {
  /** What the upload is called: adding the same jobs again under the same name within a day adds each of them once. */
  id?: string;
  /** Told after each upload how many jobs the batch holds. */
  onProgress?: (total: number) => void;
}

const encoder = new TextEncoder();

/** Adds jobs to batches and looks at them. */
export class Jobs {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /**
   * Adds jobs as they come, in several uploads when they are many; memory holds one upload. Each upload is taken whole or not at
   * all, so that after an error the batch holds the jobs of those before: give the same jobs and the same `id` again, and only
   * what is missing is added. Returns how many jobs the batch then has.
   */
  async add(batch: string, jobs: Iterable<NewJob> | AsyncIterable<NewJob>, options: UploadOptions = {}): Promise<number> {
    const upload = new Upload(this.#transport, batch, options);
    for await (const job of jobs) {
      await upload.add(JSON.stringify(job) + "\n");
    }
    return upload.end();
  }

  get(batch: string, index: number): Promise<Job> {
    return this.#transport.json("GET", `${pathOf(batch)}/jobs/${index}`);
  }

  /** The batch's jobs in order of index. */
  list(batch: string, filter: { state?: JobState; error_code?: string; custom_id?: string; run?: number } = {}): AsyncGenerator<Job> {
    return this.#transport.list(`${pathOf(batch)}/jobs`, filter as Query);
  }

  /** Cancels one job: it fails with JOB_CANCELLED. */
  cancel(batch: string, index: number): Promise<Job> {
    return this.#transport.json("POST", `${pathOf(batch)}/jobs/${index}/cancel`);
  }
}

// Uploads of bounded size, each under an Idempotency-Key of its own.
class Upload {
  readonly #id: string;
  #lines: string[] = [];
  #bytes = 0;
  #part = 0;
  #total = 0;

  constructor(
    private readonly transport: Transport,
    private readonly batch: string,
    private readonly options: UploadOptions,
  ) {
    this.#id = options.id ?? crypto.randomUUID();
  }

  async add(line: string): Promise<void> {
    const bytes = encoder.encode(line).length;
    if (this.#bytes > 0 && this.#bytes + bytes > this.transport.uploadBytes) {
      await this.#send();
    }
    this.#lines.push(line);
    this.#bytes += bytes;
  }

  async end(): Promise<number> {
    if (this.#bytes > 0) {
      await this.#send();
    }
    return this.#total;
  }

  async #send(): Promise<void> {
    const answer = await this.transport.send(`${pathOf(this.batch)}/jobs`, {
      method: "POST",
      body: this.#lines.join(""),
      contentType: "application/x-ndjson",
      idempotencyKey: `${this.#id}-${++this.#part}`,
    });
    this.#total = ((await answer.json()) as { total: number }).total;
    this.options.onProgress?.(this.#total);
    this.#lines = [];
    this.#bytes = 0;
  }
}
