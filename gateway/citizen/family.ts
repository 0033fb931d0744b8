import type { FamilySheet, Problem } from '../../contract/gateway.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import type { Register } from '../access/register.ts'
import { yearOfBirth } from '../anpr/dates.ts'
import { problemOf } from '../anpr/problems.ts'
import type { Holder } from './session.ts'

/** The holder's family sheet, in ANPR's order: name and year of birth only, until a person is picked (GDPR art. 5.1.c). */
export async function familySheetOf(
  { register }: { register: Register },
  holder: Holder,
): Promise<Result<FamilySheet, Problem>> {
  const sheet = await register.askedBy(holder).familyOf(holder.idAnpr)
  if (!sheet.ok) return err(problemOf(sheet.error))
  return ok({
    members: sheet.value.members.map(({ told: { generalita }, idAnpr, tie, relation, asked }) => ({
      idAnpr,
      name: generalita?.nome ?? '',
      surname: generalita?.cognome ?? '',
      yearOfBirth: yearOfBirth(generalita),
      tie,
      relation,
      self: asked,
    })),
  })
}
