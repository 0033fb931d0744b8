// More than 400 lines: one gateway and one browser serve all these walks, and starting them costs more than a walk.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { people } from '../../simulator/population/people.ts'
import { checkLog } from '../../trust/sync-log.ts'
import { type ConsoleCentre, openConsoleCentre } from '../support/console/console-centre.ts'
import { neverFromAfar } from '../support/console/never.ts'
import { byFile, shownAt } from '../support/console/operator-card.ts'
import { type ConsoleWindow, openWindow } from '../support/console/window.ts'
import { chainOf } from '../support/journal/chain.ts'
import { HEALTHY } from '../support/sync/syncing-totem.ts'

// An operator's minutes at the console, in a browser: a paper is out, somebody sees to it, and it is in again.

const [PAGE, PUBLIC] = ['console', 'polis'].map((name) =>
  fileURLToPath(new URL(`../../dist/${name}`, import.meta.url)),
) as [string, string]
const SPELLO = {
  ...{
    name: 'Ufficio postale di Spello',
    office: 'PG-101',
    comune: 'Spello',
    region: '10',
    address: 'Via Garibaldi 4',
  },
  hours: [{ from: 'mon', to: 'sun', opens: '00:00', closes: '23:59' }],
}
const places = {
  'TT-0001': SPELLO,
  ...Object.fromEntries(
    Array.from({ length: 450 }, (_, n) => [
      `RM-${String(n + 1).padStart(4, '0')}`,
      { ...SPELLO, name: `Ufficio postale ${n + 1}`, office: `RM-${n + 1}`, comune: 'Roma', region: '12' },
    ]),
  ),
}

/** Spello's counter is open; Scilla's is planned. */
const PLAN = {
  '054050': { from: '2026-09-01', to: '2027-03-31', counter: '2026-10-05' },
  '080085': { from: '2027-01-11', to: '2027-06-30' },
}

let centre: ConsoleCentre
let browser: ConsoleWindow
beforeAll(async () => {
  centre = await openConsoleCentre(null, { page: PAGE, places, polis: { plan: PLAN, page: PUBLIC } })
  await beat('ready')
  browser = await openWindow(`https://localhost:${new URL(centre.gateway.consoleUrl ?? '').port}/`)
})
afterAll(async () => {
  await browser?.close()
  await centre?.stop()
})
const beat = (printer: 'ready' | 'paperOut') =>
  centre.totem('TT-0001').post('/v1/heartbeat', {
    ...HEALTHY,
    at: centre.clock.now.toISOString(),
    devices: { ...HEALTHY.devices, printer },
    disk: { freeMb: 9_000 },
  })
const leave = async () => {
  await browser.page.getByRole('button', { name: 'Esci' }).click()
  await browser.page.getByRole('link', { name: 'Accedi con l’account aziendale' }).waitFor()
}
const logIn = async (name: string) => {
  const { page } = browser
  const href = await page.getByRole('link', { name: 'Accedi con l’account aziendale' }).getAttribute('href')
  // The issuer would remember who was here before.
  await page.goto(new URL(`${href?.replace('&fresh=1', '')}&fresh=1`, page.url()).href)
  await page.getByRole('button', { name }).click()
}
const goTo = async (screen: string) => {
  await browser.page.getByRole('link', { name: screen, exact: true }).click()
  await browser.page.getByRole('heading', { level: 1, name: screen }).waitFor()
}

test('an operator finds a totem by its comune, and the address is the view', async () => {
  const { page } = browser
  expect(await browser.findings()).toEqual([])
  await logIn('Olga Bruni')
  await page.getByRole('heading', { name: 'Flotta' }).waitFor()
  await page.getByRole('row', { name: /RM-0001/ }).waitFor()
  expect(await page.getByText('200 di 451').count()).toBe(1)
  expect(await browser.findings()).toEqual([])

  await page.keyboard.press('/')
  await page.keyboard.type('spello')
  await expect.poll(() => page.url()).toContain('q=spello')
  await page.getByText('1 di 1').waitFor()
  await page.reload()
  await page.getByText('1 di 1').waitFor()
  expect(await page.getByRole('searchbox').inputValue()).toBe('spello')

  // The map is the same view, drawn.
  await page.getByRole('button', { name: 'Mappa' }).click()
  await page.getByRole('img', { name: 'Mappa di 1 totem' }).waitFor()
  expect(page.url()).toContain('q=spello&view=mappa')
  expect(await browser.findings()).toEqual([])
  await page.getByRole('button', { name: 'Tabella' }).click()
  await page.getByText('1 di 1').waitFor()
})

