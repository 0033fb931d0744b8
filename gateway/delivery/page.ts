/**
 * What the page does in the telephone's browser. page.html holds this very function as text (served.ts), so it uses
 * nothing from outside of it. The key stays in the fragment of the address and in this function.
 */
export function handoverPage(): void {
  type Words = Record<string, string>
  const element = <T extends HTMLElement = HTMLElement>(id: string): T => {
    const found = document.getElementById(id)
    if (!found) throw new Error(`the page has no #${id}`)
    return found as T
  }
  const words: Record<string, Words> = JSON.parse(element('words').textContent ?? '')
  // A reader of none of these languages is helped best by English.
  let language = Object.keys(words).find((one) => navigator.language.startsWith(one)) ?? 'en'
  const id = location.pathname.split('/').at(-1) ?? ''
  /** A mailed link, which opens by the six digits that the totem gave. */
  const mailed = location.pathname.includes('/r/')
  const key = bytesOf(location.hash.slice(1))

  function speak() {
    const says = words[language] ?? {}
    document.documentElement.lang = language
    document.title = says.documentTitle ?? ''
    for (const part of document.querySelectorAll<HTMLElement>('[data-text]'))
      part.textContent = says[part.dataset.text ?? ''] ?? ''
    for (const button of document.querySelectorAll<HTMLElement>('[data-language]'))
      button.ariaPressed = String(button.dataset.language === language)
  }
  function notice(word: string | null) {
    const shown = element('notice')
    shown.hidden = word === null
    shown.dataset.text = word ?? ''
    speak()
  }

  /** The same telephone, also when the page is loaded anew. */
  function phone(): string {
    const text = (bytes: Uint8Array) =>
      btoa(String.fromCharCode(...bytes))
        .replaceAll('+', '-')
        .replaceAll('/', '_')
        .replaceAll('=', '')
    const fresh = text(crypto.getRandomValues(new Uint8Array(16)))
    try {
      const known = sessionStorage.getItem('phone') ?? fresh
      sessionStorage.setItem('phone', known)
      return known
    } catch {
      // The browser keeps nothing for this page.
      return fresh
    }
  }
  const ask = (what: string, body: object) =>
    fetch(`${location.pathname}/${what}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })

  function bytesOf(text: string): Uint8Array<ArrayBuffer> {
    try {
      const raw = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
      return Uint8Array.from(raw, (letter) => letter.charCodeAt(0))
    } catch {
      return new Uint8Array()
    }
  }
  async function decrypted(sealed: ArrayBuffer): Promise<ArrayBuffer | null> {
    try {
      const opening = await crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['decrypt'])
      const additionalData = new TextEncoder().encode(`polis-handover/1 ${id}`)
      return await crypto.subtle.decrypt({ name: 'AES-GCM', iv: new Uint8Array(12), additionalData }, opening, sealed)
    } catch {
      return null
    }
  }

  async function fetchIt(): Promise<string | null> {
    const asking = mailed ? { code: digits.value } : { phone: me }
    const answer = await ask('claim', asking)
    if (!answer.ok) {
      const { kind, left } = await answer.json().catch(() => ({ kind: null }))
      if (kind === 'code-wrong') return left > 0 ? (left > 1 ? 'codeWrong' : 'codeLast') : 'gone'
      return kind === 'contested' || kind === 'gone' ? kind : 'noLine'
    }
    const pdf = await decrypted(await answer.arrayBuffer())
    if (!pdf) return 'damaged'
    const address = URL.createObjectURL(new Blob([pdf], { type: 'application/pdf' }))
    for (const link of ['save', 'open']) element<HTMLAnchorElement>(link).href = address
    for (const part of ['before', 'help']) element(part).hidden = true
    element('after').hidden = false
    element('here').focus()
    // The totem hears that the document is here; what is here stays if that fails.
    if (!mailed) await ask('taken', asking).catch(() => undefined)
    return null
  }

  const me = phone()
  const digits = element<HTMLInputElement>('digits')
  const button = element<HTMLButtonElement>('fetch')
  button.onclick = async () => {
    if (mailed && !/^\d{6}$/.test(digits.value)) {
      notice('codeShort')
      digits.focus()
      return
    }
    button.disabled = true
    notice('fetching')
    // A line that breaks in the middle rejects; nobody else can have the document meanwhile, and the person asks again.
    const failure = await fetchIt().catch(() => 'noLine')
    button.disabled = false
    notice(failure)
    // Nothing can be had here any more.
    if (failure !== null && !['noLine', 'codeWrong', 'codeLast'].includes(failure))
      for (const part of ['before', 'help']) element(part).hidden = true
  }
  element('copy').onclick = async () => {
    await navigator.clipboard.writeText(location.href)
    element('copy').dataset.text = 'copied'
    speak()
  }
  for (const choice of document.querySelectorAll<HTMLElement>('[data-language]'))
    choice.onclick = () => {
      language = choice.dataset.language ?? language
      speak()
    }
  element('code').hidden = !mailed
  if (mailed) element('intro').dataset.text = 'introMailed'
  button.disabled = key.length !== 32
  notice(key.length === 32 ? null : 'incomplete')
}
