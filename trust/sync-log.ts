import { createHash } from 'node:crypto'
import { jsonOf } from '../basics/json.ts'
import {
  type ExportedLine,
  FIRST_PREVIOUS,
  type JournalAnchor,
  type JournalEntry,
  journalAnchor,
  journalEntry,
  journalHashInput,
} from '../contract/journal.ts'
import { journalEvents } from '../contract/journal-events.ts'

export const entryHash = (entry: Omit<JournalEntry, 'hash'>): string =>
  createHash('sha256').update(journalHashInput(entry), 'utf8').digest('hex')

/** The content of an anchor, whoever signed it; null when it is no anchor. */
export const anchorContent = (jws: string): JournalAnchor | null =>
  journalAnchor.safeParse(jsonOf(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString())).data ?? null

/** A fault of a log. `seq`: the first entry of the chain that does not fit, or the one whose anchor does not. */
export type LogFault = {
  kind: 'broken'
  reason: 'entry-changed' | 'entry-missing' | 'two-histories' | 'entry-unlisted' | 'anchor-misfit' | 'chain-repeated'
  chain: string
  seq: number
}

export type CheckedChain = {
  chain: string
  totem: string
  /** The first entry that is there. */
  from: number
  upTo: number
  /** The last entry that the gateway has signed for; 0: none. */
  anchored: number
}

/** The check of a whole log, with one fault at most for each chain. The caller checks the signatures of the anchors. */
export type CheckedLog = { count: number; chains: CheckedChain[]; anchors: string[]; faults: LogFault[] }

/** The fault of an entry that says more than the closed list allows, or whose hash is not its own. */
function entryFault(entry: JournalEntry): LogFault['reason'] | null {
  if (!journalEntry.safeParse(entry).success || entry.hash !== entryHash(entry)) return 'entry-changed'
  const { severity, fields } = journalEvents[entry.event]
  return entry.severity === severity && fields.safeParse(entry.fields).success ? null : 'entry-unlisted'
}

/** The end of a chain so far. `broken`: the rest of the chain is passed over. */
type Running = { of: CheckedChain; hash: string; broken: boolean }

/** The check of a whole log that is there. */
export function checkLog(lines: Iterable<ExportedLine>): CheckedLog {
  const { take, log } = beginCheck()
  for (const line of lines) take(line)
  return log
}

/**
 * Recomputes every chain of a log, line by line as they come, and sets its anchors beside it. A chain whose oldest entries
 * were dropped begins with the anchor that stands for them.
 */
export function beginCheck(): { take(line: ExportedLine): void; log: CheckedLog } {
  const log: CheckedLog = { count: 0, chains: [], anchors: [], faults: [] }
  const seen = new Map<string, Running>()
  let now: Running | null = null
  return { take, log }

  function take(line: ExportedLine): void {
    const anchor = 'anchor' in line ? anchorContent(line.anchor) : null
    const at = 'anchor' in line ? anchor : line
    if (!at) {
      // The line is no anchor at all; the fault counts for the chain in hand.
      const { chain = '', upTo = 0 } = now?.of ?? {}
      log.faults.push({ kind: 'broken', reason: 'anchor-misfit', chain, seq: upTo })
      return
    }
    const known = seen.get(at.chain)
    const running: Running = known ?? begin(at, anchor)
    let reason: LogFault['reason'] | null = known && known !== now ? 'chain-repeated' : null
    now = running
    if (running.broken) return
    reason ??= 'anchor' in line ? anchored(running, at as JournalAnchor, line.anchor) : followed(running, line)
    if (!reason) return
    running.broken = true
    log.faults.push({ kind: 'broken', reason, chain: at.chain, seq: running.of.upTo + (anchor ? 0 : 1) })
  }

  /** A chain that is not there from its first entry begins with the anchor of its base. */
  function begin({ chain, totem }: JournalEntry | JournalAnchor, base: JournalAnchor | null): Running {
    const seq = base?.seq ?? 0
    const of = { chain, totem, from: seq + 1, upTo: seq, anchored: 0 }
    const running = { of, hash: base?.hash ?? FIRST_PREVIOUS, broken: false }
    log.chains.push(of)
    seen.set(chain, running)
    return running
  }

  function anchored({ of, hash }: Running, anchor: JournalAnchor, jws: string): LogFault['reason'] | null {
    if (anchor.totem !== of.totem || anchor.seq !== of.upTo || anchor.hash !== hash) return 'anchor-misfit'
    log.anchors.push(jws)
    of.anchored = anchor.seq
    return null
  }

  function followed(running: Running, entry: JournalEntry): LogFault['reason'] | null {
    const { of, hash } = running
    // A second entry of one number: the totem's disk or keys were copied, and both histories went on.
    if (entry.seq !== of.upTo + 1)
      return entry.seq === of.upTo && of.upTo >= of.from ? 'two-histories' : 'entry-missing'
    if (entry.previous !== hash || entry.totem !== of.totem) return 'entry-changed'
    const fault = entryFault(entry)
    if (fault) return fault
    of.upTo = entry.seq
    running.hash = entry.hash
    log.count++
    return null
  }
}
