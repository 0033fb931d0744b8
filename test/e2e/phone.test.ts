import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTelephone, type Telephone } from '../support/phone/telephone.ts'
import { type Office, openOffice } from '../support/totem/office.ts'

// The person's telephone, a real Chromium, takes the document that the totem shows as a code.
let office: Office
let telephone: Telephone

beforeAll(async () => {
  office = await openOffice({ timings: { idleMs: 20_000, warningMs: 5_000 } })
  telephone = await openTelephone()
})
afterAll(async () => {
  await telephone?.close()
  await office?.close()
})

async function code(): Promise<string> {
  const link = async () => (await office.sees('phone')).code?.link
  await expect.poll(link).toContain('#')
  return (await link()) ?? ''
}
const eventually = <T>(what: () => T) => expect.poll(what, { timeout: 20_000 })

test('beside the paper: scanned, tapped, saved; the totem says that it is there, and the key went nowhere', async () => {
  await office.comesWithCard('anna-bianchi')
  await office.entersPin()
  expect(await office.walksTo('done', { service: 'visura' })).toMatchObject({
    outcome: 'printed',
    ways: ['phone', 'email', 'domicilio'],
  })
  await office.presses('phone.too')
  const link = await code()
  const { page } = telephone
  await page.goto(link)
  await page.locator('h1', { hasText: 'Il Suo documento è pronto' }).waitFor()
  // Looking at it takes nothing.
  expect((await office.sees('phone')).code?.link).toBe(link)
  await page.locator('#fetch').click()
  await page.locator('#after').waitFor()
  expect(await office.sees('done')).toMatchObject({ outcome: 'phone', document: 'visura' })
  await page.locator('#save').click()
  await eventually(() => telephone.saved()?.name).toBe('documento-totem.pdf')
  expect(telephone.saved()?.bytes.subarray(0, 5).toString()).toBe('%PDF-')

  const key = link.split('#')[1] ?? ''
  expect(key).toHaveLength(43)
  const here = telephone.sent.filter(({ url }) => url.startsWith('https:'))
  // Playwright tells the fragment of the address that was opened; a browser sends none.
  expect(here.map(({ url }) => new URL(url).pathname.replace(/[\w-]{22}/, 'ID'))).toEqual([
    '/d/ID',
    '/d/ID/claim',
    '/d/ID/taken',
  ])
  for (const { url, headers, body } of here.slice(1)) {
    expect(JSON.stringify([url, headers, body])).not.toContain(key)
    expect(headers.referer ?? '').toBe('')
  }
  expect(telephone.complaints).toEqual([])
  const logs = ['gateway.log'].map((name) => readFileSync(join(office.bench.folder, 'logs', name), 'utf8'))
  expect([...logs, JSON.stringify(office.journal())].join()).not.toContain(key)
  await office.takesCardAndGoes()
})

test('no printer: the telephone takes over and has ANPR’s own certificate, byte for byte', async () => {
  await office.bench.printer.unplug()
  await office.comesWithCard('anna-bianchi')
  await office.entersPin()
  await office.asksFor()
  await office.prints()
  const link = await code()
  expect(await office.sees('phone')).toMatchObject({ noPrinter: true, canPrint: false, document: 'certificate' })
  await telephone.page.goto(link)
  await telephone.page.locator('#fetch').click()
  await telephone.page.locator('#after').waitFor()
  expect(await office.sees('done')).toMatchObject({ outcome: 'phone', document: 'certificate' })
  const before = telephone.saved()?.bytes
  await telephone.page.locator('#save').click()
  await eventually(() => telephone.saved()?.bytes.equals(before ?? Buffer.alloc(0))).toBe(false)
  const [operation] = await office.operations()
  const file = await fetch(`${office.bench.anpr.controlUrl}/simulator/issued/${operation?.anprId}`)
  expect(telephone.saved()?.bytes.equals(await file.bytes())).toBe(true)
  expect(office.journal().map(({ event }) => event)).toContain('request.collected')

  // The same link opens nothing for another telephone.
  await telephone.page.evaluate(() => sessionStorage.clear())
  await telephone.page.reload()
  await telephone.page.locator('#fetch').click()
  await telephone.page.locator('#notice', { hasText: 'Due telefoni' }).waitFor()
  await office.takesCardAndGoes()
  await office.bench.printer.plug()
})

