import { z } from 'zod'
import { certifiedFact } from '../catalogue.ts'

/**
 * A dichiarazione sostitutiva, free, in place of a certificate (art. 46 DPR 445/2000), or an atto notorio (art. 47).
 */

export const screens = [
  /**
   * The declaration is the holder's. `declares`: the facts that are ticked already, in place of the chosen
   * certificates; none where the person asked for no certificate. `forAnother`: a chosen certificate was about another
   * person, so only facts that the holder may declare are ticked. `attoNotorio`: the form of art. 47 is offered too.
   * To a private party it needs an authenticated signature and a bollo (art. 21 DPR 445/2000), which no totem can give.
   */
  z.strictObject({
    screen: z.literal('declaration'),
    for: z.enum(['publicBody', 'privateParty']),
    attoNotorio: z.boolean(),
    declares: z.array(certifiedFact),
    forAnother: z.boolean(),
  }),
] as const

export const steps = { declaration: 'request' } as const

export const answers = [
  z.strictObject({ type: z.literal('printDeclaration'), form: z.enum(['declaration', 'atto-notorio']) }),
] as const
