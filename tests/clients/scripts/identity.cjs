// @azure/identity, with what it was given alone: tokens that the loopback Azure accepts.
const path = require("node:path");
const https = require("node:https");

const identity = require(path.join(process.argv[2], "node_modules/@azure/identity"));
const LIST = "https://management.azure.com/subscriptions?api-version=2022-12-01";
const SECRET = "https://myvault.vault.azure.net/secrets/one?api-version=7.4";

async function get(credential, scope, url) {
  const { token } = await credential.getToken(scope);
  return new Promise((resolve, reject) => {
    https.get(url, { headers: { Authorization: `Bearer ${token}` } }, (response) => {
      let text = "";
      response.on("data", (part) => (text += part));
      response.on("end", () => resolve(JSON.parse(text)));
    }).on("error", reject);
  });
}

async function main() {
  const arm = "https://management.azure.com/.default";
  const byDefault = new identity.DefaultAzureCredential();
  const managed = new identity.ManagedIdentityCredential();
  for (const [name, credential] of [["default", byDefault], ["managed", managed]]) {
    console.log(name, (await get(credential, arm, LIST)).value[0].displayName);
  }
  console.log("vault", (await get(managed, "https://vault.azure.net/.default", SECRET)).value);
}

main().catch((error) => {
  console.error(String(error));
  process.exit(1);
});
