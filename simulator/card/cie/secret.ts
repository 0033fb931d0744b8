const VERIFIED = 0x9000
const BLOCKED = 0x6983
const WRONG_LENGTH = 0x6700
const WRONG_DATA = 0x6a80

/** A PIN or PUK of 8 digits with its tries. Every method answers a status word. */
export class Secret {
  verified = false
  triesLeft: number
  readonly #maxTries: number
  #value: string

  constructor(value: string, maxTries: number) {
    this.#value = value
    this.#maxTries = maxTries
    this.triesLeft = maxTries
  }

  status(): number {
    if (this.verified) return VERIFIED
    return this.triesLeft === 0 ? BLOCKED : 0x63c0 | this.triesLeft
  }

  /** A wrong value undoes an earlier verification. */
  verify(given: Uint8Array): number {
    this.verified = false
    if (this.triesLeft === 0) return BLOCKED
    if (given.length !== 8) return WRONG_LENGTH
    this.verified = Buffer.from(this.#value, 'latin1').equals(given)
    this.triesLeft = this.verified ? this.#maxTries : this.triesLeft - 1
    return this.status()
  }

  change(value: Uint8Array): number {
    const text = Buffer.from(value).toString('latin1')
    if (!/^\d{8}$/.test(text)) return WRONG_DATA
    this.#value = text
    return VERIFIED
  }

  unblock(): void {
    this.triesLeft = this.#maxTries
  }
}
