import { CardDisposition, CardMode, Client, type Reader } from 'pcsc-mini'

// Another PC/SC program on the same machine. Its parent tells it what to do with the card in the last reader.
const send = process.send?.bind(process)
if (!send) throw new Error('to be forked by driven-reader.ts')

type Card = Awaited<ReturnType<Reader['connect']>>
const client = new Client()
let card: Card | null = null
let transaction: Awaited<ReturnType<Card['transaction']>> | null = null

const cardIn = (slot: number) =>
  new Promise<Reader>((resolve) => {
    client.on('reader', (reader) => reader.name().endsWith(`0${slot}`) && resolve(reader))
    client.start()
  })

export type OtherProgram = { slot: number; does: 'hold' | 'transact' | 'reset' } | { does: 'let-go' }

process.on('disconnect', () => process.exit(0))
process.on('message', async (message: OtherProgram) => {
  if (message.does === 'let-go') {
    await transaction?.end(CardDisposition.LEAVE)
    await card?.disconnect(CardDisposition.LEAVE)
  } else {
    const reader = await cardIn(message.slot)
    card = await reader.connect(message.does === 'hold' ? CardMode.EXCLUSIVE : CardMode.SHARED)
    if (message.does === 'transact') transaction = await card.transaction()
    if (message.does === 'reset') await card.disconnect(CardDisposition.RESET)
  }
  send('done')
})
