import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, test, vi } from 'vitest'
import { ownFolder } from '../../basics/temporary.ts'
import type { Screen } from '../../contract/journeys/index.ts'
import { pad } from '../../contract/pad.ts'
import { usual } from '../../contract/preferences.ts'
import type { Spoken } from '../../contract/speech.ts'
import type { View } from '../../contract/visit.ts'
import { type Cue, cueBetween } from './cues.ts'
import { plugIn, watchHeadset } from './headset.ts'
import { createSpeaker, toSay } from './speaker.ts'
import { type Sentence, systemVoice, type Utterance } from './voice.ts'

// The real voice and the real ALSA library: its output is a file, in which the samples of an utterance are read back.
const folder = ownFolder('totem-speech')
const heard = join(folder, 'heard.raw')
const config = join(folder, 'asound.conf')
writeFileSync(config, `pcm.!default { type file slave.pcm { type null } file "${heard}" format raw }\n`)
const voice = systemVoice({ output: 'default', env: { ALSA_CONFIG_PATH: config } })
afterAll(() => rmSync(folder, { recursive: true }))
beforeEach(() => rmSync(heard, { force: true }))

const USUAL = { rate: 3, volume: 5 }
const samples = () => {
  const bytes = readFileSync(heard)
  return new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length >> 1)
}
const seconds = () => samples().length / 22_050
const loudness = () => 10 * Math.log10(samples().reduce((sum, x) => sum + x * x, 0) / samples().length)
const spoken = (text: string, more: Partial<Spoken> = {}): Spoken => ({
  ...{ kind: 'sentence', text, lang: 'it', personal: false },
  ...more,
})

test('each language is heard, one utterance may have several', async () => {
  const sentences: Sentence[] = [
    { lang: 'it', text: 'Inserire la tessera.' },
    { lang: 'de', text: 'Stecken Sie die Karte ein.' },
    { lang: 'fr', text: 'Insérez la carte.' },
    { lang: 'sl', text: 'Vstavite kartico.' },
    { lang: 'en', text: 'Put the card in.' },
  ]
  let parts = 0
  for (const sentence of sentences) {
    expect(await voice([sentence], USUAL).over).toBeNull()
    expect(seconds()).toBeGreaterThan(0.8)
    parts += seconds()
  }
  expect(await voice(sentences, USUAL).over).toBeNull()
  // A player fills its last period with silence.
  expect(Math.abs(seconds() - parts)).toBeLessThan(0.5)
})

test('seven rates, and a volume of 24 dB with a step at 12 (EN 301 549, 8.2.1)', async () => {
  const say = async (levels: { rate: number; volume: number }) => {
    await voice([{ lang: 'it', text: 'Il certificato è pronto: prendere il foglio.' }], levels).over
    return { long: seconds(), loud: loudness() }
  }
  const [slow, usual, fast] = [await say({ rate: 1, volume: 7 }), await say(USUAL), await say({ rate: 7, volume: 7 })]
  expect(slow.long).toBeGreaterThan(usual.long * 1.3)
  expect(fast.long).toBeLessThan(usual.long * 0.6)
  const [softest, middle] = [await say({ rate: 1, volume: 1 }), await say({ rate: 1, volume: 4 })]
  expect(slow.loud - softest.loud).toBeGreaterThan(18)
  expect(middle.loud - softest.loud).toBeCloseTo(12, 0)
})

test('hostile text is text: nothing runs, nothing is obeyed, and the voice lives', async () => {
  const hostile = readFileSync(new URL('../../test/vectors/spoken.txt', import.meta.url), 'utf8').split('\n')
  const silent = vi.fn()
  const over: Promise<unknown>[] = []
  const { hear, headset } = createSpeaker(
    (sentences, levels) => {
      const utterance = voice(sentences, levels)
      over.push(utterance.over)
      return utterance
    },
    { onSilent: silent, onTurned: () => {} },
  )
  headset(true)
  const says = [...hostile, '\u0000\u0007', '-f /etc/passwd'].filter(Boolean).map((text) => spoken(text))
  hear({ about: 'screen', says })
  expect(await Promise.all(over)).toEqual([null])
  expect(silent).not.toHaveBeenCalled()
  expect(existsSync('/tmp/spoken')).toBe(false)
  expect(seconds()).toBeGreaterThan(hostile.length / 4)
})

