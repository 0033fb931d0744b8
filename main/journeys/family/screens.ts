import type { Shows } from '../../visit/chart.ts'
import { masked } from '../../visit/masked.ts'
import { required } from '../../visit/visit.ts'
import type { states } from './states.ts'
import { chosenOf, isOpen, sectionsOf, sheetOf, whoOf } from './visit.ts'

export const screens: Shows<typeof states> = {
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
    const who = whoOf(chosenOf(visit), visit)
    if (inner === 'unavailable') return { screen: 'member-unavailable', name: who.name, surname: who.surname }
    if (inner !== 'shown') return { screen: 'member', ...who, identity: null, sections: [] }
    return {
      ...{ screen: 'member', ...who, sections: sectionsOf(visit) },
      identity: masked(required(visit.family.told.identity, 'identity')),
    }
  },
  memberSection({ visit }, { inner }) {
    const { name, surname } = whoOf(chosenOf(visit), visit)
    if (inner === 'unavailable') return { screen: 'member-unavailable', name, surname }
    const { section, told } = visit.family
    return {
      ...{ screen: 'member-section', name, surname, section },
      told: inner === 'shown' ? { [section]: told[section] } : null,
    }
  },
}
