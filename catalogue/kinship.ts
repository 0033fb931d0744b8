import type { Belonging } from '../contract/document.ts'

/**
 * ANPR's table 5 says how each member belongs to the intestatario of the sheet. What a member is to another one follows
 * from two such codes, where the law leaves no choice: the rest of the pairs has several meanings (the child of the
 * intestatario is not always the spouse's) and is left out.
 */

/** What the intestatario is to a member of that code: a father to a son, a wife to a husband. */
const TO_MEMBER: Record<string, string> = {
  ...{ 2: '2', 3: '6', 4: '7', 5: '8', 6: '3', 7: '4', 8: '5', 9: '9', 10: '11', 11: '10', 12: '12', 13: '13' },
  ...{ 14: '15', 15: '14', 16: '17', 17: '16', 18: '18', 19: '19', 20: '21', 21: '20', 22: '22', 23: '23', 25: '25' },
  ...{ 28: '28' },
}
/** What a member is to another one who is not the intestatario: by the code of that one, then of the member. */
const BETWEEN: Record<string, Record<string, string>> = {
  // To the intestatario's husband or wife: parents- and siblings-in-law.
  2: { 6: '17', 9: '18' },
  // To a child: brothers and sisters, half ones too; grandparents; uncles and aunts.
  3: { 3: '9', 6: '7', 7: '8', 9: '11', 10: '12' },
  // To a parent: grandchildren and their children; the son's wife.
  6: { 2: '16', 3: '4', 4: '5' },
  7: { 3: '5' },
  // To a brother or sister: their children; the wife or husband.
  9: { 2: '18', 3: '10' },
}

const INTESTATARIO = '1'

/**
 * What `member` is to `holder`, who is on the same sheet, as a code of table 5. Null: it cannot be told by the sheet, which
 * says only what each is to its intestatario.
 */
export function kinshipTo(holder: Belonging, member: Belonging): string | null {
  if (holder.tie !== 'family' || member.tie !== 'family') return null
  if (holder.relation === INTESTATARIO) return member.relation
  if (member.relation === INTESTATARIO) return TO_MEMBER[holder.relation] ?? null
  return BETWEEN[holder.relation]?.[member.relation] ?? null
}
