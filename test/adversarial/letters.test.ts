// Over 400 lines: all that a letter may meet shares one gateway, one mail server and one name server.
import { createCipheriv, randomBytes } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTransport } from 'nodemailer'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { handoverAad } from '../../contract/handover.ts'
import { LETTER_MS, LETTERS_PER_DAY, type Letter } from '../../contract/letter.ts'
import { startPostman } from '../../gateway/delivery/postman.ts'
import { readKey } from '../../gateway/sealing/sealing.ts'
import { mailSettings } from '../../gateway/settings/mail.ts'
import { type NamedKey, sealLetter } from '../../main/queue/sealing.ts'
import { type Inad, startInad } from '../../simulator/inad/server.ts'
import { type MailServer, startMailServer } from '../../simulator/mail/mail-server.ts'
import { createPecProvider, type PecProvider, type ReceiptKind } from '../../simulator/mail/pec.ts'
import { personById } from '../../simulator/population/people.ts'
import { type Centre, openCentre } from '../support/gateway/centre.ts'
import { outsider, publicDoorIn } from '../support/gateway/public-page.ts'
import { login } from '../support/gateway/requests.ts'
import { TotemClient } from '../support/gateway/totem-client.ts'
import { PKI } from '../support/pki.ts'

// The real gateway writes to a real SMTP server on loopback; mails come back to it over SMTP too.
const folder = mkdtempSync(join(tmpdir(), 'totem-letters-'))
let centre: Centre
let mail: MailServer
let inad: Inad
let pec: PecProvider
let totem: TotemClient
let names: Socket
const { ask, close: closeOutside } = outsider(() => centre.gateway.publicUrl)
const gatewayKey = JSON.parse(readFileSync(join(PKI, 'gateway.sealing.pub.jwk.json'), 'utf8')) as NamedKey
const pdf = Buffer.concat([Buffer.from('%PDF-1.7 ROSSI MARIO'), randomBytes(10_000)])

