import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { VERIFICATION_PREFIX, type VerificationKeys } from '../contract/verification.ts'
import { openVerificationKeys } from '../gateway/verify/keys.ts'
import { createPictureReader, type Picture } from '../gateway/verify/picture.ts'
import { type Outcome, tell } from '../gateway/verify/tell.ts'
import { verifyCode } from '../gateway/verify/verify.ts'
import { openPdf } from '../native/printer/image/pdf.ts'
import { CONFIG, exitCodes, Failure, NO_INPUT, options, usage } from './command.ts'
import { PACKAGED } from './packaged.ts'

const EXIT_CODES = {
  genuine: 0,
  expired: 10,
  withdrawn: 11,
  'not-genuine': 20,
  unreadable: 30,
} as const satisfies Record<Outcome['kind'], number>
/** The code is good, but belongs to another certificate. */
const OTHER_CERTIFICATE = 21

const HELP = `totem verify WHAT --keys FILE --keys-signer FILE

  WHAT                 a file: text, PNG, JPEG or PDF; the text itself (${VERIFICATION_PREFIX}…); or - for standard input
  --keys FILE          signed list of the totems' keys (JWS)
  --keys-signer FILE   public JWK of the signer of that list
  --certificate FILE   checks whether this is the PDF that the totem received from ANPR
  --json               the verdict as one line of JSON

Works offline. Exit codes: ${exitCodes(EXIT_CODES)},
${OTHER_CERTIFICATE} genuine but of another certificate, ${NO_INPUT} no such file, ${CONFIG} key list refused, 64 wrong command`

const OPTIONS = {
  keys: { type: 'string' },
  'keys-signer': { type: 'string' },
  certificate: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const

/** `totem verify`: checks whether a totem wrote this paper. */
export async function verify([what = '--help', ...args]: string[]): Promise<number> {
  const given = options(HELP, what === '--help' ? [what] : args, OPTIONS)
  if (!given.keys || !given['keys-signer']) return usage(HELP, '--keys and --keys-signer are needed')
  const keys = await keyList(given.keys, given['keys-signer'])
  const outcome = await outcomeOf(what, keys)
  const certificate = given.certificate === undefined ? null : certificateIs(outcome, content(given.certificate))

  if (given.json) {
    const { sequence, issued, nextUpdate } = keys
    console.log(
      JSON.stringify({ ...outcome, ...(certificate && { certificate }), keys: { sequence, issued, nextUpdate } }),
    )
  } else console.log(lines(outcome, keys, certificate))
  return EXIT_CODES[outcome.kind] === 0 && certificate === 'other' ? OTHER_CERTIFICATE : EXIT_CODES[outcome.kind]
}

function content(file: string): Buffer {
  try {
    return readFileSync(file === '-' ? 0 : file)
  } catch {
    throw new Failure(NO_INPUT, { kind: 'file-unreadable' }, `cannot read ${file}`)
  }
}

async function keyList(list: string, signer: string): Promise<VerificationKeys> {
  const opened = await openVerificationKeys(content(list).toString(), jwk(signer))
  if (opened.ok) return opened.value
  throw new Failure(CONFIG, opened.error, `${list}: ${opened.error.kind}`)
}

function jwk(file: string) {
  try {
    return JSON.parse(content(file).toString())
  } catch (reason) {
    if (reason instanceof Failure) throw reason
    throw new Failure(CONFIG, { kind: 'keys-signer-malformed' }, `${file} is no JWK`)
  }
}

async function outcomeOf(what: string, keys: VerificationKeys): Promise<Outcome> {
  const given = what.startsWith(VERIFICATION_PREFIX) ? Buffer.from(what) : content(what)
  const text = given.subarray(0, VERIFICATION_PREFIX.length).toString()
  const code = text === VERIFICATION_PREFIX ? given.toString() : await codeIn(given)
  return code === null ? { kind: 'unreadable', reason: 'no-code' } : verifyCode(code, keys, new Date())
}

/** The reader's WASM: of its package, or beside the bundle (scripts/build.ts). */
const ZXING = PACKAGED
  ? new URL('zxing_reader.wasm', import.meta.url)
  : createRequire(import.meta.url).resolve('zxing-wasm/reader/zxing_reader.wasm')

/** The head's resolution (203 dpi): a module of half a millimetre is four pixels. */
const PIXELS_PER_MM = 8

/** The totem's code in a PDF's pages or in a picture, or else any other QR code. */
async function codeIn(file: Buffer): Promise<string | null> {
  const wasm = readFileSync(ZXING)
  const codesIn = createPictureReader(new Uint8Array(wasm))
  let other: string | null = null
  for await (const picture of picturesOf(file)) {
    const [code] = await codesIn(picture)
    if (code?.startsWith(VERIFICATION_PREFIX)) return code
    other ??= code ?? null
  }
  return other
}

async function* picturesOf(file: Buffer): AsyncGenerator<Picture> {
  if (file.subarray(0, 5).toString() !== '%PDF-') return yield new Uint8Array(file)
  const opened = await openPdf(file)
  if (!opened.ok) throw new Failure(NO_INPUT, opened.error, `PDF refused: ${opened.error.reason}`)
  try {
    for (let page = 1; page <= opened.value.pages; page++) {
      const drawn = await opened.value.pixels(page, { pixelsPerMm: PIXELS_PER_MM })
      if (!drawn.ok) throw new Failure(NO_INPUT, drawn.error, `PDF refused: ${drawn.error.reason}`)
      yield rgba(drawn.value)
    }
  } finally {
    await opened.value.close()
  }
}

function rgba({ width, height, pixels }: { width: number; height: number; pixels: Uint8Array }): Picture {
  const data = new Uint8ClampedArray(width * height * 4).fill(255)
  for (let at = 0; at < pixels.length; at++) data.fill(pixels[at] ?? 255, at * 4, at * 4 + 3)
  return { width, height, data }
}

/** `other` also for a code that names no certificate. */
function certificateIs(outcome: Outcome, pdf: Buffer): 'same' | 'other' {
  if (!('claims' in outcome) || !('pdfSha256' in outcome.claims)) return 'other'
  return createHash('sha256').update(pdf).digest('hex') === outcome.claims.pdfSha256 ? 'same' : 'other'
}

function lines(outcome: Outcome, keys: VerificationKeys, certificate: 'same' | 'other' | null): string {
  const { title, lead, caution, statements } = tell(outcome, keys, 'en', new Date())
  const told = [title.toUpperCase(), lead, ...(caution ? [`CAUTION: ${caution}`] : [])]
  for (const { who, note, facts } of statements) {
    told.push('', who, `  ${note}`)
    for (const [label, text] of facts)
      told.push(`  ${label.padEnd(32)} ${text.replaceAll('\n', `\n${' '.repeat(35)}`)}`)
  }
  if (certificate)
    told.push(
      '',
      `The certificate is ${certificate === 'same' ? 'the very file' : 'NOT the file'} that the totem received.`,
    )
  return told.join('\n')
}
