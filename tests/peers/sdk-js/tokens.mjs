// Tokens by @azure/identity as it is: one a line, a refusal, and how fast one client is served.
import { DefaultAzureCredential, ManagedIdentityCredential } from "@azure/identity";

const managed = new ManagedIdentityCredential();
const named = new ManagedIdentityCredential({ clientId: "33333333-3333-3333-3333-333333333333" });

function fresh(token) {
  const left = (token.expiresOnTimestamp - Date.now()) / 1000;
  if (left < 3500 || left > 3700) throw new Error(`${left} s left`);
  return token.token;
}

console.log(fresh(await managed.getToken("https://management.azure.com/.default")));
console.log(fresh(await new DefaultAzureCredential().getToken("https://vault.azure.net/.default")));
console.log(fresh(await named.getToken("https://storage.azure.com/.default")));
try {
  console.log(await managed.getToken("https://user@no.example/.default"));
} catch (error) {
  console.log(String(error).replaceAll("\n", " "));
}
const count = 200;
const begin = performance.now();
for (let number = 0; number < count; number += 1) {
  // A resource of its own each time: the client keeps what it has.
  await managed.getToken(`https://r${number}.example/.default`);
}
const spent = performance.now() - begin;
console.log(`${Math.round((1000 * count) / spent)} tokens/s, ${(spent / count).toFixed(2)} ms each`);