/** A name server: `null.example` takes no mail, `nowhere.example` does not exist, `plain.example` has an address alone. */
async function startNames() {
  const server = createSocket('udp4')
  server.on('message', (question, { port, address }) => {
    const labels: string[] = []
    let at = 12
    for (let length = question[at] ?? 0; length > 0; length = question[at] ?? 0) {
      labels.push(question.toString('latin1', at + 1, at + 1 + length))
      at += 1 + length
    }
    const type = question.readUInt16BE(at + 1)
    const name = labels.join('.')
    const record = (data: number[]) => [0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, data.length, ...data]
    const MX = 15
    const answers =
      name === 'null.example' && type === MX
        ? [record([0, 0, 0])]
        : name === 'plain.example' && type === 1
          ? [record([127, 0, 0, 1])]
          : /^(gmail\.com|mail\.example|xn--caff-8oa\.example)$/.test(name) && type === MX
            ? [record([0, 10, 2, 109, 120, 0xc0, 12])]
            : []
    const code = name === 'nowhere.example' ? 3 : name === 'broken.example' ? 2 : 0
    const head = Buffer.from([0, 0, 0x81, 0x80 | code, 0, 1, 0, answers.length, 0, 0, 0, 0])
    question.copy(head, 0, 0, 2)
    server.send(Buffer.concat([head, question.subarray(12, at + 5), Buffer.from(answers.flat())]), port, address)
  })
  server.bind(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

beforeAll(async () => {
  names = await startNames()
  pec = await createPecProvider()
  writeFileSync(join(folder, 'pec-ca.pem'), pec.authority)
  mail = await startMailServer({ pki: PKI, pec, returnsPort: () => centre?.gateway.returnsPort ?? null })
  inad = await startInad({ pki: PKI })
  const ways = { public: await publicDoorIn(folder), delivery: { mail: settings(mail.port) } }
  centre = await openCentre(null, ways, { inad: inad.url })
  totem = new TotemClient(centre.gateway.url, 'TT-0001')
})
afterAll(async () => {
  await Promise.all([totem?.close(), closeOutside()])
  await centre?.stop()
  await inad?.stop()
  await mail?.stop()
  names?.close()
  rmSync(folder, { recursive: true })
})
afterEach(() => {
  mail.mails.length = 0
})

function settings(port: number, ca = 'gateway-ca.pem') {
  return {
    ...{ host: 'localhost', port, ca: join(PKI, ca) },
    from: { name: 'Totem Polis', address: 'totem@poste.example' },
    pec: {
      from: { name: 'Totem Polis', address: 'totem@pec.poste.example' },
      authorities: join(folder, 'pec-ca.pem'),
    },
    returns: { address: 'ritorno@poste.example', listen: { host: '127.0.0.1', port: 0 } },
    nameServers: [`127.0.0.1:${names.address().port}`],
  }
}
interface Sending {
  change?: Partial<Letter>
  seal?: { id?: string; totem?: string }
  headers?: Record<string, string>
}
const eventually = <T>(what: () => T) => expect.poll(what, { timeout: 30_000 })
/** A person's session that may still ask: each may ask for some things, and each person open some a day. */
const sessions: { authorization: string; left: number }[] = []
const PEOPLE = ['mario-rossi', 'anna-bianchi', 'elena-ferrari', 'giovanni-ricci', 'marija-kos', 'nicolo-dangelo']
let came = 0
async function bearer() {
  let session = sessions.find(({ left }) => left > 0)
  if (!session) {
    const who = PEOPLE[came++ % PEOPLE.length] ?? ''
    const { body } = await totem.post('/v1/sessions', login(who, { at: centre.clock.now }))
    session = { authorization: `Bearer ${body.token}`, left: 5 }
    sessions.push(session)
  }
  session.left--
  return { authorization: session.authorization }
}
async function sends(to: string, { change = {}, seal = {}, headers }: Sending = {}) {
  const id = randomBytes(16).toString('base64url')
  const key = randomBytes(32)
  const cipher = createCipheriv('aes-256-gcm', key, Buffer.alloc(12)).setAAD(Buffer.from(handoverAad(id)))
  const sealed = Buffer.concat([cipher.update(pdf), cipher.final(), cipher.getAuthTag()])
  const content: Letter = {
    ...{ to, key: key.toString('base64url'), code: '482913', language: 'it', office: 'Ufficio postale di Spello' },
    ...change,
  }
  const letter = await sealLetter(content, gatewayKey, { id, totem: 'TT-0001', ...seal })
  const body = { id, sealed: sealed.toString('base64'), letter }
  const answer = await totem.post('/v1/letters', body, headers ?? (await bearer()))
  return { id, key: content.key, answer, sealed }
}
async function overseen(): Promise<{ letters: { message: string }[] }> {
  const operator = new TotemClient(centre.gateway.operatorUrl, null)
  const token = readFileSync(join(PKI, 'operator-token'), 'utf8').trim()
  const { body } = await operator.get('/v1/operator/letters', { authorization: `Bearer ${token}` })
  await operator.close()
  return body
}
const became = async (id: string) => (await totem.get(`/v1/letters?id=${id}`)).body.state
const open = (id: string, code: string) => ask('POST', `/r/${id}/claim`, { code })
const told = ({ body }: { body: Buffer }) => JSON.parse(body.toString())

test('handed over: one mail, by TLS, with a link and no word about the person; it opens by the digits, three times', async () => {
  const { id, key, answer, sealed } = await sends('mario.rossi@gmail.com')
  expect(answer).toEqual({ status: 201, body: {} })
  await eventually(() => became(id)).toBe('handed-over')
  expect(mail.mails).toHaveLength(1)
  const [{ from = '', to, secure, raw = '' } = {}] = mail.mails
  expect({ to, secure }).toEqual({ to: ['mario.rossi@gmail.com'], secure: true })
  expect(from).toMatch(/^ritorno\+[0-9a-f]{32}@poste\.example$/)
  expect(raw).toContain('Auto-Submitted: auto-generated')
  expect(raw).toContain(`Message-ID: <${id}@poste.example>`)
  expect(raw).toMatch(/^From: Totem Polis <totem@poste\.example>/m)
  const text = raw.replaceAll(/=\r\n/g, '').replaceAll('=3D', '=')
  expect(text).toContain(`${centre.gateway.publicUrl}/r/${id}#${key}`)
  expect(text).not.toMatch(/482913|ROSSI|certificato|visura|<img|http:/)

  expect((await ask('GET', `/r/${id}`)).status).toBe(200)
  for (let time = 0; time < 3; time++) expect((await open(id, '482913')).body.equals(sealed)).toBe(true)
  // Who has the digits has the document: its person is told so, and it is offered at no totem again.
  expect(await became(id)).toBe('delivered')
  expect(told(await open(id, '482913'))).toEqual({ kind: 'gone' })
})

describe('to a digital domicile', () => {
  const opens = async (who: string) => {
    const { body } = await totem.post('/v1/sessions', login(who, { at: centre.clock.now }))
    expect(body.ways).toEqual(['phone', 'email', 'domicilio'])
    return { authorization: `Bearer ${body.token}` }
  }
  const asks = (who: string, headers: { authorization: string }) =>
    totem.post('/v1/domiciles', { codiceFiscale: personById(who).codiceFiscale }, headers)

  test('told by INAD for the session’s own person, and sent as PEC with the document itself', async () => {
    const headers = await opens('anna-bianchi')
    const { body } = await asks('anna-bianchi', headers)
    const [{ address = '', proof = '', profession }] = body.domiciles
    expect({ address, profession }).toEqual({ address: 'anna.bianchi@pec.example', profession: null })
    expect((await asks('mario-rossi', headers)).status).toBe(403)

    const { id, answer } = await sends(address, { change: { proof }, headers })
    expect(answer.status).toBe(201)
    await eventually(() => became(id)).toBe('delivered')
    const [{ from, to, raw = '' } = {}] = mail.mails.filter(({ to: [one] }) => one === address)
    // A PEC provider takes no other sender than the box itself.
    expect({ from, to }).toEqual({ from: 'totem@pec.poste.example', to: [address] })
    const { letters } = await overseen()
    expect(letters.find(({ message }) => message.startsWith(`<${id}@`))).toMatchObject({
      ...{ totem: 'TT-0001', way: 'domicilio', state: 'delivered' },
      receipts: expect.arrayContaining([
        expect.objectContaining({ kind: 'accettazione', provider: 'pec.example TEST S.p.A.' }),
        expect.objectContaining({ kind: 'avvenuta-consegna' }),
      ]),
    })
    expect(raw).toMatch(/^From: Totem Polis <totem@pec\.poste\.example>/m)
    expect(raw).not.toMatch(/BIANCHI|482913|\/r\//)
    expect(raw.replaceAll(/\s/g, '')).toContain(pdf.toString('base64').slice(0, 60))
    // Nothing of it is kept, and no link opens it.
    expect(told(await open(id, '482913'))).toEqual({ kind: 'gone' })
    expect(centre.logged()).not.toContain(address)
  })

  test('another address than INAD’s, and another person’s, are refused', async () => {
    const headers = await opens('anna-bianchi')
    const { body } = await asks('anna-bianchi', headers)
    const [{ address = '', proof = '' }] = body.domiciles
    expect((await sends('evil@pec.example', { change: { proof }, headers })).answer.status).toBe(400)
    const others = await opens('elena-ferrari')
    expect((await sends(address, { change: { proof }, headers: others })).answer.status).toBe(400)
  })

  test('several with what they practise; one that has ended counts as none', async () => {
    const { body } = await asks('elena-ferrari', await opens('elena-ferrari'))
    expect(body.domiciles.map(({ profession }: { profession: string | null }) => profession)).toEqual([
      null,
      'AVVOCATO',
    ])
    expect((await asks('mario-rossi', await opens('mario-rossi'))).body.domiciles).toEqual([])
    expect((await asks('giovanni-ricci', await opens('giovanni-ricci'))).body.domiciles).toEqual([])
  })
})

describe('what comes back over SMTP', () => {
  /** Brings a mail as the company's mail server does; answers the code and the word of a refusal, or null. */
  async function brings(to: string, raw: string | Buffer, sender = '') {
    const transport = createTransport({
      ...{ host: 'localhost', port: centre.gateway.returnsPort ?? 0 },
      tls: { ca: readFileSync(join(PKI, 'gateway-ca.pem')) },
    })
    const refused = await transport.sendMail({ envelope: { from: sender, to: [to] }, raw }).then(
      () => null,
      ({ responseCode, response }: { responseCode: number; response: string }) => [
        responseCode,
        response.split(' ').at(-1),
      ],
    )
    transport.close()
    return refused
  }
  const report = (fields: string) =>
    `Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nfailed\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n${fields}\r\n--b--\r\n`
  const FAILED = 'Reporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; a@b.it\r\nAction: failed\r\nStatus: 5.1.1\r\n'
  const PEC_BOX = 'totem@pec.poste.example'
  const receipt = (about: string, kind: ReceiptKind = 'avvenuta-consegna', more: { from?: string } = {}) =>
    pec.receipt({ kind, about, sender: PEC_BOX, receiver: 'anna.bianchi@pec.example' }, more)
  const unknown = 'ritorno+00000000000000000000000000000000@poste.example'
  /** A letter that was handed over, and the address to which it comes back. */
  async function handedOver() {
    const { id } = await sends('mario.rossi@gmail.com')
    await eventually(() => became(id)).toBe('handed-over')
    const { from = '' } = mail.mails.find(({ raw }) => raw.includes(id)) ?? {}
    return { id, back: from }
  }

  test('reports that are none, and forged ones, move no letter', async () => {
    const { id, back } = await handedOver()
    expect(await brings(unknown, report(FAILED))).toEqual([550, 'letter-unknown'])
    expect(await brings(back, report(FAILED), 'evil@example.org')).toEqual([550, 'report-forged'])
    expect(await brings(back, report('Action: failed'))).toEqual([550, 'report-malformed'])
    expect(await brings(back, report(`${FAILED}\r\nFinal-Recipient: rfc822; c@d.it\r\nAction: failed\r\n`))).toEqual([
      550,
      'report-malformed',
    ])
    expect(await brings(back, report(FAILED).replace('--b--', ''))).toEqual([550, 'report-malformed'])
    // Words that look like a report, in a mail that is none.
    expect(await brings(back, `Content-Type: text/plain\r\n\r\n${report(FAILED)}`)).toBeNull()
    expect(await brings(back, report(FAILED).replace('failed\r\nStatus: 5', 'delayed\r\nStatus: 4'))).toBeNull()
    expect(await brings('somebody@poste.example', report(FAILED))).toEqual([550, 'here'])
    expect(await became(id)).toBe('handed-over')
    expect(centre.logged()).toContain('"reason":"report-forged"')
    // The true one counts, and again when it comes again.
    expect(await brings(back, report(FAILED))).toBeNull()
    expect(await brings(back, report(FAILED))).toBeNull()
    expect(await became(id)).toBe('bounced')
    expect((await overseen()).letters.find(({ message }) => message.includes(id))).toMatchObject({ why: '5.1.1' })
  })

  test('a mail of half a megabyte is refused, and the next one heard', async () => {
    const { id, back } = await handedOver()
    expect(await brings(back, report(FAILED) + 'x'.repeat(500_000))).toEqual([552, expect.any(String)])
    expect(await brings(back, report(FAILED))).toBeNull()
    expect(await became(id)).toBe('bounced')
  })

  test('receipts of a PEC count by their signature alone', async () => {
    const { id: typed } = await handedOver()
    const about = `<${typed}@poste.example>`
    const good = await receipt(about)
    const text = good.toString('latin1')
    // Signed, but about a mail that went to a typed address: nobody certified that one.
    expect(await brings(PEC_BOX, good)).toEqual([550, 'letter-unknown'])
    expect(await brings(PEC_BOX, await receipt('<nobody@poste.example>'))).toEqual([550, 'letter-unknown'])
    const altered = text.replace('TEST S.p.A.', 'TEST S.p.a.').replace('stato trattato', 'stato Trattato')
    expect(await brings(PEC_BOX, Buffer.from(altered, 'latin1'))).toEqual([550, 'receipt-altered'])
    const unsigned = text.replace('multipart/signed', 'multipart/mixed')
    expect(await brings(PEC_BOX, Buffer.from(unsigned, 'latin1'))).toEqual([550, 'receipt-unsigned'])
    const other = await createPecProvider()
    const foreign = await other.receipt({ kind: 'accettazione', about, sender: PEC_BOX, receiver: 'a@pec.example' })
    expect(await brings(PEC_BOX, foreign)).toEqual([550, 'receipt-signer-untrusted'])
    const borrowed = await receipt(about, 'accettazione', { from: 'posta-certificata@altro.example' })
    expect(await brings(PEC_BOX, borrowed)).toEqual([550, 'receipt-signer-untrusted'])
    // The provider tries on: no end, and no fault.
    expect(await brings(PEC_BOX, await receipt(about, 'preavviso-errore-consegna'))).toBeNull()
    expect(await became(typed)).toBe('handed-over')
  })

  test('a PEC that is accepted and not delivered is told at the next visit, at any totem, until the screen has shown it', async () => {
    const { body } = await totem.post('/v1/sessions', login('marija-kos', { at: centre.clock.now }))
    const headers = { authorization: `Bearer ${body.token}` }
    const { body: known } = await totem.post(
      '/v1/domiciles',
      { codiceFiscale: personById('marija-kos').codiceFiscale },
      headers,
    )
    const [{ address, proof }] = known.domiciles
    const about = { document: 'visura' as const, operation: null }
    const { id, answer } = await sends(address, { change: { proof, about }, headers })
    expect(answer.status).toBe(201)
    const second = new TotemClient(centre.gateway.url, 'TT-0002')
    onTestFinished(() => second.close())
    const at = { at: centre.clock.now, totem: 'TT-0002' }
    const { body: later } = await second.post('/v1/sessions', login('marija-kos', at))
    const own = async () =>
      (await second.get('/v1/letters/own', { authorization: `Bearer ${later.token}` })).body.letters.slice(0, 1)
    await eventually(own).toMatchObject([
      { state: 'bounced', document: 'visura', machine: 'TT-0001', way: 'domicilio', told: false },
    ])
    await second.post('/v1/letters/told', {}, { authorization: `Bearer ${later.token}` })
    expect(await own()).toMatchObject([{ state: 'bounced', told: true }])
    // A box that is reached late was reached.
    expect(await brings(PEC_BOX, await receipt(`<${id}@poste.example>`))).toBeNull()
    expect(await own()).toMatchObject([{ state: 'delivered' }])
    // Nobody else sees it, and an old one is seen by nobody.
    const stranger = await totem.get('/v1/letters/own', await bearer())
    expect(JSON.stringify(stranger.body)).not.toContain('"visura"')
  })
})

test('five wrong codes end it, also at once; the link of a telephone’s code does not open it', async () => {
  const { id } = await sends('a@gmail.com')
  expect((await ask('POST', `/d/${id}/claim`, { phone: 'A'.repeat(22) })).status).toBe(410)
  expect(told(await open(id, '000000'))).toEqual({ kind: 'code-wrong', left: 4 })
  const guesses = await Promise.all(Array.from({ length: 20 }, (_, at) => open(id, String(100_000 + at))))
  expect(guesses.filter((each) => told(each).kind === 'code-wrong')).toHaveLength(4)
  expect(told(await open(id, '482913'))).toEqual({ kind: 'gone' })
})

test('after seven days it is gone', async () => {
  const { id } = await sends('a@gmail.com')
  const before = centre.clock.now
  centre.clock.now = new Date(+before + LETTER_MS)
  expect(told(await open(id, '482913'))).toEqual({ kind: 'gone' })
  centre.clock.now = before
})

test('a mail that comes back is told, and nobody opens its document', async () => {
  const { id } = await sends('bounces@gmail.com')
  await eventually(() => became(id)).toBe('bounced')
  expect(told(await open(id, '482913'))).toEqual({ kind: 'gone' })
})

test.each(['delayed@gmail.com', 'absent@gmail.com'])('%s: what comes back is no failure', async (to) => {
  const { id } = await sends(to)
  await eventually(() => became(id)).toBe('handed-over')
  await mail.settled()
  expect(await became(id)).toBe('handed-over')
})

test('refused by the server: told at once; asked to come again: it does', async () => {
  const refused = await sends('refused@gmail.com')
  await eventually(() => became(refused.id)).toBe('refused')
  const later = await sends('later@gmail.com')
  await eventually(() => mail.named.filter((name) => name === 'later@gmail.com').length).toBe(1)
  expect(await became(later.id)).toBe('waiting')
  const before = centre.clock.now
  centre.clock.now = new Date(+before + 60_000)
  await eventually(() => became(later.id)).toBe('handed-over')
  centre.clock.now = before
})

test.each([
  ['null.example', 403],
  ['nowhere.example', 403],
  ['plain.example', 201],
  ['caffè.example', 201],
  // A name server in trouble refuses nobody.
  ['broken.example', 201],
])('a@%s: does the domain take mail?', async (domain, status) => {
  const { answer } = await sends(`a@${domain}`)
  expect(answer.status).toBe(status)
  if (status === 403) expect(answer.body.kind).toBe('address-unknown')
})

test.each([
  ['two receivers', 'a@gmail.com, b@evil.example'],
  ['a header', 'a@gmail.com\r\nBcc: b@evil.example'],
  ['a header at the front', 'b@evil.example\r\n\r\na@gmail.com'],
  ['a name', 'Mario <b@evil.example>'],
  ['a quoted name', '"a@b"@gmail.com'],
  ['a route', '@evil.example:a@gmail.com'],
  ['a null', 'a@gmail.com\0b'],
])('an address that is none goes nowhere: %s', async (_, to) => {
  const { answer } = await sends(to)
  expect([answer.status, answer.body.kind]).toEqual([400, 'request-malformed'])
  expect(mail.named.filter((name) => name.includes('evil'))).toEqual([])
})

test.each([
  ['a line break in the office', { change: { office: 'Spello\r\nBcc: b@evil.example' } }],
  ['a link in the office', { change: { office: 'https://evil.example/<b>' } }],
  ['sealed for another document', { seal: { id: 'A'.repeat(22) } }],
  ['sealed by another totem', { seal: { totem: 'TT-0002' } }],
])('a letter that is not as it must be goes nowhere: %s', async (_, change) => {
  const { answer } = await sends('a@gmail.com', change)
  expect(answer.status).toBe(400)
  // An earlier letter may be on its way still.
  expect(mail.mails.filter(({ to }) => to.includes('a@gmail.com'))).toEqual([])
})

test('a totem that calls its office by a web address puts no link of its own into the mail', async () => {
  const { id } = await sends('mario.rossi@gmail.com', { change: { office: 'Poste, www.evil.example/premio' } })
  await eventually(() => became(id)).toBe('handed-over')
  const raw = mail.mails.find(({ raw }) => raw.includes(`Message-ID: <${id}@`))?.raw ?? ''
  const text = raw.replaceAll(/=\r\n/g, '')
  expect(text).toContain('www. evil. example')
  expect(text).not.toContain('evil.example')
})

test('without a person’s session a totem sends nothing', async () => {
  expect((await sends('a@gmail.com', { headers: { authorization: 'Bearer x' } })).answer.status).toBe(401)
})

test('while the mail server is away the disk holds no address, no digits and no key; nor after', async () => {
  const to = 'mario.rossi.1951@gmail.com'
  const port = mail.port
  await mail.stop()
  const { id, key } = await sends(to)
  await eventually(() => centre.logged()).toContain('mail-server-away')
  const look = () => {
    const bytes = readdirSync(centre.config.dataDir, { recursive: true, encoding: 'utf8' })
      .map((name) => join(centre.config.dataDir, name))
      .filter((file) => statSync(file).isFile())
      .map((file) => readFileSync(file))
    return [to, 'mario.rossi.1951', '482913', key].filter((secret) =>
      [...bytes, Buffer.from(centre.logged())].some((each) => each.includes(secret)),
    )
  }
  expect(look()).toEqual([])
  mail = await startMailServer({ pki: PKI, port, pec, returnsPort: () => centre.gateway.returnsPort })
  centre.clock.now = new Date(+centre.clock.now + 60_000)
  await eventually(() => became(id)).toBe('handed-over')
  expect(look()).toEqual([])
})

test.each([
  ['a line that takes STARTTLS away', { startTls: false }, 'gateway-ca.pem'],
  ['a server of another authority', {}, 'totem-ca.pem'],
])('%s: nothing is sent', async (_, server, ca) => {
  const stripped = await startMailServer({ pki: PKI, returnsPort: () => null, ...server })
  const id = 'A'.repeat(22)
  const content = { to: 'a@gmail.com', key: 'B'.repeat(43), code: '482913', language: 'it', office: 'Spello' } as const
  const sealed = await sealLetter(content, gatewayKey, { id, totem: 'TT-0001' })
  const due = [{ id, totem: 'TT-0001', sealed, returnToken: '0'.repeat(32) }]
  const { kid, key } = readKey(readFileSync(join(PKI, `gateway-keys/sealing.jwk.json`), 'utf8'))
  const [handedOver, refused] = [vi.fn(), vi.fn()]
  const became = await new Promise<string>((told) => {
    void startPostman({
      letters: { due: async () => due.splice(0), handedOver, refused, later: async (id: string) => told(id) } as never,
      ...{
        sealingKeys: new Map([[kid, key]]),
        publicUrl: () => 'https://totem.example',
        log: pino({ enabled: false }),
      },
      settings: mailSettings.parse(settings(stripped.port, ca)),
    }).then((postman) => onTestFinished(postman.stop))
  })
  expect([became, stripped.mails, stripped.named]).toEqual([id, [], []])
  expect([handedOver, refused].map(({ mock }) => mock.calls)).toEqual([[], []])
  await stripped.stop()
})

test('a totem sends so many a day, and no more', async () => {
  const statuses: number[] = []
  while (statuses.length < LETTERS_PER_DAY + 1 && (statuses.at(-1) ?? 201) === 201)
    statuses.push((await sends('refused@gmail.com')).answer.status)
  expect(statuses.at(-1)).toBe(403)
  // Those of the tests before count too.
  expect(statuses.length).toBeGreaterThan(LETTERS_PER_DAY - 30)
})
