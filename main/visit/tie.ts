import { kinshipTo } from '../../catalogue/kinship.ts'
import type { Tie } from '../../contract/document.ts'
import type { FamilyMember } from '../../contract/gateway.ts'

/** What somebody on the sheet is to the holder; where the sheet does not tell it, to its intestatario. */
export function tieOf(member: FamilyMember, sheet: readonly FamilyMember[]): Tie {
  if (member.self) return { to: 'self' }
  const { relation } = member
  if (member.tie === 'convivenza') return { to: 'convivenza', relation }
  const holder = sheet.find(({ self }) => self)
  const kin = holder ? kinshipTo(holder, member) : null
  if (kin !== null) return { to: 'kin', relation: kin }
  const head = sheet.find((one) => one.tie === 'family' && one.relation === '1')
  return head && head !== member
    ? { to: 'head', relation, head: { name: head.name, surname: head.surname } }
    : { to: 'kin', relation: '99' }
}
