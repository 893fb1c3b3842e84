import { Actions } from "./actions.js";
import { Admin, Deliveries, Upstreams } from "./admin.js";
import { Batches } from "./batches.js";
import { Jobs } from "./jobs.js";
import { Results } from "./results.js";
import { Transport, type ClientOptions } from "./transport.js";

export { type BatchAction, type BulkAction, type JobAction, type JobFilter } from "./actions.js";
export { type BatchFilter, type ErrorGroup } from "./batches.js";
export { isGenuine, type CallbackHeaders } from "./callbacks.js";
export { BatchPlatformError } from "./errors.js";
export { type UploadOptions } from "./jobs.js";
export { type ResultOptions } from "./results.js";
export { type ClientOptions } from "./transport.js";
export type * from "./types.js";

/**
 * Speaks the REST API of a BatchPlatform.
 *
 * A request that fails in passing is repeated by itself, with the same `Idempotency-Key`, so that it takes effect once. What is
 * refused is thrown as `BatchPlatformError` with the platform's error code.
 */
export class BatchPlatform {
  readonly batches: Batches;
  readonly jobs: Jobs;
  readonly results: Results;
  readonly deliveries: Deliveries;
  readonly actions: Actions;
  readonly upstreams: Upstreams;
  readonly admin: Admin;

  /**
   * @param address Where the platform is, such as `https://batches.example.com`.
   * @param key An API key.
   */
  constructor(address: string, key: string, options: ClientOptions = {}) {
    const transport = new Transport(address, key, options);
    this.batches = new Batches(transport);
    this.jobs = new Jobs(transport);
    this.results = new Results(transport);
    this.deliveries = new Deliveries(transport);
    this.actions = new Actions(transport);
    this.upstreams = new Upstreams(transport);
    this.admin = new Admin(transport);
  }
}
