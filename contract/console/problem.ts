import { z } from 'zod'

/** Why the console does not do it; each has its HTTP status and a sentence on the screen. */
export const problemStatus = {
  malformed: 400,
  /** The filter finds too little in too much of the log. */
  'too-wide': 400,
  'signed-out': 401,
  forbidden: 403,
  'cross-site': 403,
  /** The deed asks for a log-in of the last five minutes. */
  'log-in-again': 403,
  /** Who works at a counter has logged in with a smart card. */
  'card-needed': 409,
  /** The card has shaken hands longer ago than an issue may be. */
  'card-again': 403,
  /** It is not said yet at which counter. */
  'no-counter': 409,
  'not-found': 404,
  /** It was so before, or has changed meanwhile. */
  conflict: 409,
  /** The proposer, the approver and the holder of a grant are three people. */
  'same-person': 409,
  /** A grant gives no more than its giver has, for a year at most. */
  'beyond-own': 409,
  /** Who decides for a comune neither asks it nor audits it. */
  'both-sides': 409,
  /** A profile or an agreement says two things that do not go together: `field`. */
  inconsistent: 409,
  /** There must be somebody who can grant. */
  'last-one': 409,
  /** This gateway has no key that signs commands. */
  'no-command-key': 409,
  /** The totem's version does not know this command, or it was never heard. */
  'unknown-there': 409,
  /** Somebody has a copy of this totem: it comes back when a person has looked at it and said so. */
  clone: 409,
  /** It was restarted three times in a day. */
  'too-often': 409,
  /** The profile or the agreement of the request no longer holds. */
  'terms-ended': 409,
  /** The estimate is another by now: it is to be read again. */
  'estimate-changed': 409,
  /** The term has ended: silence has approved it. */
  'term-over': 409,
  /** More people than the agreement lets be asked about: `field` names the quota. */
  'over-quota': 409,
  /** No row of the file can be asked. */
  'no-rows': 409,
  /** A file of more than 20 MB. */
  'too-large': 413,
  'too-many': 429,
  'not-now': 503,
} as const
export type ConsoleProblemKind = keyof typeof problemStatus
export const consoleProblem = z.strictObject({
  kind: z.enum(Object.keys(problemStatus) as [ConsoleProblemKind, ...ConsoleProblemKind[]]),
  field: z.string().nullable(),
})
export type ConsoleProblem = z.infer<typeof consoleProblem>
