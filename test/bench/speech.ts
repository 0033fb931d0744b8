import { rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ownFolder } from '../../basics/temporary.ts'
import { systemVoice } from '../../main/speech/voice.ts'
import { virtualSound } from '../../simulator/bench/sound.ts'
import { type Figure, median } from './report.ts'

const ROUNDS = 20
const SCREEN = [
  'A chi serve il foglio?',
  'Un ufficio o un servizio pubblico: basta una dichiarazione, gratis.',
  'Un privato, l’estero, un tribunale: il certificato.',
]

/** From main's order to the first sample at ALSA's output, for a screen of three sentences. */
export async function speechFigures(): Promise<Figure[]> {
  const folder = ownFolder('totem-speech-bench')
  const sound = virtualSound(join(folder, 'sound'))
  const file = join(folder, 'sound', 'heard.raw')
  const voice = systemVoice({ output: 'default', env: sound.env })
  const heardBytes = () => statSync(file, { throwIfNoEntry: false })?.size ?? 0
  try {
    const begins: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      rmSync(file, { force: true })
      const ordered = performance.now()
      const { over } = voice(
        SCREEN.map((text) => ({ lang: 'it', text })),
        { rate: 3, volume: 5 },
      )
      while (heardBytes() === 0) await new Promise((go) => setTimeout(go, 1))
      begins.push(performance.now() - ordered)
      const fault = await over
      if (fault !== null) throw new Error(`the voice cannot be heard: ${fault}`)
    }
    const figure = (what: string, value: number): Figure => ({
      ...{ what, value, unit: 'ms', goal: { at: 'most', value: 300 }, references: [] },
    })
    return [
      figure('speech begins after the order, median', median(begins)),
      figure(`the slowest of ${ROUNDS}`, Math.max(...begins)),
    ]
  } finally {
    sound.close()
    rmSync(folder, { recursive: true })
  }
}