test('a touch silences at once: the player is gone and nothing more is heard', async () => {
  const long = voice([{ lang: 'it', text: 'Questa frase non finisce mai. '.repeat(400) }], USUAL)
  // The player opens the file, then writes.
  while (!existsSync(heard) || statSync(heard).size === 0) await new Promise((go) => setTimeout(go, 5))
  long.stop()
  expect(await long.over).toBeNull()
  const { size } = statSync(heard)
  expect(size).toBeLessThan(400 * 44_100)
  expect(statSync(heard).size).toBe(size)
})

test('without a sound device the totem is silent, and says so once until it can be heard again', async () => {
  const outputs = [
    { output: 'plughw:7', env: {} },
    { output: 'plughw:7', env: {} },
  ]
  const silent = vi.fn()
  const over: Promise<unknown>[] = []
  let to = systemVoice(outputs[0] ?? { output: '', env: {} })
  const speaker = createSpeaker(
    (sentences, levels) => {
      const utterance = to(sentences, levels)
      over.push(utterance.over)
      return utterance
    },
    { onSilent: silent, onTurned: () => {} },
  )
  speaker.hear({ about: 'screen', says: [spoken('Benvenuti', { kind: 'title' })] })
  expect(over).toHaveLength(0)
  speaker.headset(true)
  expect(await over[0]).toBe('no-output')
  speaker.hear({ about: 'key', key: 'repeat' })
  await over[1]
  expect(silent.mock.calls).toEqual([['no-output']])
  to = voice
  speaker.hear({ about: 'key', key: 'repeat' })
  expect(await over[2]).toBeNull()
  to = systemVoice({ output: 'plughw:7', env: {} })
  speaker.hear({ about: 'key', key: 'repeat' })
  await over[3]
  expect(silent.mock.calls).toEqual([['no-output'], ['no-output']])
})

/** A voice that takes down what it is given and speaks until it is stopped. */
function listener() {
  const said: string[][] = []
  const levels: { rate: number; volume: number }[] = []
  const stopped: number[] = []
  const turned: string[] = []
  const speaker = createSpeaker(
    (sentences, at): Utterance => {
      const number = said.push(sentences.map((one) => ('cue' in one ? `(${one.cue})` : one.text)))
      levels.push(at)
      return { stop: () => void stopped.push(number), over: new Promise(() => {}) }
    },
    { onSilent: vi.fn(), onTurned: () => turned.push(speaker.state()) },
  )
  return { said, levels, stopped, turned, speaker }
}

const TITLE = spoken('A chi serve?', { kind: 'title' })
const NAME = spoken('Maria Rossi', { personal: true })

test('silent until a headset or the pipped key; the headset alone hears what is personal', () => {
  const { said, speaker } = listener()
  speaker.hear({ about: 'screen', says: [TITLE, NAME, NAME] })
  expect(said).toEqual([])
  speaker.hear({ about: 'key', key: 'start' })
  expect(said.at(-1)).toHaveLength(2)
  expect(said.flat().join()).not.toContain('Rossi')
  speaker.headset(true)
  expect(said.at(-1)).toEqual(['A chi serve?', 'Maria Rossi', 'Maria Rossi'].slice(0, 2))
  speaker.headset(false)
  const before = said.length
  speaker.hear({ about: 'key', key: 'repeat' })
  expect(said).toHaveLength(before)
})

test('a paper is read into a headset, and never into the room', () => {
  const { said, speaker } = listener()
  const paper = ['Certificato di residenza', 'MARIA ROSSI'].map((text) => ({ lang: 'it' as const, text }))
  speaker.hear({ about: 'key', key: 'start' })
  speaker.read(paper)
  expect(said).toEqual([])
  speaker.headset(true)
  speaker.read(paper)
  expect(said).toEqual([['Certificato di residenza', 'MARIA ROSSI']])
})

