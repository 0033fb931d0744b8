import { describe, expect, it } from 'vitest'
import type { Bollo } from '../contract/bollo.ts'
import { exemption, purpose } from '../contract/catalogue.ts'
import { dueFor, noticeCents, settlementOf } from './bollo.ts'
import { exemptions } from './exemptions.ts'

describe('table 39', () => {
  it('has each of its codes once, but for 99', () => {
    const codes = Object.values(exemptions).map(({ code }) => Number(code))
    expect(codes.toSorted((one, other) => one - other)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  })
  it('frees four uses of diritti too', () => {
    expect(Object.values(exemptions).flatMap(({ code, diritti }) => (diritti ? [code] : []))).toEqual(
      expect.arrayContaining(['4', '6', '7', '10']),
    )
    expect(Object.values(exemptions).filter(({ diritti }) => diritti)).toHaveLength(4)
  })
})

describe('what a use costs', () => {
  it.each(purpose.options)('%s', (use) => {
    const due = dueFor(use)
    if (use === 'publicBody') expect(due).toEqual({ kind: 'no-certificate' })
    else if (use === 'privateParty') expect(due).toEqual({ kind: 'bollo' })
    else expect(due).toEqual({ kind: 'exempt', exemption: use })
  })
  it.each(exemption.options)('%s is free, by its law and its code', (use) => {
    const { law: reference, code: esenzioneBollo, destination } = exemptions[use]
    const free = { cents: { bollo: 0, diritti: 0 }, bolloVirtuale: null }
    expect(settlementOf({ kind: 'exempt', exemption: use })).toEqual({
      use,
      ...free,
      esenzioneBollo,
      reference,
      destination,
    })
  })
  it('is 16 euro with a mark, whose number stands as a person compares it', () => {
    const mark = { kind: 'contrassegno', number: '01234567890123', issued: '2026-03-05' } as const
    expect(settlementOf(mark)).toEqual({
      ...{ use: 'privateParty', cents: { bollo: 1600, diritti: 0 }, esenzioneBollo: '0', bolloVirtuale: '2' },
      reference: '0123 4567 8901 23',
      destination: '0',
    })
  })
  it('is what the setting says, and a notice takes the diritti with it', () => {
    const charges = { bollo: 2000, diritti: { withBollo: 52, withoutBollo: 26 } }
    const centsOf = (bollo: Bollo) => settlementOf(bollo, charges).cents
    expect(centsOf({ kind: 'contrassegno', number: '01234567890123', issued: '2026-03-05' })).toEqual({
      bollo: 2000,
      diritti: 52,
    })
    expect(centsOf({ kind: 'exempt', exemption: 'onlus' })).toEqual({ bollo: 0, diritti: 26 })
    expect(centsOf({ kind: 'exempt', exemption: 'separazione' })).toEqual({ bollo: 0, diritti: 0 })
    expect(noticeCents(charges)).toBe(2052)
  })
})
