import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import koffi from 'koffi'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { signerIn } from '../../gateway/anpr/pdnd/signer.ts'
import { signerInToken } from '../../gateway/anpr/pdnd/token.ts'
import { pdndTransport } from '../../gateway/anpr/pdnd/transport.ts'
import { service } from '../../gateway/anpr/services.ts'
import { pdndAccess, pdndSettings } from '../../gateway/settings/pdnd.ts'
import { type Anpr, startAnpr } from '../../simulator/anpr/index.ts'
import { throughPdnd } from '../../simulator/bench/gateway.ts'
import { makePki } from '../../simulator/pki/make.ts'
import { personById } from '../../simulator/population/people.ts'
import { PKI } from '../support/pki.ts'

// The gateway's key for PDND in a PKCS#11 token, SoftHSM's here, in place of a file.

const run = promisify(execFile)
const module = '/usr/lib/softhsm/libsofthsm2.so'
const SETTING = 'anpr.pdnd.key'
const KEY_FILE = join(PKI, 'pdnd/client.key.pem')
let dir: string
let key: Record<'module' | 'token' | 'label' | 'pinFile', string>
let kid: string

let anpr: Anpr
const opened = () => pdndAccess(pdndSettings.parse({ ...throughPdnd(anpr.access).pdnd, key, kid }))
const QUESTION = {
  service: 'C030',
  method: 'POST',
  operation: '/anpr-service-e002',
  body: {
    idOperazioneClient: '179545000000000001',
    criteriRicerca: { codiceFiscale: personById('anna-bianchi').codiceFiscale },
    datiRichiesta: { dataRiferimentoRichiesta: '2026-11-22', motivoRichiesta: 'TEST', casoUso: 'C030' },
  },
  asker: { userId: 'a-person', userLocation: 'TT-0001', loa: 'LOA3' },
} as const

/** C_CloseAllSessions of every slot, by the module itself. */
function closeAllSessions(): void {
  const close = koffi.load(module).func('unsigned long C_CloseAllSessions(unsigned long slot)')
  const list = koffi
    .load(module)
    .func('unsigned long C_GetSlotList(uint8 present, _Out_ unsigned long *slots, _Inout_ unsigned long *count)')
  const [slots, count] = [Array(16).fill(0), [16]]
  list(1, slots, count)
  for (const slot of slots.slice(0, count[0])) close(slot)
}

beforeAll(async () => {
  await makePki(PKI)
  anpr = await startAnpr({ port: 0, pki: PKI })
  kid = (await signerIn(SETTING, KEY_FILE, null)).kid
  dir = await mkdtemp(join(tmpdir(), 'totem-token-'))
  await mkdir(join(dir, 'tokens'))
  await writeFile(join(dir, 'softhsm2.conf'), `directories.tokendir = ${join(dir, 'tokens')}\nlog.level = ERROR\n`)
  process.env.SOFTHSM2_CONF = join(dir, 'softhsm2.conf')
  key = { module, token: 'gateway', label: 'pdnd', pinFile: join(dir, 'pin') }
  await writeFile(key.pinFile, '123456\n', { mode: 0o600 })
  await run('softhsm2-util', ['--init-token', '--free', '--label', 'gateway', '--so-pin', '654321', '--pin', '123456'])
  const into = ['--label', 'pdnd', '--id', 'a1', '--pin', '123456', '--token', 'gateway']
  await run('softhsm2-util', ['--import', KEY_FILE, ...into])
})
afterAll(async () => {
  await anpr?.stop()
  await rm(dir, { recursive: true, force: true })
})

// First, since a token that has taken a PIN once takes the next session of the same program without one.
test('a wrong PIN, and one that others may read, are refused', async () => {
  const pinFile = join(dir, 'other-pin')
  await writeFile(pinFile, '000000', { mode: 0o600 })
  await expect(signerInToken(SETTING, { ...key, pinFile }, kid)).rejects.toThrow('takes no PIN, or not this one')
  await writeFile(join(dir, 'open-pin'), '123456', { mode: 0o644 })
  const open = signerInToken(SETTING, { ...key, pinFile: join(dir, 'open-pin') }, kid)
  await expect(open).rejects.toThrow('anpr.pdnd.key.pinFile: ')
})

test('it signs as the file does, several texts at once too', async () => {
  const signers = [await signerInToken(SETTING, key, kid), await signerIn(SETTING, KEY_FILE, kid)]
  const texts = ['one', 'two'.repeat(10_000), 'three'].map((text) => Buffer.from(text))
  const [inToken, inFile] = await Promise.all(signers.map((one) => Promise.all(texts.map((text) => one.sign(text)))))
  expect(inToken).toEqual(inFile)
})

test('ANPR answers a gateway whose key is in a token', async () => {
  const access = await opened()
  const transport = pdndTransport(access, { timeoutMs: 8_000 })
  expect(await transport.post(QUESTION)).toMatchObject({ ok: true, value: { status: 200 } })
  await transport.close()
})

test('a token that was away signs again when it is back; meanwhile the failure is named', async () => {
  const signer = await signerInToken(SETTING, key, kid)
  const fromFile = await signerIn(SETTING, KEY_FILE, null)
  const text = Buffer.from('text')
  const access = await opened()
  const transport = pdndTransport({ ...access, client: { ...access.client, signer } }, { timeoutMs: 8_000 })
  // The token forgets all sessions, as a hardware module does that starts anew, and its PIN cannot be read.
  closeAllSessions()
  await rename(key.pinFile, `${key.pinFile}-away`)
  expect(await transport.post(QUESTION)).toMatchObject({
    error: { kind: 'anpr-misconfigured', reason: expect.stringMatching(/^pkcs11-0x/) },
  })
  expect(await transport.post(QUESTION)).toEqual({
    ok: false,
    error: { kind: 'anpr-misconfigured', reason: 'token-away' },
  })
  await rename(`${key.pinFile}-away`, key.pinFile)
  expect(await signer.sign(text)).toEqual(await fromFile.sign(text))
  expect(await transport.post(QUESTION)).toMatchObject({ ok: true, value: { status: 200 } })
  await transport.close()
})

test.each([
  ['the module is not there', { module: '/usr/lib/nothing.so' }, 'anpr.pdnd.key.module: /usr/lib/nothing.so'],
  ['the token is not there', { token: 'another' }, 'shows no token another'],
  ['the key is not there', { label: 'another' }, '0 private keys of the label another'],
])('%s: refused by name', async (_, wrong, sentence) => {
  await expect(signerInToken(SETTING, { ...key, ...wrong }, kid)).rejects.toThrow(sentence)
})

test('a key in a token needs the thumbprint that PDND shows', async () => {
  const services = Object.fromEntries(service.options.map((code) => [code, OFFER]))
  const settings = {
    tokenUrl: OFFER.url,
    tokenAudience: 'x/client-assertion',
    clientId: OFFER.purposeId,
    key,
    services,
  }
  await expect(pdndAccess(pdndSettings.parse(settings))).rejects.toThrow('anpr.pdnd.kid: ')
})
const OFFER = {
  ...{ url: 'https://anpr.example/C030/v1', audience: 'https://anpr.example/C030/v1' },
  purposeId: '6f0ad4b3-0b22-4bd7-9d5c-9d1f0f6d1a11',
}
