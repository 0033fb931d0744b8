import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { type PrinterConfig, printerConfig, printerProfile } from '../contract/config.ts'
import type { PrinterStatus, PrintFailure, PrintSheet } from '../contract/device.ts'
import { staffLanguage } from '../contract/language.ts'
import { examine } from '../main/readiness/examine.ts'
import { tryHardware } from '../main/readiness/hardware.ts'
import { testSheets } from '../main/service/test-page.ts'
import { ippClient } from '../native/printer/office/ipp.ts'
import { createPrinterService } from '../native/printer/service.ts'
import { CONFIG, exitCodes, Failure, NO_INPUT, noSuch, oneOf, options, usage } from './command.ts'
import { CONFIG_FILE, dataOf } from './data.ts'
import { deviceStarter } from './device-process.ts'

/** Exit code of each status; the printer prints with the first two. */
const EXIT_CODES = {
  ready: 0,
  paperLow: 0,
  paperOut: 10,
  coverOpen: 11,
  jam: 12,
  overheated: 13,
  offline: 14,
  absent: 15,
} as const satisfies Record<PrinterStatus, number>
const PDF_REFUSED = 20
/** Statuses with which the printer prints. */
const PRINTS: readonly PrinterStatus[] = ['ready', 'paperLow']
/** Something that a visit needs is missing or could not be tried, the printer too. The report is printed if it can be. */
const NOT_READY = 30
/** The totem is ready, and the report is not on paper. */
const NOT_PRINTED = 31

const HELP = `totem print status     the printer's status
totem print test-page  head width, blade distance, letters, greys and QR code, for the eye
totem print file FILE.pdf
totem print readiness  tries readers, printer, keys, gateway and the rest of the configuration, and prints the report

  --config FILE        readiness: the totem's configuration (${CONFIG_FILE})
  --lang NAME          readiness: ${staffLanguage.options.join(' or ')}
  --profile NAME       ${printerProfile.options.join(', ')}: a thermal head on USB, by default the first; a4-office
  --uri URI            of the office printer, ipp://… or ipps://…
  --ca FILE            PEM of the authority that vouches for an ipps printer
  --json               the answer, or { "kind": … } of the failure, as one line of JSON

A thermal head that another program has used first cuts off the sheet that may be in it. Stop the totem's own program
before you use the same head.

Exit codes of readiness: 0 ready and printed, ${NOT_READY} not ready, whatever the reason, ${NOT_PRINTED} ready, but the report is not on
paper: another program has the printer. Exit codes of the others: ${exitCodes(EXIT_CODES)},
${PDF_REFUSED} pdf-refused. All: ${NO_INPUT} no such file, ${CONFIG} configuration refused, 64 wrong command`

