import { afterAll, beforeAll, expect, test } from 'vitest'
import { DEFAULT_PIN } from '../../simulator/card/cns.ts'
import { type Office, openOffice } from '../support/totem/office.ts'

// A totem whose reader has its own keypad: the person types the PIN there, and it never reaches the computer.
let office: Office
/** The digits that the person types when the keypad lights up; '' cancels. */
let typed = DEFAULT_PIN

beforeAll(async () => {
  office = await openOffice({ keypad: async () => typed })
})
afterAll(() => office?.close())

test('cancelled, mistyped and right on the reader’s keypad; the screen takes no digit', async () => {
  await office.comesWithCard('anna-bianchi')
  expect(await office.screen()).toMatchObject({ screen: 'pin', card: 'cns', pinPad: true, triesLeft: null })
  expect(await office.page().getByRole('button', { name: '1', exact: true }).count()).toBe(0)

  const asked = () => office.journal().filter(({ event }) => event === 'visit.pin-wrong').length
  typed = ''
  await office.touches('Comincia')
  await office.sees('pin')
  expect(asked()).toBe(0)

  typed = '87654321'
  await office.touches('Comincia')
  await expect.poll(() => office.screen()).toMatchObject({ screen: 'pin', wrong: true, triesLeft: 2 })

  typed = DEFAULT_PIN
  await office.touches('Comincia')
  await office.sees('menu')
  await office.takesCardAndGoes()
})

test('a CIE on the same reader is asked for its PIN on the screen: it goes through secure messaging', async () => {
  await office.comesWithCard('mario-rossi', { kind: 'cie' })
  expect(await office.screen()).toMatchObject({ card: 'cie', pinPad: false })
  await office.entersPin()
  await office.sees('menu')
  await office.takesCardAndGoes()
})
