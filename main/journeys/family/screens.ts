import type { Shows } from '../../visit/chart.ts'
import { masked } from '../../visit/masked.ts'
import { required, type Visit } from '../../visit/visit.ts'
import { mayCertify, type states, type WayAbout } from './states.ts'
import { chosenOf, isOpen, sectionsOf, sheetOf, whoOf } from './visit.ts'

const nameOf = (visit: Visit) => {
  const { name, surname } = whoOf(chosenOf(visit), visit)
  return { name, surname }
}

export const screens = (certificate: WayAbout): Shows<ReturnType<typeof states>> => ({
  family({ visit }) {
    const sheet = sheetOf(visit)
    if (sheet.length === 0) return { screen: 'family-unavailable' }
    return {
      screen: 'family',
      members: sheet.map((member, index) => ({
        ...whoOf(member, visit),
        index: isOpen(member) ? index : null,
        yearOfBirth: member.yearOfBirth,
        deceased: member.deceased,
      })),
    }
  },
  member({ visit }, { inner }) {
    const { on } = visit.family
    if (inner === 'unavailable') return { screen: 'member-unavailable', ...nameOf(visit), on }
    const who = { ...whoOf(chosenOf(visit), visit), on, certificate: mayCertify(visit, certificate) }
    if (inner !== 'shown') return { screen: 'member', ...who, identity: null, sections: [] }
    return {
      ...{ screen: 'member', ...who, sections: sectionsOf(visit) },
      identity: masked(required(visit.family.told.identity, 'identity')),
    }
  },
  memberSection({ visit }, { inner }) {
    const { section, told, on } = visit.family
    if (inner === 'unavailable') return { screen: 'member-unavailable', ...nameOf(visit), on }
    return {
      ...{ screen: 'member-section', ...nameOf(visit), on, section },
      told: inner === 'shown' ? { [section]: told[section] } : null,
    }
  },
  memberDay: ({ visit }) => ({ screen: 'member-day', ...nameOf(visit), wrong: visit.family.wrong }),
})
