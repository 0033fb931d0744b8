import { createReadStream } from 'node:fs'
import { access, readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { jsonOf } from '../basics/json.ts'
import type { GatewayKeys } from '../contract/gateway-keys.ts'
import { type ExportedLine, exportedLine, type JournalEntry, journalText } from '../contract/journal.ts'
import { type StaffLanguage, staffLanguage } from '../contract/language.ts'
import { exportJournal } from '../main/journal/export.ts'
import { type Chain, type Log, readLog } from '../main/journal/log.ts'
import { lookAtGatewayKeys } from '../main/lists/gateway-keys.ts'
import { signerOf } from '../main/service/export-log.ts'
import { verifyGatewayKeys } from '../trust/gateway-keys.ts'
import { openAnchor } from '../trust/journal-anchor.ts'
import { type CheckedLog, checkLog } from '../trust/sync-log.ts'
import { CANT_CREATE, CONFIG, Failure, NO_INPUT, oneOf, options, usage } from './command.ts'
import { DATA_HELP, DATA_OPTIONS, dataOf, openedOrFail } from './data.ts'

const [UNVOUCHED, BROKEN, UNSIGNED, CUT] = [10, 20, 21, 22]
/** How soon a new entry appears. */
const FOLLOW_MS = 500
const PAGE = 500

const HELP = `totem journal tail           the last entries
totem journal verify [FILE]  checks whether the log, or an exported one, is whole and signed
totem journal export FILE    all of it, an entry or an anchor a line (JSONL)

${DATA_HELP}
  --lines N           tail: number of entries, default 20
  --follow            tail: new entries too
  --lang NAME         tail: ${staffLanguage.options.join(' or ')}, default it
  --keys FILE         verify: signed list of the gateway's keys (JWS), instead of the totem's own
  --keys-signer FILE  public JWK of the signer of that list
  --totem-key FILE    verify FILE: public JWK that signs the totem's papers; FILE.jws beside it must be its signature
  --json              one line of JSON per entry, or the verdict

Can run beside the totem. Exit codes: 0 whole, and signed by the gateway up to the entry that is shown;
${UNVOUCHED} whole, but the log or the chain that is shown has no signature; ${BROKEN} an entry was changed, added or
removed; ${UNSIGNED} an anchor that the gateway did not sign; ${CUT} the end is missing: the gateway holds more; ${NO_INPUT} no such file;
${CANT_CREATE} no file could be made; ${CONFIG} configuration or keys refused; 64 wrong command`

const OPTIONS = {
  ...DATA_OPTIONS,
  lines: { type: 'string', default: '20' },
  follow: { type: 'boolean', default: false },
  lang: { type: 'string', default: 'it' },
  keys: { type: 'string' },
  'keys-signer': { type: 'string' },
  'totem-key': { type: 'string' },
  json: { type: 'boolean', default: false },
} as const
type Given = ReturnType<typeof optionsOf>
const optionsOf = (args: string[]) => options(HELP, args, OPTIONS)

/** `totem journal …`: the sync log, for a technician at the totem or with its disk. */
export async function journal([what = '--help', ...rest]: string[]): Promise<number> {
  const named = rest[0] !== undefined && !rest[0].startsWith('-') ? rest[0] : null
  const given = what === '--help' ? usage(HELP) : optionsOf(named === null ? rest : rest.slice(1))
  if (what === 'tail' && named === null) return tail(given)
  if (what === 'verify') return verify(named, given)
  if (what === 'export' && named !== null) return exportTo(named, given)
  return usage(HELP, what === 'export' ? 'export needs a FILE' : `no such command: journal ${what}`)
}

const logOf = (given: Given) => openedOrFail(readLog(dataOf(given).file('journal.db')))

async function tail(given: Given): Promise<number> {
  const spoken = oneOf(HELP, '--lang', given.lang, staffLanguage.options)
  if (!/^\d{1,6}$/.test(given.lines)) return usage(HELP, '--lines is a number')
  const log = logOf(given)
  const say = (entry: JournalEntry) => console.log(given.json ? JSON.stringify(entry) : line(entry, spoken))
  let seen = last(log, Number(given.lines))
  seen = tell(log, seen, say)
  while (given.follow) {
    await delay(FOLLOW_MS)
    seen = tell(log, seen, say)
  }
  log.close()
  return 0
}

/** The place and number after which the last `count` entries follow. */
function last(log: Log, count: number): { place: number; seq: number } {
  let left = count
  for (const chain of log.chains().reverse()) {
    const held = log.end(chain).seq - chain.baseSeq
    if (held >= left) return { place: chain.place, seq: log.end(chain).seq - left }
    left -= held
  }
  return { place: 0, seq: 0 }
}

function tell(log: Log, after: { place: number; seq: number }, say: (entry: JournalEntry) => void) {
  let seen = after
  for (const chain of log.chains().filter(({ place }) => place >= after.place)) {
    for (let page = next(chain); page.length > 0; page = next(chain)) {
      for (const entry of page) say(entry)
      seen = { place: chain.place, seq: page.at(-1)?.seq ?? seen.seq }
    }
  }
  return seen

  function next(chain: Chain) {
    return log.page(chain, chain.place === seen.place ? seen.seq : chain.baseSeq, PAGE)
  }
}

function line(entry: JournalEntry, language: StaffLanguage): string {
  const { at, severity, seq, event, fields } = entry
  const said = journalText(entry, language)
  const more = 'session' in fields ? `  (${fields.session})` : ''
  return `${at}  ${severity.padEnd(5)}  ${String(seq).padStart(6)}  ${event.padEnd(24)}  ${said}${more}`
}

async function exportTo(path: string, given: Given): Promise<number> {
  const log = logOf(given)
  const exported = await exportJournal(log, path)
  log.close()
  if (!exported.ok)
    throw new Failure(CANT_CREATE, { kind: 'file-not-made' }, `${path} cannot be made: ${exported.error.reason}`)
  const { count } = exported.value
  console.log(given.json ? JSON.stringify({ entries: count }) : `${count} entries`)
  return 0
}

async function verify(file: string | null, given: Given): Promise<number> {
  const keys = await keysOf(given, file !== null)
  if (given['totem-key'] !== undefined && file !== null) await signedOrFail(file, given['totem-key'])
  const { checked, cut } = file === null ? ownLog(given) : await exportedLog(file)
  const signed = keys ? await Promise.all(checked.anchors.map((jws) => openAnchor(jws, keys))) : []
  const unsigned = keys ? signed.filter((anchor) => anchor === null).length : 0
  const vouched = checked.chains.length > 0 && checked.chains.every(({ anchored }) => anchored > 0)
  const code =
    checked.faults.length > 0
      ? BROKEN
      : cut !== null
        ? CUT
        : unsigned > 0
          ? UNSIGNED
          : keys === null || !vouched
            ? UNVOUCHED
            : 0
  const verdicts = { 0: 'whole', [UNVOUCHED]: 'unvouched', [BROKEN]: 'broken', [UNSIGNED]: 'unsigned', [CUT]: 'cut' }
  const { count: entries, chains, anchors, faults } = checked
  const answer = {
    kind: verdicts[code],
    entries,
    chains,
    faults,
    cut,
    anchors: anchors.length,
    unsigned,
    keys: keys !== null,
  }
  console.log(given.json ? JSON.stringify(answer) : verdict(answer))
  return code
}

/** An export on a stick says who made it: that its end is that totem's too, which no anchor tells. */
async function signedOrFail(file: string, keyFile: string): Promise<void> {
  const key = jsonOf(
    await readFile(keyFile, 'utf8').catch(() => {
      throw new Failure(NO_INPUT, { kind: 'file-unreadable' }, `cannot read ${keyFile}`)
    }),
  )
  const signer = await signerOf(file, key as Parameters<typeof signerOf>[1])
  if (signer === null)
    throw new Failure(UNSIGNED, { kind: 'unsigned' }, `${file}.jws is not that totem's signature of this file`)
}

function verdict({
  kind,
  entries,
  chains,
  faults,
  cut,
  anchors,
  unsigned,
  keys,
}: {
  kind: string | undefined
  entries: number
  chains: CheckedLog['chains']
  faults: CheckedLog['faults']
  cut: { chain: string; seq: number; held: number } | null
  anchors: number
  unsigned: number
  keys: boolean
}): string {
  return [
    `${kind}: ${entries} entries, ${anchors} ${anchors === 1 ? 'anchor' : 'anchors'}${keys ? `, ${unsigned} of them not signed by the gateway` : ', signatures not checked: no keys'}`,
    ...chains.map(
      ({ chain, totem, from, upTo, anchored }) =>
        `${totem}  ${chain}  ${from} to ${upTo}, ${anchored > 0 ? `signed for up to ${anchored}` : 'no signature stands for it'}`,
    ),
    ...faults.map(({ chain, seq, reason }) => `${chain}  ${seq}: ${reason}`),
    ...(cut ? [`${cut.chain}  ends with ${cut.seq}, while the gateway holds ${cut.held}`] : []),
  ].join('\n')
}

function ownLog(given: Given) {
  const log = logOf(given)
  try {
    const checked = checkLog(log.lines())
    const [cut = null] = log
      .chains()
      .map((chain) => ({ chain: chain.chain, seq: log.end(chain).seq, held: chain.upTo }))
      .filter(({ seq, held }) => held > seq)
    return { checked, cut }
  } finally {
    log.close()
  }
}

/** A malformed line ends the log there: the entries after it count as missing. */
async function exportedLog(file: string) {
  const lines: ExportedLine[] = []
  let malformed: number | null = null
  try {
    await access(file)
    let number = 0
    for await (const text of createInterface({ input: createReadStream(file) })) {
      number++
      const parsed = exportedLine.safeParse(jsonOf(text))
      if (parsed.success) lines.push(parsed.data)
      else malformed ??= number
    }
  } catch {
    throw new Failure(NO_INPUT, { kind: 'file-unreadable' }, `cannot read ${file}`)
  }
  const checked = checkLog(lines)
  if (malformed !== null && checked.faults.length === 0)
    checked.faults.push({ kind: 'broken', reason: 'entry-changed', chain: `line ${malformed}`, seq: 0 })
  return { checked, cut: null }
}

/** The gateway's public keys: the named ones, or the totem's own. Null: neither is at hand. */
async function keysOf(given: Given, fileNamed: boolean): Promise<GatewayKeys['anchor'] | null> {
  const { keys, 'keys-signer': signer } = given
  if ((keys === undefined) !== (signer === undefined)) return usage(HELP, '--keys and --keys-signer belong together')
  if (keys !== undefined && signer !== undefined) return namedKeys(keys, signer)
  if (fileNamed && given.config === undefined) return null
  const { config } = dataOf(given)
  if (!config) return null
  const looked = await lookAtGatewayKeys({ ...config, dataDir: given.data ?? config.dataDir })
  if (!looked.ok) throw new Failure(CONFIG, looked.error, `the gateway's keys: ${looked.error.kind}`)
  return looked.value.anchor
}

async function namedKeys(list: string, signer: string): Promise<GatewayKeys['anchor']> {
  const [jws, jwk] = await Promise.all([list, signer].map((file) => readFile(file, 'utf8'))).catch(() => {
    throw new Failure(NO_INPUT, { kind: 'file-unreadable' }, `cannot read ${list} or ${signer}`)
  })
  const opened = await verifyGatewayKeys(
    (jws ?? '').trim(),
    jsonOf(jwk ?? '') as Parameters<typeof verifyGatewayKeys>[1],
  )
  if (opened.ok) return opened.value.anchor
  throw new Failure(CONFIG, opened.error, `${list}: ${opened.error.kind}`)
}
