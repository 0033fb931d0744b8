import { MINUTE_MS } from '../../basics/time.ts'

/** Wrong tokens of one address before it has to wait for each answer. */
const FREE = 5
const DELAY_MS = 1_000
/** Answers of one address that wait at the same time. Further calls are turned away, whatever token they bring. */
const MOST_WAITING = 4
/** After so long without a wrong token an address is forgotten. */
const FORGET_MS = 10 * MINUTE_MS
/** Addresses that are remembered; the one whose wrong token is the longest ago is forgotten first. */
const MOST = 10_000

interface Address {
  failures: number
  lastAt: number
  toldAt: number
  waiting: number
}

/** Slows down an address that brings wrong tokens. A right token is let in at once, unless its address is `full`. */
export interface Brake {
  /** So many answers of the address wait already that no further token is looked at. */
  isFull(address: string): boolean
  /**
   * A wrong token: answers how many the address has brought, or null when the log has heard of it within a minute.
   * `over` resolves when the caller may be answered.
   */
  failed(address: string): { tell: number | null; over: Promise<void> }
}

export function createBrake(now: () => number = () => performance.now()): Brake {
  const known = new Map<string, Address>()

  function remembered(name: string): Address {
    const found = known.get(name)
    // Last in the map: the map's first is the one to be forgotten.
    known.delete(name)
    const isFresh = found && (found.waiting > 0 || now() - found.lastAt < FORGET_MS)
    const address = isFresh ? found : { failures: 0, lastAt: 0, toldAt: Number.NEGATIVE_INFINITY, waiting: 0 }
    known.set(name, address)
    const [oldest] = known.keys()
    if (known.size > MOST && oldest !== undefined) known.delete(oldest)
    return address
  }

  async function wait(address: Address): Promise<void> {
    address.waiting += 1
    await new Promise((resolve) => setTimeout(resolve, DELAY_MS))
    address.waiting -= 1
  }

  return {
    isFull: (name) => (known.get(networkOf(name))?.waiting ?? 0) >= MOST_WAITING,
    failed(name) {
      const address = remembered(networkOf(name))
      address.failures += 1
      address.lastAt = now()
      const isTold = address.failures > FREE && address.lastAt - address.toldAt < MINUTE_MS
      if (!isTold) address.toldAt = address.lastAt
      return {
        tell: isTold ? null : address.failures,
        over: address.failures > FREE ? wait(address) : Promise.resolve(),
      }
    },
  }
}

/** A machine may take any address of its IPv6 network (a /64) for each call. */
function networkOf(address: string): string {
  if (!address.includes(':') || address.includes('.')) return address
  const [head = '', tail] = address.split('::')
  const before = head.split(':').filter(Boolean)
  const after = tail === undefined ? [] : tail.split(':').filter(Boolean)
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length
  return [...before, ...Array<string>(Math.max(zeros, 0)).fill('0'), ...after].slice(0, 4).join(':')
}
