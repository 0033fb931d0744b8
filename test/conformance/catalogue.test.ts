import { describe, expect, test } from 'vitest'
import it from '../../assets/locales/it.json' with { type: 'json' }
import { CHARGES } from '../../catalogue/bollo.ts'
import { certificates } from '../../catalogue/certificates.ts'
import { exemptions } from '../../catalogue/exemptions.ts'
import { certificateType, exemption } from '../../contract/catalogue.ts'
import { titleOf } from '../../main/documents/texts.ts'
import { samples } from '../../renderer/journeys/certificate/samples.ts'

/** What a citizen reads, where the catalogue says what it must be. */
describe('screen and paper say what the law says', () => {
  test.each(certificateType.options)('type %s has its name of table 13', (type) => {
    const name = `certificato ${certificates[type].name}`.toLowerCase()
    expect(it[`certificate.${type}`].toLowerCase()).toBe(name)
    expect(titleOf('it', [type]).toLowerCase()).toBe(name)
  })
  test('the gallery cites the law that main cites', () => {
    const shown = Object.values(samples.sheet.shown)
    const exempt = shown.filter(({ bollo }) => bollo.settled === 'exempt')
    expect(new Map(exempt.map(({ use, bollo }) => [use, bollo.reference]))).toEqual(
      new Map(exemption.options.map((use) => [use, exemptions[use].law])),
    )
    const paid = shown.filter(({ bollo }) => bollo.settled !== 'exempt')
    expect(new Set(paid.map(({ use, bollo }) => `${use} ${bollo.cents}`))).toEqual(
      new Set([`privateParty ${CHARGES.bollo}`]),
    )
  })
})
