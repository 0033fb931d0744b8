import { ulid } from 'ulid'
import { type OwnRecord, ownRecordAnswer } from '../../../contract/gateway.ts'
import { issueRefusal } from '../../../contract/issue-refusal.ts'
import { err, ok, type Result } from '../../../contract/result.ts'
import { factsOf, formLanguages, subjectOf, type WritingOptions } from '../../documents/facts.ts'
import type { PaperLanguages } from '../../documents/model.ts'
import type { GatewayClient } from '../../sync/client.ts'
import { passing, refusedBy } from '../../visit/refusals.ts'
import {
  type Entered,
  type Recognised,
  type Refused,
  refused,
  type Unavailable,
  type Written,
} from '../../visit/services.ts'
import { visura } from './paper.ts'

declare module '../../visit/services.ts' {
  interface VisitServices {
    /** Asks ANPR for the holder's own data. */
    visura(visit: VisitId, entered: Entered, holder: Recognised): Promise<Result<OwnRecord, Refused | Unavailable>>
    writeVisura(visit: VisitId, told: OwnRecord): Written
  }
}

/** Asks ANPR for the holder's own data. A visura shows this moment, so the totem keeps and queues nothing of it. */
export async function askVisura(
  client: Pick<GatewayClient, 'ask'>,
  { token }: Entered,
  { codiceFiscale }: Pick<Recognised, 'codiceFiscale'>,
): Promise<Result<OwnRecord, Refused | Unavailable>> {
  if (token === null) return err({ kind: 'unavailable' })
  const told = await client.ask(ownRecordAnswer, '/v1/sessions/current/visura', { token })
  if (told.ok) {
    const { person } = told.value
    // SECURITY: whatever gateway and ANPR have mixed up, nobody sees or takes home another person's data.
    if (person.codiceFiscale !== null && person.codiceFiscale !== codiceFiscale)
      return err(refused('anpr-other-person'))
    // ANPR has found the person by the card's codice fiscale, so that it holds also where the answer does not repeat it.
    return ok({ ...told.value, person: { ...person, codiceFiscale } })
  }
  if (told.error.kind !== 'refused' || passing(told.error.problem)) return err({ kind: 'unavailable' })
  const { kind, anpr } = told.error.problem
  return err(issueRefusal.safeParse(kind).success ? refused('visura-refused', { anpr }) : refusedBy({ kind, anpr }))
}

/** Makes the paper of ANPR's answer, dated when ANPR gave it. */
export function writeVisura(
  { person, reference, at: told }: OwnRecord,
  { sign, place, ...spoken }: Omit<WritingOptions, 'at'>,
): Written {
  const operation = ulid()
  const at = new Date(told)
  const code = sign({ document: 'visura', issuedAt: told, subject: subjectOf(person), fromAnpr: factsOf(person) })
  // Italian beside the visit's language: the registry office reads it where a fact is wrong.
  const languages: PaperLanguages = spoken.language === 'it' ? formLanguages(spoken) : [spoken.language, 'it']
  return { document: 'visura', operation, paper: visura({ person, languages, place, at, operation, reference, code }) }
}
