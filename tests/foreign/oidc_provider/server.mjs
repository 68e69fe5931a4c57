// oidc-provider with one client and the people of people.json, told on one line of standard output once it listens.
// Usage: node server.mjs MODULES PORT REDIRECT_URI PEOPLE.json
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [modules, port, redirectUri, peopleFile] = process.argv.slice(2);
const require = createRequire(`${modules}/`);
const { default: Provider } = await import(pathToFileURL(require.resolve("oidc-provider")));
const issuer = `http://127.0.0.1:${port}`;

const provider = new Provider(issuer, {
  clients: [{
    client_id: "mai-truong",
    client_secret: "a-secret-for-tests-only",
    redirect_uris: [redirectUri],
    response_types: ["code"],
    grant_types: ["authorization_code"],
  }],
  claims: { openid: ["sub"], profile: ["name", "birthdate", "citizen_number", "citizen_number_verified", "level"] },
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  features: { devInteractions: { enabled: true } },
  cookies: { keys: ["for tests only"] },
  async findAccount(_, login) {
    const people = JSON.parse(readFileSync(peopleFile, "utf8"));
    return people[login] && { accountId: login, claims: async () => ({ sub: login, ...people[login] }) };
  },
});
provider.listen(Number(port), "127.0.0.1", () => console.log("listening"));
