import type { z } from 'zod'
import { writeWhole } from '../../basics/files.ts'
import { type Clock, HOUR_MS, MINUTE_MS } from '../../basics/time.ts'
import type { TotemConfig } from '../../contract/config.ts'
import { type Renewing, renewalNonce, renewalTranscript, renewed } from '../../contract/enrolment.ts'
import { ok, type Result } from '../../contract/result.ts'
import type { Journal } from '../journal/journal.ts'
import type { TlsIdentity } from '../keys/tls-identity.ts'
import type { TpmFailure } from '../keys/tpm.ts'
import type { GatewayClient, GatewayFailure } from '../sync/client.ts'
import { createEnrolmentClient } from './client.ts'
import { digestOf, signed } from './proof.ts'
import { openTpmMachine } from './tpm-machine.ts'

const LOOK_EVERY_MS = HOUR_MS
/** A fleet that was switched on together does not come together. */
const FIRST_LOOK_MS = 10 * MINUTE_MS
/** The rest of its life is for lines that fail and gateways that are mended. */
const SHARE = 2 / 3

interface Way {
  renewal(totem: string): Promise<Result<z.output<typeof renewalNonce>, GatewayFailure>>
  renewed(asked: Renewing): Promise<Result<z.output<typeof renewed>, GatewayFailure>>
  close(): void
}

/** Renews an enrolled totem's certificate after two thirds of its life, and when it has ended; the key stays. */
export interface Renewal {
  look(): Promise<void>
  start(): void
  stop(): void
}

export function createRenewal(
  { totem, enrolment, gateway, keyProtection }: TotemConfig,
  {
    identity,
    client,
    onRenewed,
    version,
    journal,
    now,
    random,
  }: {
    identity(): TlsIdentity
    client: Pick<GatewayClient, 'ask'>
    /** The new certificate lies in its file. */
    onRenewed(): Promise<void>
    version: string
    journal: Pick<Journal, 'record'>
    now: Clock
    random(): number
  },
): Renewal {
  let looking: Promise<void> | null = null
  let timer: NodeJS.Timeout | undefined

  async function proofOf(nonce: string): Promise<Result<Renewing['proof'], TpmFailure>> {
    const transcript = renewalTranscript(nonce, totem)
    if (keyProtection.kind === 'file' || !enrolment?.ak)
      return ok({ kind: 'file', signature: signed(transcript, identity().key) })
    const quote = await openTpmMachine(keyProtection.tcti, enrolment.ak).quote(digestOf(transcript))
    return quote.ok ? ok({ kind: 'tpm', quote: quote.value }) : quote
  }

  /** By the line's own certificate while it counts; then by the door of machines that have none. */
  function way(url: string): Way {
    if (now() <= identity().ends)
      return {
        renewal: () => client.ask(renewalNonce, '/v1/certificate/renewal', { body: { totem } }),
        renewed: (asked) => client.ask(renewed, '/v1/certificate/renewed', { body: asked }),
        close: () => undefined,
      }
    return createEnrolmentClient({ url, ca: identity().ca, version })
  }

  async function renew(url: string): Promise<void> {
    const by = way(url)
    try {
      const given = await by.renewal(totem)
      if (!given.ok) return tell(given.error)
      const { nonce } = given.value
      const proof = await proofOf(nonce)
      if (!proof.ok) return tell(proof.error)
      const answer = await by.renewed({ totem, nonce, proof: proof.value })
      if (!answer.ok) return tell(answer.error)
      if (answer.value.state === 'refused') return tell({ kind: answer.value.reason })
      await writeWhole(gateway.certificate, answer.value.certificate)
      await onRenewed()
    } finally {
      by.close()
    }
  }

  /** A line that is down has its own entries. */
  function tell(failure: GatewayFailure | TpmFailure | { kind: string }): void {
    if (failure.kind !== 'line-down') journal.record('certificate.not-renewed', { reason: failure.kind })
  }

  async function lookOnce(): Promise<void> {
    if (!enrolment) return
    const { begins, ends } = identity()
    if (+now() < +begins + SHARE * (+ends - +begins)) return
    await renew(enrolment.url).catch(({ code }: NodeJS.ErrnoException) => tell({ kind: code ?? 'failed' }))
  }

  const look = () => {
    looking ??= lookOnce().finally(() => {
      looking = null
    })
    return looking
  }
  return {
    look,
    start() {
      if (!enrolment) return
      timer = setTimeout(() => {
        void look()
        timer = setInterval(() => void look(), LOOK_EVERY_MS)
      }, random() * FIRST_LOOK_MS)
    },
    stop: () => clearTimeout(timer),
  }
}
