import wasmFile from 'zxing-wasm/reader/zxing_reader.wasm'
import { language as known, type Language } from '../../contract/language.ts'
import { VERIFICATION_PREFIX, type VerificationKeys } from '../../contract/verification.ts'
import { openVerificationKeys } from './keys.ts'
import { type PageText, pageWords } from './page-words.ts'
import { createPictureReader, type Picture } from './picture.ts'
import { day, type Outcome, tell } from './tell.ts'
import { verifyCode } from './verify.ts'

// The verification page: one file, no server. build.ts puts it together.

// The package's types say that this is an address; build.ts puts the bytes in its place.
const codesIn = createPictureReader(wasmFile as unknown as Uint8Array<ArrayBuffer>)
/** Longer sides show no more of a code, and cost a phone seconds. */
const PHOTO_PIXELS = 2400
const FRAME_PIXELS = 1200
/** Pause between two looks at the camera: the page stays fluid, and nobody holds a paper more steadily. */
const LOOK_MS = 150

const MARKS = {
  good: 'M5 12.5 10 17.5 19.5 7',
  warning: 'M12 4v10M12 19v.5',
  bad: 'M6 6 18 18M18 6 6 18',
  quiet: 'M8.5 9a3.5 3.5 0 1 1 5 3.200c-1 .5-1.5 1.200-1.5 2.300M12 19v.5',
}

function element<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id)
  if (!found) throw new Error(`the page has no #${id}`)
  return found as T
}

// A reader of none of these languages is helped best by English.
let language: Language = known.options.find((one) => navigator.language.startsWith(one)) ?? 'en'
let shown: Outcome | null = null
const { list, signer } = JSON.parse(element('keys').textContent ?? '')
const opened = await openVerificationKeys(list, signer, seenBefore())

if (opened.ok) {
  rememberSeen(opened.value.sequence)
  start(opened.value)
} else {
  speak(null)
  element('verdict').remove()
  notice(pageWords[language][opened.error.kind === 'keys-older' ? 'keysOlder' : 'keysBroken'])
  for (const control of document.querySelectorAll<HTMLElement>('.ways')) control.inert = true
}

/**
 * Remembers the newest list that this browser has met, by its signer: an old copy of the page does not know withdrawn
 * keys.
 */
function seenKey(): string {
  return `totem-verification-keys ${signer.x}`
}

function seenBefore(): number {
  try {
    return Number(localStorage.getItem(seenKey())) || 0
  } catch {
    // The browser keeps nothing for this page, so that each visit is the first.
    return 0
  }
}

function rememberSeen(sequence: number) {
  try {
    localStorage.setItem(seenKey(), String(sequence))
  } catch {
    // As above.
  }
}

function start(keys: VerificationKeys) {
  const show = (outcome: Outcome) => {
    shown = outcome
    closeCamera()
    notice(null)
    draw(keys)
    element('verdict').hidden = false
    element('title').focus()
    element('verdict').scrollIntoView({ block: 'start' })
  }
  const check = async (text: string) => show(await verifyCode(text, keys, new Date()))
  const checkPicture = async (file: Blob) => {
    const [code] = await codesIn(await pictureOf(file))
    if (code === undefined) show({ kind: 'unreadable', reason: 'no-code' })
    else await check(code)
  }

  speak(keys)
  for (const button of document.querySelectorAll<HTMLElement>('[data-language]'))
    button.onclick = () => {
      language = known.catch(language).parse(button.dataset.language)
      speak(keys)
      draw(keys)
    }
  element('typed').onsubmit = (event) => {
    event.preventDefault()
    void check(element<HTMLTextAreaElement>('text').value)
  }
  onFile(element<HTMLInputElement>('picture'), checkPicture)
  onFile(element<HTMLInputElement>('pdf'), compare)
  element('camera-start').onclick = () => void lookThrough(check)
  element('camera-stop').onclick = closeCamera
  document.ondragover = (event) => event.preventDefault()
  document.ondrop = (event) => {
    event.preventDefault()
    const file = event.dataTransfer?.files[0]
    if (file?.type === 'application/pdf' && !element('compare').hidden) void compare(file)
    else if (file) void checkPicture(file)
  }
}

