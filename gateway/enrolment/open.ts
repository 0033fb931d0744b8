import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Logger } from 'pino'
import type { Clock } from '../../basics/time.ts'
import type { RevocationPolicy } from '../../contract/trust.ts'
import type { KeyBook } from '../commands/routes.ts'
import type { Routes } from '../http/route.ts'
import type { EnrolmentSettings } from '../settings/enrolment.ts'
import { CONFIG, textOf, Unusable } from '../settings/unusable.ts'
import type { Database } from '../store/schema.ts'
import { type Authority, openAuthority } from './authority.ts'
import { type Enrolled, openEnrolled } from './enrolled.ts'
import { keyBookOf } from './key-book.ts'
import { createOrders } from './orders.ts'
import { openProvisions, type Provisions } from './provisions.ts'
import { createRegistrar } from './registrar.ts'
import { createRenewals } from './renewals.ts'
import { enrolmentRoutes, overseeEnrolment, renewalRoutes } from './routes.ts'
import { withEnrolment } from './tables.ts'
import { createEnrolledView, type EnrolledView } from './view.ts'

/** The files of the registrar, opened before anything else is begun. */
export interface RegistrarFiles {
  authority: Authority
  provisions: Provisions
  makers: X509Certificate[]
}

/** Throws `Unusable`. `lists`: as they are in force when a totem asks. */
export async function registrarFiles(
  settings: EnrolmentSettings,
  own: {
    clientCa: string
    listKey: string
    revocation: RevocationPolicy
    lists(): { trustList: string; gatewayKeys: string }
  },
): Promise<RegistrarFiles> {
  const clientCa = await textOf('tls.clientCa', own.clientCa)
  const authority = await openAuthority(settings.ca, { days: settings.certificateDays, clientCa })
  const provisions = await openProvisions(settings, own)
  return { authority, provisions, makers: settings.makers === null ? [] : await makersIn(settings.makers) }
}

async function makersIn(file: string): Promise<X509Certificate[]> {
  const pem = (await readFile(file, 'utf8').catch(() => '')).match(
    /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g,
  )
  try {
    if (pem) return pem.map((each) => new X509Certificate(each))
  } catch {
    // The message below says it.
  }
  throw new Unusable(CONFIG, `enrolment.makers: ${file} holds no certificates in PEM: put the makers’ there, or null`)
}

/** The registrar with its routes for each door. */
export interface Enrolment {
  enrolled: Enrolled
  forMachines: Routes
  forTotems: Routes
  forOperators: Routes
  /** Lets a totem in no more, for a caller with a transaction of its own. */
  shutOut(on: Database, totem: string, by: string): Promise<boolean>
  isOut: EnrolledView['isOut']
  /** What is known of enrolled totems' keys. */
  keyBook: KeyBook
}

export async function openEnrolment(
  { authority, provisions, makers }: RegistrarFiles,
  {
    secureBoot,
    isProvisionedByHand,
    ...parts
  }: {
    db: Database
    reference(text: string): string
    secureBoot: readonly string[] | null
    isProvisionedByHand(totem: string): boolean
    now: Clock
    log: Logger
  },
): Promise<Enrolment> {
  const own = { ...parts, db: withEnrolment(parts.db) }
  const enrolled = await openEnrolled(own)
  const changing = { ...own, authority, secureBoot, onChanged: () => enrolled.look() }
  const renewals = createRenewals(changing)
  const view = createEnrolledView(changing)
  return {
    enrolled,
    forMachines: enrolmentRoutes(createRegistrar({ ...changing, provisions, makers }), renewals),
    forTotems: renewalRoutes(renewals),
    forOperators: overseeEnrolment(createOrders({ ...own, isProvisionedByHand }), view),
    shutOut: (on, totem, by) => view.shutOut(withEnrolment(on), totem, by),
    isOut: view.isOut,
    keyBook: keyBookOf(own.db, changing.onChanged),
  }
}
