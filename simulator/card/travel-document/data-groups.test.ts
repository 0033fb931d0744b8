import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { checkDigit, dataGroup1, dataGroup11, machineReadableZone } from './data-groups.ts'

const { emrtd: vector } = JSON.parse(readFileSync(new URL('../../../test/vectors/cards.json', import.meta.url), 'utf8'))

const mario = {
  documentNumber: 'CA00000AA',
  surname: 'Rossi',
  name: 'Mario',
  born: '1980-01-01',
  sex: 'M',
  expires: '2034-01-01',
  codiceFiscale: 'RSSMRA80A01H501U',
  birthPlace: ['Roma', 'RM'],
  address: ['Via Garibaldi 10', 'Roma', 'RM'],
}

test('DG1 and DG11 of the worked example', () => {
  const [first = '', second = ''] = machineReadableZone(mario)
  expect(machineReadableZone(mario)).toEqual(vector.mrz)
  expect(first.slice(5, 15) + second.slice(0, 7) + second.slice(8, 15)).toBe(vector.mrz_information)
  expect(Buffer.from(dataGroup1(mario)).toString('hex')).toBe(vector.dg1)
  expect(Buffer.from(dataGroup11(mario)).toString('hex')).toBe(vector.dg11)
})

test("the check digits of ICAO's specimen", () => {
  expect(['520727', 'L898902C3', '740812'].map(checkDigit)).toEqual(['3', '6', '2'])
})

test.each([
  ["D'Angelò", 'Nicolò', 'DANGELO<<NICOLO<<<<<<<<<<<<<<<'],
  ['Košuta', 'Marija', 'KOSUTA<<MARIJA<<<<<<<<<<<<<<<<'],
  ['Bianchi', 'Anna Maria', 'BIANCHI<<ANNA<MARIA<<<<<<<<<<<'],
  ['Della Torre-Valsassina', 'Massimiliano', 'DELLA<TORRE<VALSASSINA<<MASSIM'],
])('%s %s in the machine-readable zone', (surname, name, line) => {
  expect(machineReadableZone({ ...mario, surname, name })[2]).toBe(line)
})
