import { italianDay, MINUTE_MS } from '../../basics/time.ts'
import type { TotemConfig } from '../../contract/config.ts'
import type { CardReadout } from '../../contract/device.ts'
import type { Result } from '../../contract/result.ts'
import type { Journal } from '../journal/journal.ts'
import type { AccessStore } from './access.ts'
import { type CardStanding, fingerprintOf, judgeCode, standingOf } from './entry.ts'
import { type Pages, page } from './pages.ts'
import { codeTries } from './tries.ts'
import { ENTRY_SAYS, MENU_WORDS as words } from './words.ts'

/** The gateway is asked who may enter; a slow line does not keep a technician from their work. */
const LOOK_MS = 4_000
/** Somebody with a technician's card who is here as a citizen puts it in again within this. */
const CITIZEN_MS = 3 * MINUTE_MS

/** Why a card that is a technician's does not come in: the card itself, or its PIN. */
type NotLoggedIn = { kind: 'wrong-pin'; triesLeft: number | null } | { kind: 'refused'; reason: string }

export interface WayInParts {
  config: TotemConfig
  journal: Pick<Journal, 'record'>
  access: Pick<AccessStore, 'told' | 'look'>
  /** Of the codes of the day; null: this totem has none. */
  secret: Uint8Array | null
  triesLeft(readout: CardReadout): number | null
  /**
   * Every check of a citizen's log-in, and the PIN. `withoutCrl`: the line has been away for so long that revocations are
   * not known, and an operator has been asked instead.
   */
  logIn(
    readout: CardReadout,
    pin: Uint8Array | null,
    how: { withoutCrl: boolean },
  ): Promise<Result<unknown, NotLoggedIn>>
  now(): Date
}

/** The way from a card in the reader to the menu: grant, PIN, and without a line the code of the day. */
export function createWayIn(
  parts: WayInParts,
  pages: Pages,
  { enter, end }: { enter(grant: number, by: 'grant' | 'code'): void; end(how: string): void },
) {
  const { config, journal, access, now } = parts
  const { show } = pages
  let citizen = { card: '', until: 0 }

  const standing = (readout: CardReadout): CardStanding =>
    readout.card === 'cns'
      ? standingOf(access.told, fingerprintOf(readout.certificate), { now: now(), codes: parts.secret !== null })
      : { state: 'citizen' }

  async function meet(readout: CardReadout & { card: 'cns' }, before: Exclude<CardStanding, { state: 'citizen' }>) {
    const looked = Promise.race([access.look(), new Promise<void>((done) => setTimeout(done, LOOK_MS).unref())])
    if (
      (await pages.whileWaiting(
        words.technician,
        words.asking,
        looked.then(() => true),
      )) === null
    )
      return
    const after = standing(readout)
    // The gateway has forgotten the card since: an ended grant goes after some months.
    const found =
      after.state === 'citizen' ? ({ ...before, state: 'refused', reason: 'grant-ended', at: null } as const) : after
    if (found.state === 'refused') return refuse(found.grant, found.reason, ENTRY_SAYS[found.reason](found.at))
    askPin(readout, found, parts.triesLeft(readout), null)
  }

  function refuse(grant: number, reason: string, lead: string): void {
    journal.record('service.refused', { grant, reason })
    show({
      screen: page({ title: words.notLetIn, lead, tone: 'danger', main: { id: 'end', label: words.end } }),
      press: { end: () => end('refused') },
    })
  }

  type May = Extract<CardStanding, { state: 'grant' | 'code' }>
  function askPin(readout: CardReadout & { card: 'cns' }, may: May, left: number | null, said: string | null): void {
    const asCitizen = () => asksAsCitizen(readout)
    const back = { id: 'citizen', label: words.citizen }
    const check = async (pin: Uint8Array | null) => {
      const how = { withoutCrl: may.state === 'code' }
      const known = await pages.whileWaiting(words.technician, words.checking, parts.logIn(readout, pin, how))
      if (known === null) return
      if (known.ok) return may.state === 'grant' ? enter(may.grant, 'grant') : askCode(may.grant, null)
      if (known.error.kind === 'refused')
        return refuse(may.grant, known.error.reason, ENTRY_SAYS['card-refused'](known.error.reason))
      askPin(readout, may, known.error.triesLeft, words.wrongPin(known.error.triesLeft))
    }
    const ask = () =>
      readout.pinPad
        ? show({
            screen: page({ title: words.technician, lead: words.keypad, back, main: { id: 'go', label: words.go } }),
            press: { citizen: asCitizen, go: () => void check(null) },
          })
        : show({
            screen: { kind: 'pin', title: words.technician, lead: said ?? words.pin, back },
            press: { citizen: asCitizen },
            pin: (pin) => void check(pin),
          })
    if (left !== 1) {
      ask()
      return
    }
    // Nobody spends the last try without having said yes (invariant 3).
    show({
      screen: page({
        ...{ title: words.lastTry, lead: said ?? words.lastTrySays, tone: 'warning', back },
        main: { id: 'go', label: words.lastTryGo },
      }),
      press: { citizen: asCitizen, go: ask },
    })
  }

  function asksAsCitizen({ certificate }: CardReadout & { card: 'cns' }): void {
    citizen = { card: fingerprintOf(certificate), until: +now() + CITIZEN_MS }
    show({
      screen: page({
        title: words.citizenTitle,
        lead: words.citizenSays,
        main: { id: 'end', label: words.understood },
      }),
      press: { end: () => end('citizen') },
    })
  }

  function askCode(grant: number, said: string | null): void {
    show({
      screen: {
        ...{ kind: 'code', title: words.code, lead: said ?? words.codeSays(config.totem, italianDay(now())) },
        ...{
          mistyped: words.mistyped,
          main: { id: 'code', label: words.confirm },
          back: { id: 'end', label: words.end },
        },
      },
      press: { end: () => end('no-code') },
      code: (code) => void judge(grant, code),
    })
  }
  async function judge(grant: number, code: string): Promise<void> {
    if (!parts.secret) return
    const { totem, dataDir } = config
    const asked = judgeCode(code, { secret: parts.secret, totem, now: now(), tries: codeTries(dataDir) })
    const judged = await pages.whileWaiting(words.code, null, asked)
    if (judged === null) return
    if (judged.ok) return enter(grant, 'code')
    const { kind } = judged.error
    if (kind !== 'code-wrong') return refuse(grant, kind, ENTRY_SAYS[kind](now().toISOString()))
    journal.record('service.refused', { grant, reason: kind })
    askCode(grant, `${ENTRY_SAYS[kind](null)} ${words.triesLeft(judged.error.left)}`)
  }

  return {
    /** True: this card is a technician's, who is asked for the PIN or told why they do not come in. */
    meets(readout: CardReadout): boolean {
      if (readout.card !== 'cns') return false
      const found = standing(readout)
      if (found.state === 'citizen') return false
      const { card, until } = citizen
      if (card === fingerprintOf(readout.certificate) && +now() < until) return false
      void meet(readout, found)
      return true
    },
  }
}
