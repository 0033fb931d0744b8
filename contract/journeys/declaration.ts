import { z } from 'zod'
import { certifiedFact } from '../catalogue.ts'

/**
 * A dichiarazione sostitutiva, free, in place of a certificate (art. 46 DPR 445/2000), or an atto notorio (art. 47).
 */

/**
 * What can be ticked on the declaration: the facts of art. 46 c. 1 that ANPR knows, by their letters. Letter h names the
 * birth of a child and the death of a spouse, an ascendant or a descendant.
 */
export const declaredFact = z.enum([...certifiedFact.options, 'h-birth', 'h-death', 'q'])
export type DeclaredFact = z.infer<typeof declaredFact>

/** Subjects under which a person finds what they declare. */
export const factTheme = z.enum(['home', 'person', 'ties'])
export type FactTheme = z.infer<typeof factTheme>

export const screens = [
  /**
   * The declaration is the holder's. `themes`: what is ticked under each theme. `asking`: ANPR is asked for the holder's
   * data now, to fill it. `byHand`: ANPR cannot be asked, so the person writes what the card does not say. `forAnother`:
   * a chosen certificate was about another person, so only facts that the holder may declare are ticked. `nonEu`: a
   * citizen of states outside the European Union declares only what an Italian public office can certify (art. 3).
   * `attoNotorio`: the form of art. 47 is offered too. To a private party it needs an authenticated signature and a bollo
   * (art. 21 DPR 445/2000), which no totem can give.
   */
  z.strictObject({
    screen: z.literal('declaration'),
    for: z.enum(['publicBody', 'privateParty']),
    attoNotorio: z.boolean(),
    themes: z.array(z.strictObject({ theme: factTheme, ticked: z.array(declaredFact) })),
    asking: z.boolean(),
    byHand: z.boolean(),
    forAnother: z.boolean(),
    nonEu: z.boolean(),
  }),
  /** What can be declared under one theme. */
  z.strictObject({
    screen: z.literal('declared-facts'),
    theme: factTheme,
    facts: z.array(declaredFact),
    ticked: z.array(declaredFact),
  }),
] as const

export const steps = { declaration: 'request', 'declared-facts': 'request' } as const

export const answers = [
  z.strictObject({ type: z.literal('printDeclaration'), form: z.enum(['declaration', 'atto-notorio']) }),
  z.strictObject({ type: z.literal('chooseFactTheme'), theme: factTheme }),
  /** Ticks a fact, or takes its tick away. */
  z.strictObject({ type: z.literal('toggleFact'), fact: declaredFact }),
] as const
