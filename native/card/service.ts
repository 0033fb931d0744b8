import { CardDisposition } from 'pcsc-mini'
import type { CardFailure, CardReadout, CardState } from '../../contract/device.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import { loginCns, readCns } from './cns.ts'
import { type Insertion, OPERATION_LIMIT_MS, watchSlots } from './slots.ts'
import { type Channel, inTransaction } from './transport.ts'

export interface CardService {
  /** What the card says without a PIN. */
  read(): Promise<Result<CardReadout, CardFailure>>
  /**
   * PIN and signature over `challenge` by the very card that was read; another one is `card-removed`. Overwrites `pin`.
   * The card is reset afterwards.
   */
  login(pin: Uint8Array, challenge: Uint8Array): Promise<Result<LoginProof, CardFailure>>
  stop(): void
}

export interface LoginProof {
  /** RSA PKCS#1 v1.5 with SHA-256 over the challenge. */
  signature: Uint8Array
  apdus: number
}

/**
 * The card reader as the totem uses it. `onState` is told each change of what the reader holds. `onBroken`: the PC/SC
 * service died or the reader is wedged; nothing works from then on and the process must leave, because the dead context
 * throws out of nowhere when it is garbage-collected. It must kill itself: `process.exit` waits for a wedged call for ever.
 */
export function createCardService({
  onState,
  onBroken,
}: {
  onState(state: CardState): void
  onBroken(reason: string): void
}): CardService {
  let busy = false
  const slots = watchSlots(onState, onBroken)

  async function operate<T>(
    insertion: Insertion,
    then: CardDisposition,
    work: (channel: Channel) => Promise<Result<T, CardFailure>>,
  ): Promise<Result<T, CardFailure>> {
    const limit = new AbortController()
    let timer: NodeJS.Timeout | undefined
    const wedged = new Promise<Result<never, CardFailure>>((resolve) => {
      timer = setTimeout(() => {
        limit.abort()
        resolve(err({ kind: 'card-error', step: 'timeout', sw: null }))
        slots.breakDown('operation-timeout')
      }, OPERATION_LIMIT_MS)
    })
    busy = true
    try {
      const result = await Promise.race([inTransaction(insertion.connection, then, limit.signal, work), wedged])
      if (!result.ok && result.error.kind === 'card-removed') slots.lost(insertion)
      if (!result.ok && result.error.kind === 'reader-unavailable') slots.breakDown('context-lost')
      return result
    } finally {
      clearTimeout(timer)
      busy = false
    }
  }

  /** Why there is no card to work with. */
  function absence(): CardFailure {
    const { state } = slots.state()
    return { kind: state === 'no-reader' ? 'reader-unavailable' : state === 'mute' ? 'card-mute' : 'no-card' }
  }

  return {
    async read() {
      if (busy) return err({ kind: 'card-busy' })
      const insertion = slots.insertion()
      if (!insertion) return err(absence())
      const reading = await operate(insertion, CardDisposition.LEAVE, (channel) =>
        readCns(channel, insertion.atr, false),
      )
      if (!reading.ok) return reading
      insertion.card = reading.value.card
      return ok(reading.value.readout)
    },
    async login(pin, challenge) {
      try {
        if (busy) return err({ kind: 'card-busy' })
        const insertion = slots.insertion()
        if (!insertion) return err(absence())
        const { card } = insertion
        // A PIN is for the card whose holder was shown: it never goes to one that was put in since.
        if (!card) return err({ kind: 'card-removed' })
        return await operate(insertion, CardDisposition.RESET, (channel) =>
          loginCns(channel, card, pin, challenge, { pin: 'not-sent' }),
        )
      } finally {
        pin.fill(0)
      }
    },
    stop: () => slots.stop(),
  }
}
