// Holds the GitHub workflow from standard input against the schema that GitHub's workflows have; prints each fault on a line.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { validateWorkflow } = createRequire(import.meta.url)("@action-validator/core");
for (const error of validateWorkflow(readFileSync(0, "utf8")).errors) console.log(JSON.stringify(error));
