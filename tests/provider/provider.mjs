// A certified OpenID provider for the tests, on 127.0.0.1 only: the npm package oidc-provider with people of its own.
// Usage: node provider.mjs '{"garde": "http://127.0.0.1:8420", "port": 0, "secret": "…", "client": {…}}'
// Prints its issuer as one line, and stops when standard input ends, so that it never outlives a test.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

// The package is made for Node 22; this is all that it misses in Node 20.
URL.parse ??= (text, base) => (URL.canParse(text, base) ? new URL(text, base) : null);

const asked = JSON.parse(process.argv[2]);
const people = {
  anna: { name: 'Anna Roy', email: 'anna@chu.test', realm_access: { roles: ['garde-rssi', 'offline_access'] }, groups: ['/rea-a'] },
  guest: { name: 'Guest', realm_access: { roles: ['offline_access'] }, groups: [] },
};

function key(kind, alg) {
  const made = kind === 'rsa' ? generateKeyPairSync('rsa', { modulusLength: 2048 }) : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { ...made.privateKey.export({ format: 'jwk' }), kid: randomBytes(6).toString('hex'), use: 'sig', ...(alg ? { alg } : {}) };
}

const server = createServer();
server.listen(asked.port ?? 0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{
      client_id: 'garde',
      client_secret: asked.secret,
      redirect_uris: [`${asked.garde}/sign-in/provider/callback`],
      post_logout_redirect_uris: [`${asked.garde}/sign-in`],
      backchannel_logout_uri: `${asked.garde}/sign-in/provider/sign-out`,
      backchannel_logout_session_required: true,
      ...asked.client,
    }],
    enabledJWA: {
      idTokenSigningAlgValues: ['RS256', 'PS256', 'ES256', 'HS256'],
      userinfoSigningAlgValues: ['RS256', 'PS256', 'ES256'],
    },
    jwks: { keys: [key('rsa'), key('ec')] },
    cookies: { keys: [randomBytes(32).toString('hex')] },
    claims: { profile: ['name', 'preferred_username', 'realm_access', 'groups'], email: ['email'] },
    conformIdTokenClaims: asked.conform ?? true,
    // The package asks no machine with a private address for itself; here both are on this machine.
    fetch: (url, { dispatcher, ...rest }) => globalThis.fetch(url, rest),
    acrValues: ['eidas1'],
    findAccount: (_, id) => Object.hasOwn(people, id)
      ? { accountId: id, claims: () => ({ sub: id, preferred_username: id, ...people[id] }) }
      : undefined,
    features: {
      backchannelLogout: { enabled: true },
      jwtUserinfo: { enabled: true },
      rpInitiatedLogout: { enabled: true },
    },
  });
  server.on('request', provider.callback());
  process.stdout.write(`${issuer}\n`);
});
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
