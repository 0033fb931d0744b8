// node scripts/image.ts: the image of a totem's disk, after the set-up (scripts/image.mjs has the options).
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { etcIn } from './etc.ts'
import { makeBundle } from './image/bundle.ts'
import { debian, debianCache } from './image/debian.ts'
import { makeDisk } from './image/disk.ts'
import { kindOf, layOut, makeSystem, type System } from './image/system.ts'
import { makePackage } from './package.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const read = (file: string) => readFileSync(path.join(root, file), 'utf8')
/** By which a system is put beside another. */
const SYSTEM = 'system.json'

/** Packages that a totem's package names. */
export const depends = (): string[] =>
  /^Depends: (.*)$/m.exec(read('assets/system/debian/control'))?.[1]?.split(', ') ?? []

/** Day of the release: every file's time. */
export const released = (): string => JSON.parse(read('package.json')).released

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      out: { type: 'string', default: path.join(root, 'release/image') },
      deb: { type: 'string' },
      'test-trust': { type: 'boolean', default: false },
      number: { type: 'string', default: '1' },
      beside: { type: 'string' },
      provisioning: { type: 'string' },
      etc: { type: 'string' },
      signer: { type: 'string' },
      key: { type: 'string' },
    },
  })
  if (process.getuid?.() !== 0) throw new Error('an image has files of many users: make it as root')
  const { signer: certificate, key } = values
  if ((certificate === undefined) !== (key === undefined)) throw new Error('--signer and --key belong together')
  if (!/^\d{1,7}$/.test(values.number)) throw new Error('--number is a number')
  const out = path.resolve(values.out)
  mkdirSync(out, { recursive: true })
  const deb =
    values.deb ??
    (
      await makePackage({
        ...{ out: path.join(root, 'release'), testTrust: values['test-trust'], release: Number(values.number) },
        etc: values.etc === undefined ? new Map() : etcIn(path.resolve(values.etc)),
      })
    ).deb
  const folder = path.join(out, 'root')
  layOut(folder, debian(debianCache(), depends()), deb)
  const system = makeSystem(folder, values.number, released(), out)
  writeFileSync(path.join(out, SYSTEM), JSON.stringify(system))
  const other = values.beside && (JSON.parse(readFileSync(path.join(values.beside, SYSTEM), 'utf8')) as System)
  const disk = path.join(out, `totem-polis_${values.number}.raw`)
  makeDisk({
    systems: other ? [other, system] : [system],
    root: folder,
    provisioning: values.provisioning ?? null,
    work: path.join(out, 'disk'),
    out: disk,
  })
  console.log(disk)
  if (!certificate || !key) process.exit()
  const bundle = path.join(out, `totem-polis_${values.number}.raucb`)
  const listed = await makeBundle({
    ...{ system, compatible: kindOf(folder), signer: { certificate, key } },
    ...{ work: path.join(out, 'bundle'), out: bundle },
  })
  // As `totem list sign --kind releases --in DIR` reads it.
  writeFileSync(path.join(out, `totem-polis_${values.number}.releases.json`), JSON.stringify({ releases: [listed] }))
  console.log(bundle)
}
