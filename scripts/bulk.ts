import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parse } from 'csv-parse/sync'
import { ownFolder } from '../basics/temporary.ts'
import type { RequestState } from '../contract/console/bulk.ts'
import { startAnpr } from '../simulator/anpr/index.ts'
import { emptyPage } from '../simulator/bench/console.ts'
import { startGatewayProcess, throughPdnd } from '../simulator/bench/gateway.ts'
import { Browser } from '../simulator/issuer/browser.ts'
import { startIssuer } from '../simulator/issuer/issuer.ts'
import { makePki } from '../simulator/pki/make.ts'
import { registry } from '../simulator/population/registry.ts'

/** As many are asked one by one, which tells the whole address; ANPR's bulk service tells the comune alone. */
const ONE_BY_ONE = 100
const PATIENCE_MS = 600_000
const ENDED: readonly RequestState[] = ['completata', 'completata_con_riserve', 'fallita', 'annullata', 'sospesa']

/**
 * One bulk consultation from file to file, without a display: an office of a body asks where people live, their comune lets
 * it pass, ANPR answers, and the answers are fetched into `out`. `list`: the office's own CSV (gateway/console/bulk/files);
 * without it one is written of people in the simulated register, with a double, a wrong check letter and somebody whom
 * ANPR does not know. Gives 0 only when every row of the file is accounted for.
 */
export async function bulk({ list, out, pki }: { list: string | null; out: string; pki: string }): Promise<number> {
  rmSync(path.join(out, 'esito'), { recursive: true, force: true })
  mkdirSync(path.join(out, 'esito'), { recursive: true })
  const asked = list === null ? ownList() : readFileSync(list)
  writeFileSync(path.join(out, 'richiesta.csv'), asked)
  const folder = ownFolder('totem-bulk')
  mkdirSync(folder, { recursive: true })
  const ends: (() => unknown)[] = [() => rmSync(folder, { recursive: true })]
  try {
    await makePki(pki)
    const anpr = await startAnpr({ port: 0, pki })
    ends.push(anpr.stop)
    const issuer = await startIssuer({ pki })
    ends.push(issuer.stop)
    const page = emptyPage(folder)
    cpSync(page, path.join(path.dirname(page), 'polis'), { recursive: true })
    const gateway = await startGatewayProcess({
      ...{ folder: path.join(folder, 'gateway'), log: path.join(folder, 'gateway.log'), pki },
      ...{ anpr: throughPdnd(anpr.access), console: { issuer, page } },
    })
    ends.push(gateway.stop)
    const signedIn = async (who: string) => {
      const browser = new Browser(gateway.consoleUrl ?? '', pki)
      ends.push(() => browser.close())
      await browser.logIn(who)
      return browser
    }
    return await walk({ out, asked, office: await signedIn('standard'), comune: await signedIn('top'), signedIn })
  } finally {
    for (const end of ends.reverse()) await end()
  }
}

