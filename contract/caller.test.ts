import { expect, test } from 'vitest'
import { atTotem, caller, callerText } from './caller.ts'

const counter = { channel: 'counter', id: 'TT-0001-01', person: 'm.verdi' }

test.each([
  ['a totem', atTotem('TT-0001'), 'totem/TT-0001'],
  ['a counter with its operator', counter, 'counter/TT-0001-01/m.verdi'],
  ['a console with its officer', { ...counter, channel: 'console' }, 'console/TT-0001-01/m.verdi'],
])('%s is a caller', (_, given, name) => {
  expect(callerText(caller.parse(given))).toBe(name)
})

test.each<[string, object]>([
  ['a totem with an operator', { ...atTotem('TT-0001'), person: 'm.verdi' }],
  ['a totem by the name of a counter', atTotem('TT-0001-01')],
  ['a counter by the name of a totem', { ...counter, id: 'TT-0001' }],
  ['a counter without its operator', { ...counter, person: undefined }],
  ['an operator by their codice fiscale', { ...counter, person: 'RSSMRA85T10A562S' }],
  ['the same in small letters', { ...counter, person: 'rssmra85t10a562s' }],
  ['an operator with a slash', { ...counter, person: 'm/verdi' }],
  ['an id with a line break', { ...counter, id: 'TT-0001-01\n' }],
  ['a channel that there is not', { ...counter, channel: 'phone' }],
])('%s is none', (_, given) => {
  expect(caller.safeParse(given).success).toBe(false)
})