test('a paper out is an alarm, which somebody takes; the paper is in, and it ends by itself', async () => {
  const { page } = browser
  await beat('paperOut')
  await page.getByRole('heading', { name: 'Flotta' }).click()
  await page.keyboard.press('g')
  await page.keyboard.press('a')
  const row = page.getByRole('row', { name: /La stampante non stampa/ })
  await row.waitFor()
  expect(await row.textContent()).toContain('carta finita')
  expect(await browser.findings()).toEqual([])
  await row.getByRole('button', { name: 'Che fare' }).click()
  await page.getByText('cambiare il rotolo').waitFor()
  await row.getByRole('button', { name: 'Prendo in carico' }).click()
  await expect.poll(() => row.textContent()).toContain('o.bruni')
  await page.getByLabel('Nota sull’allarme').fill('Chiamato l’ufficio: <b>rotolo</b> in arrivo')
  await page.keyboard.press('Enter')
  await page.getByText('Chiamato l’ufficio: <b>rotolo</b> in arrivo').waitFor()

  await row.getByRole('link', { name: 'TT-0001' }).click()
  await page.getByRole('heading', { name: /TT-0001 Ufficio postale di Spello/ }).waitFor()
  expect(await page.locator('.bar .mark').first().textContent()).toContain('ridotto')
  expect(await browser.findings()).toEqual([])
  await beat('ready')
  await expect.poll(() => page.locator('.bar .mark').first().textContent()).toContain('in servizio')
  await expect.poll(() => page.getByRole('table', { name: 'Allarmi' }).count()).toBe(0)
})

test('a totem’s log is searched, its chain verified, and the proof of it holds elsewhere', async () => {
  const { page } = browser
  const old = '2016-11-22T10:00:00.000Z'
  await centre.totem('TT-0001').post('/v1/journal', { entries: chainOf('TT-0001', 3, { at: old }), base: null })
  await page.keyboard.press('g')
  await page.keyboard.press('v')
  await page.getByRole('heading', { name: 'Voci dei totem' }).waitFor()
  await page.getByText('Linea: tornata').first().waitFor()
  await page.getByLabel('Totem', { exact: true }).fill('tt-00')
  await page.getByText('due lettere, un trattino, quattro cifre').waitFor()
  await page.getByLabel('Totem', { exact: true }).fill('tt-0001')
  await page.keyboard.press('Enter')
  await expect.poll(() => page.url()).toContain('totem=TT-0001')
  await page.getByLabel('Evento').selectOption('line.changed')
  await page.getByText('orologio del totem indietro di').first().waitFor()
  await page.getByRole('button', { name: 'Verifica la catena di TT-0001' }).click()
  await page.getByText('La catena è integra: 3 voci').waitFor()
  expect(await browser.findings()).toEqual([])
  await page.getByText('Viste salvate').click()
  await page.getByLabel('Nome di questa vista').fill('Spello <b>')
  await page.keyboard.press('Enter')
  await page.getByRole('link', { name: 'Spello <b>' }).waitFor()
  const href = await page.getByRole('link', { name: 'Esporta con la prova' }).getAttribute('href')
  const proof = await page.evaluate(async (url) => (await fetch(url)).text(), href ?? '')
  const lines = proof.trimEnd().split('\n')
  expect(checkLog(lines.map((line) => JSON.parse(line)))).toMatchObject({ count: 3, faults: [] })
  expect(checkLog(lines.toSpliced(1, 1).map((line) => JSON.parse(line))).faults).toHaveLength(1)
})

