import { createDecipheriv } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { Agent, request } from 'undici'
import { handoverAad } from '../../contract/handover.ts'
import type { MailServer } from '../../simulator/mail/mail-server.ts'
import { PKI } from '../support/pki.ts'
import { filesIn, textOf } from './kill-disk.ts'

/** Where the citizens of a soak have their mail: a box for each letter. */
export const MAIL_DOMAIN = 'posta.example'

/**
 * What does not hold of the letters when everybody has gone home: each that a person was told of has come to its box, its
 * link and the person's digits open the document, and nothing waits any more. A gateway that dies between the mail
 * server's answer and its own disk sends a letter twice, as one mail with one id: no box gets two different ones.
 */
export async function brokenLetters({
  databaseUrl,
  mail,
  publicUrl,
  told,
  searched,
}: {
  databaseUrl: string
  mail: MailServer
  publicUrl: string | null
  /** The letters that a person was told of: box and digits. */
  told: ReadonlyMap<string, string>
  /** The totem's disk and the gateway's log. */
  searched: readonly string[]
}): Promise<{ violations: string[]; letters: number; opened: number; pecs: number }> {
  const violations: string[] = []
  const client = new pg.Client(databaseUrl)
  await client.connect()
  // A letter that a dying gateway had in hand is another's after five minutes: here they are over.
  await client.query("update letter set next_at = now() where state = 'waiting'")
  const { rows } = await client.query<{ id: string; state: string; way: string }>(
    'select handover as id, state, way from letter',
  )
  await client.end()
  const domiciled = new Set(rows.filter(({ way }) => way === 'domicilio').map(({ id }) => id))
  const states = new Map(rows.map(({ id, state }) => [id, state]))
  for (const { id, state } of rows) if (state !== 'handed-over') violations.push(`letter ${id} is ${state}`)
  const boxes = new Map<string, { id: string; link: string }>()
  const pecs = new Set<string>()
  for (const { to, raw } of mail.mails) {
    const message = /^Message-ID: <([^@>]+)@/im.exec(raw)?.[1] ?? ''
    if (domiciled.has(message)) {
      pecs.add(message)
      continue
    }
    const plain = raw.replaceAll('=\r\n', '').replaceAll('=3D', '=')
    const [link = ''] = /https:\S+\/r\/\S+/.exec(plain) ?? []
    const id = link.split('/r/').at(-1)?.split('#')[0] ?? ''
    const box = to[0]?.split('@')[0] ?? ''
    const before = boxes.get(box)
    if (before && before.link !== link) violations.push(`box ${box} got two letters`)
    if (!states.has(id)) violations.push(`mail ${id} has no letter`)
    boxes.set(box, { id, link })
  }
  // A link opens three times: it is not tried before everything has come.
  for (const id of domiciled) if (!pecs.has(id)) violations.push(`PEC ${id} never came`)
  for (const box of told.keys()) if (!boxes.has(box)) violations.push(`the letter to ${box} never came`)
  if (violations.length > 0) return { violations, letters: rows.length, opened: 0, pecs: pecs.size }
  const dispatcher = new Agent({ connect: { ca: readFileSync(join(PKI, 'gateway-ca.pem')) } })
  let opened = 0
  for (const [box, digits] of told) {
    const mailed = boxes.get(box)
    if (mailed && (await opens(mailed, digits))) opened++
    else violations.push(`the letter to ${box} does not open`)
  }
  await dispatcher.destroy()
  for (const file of searched.flatMap(filesIn))
    if (textOf(file).includes(`@${MAIL_DOMAIN}`)) violations.push(`an address in ${file}`)
  return { violations, letters: rows.length, opened, pecs: pecs.size }

  async function opens({ id, link }: { id: string; link: string }, digits: string): Promise<boolean> {
    const answered = await request(`${publicUrl}/r/${id}/claim`, {
      ...{ method: 'POST', dispatcher, body: JSON.stringify({ code: digits }) },
      headers: { 'content-type': 'application/json' },
    })
    const sealed = Buffer.from(await answered.body.arrayBuffer())
    if (answered.statusCode !== 200) return false
    const key = Buffer.from(new URL(link).hash.slice(1), 'base64url')
    const opening = createDecipheriv('aes-256-gcm', key, Buffer.alloc(12))
    opening.setAAD(Buffer.from(handoverAad(id))).setAuthTag(sealed.subarray(-16))
    const pdf = Buffer.concat([opening.update(sealed.subarray(0, -16)), opening.final()])
    return pdf.subarray(0, 5).equals(Buffer.from('%PDF-'))
  }
}
