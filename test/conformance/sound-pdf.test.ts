import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import { beforeAll, describe, expect, test } from 'vitest'
import { soundnessOf } from '../../native/printer/image/sound.ts'
import { drawCertificate } from '../../simulator/anpr/certificate/document.ts'
import { reserveSeal, seal } from '../../simulator/anpr/certificate/seal.ts'
import { grant } from '../../simulator/anpr/grant.ts'
import { personById } from '../../simulator/population/people.ts'
import { pdfFile, pdfPage } from '../support/paper/pdf-file.ts'
import { PKI } from '../support/pki.ts'

const text = Array.from({ length: 40 }, (_, n) => `BT /F 12 Tf 72 ${780 - n * 14} Td (riga ${n}) Tj ET`).join('\n')
const packed = deflateSync(text)
const flate = (content: Uint8Array) => pdfPage({ content, filter: '/Filter/FlateDecode' })
const sound = (bytes: Uint8Array) => soundnessOf(bytes, 1).sound

describe('a packed stream', () => {
  test('that is whole is sound, also without its checksum', () => {
    expect(sound(flate(packed))).toBe(true)
    expect(sound(flate(packed.subarray(0, -4)))).toBe(true)
  })

  test('with one bit turned anywhere is damaged', () => {
    for (let at = 2; at < packed.length; at += 7) {
      const turned = Buffer.from(packed)
      turned[at] = (turned[at] ?? 0) ^ 0x10
      expect(sound(flate(turned)), `byte ${at}`).toBe(false)
    }
  })

  test('that is cut off is damaged', () => {
    for (const left of [0.2, 0.5, 0.9]) expect(sound(flate(packed.subarray(0, packed.length * left)))).toBe(false)
  })
})

test('a tree that counts fewer pages than it has is unsound', () => {
  const page = '<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>'
  const tree = (count: number) =>
    pdfFile(['<</Type/Catalog/Pages 2 0 R>>', `<</Type/Pages/Kids[3 0 R 4 0 R]/Count ${count}>>`, page, page])
  expect(soundnessOf(tree(2), 2).sound).toBe(true)
  expect(sound(tree(1))).toBe(false)
})

test('each page has its own unit, also in a tree of trees', () => {
  const page = (unit: string) => `<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]${unit}>>`
  const pdf = pdfFile([
    '<</Type/Catalog/Pages 2 0 R>>',
    '<</Type/Pages/Kids[3 0 R 4 0 R]/Count 3>>',
    page('/UserUnit 2'),
    '<</Type/Pages/Parent 2 0 R/Kids[5 0 R 6 0 R]/Count 2>>',
    page(''),
    page('/UserUnit 1.5'),
  ])
  expect(soundnessOf(pdf, 3)).toEqual({ sound: true, userUnits: [2, 1, 1.5] })
  expect(soundnessOf(pdfPage(), 1).userUnits).toEqual([1])
})

describe('what a page draws', () => {
  const parts = (page: string, ...more: Buffer[]) =>
    pdfFile([
      '<</Type/Catalog/Pages 2 0 R>>',
      '<</Type/Pages/Kids[3 0 R]/Count 1>>',
      `<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]${page}>>`,
      '<</Length 1>>\nstream\n \nendstream',
      ...more,
    ])
  test.each([
    ['its content', '/Contents 4 0 R', '/Contents 99 0 R'],
    ['a part of its content', '/Contents[4 0 R 4 0 R]', '/Contents[4 0 R 99 0 R]'],
    ['a font', '/Resources<</Font<</F 4 0 R>>>>', '/Resources<</Font<</F 4 0 R/G 99 0 R>>>>'],
    ['a picture', '/Resources<</XObject<</I 4 0 R>>/Font<<>>>>', '/Resources<</Font<<>>/XObject<</I 99 0 R>>>>'],
  ])('is there or the file is unsound: %s', (_, whole, torn) => {
    expect(sound(parts(whole))).toBe(true)
    expect(sound(parts(torn))).toBe(false)
  })
  test('also where resources stand elsewhere, in an object stream', () => {
    const held = (font: number) => {
      const packed = deflateSync(`8 0 9 25 <</Font 9 0 R/ProcSet[]>><</F ${font} 0 R>>`)
      const entries = `<</Type/ObjStm/N 2/First 9/Filter/FlateDecode/Length ${packed.length}>>\nstream\n`
      const stream = Buffer.concat([Buffer.from(entries), packed, Buffer.from('\nendstream')])
      return parts('/Contents 4 0 R/Resources 8 0 R', stream)
    }
    expect(sound(held(4))).toBe(true)
    expect(sound(held(99))).toBe(false)
  })
  test('what harms no ink may be missing', () => {
    expect(sound(parts('/Contents 4 0 R/Metadata 99 0 R/Thumb 99 0 R'))).toBe(true)
  })
})

describe('a sealed certificate', () => {
  let certificate: Buffer
  beforeAll(async () => {
    const { idAnpr } = personById('anna-bianchi')
    const wish = { types: ['8'], languages: ['IT'], tipoRichiedente: '2', subject: idAnpr, requester: idAnpr }
    const granted = grant({ ...wish, esenzioneBollo: '3', bollo: '0', diritti: '0', paEstera: '0' }, '2026-11-22')
    if (!granted.ok) throw new Error(granted.error.text)
    const verification = { url: 'https://verifica.example/c/0?h=0123456789ABCDEF', code: '0123-4567-89AB-CDEF' }
    const issuedAt = new Date('2026-11-22T09:05:00.000Z')
    const facts = { ...granted.value, protocol: '1', issuedAt, verification, stamp: 'FAC-SIMILE' as const }
    const drawn = await drawCertificate(facts, (pdf) => reserveSeal(pdf, issuedAt))
    const [sealer, key] = ['seal.cert.pem', 'seal.key.pem'].map((name) => readFileSync(join(PKI, name), 'utf8'))
    certificate = await seal(drawn, { certificate: sealer ?? '', key: key ?? '' })
    expect(certificate.includes('/ByteRange')).toBe(true)
  })

  test('is sound as it was sealed, also with something behind its seal', () => {
    expect(sound(certificate)).toBe(true)
    expect(sound(Buffer.concat([certificate, Buffer.from('\n% behind\n')]))).toBe(true)
  })

  test('with one letter changed is not, wherever it stands', () => {
    const end = certificate.indexOf('/ByteRange')
    for (let at = 20; at < end; at += Math.floor(end / 25)) {
      const changed = Buffer.from(certificate)
      changed[at] = (changed[at] ?? 0) ^ 1
      expect(sound(changed), `byte ${at}`).toBe(false)
    }
  })
})
