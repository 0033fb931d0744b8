import { readFile } from 'node:fs/promises'
import * as openid from 'openid-client'
import type { Logger } from 'pino'
import { Agent, fetch } from 'undici'
import { z } from 'zod'
import { operatorName } from '../../../contract/caller.ts'
import { isCodiceFiscale } from '../../../contract/identity.ts'
import { err, ok, type Result } from '../../../contract/result.ts'
import type { ConsoleSettings } from '../../settings/console.ts'
import { requiredSecret } from '../../settings/secret.ts'
import { textOf } from '../../settings/unusable.ts'
import { FRESH_MS } from './fresh.ts'

const TIMEOUT_S = 10
/** Who has signed in at the issuer longer ago is asked again. */
const LONGEST_S = 8 * 3_600

/** What goes to the issuer with one log-in, and must come back. */
export interface Going {
  state: string
  nonce: string
  verifier: string
}

/** Somebody whom the issuer has named. `codiceFiscale` becomes a keyed hash at once, and is kept nowhere. */
export interface Named {
  iss: string
  sub: string
  name: string
  codiceFiscale: string
  authenticatedAt: Date
}

export interface Issuer {
  /** Where the browser goes. `fresh`: the person is to sign in anew, whatever the issuer remembers. */
  urlFor(going: Going, callback: string, fresh: boolean): Promise<Result<URL, { kind: 'issuer-away' }>>
  /** Who has come back with this address. */
  named(
    returned: URL,
    going: Going,
  ): Promise<Result<Named, { kind: 'issuer-away' | 'refused-by-issuer' | 'person-unnamed' }>>
  close(): Promise<void>
}

export const newGoing = (): Going => ({
  state: openid.randomState(),
  nonce: openid.randomNonce(),
  verifier: openid.randomPKCECodeVerifier(),
})

const claims = z.object({
  iss: z.string(),
  sub: z.string().max(255),
  auth_time: z.number(),
  preferred_username: z.string().optional(),
  name: z.string().optional(),
})

/** OpenID Connect by code and PKCE. The issuer is asked for its addresses at the first log-in, and again while it has not told. */
export async function openIssuer(
  { url, clientId, secret: secretFile, ca, personClaim }: ConsoleSettings['issuer'],
  log: Logger,
): Promise<Issuer> {
  const secret = (await requiredSecret('console.issuer.secret', secretFile)).trim()
  if (ca !== null) await textOf('console.issuer.ca', ca)
  const dispatcher = new Agent({ connect: { ...(ca !== null && { ca: await readFile(ca) }) } })
  // undici's own fetch: the one in Node belongs to another version, which takes no dispatcher of this one.
  const asked = ((input: string, init: object) =>
    fetch(input, { ...init, dispatcher })) as unknown as openid.CustomFetch
  let known: Promise<openid.Configuration> | null = null
  const configuration = async (): Promise<Result<openid.Configuration, { kind: 'issuer-away' }>> => {
    known ??= openid.discovery(new URL(url), clientId, undefined, openid.ClientSecretBasic(secret), {
      [openid.customFetch]: asked,
      timeout: TIMEOUT_S,
    })
    try {
      return ok(await known)
    } catch (failure) {
      known = null
      log.error({ kind: 'console-issuer-away', code: codeOf(failure) })
      return err({ kind: 'issuer-away' })
    }
  }

  return {
    async urlFor({ state, nonce, verifier }, callback, fresh) {
      const found = await configuration()
      if (!found.ok) return found
      const parameters = {
        ...{ redirect_uri: callback, scope: 'openid profile', state, nonce },
        ...{ code_challenge: await openid.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' },
        // With max_age the issuer must say when the person has signed in (OpenID Connect Core, 3.1.2.1).
        ...(fresh ? { prompt: 'login', max_age: String(FRESH_MS / 1_000) } : { max_age: String(LONGEST_S) }),
      }
      return ok(openid.buildAuthorizationUrl(found.value, parameters))
    },
    async named(returned, { state: expectedState, nonce: expectedNonce, verifier: pkceCodeVerifier }) {
      const found = await configuration()
      if (!found.ok) return found
      const checks = { expectedState, expectedNonce, pkceCodeVerifier, idTokenExpected: true }
      const tokens = await openid.authorizationCodeGrant(found.value, returned, checks).catch((failure) => {
        log.warn({ kind: 'console-log-in-refused', code: codeOf(failure) })
        return null
      })
      const read = claims.safeParse(tokens?.claims())
      if (!tokens || !read.success) return err({ kind: 'refused-by-issuer' })
      const { iss, sub, auth_time, preferred_username, name } = read.data
      const codiceFiscale = String(tokens.claims()?.[personClaim] ?? '')
        .toUpperCase()
        .replace(/^TINIT-/, '')
      const shown = [preferred_username, name?.replace(/\s+/g, '.'), sub].find(
        (each) => operatorName.safeParse(each).success,
      )
      if (!isCodiceFiscale(codiceFiscale) || shown === undefined) {
        log.warn({ kind: 'console-person-unnamed' })
        return err({ kind: 'person-unnamed' })
      }
      return ok({ iss, sub, name: shown, codiceFiscale, authenticatedAt: new Date(auth_time * 1_000) })
    },
    close: () => dispatcher.close(),
  }
}

/** A code of openid-client or of the system; its text may quote a token. */
const codeOf = (failure: unknown): string =>
  String((failure as { code?: unknown; name?: unknown }).code ?? (failure as { name?: unknown }).name ?? 'unknown')
