import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'

/** Stands before an ANPR and holds each question until it is let through: so a test has a queue, and sees its order. */
export interface HeldAnpr {
  url: string
  /** ANPR's ids of the certificates that were asked for, in order. */
  readonly asked: string[]
  hold(): void
  release(): void
  stop(): Promise<void>
}

export async function holdAnpr(target: () => string): Promise<HeldAnpr> {
  const asked: string[] = []
  let held: (() => void)[] | null = null
  const server = createServer(async (request, response) => {
    const body = (await json(request)) as { idOperazioneClient: string }
    await new Promise<void>((go) => (held ? held.push(go) : go()))
    if (request.url?.includes('Certificazione')) asked.push(body.idOperazioneClient)
    const answer = await fetch(new URL(request.url ?? '', target()), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    hold() {
      held ??= []
    },
    release() {
      const waiting = held ?? []
      held = null
      for (const go of waiting) go()
    },
    async stop() {
      server.closeAllConnections()
      server.close()
    },
  }
}
