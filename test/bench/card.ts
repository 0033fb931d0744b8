import { execFile } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { identityOf } from '../../commands/provisioning.ts'
import { loadExternalKey } from '../../native/card/cie/index.ts'
import { createCardService } from '../../native/card/service.ts'
import type { TraceEntry } from '../../native/card/trace.ts'
import { type CardKind, virtualCard } from '../../simulator/card/card.ts'
import type { CieOptions } from '../../simulator/card/cie/cie.ts'
import { DEFAULT_PIN } from '../../simulator/card/cns.ts'
import { insertCard } from '../../simulator/card/insert.ts'
import { type Pcscd, startPcscd } from '../../simulator/card/pcscd.ts'
import type { VirtualCard } from '../../simulator/card/virtual-card.ts'
import { makePki } from '../../simulator/pki/make.ts'
import { PKI } from '../support/pki.ts'
import { type Figure, median } from './report.ts'

const PERSON = 'anna-bianchi'
/** The first rounds warm the code up. */
const ROUNDS = 12
const WARM_UP = 2

/** Recognises both cards on the virtual reader, through pcscd, with every check of a visit; OpenSC beside the CNS. */
export async function cardFigures(): Promise<Figure[]> {
  await makePki(PKI)
  const pcscd = await startPcscd()
  try {
    const opensc = await openscSigns(pcscd)
    const cns = await recognise(pcscd, 'cns')
    const cie = await recognise(pcscd, 'cie')
    const costliest = await recognise(pcscd, 'cie', { profile: 'stm', sod: 'sha512pss' })
    return [
      {
        what: 'CNS: read, PIN and signature',
        value: cns.apdus,
        unit: 'APDUs',
        goal: { at: 'most', value: 17 },
        references: [{ what: 'OpenSC: login and sign', value: opensc.apdus }],
      },
      {
        what: 'CNS: card in the reader → holder recognised',
        value: cns.totalMs,
        unit: 'ms',
        goal: null,
        references: [{ what: 'OpenSC: login and sign, its start taken out', value: opensc.ms }],
      },
      {
        what: 'CNS: the host’s own share of that',
        value: cns.hostMs,
        unit: 'ms',
        goal: { at: 'most', value: 150 },
        references: [{ what: 'card and transport', value: cns.totalMs - cns.hostMs }],
      },
      {
        what: 'CIE: read, both devices proved, PIN, certificate, signature',
        value: cie.apdus,
        unit: 'APDUs',
        goal: { at: 'most', value: 45 },
        references: [{ what: 'the State’s library: login and sign (published, not run here)', value: 58 }],
      },
      {
        what: 'CIE: the same, on the costliest family (STM, EF.SOD with RSA-PSS)',
        value: costliest.apdus,
        unit: 'APDUs',
        goal: { at: 'most', value: 45 },
        references: [],
      },
      {
        what: 'CIE: the host’s own share of a recognition',
        value: cie.hostMs,
        unit: 'ms',
        goal: { at: 'most', value: 150 },
        references: [{ what: 'card and transport', value: cie.totalMs - cie.hostMs }],
      },
    ]
  } finally {
    await pcscd.stop()
  }
}

interface Recognition {
  apdus: number
  totalMs: number
  /** Excludes the time from an APDU's first byte to its answer's last. */
  hostMs: number
}

async function recognise(pcscd: Pcscd, kind: CardKind, options: CieOptions = {}): Promise<Recognition> {
  process.env.PCSCLITE_CSOCK_NAME = pcscd.socket
  const key = loadExternalKey(join(PKI, 'cie/external-key.bin'), { testTrust: true })
  if (key.state !== 'ready') throw new Error('the test PKI has no external-authentication key')
  // Made once before anybody waits, so it does not count as time of a recognition.
  await key.key.terminal
  let trace: TraceEntry[] = []
  const told = new EventEmitter()
  const present = once(told, 'present')
  const service = createCardService({
    externalKey: key.key,
    onState: ({ state }) => told.emit(state),
    onBroken: (reason) => told.emit('error', new Error(reason)),
    onApdu: (entry) => trace.push(entry),
  })
  const trust = { trust: join(PKI, 'trust-list.jws'), 'trust-key': join(PKI, 'trust-list.pub.jwk.json') }
  const identity = await identityOf({ ...trust, 'test-trust': true }, service)
  const card = await insertCard(virtualCard(kind, PERSON, PKI, options), pcscd.ports[kind === 'cns' ? 0 : 1])
  try {
    await present
    const rounds: Recognition[] = []
    for (let round = 0; round < ROUNDS; round++) {
      trace = []
      const started = performance.now()
      const readout = await identity.readCard()
      if (!readout.ok) throw new Error(readout.error.reason)
      const visit = { session: '0'.repeat(26), language: 'it' } as const
      const known = await identity.recognise(visit, readout.value, Buffer.from(DEFAULT_PIN))
      if (!known.ok) throw new Error(known.error.kind)
      const totalMs = performance.now() - started
      const hostMs = totalMs - trace.reduce((sum, { tookMs }) => sum + tookMs, 0)
      rounds.push({ apdus: trace.length, totalMs, hostMs })
    }
    const of = (value: keyof Recognition) => median(rounds.slice(WARM_UP).map((round) => round[value]))
    return { apdus: of('apdus'), totalMs: of('totalMs'), hostMs: of('hostMs') }
  } finally {
    service.stop()
    await card.remove()
  }
}

/** The same virtual card, used by another project's client. */
async function openscSigns(pcscd: Pcscd): Promise<{ apdus: number; ms: number }> {
  const dir = await mkdtemp(join(tmpdir(), 'totem-bench-'))
  const env = { ...process.env, PCSCLITE_CSOCK_NAME: pcscd.socket }
  const timed = async (...args: string[]) => {
    const started = performance.now()
    await promisify(execFile)('pkcs11-tool', args, { env, cwd: dir })
    return performance.now() - started
  }
  const counted = counting(virtualCard('cns', PERSON, PKI))
  const card = await insertCard(counted.card, pcscd.ports[0])
  try {
    await writeFile(join(dir, 'message'), 'hello totem challenge')
    const rounds: { apdus: number; ms: number }[] = []
    for (let round = 0; round < 5; round++) {
      const start = await timed('--help').catch(() => 0)
      const before = counted.apdus()
      const ms = await timed(
        ...['--login', '--pin', DEFAULT_PIN, '--sign', '-m', 'SHA256-RSA-PKCS', '-i', 'message', '-o', 'signature'],
      )
      rounds.push({ apdus: counted.apdus() - before, ms: ms - start })
    }
    return { apdus: median(rounds.map(({ apdus }) => apdus)), ms: median(rounds.map(({ ms }) => ms)) }
  } finally {
    await card.remove()
    await rm(dir, { recursive: true })
  }
}

function counting(card: VirtualCard) {
  let apdus = 0
  return {
    apdus: () => apdus,
    card: {
      atr: card.atr,
      reset: () => card.reset(),
      transmit: (apdu: Uint8Array) => {
        apdus += 1
        return card.transmit(apdu)
      },
    },
  }
}