test.each(['chiaro', 'scuro'])('each screen is as readable: %s', async (colours) => {
  const { page } = browser
  while ((await page.getByRole('button', { name: `Colori: ${colours}` }).count()) === 0)
    await page.getByRole('button', { name: /Colori/ }).click()
  expect(await page.evaluate(() => document.documentElement.dataset.colours)).toBe(
    colours === 'scuro' ? 'dark' : 'usual',
  )
  const screens = await page.getByRole('navigation', { name: 'Schermate' }).getByRole('link').allTextContents()
  expect(screens).toContain('Diffusione')
  for (const screen of [...screens, 'Sessioni']) {
    await page.getByRole('link', { name: screen, exact: true }).first().click()
    await page.getByRole('heading', { level: 1 }).waitFor()
    expect(await browser.findings(), screen).toEqual([])
  }
  for (const screen of ['Manutenzione', 'Procedure']) {
    await page.getByRole('link', { name: 'Allarmi', exact: true }).first().click()
    await page.getByRole('link', { name: screen, exact: true }).click()
    await page.getByRole('heading', { level: 1, name: screen }).waitFor()
    expect(await browser.findings(), screen).toEqual([])
  }
  await page.getByRole('link', { name: 'Statistiche', exact: true }).first().click()
  for (const [tab, title] of [
    ['CIE', 'Carte d’identità elettroniche'],
    ['Uffici', 'Uffici'],
    ['Consultazioni', 'Consultazioni'],
  ] as const) {
    await page.getByRole('link', { name: tab, exact: true }).click()
    await page.getByRole('heading', { level: 1, name: title }).waitFor()
    expect(await browser.findings(), tab).toEqual([])
  }
})

test('a comune: one TOP writes a profile and an agreement, another approves, each screen readable in both colours', async () => {
  const { page } = browser
  const colours = async (wanted: string) => {
    while ((await page.getByRole('button', { name: `Colori: ${wanted}` }).count()) === 0)
      await page.getByRole('button', { name: /Colori/ }).click()
  }
  const readable = async (screen: string) => {
    for (const wanted of ['chiaro', 'scuro']) {
      await colours(wanted)
      expect(await browser.findings(), `${screen}, ${wanted}`).toEqual([])
    }
  }
  await leave()
  // Led from the fleet, which is not hers, to the first screen that is.
  await logIn('Teresa Onori')
  await page.getByRole('heading', { level: 1, name: 'Da convalidare' }).waitFor()
  await goTo('Profili')
  expect(await page.getByRole('navigation', { name: 'Schermate' }).getByRole('link').allTextContents()).not.toContain(
    'Flotta',
  )
  await page.getByRole('button', { name: 'Nuovo profilo' }).click()
  const editor = page.getByRole('form', { name: 'Nuovo profilo' })
  await editor.getByLabel('Nome').fill('Mense scolastiche')
  await editor.getByLabel('Base giuridica').fill('d.lgs. 63/2017, art. 6')
  await editor.getByLabel(/^Accertamento residenza/).check()
  await editor.getByLabel(/Motivi fra cui/).fill('Iscrizione')
  // It names the service that would do, and does not go on without a reason.
  await editor.getByText('C008 Verifica residenza risponde sì o no').waitFor()
  expect(await editor.getByRole('button', { name: 'Proponi' }).isDisabled()).toBe(true)
  await editor.getByLabel(/^Perché serve C020/).fill('Serve l’indirizzo del nucleo')
  await readable('Nuovo profilo')
  await editor.getByRole('button', { name: 'Proponi' }).click()
  const profile = page.getByRole('row').filter({ hasText: 'Mense scolastiche' })
  await profile.getByText('attende la seconda persona').waitFor()
  expect(await profile.getByRole('button', { name: /Approva/ }).count()).toBe(0)

  await leave()
  await logIn('Tito Marini')
  await goTo('Profili')
  await profile.getByRole('button', { name: /Approva/ }).click()
  await profile.getByText('in vigore').waitFor()
  await readable('Profili')
  await goTo('Convenzioni')
  await page.getByRole('button', { name: 'Nuova convenzione' }).click()
  const form = page.getByRole('form', { name: 'Nuova convenzione' })
  await form.getByLabel('Ente che chiede').selectOption({ label: 'Azienda sanitaria Valle Umbra' })
  await form.getByLabel('Profilo in vigore').selectOption({ label: 'Mense scolastiche, versione 1 (Spello)' })
  await form.getByLabel('Base giuridica').fill('Accordo del 1 dicembre 2026')
  await form.getByLabel('Protocollo').fill('Spello 2001/2026')
  await form.getByLabel(/silenzio-assenso/).check()
  await readable('Nuova convenzione')
  await form.getByRole('button', { name: 'Proponi' }).click()
  const agreement = page.getByRole('row').filter({ hasText: 'Spello 2001/2026' })
  await agreement.getByText('attende la seconda persona').waitFor()
  await readable('Convenzioni')

  await goTo('Utenti')
  const naming = page.getByRole('form', { name: 'Nuova nomina' })
  await naming
    .getByLabel('Che cosa')
    .selectOption({ label: 'Ufficio (ADMIN), Azienda sanitaria Valle Umbra, Servizio vaccinale' })
  await naming.getByLabel('Codice fiscale della persona').fill('znnlra85a41d653e')
  await naming.getByLabel('Motivo').fill('nuova responsabile')
  await readable('Utenti')
  await naming.getByRole('button', { name: 'Proponi' }).click()
  await page.getByRole('row').filter({ hasText: 'mai entrato' }).getByText('nuova responsabile').waitFor()
  await colours('chiaro')
  await leave()
})

