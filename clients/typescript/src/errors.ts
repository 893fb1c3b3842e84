import type { Problem, ProblemError } from "./types.js";

/** The platform refused a request, or did not manage it in as many attempts as were allowed. */
export class BatchPlatformError extends Error {
  /** The HTTP status. */
  readonly status: number;
  /** The stable error code, such as `BATCH_NOT_FOUND`; empty when the answer was not the platform's. */
  readonly code: string;
  /** The single faults, such as lines of an upload. */
  readonly errors: readonly ProblemError[];
  /** The batch that the request was about, where only the platform could know it. */
  readonly batchId: string | undefined;
  /** When it is worth asking again, in seconds. */
  readonly retryAfter: number | undefined;

  constructor(status: number, problem: Partial<Problem> | undefined, retryAfter: number | undefined) {
    super(problem?.code ? `${problem.code}: ${problem.detail ?? problem.title}` : `HTTP ${status}`);
    this.name = "BatchPlatformError";
    this.status = status;
    this.code = problem?.code ?? "";
    this.errors = problem?.errors ?? [];
    this.batchId = problem?.batch_id ?? undefined;
    this.retryAfter = retryAfter;
  }

  /** Whether the same request may be taken later. */
  get passes(): boolean {
    switch (this.status) {
      case 502:
      case 503:
      case 504:
        return true;
      case 429:
        return this.retryAfter !== undefined;
      case 409:
        return this.code === "REQUEST_IN_PROGRESS" || this.code === "APPEND_IN_PROGRESS";
      default:
        return false;
    }
  }
}

/** The refusal that an answer is. */
export async function refusalOf(answer: Response): Promise<BatchPlatformError> {
  const text = await answer.text();
  const isJson = /^application\/(problem\+)?json/.test(answer.headers.get("content-type") ?? "");
  const retryAfter = Number(answer.headers.get("retry-after") ?? NaN);
  return new BatchPlatformError(answer.status, isJson ? (JSON.parse(text) as Problem) : undefined, Number.isNaN(retryAfter) ? undefined : retryAfter);
}
