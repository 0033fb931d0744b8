import type { GatewayConfig } from '../../../gateway/index.ts'
import { openAnprLine } from './anpr-line.ts'

/** Stands before an ANPR and holds each question until it is let through: so a test has a queue, and sees its order. */
export interface HeldAnpr {
  throughLine(direct: GatewayConfig['anpr']): GatewayConfig['anpr']
  /** ANPR's ids of the certificates that were asked for, in order. */
  readonly asked: string[]
  hold(): void
  release(): void
  stop(): Promise<void>
}

export async function holdAnpr(): Promise<HeldAnpr> {
  const asked: string[] = []
  let held: (() => void)[] | null = null
  const line = await openAnprLine(async ({ service, body, ask }) => {
    await new Promise<void>((go) => (held ? held.push(go) : go()))
    if (service === 'ANPR-Certificazione') asked.push(JSON.parse(body).idOperazioneClient)
    return ask()
  })
  return {
    throughLine: line.throughLine,
    asked,
    hold() {
      held ??= []
    },
    release() {
      const waiting = held ?? []
      held = null
      for (const go of waiting) go()
    },
    stop: line.close,
  }
}
