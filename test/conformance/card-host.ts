import { createCardService } from '../../native/card/service.ts'

// The driver in a process of its own, as in the product: a PC/SC context that has lost its service poisons the process.
const send = process.send?.bind(process)
if (!send) throw new Error('to be forked by reader.ts')

const service = createCardService({
  onState: (card) => send({ card }),
  onBroken: (reason) => send({ broken: reason }),
})

export interface HostCall {
  id: number
  login?: { pin: Uint8Array; challenge: Uint8Array }
}

process.on('disconnect', () => process.exit(0))
process.on('message', ({ id, login }: HostCall) => {
  const result = login ? service.login(login.pin, login.challenge) : service.read()
  void result.then((reply) => send({ id, reply, pin: login?.pin }))
})
