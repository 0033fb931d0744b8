import type { Drawings, ScreensOf } from '../journey.ts'
import { MemberDay } from './day.tsx'
import { Family, FamilyUnavailable } from './family.tsx'
import { Member, MemberUnavailable } from './member.tsx'
import { MemberSection } from './section.tsx'

export const screens: Drawings<ScreensOf<'family'>> = {
  family: Family,
  'family-unavailable': FamilyUnavailable,
  member: Member,
  'member-section': MemberSection,
  'member-day': MemberDay,
  'member-unavailable': MemberUnavailable,
}