test('by that agreement an office asks about its people, the comune lets it pass, and an auditor finds who looked', async () => {
  const { page } = browser
  const [anna, giovanni] = ['anna-bianchi', 'giovanni-ricci'].map((id) => people.find((one) => one.id === id))
  const code = anna?.codiceFiscale ?? expect.unreachable()
  await logIn('Teresa Onori')
  await goTo('Convenzioni')
  await page.getByRole('button', { name: 'Approva: Azienda sanitaria Valle Umbra, Spello 2001/2026' }).click()
  await page.getByRole('row').filter({ hasText: 'Spello 2001/2026' }).getByText('in vigore').waitFor()
  await leave()

  await logIn('Sara Donati')
  await page.getByRole('heading', { level: 1, name: 'Nuova richiesta' }).waitFor()
  await page.getByLabel('Convenzione').selectOption({ label: 'Spello: Mense scolastiche' })
  await page.getByText('Manca: il numero del fascicolo.').waitFor()
  await page.getByLabel(/Numero del fascicolo/).fill('MENSE 7/2026')
  await page.getByRole('button', { name: 'Avanti: le persone' }).click()
  // One person goes without a file; the file that comes after takes its place.
  await page.getByLabel(/Oppure una sola persona/).fill(code)
  await page.getByRole('button', { name: 'Usa questa persona' }).click()
  await page.getByText('in tutto 1').waitFor()
  const [row, other] = [
    page.getByRole('table', { name: 'Righe' }).getByRole('row').nth(1),
    giovanni?.codiceFiscale ?? '',
  ]
  await row.getByText(code.slice(-4)).waitFor()
  await page.getByLabel(/Oppure una sola persona/).fill(other)
  await page.getByRole('button', { name: 'Usa questa persona' }).click()
  await row.getByText(other.slice(-4)).waitFor()
  await page.getByLabel(/File CSV/).setInputFiles({
    ...{ name: 'iscritti.csv', mimeType: 'text/csv' },
    buffer: Buffer.from(
      `riferimento;codFiscale\r\nA-1;${code}\r\nA-2;${giovanni?.codiceFiscale}\r\nA-3;RSSMRA80A01H501V\r\n`,
    ),
  })
  // The wrong letter is told before anything is asked.
  await page.getByText('in tutto 3').waitFor()
  expect(await page.getByRole('row', { name: /A-3/ }).textContent()).toContain('carattere di controllo')
  expect(await browser.findings()).toEqual([])
  await page.getByRole('button', { name: /^Invia: Una alla volta/ }).click()
  await page.getByRole('heading', { level: 1, name: /attende/ }).waitFor()
  await leave()

  await logIn('Teresa Onori')
  await page.getByRole('row').filter({ hasText: 'Iscrizione' }).getByRole('link').click()
  await page.getByRole('table', { name: 'Righe' }).waitFor()
  expect(await page.getByRole('main').textContent()).not.toContain(code)
  await page.getByLabel('Perché la convalida').fill('iscritti di quest’anno')
  expect(await browser.findings()).toEqual([])
  await page.getByRole('button', { name: 'Convalida', exact: true }).click()
  await page.getByText('«iscritti di quest’anno»').waitFor()
  await leave()

  await logIn('Sara Donati')
  await goTo('Le mie richieste')
  await page
    .getByRole('row')
    .filter({ hasText: 'Iscrizione' })
    .getByRole('link', { name: /completata/ })
    .click()
  await page.getByText('trovata 2').waitFor()
  expect(await browser.findings()).toEqual([])
  const coming = page.waitForEvent('download')
  await page.getByRole('button', { name: 'CSV' }).click()
  const answers = readFileSync(await (await coming).path(), 'utf8')
    .trimEnd()
    .split('\r\n')
  expect(answers.slice(1).map((line) => line.split(';').slice(1, 2))).toEqual([['"A-1"'], ['"A-2"'], ['"A-3"']])
  expect(answers.filter((line) => line.includes(';"trovato";'))).toHaveLength(2)
  await leave()

  await logIn('Anna Dossi')
  await goTo('Per cittadino')
  await page.getByLabel('ID ANPR').fill(anna?.idAnpr ?? '')
  await page.getByLabel(/Perché si cerca/).fill('esposto 12/2026')
  await page.getByRole('button', { name: 'Cerca' }).click()
  const look = page.getByRole('table', { name: 'Accessi ai dati' }).getByRole('row').filter({ hasText: 'MENSE 7/2026' })
  await look.first().waitFor()
  expect(await look.first().textContent()).toContain('Azienda sanitaria Valle Umbra')
  expect(await browser.findings()).toEqual([])
  await goTo('Registro')
  for (const deed of [
    'ha convalidato una richiesta',
    'ha scaricato le risposte di una richiesta',
    'ha cercato chi ha visto una persona',
  ])
    await page.getByText(deed).first().waitFor()
  await leave()
  await logIn('Olga Bruni')
  await page.getByRole('heading', { name: 'Flotta' }).waitFor()
})

