import { Certificate, ContentInfo, SignedData } from 'pkijs'
import { err, ok, type Result } from '../../contract/result.ts'
import { fieldsIn } from '../http/xml.ts'
import { contentOf, type Entity, partsOf } from './mime.ts'

/** What a PEC provider says of a mail (technical rules of PEC, DM 2 November 2005, attachment, §6 and §7). */
export const RECEIPTS = ['accettazione', 'non-accettazione', 'avvenuta-consegna', 'errore-consegna'] as const
export interface PecReceipt {
  kind: (typeof RECEIPTS)[number]
  /** Message-ID of the mail that it tells of. */
  about: string
  /** The provider's own name of the mail: by it a provider finds its log, which it keeps for 30 months. */
  identifier: string
  provider: string
  at: Date
}
export type ReceiptFault =
  | 'receipt-unsigned'
  | 'receipt-altered'
  | 'receipt-signer-untrusted'
  | 'receipt-malformed'
  | 'receipt-not-final'

/** SHA-256, SHA-384, SHA-512. SHA-1 is missing: two texts can be made that share one signature. */
const HASHES = new Set(['2.16.840.1.101.3.4.2.1', '2.16.840.1.101.3.4.2.2', '2.16.840.1.101.3.4.2.3'])
const SUBJECT_ALTERNATIVE_NAME = '2.5.29.17'
const RFC822_NAME = 1
const BOX = 'posta-certificata@'
const SIGNATURE = /^application\/(x-)?pkcs7-signature$/

/** The certificates in a PEM file. */
export const certificatesIn = (pem: string): Certificate[] =>
  [...pem.matchAll(/-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----/g)].map(([, base64 = '']) =>
    Certificate.fromBER(bytesOf(Buffer.from(base64, 'base64'))),
  )

/**
 * Reads a receipt. What is outside the signature counts for nothing, least of all the header X-Ricevuta. `authorities`:
 * who vouches for providers; a provider signs from the address `posta-certificata@` of its own, which stands in its
 * certificate and in the mail's From.
 */
export async function receiptIn(
  mail: Entity,
  authorities: readonly Certificate[],
  now: Date,
): Promise<Result<PecReceipt, { kind: ReceiptFault }>> {
  const [content, signature, ...more] = partsOf(mail)
  if (mail.type.essence !== 'multipart/signed' || !content || !signature || more.length > 0)
    return err({ kind: 'receipt-unsigned' })
  if (!SIGNATURE.test(signature.type.essence)) return err({ kind: 'receipt-unsigned' })
  const judged = await signerOf(content.whole, contentOf(signature), authorities, now)
  if (!judged.ok) return judged
  const from = /<([^<>]+)>$|^(\S+)$/.exec(mail.headers.get('from') ?? '')
  const sender = (from?.[1] ?? from?.[2] ?? '').toLowerCase()
  if (!sender.startsWith(BOX) || !addressesOf(judged.value).includes(sender))
    return err({ kind: 'receipt-signer-untrusted' })
  const certified = partsOf(content).find(({ type }) => type.params.get('name')?.toLowerCase() === 'daticert.xml')
  return certified ? told(contentOf(certified).toString('utf8')) : err({ kind: 'receipt-malformed' })
}

async function signerOf(
  content: Buffer,
  signature: Buffer,
  trustedCerts: readonly Certificate[],
  checkDate: Date,
): Promise<Result<Certificate, { kind: ReceiptFault }>> {
  let signed: SignedData
  try {
    signed = new SignedData({ schema: ContentInfo.fromBER(bytesOf(signature)).content })
  } catch {
    return err({ kind: 'receipt-altered' })
  }
  const [signer, ...others] = signed.signerInfos
  if (!signer || others.length > 0 || !HASHES.has(signer.digestAlgorithm.algorithmId))
    return err({ kind: 'receipt-altered' })
  const asked = { signer: 0, data: bytesOf(content), extendedMode: true as const }
  const verified = await signed.verify(asked).catch(() => null)
  if (!verified?.signatureVerified || !verified.signerCertificate) return err({ kind: 'receipt-altered' })
  const chained = await signed
    .verify({ ...asked, checkChain: true, checkDate, trustedCerts: [...trustedCerts] })
    .catch(() => null)
  return chained?.signerCertificateVerified ? ok(verified.signerCertificate) : err({ kind: 'receipt-signer-untrusted' })
}

/** The mail addresses that a certificate names. */
const addressesOf = ({ extensions = [] }: Certificate): string[] =>
  extensions
    .filter(({ extnID }) => extnID === SUBJECT_ALTERNATIVE_NAME)
    .flatMap(({ parsedValue }) => (parsedValue as { altNames?: { type: number; value: unknown }[] }).altNames ?? [])
    .filter(({ type }) => type === RFC822_NAME)
    .map(({ value }) => String(value).toLowerCase())

const FIELDS: Record<string, string> = {
  'postacert/@tipo': 'kind',
  'postacert/dati/gestore-emittente': 'provider',
  'postacert/dati/data/@zona': 'zone',
  'postacert/dati/data/giorno': 'day',
  'postacert/dati/data/ora': 'hour',
  'postacert/dati/identificativo': 'identifier',
  'postacert/dati/msgid': 'about',
}

/** daticert.xml. Sender, receivers and subject are passed over. */
function told(xml: string): Result<PecReceipt, { kind: ReceiptFault }> {
  const found = fieldsIn(xml, (path) => FIELDS[path.join('/')] ?? null)
  const {
    kind,
    provider = '',
    zone = '',
    day = '',
    hour = '',
    identifier = '',
    about = '',
  } = Object.fromEntries(found ?? [])
  const [, dd, mm, yyyy] = /^(\d{2})\/(\d{2})\/(\d{4})$/.exec(day) ?? []
  const at = new Date(`${yyyy}-${mm}-${dd}T${hour}${zone.replace(/^([+-]\d{2})(\d{2})$/, '$1:$2')}`)
  if (!kind || Number.isNaN(+at) || !/^[\x21-\x7e]{1,200}$/.test(identifier) || provider.length > 200)
    return err({ kind: 'receipt-malformed' })
  const known = RECEIPTS.find((one) => one === kind)
  // A provider that has not delivered within twelve hours says so, and tries on.
  return known ? ok({ kind: known, about, identifier, provider, at }) : err({ kind: 'receipt-not-final' })
}

const bytesOf = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer
