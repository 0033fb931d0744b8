import { existsSync, writeSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { CardFailure, CardReadout, CardState } from '../contract/device.ts'
import { isPin, isPinOf } from '../contract/pin.ts'
import { fingerprintOf } from '../main/service/entry.ts'
import { type CardService, createCardService } from '../native/card/service.ts'
import type { TraceEntry } from '../native/card/trace.ts'
import { tsCardNumber } from '../native/card/ts-number.ts'
import { exitCodes, Failure, noSuch, options, usage } from './command.ts'
import { CONFIG_FILE } from './data.ts'
import { TRUSTS_TESTS } from './packaged.ts'
import { externalKeyOf, identityOf, pinOf } from './provisioning.ts'

/**
 * Exit code of each failure, so that a technician's script can tell a card from a reader. 0 is good, 64 a wrong
 * command.
 */
const EXIT_CODES = {
  'no-card': 10,
  'card-removed': 11,
  'card-mute': 12,
  'card-unknown': 13,
  'card-busy': 14,
  'card-error': 15,
  'secure-messaging-failed': 16,
  'certificate-truncated': 18,
  'card-unsupported': 17,
  'card-cloned': 19,
  'wrong-pin': 20,
  'pin-blocked': 21,
  'pin-not-entered': 22,
  'wrong-can': 23,
  'pin-not-active': 24,
  'no-certificate': 25,
  'key-unsupported': 26,
  'card-superseded': 27,
  'reader-unavailable': 30,
  'reader-not-capable': 31,
  'cie-unavailable': 32,
} as const satisfies Record<CardFailure['kind'], number>
/** The card works, and the checks of a visit refuse it. */
const REFUSED = 40

const HELP = `totem card read  [--can DIGITS]
totem card login [--pin DIGITS] [--keypad]  on a totem: by its provisioning, with the CRLs that it has
totem card login --trust FILE [--trust-key FILE] [--ext-auth-key FILE] [--pin DIGITS] [--keypad]
totem card trace [the options of login, to log in as well]

  --config FILE        a totem's provisioning, instead of the files below (${CONFIG_FILE})
  --trust FILE         trust list (JWS), accepted unchecked
  --trust-key FILE     public JWK of the signer of trust lists; a list that it has not signed is refused
  --crl FILE           a CRL, DER; may be given more than once
  --ext-auth-key FILE  external-authentication exponent of the CIE, 256 bytes
${TRUSTS_TESTS === null ? '  --test-trust         accept an exponent that is not the published one: test cards\n' : ''}  --pin DIGITS         without it, the PIN is typed unseen;  --keypad  it is typed on the reader
  --can DIGITS         read the travel document of a CIE by the six digits on its front
  --wait SECONDS       how long to wait for a card, default 30
  --json               the answer, or { "kind": … } of the failure, as one line of JSON

Exit codes: 0 good, 64 wrong command, 66 no such file, 78 a file that is not what it should be,
${REFUSED} refused by the checks of a visit,
${exitCodes(EXIT_CODES)}`

/** From the sources alone: see packaged.ts. */
const TEST_OPTIONS = TRUSTS_TESTS === null ? { 'test-trust': { type: 'boolean' } as const } : {}

const OPTIONS = {
  json: { type: 'boolean', default: false },
  wait: { type: 'string', default: '30' },
  config: { type: 'string' },
  trust: { type: 'string' },
  'trust-key': { type: 'string' },
  crl: { type: 'string', multiple: true },
  'ext-auth-key': { type: 'string' },
  ...TEST_OPTIONS,
  pin: { type: 'string' },
  keypad: { type: 'boolean', default: false },
  can: { type: 'string' },
} as const

/**
 * `totem card …`: the card in the reader as the totem sees it. Throws a `Failure` for whatever a visit would refuse.
 */
export async function card([what = '', ...args]: string[]): Promise<number> {
  if (what !== 'read' && what !== 'login' && what !== 'trace') return usage(HELP, noSuch('card', what))
  const given = options(HELP, args, OPTIONS)
  const logsIn = what === 'login' || (what === 'trace' && (given.config ?? given.trust) !== undefined)
  if (logsIn && !given.config && !given.trust && existsSync(CONFIG_FILE)) given.config = CONFIG_FILE
  if (logsIn && !given.config && !given.trust) return usage(HELP, 'login needs --trust')
  if (!/^\d{1,5}$/.test(given.wait)) return usage(HELP, '--wait is a number of seconds')
  if (given.pin !== undefined && !isPin(Buffer.from(given.pin))) return usage(HELP, '--pin is 5 to 8 digits')
  if (given.can !== undefined && !/^\d{6}$/.test(given.can)) return usage(HELP, '--can is six digits')
  const trace: TraceEntry[] = []
  const reader = await readerWith(given.json, logsIn ? externalKeyOf(given) : null, (entry) => trace.push(entry))
  try {
    await reader.until('present', Number(given.wait) * 1000)
    const read = orFail(await reader.service.read())
    const travelDocument = given.can === undefined ? null : orFail(await reader.service.travelDocument(given.can))
    const holder = logsIn ? await login(reader.service, read, given) : null
    const answer = { readout: read, ...(travelDocument && { travelDocument }), ...(holder && { holder }) }
    if (what === 'trace') return tell(given.json, trace, () => traceLines(trace))
    return tell(given.json, answer, () => lines(read, holder))
  } catch (reason) {
    // A technician wants the trace above all when a step failed.
    if (what === 'trace' && reason instanceof Failure) {
      if (given.json) Object.assign(reason.answer, { trace })
      else console.log(traceLines(trace))
    }
    throw reason
  } finally {
    reader.service.stop()
  }
}

async function login(
  service: CardService,
  readout: CardReadout,
  given: Parameters<typeof identityOf>[0] & { keypad: boolean; pin?: string | undefined },
) {
  if (given.keypad && !readout.pinPad) return usage(HELP, 'no keypad of the reader can take the PIN of this card')
  const identity = await identityOf(given, service)
  const pin = given.keypad ? null : await pinOf(given.pin)
  if (pin && !isPinOf(readout.card, pin))
    return usage(HELP, readout.card === 'cie' ? 'the PIN of a CIE has 8 digits' : 'the PIN of a CNS has 5 to 8 digits')
  const known = await identity.recognise({ session: '00000000000000000000000000', language: 'it' }, readout, pin)
  if (known.ok) {
    const { name, surname, codiceFiscale, apdus, revocation } = known.value
    return { name, surname, codiceFiscale, apdus, revocation }
  }
  const { error } = known
  if (error.kind === 'wrong-pin') throw failure(error)
  const { reason, date, failure: said } = error
  if (said) throw failure(said)
  if (reason in EXIT_CODES) throw failure({ kind: reason as keyof typeof EXIT_CODES })
  throw new Failure(REFUSED, { kind: reason, ...(date && { date }) }, `refused: ${reason}${date ? ` (${date})` : ''}`)
}

/** The driver on the PC/SC service that PCSCLITE_CSOCK_NAME names, the system's by default. */
async function readerWith(
  json: boolean,
  externalKey: ReturnType<typeof externalKeyOf>,
  onApdu: (entry: TraceEntry) => void,
) {
  let state: CardState | null = null
  const service = createCardService({
    externalKey,
    onState: (now) => {
      state = now
    },
    // Not process.exit, which waits for a wedged native call; totem.mjs turns SIGKILL into exit code 30.
    onBroken: (reason) => {
      // A system call: nothing that waits in a stream survives what comes next.
      if (json) writeSync(1, `${JSON.stringify({ kind: 'reader-unavailable', reason })}\n`)
      else writeSync(2, `reader-unavailable: ${reason}\n`)
      process.kill(process.pid, 'SIGKILL')
    },
    onApdu,
  })
  return {
    service,
    async until(wanted: CardState['state'], ms: number) {
      const end = Date.now() + ms
      let asked = false
      while (stateOf(state) !== wanted) {
        if (Date.now() > end) throw failure(absence(state))
        if (!asked && stateOf(state) === 'empty') console.error('Put the card in, or on, the reader.')
        asked ||= stateOf(state) === 'empty'
        await delay(POLL_MS)
      }
    },
  }
}

const POLL_MS = 50
const stateOf = (state: CardState | null) => state?.state ?? null

function absence(state: CardState | null): CardFailure {
  if (!state || state.state === 'no-reader') return { kind: 'reader-unavailable' }
  return { kind: state.state === 'mute' ? 'card-mute' : 'no-card' }
}

function orFail<T>(result: { ok: true; value: T } | { ok: false; error: CardFailure }): T {
  if (!result.ok) throw failure(result.error)
  return result.value
}

function failure(error: { kind: CardFailure['kind'] }): Failure {
  const { kind, ...facts } = error
  const told = Object.entries(facts).map(([name, value]) => ` ${name}=${value}`)
  return new Failure(EXIT_CODES[kind], error, `${kind}${told.join('')}`)
}

function tell(json: boolean, answer: unknown, forPeople: () => string): number {
  console.log(json ? JSON.stringify(answer, base64) : forPeople())
  return 0
}

/** Writes the bytes of an answer as base64. */
const base64 = (_key: string, value: unknown) =>
  value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value

const traceLines = (trace: readonly TraceEntry[]): string =>
  trace
    .map(({ ms, tookMs, command, answered, sw }, index) =>
      [
        // Times count within one transaction, and the log-in is another transaction than the reading.
        ms < (trace[index - 1]?.ms ?? 0) ? '\n' : '',
        String(index + 1).padStart(3),
        `${ms.toFixed(1)} ms`.padStart(11),
        `+${tookMs.toFixed(1)}`.padStart(8),
        command,
        '→',
        answered > 0 ? `${answered} bytes` : '',
        sw ?? 'no answer',
      ]
        .filter(Boolean)
        .join(' '),
    )
    .join('\n')

function lines(readout: CardReadout, holder: Awaited<ReturnType<typeof login>> | null): string {
  const facts: [string, string | number][] =
    readout.card === 'cns'
      ? [
          ['card', 'CNS'],
          ['ATR', readout.atr],
          ['EF.ID_Carta', readout.cardId ?? 'not readable'],
          ['on its back', tsCardNumber(readout.cardId ?? '') ?? 'not known'],
          [
            'EF.Dati_personali',
            readout.personalData
              ? `${readout.personalData.surname} ${readout.personalData.name} (not yet proved)`
              : `not readable: ${readout.personalDataFault}`,
          ],
          ['certificate', `${readout.certificate.length} bytes`],
          // By which operators let a technician's card work on a totem (gateway/technicians.ts).
          ['its SHA-256', fingerprintOf(readout.certificate)],
          ['keypad reader', readout.pinPad ? 'yes' : 'no'],
        ]
      : [
          ['card', 'CIE'],
          ['ATR', readout.atr],
          ['NIS', readout.nis],
          ['EF.SOD', `${readout.sod.length} bytes`],
        ]
  facts.push(['APDUs', holder?.apdus ?? readout.apdus])
  if (holder)
    facts.push(
      ['recognised', `${holder.surname} ${holder.name}`],
      ['codice fiscale', holder.codiceFiscale],
      ['revocation', holder.revocation],
    )
  return facts.map(([name, value]) => `${name.padEnd(18)} ${value}`).join('\n')
}
