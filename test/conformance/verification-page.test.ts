import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ElectronApplication, _electron as electron, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildVerificationPage } from '../../gateway/verify/build.ts'
import { electronDist } from '../../scripts/build.ts'
import { type Display, startDisplay } from '../../simulator/bench/display.ts'
import { signVerificationKeys, verificationKeyPair } from '../../simulator/pki/verification-keys.ts'
import { type Paper, pngOf, printed } from '../support/verification/printed-code.ts'
import { frozenDeclaration, frozenReceipt, samples, signingTotem } from '../support/verification/samples.ts'

// The page as a file in Electron's Chromium, with a camera that sees a totem's paper, and without the totem's shell.

const SHELL = `const { app, BrowserWindow } = require('electron')
app.disableHardwareAcceleration()
app.whenReady().then(() => new BrowserWindow({ width: 1000, height: 900 }).loadFile(process.env.PAGE))`

const CAMERA_SIDE = 640

/** A video of one frame (YUV4MPEG2): the paper on a grey background. */
function filmOf({ side, dots }: Paper): Buffer {
  const luma = Buffer.alloc(CAMERA_SIDE ** 2, 200)
  const edge = Math.floor((CAMERA_SIDE - side) / 2)
  dots.forEach((dot, at) => {
    luma[(edge + Math.floor(at / side)) * CAMERA_SIDE + edge + (at % side)] = dot ? 30 : 220
  })
  const head = `YUV4MPEG2 W${CAMERA_SIDE} H${CAMERA_SIDE} F5:1 Ip A1:1 C420jpeg\nFRAME\n`
  return Buffer.concat([Buffer.from(head), luma, Buffer.alloc(CAMERA_SIDE ** 2 / 2, 128)])
}

const { listed, keys, sign } = await signingTotem()
const { private: keeper } = await verificationKeyPair('the keeper')
const { d: _, ...keeperPublic } = keeper
// Valid on any day of the test.
const list = { ...keys, nextUpdate: '2099-01-01T00:00:00Z', keys: [{ ...listed, notAfter: '2099-01-01T00:00:00Z' }] }
const certificate = Buffer.from('%PDF-1.7 as the totem received it')
const receipt = sign({ ...samples.receipt, pdfSha256: createHash('sha256').update(certificate).digest('hex') })

const folder = mkdtempSync(join(tmpdir(), 'totem-verification-page-'))
const path = (name: string) => join(folder, name)
let display: Display
let app: ElectronApplication
let page: Page
const complaints: string[] = []
const requests: string[] = []

