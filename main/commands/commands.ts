import {
  type CommandArgs,
  type CommandOutcome,
  type CommandRefusal,
  type TotemCommandKind,
  totemCommands,
} from '../../contract/command.ts'
import type { GatewayKeys } from '../../contract/gateway-keys.ts'
import { openCommand } from '../../trust/command.ts'
import type { Journal } from '../journal/journal.ts'
import type { Commands as Store, Taken } from '../queue/commands.ts'
import type { GatewayClient } from '../sync/client.ts'

/** While a command waits for a quiet moment. */
const LOOK_MS = 2_000

/** What came of it: null and what was found, or why not. */
export interface Done {
  refusal: CommandRefusal | null
  found?: CommandOutcome['found']
}
export const DONE: Done = { refusal: null }
export const refused = (refusal: CommandRefusal, found: Done['found'] = []): Done => ({ refusal, found })

/**
 * How a command is carried out. `idle`: not while somebody stands there. `cutOff`: what the next start says of one that was
 * begun: a restart is done by then; what changes nothing twice is done again; of anything else nobody knows.
 */
export interface Deed<K extends TotemCommandKind> {
  idle: boolean
  cutOff: 'done' | 'again' | 'interrupted'
  /** False: it waits for another moment, up to its end. */
  mayBegin?(): boolean
  run(args: CommandArgs<K>, command: string): Done | Promise<Done>
}
export type Deeds = { [K in TotemCommandKind]: Deed<K> }

export interface CommandsParts {
  client: Pick<GatewayClient, 'commands' | 'commandOutcomes'>
  journal: Pick<Journal, 'record'>
  store: Store
  totem: string
  /** The gateway's keys for commands. */
  keys(): NonNullable<GatewayKeys['command']>
  now(): number
  /** The latest instant (ms) of which the totem has any proof, whatever its clock says. */
  latest(): number
  isIdle(): boolean
  deeds: Deeds
  /** Whether the totem is out of service, or what its first screen says, may have changed. */
  onChange(): void
}

export interface CommandRoom {
  /** The gateway says which serial waits here; null: none. */
  heard(serial: number | null): Promise<void>
  /** Does what is due; runs by itself. */
  look(): Promise<void>
  start(): void
  stop(): void
}

const isKnown = (kind: string): kind is TotemCommandKind => Object.hasOwn(totemCommands, kind)

/** Fetches what operators ask of this totem, does each once, and tells what came of it. */
export function createCommands(parts: CommandsParts): CommandRoom {
  const { client, journal, store, totem, deeds, onChange } = parts
  /** Of texts that say nothing that counts: no serial of this totem's is spent for them. */
  let unopened: CommandOutcome[] = []
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  let working: Promise<void> | null = null

  const tellRefused = (id: string, kind: string, reason: CommandRefusal) =>
    journal.record('command.refused', { command: id, kind, reason })

  async function fetch(): Promise<void> {
    const answer = await client.commands(store.last())
    if (!answer.ok || stopped) return
    for (const { id, command: text } of answer.value.commands) {
      const now = Math.max(parts.now(), parts.latest())
      const { last, has } = store
      const opened = await openCommand(text, { totem, keys: parts.keys(), now, last: last(), has })
      if (stopped) return
      if (opened.ok) {
        if (!store.take(opened.value).ok) return
        journal.record('command.taken', { command: opened.value.id, kind: opened.value.kind })
        onChange()
        continue
      }
      const { kind: reason, signed } = opened.error
      if (signed) store.turnAway(signed, reason)
      else unopened = [...unopened.filter((each) => each.id !== id), { id, refusal: reason, found: [] }].slice(-20)
      tellRefused(signed?.id ?? id, signed?.kind ?? 'unknown', reason)
    }
  }

  async function tell(): Promise<void> {
    const outcomes = [...unopened, ...store.untold()].slice(0, 20)
    if (outcomes.length === 0) return
    const answer = await client.commandOutcomes({ outcomes })
    if (!answer.ok || stopped) return
    const { taken } = answer.value
    unopened = unopened.filter(({ id }) => !taken.includes(id))
    store.told(taken)
  }

  function settle({ serial, id, kind }: Taken, { refusal, found = [] }: Done): void {
    if (!store.end(serial, { refusal, found }).ok) return
    if (refusal === null) journal.record('command.done', { command: id, kind })
    else tellRefused(id, kind, refusal)
    onChange()
  }

  async function carryOut(taken: Taken): Promise<void> {
    const { id, kind, serial } = taken
    // It was taken by a later program, before this one was brought back.
    if (!isKnown(kind)) return settle(taken, refused('unknown-kind'))
    if (taken.expires <= Math.max(parts.now(), parts.latest())) return settle(taken, refused('expired'))
    const deed = deeds[kind] as Deed<TotemCommandKind>
    if ((deed.idle && !parts.isIdle()) || deed.mayBegin?.() === false) return
    // What is begun may never be begun again: that it is stands on the disk first.
    if (taken.state === 'taken' && !store.begin(serial).ok) return
    const done = await Promise.resolve(deed.run(taken.args as CommandArgs<typeof kind>, id)).catch(
      (failure: NodeJS.ErrnoException) => {
        if (failure.code === undefined) throw failure
        return refused('failed')
      },
    )
    if (!stopped) settle(taken, done)
  }

  async function lookOnce(): Promise<void> {
    const open = store.open()
    for (const taken of open) {
      if (stopped) return
      await carryOut(taken)
    }
    if (open.length > 0) await tell()
  }
  const look = (): Promise<void> => {
    working ??= lookOnce().finally(() => {
      working = null
    })
    return working
  }

  /** Nothing is done twice, whatever ended the program in the middle. */
  function resume(): void {
    for (const taken of store.open()) {
      if (taken.state !== 'begun') continue
      const cutOff = isKnown(taken.kind) ? deeds[taken.kind].cutOff : 'interrupted'
      if (cutOff !== 'again') settle(taken, cutOff === 'done' ? DONE : refused('interrupted'))
    }
  }

  return {
    async heard(serial) {
      if (serial !== null && serial > store.last()) await fetch()
      await look()
      await tell()
    },
    look,
    start() {
      resume()
      timer = setInterval(() => void look(), LOOK_MS)
    },
    stop() {
      stopped = true
      clearInterval(timer)
    },
  }
}
