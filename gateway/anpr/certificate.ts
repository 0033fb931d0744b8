import type { z } from 'zod'
import type { rispostaCertificazione } from '../../contract/anpr.ts'
import { base64 } from '../../contract/identity.ts'
import { ok, type Result } from '../../contract/result.ts'
import { type AnprFailure, failure } from './answers.ts'

/** A certificate as ANPR sent it: base64 of its PDF. `protocol`: empty for a preview. */
export interface Certificate {
  pdf: string
  protocol: string
  idOperazioneAnpr: string
}

/** SECURITY: an answer that names another subject than was asked for is nobody's certificate. */
export function certificateIn(
  { soggettoIntestatario, protocolloANPR, idOperazioneANPR = '', file }: z.infer<typeof rispostaCertificazione>,
  { subject }: { subject: string },
): Result<Certificate, AnprFailure> {
  const echoed = [soggettoIntestatario?.idANPR, soggettoIntestatario?.identificativi?.idANPR]
  if (echoed.some((told) => told !== undefined && told.toUpperCase() !== subject))
    return failure('anpr-other-person', 'other-subject')
  const pdf = pdfOf(file?.certificatoPdf)
  if (pdf === null) return failure('anpr-unreadable', 'no-pdf')
  return ok({ pdf, protocol: protocolloANPR?.numeroProtocolloANPR ?? '', idOperazioneAnpr: idOperazioneANPR })
}

/** Some encoders break base64 into lines. */
function pdfOf(told: string | undefined): string | null {
  const pdf = told?.replace(/\s/g, '')
  // The beginning of "%PDF-": as many whole characters as do not depend on what follows.
  return pdf?.startsWith('JVBERi0') && base64.safeParse(pdf).success ? pdf : null
}
