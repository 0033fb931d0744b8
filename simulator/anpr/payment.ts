import { ok, type Result } from '../../contract/result.ts'
import { type AnprError, refusal } from './errors.ts'

/** What a request says of bollo and diritti. Amounts are euro cents. */
export interface PaymentWish {
  esenzioneBollo: string
  esenzioneDiritti?: string | undefined
  descrizioneEsenzioneBollo?: string | undefined
  bollo: string
  bolloVirtuale?: string | undefined
  diritti: string
  paEstera: string
}

/**
 * How the bollo is settled, as it stands on the sheet: by an exempting law (null where the sheet does not name it), or
 * by money.
 */
export type Bollo =
  | { exempt: string | null }
  | { paid: 'contrassegno' | 'other'; cents: number }
  | { paid: 'virtual'; cents: number; authorisation: string }
export interface Payment {
  bollo: Bollo
  diritti: number
}

/** ANPR table 39: the law that the sheet cites. */
const EXEMPTIONS: Record<string, string | null> = {
  '1': 'art. 27-bis Tab. B DPR 642/1972',
  '2': 'art. 8-bis Tab. B DPR 642/1972',
  '3': 'art. 18 DPR 115/2002',
  '4': 'art. 16 Tab. B DPR 642/1972',
  '5': 'art. 13 Tab. B DPR 642/1972',
  '6': 'art. 82 L. 184/1983',
  '7': 'art. 19 L. 74/1987',
  '8': 'art. 16, comma 8, L. 537/1993',
  '9': 'art. 9 Tab. B DPR 642/1972',
  '10': 'art. 16 Tab. B DPR 642/1972',
  // Its text is not printed.
  '99': null,
}
/** Table 39: these are free of diritti too. */
const FREE_OF_DIRITTI = ['4', '6', '7', '10']
const NOT_EXEMPT = '0'
const OTHER = '99'
/** `paEstera`: immigration and court, which are exempt by their nature. */
const EXEMPT_USES = ['2', '3']

/**
 * How a wish settles bollo and diritti, and ANPR's own refusals of one that does not. `authorisation`: the number by which
 * the Agenzia delle Entrate lets the consumer pay bollo virtually (art. 15 DPR 642/1972); null: none is registered.
 */
export function settled(wish: PaymentWish, authorisation: string | null): Result<Payment, AnprError> {
  const { esenzioneBollo, esenzioneDiritti, descrizioneEsenzioneBollo: described = '', paEstera } = wish
  if (![wish.bollo, wish.diritti].every((amount) => /^\d{1,6}$/.test(amount))) return refusal('999')
  const [bollo, diritti] = [Number(wish.bollo), Number(wish.diritti)]
  if (!['0', '1', '2', '3', '4'].includes(paEstera)) return refusal('999')
  const exempt = esenzioneBollo !== NOT_EXEMPT
  if (EXEMPT_USES.includes(paEstera) && !exempt) return refusal('EN345')
  if (exempt && EXEMPTIONS[esenzioneBollo] === undefined) return refusal('999')
  if (esenzioneBollo === OTHER && described === '') return refusal('EN281')
  if (described.length > 256) return refusal('EN282')
  if (FREE_OF_DIRITTI.includes(esenzioneBollo) && esenzioneDiritti === '0') return refusal('EN123')
  if (esenzioneDiritti === '1' && diritti > 0) return refusal(esenzioneBollo === OTHER ? 'EN284' : 'EN217')
  if (esenzioneDiritti === '0' && diritti === 0) return refusal('EN209')
  if (exempt) return bollo > 0 ? refusal('999') : ok({ bollo: { exempt: EXEMPTIONS[esenzioneBollo] ?? null }, diritti })
  if (bollo === 0) return refusal('EN208')
  switch (wish.bolloVirtuale) {
    case '1':
      return authorisation === null
        ? refusal('EN116')
        : ok({ bollo: { paid: 'virtual', cents: bollo, authorisation }, diritti })
    case '2':
      return ok({ bollo: { paid: 'contrassegno', cents: bollo }, diritti })
    case '9':
      return ok({ bollo: { paid: 'other', cents: bollo }, diritti })
    default:
      return refusal('999')
  }
}
