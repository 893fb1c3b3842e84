import type { components } from "./schema.js";

type Schemas = components["schemas"];

/** A part of a list, as the API gives it. */
export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

export type Batch = Schemas["BatchView"];
export type BatchState = Schemas["BatchState"];
export type BatchCounts = Schemas["BatchCounts"];
export type BatchOptions = Schemas["BatchSettings"];
export type BatchProgress = Schemas["ProgressEvent"];
export type Callback = Schemas["CallbackBody"];
export type Schedule = Schemas["Schedule"];
export type Run = Schemas["RunView"];
export type Job = Schemas["JobView"];
export type JobState = Schemas["JobState"];
export type Delivery = Schemas["DeliveryView"];
export type Upstream = Schemas["Upstream"];
export type UpstreamGate = Schemas["GateView"];
export type ApiKey = Schemas["KeyView"];
export type NewApiKey = Schemas["KeyBody"];
export type Tenant = Schemas["TenantView"];
export type Usage = Schemas["UsageView"];
export type Activity = Schemas["ActivityView"];
export type DeadLetters = Schemas["ParkedMessages"];
/** Failed jobs that failed alike. */
export type ErrorGroup = Schemas["ErrorGroup"];

/** One action on all that a filter matches; work of its own. */
export type BulkAction = Schemas["ActionView"];
/** How many a bulk action would be done to. */
export type ActionPreview = Schemas["ActionPreview"];

export type Problem = Schemas["Problem"];
export type ProblemError = Schemas["ProblemError"];

/** A job to be added: one API call. */
export type NewJob = Schemas["JobBody"];

/** How one job ended. `Response` is what its upstream answers with. */
export type JobResult<Response = unknown> = Omit<Schemas["ResultShape"], "response"> & { response: Response | null };

/** A batch to be created; what is left out is left to the platform. */
export type NewBatch = Omit<Schemas["CreateBatchBody"], "jobs"> & { jobs?: NewJob[] };
