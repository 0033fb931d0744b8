import { z } from 'zod'
import { isoInstant, totemId } from './identity.ts'
import { releaseRefusal } from './release-refusals.ts'
import { endsWithin, listHead } from './signed-list.ts'

export const RELEASES_TYP = 'totem-releases+jws'
export const ASSIGNMENT_TYP = 'totem-assignment+jws'
/** Whoever withholds a newer list hides a new release from totems for so long and no longer. */
export const RELEASES_DAYS = 14

/**
 * What root says of a machine (`/etc/totem-polis-update.json`): whose releases it takes, by a public JWK of ES256, and which
 * kind of machine it is.
 */
export const releaseMachine = z.strictObject({
  releaseKey: z.looseObject({ kty: z.literal('EC') }).refine((jwk) => !('d' in jwk), 'a private key'),
  compatible: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,63}$/),
})

const releaseVersion = z.string().regex(/^\d{1,4}(?:\.\d{1,4}){2}$/)
const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/)

const releaseNumber = z.number().int().min(1).max(1_000_000)
/** 0: what a totem was set up with. */
const runningNumber = releaseNumber.or(z.literal(0))

/**
 * One release. `number` grows with each, and a totem never goes below the highest that it has confirmed. `kind`: a program
 * is a Debian package, unpacked beside the one in use; a system is a machine's whole read-only Debian with its program, a RAUC
 * bundle, for machines that boot an image. `compatible`: the kind of machine that it is for. `over`: the lowest number that
 * it may replace. `sha256` and `bytes` are those of its file.
 */
export const release = z.strictObject({
  number: releaseNumber,
  kind: z.enum(['program', 'system']).default('program'),
  version: releaseVersion,
  compatible: releaseMachine.shape.compatible,
  over: runningNumber,
  sha256: sha256Hex,
  bytes: z.number().int().min(1).max(2_000_000_000),
})
export type Release = z.infer<typeof release>

/**
 * Payload of the list of releases: a compact JWS, ES256, protected header `typ` "totem-releases+jws". The release key
 * signs it, which no gateway has: whoever breaks into one can neither make a release nor bring back an old one.
 */
export const releases = z
  .strictObject({ ...listHead, releases: z.array(release).max(50) })
  .refine(endsWithin(RELEASES_DAYS), 'nextUpdate')
  .refine(({ releases: all }) => new Set(all.map(({ number }) => number)).size === all.length, 'releases')
export type Releases = z.infer<typeof releases>

/**
 * What one totem is to run: a compact JWS by the newest of the gateway's `anchor` keys, protected header `typ`
 * "totem-assignment+jws". `number` null: what it has. `from`: not before, so that a fleet does not fetch together.
 * `urgent`: it closes a hole that somebody uses, and does not wait for the night.
 */
export const assignment = z.strictObject({
  totem: totemId,
  number: releaseNumber.nullable(),
  from: isoInstant,
  until: isoInstant,
  urgent: z.boolean().default(false),
})
export type Assignment = z.infer<typeof assignment>

/** `GET /v1/releases`. The file of a release is at `/v1/releases/<sha256>`, in ranges of bytes. */
export const releasesAnswer = z.strictObject({ list: z.string().max(100_000), assignment: z.string().max(4_000) })

/**
 * How a totem stands with its release (in its heartbeat). `running`: the number of what it runs; 0 is what it was set up with.
 * `confirmed`: it has proved healthy since. `next`: the release that it is to take, and how far it is.
 */
export const releaseStanding = z.strictObject({
  running: runningNumber,
  confirmed: z.boolean(),
  next: z
    .strictObject({
      number: releaseNumber,
      state: z.enum(['fetching', 'fetched', 'installed', 'rolled-back', 'refused']),
      reason: releaseRefusal.nullable(),
    })
    .nullable(),
})
export type ReleaseStanding = z.infer<typeof releaseStanding>
