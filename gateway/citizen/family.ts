import type { FamilySheet, Problem } from '../../contract/gateway.ts'
import { ok, type Result } from '../../contract/result.ts'
import type { AnprClient } from '../anpr/client.ts'
import type { LogFirst } from './asked.ts'
import type { Holder } from './session.ts'

/** Table 5 of ANPR: "non definito". */
const RELATION_UNKNOWN = '99'

/** The holder's family sheet, in ANPR's order: name and year of birth only, until a person is picked (GDPR art. 5.1.c). */
export async function familySheetOf(
  { anpr, logFirst }: { anpr: Pick<AnprClient, 'familyOf'>; logFirst: LogFirst },
  holder: Holder,
): Promise<Result<FamilySheet, Problem>> {
  const { idAnpr } = holder
  const sheet = await logFirst(holder, { subject: idAnpr, types: 'C021' }, await anpr.familyOf(idAnpr))
  if (!sheet.ok) return sheet
  return ok({
    members: sheet.value.map(({ generalita, identificativi, legameSoggetto }) => ({
      idAnpr: identificativi.idANPR,
      name: generalita.nome,
      surname: generalita.cognome,
      yearOfBirth: Number(generalita.dataNascita.slice(0, 4)),
      relation: legameSoggetto?.codiceLegame ?? RELATION_UNKNOWN,
      self: identificativi.idANPR === idAnpr,
    })),
  })
}