beforeAll(async () => {
  writeFileSync(path('main.cjs'), SHELL)
  writeFileSync(path('film.y4m'), filmOf(printed(receipt)))
  writeFileSync(
    path('page.html'),
    await buildVerificationPage({ list: await signVerificationKeys(list, keeper), signer: keeperPublic }),
  )
  display = await startDisplay({ width: 1100, height: 1000 })
  app = await electron.launch({
    executablePath: join(electronDist(), 'electron'),
    args: [
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-video-capture=${path('film.y4m')}`,
      path('main.cjs'),
    ],
    env: {
      PATH: '/usr/bin:/bin',
      HOME: folder,
      DISPLAY: display.name,
      DBUS_SESSION_BUS_ADDRESS: 'disabled:',
      PAGE: path('page.html'),
    },
    // The page is the project's own file, and root may run this test, for whom Chromium has no sandbox.
    chromiumSandbox: false,
  })
  page = await app.firstWindow()
  page.on('console', (message) => complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('request', (request) => requests.push(request.url()))
  await page.locator('#keys-date:not(:empty)').waitFor()
  await page.locator('[data-language=en]').click()
})
afterAll(async () => {
  await app?.close()
  await display?.stop()
  rmSync(folder, { recursive: true })
})

/** A busy machine draws slowly. */
const eventually = <T>(what: () => Promise<T>) => expect.poll(what, { timeout: 20_000 })
const title = () => page.locator('#title').textContent()
async function paste(text: string) {
  if ((await page.locator('details[open]').count()) === 0) await page.locator('summary').click()
  await page.locator('#text').fill(text)
  await page.locator('#typed button').click()
}
const choose = (input: string, name: string, mimeType: string, buffer: Buffer) =>
  page.locator(input).setInputFiles({ name, mimeType, buffer })

test('the camera sees a receipt', async () => {
  await page.locator('#camera-start').click()
  await eventually(title).toBe('Genuine paper of a totem')
  expect(await page.locator('#statements').textContent()).toContain(samples.receipt.protocol)
  expect(await page.locator('#camera').isVisible()).toBe(false)
})

test('the PDF beside it is that certificate, or another', async () => {
  const compared = () => page.locator('#compared').textContent()
  await choose('#pdf', 'certificate.pdf', 'application/pdf', certificate)
  await eventually(compared).toContain('It is the very file')
  await choose('#pdf', 'other.pdf', 'application/pdf', Buffer.from('%PDF-1.7 of somebody else'))
  await eventually(compared).toContain('It is not the file')
})

test('a photograph, and the same paper in Italian', async () => {
  await choose('#picture', 'photo.png', 'image/png', pngOf(printed(sign(samples.visura))))
  await eventually(() => page.locator('#statements').textContent()).toContain('ŽERJAV')
  await page.locator('[data-language=it]').click()
  expect(await title()).toBe('Foglio autentico di un totem')
  expect(await page.locator('html').getAttribute('lang')).toBe('it')
  await page.locator('[data-language=en]').click()
})

test('text: signed for another list, altered, or another kind of code', async () => {
  await paste(frozenReceipt)
  await eventually(title).toBe('Unknown signer')
  await paste(frozenDeclaration.slice(0, 200))
  await eventually(title).toBe('Cannot be read')
  await paste('<img src=x onerror=alert(1)>')
  await eventually(() => page.locator('#lead').textContent()).toContain('not the code of a totem')
})

test('a picture of nothing, and a file that is none', async () => {
  await choose(
    '#picture',
    'blank.png',
    'image/png',
    pngOf({ side: 64, modules: 8, pitch: 4, version: 1, dots: new Uint8Array(64 * 64) }),
  )
  await eventually(() => page.locator('#lead').textContent()).toContain('No QR code')
  await choose('#picture', 'photo.png', 'image/png', Buffer.from('no picture'))
  await eventually(() => page.locator('#lead').textContent()).toContain('No QR code')
})

test('the page calls no server and logs no error', () => {
  expect(requests.filter((url) => !url.startsWith('blob:') && !url.startsWith('data:'))).toEqual([])
  expect(complaints).toEqual([])
})

test('a foreign script does not run, and the page may not call out', async () => {
  const blocked = await page.evaluate(async () => {
    const script = document.createElement('script')
    script.textContent = 'window.ran = true'
    document.body.append(script)
    const called = await fetch('https://localhost/').then(
      () => 'called',
      () => 'blocked',
    )
    return { called, ran: 'ran' in window }
  })
  expect(blocked).toEqual({ called: 'blocked', ran: false })
})

test('a list that its keeper did not sign makes no page, and an altered page refuses to work', async () => {
  const { private: stranger } = await verificationKeyPair('a stranger')
  const forged = await signVerificationKeys(list, stranger)
  await expect(buildVerificationPage({ list: forged, signer: keeperPublic })).rejects.toThrow('keys-unsigned')

  const html = readFileSync(path('page.html'), 'utf8')
  writeFileSync(path('altered.html'), html.replace(/"list":"[^"]+"/, `"list":"${forged}"`))
  await page.goto(`file://${path('altered.html')}`)
  await eventually(() => page.locator('#notice').textContent()).toMatch(/altered|alterata/)
  expect(await page.locator('.ways').evaluate((ways) => (ways as HTMLElement).inert)).toBe(true)
})
