import { renderPdf } from '../documents/pdf.ts'
import type { VisitServices } from '../visit/services.ts'
import { type Change, required, type Visit } from '../visit/visit.ts'

/** The document that is ready, for another way home: ANPR's own PDF, byte for byte, or a paper of the totem's. */
export async function readyDocument(
  visit: Visit,
  services: VisitServices,
): Promise<{ pdf: Uint8Array; paper: NonNullable<Change['paper']> }> {
  const { issued, writing, written: before } = visit.paper
  const [certificate] = issued
  if (certificate) return { pdf: Buffer.from(certificate.pdf, 'base64'), paper: {} }
  const written = before ?? required(writing, 'paper to hand over').write(visit, services)
  return { pdf: await renderPdf({ ...written.paper, reprint: false }), paper: { written } }
}
