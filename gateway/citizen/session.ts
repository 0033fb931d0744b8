import { createHash, randomBytes } from 'node:crypto'
import type { z } from 'zod'
import { type Clock, MINUTE_MS } from '../../basics/time.ts'
import type { Evidence } from '../../contract/evidence.ts'
import type { FamilySheet, Problem, preview, previewRequest, Session, VisuraAnswer } from '../../contract/gateway.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import { noteAccess } from '../access/log.ts'
import type { AnprClient, AnprFailure } from '../anpr/client.ts'
import { problemOf } from '../anpr/problems.ts'
import type { Database } from '../store/schema.ts'
import type { TrustKeeper } from '../trust/keeper.ts'
import { holderOf, openSession } from './store.ts'
import { registered } from './visura.ts'

/** How old a login may be, and how far the totem's clock may be from ours. */
const FRESH_MS = 5 * MINUTE_MS
/** A visit is over long before. */
const SESSION_MS = 15 * MINUTE_MS

export interface Sessions {
  open(totem: string, evidence: Evidence): Promise<Result<Session, Problem>>
  family(totem: string, token: string): Promise<Result<FamilySheet, Problem>>
  /** Of the holder alone, whoever else lives with them. */
  visura(totem: string, token: string): Promise<Result<VisuraAnswer, Problem>>
  preview(
    totem: string,
    token: string,
    wish: z.infer<typeof previewRequest>,
  ): Promise<Result<z.infer<typeof preview>, Problem>>
}

const refuse = (kind: Problem['kind']) => err<Problem>({ kind, anpr: null })

interface Holder {
  totem: string
  idAnpr: string
  /** As the access log names them. */
  requester: string | null
}

/** The citizen's online session: who they are, whom they live with, what the sheet will look like. */
export function createSessions({
  db,
  anpr,
  trust,
  reference,
  now,
}: {
  db: Database
  anpr: AnprClient
  trust: TrustKeeper
  reference(person: string): string
  now: Clock
}): Sessions {
  const holder = async (totem: string, token: string): Promise<Result<Holder, Problem>> => {
    const found = await holderOf(db, hash(token), totem, now())
    return found ? ok({ totem, ...found }) : refuse('session-expired')
  }

  /** ANPR's answer, once the access log has it: nobody sees what was not noted. No answer shows nobody anything. */
  async function noted<T>(
    { totem, requester }: Holder,
    asked: { subject: string; types: string; exemption?: string },
    answer: Result<T, AnprFailure>,
    anprOperation: string | null = null,
  ): Promise<Result<T, Problem>> {
    const outcome = answer.ok ? 'shown' : answer.error.kind === 'anpr-refused' ? answer.error.code : null
    if (outcome !== null) {
      await noteAccess(db, {
        at: now(),
        totem,
        operation: null,
        requester,
        subject: reference(asked.subject),
        types: asked.types,
        exemption: asked.exemption ?? null,
        outcome,
        protocol: null,
        anpr_operation: anprOperation,
        pdf_sha256: null,
      })
    }
    return answer.ok ? answer : err(problemOf(answer.error))
  }

  return {
    async open(totem, evidence) {
      const { statement } = evidence
      if (statement.totem !== totem) return refuse('statement-other-totem')
      const at = now()
      const verified = trust.verify(evidence, at)
      if (!verified.ok) return refuse(verified.error.kind)
      if (Math.abs(+at - Date.parse(statement.at)) > FRESH_MS) return refuse('statement-stale')

      const person = await anpr.personOf(verified.value.codiceFiscale)
      if (!person.ok) return err(problemOf(person.error))
      const { identificativi, generalita } = person.value
      const token = randomBytes(32).toString('base64url')
      const expires = new Date(+at + SESSION_MS)
      // Last, so that a login is not used up by ANPR being away.
      const opened = await openSession(
        db,
        {
          tokenHash: hash(token),
          totem,
          idAnpr: identificativi.idANPR,
          requester: reference(verified.value.codiceFiscale),
          expires,
        },
        { nonce: statement.nonce, at, nonceLifeMs: 4 * FRESH_MS },
      )
      if (!opened) return refuse('statement-replayed')
      return ok({
        token,
        expires: expires.toISOString(),
        holder: { idAnpr: identificativi.idANPR, name: generalita.nome, surname: generalita.cognome },
      })
    },

    async family(totem, token) {
      const requester = await holder(totem, token)
      if (!requester.ok) return requester
      const { idAnpr } = requester.value
      const found = await anpr.familyOf(idAnpr)
      const sheet = await noted(requester.value, { subject: idAnpr, types: 'C021' }, found)
      if (!sheet.ok) return sheet
      return ok({
        // Name and year of birth only (anpr.md §8.2).
        members: sheet.value.map(({ generalita, identificativi, legameSoggetto }) => ({
          idAnpr: identificativi.idANPR,
          name: generalita.nome,
          surname: generalita.cognome,
          yearOfBirth: Number(generalita.dataNascita.slice(0, 4)),
          // Table 5: 99 is "non definito".
          relation: legameSoggetto?.codiceLegame ?? '99',
          self: identificativi.idANPR === idAnpr,
        })),
      })
    },

    async visura(totem, token) {
      const requester = await holder(totem, token)
      if (!requester.ok) return requester
      const { idAnpr } = requester.value
      const found = await anpr.ownDataOf(idAnpr)
      const references = found.ok ? found.value.references.join(', ') : ''
      const own = await noted(requester.value, { subject: idAnpr, types: 'C029 C021' }, found, references || null)
      if (!own.ok) return own
      return ok({ person: registered(own.value), reference: references, at: now().toISOString() })
    },

    async preview(totem, token, wish) {
      const requester = await holder(totem, token)
      if (!requester.ok) return requester
      const { subject, types, exemption } = wish
      const found = await anpr.preview({ ...wish, requester: requester.value.idAnpr })
      const pdf = await noted(requester.value, { subject, types: types.join(' '), exemption }, found)
      return pdf.ok ? ok({ pdf: pdf.value }) : pdf
    },
  }
}

/** Tokens are kept as hashes only: who reads the database can't speak for a citizen. */
const hash = (token: string) => createHash('sha256').update(token).digest('base64url')
