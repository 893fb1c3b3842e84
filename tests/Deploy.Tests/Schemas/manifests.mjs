// Holds the manifests from standard input against the schemas that Kubernetes and KEDA publish; prints each fault on a line.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { loadAll } from "js-yaml";

const require = createRequire(import.meta.url);

// "networking.k8s.io/v1", "Ingress" is IoK8sApiNetworkingV1Ingress there.
function validatorOf({ apiVersion, kind }) {
  const [version, group = "core"] = apiVersion.split("/").reverse();
  const capital = (word) => word[0].toUpperCase() + word.slice(1);
  const [schemas, prefix] = group === "keda.sh" ? ["@kubernetes-models/keda", "KedaSh"] : ["kubernetes-models", `IoK8sApi${capital(group.split(".")[0])}`];
  return require(join(dirname(require.resolve(schemas)), "_schemas", `${prefix}${capital(version)}${kind}`)).validate;
}

// The schemas leave unknown members alone, a cluster refuses them (kubectl's strict validation): what the validator never
// asked for is not in the schema. Maps, whose members have no fixed names, are asked for all of them.
function watched(value, path, unread) {
  if (value === null || typeof value !== "object") return value;
  const asked = new Set();
  unread.push(() => Object.keys(value).filter((name) => !asked.has(name)).map((name) => `${path}/${name}: unknown`));
  const inner = Object.fromEntries(Object.entries(value).map(([name, member]) => [name, watched(member, `${path}/${name}`, unread)]));
  return new Proxy(Array.isArray(value) ? Object.values(inner) : inner, {
    get(target, name) { asked.add(name); return target[name]; },
    has(target, name) { asked.add(name); return name in target; },
    ownKeys(target) { Object.keys(value).forEach((name) => asked.add(name)); return Reflect.ownKeys(target); },
  });
}

for (const manifest of loadAll(readFileSync(0, "utf8"))) {
  const unread = [];
  const name = `${manifest.kind}/${manifest.metadata.name}`;
  // Kustomize breaks long base64 into lines, which clusters take and the schema does not.
  if (manifest.kind === "Secret") for (const key in manifest.data) manifest.data[key] = manifest.data[key].replaceAll("\n", "");
  const validate = validatorOf(manifest);
  validate(watched(manifest, name, unread));
  for (const error of validate.errors ?? []) console.log(`${name}${error.instancePath}: ${error.keyword} ${JSON.stringify(error.params)}`);
  for (const line of unread.flatMap((names) => names())) console.log(line);
}
