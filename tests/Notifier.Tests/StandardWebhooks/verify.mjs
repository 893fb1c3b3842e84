// Runs the example of docs/callbacks.md on a callback from standard input. Ends with 0 when it is good, 1 when it is not.
import { readFileSync, unlinkSync, writeFileSync } from "node:fs";

const example = /```js\n([^]*?)```/.exec(readFileSync(process.argv[2], "utf8"))[1];
const file = new URL(`./example-${process.pid}.mjs`, import.meta.url); // beside node_modules, where it finds the library
writeFileSync(file, example);
try {
  const { check } = await import(file);
  const { secret, headers, body } = JSON.parse(readFileSync(0, "utf8"));
  check(secret, headers, body);
} catch (error) {
  console.error(error);
  process.exitCode = error.name === "WebhookVerificationError" ? 1 : 2;
} finally {
  unlinkSync(file);
}
