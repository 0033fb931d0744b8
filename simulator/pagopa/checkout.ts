import { randomBytes } from 'node:crypto'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import { dueOf, type Held, type Ledger, type NotPayable } from './ledger.ts'

const cart = z.object({
  emailNotice: z.email().optional(),
  paymentNotices: z
    .array(
      z.object({
        noticeNumber: z.string().regex(/^\d{18}$/),
        fiscalCode: z.string().regex(/^\d{11}$/),
        amount: z.number().int().min(1).max(99_999_999),
        companyName: z.string().max(140).optional(),
        description: z.string().max(140).optional(),
      }),
    )
    .min(1)
    .max(5),
  returnUrls: z.object({
    returnOkUrl: z.url(),
    returnCancelUrl: z.url(),
    returnErrorUrl: z.url(),
    returnWaitingUrl: z.url().optional(),
  }),
  idCart: z.string().max(100).optional(),
  allCCP: z.boolean().optional(),
})

const NOT_PAID: Record<NotPayable, string> = {
  PAA_PAGAMENTO_SCONOSCIUTO: 'Questo avviso non esiste.',
  PAA_PAGAMENTO_DUPLICATO: 'Questo avviso è già stato pagato.',
  PAA_PAGAMENTO_SCADUTO: 'Questo avviso è scaduto.',
  PAA_PAGAMENTO_ANNULLATO: 'Questo avviso è stato annullato da chi lo ha emesso.',
}

/** Checkout: creditors put notices into a cart, and whoever opens its page pays them. */
export function createCheckout({
  ledger,
  origin,
  pay,
}: {
  ledger: Ledger
  origin(): string
  /** A person pays on the page. */
  pay(held: Held): void
}) {
  const carts = new Map<string, z.infer<typeof cart>>()
  return {
    /** OpenAPI file checkout_v2 of pagopa-api. */
    api(app: FastifyInstance) {
      app.post('/carts', async ({ body }, reply) => {
        const read = cart.safeParse(body)
        if (!read.success) {
          const detail = read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')
          return reply.code(400).send({ title: 'Bad Request', status: 400, detail })
        }
        const bad = read.data.paymentNotices.map(({ noticeNumber }) => ledger.whyNotPayable(noticeNumber)).find(Boolean)
        if (bad) return reply.code(422).send({ title: 'Invalid payment info', status: 422, detail: bad })
        const id = randomBytes(16).toString('hex')
        carts.set(id, read.data)
        return reply.code(302).header('location', `${origin()}/c/${id}`).send()
      })
    },
    /** What a phone opens. */
    pages(app: FastifyInstance) {
      app.addContentTypeParser('application/x-www-form-urlencoded', (_request, payload, done) => {
        payload.resume()
        payload.on('end', () => done(null, null))
      })
      const found = (params: unknown) => carts.get((params as { id: string }).id) ?? null
      app.get('/c/:id', async ({ params }, reply) => {
        const one = found(params)
        return one
          ? page(reply, 'Pagamento', toPay(one))
          : page(reply.code(404), 'Pagamento', '<p>Questa pagina non c’è più.</p>')
      })
      app.post('/c/:id', async ({ params }, reply) => {
        const one = found(params)
        if (!one) return page(reply.code(404), 'Pagamento', '<p>Questa pagina non c’è più.</p>')
        for (const { noticeNumber, amount } of one.paymentNotices) {
          const held = ledger.byNav(noticeNumber)
          const why = ledger.whyNotPayable(noticeNumber)
          if (why || !held)
            return page(reply, 'Pagamento non riuscito', `<p>${NOT_PAID[why ?? 'PAA_PAGAMENTO_SCONOSCIUTO']}</p>`)
          if (amount !== dueOf(held)) return page(reply, 'Pagamento non riuscito', '<p>L’importo è cambiato.</p>')
          pay(held)
        }
        return page(reply, 'Pagamento eseguito', '<p>Grazie. Può tornare al totem.</p>')
      })
    },
  }
}

const euro = (cents: number) => `${Math.floor(cents / 100)},${String(cents % 100).padStart(2, '0')} €`
const html = (text: string) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)

const toPay = ({ paymentNotices }: z.infer<typeof cart>) =>
  `${paymentNotices
    .map(({ description = '', companyName = '', amount, noticeNumber }) =>
      [
        `<p>${html(description)}</p>`,
        `<p>${html(companyName)}</p>`,
        `<p>Avviso ${noticeNumber}</p>`,
        `<p class="sum">${euro(amount)}</p>`,
      ].join(''),
    )
    .join('')}<form method="post"><button>Paga</button></form>`

const page = (reply: FastifyReply, title: string, body: string) =>
  reply
    .type('text/html; charset=utf-8')
    .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'")
    .header('cache-control', 'no-store')
    .send(
      `<!doctype html><html lang="it"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title} (simulato)</title><style>body{font:1.2rem sans-serif;margin:2rem;max-width:26rem}button{font:inherit;padding:1rem;width:100%}.sum{font-size:2rem}</style><h1>${title}</h1>${body}<p><small>pagoPA simulato: qui non passa denaro.</small></p></html>`,
    )
