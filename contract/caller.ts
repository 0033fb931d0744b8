import { z } from 'zod'
import { isCodiceFiscale, totemId } from './identity.ts'

/** A console. Its form differs from a totem's, so that no id names two machines. */
const station = z.string().regex(/^[A-Z]{2}-\d{4}-\d{2,3}$/)
/** A workstation at a counter: its office (contract/console/people.ts) and two digits, which no totem's id ends with. */
export const deskId = z.string().regex(/^[A-Z0-9][A-Z0-9-]{0,19}-\d{2}$/)

/** An office of a body that asks the register through the console: `INPS-PG:PENSIONI`. The colon makes it no machine's. */
const officeOfBody = z.string().regex(/^[A-Z][A-Z0-9-]{1,19}:[A-Z0-9][A-Z0-9-]{0,19}$/)

/**
 * An operator, as the employer's directory names them. The logs keep the name readable, so it may not be a codice
 * fiscale.
 */
export const operatorName = z
  .string()
  .regex(/^[\w.-]{1,64}$/)
  .refine((text) => !isCodiceFiscale(text.toUpperCase()), 'a codice fiscale')

/**
 * The asker at the gateway: the machine that a door has proved and, where one works there, the operator. A citizen is
 * never a caller: evidence proves a citizen (contract/evidence.ts). An operator at a counter calls by number
 * (contract/console/cards.ts).
 */
export const caller = z.discriminatedUnion('channel', [
  z.strictObject({ channel: z.literal('totem'), id: totemId }),
  z.strictObject({ channel: z.literal('counter'), id: deskId, person: operatorName }),
  z.strictObject({ channel: z.literal('console'), id: z.union([station, officeOfBody]), person: operatorName }),
])
export type Caller = z.infer<typeof caller>
export type Channel = Caller['channel']
/** The callers of one channel. */
export type CallerAt<C extends Channel> = Extract<Caller, { channel: C }>

export const atTotem = (id: string): CallerAt<'totem'> => ({ channel: 'totem', id })

/** The operator at the machine; null at a totem, where nobody stands between citizen and gateway. */
export const operatorOf = (caller: Caller): string | null => ('person' in caller ? caller.person : null)

/**
 * One text for each caller, as statements and sealed headers name it. No part of it can hold a slash or a line break.
 */
export const callerText = (caller: Caller): string =>
  [caller.channel, caller.id, operatorOf(caller)].filter((part) => part !== null).join('/')

export const isSameCaller = (one: Caller, other: Caller): boolean => callerText(one) === callerText(other)
