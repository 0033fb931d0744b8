import { X509Certificate } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { jsonOf } from '../basics/json.ts'
import { enrolmentImage } from '../contract/enrolment.ts'
import { releaseMachine } from '../contract/release.ts'

const UPDATE = 'totem-polis-update.json'
const SYSTEMS = 'totem-polis-release.pem'
const IMAGE = 'totem-polis/enrolment.json'
const AUTHORITY = /^totem-polis\/[\w.-]+\.pem$/

/**
 * What a company's machines know before they are totems, out of a folder as it will lie in /etc: whose releases they take
 * (`totem-polis-update.json`), who signs their systems (`totem-polis-release.pem`), and where they enrol
 * (`totem-polis/enrolment.json`, with the authority that it names). Throws on any other file, and on one that a machine would
 * refuse: the mistake shows here and not in a post office.
 */
export function etcIn(folder: string): Map<string, Buffer> {
  const files = new Map<string, Buffer>()
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) continue
    const file = path.join(entry.parentPath, entry.name)
    const place = path.relative(folder, file)
    if (!entry.isFile() || !([UPDATE, SYSTEMS, IMAGE].includes(place) || AUTHORITY.test(place)))
      throw new Error(`${file}: a package brings ${UPDATE}, ${SYSTEMS}, ${IMAGE} and its authority's .pem alone`)
    const bytes = readFileSync(file)
    if (bytes.includes('PRIVATE KEY')) throw new Error(`${file}: a private key has no place in a package`)
    files.set(place, bytes)
  }
  if (files.size === 0) throw new Error(`${folder}: holds no file`)
  const read = (place: string) => jsonOf(files.get(place)?.toString('utf8') ?? '')
  if (files.has(UPDATE) && !releaseMachine.safeParse(read(UPDATE)).success)
    throw new Error(`${UPDATE}: needs releaseKey, a public JWK of an EC key, and compatible, a kind of machine`)
  const signers = files.get(SYSTEMS)
  if (signers && !isCertificate(signers))
    throw new Error(`${SYSTEMS}: needs the certificate of who signs systems (PEM)`)
  if (signers && !files.has(UPDATE))
    throw new Error(`${SYSTEMS}: needs ${UPDATE} beside it, which names the kind of machine`)
  if (!files.has(IMAGE)) return sorted(files)
  const image = enrolmentImage.safeParse(read(IMAGE))
  if (!image.success) throw new Error(`${IMAGE}: needs url, with https, and ca`)
  if (!files.has(path.relative('/etc', image.data.ca)) && !existsSync(image.data.ca))
    throw new Error(`${IMAGE}: its authority ${image.data.ca} comes neither with it nor with the system`)
  return sorted(files)
}

function isCertificate(pem: Buffer): boolean {
  try {
    return new X509Certificate(pem).subject !== ''
  } catch {
    return false
  }
}

const sorted = (files: Map<string, Buffer>) => new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)))
