// The stage for the single sign-on: a server of ours that knows of a provider, and two providers: a real one
// (`oidc-provider` from npm), and one that lies as it is told to.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash, createSign, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import Provider from 'oidc-provider';

const BINARY = process.env.SIPAS_BIN ?? new URL('../../target/debug/sipas', import.meta.url).pathname;
export const PASSWORD = 'bốn con voi qua sông';
const SECRET = 'a secret of the client, for tests';

async function listen(server, port = 0) {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server.address().port;
}

/** A port that is free now. */
async function freePort() {
  const server = createServer();
  const port = await listen(server);
  server.close();
  await once(server, 'close');
  return port;
}

async function body(request) {
  let text = '';
  for await (const chunk of request) text += chunk;
  return new URLSearchParams(text);
}

/** A server of ours that people enter through `issuer`, with some accounts. */
export class House {
  async open(issuer, port = 0, more = {}) {
    this.folder = await mkdtemp(join(tmpdir(), 'sipas-sso-'));
    const secret = join(this.folder, 'secret');
    await writeFile(secret, `${SECRET}\n`);
    const rest = Object.entries(process.env).filter(([name]) => !name.startsWith('SIPAS_'));
    this.env = {
      ...Object.fromEntries(rest),
      SIPAS_DATABASE_URL: `sqlite:${join(this.folder, 'sipas.db')}`,
      SIPAS_LISTEN: `127.0.0.1:${port}`,
      SIPAS_OIDC_ISSUER: issuer,
      SIPAS_OIDC_CLIENT_ID: 'sipas',
      SIPAS_OIDC_CLIENT_SECRET_FILE: secret,
      SIPAS_OIDC_NAME: 'Cổng đăng nhập tỉnh',
      SIPAS_OIDC_EMAIL_DOMAINS: 'snv.example',
      ...more,
    };
    for (const [name, role] of [['thulan', 'manager'], ['hoa', 'manager'], ['quang', 'administrator']]) {
      await this.run(['user', 'add', name, '--role', role], PASSWORD);
    }
    this.server = spawn(BINARY, ['serve'], { env: this.env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.log = '';
    this.server.stderr.on('data', (data) => { this.log += data; });
    for await (const line of createInterface({ input: this.server.stdout })) {
      const [what, url] = line.split('\t');
      if (what === 'listening') { this.url = url.replace(/\/$/, ''); break; }
    }
    assert.ok(this.url, this.log);
  }

  /** Runs a command; gives its exit code. */
  async run(args, input = '') {
    const command = spawn(BINARY, args, { env: this.env, stdio: ['pipe', 'ignore', 'inherit'] });
    command.stdin.end(input);
    const [code] = await once(command, 'exit');
    return code;
  }

  async close() {
    if (this.server?.exitCode === null) {
      const gone = once(this.server, 'exit');
      this.server.kill('SIGTERM');
      await gone;
    }
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** The real provider, with a log-in page that asks for a name, and a house that people enter through it. */
export class Province {
  async open(more) {
    const port = await freePort();
    const house = `http://127.0.0.1:${port}`;
    let provider;
    this.server = createServer((request, response) => {
      if (request.url.startsWith('/in/')) this.#askName(provider, request, response);
      else provider.callback()(request, response);
    });
    // Another site than the house, as a browser sees it.
    this.issuer = `http://localhost:${await listen(this.server)}`;
    provider = new Provider(this.issuer, {
      clients: [{
        client_id: 'sipas',
        client_secret: SECRET,
        redirect_uris: [`${house}/admin/login/sso/back`],
        post_logout_redirect_uris: [`${house}/admin/login`],
      }],
      claims: { openid: ['sub'], email: ['email', 'email_verified'] },
      cookies: { keys: ['a key for tests'] },
      features: {
        devInteractions: { enabled: false },
        // The library's own page asks another host for its letters.
        rpInitiatedLogout: {
          logoutSource: (context, form) => {
            context.body = `<!doctype html><html lang="vi"><title>Cổng đăng nhập tỉnh</title>
              <link rel="icon" href="data:,"><h1>Cổng đăng nhập tỉnh</h1>${form}
              <button form="op.logoutForm" name="logout" value="yes">Yes, sign me out</button>`;
          },
        },
      },
      interactions: { url: (_, interaction) => `/in/${interaction.uid}` },
      findAccount: (_, id) => ({
        accountId: id,
        claims: () => ({ sub: id, email: `${id}@snv.example`, email_verified: id !== 'unverified' }),
      }),
      async loadExistingGrant({ oidc }) {
        const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
        grant.addOIDCScope('openid email');
        await grant.save();
        return grant;
      },
    });
    this.house = new House();
    await this.house.open(this.issuer, port, more);
  }

  async #askName(provider, request, response) {
    if (request.method === 'GET') {
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.end(`<!doctype html><html lang="vi"><title>Cổng đăng nhập tỉnh</title><link rel="icon" href="data:,">
        <h1>Cổng đăng nhập tỉnh</h1><form method="post"><label>Tên <input name="name"></label><button>Vào</button></form>`);
    } else {
      const name = (await body(request)).get('name');
      await provider.interactionFinished(request, response, { login: { accountId: name } });
    }
  }

  async close() {
    await this.house?.close();
    this.server.closeAllConnections();
    this.server.close();
  }
}

/** A provider that says what it is told to; nobody has to log in there. */
export class Liar {
  /** What the next ID token says otherwise than it should. */
  lie = {};

  async open() {
    const [right, other] = [0, 1].map(() => generateKeyPairSync('rsa', { modulusLength: 2048 }));
    this.keys = { right, other };
    this.server = createServer((request, response) => this.#answer(request, response));
    this.issuer = `http://127.0.0.1:${await listen(this.server)}`;
    this.house = new House();
    await this.house.open(this.issuer);
  }

  async #answer(request, response) {
    const { pathname } = new URL(request.url, this.issuer);
    const given = await body(request);
    const say = (what) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(what));
    };
    if (pathname === '/.well-known/openid-configuration') {
      say({
        issuer: this.issuer,
        authorization_endpoint: `${this.issuer}/auth`,
        token_endpoint: this.lie.tokenEndpoint ?? `${this.issuer}/token`,
        jwks_uri: `${this.issuer}/jwks`,
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
      });
    } else if (pathname === '/jwks') {
      say({ keys: [{ ...this.keys.right.publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'RS256', use: 'sig' }] });
    } else if (pathname === '/token') {
      this.given = given;
      this.asked = (this.asked ?? 0) + 1;
      say({ access_token: 'opaque', token_type: 'Bearer', ...(this.lie.noToken ? {} : { id_token: this.#token() }) });
    } else {
      response.statusCode = 404;
      response.end();
    }
  }

  #token() {
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: this.issuer, aud: 'sipas', sub: 'lan-01', iat: now, exp: now + 300, nonce: this.nonce,
      email: 'lan@snv.example', email_verified: true, ...this.lie.claims,
    };
    const encode = (what) => Buffer.from(JSON.stringify(what)).toString('base64url');
    const head = { alg: 'RS256', kid: 'one', ...this.lie.head };
    const signed = `${encode(head)}.${encode(claims)}`;
    if (head.alg === 'none') return `${signed}.`;
    const { privateKey } = this.lie.otherKey ? this.keys.other : this.keys.right;
    return `${signed}.${createSign('RSA-SHA256').update(signed).sign(privateKey, 'base64url')}`;
  }

  /** Goes from the house to the provider and back; `change` may change what is brought back. */
  async through(change = (back) => back) {
    const leave = await fetch(`${this.house.url}/admin/login/sso`, { redirect: 'manual' });
    if (leave.status !== 303) return leave;
    const cookie = leave.headers.get('set-cookie').split(';')[0];
    const asked = new URL(leave.headers.get('location')).searchParams;
    this.nonce = asked.get('nonce');
    this.challenge = asked.get('code_challenge');
    const { state, code, cookies, error } = change({ state: asked.get('state'), code: 'a-code', cookies: cookie });
    const back = new URL(`${this.house.url}/admin/login/sso/back`);
    for (const [name, value] of Object.entries({ state, code, error })) if (value) back.searchParams.set(name, value);
    return fetch(back, { redirect: 'manual', headers: cookies ? { cookie: cookies } : {} });
  }

  /** Whether the verifier that came with the code is the one of the challenge. */
  verifierFits() {
    return createHash('sha256').update(this.given.get('code_verifier')).digest('base64url') === this.challenge;
  }

  async close() {
    await this.house?.close();
    this.server.closeAllConnections();
    this.server.close();
  }
}
