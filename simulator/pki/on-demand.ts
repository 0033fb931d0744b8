// tsyringe, inside @peculiar/x509, needs it loaded first.
import 'reflect-metadata'
import { createPrivateKey } from 'node:crypto'
import { existsSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { X509Certificate } from '@peculiar/x509'
import { holderById } from '../population/holders.ts'
import { people } from '../population/people.ts'
import { cieCard, sodSignerUnder } from './cie.ts'
import { type Authority, rsaKeys } from './issue.ts'
import { cnsCard } from './make.ts'
import { documentSignerUnder, travelDocument } from './travel-document.ts'
import { writerInto } from './writer.ts'

const EXTERNAL_CA = 'cie/external-ca.pub.pem'

/**
 * The folder that holds a person's cards: that of `makePki` for the seven whose cards it makes beforehand; for anybody
 * else of the population one of their own below it, made by the same issuers when it is first asked for.
 */
export async function cardsFolderOf(person: string, pki: string): Promise<string> {
  if (people.some(({ id }) => id === person)) return pki
  const holder = holderById(person)
  const folder = join(pki, 'people', person)
  if (existsSync(folder)) return folder
  await mkdir(dirname(folder), { recursive: true })
  const aside = await mkdtemp(`${folder}.new-`)
  await mkdir(join(aside, 'cards'))
  await mkdir(join(aside, 'cie/cards'), { recursive: true })
  await copyFile(join(pki, EXTERNAL_CA), join(aside, EXTERNAL_CA))
  const write = writerInto(aside)
  const [ca, subCa, sodCa, csca] = await Promise.all(
    ['card-ca', 'cie/sub-ca', 'cie/sod-signer-ca', 'cie/csca'].map((file) => authorityIn(pki, file)),
  )
  if (!ca || !subCa || !sodCa || !csca) throw new Error('four authorities')
  const signer = await sodSignerUnder(sodCa, await rsaKeys(2048))
  await Promise.all([
    cnsCard(write, holder, { ca, foreign: ca }),
    cieCard(write, holder, { issuer: subCa, foreign: subCa, signer, foreignSigner: signer }),
    travelDocument(write, holder, await documentSignerUnder(csca, await rsaKeys(2048))),
  ])
  // Another program may have made them meanwhile: those are as good.
  await rename(aside, folder).catch((reason: unknown) => {
    if (!existsSync(folder)) throw reason
  })
  await rm(aside, { recursive: true, force: true })
  return folder
}

export async function authorityIn(pki: string, file: string): Promise<Authority> {
  const certificate = new X509Certificate(await readFile(join(pki, `${file}.pem`), 'utf8'))
  const key = createPrivateKey(await readFile(join(pki, `${file}.key.pem`)))
  const pkcs8 = key.export({ format: 'der', type: 'pkcs8' })
  const algorithm =
    key.asymmetricKeyType === 'ec'
      ? { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
      : { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
  const privateKey = await crypto.subtle.importKey('pkcs8', new Uint8Array(pkcs8), algorithm, true, ['sign'])
  return { certificate, keys: { privateKey, publicKey: await certificate.publicKey.export(algorithm, ['verify']) } }
}
