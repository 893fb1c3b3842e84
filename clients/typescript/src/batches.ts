import { linesOf } from "./lines.js";
import type { Query, Transport } from "./transport.js";
import { queryOf } from "./transport.js";
import type { Batch, BatchProgress, BatchState, ErrorGroup, NewBatch, Run } from "./types.js";

/** Which batches are meant: all that meet every member that is given. */
export interface BatchFilter {
  state?: BatchState;
  /** With this in its name, in whatever case. */
  name?: string;
  /** Of this tenant; for admins. */
  tenant?: string;
  /** RFC 3339. */
  created_after?: string;
  /** RFC 3339. */
  created_before?: string;
  /** With a job that failed with this code. */
  error_code?: string;
  /** With a schedule, or without one. */
  scheduled?: boolean;
}

const reconnectAfter = 1000;

// Seconds: what the platform allows.
const longestWait = 60;

/** Creates batches and moves them through their lifecycle. Each command answers with the batch as it is afterwards. */
export class Batches {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Creates a batch, perhaps with jobs and at once running. */
  create(batch: NewBatch): Promise<Batch> {
    return this.#transport.json("POST", "/v1/batches", batch);
  }

  get(id: string): Promise<Batch> {
    return this.#transport.json("GET", pathOf(id));
  }

  /** Batches that a filter matches, newest first unless `sort` says otherwise. */
  list(filter: BatchFilter & { sort?: string } = {}): AsyncGenerator<Batch> {
    return this.#transport.list("/v1/batches", filter as Query);
  }

  /** Changes a batch that is not running, by a merge patch (RFC 7396): what is left out stays, null resets. */
  update(id: string, patch: object): Promise<Batch> {
    return this.#transport.json("PATCH", pathOf(id), patch);
  }

  /** Closes the batch for jobs and runs it. */
  commit(id: string): Promise<Batch> {
    return this.#command(id, "commit");
  }

  /** Resumes a stopped run, or runs a finished batch again. */
  start(id: string): Promise<Batch> {
    return this.#command(id, "start");
  }

  /** Begins no more jobs. */
  stop(id: string): Promise<Batch> {
    return this.#command(id, "stop");
  }

  /** Runs the failed jobs again. */
  retryFailed(id: string): Promise<Batch> {
    return this.#command(id, "retry-failed");
  }

  /** Makes the jobs wait. */
  pause(id: string, reason?: string): Promise<Batch> {
    return this.#command(id, "pause", { reason });
  }

  /** Ends a pause. */
  resume(id: string): Promise<Batch> {
    return this.#command(id, "resume");
  }

  /** Deletes a batch with all its data; by `force` also while it runs. */
  async delete(id: string, force = false): Promise<void> {
    await this.#transport.send(pathOf(id) + queryOf({ force: force || undefined }), { method: "DELETE" });
  }

  /** A batch's runs, newest first. */
  runs(id: string): AsyncGenerator<Run> {
    return this.#transport.list(`${pathOf(id)}/runs`);
  }

  /** The failed jobs by what they failed with, the most frequent first. */
  async errors(id: string, run?: number): Promise<ErrorGroup[]> {
    return (await this.#transport.json<{ items: ErrorGroup[] }>("GET", `${pathOf(id)}/errors`, undefined, { run })).items;
  }

  /** How far a batch is, now and whenever that changes, until it has ended. Goes on by itself when the connection is lost. */
  async *watch(id: string, signal?: AbortSignal): AsyncGenerator<BatchProgress> {
    for (;;) {
      const answer = await this.#transport.send(`${pathOf(id)}/events`, { accept: "text/event-stream", signal });
      try {
        for await (const { type, data } of eventsOf(answer.body!)) {
          if (type === "end") {
            return;
          }
          yield JSON.parse(data) as BatchProgress;
        }
      } catch (error) {
        signal?.throwIfAborted();
        if (!(error instanceof TypeError)) {
          throw error;
        }
      }
      await this.#transport.pause(reconnectAfter);
    }
  }

  /** The batch, once it is Finished or Stopped. */
  async wait(id: string, signal?: AbortSignal): Promise<Batch> {
    for (;;) {
      const answer = await this.#transport.send(pathOf(id) + queryOf({ wait: longestWait }), { signal });
      const batch = (await answer.json()) as Batch;
      if (batch.state === "Finished" || batch.state === "Stopped") {
        return batch;
      }
    }
  }

  #command(id: string, verb: string, body?: object): Promise<Batch> {
    return this.#transport.json("POST", `${pathOf(id)}/${verb}`, body);
  }
}

/** Where a batch is. */
export function pathOf(id: string): string {
  return `/v1/batches/${encodeURIComponent(id)}`;
}

// The platform's events have one line of data each.
async function* eventsOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<{ type: string; data: string }> {
  let type = "message";
  for await (const line of linesOf(stream)) {
    if (line.startsWith("event: ")) {
      type = line.slice("event: ".length);
    } else if (line.startsWith("data: ")) {
      yield { type, data: line.slice("data: ".length) };
    }
  }
}
