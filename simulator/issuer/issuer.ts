import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import Provider from 'oidc-provider'
import { type Employee, employees } from './employees.ts'

export interface Issuer {
  url: string
  clientId: string
  clientSecret: string
  stop(): Promise<void>
}

const CLIENT_ID = 'totem-polis-console'

/**
 * A company's identity provider (OpenID Connect, by `oidc-provider`), where nobody has a password: a page asks who is
 * there. It says who somebody is and nothing of what they may do. For the bench and tests only: a production gateway is
 * given another issuer by its configuration, and this room is in no package.
 */
export async function startIssuer({ pki }: { pki: string }): Promise<Issuer> {
  const tls = {
    key: readFileSync(join(pki, 'gateway.key.pem')),
    cert: readFileSync(join(pki, 'gateway.cert.pem')),
  }
  const server = createServer(tls)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `https://localhost:${(server.address() as AddressInfo).port}`
  const clientSecret = randomBytes(24).toString('base64url')
  const provider = providerOf(url, clientSecret)
  const callback = provider.callback()
  server.on('request', (request: IncomingMessage, response: ServerResponse<IncomingMessage>) => {
    if (!request.url?.startsWith('/who/')) return callback(request, response)
    askWho(provider, request, response).catch(() => {
      response.statusCode = 400
      response.end('this log-in has ended: begin again at the console')
    })
  })
  return {
    url,
    clientId: CLIENT_ID,
    clientSecret,
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function providerOf(url: string, clientSecret: string): Provider {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  const provider = new Provider(url, {
    clients: [
      {
        ...{ client_id: CLIENT_ID, client_secret: clientSecret, require_auth_time: true },
        // The console's port is another one at each start: see below.
        redirect_uris: ['https://localhost/console/callback'],
      },
    ],
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'issuer', alg: 'RS256', use: 'sig' } as never] },
    cookies: { keys: [randomBytes(24).toString('base64url')] },
    claims: { openid: ['sub'], profile: ['name', 'preferred_username', 'codice_fiscale'] },
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false }, rpInitiatedLogout: { enabled: false } },
    interactions: { url: (_context, { uid }) => `/who/${uid}` },
    findAccount: (_context, sub) => {
      const found = employees.find(({ login }) => login === sub)
      return found && { accountId: sub, claims: () => claimsOf(found) }
    },
    // Nobody is asked what the console may know of them.
    async loadExistingGrant({ oidc }) {
      const { client, session } = oidc
      if (!client || !session?.accountId) return undefined
      const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId })
      grant.addOIDCScope('openid profile')
      await grant.save()
      return grant
    },
    ttl: { Session: 8 * 3_600, Interaction: 600, Grant: 600, IdToken: 600, AccessToken: 600 },
  })
  provider.Client.prototype.redirectUriAllowed = (given: string) =>
    /^https:\/\/localhost:\d+\/console\/callback$/.test(given)
  return provider
}

const claimsOf = ({ login, name, account, codiceFiscale }: Employee) => ({
  ...{ sub: login, name, preferred_username: account, codice_fiscale: codiceFiscale },
})

/** `GET`: a page with a button for each employee. `POST`: this one is there. */
async function askWho(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse<IncomingMessage>,
): Promise<void> {
  await provider.interactionDetails(request, response)
  if (request.method === 'POST') {
    const login = new URLSearchParams(await text(request)).get('who') ?? ''
    if (!employees.some((each) => each.login === login)) throw new Error('nobody')
    await provider.interactionFinished(request, response, { login: { accountId: login } })
    return
  }
  const buttons = employees.map(
    ({ login, name, does }) => `<button name="who" value="${login}"><strong>${name}</strong> ${does}</button>`,
  )
  response.setHeader('content-type', 'text/html; charset=utf-8')
  response.setHeader('cache-control', 'no-store')
  response.end(`<!doctype html><html lang="it"><meta charset="utf-8"><title>Chi sei?</title>
<style>body{font:16px/1.5 system-ui;max-width:34rem;margin:10vh auto;padding:0 1rem;color:#17324d;background:#f5f7fa}
button{display:block;width:100%;text-align:left;font:inherit;padding:.8rem 1rem;margin:.5rem 0;background:#fff;color:inherit;
border:1px solid #6f879f;border-radius:4px;cursor:pointer}button:hover{border-color:#06c}strong{display:block}</style>
<h1>Chi sei?</h1><p>Accesso di sviluppo: persone inventate, senza password.</p>
<form method="post">${buttons.join('')}</form></html>`)
}