test('a new screen, a touch and the focus silence what is being said; rate and volume stay within seven', () => {
  const { said, levels, stopped, speaker } = listener()
  speaker.headset(true)
  speaker.hear({ about: 'screen', says: [TITLE] })
  speaker.hear({ about: 'screen', says: [spoken('Attendere', { kind: 'title' })] })
  expect(stopped).toEqual([1])
  speaker.hear({ about: 'touch' })
  expect(stopped).toEqual([1, 2])
  speaker.hear({ about: 'focus', says: [spoken('Avanti', { kind: 'button' })] })
  expect(said.at(-1)).toEqual(['Avanti, pulsante'])
  for (let times = 0; times < 9; times++) speaker.hear({ about: 'key', key: 'faster' })
  for (let times = 0; times < 9; times++) speaker.hear({ about: 'key', key: 'softer' })
  expect(levels.at(-1)).toEqual({ rate: 7, volume: 1 })
})

test('the next person finds the usual rate and volume, and nothing of this one', () => {
  const { said, levels, speaker } = listener()
  speaker.hear({ about: 'key', key: 'start' })
  speaker.hear({ about: 'screen', says: [TITLE, NAME] })
  speaker.hear({ about: 'key', key: 'louder' })
  speaker.visitOver()
  const before = said.length
  speaker.hear({ about: 'key', key: 'repeat' })
  speaker.hear({ about: 'screen', says: [TITLE] })
  expect(said).toHaveLength(before)
  speaker.headset(true)
  expect(said.at(-1)).toEqual([TITLE.text])
  expect(levels.at(-1)).toEqual(USUAL)
})

test('the help key starts speech, then says the screen again; whoever draws the screen is told where it is spoken', () => {
  const { said, turned, speaker } = listener()
  speaker.hear({ about: 'screen', says: [TITLE] })
  speaker.hear({ about: 'key', key: 'help' })
  speaker.hear({ about: 'key', key: 'help' })
  expect(said).toEqual([[TITLE.text], [TITLE.text]])
  speaker.headset(true)
  speaker.visitOver()
  speaker.headset(false)
  expect(turned).toEqual(['aloud', 'headset', 'off'])
})

const at = (screen: Screen, more: Partial<View> = {}): View => ({
  ...{ revision: 1, language: 'it', screen, step: null, canGoBack: false, canLeave: true, idle: null, cardLost: null },
  ...{ contactless: false, speech: 'off', service: null, preferences: usual },
  totem: {
    ...{
      id: 'TT-0001',
      office: 'Spello',
      comune: 'Spello',
      mmPerPixel: 0.31,
      reachMm: 420,
      voice: true,
      languages: ['it'],
    },
    ...{ phone: null, hours: [], nearest: [] },
    pad: pad.parse({}),
  },
  ...more,
})
const PIN = { screen: 'pin', card: 'cns', pinPad: false, expiry: false, triesLeft: null } as const
const VIEWS = {
  reading: at({ screen: 'card-reading' }),
  pin: at({ ...PIN, wrong: false }),
  wrong: at({ ...PIN, wrong: true }),
  last: at({ screen: 'last-try' }),
  printing: at({ screen: 'printing', document: 'certificate', page: 1, pages: 1, band: 0, bands: 1 }),
  done: at({
    ...{ screen: 'done', outcome: 'printed', document: 'certificate', slip: false, arrived: false, receipt: false },
    ...{ mark: false, ways: [], cardPresent: true },
  }),
  goodbye: at({ screen: 'goodbye', cardPresent: true }),
  gone: at({ screen: 'goodbye', cardPresent: false }),
  idle: at({ ...PIN, wrong: false }, { idle: { secondsLeft: 30 } }),
  idle29: at({ ...PIN, wrong: false }, { idle: { secondsLeft: 29 } }),
  idle10: at({ ...PIN, wrong: false }, { idle: { secondsLeft: 10 } }),
  lost: at({ ...PIN, wrong: false }, { cardLost: { secondsLeft: 30 } }),
}
type Shown = keyof typeof VIEWS

