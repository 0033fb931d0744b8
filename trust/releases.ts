import type { JWK } from 'jose'
import type { GatewayKeys } from '../contract/gateway-keys.ts'
import {
  ASSIGNMENT_TYP,
  type Assignment,
  assignment,
  RELEASES_TYP,
  type Release,
  type Releases,
  releases,
} from '../contract/release.ts'
import type { ReleaseRefusal } from '../contract/release-refusals.ts'
import { err, ok, type Result } from '../contract/result.ts'
import { openByKeys } from './anchored.ts'
import { openSignedList } from './signed-list.ts'

type Refused = { kind: ReleaseRefusal }

/**
 * Opens a signed list of releases (contract/release.ts). `list-unsigned`: the release key did not sign it in the required
 * way. `list-malformed`: it is signed and is no such list.
 */
export async function verifyReleases(jws: string, releaseKey: JWK): Promise<Result<Releases, Refused>> {
  const opened = await openSignedList(jws, releaseKey, RELEASES_TYP)
  if (opened === 'unsigned') return err({ kind: 'list-unsigned' })
  const list = releases.safeParse(opened.list)
  return list.success ? ok(list.data) : err({ kind: 'list-malformed' })
}

/**
 * Opens what the gateway assigned to this totem. `assignment-unsigned`: none of these keys signed it, or it is none that
 * is in force at `now` (ms). An assignment of another totem would let a gateway's disk move the whole fleet at once.
 */
export async function openAssignment(
  jws: string,
  { totem, keys, now }: { totem: string; keys: GatewayKeys['anchor']; now: number },
): Promise<Result<Assignment, Refused>> {
  const read = assignment.safeParse(await openByKeys(jws, keys, ASSIGNMENT_TYP))
  if (!read.success || Date.parse(read.data.until) <= now) return err({ kind: 'assignment-unsigned' })
  return read.data.totem === totem ? ok(read.data) : err({ kind: 'assignment-other-totem' })
}

/**
 * The release of this number, if a totem may take it that runs `running` and has confirmed `highest`. SECURITY: an old
 * release is signed too, and its holes are known by now.
 */
export function mayTake(
  list: Releases,
  number: number,
  { running, highest, compatible }: { running: number; highest: number; compatible: string },
): Result<Release, Refused> {
  const found = list.releases.find((each) => each.number === number)
  if (!found) return err({ kind: 'release-unlisted' })
  if (found.compatible !== compatible) return err({ kind: 'other-machine' })
  if (number < highest || number < running) return err({ kind: 'downgrade' })
  return running >= found.over ? ok(found) : err({ kind: 'step-missing' })
}
