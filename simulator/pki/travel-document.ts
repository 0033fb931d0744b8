import { KeyUsageFlags, KeyUsagesExtension } from '@peculiar/x509'
import { documentNumberOf } from '../card/cie/identity.ts'
import { dataGroup1, dataGroup11, type Holder } from '../card/travel-document/data-groups.ts'
import { homeOf } from '../population/holders.ts'
import { type Person, people } from '../population/people.ts'
import { type Authority, issue, rsaKeys, selfSigned } from './issue.ts'
import { AUTHORITY_VALIDITY, EXPIRED, GOOD, VARIANTS_OF } from './plan.ts'
import { buildSod, type SodOptions } from './sod.ts'
import type { Writer } from './writer.ts'

// TEST in the issuer's name: no production trust list can ever hold it (invariant 9).
const MINISTRY = "OU=National Electronic Center of the State Police TEST,O=Ministero dell'Interno TEST,C=IT"
const CSCA = `CN=Italian Country Signing CA TEST,${MINISTRY}`
const DOCUMENT_SIGNER = `CN=Italian Document Signer 001 TEST,${MINISTRY}`

/** Document signers may use either padding of RSA (ICAO 9303-12 §4.4). */
const FORMS = {
  older: { hash: 'sha256', scheme: 'pkcs1', version: 0 },
  newer: { hash: 'sha256', scheme: 'pss', version: 1 },
} as const

type DocumentSigner = SodOptions['signer']

interface Variant {
  by?: DocumentSigner
  form?: (typeof FORMS)[keyof typeof FORMS]
  /** Person whose details are in DG11, when not those of the holder that was signed. */
  printed?: Holder
}

/**
 * The files of every person's travel document, and the country's signing CA:
 *
 *   cie/csca, cie/foreign-csca    .pem + .key.pem   same name, other key: foreign-csca is on no trust list
 *   cie/cards/<personId>[.<variant>].travel   .dg1.bin + .dg11.bin + .sod.bin, each without file padding
 *
 * Variants: pss (signed with RSA-PSS), expired, born-abroad (5F11 without "<"), foreign (signed under foreign-csca),
 * altered (another DG11 than the one signed).
 */
export async function makeTravelDocuments(write: Writer): Promise<void> {
  const [cscaKeys, signerKeys, foreignKeys] = await Promise.all([rsaKeys(2048), rsaKeys(2048), rsaKeys(2048)])
  const signer = await documentSigner(write, 'cie/csca', cscaKeys, signerKeys)
  const foreign = await documentSigner(write, 'cie/foreign-csca', foreignKeys, foreignKeys)

  for (const person of people) {
    const { id } = person
    await travelDocument(write, person, signer)
    if (!VARIANTS_OF.has(id)) continue
    const holder = holderOf(person)
    const put = (variant: string, about: Holder, how: Variant = {}) =>
      putDocument(write, `${id}.${variant}`, about, { by: signer, ...how })
    await put('pss', holder, { form: FORMS.newer })
    await put('expired', { ...holder, expires: EXPIRED.notAfter.toISOString().slice(0, 10) })
    await put('born-abroad', { ...holder, birthPlace: ['Montevideo'] })
    await put('foreign', holder, { by: foreign })
    await put('altered', holder, { printed: { ...holder, address: ['Via Altrove 1', 'Roma', 'RM'] } })
  }
}

/** The files of one person's travel document. */
export const travelDocument = (write: Writer, person: Person, by: DocumentSigner): Promise<void> =>
  putDocument(write, person.id, holderOf(person), { by })

async function putDocument(
  write: Writer,
  name: string,
  holder: Holder,
  { by, form = FORMS.older, printed = holder }: Variant & { by: DocumentSigner },
): Promise<void> {
  const [dg1, dg11] = [dataGroup1(holder), dataGroup11(holder)]
  const dataGroups = new Map([
    [1, dg1],
    [11, dg11],
  ])
  const base = `cie/cards/${name}.travel`
  await write.plain(`${base}.dg1.bin`, dg1)
  await write.plain(`${base}.dg11.bin`, dataGroup11(printed))
  await write.plain(`${base}.sod.bin`, buildSod({ ...form, dataGroups, signer: by }))
}

async function documentSigner(write: Writer, file: string, cscaKeys: CryptoKeyPair, keys: CryptoKeyPair) {
  const csca = await write.authority(file, await selfSigned(CSCA, cscaKeys, AUTHORITY_VALIDITY))
  return documentSignerUnder(csca, keys)
}

/** A signer of travel documents, named by that country signing CA. */
export async function documentSignerUnder(csca: Authority, keys: CryptoKeyPair): Promise<DocumentSigner> {
  const certificate = await issue(csca, DOCUMENT_SIGNER, keys, AUTHORITY_VALIDITY, [
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
  ])
  return { certificate, privateKey: keys.privateKey }
}

function holderOf(person: Person): Holder {
  const { surname, name, born, sex, codiceFiscale, birthComune } = person
  return {
    documentNumber: documentNumberOf(person),
    surname,
    name,
    born,
    sex,
    // A CIE is valid until a birthday (D.L. 5/2012 art. 7).
    expires: `${GOOD.notAfter.getUTCFullYear()}${born.slice(4)}`,
    codiceFiscale,
    birthPlace: [birthComune.name, birthComune.province],
    address: homeOf(person)?.lines ?? [],
  }
}
