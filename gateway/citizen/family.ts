import type { FamilySheet, Problem } from '../../contract/gateway.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import type { Register } from '../access/register.ts'
import { problemOf } from '../anpr/problems.ts'
import type { Holder } from './session.ts'

/** Table 5 of ANPR: "non definito". */
const RELATION_UNKNOWN = '99'

/** The holder's family sheet, in ANPR's order: name and year of birth only, until a person is picked (GDPR art. 5.1.c). */
export async function familySheetOf(
  { register }: { register: Register },
  holder: Holder,
): Promise<Result<FamilySheet, Problem>> {
  const { idAnpr } = holder
  const sheet = await register.askedBy(holder).familyOf(idAnpr)
  if (!sheet.ok) return err(problemOf(sheet.error))
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
