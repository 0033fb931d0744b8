import { type ChildProcess, spawn } from 'node:child_process'
import { closedProgram } from '../../basics/program.ts'
import type { Language } from '../../contract/language.ts'
import { type Cue, samplesOf } from './cues.ts'

/** espeak-ng's voices; README.md tells why this one. */
const VOICES: Record<Language, string> = { it: 'it', en: 'en-gb', de: 'de', fr: 'fr-fr', sl: 'sl' }
/** Words a minute by level 1 to 7; the third is that of a patient reader. */
const WORDS_A_MINUTE = [80, 100, 125, 150, 185, 230, 290] as const
/**
 * Amplitudes of espeak-ng by level, measured: 4 dB apart in all five languages, 24 dB in all and 12 from the first to the
 * fourth (EN 301 549, 8.2.1); the last is the loudest that does not clip.
 */
const AMPLITUDES = [10, 15, 22, 33, 53, 82, 130] as const
const LOUDEST = AMPLITUDES[6]
/** A cue is no louder than the voice: a pure tone of this part of the full scale. */
const CUE_PART = 0.5

export const LEVELS = WORDS_A_MINUTE.length
/** The PCM that espeak-ng makes after the 44 bytes of its WAV header. */
const FORMAT = ['-t', 'raw', '-f', 'S16_LE', '-r', '22050', '-c', '1']
const HEADER_BYTES = 44
/** A breath of 0.15 s between two things of a screen. */
const BREATH = Buffer.alloc(2 * 3_307)
/** A sentence takes as long as it is spoken; no sentence of a screen takes this long. */
const SENTENCE_MS = 180_000

/** `no-voice`: espeak-ng is not installed or fails. `no-output`: aplay is not, or the sound device is missing. */
export type SpeechFault = 'no-voice' | 'no-output'

export interface Sentence {
  lang: Language
  text: string
}

export interface Utterance {
  /** Silent at once: what the device holds is dropped. */
  stop(): void
  /** Null: spoken to the end, or stopped. */
  readonly over: Promise<SpeechFault | null>
}

export interface Sound {
  /** ALSA's name of the output. */
  output: string
  /** Variables of a bench; the processes get no other of this program's environment. */
  env: Record<string, string>
}

/** Speaks these sentences, and sounds the cues between them, at levels from 1 to `LEVELS`. */
export type Voice = (said: readonly (Sentence | { cue: Cue })[], levels: { rate: number; volume: number }) => Utterance

/**
 * A voice process for each sentence and a player for all of them: a process that dies costs one sentence, and with each
 * ends all that it knew of the person (invariant 2). The text goes by stdin, since others read a command line.
 */
export const systemVoice =
  ({ output, env }: Sound): Voice =>
  (said, { rate, volume }) => {
    const surroundings = { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', ...env }
    const player = spawn(...closedProgram('aplay', ['-q', '-D', output, ...FORMAT, '-']), {
      env: surroundings,
      cwd: '/',
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    let speaking: ChildProcess | null = null
    let stopped = false
    // A player that dies closes its pipe first; its exit tells why.
    player.stdin.on('error', () => undefined)

    const amplitude = AMPLITUDES[volume - 1] ?? AMPLITUDES[0]
    const speed = WORDS_A_MINUTE[rate - 1] ?? WORDS_A_MINUTE[2]

    const ended = new Promise<SpeechFault | null>((resolve) => {
      player.on('error', () => resolve('no-output'))
      player.on('exit', (code) => resolve(stopped || code === 0 ? null : 'no-output'))
    })
    async function speak(): Promise<SpeechFault | null> {
      for (const one of said) {
        if (stopped) return null
        if ('cue' in one) {
          player.stdin.write(samplesOf(one.cue, (CUE_PART * amplitude) / LOUDEST))
          continue
        }
        const { lang, text } = one
        const how = ['-v', VOICES[lang], '-s', `${speed}`, '-a', `${amplitude}`, '-b', '1', '--stdin', '--stdout']
        const child = spawn(...closedProgram('espeak-ng', how), {
          env: surroundings,
          cwd: '/',
          stdio: ['pipe', 'pipe', 'ignore'],
          timeout: SENTENCE_MS,
          killSignal: 'SIGKILL',
        })
        speaking = child
        const exit = new Promise<number | null>((resolve) => {
          child.on('error', () => resolve(-1))
          child.on('close', resolve)
        })
        child.stdin.on('error', () => undefined)
        child.stdin.end(text)
        let header = HEADER_BYTES
        for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
          const pcm = chunk.subarray(header)
          header = Math.max(0, header - chunk.length)
          if (stopped || !player.stdin.writable) break
          if (!player.stdin.write(pcm)) await Promise.race([drained(player), ended])
        }
        // A sentence that was cut short ends its voice, too.
        if (stopped || player.exitCode !== null) child.kill('SIGKILL')
        else if ((await exit) !== 0) return 'no-voice'
        else player.stdin.write(BREATH)
      }
      return null
    }
    const spoken = speak().then((fault) => {
      player.stdin.end()
      return fault
    })
    return {
      stop() {
        stopped = true
        player.kill('SIGKILL')
        speaking?.kill('SIGKILL')
      },
      over: Promise.all([spoken, ended]).then(([voice, player]) => (stopped ? null : (player ?? voice))),
    }
  }

const drained = (player: ChildProcess) => new Promise<void>((resolve) => player.stdin?.once('drain', resolve))
