import { randomBytes, randomInt } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { HANDOVER_BYTES } from '../../contract/handover.ts'
import type { Language } from '../../contract/language.ts'
import { letterState, letterTaken, type OwnLetter, ownLetters } from '../../contract/letter.ts'
import type { Place } from '../documents/model.ts'
import type { Journal } from '../journal/journal.ts'
import { type NamedKey, sealDocument, sealLetter } from '../queue/sealing.ts'
import type { AboutDocument } from '../visit/services.ts'
import type { GatewayClient } from './client.ts'

export interface LetterOptions {
  client: Pick<GatewayClient, 'ask'>
  journal: Journal
  keys: { sealing(): NamedKey }
  place: Place
  totem: string
  now(): Date
}

/** So long a person waits to hear whether the mail server has taken the mail; then it goes by itself. */
const PATIENCE_MS = 15_000
const LOOK_MS = 1_000

/**
 * Encrypts a document by a new key, leaves it at the gateway, and has it sent: its link with `code`, or with `proof` the
 * document itself (contract/letter.ts). The address is sealed to the gateway, and no disk of the totem's holds it.
 */
export async function sendLetter(
  { client, keys, place, totem, now }: LetterOptions,
  mail: { token: string | null; pdf: Uint8Array; to: string; about: AboutDocument; language: Language; proof?: string },
): Promise<{ became: 'handed-over' | 'waiting' | 'unknown' | 'refused' | 'unavailable'; code: string }> {
  const { token, pdf, proof, ...to } = mail
  const code = String(randomInt(1_000_000)).padStart(6, '0')
  if (token === null || pdf.length > HANDOVER_BYTES) return { became: 'unavailable', code }
  const id = randomBytes(16).toString('base64url')
  const key = randomBytes(32)
  const content = { ...to, key: key.toString('base64url'), code, office: place.office, ...(proof && { proof }) }
  const letter = await sealLetter(content, keys.sealing(), { id, totem })
  const body = { id, sealed: sealDocument(pdf, id, key).toString('base64'), letter }
  const taken = await client.ask(letterTaken, '/v1/letters', { body, token, repeatable: false })
  if (!taken.ok) {
    const { error } = taken
    const unknown = error.kind === 'refused' && error.problem.kind === 'address-unknown'
    return { became: unknown ? 'unknown' : 'unavailable', code }
  }
  let state = 'waiting'
  for (const until = +now() + PATIENCE_MS; state === 'waiting' && +now() < until; ) {
    await delay(LOOK_MS)
    const asked = await client.ask(letterState, `/v1/letters?id=${id}`, {})
    if (asked.ok) ({ state } = asked.value)
  }
  if (state === 'refused' || state === 'bounced') return { became: 'refused', code }
  return { became: state === 'waiting' || state === 'gone' ? 'waiting' : 'handed-over', code }
}

/** What went by mail, newest first; a gateway that cannot say knows of none. */
export async function lettersOf(client: Pick<GatewayClient, 'ask'>, token: string): Promise<OwnLetter[]> {
  const told = await client.ask(ownLetters, '/v1/letters/own', { token })
  return told.ok ? told.value.letters : []
}

/** Of several mails of one certificate the last one counts. `totem`: only where it waits can it have gone from. */
export const lastLetters = (letters: readonly OwnLetter[], totem?: string): Map<string, OwnLetter> =>
  new Map(
    letters
      .flatMap((one) =>
        one.operation && (totem ?? one.machine) === one.machine ? [[one.operation, one] as const] : [],
      )
      .reverse(),
  )
