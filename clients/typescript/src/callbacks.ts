const secretPrefix = "whsec_";
const signaturePrefix = "v1,";
const toleranceSeconds = 300;

/** What a callback's headers say. */
export interface CallbackHeaders {
  /** `webhook-id`: one that was seen before may be dropped. */
  id: string | null | undefined;
  /** `webhook-timestamp` */
  timestamp: string | null | undefined;
  /** `webhook-signature` */
  signature: string | null | undefined;
}

/**
 * Whether a callback is the platform's, unchanged and fresh, as Standard Webhooks has it.
 * @param secret The callback's secret: `whsec_` and base64.
 * @param body The text as it arrived, before anything parses it.
 * @param now What time it is, in milliseconds since 1970.
 */
export async function isGenuine(secret: string, headers: CallbackHeaders, body: string | Uint8Array, now = Date.now()): Promise<boolean> {
  const { id, timestamp, signature } = headers;
  if (!id || !signature || !/^\d+$/.test(timestamp ?? "") || Math.abs(now / 1000 - Number(timestamp)) > toleranceSeconds) {
    return false;
  }

  const encoder = new TextEncoder();
  const bytes = typeof body === "string" ? encoder.encode(body) : body;
  const signed = new Uint8Array([...encoder.encode(`${id}.${timestamp}.`), ...bytes]);
  const key = await crypto.subtle.importKey("raw", bytesOf(secret.replace(secretPrefix, "")), { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
  // One signature for each secret that is good now.
  const given = signature.split(" ").filter((part) => part.startsWith(signaturePrefix)).map((part) => part.slice(signaturePrefix.length));
  const checks = await Promise.all(given.map((part) => crypto.subtle.verify("HMAC", key, bytesOf(part), signed)));
  return checks.some((good) => good);
}

// What is not base64 is no signature.
function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
}
