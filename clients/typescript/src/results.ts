import { pathOf } from "./batches.js";
import { linesOf } from "./lines.js";
import type { Transport } from "./transport.js";
import { queryOf } from "./transport.js";
import type { Batch, JobResult } from "./types.js";

/** Which results are read; all of them when nothing is given. */
export interface ResultOptions {
  state?: "Completed" | "Failed";
  /** Only those of this run. */
  run?: number;
  /** Only those after this index: where an earlier reading ended. */
  after?: number;
}

const reconnectAfter = 1000;

/** Reads how jobs ended. */
export class Results {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Results so far, in order of index. A lost connection is taken up where it broke off. */
  async *read<Response = unknown>(batch: string, options: ResultOptions = {}): AsyncGenerator<JobResult<Response>> {
    const place = { after: options.after?.toString(), isWhole: false };
    while (!place.isWhole) {
      yield* this.#stretch<Response>(batch, options, "index", place);
    }
  }

  /** Results as they come, in order of arrival, until the batch has ended. A job that is retried comes twice; the later one counts. */
  async *follow<Response = unknown>(batch: string, options: Omit<ResultOptions, "after"> = {}): AsyncGenerator<JobResult<Response>> {
    const place = { after: undefined as string | undefined, isWhole: false };
    for (;;) {
      // Asked before the results are read: what came to be after them is read in the next round.
      const { state } = await this.#transport.json<Batch>("GET", pathOf(batch));
      yield* this.#stretch<Response>(batch, options, "arrival", place);
      if (place.isWhole && (state === "Finished" || state === "Stopped")) {
        return;
      }
      await this.#transport.pause(reconnectAfter);
    }
  }

  /** The results as they are downloaded. */
  async download(batch: string, format: "json" | "ndjson" | "csv", options: ResultOptions = {}): Promise<ReadableStream<Uint8Array>> {
    return (await this.#transport.send(`${pathOf(batch)}/results${queryOf({ format, ...options })}`)).body!;
  }

  // What one connection gives; the place says how far it came.
  async *#stretch<Response>(
    batch: string, options: ResultOptions, order: "index" | "arrival", place: { after: string | undefined; isWhole: boolean },
  ): AsyncGenerator<JobResult<Response>> {
    const { state, run } = options;
    const answer = await this.#transport.send(`${pathOf(batch)}/results${queryOf({ format: "ndjson", order, state, run, after: place.after })}`);
    place.isWhole = false;
    try {
      for await (const line of linesOf(answer.body!)) {
        const result = JSON.parse(line) as JobResult<Response>;
        place.after = order === "index" ? String(result.index) : result.position!;
        yield result;
      }
      place.isWhole = true;
    } catch (error) {
      // fetch tells a connection that was lost by a TypeError.
      if (!(error instanceof TypeError)) {
        throw error;
      }
      await this.#transport.pause(reconnectAfter);
    }
  }
}
