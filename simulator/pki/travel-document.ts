import { KeyUsageFlags, KeyUsagesExtension } from '@peculiar/x509'
import { documentNumberOf } from '../card/cie/identity.ts'
import { dataGroup1, dataGroup11, type Holder } from '../card/travel-document/data-groups.ts'
import { familyOf, type Person, people } from '../population/people.ts'
import { issue, rsaKeys, selfSigned } from './issue.ts'
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

interface Variant {
  by?: SodOptions['signer']
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

  const put = async (
    name: string,
    holder: Holder,
    { by = signer, form = FORMS.older, printed = holder }: Variant = {},
  ) => {
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
  for (const person of people) {
    const { id } = person
    const holder = holderOf(person)
    await put(id, holder)
    if (!VARIANTS_OF.has(id)) continue
    await put(`${id}.pss`, holder, { form: FORMS.newer })
    await put(`${id}.expired`, { ...holder, expires: EXPIRED.notAfter.toISOString().slice(0, 10) })
    await put(`${id}.born-abroad`, { ...holder, birthPlace: ['Montevideo'] })
    await put(`${id}.foreign`, holder, { by: foreign })
    await put(`${id}.altered`, holder, { printed: { ...holder, address: ['Via Altrove 1', 'Roma', 'RM'] } })
  }
}

async function documentSigner(write: Writer, file: string, cscaKeys: CryptoKeyPair, keys: CryptoKeyPair) {
  const csca = await write.authority(file, await selfSigned(CSCA, cscaKeys, AUTHORITY_VALIDITY))
  const certificate = await issue(csca, DOCUMENT_SIGNER, keys, AUTHORITY_VALIDITY, [
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
  ])
  return { certificate, privateKey: keys.privateKey }
}

function holderOf(person: Person): Holder {
  const family = familyOf(person.id)
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
    address: family
      ? [`${family.address.toponimo} ${family.address.civico}`, family.comune.name, family.comune.province]
      : [],
  }
}