test('anybody finds their comune, without a log-in', async () => {
  const { page } = browser
  const console = page.url()
  // The figures are counted anew after five minutes.
  centre.clock.now = new Date(+centre.clock.now + 5 * 60_000)
  await beat('ready')
  await page.goto(`${centre.gateway.publicUrl}/polis/`)
  await page.getByText('7901').first().waitFor()
  const found = page.getByRole('table', { name: 'Comuni trovati' })
  for (const [asked, told] of [
    ['reggio', ['Reggio di Calabria', "Reggio nell'Emilia"]],
    ['spello', ['totem attivo']],
    ['scilla', ['previsto dal 11 gen 2027 al 30 giu 2027']],
    ['bazzano', ['Valsamoggia', 'qui è oggi Bazzano']],
  ] as const) {
    await page.getByRole('searchbox').fill(asked)
    await found.getByText(told[0]).waitFor()
    for (const each of told) expect(await found.textContent()).toContain(each)
  }
  expect(await browser.findings()).toEqual([])
  await page.goto(console)
})

test('signed out, nothing is left', async () => {
  const { page } = browser
  await leave()
  expect(await page.getByText('TT-0001').count()).toBe(0)
})

test('the built page can do nothing that nobody may do from afar', () => {
  const built = globSync('assets/*.js', { cwd: PAGE }).map((name) => readFileSync(join(PAGE, name), 'utf8'))
  expect(built.length).toBeGreaterThan(0)
  expect(built.flatMap(neverFromAfar)).toEqual([])
})

test('a comune brings its identity cards, sees them by day, and what of them may leave', async () => {
  const { page } = browser
  await logIn('Teresa Onori')
  await page.getByRole('link', { name: 'Statistiche', exact: true }).click()
  await page.getByRole('link', { name: 'CIE', exact: true }).click()
  await page.getByRole('heading', { name: 'Porta i conteggi del comune' }).waitFor()
  const days = Array.from({ length: 60 }, (_, at) => new Date(Date.UTC(2026, 3, 1 + at)).toISOString().slice(0, 10))
  const rows = days.map((day, at) => `${day};Municipio;cie;;${at === 30 ? 2 : 20 + (at % 7)}`)
  await page.getByLabel('File').setInputFiles({
    ...{ name: 'cie.csv', mimeType: 'text/csv' },
    buffer: Buffer.from(['giorno;ufficio;prodotto;canale;n', ...rows].join('\r\n')),
  })
  await page.getByLabel('Fonte').fill('Anagrafe di Spello')
  await page.getByLabel('Dati al').fill('2026-06-01')
  await page.getByRole('button', { name: 'Porta' }).click()
  await page.getByText('60 righe prese.').waitFor()
  const at = page.url().split('?')[0]
  await page.goto(`${at}?from=2026-04-10&until=2026-05-20`)
  await page.getByRole('img', { name: 'Carte per giorno: vedi tabella' }).waitFor()
  await page.getByText('Tabella dei giorni').click()
  const shown = page
    .getByRole('row', { name: /^1 mag 2026/ })
    .getByRole('cell')
    .first()
  expect(await shown.textContent()).toBe('2')
  expect(await browser.findings()).toEqual([])
  await page.getByLabel('Numeri').selectOption('pubblicabili')
  await page.goto(`${at}?from=2026-04-10&until=2026-05-20&numbers=pubblicabili`)
  await page.getByText('Tabella dei giorni').click()
  await expect.poll(() => shown.textContent()).toBe('<5*')
  // The file is what the screen shows.
  const href = await page.getByRole('link', { name: 'Scarica questi giorni' }).getAttribute('href')
  const file = await page.evaluate(async (url) => (await fetch(url)).text(), href ?? '')
  expect(file).toContain('2026-05-01;<5*;;')
  expect(file).toContain('Anagrafe di Spello, dati al 2026-06-01')
  await page.getByRole('button', { name: 'Esci' }).click()
  await page.getByRole('link', { name: 'Accedi con l’account aziendale' }).waitFor()
})

