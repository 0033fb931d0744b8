import { sessionEnded } from '../../../contract/gateway.ts'
import type { GatewayClient } from '../../sync/client.ts'

/** Tells the gateway when a visit is over, so that its session and the vouchers of its person end with it. */
export function createEnding({ ask }: Pick<GatewayClient, 'ask'>) {
  let open: { visit: string; token: string } | null = null
  let lastOver: string | null = null
  // Nobody waits for the answer. Without a line, or after a power cut, the gateway ends both by their time.
  const end = (token: string) =>
    void ask(sessionEnded, '/v1/sessions/current/end', { token, body: {}, repeatable: false })
  return {
    /** The gateway has opened a session for this visit, which may be over by now. */
    opened(visit: string, token: string) {
      if (visit === lastOver) end(token)
      else open = { visit, token }
    },
    over(visit: string) {
      lastOver = visit
      if (open !== null) end(open.token)
      open = null
    },
  }
}
