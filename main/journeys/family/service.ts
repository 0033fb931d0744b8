import { type PersonRequest, type PersonSection, type PersonSections, personDetail } from '../../../contract/person.ts'
import type { Journal } from '../../journal/journal.ts'
import type { GatewayClient } from '../../sync/client.ts'
import type { Entered, VisitId } from '../../visit/services.ts'

declare module '../../visit/services.ts' {
  interface VisitServices {
    /** Asks ANPR for one section of a person on the holder's sheet. Null: not told now, or not of that day. */
    person(visit: VisitId, entered: Entered, of: PersonAsked): Promise<Partial<PersonSections> | null>
    /** The day in Italy. */
    today(): string
  }
}

export interface PersonAsked {
  subject: string
  section: PersonSection
  /** The day whose data are wanted; null: today. */
  on: string | null
}

/** What ANPR holds of one person on the sheet, section by section; the totem keeps it as long as the visit. */
export const createPersonService =
  ({ client, journal }: { client: Pick<GatewayClient, 'ask'>; journal: Journal }) =>
  async (
    { session }: VisitId,
    { token }: Pick<Entered, 'token'>,
    { subject, section, on }: PersonAsked,
  ): Promise<Partial<PersonSections> | null> => {
    if (token === null) return null
    const body: PersonRequest = { subject, sections: [section], on }
    const told = await client.ask(personDetail, '/v1/sessions/current/person', { token, body })
    const known = told.ok ? told.value[section] : undefined
    if (known === undefined) return null
    journal.record('visit.looked', { session, looked: section })
    return { [section]: known }
  }
