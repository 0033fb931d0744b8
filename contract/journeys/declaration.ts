import { z } from 'zod'
import { certifiedFact } from '../catalogue.ts'
import { personName } from '../identity.ts'

/** A dichiarazione sostitutiva, free, in place of a certificate (art. 46 DPR 445/2000), or an atto notorio (art. 47). */

export const screens = [
  /**
   * The declaration is the holder's. `declares`: the facts that are ticked already, in place of the certificates that were
   * chosen; of another person's only what the holder may declare. `forAnother` says that one of those was chosen. `anybody`: the person came for it, no certificate was asked for. `attoNotorio`: the
   * form of art. 47 is offered beside it; to a private party it takes an authenticated signature and a bollo, which no totem
   * can give (art. 21 DPR 445/2000).
   */
  z.strictObject({
    screen: z.literal('declaration'),
    for: z.enum(['publicBody', 'privateParty', 'anybody']),
    attoNotorio: z.boolean(),
    declarant: personName,
    declares: z.array(certifiedFact),
    forAnother: z.boolean(),
  }),
] as const

export const steps = { declaration: 'purpose' } as const

export const answers = [
  z.strictObject({ type: z.literal('printDeclaration'), form: z.enum(['declaration', 'atto-notorio']) }),
] as const
