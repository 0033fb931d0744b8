import koffi from 'koffi'
import { requiredSecret } from '../../settings/secret.ts'
import { CONFIG, Unusable } from '../../settings/unusable.ts'
import { NotSigned, type Signer } from './signer.ts'

// PKCS#11 2.40 (OASIS), as far as signing with a key that never leaves its token needs it. The numbers are the
// standard's.
const OK = 0
const ALREADY_INITIALIZED = 0x191
const USER_ALREADY_LOGGED_IN = 0x100
const SERIAL_SESSION = 4
const USER = 1
const [CLASS, LABEL, PRIVATE_KEY] = [0, 3, 3]
const SHA256_RSA_PKCS = 0x40
/** C_INITIALIZE_ARGS: sessions are used by several threads, and the module may lock by itself. */
const OS_LOCKING = 2
const TOKEN_INFO_BYTES = 208
const LABEL_BYTES = 32
/** RSA of 4,096 bits. */
const MOST_SIGNATURE = 512
const MOST_SLOTS = 64

const ulong = 'unsigned long'
koffi.struct('CK_ATTRIBUTE', { type: ulong, pValue: 'void *', ulValueLen: ulong })
koffi.struct('CK_MECHANISM', { mechanism: ulong, pParameter: 'void *', ulParameterLen: ulong })
koffi.struct('CK_C_INITIALIZE_ARGS', {
  ...{ create: 'void *', destroy: 'void *', lock: 'void *', unlock: 'void *', flags: ulong, reserved: 'void *' },
})

/** Places of the functions in CK_FUNCTION_LIST, which follow its version, and their types. */
const FUNCTIONS = {
  initialize: [0, koffi.proto(`${ulong} C_Initialize(CK_C_INITIALIZE_ARGS *args)`)],
  getSlotList: [4, koffi.proto(`${ulong} C_GetSlotList(uint8 present, void *slots, _Inout_ ${ulong} *count)`)],
  getTokenInfo: [6, koffi.proto(`${ulong} C_GetTokenInfo(${ulong} slot, void *info)`)],
  openSession: [
    12,
    koffi.proto(
      `${ulong} C_OpenSession(${ulong} slot, ${ulong} flags, void *app, void *notify, _Out_ ${ulong} *session)`,
    ),
  ],
  closeSession: [13, koffi.proto(`${ulong} C_CloseSession(${ulong} session)`)],
  login: [18, koffi.proto(`${ulong} C_Login(${ulong} session, ${ulong} user, void *pin, ${ulong} length)`)],
  findInit: [26, koffi.proto(`${ulong} C_FindObjectsInit(${ulong} session, CK_ATTRIBUTE *found, ${ulong} count)`)],
  find: [
    27,
    koffi.proto(`${ulong} C_FindObjects(${ulong} session, void *objects, ${ulong} most, _Out_ ${ulong} *count)`),
  ],
  findFinal: [28, koffi.proto(`${ulong} C_FindObjectsFinal(${ulong} session)`)],
  signInit: [42, koffi.proto(`${ulong} C_SignInit(${ulong} session, CK_MECHANISM *mechanism, ${ulong} key)`)],
  sign: [
    43,
    koffi.proto(
      `${ulong} C_Sign(${ulong} session, void *data, ${ulong} length, void *signature, _Inout_ ${ulong} *count)`,
    ),
  ],
} as const
type Name = keyof typeof FUNCTIONS
type Call = ((...args: unknown[]) => number) & { async(...args: unknown[]): void }

/** A private key by its label in the token of that name; `pinFile` is a secret. */
export interface TokenKey {
  /** The PKCS#11 library of the token's maker. */
  module: string
  token: string
  label: string
  pinFile: string
}

/** A session with the token, and the key in it. */
interface Opened {
  session: number
  handle: number
}

/**
 * The RSA key that `setting` names in a PKCS#11 token; throws `Unusable`. It signs one text after the other, outside the
 * event loop, and never leaves its token. A token that was away is opened anew at the next signature.
 */
export async function signerInToken(setting: string, key: TokenKey, kid: string): Promise<Signer> {
  const call = functionsOf(setting, key.module)
  const refuse = (what: string) => new Unusable(CONFIG, `${setting}: ${what}`)
  const refused = (what: string, result: number) => refuse(`${what} (${nameOf(result)})`)

  const begun = call.initialize({
    ...{ create: null, destroy: null, lock: null, unlock: null, flags: OS_LOCKING, reserved: null },
  })
  if (begun !== OK && begun !== ALREADY_INITIALIZED) throw refused('the module does not start', begun)

  async function open(): Promise<Opened> {
    const pin = Buffer.from((await requiredSecret(`${setting}.pinFile`, key.pinFile)).trim())
    const slot = slotsOf(call).find((one) => labelOf(call, one) === key.token)
    if (slot === undefined) throw refuse(`the module shows no token ${key.token}`)
    const opened = [0]
    const result = call.openSession(slot, SERIAL_SESSION, null, null, opened)
    if (result !== OK) throw refused('the token opens no session', result)
    const [session = 0] = opened
    const fails = (failure: Unusable) => {
      call.closeSession(session)
      return failure
    }
    const logged = call.login(session, USER, pin, pin.length)
    pin.fill(0)
    if (logged !== OK && logged !== USER_ALREADY_LOGGED_IN)
      throw fails(refused('the token takes no PIN, or not this one', logged))
    const found = privateKeys(call, session, key.label)
    const [handle] = found
    if (handle === undefined || found.length > 1)
      throw fails(refuse(`the token holds ${found.length} private keys of the label ${key.label}: there must be one`))
    return { session, handle }
  }

  let opened: Opened | null = await open()
  async function signNow(bytes: Buffer): Promise<Buffer> {
    opened ??= await open().catch(() => {
      throw new NotSigned('token-away')
    })
    const { session, handle } = opened
    const signature = Buffer.alloc(MOST_SIGNATURE)
    const length = [MOST_SIGNATURE]
    const with256 = { mechanism: SHA256_RSA_PKCS, pParameter: null, ulParameterLen: 0 }
    const begun = await inThread(call.signInit, session, with256, handle)
    const done = begun === OK ? await inThread(call.sign, session, bytes, bytes.length, signature, length) : begun
    if (done === OK) return signature.subarray(0, length[0])
    opened = null
    call.closeSession(session)
    throw new NotSigned(nameOf(done))
  }
  let last: Promise<unknown> = Promise.resolve()
  return {
    ...{ alg: 'RS256', kid },
    // A session does one thing at a time.
    sign(bytes) {
      const mine = last.then(() => signNow(bytes))
      last = mine.catch(() => undefined)
      return mine
    },
  }
}

const nameOf = (result: number) => `pkcs11-0x${result.toString(16)}`

/** The event loop goes on while the token works. */
const inThread = (call: Call, ...args: unknown[]) =>
  new Promise<number>((resolve, reject) => {
    call.async(...args, (error: Error | null, result: number) => (error ? reject(error) : resolve(result)))
  })

function functionsOf(setting: string, module: string): Record<Name, Call> {
  let library: ReturnType<typeof koffi.load>
  try {
    library = koffi.load(module)
  } catch {
    throw new Unusable(CONFIG, `${setting}.module: ${module} is no PKCS#11 module that can be loaded`)
  }
  const list: unknown[] = [null]
  const given = library.func(`${ulong} C_GetFunctionList(_Out_ void **list)`)(list)
  if (given !== OK) throw new Unusable(CONFIG, `${setting}.module: ${module} gives no functions`)
  // The version takes two bytes, and the first pointer stands at its own alignment.
  const pointers = koffi.decode(list[0], koffi.sizeof('void *'), 'void *', 44) as unknown[]
  const bound = Object.entries(FUNCTIONS).map(([name, [place, type]]) => [name, koffi.decode(pointers[place], type)])
  return Object.fromEntries(bound) as Record<Name, Call>
}

const ulongs = (bytes: Buffer, count: number) =>
  Array.from({ length: count }, (_, n) => Number(bytes.readBigUInt64LE(n * koffi.sizeof(ulong))))

function slotsOf(call: Record<Name, Call>): number[] {
  const slots = Buffer.alloc(MOST_SLOTS * koffi.sizeof(ulong))
  const count = [MOST_SLOTS]
  return call.getSlotList(1, slots, count) === OK ? ulongs(slots, count[0] ?? 0) : []
}

function labelOf(call: Record<Name, Call>, slot: number): string | null {
  const info = Buffer.alloc(TOKEN_INFO_BYTES)
  return call.getTokenInfo(slot, info) === OK ? info.toString('utf8', 0, LABEL_BYTES).trimEnd() : null
}

function privateKeys(call: Record<Name, Call>, session: number, label: string): number[] {
  const kind = Buffer.alloc(koffi.sizeof(ulong))
  kind.writeBigUInt64LE(BigInt(PRIVATE_KEY))
  const name = Buffer.from(label)
  const sought = [
    { type: CLASS, pValue: kind, ulValueLen: kind.length },
    { type: LABEL, pValue: name, ulValueLen: name.length },
  ]
  if (call.findInit(session, sought, sought.length) !== OK) return []
  const objects = Buffer.alloc(2 * koffi.sizeof(ulong))
  const count = [0]
  const found = call.find(session, objects, 2, count) === OK ? ulongs(objects, count[0] ?? 0) : []
  call.findFinal(session)
  return found
}