const OPTIONS = {
  profile: { type: 'string' },
  uri: { type: 'string' },
  ca: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const

/** `totem print …`: prints on the totem's printer by hand. Throws a `Failure` when something is not on paper. */
export async function print([what = '', ...args]: string[]): Promise<number> {
  if (what === 'readiness') return readiness(args)
  if (what !== 'status' && what !== 'test-page' && what !== 'file') return usage(HELP, noSuch('print', what))
  const named = what === 'file' && !args[0]?.startsWith('-') ? args.shift() : undefined
  const given = options(HELP, args, OPTIONS)
  if (what === 'file' && named === undefined) return usage(HELP, 'which file?')
  const printer = printerOf(given)
  const sheets = what === 'status' ? [] : named === undefined ? await testSheets(printer) : [pdfIn(named)]
  const service = createPrinterService({
    ...printer,
    ...(printer.profile === 'a4-office' && { user: TECHNICIAN }),
    onStatus: () => undefined,
    onProgress: ({ state, page, pages }) => {
      if (state === 'acknowledged' && !given.json) console.error(`page ${page} of ${pages}`)
    },
  })
  try {
    if (what === 'status') return await tellStatus(printer, await service.status(), given.json)
    let pages = 0
    for (const sheet of sheets) {
      const printed = await service.print(`technician.${what}`, sheet, 1)
      if (!printed.ok) throw failure(printed.error)
      pages += printed.value.pages
    }
    console.log(given.json ? JSON.stringify({ kind: 'printed', pages }) : `printed: ${pages} pages`)
    return 0
  } finally {
    await service.stop()
  }
}

const READINESS_OPTIONS = {
  config: { type: 'string' },
  lang: { type: 'string' },
  // The name of earlier versions.
  language: { type: 'string', default: 'it' },
  json: { type: 'boolean', default: false },
} as const

/** The readiness report on paper, for the technician to sign, and as lines or JSON. */
async function readiness(args: string[]): Promise<number> {
  const given = options(HELP, args, READINESS_OPTIONS)
  const spoken = oneOf(HELP, '--lang', given.lang ?? given.language, staffLanguage.options)
  const { config } = dataOf(given)
  if (!config) return usage(HELP)
  const start = await deviceStarter(config)
  const examined = await examine(config, spoken, () => tryHardware(config, start), { by: 'command-line', grant: null })
  try {
    const { printer, verdict: kind, issuers } = examined
    const { checks, versions, queue, lastSync, trustListSequence } = examined.readiness
    const paper = PRINTS.includes(printer) ? await examined.print() : null
    const printed = paper?.ok ?? false
    const notPrinted = paper === null ? printer : paper.ok ? null : whyNotPrinted(paper.error)
    const answer = { kind, printed, notPrinted, checks, versions, queue, lastSync, trustListSequence, issuers }
    const lines = checks.map(({ name, outcome, detail }) => `${outcome.padEnd(10)} ${name.padEnd(26)} ${detail}`)
    const told = [...lines, `${kind}${printed ? ', printed' : `, NOT printed: ${notPrinted}`}`].join('\n')
    if (kind === 'not-ready') throw new Failure(NOT_READY, answer, told)
    if (!printed) throw new Failure(NOT_PRINTED, answer, told)
    console.log(given.json ? JSON.stringify(answer) : told)
    return 0
  } finally {
    examined.close()
  }
}

/** The printer was ready, and did not print: most likely the totem, which runs, has it. */
function whyNotPrinted(error: PrintFailure | { kind: 'device-gone' }): string {
  switch (error.kind) {
    case 'printer-busy':
    case 'device-gone':
      return `${error.kind}; another program may have the printer: stop the totem first`
    case 'printer-fault':
      return PRINTS.includes(error.status) || error.status === 'offline'
        ? `${error.status}; another program may have the printer: stop the totem first`
        : error.status
    case 'pdf-refused':
      return `${error.kind} (${error.reason})`
  }
}

/** Another user than the totem's own, so that the totem's jobs in the same printer are left alone. */
const TECHNICIAN = `technician@${hostname()}`

type Address = Partial<Record<'profile' | 'uri' | 'ca', string | undefined>>

function printerOf({ profile, uri, ca }: Address): PrinterConfig {
  const named = profile ?? (uri === undefined ? 'a4-kiosk' : 'a4-office')
  const printer = printerConfig.safeParse({
    profile: named,
    ...(uri !== undefined && { uri }),
    ...(ca !== undefined && { ca: resolve(ca) }),
  })
  if (printer.success) return printer.data
  return usage(
    HELP,
    named === 'a4-office' ? 'a4-office needs --uri ipp://…' : `--profile ${named} is not known, or has no --uri`,
  )
}

function pdfIn(file: string): PrintSheet {
  try {
    return { kind: 'pdf', pdf: readFileSync(file) }
  } catch {
    throw new Failure(NO_INPUT, { kind: 'file-unreadable' }, `cannot read ${file}`)
  }
}

async function tellStatus(printer: PrinterConfig, status: PrinterStatus, json: boolean): Promise<number> {
  const asked = printer.profile === 'a4-office' ? await ippClient(printer, TECHNICIAN).printer() : null
  const office = asked?.ok
    ? {
        makeAndModel: asked.value.makeAndModel,
        ipp: asked.value.version,
        suitable: asked.value.suitable ? 'yes' : 'no: it takes no PDF as a job',
        reasons: asked.value.reasons,
        formats: asked.value.formats,
      }
    : asked && { failure: asked.error }
  const answer = { kind: status, profile: printer.profile, ...office }
  const facts = Object.entries(answer).map(
    ([name, value]) => `${name.padEnd(14)} ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  if (EXIT_CODES[status] !== 0) throw new Failure(EXIT_CODES[status], answer, facts.join('\n'))
  console.log(json ? JSON.stringify(answer) : facts.join('\n'))
  return 0
}

function failure(error: PrintFailure): Failure {
  switch (error.kind) {
    case 'printer-fault': {
      const answer = { kind: error.status, page: error.page }
      const code = EXIT_CODES[error.status] || EXIT_CODES.offline
      return new Failure(code, answer, `${error.status}: page ${error.page} and all after it are void`)
    }
    case 'pdf-refused':
      return new Failure(PDF_REFUSED, error, `PDF refused: ${error.reason}`)
    case 'printer-busy':
      return new Failure(EXIT_CODES.offline, error, 'the printer is busy')
  }
}
