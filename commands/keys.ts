import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TotemConfig } from '../contract/config.ts'
import type { OutcomeKeyHeld } from '../contract/gateway-keys.ts'
import { readBlob } from '../main/keys/blob.ts'
import { explain } from '../main/keys/explain.ts'
import type { KeyFailure } from '../main/keys/failure.ts'
import { type NotProtected, plainOf, protectKeys } from '../main/keys/protect.ts'
import {
  makeOutcomeKey,
  type NotRetired,
  type OutcomeKey,
  opens,
  outcomeKeysOf,
  retireOutcomeKey,
} from '../main/keys/rotate.ts'
import { inspectTotemKeys } from '../main/keys/totem-keys.ts'
import type { TpmFailure } from '../main/keys/tpm.ts'
import { type QueueReader, readQueue } from '../main/queue/queue.ts'
import { askOutcomeKey } from '../main/sync/outcome-key.ts'
import { CANT_CREATE, CONFIG, Failure, NO_INPUT, needed, options, putNew, TEMPORARY, usage } from './command.ts'
import { CONFIG_FILE, configIn } from './data.ts'
import { exitCodeOf, keyFailed, OTHER_MACHINE, UNPROTECTED } from './key-failure.ts'
import { make } from './keys-make.ts'

/** The key is still needed. */
const NEEDED = 22
/** The gateway seals outcomes to a key that this totem does not have. */
const NOT_SEALED_TO_US = 23

const HELP = `totem keys make       makes the keys of a totem, a gateway or a signer of lists (keys make --help)
totem keys status     where this totem's private keys lie, how they are protected, and whether they open
totem keys protect    has the TPM wrap them, in place; may be interrupted and run again
totem keys rotate     makes a new key for outcomes; the gateway gets its public half afterwards
totem keys retire     erases a key for outcomes once no outcome needs it and the gateway seals to another one

  --config FILE   the totem's configuration (${CONFIG_FILE})
  --pcrs LIST     protect: the TPM gives the keys back only while these registers are as now, such as sha256:0,7
  --out FILE      rotate: file for the public half
  --kid KID       retire: the key to erase
  --gateway-has KID   retire without a line: you have seen on the gateway that it seals to this other key
  --json          the answer as one line of JSON

Run as the totem's user. Exit codes: 0 done or in order, ${UNPROTECTED} a key is not kept as the configuration says,
${OTHER_MACHINE} the keys are another machine's, ${NEEDED} the key is still needed, or the gateway
could not be asked, ${NOT_SEALED_TO_US} the gateway seals to a key that is not here, ${NO_INPUT} no such file,
${CANT_CREATE} no file could be made, ${TEMPORARY} the TPM is busy, ${CONFIG} configuration or key refused, 64 wrong command`

const OPTIONS = {
  config: { type: 'string', default: CONFIG_FILE },
  pcrs: { type: 'string' },
  out: { type: 'string' },
  kid: { type: 'string' },
  'gateway-has': { type: 'string' },
  json: { type: 'boolean', default: false },
} as const

const COMMANDS = { status, protect, rotate, retire }
type Given = ReturnType<typeof optionsOf>
const optionsOf = (args: string[]) => options(HELP, args, OPTIONS)

/** `totem keys …`: how a totem keeps its private keys. */
export async function keys([what = '--help', ...args]: string[]): Promise<number> {
  if (what === '--help') return usage(HELP)
  if (what === 'make') return make(args)
  const command = Object.entries(COMMANDS).find(([known]) => known === what)?.[1]
  if (!command) return usage(HELP, `no such command: keys ${what}`)
  const given = optionsOf(args)
  return command(configIn(given.config), given)
}

async function status(config: TotemConfig, given: Given): Promise<number> {
  const { keyProtection } = config
  const blob = keyProtection.kind === 'tpm' ? await readBlob(keyProtection.blob) : null
  const files = (await inspectTotemKeys(config)).map(({ file, failure }) => ({
    ...{ file, failure },
    plainCopy: existsSync(plainOf(file)),
  }))
  const failure = files.find((file) => file.failure)?.failure ?? null
  const outcome = failure ? null : await withQueue(config, (queue) => outcomeKeysOf(config, queue))
  const outcomeKeys = outcome?.ok ? outcome.value : []
  const held = failure ? null : await askOutcomeKey(config)
  const sealedTo = held?.ok ? (outcomeKeys.find((key) => opens(key, held.value)) ?? null) : null
  say(
    given,
    {
      protection: keyProtection.kind,
      pcrs: blob?.ok ? blob.value.pcrs : null,
      files: files.map(({ file, failure, plainCopy }) => ({ file, state: failure?.kind ?? 'opens', plainCopy })),
      outcomeKeys,
      gatewaySealsTo: held?.ok ? { kid: held.value.kid, here: sealedTo !== null } : null,
    },
    [
      `protection: ${keyProtection.kind}${blob?.ok && blob.value.pcrs ? `, bound to ${blob.value.pcrs}` : ''}`,
      ...files.map(
        ({ file, failure, plainCopy }) =>
          `${(failure?.kind ?? 'opens').padEnd(20)}${file}${plainCopy ? ' and a plain copy: run protect again' : ''}`,
      ),
      ...outcomeKeys.map(({ kid, made, newest, waiting }) => {
        const since = made === null ? 'by provisioning' : `of ${new Date(made).toISOString()}`
        return `for outcomes: ${kid} ${since}${newest ? ', the newest' : ''}, ${waiting} waiting`
      }),
      ...(held === null ? [] : [sealsTo(held, sealedTo)]),
      failure ? explain(failure) : 'every key opens',
    ],
  )
  if (failure) return exitCodeOf(failure)
  if (outcome && !outcome.ok) throw failed(outcome.error)
  if (held?.ok && !sealedTo) return NOT_SEALED_TO_US
  return files.some(({ plainCopy }) => plainCopy) ? UNPROTECTED : 0
}

