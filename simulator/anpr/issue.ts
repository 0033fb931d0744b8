import { createHash } from 'node:crypto'
import { ok, type Result } from '../../contract/result.ts'
import { drawCertificate } from './certificate/document.ts'
import { reserveSeal, type SealKey, seal } from './certificate/seal.ts'
import { certifiedData } from './certified-data.ts'
import { type AnprError, refusal } from './errors.ts'
import { type CertificateGrant, grant } from './grant.ts'
import { type CertificateBody, wishOf } from './request.ts'

interface Answer {
  idOperazioneANPR: string
  protocolloANPR?: { numeroProtocolloANPR: string }
  file: { certificatoPdf: string }
}

/** `emissione` of 6001: issue by internet, or preview. */
const PREVIEW = '3'
/** `tipoRichiesta`: what the certificate would state, without the certificate. */
const DATA_ONLY = '2'

export interface Issuer {
  answer(request: CertificateBody): Promise<Result<object, AnprError>>
  /** Everything issued so far, by idOperazioneClient, without previews. */
  issued: ReadonlyMap<string, Issue>
}

interface Issue {
  answer: Promise<Answer>
  /** How often it was asked for. The first time made the certificate; each other time got the same one. */
  asked: number
}

/**
 * Issues certificates as ANPR does: the same idOperazioneClient gets the certificate already issued, byte for byte (italia/anpr
 * issue 5069), whatever has become of the person since. Everything is in memory: a new process has issued nothing. `reusePdf`: the first PDF of a
 * person and types serves for all later ones, which differ in protocol and operation. Drawing and sealing take some 50
 * ms, and a test with thousands of totems does not test the drawing.
 */
export function createIssuer(
  key: SealKey,
  now: () => Date,
  { reusePdf = false, virtualBollo = null }: { reusePdf?: boolean; virtualBollo?: string | null } = {},
): Issuer {
  const issued = new Map<string, Issue & { request: string; echo: object }>()
  const pdfs = new Map<string, Promise<Answer>>()

  async function made(id: string, granted: CertificateGrant): Promise<Answer> {
    if (!reusePdf) return issue(id, granted, key, now())
    const { types, subject, bollo, diritti, languages, paEstera, at } = granted
    const name = JSON.stringify([subject.id, types, bollo, diritti, languages, paEstera, at])
    const first = pdfs.get(name) ?? issue(id, granted, key, now())
    pdfs.set(name, first)
    return { ...identifiersOf(id), file: (await first).file }
  }

  return {
    issued,
    async answer(request) {
      const id = request.idOperazioneClient
      const issues = request.tipoRichiesta !== DATA_ONLY && request.emissione !== PREVIEW
      const digest = createHash('sha256').update(JSON.stringify(request)).digest('hex')
      const known = issues ? issued.get(id) : undefined
      if (known && known.request !== digest) return refusal('EN079')
      if (known) {
        known.asked++
        return ok({ ...(await known.answer), ...known.echo })
      }
      const granted = grant(wishOf(request), now().toISOString().slice(0, 10), virtualBollo)
      if (!granted.ok) return granted
      const echo = echoOf(request, granted.value)
      if (request.tipoRichiesta === DATA_ONLY) {
        return ok({ idOperazioneANPR: '0', ...echo, datiCertificato: certifiedData(granted.value) })
      }
      if (request.emissione === PREVIEW) return ok({ ...(await preview(granted.value, key, now())), ...echo })

      const one = { request: digest, answer: made(id, granted.value), echo, asked: 1 }
      issued.set(id, one)
      return ok({ ...(await one.answer), ...echo })
    },
  }
}

/** What 6001 says back of the request. Uncertain: whether the REST answer keeps its names. */
const echoOf = (request: CertificateBody, { subject, types, paEstera }: CertificateGrant) => ({
  linguaCertificato: { tipoLinguaCertificato: request.linguaCertificato.tipoLinguaCertificato },
  listaTipiCertificati: { tipoCertificato: types },
  soggettoIntestatario: { generalita: subject.generalita, idANPR: subject.identificativi.idANPR },
  parametriRichiesta: {
    tipoRichiedente: request.tipoRichiedente,
    tipoRichiesta: request.tipoRichiesta,
    esenzioneBollo: request.esenzioneBollo,
    bollo: request.bollo,
    diritti: request.diritti,
    paEstera,
    emissione: request.emissione,
  },
})

async function issue(id: string, granted: CertificateGrant, key: SealKey, at: Date): Promise<Answer> {
  const protocol = protocolOf(id)
  const hash = verificationHash(protocol, granted)
  const code = hash.slice(0, 16).match(/.{4}/g)?.join('-') ?? hash
  const drawn = await drawCertificate(
    {
      ...granted,
      protocol,
      issuedAt: at,
      verification: { url: `https://verifica.example/c/${protocol}?h=${hash}`, code },
      stamp: 'FAC-SIMILE',
    },
    (pdf) => reserveSeal(pdf, at),
  )
  return { ...identifiersOf(id), file: { certificatoPdf: (await seal(drawn, key)).toString('base64') } }
}

const identifiersOf = (id: string) => ({
  idOperazioneANPR: operationNumber(id),
  protocolloANPR: { numeroProtocolloANPR: protocolOf(id) },
})

async function preview(granted: CertificateGrant, key: SealKey, at: Date): Promise<Answer> {
  const drawn = await drawCertificate(
    {
      ...granted,
      protocol: 'assegnato al rilascio',
      issuedAt: at,
      verification: { url: 'https://verifica.example/anteprima', code: 'assegnato al rilascio' },
      stamp: 'ANTEPRIMA',
    },
    (pdf) => reserveSeal(pdf, at),
  )
  return { idOperazioneANPR: '0', file: { certificatoPdf: (await seal(drawn, key)).toString('base64') } }
}

/** Ties the verification link to what the sheet certifies, so that a protocol number cannot be put on another sheet. */
function verificationHash(protocol: string, { types, subject, membri }: CertificateGrant): string {
  const idOf = (one: CertificateGrant['subject']) => one.identificativi.idANPR
  const certified = [protocol, types, idOf(subject), membri.map(idOf)]
  return createHash('sha256').update(JSON.stringify(certified)).digest('hex').slice(0, 32).toUpperCase()
}

const operationNumber = (id: string) => `9${protocolOf(`anpr:${id}`)}`

/** Ten digits, like today's protocol numbers (italia/anpr issue 4815). The same operation id always gets the same one. */
const protocolOf = (idOperazioneClient: string): string => {
  const seed = createHash('sha256').update(idOperazioneClient).digest().readUIntBE(0, 6)
  return String(2_000_000_000 + (seed % 1_000_000_000))
}