function onFile(input: HTMLInputElement, take: (file: File) => Promise<void>) {
  input.onchange = () => {
    const file = input.files?.[0]
    // The person may choose the same file again.
    input.value = ''
    if (file) void take(file)
  }
}

/** Puts the page into the language in use. */
function speak(keys: VerificationKeys | null) {
  const says = pageWords[language]
  document.documentElement.lang = language
  document.title = says.documentTitle
  for (const part of document.querySelectorAll<HTMLElement>('[data-text]'))
    part.textContent = says[part.dataset.text as PageText]
  for (const button of document.querySelectorAll<HTMLElement>('[data-language]'))
    button.ariaPressed = String(button.dataset.language === language)
  if (keys) element('keys-date').textContent = says.keysDate(day(keys.issued, language), keys.sequence)
}

function draw(keys: VerificationKeys) {
  if (!shown) return
  const told = tell(shown, keys, language, new Date())
  element('verdict').dataset.tone = told.tone
  element('mark').setAttribute('d', MARKS[told.tone])
  element('title').textContent = told.title
  element('lead').textContent = told.lead
  element('caution').textContent = told.caution
  element('caution').hidden = told.caution === null
  element('statements').replaceChildren(
    ...told.statements.map(({ who, note, facts }) => {
      const list = tag('dl', ...facts.flatMap(([label, text]) => [tag('dt', label), tag('dd', text)]))
      const about = tag('p', note)
      about.className = 'note'
      const section = tag('section', tag('h3', who), about, list)
      section.className = 'statement'
      return section
    }),
  )
  element('compare').hidden = fingerprintOf(shown) === null
  element('compared').hidden = true
}

/** SECURITY: texts become text nodes and never markup, whatever a code says. */
function tag(name: string, ...content: (Node | string)[]): HTMLElement {
  const made = document.createElement(name)
  made.append(...content)
  return made
}

function notice(text: string | null) {
  element('notice').textContent = text
  element('notice').hidden = text === null
}

const fingerprintOf = (outcome: Outcome): string | null =>
  'claims' in outcome && 'pdfSha256' in outcome.claims ? outcome.claims.pdfSha256 : null

async function compare(file: File) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()))
  const same =
    shown !== null && fingerprintOf(shown) === [...digest].map((b) => b.toString(16).padStart(2, '0')).join('')
  const compared = element('compared')
  compared.textContent = pageWords[language][same ? 'same' : 'other']
  compared.dataset.same = String(same)
  compared.hidden = false
}

/** A photograph as pixels, if this browser knows its format; otherwise its bytes. */
async function pictureOf(file: Blob): Promise<Picture> {
  try {
    const bitmap = await createImageBitmap(file)
    return pixels(bitmap, bitmap.width, bitmap.height, PHOTO_PIXELS)
  } catch {
    return new Uint8Array()
  }
}

function pixels(source: CanvasImageSource, width: number, height: number, most: number): Picture {
  const scale = Math.min(1, most / Math.max(width, height))
  const canvas = new OffscreenCanvas(Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)))
  const context = canvas.getContext('2d')
  if (!context) return new Uint8Array()
  context.drawImage(source, 0, 0, canvas.width, canvas.height)
  return context.getImageData(0, 0, canvas.width, canvas.height)
}

let stream: MediaStream | null = null

function closeCamera() {
  for (const track of stream?.getTracks() ?? []) track.stop()
  stream = null
  element('camera').hidden = true
}

/** Looks through the camera until it sees a totem's code or is closed. */
async function lookThrough(check: (text: string) => Promise<void>) {
  closeCamera()
  const video = element<HTMLVideoElement>('video')
  try {
    stream = await navigator.mediaDevices.getUserMedia({
      video: { facingMode: 'environment', width: { ideal: 1920 }, height: { ideal: 1080 } },
    })
    video.srcObject = stream
    element('camera').hidden = false
    await video.play()
  } catch {
    closeCamera()
    return notice(pageWords[language].cameraFailed)
  }
  const mine = stream
  while (stream === mine) {
    const [code] = await codesIn(pixels(video, video.videoWidth, video.videoHeight, FRAME_PIXELS))
    if (stream !== mine) return
    if (code?.startsWith(VERIFICATION_PREFIX)) return check(code)
    if (code !== undefined) notice(pageWords[language].otherCode)
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  }
}
