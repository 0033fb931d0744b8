import { z } from 'zod'
import { COMMAND_REFUSALS, type CommandRefusal } from './command-words.ts'
import { outcomeKeyAnswer } from './gateway-keys.ts'
import { isoInstant, operationId, totemId } from './identity.ts'

export type { CommandRefusal } from './command-words.ts'

// What operators ask of a totem from afar (`GET /v1/commands`): a closed list, and nothing else.

export const COMMAND_TYP = 'totem-command+jws'
/** A totem that was off does not do today what was asked of it yesterday. */
export const COMMAND_HOURS = 24
/** Restarts of a kind that a totem does in a day. */
export const RESTARTS_A_DAY = 3

/** What the first screen can say of days to come: sentences of our own in each language, and never an operator's words. */
export const noticeSentence = z.enum(['closed', 'works', 'registry'])
export type NoticeSentence = z.infer<typeof noticeSentence>

const none = z.strictObject({})
/** `day`: of which the sentence speaks; it is shown up to its end. */
export const noticeArgs = z.strictObject({ sentence: noticeSentence, day: z.iso.date() })

/**
 * The commands that a totem carries out, each with all that it may be told besides.
 *
 *   withdraw        out of service once the visit under way is over; what was recorded goes on
 *   restore         back in service, if all that a visit needs works
 *   rotate-keys     a new key for outcomes
 *   send-log        sends now what the gateway does not hold yet of the sync log
 *   restart-app     ends, to be started anew; restart-device: the process of reader and printer
 *   reboot          the machine, by night
 *   readiness       tries all that a visit needs, and prints the report
 *   notice          a sentence on the first screen; notice-off: none any more
 */
export const totemCommands = {
  withdraw: none,
  restore: none,
  'rotate-keys': none,
  'send-log': none,
  'restart-app': none,
  'restart-device': none,
  reboot: none,
  readiness: none,
  notice: noticeArgs,
  'notice-off': none,
} as const satisfies Record<string, z.ZodType>
export type TotemCommandKind = keyof typeof totemCommands
export const totemCommandKinds = Object.keys(totemCommands) as [TotemCommandKind, ...TotemCommandKind[]]
export type CommandArgs<K extends TotemCommandKind> = z.infer<(typeof totemCommands)[K]>

/**
 * Payload of a command: a compact JWS, ES256, protected header `typ` "totem-command+jws", by one of the gateway's `command` keys
 * (contract/gateway-keys.ts), which sign nothing else. It is for one totem. `serial` grows with each command of a totem: one that
 * is not above the last is refused. `kind` and `args` are read by the list above: a totem of an earlier version answers
 * `unknown-kind`.
 */
export const command = z.strictObject({
  id: operationId,
  totem: totemId,
  serial: z.int().min(1).max(1_000_000_000),
  kind: z.string().regex(/^[a-z][a-z-]{1,30}$/),
  args: z.record(z.string().max(20), z.union([z.string().max(40), z.int()])),
  notBefore: isoInstant,
  expires: isoInstant,
})
export type Command = z.infer<typeof command>

export const commandRefusal = z.enum(Object.keys(COMMAND_REFUSALS) as [CommandRefusal, ...CommandRefusal[]])

/** `id`: as the gateway holds it, for the answer about a text that cannot be opened. */
export const commandsAnswer = z.strictObject({
  commands: z.array(z.strictObject({ id: operationId, command: z.string().max(2_000) })).max(20),
})
/** `after`: the highest serial that the totem has taken. */
export const commandsQuery = z.strictObject({ after: z.coerce.number().int().min(0).max(1_000_000_000) })

const code = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/)
/** What came of a command. `found`: of a trial, each row with its outcome; of the log, how many entries are still here. */
export const commandOutcome = z.strictObject({
  id: operationId,
  refusal: commandRefusal.nullable(),
  found: z.array(z.strictObject({ what: code, outcome: code })).max(60),
})
export type CommandOutcome = z.infer<typeof commandOutcome>
/** `POST /v1/commands/outcomes`; told again until the gateway has it. */
export const commandOutcomes = z.strictObject({ outcomes: z.array(commandOutcome).min(1).max(20) })
export type CommandOutcomes = z.infer<typeof commandOutcomes>
export const commandOutcomesTaken = z.strictObject({ taken: z.array(operationId) })

export const OUTCOME_KEY_TYP = 'totem-outcome-key+jws'
/**
 * `POST /v1/commands/outcome-key`: the public half of a totem's new key for outcomes, a compact JWS by the key with which it signs
 * papers. It counts for the `rotate-keys` that asked for it, once.
 */
export const outcomeKeyWish = z.strictObject({
  totem: totemId,
  command: operationId,
  key: outcomeKeyAnswer.shape.key,
})
export type OutcomeKeyWish = z.infer<typeof outcomeKeyWish>
export const outcomeKeyOffered = z.strictObject({ signed: z.string().max(2_000) })
export const outcomeKeyTaken = z.strictObject({ taken: z.boolean() })
