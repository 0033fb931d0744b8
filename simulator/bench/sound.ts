import { execFileSync } from 'node:child_process'
import { closeSync, constants, existsSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs'
import { Socket } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { giveToBenchUser } from './user.ts'

/** The totem's sound: an output that a file takes down in place of a loudspeaker, and the socket of a headset. */
export interface VirtualSound {
  /** Variable for ALSA's library, by which `default` is that output. */
  env: { ALSA_CONFIG_PATH: string }
  /** What the totem reads as the socket's input device. */
  headsetPlug: string
  /** The plug goes in or comes out. */
  plug(isIn: boolean): void
  /** What the totem writes the words of each utterance to. */
  ear: string
  /** Those words, an utterance at a time; a sound has its name. Nothing of them comes to the disk. */
  utterances: readonly string[][]
  /** The samples of the newest utterance, 16-bit mono at 22,050 Hz. */
  heard(): Buffer
  close(): void
}

// linux/input.h: 16 bytes of time, EV_SW, SW_HEADPHONE_INSERT, value.
const EVENT_BYTES = 24
const EV_SW = 5
const SW_HEADPHONE_INSERT = 2

/** Makes the sound in a folder of the totem's user. */
export function virtualSound(folder: string): VirtualSound {
  mkdirSync(folder, { mode: 0o700 })
  const within = (name: string) => join(folder, name)
  const [file, config, headsetPlug, ear] = [
    within('heard.raw'),
    within('asound.conf'),
    within('headset'),
    within('ear'),
  ]
  writeFileSync(
    config,
    `pcm.!default { type file slave.pcm { type null } file "${file}" format raw }\nctl.!default { type hw card 0 }\n`,
    { mode: 0o600 },
  )
  execFileSync('mkfifo', ['-m', '600', headsetPlug, ear])
  giveToBenchUser(folder, config, headsetPlug, ear)
  // Read and write: so no reader of it meets an end while the bench stands.
  const socket = openSync(headsetPlug, 'r+')
  const words = new Socket({ fd: openSync(ear, constants.O_RDWR | constants.O_NONBLOCK), readable: true })
  const utterances: string[][] = []
  createInterface(words).on('line', (line) => {
    const said = JSON.parse(line) as ({ text: string } | { cue: string })[]
    utterances.push(said.map((one) => ('text' in one ? one.text : `(${one.cue})`)))
  })
  return {
    env: { ALSA_CONFIG_PATH: config },
    headsetPlug,
    ear,
    utterances,
    plug(isIn) {
      const event = Buffer.alloc(EVENT_BYTES)
      event.writeUInt16LE(EV_SW, 16)
      event.writeUInt16LE(SW_HEADPHONE_INSERT, 18)
      event.writeInt32LE(isIn ? 1 : 0, 20)
      writeSync(socket, event)
    },
    heard: () => (existsSync(file) ? readFileSync(file) : Buffer.alloc(0)),
    close() {
      closeSync(socket)
      words.destroy()
    },
  }
}
