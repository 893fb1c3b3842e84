import type { BatchFilter } from "./batches.js";
import type { Transport } from "./transport.js";
import type { ActionPreview, BulkAction, JobState } from "./types.js";

/** What is done to batches. */
export type BatchAction = "start" | "stop" | "pause" | "resume" | "retry_failed" | "delete";

/** What is done to jobs. */
export type JobAction = "cancel" | "retry";

/** Which jobs of a batch are meant: all that meet every member that is given. */
export interface JobFilter {
  batch: string;
  state?: JobState;
  namespace?: string;
  action?: string;
  error_code?: string;
}

/** One action on all batches, or all jobs of a batch, that a filter matches. */
export class Actions {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** How many batches a filter matches. */
  previewBatches(action: BatchAction, filter: BatchFilter): Promise<ActionPreview> {
    return this.#preview("/v1/batches/actions", action, filter);
  }

  /** How many of a batch's jobs a filter matches. */
  previewJobs(action: JobAction, filter: JobFilter): Promise<ActionPreview> {
    return this.#preview("/v1/jobs/actions", action, filter);
  }

  /** Begins an action on all batches that a filter matches now. `force`, for delete alone: running ones, too. */
  onBatches(action: BatchAction, filter: BatchFilter, maxPerSecond?: number, force?: boolean): Promise<BulkAction> {
    return this.#transport.json("POST", "/v1/batches/actions", { action, filter, max_per_second: maxPerSecond, force });
  }

  /** Begins an action on all jobs of a batch that a filter matches now. */
  onJobs(action: JobAction, filter: JobFilter, maxPerSecond?: number): Promise<BulkAction> {
    return this.#transport.json("POST", "/v1/jobs/actions", { action, filter, max_per_second: maxPerSecond });
  }

  /** Bulk actions, newest first. */
  list(): AsyncGenerator<BulkAction> {
    return this.#transport.list("/v1/actions");
  }

  get(id: string): Promise<BulkAction> {
    return this.#transport.json("GET", `/v1/actions/${encodeURIComponent(id)}`);
  }

  /** Ends a bulk action; what it has done stays done. */
  cancel(id: string): Promise<BulkAction> {
    return this.#transport.json("POST", `/v1/actions/${encodeURIComponent(id)}/cancel`);
  }

  #preview(path: string, action: string, filter: object): Promise<ActionPreview> {
    return this.#transport.json("POST", path, { action, filter, dry_run: true });
  }
}
