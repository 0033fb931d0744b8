import { flushCompileCache } from 'node:module'
import { loadExternalKey } from '../../../native/card/cie/index.ts'
import { createCardService } from '../../../native/card/service.ts'
import { PKI } from '../pki.ts'

// A test kills it; what it has read is kept for the next one (vitest.config.ts).
flushCompileCache()

// The driver in a process of its own, as in the product: a PC/SC context that has lost its service poisons the process.
const send = process.send?.bind(process)
if (!send) throw new Error('to be forked by driven-reader.ts')

const key = loadExternalKey(`${PKI}/cie/external-key.bin`, {
  testTrust: true,
})
const service = createCardService({
  externalKey: key.state === 'ready' ? key.key : null,
  onState: (card) => send({ card }),
  onBroken: (reason) => send({ broken: reason }),
})

export interface HostCall {
  id: number
  login?: { pin: Uint8Array | null; challenge: Uint8Array }
  can?: string
  wait?: true
}

process.on('disconnect', () => process.exit(0))
process.on('message', ({ id, login, can, wait }: HostCall) => {
  if (wait) return void send({ id, reply: service.wait() })
  const result = login
    ? service.login(login.pin, login.challenge)
    : can !== undefined
      ? service.travelDocument(can)
      : service.read()
  void result.then((reply) => send({ id, reply, pin: login?.pin }))
})
