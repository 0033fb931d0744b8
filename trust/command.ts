import {
  COMMAND_TYP,
  type Command,
  type CommandArgs,
  type CommandRefusal,
  command,
  type TotemCommandKind,
  totemCommands,
} from '../contract/command.ts'
import type { GatewayKeys } from '../contract/gateway-keys.ts'
import { err, ok, type Result } from '../contract/result.ts'
import { openByKeys } from './anchored.ts'

/** A command that this totem knows and may carry out. */
export type KnownCommand = {
  [K in TotemCommandKind]: Omit<Command, 'kind' | 'args'> & { kind: K; args: CommandArgs<K> }
}[TotemCommandKind]

/** A clock may be so far behind that of who signed. */
const SKEW_MS = 2 * 60_000

const isKnown = (kind: string): kind is TotemCommandKind => Object.hasOwn(totemCommands, kind)

/**
 * Judges a command for this totem. `now` (ms): the latest instant that the totem has any proof of, so that a clock that was put back brings no
 * expired command to life. `last`: the highest serial that it has taken; `has`: whether it has taken this one. `signed` in a refusal: what it
 * is of, where it is ours and its serial is spent; null: the text says nothing that counts.
 */
export async function openCommand(
  jws: string,
  {
    totem,
    keys,
    now,
    last,
    has,
  }: { totem: string; keys: GatewayKeys['anchor']; now: number; last: number; has(serial: number): boolean },
): Promise<Result<KnownCommand, { kind: CommandRefusal; signed: Pick<Command, 'id' | 'serial' | 'kind'> | null }>> {
  const content = await openByKeys(jws, keys, COMMAND_TYP)
  const refuse = (why: CommandRefusal, signed: Command | null = null) => err({ kind: why, signed })
  if (content === null) return refuse('unsigned')
  const read = command.safeParse(content)
  if (!read.success) return refuse('malformed')
  const { kind, args, ...rest } = read.data
  if (rest.totem !== totem) return refuse('other-totem')
  if (rest.serial <= last) return refuse(has(rest.serial) ? 'replayed' : 'out-of-order')
  if (Date.parse(rest.expires) <= now) return refuse('expired', read.data)
  if (Date.parse(rest.notBefore) > now + SKEW_MS) return refuse('not-yet', read.data)
  if (!isKnown(kind)) return refuse('unknown-kind', read.data)
  const parsed = totemCommands[kind].safeParse(args)
  return parsed.success ? ok({ ...rest, kind, args: parsed.data } as KnownCommand) : refuse('malformed', read.data)
}