test.each<[Shown, Shown, Cue | null]>([
  ['gone', 'reading', 'card'],
  ['pin', 'wrong', 'error'],
  ['wrong', 'wrong', null],
  ['pin', 'last', 'error'],
  ['printing', 'done', 'paper'],
  ['pin', 'goodbye', 'takeCard'],
  ['pin', 'gone', null],
  ['pin', 'idle', 'time'],
  ['idle', 'idle29', null],
  ['idle29', 'idle10', 'time'],
  ['pin', 'lost', 'error'],
])('from %s to %s sounds %s', (before, after, cue) => expect(cueBetween(VIEWS[before], VIEWS[after])).toBe(cue))

test('a sound comes before the words of its screen, alone where none come, and never over words', () => {
  vi.useFakeTimers()
  const { said, speaker } = listener()
  speaker.shows(VIEWS.reading)
  speaker.headset(true)
  speaker.hear({ about: 'screen', says: [TITLE] })
  speaker.shows(VIEWS.wrong)
  const pinTitle = spoken('Digitare il PIN', { kind: 'title' })
  speaker.hear({ about: 'screen', says: [pinTitle] })
  expect(said).toEqual([[TITLE.text], ['(error)', pinTitle.text]])
  // These words go on until something stops them.
  speaker.hear({ about: 'digit' })
  vi.runAllTimers()
  expect(said).toHaveLength(2)
  speaker.hear({ about: 'touch' })
  speaker.hear({ about: 'digit' })
  vi.runAllTimers()
  expect(said.at(-1)).toEqual(['(digit)'])
  vi.useRealTimers()
})

test('a cue is heard, as loud as the voice and no louder', async () => {
  expect(await voice([{ cue: 'paper' }], { rate: 3, volume: 7 }).over).toBeNull()
  expect(seconds()).toBeGreaterThan(0.3)
  const loudest = samples().reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)
  expect(loudest / 32_768).toBeCloseTo(0.5, 1)
})

test('the step of the request is said where it changes, and with the whole screen', () => {
  const step = spoken('Passo 1 di 3. Tessera', { kind: 'step' })
  const pin = spoken('Digiti il PIN', { kind: 'title' })
  expect(toSay([TITLE], [pin, step])).toEqual([pin, step])
  expect(toSay([TITLE, step], [pin, step])).toEqual([pin])
})

test('of the same screen only what is new is said, and a clock by itself never', () => {
  const clock = (text: string) => spoken(text, { kind: 'clock' })
  const before = [TITLE, clock('20 secondi')]
  expect(toSay(before, [TITLE, clock('19 secondi')])).toEqual([])
  const notice = spoken('PIN errato', { kind: 'notice' })
  expect(toSay(before, [TITLE, notice, clock('19 secondi')])).toEqual([notice])
  const other = [spoken('Altro', { kind: 'title' }), clock('19 secondi')]
  expect(toSay(before, other)).toEqual(other)
})

test('the kernel tells of the headset’s plug, and a socket that goes away counts as empty', async () => {
  const event = (type: number, code: number, value: number) => {
    const bytes = Buffer.alloc(24)
    bytes.writeUInt16LE(type, 16)
    bytes.writeUInt16LE(code, 18)
    bytes.writeInt32LE(value, 20)
    return bytes
  }
  expect([event(5, 2, 1), event(5, 2, 0), event(5, 4, 1), event(0, 0, 0)].map(plugIn)).toEqual([
    true,
    false,
    null,
    null,
  ])
  const device = join(folder, 'headset')
  // Two events in one read, as the kernel gives a change and its report.
  writeFileSync(device, Buffer.concat([event(5, 2, 1), event(0, 0, 0)]))
  const plugs: boolean[] = []
  await new Promise<void>((bothTold) => {
    const watch = watchHeadset(device, (plugged) => {
      if (plugs.push(plugged) < 2) return
      watch.stop()
      bothTold()
    })
  })
  expect(plugs).toEqual([true, false])
})
