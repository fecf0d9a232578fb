// A real OpenID provider on a loopback port. usage: provider.mjs SERVER_PEM CLIENT_PEM
// Prints its issuer as one line; ends when standard input does.
import { createHash, createPublicKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import https from 'node:https';

import Provider from 'oidc-provider';

const [, , serverPem, clientPem] = process.argv;
const pem = readFileSync(serverPem);
const server = https.createServer({ key: pem, cert: pem });
await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
const issuer = `https://localhost:${server.address().port}`;

const certificate = new X509Certificate(readFileSync(clientPem));
const jwk = createPublicKey(certificate.publicKey.export({ type: 'spki', format: 'pem' })).export({ format: 'jwk' });
jwk.use = 'sig';
jwk.x5c = [certificate.raw.toString('base64')];
jwk['x5t#S256'] = createHash('sha256').update(certificate.raw).digest('base64url');

const native = {
  application_type: 'native',
  token_endpoint_auth_method: 'none',
  redirect_uris: ['http://127.0.0.1/'],
  response_types: ['code'],
  grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
};
const service = { redirect_uris: [], response_types: [], grant_types: ['client_credentials'] };
const provider = new Provider(issuer, {
  clients: [
    { client_id: 'native', ...native },
    { client_id: 'secret', client_secret: 'se+cret&=pa%', token_endpoint_auth_method: 'client_secret_post', ...service },
    {
      client_id: 'certificate',
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'PS256',
      jwks: { keys: [jwk] },
      ...service,
    },
  ],
  scopes: ['openid', 'offline_access', 'profile', 'api:read'],
  claims: { openid: ['sub'], profile: ['name', 'preferred_username'] },
  conformIdTokenClaims: false,
  findAccount: (_, sub) => ({
    accountId: sub,
    claims: () => ({ sub, name: 'Ä Person', preferred_username: `${sub}@example.com` }),
  }),
  enabledJWA: { clientAuthSigningAlgValues: ['PS256', 'RS256'] },
  features: {
    devInteractions: { enabled: true },
    deviceFlow: { enabled: true },
    clientCredentials: { enabled: true },
    revocation: { enabled: true },
  },
  pkce: { required: () => true },
  rotateRefreshToken: true,
  issueRefreshToken: async (_, client) => client.grantTypeAllowed('refresh_token'),
  cookies: { keys: ['of the test'] },
});
server.on('request', provider.callback());
console.log(issuer);
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
