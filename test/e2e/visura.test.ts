import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { ownFolder } from '../../basics/temporary.ts'
import { saying, sayingOf } from '../../main/speech/saying.ts'
import { systemVoice } from '../../main/speech/voice.ts'
import { virtualSound } from '../../simulator/bench/sound.ts'
import { personById } from '../../simulator/population/people.ts'
import type { Sheet } from '../../simulator/printer/virtual-printer.ts'
import { type Office, openOffice } from '../support/totem/office.ts'
import { verified } from '../support/verification/verified.ts'

// One's own data in ANPR, from the card to the screen and the paper; and the declaration instead when the line is down.
let office: Office
const elena = personById('elena-ferrari')
let before = 0
async function sheets(): Promise<Sheet[]> {
  await office.bench.printer.settled()
  return office.bench.printer.sheets.slice(before)
}
const comesForOwnData = async () => {
  await office.comesWithCard('elena-ferrari')
  await office.entersPin()
  await office.answers('menu', { service: 'visura' })
}

beforeAll(async () => {
  office = await openOffice({ timings: { idleMs: 20_000, warningMs: 5_000 } })
})
beforeEach(async () => {
  await office.takesCardAndGoes()
  before = office.bench.printer.sheets.length
})
afterAll(() => office?.close())

test('one’s own data: on the screen with the codice fiscale masked, on paper whole; then an atto notorio with them', async () => {
  await comesForOwnData()
  await expect
    .poll(() => office.screen())
    .toMatchObject({
      screen: 'visura',
      person: {
        ...{ surname: 'FERRARI', birthPlace: 'MILANO (MI)', statoCivile: '2' },
        residence: { comune: 'SPELLO (PG)', address: 'PIAZZA DELLA REPUBBLICA 4/A, CAP 06038' },
      },
    })
  const words = await office.page().locator('main').textContent()
  expect(words).toContain('coniugata')
  expect(words).not.toContain(elena.codiceFiscale)

  // A headset's plug starts speech: the title first, then the person's own data. Nothing was said before.
  const { sound } = office.bench.totem
  expect(sound.heard()).toHaveLength(0)
  sound.plug(true)
  const name = await office
    .page()
    .locator('main')
    .getByText(/^FERRARI /)
    .first()
    .textContent()
  const [title, own] = [await spokenAlone('I suoi dati all’anagrafe'), await spokenAlone(name ?? '')]
  await expect.poll(() => sound.heard().includes(own)).toBe(true)
  expect(sound.heard().indexOf(title)).toBe(0)
  sound.plug(false)

  // The pipped key starts it on the loudspeaker, which says that there is something personal and not what.
  await office.page().keyboard.down('Numpad5')
  const withheld = await spokenAlone(sayingOf({ kind: 'sentence', text: '–', lang: 'it', personal: true }, false))
  await expect.poll(() => sound.heard().includes(withheld)).toBe(true)
  await office.page().keyboard.up('Numpad5')
  expect(sound.heard().includes(own)).toBe(false)
  // Held again it ends speech, and a touch acts at once.
  await office.page().keyboard.down('Numpad5')
  await expect.poll(() => office.page().getByRole('button', { name: 'Ascolta', pressed: true }).count()).toBe(0)
  await office.page().keyboard.up('Numpad5')

  await office.answers('visura')
  expect(await office.sees('done')).toMatchObject({ outcome: 'printed', document: 'visura' })

  await office.touches('Un’altra richiesta')
  await office.answers('menu', { service: 'declaration' })
  expect(await office.sees('declaration')).toMatchObject({ for: 'publicBody', byHand: false })
  await office.answers('declaration', { form: 'atto-notorio' })
  expect(await office.sees('done')).toMatchObject({ outcome: 'printed', document: 'atto-notorio' })

  const [visura, attoNotorio, ...more] = await sheets()
  expect(more).toEqual([])
  const { kind, claims } = await verified(office.bench.pki, visura as Sheet)
  expect(kind).toBe('genuine')
  expect(claims).toMatchObject({
    document: 'visura',
    subject: { codiceFiscale: elena.codiceFiscale },
    fromAnpr: { b: 'SPELLO (PG), PIAZZA DELLA REPUBBLICA 4/A, CAP 06038', e: 'coniugata' },
  })
  expect(await verified(office.bench.pki, attoNotorio as Sheet)).toMatchObject({
    kind: 'genuine',
    claims: { document: 'attoNotorio', subject: { codiceFiscale: elena.codiceFiscale } },
  })
  expect(await office.operations()).toEqual([])
  await office.takesCardAndGoes()
  expect(office.journal().filter(({ event }) => event === 'visit.visura')).toHaveLength(1)
  expect(JSON.stringify(office.journal())).not.toMatch(new RegExp(`FERRARI|${elena.codiceFiscale}`, 'i'))
})

test('line-down: no data, said plainly, and the declaration instead', async () => {
  // The page of the visit before has told its last words to nobody, and without an alarm.
  expect(office.journal().filter(({ fields }) => fields.method === 'speech')).toEqual([])
  office.bench.line.cut()
  await expect.poll(() => office.screen()).toMatchObject({ screen: 'attract', online: false })
  await comesForOwnData()
  await office.answers('visura-unavailable')
  expect(await office.sees('declaration')).toMatchObject({ for: 'publicBody' })
  await office.takesCardAndGoes()
  expect(await sheets()).toEqual([])
})

/** The samples of this sentence as the voice makes them at the usual rate and volume, without its last breath. */
async function spokenAlone(text: string): Promise<Buffer> {
  const folder = ownFolder('totem-voice')
  const { env, heard, close } = virtualSound(join(folder, 'sound'))
  try {
    const sentence = { lang: 'it', text: saying(text, 'it') } as const
    expect(await systemVoice({ output: 'default', env })([sentence], { rate: 3, volume: 5 }).over).toBeNull()
    return heard().subarray(0, 20_000)
  } finally {
    close()
    rmSync(folder, { recursive: true })
  }
}