async function walk({
  out,
  asked,
  office,
  comune,
  signedIn,
}: {
  out: string
  asked: Buffer
  office: Browser
  comune: Browser
  signedIn(who: string): Promise<Browser>
}): Promise<number> {
  const { agreements } = (await office.get('/bulk/terms')).body
  const [agreed] = agreements
  const { request } = done(
    await office.post('/bulk', {
      ...{ agreement: agreed.agreement, ufficio: agreed.uffici[0].id, servizio: 'C020' },
      ...{ motivo: agreed.motivi[0], protocollo: 'PROT 1/2026' },
    }),
  )
  const taken = done(await office.post(`/bulk/${request}/file`, asked, { 'content-type': 'text/csv' }))
  if (taken.refusal) {
    console.error(`✗ the file is not taken: ${taken.refusal.kind}, ${taken.refusal.message}`)
    return 1
  }
  say('file', `${taken.rows} rows: ${tally(taken.counts)}`)
  const estimate = done(await office.get(`/bulk/${request}/estimate`))
  const way = estimate.massivo && taken.rows > ONE_BY_ONE ? 'massivo' : 'singole'
  done(await office.post(`/bulk/${request}/send`, { way, days: estimate[way].days }))
  say('sent', `by ${agreed.fruitoreName} to ${agreed.comuneName}, ${way}, ${estimate[way].calls} calls`)
  done(await comune.post(`/bulk/${request}/validate`, { reason: 'Conforme alla convenzione' }))
  say('validated', 'by a TOP of the comune')
  const whole = await ended(office, request)
  say(whole.state, tally(whole.counts))

  const { files } = done(await office.get(`/bulk/${request}/files`))
  for (const { form, part, name } of files) {
    const { download } = done(await office.post(`/bulk/${request}/downloads`, { form, part }))
    writeFileSync(path.join(out, 'esito', name), await office.file(`/downloads/${download}`))
  }
  const answers = files
    .filter(({ form }: { form: string }) => form === 'csv')
    .flatMap(({ name }: { name: string }) => rowsOf(path.join(out, 'esito', name))) as Cells[]
  const outcomes = Object.groupBy(answers, ({ esito }) => esito ?? '')
  const told = Object.fromEntries(Object.entries(outcomes).map(([esito, rows]) => [esito, rows?.length ?? 0]))
  const deeds = done(await (await signedIn('revisore')).get(`/audit?object=${request}`)).entries

  // The file is read here by another reader than the gateway's.
  const sent: Cells[] = parse(asked, {
    bom: true,
    delimiter: [';', ',', '\t'],
    columns: true,
    relax_column_count: true,
  })
  const checks = {
    [`the file's ${sent.length} rows are the request's rows`]:
      taken.rows === sent.length && total(whole.counts) === sent.length,
    'the request came to its end': whole.state === 'completata' || whole.state === 'completata_con_riserve',
    'each row is in the answers once, in its place, with its outcome':
      answers.length === taken.rows &&
      answers.every((row, at) => Number(row.riga) === at + 1 && row.esito && isOf(row, sent[at] ?? {})),
    'the answers count what the request counts': tally(told) === tally(whole.counts),
    'no row is left without an answer': (whole.counts.non_risposto ?? 0) === 0,
    'the auditor finds it': deeds.length > 0,
  }
  const summary = { request, state: whole.state, rows: taken.rows, counts: whole.counts, way, files, checks }
  writeFileSync(path.join(out, 'summary.json'), `${JSON.stringify(summary, null, 2)}\n`)
  for (const [name, good] of Object.entries(checks)) console.log(`${good ? '✓' : '✗'} ${name}`)
  console.log(`  richiesta.csv, esito/ and summary.json are in ${path.relative('.', out) || '.'}/`)
  return Object.values(checks).every(Boolean) ? 0 : 1
}

/** People of the register, by both kinds of key, and rows of each kind that is not simply found. */
function ownList(): Buffer {
  const people = [...registry().all()]
    .slice(0, 60)
    .flatMap(({ identificativi: { idANPR }, generalita: { codiceFiscale } }) =>
      codiceFiscale ? [{ idANPR, codFiscale: codiceFiscale.codFiscale }] : [],
    )
  const rows = people.map(({ idANPR, codFiscale }, at) =>
    at % 2 === 0 ? `P-${at + 1};CF;;${codFiscale}` : `P-${at + 1};ID;${idANPR};`,
  )
  const [first] = people
  rows.push(`P-doppio;CF;;${first?.codFiscale}`, 'P-errato;CF;;RSSMRA80A01H501V', 'P-ignoto;CF;;QNTSGT90A01H501X')
  return Buffer.from(`riferimento;chiave;idANPR;codFiscale\r\n${rows.join('\r\n')}\r\n`)
}

async function ended(office: Browser, request: string) {
  for (const until = Date.now() + PATIENCE_MS; ; await delay(500)) {
    const { body } = await office.get(`/bulk/${request}`)
    if (ENDED.includes(body.state) || Date.now() > until) return body
  }
}

type Cells = Record<string, string>
const rowsOf = (file: string): Cells[] => parse(readFileSync(file), { bom: true, delimiter: ';', columns: true })
/** The answer has what the file's row has, and may know more; what a spreadsheet would take for a formula is defused. */
const isOf = (answer: Cells, asked: Cells): boolean =>
  ['riferimento', 'codFiscale', 'idANPR'].every(
    (column) => !asked[column]?.trim() || asked[column].trim() === answer[column]?.replace(/^'/, ''),
  )
const total = (counts: Record<string, number>) => Object.values(counts).reduce((sum, each) => sum + each, 0)
const tally = (counts: Record<string, number>) =>
  Object.entries(counts)
    .filter(([, n]) => n > 0)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([state, n]) => `${n} ${state}`)
    .join(', ')
const say = (what: string, how: string) => console.log(`✓ ${what.padEnd(16)} ${how}`)

/** What the console has answered; a refusal ends the walk. */
function done({ status, body }: { status: number; body: unknown }) {
  // biome-ignore lint/suspicious/noExplicitAny: the wire's own schemas have judged it at the gateway
  if (status === 200) return body as any
  throw new Error(`the console refuses: ${status} ${JSON.stringify(body)}`)
}
