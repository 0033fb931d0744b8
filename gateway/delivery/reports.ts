import { err, ok, type Result } from '../../contract/result.ts'
import { contentOf, type Entity, partsOf } from './mime.ts'

/** What a mail says that came back. `none`: it is no report of a failure; a delay, say, or an absent person's answer. */
export type Report = { kind: 'failed'; status: string } | { kind: 'none' }

const STATUS = /^[245]\.\d{1,3}\.\d{1,3}$/

/**
 * Reads a delivery status notification (RFC 3464): its second part alone counts, never a text that a person may have
 * written. `sender`: of the envelope, which is empty in a report (RFC 3461 §6.1), so that no report answers another.
 */
export function reportIn(mail: Entity, sender: string): Result<Report, { kind: 'report-malformed' | 'report-forged' }> {
  const { type } = mail
  if (type.essence !== 'multipart/report' || type.params.get('report-type')?.toLowerCase() !== 'delivery-status')
    return ok({ kind: 'none' })
  if (sender !== '') return err({ kind: 'report-forged' })
  const [, status] = partsOf(mail)
  if (!status || !/^message\/(global-)?delivery-status$/.test(status.type.essence))
    return err({ kind: 'report-malformed' })
  // Blocks of fields: one for the mail, then one for each receiver. A letter has one receiver.
  const [, receiver = '', ...more] = contentOf(status)
    .toString('latin1')
    .replace(/\r\n[ \t]+/g, ' ')
    .trim()
    .split(/(?:\r\n){2,}/)
  if (more.length > 0) return err({ kind: 'report-malformed' })
  const field = (name: string) => new RegExp(`^${name}:[ \\t]*(\\S+)`, 'im').exec(receiver)?.[1] ?? ''
  const code = field('status')
  if (!STATUS.test(code)) return err({ kind: 'report-malformed' })
  return ok(field('action').toLowerCase() === 'failed' ? { kind: 'failed', status: code } : { kind: 'none' })
}