test('by e-mail: an address typed on the glass, the link in a mail, the digits from the slip', async () => {
  await office.comesWithCard('anna-bianchi')
  await office.entersPin()
  expect(await office.walksTo('done', { service: 'visura' })).toMatchObject({
    outcome: 'printed',
    ways: ['phone', 'email', 'domicilio'],
  })
  await office.presses('email.too')
  await office.answers('email-address', { address: 'anna.bianchi@gmial.com' })
  expect(await office.sees('email-confirm')).toMatchObject({ domain: 'gmial.com', meant: 'gmail.com' })
  await office.presses('email.meant', { domain: 'gmail.com' })
  await office.answers('email-confirm')
  const { code, handedOver } = await office.sees('email-sent')
  expect(handedOver).toBe(true)
  await office.answers('email-sent')
  expect(await office.sees('done')).toMatchObject({ outcome: 'email', document: 'visura' })
  await office.takesCardAndGoes()

  const [mail] = office.bench.mail.mails
  expect(mail).toMatchObject({ to: ['anna.bianchi@gmail.com'], secure: true })
  const text = (mail?.raw ?? '').replaceAll('=\r\n', '').replaceAll('=3D', '=')
  const [link = ''] = /https:\S+\/r\/\S+/.exec(text) ?? []
  const { page } = telephone
  const before = telephone.saved()?.bytes
  await page.goto(link)
  await page.locator('#digits').fill('000000')
  await page.locator('#fetch').click()
  await page.locator('#notice', { hasText: 'Le cifre non sono giuste' }).waitFor()
  await page.locator('#digits').fill(code)
  await page.locator('#fetch').click()
  await page.locator('#after').waitFor()
  await page.locator('#save').click()
  await eventually(() => telephone.saved()?.bytes.equals(before ?? Buffer.alloc(0))).toBe(false)
  expect(telephone.saved()?.bytes.subarray(0, 5).toString()).toBe('%PDF-')
})

test('to the digital domicile: the certificate itself by PEC, and its receipts at the next visit', async () => {
  const before =
    (await office.operations())
      .map(({ operation }) => operation)
      .sort()
      .at(-1) ?? ''
  await office.comesWithCard('anna-bianchi')
  await office.entersPin()
  expect(await office.walksTo('done', { type: '8', way: 'domicilio' })).toMatchObject({
    outcome: 'domicilio',
    document: 'certificate',
  })
  await office.takesCardAndGoes()
  await eventually(() => office.bench.mail.mails.at(-1)?.to[0]).toMatch(/@pec\./)
  const raw = office.bench.mail.mails.at(-1)?.raw ?? ''
  const [, attached = ''] = /documento\.pdf.*?\r?\n\r?\n([A-Za-z0-9+/=\s]+)/s.exec(raw) ?? []
  const operation = (await office.operations()).find(({ operation }) => operation > before)
  const file = await fetch(`${office.bench.anpr.controlUrl}/simulator/issued/${operation?.anprId}`)
  expect(Buffer.from(attached, 'base64').equals(await file.bytes())).toBe(true)

  // Both receipts of the provider have come back.
  await office.bench.mail.settled()
  await office.comesWithCard('anna-bianchi')
  await office.entersPin()
  // It is in the box: nothing is to be collected, and the list says when it was sent.
  expect(await office.sees('menu')).toMatchObject({ waiting: 0 })
  await office.walksTo('requests', { service: 'requests' })
  await eventually(async () => {
    const seen = await office.sees('requests')
    return seen.requests?.filter(({ state }) => state === 'delivered').map(({ document, again }) => [document, again])
  }).toEqual([['certificate', null]])
  await office.takesCardAndGoes()
})
