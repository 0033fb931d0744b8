import { renderPdf } from '../documents/pdf.ts'
import type { AboutDocument, VisitServices } from '../visit/services.ts'
import { type Change, required, type Visit } from '../visit/visit.ts'

/** The document that is ready, for another way home: ANPR's own PDF, byte for byte, or a paper of the totem's. */
export async function readyDocument(
  visit: Visit,
  services: VisitServices,
): Promise<{ pdf: Uint8Array; about: AboutDocument; paper: NonNullable<Change['paper']> }> {
  const { issued, writing, written: before, document } = visit.paper
  const about = { document: required(document, 'document'), operation: issued[0]?.operation ?? null }
  const [certificate] = issued
  if (certificate) return { pdf: Buffer.from(certificate.pdf, 'base64'), about, paper: {} }
  const written = before ?? required(writing, 'paper to hand over').write(visit, services)
  return { pdf: await renderPdf({ ...written.paper, reprint: false }), about, paper: { written } }
}
