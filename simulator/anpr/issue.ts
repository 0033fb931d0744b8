import { createHash } from 'node:crypto'
import type { z } from 'zod'
import type { richiestaCertificazione, rispostaCertificazione } from '../../contract/anpr.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import { drawCertificate } from './certificate/document.ts'
import { reserveSeal, type SealKey, seal } from './certificate/seal.ts'
import { type AnprError, type CertificateGrant, grant, protocolOf } from './registry.ts'

type Request = z.infer<typeof richiestaCertificazione>
type Answer = z.infer<typeof rispostaCertificazione>

/** `emissione` of 6001: by internet, or only to be looked at. */
const PREVIEW = '3'

export interface Issuer {
  answer(request: Request): Promise<Result<Answer, AnprError>>
  /** What was issued so far, by idOperazioneClient: previews are not. */
  issued: ReadonlyMap<string, { answer: Promise<Answer> }>
}

/**
 * Issues certificates as ANPR does: the same idOperazioneClient gets the certificate already issued, byte for byte (ISS
 * 5069, change log 9.2.1). Kept in memory: a new process is a new, empty registry of issues.
 */
export function createIssuer(key: SealKey, now: () => Date): Issuer {
  const issued = new Map<string, { asked: string; answer: Promise<Answer> }>()
  return {
    issued,
    async answer(request) {
      const granted = grant({
        types: request.listaTipiCertificati.tipoCertificato,
        languages: request.linguaCertificato.tipoLinguaCertificato,
        subject: request.soggettoIntestatario.idANPR,
        requester: request.richiedente.idANPR,
        tipoRichiedente: request.tipoRichiedente,
        esenzioneBollo: request.esenzioneBollo,
      })
      if (!granted.ok) return granted
      if (request.emissione === PREVIEW) return ok(await preview(granted.value, key, now()))

      const asked = createHash('sha256').update(JSON.stringify(request)).digest('hex')
      const known = issued.get(request.idOperazioneClient)
      if (known && known.asked !== asked) {
        return err({
          kind: 'anpr-error',
          code: 'EN079',
          text: "id operazione comune gia' presente per un servizio diverso",
        })
      }
      const answer = known?.answer ?? issue(request.idOperazioneClient, granted.value, key, now())
      issued.set(request.idOperazioneClient, { asked, answer })
      return ok(await answer)
    },
  }
}

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
  return {
    idOperazioneANPR: operationNumber(id),
    protocolloANPR: { numeroProtocolloANPR: protocol },
    file: { certificatoPdf: (await seal(drawn, key)).toString('base64') },
  }
}

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
function verificationHash(protocol: string, { types, subject, members }: CertificateGrant): string {
  const certified = [protocol, types, subject.idAnpr, members.map(({ idAnpr }) => idAnpr)]
  return createHash('sha256').update(JSON.stringify(certified)).digest('hex').slice(0, 32).toUpperCase()
}

const operationNumber = (id: string) => `9${protocolOf(`anpr:${id}`)}`
