import { spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { ownFolder } from '../../basics/temporary.ts'
import type { AnprAccess } from '../../simulator/anpr/access.ts'
import { testClient } from '../../simulator/anpr/test-client.ts'
import { personById } from '../../simulator/population/people.ts'

const TOTEM = fileURLToPath(new URL('../../commands/totem.mjs', import.meta.url))
const dir = ownFolder('totem-anpr-command')
afterAll(() => rmSync(dir, { recursive: true }))

const anpr = (...args: string[]) => spawn(TOTEM, ['simulator', 'anpr', ...args], { stdio: ['ignore', 'pipe', 'pipe'] })

test('a client with a key of its own is answered, and the terminal tells why another call is not', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const keyFile = join(dir, 'client.key.pem')
  writeFileSync(keyFile, privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 })
  writeFileSync(join(dir, 'client.pub.pem'), publicKey.export({ format: 'pem', type: 'spki' }))
  const child = anpr('--json', '--client-key', join(dir, 'client.pub.pem'))
  const reasons = createInterface(child.stderr)
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  const told = JSON.parse(line) as AnprAccess & { registered: string; control: string }

  const client = testClient({ ...told, client: { ...told.client, kid: told.registered, keyFile } })
  const { idAnpr, codiceFiscale } = personById('mario-rossi')
  const body = {
    idOperazioneClient: '1',
    criteriRicerca: { codiceFiscale },
    datiRichiesta: { dataRiferimentoRichiesta: '2026-11-22', motivoRichiesta: '1', casoUso: 'C030' },
  }
  const { status, text } = await client.call('C030', body)
  expect([status, text.includes(idAnpr)]).toEqual([200, true])

  const reason = (async () => {
    for await (const each of reasons) if (each.includes('refused')) return each
    return ''
  })()
  await client.call('C030', body, { sent: { digest: 'x' } })
  expect(await reason).toMatch(/ gate refused C030 digest-format: Digest is not SHA-256= and base64 \([0-9a-f-]{36}\)$/)

  const fault = { method: 'PUT', headers: { 'content-type': 'application/json' }, body: '{"kind":"unavailable"}' }
  expect((await fetch(`${told.control}/simulator/fault`, fault)).status).toBe(204)
  expect((await client.call('C030', body)).status).toBe(503)
  await client.close()
  const exited = once(child, 'exit')
  child.kill('SIGINT')
  expect(await exited).toEqual([0, null])
})

test('what cannot run has its own exit code and sentence', async () => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  writeFileSync(join(dir, 'ec.pem'), publicKey.export({ format: 'pem', type: 'spki' }))
  writeFileSync(join(dir, 'registry.json'), '{}')
  const ended = async (...args: string[]) => {
    const child = anpr(...args)
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString()
    })
    const [code] = (await once(child, 'close')) as [number]
    return `${code} ${said}`
  }
  const [key, registry, port] = await Promise.all([
    ended('--client-key', join(dir, 'ec.pem')),
    ended('--registry', join(dir, 'registry.json')),
    ended('--port', 'x'),
  ])
  expect(key).toMatch(/^78 .*holds no RSA key: PDND takes RS256 alone/)
  expect(registry).toMatch(/^78 .*is no registry of clients: producerId/)
  expect(port).toMatch(/^64 --port is a TCP port/)
})