test('the auditor reads who did it, and the chain holds', async () => {
  const { page } = browser
  await logIn('Anna Dossi')
  await page.getByRole('link', { name: 'Registro' }).click()
  await page.getByText('ha preso in carico un allarme').waitFor()
  await page.getByRole('button', { name: 'Verifica' }).click()
  await page.getByText('Il registro è integro.').waitFor()
  expect(browser.complaints).toEqual([])
})

test('the counter serves a citizen with a marca da bollo, by keys and words alone', async () => {
  const elena = await centre.signedIn('sportello')
  await elena.logInByCard(byFile('elena-ferrari'))
  const [{ card }] = (await elena.get('/cards')).body.cards
  await (await centre.signedIn('piattaforma')).post('/cards/approve', { card })
  const { consoleUrl, cardUrl } = centre.gateway
  const shown = shownAt(cardUrl ?? '', 'elena-ferrari')
  const counter = await openWindow(`https://localhost:${new URL(consoleUrl ?? '').port}/`, undefined, [shown])
  const { page } = counter
  const press = (name: string | RegExp) => page.getByRole('button', { name, exact: true }).press('Enter')
  try {
    await page.getByRole('link', { name: /Accedi con la carta/ }).click()
    await press('Apri lo sportello')
    await page.getByLabel('Codice fiscale').fill('bncnmr51h58i888t')
    await page.getByLabel('Numero').fill('CA12345AB')
    await page.getByLabel('Rilasciato da').fill('Comune di Spello')
    await page.getByLabel('Scade il').fill('2026-01-31')
    await page.getByLabel(/Dichiaro che/).check()
    expect(await counter.findings()).toEqual([])
    await press('Riconosci')
    await page.getByText('Il documento è scaduto').waitFor()
    await page.getByLabel('Scade il').fill('2031-01-31')
    await press('Riconosci')
    // A public office gets the declaration, and no question about a bollo.
    await page.getByLabel(/Un ufficio o un servizio pubblico/).check()
    expect(await page.getByLabel('Le 14 cifre').count()).toBe(0)
    await page.getByLabel(/Una banca o un altro privato/).check()
    await page.getByLabel('Certificato di residenza', { exact: true }).check()
    await page.getByLabel('Le 14 cifre').fill('0123 4567 8901 23')
    await page.getByLabel('Data della marca').fill('2026-03-05')
    expect(await counter.findings()).toEqual([])
    await press('Anteprima')
    await press('Emetti')
    await page.getByText('16,00 €, marca n. 0123 4567 8901 23').waitFor()
    await press('No, da ristampare')
    await page.getByText('Ristampa n. 1').waitFor()
    await press('Uscito bene')
    await page.getByText('A chi lo consegna?').waitFor()
    await press('Chiudi la visita')
    await page.getByRole('row', { name: 'Marche da bollo 1' }).waitFor()
    await page.getByRole('row', { name: 'Fogli rovinati, ristampati 1' }).waitFor()
    await page.keyboard.press('F9')
    await page.getByText('Sportello bloccato').waitFor()
    expect(counter.complaints).toEqual([])
  } finally {
    await counter.close()
  }
})