function sealsTo(held: Awaited<ReturnType<typeof askOutcomeKey>>, key: OutcomeKey | null): string {
  if (!held.ok) return `the gateway was not asked to which key it seals (${held.error.reason})`
  const { kid } = held.value
  if (!key) return `THE GATEWAY SEALS TO ${kid}, WHICH IS NOT HERE: give it the public half of the newest key`
  return `the gateway seals to ${kid}${key.newest ? '' : ', which is not the newest: give it the newest public half'}`
}

async function protect(config: TotemConfig, given: Given): Promise<number> {
  if (given.pcrs !== undefined && !/^sha256:\d{1,2}(,\d{1,2})*$/.test(given.pcrs)) {
    return usage(HELP, '--pcrs looks like sha256:0,7')
  }
  const done = await protectKeys(config, given.pcrs ?? null)
  if (!done.ok) throw failed(done.error)
  say(
    given,
    { files: done.value },
    done.value.map(({ file, did }) => `${did === 'wrapped' ? 'wrapped now' : 'was wrapped'}  ${file}`),
  )
  return 0
}

async function rotate(config: TotemConfig, given: Given): Promise<number> {
  const out = needed(HELP, '--out', given.out)
  // Taken first: a private half of which nobody gets the public one is of no use.
  putNew(out, '')
  const made = await makeOutcomeKey(config, Date.now())
  if (!made.ok) {
    rmSync(out)
    throw failed(made.error)
  }
  writeFileSync(out, `${JSON.stringify(made.value)}\n`)
  say(given, { kid: made.value.kid, out }, [
    `made ${made.value.kid}`,
    '1. restart the totem, so that it can open outcomes that are sealed to the new key',
    `2. give the gateway ${out} as totems/${config.totem}.outcome.pub.jwk.json`,
    '3. totem keys status says when the gateway seals to it',
    '4. when no outcome needs the old key any more: totem keys retire',
  ])
  return 0
}

async function retire(config: TotemConfig, given: Given): Promise<number> {
  const kid = needed(HELP, '--kid', given.kid)
  const retired = await withQueue(config, async (queue) => {
    const held = await heldKey(config, given, queue)
    return retireOutcomeKey(config, kid, queue, held)
  })
  if (!retired.ok) throw failed(retired.error)
  say(given, { kid }, [`erased ${kid}`])
  return 0
}

/** The key that the gateway seals to: as it says itself, or as the technician has seen there. */
async function heldKey(config: TotemConfig, { 'gateway-has': named }: Given, queue: Asked): Promise<OutcomeKeyHeld> {
  const held = await askOutcomeKey(config)
  if (held.ok) return held.value
  if (named === undefined) {
    const sentence = `the gateway cannot be asked which key it seals to (${held.error.reason}), so nothing was erased. Try again with a line, or look there and say --gateway-has KID`
    throw new Failure(NEEDED, { kind: held.error.kind }, sentence)
  }
  const keys = await outcomeKeysOf(config, queue)
  if (!keys.ok) throw failed(keys.error)
  const seen = keys.value.find((key) => key.kid === named)
  return seen ? { kid: seen.kid, x: seen.x, y: seen.y } : { kid: named, x: '', y: '' }
}

type Asked = Pick<QueueReader, 'get' | 'list' | 'depth'>
const NO_QUEUE: Asked = {
  get: () => null,
  list: () => [],
  depth: () => ({ queued: 0, submitted: 0, waiting: 0, aside: 0, oldestQueuedAt: null }),
}

/** Answers from an empty queue when the totem was never started. */
async function withQueue<T>({ dataDir }: TotemConfig, work: (queue: Asked) => Promise<T>): Promise<T> {
  const file = join(dataDir, 'queue.db')
  if (!existsSync(file)) return work(NO_QUEUE)
  const queue = readQueue(file)
  if (!queue.ok) throw new Failure(CONFIG, queue.error, `the queue cannot be read: ${queue.error.kind}`)
  try {
    return await work(queue.value)
  } finally {
    queue.value.close()
  }
}

function say({ json }: Given, answer: object, lines: string[]): void {
  console.log(json ? JSON.stringify(answer) : lines.join('\n'))
}

type Unusable = KeyFailure | TpmFailure

const RETIRE: Record<Exclude<NotRetired, Unusable>['kind'], string> = {
  'key-unknown': 'this totem has no such key',
  'key-sealed-to': 'the gateway still seals outcomes to it: give the gateway the public half of the newest key first',
  'gateway-holds-other':
    'the gateway seals outcomes to a key that is not here: give it the public half of the newest key first',
  'key-newest': 'it is the newest, which the gateway is to seal to',
  'key-needed': 'certificates that wait for their owners are sealed to it',
  'requests-under-way': 'requests are under way, and the gateway may have sealed their outcomes to it',
}

function failed(failure: NotProtected | NotRetired): Failure {
  if ('file' in failure || 'detail' in failure) {
    return keyFailed(failure)
  }
  return failure.kind === 'no-tpm-configured'
    ? new Failure(CONFIG, failure, 'the configuration names no TPM (keyProtection)')
    : new Failure(NEEDED, failure, RETIRE[failure.kind])
}
