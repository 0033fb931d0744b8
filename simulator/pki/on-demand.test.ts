import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { virtualCard } from '../card/card.ts'
import { holderById } from '../population/holders.ts'
import { cardsFolderOf } from './on-demand.ts'

const PKI = join(import.meta.dirname, '../../.bench/pki')

test('the seven have their cards beforehand', async () => {
  expect(await cardsFolderOf('anna-bianchi', PKI)).toBe(PKI)
})

test('the cards of anybody else are made by the issuers of the seven', async () => {
  const id = 'g000001-1'
  await rm(join(PKI, 'people', id), { recursive: true, force: true })
  // Two at once, as two benches may: each gets whole cards.
  const [folder, other] = await Promise.all([cardsFolderOf(id, PKI), cardsFolderOf(id, PKI)])
  expect(other).toBe(folder)
  const issuers = { 'cards/': 'card-ca', 'cie/cards/': 'cie/sub-ca' }
  for (const [cards, issuer] of Object.entries(issuers)) {
    const card = new X509Certificate(readFileSync(join(folder, `${cards}${id}.cert.der`)))
    const ca = new X509Certificate(readFileSync(join(PKI, `${issuer}.pem`)))
    expect(card.verify(ca.publicKey)).toBe(true)
    expect(card.subject).toContain(`CN=${holderById(id).codiceFiscale}/`)
  }
  for (const kind of ['cns', 'cie'] as const) expect(virtualCard(kind, id, folder).atr).toBeTruthy()
})

test('nobody is made up', async () => {
  await expect(cardsFolderOf('nobody', PKI)).rejects.toThrow('no such synthetic person: nobody')
})
